"""Hostile clients get a clear response or none, while other clients are served."""

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from app.http.connections import ConnectionTimer
from app.server import ServerProtocol, SlowPathProtocol, timeouts
from app.server.timeouts import MAX_HEAD, MAX_IGNORED, MAX_PENDING
from tests.support.processes import run_command, start_server
from tests.support.targets import Target

pytestmark = pytest.mark.resources

SECONDS = 0.5
"""How long the server of these tests waits for slow clients."""
KEEP_ALIVE = 1
HOST = b"Host: data.example\r\n"
MEGABYTE = 1024 * 1024


PROTOCOLS: dict[str, Any] = {"fast path": ServerProtocol.protocol_class, "h11": SlowPathProtocol}
"""The protocols that are wrapped: the usual one, and the one that remains if uvicorn changes."""


def run_hasty(protocol: str, *arguments: str) -> None:
    """Run the command line with short timeouts, over a protocol of uvicorn."""
    ServerProtocol.protocol_class = PROTOCOLS[protocol]
    timeouts.HEAD_TIMEOUT = timeouts.WRITE_TIMEOUT = timeouts.LINGER_TIMEOUT = SECONDS
    configure = uvicorn.Config.__init__

    def configure_hastily(config: uvicorn.Config, *given: Any, **options: Any) -> None:
        configure(config, *given, **{**options, "timeout_keep_alive": KEEP_ALIVE})

    uvicorn.Config.__init__ = configure_hastily  # type: ignore[method-assign, assignment]
    run_command(*arguments)


@pytest.fixture(scope="module", params=PROTOCOLS)
def hasty(database: Target, request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Serve with short timeouts, with and without the fast path; give port and process."""
    with start_server(database, partial(run_hasty, request.param)) as server:
        yield server.port, server.pid
        log = server.log.read_text()
        assert "Traceback" not in log, log[-3000:]


def exchange_bytes(port: int, sent: bytes, seconds: float = 15) -> bytes:
    """Send bytes, and read until the response is complete or the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(sent)
        with suppress(ConnectionResetError):
            return read_response(connection)
        return b""


def read_response(connection: socket.socket) -> bytes:
    """Read a response, or as much of it as comes before the server closes."""
    received = b""
    while not is_whole(received) and (part := connection.recv(65536)):
        received += part
    return received


def is_whole(received: bytes) -> bool:
    """Return whether a response is as long as its head says."""
    head, end, body = received.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
    return bool(end and length and len(body) >= int(length[1]))


def count_memory(process: int) -> int:
    """Count the bytes of memory of a process."""
    pages = int(Path(f"/proc/{process}/statm").read_text(encoding="utf-8").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def get(target: str, headers: bytes = b"") -> bytes:
    """Write a request that closes its connection."""
    line = f"GET {target} HTTP/1.1\r\n".encode("latin-1")
    return line + HOST + headers + b"Connection: close\r\n\r\n"


def get_sized(size: int) -> bytes:
    """Write a request of so many bytes."""
    padding = size - len(get("/v1", b"X-A: \r\n"))
    return get("/v1", b"X-A: " + b"y" * padding + b"\r\n")


LONG = "x" * MEGABYTE
ATTACKS = {
    "an address of a megabyte": (get(f"/v1/{LONG}"), {431}),
    "a query of a megabyte": (get(f"/v1/actions?q={LONG}"), {431}),
    "a header of five megabytes": (get("/v1", b"X-A: " + b"y" * 5 * MEGABYTE + b"\r\n"), {431}),
    "fifty thousand headers": (get("/v1", b"a: b\r\n" * 50_000), {431}),
    "thousands of parameters": (get("/v1/topics?" + "&".join(["limit=1"] * 1_800)), {422}),
    "thousands of unknown names": (
        get("/v1/topics?" + "&".join(f"a{number}" for number in range(2_500))),
        {422},
    ),
    "thousands of values": (get("/v1/observations?topic=" + "a," * 10_000), {422}),
    "thousands of empty values": (get("/?topic=" + "," * 20_000), {422}),
    "the longest head": (get_sized(MAX_HEAD), {200}),
    "a head one byte too long": (get_sized(MAX_HEAD + 1), {431}),
    "a nul in the path": (get("/v1/topics/%00"), {400}),
    "a nul in the query": (get("/v1/search?q=%00"), {400}),
    "overlong utf-8": (get("/v1/search?q=%c0%af"), {400}),
    "a lone surrogate": (get("/v1/search?q=%ed%a0%80"), {400}),
    "an escape that is cut short": (get("/v1/search?q=%e4%b8"), {400}),
    "up and away": (get("/../../etc/passwd"), {404}),
    "up and away, escaped": (get("/static/..%2f..%2fsettings.py"), {404}),
    "a forged cursor": (get("/v1/observations?cursor=" + "A" * 900), {422}),
    "a cursor of nested lists": (get("/v1/observations?cursor=W1tbW1tbW1tbW1tb"), {422}),
    "wildcards in a search": (get("/v1/search?q=" + "*%22-" * 40), {200, 422}),
    "operators in a search": (get("/v1/search?q=a+AND+NEAR(b+c,5)+OR+NOT+kind:d"), {200, 422}),
    "a thousand ranges": (
        get("/static/site.css", b"Range: bytes=" + b"0-1," * 1000 + b"5-6\r\n"),
        {200},
    ),
    "a thousand codings": (
        get("/v1", b"Accept-Encoding: " + b"gzip;q=0.1," * 1000 + b"br\r\n"),
        {200},
    ),
    "a thousand languages": (
        get("/v1", b"Accept-Language: " + b"fr;q=0.1," * 900 + b"\r\n"),
        {200},
    ),
    "a thousand validators": (get("/v1", b"If-None-Match: " + b'"x",' * 3000 + b'"y"\r\n'), {200}),
    "two lengths": (
        b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc",
        {400},
    ),
    "a length and chunks": (
        b"POST /v1 HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400, 405},
    ),
    "no http": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, {400}),
    "another protocol": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {505}),
    "another version": (get("/v1").replace(b"HTTP/1.1", b"HTTP/2.0"), {505}),
    "no such version": (get("/v1").replace(b"HTTP/1.1", b"HTTP/9.9"), {505}),
    "no host": (get("/v1").replace(HOST, b""), {400}),
    "two hosts": (get("/v1", HOST), {400}),
    "a host with a quotation mark": (get("/v1").replace(b"data.example", b"a'b;c$d"), {400}),
    "a coding of the body that nobody knows": (
        b"GET /v1 HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: gzip\r\n\r\n",
        {400, 501},
    ),
    "a proxy": (get("http://127.0.0.1:22/"), {200, 400, 404}),
    "a tunnel": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\n" + HOST + b"\r\n", {405}),
    "a chunk without a size": (
        b"GET /v1/units HTTP/1.1\r\n" + HOST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        {200, 400},
    ),
    "a body that never ends": (
        b"POST /v1 HTTP/1.1\r\n" + HOST + b"Content-Length: 99999999999\r\n\r\n" + b"z" * MEGABYTE,
        {405},
    ),
}


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_gets_a_problem_document(hasty: tuple[int, int], name: str) -> None:
    port, process = hasty
    sent, statuses = ATTACKS[name]
    before = count_memory(process)
    for _ in range(3):
        received = exchange_bytes(port, sent)
        head, _, body = received.partition(b"\r\n\r\n")
        # A server that closes while it is sent to may be heard no more.
        if head or statuses != {431}:
            assert int(head.split()[1]) in statuses, head
            if head.split()[1] not in {b"200", b"206"}:
                assert b"content-type: application/problem+json" in head.lower()
                assert b'"code":"' in body
    assert count_memory(process) - before < 60 * MEGABYTE
    assert exchange_bytes(port, get("/v1/topics")).startswith(b"HTTP/1.1 200 ")


def test_the_next_head_is_bounded_while_a_response_is_in_progress(hasty: tuple[int, int]) -> None:
    port, process = hasty
    before = count_memory(process)
    first = b"GET /v1/observations.xlsx HTTP/1.1\r\n" + HOST + b"\r\n"
    sent = first + b"GET /v1 HTTP/1.1\r\n" + b"a:b\r\n" * 180_000
    with ThreadPoolExecutor(6) as threads:
        received = list(threads.map(exchange_bytes, [port] * 6, [sent] * 6, [60] * 6))
    assert {found[:13] for found in received} == {b"HTTP/1.1 200 "}
    assert count_memory(process) - before < 60 * MEGABYTE


def test_a_head_after_a_body_has_the_same_limit(hasty: tuple[int, int]) -> None:
    first = b"GET /v1/units HTTP/1.1\r\n" + HOST + b"Content-Length: 1\r\n\r\nx"
    with socket.create_connection(("127.0.0.1", hasty[0]), timeout=15) as connection:
        connection.sendall(first)
        assert read_response(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(get_sized(2 * MAX_HEAD))
        assert read_response(connection)[:13] in {b"HTTP/1.1 400 ", b"HTTP/1.1 431 "}


@pytest.mark.parametrize("size", [MAX_IGNORED, MAX_IGNORED + 1])
def test_a_response_to_a_long_body_says_that_the_connection_closes(
    hasty: tuple[int, int], size: int
) -> None:
    head = b"GET /v1/units HTTP/1.1\r\n" + HOST + b"Content-Length: %d\r\n\r\n" % size
    received = exchange_bytes(hasty[0], head + b"x" * 1000)
    assert received.startswith(b"HTTP/1.1 200 ")
    assert (b"\r\nconnection: close\r\n" in received.lower()) == (size > MAX_IGNORED)


def test_a_slow_client_gets_a_response_whole_that_is_the_last(hasty: tuple[int, int]) -> None:
    """Although it sends more while the kernel still holds a part of the response."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.settimeout(15)
        connection.connect(("127.0.0.1", hasty[0]))
        connection.sendall(get("/v1/observations.csv?vintages=all"))
        received, count = b"", 0
        while part := connection.recv(1024):
            received += part
            count += 1
            if count == 30:
                connection.sendall(b"x")
            time.sleep(0.04)
    assert count > 30
    assert received.endswith(b"\r\n0\r\n\r\n") or is_whole(received)


def test_a_request_that_arrives_byte_by_byte_is_closed(hasty: tuple[int, int]) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", hasty[0]), timeout=15) as connection:
        with suppress(BrokenPipeError, ConnectionResetError):
            for letter in b"GET /v1 HTTP/1.1\r\n" + b"X-Drip: drop\r\n" * 20:
                connection.sendall(bytes([letter]))
                time.sleep(0.05)
        with suppress(ConnectionResetError):
            assert connection.recv(65536)[:13] in {b"", b"HTTP/1.1 408 "}
    assert SECONDS * 0.9 < time.monotonic() - began < SECONDS + 5


def test_a_silent_connection_is_closed(hasty: tuple[int, int]) -> None:
    began = time.monotonic()
    with (
        socket.create_connection(("127.0.0.1", hasty[0]), timeout=15) as connection,
        suppress(ConnectionResetError),
    ):
        assert connection.recv(10) == b""
    assert SECONDS * 0.9 < time.monotonic() - began < SECONDS + 5


def test_an_idle_connection_is_closed_after_a_while(hasty: tuple[int, int]) -> None:
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(partial(check_keep_alive, hasty[0]), ("/v1/topics", "/v1/nothing")))


def check_keep_alive(port: int, path: str) -> None:
    """Send requests for longer than a connection may be idle, then none."""
    request = f"GET {path} HTTP/1.1\r\n".encode() + HOST + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        for _ in range(4):
            connection.sendall(request)
            assert read_response(connection).startswith(b"HTTP/1.1 ")
            time.sleep(KEEP_ALIVE * 0.3)
        # Before the request, since a busy client may read the response late.
        began = time.monotonic()
        connection.sendall(request)
        assert read_response(connection).startswith(b"HTTP/1.1 ")
        assert connection.recv(10) == b""
    assert KEEP_ALIVE * 0.9 < time.monotonic() - began < KEEP_ALIVE + 3


@dataclass
class Timer:
    at: float
    act: Callable[[], None]
    is_cancelled: bool = False

    def when(self) -> float:
        return self.at

    def cancel(self) -> None:
        self.is_cancelled = True


class Clock:
    """The timers of an event loop, for which time passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[Timer] = []

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, act: Callable[[], None]) -> Timer:
        self.timers.append(Timer(when, act))
        return self.timers[-1]

    def advance(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.at <= end and not timer.is_cancelled]:
            first = min(due, key=Timer.when)
            self.timers.remove(first)
            self.now = max(self.now, first.at)
            first.act()
        self.now = end


def test_a_deadline_expires_after_it_was_last_set() -> None:
    clock, expired = Clock(), []
    deadline = ConnectionTimer(clock, lambda: expired.append(clock.now))  # type: ignore[arg-type]
    for _ in range(5):
        deadline.set(20)
        clock.advance(10)
    deadline.set(500)
    deadline.set(20)
    clock.advance(50)
    assert expired == [70]
    deadline.set(20)
    deadline.cancel()
    clock.advance(30)
    assert expired == [70]


@pytest.mark.parametrize("size", [1, 4 * MAX_PENDING])
@pytest.mark.parametrize("path", ["/v1/units", "/v1/observations?limit=1000&vintages=all"])
def test_what_follows_the_last_request_is_ignored(
    hasty: tuple[int, int], path: str, size: int
) -> None:
    """The response arrives whole, although the client has not read it yet, and sends more."""
    following = get("/v1/topics") * (size // 100 + 1)
    with socket.create_connection(("127.0.0.1", hasty[0]), timeout=15) as connection:
        connection.sendall(get(path) + following)
        time.sleep(0.02)
        connection.sendall(following)
        time.sleep(0.2)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")
    assert received.count(b"HTTP/1.1 ") == 1
    assert is_whole(received)


def test_what_follows_the_last_request_is_not_read_without_end(hasty: tuple[int, int]) -> None:
    with socket.create_connection(("127.0.0.1", hasty[0]), timeout=15) as connection:
        began = time.monotonic()
        with pytest.raises(OSError, match=r"reset|Broken pipe"):
            connection.sendall(get("/v1/units") * (30 * MAX_IGNORED // 100))
        assert time.monotonic() - began < 10


def test_a_client_that_does_not_read_is_disconnected(hasty: tuple[int, int]) -> None:
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", hasty[0]))
        request = b"GET /v1/observations?vintages=all HTTP/1.1\r\n" + HOST + b"\r\n"
        with suppress(ConnectionResetError, BrokenPipeError):
            connection.sendall(request * 200)
        time.sleep(SECONDS + 1.5)
        connection.settimeout(5)
        count = 0
        with suppress(ConnectionResetError):
            while part := connection.recv(65536):
                count += len(part)
        assert count < 8 * MEGABYTE


@contextmanager
def open_idle_connections(port: int, count: int) -> Iterator[None]:
    """Open connections that have sent half a request, and close them at the end."""
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(count)]
    try:
        for connection in opened:
            connection.sendall(b"GET /v1 HTTP/1.1\r\nX-A:")
        yield
    finally:
        for connection in opened:
            connection.close()


def test_others_are_served_while_hundreds_wait(hasty: tuple[int, int]) -> None:
    port, _ = hasty

    def fetch(number: int) -> bytes:
        return exchange_bytes(port, get(f"/v1/search?q=trade&limit={number}"))[:13]

    with open_idle_connections(port, 300), ThreadPoolExecutor(8) as threads:
        found = list(threads.map(fetch, range(1, 60)))
    # On a busy machine, these clients themselves may take half a second to send a request.
    assert set(found) <= {b"HTTP/1.1 200 ", b"HTTP/1.1 408 "}
    assert found.count(b"HTTP/1.1 200 ") > 50


def test_a_flood_of_distinct_requests_stays_in_bounds(hasty: tuple[int, int]) -> None:
    port, process = hasty

    def fetch(number: int) -> None:
        request = get(f"/v1/observations?limit={number % 1000 + 1}&until=2{number % 999:03}-12-31")
        exchange_bytes(port, request)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(fetch, range(150)))
        first = count_memory(process)
        list(threads.map(fetch, range(150, 600)))
    assert count_memory(process) - first < 30 * MEGABYTE
