import pandas as pd

figures = pd.read_parquet("http://127.0.0.1:8000/v1/observations.parquet?months=12&unit=CNY")
print(figures[["indicator", "period_start", "value", "qualifier", "source_publisher"]])
