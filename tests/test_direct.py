"""The direct way to a route: the same bytes as the framework's way, which keeps all refusals."""

import asyncio
import gc
import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.application import ROUTERS, create_from_environment
from app.db import Database
from app.db.sqlite import SQLiteStore
from app.db.statements import CompiledStatement
from app.http.routing import Router
from app.queries import keys
from tests.support.targets import Target, opened
from tests.test_contract import PATHS, example_url

NAMED = {"X-Request-ID": "the-same-for-all", "Accept-Encoding": "identity"}
MORE = [
    "/v1/observations?indicator=goods-trade&indicator=aid-projects&limit=2&sort=value_desc",
    "/v1/observations?as_of=2025-01-14&vintages=all&limit=3",
    "/v1/search?q=%E8%B4%B8%E6%98%93&kind=action&limit=2",
    "/v1/topics?limit=1&sort=code_desc",
    "/v1/priority-areas/industrial-and-supply-chains?year=2025",
    "/v1/compare?indicator=goods-trade&period=2024&period=2025&derived=true",
]
REFUSED = [
    "/v1/topics?limit=1&limit=2",
    "/v1/topics?limit=",
    "/v1/topics?limit=01",
    "/v1/topics?unknown=1",
    "/v1/topics?lang=fr",
    "/v1/topics?cursor=made-up",
    "/v1/topics/",
    "/v1/topics/nothing",
    "/v1/topics/trade/more",
    "/v1/observations?indicator=goods-trad&since=2025-01-02&until=2025-01-01",
    "/v1/observations//vintages",
    "/v1/compare?indicator=goods-trade&period=2024",
    "/v1/topics?sort=%ff",
    "/v1//topics",
]


@pytest.fixture(scope="module")
def short(database: Target) -> Iterator[TestClient]:
    """Ask an application that keeps nothing."""
    with opened(database, cache_entries=0) as app:
        yield TestClient(app)


@pytest.fixture(scope="module")
def long(database: Target) -> Iterator[TestClient]:
    """Ask one that knows no direct ways either."""
    with opened(database, cache_entries=0) as app:
        app.router_by_shape = Router([])
        yield TestClient(app)


def told(client: TestClient, url: str, **headers: str) -> tuple[int, list[Any], bytes]:
    """Give all that is sent in answer, but for when the files were put in place."""
    answer = client.get(url, headers={**NAMED, **headers})
    sent = sorted(pair for pair in answer.headers.raw if pair[0] != b"last-modified")
    return answer.status_code, sent, answer.content


@pytest.mark.parametrize("path", [*PATHS, *MORE, *REFUSED])
def test_both_ways_answer_alike(
    short: TestClient, long: TestClient, document: dict[str, Any], path: str
) -> None:
    url = example_url(document, path) if path in PATHS else path
    is_drawn = path.endswith((".svg", ".png"))
    for language in ("zh",) if is_drawn else ("en", "zh"):
        headers = {"Accept-Language": language, "Host": "data.example:8443"}
        short_told, long_told = told(short, url, **headers), told(long, url, **headers)
        assert short_told == long_told
        assert (short_told[0] == 200) == (path not in REFUSED)


@pytest.mark.sqlite
def test_what_the_driver_fails_at_is_told_by_sqlalchemy(
    short: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/v1/indicators/goods-trade"
    made = told(short, path)

    def fail(*_: object) -> None:
        raise sqlite3.OperationalError

    monkeypatch.setattr(CompiledStatement, "execute", fail)
    assert told(short, path) == made


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("query", "status"),
    [("indicator=goods-trade", 200), ("indicator=goods", 422), ("limit=1", 200)],
)
def test_the_loop_never_waits_for_a_server(
    database: Path, monkeypatch: pytest.MonkeyPatch, query: str, status: int
) -> None:
    """Keys are looked up in threads too, and remembered for the framework, which tells mistakes."""
    monkeypatch.setattr(SQLiteStore, "is_local", False)
    monkeypatch.setattr(keys, "MAX_CACHED", 2)
    reading, readers = Database.read, []

    def read(self: Database, *given: Any) -> Any:
        with suppress(RuntimeError):
            asyncio.get_running_loop()
            readers.append("the loop")
        readers.append("a thread")
        return reading(self, *given)

    with opened(database) as app, TestClient(app) as client:
        monkeypatch.setattr(Database, "read", read)
        answer = client.get(f"/v1/observations?{query}")
        assert answer.status_code == status
        assert set(readers) == {"a thread"}
        if status != 200:
            assert "goods-trade" in answer.json()["errors"][0]["allowed"]
        assert client.get(f"/v1/observations?indicator={'a' * 300}").status_code == 422


@pytest.mark.sqlite
def test_a_server_process_looks_for_garbage_once_it_is_made(
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


def test_every_route_with_data_has_a_direct_way() -> None:
    ways = Router(ROUTERS).routes.values()
    assert len(ways) == len({way.endpoint for way in ways}) > 30
    assert all(way.endpoint.__module__.startswith("app.routers") for way in ways)
