"""Series, comparisons, published growth and second reports."""

from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from starlette.testclient import TestClient

from app.ingest.build import build
from tests.support.seeds import ROOT, add, add_figure, copied
from tests.support.targets import opened

pytestmark = [pytest.mark.database, pytest.mark.quick]

COMPARE = "/v1/compare?indicator={}&period={}&period={}"


def all_series(client: TestClient) -> list[dict[str, Any]]:
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
        "2023": ("46.6 percent", None),
    },
    "trade-share.CN.BRI.partner-2025.PT.P12M": {
        "2021": ("45.3 percent", None),
        "2024": ("50.7 percent", None),
        "2025": ("51.9 percent", None),
    },
    "outward-direct-investment.CN.BRI.partner-2023.CNY.P12M": {
        "2023": ("224.09 billion yuan", "28.4 CNY"),
    },
    "outward-direct-investment.CN.BRI.partner-2025.CNY.P12M": {
        "2025": ("283.36 billion yuan", "18 CNY"),
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
        "2023": ("930.5 billion yuan", "9.8 CNY"),
    },
    "contracted-projects-turnover.CN.BRI.partner-2025.CNY.P12M": {
        "2025": ("1.1 trillion yuan", "9.6 CNY"),
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


def test_every_series_is_as_published(client: TestClient) -> None:
    found = {}
    for series in all_series(client):
        points = client.get(f"/v1/series/{series['code']}").json()["points"]
        found[series["code"]] = {
            point["period"]["start"][:4]: (
                point["display"],
                point["growth"] and f"{point['growth']['value']} {point['growth']['unit']['code']}",
            )
            for point in points
        }
    assert found == YEARS


def test_a_series_never_mixes_units_or_lengths(client: TestClient) -> None:
    seen = 0
    for series in all_series(client):
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
    client: TestClient, language: str
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


def test_a_series_as_of_a_day(client: TestClient) -> None:
    url = "/v1/series/trade-share.CN.BRI.partner-2025.PT.P12M"
    before = client.get(f"{url}?as_of=2025-01-14").json()
    assert before["as_of"] == "2025-01-14"
    shares = [point["value"] for point in before["points"]]
    assert shares == [50.3]
    now = client.get(url).json()
    assert now["as_of"] is None
    assert [point["value"] for point in now["points"]] == [45.3, 50.7, 51.9]


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
def test_series_are_filtered(client: TestClient, query: str, total: int) -> None:
    page = client.get(f"/v1/series?{query}").json()
    assert page["total"] == len(page["items"]) == total


class Pair(NamedTuple):
    """Two periods, and the obstacles between them."""

    indicator: str
    periods: tuple[str, str]
    obstacles: list[str]
    against_deriving: list[str]


PAIRS = (
    Pair("goods-trade", ("2024", "2025"), [], []),
    Pair("goods-trade", ("2013", "2022"), [], []),
    Pair("goods-trade", ("2023", "2024"), ["break"], ["break", "basis"]),
    Pair("goods-trade", ("2021", "2024"), [], []),
    Pair("outward-direct-investment", ("2024", "2023"), ["unit"], ["unit"]),
    Pair("outward-direct-investment", ("2024-01/2024-11", "2023"), ["months"], ["months"]),
    Pair("aid-projects", ("2023", "2025"), [], ["qualifier"]),
    Pair("trade-share", ("2021", "2024"), [], []),
    Pair("trade-share", ("2022", "2024"), ["break"], ["break"]),
)


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_two_periods_are_compared(client: TestClient, pair: Pair) -> None:
    url = COMPARE.format(pair.indicator, *pair.periods)
    body = client.get(url).json()
    assert [one["kind"] for one in body["obstacles"]] == pair.obstacles
    assert body["like_for_like"] is (not pair.obstacles)
    assert [one["kind"] for one in body["derivation_obstacles"]] == pair.against_deriving
    assert body["derivable"] is (not pair.against_deriving)
    assert body["derived"] is None
    assert body["earlier"]["period"]["start"] <= body["later"]["period"]["start"]
    assert client.get(COMPARE.format(pair.indicator, *pair.periods[::-1])).json() == body
    derived = client.get(f"{url}&derived=true&lang=zh")
    if pair.against_deriving:
        assert derived.status_code == 422
        assert derived.json()["code"] == "not-comparable"
        for one in client.get(f"{url}&lang=zh").json()["derivation_obstacles"]:
            assert one["text"] in derived.json()["detail"]
    else:
        inputs = [body["earlier"]["id"], body["later"]["id"]]
        assert derived.json()["derived"]["inputs"] == inputs


@pytest.mark.parametrize(
    ("indicator", "periods", "change", "measure"),
    [
        ("goods-trade", ("2024", "2025"), ("6.8", "6.3", "7.3"), "percent"),
        ("goods-trade", ("2013", "2022"), ("87.4", "87.2", "87.6"), "percent"),
        ("trade-share", ("2021", "2024"), ("5.4", "5.3", "5.5"), "percentage_points"),
    ],
)
def test_a_derived_change_is_right(
    client: TestClient,
    indicator: str,
    periods: tuple[str, str],
    change: tuple[str, str, str],
    measure: str,
) -> None:
    response = client.get(COMPARE.format(indicator, *periods) + "&derived=true")
    derived = response.json()["derived"]
    assert '"value":{},"lower":{},"upper":{},'.format(*change) in response.text
    assert derived["measure"] == measure
    assert derived["warning"].startswith("Calculated by this service")
    old, new = (
        Fraction(str(client.get(f"/v1/observations/{key}").json()["value"]))
        for key in derived["inputs"]
    )
    computed = (new / old - 1) * 100 if measure == "percent" else new - old
    assert abs(computed - Fraction(change[0])) <= Fraction(1, 20)


def test_a_comparison_includes_published_growth(client: TestClient) -> None:
    body = client.get(COMPARE.format("goods-trade", "2024", "2025")).json()
    assert body["published_growth"]["value"] == 6.3
    apart = client.get(COMPARE.format("goods-trade", "2022", "2025")).json()
    assert apart["published_growth"] is None


def test_a_comparison_as_of_a_day(client: TestClient) -> None:
    url = COMPARE.format("trade-share", "2023", "2024")
    assert client.get(url).json()["later"]["value"] == 50.7
    assert client.get(f"{url}&as_of=2025-01-14").json()["later"]["value"] == 50.3
    missing = client.get(f"{url}&as_of=2025-01-12").json()["errors"]
    assert missing == [
        {
            "location": "query.period",
            "message": "There is no figure for 2024; did you mean 2023?",
            "allowed": ["2013", "2022", "2023"],
            "suggestion": "2023",
        }
    ]


def test_a_comparison_keeps_to_the_areas_of_its_indicator(tmp_path: Path) -> None:
    seed = copied(tmp_path)
    norway = (seed / "areas/MY.yaml").read_text("utf-8").replace("position: 3", "position: 5")
    add(seed, "areas/AA.yaml", norway)
    for year in (2019, 2024, 2025):
        figure = {"year": year, "end": "12-31", "status": "normal", "published": "0.5"}
        series = "goods-trade.CN.AA.partner-2025.CNY.P12M"
        add_figure(seed, {**figure, "source": "weekly-2026-02-01", "series": series})
    build(seed, ROOT / "migrations", tmp_path / "bri.sqlite")
    with opened(tmp_path / "bri.sqlite") as app:
        client = TestClient(app)
        body = client.get(COMPARE.format("goods-trade", "2024", "2025")).json()
        missing = client.get(COMPARE.format("goods-trade", "2019", "2025")).json()
    assert body["earlier"]["counterpart_area"]["code"] == "BRI"
    assert body["later"]["counterpart_area"]["code"] == "BRI"
    assert "2019" not in missing["errors"][0]["allowed"]


@pytest.mark.parametrize(
    ("query", "location", "message"),
    [
        ("period=2024&period=2025", "query.indicator", "indicator is missing"),
        ("indicator=goods-trade&period=2024", "query.period", "use 2"),
        ("indicator=goods-trade&period=2024&period=2024", "query.period", "two different periods"),
        ("indicator=goods-trade&period=2024&period=24", "query.period", "24 is not a period"),
        (
            "indicator=goods-trade&period=2024&period=2024-11/2024-01",
            "query.period",
            "is not a period",
        ),
        (
            "indicator=goods-trade&period=2024&period=2024-13/2024-14",
            "query.period",
            "not a period",
        ),
        (
            "indicator=goods-trade&period=2024&period=2025&derived=yes",
            "query.derived",
            "not true, false, 1 or 0",
        ),
        ("indicator=goods-trade&period=2024&period=2025&unit=NB", "query.period", "no figure"),
        ("indicator=inward-investment&period=2024&period=2025", "query.period", "2024"),
    ],
)
def test_a_senseless_comparison_is_refused(
    client: TestClient, query: str, location: str, message: str
) -> None:
    response = client.get(f"/v1/compare?{query}")
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert location in {error["location"] for error in errors}
    assert message in str(errors)


def test_growth_is_published_growth(client: TestClient) -> None:
    rates = client.get("/v1/growth-rates?limit=1000").json()
    assert rates["total"] == 13
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
def test_reports_are_filtered(client: TestClient, query: str, total: int) -> None:
    page = client.get(f"/v1/reports?{query}").json()
    assert page["total"] == len(page["items"]) == total
    for report in page["items"]:
        assert client.get(f"/v1/reports/{report['id']}").json() == report
        own = client.get(f"/v1/observations/{report['observation']}").json()
        assert report["published_wording"] == own["published"]["wording"]
        assert report["note"]


def test_the_report_that_differs_has_a_note(client: TestClient) -> None:
    (report,) = client.get("/v1/reports?agreement=differs").json()["items"]
    assert "700" in report["wording"]
    assert "over" not in report["wording"]
    assert "over 700" in report["published_wording"].lower()
