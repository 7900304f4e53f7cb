import sdmx

sdmx.add_source({"id": "BRI", "name": "BRI", "url": "http://127.0.0.1:8000/sdmx"})
message = sdmx.Client("BRI").data("INDICATORS", key="....goods-trade.CNY.P12M")
print(sdmx.to_pandas(message))
