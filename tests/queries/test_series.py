"""Series, published growth and second reports."""

from itertools import combinations
from typing import Any

import pytest

from tests.support.client import AppClient

pytestmark = [pytest.mark.database, pytest.mark.quick]


def list_series(client: AppClient) -> list[dict[str, Any]]:
    """List every series."""
    items: list[dict[str, Any]] = client.get("/v1/series?limit=1000").json()["items"]
    return items


YEARS = {
    "goods-trade.CN.BRI.partner-2023.CNY.P12M": {
        "2013": ("10.11 trillion yuan", None),
        "2022": ("18.95 trillion yuan", None),
        "2023": ("19.47 trillion yuan", "2.8 CNY"),
    },
    "goods-trade.CN.BRI.partner-2025.CNY.P12M": {
        "2024": ("22.1 trillion yuan", "6.4 CNY"),
        "2025": ("23.6 trillion yuan", "6.3 CNY"),
    },
    "goods-trade.CN.BRI.partner-2025.USD.P12M": {
        "2021": ("2.7 trillion US dollars", None),
        "2024": ("3.1 trillion US dollars", "6.4 CNY"),
    },
    "trade-share.CN.BRI.partner-2023.PT.P12M": {
        "2013": ("39.2 percent", None),
        "2022": ("45.4 percent", None),
        "2023": ("46.6 percent", "1.2 PT"),
    },
    "trade-share.CN.BRI.partner-2025.PT.P12M": {
        "2021": ("45.3 percent", None),
        "2024": ("50.7 percent", None),
        "2025": ("51.9 percent", None),
    },
    "outward-direct-investment.CN.BRI.partner-2023.CNY.P12M": {
        "2023": ("224.09 billion yuan", "28.4 CNY")
    },
    "outward-direct-investment.CN.BRI.partner-2025.CNY.P12M": {
        "2025": ("283.36 billion yuan", "18 CNY")
    },
    "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M": {
        "2023": ("201.1 billion yuan", "26.8 CNY"),
        "2024": ("214.66 billion yuan", "5.1 USD"),
    },
    "outward-direct-investment.CN.BRI.partner-2025.USD.P12M": {
        "2024": ("33.69 billion US dollars", "5.4 USD")
    },
    "outward-direct-investment.CN.BRI.partner-2023.USD.P11M": {
        "2024": ("30.17 billion US dollars", "5.1 USD")
    },
    "contracted-projects-turnover.CN.BRI.partner-2023.CNY.P12M": {
        "2023": ("930.5 billion yuan", "9.8 CNY")
    },
    "contracted-projects-turnover.CN.BRI.partner-2025.CNY.P12M": {
        "2025": ("1.1 trillion yuan", "9.6 CNY")
    },
    "contracted-projects-turnover.CN.BRI.partner-2023.CNY.P11M": {
        "2023": ("784.8 billion yuan", "8.5 CNY"),
        "2024": ("826.34 billion yuan", "2.5 USD"),
    },
    "contracted-projects-turnover.CN.BRI.partner-2023.USD.P11M": {
        "2024": ("116.14 billion US dollars", "2.5 USD")
    },
    "inward-investment.CN.BRI.partner-2025.CNY.P12M": {"2025": ("116.81 billion yuan", "1.9 CNY")},
    "inward-investment.CN.BRI.partner-2023.CNY.P11M": {"2024": ("99.87 billion yuan", None)},
    "aid-projects.CN.BRI.partner-2023.NB.P12M": {"2023": ("nearly 700", None)},
    "aid-projects.CN.BRI.partner-2025.NB.P12M": {"2025": ("over 700", None)},
    "aid-projects.CN.BRI.partner-2023.NB.P11M": {"2024": ("over 700", None)},
    "investment-agreements.CN.BRI.partner-2025.NB.P12M": {"2025": ("18", None)},
    "investment-agreements.CN.BRI.partner-2023.NB.P11M": {"2024": ("36", None)},
    "import-share.CN.BRI.partner-2025.PT.P12M": {"2024": ("nearly 54 percent", None)},
}
"""Every series as the sources have it: the figure, and the published growth with its unit."""


def test_every_series_is_as_published(client: AppClient) -> None:
    found = {}
    for series in list_series(client):
        points = client.get(f"/v1/series/{series['code']}").json()["points"]
        found[series["code"]] = {
            point["period"]["start"][:4]: (
                point["display"],
                point["growth"] and f"{point['growth']['value']} {point['growth']['unit']['code']}",
            )
            for point in points
        }
    assert found == YEARS


def test_a_series_never_mixes_units_or_lengths(client: AppClient) -> None:
    seen = 0
    for series in list_series(client):
        points = client.get(f"/v1/series/{series['code']}").json()["points"]
        for point in points:
            assert point["series"] == series["code"]
            assert point["period"]["months"] == series["months"]
            assert point["unit"] == series["unit"]
            assert point["counterpart_area"] == series["counterpart_area"]
            assert point["coverage"] == series["coverage"]
        starts = [point["period"]["start"] for point in points]
        assert starts == sorted(set(starts))
        assert series["observations"] == len(points)
        if points:
            assert series["first_period"] == points[0]["period"]
            assert series["last_period"] == points[-1]["period"]
        seen += len(points)
    assert seen == client.get("/v1/observations").json()["total"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_series_of_one_indicator_explain_their_differences(
    client: AppClient, language: str
) -> None:
    series = client.get(f"/v1/series?limit=1000&lang={language}").json()["items"]
    for one, other in combinations(series, 2):
        shown = {entry["series"]: entry for entry in one["not_comparable_with"]}
        if one["indicator"] != other["indicator"]:
            assert other["code"] not in shown
            continue
        kinds = {obstacle["kind"] for obstacle in shown[other["code"]]["obstacles"]}
        differ = {"months"} if one["months"] != other["months"] else set()
        differ |= {"unit"} if one["unit"] != other["unit"] else set()
        differ |= {"coverage"} if one["coverage"] != other["coverage"] else set()
        assert kinds == differ != set()


def test_a_series_shows_what_was_known_on_a_day(client: AppClient) -> None:
    url = "/v1/series/trade-share.CN.BRI.partner-2025.PT.P12M"
    before = client.get(f"{url}?as_of=2025-01-14").json()
    assert before["as_of"] == "2025-01-14"
    shares = [point["value"] for point in before["points"]]
    assert shares == [50.3]
    now = client.get(url).json()
    assert now["as_of"] is None
    assert [point["value"] for point in now["points"]] == [45.3, 50.7, 51.9]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("as_of", [None, "2025-01-15"])
def test_points_name_the_obstacles_that_a_comparison_finds(
    client: AppClient, language: str, as_of: str | None
) -> None:
    query = {"lang": language} | ({"as_of": as_of} if as_of else {})
    found = 0
    for series in list_series(client):
        points = client.get(f"/v1/series/{series['code']}", params=query).json()["points"]
        for earlier, later in combinations(points, 2):
            pair = {
                "indicator": series["indicator"]["code"],
                "unit": series["unit"]["code"],
                "period": [to_parameter(one["period"]) for one in (earlier, later)],
            }
            compared = client.get("/v1/compare", params=pair | query).json()
            assert [compared["earlier"]["id"], compared["later"]["id"]] == [
                earlier["id"],
                later["id"],
            ]
            shown = [
                {"kind": obstacle["kind"], "text": obstacle["text"]}
                for obstacle in later["obstacles"]
                if obstacle["observation"] == earlier["id"]
            ]
            assert shown == compared["obstacles"]
            assert all(
                obstacle["period"] == earlier["period"]
                for obstacle in later["obstacles"]
                if obstacle["observation"] == earlier["id"]
            )
            found += len(shown)
    assert found or as_of


def to_parameter(period: dict[str, Any]) -> str:
    """Write a period as a parameter."""
    start, end = period["start"][:7], period["end"][:7]
    return period["start"][:4] if period["months"] == 12 else f"{start}/{end}"


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("indicator=goods-trade", 3),
        ("topic=projects", 7),
        ("coverage=partner-2023&months=12", 5),
        ("unit=USD", 4),
        ("months=11", 7),
        ("unit=NB&months=12", 3),
    ],
)
def test_series_are_filtered(client: AppClient, query: str, total: int) -> None:
    page = client.get(f"/v1/series?{query}").json()
    assert page["total"] == len(page["items"]) == total


def test_growth_is_published_growth(client: AppClient) -> None:
    rates = client.get("/v1/growth-rates?limit=1000").json()
    assert rates["total"] == 14
    for rate in rates["items"]:
        assert client.get(f"/v1/growth-rates/{rate['id']}").json() == rate
        assert rate["period"]["months"] == rate["base_period"]["months"]
        assert rate["base_period"]["end"] < rate["period"]["start"]
    restated = [rate["id"] for rate in rates["items"] if rate["basis"] == "restated"]
    assert restated == [
        "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.chinataiwan-2025-01-13",
        "goods-trade.CN.BRI.partner-2025.CNY.P12M.2025-01.landbridge-2026-01-16",
    ]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("agreement=differs", 1),
        ("agreement=other_unit", 2),
        ("source=china-org-transcript-2025-02-20", 5),
        ("indicator=aid-projects", 1),
        ("series=goods-trade.CN.BRI.partner-2025.CNY.P12M", 2),
    ],
)
def test_reports_are_filtered(client: AppClient, query: str, total: int) -> None:
    page = client.get(f"/v1/reports?{query}").json()
    assert page["total"] == len(page["items"]) == total
    for report in page["items"]:
        assert client.get(f"/v1/reports/{report['id']}").json() == report
        own = client.get(f"/v1/observations/{report['observation']}").json()
        assert report["published_wording"] == own["published"]["wording"]
        assert report["note"]


def test_the_report_that_differs_has_a_note(client: AppClient) -> None:
    (report,) = client.get("/v1/reports?agreement=differs").json()["items"]
    assert "700" in report["wording"]
    assert "over" not in report["wording"]
    assert "over 700" in report["published_wording"].lower()
