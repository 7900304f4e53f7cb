"""One page of a list: filtered, counted, ordered, and walked by keyset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Numeric,
    Select,
    bindparam,
    cast,
    func,
    select,
    tuple_,
)

from app.db.columns import Record, ignore_order
from app.db.models import ExactDecimal
from app.db.statements import fetch_cached, fetch_scalars, fetch_uncached
from app.parameters import ListParameters
from app.queries.cursor import Position, decode_cursor, encode_cursor
from app.queries.listing.shape import any_of, any_of_selected

MAX_FETCHED = 1_000
"""Up to how many matching rows of a very long list are counted."""
MAX_SORTED = 30_000
"""Up to how many rows are sorted rather than walked."""
MAX_STATEMENTS = 64
"""For how many shapes of requests statements are held for the next request of the shape."""
Columns = Sequence[ColumnElement[Any]]


@dataclass(frozen=True)
class QueryPage:
    """The rows of one page, how many there are on all pages, and the cursor of the next."""

    rows: list[Record]
    total: int
    cursor: str | None
    exact: bool = True
    """Whether the total is exact; else there are more."""

    def map_rows(self, complete: Callable[[Record], Record]) -> "QueryPage":
        """Complete every row."""
        return self.with_rows([complete(row) for row in self.rows])

    def with_rows(self, rows: list[Record]) -> "QueryPage":
        """Put completed rows in the place of the selected ones."""
        return replace(self, rows=rows)


@dataclass(frozen=True)
class SortOrder:
    """An order of rows, from the first of them or from behind a place that is bound."""

    columns: tuple[ColumnElement[Any], ...]
    """What is compared; the last column tells all rows apart."""
    descending: bool = False
    placed: bool = False
    """Whether the page starts behind a place."""
    sorts: bool = False
    """Whether rows are to be sorted, whatever index could give their order."""

    @classmethod
    def by_name(
        cls, orders: Mapping[str, Columns], sort: str, *, placed: bool = False
    ) -> "SortOrder":
        """Take an order by the name that requests have for it."""
        columns = orders[sort.removesuffix("_desc")]
        return cls(tuple(columns), sort.endswith("_desc"), placed)

    def order_ids(self, statement: Select[Any]) -> Select[Any]:
        """Put a statement in order, from the place on."""
        return self.after_position(statement).order_by(None).order_by(*self.sort_columns())

    def order_rows(self, statement: Select[Any]) -> Select[Any]:
        """Put a statement in order, from the place on, with what is compared as its last values."""
        keys = [column.label(f"sorted_by.{index}") for index, column in enumerate(self.columns)]
        return self.order_ids(statement.add_columns(*keys))

    def after_position(self, statement: Select[Any]) -> Select[Any]:
        """Leave out what stands before the place."""
        if not self.placed:
            return statement
        keys, place = self.comparable_columns(), bind_position(self.columns)
        if self.descending:
            return statement.where(tuple_(*keys) < tuple_(*place), keys[0] <= place[0])
        return statement.where(tuple_(*keys) > tuple_(*place), keys[0] >= place[0])

    def comparable_columns(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are compared."""
        return [comparable_column(column) for column in self.columns]

    def sort_columns(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are sorted."""
        keys = [ignore_order(key) if self.sorts else key for key in self.comparable_columns()]
        return [key.desc() if self.descending else key.asc() for key in keys]


def comparable_column(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Compare exact decimals by size, also where they are kept as text."""
    return cast(column, Numeric()) if isinstance(column.type, ExactDecimal) else column


def bind_position(columns: Columns) -> list[ColumnElement[Any]]:
    """Bind the values of a place in the types of the columns they are compared with."""
    return [
        comparable_column(bindparam(f"place_{index}", type_=column.type))
        for index, column in enumerate(columns)
    ]


def position_values(place: Position, columns: Columns) -> dict[str, Any]:
    """Give the values of a place as they are bound."""
    return {
        f"place_{index}": parse_position_value(value, column)
        for index, (value, column) in enumerate(zip(place, columns, strict=True))
    }


def parse_position_value(value: Any, column: ColumnElement[Any]) -> Any:
    """Read a value of a place, which was written as JSON."""
    if isinstance(column.type, ExactDecimal):
        return Decimal(value)
    return date.fromisoformat(value) if column.type.python_type is date else value


class PageRequest(NamedTuple):
    """Which page of a list a request asks for."""

    scope: dict[str, Any]
    """What the list is, so that a cursor fits no other list."""
    place: Position | None
    limit: int

    @classmethod
    def from_parameters(
        cls, filters: ListParameters, narrowing: Mapping[str, Any]
    ) -> "PageRequest":
        """Read the cursor of a request.

        Raises:
            InvalidParameters: if the cursor was not made for this list.
        """
        more = {name: vars(filters).get(name) for name in ("sort", "vintages", "q")}
        scope = {"list": type(filters).__name__, **more, **narrowing}
        place = None if filters.cursor is None else decode_cursor(filters.cursor, scope)
        return cls(scope, place, filters.limit)

    def bind_values(self, columns: Columns) -> dict[str, Any]:
        """Give what is bound to find the page, and to see whether there is another."""
        place = {} if self.place is None else position_values(self.place, columns)
        return {"limit": self.limit + 1, **place}

    def build_page(self, rows: list[Record], total: int, *, exact: bool = True) -> QueryPage:
        """Cut the rows to a page, and make the cursor of the next one."""
        shown = rows[: self.limit]
        places = [row.pop("sorted_by") for row in shown]
        more = len(rows) > self.limit
        cursor = encode_cursor([*places[-1].values()], self.scope) if more else None
        return QueryPage(shown, total, cursor, exact)


@dataclass(frozen=True)
class ListPlan:
    """A list that may be very long, as all requests of a shape find it."""

    statement: Select[Any]
    """What to show of each row, with all joins."""
    key: ColumnElement[Any]
    """The number of the row."""
    free: Select[Any]
    """The numbers of the rows that match, in no order."""
    ordered: Select[Any]
    """The same, found by walking in the order that is asked for."""
    order: SortOrder
    walk: SortOrder
    """The same order, as the ordered statement names its columns."""
    may_be_long: bool
    """Whether a walk may be long, so that not so many rows are better sorted."""

    @cached_property
    def first_ids(self) -> Select[Any]:
        """The numbers of matching rows, up to a bound."""
        return self.free.limit(MAX_FETCHED + 1)

    @cached_property
    def bounded_count(self) -> Select[Any]:
        """How many rows match, up to as many as are sorted."""
        return count_bounded(self.free)

    @cached_property
    def by_ids(self) -> Select[Any]:
        """The page out of rows whose numbers are bound."""
        order = replace(self.order, sorts=True)
        return self.select_page(
            order.order_ids(select(self.key).where(any_of(self.key, "numbers")))
        )

    @cached_property
    def sorted_page(self) -> Select[Any]:
        """The page out of rows that are sorted."""
        return self.select_page(replace(self.walk, sorts=True).order_ids(self.free))

    @cached_property
    def walked_page(self) -> Select[Any]:
        """The page out of rows that are walked in order."""
        return self.select_page(self.walk.order_ids(self.ordered))

    def select_page(self, found: Select[Any]) -> Select[Any]:
        """Show the first of the rows whose numbers are found in order; only these are joined."""
        shown = self.statement.where(any_of_selected(self.key, found.limit(bindparam("limit"))))
        return replace(self.order, placed=False, sorts=True).order_rows(shown)


def read_long_page(
    connection: Connection, listed: ListPlan, filters: ListParameters, narrowing: Mapping[str, Any]
) -> QueryPage:
    """Read one page of a list that may be very long, at a cost that its length does not change.

    The matching rows are found up to a bound. Where they are fewer, they are sorted; where they are
    more, or all rows match, an index is walked in the order asked for until the page is full. Where
    such a walk may be long, some more rows are sorted too.

    Args:
        connection: the database.
        listed: what to show, how to find it, and in which order.
        filters: the limit and the cursor.
        narrowing: the values that the list is narrowed by.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    wanted = PageRequest.from_parameters(filters, narrowing)
    values = {**narrowing, **wanted.bind_values(listed.order.columns)}
    first = fetch_scalars(connection, listed.first_ids, narrowing)
    few = len(first) <= MAX_FETCHED
    if few and narrowing:
        values["numbers"] = first
        rows = fetch_cached(connection, listed.by_ids, values)
    elif (
        listed.may_be_long
        and fetch_scalars(connection, listed.bounded_count, narrowing)[0] < MAX_SORTED
    ):
        rows = fetch_cached(connection, listed.sorted_page, values)
    else:
        rows = fetch_cached(connection, listed.walked_page, values)
    return wanted.build_page(rows, min(len(first), MAX_FETCHED), exact=few)


def read_page(
    connection: Connection,
    statement: Select[Any],
    orders: Mapping[str, Columns],
    filters: ListParameters,
    narrowing: Mapping[str, Any],
) -> QueryPage:
    """Read one page of a list that is short enough to be counted and sorted.

    Args:
        connection: the database.
        statement: what to select, joined and filtered; made once for all requests of a shape, but
            for those that search for words.
        orders: the columns of each order by its name; the last column is unique.
        filters: the limit, the order and the cursor.
        narrowing: the values that the list is narrowed by.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    wanted = PageRequest.from_parameters(filters, narrowing)
    sort: str = filters.sort  # type: ignore[attr-defined]
    order = SortOrder.by_name(orders, sort, placed=wanted.place is not None)
    values = {**narrowing, **wanted.bind_values(order.columns)}
    if getattr(filters, "q", None) is None:
        rows = fetch_cached(connection, select_counted_rows_cached(statement, order), values)
    else:
        rows = fetch_uncached(connection, select_counted_rows(statement, order), values)
    total = rows[0]["total"] if rows else connection.scalar(count_statement(statement), values)
    for row in rows:
        del row["total"]
    return wanted.build_page(rows, total)


def select_counted_rows(statement: Select[Any], order: SortOrder) -> Select[Any]:
    """Select the first rows in order, with how many there are."""
    rows = statement.add_columns(count_statement(statement).scalar_subquery().label("total"))
    return order.order_rows(rows).limit(bindparam("limit"))


select_counted_rows_cached = lru_cache(maxsize=MAX_STATEMENTS)(select_counted_rows)
"""The same for a statement that is made once."""


def count_statement(statement: Select[Any]) -> Select[Any]:
    """Count all rows of a statement."""
    return statement.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)


def count_bounded(statement: Select[Any]) -> Select[Any]:
    """Count the rows of a statement, up to as many as are sorted at once."""
    return select(func.count()).select_from(statement.limit(MAX_SORTED).subquery())
