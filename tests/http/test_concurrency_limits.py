"""Slow work is limited, and does not take the threads that lists need."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from signal import SIGSTOP
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import anyio
import httpx2
import pytest
from fastapi import Response

from app.formats.charts import rendering
from app.http import limits
from app.http.connections import RejectionLog
from app.i18n import Language
from app.problems.problem import NotReady
from app.processes import HelperProcess
from app.releases import ServedRelease
from app.request import ClientDisconnectedError, RequestContext
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.resources


CLIENT = "testclient"
"""How the test client is called in place of an address."""


class Caller:
    """A request whose client may be gone."""

    def __init__(self, client: str, *, is_gone: bool) -> None:
        self.is_closed = self.has_left = is_gone
        self.connection, self.is_example = self, False
        self.client = client
        self.waiting_clients: Counter[str] = Counter()
        self.app = self.state = self.release = self.database = self.store = self
        self.failed_at = 0.0
        self.rejections = RejectionLog()
        self.records = None
        self.started = perf_counter()

    is_abandoned = RequestContext.is_abandoned
    require_client = RequestContext.require_client


def create_caller(client: str = "192.0.2.1", *, is_gone: bool = False) -> Any:
    return Caller(client, is_gone=is_gone)


@pytest.fixture
def queue() -> limits.RequestQueue:
    return limits.RequestQueue("pictures")


async def run_all(queue: limits.RequestQueue, create: Callable[[], Response], count: int) -> None:
    """Request the same many times at once."""
    async with anyio.create_task_group() as group:
        for _ in range(count):
            group.start_soon(queue.run, create_caller(), create)


def test_one_response_is_created_at_a_time(queue: limits.RequestQueue) -> None:
    at_once, most = 0, 0
    counting = threading.Lock()

    def respond() -> Response:
        nonlocal at_once, most
        with counting:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with counting:
            at_once -= 1
        return Response()

    anyio.run(run_all, queue, respond, 10)
    assert most == 1


@contextmanager
def block_queue() -> Iterator[Callable[[], Response]]:
    """Work that lasts until the end of the block."""
    ended = threading.Event()

    def respond() -> Response:
        ended.wait(5)
        return Response()

    try:
        yield respond
    finally:
        ended.set()


def test_clients_take_turns(queue: limits.RequestQueue) -> None:
    """A client with many requests delays one of another by one of them."""
    served: list[str] = []

    def create(client: str) -> Response:
        served.append(client[-1])
        return Response()

    async def send_requests() -> None:
        async with anyio.create_task_group() as group:
            with block_queue() as respond:
                group.start_soon(queue.run, create_caller("192.0.2.1"), respond)
                await anyio.sleep(0.01)
                for client in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1", "192.0.2.3"):
                    group.start_soon(queue.run, create_caller(client), partial(create, client))
                await anyio.sleep(0.01)

    anyio.run(send_requests)
    assert "".join(served) == "23111"
    assert not queue.is_busy


def test_a_full_queue_refuses_at_once(queue: limits.RequestQueue) -> None:
    async def send_requests() -> None:
        with block_queue() as respond:
            async with anyio.create_task_group() as group:
                for _ in range(1 + limits.MAX_WAITING):
                    group.start_soon(queue.run, create_caller(), respond)
                await anyio.sleep(0.01)
                began = time.monotonic()
                with pytest.raises(NotReady) as refused:
                    await queue.run(create_caller(), respond)
                assert time.monotonic() - began < 0.5
                assert refused.value.headers == {"Retry-After": "5"}
                await limits.RequestQueue("others").run(create_caller(), Response)
                group.cancel_scope.cancel()

    anyio.run(send_requests)


@pytest.mark.sqlite
def test_a_full_queue_of_one_kind_leaves_the_others_free(
    database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = [
        SimpleNamespace(
            client=CLIENT, clients={CLIENT}, context=SimpleNamespace(is_abandoned=False)
        )
    ] * limits.MAX_WAITING
    monkeypatch.setattr(limits.DRAWING_QUEUE, "is_busy", True)
    monkeypatch.setattr(limits.DRAWING_QUEUE, "waiting", waiting)
    with open_app(database) as app, AppClient(app) as client:
        assert client.get("/v1/overview.svg").status_code == 503
        for path in ("/v1/outcomes.xlsx", "/v1/outcomes.csv", "/sdmx/data/INDICATORS"):
            assert client.get(path).status_code == 200, path


@pytest.mark.sqlite
def test_examples_of_the_openapi_document_wait_in_no_queue(
    database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the worker itself builds the document."""
    monkeypatch.setattr(HelperProcess, "is_current", True)
    monkeypatch.setattr(limits, "MAX_WAIT", 0.1)
    for queue in {*limits.QUEUES} - {limits.DOCUMENT_QUEUE}:
        monkeypatch.setattr(queue, "is_busy", True)
    with open_app(database) as app, AppClient(app) as client:
        assert client.get("/v1/outcomes.csv").status_code == 503
        described = client.get("/openapi.json").json()
    table = described["paths"]["/v1/outcomes.csv"]["get"]["responses"]["200"]["content"]
    assert table["text/csv"]["examples"]["response"]["value"]


@pytest.mark.sqlite
def test_requests_that_wait_for_the_openapi_document_hold_no_threads(database: Target) -> None:
    is_built = threading.Event()
    with open_app(database) as app, AppClient(app) as client, ThreadPoolExecutor(12) as threads:
        build = app.state.documents.build

        def build_late(release: ServedRelease, language: Language) -> Any:
            assert is_built.wait(30)
            return build(release, language)

        app.state.documents.build = build_late
        operations = [f"/docs/{name}" for name in ("list_topics", "list_units", "list_areas")]
        paths = ["/docs", "/openapi.json", "/openapi-3.0.json", *operations]
        paths += [f"{path}?lang=zh" for path in paths]
        assert len(paths) > app.state.releases.store.threads
        waiting = [threads.submit(client.get, path) for path in paths]
        wait_for(lambda: len(limits.DOCUMENT_QUEUE.waiting) == len(paths) - 1)
        assert client.get("/v1/observations?limit=500").status_code == 200
        is_built.set()
        assert {one.result().status_code for one in waiting} == {200}


@pytest.mark.sqlite
def test_a_stuck_drawing_delays_others_for_a_limited_time(
    database: Target, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Another process draws what waits, and the log has one line."""
    assert 2 * rendering.TIMEOUT < limits.MAX_WAIT
    path = "/v1/overview.png?width={}"
    with open_app(database) as app, AppClient(app) as client, ThreadPoolExecutor(3) as threads:
        assert client.get(path.format(601)).status_code == 200
        stopped = rendering.DRAWING_PROCESS.process
        assert stopped is not None
        monkeypatch.setattr(rendering.DRAWING_PROCESS, "timeout", 2)
        stopped.send_signal(SIGSTOP)
        responses = threads.map(client.get, map(path.format, (602, 603, 604)))
        wait_for(lambda: any(isinstance(one, threading.Timer) for one in threading.enumerate()))
        # A busy machine may take longer than this one for the others.
        monkeypatch.setattr(rendering.DRAWING_PROCESS, "timeout", rendering.TIMEOUT)
        statuses = sorted(one.status_code for one in responses)
    assert statuses == [200, 200, 503]
    lines = [one.getMessage() for one in caplog.records if "drawing failed" in one.getMessage()]
    assert len(lines) == 1
    assert "a helper process took too long" in lines[0]


def test_a_request_has_the_turn_of_any_client_that_waits_for_it(queue: limits.RequestQueue) -> None:
    """Another client may wait for what one with many requests has asked for last."""
    served: list[str] = []

    def create(name: str) -> Response:
        served.append(name)
        return Response()

    async def send(number: int, shared: Any) -> None:
        with suppress(NotReady):
            await queue.run(shared or create_caller(), partial(create, str(number)))

    async def send_requests() -> None:
        shared = create_caller()
        async with anyio.create_task_group() as group:
            with block_queue() as work:
                group.start_soon(queue.run, create_caller(), work)
                await anyio.sleep(0.01)
                for number in range(limits.MAX_WAITING):
                    is_last = number == limits.MAX_WAITING - 1
                    group.start_soon(send, number, shared if is_last else None)
                await anyio.sleep(0.01)
                shared.waiting_clients["192.0.2.2"] += 1
                group.start_soon(queue.run, create_caller("192.0.2.3"), partial(create, "third"))
                await anyio.sleep(0.01)

    anyio.run(send_requests)
    assert set(served[:2]) == {str(limits.MAX_WAITING - 1), "third"}
    assert str(limits.MAX_WAITING - 2) not in served, "the newest that nobody else waits for"


def test_a_client_with_many_requests_makes_room_for_another(queue: limits.RequestQueue) -> None:
    refused: list[str] = []

    async def send(client: str, respond: Callable[[], Response]) -> None:
        try:
            await queue.run(create_caller(client), respond)
        except NotReady:
            refused.append(client)

    async def send_requests() -> None:
        async with anyio.create_task_group() as group:
            with block_queue() as respond:
                for _ in range(1 + limits.MAX_WAITING):
                    group.start_soon(send, "192.0.2.1", respond)
                await anyio.sleep(0.01)
                for _ in range(limits.MAX_WAITING):
                    group.start_soon(send, "192.0.2.2", respond)
                await anyio.sleep(0.01)
                assert len(queue.waiting) == limits.MAX_WAITING

    anyio.run(send_requests)
    half = limits.MAX_WAITING // 2
    assert refused.count("192.0.2.1") == refused.count("192.0.2.2") == half
    assert not queue.waiting
    assert not queue.is_busy


def test_clients_that_have_gone_make_room(queue: limits.RequestQueue) -> None:
    created = 0

    def create() -> Response:
        nonlocal created
        created += 1
        return Response()

    async def disconnect(client: Any) -> None:
        with pytest.raises(ClientDisconnectedError):
            await queue.run(client, create)

    async def send_requests() -> None:
        with block_queue() as respond:
            async with anyio.create_task_group() as group:
                group.start_soon(queue.run, create_caller(), respond)
                await anyio.sleep(0.01)
                clients = [create_caller() for _ in range(limits.MAX_WAITING)]
                for client in clients:
                    group.start_soon(disconnect, client)
                await anyio.sleep(0.01)
                for client in clients:
                    client.is_closed = client.has_left = True
                group.start_soon(queue.run, create_caller(), create)
                await anyio.sleep(0.01)
                assert len(queue.waiting) == 1
                group.cancel_scope.cancel()
        await disconnect(create_caller(is_gone=True))

    anyio.run(send_requests)
    assert created == 0


def test_a_request_that_waits_too_long_gets_503(
    queue: limits.RequestQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MAX_WAIT", 0.05)

    async def send_requests() -> None:
        with block_queue() as respond:
            async with anyio.create_task_group() as group:
                group.start_soon(queue.run, create_caller(), respond)
                await anyio.sleep(0.01)
                with pytest.raises(NotReady):
                    await queue.run(create_caller(), respond)
                group.cancel_scope.cancel()

    anyio.run(send_requests)


@pytest.mark.parametrize(
    ("failure", "raised"),
    [(ValueError(), ValueError), (EOFError(), NotReady), (OSError(24, "no files"), NotReady)],
)
def test_a_failure_gives_the_turn_back(
    queue: limits.RequestQueue, failure: Exception, raised: type[Exception]
) -> None:
    def respond() -> Response:
        raise failure

    async def send_requests() -> None:
        for _ in range(8):
            with pytest.raises(raised):
                await queue.run(create_caller(), respond)
        assert not queue.is_busy

    anyio.run(send_requests)


def test_lists_are_served_while_files_are_written(server: str) -> None:
    def request_file(number: int) -> int:
        return client.get(f"/v1/observations.xlsx?until={2000 + number}-12-31").status_code

    def request_list(number: int) -> int:
        return client.get(f"/v1/observations?limit={number}").status_code

    with httpx2.Client(base_url=server, timeout=60) as client, ThreadPoolExecutor(24) as threads:
        files = [threads.submit(request_file, number) for number in range(20)]
        lists = [threads.submit(request_list, number) for number in range(1, 60)]
        assert {one.result() for one in lists} == {200}
        assert {file.result() for file in files} == {200}
