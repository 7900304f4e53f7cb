"""The wrapped protocol: timeouts, size limits and refusals with any protocol of uvicorn."""

import asyncio
import gc
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from errno import ENOTCONN
from pathlib import Path
from typing import Any
from weakref import ref

import httpx2
import pytest
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app import server
from app.doctor import CheckFailedError, check_server
from app.http.middleware import COMMON_HEADERS
from app.server import SlowPathProtocol, protocol, timeouts
from tests.server.test_hostile_clients import exchange_bytes
from tests.support.processes import find_free_port, serve_database, wait_until_ready

pytestmark = pytest.mark.sqlite
GET = b"GET /v1/units HTTP/1.1\r\nHost: data.example\r\n\r\n"
HEADERS = re.compile(rb"^([^:\r\n]+): ([^\r\n]*)\r$", re.MULTILINE)


@pytest.fixture(scope="module")
def port(database: Path) -> Iterator[int]:
    """Serve with a public address over TLS."""
    with serve_database(database, BRI_PUBLIC_URL="https://data.example") as base:
        yield int(base.rpartition(":")[2])


@pytest.mark.parametrize(
    ("sent", "status", "code"),
    [
        (b"GET\r\n\r\n", 400, "malformed-request"),
        (b"GET /v1 HTTP/1.1\r\nno colon\r\n\r\n", 400, "malformed-request"),
        (b"GET\t/v1 HTTP/1.1\r\n\r\n", 400, "malformed-request"),
        (b"FOO /v1 HTTP/1.1\r\nHost: a\r\n\r\n", 405, "method-not-allowed"),
        (b"get /v1 HTTP/1.0\r\n\r\n", 405, "method-not-allowed"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", 405, "method-not-allowed"),
        (b"GET /v1 HTTP/1.2\r\nHost: a\r\n\r\n", 505, "http-version-not-supported"),
        (b"GET /v1 HTTP/1.1\r\nX-A: " + b"y" * 100_000, 431, "headers-too-large"),
    ],
)
def test_a_refusal_of_the_parser_has_the_headers_of_every_response(
    port: int, sent: bytes, status: int, code: str
) -> None:
    received = exchange_bytes(port, sent)
    head, _, body = received.partition(b"\r\n\r\n")
    found = HEADERS.findall(head + b"\r\n")
    headers = {name.decode().lower(): value.decode() for name, value in found}
    problem = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert headers.items() >= COMMON_HEADERS.items()
    assert headers["cache-control"] == "no-store"
    assert headers["connection"] == "close"
    assert headers.get("allow") == ("GET, HEAD, OPTIONS" if status == 405 else None)
    assert headers["strict-transport-security"] == "max-age=31536000"
    assert "date" in headers
    assert problem["code"] == code
    assert problem["request_id"] == headers["x-request-id"]
    assert problem["type"] == f"https://data.example/problems/{code}"


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("/v1/search?q=贸易", "percent-encode"),
        ("/v1/search?q=goods trade", "percent-encode"),
        ("/v1", "is not valid HTTP"),
    ],
)
def test_an_address_that_is_not_encoded_is_named(port: int, address: str, reason: str) -> None:
    received = exchange_bytes(port, f"GET {address} HTTP/1.1\r\nno colon\r\n\r\n".encode())
    problem = json.loads(received.partition(b"\r\n\r\n")[2])
    assert problem["code"] == "malformed-request"
    assert reason in problem["detail"]


class Client(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        with socket.socket() as closed:
            names = {"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 1)}
        super().__init__({**names, "socket": closed})
        self.written = b""
        self.unread = 0
        self.closed_at: float | None = None
        self.has_end = False
        self.protocol: asyncio.Protocol | None = None
        self.error: Exception | None = None
        """Why the connection is lost, unless it is closed."""

    def write(self, data: Any) -> None:
        self.written += data

    def write_eof(self) -> None:
        self.has_end = True

    def get_write_buffer_size(self) -> int:
        return self.unread

    def is_closing(self) -> bool:
        return self.closed_at is not None

    def close(self) -> None:
        if self.closed_at is None and self.protocol is not None:
            self.closed_at = time.monotonic()
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, self.error)

    abort = close

    def pause_reading(self) -> None:
        """Nothing is read."""

    def resume_reading(self) -> None:
        """Nothing is read."""


async def respond(scope: Any, _: Any, send: Any) -> None:
    """Respond to a request, with the reports of the application to its connection."""
    connection = scope["state"]["connection"]
    connection.start_request(dict(scope["headers"]))
    await asyncio.sleep(0.05)
    headers = [(b"content-length", b"2")]
    if connection.is_ending:
        headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
    connection.finish_request()


def connect(inner: type[asyncio.Protocol]) -> tuple[timeouts.TimeoutProtocol, Client]:
    """Open a connection to a protocol that wraps another."""

    class Wrapped(timeouts.TimeoutProtocol):
        protocol_class = inner

    config = Config(respond, ws="none", timeout_keep_alive=1, access_log=False)
    config.load()
    wrapped, client = Wrapped(config, ServerState(), {}), Client()
    client.protocol = wrapped
    wrapped.connection_made(client)
    return wrapped, client


@pytest.fixture(params=[protocol.CachedResponseProtocol, SlowPathProtocol])
def inner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Wrap each protocol, with short timeouts."""
    monkeypatch.setattr(timeouts, "HEAD_TIMEOUT", 0.3)
    monkeypatch.setattr(timeouts, "WRITE_TIMEOUT", 0.3)
    monkeypatch.setattr(timeouts, "LINGER_TIMEOUT", 0.1)
    return request.param


def test_a_byte_after_a_response_does_not_hold_the_connection(inner: Any) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(GET)
        await asyncio.sleep(0.15)
        assert client.written.endswith(b"ok")
        wrapped.data_received(b"G")
        await asyncio.sleep(0.1)
        assert not client.is_closing()
        wrapped.data_received(b"E")
        await asyncio.sleep(0.5)
        assert client.is_closing()

    asyncio.run(use())


@pytest.mark.parametrize("request_bytes", [GET, GET[:-2] + b"Content-Length: 9\r\n\r\n"])
def test_a_byte_during_a_response_does_not_hold_the_connection(
    inner: Any, request_bytes: bytes
) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(request_bytes)
        await asyncio.sleep(0.02)
        wrapped.data_received(b"G")
        await asyncio.sleep(0.6)
        assert b"ok" in client.written
        assert client.is_closing()

    asyncio.run(use())


def test_headers_that_arrive_byte_by_byte_are_timed_out(inner: Any) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        began = time.monotonic()
        for byte in GET[:-4] * 2:
            wrapped.data_received(bytes([byte]))
            await asyncio.sleep(0.02)
            if client.closed_at is not None:
                break
        assert client.closed_at is not None
        assert 0.25 < client.closed_at - began < 1

    asyncio.run(use())


def test_a_connection_closes_in_stages(inner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Soon after the client has read everything, whatever time it had for that."""
    monkeypatch.setattr(timeouts, "WRITE_TIMEOUT", 10.0)

    async def use() -> None:
        wrapped, client = connect(inner)
        client.unread = 9
        wrapped.data_received(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + GET)
        wrapped.data_received(GET)
        assert not client.has_end
        await asyncio.sleep(0.15)
        assert client.written.count(b"HTTP/1.1 ") == 1
        assert client.written.endswith(b"ok")
        assert client.has_end
        client.unread = 0
        await asyncio.sleep(0.05)
        assert not client.is_closing()
        wrapped.data_received(GET)
        await asyncio.sleep(0.4)
        assert client.is_closing()
        assert client.written.count(b"HTTP/1.1 ") == 1

    asyncio.run(use())


@pytest.mark.parametrize("seconds", [0, 0.02])
@pytest.mark.parametrize("requests", [1, 3, 300])
def test_a_server_that_ends_loses_no_request_silently(
    inner: Any, requests: int, seconds: float
) -> None:
    """Neither one that has been parsed nor one that has not; the last response says it closes."""

    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(GET * requests)
        await asyncio.sleep(seconds)
        wrapped.protocol.shutdown()
        await asyncio.sleep(0.4)
        assert client.written.count(b"connection: close\r\n") == 1
        assert b"connection: close\r\n" in client.written.rpartition(b"HTTP/1.1 ")[2]
        assert client.is_closing()

    asyncio.run(use())


def test_an_idle_connection_is_closed_when_the_server_ends(inner: Any) -> None:
    async def use() -> None:
        for sent in (GET, GET[:20]):
            wrapped, _ = connect(inner)
            wrapped.data_received(sent)
            await asyncio.sleep(0.1)
            wrapped.protocol.shutdown()
            await asyncio.sleep(0.01)
            assert wrapped.is_closing()

    asyncio.run(use())


def test_a_request_in_progress_has_no_deadline(inner: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "HEAD_TIMEOUT", 0.02)

    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(GET)
        await asyncio.sleep(0.2)
        assert client.written.endswith(b"ok")

    asyncio.run(use())


def test_a_client_that_does_not_read_is_closed(inner: Any) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.pause_writing()
        await asyncio.sleep(0.1)
        wrapped.resume_writing()
        await asyncio.sleep(0.4)
        assert client.is_closing()  # No request came in time.
        wrapped, client = connect(inner)
        wrapped.data_received(GET)
        wrapped.pause_writing()
        await asyncio.sleep(0.5)
        assert client.is_closing()
        assert wrapped.is_closed

    asyncio.run(use())


def test_headers_are_bounded_but_not_a_body(inner: Any) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(b"POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n")
        await asyncio.sleep(0.1)
        for _ in range(20):
            wrapped.data_received(b"x" * 10_000)
            await asyncio.sleep(0)
            if inner is SlowPathProtocol and client.is_closing():
                return  # It reads no body after a response.
        assert not client.is_closing()
        assert b"431" not in client.written
        wrapped.data_received(b"GET /")
        while not client.is_closing():
            wrapped.data_received(b"x" * 10_000)
            await asyncio.sleep(0)
        assert b"headers-too-large" in client.written or inner is SlowPathProtocol

    asyncio.run(use())


def test_empty_lines_after_a_request_do_not_begin_another(inner: Any) -> None:
    async def use() -> None:
        wrapped, client = connect(inner)
        wrapped.data_received(GET + b"\r\n")
        await asyncio.sleep(0.2)
        wrapped.data_received(b"\r\n\r\n")
        await asyncio.sleep(0.6)
        assert client.written.count(b"HTTP/1.1 ") == 1 or inner is SlowPathProtocol
        assert b" 408 " not in client.written

    asyncio.run(use())


def test_a_client_that_has_gone_is_no_error(inner: Any) -> None:
    """Where the event loop reports that its side cannot be closed, as that of asyncio does."""

    async def use() -> None:
        wrapped, client = connect(inner)

        def fail() -> None:
            raise OSError(ENOTCONN, "Transport endpoint is not connected")

        client.write_eof = fail  # type: ignore[method-assign]
        wrapped.data_received(b"GET /v1 HTTP/1.1\r\nX-A: " + b"y" * 2 * timeouts.MAX_HEAD)
        await asyncio.sleep(0.05)
        assert client.written.startswith(b"HTTP/1.1 4")
        assert wrapped.is_closing()

    asyncio.run(use())


@pytest.mark.parametrize("error", [None, ConnectionResetError()])
@pytest.mark.parametrize("requests", [1, 3])
@pytest.mark.parametrize("is_finished", [True, False])
def test_a_lost_connection_is_freed_at_once(
    inner: Any, error: Exception | None, requests: int, *, is_finished: bool
) -> None:
    """Not as garbage, for whose collection all wait; nor does it keep the release it has read."""

    async def use() -> None:
        wrapped, client = connect(inner)
        client.error = error
        wrapped.data_received(GET * requests)
        await asyncio.sleep(0.1 * requests if is_finished else 0)
        remaining = [ref(wrapped), ref(wrapped.protocol), ref(wrapped.protocol.cycle)]
        client.close()
        await asyncio.sleep(0.15)
        client.protocol = None
        del wrapped
        assert [one() for one in remaining] == [None] * 3

    gc.collect()
    gc.disable()
    try:
        asyncio.run(use())
    finally:
        gc.enable()


def test_the_fast_path_is_an_accelerator_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_server() == "cached responses are sent by the parser"
    assert server.ServerProtocol.protocol_class is protocol.CachedResponseProtocol
    monkeypatch.setattr(server.ServerProtocol, "protocol_class", SlowPathProtocol)
    with pytest.raises(CheckFailedError, match="more slowly; timeouts and size limits still hold"):
        check_server()
    given: dict[str, Any] = {}
    monkeypatch.setattr(server, "run", lambda *_, **named: given.update(named))
    from app.commands import run_server  # noqa: PLC0415
    from app.settings import Settings  # noqa: PLC0415

    run_server("127.0.0.1", 1, 2, Settings())
    assert capsys.readouterr().err == f"bri: {server.FAST_PATH_WARNING}\n"
    assert given["workers"] == 2


def test_the_metrics_say_whether_the_fast_path_is_used(database: Path) -> None:
    for log, processes in (("off", 1), ("json", 0)):
        with serve_database(database, BRI_METRICS="true", BRI_ACCESS_LOG=log) as base:
            text = httpx2.get(f"{base}/metrics").text
        assert f"\nbri_fast_path_processes {processes}.0\n" in text


def test_a_server_without_httptools_keeps_its_limits(database: Path, tmp_path: Path) -> None:
    """No module that the limits need imports it; the forked servers of tests have it already."""
    program = "import sys; sys.modules['httptools'] = None; from app.cli import app; app()"
    command = [sys.executable, "-c", program, "serve", "--workers", "2", "--port"]
    port = find_free_port()
    environment = {**os.environ, "BRI_DATABASE": str(database), "BRI_METRICS": "true"}
    with (
        (tmp_path / "log").open("w+") as log,
        subprocess.Popen([*command, str(port)], env=environment, stderr=log) as process,
    ):
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process.poll)
            large = exchange_bytes(port, GET[:-2] + b"X: " + b"y" * 2 * timeouts.MAX_HEAD)
            assert large.startswith(b"HTTP/1.1 431 ")
            text = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
            assert "\nbri_fast_path_processes 0.0\n" in text
        finally:
            process.terminate()
            process.wait(20)
        log.seek(0)
        assert [line for line in log if "refused" not in line] == [
            f"bri: {server.FAST_PATH_WARNING}\n"
        ]


def test_uvicorn_is_as_the_fast_path_expects() -> None:
    """Pins what is used of uvicorn; without it only the speed is lost."""
    assert protocol.is_uvicorn_compatible()
    assert vars(HttpToolsProtocol).keys() >= protocol.EXPECTED_METHODS
    assert ServerState().default_headers == []
    assert ServerState().total_requests == 0
    loop = asyncio.new_event_loop()
    made = HttpToolsProtocol(Config(respond), ServerState(), {}, loop)
    loop.close()
    assert vars(made).keys() >= protocol.EXPECTED_ATTRIBUTES
