"""Two periods of an indicator side by side: like for like, or why not."""

from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from app.filters import ComparisonParameters, spelled
from app.models import Observation, Series, SeriesBreak
from app.problems import InvalidParameters, Mistake, NotComparable
from app.queries.columns import Record, localized
from app.queries.observations import Measured, ObservedUnit, observation_statement, read
from app.queries.obstacles import between, told
from app.queries.vintages import current
from app.text import Language, Words
from app.vocabulary import DerivedMeasure, GrowthBasis, Obstacle, Qualifier

Figure: Any = Observation
Group: Any = Series
Break: Any = SeriesBreak
TENTH = Decimal("0.1")
PERCENT = "PT"

PREFER_PUBLISHED = Words(
    "Computed here from two published, rounded figures; no source states it. The published growth "
    "is {growth}: quote that.",
    "本值由两个已公布的取整数据推算，并无来源发布。公布的增速为“{growth}”，请引用公布值。",
)
NONE_PUBLISHED = Words(
    "Computed here from two published, rounded figures; no source states it, and the countries "
    "covered may have changed between the two.",
    "本值由两个已公布的取整数据推算，并无来源发布；两期统计所涵盖的国家可能有变化。",
)
FORMULAS = {
    DerivedMeasure.PERCENT: "(later / earlier - 1) * 100",
    DerivedMeasure.PERCENTAGE_POINTS: "later - earlier",
}


def compare(connection: Connection, language: Language, asked: ComparisonParameters) -> Record:
    """Set two periods side by side, and derive the change between them if that is asked for.

    Raises:
        InvalidParameters: if a period has no figure.
        NotComparable: if a derived change is asked for where the bases differ.
    """
    earlier, later = chosen(connection, language, asked)
    growth = published_growth(earlier, later)
    obstacles = unlike(connection, language, earlier, later)
    against = obstacles + underivable(language, earlier, later, growth)
    if asked.derived and against:
        raise NotComparable(Words(*(refusal(connection, asked, to) for to in Language)))
    return {
        "indicator": earlier["indicator"],
        "earlier": earlier,
        "later": later,
        "like_for_like": not obstacles,
        "obstacles": obstacles,
        "published_growth": growth,
        "derivable": not against,
        "derivation_obstacles": against,
        "derived": derived(earlier, later, growth, language) if asked.derived else None,
    }


def refusal(connection: Connection, asked: ComparisonParameters, language: Language) -> str:
    """Tell in one language why no change can be derived."""
    earlier, later = chosen(connection, language, asked)
    growth = published_growth(earlier, later)
    against = unlike(connection, language, earlier, later)
    against += underivable(language, earlier, later, growth)
    return Words(" ", "").to(language).join(one["text"] for one in against)


def chosen(
    connection: Connection, language: Language, asked: ComparisonParameters
) -> tuple[Record, Record]:
    """Choose the figures of the two periods: of one series if there is one, in the own unit first.

    Raises:
        InvalidParameters: if a period has no figure.
    """
    spans = sorted(asked.spans())
    within = [(Figure.period_start == start) & (Figure.period_end == end) for start, end in spans]
    statement = observation_statement(language).where(
        *of_indicator(asked), or_(*within), *current(Observation, asked.as_of)
    )
    statement = statement.add_columns((ObservedUnit.id == Measured.unit_id).label("own_unit"))
    if asked.unit is not None:
        statement = statement.where(ObservedUnit.code == asked.unit)
    found = read(connection, language, statement.order_by(Figure.code), asked.as_of)
    sides = [[one for one in found if span_of(one) == span] for span in spans]
    if not all(sides):
        raise missing(connection, asked, spans, sides)
    pairs = product(*sides)
    earlier, later = min(
        pairs, key=lambda pair: (pair[0]["series"] != pair[1]["series"], strange(pair))
    )
    for one in found:
        del one["own_unit"]
    return earlier, later


def of_indicator(asked: ComparisonParameters) -> tuple[ColumnElement[bool], ...]:
    """Keep the figures of an indicator between its own two areas."""
    return (
        Measured.code == asked.indicator,
        Group.reporting_area_id == Measured.reporting_area_id,
        Group.counterpart_area_id == Measured.counterpart_area_id,
    )


def strange(pair: tuple[Record, ...]) -> int:
    """Count the figures of a pair that are not in the indicator's own unit."""
    return sum(not one["own_unit"] for one in pair)


def span_of(figure: Record) -> tuple[date, date]:
    """Give the first and the last day of a figure's period."""
    return figure["period"]["start"], figure["period"]["end"]


def missing(
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
        .where(*of_indicator(asked), *current(Observation, asked.as_of))
        .order_by(Figure.period_start, Figure.period_end)
    )
    if asked.unit is not None:
        statement = statement.where(ObservedUnit.code == asked.unit)
    known = [spelled(start, end) for start, end in connection.execute(statement)]
    mistakes = []
    for span, side in zip(spans, sides, strict=True):
        if not side:
            period = spelled(*span)
            words = Words(f"There is no figure for {period}", f"没有{period}的数据")
            mistakes.append(Mistake("query.period", words, known, period))
    told_first = [mistakes[0].told(language).message for language in Language]
    return InvalidParameters(Words(*told_first), mistakes)


def published_growth(earlier: Record, later: Record) -> Record | None:
    """Give the published growth that leads from the one figure to the other."""
    growth: Record | None = later["growth"]
    leads = growth is not None and span_of({"period": growth["base_period"]}) == span_of(earlier)
    return growth if leads and earlier["series"] == later["series"] else None


def unlike(
    connection: Connection, language: Language, earlier: Record, later: Record
) -> list[Record]:
    """Tell why the two are not like for like.

    A break does not part figures that one source gives side by side.
    """
    found = between(as_series(earlier), as_series(later), language)
    one_source = earlier["source"]["code"] == later["source"]["code"]
    if earlier["series"] != later["series"] or one_source:
        return found
    statement = (
        select(localized(SeriesBreak, "note", language))
        .join(Series, Group.id == Break.series_id)
        .where(Group.code == later["series"])
        .where(Break.start > earlier["period"]["start"], Break.start <= later["period"]["start"])
        .order_by(Break.start)
    )
    notes = connection.execute(statement).scalars()
    return found + [told(Obstacle.BREAK, language, note=note) for note in notes]


def as_series(figure: Record) -> Record:
    """Describe the series of a figure by what tells series apart."""
    return figure | {"months": figure["period"]["months"]}


def underivable(
    language: Language, earlier: Record, later: Record, growth: Record | None
) -> list[Record]:
    """Tell what stands against computing a change, even between like figures."""
    found = []
    if {earlier["qualifier"], later["qualifier"]} != {Qualifier.EXACT}:
        shown = {"display": earlier["display"], "other_display": later["display"]}
        found.append(told(Obstacle.QUALIFIER, language, **shown))
    if growth is not None and growth["basis"] == GrowthBasis.RESTATED:
        found.append(told(Obstacle.BASIS, language, growth=growth["display"]))
    return found


def derived(earlier: Record, later: Record, growth: Record | None, language: Language) -> Record:
    """Compute the change, and the limits that the rounding of the two figures leaves."""
    share = later["unit"]["code"] == PERCENT
    measure = DerivedMeasure.PERCENTAGE_POINTS if share else DerivedMeasure.PERCENT
    change = points if share else percent
    old, new = earlier["value"], later["value"]
    old_half, new_half = half_step(earlier), half_step(later)
    warning = NONE_PUBLISHED if growth is None else PREFER_PUBLISHED
    return {
        "value": change(old, new).quantize(TENTH, ROUND_HALF_UP),
        "lower": change(old + old_half, new - new_half).quantize(TENTH, ROUND_FLOOR),
        "upper": change(old - old_half, new + new_half).quantize(TENTH, ROUND_CEILING),
        "measure": measure,
        "formula": FORMULAS[measure],
        "inputs": [earlier["id"], later["id"]],
        "warning": warning.to(language).format(growth=growth and growth["display"]),
    }


def half_step(figure: Record) -> Decimal:
    """Give the most by which the printed digits can differ from what was counted."""
    published = figure["published"]
    return Decimal(5).scaleb(published["multiplier"] - published["decimals"] - 1)


def percent(old: Decimal, new: Decimal) -> Decimal:
    """Compute a change in percent."""
    return (new / old - 1) * 100


def points(old: Decimal, new: Decimal) -> Decimal:
    """Compute a change in percentage points."""
    return new - old
