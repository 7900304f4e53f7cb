"""Each request runs a fixed number of SELECTs, independent of the size of the page."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Barrier
from typing import Any
from unittest.mock import patch

import pytest
from fastapi import FastAPI
from sqlalchemy import event, func, literal, select

from app.db.columns import alias_table
from app.db.models import Indicator, Observation, Series
from app.db.statements import CompiledStatement, compile_statement, fetch_scalars
from tests.support.client import AppClient
from tests.support.targets import Target, open_app
from tests.test_openapi import LISTS, PATHS, build_example_url

pytestmark = pytest.mark.database

MORE = {
    "/v1/dataset.zip": 31,
    "/v1/contradictions": 4,
    "/v1/contradictions/{contradiction}": 4,
    "/v1/editions/compare": 3,
    "/v1/editions/{edition}": 6,
    "/v1/overview": 7,
    "/v1/indicators": 4,
    **{f"/v1/indicators.{kind}": 4 for kind in ("csv", "jsonl", "md")},
    "/v1/indicators/{indicator}": 4,
    "/v1/overview.xlsx": 7,
    **{f"/v1/overview.{kind}": 3 for kind in ("svg", "png", "vl.json")},
    "/v1/compare": 3,
    "/v1/series": 4,
    "/v1/series/{series}": 5,
    "/v1/search": 7,
    **{
        f"/v1/observations/{{observation}}/citation.{kind}": 4
        for kind in ("bib", "ris", "csl.json", "txt")
    },
    **{
        f"/v1/{record}/citation.{kind}": 5
        for record in ("indicators/{indicator}", "series/{series}")
        for kind in ("bib", "ris", "csl.json", "txt")
    },
    **{f"/v1/indicators/{{indicator}}/chart.{kind}": 5 for kind in ("svg", "png", "vl.json")},
    **{f"/v1/series/{{series}}/chart.{kind}": 4 for kind in ("svg", "png", "vl.json")},
}
"""The responses that take more than two SELECTs; search takes one more for each of five kinds.

A long list is counted before it is read, because the best way to read it depends on its length.
"""


@pytest.fixture(scope="module")
def uncached_app(database: Target) -> Iterator[FastAPI]:
    """Create an application without a cache, so that each request runs its SELECTs."""
    with open_app(database, cache_entries=0) as app:
        yield app


@pytest.fixture(scope="module")
def uncached_client(uncached_app: FastAPI) -> Iterator[AppClient]:
    with AppClient(uncached_app) as client:
        yield client


@contextmanager
def count_selects(app: FastAPI) -> Iterator[list[str]]:
    """Collect the statements of requests over new connections, which have counted no list."""
    database = app.state.releases.get_release().database
    engine = database.engine
    database.dispose_idle()
    engine.dispose()
    statements: list[str] = []

    def note(_c: Any, _k: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    def run(ready: CompiledStatement, *arguments: Any, **options: Any) -> Any:
        statements.append(ready.text)
        return execute(ready, *arguments, **options)

    execute = CompiledStatement.execute
    event.listen(engine, "before_cursor_execute", note)
    try:
        with patch.object(CompiledStatement, "execute", run):
            yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


# The number is that of the code; test_postgresql_serving compares the responses on PostgreSQL.
@pytest.mark.sqlite
@pytest.mark.parametrize("path", PATHS)
def test_each_request_has_few_selects(
    uncached_app: FastAPI, uncached_client: AppClient, document: dict[str, Any], path: str
) -> None:
    if path == "/v1/quotation-check":
        # The first check reads all figures; the index is kept with the release.
        uncached_client.get(build_example_url(document, path))
    with count_selects(uncached_app) as statements:
        assert uncached_client.get(build_example_url(document, path)).status_code == 200
    assert len(statements) <= MORE.get(path, 2)


@pytest.mark.parametrize(
    "address",
    # A page of a search takes one SELECT more for each kind of its hits.
    [*(f"{path}?" for path in LISTS), "/v1/search?q=trade&kind=observation&"],
)
def test_a_larger_page_has_no_more_selects(
    uncached_app: FastAPI, uncached_client: AppClient, address: str
) -> None:
    counts = []
    for limit in (1, 1000):
        with count_selects(uncached_app) as statements:
            page = uncached_client.get(f"{address}limit={limit}").json()
        counts.append(len(statements))
    assert len(page["items"]) > 1
    assert 0 < counts[0] == counts[1] <= MORE.get(address.partition("?")[0], 2)


def test_threads_may_use_a_renamed_table_at_the_same_time() -> None:
    def build_statement(barrier: Barrier, measured: Any) -> str:
        barrier.wait()
        statement = (
            select(Observation.code, measured.code)  # type: ignore[call-overload]
            .select_from(Observation)
            .join(Series, Series.id == Observation.series_id)
            .join(measured, measured.id == Series.indicator_id)
        )
        return str(statement.with_only_columns(func.count(), maintain_column_froms=True))

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(50):
                barrier, measured = Barrier(4), alias_table(Indicator, "measured")
                statements = [pool.submit(build_statement, barrier, measured) for _ in range(4)]
                assert len({one.result() for one in statements}) == 1
    finally:
        sys.setswitchinterval(before)


def test_a_statement_is_compiled_once_for_all_releases(database: Target) -> None:
    """What is compiled is that of the kind of database, so that a new release starts with it."""
    compiled = set()
    for _ in range(2):
        with open_app(database, cache_entries=0) as app:
            assert AppClient(app).get("/v1/topics/trade").status_code == 200
        compiled.add(compile_statement.cache_info().misses)
    assert len(compiled) == 1


def test_request_shapes_do_not_push_out_statements_that_stay(database: Target) -> None:
    """Compiled again, each of these would be left out of collections of garbage once more."""
    with open_app(database, cache_entries=0) as app:
        client, compiled = AppClient(app), set()
        for _ in range(2):
            assert client.get("/v1/topics/trade").status_code == 200
            compiled.add(compile_statement.cache_info().misses)
            with app.state.releases.get_release().database.connect() as connection:
                for number in range(300):
                    shape = partial(select, literal(number).label("number"))
                    assert fetch_scalars(connection, shape, {}) == [number]
    assert len(compiled) == 1
