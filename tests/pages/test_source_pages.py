"""The page of a source, its sentences, and the links to them."""

import re
from urllib.parse import unquote

import pytest

from tests.pages.test_pages import LANGUAGES, OWN
from tests.support.client import AppClient
from tests.support.site import localize_url, read_page

pytestmark = pytest.mark.database


def test_every_location_that_a_sentence_links_to_is_there(client: AppClient) -> None:
    sources = client.get("/v1/sources?limit=1000").json()["items"]
    places = {
        link
        for source in sources
        for link in read_page(client, f"/sources/{source['code']}/passages").xpath(
            "//main//a/@href"
        )
        if link.startswith("/") and "#" in link
    }
    ids: dict[str, list[str]] = {}
    for target, _, name in (link.partition("#") for link in places):
        if target not in ids:
            ids[target] = read_page(client, target).xpath("//@id")
        assert unquote(name) in ids[target], (target, name)
    assert len(places) > 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OWN)
def test_a_location_in_a_source_links_to_its_sentence(
    client: AppClient, path: str, language: str
) -> None:
    words = {"en": r"paragraph \d+, sentence \d+", "zh": r"第\d+段第\d+句"}[language]
    page = read_page(client, localize_url(path, language))
    located = page.xpath("//a[contains(@href, '/passages') and contains(@href, '#')]")
    for link in located:
        target, _, locator = link.get("href").partition("#")
        assert read_page(client, target).xpath("//*[@id=$locator]", locator=locator), locator
    for copied in page.xpath("//cite | //head | //copy-text"):
        copied.drop_tree()
    for text in page.xpath("//body//text()"):
        parent = text.getparent()
        if re.search(words, text, re.IGNORECASE):
            assert parent.tag == "a", text
    assert located or "aid-projects" not in path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_source_says_what_each_sentence_carries(
    client: AppClient, language: str
) -> None:
    path = "/sources/scio-2025-01-15/passages"
    page = read_page(client, localize_url(path, language))
    passages = client.get(f"/v1{path}?lang={language}").json()["items"]
    assert page.xpath("//section[@class='passage']/@id") == [one["locator"] for one in passages]
    colon = {"en": ": ", "zh": "："}[language]
    for passage in passages:
        (section,) = page.xpath("//section[@id=$locator]", locator=passage["locator"])
        shown = " ".join(section.text_content().split())
        for record in passage["records"]:
            assert record["title"] in shown
            if record["kind"] in ("observation", "growth_rate"):
                stated = client.get(f"{record['href']}?lang={language}").json()["display"]
                assert f"{record['title']}{colon}{stated}" in shown
        for difference in passage["differences"]:
            assert difference["text"] in shown
        assert (passage["note"] or "") in shown


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth_on_the_page_of_a_source_names_countries_and_unit(
    client: AppClient, language: str
) -> None:
    source = "xinhua-2024-12-19"
    query = {"source": source, "lang": language}
    rates = client.get("/v1/growth-rates", params=query).json()["items"]
    page = read_page(client, f"/sources/{source}?lang={language}")
    rows = [
        [cell.text_content() for cell in row]
        for row in page.xpath("//section[@aria-labelledby='growth']//tbody/tr")
    ]
    assert rows == [
        [
            *(rate[name]["name"] for name in ("indicator", "coverage", "unit")),
            rate["period"]["label"],
            rate["display"],
        ]
        for rate in rates
    ]
    assert rows


def test_the_page_of_a_source_has_its_superseded_rates(newest: AppClient) -> None:
    rates = newest.get("/v1/growth-rates?vintages=all&limit=1000").json()["items"]
    superseded = next(rate for rate in rates if rate["superseded_on"])
    page = read_page(newest, f"/sources/{superseded['source']['code']}")
    (row,) = page.xpath("//tr[contains(th/a/@href, $end)]", end=f"#growth.{superseded['id']}")
    assert superseded["display"] in row.text_content()
    assert "superseded on" in row.text_content()


def test_the_files_of_a_source_have_all_figures_of_its_page(newest: AppClient) -> None:
    listed = newest.get("/v1/observations?vintages=all&limit=1000").json()["items"]
    latest = {one["id"] for one in newest.get("/v1/observations?limit=1000").json()["items"]}
    source = next(one["source"]["code"] for one in listed if one["id"] not in latest)
    page = read_page(newest, f"/sources/{source}")
    rows = page.xpath("//section[@aria-labelledby='figures']//tbody/tr")
    files = {
        link.text_content(): newest.get(link.get("href"))
        for link in page.xpath("//a[contains(@href, '/v1/observations')]")
    }
    assert {one.status_code for one in files.values()} == {200}
    assert len(files["JSON Lines"].text.splitlines()) == len(rows) > 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_source_describes_document_and_event(
    client: AppClient, language: str
) -> None:
    for source in client.get(f"/v1/sources?lang={language}&limit=1000").json()["items"]:
        page = read_page(client, f"/sources/{source['code']}?lang={language}")
        text = " ".join(page.text_content().split())
        expected = [source[name] for name in ("title", "publisher", "carrier", "body", "note")]
        expected += [source["printed_title"], *source["citation"].values()]
        if source["event"]:
            event = client.get(f"/v1/events/{source['event']['code']}?lang={language}").json()
            names = ("name", "place", "organiser", "questioner", "note")
            expected += [event[name] for name in names]
            expected += [speaker["office"] for speaker in event["speakers"]]
            dated = {"en": "Offices are those held on the day", "zh": "职务为活动当日职务"}
            assert (dated[language] in text) is bool(event["speakers"])
            expected += [document["title"] for document in event["documents"]]
        assert [part for part in expected if part and " ".join(part.split()) not in text] == []
        links = {link.get("href") for link in page.xpath("//section//a")}
        for style in ("apa", "gb-t-7714"):
            path = f"/v1/sources/{source['code']}/citation.txt"
            assert f"{path}?style={style}&lang={language}" in links
