"""Cached responses sent by the parser equal those of the ASGI path, byte by byte."""

import ast
import inspect
import logging
import re
import socket
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from app import server
from app.server import protocol
from tests.support.processes import run_command, start_server

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]

CHANGING = re.compile(rb"\r\n(?:date|x-request-id): [^\r]*", re.IGNORECASE)
NAMED = re.compile(rb"\r\nx-request-id: ([^\r]*)")
PATHS = (
    "/v1/overview",
    "/v1/topics?limit=2&sort=code",
    "/v1/topics?sort=code&limit=2",
    "/v1/topics/trade?lang=zh",
    "/v1/topics/nothing",
    "/v1/topics?limit=0",
    "/v1//topics",
    "/v1/topics%2ftrade",
    "/v1/search?q=%E8%B4%B8%E6%98%93",
    "/v1/search?q=%ff",
    "/",
    "/static/site.css",
    "/favicon.ico",
    "/health/live",
    "http://data.example/v1/units",
)
METHODS = ("GET",) * 8 + ("HEAD",) * 2 + ("OPTIONS", "POST")
HEADERS = (
    "Accept-Encoding: gzip",
    "Accept-Encoding: br;q=0.5, zstd",
    "accept-language: zh-CN",
    "Accept-Language: en",
    "If-None-Match: *",
    'If-None-Match: "other"',
    'If-Match: "other"',
    "If-Modified-Since: Thu, 01 Jan 2099 00:00:00 GMT",
    "If-Modified-Since: nonsense",
    "If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    "Range: bytes=0-9",
    "Range: bytes=99999999-",
    "X-Request-ID: chosen-by-the-client",
    "X-Forwarded-Proto: https",
    "X-Forwarded-For: 192.0.2.1",
    "Host: second.example",
    "Connection: keep-alive",
    "Content-Length: 0",
    "Expect: 100-continue",
    "Upgrade: h2c",
)
LAST = "GET /v1/units HTTP/1.1\r\nHost: data.example\r\nConnection: close\r\n\r\n"
CHUNKED = (
    "POST /v1 HTTP/1.1\r\nHost: data.example\r\nTransfer-Encoding: chunked\r\n\r\n"
    "2\r\n{}\r\n0\r\n\r\n"
)
BROKEN = (
    "GET\r\n\r\n",
    "GET /v1 HTTP/1.1\r\nno colon\r\n\r\n",
    "GET /v1/units HTTP/1.0\r\n\r\n",
    "GET /v1/units HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    CHUNKED + LAST,
    "GET /v1/units HTTP/1.1\r\nContent-Length: 4\r\n\r\nbody" + LAST,
    "GET /v1/units HTTP/1.1\r\n\r\n" + LAST,
)


@pytest.fixture(scope="module")
def fast_port(server: str) -> int:
    """Serve with the fast path."""
    return int(server.rpartition(":")[2])


def run_usual(*arguments: str) -> None:
    """Run the command line with uvicorn's own protocol."""
    server.ServerProtocol = HttpToolsProtocol  # type: ignore[assignment,misc]
    server.has_fast_path = lambda: True
    run_command(*arguments)


@pytest.fixture(scope="module")
def asgi_port(database: Path) -> Iterator[int]:
    """Serve with uvicorn's own protocol."""
    with start_server(database, run_usual) as server:
        yield server.port


@contextmanager
def open_connection(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        yield connection


def request(chance: Random) -> str:
    """Return a random request."""
    method, path = chance.choice(METHODS), chance.choice(PATHS)
    headers = chance.sample(HEADERS, chance.choice((0, 0, 1, 1, 2, 4)))
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: data.example", *headers, "", ""])


def exchange_bytes(port: int, pieces: list[bytes]) -> bytes:
    """Send pieces over one connection, and read until the server closes it."""
    with open_connection(port) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in pieces:
            connection.sendall(piece)
        return b"".join(iter(lambda: connection.recv(65536), b""))


def split_text(text: str, chance: Random) -> list[bytes]:
    """Split what is sent at a few places, in the middle of requests too."""
    whole = text.encode()
    places = sorted(chance.randrange(len(whole)) for _ in range(chance.choice((0, 1, 3))))
    return [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]


def omit_identifiers(received: bytes) -> bytes:
    """Leave out the time and the identifiers, except those that a client has chosen."""
    stored = CHANGING.sub(lambda one: one[0] if b"chosen" in one[0] else b"", received)
    stored = re.sub(rb"//127\.0\.0\.1:\d{5}", b"//127.0.0.1:80000", stored)
    return re.sub(rb'"request_id":"[0-9a-f]{32}"', b"", stored)


@pytest.mark.parametrize("seed", range(20))
def test_thousands_of_requests_get_the_same_response_on_both_paths(
    fast_port: int, asgi_port: int, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311
    for _ in range(15):
        text = "".join(request(chance) for _ in range(chance.randrange(1, 16))) + LAST
        pieces = split_text(text, chance)
        first, second = exchange_bytes(fast_port, pieces), exchange_bytes(asgi_port, pieces)
        assert omit_identifiers(first) == omit_identifiers(second), text
        assert len(set(NAMED.findall(first)) - {b"chosen-by-the-client"}) > 0


def test_a_client_that_ends_its_side_gets_cached_responses(fast_port: int) -> None:
    request = b"GET /v1/units HTTP/1.1\r\nHost: data.example\r\n\r\n"
    with open_connection(fast_port) as connection:
        connection.sendall(request * 400)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.count(b"HTTP/1.1 200 OK\r\n") == 400


@pytest.mark.parametrize("text", BROKEN)
def test_unusual_requests_get_the_same_response_on_both_paths(
    fast_port: int, asgi_port: int, text: str
) -> None:
    received = [exchange_bytes(port, [text.encode()]) for port in (fast_port, asgi_port)]
    assert received[0].startswith(b"HTTP/1.1 ")
    if received[1].endswith(b"Invalid HTTP request received."):
        assert received[0].startswith(received[1].partition(b"\r\n")[0])
        assert b'"code":"malformed-request"' in received[0]
    else:
        assert omit_identifiers(received[0]) == omit_identifiers(received[1])


def test_clients_that_disconnect_leave_nothing_behind(fast_port: int) -> None:
    chance = Random(1)  # noqa: S311
    for _ in range(200):
        text = "".join(request(chance) for _ in range(5)).encode()
        with open_connection(fast_port) as connection:
            connection.sendall(text[: chance.randrange(1, len(text))])
    assert exchange_bytes(fast_port, [LAST.encode()]).startswith(b"HTTP/1.1 200 OK\r\n")


def test_a_client_that_does_not_read_is_not_written_to_without_end(fast_port: int) -> None:
    request = b"GET /v1/overview HTTP/1.1\r\nHost: data.example\r\n\r\n"
    with open_connection(fast_port) as connection:
        connection.settimeout(2)
        with pytest.raises(TimeoutError):
            connection.sendall(request * 1_000_000)
    assert exchange_bytes(fast_port, [LAST.encode()]).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("path", ["/v1/units", "/v1/units/nothing", "/v1/observations.csv"])
def test_the_head_of_an_uncached_response_comes_with_its_body(fast_port: int, path: str) -> None:
    """Links start with the host, so no two of these requests get the same response."""
    for number in range(20):
        request = f"GET {path} HTTP/1.1\r\nHost: h{number}.example\r\n\r\n"
        with open_connection(fast_port) as connection:
            connection.sendall(request.encode())
            assert connection.recv(1024**2).partition(b"\r\n\r\n")[2] != b""


def test_a_connection_stays_and_its_identifiers_differ(fast_port: int) -> None:
    request = b"GET /v1/units HTTP/1.1\r\nHost: data.example\r\n\r\n"
    received = exchange_bytes(fast_port, [request] * 300 + [LAST.encode()])
    assert len(set(NAMED.findall(received))) == 301


def list_own_attributes(tree: ast.ClassDef, context: type[ast.expr_context]) -> set[str]:
    """List what the methods of a class read or set of their object, or call of its base."""
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, context)
        and ast.unparse(node.value) in {"self", "super()"}
    }


def test_every_name_that_the_fast_path_takes_from_uvicorn_is_expected() -> None:
    tree: Any = ast.parse(textwrap.dedent(inspect.getsource(protocol.CachedResponseProtocol)))
    methods = {node.name for node in tree.body[0].body if isinstance(node, ast.FunctionDef)}
    own = list_own_attributes(tree, ast.Store) | {"received_bytes"}
    used = list_own_attributes(tree, ast.Load) - (methods - set(vars(HttpToolsProtocol))) - own
    known = protocol.EXPECTED_METHODS | protocol.EXPECTED_ATTRIBUTES
    assert used - {"__init__"} <= known
    # Requests are named by these variables; their state is private to uvicorn, too.
    requests = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value) in {"self.cycle", "self.running", "last"}
    }
    assert requests == protocol.EXPECTED_OF_REQUESTS
    assert {"write_paused"} <= set(FlowControl.__init__.__code__.co_names)
    assert {"default_headers", "total_requests"} <= vars(ServerState()).keys()


@pytest.mark.parametrize(
    "expected", ["EXPECTED_METHODS", "EXPECTED_ATTRIBUTES", "EXPECTED_OF_REQUESTS"]
)
def test_another_server_falls_back_to_asgi(monkeypatch: pytest.MonkeyPatch, expected: str) -> None:
    assert server.has_fast_path()
    assert server.select_protocol_class() is protocol.CachedResponseProtocol
    assert issubclass(protocol.CachedResponseProtocol, HttpToolsProtocol)
    names = getattr(protocol, expected)
    monkeypatch.setattr(protocol, expected, names | {"no_such_name"})
    assert server.select_protocol_class() is server.SlowPathProtocol
    monkeypatch.setattr(protocol, expected, names)
    monkeypatch.setattr(protocol, "STATUS_LINE", {200: b"HTTP/2 200\r\n"})
    assert server.select_protocol_class() is server.SlowPathProtocol
    monkeypatch.setitem(sys.modules, "app.server.protocol", None)
    assert server.select_protocol_class() is server.SlowPathProtocol


def test_the_names_that_uvicorn_does_not_document_exist() -> None:
    """Without the fast path there is nothing to fall back to: a release of uvicorn has to fit."""
    assert {"cycle", "app_state"} <= set(H11Protocol.__init__.__code__.co_names)
    assert "send_400_response" in vars(H11Protocol)
    names = {"disconnected", "message_event", "more_body", "response_complete", "response_started"}
    assert names <= set(RequestResponseCycle.__init__.__code__.co_names)
    replaced = {"init_processes", "handle_ttin", "handle_ttou", "join_all", "restart_all"}
    assert replaced | {"keep_subprocess_alive"} <= vars(Multiprocess).keys()
    kept = {"config", "processes", "processes_num", "should_exit", "sockets"}
    assert kept <= set(Multiprocess.__init__.__code__.co_names)
    assert {"start", "target", "ping", "wait_until_ready", "terminate", "join", "exitcode"} <= vars(
        Process
    ).keys()
    assert {"child_conn", "parent_conn", "process"} <= set(Process.__init__.__code__.co_names)
    trusting = Config(lambda: None, proxy_headers=True, log_config=None)
    trusting.load()
    assert "127.0.0.1" in trusting.loaded_app.trusted_hosts


@pytest.mark.parametrize("start", server.REJECTION_MESSAGES)
def test_uvicorn_logs_rejections_with_these_words(start: str) -> None:
    texts = [inspect.getsource(one) for one in (H11Protocol, HttpToolsProtocol)]
    assert any(f'"{start}' in text for text in texts)
    record = logging.LogRecord("uvicorn.error", logging.WARNING, "", 0, f"{start} …", (), None)
    assert not server.is_loggable(record)


def test_headers_that_uvicorn_refuses_are_left_to_it() -> None:
    assert protocol.has_valid_headers([(b"link", b"<http://data.example>")])
    assert not protocol.has_valid_headers([(b"link", b"<http://data.example>\r\nset-cookie: a")])
    assert not protocol.has_valid_headers([(b"li nk", b"")])
