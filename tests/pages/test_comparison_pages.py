"""The pages that compare: two periods, a day with today, a press conference with the one before."""

import re
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.client import AppClient
from tests.support.site import BROWSER, read_page

PAIR = "/compare?indicator={}&period={}&period={}"


def read_text(page: Any, path: str = "//main") -> str:
    """Return the text of an element with single spaces."""
    return " ".join(" ".join(page.xpath(path)[0].itertext()).split())


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("indicator", "periods"),
    [
        ("goods-trade", ("2024", "2025")),
        ("goods-trade", ("2024", "2023")),
        ("aid-projects", ("2023", "2024-01/2024-11")),
        ("trade-share", ("2024", "2025")),
        ("china-europe-trains", ("2023", "2024")),
    ],
)
def test_two_periods_are_compared_as_in_the_api(
    newest: AppClient, indicator: str, periods: tuple[str, str], language: str
) -> None:
    query = f"?indicator={indicator}&period={periods[0]}&period={periods[1]}&lang={language}"
    page = read_page(newest, f"/compare{query}")
    compared = newest.get(f"/v1/compare{query}").json()
    text = read_text(page)
    for figure in (compared["earlier"], compared["later"]):
        card = read_text(page, f"//*[@id='{figure['id']}']")
        shown = (figure["display"], figure["period"]["label"], figure["coverage"]["name"])
        assert all(one.replace(" ", "") in card.replace(" ", "") for one in shown)
        assert figure["source"]["line"] in card
    for obstacle in compared["obstacles"] + compared["derivation_obstacles"]:
        assert " ".join(obstacle["text"].split()) in text
    heading = read_text(page, "//h2[@id='comparability']")
    assert ("not" in heading.lower() or "不" in heading) is not compared["like_for_like"]
    rates = [f"rate.{rate['id']}" for rate in compared["published_rates"]]
    assert page.xpath("//tr[starts-with(@id, 'rate.')]/@id") == rates
    values = page.xpath("//section[@aria-labelledby='calculated']//*[@class='number']")
    assert bool(values) is compared["derivable"]
    (link,) = page.xpath("//p[contains(@class, 'data')]/a/@href")
    answer = newest.get(link).json()
    assert answer["later"]["id"] == compared["later"]["id"]
    if compared["derivable"]:
        assert values[0].text == f"{answer['derived']['value']:+,.1f}"
        for bound in ("lower", "upper"):
            assert f"{answer['derived'][bound]:+,.1f}" in text


def test_only_existing_periods_are_offered_and_all_of_them_can_be_compared(
    newest: AppClient,
) -> None:
    page = read_page(newest, "/compare?indicator=outward-direct-investment")
    first, second = page.xpath("//select[@name='period']")
    codes = first.xpath(".//option/@value")
    assert codes == second.xpath(".//option/@value")
    assert len(codes) == len(set(codes))
    rows = newest.get("/v1/observations?indicator=outward-direct-investment&limit=1000").json()
    assert len(codes) == len({str(row["period"]) for row in rows["items"]})
    for code in codes[1::8]:
        url = PAIR.format("outward-direct-investment", codes[0], code)
        assert newest.head(url).status_code == 200, url
    selected = page.xpath("//select[@name='period']//option[@selected]/@value")
    years = [row["period"]["end"][:4] for row in rows["items"] if row["period"]["months"] == 12]
    assert selected == sorted(set(years))[-2:]
    assert read_page(newest, PAIR.format("outward-direct-investment", *selected)).xpath(
        "//h2[@id='comparability']"
    )


def test_a_coverage_is_chosen_where_the_figures_have_several(newest: AppClient) -> None:
    url = PAIR.format("goods-trade", "2013", "2022")
    options = read_page(newest, url).xpath("//select[@name='coverage']/option/@value")
    assert {"", "route", "partner-2023"} <= set(options)
    for coverage in ("route", "partner-2023"):
        page = read_page(newest, f"{url}&coverage={coverage}")
        assert page.xpath("//select[@name='coverage']/option[@selected]/@value") == [coverage]
        figures = page.xpath("//article[contains(@class, 'card')]/@id")
        assert len(figures) == 2
        assert all(f".{coverage}." in figure for figure in figures)
        assert f"&coverage={coverage}" in page.xpath("//link[@rel='canonical']/@href")[0]
        commands = page.xpath("//main//a[contains(@href, '/v1/compare')]/@href")
        assert newest.get(commands[0]).json()["later"]["coverage"]["code"] == coverage
    single = read_page(newest, "/compare?indicator=china-europe-trains")
    assert not single.xpath("//select[@name='coverage']")


def test_every_indicator_can_be_chosen_on_the_forms(newest: AppClient) -> None:
    codes = [item["code"] for item in newest.get("/v1/indicators?limit=1000").json()["items"]]
    for path in ("/compare", "/history"):
        page = read_page(newest, path)
        options = page.xpath("//select[@name='indicator']/optgroup/option/@value")
        assert sorted(options) == sorted(codes)
        assert not page.xpath("//*[@aria-invalid]")


@pytest.mark.parametrize(
    ("url", "field", "message"),
    [
        ("/compare?indicator=goods-trad", "indicator", "“goods-trad” is not in the list"),
        ("/compare?period=2024&period=2025", "indicator", "Choose an indicator"),
        ("/compare?indicator=", "indicator", "Choose an indicator"),
        (PAIR.format("goods-trade", "2024", "1066"), "period", "No figure for the full year 1066"),
        (PAIR.format("goods-trade", "2024", "2024"), "period", "Choose two different periods"),
        (PAIR.format("goods-trade", "2024", "soon"), "period", "Choose a period from the list"),
        (
            PAIR.format("goods-trade", "2024", "2025") + "&unit=EUR",
            "unit",
            "“EUR” is not in the list",
        ),
        (
            PAIR.format("goods-trade", "2013", "2022") + "&coverage=world",
            "coverage",
            "“world” is not in the list",
        ),
        ("/history?as_of=2025-13-01", "as_of", "“2025-13-01” is not a day"),
        ("/history?as_of=2025-01-01&indicator=gold", "indicator", "“gold” is not in the list"),
        ("/history?topic=gold", "topic", "“gold” is not in the list"),
        ("/history?as_of=&indicator=goods-trade", "as_of", "Choose a day"),
        ("/?topic=trad&q=green", "topic", "“trad” is not in the list; choose an entry"),
        ("/?sector=clean&topic=trade", "sector", "“clean” is not in the list"),
        ("/compare?indicator=goods-trade&period=x", "period", "Choose a period from the list"),
        (f"/?q={'x' * 201}", "q", "Shorten the text to 200 characters"),
        ("/quotation-check?text=&asked_on=2026-11-26", "text", "Enter the text to check"),
        ("/quotation-check?text=700&asked_on=soon", "asked_on", "“soon” is not a day"),
        (f"/quotation-check?text={'x' * 2001}", "text", "Shorten the text to 2000"),
        ("/history?as_of=2100-01-01", "as_of", "2100-01-01 is later than this release"),
    ],
)
def test_an_error_is_shown_at_its_field(
    newest: AppClient, url: str, field: str, message: str
) -> None:
    page = read_page(newest, url, 422)
    marked = page.xpath("//*[@aria-invalid='true']")
    assert {one.get("name") for one in marked} == {field}
    for one in marked:
        assert message in read_text(page, f"//*[@id='{one.get('aria-describedby')}']")
    assert not page.xpath("//h2[@id='comparability'] | //h2[@id='then'] | //h2[@id='result']")
    assert page.xpath("//meta[@name='robots'][@content='noindex']")
    for name, value in parse_qsl(urlsplit(url).query):
        fields = page.xpath("//main//form//*[@name=$name]", name=name)
        shown = [one.get("value") or one.text for one in fields if one.tag != "select"]
        shown += [value for one in fields for value in one.xpath(".//option[@selected]/@value")]
        # A select cannot show what is not in its list, nor periods without an indicator.
        assert value in shown or all(one.tag == "select" for one in fields), name
    chinese = read_page(newest, f"{url}&lang=zh", 422)
    for one in chinese.xpath("//form//*[@class='error']"):
        assert not re.search("[A-Za-z;]{9}", one.text_content().replace(field, ""))
    assert newest.get(url, headers=BROWSER).headers["cache-control"] == "no-store"


def test_the_day_of_the_release_shows_what_is_known_today(newest: AppClient) -> None:
    """The rule for the newest figure of a day is that for the newest figure of today."""
    released_on = newest.get("/v1").json()["release"]["released_on"]
    page = read_page(newest, f"/history?as_of={released_on}")
    rows = page.xpath("//table//tbody/tr")
    assert len(rows) == newest.get("/v1/indicators").json()["total"]
    assert page.xpath("//details/summary/h3/@id") == ["same"]
    assert not page.xpath("//table//tbody//td[2]//*[@class='display']")


def test_a_day_shows_what_was_known_then(newest: AppClient) -> None:
    page = read_page(newest, "/history?as_of=2025-07-17")
    (row,) = page.xpath("//tr[th/a[contains(@href, 'indicator=trade-share')]]")
    assert row.xpath("ancestor::table/@aria-labelledby") == ["newer"]
    page = read_page(newest, "/history?as_of=2025-01-14&topic=trade")
    (row,) = page.xpath("//tr[th/a[contains(@href, 'indicator=trade-share')]]")
    then, now = (" ".join(cell.itertext()) for cell in row.xpath("td"))
    assert "50.3" in then
    assert "known since 13 January 2025" in then
    assert "51.9" in now
    assert "50.7" in now
    assert row.xpath("ancestor::details/summary/h3/text()") == ["Revised since"]
    names = set(page.xpath("//tbody/tr/th/a/text()"))
    listed = newest.get("/v1/indicators?topic=trade").json()["items"]
    assert names <= {one["name"] for one in listed}


def test_the_history_of_an_indicator_agrees_with_its_observations(newest: AppClient) -> None:
    for day in ("2023-07-20", "2019-01-20", "2014-01-01"):
        page = read_page(newest, f"/history?as_of={day}&indicator=goods-trade")
        query = f"/v1/observations?indicator=goods-trade&as_of={day}&limit=1000"
        known = [item["display"] for item in newest.get(query).json()["items"]]
        shown = page.xpath("//tbody/tr/td[1]/*[@class='display']/text()")
        assert sorted(shown) == sorted(known)


def test_an_indicator_is_shown_whatever_the_topic(newest: AppClient) -> None:
    """A form may send an indicator and a topic that it does not belong to."""
    page = read_page(newest, "/history?as_of=2024-06-01&indicator=inward-investment&topic=trade")
    alone = read_page(newest, "/history?as_of=2024-06-01&indicator=inward-investment")
    assert read_text(page) == read_text(alone)


def test_days_of_publication_are_offered(newest: AppClient) -> None:
    page = read_page(newest, "/history?indicator=trade-share")
    rows = newest.get("/v1/observations?indicator=trade-share&vintages=all&limit=1000").json()
    days = sorted({row["vintage"] for row in rows["items"]}, reverse=True)
    assert page.xpath("//datalist/option/@value") == days
    assert len(page.xpath("//ul[@class='days']/li")) == len(days)


@pytest.mark.parametrize("year", [2022, 2025, 2026])
def test_the_page_of_a_press_conference_has_all_of_its_records(
    newest: AppClient, year: int
) -> None:
    page = read_page(newest, f"/editions/{year}")
    edition = newest.get(f"/v1/editions/{year}").json()
    ids = set(page.xpath("//@id"))
    assert {one["id"] for one in edition["observations"] + edition["outcomes"]} <= ids
    for area in edition["priority_areas"]:
        assert f"{year}-{area['slug']}" in ids
        for action in area["actions"]:
            item = read_text(page, f"//li[@id='{action['id']}']")
            assert action["text"] in item
            assert all(one["text"] in item for one in action["progress"])
    for figure in edition["observations"]:
        if growth := figure["growth"]:
            cell = read_text(page, f"//tr[@id='{figure['id']}']/td[contains(@class, 'growth')]")
            assert cell.startswith(growth["display"])
            is_other = growth["citation"]["short"] != figure["citation"]["short"]
            assert (growth["citation"]["short"] in cell) is is_other
            assert (growth["note"] or "") in cell
    text = read_text(page)
    assert all(part["note"] in text for part in edition["parts"].values())
    for event in edition["events"]:
        speakers = event["speakers"]
        assert all(f"{one['name']}, {one['office']}" in text for one in speakers)
        assert not speakers or "Offices are those held on the day of the event." in text
        for document in event["documents"]:
            assert page.xpath(f"//a[starts-with(@href, '/sources/{document['code']}/passages')]")


def test_a_press_conference_is_compared_with_the_one_before(newest: AppClient) -> None:
    page = read_page(newest, "/editions/2025")
    compared = newest.get("/v1/editions/compare?edition=2024&edition=2025").json()
    themes = [theme["name"] for theme in compared["themes"]]
    shown = [one.text.strip() for one in page.xpath("//ul[@class='themes']/li/details/summary")]
    assert sorted(shown) == sorted(themes)
    text = read_text(page)
    assert all(caution in text for caution in compared["cautions"])
    assert not read_page(newest, "/editions/2022").xpath("//ul[@class='themes']")
    read_page(newest, "/editions/2019", 404)


def test_other_pages_lead_to_them(newest: AppClient) -> None:
    targets = {
        "/editions": "/editions/2025?lang=en",
        "/?edition=2025": "/editions/2025?lang=en",
        "/indicators/goods-trade": "/compare?indicator=goods-trade&lang=en",
        "/indicators/trade-share": "/history?as_of=2025-01-13&indicator=trade-share&lang=en",
        "/years": "/compare?lang=en",
    }
    for path, target in targets.items():
        assert target in read_page(newest, path).xpath("//a/@href"), path
    sitemap = newest.get("/sitemap.xml").text
    assert all(f"{path}<" in sitemap or f"{path}?" in sitemap for path in ("/compare", "/history"))
    assert "/editions/2025" in sitemap
