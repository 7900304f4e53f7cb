"""Lists of observations, growth rates and series, which may have millions of rows.

An index is walked in the requested order until the page is full, so that the cost of a page does
not depend on the length of the list. Where few rows of a large table match, a walk would be long,
so they are sorted instead. The matching rows are counted up to a bound.

Series are numbered in the order of lists, and observations are indexed by series and period. A
filter on series therefore walks the series in their order. In any other order the index of that
order is walked, and each row is checked.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from functools import cache, lru_cache, partial

from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlmodel import col

from app import parameters
from app.db.columns import (
    Column,
    Condition,
    Record,
    Statement,
    build_current_conditions,
    build_in_subquery,
    ignore_index,
)
from app.db.models import (
    Area,
    Coverage,
    GrowthRate,
    Indicator,
    Observation,
    Series,
    Source,
    Topic,
    Unit,
)
from app.db.models.base import KeyedModel
from app.db.statements import StatementBuilder, fetch_records, fetch_scalars
from app.queries.pagination import (
    MAX_STATEMENTS,
    FilterShape,
    PagePlan,
    QueryPage,
    SortOrder,
    encode_scope,
    read_page,
    split_filters,
)

MAX_WALKED = 2_000
"""Up to how many rows of a table are walked, however few match."""
MAX_FETCHED = 1_000
"""Up to how many matching rows are counted, and sorted in a larger table."""
MAX_SORTED = 30_000
"""Up to how many rows are sorted where walking an index could take long."""
COUNTS = "counts"
"""The key of the counts in the information about a connection."""
MAX_COUNTS = 256
"""The number of lists whose counts a connection remembers."""
PeriodListParameters = (
    parameters.IndicatorObservationListParameters
    | parameters.ObservationListParameters
    | parameters.GrowthRateListParameters
)
PeriodTable = type[Observation] | type[GrowthRate]

SERIES_FILTERS: Mapping[str, tuple[Column, type[KeyedModel]]] = {
    "indicator": (col(Series.indicator_id), Indicator),
    "coverage": (col(Series.coverage_id), Coverage),
    "unit": (col(Series.unit_id), Unit),
    "area": (col(Series.reporting_area_id), Area),
    "counterpart": (col(Series.counterpart_area_id), Area),
    "series": (col(Series.id), Series),
}
"""The filters on series: the column, and the table with the codes."""
SERIES_PROPERTIES: Mapping[str, Column] = {
    "months": col(Series.months),
    "stock_flow": col(Series.stock_flow),
}
"""The filters on the columns of series themselves."""


class AccessPath(Enum):
    UNORDERED = auto()
    """By any index, in no order."""
    SERIES = auto()
    """In the order of series."""
    ORDER = auto()
    """In another order, by the index of that order."""


@dataclass(frozen=True)
class ListPlan:
    """The statements that read the pages of a long list, for all requests of a shape."""

    statement: Statement
    """Selects what is shown of a row, with all joins."""
    key: Column
    select_unordered: StatementBuilder
    """Selects the ids of the matching rows, in no order."""
    select_ordered: StatementBuilder
    """Selects the same ids by walking the index of the order."""
    order: SortOrder
    walk: SortOrder
    """The same order, with the columns of ``ordered``."""
    may_walk_far: bool
    """Whether few of the rows walked may match, so that it is better to sort the matching ones."""

    def count_rows(self) -> Statement:
        """Count the matching rows, up to where the number makes no difference, and all rows."""
        maximum = MAX_SORTED if self.may_walk_far else MAX_FETCHED + 1
        # Ids are numbered from one, so the last one, which an index knows, is the number of rows.
        last_id = select(func.max(self.key)).scalar_subquery()
        return count_bounded(self.select_unordered(), maximum).add_columns(last_id.label("size"))

    def select_short_page(self) -> Statement:
        """Select a page by sorting the few matching rows, whose bound PostgreSQL plans with."""
        matching = self.select_unordered().limit(MAX_FETCHED).cte("matching")
        ids = select(self.key).where(self.key.in_(select(matching.c.id)))
        order = replace(self.order, ignores_indexes=True)
        return self.select_page(order.order_ids(ids).limit(bindparam("limit")))

    def select_sorted_page(self) -> Statement:
        """Select a page by sorting all matching rows."""
        ids = replace(self.walk, ignores_indexes=True).order_ids(self.select_unordered())
        return self.select_page(ids.limit(bindparam("limit")))

    def select_walked_page(self) -> Statement:
        """Select a page by walking the index of the order until the page is full."""
        ids = self.walk.order_ids(self.select_ordered())
        return self.select_page(ids.limit(bindparam("limit")))

    def select_page(self, ids: Statement) -> Statement:
        """Select what is shown of the rows with some ids; only these rows are joined."""
        rows = self.statement.where(build_in_subquery(self.key, ids))
        return replace(self.order, has_position=False, ignores_indexes=True).order_rows(rows)


def count_bounded(statement: Statement, maximum: int) -> Statement:
    return select(func.count().label("total")).select_from(statement.limit(maximum).subquery())


def read_long_page(
    connection: Connection, plan: ListPlan, filters: parameters.ListParameters, values: Record
) -> QueryPage:
    """Read a page of a very long list; InvalidParameters for the cursor of another list."""
    total, size = count_rows(connection, plan, filters, values)
    exact = total <= MAX_FETCHED
    page = plan.select_walked_page
    if size > MAX_WALKED:
        if exact:
            page = plan.select_short_page
        elif plan.may_walk_far and total < MAX_SORTED:
            page = plan.select_sorted_page
    counted = min(total, MAX_FETCHED), exact
    return read_page(
        connection, PagePlan(page, plan.order, plan.count_rows), filters, values, counted
    )


def count_rows(
    connection: Connection, plan: ListPlan, filters: parameters.ListParameters, values: Record
) -> tuple[int, int]:
    """Return how many rows match, up to a bound, and how many rows the table has.

    A release does not change, so a connection counts the rows of a list only once, however many of
    its pages are read.
    """
    counts: dict[bytes, tuple[int, int]] = connection.info.setdefault(COUNTS, {})
    scope = encode_scope(filters, values)
    if scope not in counts:
        (row,) = fetch_records(connection, plan.count_rows, values)
        if len(counts) >= MAX_COUNTS:
            counts.clear()
        counts[scope] = row["total"], row["size"] or 0
    return counts[scope]


def read_period_page(
    connection: Connection,
    table: PeriodTable,
    statement: Statement,
    filters: PeriodListParameters,
    indicator: str | None = None,
) -> QueryPage:
    """Read a page of figures or growth rates; InvalidParameters for the cursor of another list."""
    shape, values = split_filters(filters, indicator=indicator)
    is_early = is_early_date(connection, table, filters.as_of)
    plan = build_plan(table, statement, shape, is_early=is_early)
    return read_long_page(connection, plan, filters, values)


@lru_cache(maxsize=MAX_STATEMENTS)
def build_plan(
    table: PeriodTable, statement: Statement, shape: FilterShape, *, is_early: bool
) -> ListPlan:
    path = select_access_path(shape)
    walked = list_orders(table, walks_series=has_series_filter(shape))
    select = partial(select_ids, table, shape, is_early=is_early)
    select_unordered: StatementBuilder = partial(select, AccessPath.UNORDERED)
    # Without filters a partial index counts the current rows without reading the table.
    if shape.single | shape.multiple <= {"as_of"} and shape.vintages == parameters.Vintages.LATEST:
        select_unordered = partial(select_current_ids, table, shape)
    return ListPlan(
        statement,
        col(table.id),
        select_unordered,
        partial(select, path),
        order=SortOrder.from_shape(list_orders(table), shape),
        walk=SortOrder.from_shape(walked, shape),
        may_walk_far=path is AccessPath.ORDER and bool(shape.single or shape.multiple),
    )


def select_access_path(shape: FilterShape) -> AccessPath:
    return AccessPath.SERIES if shape.sort.startswith("indicator") else AccessPath.ORDER


def list_orders(table: PeriodTable, *, walks_series: bool = False) -> dict[str, list[Column]]:
    """Return the sort columns of each order; a walk of series starts with their id."""
    series = col(Series.id) if walks_series else col(table.series_id)
    start, end = col(table.period_start), col(table.period_end)
    orders: dict[str, list[Column]] = {
        "indicator": [series, start, end, col(table.source_id)],
        "period": [start, col(table.series_id), end, col(table.source_id)],
        "vintage": [col(table.vintage), col(table.id)],
    }
    if table is Observation:
        orders["value"] = [col(Observation.value), col(Observation.id)]
    return orders


def select_ids(
    table: PeriodTable, shape: FilterShape, path: AccessPath, *, is_early: bool = False
) -> Statement:
    rows = list_row_conditions(table, shape, path, is_early=is_early)
    statement = select(col(table.id)).where(*rows)
    conditions = list(list_series_conditions(shape, path))
    if not conditions:
        return statement
    return statement.join(Series, col(Series.id) == table.series_id).where(*conditions)


def has_series_filter(shape: FilterShape) -> bool:
    return any(name in shape for name in (*SERIES_FILTERS, *SERIES_PROPERTIES, "topic"))


def list_series_conditions(shape: FilterShape, path: AccessPath) -> Iterable[Condition]:
    for name, (column, table) in SERIES_FILTERS.items():
        if name in shape:
            yield build_code_condition(column, table, name, shape, path)
    for name, own in SERIES_PROPERTIES.items():
        if name in shape:
            compared: Column = ignore_index(own) if path is AccessPath.ORDER else own
            yield shape.build_condition(name, compared)
    if "topic" in shape:
        topics = select(col(Topic.id)).where(shape.build_condition("topic", col(Topic.code)))
        indicators = select(col(Indicator.id)).where(col(Indicator.topic_id).in_(topics))
        indicator_id = col(Series.indicator_id)
        is_unordered = path is AccessPath.UNORDERED
        yield (indicator_id if is_unordered else ignore_index(indicator_id)).in_(indicators)


def build_code_condition(
    column: Column, table: type[KeyedModel], name: str, shape: FilterShape, path: AccessPath
) -> Condition:
    """Return the condition that a foreign key refers to one of the codes of a filter.

    With one code the condition is an equality, and its index still returns the rows in the order of
    series. With several codes it does not, so the rows are walked and checked.
    """
    is_single = name in shape.single
    keeps_order = path is AccessPath.UNORDERED or (path is AccessPath.SERIES and is_single)
    compared: Column = column if keeps_order else ignore_index(column)
    ids = select(col(table.id)).where(shape.build_condition(name, col(table.code)))
    return compared == ids.scalar_subquery() if is_single else compared.in_(ids)


def list_row_conditions(
    table: PeriodTable, shape: FilterShape, path: AccessPath, *, is_early: bool
) -> list[Condition]:
    conditions = list_vintage_conditions(table, shape, path, is_early=is_early)
    if "source" in shape:
        source_id = col(table.source_id)
        conditions.append(build_code_condition(source_id, Source, "source", shape, path))
    columns = {"status": col(Observation.status), "qualifier": col(Observation.qualifier)}
    for name, column in columns.items():
        if name in shape:
            compared: Column = column if path is AccessPath.UNORDERED else ignore_index(column)
            conditions.append(shape.build_condition(name, compared))
    if "since" in shape:
        conditions.append(col(table.period_start) >= bindparam("since"))
    if "until" in shape:
        conditions.append(col(table.period_end) <= bindparam("until"))
    return conditions


def list_vintage_conditions(
    table: PeriodTable, shape: FilterShape, path: AccessPath, *, is_early: bool
) -> list[Condition]:
    as_of: BindParameter[date] | None = bindparam("as_of") if "as_of" in shape else None
    if shape.vintages == parameters.Vintages.LATEST:
        walks_vintages = path is AccessPath.ORDER and "vintage" in shape.sort
        return build_current_conditions(
            table, as_of, is_early=is_early, uses_partial_index=walks_vintages
        )
    return [] if as_of is None else [col(table.vintage) <= as_of]


def is_early_date(connection: Connection, table: PeriodTable, as_of: date | None) -> bool:
    """Return whether so few rows were known on a day that the index of vintages is best."""
    if as_of is None:
        return False
    count: int = fetch_scalars(connection, count_known(table), {"as_of": as_of})[0]
    return count < MAX_SORTED


@cache
def count_known(table: PeriodTable) -> Statement:
    known = select(col(table.id)).where(col(table.vintage) <= bindparam("as_of"))
    return count_bounded(known, MAX_SORTED)


def select_current_ids(table: PeriodTable, shape: FilterShape) -> Statement:
    """Select the ids of all current rows, or of those current on a day, by the index of vintages.

    Of the rows that were known on a day, the latest are the most likely to have been current.
    """
    as_of: BindParameter[date] | None = bindparam("as_of") if "as_of" in shape else None
    conditions = build_current_conditions(table, as_of, is_early=True, uses_partial_index=True)
    rows = select(col(table.id)).where(*conditions)
    return rows if as_of is None else rows.order_by(col(table.vintage).desc())
