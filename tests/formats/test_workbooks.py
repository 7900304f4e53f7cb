"""Excel workbooks: what they show, explain and leave out, and cells that are no formulas."""

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest

from app.ingest.build import build
from tests.formats.test_file_formats import read_list
from tests.support.client import AppClient
from tests.support.seeds import (
    BROKEN_SERIES,
    GOODS,
    MIGRATIONS,
    add_break,
    copy_seed,
    edit,
    find_issues,
)
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.database


FORMULA = re.compile("[=+@-]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
HEADER = 3
"""The row of the column names in a sheet of a workbook."""


def open_workbook(client: AppClient, path: str) -> Any:
    """Open a workbook."""
    return openpyxl.load_workbook(io.BytesIO(client.get(path).content))


def read_rows(sheet: Any) -> Iterator[Any]:
    """Read the table of a sheet, whose header is below the title and the source."""
    return sheet.iter_rows(min_row=HEADER)  # type: ignore[no-any-return]


@pytest.mark.parametrize("query", ["lang=en&vintages=all", "lang=zh&vintages=all", "unit=USD"])
def test_a_workbook_shows_each_figure_with_its_words(client: AppClient, query: str) -> None:
    language = "zh" if "zh" in query else "en"
    figures = open_workbook(client, f"/v1/observations.xlsx?{query}").worksheets[1]
    header, *rows = read_rows(figures)
    names = ["period", "coverage", "figure", "qualifier", "state", "growth", "citation"]
    names += ["comparability", "note", "reports", "base"]
    column = {name: number for number, name in enumerate(names, start=1)}
    key = [cell.value for cell in header].index({"en": "Key", "zh": "数据标识"}[language])
    states = {"en": ("current", "superseded"), "zh": ("现行", "被取代")}[language]
    items = read_list(client, "observations", query)
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        assert row[key].value == item["id"]
        assert row[column["figure"]].value == item["display"]
        assert row[column["coverage"]].value == item["coverage"]["name"]
        assert row[column["note"]].value == item["note"]
        assert row[column["comparability"]].value == item["comparability"]
        assert (row[column["state"]].value == states[0]) == item["current"]
        if item["superseded_on"]:
            assert states[1] in row[column["state"]].value
            assert item["superseded_on"] in row[column["state"]].value
        growth = row[column["growth"]].value
        if item["growth"] is None:
            assert growth is None
        else:
            assert growth.startswith(item["growth"]["display"])
            assert item["growth"]["citation"]["full"] in growth
        values = [cell.value for cell in row[column["base"] : column["base"] + 4]]
        units = ["CNY", "USD", "PT"]
        here = units.index(item["unit"]["code"]) if item["unit"]["code"] in units else 3
        assert [one is not None for one in values] == [at == here for at in range(4)]
        assert Decimal(str(values[here])) == item["value"]
        assert row[column["period"]].value == item["period"]["label"]
        assert row[column["citation"]].value == item["citation"]["full"]
    links = [cell.hyperlink.target for row in rows for cell in row if cell.hyperlink]
    addresses = [
        address
        for item in items
        for address in (item["source"]["address"], (item["growth"] or {}).get("source"))
        if address
    ]
    assert links == [one if isinstance(one, str) else one["address"] for one in addresses]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_workbook_of_everything_is_ready_to_print(client: AppClient, language: str) -> None:
    found = open_workbook(client, f"/v1/overview.xlsx?lang={language}")
    overview = client.get(f"/v1/overview?lang={language}").json()
    _, headlines, areas, actions, outcomes, years, sources, notes = found.worksheets
    assert headlines.max_row == HEADER + len(overview["indicators"])
    cells = [[cell.value for cell in row[:5]] for row in areas.iter_rows(min_row=HEADER + 1)]
    names = ("title", "year", "summary", "aim", "note")
    assert cells == [[one[name] for name in names] for one in overview["priority_areas"]]
    cells = [[cell.value for cell in row[2:5]] for row in actions.iter_rows(min_row=HEADER + 1)]
    announced = [action for area in overview["priority_areas"] for action in area["actions"]]
    assert cells == [[one[name] for name in ("text", "aim", "note")] for one in announced]
    edition = client.get("/v1/outcomes?edition=2025").json()
    assert outcomes.max_row == HEADER + edition["total"]
    assert years.max_row == HEADER + len(read_list(client, "observations"))
    assert HEADER < sources.max_row <= HEADER + len(read_list(client, "sources"))
    assert notes.max_row > HEADER
    for sheet in found.worksheets:
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
    for sheet in found.worksheets[1:]:
        assert sheet.freeze_panes == f"B{HEADER + 1}"
        assert sheet.print_title_rows == f"${HEADER}:${HEADER}"
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_cover_says_what_a_workbook_is(client: AppClient, language: str) -> None:
    path = f"/v1/observations.xlsx?indicator=goods-trade&since=2024-01-01&lang={language}"
    cover, *others = open_workbook(client, path).worksheets
    rows = [[cell.value for cell in row] for row in cover.iter_rows(min_row=2)]
    assert cover["A1"].value
    assert all(all(row) for row in rows)
    service = client.get(f"/v1?lang={language}").json()
    texts = [text for _, text in rows]
    for name in ("description", "citation", "contact"):
        assert service[name] in texts
    assert service["licence"]["data"] in texts
    assert any(service["release"]["code"] in text for text in texts)
    assert any("2026" in text and ("expected" in text or "预计" in text) for text in texts)
    assert any("indicator=goods-trade" in one and "since=2024-01-01" in one for one in texts)
    links = [cell.hyperlink.location for cell in cover["A"] if cell.hyperlink]
    assert links == [f"'{sheet.title}'!A1" for sheet in others]
    for sheet in others:
        assert sheet["A1"].value in texts
        assert service["citation"] in sheet["A2"].value
        cells = list(sheet.iter_rows(min_row=HEADER, values_only=True))
        assert all(any(row) for row in cells)
        assert all(cells[0])


def test_a_cover_names_the_operator(database: Target) -> None:
    with open_app(database, contact="data@example.org") as app:
        cover = open_workbook(AppClient(app), "/v1/outcomes.xlsx").worksheets[0]
        assert "data@example.org" in AppClient(app).get("/v1").json()["contact"]
    assert any("data@example.org" in cell.value for cell in cover["B"][1:])


def test_workbook_of_an_edition_shows_its_figures(newest: AppClient) -> None:
    found = open_workbook(newest, "/v1/overview.xlsx?edition=2022")
    overview = newest.get("/v1/overview?edition=2022").json()
    _, headlines, areas, *_ = found.worksheets
    cells = [row[0].value for row in headlines.iter_rows(min_row=HEADER + 1)]
    assert cells == [indicator["name"] for indicator in overview["indicators"]]
    cells = [row[0].value for row in areas.iter_rows(min_row=HEADER + 1)]
    assert cells == [area["title"] for area in overview["priority_areas"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_workbook_explains_its_columns(client: AppClient, language: str) -> None:
    found = open_workbook(client, f"/v1/observations.xlsx?lang={language}")
    notes = {row[0].value: row[1].value for row in read_rows(found.worksheets[-1])}
    explained = {name for text in notes for name in re.findall("“(.+)”", text)}
    assert explained <= {cell.value for cell in found.worksheets[1][HEADER]} | {"一带一路"}
    assert (
        explained
        >= {
            "en": {"Coverage", "Qualifier", "In force", "Published growth", "Growth basis", "Note"}
            | {
                "Rounding interval",
                "Stated limit",
                "Vintage",
                "Break before",
                "Growth base period",
            },
            "zh": {"统计范围", "限定词", "是否现行", "公布的增速", "增速基数类型", "说明"}
            | {"舍入区间", "原文界限", "公布日", "此前中断", "增速基期"},
        }[language]
    )
    for one in read_list(client, "coverages", f"lang={language}"):
        (name,) = (name for name in notes if name.endswith(one["name"]))
        assert one["evidence"] in notes[name]
        is_inferred = one["basis"] == "inferred"
        assert ({"en": "inferred", "zh": "推断"}[language] in name) == is_inferred
    assert not [text for text in notes.values() if not text]


def test_no_column_of_a_workbook_mixes_units(client: AppClient) -> None:
    workbook = open_workbook(client, "/v1/observations.xlsx?vintages=all")
    header, *rows = read_rows(workbook.worksheets[1])
    items = read_list(client, "observations", "vintages=all")
    units: dict[str, set[str]] = {}
    for row, item in zip(rows, items, strict=True):
        for name, cell in zip(header, row, strict=True):
            if isinstance(cell.value, int | float):
                is_growth = "Growth" in name.value
                unit = item["growth"]["measure"] if is_growth else item["unit"]["code"]
                units.setdefault(name.value, set()).add(unit)
    assert units == {
        "Value in yuan": {"CNY"},
        "Value in US dollars": {"USD"},
        "Value in percent": {"PT"},
        "Value, other units": {"NB"},
        "Growth in percent": {"percent"},
        "Growth in percentage points": {"percentage_points"},
    }


@pytest.mark.parametrize(
    ("code", "interval", "limit"),
    [
        ("goods-trade", "22.05 trillion to 22.15 trillion (CNY)", None),
        ("import-share", None, "below 54 (%)"),
        ("investment-agreements", "printed in full", None),
        ("aid-projects", None, "above 700 (number)"),
        ("outward-direct-investment", "214.655 billion to 214.665 billion (CNY)", None),
    ],
)
def test_a_workbook_names_the_unit_of_every_limit(
    client: AppClient, code: str, interval: str | None, limit: str | None
) -> None:
    path = f"/v1/observations.xlsx?indicator={code}&since=2024-01-01&until=2024-12-31"
    path += "&unit=CNY" if "CNY" in (interval or "") else ""
    header, row, *_ = read_rows(open_workbook(client, path).worksheets[1])
    cells = {name.value: cell.value for name, cell in zip(header, row, strict=True)}
    assert (cells["Rounding interval"], cells["Stated limit"]) == (interval, limit)


def test_a_break_is_explained_in_workbooks(tmp_path: Path) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "bri.sqlite"
    add_break(seed)
    build(seed, MIGRATIONS, target)
    with open_app(target) as app:
        client = AppClient(app)
        found = open_workbook(client, "/v1/observations.xlsx")
        content = client.get("/v1/dataset.zip").content
    notes = {row[0].value: row[1].value for row in found.worksheets[-1].iter_rows()}
    assert notes[f"Break in {BROKEN_SERIES}, 2021-01-01"] == "The definition changed."
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        frame = pl.read_csv(package.read("series.csv")).filter(code=BROKEN_SERIES)
    assert frame["break_notes"].to_list() == ["The definition changed."]


def test_a_workbook_has_the_sources_that_it_cites(client: AppClient) -> None:
    query = "indicator=goods-trade&since=2024-01-01"
    sheet = open_workbook(client, f"/v1/observations.xlsx?{query}").worksheets[-2]
    header, *rows = sheet.iter_rows(min_row=HEADER, values_only=True)
    items = read_list(client, "observations", query)
    cited = {item["source"]["code"] for item in items}
    rates = {item["growth"]["source"]["code"] for item in items if item["growth"]}
    reports = {report["source"]["code"] for item in items for report in item["reports"]}
    shown = [row[header.index("Key")] for row in rows]
    assert set(shown) == cited | rates | reports
    assert len(shown) == len(set(shown)) > 1


def read_cells(client: AppClient) -> Iterator[str]:
    """Read every cell of every table in both languages."""
    for language in ("en", "zh"):
        content = client.get(f"/v1/dataset.zip?lang={language}").content
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                if name.endswith(".csv"):
                    frame = pl.read_csv(package.read(name), infer_schema=False)
                    yield from (cell for row in frame.rows() for cell in row if cell)


def test_no_cell_is_a_formula(client: AppClient) -> None:
    found = list(read_cells(client))
    assert len(found) > 2000
    assert not [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize("beginning", ["=HYPERLINK(1)", "+1 and more", "@SUM(1)", "-1 and less"])
def test_a_text_that_starts_like_a_formula_is_refused(tmp_path: Path, beginning: str) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", f'  en: "{beginning}"')
    (fault,) = find_issues(seed)
    assert (str(fault.file), fault.field) == (str(seed / GOODS), "wording.en")
