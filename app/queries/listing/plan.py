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

from app.db.columns import ignore_index
from app.db.models import Area, Indicator, Observation, Series, Source, Topic, Unit
from app.db.statements import fetch_scalars
from app.parameters import (
    GrowthRateListParameters,
    IndicatorObservationListParameters,
    ObservationListParameters,
    Vintages,
)
from app.queries.listing.keyset import (
    MAX_SORTED,
    MAX_STATEMENTS,
    ListPlan,
    QueryPage,
    SortOrder,
    count_bounded,
    read_long_page,
)
from app.queries.listing.shape import FilterShape, split_filters
from app.queries.vintages import current_conditions

PeriodListParameters = (
    IndicatorObservationListParameters | ObservationListParameters | GrowthRateListParameters
)
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


class AccessPath(Enum):
    """How the matching rows are found."""

    FREE = auto()
    """By whatever index, in no order."""
    SERIES = auto()
    """In the order of series."""
    ORDER = auto()
    """In another order, by its own index."""


def select_matching(
    table: Any,
    shape: FilterShape,
    way: AccessPath,
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
    statement = select(table.id).where(*row_conditions(table, shape, way, early=early))
    conditions = list(series_conditions(shape, way))
    if not conditions:
        return statement
    return statement.join(Series, Group.id == table.series_id).where(*conditions)


def select_access_path(shape: FilterShape) -> AccessPath:
    """Choose the way that gives the order asked for."""
    return AccessPath.SERIES if shape.sort.startswith("indicator") else AccessPath.ORDER


def list_orders(table: Any, *, by_series: bool = False) -> dict[str, list[Any]]:
    """Give the orders of a table of figures; what walks the series is sorted by their number."""
    series = Group.id if by_series else table.series_id
    orders = {
        "indicator": [series, table.period_start, table.source_id],
        "period": [table.period_start, table.series_id, table.source_id],
        "vintage": [table.vintage, table.id],
    }
    return orders | ({"value": [table.value, table.id]} if table is Observation else {})


def filters_series(shape: FilterShape) -> bool:
    """Tell whether any filter is about series."""
    return any(name in shape for name in (*SERIES_FILTERS, "months", "topic"))


def series_conditions(shape: FilterShape, way: AccessPath) -> Iterable[ColumnElement[bool]]:
    """Give the conditions on series."""
    for name, (column, table) in SERIES_FILTERS.items():
        if name in shape:
            yield code_condition(column, table, name, shape, way)
    if "months" in shape:
        months = Group.months if way is not AccessPath.ORDER else ignore_index(Group.months)
        yield shape.condition("months", months)
    if "topic" in shape:
        subject: Any = Topic
        topics = select(subject.id).where(shape.condition("topic", subject.code))
        indicators = select(Measured.id).where(Measured.topic_id.in_(topics))
        column = Group.indicator_id if way is AccessPath.FREE else ignore_index(Group.indicator_id)
        yield column.in_(indicators)


def code_condition(
    column: Any, table: Any, name: str, shape: FilterShape, way: AccessPath
) -> ColumnElement[bool]:
    """Hold a foreign key against the codes of a filter.

    One code is an equality, after which an index still gives the rows in the order of series; with
    several it would not, so the rows are walked instead, and those that match found on the way.
    """
    is_one = name in shape.single
    keeps_order = way is AccessPath.FREE or (way is AccessPath.SERIES and is_one)
    compared = column if keeps_order else ignore_index(column)
    found: Any = select(table.id).where(shape.condition(name, table.code))
    condition: ColumnElement[bool] = (
        compared == found.scalar_subquery() if is_one else compared.in_(found)
    )
    return condition


def row_conditions(
    table: Any,
    shape: FilterShape,
    way: AccessPath,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Give the conditions on the rows themselves."""
    conditions = vintage_conditions(table, shape, way, early=early)
    if "source" in shape:
        conditions.append(code_condition(table.source_id, Source, "source", shape, way))
    for name in ("status", "qualifier"):
        if name in shape:
            column = getattr(table, name)
            conditions.append(
                shape.condition(name, column if way is AccessPath.FREE else ignore_index(column))
            )
    if "since" in shape:
        conditions.append(table.period_start >= bindparam("since"))
    if "until" in shape:
        conditions.append(table.period_end <= bindparam("until"))
    return conditions


def vintage_conditions(
    table: Any,
    shape: FilterShape,
    way: AccessPath,
    *,
    early: bool,
) -> list[ColumnElement[bool]]:
    """Keep the figures that hold, or all that were known."""
    as_of: Any = bindparam("as_of") if "as_of" in shape else None
    if shape.vintages == Vintages.LATEST:
        by_vintage = way is AccessPath.ORDER and "vintage" in shape.sort
        return current_conditions(table, as_of, early=early, walked=by_vintage)
    return [] if as_of is None else [table.vintage <= as_of]


def is_early_vintage(connection: Connection, table: Any, as_of: date | None) -> bool:
    """Tell whether so few rows were known on a day that an index of days finds them best."""
    if as_of is None:
        return False
    return bool(fetch_scalars(connection, count_known(table), {"as_of": as_of})[0] < MAX_SORTED)


@cache
def count_known(table: Any) -> Select[Any]:
    """Count the rows that were known on a day."""
    return count_bounded(select(table.id).where(table.vintage <= bindparam("as_of")))


def select_current_rows(table: Any, shape: FilterShape) -> Select[Any]:
    """Select the numbers of all rows that hold, or held on a day, by an index of vintages.

    Of the rows that were known on a day the newest ones are the most likely to have held.
    """
    as_of: Any = bindparam("as_of") if "as_of" in shape else None
    rows = select(table.id).where(*current_conditions(table, as_of, early=True, walked=True))
    return rows if as_of is None else rows.order_by(table.vintage.desc())


@lru_cache(maxsize=MAX_STATEMENTS)
def build_plan(table: Any, statement: Select[Any], shape: FilterShape, *, early: bool) -> ListPlan:
    """Tell how to find the figures of a table for all requests of a shape."""
    way = select_access_path(shape)
    by_series = filters_series(shape)
    free, ordered = (
        select_matching(table, shape, one, early=early) for one in (AccessPath.FREE, way)
    )
    if shape.single | shape.multiple <= {"as_of"} and shape.vintages == Vintages.LATEST:
        free = select_current_rows(table, shape)
    order, walk = (
        SortOrder.by_name(list_orders(table, by_series=walks), shape.sort, placed=shape.has_cursor)
        for walks in (False, by_series)
    )
    may_be_long = way is AccessPath.ORDER and bool(shape.single or shape.multiple)
    return ListPlan(statement, table.id, free, ordered, order, walk, may_be_long)


def list_page(
    connection: Connection,
    table: Any,
    statement: Select[Any],
    filters: PeriodListParameters,
    indicator: str | None = None,
) -> QueryPage:
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
    shape, values = split_filters(filters, indicator=indicator)
    early = is_early_vintage(connection, table, filters.as_of)
    found = build_plan(table, statement, shape, early=early)
    return read_long_page(connection, found, filters, values)
