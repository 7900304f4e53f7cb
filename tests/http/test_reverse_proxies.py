"""nginx and Caddy in front of the service, configured as in the guide, and who attacks them."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest

from tests.support.processes import serve_database
from tests.support.reverse_proxies import CADDY, NGINX, Answer, Proxy, start_caddy, start_nginx

Start = Callable[[Path, str], AbstractContextManager[Proxy]]
PROXIES: dict[str, tuple[str | None, Start]] = {
    "nginx": (NGINX, start_nginx),
    "caddy": (CADDY, start_caddy),
}
HOST = "Host: data.example"
PATH = "/v1"
"""A document that is full of links, which begin with the address of the request."""
LINK = re.compile(rb'"(https?://[^/"]*)/v1')
OTHER_CLIENT = "127.0.0.2"

pytestmark = pytest.mark.sqlite


def start(name: str) -> Start:
    """Return what starts a proxy, or skip where its program is missing."""
    program, starting = PROXIES[name]
    if program is None and not os.environ.get("CI"):
        pytest.skip(f"no {name} on this machine")
    return starting


@pytest.fixture(scope="module", params=PROXIES)
def proxy(
    request: pytest.FixtureRequest, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """Start a proxy in front of a service whose links depend on what the proxy forwards."""
    starting = start(request.param)
    with (
        serve_database(database) as origin,
        starting(tmp_path_factory.mktemp(request.param), origin) as started,
    ):
        yield started


@pytest.fixture(scope="module", params=PROXIES)
def limited(
    request: pytest.FixtureRequest, database: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    """Start a proxy in front of a service that limits each client to 20 requests."""
    starting = start(request.param)
    with (
        serve_database(database, BRI_RATE_LIMIT="20/hour") as origin,
        starting(tmp_path_factory.mktemp(f"{request.param}-limited"), origin) as started,
    ):
        yield started


FORGED = [
    ["X-Forwarded-Host: evil.example"],
    ["X-Forwarded-Proto: http"],
    ["X-Forwarded-Proto: http", "X-Forwarded-Proto: evil"],
    ["X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: evil.example"],
    ["X-Forwarded-Prefix: /evil.example", "X-Forwarded-Port: 81", "X-Forwarded-Ssl: off"],
    ["X_Forwarded_Proto: http", "X_Forwarded_Host: evil.example"],
    ["Forwarded: host=evil.example;proto=http", "X-Host: evil.example"],
    ["X-Original-URL: /v1/topics", "X-Rewrite-URL: /v1/topics"],
    ["X-HTTP-Method-Override: POST", "X-HTTP-Method: DELETE"],
    ["Connection: X-Forwarded-For, X-Forwarded-Proto, Host"],
    ["Authorization: Bearer evil.example"],
    ["Cookie: lang=zh; session=evil.example"],
    ["Range: bytes=0-9"],
    ["Range: bytes=5-", 'If-Range: "evil"'],
    ['If-Match: "evil"'],
    ["If-None-Match: *"],
    ["If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"],
    ["Accept-Encoding: evil, gzip;q=0, identity"],
    ["Accept-Language: zh"],
    ["Accept: text/csv"],
    ["Origin: https://evil.example"],
    ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings", "HTTP2-Settings: AAMAAABkAAQAAP__"],
    ["Content-Length: 7", "Content-Type: text/plain"],
]
"""Headers that must change nothing for the next client; the last ones announce a body."""


def send_request(proxy: Proxy, path: str) -> Answer:
    """Send a request as an honest client does."""
    return proxy.send(f"GET {path} HTTP/1.1", [HOST, "Accept-Language: en"])


@pytest.fixture(scope="module")
def honest(proxy: Proxy) -> Answer:
    """Return the document as an honest client gets it, on a path that nobody has poisoned."""
    answer = send_request(proxy, f"{PATH}?lang=en")
    assert answer.status == 200
    assert b'"https://data.example/v1/' in answer.body
    return answer


def build_poisoned_path(number: int) -> str:
    """Build a path to poison: of the same document, but stored separately."""
    return f"{PATH}?lang=en{'&' * (number + 1)}"


@pytest.mark.parametrize("number", range(len(FORGED)))
def test_no_header_changes_what_others_get(proxy: Proxy, honest: Answer, number: int) -> None:
    path = build_poisoned_path(number)
    body = "\r\n\r\nlang=zh" if "Content-Length" in FORGED[number][0] else ""
    forged = proxy.send(
        f"GET {path} HTTP/1.1", [HOST, *FORGED[number][:-1], FORGED[number][-1] + body]
    )
    assert b"evil" not in forged.body
    assert b"http://" not in forged.body.replace(b"http://www", b"")
    assert send_request(proxy, path).comparable == honest.comparable


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "DELETE", "PURGE"])
def test_no_method_changes_what_others_get(proxy: Proxy, honest: Answer, method: str) -> None:
    path = build_poisoned_path(40 + len(method))
    assert proxy.send(f"{method} {path} HTTP/1.1", [HOST]).status in {200, 204, 405}
    assert send_request(proxy, path).comparable == honest.comparable


@pytest.mark.parametrize(
    "hosts",
    [
        ["evil.example"],
        ["data.example", "evil.example"],
        ["evil.example", "data.example"],
        ["data.example.evil.example"],
        ["data.example@evil.example"],
        ["data.example:evil"],
        ["data.example/evil"],
        ["data.example#evil"],
        ["data.example evil.example"],
        ["evil'example;$(x)"],
        ["127.0.0.1:8000"],
        [""],
        [],
    ],
    ids=" ".join,
)
def test_no_host_changes_what_others_get(proxy: Proxy, honest: Answer, hosts: list[str]) -> None:
    path = build_poisoned_path(60 + len("".join(hosts)))
    try:
        forged = proxy.send(f"GET {path} HTTP/1.1", [f"Host: {host}" for host in hosts])
    except OSError:
        pass
    else:
        assert set(LINK.findall(forged.body)) <= {b"https://data.example"}
    assert send_request(proxy, path).comparable == honest.comparable


@pytest.mark.parametrize(
    ("target", "host"),
    [
        ("http://evil.example", "data.example"),
        ("https://evil.example", "data.example"),
        ("https://data.example", "evil.example"),
        ("http://data.example", "data.example"),
        ("https://data.example:99", "data.example"),
        ("//evil.example", "data.example"),
    ],
)
def test_no_absolute_target_changes_what_others_get(
    proxy: Proxy, honest: Answer, target: str, host: str
) -> None:
    path = build_poisoned_path(100 + len(target + host))
    forged = proxy.send(f"GET {target}{path} HTTP/1.1", [f"Host: {host}"])
    assert set(LINK.findall(forged.body)) <= {b"https://data.example"}
    assert send_request(proxy, path).comparable == honest.comparable


def test_each_client_has_a_limit_of_its_own(limited: Proxy) -> None:
    path = "/v1/topics?lang=en"
    answers = [
        limited.get(
            path + "&" * number, X_Forwarded_For=f"192.0.2.{number}", Forwarded="for=192.0.2.1"
        )
        for number in range(24)
    ]
    assert [answer.status for answer in answers[-2:]] == [429, 429]
    other = limited.get(path + "&" * 23, client=OTHER_CLIENT)
    assert (other.status, other.body) == (200, answers[3].body)


def test_metrics_are_not_public_and_plain_http_is_redirected(proxy: Proxy) -> None:
    assert proxy.get("/metrics").status == 404
    answer = httpx2.get(
        f"http://127.0.0.1:{proxy.plain}/v1/topics?lang=zh", headers={"Host": "data.example"}
    )
    assert answer.status_code in {301, 308}
    assert answer.headers["location"] == "https://data.example/v1/topics?lang=zh"


def test_language_and_coding_stay_separate(proxy: Proxy) -> None:
    for _ in range(2):
        english = proxy.get("/v1/topics", Accept_Language="en", Accept_Encoding="gzip")
        chinese = proxy.get("/v1/topics", Accept_Language="zh")
        assert english.headers["Content-Encoding"] == "gzip"
        assert english.body.startswith(b"\x1f\x8b")
        assert "贸易" in chinese.body.decode()
        assert chinese.headers["Content-Encoding"] is None
    assert {"accept-language", "accept-encoding"} <= set(
        re.findall(r"[\w-]+", str(chinese.headers["Vary"]).lower())
    )
