"""Excel, Parquet, JSON-stat, JSON Lines, data package and SQLite, read by independent programs."""

import base64
import csv
import hashlib
import io
import json
import re
import sqlite3
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_httpfs
import httpx2
import openpyxl
import pandas as pd
import polars as pl
import pytest
from frictionless import Package
from starlette.testclient import TestClient

from app.ingest.build import build
from app.request import name_parameters
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
TABLES = ("observations", "indicators", "actions", "outcomes")


def read_list(client: TestClient, name: str, query: str = "") -> list[dict[str, Any]]:
    """Read a list, its numbers digit by digit."""
    text = client.get(f"/v1/{name}?limit=1000&{query}").text
    items: list[dict[str, Any]] = json.loads(text, parse_float=Decimal, parse_int=Decimal)["items"]
    return items


def open_workbook(client: TestClient, path: str) -> Any:
    """Open a workbook."""
    return openpyxl.load_workbook(io.BytesIO(client.get(path).content))


def read_rows(sheet: Any) -> Iterator[Any]:
    """Read the table of a sheet, whose header is below the title and the source."""
    return sheet.iter_rows(min_row=HEADER)  # type: ignore[no-any-return]


def format_cell(cell: Any) -> str:
    """Show a number as a spreadsheet does, by the format of its cell."""
    words = re.fullmatch(r'("(.*?)")?([#,0.]+)("(.*?)")?', cell.number_format)
    assert words is not None, cell.number_format
    decimals = len(words[3].partition(".")[2])
    grouped = "," if "," in words[3] else ""
    return f"{words[2] or ''}{Decimal(str(cell.value)):{grouped}.{decimals}f}{words[5] or ''}"


@pytest.mark.parametrize("query", ["lang=en&vintages=all", "lang=zh&vintages=all", "unit=USD"])
def test_a_workbook_shows_each_figure_with_its_words(client: TestClient, query: str) -> None:
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
def test_the_workbook_of_everything_is_ready_to_print(client: TestClient, language: str) -> None:
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
def test_a_cover_says_what_a_workbook_is(client: TestClient, language: str) -> None:
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
        cover = open_workbook(TestClient(app), "/v1/outcomes.xlsx").worksheets[0]
        assert "data@example.org" in TestClient(app).get("/v1").json()["contact"]
    assert any("data@example.org" in cell.value for cell in cover["B"][1:])


def test_workbook_of_an_edition_shows_its_figures(newest: TestClient) -> None:
    found = open_workbook(newest, "/v1/overview.xlsx?edition=2022")
    overview = newest.get("/v1/overview?edition=2022").json()
    _, headlines, areas, *_ = found.worksheets
    cells = [row[0].value for row in headlines.iter_rows(min_row=HEADER + 1)]
    assert cells == [indicator["name"] for indicator in overview["indicators"]]
    cells = [row[0].value for row in areas.iter_rows(min_row=HEADER + 1)]
    assert cells == [area["title"] for area in overview["priority_areas"]]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_workbook_explains_its_columns(client: TestClient, language: str) -> None:
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


def test_no_column_of_a_workbook_mixes_units(client: TestClient) -> None:
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
    client: TestClient, code: str, interval: str | None, limit: str | None
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
        client = TestClient(app)
        found = open_workbook(client, "/v1/observations.xlsx")
        content = client.get("/v1/dataset.zip").content
    notes = {row[0].value: row[1].value for row in found.worksheets[-1].iter_rows()}
    assert notes[f"Break in {BROKEN_SERIES}, 2021-01-01"] == "The definition changed."
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        frame = pl.read_csv(package.read("series.csv")).filter(code=BROKEN_SERIES)
    assert frame["break_notes"].to_list() == ["The definition changed."]


def test_a_month_is_not_written_as_a_day(client: TestClient, package: Path) -> None:
    table = pl.read_csv(package / "sources.csv", infer_schema=False)
    sources = open_workbook(client, "/v1/overview.xlsx").worksheets[-2]
    sheet = sources.iter_rows(min_row=HEADER, values_only=True)
    header = next(sheet)
    rows = {row["Key"]: row for row in (dict(zip(header, one, strict=True)) for one in sheet)}
    precisions = set()
    for row in table.filter(pl.col("code").is_in(list(rows))).iter_rows(named=True):
        source = client.get(f"/v1/sources/{row['code']}").json()
        precision = source["published_precision"]
        length = len("2026-01") if precision == "month" else len("2026-01-15")
        published = rows[row["code"]]["Published"]
        assert row["published_on"] == published == source["published_on"][:length]
        assert row["published_precision"] == rows[row["code"]]["Date precision"] == precision
        precisions.add(precision)
    assert precisions == {"day", "month"}


def test_a_workbook_has_the_sources_that_it_cites(client: TestClient) -> None:
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


def test_the_package_says_which_growth_is_in_force(client: TestClient, package: Path) -> None:
    frame = pl.read_csv(package / "growth-rates.csv", infer_schema=False)
    items = {one["id"]: one for one in read_list(client, "growth-rates", "vintages=all")}
    states = {str(row["current"]).lower() for row in items.values()}
    assert states == {"true", "false"}
    for row in frame.iter_rows(named=True):
        item = items[row["id"]]
        assert row["current"] == str(item["current"]).lower()
        for name in ("current_from", "superseded_on"):
            assert row[name] == item[name]


def test_equal_releases_make_equal_files(client: TestClient, server: str) -> None:
    paths = [f"/v1/{name}.{suffix}" for name in TABLES for suffix in ("xlsx", "parquet", "csv")]
    for path in (*paths, "/v1/dataset.zip?lang=zh", "/v1/overview.xlsx"):
        response = httpx2.get(server + path, headers={"Host": "testserver"}, timeout=60)
        assert response.content == client.get(path).content, path


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_parquet_is_the_csv_with_types(server: str, name: str, language: str) -> None:
    query = f"lang={language}{'&vintages=all' if name == 'observations' else ''}"
    described = httpx2.get(f"{server}/v1/{name}.csv-metadata.json?lang={language}").json()
    columns = described["tableSchema"]["columns"]
    frame = pl.read_parquet(f"{server}/v1/{name}.parquet?{query}")
    plain = pl.read_csv(httpx2.get(f"{server}/v1/{name}.csv?{query}").content, infer_schema=False)
    assert frame.columns == [column["name"] for column in columns]
    types = {
        "string": pl.Categorical,
        "anyURI": pl.Categorical,
        "date": pl.Date,
        "decimal": pl.Decimal,
        "integer": pl.Int32,
        "boolean": pl.Boolean,
    }
    for column in columns:
        typed = frame[column["name"]]
        assert isinstance(typed.dtype, types[column["datatype"]]), column
        for value, text in zip(typed, plain[column["name"]], strict=True):
            if isinstance(value, Decimal):
                assert value == Decimal(text)
            elif isinstance(value, bool):
                assert str(value).lower() == text
            else:
                assert (None if value is None else str(value)) == text


def test_parquet_describes_its_columns(client: TestClient) -> None:
    content = client.get("/v1/observations.parquet").content
    body = json.loads(pl.read_parquet_metadata(io.BytesIO(content))["dataset"])
    assert body["citation"] == client.get("/v1").json()["citation"]
    schema = read_pandas_schema(content)
    assert schema.field("value").metadata == {b"description": b"Value in the base unit"}
    assert not schema.field("value").nullable
    assert schema.field("upper_bound").nullable


def read_pandas_schema(content: bytes) -> Any:
    """Read the schema with the library that pandas reads Parquet with."""
    from pyarrow import parquet  # noqa: PLC0415

    return parquet.read_schema(io.BytesIO(content))


def test_parquet_is_read_in_parts_by_address(server: str) -> None:
    lazy = pl.scan_parquet(f"{server}/v1/observations.parquet")
    nearly = lazy.filter(pl.col("qualifier").cast(pl.String) == "nearly")
    assert nearly.select("value", "unit").collect().rows()[0] == (54, "PT")
    frame = pd.read_parquet(f"{server}/v1/observations.parquet", dtype_backend="pyarrow")
    assert frame.set_index("indicator").loc["import-share", "upper_bound"] == 54
    with duckdb.connect() as connection:
        (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
        connection.execute(f"LOAD '{extension}'")
        address = f"{server}/v1/observations.parquet"
        sql = f"SELECT value FROM '{address}' WHERE qualifier = 'over' AND headline"  # noqa: S608
        assert connection.execute(sql).fetchall() == [(Decimal(700),)]


def test_a_cube_is_read_by_a_client(client: TestClient) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pyjstat import pyjstat  # noqa: PLC0415

        cube = pyjstat.Dataset.read(client.get("/v1/observations.jsonstat").text)
        frame = cube.write("dataframe", naming="id").dropna()
    items = read_list(client, "observations")
    assert len(frame) == len(items)
    found = {(row.series, row.period): Decimal(str(row.value)) for row in frame.itertuples()}
    for item in items:
        start, end = item["period"]["start"][:7], item["period"]["end"][:7]
        period = start[:4] if item["period"]["months"] == 12 else f"{start}/{end}"
        assert found[item["series"], period] == item["value"]


def test_lines_are_read_by_a_client(server: str, client: TestClient) -> None:
    frame = pl.read_ndjson(httpx2.get(f"{server}/v1/observations.jsonl").content)
    items = read_list(client, "observations")
    assert frame["display"].to_list() == [item["display"] for item in items]
    assert set(frame["qualifier"]) == {"none", "over", "nearly"}


@pytest.fixture(scope="module", params=["en", "zh"])
def package(client: TestClient, request: pytest.FixtureRequest, tmp_path_factory: Any) -> Any:
    """Unpack the data package."""
    folder = tmp_path_factory.mktemp("package")
    response = client.get(f"/v1/dataset.zip?lang={request.param}")
    zipfile.ZipFile(io.BytesIO(response.content)).extractall(folder)
    return folder


def test_the_package_is_valid(package: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = Package(str(package / "datapackage.json")).validate()
    assert report.valid, report.flatten(["message"])
    assert report.stats["tasks"] == 21


def test_every_column_with_keys_of_another_table_says_so(package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))["resources"]
    columns, keys = {}, {}
    for resource in described:
        content = (package / resource["path"]).read_text("utf-8-sig")
        rows = list(csv.DictReader(io.StringIO(content)))
        for field in resource["schema"]["fields"]:
            name = field["name"]
            columns[resource["name"], name] = {row[name] for row in rows} - {""}
        if len(key := resource["schema"]["primaryKey"]) == 1:
            keys[resource["name"]] = columns[resource["name"], *key]
    for resource in described:
        name, schema = resource["name"], resource["schema"]
        known = {field for key in schema["foreignKeys"] for field in key["fields"]}
        # These have several keys in one field, as columns do that are named like a table.
        known |= {*schema["primaryKey"], "unstated_indicators"}
        known |= {table.replace("-", "_") for table in keys}
        texts = {one["name"] for one in schema["fields"] if one["type"] == "string"}
        for field in texts - known:
            values = columns[name, field]
            assert not [table for table in keys if values and values <= keys[table]], (name, field)


def test_the_package_has_the_counts_of_the_release(client: TestClient, package: Path) -> None:
    described = json.loads((package / "datapackage.json").read_text("utf-8"))
    release = client.get("/v1").json()["release"]
    assert (described["version"], described["id"]) == (release["code"], release["seed_hash"])
    assert len(described["sources"]) == release["counts"]["sources"]
    for resource in described["resources"]:
        content = (package / resource["path"]).read_bytes()
        assert resource["hash"] == "sha256:" + hashlib.sha256(content).hexdigest()
        assert resource["bytes"] == len(content)
        assert content.count(b"\r\n") - 1 == release["counts"][resource["name"].replace("-", "_")]


def test_an_altered_package_is_invalid(package: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    for file in package.iterdir():
        text = file.read_text("utf-8")
        (broken / file.name).write_text(text.replace("aid-projects", "aid", 1), "utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert not Package(str(broken / "datapackage.json")).validate().valid


@pytest.mark.sqlite
def test_the_database_is_the_file_itself(client: TestClient, database: Path) -> None:
    response = client.get("/v1/dataset.sqlite")
    assert response.content == database.read_bytes()
    digest = hashlib.sha256(response.content)
    encoded = base64.b64encode(digest.digest()).decode()
    assert response.headers["repr-digest"] == f"sha-256=:{encoded}:"
    body = {one["href"]: one["sha256"] for one in client.get("/v1").json()["downloads"]}
    assert body["http://testserver/v1/dataset.sqlite"] == digest.hexdigest()
    opened = sqlite3.connect(":memory:")
    opened.deserialize(response.content)
    assert opened.execute("SELECT count(*) FROM observation").fetchone() == (38,)
    opened.close()


@pytest.mark.sqlite
def test_parts_of_files_can_be_requested(client: TestClient) -> None:
    for path in ("/v1/dataset.sqlite", "/v1/dataset.zip", "/v1/observations.parquet"):
        whole = client.get(path)
        part = client.get(path, headers={"Range": "bytes=-8", "If-Range": whole.headers["etag"]})
        assert (part.status_code, part.content) == (206, whole.content[-8:])
        assert client.get(path, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


def test_file_names_describe_the_content(client: TestClient) -> None:
    release = client.get("/v1").json()["release"]["code"]
    for path, name in (
        ("/v1/observations.csv?lang=zh", f"bri-observations-{release}.zh.csv"),
        ("/v1/dataset.zip?lang=en", f"bri-dataset-{release}.en.zip"),
        ("/v1/sources/scio-2025-01-15/citation.bib", f"bri-cite-scio-2025-01-15-{release}.en.bib"),
        (
            f"/v1/observations.md?release={release}&lang=en&since=2024-01-01&indicator=goods-trade",
            f"bri-observations-{release},indicator=goods-trade,since=2024-01-01.en.md",
        ),
        ("/v1/actions.jsonl?kind=sign,host", f"bri-actions-{release},kind=sign,kind=host.en.jsonl"),
    ):
        disposition = client.get(path).headers["content-disposition"]
        assert disposition == f'attachment; filename="{name}"'


def test_long_or_unsafe_filters_are_a_digest_in_file_names() -> None:
    safe, unsafe = ("indicator", "goods-trade"), ("q", 'a/"b')
    assert name_parameters([safe]) == ",indicator=goods-trade"
    mixed = ([safe, unsafe], [unsafe], [safe, ("q", "一带")])
    digests = {name_parameters(pairs) for pairs in mixed}
    assert len(digests) == 3
    many = [("indicator", f"goods-trade-{number}") for number in range(20)]
    for name in (*digests, name_parameters(many), name_parameters(many[1:])):
        assert re.fullmatch(r"(,indicator=goods-trade(-\d+)?){0,3},[0-9a-f]{8}", name)
    assert name_parameters(many) != name_parameters([*many, safe])


def test_a_byte_order_mark_is_optional(client: TestClient) -> None:
    marked = client.get("/v1/actions.csv?lang=zh&bom=true").content
    assert marked == "\ufeff".encode() + client.get("/v1/actions.csv?lang=zh").content
    assert client.get("/v1/actions.csv?bom=yes").status_code == 422


def read_cells(client: TestClient) -> Iterator[str]:
    """Read every cell of every table in both languages."""
    for language in ("en", "zh"):
        content = client.get(f"/v1/dataset.zip?lang={language}").content
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                if name.endswith(".csv"):
                    frame = pl.read_csv(package.read(name), infer_schema=False)
                    yield from (cell for row in frame.rows() for cell in row if cell)


def test_no_cell_is_a_formula(client: TestClient) -> None:
    found = list(read_cells(client))
    assert len(found) > 2000
    assert not [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize("beginning", ["=HYPERLINK(1)", "+1 and more", "@SUM(1)", "-1 and less"])
def test_a_text_that_starts_like_a_formula_is_refused(tmp_path: Path, beginning: str) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", f'  en: "{beginning}"')
    (fault,) = find_issues(seed)
    assert (str(fault.file), fault.field) == (str(seed / GOODS), "wording.en")
