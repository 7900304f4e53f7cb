"""Pages of the press conferences: what their headings name, and how each is reached."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.support.client import AppClient
from tests.support.seeds import EDITIONS

TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
GROUP = re.compile(r'<section class="group .*?</h3>(.*?)</section>', re.DOTALL)
HEADING = re.compile(r'<h3 id="period-\d+">(.*?) <span')
CARD = re.compile(r'<article class="card" id="([^"]+)".*?>(.*?)</article>', re.DOTALL)
BADGE = re.compile(r'<span class="period [a-z]+">(.*?)</span>')


def read(client: AppClient, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return unescape(response.text)


@pytest.mark.parametrize("year", EDITIONS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_headings_name_only_the_periods_they_hold(newest: AppClient, year: int, lang: str) -> None:
    page = read(newest, f"/?edition={year}&lang={lang}")
    (title,) = TITLE.findall(page)
    assert re.findall(r"\d{4}", title) == [str(year - 1), str(year)]
    headings, groups = HEADING.findall(page), GROUP.findall(page)
    assert headings
    assert len(headings) == len(groups) == len(set(headings))
    for heading, group in zip(headings, groups, strict=True):
        assert set(BADGE.findall(group)) == {heading}


def test_the_first_page_is_that_of_the_newest_complete_edition(newest: AppClient) -> None:
    complete = newest.get("/v1/editions?completeness=complete").json()["items"]
    year = max(one["year"] for one in complete)
    heading = f'<h2 id="areas">{year} priority areas</h2>'
    assert heading in read(newest, "/")
    assert heading in read(newest, f"/?edition={year}")
    assert not re.search(r"\d", TITLE.findall(read(newest, "/"))[0])
    assert newest.get("/?edition=2019").status_code == 422


@pytest.mark.parametrize(
    ("path", "address"), [("/", "/?edition={}&lang=en"), ("/editions", "/editions/{}?lang=en")]
)
def test_every_edition_is_reached(newest: AppClient, path: str, address: str) -> None:
    page = read(newest, path)
    for year in EDITIONS:
        url = address.format(year)
        assert f'href="{url}"' in page
        read(newest, url)
    assert newest.get("/editions/2019").status_code == 404


@pytest.mark.parametrize("path", ["/", "/changes"])
def test_the_next_press_conference_is_expected_a_year_later(newest: AppClient, path: str) -> None:
    expected = re.findall(r"\b[Ee]xpected in [A-Za-z ]+(\d{4})\b", read(newest, f"{path}?lang=en"))
    assert expected == [str(EDITIONS[-1] + 1)]


def find_sources(value: Any) -> Iterator[str]:
    """Find the keys of the sources that a record names anywhere in it."""
    if isinstance(value, dict):
        if isinstance(value.get("source"), dict):
            yield value["source"]["code"]
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from find_sources(part)


@pytest.mark.parametrize("year", EDITIONS)
def test_a_page_lists_the_sources_it_cites(newest: AppClient, year: int) -> None:
    shown, _, listed = read(newest, f"/?edition={year}").partition('<h2 id="sources">')
    listed, _, _ = listed.partition("</section>")
    codes = re.findall(r'href="/sources/([^/?#"]+)', listed)
    assert len(codes) == len(set(codes))
    cited = set(re.findall(r'href="/sources/([^/?#"]+)', shown))
    overview = newest.get(f"/v1/overview?edition={year}").json()
    outcomes = newest.get(f"/v1/outcomes?edition={year}").json()["items"]
    named = cited | set(find_sources([overview, outcomes]))
    series = [
        newest.get(f"/v1/series/{indicator['headline']['series']}").json()
        for indicator in overview["indicators"]
    ]
    assert named <= set(codes) <= named | set(find_sources(series))
    assert 'href="/sources?lang=en"' in listed


@pytest.mark.parametrize(
    "indicator", ["goods-trade", "free-trade-agreements", "china-laos-railway-freight"]
)
def test_only_flows_have_a_column_of_growth(newest: AppClient, indicator: str) -> None:
    page = read(newest, f"/indicators/{indicator}")
    series = newest.get(f"/v1/series?indicator={indicator}").json()["items"]
    flows = [one for one in series if one["stock_flow"] == "flow"]
    assert page.count("Published growth</th>") <= len(flows)
    assert bool(flows) is ("Published growth</th>" in page)
    assert ("none found" in page) is bool(flows)


@pytest.mark.parametrize("year", EDITIONS)
def test_a_page_says_what_of_an_edition_is_missing(newest: AppClient, year: int) -> None:
    edition = newest.get(f"/v1/editions/{year}").json()
    page = read(newest, f"/?edition={year}")
    note = edition["parts"]["priority_areas"]["note"]
    assert (note in page) == (edition["completeness"] != "complete")
    assert note in read(newest, "/editions")
    assert "(primary source, secondary source)" in read(newest, "/editions")
    for area in edition["priority_areas"]:
        assert area["title"] in page


def test_a_card_shows_the_newest_figure_and_why_it_is_not_comparable(newest: AppClient) -> None:
    overview = newest.get("/v1/overview").json()
    cards = read_articles(newest)
    for indicator in overview["indicators"]:
        card, latest = cards[indicator["code"]], indicator["latest"]
        figure, headline = latest["observation"], indicator["headline"]
        assert f"{indicator['name']} {figure['display']} {figure['period']['label']}" in card
        shown = f"{headline['display']}, {headline['period']['label']}"
        is_other = figure["id"] != headline["id"]
        year = overview["edition"]["year"]
        assert (f"{year} press conference: {shown}" in card) == is_other
        assert ("not comparable: " in card) == bool(latest["obstacles"])
    assert "最新数据：" in read(newest, "/?edition=2025&lang=zh")
    assert "Newest figure" not in read(newest, "/indicators/import-share")


def test_a_card_names_the_figure_of_the_edition(client: AppClient) -> None:
    cards = read_articles(client)
    aid = cards["aid-projects"]
    assert aid.startswith(
        "Projects Aid projects organised and implemented in BRI partner countries over 700"
    )
    assert "Full year 2025" in aid
    assert (
        "2025 press conference: over 700, January to November 2024, Partner countries (2023" in aid
    )
    assert "not comparable: different countries counted, periods of different length" in aid
    assert "2025年发布会：" in read(client, "/?lang=zh")
    assert "Newest figure" in read(client, "/indicators/trade-share")


def read_articles(client: AppClient) -> dict[str, str]:
    """Read the texts of the cards on the first page, by indicator."""
    return {
        code: " ".join(re.sub(r"<[^>]+>", "", card).split())
        for code, card in CARD.findall(read(client, "/"))
    }


def test_a_headline_is_the_figure_in_force_if_a_document_of_the_edition_states_it(
    newest: AppClient,
) -> None:
    """283.36 billion takes precedence over 283.4 billion of a summary of the same event."""
    for edition in newest.get("/v1/editions").json()["items"]:
        year = edition["year"]
        overview = newest.get(f"/v1/overview?edition={year}").json()
        documents = [one["code"] for event in edition["events"] for one in event["documents"]]
        query = {"source": documents, "vintages": "all", "limit": "1000"}
        stated = newest.get("/v1/observations", params=query).json()["items"]
        for headline in (one["headline"] for one in overview["indicators"]):
            shared = [
                one
                for one in stated
                if (one["series"], one["period"]) == (headline["series"], headline["period"])
            ]
            assert headline["current"] or not any(one["current"] for one in shared), headline["id"]


def test_filters_and_searches_keep_to_the_edition(newest: AppClient) -> None:
    page = read(newest, "/?edition=2026&sector=artificial-intelligence")
    assert 'name="edition" value="2026"' in page
    assert "2026-expand-artificial-intelligence-cooperation" in page
    other = read(newest, "/?q=artificial+intelligence")
    assert 'href="/actions?lang=en#2026-expand-artificial' in other
    assert "Results in other records" in other


def test_figures_beside_a_priority_area_are_those_of_its_edition(newest: AppClient) -> None:
    page = read(newest, "/priority-areas/cooperation-foundation")
    assert "Related 2021 figures" in page
    assert ">11.6<" in page


@pytest.mark.parametrize("path", ["/editions", "/editions/2022", "/sources/scio-2024-02-07"])
def test_chinese_pages_mark_the_titles_of_documents(newest: AppClient, path: str) -> None:
    """A title that the document prints is in 《》, any other one in square brackets."""
    page = read(newest, f"{path}?lang=zh")
    listed = re.findall(r'<a href="/sources/[\w.-]+\?lang=zh">([^<：]+：[^<]+)</a>', page)
    assert listed
    assert [one for one in listed if not re.fullmatch(r"[^：]+：(《.+》|\[.+\])", one)] == []


@pytest.mark.parametrize(
    "path",
    [
        "/changes?release=2026-11-29",
        "/compare?indicator=goods-trade&period=2022&period=2023",
        "/editions/2025",
        "/indicators/goods-trade",
        "/series/goods-trade.CN.BRI.partner-2023.CNY.P12M",
        "/sources/ecns-2026-03-13",
        "/years",
    ],
)
def test_every_table_of_data_has_a_name(newest: AppClient, path: str) -> None:
    """A screen reader lists tables by their names."""
    tables = re.findall(r"<table\b[^>]*>\s*(?:<caption)?", read(newest, path))
    assert tables
    assert [one for one in tables if "<caption" not in one and "aria-label" not in one] == []
