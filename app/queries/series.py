"""Series: which figures can be compared, where they break, and why others cannot join them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select, tuple_

from app.filters import SeriesFilters
from app.models import Area, Indicator, Observation, Series, SeriesBreak, Unit
from app.queries import obstacles
from app.queries.columns import Record, localized, reference, renamed, unit
from app.queries.narrow import Way, on_series, way_of
from app.queries.observations import observation_statement, read
from app.queries.pages import MADE, Found, Listed, Order, walked
from app.queries.prepared import once
from app.queries.prepared import one as one_record
from app.queries.shapes import Shape, narrowed
from app.queries.vintages import current
from app.text import Language, Words, period_label, span_label

Group: Any = Series
Measured: Any = Indicator
Measure: Any = Unit
Figure: Any = Observation
Break: Any = SeriesBreak
Reporter: Any = renamed(Area, "series_reporter")
Counterpart: Any = renamed(Area, "series_counterpart")

MOST_DRAWN = 100
"""Up to how many series stand on a page; the list of series has them all."""

ORDERS: dict[str, Sequence[Any]] = {
    "indicator": (Group.id,),
    "code": (Group.code,),
}


@cache
def series_statement(language: Language) -> Select[Any]:
    """Select series with the number and the span of their figures."""
    return (
        select(
            Group.id.label("id"),
            Group.code.label("code"),
            Group.months.label("months"),
            localized(Series, "note", language).label("note"),
            *reference(Indicator, "indicator", language),
            *reference(Reporter, "reporting_area", language),
            *reference(Counterpart, "counterpart_area", language),
            *unit(Unit, "unit", language),
            Group.observations.label("observations"),
            Group.first_period_start.label("first"),
            Group.last_period_start.label("last"),
        )
        .select_from(Series)
        .join(Indicator, Measured.id == Group.indicator_id)
        .join(Unit, Measure.id == Group.unit_id)
        .join(Reporter, Reporter.id == Group.reporting_area_id)
        .join(Counterpart, Counterpart.id == Group.counterpart_area_id)
    )


def series(connection: Connection, language: Language, filters: SeriesFilters) -> Found:
    """List series."""
    shape, values = narrowed(filters)
    found = walked(connection, listed(language, shape), filters, values)
    return found.with_rows(completed(connection, language, found.rows))


@lru_cache(maxsize=MADE)
def listed(language: Language, shape: Shape) -> Listed:
    """Tell how to find series for all requests of a shape."""
    free, ordered = (
        select(Group.id).where(*on_series(shape, way)) for way in (Way.FREE, way_of(shape))
    )
    order = Order.named(ORDERS, shape.sort, placed=shape.placed)
    statement = series_statement(language)
    return Listed(statement, Group.id, free, ordered, order, order, may_be_long=False)


def one_series(
    connection: Connection, language: Language, key: str, as_of: date | None = None
) -> Record | None:
    """Find one series, with its figures that hold, or held on a day."""
    row = one_record(connection, series_statement(language), Group.code, key)
    if row is None:
        return None
    statement = (
        observation_statement(language)
        .where(Figure.series_id == row["id"], *current(Observation, as_of))
        .order_by(Figure.period_start)
    )
    (record,) = completed(connection, language, [row])
    return record | {"as_of": as_of, "points": read(connection, language, statement, as_of)}


def drawn(connection: Connection, language: Language) -> list[Record]:
    """Read the first series as they are drawn on a page: what holds, and what held before it."""
    statement = series_statement(language).order_by(*ORDERS["indicator"]).limit(MOST_DRAWN)
    rows = once(connection, statement)
    figures = observation_statement(language).where(
        Figure.series_id.in_([row["id"] for row in rows])
    )
    points: dict[str, list[Record]] = defaultdict(list)
    others: dict[tuple[str, date], list[Record]] = defaultdict(list)
    for one in read(connection, language, figures.order_by(Figure.period_start, Figure.vintage)):
        others[one["series"], one["period"]["start"]].append(one)
    for (code, _), vintages in others.items():
        holding = next(one for one in vintages if one["current"])
        rest = [one for one in vintages if one is not holding]
        points[code].append(holding | {"others": rest})
    found = completed(connection, language, rows)
    return [
        record | {"points": parted(points[record["code"]], record["breaks"])} for record in found
    ]


def parted(points: Sequence[Record], breaks: Sequence[Record]) -> list[Record]:
    """Note at each point the breaks that part it from the point before."""
    found, before = [], date.max
    for point in points:
        start = point["period"]["start"]
        between = [one["note"] for one in breaks if before < one["start"] <= start]
        found.append(point | {"breaks": between})
        before = start
    return found


def completed(connection: Connection, language: Language, rows: Sequence[Record]) -> list[Record]:
    """Complete selected series with their breaks, and with the others that look alike."""
    breaks = breaks_of(connection, language, [row["id"] for row in rows])
    families = family_of(connection, language, rows)
    return [
        told(row, language)
        | {
            "breaks": breaks.get(row["id"], []),
            "not_comparable_with": unlike(row, families[kin(row)], language),
        }
        for row in rows
    ]


def kin(row: Record) -> tuple[str, str, str]:
    """Give what the series of a family share: the indicator and the areas."""
    indicator, *areas = (row[part] for part in ("indicator", "reporting_area", "counterpart_area"))
    return indicator["code"], *(area["code"] for area in areas)


def family_of(
    connection: Connection, language: Language, rows: Sequence[Record]
) -> Mapping[tuple[str, str, str], list[Record]]:
    """Read the series that share indicator and areas with some others."""
    own: Any = renamed(Series, "own")
    shared = (Group.indicator_id, Group.reporting_area_id, Group.counterpart_area_id)
    numbers = select(own.indicator_id, own.reporting_area_id, own.counterpart_area_id)
    numbers = numbers.where(own.id.in_([row["id"] for row in rows]))
    statement = series_statement(language).where(tuple_(*shared).in_(numbers)).order_by(Group.code)
    found = defaultdict(list)
    for row in once(connection, statement):
        found[kin(row)].append(row)
    return found


def unlike(row: Record, family: Sequence[Record], language: Language) -> list[Record]:
    """Tell why the other series of a family cannot be joined to one."""
    one = told(row, language)
    others = [told(member, language) for member in family]
    return [
        {"series": other["code"], "name": other["name"], "obstacles": between}
        for other in others
        if (between := obstacles.between(one, other, language))
    ]


def breaks_of(
    connection: Connection, language: Language, numbers: Sequence[int]
) -> Mapping[int, list[Record]]:
    """Read the breaks of some series, by the number of each."""
    statement = (
        select(Break.series_id, Break.start, localized(SeriesBreak, "note", language).label("note"))
        .where(Break.series_id.in_(numbers))
        .order_by(Break.series_id, Break.start)
    )
    found = defaultdict(list)
    for row in connection.execute(statement).mappings():
        found[row["series_id"]].append({"start": row["start"], "note": row["note"]})
    return found


def told(row: Record, language: Language) -> Record:
    """Complete the selected columns of a series with words for people."""
    record = {name: value for name, value in row.items() if name not in {"id", "first", "last"}}
    first, last = row["first"], row["last"]
    span = span_label(row["months"], first, language)
    name = (row["indicator"]["name"], row["unit"]["name"], span)
    return record | {
        "name": Words(", ", "，").to(language).join(name),
        "span": span,
        "first_period": first and edge(first, row["months"], language),
        "last_period": last and edge(last, row["months"], language),
    }


def edge(start: date, months: int, language: Language) -> Record:
    """Describe the period that starts on a day."""
    after = start.month - 1 + months
    following = date(start.year + after // 12, after % 12 + 1, 1)
    end = date.fromordinal(following.toordinal() - 1)
    label = period_label(start, end, language)
    return {"start": start, "end": end, "months": months, "label": label}
