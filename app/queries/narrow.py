"""Which figures match a request, found by way of indexes whatever the size of the data.

Series are numbered in the order of lists, and figures lie by series and period. So a filter that is
about series walks the series first, in their order, and a page ends as soon as it is full. In any
other order the index of that order is walked, and every filter is checked on the way.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum, auto
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, select

from app.filters import (
    GrowthRateFilters,
    IndicatorObservationFilters,
    ObservationFilters,
    PeriodSelection,
    SeriesFilters,
    Vintages,
)
from app.models import Area, Indicator, Observation, Series, Source, Topic, Unit
from app.queries.columns import unindexed
from app.queries.pages import SORTED, Found, Listed, counted, walked
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


def narrowed(
    table: Any,  # noqa: ANN401
    filters: PeriodSelection,
    way: Way,
    indicator: str | None = None,
    *,
    early: bool = False,
) -> Select[Any]:
    """Select the numbers of the rows of a table that match.

    Args:
        table: observations or growth rates.
        filters: what to find.
        way: how to find it.
        indicator: the one indicator that a list belongs to.
        early: whether few rows were known on the day that ``as_of`` asks for.
    """
    statement = select(table.id).where(*on_rows(table, filters, way, early=early))
    conditions = list(on_series(filters, way, indicator))
    if not conditions:
        return statement
    return statement.join(Series, Group.id == table.series_id).where(*conditions)


def way_of(filters: PeriodSelection) -> Way:
    """Choose the way that gives the order asked for."""
    return Way.SERIES if filters.sort.startswith("indicator") else Way.ORDER  # type: ignore[attr-defined]


def orders_of(table: Any, *, by_series: bool = False) -> dict[str, list[Any]]:  # noqa: ANN401
    """Give the orders of a table of figures; what walks the series is sorted by their number."""
    series = Group.id if by_series else table.series_id
    orders = {
        "indicator": [series, table.period_start, table.source_id],
        "period": [table.period_start, table.series_id, table.source_id],
        "vintage": [table.vintage, table.id],
    }
    return orders | ({"value": [table.value, table.id]} if table is Observation else {})


def is_about_series(filters: PeriodSelection, indicator: str | None = None) -> bool:
    """Tell whether any filter is about series."""
    return bool(list(on_series(filters, Way.FREE, indicator)))


def on_series(
    filters: PeriodSelection | SeriesFilters, way: Way, indicator: str | None = None
) -> Iterable[ColumnElement[bool]]:
    """Give the conditions on series."""
    if indicator is not None:
        yield among(Group.indicator_id, Indicator, [indicator], way)
    for name, (column, table) in SERIES_FILTERS.items():
        if values := getattr(filters, name, None):
            yield among(column, table, values, way)
    if filters.months is not None:
        months = Group.months if way is not Way.ORDER else unindexed(Group.months)
        yield months == filters.months
    if topic := getattr(filters, "topic", None):
        subject: Any = Topic
        topics = select(subject.id).where(subject.code.in_(topic))
        indicators = select(Measured.id).where(Measured.topic_id.in_(topics))
        column = Group.indicator_id if way is Way.FREE else unindexed(Group.indicator_id)
        yield column.in_(indicators)


def among(column: Any, table: Any, codes: list[str], way: Way) -> ColumnElement[bool]:  # noqa: ANN401
    """Hold a foreign key against codes.

    One code is an equality, after which an index still gives the rows in the order of series; with
    several it would not, so the rows are walked instead, and those that match found on the way.
    """
    keeps_order = way is Way.FREE or (way is Way.SERIES and len(codes) == 1)
    compared = column if keeps_order else unindexed(column)
    if len(codes) == 1:
        one: ColumnElement[bool] = compared == named(table, codes[0])
        return one
    return compared.in_(select(table.id).where(table.code.in_(codes)))


def named(table: Any, code: str) -> Any:  # noqa: ANN401
    """Find the number of the record that has a code."""
    return select(table.id).where(table.code == code).scalar_subquery()


def on_rows(
    table: Any,  # noqa: ANN401
    filters: PeriodSelection,
    way: Way,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Give the conditions on the rows themselves."""
    conditions = known(table, filters, way, early=early)
    if sources := getattr(filters, "source", None):
        conditions.append(among(table.source_id, Source, sources, way))
    for name in ("status", "qualifier"):
        if values := getattr(filters, name, None):
            column = getattr(table, name)
            compared = column if way is Way.FREE else unindexed(column)
            conditions.append(compared.in_(values))
    if filters.since is not None:
        conditions.append(table.period_start >= filters.since)
    if filters.until is not None:
        conditions.append(table.period_end <= filters.until)
    return conditions


def known(
    table: Any,  # noqa: ANN401
    filters: PeriodSelection,
    way: Way,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Keep the figures that hold, or all that were known."""
    as_of = filters.as_of
    if filters.vintages is Vintages.LATEST:
        by_vintage = way is Way.ORDER and "vintage" in filters.sort  # type: ignore[attr-defined]
        return current(table, as_of, early=early, walked=by_vintage)
    return [] if as_of is None else [table.vintage <= as_of]


def is_early(connection: Connection, table: Any, as_of: date | None) -> bool:  # noqa: ANN401
    """Tell whether so few rows were known on a day that an index of days finds them best."""
    if as_of is None:
        return False
    return counted(connection, select(table.id).where(table.vintage <= as_of)) < SORTED


def listing(
    connection: Connection,
    table: Any,  # noqa: ANN401
    statement: Select[Any],
    filters: PeriodListing,
    indicator: str | None = None,
) -> Found:
    """Read one page of the figures of a table.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    early = is_early(connection, table, filters.as_of)
    ways = (Way.FREE, way_of(filters))
    free, ordered = (narrowed(table, filters, way, indicator, early=early) for way in ways)
    by_series = is_about_series(filters, indicator)
    orders = orders_of(table), orders_of(table, by_series=by_series)
    sorts = ways[1] is Way.ORDER
    listed = Listed(statement, table.id, free, ordered, *orders, sorts)
    return walked(connection, listed, filters, {"of": indicator})
