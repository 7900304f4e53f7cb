"""SDMX-CSV: the columns of names, keys and last days that clients may add."""

import csv
import io
from collections.abc import Iterable
from typing import Any, NamedTuple

import pytest

from app.parameters.sdmx import DIMENSIONS
from tests.formats.test_sdmx_data import FLOW, read, read_observations
from tests.support.client import AppClient
from tests.support.sdmx import BASE, STRUCTURES, Row

pytestmark = pytest.mark.database


class Names(NamedTuple):
    """The names in a structure message: of the dataflow, of components, and of their codes."""

    flow: str
    concepts: dict[str, str]
    codes: dict[str, dict[str, str]]


def read_names(client: AppClient, language: str) -> Names:
    headers = {"Accept": STRUCTURES["json10"], "Accept-Language": language}
    path = "/sdmx/dataflow/BRI/INDICATORS?references=all"
    found = client.get(path, headers=headers).json()["data"]

    def name(items: Iterable[Any]) -> dict[str, str]:
        return {one["id"]: one["names"][language] for one in items}

    lists = {one["id"]: name(one["codes"]) for one in found["codelists"]}
    (structure,) = found["dataStructures"]
    components = structure["dataStructureComponents"]
    codes = {}
    for one in [
        *components["dimensionList"]["dimensions"],
        *components["attributeList"]["attributes"],
    ]:
        urn = one["localRepresentation"].get("enumeration")
        if urn is not None:
            codes[one["id"]] = lists[urn.rpartition(":")[2].partition("(")[0]]
    (flow,) = name(found["dataflows"]).values()
    (scheme,) = found["conceptSchemes"]
    return Names(flow, name(scheme["concepts"]), codes)


def read_table(client: AppClient, address: str, options: str) -> list[Row]:
    """Ask for SDMX-CSV with options; each column has a header of its own."""
    answer = client.get(address, headers={"Accept": f"{BASE}data+csv;{options}"})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == f"{BASE}data+csv;{options}"
    header, *rows = csv.reader(io.StringIO(answer.text))
    assert len(set(header)) == len(header)
    return [dict(zip(header, row, strict=True)) for row in rows]


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_csv_adds_the_names_of_the_structure(
    client: AppClient, version: str, language: str
) -> None:
    address = f"{FLOW}/all?lang={language}"
    flow, concepts, codes = read_names(client, language)
    whole = read_table(client, address, f"version={version}")
    named = read_table(client, address, f"version={version};labels=both")
    assert len(whole) == len(named) > 30
    for row, texts in zip(whole, named, strict=True):
        wanted = {}
        for column, value in row.items():
            name = codes.get(column, {}).get(value)
            if value == "BRI:INDICATORS(1.0)":
                name = flow
            header = f"{column}: {concepts[column]}" if column in concepts else column
            wanted[header] = f"{value}: {name}" if name else value
        assert texts == wanted


@pytest.mark.sqlite
@pytest.mark.parametrize("language", ["en", "zh"])
def test_csv_adds_columns_of_names_and_keys(client: AppClient, language: str) -> None:
    options = "version=2.0.0;labels=name;keys=both"
    address = f"{FLOW}/....goods-trade..?lang={language}"
    flow, concepts, codes = read_names(client, language)
    whole = read_table(client, address, "version=2.0.0")
    for row, texts in zip(whole, read_table(client, address, options), strict=True):
        series = ".".join(row[name] for name in DIMENSIONS)
        names = {concepts[one]: codes.get(one, {}).get(row[one], "") for one in [*row][3:]}
        keys = {"SERIES_KEY": series, "OBS_KEY": f"{series}.{row['TIME_PERIOD']}"}
        assert texts == {**row, "STRUCTURE_NAME": flow, **names, **keys}
        header = ["STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME", "ACTION", *keys, "FREQ"]
        assert [*texts][:7] == header
        assert [*texts].index(concepts["INDICATOR"]) == [*texts].index("INDICATOR") + 1
        assert [row["OBS_ID"]] == [
            one["OBS_ID"]
            for one in read(client, f"{FLOW}/{texts['SERIES_KEY']}")
            if one["TIME_PERIOD"] == row["TIME_PERIOD"]
        ]


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("keys", "wanted"),
    [("series", ["SERIES_KEY"]), ("obs", ["OBS_KEY"]), ("both", ["SERIES_KEY", "OBS_KEY"])],
)
def test_csv_adds_the_keys_that_are_requested(
    client: AppClient, keys: str, wanted: list[str]
) -> None:
    rows = read_table(client, f"{FLOW}/....goods-trade..", f"version=2.0.0;keys={keys}")
    assert [name for name in rows[0] if name.endswith("_KEY")] == wanted


@pytest.mark.sqlite
def test_csv_of_series_without_figures_has_names_and_keys(client: AppClient) -> None:
    address = f"{FLOW}/....goods-trade..?detail=serieskeysonly&lang=en"
    for row in read_table(client, address, "version=2.0.0;labels=both;keys=series"):
        assert row["INDICATOR: Indicator"].startswith("goods-trade: ")
        assert row["SERIES_KEY"].count(".") == len(DIMENSIONS) - 1


@pytest.mark.sqlite
@pytest.mark.parametrize("version", ["1.0.0", "2.0.0"])
def test_csv_has_the_last_days_of_periods(client: AppClient, version: str) -> None:
    last_days = {one["id"]: one["period"]["end"] for one in read_observations(client)}
    options = f"version={version};timeformat=normalized"
    rows = read_table(client, f"{FLOW}/all", options)
    assert {row["OBS_ID"]: row["TIME_PERIOD"] for row in rows} == last_days
