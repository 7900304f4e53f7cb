"""Comparison of two periods of an indicator, with the reasons why they are not comparable.

The rule, which the guide also states: two figures are like for like if both are flows of the same
number of months, both stocks, or both cumulative totals of the same start, if they have the same
coverage and unit, no break lies between them, and no published rate from the one period to
the other contradicts them. A qualifier, a base that may be zero, or a start in common leaves them
like for like and forbids only the calculation of the change.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product
from typing import NamedTuple

from sqlalchemy import and_, or_, select
from sqlmodel import col

from app.db.columns import (
    LocalColumns,
    Record,
    build_current_conditions,
    counterpart_area,
    reporting_area,
)
from app.db.models import Coverage, GrowthRate, Indicator, Observation, Series, Unit
from app.db.statements import Session, fetch_uncached
from app.enums import PERCENT, ChangeMeasure, ContradictionCause, Obstacle, Qualifier, StockFlow
from app.i18n import Bilingual, Language, format_span
from app.parameters import ComparisonParameters, format_period, parse_period
from app.problems.problem import NotComparable
from app.queries.missing_periods import build_missing_period_error, list_indicator_conditions
from app.queries.observations import read_observations, select_observations
from app.queries.obstacles import (
    add_duration,
    can_be_separated,
    compute_change_interval,
    describe_obstacle,
    describe_series_obstacles,
    find_rates,
    get_span,
    list_break_obstacles,
    list_rate_obstacles,
    read_rates_by_period,
    select_evidence,
)
from app.queries.related import choose_display, complete_growth_rate, select_rates
from app.queries.series import read_breaks

TENTH = Decimal("0.1")

PUBLISHED_PREFERRED = Bilingual(
    "Calculated by this service from two published figures. The published growth is “{growth}”; "
    "cite that instead.",
    "本值由本站根据两项公布数据推算。公布的增速为“{growth}”，请引用公布值。",
)
NO_PUBLISHED_GROWTH = Bilingual(
    "Calculated by this service from two published figures; no published growth from the one "
    "period to the other is recorded here.",
    "本值由本站根据两项公布数据推算；本站未收录两期之间公布的增速。",
)
CONTRADICTED = Bilingual(
    "Published figures differ, so that the change depends on which is used: {reason}",
    "公布的数据存在差异，变动幅度因采用的数据而异：{reason}",
)
FORMULAS = {
    ChangeMeasure.PERCENT: "(later / earlier - 1) * 100",
    ChangeMeasure.PERCENTAGE_POINTS: "later - earlier",
}
AGREEING = frozenset((ContradictionCause.ROUNDING, ContradictionCause.QUALIFIER))
"""The causes of contradictions whose numbers do not exclude one another."""


class Pair(NamedTuple):
    earlier: Record
    later: Record
    published_rates: list[Record]
    """All rates for the later period that were known on the day, whatever their base and unit."""
    evidence: list[Record]
    """Those that state the change from the earlier to the later figure."""
    obstacles: list[Record]
    derivation_obstacles: list[Record]
    """Why the change cannot be calculated, including the obstacles above."""


def compare_periods(session: Session, query: ComparisonParameters) -> Record:
    """Compare two periods, and calculate the change between them on request.

    Raises:
        InvalidParameters: if a period has no observation.
        NotComparable: if a change is requested that cannot be calculated.
    """
    pair = read_pair(session, query)
    if query.derived and pair.derivation_obstacles:
        # Errors are bilingual, so the reasons are read in both languages.
        pairs = ((one, read_pair(session._replace(language=one), query)) for one in Language)
        reasons = (
            language.space.join(one["text"] for one in both.derivation_obstacles)
            for language, both in pairs
        )
        raise NotComparable(Bilingual(*reasons))
    return describe_pair(pair, session.language, has_change=query.derived)


def read_comparison(session: Session, query: ComparisonParameters) -> Record:
    """Compare two periods, with the change between them if it can be calculated.

    Raises:
        InvalidParameters: if a period has no observation.
    """
    pair = read_pair(session, query)
    return describe_pair(pair, session.language, has_change=not pair.derivation_obstacles)


def describe_pair(pair: Pair, language: Language, *, has_change: bool) -> Record:
    return {
        "indicator": pair.earlier["indicator"],
        "earlier": pair.earlier,
        "later": pair.later,
        "like_for_like": not pair.obstacles,
        "obstacles": pair.obstacles,
        "published_rates": pair.published_rates,
        "derivable": not pair.derivation_obstacles,
        "derivation_obstacles": pair.derivation_obstacles,
        "derived": derive_change(pair, language) if has_change else None,
    }


def list_periods(session: Session, indicator: str) -> Record:
    """List the periods of an indicator that can be compared.

    Returns:
        ``groups`` of periods of the same length, those of full years first, with the newest period
        first in each; every period has the ``code`` that the comparison takes and is in one group.
        ``units`` and ``coverages`` are those of the figures.
    """
    columns = LocalColumns(session.language)
    statement = (
        select(*columns.select_fields(Series, "stock_flow", "start"))
        .add_columns(*columns.select_period(Observation), *columns.select_unit())
        .add_columns(*columns.select_coverage())
        .select_from(Observation)
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(Unit, col(Unit.id) == Series.unit_id)
        .join(Coverage, col(Coverage.id) == Series.coverage_id)
        .where(*list_indicator_conditions(indicator), *build_current_conditions(Observation, None))
        .distinct()
    )
    rows = fetch_uncached(session.connection, statement)
    rows.sort(key=lambda row: (row["period"]["months"] or 0, *get_span(row)[::-1]), reverse=True)
    groups: dict[str, dict[str, str]] = {}
    grouped: set[str] = set()
    for row in rows:
        period = row["period"]
        code = format_period(period["start"], period["end"])
        if code not in grouped:
            grouped.add(code)
            first = row["start"] or period["start"]
            span = format_span(row["stock_flow"], period["months"], first, session.language)
            groups.setdefault(span, {})[code] = period["label"]
    return {
        "groups": [
            {
                "span": span,
                "periods": [{"code": code, "label": label} for code, label in periods.items()],
            }
            for span, periods in groups.items()
        ],
        "units": list({row["unit"]["code"]: row["unit"] for row in rows}.values()),
        "coverages": list({row["coverage"]["code"]: row["coverage"] for row in rows}.values()),
    }


def read_pair(session: Session, query: ComparisonParameters) -> Pair:
    earlier, later = select_pair(session, query)
    return compare_observations(session, earlier, later, query.as_of)


def compare_observations(
    session: Session, earlier: Record, later: Record, as_of: date | None = None
) -> Pair:
    """Compare two observations of an indicator with what was published by a day."""
    rates = read_published_rates(session, later, as_of)
    evidence = select_evidence(rates, earlier, later, as_of)
    breaks: Mapping[str, Sequence[Record]] = {}
    if can_be_separated(earlier, later):
        breaks = read_breaks(session, [later["series"]])
    obstacles = compare_pair(earlier, later, breaks, evidence, session.language)
    derivation_obstacles = obstacles + list_derivation_obstacles(session.language, earlier, later)
    return Pair(earlier, later, rates, evidence, obstacles, derivation_obstacles)


def compare_pairs(
    session: Session, pairs: Mapping[str, tuple[Record, Record]]
) -> dict[str, list[Record]]:
    """Describe why the two observations of each pair are not comparable: the older, the newer."""
    rates = read_rates_by_period(session, [later for _, later in pairs.values()], None)
    breaks = read_breaks(session, {later["series"] for _, later in pairs.values()})
    found = {}
    for key, (earlier, later) in pairs.items():
        evidence = select_evidence(find_rates(rates, later), earlier, later, None)
        found[key] = compare_pair(earlier, later, breaks, evidence, session.language)
    return found


def compare_pair(
    earlier: Record,
    later: Record,
    breaks: Mapping[str, Sequence[Record]],
    evidence: Sequence[Record],
    language: Language,
) -> list[Record]:
    """Describe why two observations of an indicator are not comparable.

    The breaks are those of the series, by their codes; the evidence are the current published
    rates from the one observation to the other.
    """
    return [
        *describe_series_obstacles(add_duration(earlier), add_duration(later), language),
        *list_break_obstacles(breaks.get(later["series"], ()), earlier, later, language),
        *list_rate_obstacles(language, earlier, later, evidence),
    ]


def select_pair(session: Session, query: ComparisonParameters) -> tuple[Record, Record]:
    """Select two observations, of one series if possible, then in the unit of the indicator.

    Raises:
        InvalidParameters: if a period has no observation.
    """
    spans = sorted(map(parse_period, query.period))
    start, end = col(Observation.period_start), col(Observation.period_end)
    in_periods = or_(*(and_(start == first, end == last) for first, last in spans))
    statement = (
        select_observations(session.language, is_today=query.as_of is None)
        .add_columns((col(Series.unit_id) == Indicator.unit_id).label("own_unit"))
        .where(
            in_periods,
            *list_indicator_conditions(query.indicator),
            *([] if query.unit is None else [col(Unit.code) == query.unit]),
            *([] if query.coverage is None else [col(Coverage.code) == query.coverage]),
            *build_current_conditions(Observation, query.as_of),
        )
        .order_by(col(Observation.code))
    )
    observations = read_observations(session.connection, statement, query.as_of)
    candidates = [[one for one in observations if get_span(one) == span] for span in spans]
    if not all(candidates):
        missing = [span for span, found in zip(spans, candidates, strict=True) if not found]
        raise build_missing_period_error(session.connection, query, missing)

    def rank_pair(pair: tuple[Record, ...]) -> tuple[bool, int]:
        is_mixed = pair[0]["series"] != pair[1]["series"]
        return is_mixed, sum(not one["own_unit"] for one in pair)

    earlier, later = min(product(*candidates), key=rank_pair)
    for observation in observations:
        del observation["own_unit"]
    return earlier, later


def read_published_rates(session: Session, later: Record, as_of: date | None) -> list[Record]:
    """Read the rates for the later period in every unit, for every base, from every source.

    Those from the source of the later figure come first, then those in its unit.
    """
    start, end = get_span(later)
    conditions = [
        col(Indicator.code) == later["indicator"]["code"],
        col(reporting_area.code) == later["reporting_area"]["code"],
        col(counterpart_area.code) == later["counterpart_area"]["code"],
        col(GrowthRate.period_start) == start,
        col(GrowthRate.period_end) == end,
    ]
    if as_of is not None:
        conditions.append(col(GrowthRate.vintage) <= as_of)
    source, unit = later["source"]["code"], later["unit"]["code"]
    rows = fetch_uncached(session.connection, select_rates(session.language, conditions))
    rates = [choose_display(complete_growth_rate(row), unit) for row in rows]
    return sorted(
        rates, key=lambda rate: (rate["source"]["code"] != source, rate["unit"]["code"] != unit)
    )


def list_derivation_obstacles(language: Language, earlier: Record, later: Record) -> list[Record]:
    """Describe why no change can be calculated between two observations that are comparable."""
    obstacles = []
    is_cumulative = earlier["stock_flow"] == later["stock_flow"] == StockFlow.CUMULATIVE
    if is_cumulative and earlier["period"]["start"] == later["period"]["start"]:
        obstacles.append(describe_obstacle(Obstacle.CUMULATIVE, language))
    if {earlier["qualifier"], later["qualifier"]} != {Qualifier.NONE}:
        texts = {"display": earlier["display"], "other_display": later["display"]}
        obstacles.append(describe_obstacle(Obstacle.QUALIFIER, language, **texts))
    if compute_change_interval(earlier, later, select_measure(later)) is None:
        obstacles.append(describe_obstacle(Obstacle.BASE, language, display=earlier["display"]))
    return obstacles


def select_measure(observation: Record) -> ChangeMeasure:
    """Return the measure of a calculated change: percentage points for a share."""
    is_share = observation["unit"]["code"] == PERCENT
    return ChangeMeasure.PERCENTAGE_POINTS if is_share else ChangeMeasure.PERCENT


def derive_change(pair: Pair, language: Language) -> Record:
    """Calculate the change and its bounds, given the rounding of both figures."""
    earlier, later = pair.earlier, pair.later
    old, new = earlier["value"], later["value"]
    measure = select_measure(later)
    interval = compute_change_interval(earlier, later, measure)
    value = (new / old - 1) * 100 if measure == ChangeMeasure.PERCENT else new - old
    assert interval is not None  # noqa: S101 - else there is an obstacle
    growth = pair.evidence[0]["display"] if pair.evidence else None
    warning = (PUBLISHED_PREFERRED if growth else NO_PUBLISHED_GROWTH).format(growth=growth)
    contradictions = [one["contradiction"] for one in (earlier, later) if one["contradiction"]]
    reasons = [one["reason"] for one in contradictions if one["cause"] not in AGREEING]
    warnings = [
        warning.get(language),
        *(CONTRADICTED.format(reason=reason).get(language) for reason in dict.fromkeys(reasons)),
    ]
    # Adding zero makes the −0.0 to which a small decline is rounded 0.0.
    return {
        "value": value.quantize(TENTH, ROUND_HALF_UP) + 0,
        "lower": interval.lower.quantize(TENTH, ROUND_FLOOR) + 0,
        "upper": interval.upper.quantize(TENTH, ROUND_CEILING) + 0,
        "measure": measure,
        "formula": FORMULAS[measure],
        "inputs": [earlier["id"], later["id"]],
        "warning": language.space.join(warnings),
    }
