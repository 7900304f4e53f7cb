"""Links to records: each leads to a page that has the record, at its place."""

from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html

from app.application import App
from app.enums import SearchKind
from app.pages.addresses import LIST_PAGES, PAGES, RECORD_PAGES, find_page, find_passage
from app.pages.content import SHORT_PATHS
from app.routers import comparison_pages, documentation, observation_pages, pages
from tests.support.client import AppClient

pytestmark = pytest.mark.database

BROWSER = {"Accept": "text/html"}
MAX_RECORDS = 12
"""How many records of each kind are followed."""
OTHER_KINDS = {"report": ("reports", "id"), "series": ("series", "code")}
"""The kinds of records that a search does not find: their lists, and the field with their key."""
KINDS = (*SearchKind, *OTHER_KINDS)
UNLISTED = {"/problems", *SHORT_PATHS}
"""The pages that a site map leaves out."""


def list_codes(client: AppClient, kind: str) -> list[str]:
    """List the keys of some records, for example of each carrier, year or series."""
    if kind in OTHER_KINDS:
        name, key = OTHER_KINDS[kind]
        return [one[key] for one in client.get(f"/v1/{name}?limit={MAX_RECORDS}").json()["items"]]
    hits = [
        hit
        for words in ("2024", "2025", "China", "yuan", "goods", "renminbi", "forum", "the")
        for hit in client.get(f"/v1/search?kind={kind}&q={words}&limit=1000").json()["items"]
    ]
    codes = list(dict.fromkeys(hit["code"] for hit in hits))
    return codes[:: max(1, len(codes) // MAX_RECORDS)]


def test_every_page_address_has_a_route(app: App) -> None:
    addresses = {find_page(kind, "2025-trade").path for kind in KINDS}
    addresses |= {find_passage("scio-2025-01-15", "P1").path, *PAGES, *LIST_PAGES}
    for path in addresses:
        route, _ = app.request_router.match(path)
        assert route.endpoint.__module__.endswith(("pages", "documentation")), path


def test_every_page_without_a_key_has_an_address() -> None:
    routers = (pages, observation_pages, comparison_pages, documentation)
    declared = {route.path for module in routers for route in module.router.declared}
    assert {path for path in declared if "{" not in path} - UNLISTED == {
        path for path in PAGES if not path.startswith("/guide/")
    }


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_record_has_a_place_on_a_page(client: AppClient, kind: str) -> None:
    codes = list_codes(client, kind)
    assert codes
    pages: dict[str, Any] = {}
    for code in codes:
        path, query, fragment = find_page(kind, code)
        url = f"{path}?{urlencode({**query, 'lang': 'en'})}"
        if url not in pages:
            response = client.get(url, headers=BROWSER)
            assert response.status_code == 200, url
            pages[url] = html.fromstring(response.text)
        assert bool(fragment) == (kind not in {*RECORD_PAGES, SearchKind.RELEASE})
        assert not fragment or len(pages[url].xpath("//*[@id=$id]", id=fragment)) == 1, (url, code)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_found_action_leads_to_itself(client: AppClient, language: str) -> None:
    words = {"en": "agreements", "zh": "协定"}[language]
    query = urlencode({"kind": "action", "q": words, "lang": language})
    hits = client.get(f"/v1/search?{query}").json()["items"]
    page = client.get(f"/?{urlencode({'q': words, 'edition': 2024, 'lang': language})}")
    tree: Any = html.fromstring(page.text)
    links = tree.xpath("//ul[@class='hits']//a/@href")
    shown = [hit["code"] for hit in hits if f"/actions?lang={language}#{hit['code']}" in links]
    assert shown
