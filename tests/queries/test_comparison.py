"""Comparisons: the rules by which two figures are comparable, and the change between them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Connection, select
from sqlmodel import col
from starlette.testclient import TestClient

from app.application import App
from app.db.models import GrowthRate
from app.enums import ChangeMeasure, EvidenceBasis, GrowthBasis, Qualifier
from app.i18n import Language
from app.ingest.build import build
from app.queries import comparison, obstacles
from app.queries.comparison import compare_observations, derive_change
from app.queries.observations import read_observations, select_observations
from app.queries.obstacles import OTHER_UNIT_TOLERANCE
from tests.support.seeds import NEWEST, ROOT, add, add_figure, copied, edit, name_contradiction
from tests.support.targets import Target, opened

pytestmark = [pytest.mark.database, pytest.mark.quick]

COMPARE = "/v1/compare?indicator={}&period={}&period={}"
ELEVEN_MONTHS = ("2023-01/2023-11", "2024-01/2024-11")
GOODS_RATE = "growth-rates/goods-trade.CN.BRI.partner-2023.CNY.P12M.2023-01.yuduxx-2024-01-12.yaml"
PROJECTS_RATE = (
    "growth-rates/"
    "contracted-projects-turnover.CN.BRI.partner-2023.USD.P11M.2024-01.xinhua-2024-12-19.yaml"
)


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
def test_two_periods_are_compared(client: TestClient, pair: Compared) -> None:
    url = COMPARE.format(pair.indicator, *pair.periods)
    body = client.get(url).json()
    obstacles = [one["kind"] for one in body["obstacles"]]
    derivation_obstacles = [one["kind"] for one in body["derivation_obstacles"]]
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
            *("china-laos-railway-freight", ("2021-12-03/2022-04-03", "2021-12-03/2022-05-03")),
            *(["break"], ["cumulative", "qualifier"]),
        ),
    ],
)
def test_stocks_are_compared_and_totals_not_derived(
    newest: App,
    indicator: str,
    periods: tuple[str, str],
    obstacles: list[str],
    only_against_deriving: list[str],
) -> None:
    client = TestClient(newest)
    body = client.get(COMPARE.format(indicator, *periods)).json()
    assert [one["kind"] for one in body["obstacles"]] == obstacles
    found = [one["kind"] for one in body["derivation_obstacles"]]
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


# What was published about a pair, and what was known on a day.


def test_a_comparison_includes_the_rates_of_every_unit(client: TestClient) -> None:
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


def test_a_comparison_includes_rates_for_another_base(client: TestClient) -> None:
    body = client.get(COMPARE.format("goods-trade", "2013", "2023")).json()
    assert {rate["value"] for rate in body["published_rates"]} == {2.8}
    assert body["derivable"]
    derived = client.get(COMPARE.format("goods-trade", "2013", "2023") + "&derived=true").json()
    assert "no growth from the one period to the other" in derived["derived"]["warning"]
    derived = client.get(COMPARE.format("goods-trade", "2022", "2023") + "&derived=true").json()
    assert "up 2.8 percent on a year earlier; cite that" in derived["derived"]["warning"]


def test_a_comparison_as_of_a_day(client: TestClient) -> None:
    url = COMPARE.format("trade-share", "2023", "2024")
    assert client.get(url).json()["later"]["value"] == 50.7
    assert client.get(f"{url}&as_of=2025-01-14").json()["later"]["value"] == 50.3


@pytest.mark.parametrize(
    ("day", "is_known"), [("2025-01-12", False), ("2025-01-13", True), ("2025-01-14", True)]
)
def test_a_figure_is_not_yet_known_before_its_day(
    client: TestClient, day: str, *, is_known: bool
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
    client: TestClient, url: str, at: str, language: str, inference: str
) -> None:
    coverage = client.get(f"/v1/coverages/partner-2025?lang={language}").json()
    separator = "&" if "?" in url else "?"
    found = client.get(f"{url}{separator}lang={language}").json()[at][0]
    (obstacle,) = found.get("obstacles", [found])
    assert inference.format(coverage["name"]) in obstacle["text"]
    assert {"en": "description of this coverage", "zh": "依据说明"}[language] in obstacle["text"]
    assert "/v1/" not in obstacle["text"]


def test_a_period_without_a_figure_is_distinguished_from_an_unknown_one(
    client: TestClient,
) -> None:
    url = COMPARE.format("trade-share", "2019", "2024") + "&as_of=2025-01-12"
    missing, unknown = client.get(url).json()["errors"]
    assert missing["location"] == "query.period"
    message = "No figure for 2019 is recorded here; none is recorded for any other period of 2019"
    assert missing["message"] == message
    assert missing["allowed"] == ["2013", "2022", "2023"]
    assert unknown["location"] == "query.as_of"


@pytest.mark.parametrize(
    ("query", "english", "chinese", "suggestion"),
    [
        (
            "indicator=outward-direct-investment&period=2024&period=2023&unit=CNY",
            (
                "No figure for 2024 in CNY is recorded here; {USD}; figures of 2024 are recorded"
                " for {}"
            ),
            "本站未收录2024以CNY计的数据；{USD}；2024年已收录的统计期为{}",
            "2024-01/2024-11",
        ),
        (
            "indicator=goods-trade&period=2024-01/2024-11&period=2023",
            "No figure for 2024-01/2024-11 is recorded here; figures of 2024 are recorded for {}",
            "本站未收录2024-01/2024-11的数据；2024年已收录的统计期为{}",
            "2024",
        ),
        (
            "indicator=goods-trade&period=2023&period=2024&unit=USD",
            "No figure for 2023 in USD is recorded here; {CNY}; {}",
            "本站未收录2023以USD计的数据；{CNY}；{}",
            None,
        ),
    ],
)
def test_a_missing_period_names_other_units_and_the_periods_of_its_year(
    client: TestClient, query: str, english: str, chinese: str, suggestion: str | None
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


def test_a_series_names_the_day_on_which_it_became_known(client: TestClient) -> None:
    url = "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M"
    series = client.get(url).json()
    first = series["first_vintage"]
    assert first == min(point["vintage"] for point in series["points"])
    assert client.get(f"{url}?as_of={first}").json()["points"]
    before = client.get(f"{url}?as_of=2025-01-12").json()
    assert before["points"] == []
    assert before["first_vintage"] == first


# Rates that contradict the figures, in copies of the seed.


def compare_in_copy(
    folder: Path, target: Target, rate: tuple[str, str, str], query: str
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Change one growth rate of the seed and compare: plain, and with the derived change."""
    seed = copied(folder)
    remove_other_rates(seed)
    edit(seed, *rate)
    build(seed, ROOT / "migrations", target)
    with opened(target) as app, TestClient(app) as client:
        return client.get(query).json(), client.get(f"{query}&derived=true").json()


def remove_other_rates(seed: Path) -> None:
    """Leave one source of the growth of goods trade in 2023, which three sources state."""
    for path in (seed / "growth-rates").glob(
        Path(GOODS_RATE).name.replace("yuduxx-2024-01-12", "*")
    ):
        if path != seed / GOODS_RATE:
            path.unlink()


@pytest.mark.parametrize(
    ("printed", "fits"),
    [
        ("2.6", False),
        ("2.7", True),
        ("2.8", True),
        ("2.9", False),
        ("2.80", True),
        ("2.81", False),
        ("3", True),
        ("3.0", False),
        ("-2.7", False),
    ],
)
def test_a_rate_must_fit_the_figures_within_rounding(
    tmp_path: Path, target: Target, printed: str, *, fits: bool
) -> None:
    # 18.945 to 18.955 and 19.465 to 19.475 trillion yuan: a change of 2.691% to 2.798%.
    url = COMPARE.format("goods-trade", "2022", "2023")
    body, derived = compare_in_copy(
        tmp_path, target, (GOODS_RATE, "value: 2.8\n", f"value: {printed}\n"), url
    )
    assert body["like_for_like"] is body["derivable"] is fits
    if fits:
        assert f"{printed} percent" in derived["derived"]["warning"]
    else:
        (obstacle,) = body["obstacles"]
        assert obstacle["kind"] == "rate"
        assert "between 2.69 and 2.80 percent" in obstacle["text"]
        assert derived["detail"] == obstacle["text"]


@pytest.mark.parametrize(
    ("printed", "fits"), [("3.7", False), ("3.8", True), ("6.8", True), ("6.9", False)]
)
def test_a_rate_in_another_unit_may_differ_by_the_tolerance(
    tmp_path: Path, target: Target, printed: str, *, fits: bool
) -> None:
    # The yuan figures give 5.286% to 5.300%; the rate in dollars may be 1.5 points from that.
    url = COMPARE.format("contracted-projects-turnover", *ELEVEN_MONTHS)
    body, derived = compare_in_copy(
        tmp_path, target, (PROJECTS_RATE, "value: 2.5\n", f"value: {printed}\n"), url
    )
    assert body["like_for_like"] is body["derivable"] is fits
    if fits:
        assert f"{printed} percent on a year earlier in US dollars" in derived["derived"]["warning"]
    else:
        assert [one["kind"] for one in body["obstacles"]] == ["other_unit_rate"]
        assert f"{OTHER_UNIT_TOLERANCE} percentage points" in derived["detail"]


def test_a_rate_on_a_restated_base_forbids_the_comparison(tmp_path: Path, target: Target) -> None:
    rate = (GOODS_RATE, "basis: unstated", "basis: restated")
    body, _ = compare_in_copy(tmp_path, target, rate, COMPARE.format("goods-trade", "2022", "2023"))
    assert [one["kind"] for one in body["obstacles"]] == ["basis"]
    assert not body["like_for_like"]


def test_a_rate_that_is_not_current_is_shown_and_contradicts_nothing(
    tmp_path: Path, target: Target
) -> None:
    seed = copied(tmp_path)
    remove_other_rates(seed)
    repost, primary, secondary = "yuduxx-2024-01-12", "scio-2024-02-07", "shine-2025-01-26"
    name_contradiction(seed, GOODS_RATE, "goods-trade", "2.8, 5 and 9")
    rate = (seed / GOODS_RATE).read_text("utf-8")
    edit(seed, GOODS_RATE, "value: 2.8\n", "value: 5\n")
    add(seed, GOODS_RATE.replace(repost, primary), rate.replace(repost, primary))
    never = rate.replace(repost, secondary).replace("value: 2.8\n", "value: 9\n")
    add(seed, GOODS_RATE.replace(repost, secondary), never)
    build(seed, ROOT / "migrations", target)
    url = COMPARE.format("goods-trade", "2022", "2023")
    with opened(target) as app, TestClient(app) as client:
        today = client.get(url).json()
        before = client.get(f"{url}&as_of=2024-01-13").json()
        after = client.get(f"{url}&as_of=2025-02-01").json()
    assert [(rate["value"], rate["current"]) for rate in today["published_rates"]] == [
        (5, False),
        (2.8, True),
        (9, False),
    ]
    assert today["derivable"]
    assert after == today
    assert [rate["value"] for rate in before["published_rates"]] == [5]
    assert [one["kind"] for one in before["obstacles"]] == ["rate"]


def test_a_comparison_keeps_to_the_areas_of_its_indicator(tmp_path: Path, target: Target) -> None:
    seed = copied(tmp_path)
    norway = (seed / "areas/MY.yaml").read_text("utf-8").replace("position: 3", "position: 50")
    add(seed, "areas/AA.yaml", norway)
    for year in (2019, 2024, 2025):
        figure = {"year": year, "end": "12-31", "status": "normal", "published": "0.5"}
        series = "goods-trade.CN.AA.partner-2025.CNY.P12M"
        add_figure(seed, {**figure, "source": "weekly-2026-02-01", "series": series})
    build(seed, ROOT / "migrations", target)
    with opened(target) as app, TestClient(app) as client:
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
    client: TestClient, query: str, location: str, message: str
) -> None:
    response = client.get(f"/v1/compare?{query}")
    assert response.status_code == 422
    errors = response.json()["errors"]
    assert location in {error["location"] for error in errors}
    assert message in str(errors)


# The rules once more, in exact fractions of what is served, for every pair.


class Exact(NamedTuple):
    """Two ends of an interval."""

    lower: Fraction
    upper: Fraction


def exact(number: object) -> Fraction:
    return Fraction(str(number))


def get_rounding(figure: dict[str, Any]) -> Exact:
    rounding = figure["rounding"]
    return Exact(exact(rounding["lower"]), exact(rounding["upper"]))


def get_changes(earlier: dict[str, Any], later: dict[str, Any], measure: str) -> Exact | None:
    """Return the smallest and largest change between two true values within rounding."""
    old, new = get_rounding(earlier), get_rounding(later)
    if measure == "percentage_points":
        return Exact(new.lower - old.upper, new.upper - old.lower)
    if old.lower <= 0:
        return None
    changes = [(one / other - 1) * 100 for one, other in product(new, old)]
    return Exact(min(changes), max(changes))


def get_printed_interval(value: object, decimals: int) -> Exact:
    half = Fraction(1, 2 * 10**decimals)
    return Exact(exact(value) - half, exact(value) + half)


def overlap(one: Exact, other: Exact, tolerance: Fraction) -> bool:
    return one.lower - other.upper <= tolerance and other.lower - one.upper <= tolerance


def list_rates_between(
    rates: Sequence[dict[str, Any]], earlier: dict[str, Any], later: dict[str, Any]
) -> list[dict[str, Any]]:
    """List the current rates that state the change from one figure to another."""
    return [
        rate
        for rate in rates
        if rate["current"]
        and rate["indicator"]["code"] == later["indicator"]["code"]
        and rate["coverage"]["code"] == later["coverage"]["code"]
        and earlier["unit"]["code"] == later["unit"]["code"]
        and [rate["period"][end] for end in ("start", "end")]
        == [later["period"][end] for end in ("start", "end")]
        and [rate["base_period"][end] for end in ("start", "end")]
        == [earlier["period"][end] for end in ("start", "end")]
    ]


def fits(rate: dict[str, Any], changes: Exact, later: dict[str, Any]) -> bool:
    is_other_unit = rate["unit"]["code"] != later["unit"]["code"]
    tolerance = Fraction(3, 2) if is_other_unit else Fraction(0)
    return overlap(changes, get_printed_interval(rate["value"], rate["decimals"]), tolerance)


def list_expected(
    earlier: dict[str, Any], later: dict[str, Any], between: Sequence[dict[str, Any]]
) -> tuple[set[str], set[str]]:
    """List the kinds of obstacles by the rule of the guide: all, and those only against deriving.

    Breaks are left out.
    """
    names = ("unit", "coverage")
    found = {name for name in names if earlier[name]["code"] != later[name]["code"]}
    kinds = earlier["stock_flow"], later["stock_flow"]
    starts = [earlier["period"]["start"], later["period"]["start"]]
    if kinds[0] != kinds[1]:
        found.add("stock_flow")
    elif kinds[0] == "cumulative" and starts[0] != starts[1]:
        found.add("start")
    elif earlier["period"]["months"] != later["period"]["months"]:
        found.add("months")
    elif kinds[0] == "flow" and starts[0].month != starts[1].month:
        found.add("first_month")
    for rate in between:
        changes = get_changes(earlier, later, rate["measure"])
        if rate["basis"] == "restated":
            found.add("basis")
        elif changes is not None and not fits(rate, changes, later):
            is_own = rate["unit"]["code"] == later["unit"]["code"]
            found.add("rate" if is_own else "other_unit_rate")
    only = set() if earlier["qualifier"] == later["qualifier"] == "none" else {"qualifier"}
    if kinds == ("cumulative", "cumulative") and starts[0] == starts[1]:
        only.add("cumulative")
    if get_changes(earlier, later, "percent") is None and later["unit"]["code"] != "PT":
        only.add("base")
    return found, only


def check_derived(
    pair: comparison.Pair, between: Sequence[dict[str, Any]], share: float = 0.5
) -> None:
    """Check that the interval holds every possible change, and the published one."""
    derived = derive_change(pair, Language.ENGLISH)
    lower, upper = exact(derived["lower"]), exact(derived["upper"])
    assert lower <= exact(derived["value"]) <= upper
    is_share = pair.later["unit"]["code"] == "PT"
    old, new = get_rounding(pair.earlier), get_rounding(pair.later)
    inner = Fraction(share)
    olds = [*old, old.lower + inner * (old.upper - old.lower)]
    news = [*new, new.lower + (1 - inner) * (new.upper - new.lower)]
    for one, other in product(olds, news):
        change = other - one if is_share else (other / one - 1) * 100
        assert lower <= change <= upper
    for rate in between:
        assert rate["basis"] == "unstated"
        changes = get_changes(pair.earlier, pair.later, rate["measure"])
        # A share that may be zero changes by points, but not by a percentage.
        assert is_share if changes is None else fits(rate, changes, pair.later)
        assert rate["display"] in derived["warning"] or rate is not between[0]


@pytest.fixture(scope="module")
def newest(new_target: Callable[[], Target]) -> Iterator[App]:
    """Serve the newest seed, so that the rules hold for the figures of every later edition."""
    target = new_target()
    build(NEWEST, ROOT / "migrations", target)
    with opened(target) as app:
        yield app


def list_kinds(obstacles: Sequence[dict[str, Any]]) -> set[str]:
    return {str(one["kind"]) for one in obstacles}


def test_the_rules_hold_for_all_pairs_of_observations(newest: App) -> None:
    client = TestClient(newest)
    rates = client.get("/v1/growth-rates?vintages=all&limit=1000").json()["items"]
    total = client.get("/v1/observations?vintages=all").json()["total"]
    with newest.state.releases.get_release().database.engine.connect() as connection:
        check_all_pairs(connection, rates, total)


def check_all_pairs(connection: Connection, rates: list[dict[str, Any]], total: int) -> None:
    language = Language.ENGLISH
    figures = read_observations(connection, language, select_observations(language))
    assert len(figures) == total
    codes = col(GrowthRate.code), col(GrowthRate.decimals)
    decimals = {row.code: row.decimals for row in connection.execute(select(*codes))}
    for rate in rates:
        rate["decimals"] = decimals[rate["id"]]
        for period in (rate["period"], rate["base_period"]):
            for end in ("start", "end"):
                period[end] = date.fromisoformat(period[end])
    derivable = set()
    compared = Counter[tuple[str, str]]()
    for one, other in combinations(figures, 2):
        if one["indicator"]["code"] != other["indicator"]["code"]:
            continue
        # Two pairs for each two series are enough, because series differ as a whole.
        compared[one["series"], other["series"]] += 1
        if one["series"] != other["series"] and compared[one["series"], other["series"]] > 2:
            continue
        earlier, later = sorted((one, other), key=obstacles.get_span)
        if obstacles.get_span(earlier) == obstacles.get_span(later):
            continue
        pair = compare_observations(connection, language, earlier, later)
        between = list_rates_between(rates, earlier, later)
        found, only = list_expected(earlier, later, between)
        kinds = list_kinds(pair.obstacles) - {"break"}
        assert kinds == found, (earlier["id"], later["id"])
        assert list_kinds(pair.derivation_obstacles) - {"break"} == found | only
        assert {rate["id"] for rate in pair.published_rates} == {
            rate["id"]
            for rate in rates
            if rate["indicator"]["code"] == later["indicator"]["code"]
            and (rate["period"]["start"], rate["period"]["end"]) == obstacles.get_span(later)
        }
        if not pair.derivation_obstacles:
            derivable.add((earlier["id"], later["id"]))
            check_derived(pair, between)
    assert derivable


def create_figure(year: int, printed: Decimal, multiplier: int, **values: Any) -> dict[str, Any]:
    """Create an observation as it is read from the database."""
    half = Decimal(values["rounded"]).scaleb(multiplier + int(printed.as_tuple().exponent)) / 2
    value = printed.scaleb(multiplier)
    return {
        "id": f"figure-{year}",
        "display": f"{printed:f}",
        "value": value,
        "rounding": {"lower": value - half, "upper": value + half},
        "unit": {"code": values["unit"], "name": values["unit"]},
        "coverage": {
            "code": values["coverage"],
            "name": values["coverage"],
            "basis": EvidenceBasis.STATED,
        },
        "qualifier": values["qualifier"],
        "indicator": {"code": "made-up"},
        "series": "made-up",
        "contradiction": None,
        "source": {"code": f"source-{year}"},
        "stock_flow": "flow",
        "period": {"start": date(year, 1, 1), "end": date(year, 12, 31), "months": 12},
    }


PRINTED = st.tuples(st.integers(-50, 99_999), st.integers(0, 4)).map(
    lambda drawn: Decimal(drawn[0]).scaleb(-drawn[1])
)
FIGURES = st.fixed_dictionaries(
    {
        "printed": PRINTED,
        "multiplier": st.sampled_from([0, 8, 12]),
        "rounded": st.booleans(),
        "qualifier": st.sampled_from([Qualifier.NONE] * 4 + [Qualifier.OVER]),
        "coverage": st.sampled_from(["partner-2025"] * 4 + ["partner-2023"]),
    }
)
RATES = st.lists(
    st.fixed_dictionaries(
        {
            "distance": st.integers(-400, 400),
            "decimals": st.integers(0, 2),
            "unit": st.sampled_from(["CNY", "USD"]),
            "measure": st.sampled_from(ChangeMeasure),
            "basis": st.sampled_from([GrowthBasis.UNSTATED] * 5 + [GrowthBasis.RESTATED]),
            "base": st.sampled_from([2023] * 4 + [2022]),
            "is_current": st.sampled_from([True] * 4 + [False]),
            "coverage": st.sampled_from(["partner-2025"] * 4 + ["partner-2023"]),
        }
    ),
    max_size=3,
)


def create_rate(later: dict[str, Any], near: Fraction, drawn: dict[str, Any]) -> dict[str, Any]:
    """Create a rate as it is read from the database, some hundredths of a point from a change."""
    number = float(near + Fraction(drawn["distance"], 100))
    step = Decimal(1).scaleb(-drawn["decimals"])
    return {
        "value": Decimal(number).quantize(step),
        "decimals": drawn["decimals"],
        "display": f"{number}",
        "unit": {"code": drawn["unit"]},
        "measure": drawn["measure"],
        "basis": drawn["basis"],
        "note": None,
        "coverage": {"code": drawn["coverage"]},
        "indicator": later["indicator"],
        "current": drawn["is_current"],
        "period": later["period"],
        "base_period": {"start": date(drawn["base"], 1, 1), "end": date(drawn["base"], 12, 31)},
    }


@given(FIGURES, FIGURES, st.sampled_from(["CNY", "PT"]), RATES, st.floats(0, 1))
def test_the_rules_hold_for_generated_pairs(
    old: dict[str, Any],
    new: dict[str, Any],
    unit: str,
    drawn: list[dict[str, Any]],
    share: float,
) -> None:
    earlier = create_figure(2023, **old, unit=unit)
    later = create_figure(2024, **new, unit=unit)
    for one in drawn:
        one["measure"] = one["measure"] if unit == "PT" else ChangeMeasure.PERCENT
    changes = [get_changes(earlier, later, one["measure"]) for one in drawn]
    near = [change.upper if change else Fraction(0) for change in changes]
    assume(all(abs(one) < 10**6 for one in near))
    rates = [create_rate(later, one, rate) for one, rate in zip(near, drawn, strict=True)]
    evidence = obstacles.select_evidence(rates, earlier, later, None)
    between = list_rates_between(rates, earlier, later)
    assert sorted(map(id, evidence)) == sorted(map(id, between))
    against = [*obstacles.list_rate_obstacles(Language.ENGLISH, earlier, later, evidence)]
    only = comparison.list_derivation_obstacles(Language.ENGLISH, earlier, later)
    expected, expected_only = list_expected(earlier, later, between)
    assert list_kinds(against) == expected - {"coverage"}
    assert list_kinds(only) == expected_only
    if not against and not only:
        pair = comparison.Pair(earlier, later, rates, evidence, [], [])
        check_derived(pair, evidence, share)
