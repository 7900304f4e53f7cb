"""Routing: each route is found and validated, and each path has one kind."""

import re
from typing import Any

import pytest
from fastapi.routing import APIRoute

from app.application import ROUTERS
from app.http.cache_key import MAX_PARAMETERS, build_key
from app.http.routing import RouteDeclarations, Router, describe_routes
from app.negotiation import PathKind
from app.request import Context
from tests.support.client import AppClient
from tests.test_openapi import PATHS, build_example_url


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1", PathKind.DATA),
        ("/v1x", PathKind.DATA),
        ("/sdmx", PathKind.SDMX),
        ("/sdmx/data", PathKind.SDMX),
        ("/sdmxx", PathKind.DATA),
        ("/embed/series/a", PathKind.EMBED),
        ("/embed", PathKind.PAGE),
        ("/static/site.css", PathKind.ASSET),
        ("/favicon.ico", PathKind.ASSET),
        ("/favicon.icon", PathKind.PAGE),
        ("/health/live", PathKind.HEALTH),
        ("/openapi.json", PathKind.PAGE),
        ("/a/v1", PathKind.PAGE),
    ],
)
def test_a_path_has_one_kind(path: str, kind: PathKind) -> None:
    assert PathKind.from_path(path) is kind


def test_the_kind_of_a_path_decides_whether_accept_is_in_its_key() -> None:
    accept = b"text/html,application/json;q=0.9"
    for route in (one for router in ROUTERS for one in router.declared):
        path = route.path.replace("{", "").replace("}", "")
        scope = {"path": path, "query_string": b"", "scheme": "http", "server": None}
        key = build_key(scope, {b"accept": accept}, has_public_url=True)
        kind = PathKind.from_path(path)
        assert PathKind.from_path(route.path) is kind
        assert key[5] == (accept if kind is PathKind.SDMX else b""), path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/topics?limit=1&limit=2", 422),
        ("/v1/topics?limit=", 422),
        ("/v1/topics?limit=01", 422),
        ("/v1/topics?unknown=1&unknown=2", 422),
        ("/v1/topics?lang=fr", 422),
        ("/v1/topics?lang=en&lang=zh", 422),
        ("/v1/topics?cursor=made-up", 422),
        ("/v1/topics/", 404),
        ("/v1/topics/nothing", 404),
        ("/v1/topics/trade/more", 404),
        ("/v1/observations?indicator=goods-trad&since=2025-01-02&until=2025-01-01", 422),
        ("/v1/observations//vintages", 404),
        ("/v1/compare?indicator=goods-trade&period=2024", 422),
        ("/v1/compare?indicator=goods-trade&indicator=import-share&period=2024&period=2025", 422),
        ("/v1/topics?sort=%ff", 400),
        ("/v1//topics", 404),
        ("/v1/indicators/.svg", 404),
        ("/v1/indicators//chart.svg", 404),
        ("/v1/sources/scio-2025-01-15/citation.csl.json", 200),
        ("/v1/sources/scio-2025-01-15.svg", 404),
        ("/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M/chart.vl.json", 200),
        ("/static/../settings.py", 404),
        ("/static/%2e%2e/%2e%2e/settings.py", 404),
        ("/static/", 404),
        ("/static/vendor/nothing.js", 404),
        (f"/static/{'a' * 300}", 404),
        ("/sdmx/", 400),
        ("/sdmx?format=xml", 422),
    ],
)
def test_a_path_leads_to_its_route(client: AppClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


@pytest.mark.parametrize("key", ["{}", "{}:path", "%00", "%25", "a" * 3000])
def test_a_key_of_any_form_is_not_found(client: AppClient, key: str) -> None:
    """The router stores the shapes of paths with braces for their parameters."""
    paths = [route.path for router in ROUTERS for route in router.declared if "{" in route.path]
    found = {client.get(re.sub(r"{[\w:]+}", key, path)).status_code for path in paths}
    assert found <= {400, 404}


@pytest.mark.parametrize("query", ["", "?lang=zh"])
def test_the_root_of_sdmx_leads_to_the_guide(client: AppClient, query: str) -> None:
    response = client.get(f"/sdmx{query}", follow_redirects=False)
    target = f"/guide/formats{query}#sdmx"
    assert response.status_code == 308
    assert response.headers["location"] == f"http://testserver{target}"
    page = client.get(target)
    assert page.status_code == 200
    assert 'id="sdmx"' in page.text


@pytest.mark.parametrize("separator", ["&indicator=", ",", "%2C"])
def test_too_many_parameters_or_values_are_refused_together(
    client: AppClient, separator: str
) -> None:
    values = [f"unknown-{number}" for number in range(MAX_PARAMETERS + 1)]
    refused = client.get(f"/v1/observations?indicator={separator.join(values)}")
    checked = client.get(f"/v1/observations?indicator={separator.join(values[:-1])}")
    assert (refused.status_code, checked.status_code) == (422, 422)
    assert refused.json()["detail"].startswith(f"The query has more than {MAX_PARAMETERS} ")
    assert refused.json()["errors"] == []
    assert checked.json()["errors"]


def test_a_repeated_parameter_has_one_error(client: AppClient) -> None:
    problem = client.get("/v1/observations?limit=x&since=0&limit=2&since=1&lang=en&lang=zh").json()
    assert [(error["location"], error["message"]) for error in problem["errors"]] == [
        (f"query.{name}", f"{name}重复；该参数只能使用一次") for name in ("lang", "limit", "since")
    ]


def test_routes_are_analysed_once_and_only_for_the_document() -> None:
    router = RouteDeclarations(prefix="/v1", tags=["Figures"])

    @router.get("/figures/{figure}", summary="Get a figure")
    async def get_figure(context: Context, figure: str) -> None: ...

    (route,) = router.declared
    assert (route.path, route.endpoint, router.routes) == ("/v1/figures/{figure}", get_figure, [])
    for _ in range(2):
        (described,) = describe_routes([router])
        assert isinstance(described, APIRoute)
        assert (described.path, described.summary) == (route.path, "Get a figure")
        assert (described.tags, described.unique_id) == (["Figures"], "get_figure")


def test_every_documented_path_has_its_route(document: dict[str, Any]) -> None:
    router = Router(ROUTERS)
    for path in PATHS:
        route, _ = router.match(build_example_url(document, path).partition("?")[0])
        assert route.path == path


@pytest.mark.parametrize("slash", ["%2F", "%2f"])
@pytest.mark.parametrize(
    "path",
    [
        "/v1/indicators*goods-trade",
        "/v1/topics*trade",
        "/v1/indicators/goods-trade*chart.svg",
        "/indicators*goods-trade",
        "/guide*formats",
        "/static*site.css",
    ],
)
def test_an_escaped_slash_separates_nothing(client: AppClient, path: str, slash: str) -> None:
    """It belongs to a segment (RFC 3986, section 2.2); the cache does not mix both paths up."""
    plain, escaped = path.replace("*", "/"), path.replace("*", slash)
    expected = client.get(plain)
    assert expected.status_code == 200
    for _ in range(2):
        refused = client.get(escaped)
        assert refused.status_code == 404
        assert refused.json()["code"] == "unknown-path"
        assert f" {path.replace('*', '%2F')}" in refused.json()["detail"]
        assert client.get(plain).content == expected.content


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("/v1/indicators/goods-trade.svg", "/v1/indicators/goods-trade/chart.svg"),
        (
            "/v1/indicators/goods-trade.svg?theme=dark",
            "/v1/indicators/goods-trade/chart.svg?theme=dark",
        ),
        ("/v1/series/a.CN.BRI.CNY.P12M.vl.json", "/v1/series/a.CN.BRI.CNY.P12M/chart.vl.json"),
        ("/v1/sources/scio-2025-01-15.csl.json", "/v1/sources/scio-2025-01-15/citation.csl.json"),
        ("/v1/observations/a.b.bib", "/v1/observations/a.b/citation.bib"),
        ("/v1/indicators/%C3%A9%3Fa%2F.png", None),
        ("/v1/indicators/%C3%A9%3Fa.png", "/v1/indicators/%C3%A9%3Fa/chart.png"),
    ],
)
def test_a_short_path_is_redirected(client: AppClient, short: str, full: str | None) -> None:
    response = client.get(short, follow_redirects=False)
    if full is None:
        assert response.status_code == 404
    else:
        assert response.status_code == 308
        assert response.headers["location"] == f"http://testserver{full}"
