"""The current seed: what holds for any observations holds for these."""

import json
import re
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Any, Self

import pytest
from lxml import html

from app.db.statements import Session
from app.formats.columns import GROWTH_BASIS
from app.formats.observation_sheets import BASIS_NOTE
from app.i18n import Language
from app.ingest.build import load_valid_seed
from app.ingest.history import collect_reasons, list_releases, take_snapshot
from app.ingest.schema import Action, Contradiction, Coverage, Observation, Source
from app.queries.profiles import read_indicator_series
from app.schemas.quotations import FindingKind
from tests.support.client import AppClient
from tests.support.seeds import NEWEST, PINNED, ROOT, load_newest
from tests.test_openapi import LISTS, PATHS, build_example_url

pytestmark = pytest.mark.newest

LANGUAGES = ("en", "zh")
PAIRS = ("“”", "《》", "（）", "()", "「」", "『』", "«»", "[]", "【】", "〈〉")
FOUR_DIGITS = re.compile(r"(?<![0-9,])[0-9],[0-9]{3}(?![0-9,])")


@pytest.fixture(scope="module")
def described(newest: AppClient) -> dict[str, Any]:
    """Read its OpenAPI document, whose examples are of the newest figures."""
    document: dict[str, Any] = newest.get("/openapi.json").json()
    return document


@pytest.mark.parametrize("path", PATHS)
def test_every_path_is_served(newest: AppClient, described: dict[str, Any], path: str) -> None:
    language = LANGUAGES[PATHS.index(path) % 2]
    url = build_example_url(described, path)
    response = newest.get(url, headers={"Accept-Language": language})
    assert response.status_code == 200, response.text[:500]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headlines_are_those_of_the_newest_complete_edition(
    newest: AppClient, language: str
) -> None:
    overview = newest.get(f"/v1/overview?lang={language}").json()
    editions = newest.get("/v1/editions?completeness=complete").json()["items"]
    edition = max(one["year"] for one in editions)
    assert overview["edition"]["year"] == overview["source"]["edition"] == edition
    assert {area["year"] for area in overview["priority_areas"]} == {edition}
    for indicator in overview["indicators"]:
        headline = indicator["headline"]
        assert headline == newest.get(f"/v1/observations/{headline['id']}?lang={language}").json()


def test_a_figure_that_replaced_another_is_compared_with_it(newest: AppClient) -> None:
    """A report in between, of lower standing or rounded, does not hide what was revised."""
    figures = newest.get("/v1/observations.jsonl?vintages=all").text.splitlines()
    by_key = {one["id"]: one for one in map(json.loads, figures)}
    compared = []
    for figure in by_key.values():
        revision = figure["revision"]
        if figure["current_from"] is None or revision is None:
            continue
        replaced = by_key[revision["previous"]]
        if replaced["superseded_on"] is None:  # The first of several on one day.
            assert replaced["vintage"] == figure["vintage"], figure["id"]
        else:
            assert replaced["superseded_on"] == figure["current_from"], figure["id"]
        is_same = (replaced["value"], replaced["qualifier"]) == (
            figure["value"],
            figure["qualifier"],
        )
        assert (revision["kind"] == "repeated") == is_same, figure["id"]
        compared.append(revision["kind"])
    assert {"repeated", "refined", "revised"} <= set(compared)


def test_changes_name_the_period_and_the_countries_of_a_figure(newest: AppClient) -> None:
    """A number in a feed would otherwise stand without what it counts."""
    figures = newest.get("/v1/observations.jsonl?vintages=all&lang=en").text.splitlines()
    by_key = {one["id"]: one for one in map(json.loads, figures)}
    changes = newest.get("/v1/changes?collection=observations&limit=1000&lang=en")
    named = [one for one in changes.json()["items"] if one["key"] in by_key]
    releases = {one["release"] for one in named}
    assert len(releases) > 1
    for change in named:
        figure = by_key[change["key"]]
        assert figure["period"]["label"] in change["title"], change["key"]
        # The first release had no records of coverages.
        has_coverage = figure["coverage"]["name"] in change["title"]
        assert has_coverage or change["release"] == min(releases), change["key"]


def test_the_seed_is_valid_where_the_clock_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    class PastClock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls(1970, 1, 1, tzinfo=tz)

    monkeypatch.setattr("app.ingest.integrity.datetime", PastClock)
    load_valid_seed(NEWEST)


def test_counts_are_those_of_the_lists(newest: AppClient) -> None:
    seed = load_newest()
    counts = newest.get("/v1").json()["release"]["counts"]
    for path in LISTS:
        name = path.rpartition("/")[2]
        if name in counts:
            query = f"{path}?limit=1000" + ("&vintages=all" if name == "observations" else "")
            listed = newest.get(query).json()
            assert listed["total"] == len(listed["items"]) == counts[name], name
    assert len(take_snapshot(seed)) > 100


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_every_figure(newest: AppClient, language: str) -> None:
    overview = newest.get(f"/v1/overview?lang={language}").json()
    page = newest.get(f"/?lang={language}", headers={"Accept": "text/html"}).text
    for indicator in overview["indicators"]:
        assert indicator["headline"]["display"] in page
        one = newest.get(f"/indicators/{indicator['code']}?lang={language}")
        assert indicator["headline"]["display"] in one.text
    for path in ("/years", "/recipes", "/docs", "/sitemap.xml", "/llms.txt"):
        assert newest.get(path).status_code == 200


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_an_indicator_has_each_series_once(newest: AppClient, language: str) -> None:
    query: dict[str, str] = {"lang": language, "limit": "1000"}
    for indicator in newest.get("/v1/indicators", params=query).json()["items"]:
        code = indicator["code"]
        listed = newest.get("/v1/series", params={**query, "indicator": code}).json()["items"]
        series = {one["code"]: one for one in listed if one["observations"]}
        page: Any = html.fromstring(newest.get(f"/indicators/{code}?lang={language}").text)
        (section,) = page.xpath("//section[@id='table']")
        linked = [
            link.rpartition("/")[2].partition("?")[0]
            for link in section.xpath(".//p[contains(@class, 'note below')]/a/@href")
        ]
        assert sorted(linked) == sorted(series)
        folded = ["open" not in one.attrib for one in section.xpath("./details")]
        assert folded == sorted(folded)
        assert not folded[0]
        headings = [one.text_content() for one in section.xpath("./details/summary/h3")]
        assert len(headings) == len(set(headings))
        assert len(headings) == len(
            {(one["unit"]["code"], one["code"].rpartition(".")[2]) for one in series.values()}
        )


def test_a_chart_shows_the_headline_and_full_years_first(newest: AppClient) -> None:
    for indicator in newest.get("/v1/indicators?limit=1000").json()["items"]:
        code = indicator["code"]
        listed = newest.get(f"/v1/series?indicator={code}&limit=1000").json()["items"]
        years = [one for one in listed if one["months"] == 12 and one["observations"]]
        chart = newest.get(f"/v1/indicators/{code}/chart.svg?lang=en").text
        picture: Any = html.fromstring(chart.encode())
        (description,) = picture.xpath("//*[local-name()='desc']/text()")
        shown = sum(
            f"{year['span']}, {year['coverage']['name']}, {year['unit']['name']}" in description
            for year in years
        )
        # A headline that is the only figure of its series has no panel of its own.
        assert shown >= min(len(years), 6) - 1, code


def test_the_series_of_the_headline_is_drawn_first(newest: AppClient) -> None:
    indicators = newest.get("/v1/indicators?limit=1000").json()["items"]
    headlines = {one["code"]: one["headline"]["series"] for one in indicators if one["headline"]}
    assert headlines
    application: Any = newest.app
    database = application.state.releases.get_release().database
    for indicator, series in headlines.items():
        with database.connect() as connection:
            found = read_indicator_series(Session(connection, Language.ENGLISH), indicator)
        drawn = found["series"]
        assert drawn[0]["code"] == series


def test_no_line_falls_to_a_lower_limit(newest: AppClient) -> None:
    """A line from 205 to over 200 would state a decline that no source does."""
    page: Any = html.fromstring(newest.get("/indicators/cooperation-documents?lang=en").text)
    (text,) = page.xpath("//series-chart/script[@type='application/json']/text()")
    series = [one for group in json.loads(text)["groups"] for one in group["series"]]
    pairs = [pair for one in series for pair in pairwise(one["points"])]
    assert any(later["connected"] for _, later in pairs)
    falling = [b for a, b in pairs if b["qualifier"] == "over" and b["value"] < a["value"]]
    assert falling
    assert not any(one["connected"] for one in falling)


@pytest.mark.parametrize("language", LANGUAGES)
def test_years_stand_side_by_side(newest: AppClient, language: str) -> None:
    page: Any = html.fromstring(newest.get(f"/years?lang={language}").text)
    figures = {
        item["id"]: item
        for item in newest.get(f"/v1/observations?limit=1000&lang={language}").json()["items"]
    }
    full, totals = page.xpath("//div[@class='years']/table")
    for table in (full, totals):
        years = [one.text for one in table.xpath("thead//th[@class='year']")]
        assert years == sorted(years)
        for row in table.xpath("tbody/tr[@id][td]"):
            for year, cell in zip(years, row.xpath("td")[1:], strict=True):
                for link in cell.xpath("./a"):
                    path, _, key = link.get("href").partition("#")
                    one = figures[key]
                    assert path.startswith(f"/series/{one['series']}?")
                    assert one["period"]["end"].startswith(year)
                    assert one["series"] == row.get("id")
                    assert one["coverage"]["name"] in row.find("th").text_content()
                    assert one["display"] in link.get("aria-label")
                    assert link.get("aria-label").startswith(link.text)
    whole = {
        figure["id"]
        for figure in figures.values()
        if figure["stock_flow"] == "flow" and figure["period"]["months"] == 12
    }
    assert {one.rpartition("#")[2] for one in full.xpath(".//td/a/@href")} == whole
    assert len(totals.xpath(".//td/span[@class='day']")) == len(totals.xpath(".//td/a")) > 50
    assert len(page.xpath("//*[@class='sparkline']")) == len(page.xpath("//tbody/tr[@id][td]"))


def test_four_comparable_full_years_are_a_line(newest: AppClient) -> None:
    page: Any = html.fromstring(newest.get("/indicators/goods-trade?lang=en").text)
    (text,) = page.xpath("//series-chart/script/text()")
    groups = {group["key"]: group for group in json.loads(text)["groups"]}
    assert groups["CN.BRI.CNY.P12M"]["line"]
    assert not groups["CN.BRI.CNY.P2M"]["line"]
    tiles = page.xpath("//section[contains(@class, 'tile')]/p[@class='value']")
    figures = [tile.text_content() for tile in tiles]
    indicator = newest.get("/v1/indicators/goods-trade?lang=en").json()
    assert figures[0] == indicator["latest"]["observation"]["display"]
    assert indicator["headline"]["display"] in figures


def test_no_conversion_of_a_news_agency_is_in_the_seed() -> None:
    """Xinhua converted 22.1 trillion yuan at a market rate; no authority states that amount."""
    converted = re.compile(r"3\.07(?: trillion|万亿)(?: (?:U\.?S\.? )?dollars|美元)")
    texts = [file.read_text("utf-8") for file in NEWEST.rglob("*") if file.is_file()]
    assert texts
    assert not [found for text in texts for found in converted.findall(text)]
    figures = load_newest().get_all(Observation).values()
    assert "3.07" not in [str(one.published.value) for one in figures if "USD" in one.series]


def test_quotation_marks_and_brackets_are_paired() -> None:
    unpaired = {
        (key, path)
        for (_, key), fields in take_snapshot(load_newest()).items()
        for path, text in fields.items()
        if text.count('"') % 2 or any(text.count(one[0]) != text.count(one[1]) for one in PAIRS)
    }
    # The title as it was printed, whose page can no longer be read.
    assert unpaired <= {("al-araby-al-jadeed-2023-05-24", "title.printed")}


def test_no_address_has_parameters_that_only_count_visits() -> None:
    counting = re.compile(r"address: \S+[?&](?:utm_|cx_|fbclid|gclid|spm)\S*")
    texts = [file.read_text("utf-8") for file in NEWEST.rglob("*.yaml")]
    assert [found for text in texts for found in counting.findall(text)] == []


def test_an_institution_has_one_name() -> None:
    sources = load_newest().get_all(Source).values()
    names = {(one.body.zh, one.body.en) for one in sources}
    assert len(names) == len({chinese for chinese, _ in names})
    assert len(names) == len({english for _, english in names})
    sites = [name for one in sources if one.carrier for name in (one.carrier.en, one.carrier.zh)]
    assert not [name for name in sites if name.startswith("www.")]


def test_a_removed_action_names_its_new_key() -> None:
    seed = load_newest()
    release = list_releases(seed)[PINNED]
    removed = {
        path: re.search(r"continues as (actions/[a-z0-9-]+)", reason.en)
        for path, reason in collect_reasons(release).items()
        if path.startswith("actions/") and not seed.has_key(Action, path.partition("/")[2])
    }
    assert len(removed) == 5
    for path, found in removed.items():
        assert found, path
        assert seed.has_key(Action, found[1].partition("/")[2])


def test_no_text_calls_an_inferred_scope_known_or_a_published_list() -> None:
    coverages = load_newest().get_all(Coverage).values()
    for coverage in coverages:
        assert "list" not in coverage.name.en
        assert "名单" not in coverage.name.zh
    for text in (GROWTH_BASIS, BASIS_NOTE):
        assert "this service infers" in text.en
        assert "本站推断" in text.zh


def test_chinese_texts_quote_english_sources_in_english() -> None:
    quoted = re.compile("(?:来源|报道|实录|原文)(?:文件)?(?:使用|称|为|以)“(?!等)[\u4e00-\u9fff]")
    texts = [file.read_text("utf-8") for file in NEWEST.rglob("*.yaml")]
    assert [found for text in texts for found in quoted.findall(text)] == []


def test_a_group_of_countries_has_one_name() -> None:
    contradictions = load_newest().get_all(Contradiction).values()
    assert len(contradictions) > 30
    for one in contradictions:
        texts = [one.name, one.reason, *(statement.text for statement in one.statements)]
        assert [text.en for text in texts if "along the route" in text.en] == []


def test_chinese_texts_of_ours_do_not_group_four_digits() -> None:
    seed = load_newest()
    observations = seed.get_all(Observation).values()
    texts = [one.reason.zh for one in seed.get_all(Contradiction).values()]
    texts += [
        one.wording.zh
        for one in observations
        if seed.get_all(Source)[one.source].language != Language.CHINESE
    ]
    assert len(texts) > 500
    assert [text for text in texts if FOUR_DIGITS.search(text)] == []


def test_only_a_figure_for_the_same_days_is_revised(newest: AppClient) -> None:
    changes = newest.get("/v1/changes?kind=revised&collection=observations&limit=1000").json()
    assert changes["items"]
    for change in changes["items"]:
        moved = {field["field"] for field in change["fields"] if field["before"] != field["after"]}
        assert not {"period.start", "period.end"} & moved, change["key"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_figure_has_its_place_on_a_page_that_is_linked(
    newest: AppClient, language: str
) -> None:
    def read(path: str) -> Any:
        page = newest.get(f"{path}?lang={language}", headers={"Accept": "text/html"})
        return html.fromstring(page.text)

    figures = newest.get("/v1/observations?vintages=all&limit=1000").json()["items"]
    codes = {figure["indicator"]["code"] for figure in figures}
    assert codes <= set(read("/years").xpath("//@id"))
    places = {place for code in codes for place in read(f"/indicators/{code}").xpath("//@id")}
    assert {figure["id"] for figure in figures} <= places


def test_notes_on_the_growth_of_each_edition_are_where_its_page_leads(newest: AppClient) -> None:
    pages: dict[str, set[str]] = {}

    def read(path: str) -> Any:
        return html.fromstring(newest.get(path, headers={"Accept": "text/html"}).text)

    links = {
        link
        for edition in newest.get("/v1/editions").json()["items"]
        for link in read(f"/?edition={edition['year']}").xpath("//a/@href[contains(., '#note.')]")
    }
    assert links
    for path, _, place in (link.partition("#") for link in links):
        if path not in pages:
            pages[path] = set(read(path).xpath("//@id"))
        assert place in pages[path], (path, place)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_examples_of_the_guide_are_found(newest: AppClient, language: str) -> None:
    """Each kind of finding has an example in the guide, in which nothing else is found."""
    page = (ROOT / "app" / "guide" / language / "quotations.md").read_text("utf-8")
    examples = re.findall(r"^\| `(\w+)` \|[^|]+\| ([^|]+) \|$", page, re.MULTILINE)
    assert {kind for kind, _ in examples} == {*FindingKind}
    for kind, text in examples:
        query = {"text": text, "lang": language, "asked_on": "2026-11-26"}
        checked = newest.get("/v1/quotation-check", params=query).json()
        found = [finding["kind"] for item in checked["items"] for finding in item["findings"]]
        assert found == [kind], text
