"""Records that are requested at the same time from a database on a server."""

import asyncio
import json
import signal
import threading
from asyncio import Future
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
from fastapi import Response
from sqlalchemy import URL

from app.application import App
from app.db import Database
from app.db.stores import PostgresStore
from app.http import limits
from app.http.batches import (
    MAX_BATCH,
    MAX_READING,
    BatchGroup,
    BatchOutcome,
    RecordBatches,
    RecordRequest,
    create_responses,
)
from app.http.limits import START_TURNS
from app.i18n import Language
from app.queries.reference import TOPICS
from app.request import ClientDisconnectedError
from tests.http.test_cache import fetch
from tests.http.test_concurrency_limits import Caller, create_caller
from tests.support.load import wait_for
from tests.support.postgresql import Cluster
from tests.support.targets import open_app

COLLECTIONS = ("observations", "growth-rates", "indicators", "sources", "topics", "commitments")
UNKNOWN = ("nothing", "a b", "ä", "'", "%", "\\", "{}", "a,b", "x" * 300)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """Note the arguments of every query."""
    read, found = Database.read, []

    def note(self: Database, *arguments: Any) -> Any:
        found.append(arguments)
        return read(self, *arguments)

    monkeypatch.setattr(Database, "read", note)
    return found


def list_paths(app: App) -> list[str]:
    """List the paths of some records of each collection, and of some that do not exist."""
    paths = []
    for name in COLLECTIONS:
        page = json.loads(asyncio.run(fetch(app, f"/v1/{name}", "limit=12"))[2])
        keys = [one.get("id") or one["code"] for one in page["items"]]
        paths += [f"/v1/{name}/{quote(key, safe='')}" for key in (*keys, *UNKNOWN)]
    return paths


async def fetch_all(app: App, paths: list[str]) -> list[tuple[int, bytes]]:
    """Request paths in both languages, all at the same time."""
    found = await asyncio.gather(
        *(fetch(app, path, f"lang={language}") for path in paths for language in Language)
    )
    return [(status, body) for status, _, body in found]


def test_records_read_together_are_those_read_alone(
    built: Path, copied_database: URL, reads: list[tuple[Any, ...]]
) -> None:
    with open_app(built) as app:
        paths = list_paths(app)
        alone = asyncio.run(fetch_all(app, paths))
    with open_app(copied_database, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        reads.clear()
        together = asyncio.run(fetch_all(app, paths))
    bodies = [(status, status == 200 and body) for status, body in together]
    assert bodies == [(status, status == 200 and body) for status, body in alone]
    assert {status for status, _ in together} == {200, 404}
    # The first records of a collection and a language are read alone.
    assert len(reads) == (MAX_READING + 1) * 2 * len(COLLECTIONS)


def test_many_records_are_read_in_several_batches(
    copied_database: URL, reads: list[tuple[Any, ...]]
) -> None:
    paths = [f"/v1/topics/{number}" for number in range(2 * MAX_BATCH)]
    with open_app(copied_database, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        reads.clear()
        found = asyncio.run(fetch_all(app, [*paths, "/v1/topics/trade"]))
    assert [status for status, _ in found] == [404] * 4 * MAX_BATCH + [200] * 2
    sizes = [len(keys) for read, keys in reads if read.__self__.language is Language.ENGLISH]
    assert sorted(sizes) == [1, 1, MAX_BATCH - 1, MAX_BATCH]


def test_a_failure_is_that_of_all_that_are_read_together(
    cluster: Cluster, copied_database: URL, reads: list[tuple[Any, ...]]
) -> None:
    name = str(copied_database.database)
    newest = "SELECT schema_name FROM bri.releases ORDER BY number DESC LIMIT 1"
    ((schema,),) = cluster.execute(newest, name)
    address = f"host=127.0.0.1 port={cluster.port} user=postgres dbname={name}"
    paths = [f"/v1/topics/{key}" for key in ("trade", "investment", "nothing", "trade")]
    with open_app(copied_database, statement_timeout=1, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        with psycopg.connect(address) as locking:
            locking.execute(f'LOCK TABLE "{schema}".topic IN ACCESS EXCLUSIVE MODE'.encode())
            reads.clear()
            assert {status for status, _ in asyncio.run(fetch_all(app, paths))} == {503}
            assert len(reads) == 2 * (MAX_READING + 1)
        found = asyncio.run(fetch_all(app, paths))
        assert [status for status, _ in found] == [200, 200, 200, 200, 404, 404, 200, 200]


def test_a_record_that_cannot_be_read_leaves_the_others_of_its_batch(
    cluster: Cluster, copied_database: URL
) -> None:
    name = str(copied_database.database)
    newest = "SELECT schema_name FROM bri.releases ORDER BY number DESC LIMIT 1"
    ((schema,),) = cluster.execute(newest, name)
    with open_app(copied_database, cache_entries=0) as app:
        paths = [path for path in list_paths(app) if "/sources/" in path][:6]
        code = paths[3].rpartition("/")[2]
        # No date of Python is that late.
        late = f"published_on = 'infinity', checked_on = 'infinity' WHERE code = '{code}'"
        cluster.execute(f'UPDATE "{schema}".source SET {late}', name)  # noqa: S608 (Our own names.)
        found = asyncio.run(fetch_all(app, paths))
        assert [status for status, _ in found] == [200] * 6 + [500] * 2 + [200] * 4


def list_waiting_paths() -> list[str]:
    """List the paths of more records than a process reads at a time, alone and together."""
    alone = [f"/v1/series/{number}" for number in range(2 * PostgresStore.threads)]
    return alone + [f"/v1/topics/{number}" for number in range(4 * MAX_BATCH)]


def test_requests_that_wait_for_a_frozen_server_fail_with_the_first(
    cluster: Cluster, copied_database: URL, reads: list[tuple[Any, ...]]
) -> None:
    seconds = {"statement_timeout": 0.5, "connect_timeout": 2, "release_check": 60}
    with open_app(copied_database, cache_entries=0, **seconds) as app:
        asyncio.run(fetch(app, "/v1/units"))
        app.state.releases.watch()  # Otherwise each request would look for a new release.
        reads.clear()
        cluster.send_signal(signal.SIGSTOP)
        try:
            found = asyncio.run(fetch_all(app, list_waiting_paths()))
        finally:
            cluster.send_signal(signal.SIGCONT)
        assert {status for status, _ in found} == {503}
        assert len(reads) <= PostgresStore.threads
        assert asyncio.run(fetch(app, "/v1/topics/trade"))[0] == 200


def test_nothing_is_read_after_too_long_a_wait(
    copied_database: URL, reads: list[tuple[Any, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_app(copied_database, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        reads.clear()
        monkeypatch.setattr(limits, "MAX_WAIT", 0)
        found = asyncio.run(fetch_all(app, list_waiting_paths()))
    assert {status for status, _ in found} == {503}
    assert not reads


def test_nothing_is_read_for_a_request_that_is_refused(
    copied_database: URL, reads: list[tuple[Any, ...]]
) -> None:
    with open_app(copied_database, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        reads.clear()
        assert asyncio.run(fetch(app, "/v1/topics/trade", "unknown=1"))[0] == 422
        assert not reads


def test_a_request_that_is_cancelled_leaves_the_others_of_its_batch(copied_database: URL) -> None:
    async def send_requests(app: App) -> None:
        sent = [asyncio.create_task(fetch(app, "/v1/topics/trade")) for _ in range(6)]
        await asyncio.sleep(0)
        for task in sent[:3]:
            task.cancel()
        found = await asyncio.gather(*sent, return_exceptions=True)
        assert [isinstance(one, asyncio.CancelledError) for one in found] == [True] * 3 + [
            False
        ] * 3
        assert (await fetch(app, "/v1/topics/trade"))[0] == 200
        batches = app.request_router.batches
        assert not batches.waiting
        # What is read for requests that are cancelled may take longer than the others.
        await asyncio.to_thread(wait_for, lambda: not batches.reading)

    with open_app(copied_database, cache_entries=0) as app:
        asyncio.run(fetch(app, "/v1/units"))
        asyncio.run(send_requests(app))


def test_requests_that_get_no_thread_leave_others_a_batch(copied_database: URL) -> None:
    paths = [f"/v1/topics/{number}" for number in range(3 * MAX_BATCH)]
    with open_app(copied_database, cache_entries=0) as app:
        usual = threading.stack_size(2**46)  # More than the addresses of a process allow.
        try:
            failed = asyncio.run(fetch_all(app, paths))
        finally:
            threading.stack_size(usual)
        assert [status for status, _ in failed] == [503] * 2 * len(paths)
        assert asyncio.run(fetch(app, "/v1/topics/trade"))[0] == 200


def test_few_requests_of_a_batch_continue_in_one_round_of_the_event_loop(built: Path) -> None:
    finished, most = 0, 0

    async def send_requests(app: App, threads: ThreadPoolExecutor) -> None:
        nonlocal finished, most
        release, batches = app.state.releases.get_release(), RecordBatches(threads)

        async def send() -> None:
            nonlocal finished
            caller = create_caller()
            caller.release, caller.language = release, Language.ENGLISH
            await batches.run(caller, TOPICS.read_records, "trade", Response)
            finished += 1

        sent = [asyncio.create_task(send()) for _ in range(2 * MAX_BATCH)]
        while not all(task.done() for task in sent):
            before = finished
            await asyncio.sleep(0)
            most = max(most, finished - before)

    with open_app(built) as app, ThreadPoolExecutor(1) as threads:
        asyncio.run(send_requests(app, threads))
    assert finished == 2 * MAX_BATCH
    assert most == START_TURNS.free


def respond(app: App, callers: dict[str, Any]) -> list[BatchOutcome]:
    """Respond to the requests of clients by key; responses name the records that were read."""

    def create(caller: Any) -> Response:
        return Response(",".join(caller.records or ["alone"]))

    async def create_batch() -> list[BatchOutcome]:
        group = BatchGroup(
            app.state.releases.get_release().database, TOPICS.read_records, Language.ENGLISH
        )
        requests = [
            RecordRequest(caller, key, partial(create, caller), Future())
            for key, caller in callers.items()
        ]
        return create_responses(group, requests)

    return asyncio.run(create_batch())


def test_nothing_is_read_for_clients_that_have_gone(
    built: Path, reads: list[tuple[Any, ...]]
) -> None:
    absent, present = create_caller(is_gone=True), create_caller()
    with open_app(built) as app:
        app.state.releases.get_release()
        reads.clear()
        (error,) = respond(app, {"trade": absent})
        assert isinstance(error, ClientDisconnectedError)
        assert not reads
        error, response = respond(app, {"trade": absent, "investment": present})
    assert isinstance(error, ClientDisconnectedError)
    assert isinstance(response, Response)
    assert response.body == b"investment"
    assert [keys for *_, keys in reads] == [["investment"]]


def test_a_client_that_only_seemed_to_have_gone_gets_its_record(built: Path) -> None:
    class ReturningCaller(Caller):
        looks = iter([True, False])
        is_abandoned = property(lambda self: next(self.looks))

    with open_app(built) as app:
        (response,) = respond(app, {"trade": ReturningCaller("192.0.2.1", is_gone=False)})
    assert isinstance(response, Response)
    assert response.body == b"alone"
