"""The seven headline figures in both languages, and the filters and orders of observations."""

from decimal import Decimal
from typing import Any

import pytest

from app.i18n import Language, format_citation, format_short_citation
from app.request import ENCODED_AT_ONCE
from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]

SEVEN: list[tuple[str, str, int, str, str, str, str, str]] = [
    # code, unit, months, value, qualifier, English, Chinese, place
    (
        "goods-trade",
        "CNY",
        12,
        "22100000000000",
        "none",
        "22.1 trillion yuan",
        "22.1万亿元",
        "P2.S2",
    ),
    ("import-share", "PT", 12, "54", "nearly", "nearly 54 percent", "近54%", "P2.S3"),
    (
        "outward-direct-investment",
        "CNY",
        11,
        "214660000000",
        "none",
        "214.66 billion yuan",
        "2146.6亿元",
        "P3.S2",
    ),
    (
        "inward-investment",
        "CNY",
        11,
        "99870000000",
        "none",
        "99.87 billion yuan",
        "998.7亿元",
        "P3.S2",
    ),
    ("investment-agreements", "NB", 11, "36", "none", "36", "36份", "P3.S3"),
    (
        "contracted-projects-turnover",
        "CNY",
        11,
        "826340000000",
        "none",
        "826.34 billion yuan",
        "8263.4亿元",
        "P4.S2",
    ),
    ("aid-projects", "NB", 11, "700", "over", "over 700", "逾700个", "P4.S2"),
]
GROWTH = {
    "goods-trade": "up 6.4 percent on a year earlier",
    "outward-direct-investment": "up 5.1 percent on a year earlier in US dollars",
    "contracted-projects-turnover": "up 2.5 percent on a year earlier in US dollars",
}
BOUNDS = {"aid-projects": (700, None), "import-share": (None, 54)}


@pytest.mark.parametrize("expected", SEVEN, ids=[row[0] for row in SEVEN])
def test_headline_is_read_right(client: AppClient, expected: tuple[Any, ...]) -> None:
    code, unit, months, value, qualifier, english, chinese, place = expected
    response = client.get(f"/v1/indicators/{code}")
    headline = response.json()["headline"]
    assert f'"value":{value},' in response.text
    assert headline["unit"]["code"] == unit
    assert headline["qualifier"] == qualifier
    assert headline["period"]["start"] == "2024-01-01"
    assert headline["period"]["end"] == ("2024-12-31" if months == 12 else "2024-11-30")
    assert headline["period"]["months"] == months
    assert headline["display"] == english
    assert headline["locator"] == place
    assert (headline["bounds"]["lower"], headline["bounds"]["upper"]) == BOUNDS.get(
        code, (None, None)
    )
    growth = headline["growth"]
    assert (growth and growth["display"]) == GROWTH.get(code)
    assert headline["vintage"] == "2025-01-15"
    body = client.get(f"/v1/indicators/{code}?lang=zh").json()["headline"]
    assert body["display"] == chinese
    assert body["period"]["label"] == ("2024年全年" if months == 12 else "2024年1—11月")


def test_numbers_keep_their_digits(client: AppClient) -> None:
    text = client.get("/v1/observations").text
    assert '"published":{"value":22.1,"multiplier":12,"decimals":1' in text
    assert '"published":{"value":214.66,"multiplier":9,"decimals":2' in text
    assert "e+" not in text.lower()
    assert "00000001" not in text


def test_second_report_that_differs_is_published(client: AppClient) -> None:
    reports = client.get("/v1/indicators/aid-projects").json()["headline"]["reports"]
    assert [(report["source"]["code"], report["agreement"]) for report in reports] == [
        ("xinhua-2025-01-15", "differs")
    ]
    odi = client.get("/v1/indicators/outward-direct-investment").json()["headline"]["reports"]
    assert [report["agreement"] for report in odi] == ["other_unit", "same", "same"]
    assert "30.17" in odi[0]["wording"]


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("topic=trade", ["goods-trade", "import-share", "trade-share"]),
        ("direction=inward", ["import-share", "inward-investment"]),
        (
            "unit=PT&unit=NB",
            ["import-share", "investment-agreements", "aid-projects", "trade-share"],
        ),
        ("priority_area=emerging-fields", ["investment-agreements"]),
        ("topic=projects&unit=CNY", ["contracted-projects-turnover"]),
        ("q=%E6%8F%B4%E5%8A%A9", ["aid-projects"]),
    ],
)
def test_indicators_are_filtered(client: AppClient, query: str, codes: list[str]) -> None:
    page = client.get(f"/v1/indicators?{query}").json()
    assert [item["code"] for item in page["items"]] == codes
    assert page["total"] == len(codes)


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("indicator=goods-trade&indicator=import-share", 8),
        ("topic=investment", 10),
        ("area=CN&counterpart=BRI", 32),
        ("area=MY", 0),
        ("unit=CNY", 15),
        ("source=scio-2025-01-15", 7),
        ("source=xinhua-2025-01-15", 0),
        ("source=xinhua-2024-12-19", 2),
        ("status=normal", 32),
        ("status=revised", 0),
        ("qualifier=over&qualifier=nearly", 4),
        ("months=11", 9),
        ("since=2024-01-01", 19),
        ("since=2024-01-02", 7),
        ("until=2024-11-30", 20),
        ("series=trade-share.CN.BRI.partner-2025.PT.P12M", 3),
        ("series=trade-share.CN.BRI.partner-2025.PT.P12M&vintages=all", 5),
        ("coverage=partner-2023&months=12", 9),
        ("vintages=all", 38),
        ("vintages=latest", 32),
        ("as_of=2023-10-12", 0),
        ("as_of=2025-01-12", 13),
        ("as_of=2025-01-14", 14),
        ("as_of=2025-01-15", 21),
        ("vintages=all&as_of=2024-01-25", 10),
    ],
)
def test_observations_are_filtered(client: AppClient, query: str, total: int) -> None:
    page = client.get(f"/v1/observations?{query}").json()
    assert page["total"] == len(page["items"]) == total


def test_a_long_page_has_the_records_of_short_ones(newest: AppClient) -> None:
    page = newest.get("/v1/observations?vintages=all&limit=1000").json()
    assert list(page) == ["items", "total", "total_is_exact", "next", "next_cursor"]
    assert len(page["items"]) > 2 * ENCODED_AT_ONCE
    items, url = [], f"/v1/observations?vintages=all&limit={ENCODED_AT_ONCE}"
    while url:
        shorter = newest.get(url).json()
        items += shorter["items"]
        url = shorter["next"]
    assert items[: len(page["items"])] == page["items"]


def test_values_are_ordered_by_size_and_not_as_text(client: AppClient) -> None:
    items = client.get("/v1/observations?sort=value_desc").json()["items"]
    values = [Decimal(str(item["value"])) for item in items]
    assert values == sorted(values, reverse=True)


def test_observation_is_found_by_its_id(client: AppClient) -> None:
    for item in client.get("/v1/observations").json()["items"]:
        assert client.get(f"/v1/observations/{item['id']}").json() == item
        assert item["id"].startswith(item["series"])
        if item["headline"]:
            assert item["citation"]["full"].endswith(("sentence 2", "sentence 3"))


@pytest.mark.parametrize(("language", "mark"), [("en", "inferred"), ("zh", "推断")])
def test_no_label_presents_an_inferred_coverage_as_stated(
    client: AppClient, language: str, mark: str
) -> None:
    def read(path: str) -> list[dict[str, Any]]:
        found = client.get(f"/v1/{path}?limit=1000&lang={language}").json()
        return list(found["items"])

    coverages = {one["code"]: one for one in read("coverages")}
    for coverage in coverages.values():
        assert (mark in coverage["name"]) is (coverage["basis"] == "inferred")
    for path in ("observations", "growth-rates", "series"):
        for record in read(path):
            code = record["coverage"]["code"]
            assert record["coverage"] == {
                name: coverages[code][name] for name in ("code", "name", "basis")
            }
    inferred = coverages["partner-2025"]["name"]
    for path in (
        "/v1/observations.csv",
        "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M/chart.vl.json",
        "/v1/observations.jsonstat",
        "/sdmx/codelist/BRI/CL_COVERAGE",
    ):
        response = client.get(path, params={"lang": language})
        assert response.is_success, path
        assert inferred in response.text, path


def name_measurement(record: dict[str, Any]) -> str:
    """Return what a source measured, whatever the unit."""
    names = ("indicator", "reporting_area", "counterpart_area", "coverage", "source")
    return " ".join([*(record[name]["code"] for name in names), record["period"]["label"]])


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("query", ["vintages=all", "as_of=2025-02-01"])
def test_growth_is_first_of_all_that_of_the_source_of_the_figure(
    client: AppClient, query: str, language: str
) -> None:
    """In the unit of the figure if the source publishes such a rate, and else in the other unit."""
    figures = client.get(f"/v1/observations?{query}&limit=1000&lang={language}").json()["items"]
    rates = client.get(
        "/v1/growth-rates", params={"vintages": "all", "limit": 1000, "lang": language}
    ).json()["items"]
    published: dict[str, list[dict[str, Any]]] = {}
    for rate in rates:
        published.setdefault(name_measurement(rate), []).append(rate)
    counts = {True: 0, False: 0}
    for figure in figures:
        own = published.get(name_measurement(figure), [])
        own = [
            *(rate for rate in own if rate["series"] == figure["series"]),
            *(rate for rate in own if rate["series"] != figure["series"]),
        ]
        counts[bool(own)] += 1
        if own:
            assert figure["growth"]["id"] == own[0]["id"]
        elif figure["growth"]:
            assert figure["growth"]["source"] != figure["source"]
    assert all(counts.values())


@pytest.mark.parametrize("language", Language)
def test_a_citation_names_the_source_and_the_location(
    newest: AppClient, language: Language
) -> None:
    """SQL writes citations as the function does that cites sources elsewhere."""
    query = f"limit=1000&lang={language}"
    sources = {one["code"]: one for one in newest.get(f"/v1/sources?{query}").json()["items"]}
    found = newest.get(f"/v1/observations?vintages=all&{query}").json()["items"]
    cited = [*found, *(one["growth"] for one in found if one["growth"])]
    cited += newest.get(f"/v1/commitments?{query}").json()["items"]
    locators = {one["locator"] for one in cited}
    assert None in locators
    assert any(".S" in (one or "") for one in locators)
    assert any(one and ".S" not in one for one in locators)
    for one in cited:
        source = sources[one["source"]["code"]]["citation"]
        assert one["citation"]["full"] == format_citation(source["full"], one["locator"], language)
        publisher, day = source["short"].rsplit(language.comma, 1)
        short = format_short_citation(publisher, day, one["locator"], language)
        assert one["citation"]["short"] == short


def test_the_growth_of_a_figure_names_the_rates_that_do_not_agree_with_it(
    newest: AppClient,
) -> None:
    url = "/v1/{}?vintages=all&limit=1000&lang={}"
    for language in ("en", "zh"):
        sentences = newest.get(f"/llms-full.txt?lang={language}").text.splitlines()
        rates = newest.get(url.format("growth-rates", language)).json()["items"]
        contradictions = {one["id"]: one["contradiction"] for one in rates}
        for one in rates:
            if one["contradiction"] and one["current"]:
                stated = one["display"], one["period"]["label"], one["citation"]["full"]
                expected = {*stated, one["contradiction"]["reason"]}
                assert any(all(part in line for part in expected) for line in sentences), one["id"]
        figures = newest.get(url.format("observations", language)).json()["items"]
        growing = [one for one in figures if one["growth"]]
        assert any(one["growth"]["contradiction"] for one in growing)
        for one in growing:
            growth = one["growth"]
            assert growth["contradiction"] == contradictions[growth["id"]], one["id"]
            if growth["contradiction"] and one["current"]:
                parts = (one["display"], one["period"]["label"], growth["display"])
                found = [line for line in sentences if all(part in line for part in parts)]
                assert found, one["id"]
                for line in found:
                    assert line.count(growth["contradiction"]["reason"]) == 1, one["id"]
