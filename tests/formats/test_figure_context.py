"""Every format keeps what belongs to a figure, so that no copy of it can be misread."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import openpyxl
import polars as pl
import pytest

from app.formats.sentences import describe_rounding
from app.i18n import QUALIFIERS, Language
from app.ingest.build import build
from tests.support.client import AppClient
from tests.support.sdmx import DATA
from tests.support.sdmx import read_rows as read_sdmx
from tests.support.seeds import BROKEN_SERIES, MIGRATIONS, add_break, copy_seed
from tests.support.targets import open_app

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
        yield {"id": cells[-1], **{str(at): cell.strip("<>") for at, cell in enumerate(cells)}}


def read_workbook(content: bytes) -> Iterator[dict[str, Any]]:
    """Read the table of a workbook, which is after the cover and below the title of its sheet."""
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    header, *rows = sheet.iter_rows(min_row=3)
    names = {"Key": "id", "数据标识": "id"}
    for row in rows:
        pairs = zip(header, row, strict=True)
        yield {names.get(name.value, name.value): cell.value for name, cell in pairs}


RECORDS: dict[str, Callable[[bytes], Any]] = {
    "csv": lambda content: csv.DictReader(io.StringIO(content.decode(), newline="")),
    "jsonl": lambda content: map(read_json, content.decode().splitlines()),
    "parquet": lambda content: pl.read_parquet(content).iter_rows(named=True),
    "arrow": lambda content: pl.read_ipc(content).iter_rows(named=True),
    "md": read_markdown,
    "jsonstat": lambda content: read_json(content)["extension"]["observations"].values(),
    "xlsx": read_workbook,
}


def read_json(content: bytes | str) -> Any:
    """Read JSON, its numbers digit by digit."""
    return json.loads(content, parse_float=Decimal)


def read_cells(client: AppClient, form: str, query: str) -> Cells:
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
    yield item["comparability"]
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


def list_displayed(item: Any) -> Iterator[str]:
    """List what a table for people has of a figure: texts in place of codes and parts."""
    growth = item["growth"] or {"display": None, "citation": {"full": None}}
    growth = {"note": None, "contradiction": None} | growth
    texts = (
        *(item["display"], item["period"]["label"], item["citation"]["full"], item["note"]),
        *(item["indicator"]["name"], item["coverage"]["name"], item["published"]["wording"]),
        *(item["reporting_area"]["name"], item["counterpart_area"]["name"]),
        *(item["comparability"], item["superseded_on"], item["vintage"], item["id"]),
        *(growth["display"], growth["citation"]["full"], growth["note"]),
        *(one["contradiction"]["reason"] for one in (item, growth) if one["contradiction"]),
    )
    yield from (text for text in texts if text)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", [*RECORDS, *DATA])
def test_a_format_keeps_the_context_of_every_figure(
    client: AppClient, form: str, language: Language
) -> None:
    has_one_vintage = form == "jsonstat" or form in DATA
    query = f"lang={language}{'' if has_one_vintage else '&vintages=all'}"
    found = read_cells(client, form, query)
    items = read_json(client.get(f"/v1/observations?limit=1000&{query}").text)["items"]
    assert found.keys() == {item["id"] for item in items}
    for item in items:
        cells = found[item["id"]]
        if form == "md":
            assert set(list_displayed(item)) - cells == set(), item["id"]
            continue
        if form == "xlsx":
            words = [*list_phrases(item), QUALIFIERS[item["qualifier"]].get(language)]
            words += [text for text in (item["note"], (item["growth"] or {}).get("note")) if text]
            for text in words:
                assert any(text in cell for cell in cells), (item["id"], text)
            continue
        expected = {write(value) for value in list_values(item) if value is not None}
        expected |= set(list_periods(item, is_sdmx=form in DATA))
        if form in {"csv", "parquet", "arrow"}:
            expected |= set(list_displayed(item))
        if form in {"jsonl", "jsonstat"}:
            expected |= set(list_phrases(item))
        assert expected - cells == set(), item["id"]


def list_pairs(client: AppClient, language: Language) -> Iterator[tuple[Any, Any, list[str]]]:
    """List the pairs of figures of one series, and why /v1/compare refuses them."""
    for series in client.get("/v1/series?limit=1000").json()["items"]:
        path = f"/v1/series/{series['code']}?lang={language}"
        for earlier, later in combinations(client.get(path).json()["points"], 2):
            query = {
                "indicator": series["indicator"]["code"],
                "unit": series["unit"]["code"],
                "lang": language,
                "period": [write_period(one["period"]) for one in (earlier, later)],
            }
            answer = client.get("/v1/compare", params=query).json()
            assert [answer["earlier"]["id"], answer["later"]["id"]] == [earlier["id"], later["id"]]
            yield earlier, later, [obstacle["text"] for obstacle in answer["obstacles"]]


def write_period(period: Any) -> str:
    start, end = period["start"][:7], period["end"][:7]
    return period["start"][:4] if period["months"] == 12 else f"{start}/{end}"


def name_mark(earlier: Any, language: Language) -> str:
    """Return how the mark of a figure begins that is not comparable with an earlier one."""
    label = earlier["period"]["label"].replace("Full year", "the full year")
    marks = {
        Language.ENGLISH: f"Not comparable with {label}: ",
        Language.CHINESE: f"与{label}数据不可比：",
    }
    return marks[language]


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("form", [*RECORDS, *DATA])
def test_a_format_marks_every_refused_pair(
    client: AppClient, form: str, language: Language
) -> None:
    found = read_cells(client, form, f"lang={language}")
    refused = 0
    for earlier, later, reasons in list_pairs(client, language):
        mark = name_mark(earlier, language)
        marked = [cell for cell in found[later["id"]] if mark in cell]
        assert bool(marked) == bool(reasons), (form, later["id"])
        assert all(mark + reason in marked[0] for reason in reasons[:1])
        assert all(reason in marked[0] for reason in reasons)
        refused += bool(reasons)
    assert refused >= 3


@pytest.mark.parametrize("language", Language)
def test_sentences_and_statuses_mark_every_refused_pair(
    client: AppClient, language: Language
) -> None:
    lines = client.get(f"/llms-full.txt?lang={language}").text.splitlines()
    cube = client.get(f"/v1/observations.jsonstat?lang={language}").json()
    positions = {one["id"]: at for at, one in cube["extension"]["observations"].items()}
    marked = set()
    for earlier, later, reasons in list_pairs(client, language):
        if not reasons:
            continue
        marked.add(positions[later["id"]])
        mark = name_mark(earlier, language) + reasons[0]
        assert any(later["display"] in line and mark in line for line in lines)
        assert any(later["display"] in note and mark in note for note in cube["note"])
    statuses = cube["status"].items()
    assert {at for at, status in statuses if "not_comparable" in status} == marked
    assert all(status in cube["extension"]["status"]["label"] for _, status in statuses)


@pytest.mark.parametrize("language", Language)
def test_the_data_package_keeps_the_marks(client: AppClient, language: Language) -> None:
    items = client.get(f"/v1/observations?limit=1000&vintages=all&lang={language}").json()["items"]
    content = client.get(f"/v1/dataset.zip?lang={language}").content
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        rows = list(RECORDS["csv"](package.read("observations.csv")))
    marks = {row["id"]: row["comparability"] or None for row in rows}
    assert marks == {item["id"]: item["comparability"] for item in items}
    assert len([mark for mark in marks.values() if mark]) >= 3


def test_a_break_marks_all_later_figures(tmp_path: Path) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "bri.sqlite"
    add_break(seed)
    build(seed, MIGRATIONS, target)
    with open_app(target) as app:
        points = AppClient(app).get(f"/v1/series/{BROKEN_SERIES}").json()["points"]
    first, *later = points
    assert first["comparability"] is None
    assert len(later) > 1
    reason = "There is a break in the series between them. The definition changed."
    for point in later:
        is_same_source = point["source"] == first["source"]
        found = point["comparability"] or ""
        assert (name_mark(first, Language.ENGLISH) + reason in found) != is_same_source


@pytest.mark.parametrize("language", Language)
def test_a_qualifier_hides_the_rounding_in_words(client: AppClient, language: Language) -> None:
    items = client.get(f"/v1/observations?limit=1000&lang={language}&qualifier=over,nearly,about")
    lines = client.get(f"/llms-full.txt?lang={language}").text.splitlines()
    response = client.get(f"/v1/observations.xlsx?lang={language}")
    rows = {row["id"]: row for row in read_workbook(response.content)}
    rounding = {"en": "Rounding", "zh": "舍入区间"}[language]
    limit = {"en": "Stated limit", "zh": "原文界限"}[language]
    name = {"en": "Rounding interval", "zh": "舍入区间"}[language]
    assert items.json()["items"]
    for item in items.json()["items"]:
        row = rows[item["id"]]
        assert row[name] is None
        has_limit = any(value is not None for value in item["bounds"].values())
        assert bool(row[limit]) == has_limit
        for line in lines:
            if (
                line.startswith("- ")
                and item["display"] in line
                and item["citation"]["full"] in line
            ):
                assert rounding not in line
                assert (limit in line) == has_limit


@pytest.mark.parametrize("language", Language)
def test_a_chart_keeps_the_context_of_every_figure(client: AppClient, language: Language) -> None:
    for item in client.get(f"/v1/observations?limit=1000&lang={language}").json()["items"]:
        path = f"/v1/indicators/{item['indicator']['code']}/chart.svg?lang={language}"
        picture = ET.fromstring(client.get(path).text)  # noqa: S314
        texts = picture.iter("{http://www.w3.org/2000/svg}text")
        printed = re.sub(r"\s", "", "".join("".join(text.itertext()) for text in texts))
        # Numbers are drawn without their unit, which a block names once; the description has both.
        printed += re.sub(r"\s", "", picture.findtext("{http://www.w3.org/2000/svg}desc") or "")
        for text in list_chart_texts(item, language):
            assert re.sub(r"\s", "", text) in printed, (item["id"], text)


def list_chart_texts(item: Any, language: Language) -> Iterator[str]:
    """List what a chart says of a figure; a note names the figure to which it belongs."""
    growth, period = item["growth"], item["period"]["label"]
    yield from (item["display"], period, item["coverage"]["name"], item["citation"]["full"])
    for note in list_notes(item):
        name = COMMA[language].join([period, item["display"]])
        yield COLON[language].join([name, note])
    if growth:
        yield from (growth["display"], growth["citation"]["full"])
        is_own_unit = growth["unit"]["code"] == item["unit"]["code"]
        for note in list_notes(growth) if is_own_unit else ():
            name = COMMA[language].join([period, growth["display"]])
            yield COLON[language].join([name, note])


def list_notes(part: Any) -> list[str]:
    """List the note on a figure or its growth, and why other published numbers differ."""
    contradiction = part["contradiction"]
    return [text for text in (part["note"], contradiction and contradiction["reason"]) if text]


@pytest.mark.parametrize(
    ("multiplier", "decimals", "limits", "text"),
    [
        (12, 1, ("22050000000000", "22150000000000"), "22.05 trillion to 22.15 trillion"),
        (6, 0, ("6750000000", "6850000000"), "6.75 billion to 6.85 billion"),
        (0, 0, ("12350", "12450"), "12,350 to 12,450"),
    ],
)
def test_a_rounding_interval_has_one_more_digit_than_its_figure(
    multiplier: int, decimals: int, limits: tuple[str, str], text: str
) -> None:
    lower, upper = map(Decimal, limits)
    record = {
        "qualifier": "none",
        "published": {"multiplier": multiplier, "decimals": decimals},
        "rounding": {"lower": lower, "upper": upper},
        "unit": {"symbol": "CNY"},
    }
    (sentence,) = describe_rounding(record, Language.ENGLISH)
    assert sentence == f"Rounding of the printed number: {text} (CNY)."
