"""Search on pages: what was found, why, and with which marks."""

import re
from urllib.parse import urlsplit

import pytest

from app.queries.page_data import MAX_HITS
from tests.pages.test_pages import LANGUAGES
from tests.support.client import AppClient
from tests.support.site import BROWSER, read_page

pytestmark = pytest.mark.database


def test_a_figure_that_was_found_shows_its_context(client: AppClient) -> None:
    page = read_page(client, "/?q=agreement&lang=en")
    hits = {
        link.get("href"): link.getparent().text_content()
        for link in page.xpath("//ul[@class='hits']//a[contains(@href, '/series/')]")
    }
    assert len(hits) == 2
    assert any("January to November 2024" in text for text in hits.values())
    assert any("Full year 2025" in text for text in hits.values())
    for text in hits.values():
        assert "Partner countries" in text
        assert "source: " in text
    assert any(text.endswith("36 ") or " 36 " in text for text in hits.values())
    for href in hits:
        path, _, row = href.partition("#")
        assert read_page(client, path).xpath("//tr[@id=$id]", id=row)


@pytest.mark.parametrize(
    ("language", "validity"),
    [("en", "superseded on 18 July 2025"), ("zh", "已于2025年7月18日被取代")],
)
def test_a_superseded_figure_that_was_found_says_so(
    client: AppClient, language: str, validity: str
) -> None:
    page = read_page(client, f"/?q=trade+share+2024&lang={language}")
    hits = [hit.text_content() for hit in page.xpath("//ul[@class='hits']/li")]
    assert [validity in hit for hit in hits[:2]] == [False, True]
    assert "50.3" in hits[1]


@pytest.mark.parametrize("words", ["China", "一带一路", "trade"])
def test_a_search_for_a_common_word_hides_nothing_that_it_finds(
    newest: AppClient, words: str
) -> None:
    """There are more hits than the page lists, of which figures take the first thousand."""
    page = read_page(newest, f"/?q={words}")
    search = f"/v1/search?q={words}&limit=1000"
    for kind, path in (
        ("indicator", "//*[@data-kind='indicator']/@data-code"),
        ("outcome", "//ul[@class='outcomes']/li/@id"),
    ):
        found = newest.get(f"{search}&kind={kind}").json()["items"]
        shown = set(page.xpath(path))
        linked = {href.rpartition("/")[2] for href in page.xpath("//ul[@class='hits']//a/@href")}
        plain = set(read_page(newest, "/").xpath(path))
        assert shown == plain & {hit["code"] for hit in found}
        assert shown
        assert len(linked) <= MAX_HITS
    total = newest.get(search).json()["total"]
    count = page.xpath("string(//p[@id='count'])")
    further = int(re.findall(r"(\d+) results? in other records", count)[0])
    assert MAX_HITS < further < total
    assert f"the first {MAX_HITS} results" in page.text_content()


def test_only_what_the_page_shows_is_cited(newest: AppClient) -> None:
    number = "336.9亿美元"
    hits = newest.get("/v1/search", params={"q": number}).json()["items"]
    stated = {hit["source"]["code"] for hit in hits if hit["source"]}
    page = read_page(newest, f"/?q={number}&lang=zh")
    cited = page.xpath("//ul[@class='sources']//a[@data-printed]/@href")
    assert {urlsplit(href).path.rpartition("/")[2] for href in cited} == stated != set()
    assert not read_page(newest, "/?q=zebra&lang=en").xpath("//ul[@class='sources']")


@pytest.mark.parametrize(
    ("query", "figures", "actions"),
    [
        ("topic=&sector=&q=", 7, 24),
        ("topic=projects", 2, 6),
        ("sector=digital-economy", 1, 2),
        ("topic=trade&topic=projects", 4, 15),
        ("q=digital", 1, 3),
        ("q=援助", 1, 1),
        ("q=zebra", 0, 0),
    ],
)
def test_the_page_is_narrowed_by_its_address(
    client: AppClient, query: str, figures: int, actions: int
) -> None:
    for language in LANGUAGES:
        page = read_page(client, f"/?{query}&lang={language}")
        assert len(page.xpath("//article[contains(@class, 'card')]")) == figures
        assert len(page.xpath("//ol[@class='actions']/li")) == actions
        (count,) = page.xpath("//*[@id='count']")
        numbers = re.findall(r"\d+", count.text_content())
        rows = len(page.xpath("//tr[@data-kind='indicator']"))
        # The figures among other results are no figures of the page, so 0 would be misleading.
        expected = [str(number) for number in (figures + rows, actions) if number]
        assert numbers[: len(expected)] == expected
        assert "0" not in numbers
        other = page.xpath("//nav/a[@hreflang]/@href")[0]
        captured = [part for part in query.split("&") if not part.endswith("=")]
        stored = client.get(other, headers=BROWSER)
        assert stored.status_code == 200
        assert all(part.partition("=")[0] in other for part in captured)


def test_words_that_were_found_are_marked(client: AppClient) -> None:
    page = read_page(client, "/?q=digital&lang=en")
    marks = [
        one.text_content() for one in page.xpath("//ol[@class='actions']//*[@class='text']/mark")
    ]
    assert [mark.lower() for mark in marks] == ["digital", "digital"]
    assert page.xpath("//ul[@class='hits']/li")


@pytest.mark.parametrize(
    ("language", "related"), [("en", "found by a related term"), ("zh", "按相关词语匹配")]
)
def test_what_was_found_elsewhere_says_why(newest: AppClient, language: str, related: str) -> None:
    """Later reports and synonyms are searched too, but are not shown."""
    page = read_page(newest, f"/?edition=2025&q=agreement&lang={language}")
    items = page.xpath("//*[@class='actions' or @class='outcomes']/li")
    assert items
    assert all(one.xpath(".//mark") or related in one.text_content() for one in items)
    assert any(one.xpath("span[@class='note']/mark") for one in items)
    names = page.xpath("//article[@class='card']/*[self::h3 or self::h4]")
    assert all(one.xpath(".//mark") or one.xpath("following-sibling::span") for one in names)


def test_nothing_found_cites_nothing(newest: AppClient) -> None:
    page = read_page(newest, "/?q=xyzzy&lang=en")
    assert page.find_class("nothing")
    assert not page.find_class("cited")
    assert read_page(newest, "/?q=agreement&lang=en").find_class("cited")
