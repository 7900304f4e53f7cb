"""Excel, Parquet, JSON-stat, JSON Lines, data package and SQLite, read by independent programs."""

import base64
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

from tests.support.seeds import GOODS, copied, edit, refused

pytestmark = pytest.mark.database

FORMULA = re.compile("[=+@-]")
NUMBER = re.compile(r"-?\d+(\.\d+)?")
TABLES = ("observations", "indicators", "actions", "outcomes")


def listed(client: TestClient, name: str, query: str = "") -> list[dict[str, Any]]:
    """Read a list, its numbers digit by digit."""
    text = client.get(f"/v1/{name}?limit=1000&{query}").text
    items: list[dict[str, Any]] = json.loads(text, parse_float=Decimal, parse_int=Decimal)["items"]
    return items


def book(client: TestClient, path: str) -> Any:
    """Open a workbook."""
    return openpyxl.load_workbook(io.BytesIO(client.get(path).content))


def shown(cell: Any) -> str:
    """Show a number as a spreadsheet does, by the format of its cell."""
    words = re.fullmatch(r'("(.*?)")?([#,0.]+)("(.*?)")?', cell.number_format)
    assert words is not None, cell.number_format
    decimals = len(words[3].partition(".")[2])
    grouped = "," if "," in words[3] else ""
    return f"{words[2] or ''}{Decimal(str(cell.value)):{grouped}.{decimals}f}{words[5] or ''}"


@pytest.mark.parametrize("query", ["lang=en&vintages=all", "lang=zh&vintages=all", "unit=USD"])
def test_a_workbook_shows_each_figure_with_its_words(client: TestClient, query: str) -> None:
    language = "zh" if "zh" in query else "en"
    figures = book(client, f"/v1/observations.xlsx?{query}").worksheets[0]
    header, *rows = figures.iter_rows()
    names = ["period", "coverage", "figure", "qualifier", "growth", "citation", "base"]
    column = {name: number for number, name in enumerate(names, start=1)}
    key = [cell.value for cell in header].index({"en": "Key", "zh": "数据标识"}[language])
    items = listed(client, "observations", query)
    assert len(rows) == len(items)
    for row, item in zip(rows, items, strict=True):
        assert row[key].value == item["id"]
        assert row[column["figure"]].value == item["display"]
        assert row[column["coverage"]].value == item["coverage"]["name"]
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
    found = book(client, f"/v1/overview.xlsx?lang={language}")
    overview = client.get(f"/v1/overview?lang={language}").json()
    headlines, actions, outcomes, years, sources, notes = found.worksheets
    assert headlines.max_row == 1 + len(overview["indicators"])
    told = [row[2].value for row in actions.iter_rows(min_row=2)]
    assert told == [one["text"] for area in overview["priority_areas"] for one in area["actions"]]
    edition = client.get("/v1/outcomes?edition=2025").json()
    assert outcomes.max_row == 1 + edition["total"]
    assert years.max_row == 1 + len(listed(client, "observations"))
    assert sources.max_row == 1 + len(listed(client, "sources"))
    cite = [row[1].value for row in notes.iter_rows()][-1]
    assert cite == client.get(f"/v1?lang={language}").json()["citation"]
    for sheet in found.worksheets:
        assert sheet.freeze_panes == "B2"
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.print_area.startswith(f"'{sheet.title}'!$A$1:")


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
    schema = pandas_schema(content)
    assert schema.field("value").metadata == {b"description": b"Value in the base unit"}
    assert not schema.field("value").nullable
    assert schema.field("upper_bound").nullable


def pandas_schema(content: bytes) -> Any:
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
    items = listed(client, "observations")
    assert len(frame) == len(items)
    found = {(row.series, row.period): Decimal(str(row.value)) for row in frame.itertuples()}
    for item in items:
        start, end = item["period"]["start"][:7], item["period"]["end"][:7]
        period = start[:4] if item["period"]["months"] == 12 else f"{start}/{end}"
        assert found[item["series"], period] == item["value"]


def test_lines_are_read_by_a_client(server: str, client: TestClient) -> None:
    frame = pl.read_ndjson(httpx2.get(f"{server}/v1/observations.jsonl").content)
    assert frame["display"].to_list() == [one["display"] for one in listed(client, "observations")]
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
    assert report.stats["tasks"] == 18


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
    assert opened.execute("SELECT count(*) FROM observation").fetchone() == (46,)
    opened.close()


@pytest.mark.sqlite
def test_parts_of_files_can_be_requested(client: TestClient) -> None:
    for path in ("/v1/dataset.sqlite", "/v1/dataset.zip", "/v1/observations.parquet"):
        whole = client.get(path)
        part = client.get(path, headers={"Range": "bytes=-8", "If-Range": whole.headers["etag"]})
        assert (part.status_code, part.content) == (206, whole.content[-8:])
        assert client.get(path, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


def test_files_have_telling_names(client: TestClient) -> None:
    release = client.get("/v1").json()["release"]["code"]
    for path, name in (
        ("/v1/observations.csv?lang=zh", f"bri-observations-{release}.zh.csv"),
        ("/v1/dataset.zip?lang=en", f"bri-dataset-{release}.en.zip"),
        ("/v1/sources/scio-2025-01-15/citation.bib", f"bri-cite-scio-2025-01-15-{release}.en.bib"),
    ):
        disposition = client.get(path).headers["content-disposition"]
        assert disposition == f'attachment; filename="{name}"'


def test_a_byte_order_mark_is_optional(client: TestClient) -> None:
    marked = client.get("/v1/actions.csv?lang=zh&bom=true").content
    assert marked == "\ufeff".encode() + client.get("/v1/actions.csv?lang=zh").content
    assert client.get("/v1/actions.csv?bom=yes").status_code == 422


def cells(client: TestClient) -> Iterator[str]:
    """Read every cell of every table in both languages."""
    for language in ("en", "zh"):
        content = client.get(f"/v1/dataset.zip?lang={language}").content
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                if name.endswith(".csv"):
                    frame = pl.read_csv(package.read(name), infer_schema=False)
                    yield from (cell for row in frame.rows() for cell in row if cell)


def test_no_cell_is_a_formula(client: TestClient) -> None:
    found = list(cells(client))
    assert len(found) > 2000
    assert not [cell for cell in found if FORMULA.match(cell) and not NUMBER.fullmatch(cell)]


@pytest.mark.parametrize("beginning", ["=HYPERLINK(1)", "+1 and more", "@SUM(1)", "-1 and less"])
def test_a_text_that_starts_like_a_formula_is_refused(tmp_path: Path, beginning: str) -> None:
    seed = copied(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", f'  en: "{beginning}"')
    (fault,) = refused(seed)
    assert (str(fault.file), fault.field) == (str(seed / GOODS), "wording.en")
