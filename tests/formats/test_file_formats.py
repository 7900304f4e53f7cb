"""Parquet, JSON-stat, JSON Lines, SQLite and file names, read by independent programs."""

import base64
import csv
import hashlib
import io
import json
import re
import sqlite3
import warnings
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_httpfs
import httpx2
import polars as pl
import pytest

from app.i18n import Language
from app.pages.content import read_page
from app.request import name_parameters
from tests.support.client import AppClient

pytestmark = pytest.mark.database


TABLES = ("observations", "indicators", "actions", "outcomes")


def read_list(client: AppClient, name: str, query: str = "") -> list[dict[str, Any]]:
    """Read a list, its numbers digit by digit."""
    text = client.get(f"/v1/{name}?limit=1000&{query}").text
    items: list[dict[str, Any]] = json.loads(text, parse_float=Decimal, parse_int=Decimal)["items"]
    return items


def test_equal_releases_make_equal_files(client: AppClient, server: str) -> None:
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


def test_parquet_describes_its_columns(client: AppClient) -> None:
    content = client.get("/v1/observations.parquet").content
    body = json.loads(pl.read_parquet_metadata(content)["dataset"])
    assert body["citation"] == client.get("/v1").json()["citation"]
    schema = read_pandas_schema(content)
    assert schema.field("value").metadata == {b"description": b"Value in the base unit"}
    assert not schema.field("value").nullable
    assert schema.field("upper_bound").nullable


def read_pandas_schema(content: bytes) -> Any:
    """Read the schema with the library that pandas reads Parquet with."""
    from pyarrow import BufferReader, parquet  # noqa: PLC0415

    return parquet.read_schema(BufferReader(content))


def test_parquet_is_read_in_parts_by_address(server: str) -> None:
    import pandas as pd  # noqa: PLC0415 - every worker would import it to collect the tests

    lazy = pl.scan_parquet(f"{server}/v1/observations.parquet")
    nearly = lazy.filter(pl.col("qualifier").cast(pl.String) == "nearly")
    assert nearly.select("value", "unit").collect().rows()[0] == (54, "PT")
    frame = pd.read_parquet(f"{server}/v1/observations.parquet", dtype_backend="pyarrow")
    assert frame.set_index("indicator").loc["import-share", "upper_bound"] == 54
    with duckdb.connect() as connection:
        (extension,) = Path(duckdb_extension_httpfs.__file__).parent.rglob("*.duckdb_extension")
        connection.load_extension(str(extension))
        address = f"{server}/v1/observations.parquet"
        sql = f"SELECT value FROM '{address}' WHERE qualifier = 'over' AND headline"  # noqa: S608
        assert connection.execute(sql).fetchall() == [(Decimal(700),)]


def test_a_cube_is_read_by_a_client(client: AppClient) -> None:
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


def test_lines_are_read_by_a_client(server: str, client: AppClient) -> None:
    lines = httpx2.get(f"{server}/v1/observations.jsonl").content
    frame = pl.read_ndjson(lines, infer_schema_length=None)
    items = read_list(client, "observations")
    assert frame["display"].to_list() == [item["display"] for item in items]
    assert set(frame["qualifier"]) == {"none", "over", "nearly"}


@pytest.mark.sqlite
def test_the_database_is_the_file_itself(client: AppClient, database: Path) -> None:
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
@pytest.mark.parametrize("language", Language)
def test_the_query_of_the_guide_returns_the_figures_in_force(
    client: AppClient, database: Path, language: Language
) -> None:
    query = read_page("formats", language).partition("```sql\n")[2].partition("```")[0]
    with closing(sqlite3.connect(database)) as opened:
        found = opened.execute(query).fetchall()
    names = ["indicator_name", "coverage_name", "period_start", "period_end", "qualifier", "value"]
    names += ["unit_name", "comparability", "source_publisher", "source_title"]
    table = csv.DictReader(io.StringIO(client.get("/v1/observations.csv?lang=en").text))
    rows = [tuple(row[name] for name in names) for row in table]
    assert all(isinstance(row[5], float) for row in found)
    shown = [
        tuple(str("" if cell is None else cell).removesuffix(".0") for cell in row) for row in found
    ]
    assert sorted(shown) == sorted(rows)


@pytest.mark.sqlite
def test_parts_of_files_can_be_requested(client: AppClient) -> None:
    for path in ("/v1/dataset.sqlite", "/v1/dataset.zip", "/v1/observations.parquet"):
        whole = client.get(path)
        part = client.get(path, headers={"Range": "bytes=-8", "If-Range": whole.headers["etag"]})
        assert (part.status_code, part.content) == (206, whole.content[-8:])
        assert client.get(path, headers={"If-None-Match": whole.headers["etag"]}).status_code == 304


def test_file_names_describe_the_content(client: AppClient) -> None:
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


def test_a_byte_order_mark_is_optional(client: AppClient) -> None:
    marked = client.get("/v1/actions.csv?lang=zh&bom=true").content
    assert marked == "\ufeff".encode() + client.get("/v1/actions.csv?lang=zh").content
    assert client.get("/v1/actions.csv?bom=yes").status_code == 422
