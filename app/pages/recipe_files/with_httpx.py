import httpx

series = httpx.get("http://127.0.0.1:8000/v1/series/goods-trade.CN.BRI.partner-2023.CNY.P12M").json()
for figure in series["points"]:
    print(figure["display"], figure["period"]["label"], figure["coverage"]["name"], sep="; ")
    print(figure["citation"]["full"], figure["comparability"] or "", sep="; ")
