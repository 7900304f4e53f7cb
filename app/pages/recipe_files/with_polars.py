import polars as pl

figures = pl.scan_parquet("http://127.0.0.1:8000/v1/observations.parquet")
series = figures.filter(pl.col("series") == "goods-trade.CN.BRI.partner-2023.CNY.P12M")
columns = ["coverage_name", "period_start", "period_end", "qualifier", "value", "unit_name"]
columns += ["comparability", "source_publisher", "source_title"]
for row in series.select(columns).collect().iter_rows():
    print(*row, sep="; ")
