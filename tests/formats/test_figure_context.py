"""Every format keeps what belongs to a figure, so that no copy of it can be misread."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import polars as pl
import pytest
from starlette.testclient import TestClient

from app.i18n import QUALIFIERS, Language
from tests.support.sdmx import DATA
from tests.support.sdmx import rows as read_sdmx

pytestmark = pytest.mark.database

Cells = dict[str, set[str]]
"""All that a format says of each observation, by its key."""
COLON = {"en": ": ", "zh": "："}
COMMA = {"en": ", ", "zh": "，"}


def write(value: Any) -> str:
    """Write a value as text, a number with all its digits."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return format(Decimal(str(value)).normalize(), "f") if is_number else str(value)


def list_leaves(value: Any) -> Iterator[Any]:
    """List all values in a record."""
    if isinstance(value, dict | list):
        for member in value.values() if isinstance(value, dict) else value:
            yield from list_leaves(member)
    elif value is not None:
        yield value


def read_markdown(content: bytes) -> Iterator[dict[str, str]]:
    """Read a table of Markdown, whose texts have no bars."""
    lines = [line for line in content.decode().splitlines() if line.startswith("| ")]
    for line in lines[2:]:
        cells = re.sub(r"\\(.)", r"\1", line).strip("| ").split(" | ")
        yield {"id": cells[0], **{str(at): cell.strip("<>") for at, cell in enumerate(cells)}}


def read_workbook(content: bytes) -> Iterator[dict[str, Any]]:
    """Read the first sheet of a workbook."""
    header, *rows = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows()
    names = {"Key": "id", "数据标识": "id"}
    for row in rows:
        pairs = zip(header, row, strict=True)
        yield {names.get(name.value, name.value): cell.value for name, cell in pairs}


RECORDS: dict[str, Callable[[bytes], Any]] = {
    "csv": lambda content: csv.DictReader(io.StringIO(content.decode(), newline="")),
    "jsonl": lambda content: map(read_json, content.decode().splitlines()),
    "parquet": lambda content: pl.read_parquet(io.BytesIO(content)).iter_rows(named=True),
    "arrow": lambda content: pl.read_ipc(io.BytesIO(content)).iter_rows(named=True),
    "md": read_markdown,
    "jsonstat": lambda content: read_json(content)["extension"]["observations"].values(),
    "xlsx": read_workbook,
}


def read_json(content: bytes | str) -> Any:
    """Read JSON, its numbers digit by digit."""
    return json.loads(content, parse_float=Decimal)


def read_cells(client: TestClient, form: str, query: str) -> Cells:
    """Download all figures in a format."""
    path = (
        f"/sdmx/data/INDICATORS/all?{query}" if form in DATA else f"/v1/observations.{form}?{query}"
    )
    response = client.get(path, headers={"Accept": DATA.get(form, "*/*")})
    assert response.status_code == 200, response.text
    content = response.content
    records = read_sdmx(content, form) if form in DATA else RECORDS[form](content)
    key = "OBS_ID" if form in DATA else "id"
    return {record[key]: set(map(write, list_leaves(record))) for record in records}


def list_values(item: Any) -> Iterator[Any]:
    """List the numbers, codes and texts of a figure that machines read."""
    growth = item["growth"]
    yield from (item["value"], item["published"]["wording"], item["qualifier"])
    yield from [*item["rounding"].values(), *item["bounds"].values()]
    yield from (item["unit"]["code"], item["coverage"]["code"], item["indicator"]["code"])
    yield from (item["source"]["code"], item["locator"], item["note"], item["superseded_on"])
    if growth:
        yield from (growth["value"], growth["unit"]["code"], growth["measure"], growth["basis"])
        yield from (growth["wording"], growth["source"]["code"], growth["locator"], growth["note"])


def list_periods(item: Any, *, is_sdmx: bool) -> Iterator[str]:
    """List the first and last days of the period and of the base of growth, or as SDMX writes."""
    growth = item["growth"]
    for period in (item["period"], *([growth["base_period"]] if growth else [])):
        start: str = period["start"]
        is_year = period["months"] == 12
        sdmx = start[:4] if is_year else f"{start}/P{period['months']}M"
        yield from [sdmx] if is_sdmx else (start, period["end"])


def list_phrases(item: Any) -> Iterator[str]:
    """List what people read of a figure."""
    growth = item["growth"]
    yield from (item["display"], item["period"]["label"], item["citation"]["full"])
    yield from (item["indicator"]["name"], item["coverage"]["name"], item["unit"]["name"])
    yield from (report["note"] for report in item["reports"] if report["agreement"] == "differs")
    if growth:
        yield from (growth["display"], growth["citation"]["full"], growth["base_period"]["label"])
        yield growth["unit"]["name"]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", [*RECORDS, *DATA])
def test_a_format_keeps_the_context_of_every_figure(
    client: TestClient, form: str, language: Language
) -> None:
    has_one_vintage = form == "jsonstat" or form in DATA
    query = f"lang={language}{'' if has_one_vintage else '&vintages=all'}"
    found = read_cells(client, form, query)
    items = read_json(client.get(f"/v1/observations?limit=1000&{query}").text)["items"]
    assert found.keys() == {item["id"] for item in items}
    for item in items:
        cells = found[item["id"]]
        if form == "xlsx":
            words = [*list_phrases(item), QUALIFIERS[item["qualifier"]].get(language)]
            words += [text for text in (item["note"], (item["growth"] or {}).get("note")) if text]
            for text in words:
                assert any(text in cell for cell in cells), (item["id"], text)
            continue
        expected = {write(value) for value in list_values(item) if value is not None}
        expected |= set(list_periods(item, is_sdmx=form in DATA))
        if form in {"jsonl", "jsonstat"}:
            expected |= set(list_phrases(item))
        assert expected - cells == set(), item["id"]


@pytest.mark.parametrize("language", Language)
def test_a_chart_keeps_the_context_of_every_figure(client: TestClient, language: Language) -> None:
    for item in client.get(f"/v1/observations?limit=1000&lang={language}").json()["items"]:
        path = f"/v1/indicators/{item['indicator']['code']}/chart.svg?lang={language}"
        picture = ET.fromstring(client.get(path).text)  # noqa: S314
        texts = picture.iter("{http://www.w3.org/2000/svg}text")
        printed = re.sub(r"\s", "", "".join("".join(text.itertext()) for text in texts))
        for text in list_chart_texts(item, language):
            assert re.sub(r"\s", "", text) in printed, (item["id"], text)


def list_chart_texts(item: Any, language: Language) -> Iterator[str]:
    """List what a chart says of a figure; a note names the figure to which it belongs."""
    growth, period = item["growth"], item["period"]["label"]
    yield from (item["display"], period, item["coverage"]["name"], item["citation"]["full"])
    notes = [report["note"] for report in item["reports"] if report["agreement"] == "differs"]
    for note in (item["note"], *notes):
        if note:
            name = COMMA[language].join([period, item["display"]])
            yield COLON[language].join([name, note])
    if growth:
        yield from (growth["display"], growth["citation"]["full"])
        is_own_unit = growth["unit"]["code"] == item["unit"]["code"]
        if growth["note"] and is_own_unit:
            name = COMMA[language].join([period, growth["display"]])
            yield COLON[language].join([name, growth["note"]])
