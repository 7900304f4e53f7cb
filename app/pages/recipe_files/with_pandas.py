import pandas as pd

figures = pd.read_parquet(
    "http://127.0.0.1:8000/v1/observations.parquet?series=goods-trade.CN.BRI.partner-2023.CNY.P12M"
)
columns = ["coverage_name", "period_start", "period_end", "qualifier", "value", "unit_name"]
columns += ["comparability", "source_publisher", "source_title"]
print(figures[columns].to_string(index=False))
# Decimals and dates are objects in pandas: convert them to calculate, or to draw.
figures = figures.astype({"value": float, "period_end": "datetime64[s]"})
