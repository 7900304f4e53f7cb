"""The work of a request: nothing is done twice, and the event loop waits for no database."""

import asyncio
import gc
import json
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL

from app.application import App, create_from_environment
from app.db import Database, UnavailableError
from app.db.statements import Session
from app.db.stores import SQLiteStore
from app.http import cached_response, routing
from app.http.routing import SMALL_PAGE
from app.i18n import Language
from app.parameters import ObservationListParameters
from app.processes import GC_THRESHOLDS
from app.queries import releases
from app.queries.observations import list_observations
from tests.http.test_cache import fetch
from tests.support.client import AppClient
from tests.support.postgresql import Cluster
from tests.support.seeds import ROOT
from tests.support.targets import Target, open_app

Calls = Counter[tuple[str, str]]
APP = str(ROOT / "app") + "/"
MOST_FUNCTIONS = {"page": 32, "list": 30, "hit": 8}
MOST_MODULES = {"page": 13, "list": 13, "hit": 4}
"""What one request enters at most, which is what was reached."""


@contextmanager
def watch_calls(app: App) -> Iterator[Calls]:
    """Watch the calls of our functions, in all threads."""
    # Only threads that start later are watched.
    app.request_router.threads.shutdown()
    app.request_router.threads = ThreadPoolExecutor(2)
    calls: Calls = Counter()

    def count(frame: Any, event: str, _: object) -> None:
        code = frame.f_code
        if event == "call" and code.co_filename.startswith(APP) and code.co_name[0] != "<":
            calls[code.co_filename.removeprefix(APP), code.co_qualname] += 1

    threading.setprofile(count)
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def count_calls(calls: Calls, name: str) -> int:
    """Count the calls of a function, or of a method, by its name."""
    return sum(count for (_, found), count in calls.items() if found == name)


@pytest.fixture
def fresh(database: Target) -> Iterator[App]:
    """Open an application of its own."""
    with open_app(database) as app:
        yield app


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/v1/nothing", "", 404),
        ("/v1/topics/tarde", "", 404),
        ("/v1/topics", "limit=0&unknown=1", 422),
        ("/v1/observations", "indicator=goods", 422),
        ("/v1/indicators/goods-trad/chart.svg", "", 404),
        ("/sdmx/data/nothing", "", 404),
        ("/", "topci=1", 422),
    ],
)
def test_a_refused_request_does_its_work_once(
    fresh: App, path: str, query: str, status: int
) -> None:
    asyncio.run(fetch(fresh, "/v1/units"))
    with watch_calls(fresh) as calls:
        assert asyncio.run(fetch(fresh, path, query))[0] == status
    for name in (
        "create_context",
        "build_key",
        "CacheMiddleware.find",
        "Router.match",
        "to_problem",
        "respond_with_problem",
    ):
        assert count_calls(calls, name) == 1, name
    for name in ("ReadRoute.bind_arguments", "ReleaseManager.get_release"):
        assert count_calls(calls, name) <= 1, name
    assert count_calls(calls, "describe_errors") == (status == 422)
    assert count_calls(calls, "Database.read") <= 1


def test_a_failing_statement_is_run_once(fresh: App, monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[str] = []

    def fail(_: Database, query: Callable[..., Any], *_arguments: Any) -> Any:
        reads.append(query.__qualname__)
        raise UnavailableError("the disk is gone")

    monkeypatch.setattr(Database, "read", fail)
    status, headers, body = asyncio.run(fetch(fresh, "/v1/topics"))
    assert (status, headers["retry-after"], len(reads)) == (503, "5", 1)
    assert b"the disk" not in body


def test_a_release_that_cannot_be_served_is_looked_up_once(
    fresh: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def fail() -> Any:
        looks.append(time.monotonic())
        raise UnavailableError("no server")

    monkeypatch.setattr(fresh.state.releases, "get_release", fail)
    for path, status, count in (
        ("/v1/topics", 503, 1),
        ("/health/ready", 503, 1),
        ("/static/site.css", 200, 0),
    ):
        looks.clear()
        assert asyncio.run(fetch(fresh, path))[0] == status
        assert len(looks) == count


def test_with_an_exhausted_pool_a_503_comes_after_one_timeout(copied_database: URL) -> None:
    with open_app(copied_database, pool_size=1, pool_timeout=0.8) as app:
        for path, query in (("/v1/topics", ""), ("/v1/topics/trade", ""), ("/", "")):
            with app.state.releases.get_release().database.connect():
                began = time.monotonic()
                assert asyncio.run(fetch(app, path, query))[0] == 503
                assert 0.7 < time.monotonic() - began < 1.5, path
            assert asyncio.run(fetch(app, path, query))[0] == 200


def test_a_locked_table_costs_one_statement_timeout(cluster: Cluster, copied_database: URL) -> None:
    url = copied_database
    address = f"host=127.0.0.1 port={cluster.port} user=postgres dbname={url.database}"
    with open_app(url, statement_timeout=2, cache_entries=0) as app:
        ((schema,),) = cluster.execute(
            "SELECT schema_name FROM bri.releases ORDER BY number DESC LIMIT 1", str(url.database)
        )
        for path in ("/v1/topics", "/v1/topics/trade", "/v1/observations", "/v1/observations.csv"):
            assert asyncio.run(fetch(app, path))[0] == 200, path
            with psycopg.connect(address) as locking:
                for table in ("topic", "observation"):
                    lock = f'LOCK TABLE "{schema}".{table} IN ACCESS EXCLUSIVE MODE'
                    locking.execute(lock.encode())
                began = time.monotonic()
                assert asyncio.run(fetch(app, path))[0] == 503
                assert 1.9 < time.monotonic() - began < 3.8, path
            assert asyncio.run(fetch(app, path))[0] == 200, path


def test_a_list_does_not_wait_for_a_table_that_is_locked(
    cluster: Cluster, copied_database: URL
) -> None:
    name = str(copied_database.database)
    address = f"host=127.0.0.1 port={cluster.port} user=postgres dbname={name}"
    newest = "SELECT schema_name FROM bri.releases ORDER BY number DESC LIMIT 1"
    ((schema,),) = cluster.execute(newest, name)

    async def send_requests(app: App) -> None:
        waiting = [
            asyncio.create_task(fetch(app, "/v1/topics", f"limit={number}"))
            for number in range(1, 5)
        ]
        await asyncio.sleep(0.1)
        assert (await fetch(app, "/v1/units"))[0] == 200
        assert not any(task.done() for task in waiting)
        assert {status for status, *_ in await asyncio.gather(*waiting)} == {503}

    with open_app(copied_database, statement_timeout=2, cache_entries=0) as app:
        assert asyncio.run(fetch(app, "/v1/units"))[0] == 200
        with psycopg.connect(address) as locking:
            locking.execute(f'LOCK TABLE "{schema}".topic IN ACCESS EXCLUSIVE MODE'.encode())
            asyncio.run(send_requests(app))


@pytest.mark.sqlite
@pytest.mark.parametrize(("path", "query"), [("/v1/topics", "limit=2"), ("/v1/topics/trade", "")])
def test_a_statement_that_the_driver_stops_is_executed_once(
    fresh: App, path: str, query: str
) -> None:
    asyncio.run(fetch(fresh, path, query))
    fresh.cache.store.clear()
    (idle,) = fresh.state.releases.get_release().database.idle
    statements: list[str] = []
    driver = idle.connection.dbapi_connection
    driver.set_trace_callback(statements.append)
    driver.set_progress_handler(lambda: 1, 1)
    assert asyncio.run(fetch(fresh, path, query))[0] == 503
    assert len(statements) == 1
    driver.set_progress_handler(None, 1)
    assert asyncio.run(fetch(fresh, path, query))[0] == 200


@pytest.mark.sqlite
def test_a_list_is_counted_once_for_all_its_pages(fresh: App) -> None:
    first = json.loads(asyncio.run(fetch(fresh, "/v1/observations", "limit=2"))[2])
    (idle,) = fresh.state.releases.get_release().database.idle
    statements: list[str] = []
    idle.connection.dbapi_connection.set_trace_callback(statements.append)
    for more in (f"cursor={first['next_cursor']}", "lang=zh"):
        page = json.loads(asyncio.run(fetch(fresh, "/v1/observations", f"limit=2&{more}"))[2])
        assert (page["total"], len(page["items"])) == (first["total"], 2)
    assert len(statements) == 2


@pytest.mark.sqlite
@pytest.mark.parametrize("kind", MOST_FUNCTIONS)
def test_a_request_enters_few_functions(fresh: App, kind: str) -> None:
    """A list that is made, whole or with a cursor, and one that is cached, as a server does."""
    fresh.state.releases.watch()
    query = f"limit={2 if kind == 'page' else SMALL_PAGE}"
    # The first response of a shape is created in a thread, which is slower; the third is cached.
    for _ in range(3):
        fresh.cache.store.clear()
        asyncio.run(fetch(fresh, "/v1/topics", query))
    if kind != "hit":
        fresh.cache.store.clear()
    with watch_calls(fresh) as calls:
        assert asyncio.run(fetch(fresh, "/v1/topics", query))[0] == 200
    assert len(calls) <= MOST_FUNCTIONS[kind], "\n".join(map(str, sorted(calls)))
    assert len({module for module, _ in calls}) <= MOST_MODULES[kind]
    own = {name: count for (module, name), count in calls.items() if module.startswith("http/")}
    repeated = {name for name, count in own.items() if count > 1} - {"ResponseSender.__call__"}
    assert not repeated


SHAPES = ["unit=CNY", "coverage=partner-2025", "area=CN", "stock_flow=flow", "months=12"]
MOST_OBJECTS = 250
"""How many objects a request shape may leave behind: its SQL, and its cached response."""


@pytest.mark.sqlite
@pytest.mark.parametrize(
    "path", ["observations?limit=1&", "observations.md?", "indicators/goods-trade/observations?"]
)
def test_a_request_shape_leaves_few_objects(fresh: App, path: str) -> None:
    """All threads wait while the garbage collector visits the objects of all shapes."""

    def send(shapes: Iterable[tuple[str, ...]]) -> int:
        address, _, query = f"/v1/{path}".partition("?")
        for shape in shapes:
            assert asyncio.run(fetch(fresh, address, query + "&".join(shape)))[0] == 200
        gc.collect()
        return len(gc.get_objects())

    before = send([()])
    shapes = list(combinations(SHAPES, 2))
    assert (send(shapes) - before) / len(shapes) < MOST_OBJECTS


MOST_GARBAGE = 30
"""SQLAlchemy's objects of conditions whose number of values depends on the request."""


@pytest.mark.database
@pytest.mark.parametrize(
    "target",
    [
        "/v1/topics",
        "/v1/topics/nothing",
        "/v1/topics?limit=x",
        "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M",
        "/v1/indicators/goods-trade/chart.svg",
        "/sdmx/data/nothing",
        "/",
        "/?q=trade",
        "/years",
        "/indicators/goods-trade",
        "/indicators/nothing",
    ],
)
def test_a_request_leaves_no_garbage(fresh: App, target: str) -> None:
    """All threads wait while the garbage collector frees objects that refer to each other."""
    path, _, query = target.partition("?")
    # The first one imports, and caches what stays.
    asyncio.run(fetch(fresh, path, query))
    loop = asyncio.new_event_loop()
    found = []
    gc.disable()
    try:
        for _ in range(2):
            fresh.cache.store.clear()
            gc.collect()
            loop.run_until_complete(fetch(fresh, path, query))
            found.append(gc.collect())
        # A thread of an earlier application may end in one round; a request leaves as much in each.
        assert min(found) <= MOST_GARBAGE, found
    finally:
        gc.enable()
        loop.close()


@pytest.mark.sqlite
def test_what_a_request_shape_leaves_is_freed_while_it_is_young(fresh: App) -> None:
    """However many threads compile at the same time; all wait while old objects are visited."""
    opened = fresh.state.releases.get_release().database

    def read(shape: tuple[tuple[str, object], ...]) -> None:
        filters = ObservationListParameters.model_validate(dict(shape))
        opened.read(
            lambda connection: list_observations(Session(connection, Language.ENGLISH), filters)
        )

    filters = {"unit": ["CNY"], "coverage": ["all"], "area": ["CN"], "months": 12, "sort": "value"}
    filters |= {"stock_flow": ["flow"], "qualifier": ["over"], "limit": 3}
    shapes = list(combinations(filters.items(), 2))
    read(())
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    # Old objects are not collected.
    gc.set_threshold(*GC_THRESHOLDS[:2], 1_000_000)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert len(list(pool.map(read, shapes))) == len(shapes)
        assert len(gc.get_objects(generation=2)) < MOST_OBJECTS
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("query", "status"),
    [("indicator=goods-trade", 200), ("indicator=goods", 422), ("limit=1", 200)],
)
def test_the_event_loop_never_waits_for_a_database_server(
    database: Path, monkeypatch: pytest.MonkeyPatch, query: str, status: int
) -> None:
    """Keys on a server are looked up in threads too."""
    monkeypatch.setattr(SQLiteStore, "is_local", False)
    monkeypatch.setattr(releases, "MAX_CACHED", 2)
    read_database, readers = Database.read, []

    def read(self: Database, *arguments: Any) -> Any:
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            readers.append("the loop")
        readers.append("a thread")
        return read_database(self, *arguments)

    with open_app(database) as app, AppClient(app) as client:
        monkeypatch.setattr(Database, "read", read)
        response = client.get(f"/v1/observations?{query}")
        assert response.status_code == status
        assert set(readers) == {"a thread"}
        if status != 200:
            allowed = response.json()["errors"][0]["allowed"]
            assert "goods-trade" in allowed
            assert allowed == sorted(allowed)
        assert client.get(f"/v1/observations?indicator={'a' * 300}").status_code == 422


@pytest.mark.sqlite
@pytest.mark.parametrize("target", ["/v1/topics/trade", "/v1/topics?limit=2"])
@pytest.mark.parametrize(
    ("seconds", "longest", "on_loop"),
    [(1, 1000, [False, True, True]), (0, 1000, [False] * 3), (1, 2, [False] * 3)],
    ids=["quick", "slow", "long lists"],
)
def test_only_quick_requests_are_read_on_the_event_loop(  # noqa: PLR0913, PLR0917
    database: Path,
    monkeypatch: pytest.MonkeyPatch,
    target: str,
    seconds: float,
    longest: int,
    on_loop: list[bool],
) -> None:
    """The first request of a shape compiles its statement, and long lists have long records."""
    monkeypatch.setattr(routing, "QUICK", seconds)
    monkeypatch.setattr(releases, "MAX_CACHED", longest)
    read_database, found = Database.read, []

    def read(self: Database, *arguments: Any) -> Any:
        found.append(threading.current_thread() is threading.main_thread())
        return read_database(self, *arguments)

    with open_app(database) as app:
        monkeypatch.setattr(Database, "read", read)
        path, _, query = target.partition("?")
        for _ in on_loop:
            assert asyncio.run(fetch(app, path, query))[0] == 200
            app.cache.store.clear()
    assert found == on_loop


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("path", "thread"),
    [
        ("/v1/observations.csv", "tables"),
        ("/sdmx/data/INDICATORS", "sdmx"),
        ("/v1/observations?limit=100", "endpoint"),
        ("/v1/overview.svg", "drawing"),
    ],
)
def test_responses_are_compressed_by_the_threads_that_create_them(
    database: Path, monkeypatch: pytest.MonkeyPatch, path: str, thread: str
) -> None:
    """Other threads would take more processors for one kind of work, and delay all the others."""
    compress, found = cached_response.compress, []

    def note_thread(*arguments: Any) -> bytes:
        found.append(threading.current_thread().name.partition("_")[0])
        return compress(*arguments)

    monkeypatch.setattr(cached_response, "compress", note_thread)
    with open_app(database) as app, AppClient(app) as client:
        assert client.get(path, headers={"Accept-Encoding": "br"}).status_code == 200
    assert found == [thread]


@pytest.mark.sqlite
def test_a_process_that_starts_collects_no_garbage(fresh: App) -> None:
    """Its imports leave none, and a collection would visit all of them."""
    gc.disable()
    try:
        assert asyncio.run(fetch(fresh, "/v1/observations", "limit=2&unit=CNY&months=7"))[0] == 200
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.sqlite
def test_a_server_process_collects_garbage_once_it_has_started(
    database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRI_DATABASE", str(database))
    gc.disable()
    try:
        create_from_environment()
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        gc.enable()
