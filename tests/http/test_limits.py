"""Allowed hosts, request rates of clients, and security headers."""

import json
import re
from contextlib import closing
from importlib.util import find_spec

import httpx2
import pytest
from starlette.datastructures import URL

from app.http import limits
from app.http.limits import RequestLimits, get_network
from app.request import build_base_url
from tests.support.client import AppClient
from tests.support.processes import run_bri, serve_database
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.resources


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("data.example", 200),
        ("DATA.example:8000", 200),
        ("Data.Example", 200),
        ("data.example.", 200),
        ("data.example:", 200),
        ("data.example.:80\t", 200),
        ("data.example..", 400),
        (".", 400),
        (".mirror.example", 400),
        ("[0:0:0:0:0:0:0:1]", 200),
        ("a.data.example", 421),
        ("x.mirror.example", 200),
        ("mirror.example", 421),
        ("data.example.evil", 421),
        ("", 400),
        ("[::1]:80", 200),
        ("[::2]:80", 421),
    ],
)
def test_only_allowed_hosts_are_served(database: Target, host: str, status: int) -> None:
    allowed = ("data.example", "*.mirror.example", "[::1]")
    with open_app(database, allowed_hosts=allowed) as app, AppClient(app) as client:
        response = client.get("/v1", headers={"Host": host})
        assert response.status_code == status
        if status != 200:
            codes = {400: "malformed-request", 421: "misdirected-request"}
            assert response.json()["code"] == codes[status]
            assert response.headers["access-control-allow-origin"] == "*"
            assert response.headers["cache-control"] == "no-store"
        health = client.get("/health/live", headers={"Host": host}).status_code
        assert health == (400 if status == 400 else 200)
        for path in ("/metricsX", "/health/x", "/health/live/"):
            assert client.get(path, headers={"Host": "evil.example"}).status_code == 421


def test_a_wildcard_stands_only_for_the_beginning_of_a_name() -> None:
    for pattern, host, is_allowed in (
        ("*", b"data.example", True),
        ("*", b"[::1]:80", True),
        ("*.example", b"a.data.example", True),
        ("data.*", b"data.example.evil", False),
        ("*.*", b"evil.example", False),
        ("*example", b"evilexample", False),
    ):
        assert RequestLimits([pattern], None).is_allowed_host(host) is is_allowed, pattern


def test_a_client_has_a_rate_limit(database: Target) -> None:
    with open_app(database, rate_limit="3/minute") as app, AppClient(app) as client:
        responses = [client.get("/v1/topics") for _ in range(5)]
        assert [response.status_code for response in responses] == [200, 200, 200, 429, 429]
        assert responses[0].headers["ratelimit-policy"] == '"client";q=3;w=60'
        left = [re.match(r'"client";r=(\d);t=\d+', one.headers["ratelimit"]) for one in responses]
        assert [match and match[1] for match in left] == ["2", "1", "0", "0", "0"]
        refused = responses[-1]
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert refused.json()["code"] == "too-many-requests"
        assert "3 requests in 60 seconds" in refused.json()["detail"]
        assert client.get("/health/ready").status_code == 200
        for path in ("/metricsX", "/health/x", "/health/live/"):
            assert client.get(path).status_code == 429
        other = AppClient(app, client=("192.0.2.7", 1))
        assert other.get("/v1/topics").status_code == 200


@pytest.mark.skipif(find_spec("mcp") is None, reason="needs the package mcp")
def test_the_tools_have_the_same_limits(
    database: Target, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = {"mcp": True, "allowed_hosts": ("testserver",), "rate_limit": "1/minute"}
    with (
        open_app(database, access_log="json", metrics=True, **settings) as app,
        AppClient(app) as client,
    ):
        headers = [{"Host": "evil.example"}, {}, {}]
        statuses = [client.post("/mcp", json={}, headers=header).status_code for header in headers]
        metrics = client.get("/metrics").text
    assert [statuses[0], statuses[2]] == [421, 429]
    assert statuses[1] not in statuses[::2]
    logged = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [one["status"] for one in logged if one["target"] == "/mcp"] == statuses
    assert 'route="/mcp"' in metrics


def test_a_cached_response_counts_towards_the_rate(database: Target) -> None:
    with (
        serve_database(database, BRI_RATE_LIMIT="5/hour") as base,
        closing(httpx2.Client()) as client,
    ):
        statuses = [client.get(f"{base}/v1/overview").status_code for _ in range(8)]
    assert statuses == [200] * 5 + [429] * 3


def test_without_a_rate_there_are_no_rate_headers(client: AppClient) -> None:
    assert "ratelimit" not in client.get("/v1/topics").headers


def test_links_have_the_scheme_of_a_page() -> None:
    """A proxy may say wss for a request that could become a WebSocket."""
    found = [build_base_url(scheme, "a:", root_path="/b") for scheme in ("wss", "ws", "https")]
    assert found == ["https://a/b", "http://a/b", "https://a/b"]


@pytest.mark.parametrize(
    "host", ["", "data.example.org", "DATA.example:8443", "[2001:db8::7]:80", "192.0.2.7", "\tA:"]
)
@pytest.mark.parametrize("server", [("192.0.2.1", 8000), ("2001:db8::1", 80), ()])
@pytest.mark.parametrize("prefix", ["", "/figures"])
def test_links_have_the_host_of_the_request_as_starlette_reads_it(
    host: str, server: tuple[str, int] | tuple[()], prefix: str
) -> None:
    authority = host.strip(" \t").removesuffix(":")
    scope = {"type": "http", "scheme": "https", "path": f"{prefix}/", "query_string": b""}
    headers = [(b"host", authority.encode())] if authority else []
    url = URL(scope={**scope, "server": server or None, "headers": headers})
    found = build_base_url("https", host, *server, root_path=prefix)
    assert found == str(url).rstrip("/")


def test_links_never_name_a_unix_socket() -> None:
    """A client of HTTP/1.0 may send no Host."""
    assert build_base_url("http", "", "/run/bri.sock", None, root_path="/b") == "http://localhost/b"


@pytest.mark.parametrize(
    ("address", "client"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
        pytest.param("forged" * 1000, ("forged" * 11)[:64], id="forged"),
    ],
)
def test_a_client_is_its_address_or_its_network(address: str, client: str) -> None:
    assert get_network(address) == client


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        (
            "BRI_CACHE_ENTRYS",
            "5",
            "BRI_CACHE_ENTRYS: not a setting; did you mean BRI_CACHE_ENTRIES",
        ),
        ("BRI_RATE_LIMIT", "5 per fortnight", "BRI_RATE_LIMIT: write a number of requests"),
        ("BRI_ACCESS_LOG", "yes", "BRI_ACCESS_LOG: "),
        ("BRI_METRICS", "perhaps", "BRI_METRICS: "),
    ],
)
def test_an_invalid_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, text: str
) -> None:
    monkeypatch.setenv(name, value)
    done = run_bri("check")
    assert done.exit_code == 1
    assert text in done.stderr


def test_responses_have_security_headers(client: AppClient) -> None:
    page = client.get("/")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["permissions-policy"].startswith("camera=()")
    for path in ("/", "/v1/overview", "/v1/nothing", "/static/site.css"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "access-control-allow-credentials" not in headers
        assert "server" not in headers


def test_hsts_is_sent_if_the_public_url_is_https(database: Target) -> None:
    with serve_database(database, BRI_PUBLIC_URL="https://data.example") as base:
        for _ in range(2):
            response = httpx2.get(f"{base}/v1/overview")
            assert response.headers["strict-transport-security"] == "max-age=31536000"
            assert "server" not in response.headers
            assert json.loads(response.text)


def test_requests_are_counted_while_their_period_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RATED", 1000)
    counting = RequestLimits([], (5, 3600))
    clients = [str(number % 500) for number in range(1500)]
    counts = [counting.count_request(client, 3600)[0] for client in clients]
    assert counts == [1] * 500 + [2] * 500 + [3] * 500
    for number in range(5000):
        assert counting.count_request(f"other {number}", 3600)[0] == 1
    assert len(counting.windows) <= limits.MAX_RATED + 1
    # The oldest counts are those that were dropped.
    assert counting.count_request("other 4999", 3600)[0] == 2
    assert counting.count_request("0", 3600)[0] == 1


def test_counts_are_dropped_when_their_period_is_over() -> None:
    counting = RequestLimits([], (5, 3600))
    for number in range(100):
        assert counting.count_request(str(number % 2), 0)[0] == 1
    assert len(counting.windows) == 1
