"""Links to records: each leads to a page that has the record, at its place."""

from typing import Any
from urllib.parse import urlencode

import pytest
from lxml import html
from starlette.testclient import TestClient

from app.enums import SearchKind
from app.pages.hits import find_page

pytestmark = pytest.mark.database

BROWSER = {"Accept": "text/html"}
MAX_RECORDS = 12
"""How many records of each kind are followed."""
WHOLE_PAGES = {
    SearchKind.INDICATOR,
    SearchKind.SOURCE,
    SearchKind.PRIORITY_AREA,
    SearchKind.EDITION,
    SearchKind.RELEASE,
}
"""The kinds of records that are pages; all others have a place on one."""


def list_codes(client: TestClient, kind: str) -> list[str]:
    """List the keys of some records, for example of each carrier, year or series."""
    hits = [
        hit
        for words in ("2024", "2025", "China", "yuan", "goods", "renminbi", "forum", "the")
        for hit in client.get(f"/v1/search?kind={kind}&q={words}&limit=1000").json()["items"]
    ]
    codes = list(dict.fromkeys(hit["code"] for hit in hits))
    return codes[:: max(1, len(codes) // MAX_RECORDS)]


@pytest.mark.parametrize("kind", [*SearchKind, "report"])
def test_every_kind_of_record_has_a_place_on_a_page(client: TestClient, kind: str) -> None:
    if kind == "report":
        codes = [item["id"] for item in client.get("/v1/reports?limit=12").json()["items"]]
    else:
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
        assert bool(fragment) == (kind not in WHOLE_PAGES)
        assert not fragment or len(pages[url].xpath("//*[@id=$id]", id=fragment)) == 1, (url, code)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_found_action_leads_to_itself(client: TestClient, language: str) -> None:
    words = {"en": "agreements", "zh": "协定"}[language]
    query = urlencode({"kind": "action", "q": words, "lang": language})
    hits = client.get(f"/v1/search?{query}").json()["items"]
    page = client.get(f"/?{urlencode({'q': words, 'edition': 2024, 'lang': language})}")
    tree: Any = html.fromstring(page.text)
    links = tree.xpath("//ul[@class='hits']//a/@href")
    shown = [hit["code"] for hit in hits if f"/actions?lang={language}#{hit['code']}" in links]
    assert shown
