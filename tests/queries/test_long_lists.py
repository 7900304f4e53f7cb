"""Lists on a large database: complete, stable, and read by index."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from app.db.statements import CompiledStatement
from app.ingest.publish import write_content_digest
from app.parameters import DEFAULT_LIMIT
from app.queries import long_lists, series
from app.queries.page_data import MAX_YEAR_SERIES
from tests.benchmarks import data_size
from tests.benchmarks.generated_data import Scale, build
from tests.support.client import AppClient
from tests.support.targets import Target, open_app
from tests.test_openapi import PATHS, build_example_url

pytestmark = pytest.mark.database

SCALE = Scale(indicators=4, areas=6)
BOUND, SORTED = 200, 400
"""The bounds here, so that some lists are short, others are sorted, and others walked."""
AT_TEN_MILLION = {
    "growth_rate": {
        "ix_growth_rate_period": "1000016 125002 1 1 1",
        "ix_growth_rate_source": "1000016 66668 1 1 1",
        "ix_growth_rate_vintage": "1000016 76925 1 1",
        "sqlite_autoindex_growth_rate_1": "1000016 1",
        "sqlite_autoindex_growth_rate_2": "1000016 5 1 1 1",
    },
    "observation": {
        "ix_observation_current": "5000032 142859 1",
        "ix_observation_period": "10000038 384617 2 2 1",
        "ix_observation_previous_id": "10000038 3",
        "ix_observation_series": "10000038 50 2 2 1 1 1 1 1",
        "ix_observation_source": "10000038 156251 1 1 1",
        "ix_observation_status": "10000038 5000019 2000008",
        "ix_observation_value": "10000038 100 1",
        "ix_observation_vintage": "10000038 166668 1 1",
        "sqlite_autoindex_observation_1": "10000038 1",
        "sqlite_autoindex_observation_2": "10000038 50 2 2 1",
    },
    "series": {
        "ix_series_counterpart_area_id": "200022 996",
        "ix_series_coverage_id": "200022 66674",
        "ix_series_indicator_id": "200022 199",
        "ix_series_months": "200022 100011",
        "ix_series_reporting_area_id": "200022 200022",
        "ix_series_unit_id": "200022 50006",
        "sqlite_autoindex_series_1": "200022 1",
        "sqlite_autoindex_series_2": "200022 199 199 1 1 1 1",
    },
}
"""What ANALYZE says of the large tables of ten million figures, by which plans are made."""


@pytest.fixture(scope="module")
def large(new_target: Callable[[], Target]) -> Iterator[FastAPI]:
    """Serve more observations than are counted and sorted at once."""
    target = new_target()
    build(SCALE, target)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lists, "MAX_WALKED", 0)
        patch.setattr(long_lists, "MAX_FETCHED", BOUND)
        patch.setattr(long_lists, "MAX_SORTED", SORTED)
        forget_plans()
        yield from open_large_app(target)
    forget_plans()


def forget_plans() -> None:
    """Build all plans again, since each contains the bound that applied when it was built."""
    for build_statement in (
        long_lists.build_plan,
        long_lists.count_known,
        series.build_series_plan,
    ):
        build_statement.cache_clear()


def open_large_app(target: Target) -> Iterator[FastAPI]:
    """Open an application whose database is taken for a very large one."""
    if isinstance(target, Path):
        set_statistics(target)
    with open_app(target, cache_entries=0) as app:
        yield app


def set_statistics(path: Path) -> None:
    """Set statistics by which the planner expects ten million figures."""
    with closing(sqlite3.connect(path)) as connection, connection:
        known = {row[0] for row in connection.execute("SELECT idx FROM sqlite_stat1")}
        shown = [(stat, name) for one in AT_TEN_MILLION.values() for name, stat in one.items()]
        assert known >= {name for _, name in shown}
        connection.executemany("UPDATE sqlite_stat1 SET stat = ? WHERE idx = ?", shown)
    write_content_digest(path)


@pytest.fixture(scope="module")
def large_client(large: FastAPI) -> Iterator[AppClient]:
    """Create a client of the large database."""
    with AppClient(large) as client:
        yield client


class Everything(list[dict[str, Any]]):
    """All figures; its name is short, for the messages of failing tests."""

    def __repr__(self) -> str:
        return "everything"


@pytest.fixture(scope="module")
def everything(large_client: AppClient) -> Everything:
    """Read all figures, page by page, and note the place of each."""
    items = walk(large_client, "/v1/observations?vintages=all&limit=1000")
    return Everything({**item, "place": place} for place, item in enumerate(items))


def walk(client: AppClient, url: str) -> Iterator[dict[str, Any]]:
    """Follow a list to its end."""
    following: str | None = url
    while following:
        page = client.get(following).json()
        yield from page["items"]
        following = page["next"]


def test_a_long_list_is_counted_up_to_a_bound(
    large_client: AppClient, everything: Everything
) -> None:
    assert len(everything) == SCALE.observations + 38
    long = large_client.get("/v1/observations?vintages=all&limit=1").json()
    assert (long["total"], long["total_is_exact"]) == (BOUND, False)
    short = large_client.get("/v1/observations?counterpart=X003&limit=1").json()
    assert (short["total"], short["total_is_exact"]) == (100, True)


FILTERS = {
    "counterpart": ("counterpart_area", "code", ["BRI", "X000", "X005"]),
    "indicator": ("indicator", "code", ["goods-trade", "generated-0001", "generated-0003"]),
    "unit": ("unit", "code", ["CNY", "USD", "PT"]),
    "source": ("source", "code", ["scio-2025-01-15", "generated-2010-01-15"]),
    "qualifier": ("qualifier", None, ["none", "over", "nearly"]),
    "status": ("status", None, ["normal", "revised", "estimated"]),
}
SORTS = {
    "indicator": lambda item: (item["place"],),
    "period": lambda item: (item["period"]["start"], item["place"]),
    "vintage": lambda item: (item["vintage"], item["place"]),
    "value": lambda item: (item["value"], item["place"]),
}

REQUESTS = st.fixed_dictionaries(
    {"sort": st.sampled_from([f"{name}{end}" for name in SORTS for end in ("", "_desc")])},
    optional={
        **{
            name: st.lists(st.sampled_from(values), min_size=1, max_size=2, unique=True)
            for name, (_, _, values) in FILTERS.items()
        },
        "since": st.sampled_from(["2003-01-01", "2019-01-01"]),
        "until": st.sampled_from(["2004-12-31", "2022-12-31"]),
        "as_of": st.sampled_from(["1990-01-01", "2001-01-20", "2010-06-01", "2026-11-25"]),
        "vintages": st.sampled_from(["latest", "all"]),
    },
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(parameters=REQUESTS, limit=st.integers(20, 400))
def test_pages_are_a_plain_sort(
    large_client: AppClient, everything: Everything, parameters: dict[str, Any], limit: int
) -> None:
    assume(parameters.get("since", "0") < parameters.get("until", "9"))
    pairs = [
        f"{name}={value}"
        for name, values in parameters.items()
        for value in (values if isinstance(values, list) else [values])
    ]
    found = list(walk(large_client, f"/v1/observations?limit={limit}&" + "&".join(pairs)))
    name = parameters["sort"].removesuffix("_desc")
    wanted = sorted(filter(lambda item: is_match(item, parameters), everything), key=SORTS[name])
    if parameters["sort"] != name:
        wanted.reverse()
    assert [item["id"] for item in found] == [item["id"] for item in wanted]


def is_match(item: dict[str, Any], parameters: dict[str, Any]) -> bool:
    """Return whether a figure matches parameters, by plain comparison."""
    for name, (field, inner, _) in FILTERS.items():
        value = item[field][inner] if inner else item[field]
        if name in parameters and value not in parameters[name]:
            return False
    if parameters.get("since", "0") > item["period"]["start"]:
        return False
    if parameters.get("until", "9") < item["period"]["end"]:
        return False
    day = parameters.get("as_of", "9999-12-30")
    if parameters.get("vintages") == "all":
        return bool(item["vintage"] <= day)
    start = item["current_from"]
    return bool(start and start <= day < (item["superseded_on"] or "9999-12-31"))


@contextmanager
def collect_plans(app: FastAPI) -> Iterator[list[tuple[str, list[tuple[int, str]]]]]:
    """Collect the steps of each statement, each with the number of the part that it belongs to."""
    engine = app.state.releases.get_release().database.engine
    found: list[tuple[str, list[tuple[int, str]]]] = []

    def explain(_c: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        found.append((statement, [(row[1], row[3]) for row in rows]))

    def run(ready: CompiledStatement, connection: Any, values: Any, **options: Any) -> Any:
        # The plan does not depend on the values. Downloads read whole tables, row by row.
        if not options:
            explain(None, connection.connection.cursor(), ready.text, [None] * len(ready.defaults))
        return running(ready, connection, values, **options)

    running = CompiledStatement.execute
    event.listen(engine, "before_cursor_execute", explain)
    try:
        with patch.object(CompiledStatement, "execute", run):
            yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)


def list_variations(document: dict[str, Any], path: str) -> Iterator[str]:
    """List the example of a path, with each of its parameters' examples and each order."""
    url = build_example_url(document, path)
    yield url
    if path.endswith((".svg", ".png", ".xlsx", ".arrow", ".parquet", ".jsonl", ".md")):
        # What is drawn has the statements of the specification, and a file those of the CSV table.
        return
    joint = "&" if "?" in url else "?"
    for parameter in document["paths"][path]["get"].get("parameters", []):
        schema = parameter["schema"]
        if parameter["name"] == "sort":
            name = schema["$ref"].rpartition("/")[2]
            yield from (
                f"{url}{joint}sort={order}"
                for order in document["components"]["schemas"][name]["enum"]
            )
        elif parameter["in"] == "query" and not parameter["required"]:
            for example in schema.get("examples", []):
                value = example[0] if isinstance(example, list) else example
                if parameter["name"] not in {"limit", "cursor", "derived", "bom"}:
                    yield f"{url}{joint}{parameter['name']}={value}"


def test_the_benchmark_of_data_sizes_sends_valid_requests(large_client: AppClient) -> None:
    for url in data_size.REQUESTS.values():
        data_size.measure_request(large_client, data_size.complete_url(large_client, url))
    last = large_client.get(data_size.complete_url(large_client, "last")).json()
    assert len(last["items"]) == data_size.PAGE
    assert last["next"] is None


@pytest.mark.sqlite
@pytest.mark.parametrize("path", [one for one in PATHS if one.startswith("/v1")])
def test_no_statement_reads_a_large_table_whole(
    large: FastAPI, large_client: AppClient, document: dict[str, Any], path: str
) -> None:
    with collect_plans(large) as found:
        for url in list_variations(document, path):
            assert large_client.get(url).status_code == 200 or "compare" in url, url
    assert found or path == "/v1" or "." in path
    for statement, steps in found:
        reads = [
            (part, step)
            for part, step in steps
            if re.match(rf"SCAN ({'|'.join(AT_TEN_MILLION)})\b", step)
        ]
        assert not reads or "LIMIT" in statement, (statement, steps)
        sorts = {part for part, step in steps if "USE TEMP B-TREE FOR ORDER BY" in step}
        walked = {part for part, step in reads if "USING" not in step}
        assert sorts.isdisjoint(walked), (statement, steps)


def test_pages_are_bounded(tmp_path: Path) -> None:
    build(Scale(indicators=10, areas=12), tmp_path / "bri.sqlite")
    with open_app(tmp_path / "bri.sqlite") as app:
        client = AppClient(app)
        page = client.get("/years")
        assert page.text.count('class="sparkline"') == MAX_YEAR_SERIES
        assert "/v1/series?" in page.text
        (indicator, *_) = client.get("/v1/indicators?limit=1").json()["items"]
        figures = client.get("/v1/observations?vintages=all&limit=1").json()
        source = figures["items"][0]["source"]["code"]
        assert figures["total"] > DEFAULT_LIMIT
        for path in ("/", f"/indicators/{indicator['code']}", f"/sources/{source}"):
            page = client.get(path)
            assert page.status_code == 200
            assert page.text.count("<tr") <= MAX_YEAR_SERIES * 8
        assert "/v1/observations?source=" in page.text
