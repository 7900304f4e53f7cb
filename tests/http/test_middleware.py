"""Methods, CORS, request identifiers and languages."""

import errno
import re
import socket
from urllib.parse import urlsplit

import pytest

from app.http.routing import RouteDeclaration
from tests.support.client import AppClient
from tests.support.targets import Target, open_app


@pytest.mark.parametrize("path", ["/v1/overview", "/", "/nothing", "/v1/indicators?limit=0"])
def test_every_response_allows_every_origin(client: AppClient, path: str) -> None:
    for headers in ({}, {"Origin": "https://dashboard.example"}):
        response = client.get(path, headers=headers)
        assert response.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in response.headers
        assert "Link" in response.headers["access-control-expose-headers"]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "set-cookie" not in response.headers


def test_preflight_requests_are_allowed(client: AppClient) -> None:
    response = client.options(
        "/v1/overview",
        headers={"Origin": "https://x.example", "Access-Control-Request-Method": "GET"},
    )
    assert response.status_code == 204
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"
    assert "GET" in response.headers["access-control-allow-methods"]
    assert response.headers["access-control-max-age"] == "86400"
    assert response.content == b""


def test_request_identifier_is_reused_or_generated(client: AppClient) -> None:
    for given in ("dashboard-7f3a", "7", "Root=1-67891233-abcdef", "_a", "x" * 128):
        cached = client.get("/v1", headers={"X-Request-ID": given})
        assert cached.headers["x-request-id"] == given
        problem = client.get("/v1/nothing", headers={"X-Request-ID": given})
        assert problem.json()["request_id"] == given
    for given in ("", "a;b", "has spaces in it", "x" * 129, "<script>alert(1)</script>"):
        made = client.get("/v1", headers={"X-Request-ID": given}).headers["x-request-id"]
        assert re.fullmatch("[0-9a-f]{32}", made)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB, zh;q=0.5", "en"),
        ("fr-FR, de;q=0.7", "en"),
        ("fr, zh;q=0.1", "zh"),
        ("zh;q=0, en;q=0.1", "en"),
        ("*", "en"),
        (";;;,,,q=9", "en"),
        ("", "en"),
    ],
)
def test_language_is_negotiated(client: AppClient, header: str, language: str) -> None:
    response = client.get("/v1/topics/trade", headers={"Accept-Language": header})
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Encoding, Accept-Language"
    assert response.json()["name"] == {"en": "Trade", "zh": "贸易"}[language]


def test_parameter_wins_over_header(client: AppClient) -> None:
    response = client.get("/v1/topics/trade?lang=en", headers={"Accept-Language": "zh"})
    assert response.headers["content-language"] == "en"


def test_head_has_no_body_on_the_wire(server: str) -> None:
    request = "{} /v1/overview HTTP/1.1\r\nHost: x\r\nConnection: {}\r\n\r\n"
    where = urlsplit(server)
    with socket.create_connection((where.hostname, where.port), timeout=10) as wire:
        wire.sendall(request.format("HEAD", "keep-alive").encode())
        wire.sendall(request.format("GET", "close").encode())
        received = b"".join(iter(lambda: wire.recv(65536), b""))
    first, second, body = received.split(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", first)
    assert length is not None
    assert second.startswith(b"HTTP/1.1 200 OK")
    assert len(body) == int(length[1]) > 0


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (OSError(errno.EMFILE, "Too many open files"), 503, "not-ready"),
        (RuntimeError("can't start new thread"), 503, "not-ready"),
        (MemoryError(), 503, "not-ready"),
        (LookupError("a bug"), 500, "internal-error"),
    ],
    ids=["files", "threads", "memory", "a bug"],
)
def test_what_the_system_refuses_can_be_tried_again(
    database: Target, caplog: pytest.LogCaptureFixture, error: Exception, status: int, code: str
) -> None:
    """Only what the program does wrong is an internal error, with a traceback in the log."""

    def fail() -> None:
        raise error

    with open_app(database) as app, AppClient(app, raise_server_exceptions=False) as client:
        app.request_router.add_route(RouteDeclaration("/v1/failing", fail))
        response = client.get("/v1/failing")
    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers.get("retry-after") == ("5" if status == 503 else None)
    assert (str(error) or "memory") not in response.text
    (record,) = [one for one in caplog.records if one.levelname == "ERROR"]
    assert bool(record.exc_info) == (status == 500)
