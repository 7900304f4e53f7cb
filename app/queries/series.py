"""Series: which figures can be compared, where they break, and why others cannot join them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select, tuple_

from app.db.columns import Record, alias_table, localized_column, select_reference, select_unit
from app.db.models import Area, Indicator, Observation, Series, SeriesBreak, Unit
from app.db.statements import fetch_one as one_record
from app.db.statements import fetch_uncached
from app.formatting import format_period, format_span
from app.i18n import Bilingual, Language
from app.parameters import SeriesListParameters
from app.queries import comparability
from app.queries.listing.keyset import (
    MAX_STATEMENTS,
    ListPlan,
    QueryPage,
    SortOrder,
    read_long_page,
)
from app.queries.listing.plan import AccessPath, select_access_path, series_conditions
from app.queries.listing.shape import FilterShape, split_filters
from app.queries.observations import read_observations, select_observations
from app.queries.vintages import current_conditions

Group: Any = Series
Measured: Any = Indicator
Measure: Any = Unit
Figure: Any = Observation
Break: Any = SeriesBreak
Reporter: Any = alias_table(Area, "series_reporter")
Counterpart: Any = alias_table(Area, "series_counterpart")

MAX_POINTS = 100
"""Up to how many series stand on a page; the list of series has them all."""

ORDERS: dict[str, Sequence[Any]] = {
    "indicator": (Group.id,),
    "code": (Group.code,),
}


@cache
def select_series(language: Language) -> Select[Any]:
    """Select series with the number and the span of their figures."""
    return (
        select(
            Group.id.label("id"),
            Group.code.label("code"),
            Group.months.label("months"),
            localized_column(Series, "note", language).label("note"),
            *select_reference(Indicator, "indicator", language),
            *select_reference(Reporter, "reporting_area", language),
            *select_reference(Counterpart, "counterpart_area", language),
            *select_unit(Unit, "unit", language),
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


def list_series(
    connection: Connection, language: Language, filters: SeriesListParameters
) -> QueryPage:
    """List series."""
    shape, values = split_filters(filters)
    found = read_long_page(connection, build_series_plan(language, shape), filters, values)
    return found.with_rows(complete_series(connection, language, found.rows))


@lru_cache(maxsize=MAX_STATEMENTS)
def build_series_plan(language: Language, shape: FilterShape) -> ListPlan:
    """Tell how to find series for all requests of a shape."""
    free, ordered = (
        select(Group.id).where(*series_conditions(shape, way))
        for way in (AccessPath.FREE, select_access_path(shape))
    )
    order = SortOrder.by_name(ORDERS, shape.sort, placed=shape.has_cursor)
    statement = select_series(language)
    return ListPlan(statement, Group.id, free, ordered, order, order, may_be_long=False)


def get_series(
    connection: Connection, language: Language, key: str, as_of: date | None = None
) -> Record | None:
    """Find one series, with its figures that hold, or held on a day."""
    row = one_record(connection, select_series(language), Group.code, key)
    if row is None:
        return None
    statement = (
        select_observations(language)
        .where(Figure.series_id == row["id"], *current_conditions(Observation, as_of))
        .order_by(Figure.period_start)
    )
    (record,) = complete_series(connection, language, [row])
    return record | {
        "as_of": as_of,
        "points": read_observations(connection, language, statement, as_of),
    }


def read_drawn_series(connection: Connection, language: Language) -> list[Record]:
    """Read the first series as they are drawn on a page: what holds, and what held before it."""
    statement = select_series(language).order_by(*ORDERS["indicator"]).limit(MAX_POINTS)
    rows = fetch_uncached(connection, statement)
    figures = select_observations(language).where(Figure.series_id.in_([row["id"] for row in rows]))
    points: dict[str, list[Record]] = defaultdict(list)
    others: dict[tuple[str, date], list[Record]] = defaultdict(list)
    for one in read_observations(
        connection, language, figures.order_by(Figure.period_start, Figure.vintage)
    ):
        others[one["series"], one["period"]["start"]].append(one)
    for (code, _), vintages in others.items():
        holding = next(one for one in vintages if one["current"])
        rest = [one for one in vintages if one is not holding]
        points[code].append(holding | {"others": rest})
    found = complete_series(connection, language, rows)
    return [
        record | {"points": attach_breaks(points[record["code"]], record["breaks"])}
        for record in found
    ]


def attach_breaks(points: Sequence[Record], breaks: Sequence[Record]) -> list[Record]:
    """Note at each point the breaks that part it from the point before."""
    found, before = [], date.max
    for point in points:
        start = point["period"]["start"]
        between = [one["note"] for one in breaks if before < one["start"] <= start]
        found.append(point | {"breaks": between})
        before = start
    return found


def complete_series(
    connection: Connection, language: Language, rows: Sequence[Record]
) -> list[Record]:
    """Complete selected series with their breaks, and with the others that look alike."""
    breaks = read_breaks(connection, language, [row["id"] for row in rows])
    families = read_families(connection, language, rows)
    return [
        to_record(row, language)
        | {
            "breaks": breaks.get(row["id"], []),
            "not_comparable_with": describe_unlike_series(row, families[family_key(row)], language),
        }
        for row in rows
    ]


def family_key(row: Record) -> tuple[str, str, str]:
    """Give what the series of a family share: the indicator and the areas."""
    indicator, *areas = (row[part] for part in ("indicator", "reporting_area", "counterpart_area"))
    return indicator["code"], *(area["code"] for area in areas)


def read_families(
    connection: Connection, language: Language, rows: Sequence[Record]
) -> Mapping[tuple[str, str, str], list[Record]]:
    """Read the series that share indicator and areas with some others."""
    own: Any = alias_table(Series, "own")
    shared = (Group.indicator_id, Group.reporting_area_id, Group.counterpart_area_id)
    numbers = select(own.indicator_id, own.reporting_area_id, own.counterpart_area_id)
    numbers = numbers.where(own.id.in_([row["id"] for row in rows]))
    statement = select_series(language).where(tuple_(*shared).in_(numbers)).order_by(Group.code)
    found = defaultdict(list)
    for row in fetch_uncached(connection, statement):
        found[family_key(row)].append(row)
    return found


def describe_unlike_series(
    row: Record, family: Sequence[Record], language: Language
) -> list[Record]:
    """Tell why the other series of a family cannot be joined to one."""
    one = to_record(row, language)
    others = [to_record(member, language) for member in family]
    return [
        {"series": other["code"], "name": other["name"], "obstacles": between}
        for other in others
        if (between := comparability.describe_series_obstacles(one, other, language))
    ]


def read_breaks(
    connection: Connection, language: Language, numbers: Sequence[int]
) -> Mapping[int, list[Record]]:
    """Read the breaks of some series, by the number of each."""
    statement = (
        select(
            Break.series_id,
            Break.start,
            localized_column(SeriesBreak, "note", language).label("note"),
        )
        .where(Break.series_id.in_(numbers))
        .order_by(Break.series_id, Break.start)
    )
    found = defaultdict(list)
    for row in connection.execute(statement).mappings():
        found[row["series_id"]].append({"start": row["start"], "note": row["note"]})
    return found


def to_record(row: Record, language: Language) -> Record:
    """Complete the selected columns of a series with words for people."""
    record = {name: value for name, value in row.items() if name not in {"id", "first", "last"}}
    first, last = row["first"], row["last"]
    span = format_span(row["months"], first, language)
    name = (row["indicator"]["name"], row["unit"]["name"], span)
    return record | {
        "name": Bilingual(", ", "，").get(language).join(name),
        "span": span,
        "first_period": first and describe_period(first, row["months"], language),
        "last_period": last and describe_period(last, row["months"], language),
    }


def describe_period(start: date, months: int, language: Language) -> Record:
    """Describe the period that starts on a day."""
    after = start.month - 1 + months
    following = date(start.year + after // 12, after % 12 + 1, 1)
    end = date.fromordinal(following.toordinal() - 1)
    label = format_period(start, end, language)
    return {"start": start, "end": end, "months": months, "label": label}
