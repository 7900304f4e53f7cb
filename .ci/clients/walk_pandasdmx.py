"""Read figures and their structure from /sdmx with pandasdmx: ORIGIN."""

import json
import sys
import warnings
from typing import Any
from urllib.request import urlopen

warnings.simplefilter("ignore")

import pandasdmx  # noqa: E402 (It warns when it is imported.)
from requests import HTTPError  # noqa: E402 (As above.)


def read_items(origin: str, address: str) -> list[dict[str, Any]]:
    with urlopen(f"{origin}/v1/{address}", timeout=30) as response:
        items: list[dict[str, Any]] = json.load(response)["items"]
        return items


def check_structure(client: pandasdmx.Request, origin: str) -> None:
    assert list(client.dataflow().dataflow) == ["INDICATORS"]
    message = client.dataflow("INDICATORS")
    structure = message.structure["INDICATORS"]
    assert [component.id for component in structure.dimensions.components][-1] == "TIME_PERIOD"
    areas = structure.dimensions.get("REF_AREA").local_representation.enumerated
    for language in ("en", "zh"):
        labels = {item.id: item.name.localizations[language] for item in areas}
        found = read_items(origin, f"areas?limit=1000&lang={language}")
        assert labels == {one["code"]: one["name"] for one in found}
    concepts = message.concept_scheme["CS_INDICATORS"]
    assert concepts["OBS_VALUE"].name.localizations["en"] == "Observation value"


def check_data(client: pandasdmx.Request, origin: str) -> None:
    observations = read_items(origin, "observations?limit=1000")
    series = {observation["series"] for observation in observations}
    message = client.data("INDICATORS")
    frame = pandasdmx.to_pandas(message, attributes="o")
    assert frame["value"].dtype == "float64"
    wanted = {observation["id"]: float(observation["value"]) for observation in observations}
    assert {one.OBS_ID.value: one.value for one in frame.itertuples()} == wanted
    assert "2024-01-01/P11M" in frame.index.get_level_values("TIME_PERIOD")
    trade = [one for one in observations if one["indicator"]["code"] == "goods-trade"]
    year = [one for one in observations if one["period"]["label"] == "Full year 2024"]
    vintages = read_items(origin, "observations?limit=1000&vintages=all")
    history = [vintage for vintage in vintages if vintage["current_from"]]
    for count, key, parameters in (
        (len(trade), {"INDICATOR": "goods-trade"}, {}),
        (len(trade), "*.CN.*.*.goods-trade.*.*", {}),
        (len(trade), "....goods-trade..", {"format": "structurespecificdata"}),
        (len(year), "......P12M", {"startPeriod": "2024", "endPeriod": "2024"}),
        (len(observations), "all", {"updatedAfter": "2020-01-01"}),
        (len(history), "all", {"includeHistory": "true"}),
        (len(series), "all", {"firstNObservations": 1}),
        (len(series), "all", {"lastNObservations": 1}),
    ):
        found = client.data("INDICATORS", key=key, params=parameters)
        assert sum(len(one.obs) for one in found.data) == count, (key, parameters)
    assert len(client.preview_data("INDICATORS", {})) == len(series)
    status = 200
    try:
        client.data("INDICATORS", params={"startPeriod": "2100"})
    except HTTPError as error:
        status = error.response.status_code
    assert status == 404
    print(f"pandasdmx: {len(observations)} observations")


def main(origin: str) -> None:
    pandasdmx.add_source({"id": "BRI", "url": f"{origin}/sdmx", "name": "BRI"})
    client = pandasdmx.Request("BRI")
    check_structure(client, origin)
    check_data(client, origin)


main(sys.argv[1])
