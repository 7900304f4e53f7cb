"""Which figures match a request, found by way of indexes whatever the size of the data.

Series are numbered in the order of lists, and figures lie by series and period. So a filter that is
about series walks the series first, in their order, and a page ends as soon as it is full. In any
other order the index of that order is walked, and every filter is checked on the way.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from app.filters import (
    GrowthRateFilters,
    IndicatorObservationFilters,
    ObservationFilters,
    Vintages,
)
from app.models import Area, Indicator, Observation, Series, Source, Topic, Unit
from app.queries.columns import unindexed
from app.queries.pages import MADE, SORTED, Found, Listed, Order, counting, walked
from app.queries.prepared import scalars
from app.queries.shapes import Shape, narrowed
from app.queries.vintages import current

PeriodListing = IndicatorObservationFilters | ObservationFilters | GrowthRateFilters
"""What asks for one page of figures."""
Group: Any = Series
Measured: Any = Indicator

SERIES_FILTERS: dict[str, tuple[Any, Any]] = {
    "indicator": (Group.indicator_id, Indicator),
    "unit": (Group.unit_id, Unit),
    "area": (Group.reporting_area_id, Area),
    "counterpart": (Group.counterpart_area_id, Area),
    "series": (Group.id, Series),
}
"""The filters on series: the column, and the table whose codes they name."""


class Way(Enum):
    """How the matching rows are found."""

    FREE = auto()
    """By whatever index, in no order."""
    SERIES = auto()
    """In the order of series."""
    ORDER = auto()
    """In another order, by its own index."""


def matching(
    table: Any,  # noqa: ANN401
    shape: Shape,
    way: Way,
    *,
    early: bool = False,
) -> Select[Any]:
    """Select the numbers of the rows of a table that match.

    Args:
        table: observations or growth rates.
        shape: by what they are narrowed.
        way: how to find them.
        early: whether few rows were known on the day that ``as_of`` asks for.
    """
    statement = select(table.id).where(*on_rows(table, shape, way, early=early))
    conditions = list(on_series(shape, way))
    if not conditions:
        return statement
    return statement.join(Series, Group.id == table.series_id).where(*conditions)


def way_of(shape: Shape) -> Way:
    """Choose the way that gives the order asked for."""
    return Way.SERIES if shape.sort.startswith("indicator") else Way.ORDER


def orders_of(table: Any, *, by_series: bool = False) -> dict[str, list[Any]]:  # noqa: ANN401
    """Give the orders of a table of figures; what walks the series is sorted by their number."""
    series = Group.id if by_series else table.series_id
    orders = {
        "indicator": [series, table.period_start, table.source_id],
        "period": [table.period_start, table.series_id, table.source_id],
        "vintage": [table.vintage, table.id],
    }
    return orders | ({"value": [table.value, table.id]} if table is Observation else {})


def is_about_series(shape: Shape) -> bool:
    """Tell whether any filter is about series."""
    return any(name in shape for name in (*SERIES_FILTERS, "months", "topic"))


def on_series(shape: Shape, way: Way) -> Iterable[ColumnElement[bool]]:
    """Give the conditions on series."""
    for name, (column, table) in SERIES_FILTERS.items():
        if name in shape:
            yield coded(column, table, name, shape, way)
    if "months" in shape:
        months = Group.months if way is not Way.ORDER else unindexed(Group.months)
        yield shape.holds("months", months)
    if "topic" in shape:
        subject: Any = Topic
        topics = select(subject.id).where(shape.holds("topic", subject.code))
        indicators = select(Measured.id).where(Measured.topic_id.in_(topics))
        column = Group.indicator_id if way is Way.FREE else unindexed(Group.indicator_id)
        yield column.in_(indicators)


def coded(column: Any, table: Any, name: str, shape: Shape, way: Way) -> ColumnElement[bool]:  # noqa: ANN401
    """Hold a foreign key against the codes of a filter.

    One code is an equality, after which an index still gives the rows in the order of series; with
    several it would not, so the rows are walked instead, and those that match found on the way.
    """
    is_one = name in shape.one
    keeps_order = way is Way.FREE or (way is Way.SERIES and is_one)
    compared = column if keeps_order else unindexed(column)
    found: Any = select(table.id).where(shape.holds(name, table.code))
    condition: ColumnElement[bool] = (
        compared == found.scalar_subquery() if is_one else compared.in_(found)
    )
    return condition


def on_rows(
    table: Any,  # noqa: ANN401
    shape: Shape,
    way: Way,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Give the conditions on the rows themselves."""
    conditions = known(table, shape, way, early=early)
    if "source" in shape:
        conditions.append(coded(table.source_id, Source, "source", shape, way))
    for name in ("status", "qualifier"):
        if name in shape:
            column = getattr(table, name)
            conditions.append(shape.holds(name, column if way is Way.FREE else unindexed(column)))
    if "since" in shape:
        conditions.append(table.period_start >= bindparam("since"))
    if "until" in shape:
        conditions.append(table.period_end <= bindparam("until"))
    return conditions


def known(
    table: Any,  # noqa: ANN401
    shape: Shape,
    way: Way,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Keep the figures that hold, or all that were known."""
    as_of: Any = bindparam("as_of") if "as_of" in shape else None
    if shape.vintages == Vintages.LATEST:
        by_vintage = way is Way.ORDER and "vintage" in shape.sort
        return current(table, as_of, early=early, walked=by_vintage)
    return [] if as_of is None else [table.vintage <= as_of]


def is_early(connection: Connection, table: Any, as_of: date | None) -> bool:  # noqa: ANN401
    """Tell whether so few rows were known on a day that an index of days finds them best."""
    if as_of is None:
        return False
    return bool(scalars(connection, known_by(table), {"as_of": as_of})[0] < SORTED)


@cache
def known_by(table: Any) -> Select[Any]:  # noqa: ANN401
    """Count the rows that were known on a day."""
    return counting(select(table.id).where(table.vintage <= bindparam("as_of")))


def newest(table: Any, shape: Shape) -> Select[Any]:  # noqa: ANN401
    """Select the numbers of all rows that hold, or held on a day, by an index of vintages.

    Of the rows that were known on a day the newest ones are the most likely to have held.
    """
    as_of: Any = bindparam("as_of") if "as_of" in shape else None
    rows = select(table.id).where(*current(table, as_of, early=True, walked=True))
    return rows if as_of is None else rows.order_by(table.vintage.desc())


@lru_cache(maxsize=MADE)
def listed(table: Any, statement: Select[Any], shape: Shape, *, early: bool) -> Listed:  # noqa: ANN401
    """Tell how to find the figures of a table for all requests of a shape."""
    way = way_of(shape)
    by_series = is_about_series(shape)
    free, ordered = (matching(table, shape, one, early=early) for one in (Way.FREE, way))
    if shape.one | shape.several <= {"as_of"} and shape.vintages == Vintages.LATEST:
        free = newest(table, shape)
    order, walk = (
        Order.named(orders_of(table, by_series=walks), shape.sort, placed=shape.placed)
        for walks in (False, by_series)
    )
    may_be_long = way is Way.ORDER and bool(shape.one or shape.several)
    return Listed(statement, table.id, free, ordered, order, walk, may_be_long)


def listing(
    connection: Connection,
    table: Any,  # noqa: ANN401
    statement: Select[Any],
    filters: PeriodListing,
    indicator: str | None = None,
) -> Found:
    """Read one page of the figures of a table.

    Args:
        connection: the database.
        table: observations or growth rates.
        statement: what to show of each, made once.
        filters: what to find.
        indicator: the one indicator that the list belongs to.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    shape, values = narrowed(filters, indicator=indicator)
    early = is_early(connection, table, filters.as_of)
    found = listed(table, statement, shape, early=early)
    return walked(connection, found, filters, values)
