"""Two periods of an indicator side by side: like for like, or why not."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from app.db.columns import Record, localized_column
from app.db.models import Observation, Series, SeriesBreak
from app.enums import DerivedMeasure, GrowthBasis, Obstacle, Qualifier
from app.i18n import Bilingual, Language
from app.parameters import ComparisonParameters, format_period
from app.problems.problem import InvalidParameters, NotComparable, ParameterError
from app.queries.comparability import describe_obstacle, describe_series_obstacles
from app.queries.observations import Measured, ObservedUnit, read_observations, select_observations
from app.queries.vintages import current_conditions

Figure: Any = Observation
Group: Any = Series
Break: Any = SeriesBreak
TENTH = Decimal("0.1")
PERCENT = "PT"

PUBLISHED_PREFERRED = Bilingual(
    "Computed here from two published, rounded figures; no source states it. The published growth "
    "is {growth}: quote that.",
    "本值由两个已公布的取整数据推算，并无来源发布。公布的增速为“{growth}”，请引用公布值。",
)
NO_PUBLISHED_GROWTH = Bilingual(
    "Computed here from two published, rounded figures; no source states it, and the countries "
    "covered may have changed between the two.",
    "本值由两个已公布的取整数据推算，并无来源发布；两期统计所涵盖的国家可能有变化。",
)
FORMULAS = {
    DerivedMeasure.PERCENT: "(later / earlier - 1) * 100",
    DerivedMeasure.PERCENTAGE_POINTS: "later - earlier",
}


def compare_periods(
    connection: Connection, language: Language, asked: ComparisonParameters
) -> Record:
    """Set two periods side by side, and derive the change between them if that is asked for.

    Raises:
        InvalidParameters: if a period has no figure.
        NotComparable: if a derived change is asked for where the bases differ.
    """
    earlier, later = select_pair(connection, language, asked)
    growth = find_published_growth(earlier, later)
    obstacles = find_obstacles(connection, language, earlier, later)
    against = obstacles + find_derivation_obstacle(language, earlier, later, growth)
    if asked.derived and against:
        raise NotComparable(Bilingual(*(explain_refusal(connection, asked, to) for to in Language)))
    return {
        "indicator": earlier["indicator"],
        "earlier": earlier,
        "later": later,
        "like_for_like": not obstacles,
        "obstacles": obstacles,
        "published_growth": growth,
        "derivable": not against,
        "derivation_obstacles": against,
        "derived": derive_change(earlier, later, growth, language) if asked.derived else None,
    }


def explain_refusal(connection: Connection, asked: ComparisonParameters, language: Language) -> str:
    """Tell in one language why no change can be derived."""
    earlier, later = select_pair(connection, language, asked)
    growth = find_published_growth(earlier, later)
    against = find_obstacles(connection, language, earlier, later)
    against += find_derivation_obstacle(language, earlier, later, growth)
    return Bilingual(" ", "").get(language).join(one["text"] for one in against)


def select_pair(
    connection: Connection, language: Language, asked: ComparisonParameters
) -> tuple[Record, Record]:
    """Choose the figures of the two periods: of one series if there is one, in the own unit first.

    Raises:
        InvalidParameters: if a period has no figure.
    """
    spans = sorted(asked.periods())
    within = [(Figure.period_start == start) & (Figure.period_end == end) for start, end in spans]
    statement = select_observations(language).where(
        *build_filters(asked), or_(*within), *current_conditions(Observation, asked.as_of)
    )
    statement = statement.add_columns((ObservedUnit.id == Measured.unit_id).label("own_unit"))
    if asked.unit is not None:
        statement = statement.where(ObservedUnit.code == asked.unit)
    found = read_observations(connection, language, statement.order_by(Figure.code), asked.as_of)
    sides = [[one for one in found if period_of(one) == span] for span in spans]
    if not all(sides):
        raise find_missing_periods(connection, asked, spans, sides)
    pairs = product(*sides)
    earlier, later = min(
        pairs, key=lambda pair: (pair[0]["series"] != pair[1]["series"], foreign_unit_count(pair))
    )
    for one in found:
        del one["own_unit"]
    return earlier, later


def build_filters(asked: ComparisonParameters) -> tuple[ColumnElement[bool], ...]:
    """Keep the figures of an indicator between its own two areas."""
    return (
        Measured.code == asked.indicator,
        Group.reporting_area_id == Measured.reporting_area_id,
        Group.counterpart_area_id == Measured.counterpart_area_id,
    )


def foreign_unit_count(pair: tuple[Record, ...]) -> int:
    """Count the figures of a pair that are not in the indicator's own unit."""
    return sum(not one["own_unit"] for one in pair)


def period_of(figure: Record) -> tuple[date, date]:
    """Give the first and the last day of a figure's period."""
    return figure["period"]["start"], figure["period"]["end"]


def find_missing_periods(
    connection: Connection,
    asked: ComparisonParameters,
    spans: list[tuple[date, date]],
    sides: list[list[Record]],
) -> InvalidParameters:
    """Name the periods that have no figure, and those that have one."""
    statement = (
        select(Figure.period_start, Figure.period_end)
        .distinct()
        .join(Series, Group.id == Figure.series_id)
        .join(Measured, Measured.id == Group.indicator_id)
        .join(ObservedUnit, ObservedUnit.id == Group.unit_id)
        .where(*build_filters(asked), *current_conditions(Observation, asked.as_of))
        .order_by(Figure.period_start, Figure.period_end)
    )
    if asked.unit is not None:
        statement = statement.where(ObservedUnit.code == asked.unit)
    known = [format_period(start, end) for start, end in connection.execute(statement)]
    mistakes = []
    for span, side in zip(spans, sides, strict=True):
        if not side:
            period = format_period(*span)
            words = Bilingual(f"There is no figure for {period}", f"没有{period}的数据")
            mistakes.append(ParameterError("query.period", words, known, period))
    told_first = [mistakes[0].to_item(language).message for language in Language]
    return InvalidParameters(Bilingual(*told_first), mistakes)


def find_published_growth(earlier: Record, later: Record) -> Record | None:
    """Give the published growth that leads from the one figure to the other."""
    growth: Record | None = later["growth"]
    leads = growth is not None and period_of({"period": growth["base_period"]}) == period_of(
        earlier
    )
    return growth if leads and earlier["series"] == later["series"] else None


def find_obstacles(
    connection: Connection, language: Language, earlier: Record, later: Record
) -> list[Record]:
    """Tell why the two are not like for like.

    A break does not part figures that one source gives side by side.
    """
    found = describe_series_obstacles(describe_series(earlier), describe_series(later), language)
    one_source = earlier["source"]["code"] == later["source"]["code"]
    if earlier["series"] != later["series"] or one_source:
        return found
    statement = (
        select(localized_column(SeriesBreak, "note", language))
        .join(Series, Group.id == Break.series_id)
        .where(Group.code == later["series"])
        .where(Break.start > earlier["period"]["start"], Break.start <= later["period"]["start"])
        .order_by(Break.start)
    )
    notes = connection.execute(statement).scalars()
    return found + [describe_obstacle(Obstacle.BREAK, language, note=note) for note in notes]


def describe_series(figure: Record) -> Record:
    """Describe the series of a figure by what tells series apart."""
    return figure | {"months": figure["period"]["months"]}


def find_derivation_obstacle(
    language: Language, earlier: Record, later: Record, growth: Record | None
) -> list[Record]:
    """Tell what stands against computing a change, even between like figures."""
    found = []
    if {earlier["qualifier"], later["qualifier"]} != {Qualifier.EXACT}:
        shown = {"display": earlier["display"], "other_display": later["display"]}
        found.append(describe_obstacle(Obstacle.QUALIFIER, language, **shown))
    if growth is not None and growth["basis"] == GrowthBasis.RESTATED:
        found.append(describe_obstacle(Obstacle.BASIS, language, growth=growth["display"]))
    return found


def derive_change(
    earlier: Record, later: Record, growth: Record | None, language: Language
) -> Record:
    """Compute the change, and the limits that the rounding of the two figures leaves."""
    share = later["unit"]["code"] == PERCENT
    measure = DerivedMeasure.PERCENTAGE_POINTS if share else DerivedMeasure.PERCENT
    change = point_change if share else percent_change
    old, new = earlier["value"], later["value"]
    old_half, new_half = rounding_error(earlier), rounding_error(later)
    warning = NO_PUBLISHED_GROWTH if growth is None else PUBLISHED_PREFERRED
    return {
        "value": change(old, new).quantize(TENTH, ROUND_HALF_UP),
        "lower": change(old + old_half, new - new_half).quantize(TENTH, ROUND_FLOOR),
        "upper": change(old - old_half, new + new_half).quantize(TENTH, ROUND_CEILING),
        "measure": measure,
        "formula": FORMULAS[measure],
        "inputs": [earlier["id"], later["id"]],
        "warning": warning.get(language).format(growth=growth and growth["display"]),
    }


def rounding_error(figure: Record) -> Decimal:
    """Give the most by which the printed digits can differ from what was counted."""
    published = figure["published"]
    return Decimal(5).scaleb(published["multiplier"] - published["decimals"] - 1)


def percent_change(old: Decimal, new: Decimal) -> Decimal:
    """Compute a change in percent."""
    return (new / old - 1) * 100


def point_change(old: Decimal, new: Decimal) -> Decimal:
    """Compute a change in percentage points."""
    return new - old
