"""Editions: what belongs to each, which one is shown by default, and what two of them announced."""

import csv
import io
from typing import Any

import pytest

from tests.support.client import AppClient
from tests.support.seeds import EDITIONS

pytestmark = pytest.mark.database

PARTS = ("figures", "outcomes", "priority_areas")


def get(client: AppClient, url: str) -> Any:
    response = client.get(url)
    assert response.status_code == 200, response.text
    return response.json()


def test_editions_are_listed_newest_first(newest: AppClient) -> None:
    listed = get(newest, "/v1/editions")["items"]
    assert [one["year"] for one in listed] == sorted(EDITIONS, reverse=True)
    assert [item["year"] for item in get(newest, "/v1/editions?sort=year")["items"]] == [*EDITIONS]
    complete = get(newest, "/v1/editions?completeness=complete")["items"]
    assert complete == [one for one in listed if one["completeness"] == "complete"]
    assert 2025 in {one["year"] for one in complete}


@pytest.mark.parametrize("year", EDITIONS)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_edition_holds_what_its_documents_state(newest: AppClient, year: int, lang: str) -> None:
    edition = get(newest, f"/v1/editions/{year}?lang={lang}")
    listed = get(newest, f"/v1/editions?lang={lang}")["items"]
    assert {name: edition[name] for name in listed[0]} in listed
    documents = [document["code"] for event in edition["events"] for document in event["documents"]]
    last_day = max(event["held_on"] for event in edition["events"])
    for part in PARTS:
        name = "observations" if part == "figures" else part
        assert edition["parts"][part]["count"] == len(edition[name])
        assert edition["parts"][part]["note"]
        standings = {one["source"]["standing"] for one in edition[name]}
        assert set(edition["parts"][part]["standings"]) == standings
        assert {one["source"]["code"] for one in edition[name]} <= set(documents)
    assert all(observation["vintage"] <= last_day for observation in edition["observations"])
    rates = [one["growth"] for one in edition["observations"] if one["growth"]]
    assert all(rate["vintage"] <= last_day for rate in rates)
    assert {outcome["year"] for outcome in edition["outcomes"]} <= {year - 1}
    assert {outcome["edition"] for outcome in edition["outcomes"]} <= {year}
    assert {area["year"] for area in edition["priority_areas"]} <= {year}
    texts = [action["text"] for area in edition["priority_areas"] for action in area["actions"]]
    assert texts == [
        item["text"] for item in get(newest, f"/v1/actions?edition={year}&lang={lang}")["items"]
    ]
    assert edition["source"]["code"] in documents
    sources = get(newest, f"/v1/sources?edition={year}&lang={lang}")["items"]
    assert {source["code"] for source in sources} == set(documents)


def test_growth_is_as_announced_in_the_edition(newest: AppClient) -> None:
    figures = get(newest, "/v1/editions/2024")["observations"]
    growth = {figure["indicator"]["code"]: figure["growth"] for figure in figures}
    assert growth["outward-direct-investment"]["display"] == "up 28.4 percent on a year earlier"
    assert growth["aid-projects"] is None


def test_the_overview_is_that_of_the_newest_complete_edition(newest: AppClient) -> None:
    complete = get(newest, "/v1/editions?completeness=complete")["items"]
    year = max(one["year"] for one in complete)
    overview = get(newest, "/v1/overview")
    assert overview == get(newest, f"/v1/overview?edition={year}")
    assert overview["edition"]["year"] == year
    headlines = [one["headline"] for one in overview["indicators"]]
    assert all(headline["headline"] for headline in headlines)
    assert {headline["period"]["end"][:4] for headline in headlines} == {str(year - 1)}
    assert len(get(newest, "/v1/overview?edition=2025")["indicators"]) == 7


def test_an_indicator_that_the_edition_does_not_state_has_no_headline(client: AppClient) -> None:
    edition = get(client, "/v1/overview")["edition"]["year"]
    assert edition == 2025
    assert get(client, "/v1/indicators/trade-share")["headline"] is None


@pytest.mark.parametrize(
    ("year", "indicators", "areas", "source"),
    [
        (2022, 4, 3, "landbridge-2022-01-26"),
        (2023, 3, 5, "scio-2023-02-10"),
        (2024, 5, 1, "scio-2024-02-07"),
        (2026, 7, 2, "sinobtd-com-2026-01"),
    ],
)
def test_overview_of_an_edition_shows_its_figures(
    newest: AppClient, year: int, indicators: int, areas: int, source: str
) -> None:
    overview = get(newest, f"/v1/overview?edition={year}")
    assert (len(overview["indicators"]), len(overview["priority_areas"])) == (indicators, areas)
    assert overview["source"]["code"] == source
    for indicator in overview["indicators"]:
        headline = indicator["headline"]
        assert headline["period"]["end"] == f"{year - 1}-12-31"
        assert headline["headline"] is False
        assert headline["source"]["code"] in {
            one["code"] for event in overview["edition"]["events"] for one in event["documents"]
        }


def test_the_latest_figure_says_why_it_is_not_comparable(newest: AppClient) -> None:
    overview = get(newest, "/v1/overview")
    latest = {one["code"]: one["latest"] for one in overview["indicators"]}
    chinese = get(newest, "/v1/overview?lang=zh")["indicators"]
    for indicator, translated in zip(overview["indicators"], chinese, strict=True):
        observation, headline = latest[indicator["code"]]["observation"], indicator["headline"]
        obstacles = latest[indicator["code"]]["obstacles"]
        assert observation["period"]["end"] >= headline["period"]["end"]
        assert observation == get(newest, f"/v1/observations/{observation['id']}")
        if observation["period"] != headline["period"]:
            pair = "&".join(
                "period={start}/{end}".format(**one["period"]) for one in (headline, observation)
            )
            compared = get(newest, f"/v1/compare?indicator={indicator['code']}&{pair}")
            assert compared["obstacles"] == obstacles
        texts = {one["text"] for one in translated["latest"]["obstacles"]}
        assert texts.isdisjoint(one["text"] for one in obstacles)


@pytest.mark.parametrize(
    ("indicator", "periods", "kinds"),
    [
        ("goods-trade", ("2024", "2026-01/2026-02"), ["months"]),
        ("aid-projects", ("2024-01/2024-11", "2025"), ["coverage", "months"]),
    ],
)
def test_a_later_figure_says_why_it_is_not_comparable(
    newest: AppClient, indicator: str, periods: tuple[str, str], kinds: list[str]
) -> None:
    pair = "&".join(f"period={period}" for period in periods)
    compared = get(newest, f"/v1/compare?indicator={indicator}&{pair}")
    assert [one["kind"] for one in compared["obstacles"]] == kinds


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_indicator_leads_to_its_newest_figure(newest: AppClient, lang: str) -> None:
    listed = get(newest, f"/v1/indicators?limit=1000&lang={lang}")["items"]
    assert all(one["latest"] for one in listed)
    assert any(one["headline"] is None for one in listed)
    overview = get(newest, f"/v1/overview?lang={lang}")["indicators"]
    assert overview == [one for one in listed if one["headline"]]
    rows = csv.DictReader(io.StringIO(newest.get(f"/v1/indicators.csv?lang={lang}").text))
    for indicator, row in zip(listed, rows, strict=True):
        latest, headline = indicator["latest"], indicator["headline"]
        assert indicator == get(newest, f"/v1/indicators/{indicator['code']}?lang={lang}")
        assert latest["observation"]["stock_flow"] == indicator["stock_flow"]
        assert headline or not latest["obstacles"]
        assert row["latest"] == latest["observation"]["id"]
        assert row["latest_display"] == latest["observation"]["display"]
        assert row["latest_obstacles"] == ";".join(one["text"] for one in latest["obstacles"])
        assert row["latest_note"] == (latest["observation"]["note"] or "")
        growth, other = (headline and headline[one] for one in ("growth", "contradiction"))
        assert row["headline_growth_note"] == ((growth and growth["note"]) or "")
        assert row["headline_contradiction_reason"] == (other["reason"] if other else "")


@pytest.mark.parametrize(
    ("lang", "detail"),
    [
        ("en", "fields is not a priority area of 2024, but of 2023"),
        ("zh", "2024年重点领域中没有fields；收录该重点领域的年份为2023"),
    ],
)
def test_a_priority_area_of_another_year_is_reported(
    newest: AppClient, lang: str, detail: str
) -> None:
    response = newest.get(f"/v1/priority-areas/fields?year=2024&lang={lang}")
    assert (response.status_code, response.json()["detail"]) == (404, detail)
    (error,) = response.json()["errors"]
    assert (error["location"], error["allowed"]) == ("query.year", ["2023"])
    assert newest.get(f"/priority-areas/fields?year=2024&lang={lang}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/v1/overview?edition=2019",
        "/v1/overview.xlsx?edition=2019",
        "/v1/overview.svg?edition=2019",
        "/v1/actions?edition=2019",
        "/v1/outcomes?edition=1900",
        "/v1/outcomes?edition=20250",
        "/v1/priority-areas?edition=2019",
        "/v1/sources?edition=2019",
        "/v1/editions/compare?edition=2025&edition=2019",
    ],
)
def test_an_unknown_edition_is_refused(newest: AppClient, path: str) -> None:
    problem = newest.get(path)
    assert problem.status_code == 422
    (error,) = problem.json()["errors"]
    assert error["allowed"] == [str(year) for year in EDITIONS]


def test_invalid_editions_and_periods_are_refused(newest: AppClient) -> None:
    assert newest.get("/v1/editions/2019").status_code == 404
    for query in ("edition=2025", "edition=2025&edition=2025", "edition=2024&edition=x"):
        assert newest.get(f"/v1/editions/compare?{query}").status_code == 422
    twice = newest.get("/v1/editions/compare?edition=2025&edition=2025").json()
    assert twice["detail"].startswith("edition: 2025 is given twice")
    twice = newest.get("/v1/compare?indicator=goods-trade&period=2024&period=2024").json()
    assert twice["detail"].startswith("period: 2024 is repeated")


def test_comparison_says_what_is_announced_again_dropped_or_new(newest: AppClient) -> None:
    compared = get(newest, "/v1/editions/compare?edition=2025&edition=2026")
    assert (compared["earlier"]["year"], compared["later"]["year"]) == (2025, 2026)
    themes = {(theme["kind"], theme["code"]): theme for theme in compared["themes"]}
    new = themes["sector", "artificial-intelligence"]
    assert (new["change"], new["certain"], new["earlier"]) == ("new", True, [])
    again = themes["sector", "clean-energy"]
    assert (again["change"], again["certain"]) == ("again", True)
    dropped = themes["instrument", "china-asean-expo"]
    assert (dropped["change"], dropped["certain"], dropped["later"]) == ("dropped", False, [])
    note = compared["later"]["parts"]["priority_areas"]["note"]
    assert len(compared["cautions"]) == 2
    assert compared["cautions"][0].endswith(note)
    assert compared == get(newest, "/v1/editions/compare?edition=2026,2025")


def test_a_partial_earlier_edition_proves_nothing_new(newest: AppClient) -> None:
    compared = get(newest, "/v1/editions/compare?edition=2024&edition=2025")
    assert {theme["certain"] for theme in compared["themes"] if theme["change"] == "new"} == {False}
    assert {one["certain"] for one in compared["themes"] if one["change"] == "dropped"} <= {True}
    assert any("listed as new" in one for one in compared["cautions"])


@pytest.mark.parametrize("years", [(2022, 2023), (2024, 2025), (2025, 2026)])
def test_a_comparison_has_every_action(newest: AppClient, years: tuple[int, int]) -> None:
    first, last = years
    compared = get(newest, f"/v1/editions/compare?edition={first}&edition={last}")
    for side, year in (("earlier", first), ("later", last)):
        found = {one["id"] for theme in compared["themes"] for one in theme[side]}
        found |= {one["id"] for one in compared["unmatched"][side]}
        actions = get(newest, f"/v1/actions?edition={year}")["items"]
        assert found == {action["id"] for action in actions}


@pytest.mark.parametrize(
    ("words", "code"),
    [("Press conference of 2023", "2023"), ("2026年发布会", "2026"), ("Chen Chunjiang", "2023")],
)
def test_editions_are_found(newest: AppClient, words: str, code: str) -> None:
    hits = get(newest, f"/v1/search?kind=edition&q={words}")["items"]
    assert code in [hit["code"] for hit in hits]
    assert get(newest, hits[0]["href"].partition("testserver")[2] or hits[0]["href"])
