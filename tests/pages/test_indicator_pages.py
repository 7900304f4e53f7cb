"""The pages of indicators and of all years: what they show is what the API has."""

import json
import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from app.enums import Qualifier
from app.i18n import Language, format_value
from app.pages.indicator_view import choose_unit, group_vintages
from tests.support.client import AppClient
from tests.support.site import read_page

pytestmark = pytest.mark.database

LANGUAGES = ("en", "zh")
GOODS = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
DIFFERENCES = {
    "en": (
        "Figures that do not agree",
        "Also published with another qualifier",
        "Also published with other rounding",
    ),
    "zh": ("存在差异的公布数据", "另有限定词不同的公布数据", "另有舍入位数不同的公布数据"),
}
SOURCES = {"en": "Source: ", "zh": "来源："}


def read_chart(page: Any) -> dict[str, Any]:
    """Read what the script of the page draws."""
    (text,) = page.xpath("//series-chart/script[@type='application/json']/text()")
    chart: dict[str, Any] = json.loads(text)
    return chart


def list_observations(client: AppClient, indicator: str, language: str) -> dict[str, Any]:
    """List the figures of an indicator by key."""
    query = f"indicator={indicator}&vintages=all&limit=1000&lang={language}"
    items = client.get(f"/v1/observations?{query}").json()["items"]
    return {item["id"]: item for item in items}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "indicator", ["goods-trade", "aid-projects", "trade-share", "outward-direct-investment"]
)
def test_a_chart_has_the_texts_of_the_api(newest: AppClient, indicator: str, language: str) -> None:
    figures = list_observations(newest, indicator, language)
    groups = read_chart(read_page(newest, f"/indicators/{indicator}?lang={language}"))["groups"]
    points = [point for group in groups for one in group["series"] for point in one["points"]]
    assert {one["id"] for one in points} == {key for key in figures if figures[key]["current"]}
    for point in points:
        one = figures[point["id"]]
        growth = one["growth"]
        expected = [one["display"], one["period"]["label"], one["coverage"]["name"]]
        expected += [growth["display"]] if growth else []
        assert point["text"][: len(expected)] == expected
        differing = [part["contradiction"] for part in (one, growth) if part]
        assert any(text in DIFFERENCES[language] for text in point["text"]) is any(differing)
        assert point["text"][-1].startswith(SOURCES[language] + one["citation"]["short"])
        assert (point["from"], point["to"]) == (one["period"]["start"], one["period"]["end"])
        assert point["value"] == one["value"]
        assert point["qualifier"] == one["qualifier"]


def test_a_chart_marks_breaks_and_gaps(client: AppClient) -> None:
    groups = read_chart(read_page(client, "/indicators/goods-trade?lang=en"))["groups"]
    (years,) = (group for group in groups if group["key"] == "CN.BRI.CNY.P12M")
    assert years["name"] == "Full years, trillion yuan"
    assert [label for _, label in years["ticks"]] == ["0", "5", "10", "15", "20", "25"]
    assert not years["line"]
    series = {one["coverage"]: one["points"] for one in years["series"]}
    assert list(series) == ["partner-2025", "partner-2023"]
    assert [one["comparable"] for one in series["partner-2025"]] == [True, False]
    assert [one["gap"] for one in series["partner-2023"]] == [
        None,
        "2014 to 2021: not included",
        None,
    ]
    assert "Not comparable (Full year 2024, Full year 2025)" in series["partner-2025"][1]["text"]


@pytest.mark.parametrize(
    ("indicator", "expected"),
    [
        ("goods-trade", {"CN.BRI.CNY.P12M"}),
        ("outward-direct-investment", {"CN.BRI.CNY.P12M"}),
        ("aid-projects", {"CN.BRI.NB.P12M"}),
    ],
)
def test_the_newest_full_years_are_drawn_first(
    client: AppClient, indicator: str, expected: set[str]
) -> None:
    page = read_page(client, f"/indicators/{indicator}")
    groups = read_chart(page)["groups"]
    keys = {one["key"] for one in groups if all(each["default"] for each in one["series"])}
    assert set(page.xpath("//details[@open]/@id")) == keys == expected
    checked = page.xpath("//input[@name='series'][@checked]/@value")
    default = [one["code"] for group in groups for one in group["series"] if one["default"]]
    assert checked == default


def test_chosen_series_are_drawn_without_scripts(client: AppClient) -> None:
    code = "goods-trade.CN.BRI.partner-2025.USD.P12M"
    page = read_page(client, f"/indicators/goods-trade?series={code}&lang=en")
    assert page.xpath("//input[@name='series'][@checked]/@value") == [code]
    (picture,) = page.xpath("//noscript//picture")
    assert {one.get("media") for one in picture.iter("source")} > {"(prefers-color-scheme: dark)"}
    (image,) = picture.iter("img")
    assert image.get("src") == f"/v1/series/{code}/chart.svg?width=900&lang=en"
    assert image.get("alt").startswith(f"Chart: {page.findtext('.//h1')}, Partner countries")
    assert code not in image.get("alt")
    assert page.xpath("//section[@id='table']/details[@open]/@id") == ["CN.BRI.USD.P12M"]
    files = page.xpath("//*[@class='files' or @class='tools']//a[contains(@href, '/v1/')]/@href")
    drawn = [one for one in files if "/chart." in one]
    tables = [one for one in files if one.startswith("/v1/observations.")]
    assert drawn
    assert tables
    assert all(one.startswith(f"/v1/series/{code}/chart.") for one in drawn)
    assert all(f"series={code}" in one for one in tables)
    assert all(client.get(one).status_code == 200 for one in (drawn[0], tables[0]))


def test_a_series_of_another_indicator_is_refused(client: AppClient) -> None:
    for code, suggested in (
        ("goods-trade.CN.BRI.partner-2025.CNY.P13M", GOODS),
        ("trade-share.CN.BRI.partner-2025.PT.P12M", None),
    ):
        response = client.get(f"/indicators/goods-trade?series={code}")
        assert response.status_code == 422
        (error,) = response.json()["errors"]
        assert error["location"] == "query.series"
        assert suggested in {None, error["suggestion"]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("indicator", ["contracted-projects-turnover", "aid-projects"])
def test_a_table_has_one_unit_and_keeps_the_digits(
    client: AppClient, indicator: str, language: str
) -> None:
    figures = list_observations(client, indicator, language)
    page = read_page(client, f"/indicators/{indicator}?lang={language}")
    rows = page.xpath("//section[@id='table']//tr[@id]")
    assert {row.get("id") for row in rows} == {key for key in figures if figures[key]["current"]}
    scales: dict[tuple[Any, str], int] = {}
    for row in rows:
        figure = figures[row.get("id")]
        (number,) = row.xpath("td[1]/span[@class='display']/text()")
        digits = float(re.sub(r"[^\d.]", "", number))
        scale = figure["value"] / digits if digits else None
        unit = row.xpath("ancestor::table/thead//th[2]/text()")[0]
        if scale:
            assert scales.setdefault((row.getparent(), unit), round(scale)) == round(scale)
        if number not in figure["display"]:
            assert figure["display"] in row.text_content()
    assert not page.xpath("//*[contains(@class, 'magnitude')]")


@pytest.mark.parametrize(
    ("values", "scale", "unit"),
    [
        ((15_183, 20_000, 1_702), 0, "列"),
        ((12_400, 20_000), 4, "万列"),
        ((930_500_000_000, 5_000, 1_100_000_000_000), 12, "万亿列"),
    ],
)
def test_chinese_numbers_below_the_scale_are_not_fractions_of_it(
    values: tuple[int, ...], scale: int, unit: str
) -> None:
    published = {"multiplier": 0, "decimals": 0}
    points = [
        {
            "value": Decimal(value),
            "published": published,
            "qualifier": Qualifier.NONE,
            "display": format_value(Decimal(value), 0, 0, Qualifier.NONE, "列", Language.CHINESE),
        }
        for value in values
    ]
    assert choose_unit(points, {}, Language.CHINESE) == (scale, unit)


@pytest.mark.parametrize("language", LANGUAGES)
def test_notes_are_printed_once_in_a_table(client: AppClient, language: str) -> None:
    page = read_page(client, f"/indicators/goods-trade?lang={language}")
    for box in page.xpath("//div[@class='figures']"):
        notes = [one.text_content() for one in box.xpath("ol[@class='footnotes']/li")]
        assert len(notes) == len(set(notes))
        ids = box.xpath("ol[@class='footnotes']/li/@id")
        assert {one[1:] for one in box.xpath(".//sup/a/@href")} == set(ids)
        for mark in box.xpath(".//sup"):  # not a digit of the number before it, if read as text
            assert mark.text_content().startswith({"en": " Note ", "zh": "注"}[language])


@pytest.mark.parametrize(
    ("indicator", "language", "expected"),
    [
        ("goods-trade", "en", ["23.6 trillion yuan", "22.1 trillion yuan"]),
        ("aid-projects", "zh", ["逾700个", "逾700个"]),
        ("trade-share", "en", ["51.9 percent"]),
        ("import-share", "en", ["nearly 54 percent"]),
    ],
)
def test_the_newest_figure_comes_first(
    client: AppClient, indicator: str, language: str, expected: list[str]
) -> None:
    page = read_page(client, f"/indicators/{indicator}?lang={language}")
    tiles = page.xpath("//section[contains(@class, 'tile')]")
    assert [one.find_class("value")[0].text_content() for one in tiles] == expected
    for tile in tiles:
        assert tile.find_class("period")[0].text_content()
        assert len(tile.xpath("p[@class='source']/a")) == 1
    (definition,) = page.xpath("//p[@id='definition']")
    assert client.get(f"/v1/indicators/{indicator}?lang={language}").json()["definition"] in (
        definition.text_content()
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_and_vintages_have_every_figure(client: AppClient, language: str) -> None:
    figures = list_observations(client, "trade-share", language)
    page = read_page(client, f"/indicators/trade-share?lang={language}")
    (sources,) = page.xpath("//section[@id='sources']")
    cited = {figure["source"]["code"] for figure in figures.values()}
    assert cited <= {one.partition(".")[2] for one in sources.xpath("ol/li/@id")}
    assert len(sources.xpath("ol/li/ul/li/strong")) == len(figures)
    (vintages,) = page.xpath("//section[@id='vintages']")
    earlier = {key for key, one in figures.items() if not one["current"]}
    assert set(vintages.xpath(".//tr/@id")) == earlier
    (row,) = vintages.xpath(".//tr[contains(., '50.3')][@id]")
    replaced = {"en": "superseded on 18 July 2025 by 50.7 percent", "zh": "由50.7%取代"}
    assert replaced[language] in " ".join(row.text_content().split())


def test_values_of_a_period_follow_the_ones_they_are_compared_with(client: AppClient) -> None:
    figures = client.get("/v1/observations?indicator=goods-trade&vintages=all&limit=1000").json()
    several, single = group_vintages(figures["items"])
    assert sum(map(len, several)) + len(single) == figures["total"]
    pairs = [pair for group in several for pair in pairwise(group)]
    assert all(after["revision"]["previous"] == before["id"] for before, after in pairs)


def test_breaks_are_marked_among_the_years(client: AppClient) -> None:
    page = read_page(client, "/years?lang=en")
    (row,) = page.xpath("//tr[@id=$id]", id=GOODS)
    (cell,) = row.xpath("td[@class='break']")
    assert cell.xpath("string(a)") == "23.6"
    (mark,) = cell.xpath("sup/text()")
    (note,) = page.xpath("//li[@id=$id]", id=f"full-years.note.{mark}")
    assert "base was restated" in note.text_content()
    assert not row.xpath(".//*[local-name()='line']")


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_that_do_not_agree_with_others_are_marked_among_the_years(
    newest: AppClient, language: str
) -> None:
    """As the guide promises for pages."""
    figures = newest.get(f"/v1/observations?limit=1000&lang={language}").json()["items"]
    page = read_page(newest, f"/years?lang={language}")
    found = 0
    for one in figures:
        cells = page.xpath("//td[substring-after(a/@href, '#') = $id]", id=one["id"])
        if not (cells and one["contradiction"]):
            continue
        (cell,) = cells
        mark, key = cell.xpath("sup[last()]/text()")[0], cell.xpath("ancestor::table/@id")[0]
        (note,) = page.xpath("//li[@id=$id]", id=f"{key.removesuffix('-table')}.note.{mark}")
        assert one["contradiction"]["reason"] in note.text_content()
        (address,) = note.xpath("a/@href")
        path, _, place = address.partition("#")
        assert read_page(newest, path).xpath("//details[@id=$id]", id=place)
        found += 1
    assert found > 5
    lists = page.xpath("//ol[@class='footnotes']")
    numbers = [(int(one.get("start", 1)), len(one)) for one in lists]
    assert numbers[1][0] == sum(numbers[0])


@pytest.mark.parametrize(("language", "marks"), [("en", r"\d+, \d+"), ("zh", r"\d+、\d+")])
def test_several_notes_on_a_figure_are_separated(
    newest: AppClient, language: str, marks: str
) -> None:
    page = read_page(newest, f"/years?lang={language}")
    several = [cell for cell in page.xpath("//td[@class='break']") if len(cell.xpath("sup")) > 1]
    assert several
    assert all(re.fullmatch(marks, "".join(one.xpath("sup/text()"))) for one in several)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_periods_are_called_not_comparable_once(newest: AppClient, language: str) -> None:
    page = read_page(newest, f"/indicators/goods-trade?lang={language}")
    points = [
        point["text"]
        for group in read_chart(page)["groups"]
        for series in group["series"]
        for point in series["points"]
    ]
    assert all(len(set(texts)) == len(texts) for texts in points)
    for table in page.xpath("//table[@class='sourced']"):
        breaks = [one.text_content() for one in table.xpath(".//tr[@class='break']//strong")]
        assert len(set(breaks)) == len(breaks)
    marked = [one for one in page.xpath("//tr[@class='break']/td") if len(one.xpath("sup")) > 1]
    assert all("".join(one.xpath("sup[position()<last()]/text()")).strip() for one in marked)


@pytest.mark.parametrize("indicator", ["goods-trade", "trade-share"])
def test_a_value_stands_below_the_one_with_which_it_is_compared(
    client: AppClient, indicator: str
) -> None:
    page = read_page(client, f"/indicators/{indicator}?lang=en")
    compared = 0
    for body in page.xpath("//section[@id='vintages']//tbody[tr/th[@rowspan]]"):
        first, *later_rows = body.xpath("tr")
        before = first.xpath("string(.//*[@class='display'])")
        for row in later_rows:
            value = row.xpath("string(.//*[@class='display'])")
            revision = row.xpath("string(td[last() - 1])")
            assert ("repeats the figure " in revision) == (before == value)
            is_finer = len(value.split(".")[-1]) > len(before.split(".")[-1])
            assert ("with more digits" in revision) <= is_finer
            before = before if "never in force" in row.text_content() else value
            compared += 1
    assert compared


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", [GOODS, "trade-share.CN.BRI.partner-2025.PT.P12M"])
def test_the_page_of_a_series_has_all_that_was_published(
    client: AppClient, code: str, language: str
) -> None:
    query = f"series={code}&vintages=all&limit=1000&lang={language}"
    figures = client.get(f"/v1/observations?{query}").json()["items"]
    rates = client.get(f"/v1/growth-rates?{query}").json()["items"]
    reports = client.get(f"/v1/reports?series={code}&lang={language}").json()["items"]
    series = client.get(f"/v1/series/{code}?lang={language}").json()
    page = read_page(client, f"/series/{code}?lang={language}")
    for one in figures:
        (row,) = page.xpath("//tr[@id=$id]", id=one["id"])
        assert re.findall(r"[\d.,]+", one["display"])[0] in row.text_content()
        assert one["citation"]["short"] in row.text_content()
    for one in rates:
        (row,) = page.xpath("//tr[@id=$id]", id=f"growth.{one['id']}")
        assert one["display"] in row.text_content()
    for one in reports:
        (row,) = page.xpath("//li[@id=$id]", id=f"report.{one['id']}")
        assert one["wording"] in row.text_content()
        assert (one["wording_translated"] or "") in row.text_content()
    text = " ".join(page.xpath("//main")[0].text_content().split())
    for name in ("coverage", "unit", "counterpart_area"):
        assert series[name]["name"] in text
    facts = page.xpath("//section[@aria-labelledby='about']//dd/text()")
    periods = [series[name]["label"] for name in ("first_period", "last_period")]
    assert all(fact in facts for fact in [str(series["observations"]), *periods])
    obstacles = [each["text"] for point in series["points"] for each in point["obstacles"]]
    obstacles += [
        each["text"] for one in series["not_comparable_with"] for each in one["obstacles"]
    ]
    assert all(" ".join(each.split()) in text for each in obstacles)
    unlike = page.xpath("//section[@aria-labelledby='comparability']//li/a/@href")
    assert unlike == [
        f"/series/{one['series']}?lang={language}" for one in series["not_comparable_with"]
    ]
    points = [one for group in read_chart(page)["groups"] for one in group["series"][0]["points"]]
    assert [one["id"] for one in points] == [one["id"] for one in series["points"]]


@pytest.mark.parametrize(
    ("language", "same_day", "in_force"),
    [
        ("en", "repeats the figure of another document of the same day", "in force"),
        ("zh", "与同日另一文件的数据相同", "当时现行"),
    ],
)
def test_a_figure_that_was_never_in_force_is_not_called_the_one_in_force(
    client: AppClient, language: str, same_day: str, in_force: str
) -> None:
    figures = list_observations(client, "goods-trade", language)
    page = read_page(client, f"/indicators/goods-trade?lang={language}")
    compared = 0
    for body in page.xpath("//section[@id='vintages']//tbody[tr/th[@rowspan]]"):
        for row in body.xpath("tr"):
            source = row.xpath("string(td[last()])")
            value = row.xpath("string(.//*[@class='display'])")
            period = row.xpath("string(../tr[1]/th/text())").strip()
            shown = [
                one
                for one in figures.values()
                if (one["period"]["label"], one["display"]) == (period, value)
                and one["citation"]["short"] == source
                and one["revision"]
            ]
            for one in shown:
                is_first = figures[one["revision"]["previous"]]["current_from"] is None
                revision = row.xpath("string(td[last() - 1]/span[@class='note'])")
                assert (in_force in revision) != is_first, one["id"]
                assert (same_day in revision) == is_first, one["id"]
                compared += is_first
    assert compared


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_figure_of_a_series_leads_to_the_notes_on_it(
    client: AppClient, language: str
) -> None:
    for code, is_marked in ((GOODS, True), (GOODS.replace("2025", "2023"), False)):
        page = read_page(client, f"/series/{code}?lang={language}")
        (tile,) = page.xpath("//section[@id='newest']")
        marks = tile.xpath(".//a[starts-with(@href, '#note.')]")
        assert bool(marks) == is_marked, code
        for mark in marks:
            (place,) = page.xpath("//*[@id=$id]", id=mark.get("href").removeprefix("#"))
            note = place.xpath("ancestor-or-self::*[normalize-space()][1]")[0].text_content()
            printed = mark.xpath("string(following-sibling::*[@class='on-paper'])")
            assert note.strip() in printed
    share = read_page(client, f"/series/trade-share.CN.BRI.partner-2025.PT.P12M?lang={language}")
    series = client.get(f"/v1/series/trade-share.CN.BRI.partner-2025.PT.P12M?lang={language}")
    (tile,) = share.xpath("//section[@id='newest']")
    newest = max(series.json()["points"], key=lambda one: one["period"]["end"])
    marks = [one.removeprefix("#") for one in tile.xpath(".//a[starts-with(@href, '#')]/@href")]
    expected = [newest["contradiction"] and newest["contradiction"]["code"]]
    expected += [newest["id"] if newest["note"] else None]
    assert marks == [one for one in expected if one]
    assert all(share.xpath("//*[@id=$id]", id=one) for one in marks)


def test_a_series_is_reached_from_what_shows_it(client: AppClient) -> None:
    address = f"/series/{GOODS}?lang=en"
    for path in ("/indicators/goods-trade", "/series"):
        assert read_page(client, f"{path}?lang=en").xpath("//a[@href=$url]", url=address)
    embed = read_page(client, f"/embed/series/{GOODS}?lang=en")
    assert embed.xpath("//footer//a[contains(@href, $url)]", url=address)
    (described,) = read_page(client, "/indicators/goods-trade").xpath(
        "//script[@type='application/ld+json']/text()"
    )
    parts = json.loads(described)["hasPart"]
    assert any(one["url"].endswith(f"/series/{GOODS}") for one in parts)
    citation = client.get(f"/v1/series/{GOODS}/citation.csl.json").json()[0]
    assert f"/series/{GOODS}?release=" in citation["URL"]
    assert client.get(citation["URL"]).status_code == 200
