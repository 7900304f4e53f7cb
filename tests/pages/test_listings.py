"""Pages that list records: every record is there, under its key, and its links lead on."""

from typing import Any

import pytest

from app.pages.listings import LISTINGS, Listing
from app.routers.pages import MAX_UNFOLDED
from tests.support.client import AppClient
from tests.support.site import read_page

pytestmark = pytest.mark.database

PATHS = [listing.path for listing in LISTINGS]


BY_YEAR = [listing for listing in LISTINGS if listing.newest_first]


def find_year(record: Any, listing: Listing) -> str:
    """Find the year by which a record is grouped, if it is."""
    if not listing.newest_first:
        return ""
    for name in listing.group.split("."):
        record = record[name]
    return str(record)[:4]


def list_texts(record: Any, listing: Listing) -> list[str]:
    """List the texts of a record that its page must show."""
    values = [record[name] for name in (listing.heading, *listing.fields)]
    return [value for value in values if isinstance(value, str) and " " in value]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("listing", LISTINGS, ids=PATHS)
def test_a_list_shows_every_record_with_its_fields(
    client: AppClient, listing: Listing, language: str
) -> None:
    page = read_page(client, f"{listing.path}?lang={language}")
    records = client.get(f"/v1{listing.path}?lang={language}&limit=1000").json()["items"]
    shown = page.xpath("//article[@class='record']")
    years = {listing.get_key(one): find_year(one, listing) for one in records}
    if listing.newest_first:
        records.sort(key=lambda one: years[listing.get_key(one)], reverse=True)
    assert [one.get("id") for one in shown] == [listing.get_key(one) for one in records]
    assert records
    for article, record in zip(shown, records, strict=True):
        content = " ".join(article.text_content().split())
        for text in list_texts(record, listing):
            assert " ".join(text.split()) in content, (record, text)


@pytest.mark.parametrize(("language", "ending"), [("en", ""), ("zh", "年")])
@pytest.mark.parametrize("listing", BY_YEAR, ids=[listing.path for listing in BY_YEAR])
def test_records_are_grouped_by_year_and_folded_if_they_are_many(
    client: AppClient, listing: Listing, language: str, ending: str
) -> None:
    page = read_page(client, f"{listing.path}?lang={language}")
    records = client.get(f"/v1{listing.path}?limit=1000").json()["items"]
    years = {listing.get_key(one): find_year(one, listing) for one in records}
    groups = page.xpath("//main/*[@id and (self::details or self::section)]")
    assert [group.get("id") for group in groups] == sorted(set(years.values()), reverse=True)
    assert groups
    for group in groups:
        assert group.tag == ("details" if len(records) > MAX_UNFOLDED else "section")
        assert group.xpath("string(.//h2)") == f"{group.get('id')}{ending}"
        assert {years[key] for key in group.xpath("./article/@id")} == {group.get("id")}


def test_every_list_leads_to_all_others(client: AppClient) -> None:
    for path in PATHS:
        links = read_page(client, path).xpath("//nav[@class='listings']//a/@href")
        assert [link.partition("?")[0] for link in links] == PATHS


def test_a_long_list_continues_on_the_next_page(
    client: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.routers.pages.parameters.MAXIMUM_LIMIT", 7)
    found: list[str] = []
    address = "/instruments?lang=zh"
    while address:
        page = read_page(client, address)
        found += page.xpath("//article[@class='record']/@id")
        (address,) = page.xpath("//a[@rel='next']/@href") or [""]
    keys = [item["code"] for item in client.get("/v1/instruments?limit=1000").json()["items"]]
    assert found == keys


def test_a_cursor_of_another_list_is_refused(client: AppClient) -> None:
    response = client.get("/topics?cursor=abc", headers={"Accept": "text/html"})
    assert response.status_code == 422


def test_a_release_shows_what_it_changed(client: AppClient) -> None:
    releases = read_page(client, "/changes?lang=en").xpath("//article/@id")
    assert len(releases) > 1
    for release in releases:
        changes = client.get(f"/v1/changes?release={release}").json()["items"]
        page = read_page(client, f"/changes?release={release}&lang=en")
        assert page.xpath("//tbody/@id") == [change["id"] for change in changes]
        for one in changes:
            first, *rows = page.xpath("//tbody[@id=$key]/tr", key=one["id"])
            assert one["title"] in first.text_content()
            fields = [] if one["kind"] == "added" else one["fields"]
            for row, field in zip(rows, fields, strict=True):
                shown = [cell.text_content() for cell in row]
                values = [field["before"], field["after"]]
                values = ["–" if one is None else str(one) for one in values]
                assert shown == [field["field"], *values]
    response = client.get("/changes?release=2020-01-01", headers={"Accept": "text/html"})
    assert response.status_code == 404
