"""Permanent links: addresses that are pinned to a release."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import html

from app.http.cache import IMMUTABLE
from tests.routers.test_discovery import parse_links
from tests.support.client import AppClient

pytestmark = pytest.mark.database

BROWSER = {"Accept": "text/html"}
DATA = (
    "/v1/overview",
    "/v1/indicators/goods-trade",
    "/v1/observations.csv",
    "/v1/topics",
    "/v1/indicators/aid-projects/chart.svg",
    "/sdmx/dataflow/BRI",
)


@pytest.fixture
def releases(client: AppClient) -> list[str]:
    """Read the releases, latest first."""
    feed = client.get("/v1/changes.feed.json").json()
    return [item["id"].rpartition("=")[2] for item in feed["items"]]


@pytest.mark.parametrize("path", DATA)
def test_data_of_the_served_release_are_the_same_and_kept(
    client: AppClient, releases: list[str], path: str
) -> None:
    pinned = client.get(f"{path}?release={releases[0]}")
    plain = client.get(path)
    assert pinned.status_code == plain.status_code == 200
    assert pinned.content == plain.content
    assert pinned.headers["cache-control"] == IMMUTABLE
    assert "immutable" not in plain.headers["cache-control"]


def test_a_pinned_list_has_pinned_pages(client: AppClient, releases: list[str]) -> None:
    url: str | None = f"/v1/observations?release={releases[0]}&limit=20"
    items: list[Any] = []
    while url:
        assert f"release={releases[0]}" in url
        page = client.get(url).json()
        items += page["items"]
        url = page["next"]
    assert len(items) == page["total"]


def test_a_pinned_page_is_not_kept_longer_than_its_files(
    client: AppClient, releases: list[str]
) -> None:
    path = f"/indicators/goods-trade?release={releases[0]}&lang=en"
    response = client.get(path, headers=BROWSER)
    assert response.headers["cache-control"].startswith("public, max-age=3600")
    page: Any = html.fromstring(response.text)
    (canonical,) = page.xpath("//link[@rel='canonical']/@href")
    assert "release" not in canonical
    (other,) = page.xpath("//nav/a[@hreflang]/@href")
    assert f"release={releases[0]}" in other


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("no longer served", "corrected")), ("zh", ("已不再提供", "更正"))],
)
@pytest.mark.parametrize("path", [*DATA[:-1], "/indicators/goods-trade", "/"])
def test_a_link_to_an_earlier_release_says_what_changed(
    newest: AppClient, path: str, language: str, words: tuple[str, ...]
) -> None:
    response = newest.get(f"{path}?lang={language}&release=2026-11-25")
    assert response.status_code == 410
    assert response.headers["cache-control"] == "no-store"
    problem = response.json()
    assert problem["code"] == "release-not-served"
    assert all(word in problem["detail"] for word in words)
    links = dict(parse_links(response.headers["link"]))
    assert links["latest-version"] == f"http://testserver{path}?lang={language}"
    assert links["version-history"] in problem["detail"]
    history = newest.get(links["version-history"].removeprefix("http://testserver")).json()
    assert history["total"] > 1000
    assert "2026-11-25" not in {change["release"] for change in history["items"]}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reader_is_led_to_the_current_version(newest: AppClient, language: str) -> None:
    path = f"/indicators/goods-trade?lang={language}"
    response = newest.get(f"{path}&release=2026-11-25", headers=BROWSER)
    assert response.status_code == 410
    page: Any = html.fromstring(response.text)
    links = [urlsplit(link) for link in page.xpath("//main//a/@href")]
    assert f"{links[0].path}?{links[0].query}" == path
    assert f"/changes?lang={language}" in [f"{one.path}?{one.query}" for one in links]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("release=2026-11-2", "did you mean 2026-11-25"),
        ("release=2026-11-25&release=2026-11-25", "use it once"),
        ("release=", "is unknown"),
    ],
)
def test_an_unknown_release_is_refused(client: AppClient, query: str, message: str) -> None:
    for path in ("/v1/topics", "/v1/indicators/goods-trade", "/robots.txt"):
        response = client.get(f"{path}?{query}")
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["location"] == "query.release"
        assert message in error["message"]


def test_an_unknown_release_hides_no_other_error(client: AppClient) -> None:
    response = client.get("/v1/topics?release=2020-01-01&limit=0&foo=1&lang=fr")
    found = [error["location"] for error in response.json()["errors"]]
    assert sorted(found) == ["query.foo", "query.lang", "query.limit", "query.release"]
    assert "4 errors" in response.json()["detail"]


def test_only_the_served_release_is_offered(newest: AppClient) -> None:
    served = newest.get("/v1").json()["release"]["code"]
    (error,) = newest.get("/v1/topics?release=1").json()["errors"]
    assert error["allowed"] == [served]


def test_the_list_of_changes_has_a_filter_of_that_name(client: AppClient) -> None:
    response = client.get("/v1/changes?release=2026-11-25&limit=1")
    assert response.status_code == 200
    assert "immutable" not in response.headers["cache-control"]


def test_every_operation_describes_the_parameter(document: dict[str, Any]) -> None:
    for path, operations in document["paths"].items():
        names = [one["name"] for one in operations["get"].get("parameters", [])]
        assert names.count("release") == (0 if path.startswith("/health") else 1), path
        assert ("410" in operations["get"]["responses"]) is (
            "release" in names and path != "/v1/changes"
        )
    assert json.dumps(document).count('"410"') > 50
