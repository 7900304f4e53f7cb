"""Comparisons: the rules by which two figures are comparable, and the change between them."""

import re
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import pytest

from app.ingest.build import build
from tests.support.client import AppClient
from tests.support.seeds import ROOT, add, add_observation, copy_seed
from tests.support.targets import Target, open_app

pytestmark = [pytest.mark.database, pytest.mark.quick]

COMPARE = "/v1/compare?indicator={}&period={}&period={}"
ELEVEN_MONTHS = ("2023-01/2023-11", "2024-01/2024-11")


class Compared(NamedTuple):
    """Two periods, and the obstacles between them."""

    indicator: str
    periods: tuple[str, str]
    obstacles: list[str]
    only_against_deriving: list[str]


COMPARED = (
    Compared("goods-trade", ("2013", "2022"), [], []),
    Compared("goods-trade", ("2022", "2023"), [], []),
    Compared("goods-trade", ("2021", "2024"), [], []),
    Compared("goods-trade", ("2023", "2024"), ["coverage", "basis"], []),
    Compared("goods-trade", ("2024", "2025"), ["basis"], []),
    Compared("outward-direct-investment", ("2024", "2023"), ["unit", "coverage"], []),
    Compared("outward-direct-investment", ("2024-01/2024-11", "2023"), ["months"], []),
    Compared("outward-direct-investment", ELEVEN_MONTHS, ["other_unit_rate"], []),
    Compared("contracted-projects-turnover", ELEVEN_MONTHS, ["other_unit_rate"], []),
    Compared("aid-projects", ("2023", "2025"), ["coverage"], ["qualifier"]),
    Compared("trade-share", ("2021", "2022"), ["coverage"], []),
    Compared("trade-share", ("2021", "2024"), [], []),
    Compared("trade-share", ("2022", "2024"), ["coverage"], []),
)


@pytest.mark.parametrize("pair", COMPARED, ids=str)
def test_two_periods_are_compared(client: AppClient, pair: Compared) -> None:
    url = COMPARE.format(pair.indicator, *pair.periods)
    body = client.get(url).json()
    obstacles = [obstacle["kind"] for obstacle in body["obstacles"]]
    derivation_obstacles = [obstacle["kind"] for obstacle in body["derivation_obstacles"]]
    assert obstacles == pair.obstacles
    assert body["like_for_like"] is (not pair.obstacles)
    assert derivation_obstacles == pair.obstacles + pair.only_against_deriving
    assert body["derivable"] is (not derivation_obstacles)
    assert body["derived"] is None
    assert body["earlier"]["period"]["start"] <= body["later"]["period"]["start"]
    assert client.get(COMPARE.format(pair.indicator, *pair.periods[::-1])).json() == body
    for language in ("en", "zh"):
        derived = client.get(f"{url}&derived=true&lang={language}")
        if body["derivable"]:
            inputs = [body["earlier"]["id"], body["later"]["id"]]
            assert derived.json()["derived"]["inputs"] == inputs
            continue
        assert derived.status_code == 422
        assert derived.json()["code"] == "not-comparable"
        for one in client.get(f"{url}&lang={language}").json()["derivation_obstacles"]:
            assert one["text"] in derived.json()["detail"]


@pytest.mark.parametrize(
    ("indicator", "periods", "obstacles", "only_against_deriving"),
    [
        ("china-europe-train-cities", ("2023-04-30", "2024-04-30"), [], []),
        ("cooperation-documents", ("2021-01-29", "2021-12-16"), [], ["qualifier"]),
        (
            *("china-europe-trains", ("2011-01-01/2018-08-26", "2011-01/2019-02")),
            *([], ["cumulative"]),
        ),
        ("china-europe-trains", ("2011-01/2021-11", "2021"), ["stock_flow"], []),
        ("china-europe-trains", ("2020-08", "2021-11"), ["first_month"], []),
        ("china-europe-trains", ("2021-04", "2023-04"), [], []),
        (
            *("china-laos-railway-freight", ("2021-12-03/2022-04-03", "2021-12-03/2022-06-02")),
            *(["break"], ["cumulative", "qualifier"]),
        ),
    ],
)
def test_stocks_are_compared_and_totals_not_derived(
    newest: AppClient,
    indicator: str,
    periods: tuple[str, str],
    obstacles: list[str],
    only_against_deriving: list[str],
) -> None:
    body = newest.get(COMPARE.format(indicator, *periods)).json()
    assert [obstacle["kind"] for obstacle in body["obstacles"]] == obstacles
    found = [obstacle["kind"] for obstacle in body["derivation_obstacles"]]
    assert found == obstacles + only_against_deriving


@pytest.mark.parametrize(
    ("indicator", "periods", "change", "measure"),
    [
        ("goods-trade", ("2022", "2023"), ("2.7", "2.6", "2.8"), "percent"),
        ("goods-trade", ("2013", "2022"), ("87.4", "87.2", "87.6"), "percent"),
        ("trade-share", ("2021", "2024"), ("5.4", "5.3", "5.5"), "percentage_points"),
    ],
)
def test_a_derived_change_is_right(
    client: AppClient,
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


def test_a_change_that_rounds_to_zero_has_no_sign(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    for year, published in ((2016, "4.00000"), (2017, "3.99999")):
        figure = {"year": year, "end": "12-31", "status": "normal", "published": published}
        series = "goods-trade.CN.BRI.partner-2023.CNY.P12M"
        add_observation(seed, {**figure, "source": "weekly-2026-02-01", "series": series})
    build(seed, ROOT / "migrations", target)
    with open_app(target) as app, AppClient(app) as client:
        derived = client.get(COMPARE.format("goods-trade", "2016", "2017") + "&derived=true").text
        page = client.get("/compare?indicator=goods-trade&period=2016&period=2017").text
    assert '"value":0.0,"lower":-0.1,"upper":0.0,' in derived
    assert not re.search(r"[-−]0\.0\b", page)


# What was published about a pair, and what was known on a day.


def test_a_comparison_includes_the_rates_of_every_unit(client: AppClient) -> None:
    body = client.get(COMPARE.format("contracted-projects-turnover", *ELEVEN_MONTHS)).json()
    (rate,) = body["published_rates"]
    assert body["later"]["unit"]["code"] == "CNY"
    assert rate["unit"]["code"] == "USD"
    assert rate["display"] == "up 2.5 percent on a year earlier in US dollars"
    assert rate["base_period"]["start"] == "2023-01-01"
    assert rate["source"]["code"] == "xinhua-2024-12-19"
    own = client.get(f"/v1/growth-rates/{rate['id']}").json()
    assert own | {"display": rate["display"]} == rate
    assert "2.5 percent on a year earlier in US dollars" in body["obstacles"][0]["text"]


def test_a_comparison_includes_rates_for_another_base(client: AppClient) -> None:
    body = client.get(COMPARE.format("goods-trade", "2013", "2023")).json()
    assert {rate["value"] for rate in body["published_rates"]} == {2.8}
    assert body["derivable"]
    derived = client.get(COMPARE.format("goods-trade", "2013", "2023") + "&derived=true").json()
    assert "no published growth from the one period to the other" in derived["derived"]["warning"]
    derived = client.get(COMPARE.format("goods-trade", "2022", "2023") + "&derived=true").json()
    assert "“up 2.8 percent on a year earlier”; cite that" in derived["derived"]["warning"]


def test_a_comparison_uses_what_was_known_on_a_day(client: AppClient) -> None:
    url = COMPARE.format("trade-share", "2023", "2024")
    assert client.get(url).json()["later"]["value"] == 50.7
    assert client.get(f"{url}&as_of=2025-01-14").json()["later"]["value"] == 50.3


@pytest.mark.parametrize(
    ("day", "is_known"), [("2025-01-12", False), ("2025-01-13", True), ("2025-01-14", True)]
)
def test_a_figure_is_not_yet_known_before_its_day(
    client: AppClient, day: str, *, is_known: bool
) -> None:
    url = COMPARE.format("trade-share", "2023", "2024") + f"&as_of={day}"
    response = client.get(url)
    assert response.is_success is is_known
    if is_known:
        return
    message = (
        "The figure for the full year 2024 was not yet known on 12 January 2025; it became "
        "known on 13 January 2025"
    )
    problem = response.json()
    assert problem["detail"] == message
    assert problem["errors"] == [
        {"location": "query.as_of", "message": message, "allowed": None, "suggestion": None}
    ]
    chinese = client.get(f"{url}&lang=zh").json()["detail"]
    assert chinese == "截至2025年1月12日，本站未见2024年全年数据公布；所知最早公布日为2025年1月13日"


@pytest.mark.parametrize(
    ("url", "at"),
    [
        (COMPARE.format("trade-share", "2022", "2024"), "obstacles"),
        ("/v1/series/trade-share.CN.BRI.partner-2023.PT.P12M", "not_comparable_with"),
    ],
)
@pytest.mark.parametrize(
    ("language", "inference"),
    [("en", "This service infers the countries of “{}”"), ("zh", "“{}”系本站根据")],
)
def test_an_inferred_coverage_is_no_statement_of_a_source(
    client: AppClient, url: str, at: str, language: str, inference: str
) -> None:
    coverage = client.get(f"/v1/coverages/partner-2025?lang={language}").json()
    separator = "&" if "?" in url else "?"
    found = client.get(f"{url}{separator}lang={language}").json()[at][0]
    (obstacle,) = found.get("obstacles", [found])
    assert inference.format(coverage["name"]) in obstacle["text"]
    assert {"en": "description of this coverage", "zh": "依据说明"}[language] in obstacle["text"]
    assert "/v1/" not in obstacle["text"]


def test_a_period_without_a_figure_is_distinguished_from_an_unknown_one(client: AppClient) -> None:
    url = COMPARE.format("trade-share", "2019", "2024") + "&as_of=2025-01-12"
    missing, unknown = client.get(url).json()["errors"]
    assert missing["location"] == "query.period"
    message = (
        "No figure for the full year 2019 is recorded here; none is recorded for any other period "
        "of 2019"
    )
    assert missing["message"] == message
    assert missing["allowed"] == ["2013", "2022", "2023"]
    assert unknown["location"] == "query.as_of"


@pytest.mark.parametrize(
    ("query", "english", "chinese", "suggestion"),
    [
        (
            "indicator=outward-direct-investment&period=2024&period=2023&unit=CNY",
            (
                "No figure for the full year 2024 in CNY is recorded here; {USD}; figures of 2024 "
                "are recorded for {}"
            ),
            "本站未收录2024年全年以CNY计的数据；{USD}；2024年已收录的统计期为{}",
            "2024-01/2024-11",
        ),
        (
            "indicator=goods-trade&period=2024-01/2024-11&period=2023",
            (
                "No figure for January to November 2024 is recorded here; figures of 2024 are "
                "recorded for {}"
            ),
            "本站未收录2024年1—11月的数据；2024年已收录的统计期为{}",
            "2024",
        ),
        (
            "indicator=goods-trade&period=2023&period=2024&unit=USD",
            "No figure for the full year 2023 in USD is recorded here; {CNY}; {}",
            "本站未收录2023年全年以USD计的数据；{CNY}；{}",
            None,
        ),
    ],
)
def test_a_missing_period_names_other_units_and_the_periods_of_its_year(
    client: AppClient, query: str, english: str, chinese: str, suggestion: str | None
) -> None:
    texts = {
        "en": (
            "figures for this period are recorded in {}",
            "none is recorded for any other period of 2023",
            "; did you mean {}?",
        ),
        "zh": ("该期已收录以{}计的数据", "2023年其他统计期亦未收录", "；您要找的是{}吗？"),
    }
    for language, message in (("en", english), ("zh", chinese)):
        other_unit, none, question = texts[language]
        units = {unit: other_unit.format(unit) for unit in ("CNY", "USD")}
        expected = message.format(suggestion or none, **units)
        expected += question.format(suggestion) if suggestion else ""
        problem = client.get(f"/v1/compare?{query}&lang={language}").json()
        assert problem["detail"] == expected
        assert problem["errors"][0]["suggestion"] == suggestion


def test_a_comparison_is_of_the_coverage_that_was_requested(newest: AppClient) -> None:
    url = "/v1/compare?indicator=goods-trade&period=2013&period=2022"
    displays = {}
    for coverage in ("route", "partner-2023"):
        found = newest.get(f"{url}&coverage={coverage}").json()
        assert found["like_for_like"]
        for figure in (found["earlier"], found["later"]):
            assert figure["coverage"]["code"] == coverage
        displays[coverage] = found["later"]["display"]
    assert displays == {"route": "13.76 trillion yuan", "partner-2023": "18.95 trillion yuan"}


@pytest.mark.parametrize(
    ("query", "english", "chinese"),
    [
        (
            "period=2022&coverage=partner-2025",
            (
                "No figure for the full year 2022 with the coverage partner-2025 is recorded here; "
                "figures for this period are recorded with the coverage partner-2023, route"
            ),
            "本站未收录2022年全年partner-2025口径的数据；该期已收录partner-2023、route口径的数据",
        ),
        (
            "period=2022&coverage=route&unit=PT",
            (
                "No figure for the full year 2022 with the coverage route in PT is recorded here; "
                "figures for this period are recorded in CNY"
            ),
            "本站未收录2022年全年route口径以PT计的数据；该期已收录以CNY",
        ),
    ],
)
def test_a_missing_coverage_names_those_that_are_recorded(
    newest: AppClient, query: str, english: str, chinese: str
) -> None:
    for language, message in (("en", english), ("zh", chinese)):
        url = f"/v1/compare?indicator=goods-trade&period=2013&{query}&lang={language}"
        errors = newest.get(url).json()["errors"]
        assert any(error["message"].startswith(message) for error in errors), errors


def test_a_series_names_the_day_on_which_it_became_known(client: AppClient) -> None:
    url = "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M"
    series = client.get(url).json()
    first = series["first_vintage"]
    assert first == min(point["vintage"] for point in series["points"])
    assert client.get(f"{url}?as_of={first}").json()["points"]
    before = client.get(f"{url}?as_of=2025-01-12").json()
    assert before["points"] == []
    assert before["first_vintage"] == first


def test_a_comparison_keeps_to_the_areas_of_its_indicator(tmp_path: Path, target: Target) -> None:
    seed = copy_seed(tmp_path)
    norway = (seed / "areas/MY.yaml").read_text("utf-8").replace("position: 3", "position: 50")
    add(seed, "areas/AA.yaml", norway)
    for year in (2019, 2024, 2025):
        figure = {"year": year, "end": "12-31", "status": "normal", "published": "0.5"}
        series = "goods-trade.CN.AA.partner-2025.CNY.P12M"
        add_observation(seed, {**figure, "source": "weekly-2026-02-01", "series": series})
    build(seed, ROOT / "migrations", target)
    with open_app(target) as app, AppClient(app) as client:
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
        ("indicator=goods-trade&period=2024&period=2025&unit=NB", "query.period", "in CNY"),
        ("indicator=inward-investment&period=2024&period=2025", "query.period", "2024"),
    ],
)
def test_a_senseless_comparison_is_refused(
    client: AppClient, query: str, location: str, message: str
) -> None:
    response = client.get(f"/v1/compare?{query}")
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert location in {error["location"] for error in errors}
    assert message in str(errors)
