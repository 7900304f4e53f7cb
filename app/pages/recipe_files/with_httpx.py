import httpx

figure = httpx.get("http://127.0.0.1:8000/v1/indicators/aid-projects").json()["headline"]
print(figure["display"], "in", figure["period"]["label"])
