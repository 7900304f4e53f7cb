import polars as pl

figures = pl.scan_parquet("http://127.0.0.1:8000/v1/observations.parquet")
print(figures.filter(pl.col("headline")).select("indicator_name", "wording", "locator").collect())
