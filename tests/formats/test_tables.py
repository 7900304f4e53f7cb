"""Whole tables (CSV, JSON Lines, JSON-stat): the values of the lists, digit by digit."""

import csv
import io
import json
import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import httpx2
import pytest
from fastapi import FastAPI

from app.db import Database, SQLiteStore, create_store
from app.enums import Qualifier
from app.formats.columns import string
from app.formats.registry import TABLE_FORMATS, FileFormat
from app.formats.tables import OBSERVATIONS, TOPICS, TableQuery, label_columns, prepare_select
from app.formats.text import encode_csv_lines, encode_csv_rows
from app.http.cache_key import create_context
from app.i18n import Language
from app.ingest.build import build as build_seed
from app.parameters import ObservationFilters, ObservationSort, Vintages
from app.problems.problem import InvalidParameters
from app.routers.downloads import send_file
from tests.benchmarks.generated_data import Scale, build
from tests.support.client import AppClient
from tests.support.seeds import GOODS, ROOT, copy_seed, edit
from tests.support.targets import Target, open_app

pytestmark = [pytest.mark.database, pytest.mark.resources]

PLAIN = {
    "id": ("id",),
    "comparability": ("comparability",),
    "contradiction": ("contradiction", "code"),
    "contradiction_reason": ("contradiction", "reason"),
    "growth_contradiction": ("growth", "contradiction", "code"),
    "growth_contradiction_reason": ("growth", "contradiction", "reason"),
    "growth_decimals": ("growth", "decimals"),
    "indicator": ("indicator", "code"),
    "indicator_name": ("indicator", "name"),
    "series": ("series",),
    "reporting_area": ("reporting_area", "code"),
    "reporting_area_name": ("reporting_area", "name"),
    "counterpart_area": ("counterpart_area", "code"),
    "counterpart_area_name": ("counterpart_area", "name"),
    "coverage": ("coverage", "code"),
    "coverage_name": ("coverage", "name"),
    "stock_flow": ("stock_flow",),
    "period_start": ("period", "start"),
    "period_end": ("period", "end"),
    "period_months": ("period", "months"),
    "value": ("value",),
    "unit": ("unit", "code"),
    "unit_name": ("unit", "name"),
    "qualifier": ("qualifier",),
    "lower_bound": ("bounds", "lower"),
    "upper_bound": ("bounds", "upper"),
    "rounding_lower": ("rounding", "lower"),
    "rounding_upper": ("rounding", "upper"),
    "published_value": ("published", "value"),
    "published_multiplier": ("published", "multiplier"),
    "published_decimals": ("published", "decimals"),
    "wording": ("published", "wording"),
    "wording_language": ("published", "wording_language"),
    "wording_translated": ("published", "wording_translated"),
    "status": ("status",),
    "growth": ("growth", "value"),
    "growth_measure": ("growth", "measure"),
    "growth_base_start": ("growth", "base_period", "start"),
    "growth_base_end": ("growth", "base_period", "end"),
    "growth_locator": ("growth", "locator"),
    "growth_basis": ("growth", "basis"),
    "growth_unit": ("growth", "unit", "code"),
    "growth_source": ("growth", "source", "code"),
    "growth_address": ("growth", "source", "address"),
    "break_before": ("break_before",),
    "note": ("note",),
    "vintage": ("vintage",),
    "current_from": ("current_from",),
    "superseded_on": ("superseded_on",),
    "revision": ("revision", "kind"),
    "previous": ("revision", "previous"),
    "headline": ("headline",),
    "source": ("source", "code"),
    "source_standing": ("source", "standing"),
    "source_address": ("source", "address"),
    "locator": ("locator",),
    "checked_on": ("checked_on",),
    "check_method": ("check_method",),
    "current": ("current",),
    "growth_wording": ("growth", "wording"),
    "growth_wording_language": ("growth", "wording_language"),
    "growth_wording_translated": ("growth", "wording_translated"),
    "growth_note": ("growth", "note"),
    "display": ("display",),
    "period_label": ("period", "label"),
    "growth_display": ("growth", "display"),
    "citation": ("citation", "full"),
    "growth_citation": ("growth", "citation", "full"),
}
"""The path of each column in the JSON of an observation, written once more than in its declaration,
so that a wrong one is found."""
GROWTH_TITLES = {"growth_source_title", "growth_source_publisher"}


def parse_rows(text: str) -> list[dict[str, str]]:
    """Read a table."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def format_json_value(item: Any, path: tuple[str, ...]) -> str:
    """Format a value of the JSON as a table does."""
    for name in path:
        item = None if item is None else item[name]
    if isinstance(item, bool):
        return str(item).lower()
    return "" if item is None else str(item)


@pytest.mark.parametrize(
    "query",
    [
        "lang=en",
        "lang=zh&vintages=all",
        "indicator=aid-projects&sort=value_desc",
        "as_of=2025-01-14&sort=period",
        "unit=USD&sort=vintage_desc",
        "area=MY",
    ],
)
def test_the_table_is_the_list(client: AppClient, query: str) -> None:
    response = client.get(f"/v1/observations.csv?{query}")
    assert response.headers["content-type"] == "text/csv; charset=utf-8; header=present"
    items = json.loads(client.get(f"/v1/observations?{query}&limit=1000").text, parse_float=str)
    found = parse_rows(response.content.decode())
    assert len(found) == items["total"]
    for row, item in zip(found, items["items"], strict=True):
        for name, path in PLAIN.items():
            assert row[name] == format_json_value(item, path), (item["id"], name)
        titles = {name for name in row if name not in PLAIN}
        others = {"source_title", "source_publisher", "editorial"} | GROWTH_TITLES
        assert titles == others, f"add to PLAIN the paths of {titles - others}"
        assert row["editorial"].split(";") == item["editorial"]
        for name in GROWTH_TITLES:
            assert bool(row[name]) == (item["growth"] is not None)
            assert row[name] in (item["growth"] or {"source": {"line": ""}})["source"]["line"]
    lines = client.get(f"/v1/observations.jsonl?{query}").text.splitlines()
    assert [json.loads(line, parse_float=str) for line in lines] == items["items"]


@pytest.mark.parametrize(
    "query", ["lang=en", "lang=zh&indicator=aid-projects", "unit=CNY&as_of=2025-01-15", "area=MY"]
)
def test_the_cube_is_the_list(client: AppClient, query: str) -> None:
    response = client.get(f"/v1/observations.jsonstat?{query}")
    cube = json.loads(response.text, parse_float=str)
    items = client.get(f"/v1/observations?{query}&limit=1000").json()["items"]
    assert (cube["version"], cube["class"]) == ("2.0", "dataset")
    assert cube["size"] == [
        len(cube["dimension"][name]["category"]["index"]) for name in cube["id"]
    ]
    assert len(cube["value"]) == len(items)
    assert all(int(index) < math.prod(cube["size"]) for index in cube["value"])
    for item in items:
        start, end = item["period"]["start"][:7], item["period"]["end"][:7]
        period = start[:4] if item["period"]["months"] == 12 else f"{start}/{end}"
        keys = (item["series"], item["counterpart_area"]["code"], period)
        place = 0
        for name, key, size in zip(cube["id"], keys, cube["size"], strict=True):
            place = place * size + cube["dimension"][name]["category"]["index"][key]
        assert str(cube["value"][str(place)]) == str(item["value"])
        cell = json.loads(response.text)["extension"]["observations"][str(place)]
        assert cell == item
        assert any(item["display"] in note for note in cube["note"]) or cell["qualifier"] == "none"
        assert item["note"] is None or any(item["note"] in note for note in cube["note"])
        unit = cube["dimension"]["series"]["category"]["unit"][item["series"]]
        assert unit["base"] == item["unit"]["code"]
    assert cube["role"] == {"time": ["period"], "geo": ["counterpart_area"], "metric": ["series"]}


def test_a_cube_that_cannot_be_is_refused(client: AppClient, larger: tuple[FastAPI, Path]) -> None:
    response = client.get("/v1/observations.jsonstat?vintages=all")
    assert response.json()["errors"][0]["location"] == "query.vintages"
    with AppClient(larger[0]) as asking:
        large = asking.get("/v1/observations.jsonstat")
        assert large.status_code == 422
        assert "too large" in large.json()["detail"]
        narrow = asking.get("/v1/observations.jsonstat?indicator=generated-0001&since=2020-01-01")
        assert narrow.status_code == 200


def test_the_table_is_rfc_4180(client: AppClient) -> None:
    content = client.get("/v1/observations.csv?lang=zh").content
    assert content.count(b"\r\n") == 33
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert "22.1万亿元" in content.decode("utf-8")


@pytest.mark.parametrize("language", Language)
@pytest.mark.sqlite
def test_lines_of_the_database_are_those_of_the_library(tmp_path: Path, language: Language) -> None:
    seed = copy_seed(tmp_path)
    edit(seed, GOODS, "  en: 22.1 trillion yuan", "  en: '22.1 trillion yuan, \"goods\"'")
    build_seed(seed, ROOT / "migrations", tmp_path / "bri.sqlite")
    database = Database(SQLiteStore(tmp_path / "bri.sqlite"))
    filters = ObservationFilters.model_validate({"vintages": "all"})
    with database.connect() as connection:
        query = TableQuery(OBSERVATIONS, language, filters, {}, "", connection)
        lines = query.read_csv_lines()
        assert lines is not None
        own = b"".join(encode_csv_lines(OBSERVATIONS.header, lines))
        library = b"".join(encode_csv_rows(OBSERVATIONS.header, query.read_rows()))
    database.close()
    assert own == library
    assert b'"22.1 trillion yuan, ""goods"""' in own


@pytest.mark.parametrize(
    "query",
    [
        *({"sort": order} for order in ObservationSort),
        {"vintages": Vintages.ALL},
        *({name: [value]} for name, value in (("counterpart", "BRI"), ("unit", "CNY"))),
        {"qualifier": [Qualifier.OVER]},
    ],
    ids=str,
)
@pytest.mark.sqlite
def test_a_long_table_is_never_sorted(
    larger: tuple[FastAPI, Target], query: dict[str, Any]
) -> None:
    database = Database(create_store(larger[1]))
    with database.connect() as connection:
        filters = ObservationFilters().model_copy(update=query)
        table = TableQuery(OBSERVATIONS, Language.ENGLISH, filters, {}, "", connection)
        selected = label_columns(table.language, OBSERVATIONS.columns)
        build_statement, values = prepare_select(table, selected)
        bound = build_statement().params(values)
        compiled = bound.compile(database.engine, compile_kwargs={"literal_binds": True})
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all()
    database.close()
    assert not [row for row in plan if "TEMP B-TREE" in row[3]], plan


@pytest.mark.parametrize(
    "target",
    [
        "observations.csv?bom=true&indicator=goods-trade&lang=zh",
        "indicators.csv",
        "actions.csv?edition=2025",
        "outcomes.csv?lang=en",
        "commitments.csv?lang=zh",
    ],
)
def test_a_description_names_the_table_that_links_to_it(client: AppClient, target: str) -> None:
    link = client.get(f"/v1/{target}").links["describedby"]
    assert link["type"] == "application/csvm+json"
    assert client.get(link["url"]).json()["url"] == f"http://testserver/v1/{target}"


@pytest.mark.parametrize("name", ["observations", "indicators", "actions", "outcomes"])
def test_the_columns_are_described(client: AppClient, name: str) -> None:
    for language in ("en", "zh"):
        response = client.get(f"/v1/{name}.csv-metadata.json?lang={language}")
        assert response.headers["content-type"] == "application/csvm+json"
        described = response.json()
        every = "&vintages=all" if name == "observations" else ""
        table = client.get(f"{described['url']}{every}", headers={"Accept-Language": "fr"})
        assert table.headers["content-language"].startswith(language)
        found = parse_rows(table.text)
        columns = described["tableSchema"]["columns"]
        assert [column["name"] for column in columns] == list(found[0])
        key = described["tableSchema"]["primaryKey"]
        assert len({row[key] for row in found}) == len(found)
        for column in columns:
            assert column["dc:description"]
            filled = all(row[column["name"]] for row in found)
            assert filled or not column["required"], column["name"]


@pytest.mark.parametrize(
    ("name", "query", "keys", "checks"),
    [
        ("indicators", "topic=trade", "code", {"headline_display": "headline.display"}),
        ("actions", "kind=sign", "id", {"text": "text", "priority_area": "priority_area.slug"}),
        ("outcomes", "topic=investment&lang=zh", "id", {"text": "text", "locator": "locator"}),
    ],
)
def test_short_tables_are_their_lists(
    client: AppClient, name: str, query: str, keys: str, checks: dict[str, str]
) -> None:
    items = client.get(f"/v1/{name}?{query}").json()["items"]
    found = parse_rows(client.get(f"/v1/{name}.csv?{query}").content.decode())
    assert [row[keys] for row in found] == [item[keys] for item in items]
    for row, item in zip(found, items, strict=True):
        for column, path in checks.items():
            assert row[column] == format_json_value(item, tuple(path.split(".")))
        for column in ("sectors", "instruments"):
            assert row[column] == ";".join(one["code"] for one in item[column])
        if "editorial" in item:
            assert row["editorial"] == ";".join(item["editorial"])
            assert set(item["editorial"]) < set(item)


def test_an_error_is_reported_before_the_table_starts(client: AppClient) -> None:
    for name in ("observations.csv", "observations.jsonl"):
        response = client.get(f"/v1/{name}?indicator=goods-trad&limit=5")
        assert response.status_code == 422
        assert {error["location"] for error in response.json()["errors"]} == {
            "query.indicator",
            "query.limit",
        }


@pytest.fixture(scope="module")
def larger(new_target: Callable[[], Target]) -> Iterator[tuple[FastAPI, Target]]:
    """Serve a database of ten thousand observations."""
    target = new_target()
    build(Scale(indicators=20, areas=10), target)
    with open_app(target) as app:
        yield app, target


def count_streams(app: FastAPI) -> int:
    """Count the connections that downloads use."""
    pool: Any = app.state.releases.get_release().database.streaming_engine.pool
    return int(pool.checkedout())


@pytest.mark.parametrize("name", ["observations.csv", "observations.jsonl"])
def test_a_disconnected_client_leaves_no_connection_open(
    larger: tuple[FastAPI, Target], name: str
) -> None:
    app, _ = larger
    assert count_streams(app) == 0
    counts: list[int] = []

    async def disconnect() -> None:
        parts = 0
        gone = anyio.Event()

        async def receive() -> dict[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            nonlocal parts
            parts += message["type"] == "http.response.body"
            counts.append(count_streams(app))
            if parts == 2:
                gone.set()
                await anyio.lowlevel.checkpoint()

        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/v1/{name}",
            "raw_path": f"/v1/{name}".encode(),
            "query_string": b"vintages=all",
            "headers": [(b"host", b"testserver")],
            "scheme": "http",
            "server": ("testserver", 80),
            "http_version": "1.1",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
        }
        await app(scope, receive, send)
        assert 2 <= parts < 6

    anyio.run(disconnect)
    assert max(counts) >= 1
    assert count_streams(app) == 0


def test_a_long_table_is_whole(larger: tuple[FastAPI, Target]) -> None:
    with AppClient(larger[0]) as client:
        found = parse_rows(client.get("/v1/observations.csv?vintages=all").text)
        assert len(found) == len({row["id"] for row in found}) == 10_038
        lines = client.get("/v1/observations.jsonl?vintages=all").text.splitlines()
        assert [json.loads(line)["id"] for line in lines] == [row["id"] for row in found]


def test_tables_are_compressed_on_request(server: str) -> None:
    plain = httpx2.get(f"{server}/v1/observations.csv", headers={"Accept-Encoding": "identity"})
    for coding in ("gzip", "br", "zstd"):
        response = httpx2.get(f"{server}/v1/observations.csv", headers={"Accept-Encoding": coding})
        assert response.headers["content-encoding"] == coding
        assert response.content == plain.content


def test_a_table_is_measured_without_being_read(larger: tuple[FastAPI, Target]) -> None:
    stored = create_store(larger[1])
    database = Database(stored)
    with database.streaming_engine.connect() as connection:
        for query in ({"vintages": Vintages.ALL}, {"unit": ["USD"]}):
            filters = ObservationFilters().model_copy(update=query)
            table = TableQuery(OBSERVATIONS, Language.ENGLISH, filters, {}, "", connection)
            length = sum(map(len, table.read_rows()))
            assert length > 5
            assert OBSERVATIONS.exceeds(table, length - 1)
            assert not OBSERVATIONS.exceeds(table, length)
    database.close()
    stored.close()


@pytest.mark.parametrize(
    "form",
    [form for form in TABLE_FORMATS if isinstance(form, FileFormat)],
    ids=lambda one: one.suffix,
)
def test_a_table_that_is_too_long_is_refused(
    larger: tuple[FastAPI, Target], form: FileFormat
) -> None:
    scope = {
        "type": "http",
        "app": larger[0],
        "http_version": "1.1",
        "method": "GET",
        "path": f"/v1/observations.{form.suffix}",
        "query_string": b"",
        "headers": [(b"host", b"testserver")],
        "scheme": "http",
        "server": ("testserver", 80),
    }
    read = create_context(larger[0], scope)
    query = OBSERVATIONS.filters()
    with pytest.raises(InvalidParameters) as caught:
        send_file(read, "observations", replace(form, max_rows=100), OBSERVATIONS, query)
    assert "at most 100 rows" in caught.value.detail.en


def test_a_column_that_no_record_has_is_refused_when_it_is_declared() -> None:
    columns = [*TOPICS.columns, string("label", "Label", "标签", path="nam.en")]
    with pytest.raises(LookupError, match=r"topics\.label: no record has nam"):
        replace(TOPICS, columns=columns)
