"""Figures on pages: what is shown with each of them, and which stand in one table."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.pages.test_pages import LANGUAGES, read_meta, read_structured_data
from tests.support.client import AppClient
from tests.support.site import localize_url, read_page

pytestmark = pytest.mark.database


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_passed_on_of_an_indicator_names_its_newest_figure(
    client: AppClient, language: str
) -> None:
    for code in ("goods-trade", "aid-projects"):
        record = client.get(f"/v1/indicators/{code}?lang={language}").json()
        newest = record["latest"]["observation"]
        page = read_page(client, f"/indicators/{code}?lang={language}")
        text, image = read_meta(page, "description"), read_meta(page, "og:image:alt")
        (value,) = (one["value"] for one in read_structured_data(page)["variableMeasured"])
        for part in (newest["display"], newest["period"]["label"], newest["coverage"]["name"]):
            assert part in text
            assert part in value
        # The card has no short period of this year; what it shows is described as well.
        shown = image.rpartition({"en": ": ", "zh": "："}[language])[2]
        assert text.count(shown) == 1
        tiles = page.xpath("//section[contains(@class, 'tile')]//p[@class='value']")
        assert shown in [tile.text_content() for tile in tiles]
        assert len(text) <= 200


def test_search_engines_get_the_unit_of_the_figure(newest: AppClient) -> None:
    """The newest figure of an indicator may be in another unit than the indicator."""
    record = newest.get("/v1/indicators/contracts-value").json()
    figure = record["latest"]["observation"]
    assert figure["unit"] != record["unit"]
    page = read_page(newest, "/indicators/contracts-value?lang=en")
    (variable,) = read_structured_data(page)["variableMeasured"]
    assert figure["display"] in variable["value"]
    assert variable["unitText"] == figure["unit"]["name"]


@pytest.mark.quick
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_every_figure_as_the_api_does(client: AppClient, language: str) -> None:
    overview = client.get(f"/v1/overview?lang={language}").json()
    indicators = client.get(f"/v1/indicators?limit=1000&lang={language}").json()["items"]
    page = read_page(client, f"/?lang={language}")
    assert len(page.xpath("//article[@class='card']")) == len(overview["indicators"]) == 7
    for indicator in filter(lambda one: one["latest"], indicators):
        (shown,) = page.xpath("//*[@id=$id]", id=indicator["code"])
        figure, headline = indicator["latest"]["observation"], indicator["headline"]
        assert shown.xpath(".//a[1]/text()")[0] == indicator["name"]
        text = " ".join(shown.text_content().split())
        for part in (figure["period"]["label"], figure["coverage"]["name"]):
            assert part in text
        assert figure["citation"]["short"] in text
        if figure["growth"]:
            assert figure["growth"]["display"] in text
        if shown.tag == "tr":
            assert shown.xpath(".//strong")[0].text == figure["display"]
            continue
        assert shown.find_class("value")[0].text_content() == figure["display"]
        (source,) = shown.find_class("source")
        place = f"/passages?lang={language}#{figure['locator']}"
        path = f"/sources/{figure['source']['code']}"
        path += place if figure["locator"] else f"?lang={language}"
        assert source.xpath("a/@href")[0] == path
        if headline["id"] != figure["id"]:
            beside = " ".join(shown.find_class("beside")[-1].text_content().split())
            marked = {"en": ("not comparable", "another series"), "zh": ("不可比", "另一序列")}
            assert all(
                part in beside for part in (headline["display"], headline["period"]["label"])
            )
            is_marked = any(mark in beside for mark in marked[language])
            is_other = headline["series"] != figure["series"]
            assert is_marked == (is_other or bool(indicator["latest"]["obstacles"]))
    actions = [one for area in overview["priority_areas"] for one in area["actions"]]
    texts = [one.find_class("text")[0].text_content() for one in page.xpath("//ol/li")]
    assert texts == [action["text"] for action in actions]
    assert len(texts) == 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_comparable_figures_share_a_table(client: AppClient, language: str) -> None:
    pages = ["/", "/indicators/goods-trade", "/indicators/outward-direct-investment"]
    seen = 0
    for path in pages:
        for table in read_page(client, f"{path}?lang={language}").xpath(
            "//table[contains(@class, 'series') or contains(@class, 'sourced')]"
        ):
            labels = [one.text_content().strip() for one in table.xpath("tbody/tr/th")]
            assert len({re.sub(r"\d{4}", "", label) for label in labels}) == 1, labels
            seen += 1
    assert seen > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_that_are_not_comparable_are_separated(client: AppClient, language: str) -> None:
    path = "/indicators/outward-direct-investment"
    figure = "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M.2024-01.scio-2025-01-15"
    series = client.get(f"/v1/series/{figure.rsplit('.', 2)[0]}?lang={language}").json()
    (point,) = (one for one in series["points"] if one["id"] == figure)
    (obstacle,) = point["obstacles"]
    page = read_page(client, f"{path}?lang={language}")
    (row,) = page.xpath("//tr[@id=$id]", id=figure)
    # The newest figure is first.
    line = row.getnext()
    assert obstacle["period"]["label"] in line.text_content()
    (mark, *_) = line.xpath(".//sup/a/@href")
    (note,) = page.xpath("//li[@id=$id]", id=mark[1:])
    assert obstacle["text"] == note.text_content().strip()


BLOCKS = "ancestor-or-self::*[self::table or self::article or self::li or self::p][last()]"
CARDS = "ancestor-or-self::*[@class='card' or @class='headline'][last()]"


def list_quotations(page: Any) -> Iterator[tuple[str, str]]:
    """List the texts of a page with what stands beside them, those for machines included."""
    for text in page.xpath("//meta/@content"):
        yield text, text
    for text in page.xpath("//script[@type='application/ld+json']/text()"):
        for variable in json.loads(text)["variableMeasured"]:
            yield variable["value"], variable["value"]
    prose = "ancestor-or-self::dd or ancestor-or-self::*[@class='note'][not(self::a)]"
    prose += " or ancestor-or-self::ul[@class='reports'][ancestor::ol[@class='actions']]"
    for element in page.xpath(f"//main//*[text()[normalize-space()]][not({prose})]"):
        block = (element.xpath(CARDS) or element.xpath(BLOCKS) or [element])[0]
        yield "".join(element.xpath(f".//text()[not({prose})]")), block.text_content()
    for element in page.xpath("//p[@class='value']"):
        (block,) = element.xpath("ancestor::*[self::article or @class='headline'][1]")
        yield element.text_content(), block.text_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/?q=2024", "/indicators", "/priority-areas"])
def test_no_figure_stands_without_its_period_and_countries(
    client: AppClient, path: str, language: str
) -> None:
    overview = client.get("/v1/overview").json()
    keys = {
        "/indicators": [indicator["code"] for indicator in overview["indicators"]],
        "/priority-areas": [area["slug"] for area in overview["priority_areas"]],
    }.get(path)
    url = f"/v1/observations?vintages=all&limit=1000&lang={language}"
    figures = client.get(url).json()["items"]
    found = 0
    for one in [f"{path}/{key}" for key in keys] if keys else [path]:
        for text, block in list_quotations(read_page(client, localize_url(one, language))):
            words = " ".join(text.split())
            shown = [f for f in figures if f["display"] == words or f"{f['display']}（" in words]
            shown += [f for f in figures if re.search(f"[:：] ?{re.escape(f['display'])}", words)]
            found += len(shown)
            assert not shown or any(
                f["period"]["label"] in block and f["coverage"]["name"] in block for f in shown
            ), (one, words)
    assert found > 3


def test_a_figure_names_differing_reports(client: AppClient) -> None:
    area = read_page(client, "/priority-areas/tangible-benefit-projects?lang=en")
    lines = area.xpath("//*[@class='card' or @class='baseline']")
    texts = [line.text_content() for line in lines if "over 700" in line.text_content()]
    assert all("Xinhua reports 700, without" in text for text in texts)
    assert texts
    (card,) = read_page(client, "/?lang=en").xpath("//article[@id='aid-projects']")
    (mark,) = card.xpath(".//a[text()='Also published with another qualifier']/@href")
    path, _, place = mark.partition("#")
    assert read_page(client, path).xpath("//*[@id=$id]", id=place)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_the_first_page_leads_to_the_notes_on_it(
    newest: AppClient, language: str
) -> None:
    page = read_page(newest, f"/?lang={language}")
    indicators = newest.get(f"/v1/indicators?limit=1000&lang={language}").json()["items"]
    marked = 0
    for one in indicators:
        figure = one["latest"] and one["latest"]["observation"]
        if not figure:
            continue
        (shown,) = page.xpath("//*[@data-kind='indicator'][@data-code=$code]", code=one["code"])
        marks = {mark.rpartition("#")[2] for mark in shown.xpath(".//a[@class='mark']/@href")}
        expected = {figure["id"]} if figure["note"] else set()
        expected |= {figure["contradiction"]["code"]} if figure["contradiction"] else set()
        growth = figure["growth"]
        expected |= {f"note.{growth['id']}"} if growth and growth["note"] else set()
        assert expected <= marks, one["code"]
        marked += bool(expected)
        text = shown.text_content()
        assert not figure["contradiction"] or figure["contradiction"]["reason"] in text
        assert not growth or growth["citation"]["short"] in text
    assert marked >= 3


def test_the_growth_of_a_figure_beside_another_has_its_note_and_source(newest: AppClient) -> None:
    lines = read_page(newest, "/?lang=en").xpath("//p[@class='beside']")
    figures = newest.get("/v1/observations?limit=1000&lang=en").json()["items"]
    found = 0
    for figure in (one for one in figures if one["growth"]):
        growth = figure["growth"]
        parts = (figure["display"], figure["period"]["label"], growth["display"])
        for line in lines:
            text = line.text_content()
            if all(part in text for part in (*parts, figure["citation"]["short"])):
                assert growth["citation"]["short"] in text
                marks = {mark.rpartition("#")[2] for mark in line.xpath(".//a/@href")}
                assert not growth["note"] or f"note.{growth['id']}" in marks
                found += 1
    assert found == sum("on a year earlier" in line.text_content() for line in lines)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("path", "filters"),
    [
        ("/editions/2025", "vintages=all&source=scio-2025-01-15"),
        ("/sources/scio-2025-01-15", "vintages=all&source=scio-2025-01-15"),
        ("/history?as_of=2025-04-14", "as_of=2025-04-14"),
        ("/history?as_of=2025-04-14&indicator=goods-trade", "as_of=2025-04-14"),
    ],
)
def test_lists_of_figures_lead_to_those_that_do_not_agree(
    newest: AppClient, path: str, filters: str, language: str
) -> None:
    page = read_page(newest, localize_url(path, language))
    url = f"/v1/observations?{filters}&limit=1000&lang={language}"
    found = 0
    for one in newest.get(url).json()["items"]:
        stated = one["period"]["label"], one["coverage"]["name"], one["display"]
        rows = page.xpath("//tr[td/*[@class='display']]")
        own = [row for row in rows if all(part in row.text_content() for part in stated)]
        for row in own if one["contradiction"] else []:
            place = f"/indicators/{one['indicator']['code']}?lang={language}"
            assert f"{place}#{one['contradiction']['code']}" in row.xpath(".//a/@href"), one["id"]
            assert one["contradiction"]["reason"] in row.text_content()
            found += 1
    assert found


@pytest.mark.parametrize("language", ["en", "zh"])
def test_lists_of_growth_rates_lead_to_those_that_do_not_agree(
    newest: AppClient, language: str
) -> None:
    url = f"/v1/growth-rates?vintages=all&limit=1000&lang={language}"
    differing = [one for one in newest.get(url).json()["items"] if one["contradiction"]]
    assert differing
    for one in differing:
        place = f"/indicators/{one['indicator']['code']}?lang={language}"
        expected = f"{place}#{one['contradiction']['code']}"
        page = read_page(newest, f"/series/{one['series']}?lang={language}")
        (row,) = page.xpath("//tr[@id=$id]", id=f"growth.{one['id']}")
        end = f"#growth.{one['id']}"
        page = read_page(newest, f"/sources/{one['source']['code']}?lang={language}")
        rows = page.xpath(
            "//section[@aria-labelledby='growth']//tr[contains(th/a/@href, $end)]", end=end
        )
        for found in (row, *rows):
            assert expected in found.xpath(".//a/@href"), one["id"]
            assert one["contradiction"]["reason"] in found.text_content()
        assert rows, one["id"]


def test_every_note_on_growth_is_shown_where_its_mark_leads(client: AppClient) -> None:
    marks = {
        mark
        for path in ("/", "/years")
        for mark in read_page(client, path).xpath("//a/@href[contains(., '#note.')]")
    }
    assert marks
    for mark in marks:
        path, _, place = mark.partition("#")
        assert len(read_page(client, path).xpath("//*[@id=$id]", id=place)) == 1, mark


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("aid-projects", "en", "<dd>above 700</dd>"),
        ("aid-projects", "zh", "<dd>高于700</dd>"),
        ("import-share", "en", "<dd>below 54%</dd>"),
        ("import-share", "zh", "<dd>低于54%</dd>"),
    ],
)
def test_a_bound_is_shown_with_its_unit(
    client: AppClient, code: str, language: str, expected: str
) -> None:
    assert expected in client.get(f"/indicators/{code}?lang={language}").text
