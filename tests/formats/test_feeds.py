"""The feeds of releases: JSON Feed and Atom, in both languages."""

import xml.etree.ElementTree as ET
from datetime import date

import httpx2
import pytest

from app.formats.feeds import build_json_feed
from app.i18n import Language
from app.schemas.service import Feed
from tests.support.client import AppClient

pytestmark = pytest.mark.database

ATOM = {"atom": "http://www.w3.org/2005/Atom"}


def test_the_feeds_list_the_releases(client: AppClient) -> None:
    feed = client.get("/v1/changes.feed.json").json()
    assert [item["title"] for item in feed["items"]][-1] == "Release 2026-11-25: 109 added"
    root = ET.fromstring(client.get("/v1/changes.atom?lang=zh").content)  # noqa: S314
    titles = [entry.findtext("atom:title", "", ATOM) for entry in root.findall("atom:entry", ATOM)]
    assert titles[-1] == "2026-11-25版：新增109项"
    assert root.findtext("atom:author/atom:name", None, ATOM) == "共建“一带一路”经贸合作指标"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"atom:{name}", None, ATOM)
    ids = [entry.findtext("atom:id", "", ATOM) for entry in root.findall("atom:entry", ATOM)]
    assert ids == [item["id"] for item in feed["items"]]
    assert all(client.get(address).json()["total"] for address in ids)
    pages = [client.get(item["url"]) for item in feed["items"]]
    assert all(page.headers["content-type"].startswith("text/html") for page in pages)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_feeds_of_two_languages_are_two_feeds(client: AppClient, language: str) -> None:
    feed = client.get(f"/v1/changes.feed.json?lang={language}").json()
    atom = ET.fromstring(client.get(f"/v1/changes.atom?lang={language}").content)  # noqa: S314
    links = {one.get("rel"): one.get("href", "") for one in atom.findall("atom:link", ATOM)}
    assert atom.findtext("atom:id", None, ATOM) == links["self"]
    pages = [item["url"] for item in feed["items"]]
    entries = atom.findall("atom:entry/atom:link", ATOM)
    assert [one.get("href") for one in entries] == pages
    for address in (feed["feed_url"], feed["home_page_url"], *links.values(), *pages):
        assert client.get(address).headers["content-language"] == language
    assert client.get(feed["feed_url"]).json() == feed


def test_a_feed_is_bounded() -> None:
    field = {"field": "name.en", "before": "a" * 5000, "after": "b"}
    change = {"kind": "corrected", "title": "T", "collection": "topics", "key": "trade"}
    change |= {"reason": "R"}
    release = {
        "code": "2027-01-20",
        "released_on": date(2027, 1, 20),
        "note": "A note.",
        "changes": {"corrected": 500},
        "modifications": [change | {"fields": [field]}] * 500,
    }
    feed = build_json_feed([release], "http://testserver", Language.ENGLISH)
    lines = feed["items"][0]["content_text"].splitlines()
    assert len(lines) == 202
    assert lines[-1] == "See the URL of this release for all other changes."
    assert max(map(len, lines)) == 1001
    Feed.model_validate(feed)


def test_feeds_are_served_with_their_media_types(server: str) -> None:
    for path, media_type in (
        ("/v1/changes.atom", "application/atom+xml"),
        ("/v1/changes.feed.json", "application/feed+json"),
    ):
        assert httpx2.get(server + path).headers["content-type"] == media_type
