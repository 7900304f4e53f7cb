"""Comparison of two periods of an indicator, with the reasons why they are not comparable."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product
from typing import NamedTuple

from sqlalchemy import Connection, and_, or_, select
from sqlmodel import col

from app.db.columns import Condition, Record, build_current_conditions, localize
from app.db.models import Indicator, Observation, Series, SeriesBreak, Unit
from app.enums import DerivedMeasure, GrowthBasis, Obstacle, Qualifier
from app.i18n import Bilingual, Language
from app.parameters import ComparisonParameters, format_period
from app.problems.messages import NO_FIGURE
from app.problems.problem import InvalidParameters, NotComparable, ParameterError
from app.queries.observations import read_observations, select_observations
from app.queries.series import describe_obstacle, describe_series_obstacles

TENTH = Decimal("0.1")
PERCENT = "PT"
"""The code of the unit percent."""
Span = tuple[date, date]

PUBLISHED_PREFERRED = Bilingual(
    "Calculated by this service from two published, rounded figures; no source states it. The "
    "published growth is {growth}; cite that instead.",
    "本值由本服务根据两个已公布的取整数据推算，并无来源发布。公布的增速为“{growth}”，请引用公布值。",
)
NO_PUBLISHED_GROWTH = Bilingual(
    "Calculated by this service from two published, rounded figures; no source states it. The "
    "countries covered may differ between the two periods.",
    "本值由本服务根据两个已公布的取整数据推算，并无来源发布；两期统计所涵盖的国家可能不同。",
)
FORMULAS = {
    DerivedMeasure.PERCENT: "(later / earlier - 1) * 100",
    DerivedMeasure.PERCENTAGE_POINTS: "later - earlier",
}


class Pair(NamedTuple):
    earlier: Record
    later: Record
    growth: Record | None
    obstacles: list[Record]
    derivation_obstacles: list[Record]
    """Why the change cannot be calculated, including the obstacles above."""


def compare_periods(
    connection: Connection, language: Language, query: ComparisonParameters
) -> Record:
    """Compare two periods, and calculate the change between them on request.

    Raises:
        InvalidParameters: if a period has no observation.
        NotComparable: if a change is requested that cannot be calculated.
    """
    pair = read_pair(connection, language, query)
    if query.derived and pair.derivation_obstacles:
        # Errors are bilingual, so the reasons are read in both languages.
        reasons = {
            one: [text["text"] for text in read_pair(connection, one, query).derivation_obstacles]
            for one in Language
        }
        english, chinese = reasons[Language.ENGLISH], reasons[Language.CHINESE]
        raise NotComparable(Bilingual(" ".join(english), "".join(chinese)))
    return {
        "indicator": pair.earlier["indicator"],
        "earlier": pair.earlier,
        "later": pair.later,
        "like_for_like": not pair.obstacles,
        "obstacles": pair.obstacles,
        "published_growth": pair.growth,
        "derivable": not pair.derivation_obstacles,
        "derivation_obstacles": pair.derivation_obstacles,
        "derived": derive_change(pair, language) if query.derived else None,
    }


def read_pair(connection: Connection, language: Language, query: ComparisonParameters) -> Pair:
    earlier, later = select_pair(connection, language, query)
    growth = find_published_growth(earlier, later)
    obstacles = list_obstacles(connection, language, earlier, later)
    derivation_obstacles = obstacles + list_derivation_obstacles(language, earlier, later, growth)
    return Pair(earlier, later, growth, obstacles, derivation_obstacles)


def select_pair(
    connection: Connection, language: Language, query: ComparisonParameters
) -> tuple[Record, Record]:
    """Select two observations, of one series if possible, then in the unit of the indicator.

    Raises:
        InvalidParameters: if a period has no observation.
    """
    spans = sorted(query.parse_periods())
    start, end = col(Observation.period_start), col(Observation.period_end)
    in_periods = or_(*(and_(start == first, end == last) for first, last in spans))
    statement = (
        select_observations(language, is_today=query.as_of is None)
        .add_columns((col(Series.unit_id) == Indicator.unit_id).label("own_unit"))
        .where(in_periods, *list_conditions(query))
        .order_by(col(Observation.code))
    )
    observations = read_observations(connection, language, statement, query.as_of)
    candidates = [[one for one in observations if get_span(one) == span] for span in spans]
    if not all(candidates):
        raise build_missing_period_error(connection, query, spans, candidates)

    def rank_pair(pair: tuple[Record, ...]) -> tuple[bool, int]:
        is_mixed = pair[0]["series"] != pair[1]["series"]
        return is_mixed, sum(not one["own_unit"] for one in pair)

    earlier, later = min(product(*candidates), key=rank_pair)
    for observation in observations:
        del observation["own_unit"]
    return earlier, later


def list_conditions(query: ComparisonParameters) -> list[Condition]:
    return [
        col(Indicator.code) == query.indicator,
        col(Series.reporting_area_id) == Indicator.reporting_area_id,
        col(Series.counterpart_area_id) == Indicator.counterpart_area_id,
        *build_current_conditions(Observation, query.as_of),
        *([] if query.unit is None else [col(Unit.code) == query.unit]),
    ]


def get_span(observation: Record) -> Span:
    return observation["period"]["start"], observation["period"]["end"]


def build_missing_period_error(
    connection: Connection,
    query: ComparisonParameters,
    spans: list[Span],
    candidates: list[list[Record]],
) -> InvalidParameters:
    start, end = col(Observation.period_start), col(Observation.period_end)
    statement = (
        select(start, end)
        .distinct()
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(Unit, col(Unit.id) == Series.unit_id)
        .where(*list_conditions(query))
        .order_by(start, end)
    )
    known = [format_period(first, last) for first, last in connection.execute(statement)]
    errors = []
    for span, found in zip(spans, candidates, strict=True):
        if not found:
            period = format_period(*span)
            message = NO_FIGURE.format(period=period)
            errors.append(ParameterError("query.period", message, known, period))
    return InvalidParameters(errors[0].message, errors)


def find_published_growth(earlier: Record, later: Record) -> Record | None:
    growth: Record | None = later["growth"]
    if growth is None or earlier["series"] != later["series"]:
        return None
    base = growth["base_period"]
    return growth if (base["start"], base["end"]) == get_span(earlier) else None


def list_obstacles(
    connection: Connection, language: Language, earlier: Record, later: Record
) -> list[Record]:
    """Describe why two observations are not comparable.

    Two observations from one source are comparable across a break, since the source itself
    places them side by side.
    """
    obstacles = describe_series_obstacles(
        earlier | {"months": earlier["period"]["months"]},
        later | {"months": later["period"]["months"]},
        language,
    )
    has_one_source = earlier["source"]["code"] == later["source"]["code"]
    if earlier["series"] != later["series"] or has_one_source:
        return obstacles
    start = col(SeriesBreak.start)
    statement = (
        select(localize(SeriesBreak, "note", language))
        .join(Series, col(Series.id) == SeriesBreak.series_id)
        .where(
            col(Series.code) == later["series"],
            start > earlier["period"]["start"],
            start <= later["period"]["start"],
        )
        .order_by(start)
    )
    notes = connection.execute(statement).scalars()
    return obstacles + [describe_obstacle(Obstacle.BREAK, language, note=note) for note in notes]


def list_derivation_obstacles(
    language: Language, earlier: Record, later: Record, growth: Record | None
) -> list[Record]:
    obstacles = []
    if {earlier["qualifier"], later["qualifier"]} != {Qualifier.NONE}:
        texts = {"display": earlier["display"], "other_display": later["display"]}
        obstacles.append(describe_obstacle(Obstacle.QUALIFIER, language, **texts))
    if growth is not None and growth["basis"] == GrowthBasis.RESTATED:
        obstacles.append(describe_obstacle(Obstacle.BASIS, language, growth=growth["display"]))
    return obstacles


def derive_change(pair: Pair, language: Language) -> Record:
    """Calculate the change and its bounds, given the rounding of both figures."""
    earlier, later, growth = pair.earlier, pair.later, pair.growth
    is_share = later["unit"]["code"] == PERCENT
    measure = DerivedMeasure.PERCENTAGE_POINTS if is_share else DerivedMeasure.PERCENT

    def change(old: Decimal, new: Decimal) -> Decimal:
        return new - old if is_share else (new / old - 1) * 100

    old, new = earlier["value"], later["value"]
    old_error, new_error = compute_rounding_error(earlier), compute_rounding_error(later)
    warning = NO_PUBLISHED_GROWTH if growth is None else PUBLISHED_PREFERRED
    return {
        "value": change(old, new).quantize(TENTH, ROUND_HALF_UP),
        "lower": change(old + old_error, new - new_error).quantize(TENTH, ROUND_FLOOR),
        "upper": change(old - old_error, new + new_error).quantize(TENTH, ROUND_CEILING),
        "measure": measure,
        "formula": FORMULAS[measure],
        "inputs": [earlier["id"], later["id"]],
        "warning": warning.get(language).format(growth=growth and growth["display"]),
    }


def compute_rounding_error(observation: Record) -> Decimal:
    """Return the largest possible difference between a published figure and the true value."""
    published = observation["published"]
    return Decimal(5).scaleb(published["multiplier"] - published["decimals"] - 1)
