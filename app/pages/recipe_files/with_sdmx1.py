import sdmx

sdmx.add_source({"id": "BRI", "name": "BRI", "url": "http://127.0.0.1:8000/sdmx"})
message = sdmx.Client("BRI").data("INDICATORS", key="A.CN.BRI.partner-2023.goods-trade.CNY.P12M")
figures = sdmx.to_pandas(message, attributes="o").reset_index()
columns = ["COVERAGE", "TIME_PERIOD", "OBS_QUALIFIER", "value", "UNIT_MEASURE", "SOURCE"]
print(figures.reindex(columns=[*columns, "COMPARABILITY"]).to_string(index=False))
