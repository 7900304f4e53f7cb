"""The rules of comparisons once more, in exact fractions of what is served, for every pair."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, product
from typing import Any, NamedTuple

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlmodel import col

from app.application import App
from app.db.models import GrowthRate
from app.db.statements import Session
from app.enums import ChangeMeasure, EvidenceBasis, GrowthBasis, Qualifier
from app.i18n import Language
from app.queries import comparison, obstacles
from app.queries.comparison import compare_observations, compare_pair, derive_change
from app.queries.observations import read_observations, select_observations
from tests.support.client import AppClient

pytestmark = pytest.mark.database


class Exact(NamedTuple):
    """Two ends of an interval."""

    lower: Fraction
    upper: Fraction


def parse_fraction(number: object) -> Fraction:
    return Fraction(str(number))


def get_rounding(figure: dict[str, Any]) -> Exact:
    rounding = figure["rounding"]
    return Exact(parse_fraction(rounding["lower"]), parse_fraction(rounding["upper"]))


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
    return Exact(parse_fraction(value) - half, parse_fraction(value) + half)


def has_overlap(one: Exact, other: Exact, tolerance: Fraction) -> bool:
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


def has_fitting_rate(rate: dict[str, Any], changes: Exact, later: dict[str, Any]) -> bool:
    is_other_unit = rate["unit"]["code"] != later["unit"]["code"]
    tolerance = Fraction(3, 2) if is_other_unit else Fraction(0)
    return has_overlap(changes, get_printed_interval(rate["value"], rate["decimals"]), tolerance)


def has_fitting_own_rate(
    rates: Sequence[dict[str, Any]], earlier: dict[str, Any], later: dict[str, Any]
) -> bool:
    """Return whether a rate in the unit of the figures fits them, so that others do not count."""
    return any(
        has_fitting_rate(rate, changes, later)
        for rate in rates
        if rate["basis"] != "restated" and rate["unit"]["code"] == later["unit"]["code"]
        if (changes := get_changes(earlier, later, rate["measure"])) is not None
    )


def list_expected_against(
    earlier: dict[str, Any], later: dict[str, Any], between: Sequence[dict[str, Any]]
) -> Iterator[str]:
    """List the kinds of obstacles that rates between two figures are."""
    has_own = has_fitting_own_rate(between, earlier, later)
    for rate in between:
        changes = get_changes(earlier, later, rate["measure"])
        is_own = rate["unit"]["code"] == later["unit"]["code"]
        if rate["basis"] == "restated":
            yield "basis"
        elif changes is None or has_fitting_rate(rate, changes, later):
            continue
        elif is_own or not has_own:
            yield "rate" if is_own else "other_unit_rate"


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
    found |= set(list_expected_against(earlier, later, between))
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
    lower, upper = parse_fraction(derived["lower"]), parse_fraction(derived["upper"])
    assert lower <= parse_fraction(derived["value"]) <= upper
    is_share = pair.later["unit"]["code"] == "PT"
    old, new = get_rounding(pair.earlier), get_rounding(pair.later)
    inner = Fraction(share)
    olds = [*old, old.lower + inner * (old.upper - old.lower)]
    news = [*new, new.lower + (1 - inner) * (new.upper - new.lower)]
    for one, other in product(olds, news):
        change = other - one if is_share else (other / one - 1) * 100
        assert lower <= change <= upper
    unit = pair.later["unit"]["code"]
    has_own = has_fitting_own_rate(between, pair.earlier, pair.later)
    for rate in between:
        assert rate["basis"] == "unstated"
        changes = get_changes(pair.earlier, pair.later, rate["measure"])
        if has_own and rate["unit"]["code"] != unit:
            continue
        # A share that may be zero changes by points, but not by a percentage.
        assert is_share if changes is None else has_fitting_rate(rate, changes, pair.later)
    ordered = sorted(between, key=lambda rate: rate["unit"]["code"] != unit)
    assert all(rate["display"] in derived["warning"] for rate in ordered[:1])


def list_kinds(obstacles: Sequence[dict[str, Any]]) -> set[str]:
    return {str(obstacle["kind"]) for obstacle in obstacles}


@pytest.mark.sqlite
def test_the_rules_hold_for_all_pairs_of_observations(
    newest: AppClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest seed is compared, so that the rules hold for the figures of each later edition."""
    assert isinstance(newest.app, App)
    read_rates, read = comparison.read_published_rates, dict[str, Any]()

    def read_once(*arguments: Any) -> Any:
        # They depend on the later figure alone, which is in ten pairs.
        key = arguments[1]["id"]
        if key not in read:
            read[key] = read_rates(*arguments)
        return list(map(dict, read[key]))

    monkeypatch.setattr(comparison, "read_published_rates", read_once)
    rates = newest.get("/v1/growth-rates?vintages=all&limit=1000").json()["items"]
    total = newest.get("/v1/observations?vintages=all").json()["total"]
    with newest.app.state.releases.get_release().database.engine.connect() as connection:
        check_all_pairs(Session(connection, Language.ENGLISH), rates, total)


def check_all_pairs(session: Session, rates: list[dict[str, Any]], total: int) -> None:
    connection = session.connection
    figures = read_observations(connection, select_observations(session.language))
    assert len(figures) == total
    codes = col(GrowthRate.code), col(GrowthRate.decimals)
    decimals = {row.code: row.decimals for row in connection.execute(select(*codes))}
    published = defaultdict(list)
    for rate in rates:
        rate["decimals"] = decimals[rate["id"]]
        for period in (rate["period"], rate["base_period"]):
            for end in ("start", "end"):
                period[end] = date.fromisoformat(period[end])
        published[rate["indicator"]["code"], obstacles.get_span(rate)].append(rate)
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
        pair = compare_observations(session, earlier, later)
        stated = published[later["indicator"]["code"], obstacles.get_span(later)]
        between = list_rates_between(stated, earlier, later)
        found, only = list_expected(earlier, later, between)
        kinds = list_kinds(pair.obstacles) - {"break"}
        assert kinds == found, (earlier["id"], later["id"])
        assert list_kinds(pair.derivation_obstacles) - {"break"} == found | only
        assert {rate["id"] for rate in pair.published_rates} == {rate["id"] for rate in stated}
        if not pair.derivation_obstacles:
            derivable.add((earlier["id"], later["id"]))
            check_derived(pair, between)
    assert derivable


def create_observation(
    year: int, printed: Decimal, multiplier: int, **values: Any
) -> dict[str, Any]:
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
    old: dict[str, Any], new: dict[str, Any], unit: str, drawn: list[dict[str, Any]], share: float
) -> None:
    earlier = create_observation(2023, **old, unit=unit)
    later = create_observation(2024, **new, unit=unit)
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


def create_yuan_observations() -> tuple[dict[str, Any], dict[str, Any]]:
    """Create figures of two years, 200 and 183 billion yuan, that are not rounded."""
    values = {"rounded": False, "unit": "CNY", "coverage": "all", "qualifier": Qualifier.NONE}
    earlier, later = (
        create_observation(year, printed, 9, **values)
        for year, printed in ((2023, Decimal(200)), (2024, Decimal(183)))
    )
    return earlier, later


def create_rate_of(later: dict[str, Any], number: str, unit: str) -> dict[str, Any]:
    drawn = {"distance": 0, "decimals": 1, "unit": unit, "measure": ChangeMeasure.PERCENT}
    drawn |= {"basis": GrowthBasis.UNSTATED, "base": 2023, "is_current": True, "coverage": "all"}
    return create_rate(later, Fraction(number), drawn)


def test_a_rate_in_the_unit_of_the_figures_that_fits_settles_it() -> None:
    earlier, later = create_yuan_observations()
    dollars, yuan = create_rate_of(later, "-3.2", "USD"), create_rate_of(later, "-8.5", "CNY")
    found = obstacles.list_rate_obstacles(Language.ENGLISH, earlier, later, [dollars])
    assert list_kinds([*found]) == {"other_unit_rate"}
    evidence = obstacles.select_evidence([dollars, yuan], earlier, later, None)
    assert [*obstacles.list_rate_obstacles(Language.ENGLISH, earlier, later, evidence)] == []
    pair = comparison.Pair(earlier, later, [dollars, yuan], evidence, [], [])
    assert f"“{yuan['display']}”" in derive_change(pair, Language.ENGLISH)["warning"]


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "they give a change of −8.50 percent."), ("zh", "推算的变动幅度为-8.50%。")],
)
def test_one_change_is_not_written_as_a_range(language: Language, text: str) -> None:
    earlier, later = create_yuan_observations()
    rates = [create_rate_of(later, "-8.7", "CNY")]
    (found,) = obstacles.list_rate_obstacles(Language(language), earlier, later, rates)
    assert text in found["text"]


@pytest.mark.parametrize(
    ("start", "other", "kinds"),
    [
        (date(2024, 1, 1), {}, {"break"}),
        (date(2024, 12, 31), {}, {"break"}),
        (date(2023, 12, 31), {}, set()),
        (date(2025, 1, 1), {}, set()),
        # A source that states both figures has placed them side by side.
        (date(2024, 1, 1), {"source": {"code": "source-2023"}}, set()),
        (date(2024, 1, 1), {"series": "other"}, set()),
    ],
)
def test_a_break_separates_figures_of_one_series_from_two_sources(
    start: date, other: dict[str, Any], kinds: set[str]
) -> None:
    values = {"rounded": False, "unit": "CNY", "coverage": "all", "qualifier": Qualifier.NONE}
    earlier, later = (create_observation(year, Decimal(1), 0, **values) for year in (2023, 2024))
    later |= other
    breaks = {later["series"]: [{"start": start, "note": "The scope was widened."}]}
    found = compare_pair(earlier, later, breaks, [], Language.ENGLISH)
    assert list_kinds(found) == kinds
