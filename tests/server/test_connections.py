"""Connections: how many there may be, what may be sent over them, and what is refused."""

import json
import re
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from selectors import EVENT_READ, DefaultSelector
from types import SimpleNamespace
from typing import Any

import anyio
import httpx2
import pytest
from fastapi.responses import StreamingResponse

from app import processes, server
from app.formats import registry
from app.formats.charts.rendering import DRAWING_PROCESS
from app.http import cache, connections, limits
from app.http.connections import ConnectionTable, RejectionLog
from app.negotiation import Coding
from app.problems.problem import NotReady
from app.server import ServerProtocol, timeouts
from app.server.timeouts import LINGER_TIMEOUT
from tests.server.test_hostile_clients import PROTOCOLS, count_memory, exchange_bytes, read_response
from tests.support.client import AppClient
from tests.support.load import wait_for
from tests.support.processes import Server, count_descriptors, run_command, start_server
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.resources

REQUEST = b"GET /v1/units HTTP/1.1\r\nHost: data.example\r\n"
CLOSE = b"Connection: close\r\n\r\n"
FOREIGN = "127.0.0.2"
"""An address of this machine that is not that of a trusted proxy."""
SECONDS = 0.5


def run_bounded(protocol: str, *arguments: str) -> None:
    """Run the command line with short timeouts, over a protocol of uvicorn."""
    ServerProtocol.protocol_class = PROTOCOLS[protocol]
    timeouts.HEAD_TIMEOUT = timeouts.WRITE_TIMEOUT = limits.BODY_TIMEOUT = SECONDS
    timeouts.KEEP_ALIVE, server.PROXY_KEEP_ALIVE = SECONDS, 2
    run_command(*arguments)


@pytest.fixture(scope="module", params=PROTOCOLS)
def bounded(database: Target, request: pytest.FixtureRequest) -> Iterator[Server]:
    """Serve with few connections, each protocol in turn."""
    with start_server(
        database,
        partial(run_bounded, request.param),
        BRI_MAX_CONNECTIONS="20",
        BRI_MAX_CLIENT_CONNECTIONS="5",
        BRI_MCP="true",
        BRI_METRICS="true",
    ) as server:
        yield server
        assert "Traceback" not in server.log.read_text()


def connect(port: int, source: str = FOREIGN) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(source, 0))


def is_closed(connection: socket.socket) -> bool:
    """Return whether the server has closed a connection that it has sent nothing on."""
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def read_to_end(connection: socket.socket) -> bytes:
    """Read until the server closes."""
    received = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


@contextmanager
def open_connections(port: int, count: int, source: str = FOREIGN) -> Iterator[list[socket.socket]]:
    with ExitStack() as stack:
        yield [stack.enter_context(connect(port, source)) for _ in range(count)]


def test_a_client_has_few_connections_and_loses_the_one_idle_longest(bounded: Server) -> None:
    with (
        open_connections(bounded.port, 5) as connections,
        open_connections(bounded.port, 1) as added,
    ):
        wait_for(lambda: is_closed(connections[0]), 5)
        added[0].sendall(REQUEST + CLOSE)
        assert read_to_end(added[0]).startswith(b"HTTP/1.1 200 OK\r\n")


def test_all_clients_have_a_number_of_connections_together(bounded: Server) -> None:
    sources = [f"127.0.0.{number}" for number in range(2, 7)]
    with ExitStack() as stack:
        connections = [
            one
            for source in sources
            for one in stack.enter_context(open_connections(bounded.port, 4, source))
        ]
        assert httpx2.get(f"{bounded.base}/v1/units").status_code == 200
        wait_for(lambda: is_closed(connections[0]), 5)


def test_what_is_refused_is_counted_and_logged_once(bounded: Server) -> None:
    for _ in range(3):
        received = exchange_bytes(bounded.port, b"GET / HTTP/9.9\r\n\r\n")
        assert received.startswith(b"HTTP/1.1 505 "), received
        exchange_bytes(bounded.port, REQUEST.replace(b"data.example", b"a'b") + CLOSE)
    text = httpx2.get(f"{bounded.base}/metrics").text
    for kind in ("http-version-not-supported", "malformed-request"):
        (count,) = re.findall(rf'^bri_rejections_total{{kind="{kind}"}} (\d+)', text, re.MULTILINE)
        assert int(count) >= 3
    log = bounded.log.read_text()
    assert log.count("× http-version-not-supported") == 1
    assert log.count("× malformed-request") == 1
    assert "Invalid HTTP request" not in log


def test_a_body_that_stalls_is_not_waited_for(bounded: Server) -> None:
    head = b"POST /mcp HTTP/1.1\r\nHost: data.example\r\nContent-Type: application/json\r\n"
    began = time.monotonic()
    stalled = head + b"Content-Length: 100\r\n\r\n{"
    assert exchange_bytes(bounded.port, stalled).startswith(b"HTTP/1.1 408 ")
    chunked = head + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{"
    assert exchange_bytes(bounded.port, chunked).startswith(b"HTTP/1.1 408 ")
    assert 2 * SECONDS * 0.9 < time.monotonic() - began < 10
    large = head + b"Content-Length: 99999999\r\n\r\n" + b"x" * 100_000
    assert exchange_bytes(bounded.port, large)[:13] in {b"HTTP/1.1 413 ", b""}


def test_a_byte_of_a_body_does_not_hold_the_connection(bounded: Server) -> None:
    """The request has its response, and the rest of its body never comes."""
    with connect(bounded.port) as connection:
        connection.sendall(REQUEST.replace(b"GET", b"POST") + b"Content-Length: 100\r\n\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 405 ")
        with suppress(OSError):
            connection.sendall(b"x")
        connection.settimeout(5)
        read_to_end(connection)


def test_an_incomplete_head_gets_408(bounded: Server) -> None:
    received = exchange_bytes(bounded.port, b"GET /v1 HTTP/1.1\r\nHost:")
    assert received.startswith(b"HTTP/1.1 408 ")
    assert json.loads(received.partition(b"\r\n\r\n")[2])["code"] == "request-timeout"


@pytest.mark.parametrize("sent", [b"\r\n", b"G", b"GET /v1 HTTP/1.1\r\n"])
@pytest.mark.parametrize("path", [b"/v1/units", b"/v1/nothing"])
def test_bytes_after_a_response_do_not_hold_the_connection(
    bounded: Server, path: bytes, sent: bytes
) -> None:
    with connect(bounded.port) as connection:
        connection.sendall(REQUEST.replace(b"/v1/units", path) + b"\r\n")
        assert connection.recv(65536).startswith(b"HTTP/1.1 ")
        time.sleep(0.1)
        connection.sendall(sent)
        began = time.monotonic()
        read_to_end(connection)
        assert time.monotonic() - began < 10


def test_a_response_that_is_not_read_to_its_end_does_not_hold_the_connection(
    bounded: Server,
) -> None:
    """Less than what makes a server stop writing may stay unread, also when it closes."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.bind((FOREIGN, 0))
        connection.connect(("127.0.0.1", bounded.port))
        connection.sendall(REQUEST.replace(b"/v1/units", b"/v1/observations") + CLOSE)
        metric = f"{bounded.base}/metrics"
        open_now = r"^bri_open_connections (\d+)"
        for _ in range(100):
            found = re.search(open_now, httpx2.get(metric).text, re.MULTILINE)
            assert found
            if found[1] in {"0.0", "0", "1"}:
                return
            time.sleep(0.1)
        raise AssertionError("the connection is still open")


@pytest.mark.parametrize("protocol", ["fast path", "h11"])
def test_requests_after_an_upgrade_get_responses(database: Target, protocol: str) -> None:
    """A body that looks like a request is none."""
    upgrade = REQUEST + b"Upgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    body = REQUEST + b"\r\n"
    with_body = upgrade[:-2] + b"Content-Length: %d\r\n\r\n" % len(body) + body
    with start_server(database, partial(run_bounded, protocol)) as server:
        for sent in (upgrade, with_body):
            with connect(server.port) as connection:
                connection.sendall(sent[:-40])
                time.sleep(0.05)
                connection.sendall(sent[-40:] + REQUEST + CLOSE)
                received = read_to_end(connection)
            assert received.count(b"HTTP/1.1 200 OK\r\n") == 2
        assert not server.log.read_text().count("upgrade")


def test_a_proxy_may_keep_an_idle_connection_for_longer_than_a_client(bounded: Server) -> None:
    """Otherwise a proxy would now and then send a request while the connection is closed."""
    with connect(bounded.port) as client, connect(bounded.port, "127.0.0.1") as proxy:
        for path in (b"units", b"nothing"):
            for connection in (client, proxy):
                connection.sendall(REQUEST.replace(b"units", path) + b"\r\n")
                assert read_response(connection).startswith(b"HTTP/1.1 ")
        assert client.recv(1) == b""
        # A cached response restarts the idle time.
        began = time.monotonic()
        proxy.sendall(REQUEST + b"\r\n")
        assert read_response(proxy).startswith(b"HTTP/1.1 200 OK")
        assert proxy.recv(1) == b""
        assert 1.9 < time.monotonic() - began < 5


def test_unread_pipelined_responses_take_little_memory(bounded: Server) -> None:
    """The first response is not cached, so that the others cannot be sent by the parser."""
    exchange_bytes(bounded.port, REQUEST + CLOSE)
    before = count_memory(bounded.pid)
    with ExitStack() as stack:
        for source in range(20, 23):
            for _ in range(5):
                connection = stack.enter_context(connect(bounded.port, f"127.0.0.{source}"))
                connection.settimeout(0.1)
                with suppress(OSError):
                    connection.sendall(REQUEST.replace(b"units", b"observations") + b"\r\n")
                    connection.sendall((REQUEST + b"\r\n") * 20_000)
        time.sleep(1)  # The server reads as much as it wants to.
        assert count_memory(bounded.pid) - before < 30 * 1024**2
    assert httpx2.get(f"{bounded.base}/v1/units").status_code == 200


def test_a_download_whose_client_leaves_is_no_error(bounded: Server) -> None:
    """Nor is one that is followed by another request, which has been parsed already."""
    request = REQUEST.replace(b"units", b"dataset.sqlite") + b"\r\n"
    for count in (1, 2):
        with connect(bounded.port) as connection:
            connection.sendall(request * count)
            assert connection.recv(12) == b"HTTP/1.1 200"
    wait_for(lambda: "bri_connections_in_use 0" in httpx2.get(f"{bounded.base}/metrics").text)
    assert "Traceback" not in bounded.log.read_text()


@pytest.mark.parametrize(
    "paths",
    [
        [b"units"],
        [b"nothing"],
        [b"observations?limit=321"],
        [b"overview.svg?width=654"],
        [b"dataset.sqlite"],
        [b"units"] * 200,
        [b"observations?limit=322", b"units", b"nothing", b"dataset.sqlite", b"units"],
    ],
)
def test_a_client_that_ends_its_side_gets_all_responses(
    bounded: Server, paths: list[bytes]
) -> None:
    with connect(bounded.port) as connection:
        connection.sendall(b"".join(REQUEST.replace(b"units", path) + b"\r\n" for path in paths))
        connection.shutdown(socket.SHUT_WR)
        received = read_to_end(connection)
    for _ in paths:
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", received)
        assert received.startswith(b"HTTP/1.1 ")
        assert length
        end = received.index(b"\r\n\r\n") + 4 + int(length[1])
        assert len(received) >= end
        received = received[end:]
    assert not received


@pytest.mark.parametrize("end", [CLOSE, b"\r\n", b""], ids=["closing", "idle", "incomplete"])
def test_a_connection_that_the_client_closes_is_closed_at_once(bounded: Server, end: bytes) -> None:
    exchange_bytes(bounded.port, REQUEST + CLOSE)
    before = count_descriptors(bounded.pid)
    for _ in range(20):
        with connect(bounded.port) as connection:
            connection.sendall(REQUEST + end)
            assert not end or connection.recv(12) == b"HTTP/1.1 200"
            connection.shutdown(socket.SHUT_WR)
            read_to_end(connection)
    wait_for(lambda: count_descriptors(bounded.pid) <= before, LINGER_TIMEOUT / 2)


class FakeConnection:
    """A connection in a table."""

    def __init__(self, client: str) -> None:
        self.client = self.peer = client
        self.is_aborted = False

    def abort(self) -> None:
        self.is_aborted = True


def test_a_connection_in_use_is_never_dropped() -> None:
    table = ConnectionTable(3, 2, RejectionLog())
    connections = [FakeConnection("a"), FakeConnection("a"), FakeConnection("b")]
    for one in connections:
        table.add(one)
    table.mark_active(connections[0])
    table.mark_idle(connections[1])
    table.add(FakeConnection("a"))
    assert [connection.is_aborted for connection in connections] == [False, True, False]
    for one in connections:
        table.mark_active(one)
    table.idle.clear()
    with pytest.raises(NotReady):
        table.add(FakeConnection("c"))
    proxies = ConnectionTable(100, 2, RejectionLog())
    for _ in range(50):
        proxies.add(FakeConnection(""))
    assert proxies.open == 50
    for proxy in list(proxies.idle):
        proxies.remove(proxy)
    assert not proxies.open
    assert not proxies.counts


def test_a_kind_of_rejection_is_logged_once_a_minute(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(connections, "monotonic", lambda: now)
    counted: list[str] = []
    rejections = RejectionLog(counted.append)
    for second in range(61):
        now = float(second)
        rejections.note("too-many-requests", f"192.0.2.{second}")
        rejections.note("malformed-request", "192.0.2.1")
    lines = [record.getMessage() for record in caplog.records]
    assert len(counted) == 122
    assert lines == [
        "refused 1 × too-many-requests, last 192.0.2.0",
        "refused 1 × malformed-request, last 192.0.2.1",
        "refused 60 × too-many-requests, last 192.0.2.60",
        "refused 60 × malformed-request, last 192.0.2.1",
    ]


def test_a_log_shows_what_a_proxy_passes_on_without_control_characters(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """U+009B begins an escape sequence of terminals, and is allowed in a header."""
    RejectionLog().note("malformed-request", "192.0.2.1 \x9b31m\n贸易")
    (line,) = (record.getMessage() for record in caplog.records)
    assert line == r"refused 1 × malformed-request, last 192.0.2.1\u0020\u009b31m\n\u8d38\u6613"


def run_starved(*arguments: str) -> None:
    """Run the command line with few file descriptors."""
    _, most = getrlimit(RLIMIT_NOFILE)
    setrlimit(RLIMIT_NOFILE, (96, most))
    run_command(*arguments)


@pytest.mark.sqlite
def test_more_connections_than_descriptors_block_no_client(database: Target) -> None:
    with start_server(database, run_starved) as server, ExitStack() as stack:
        for _ in range(150):
            with suppress(OSError):
                stack.enter_context(connect(server.port))
        assert httpx2.get(f"{server.base}/v1/units", timeout=10).status_code == 200
        assert "× too many connections" in server.log.read_text()


def test_a_client_with_many_requests_delays_one_of_another_by_few(database: Target) -> None:
    request = "GET /v1/observations?limit=7 HTTP/1.1\r\nHost: {}.example\r\n\r\n"
    with start_server(database) as server, ExitStack() as stack:
        busy = [stack.enter_context(connect(server.port)) for _ in range(80)]
        other = stack.enter_context(connect(server.port, "127.0.0.3"))
        # Once the statement has been compiled, lists are read on the event loop. Later responses
        # come from the cache; they show that the connections have been accepted.
        for connection in (*busy, other):
            connection.sendall(request.format("same").encode())
            read_response(connection)
        for number, connection in enumerate([*busy, other]):
            connection.sendall(request.format(f"h{number}").encode())
        with DefaultSelector() as selector:
            for connection in (*busy, other):
                selector.register(connection, EVENT_READ)
            earlier = 0
            while other not in (found := [key.fileobj for key, _ in selector.select(20)]):
                earlier += len(found)
                for ended in found:
                    selector.unregister(ended)
    assert earlier < len(busy) / 2


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_the_log_names_the_client(database: Target, log_format: str) -> None:
    with start_server(database, BRI_ACCESS_LOG=log_format) as server:
        forwarded = {"X-Forwarded-For": "192.0.2.7"}
        httpx2.get(f"{server.base}/v1/units", headers=forwarded)
        received = exchange_bytes(server.port, b"GET / HTTP/9.9\r\n\r\n")
        identifier = json.loads(received.partition(b"\r\n\r\n")[2])["request_id"]
        wait_for(lambda: identifier in server.log.read_text())
        log = server.log.read_text()
    (line,) = [line for line in log.splitlines() if "192.0.2.7" in line]
    assert "/v1/units" in line
    (refused,) = [line for line in log.splitlines() if identifier in line]
    assert "127.0.0.1" in refused
    assert "505" in refused
    assert "refused 1 × http-version-not-supported, last 127.0.0.1" in log


def test_missing_descriptors_are_a_503(database: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(24, "Too many open files")

    with open_app(database) as app, AppClient(app, raise_server_exceptions=False) as client:
        DRAWING_PROCESS.close()
        monkeypatch.setattr(processes, "Popen", fail)
        monkeypatch.setattr(registry, "TemporaryFile", fail)
        for path, seconds in (("/v1/overview.png?width=777", "5"), ("/v1/observations.xlsx", "60")):
            response = client.get(path)
            assert response.status_code == 503
            assert response.headers["retry-after"] == seconds


@pytest.mark.parametrize("version", ["1.0", "1.1"])
def test_head_creates_no_stream(version: str) -> None:
    sent: list[Any] = []

    async def write() -> AsyncIterator[bytes]:
        sent.append("work")
        yield b"1"

    async def send(message: Any) -> None:
        sent.append(message)

    context: Any = SimpleNamespace(method="HEAD", coding=Coding.IDENTITY, client="")
    response = StreamingResponse(write(), media_type="text/csv")
    receive: Any = send
    scope = {"context": context, "http_version": version}
    anyio.run(cache.send_stream, response, b"public", scope, receive, send)
    assert [one["type"] for one in sent] == ["http.response.start", "http.response.body"]
