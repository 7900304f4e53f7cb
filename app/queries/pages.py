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

from app.filters import Listing
from app.models import ExactDecimal
from app.paging import Place, decode, encode
from app.queries.columns import Record, resorted
from app.queries.prepared import once, read, scalars
from app.queries.shapes import among, found_by

BOUND = 1_000
"""Up to how many matching rows of a very long list are counted."""
SORTED = 30_000
"""Up to how many rows are sorted rather than walked."""
MADE = 64
"""For how many shapes of requests statements are held for the next request of the shape."""
Columns = Sequence[ColumnElement[Any]]


@dataclass(frozen=True)
class Found:
    """The rows of one page, how many there are on all pages, and the cursor of the next."""

    rows: list[Record]
    total: int
    cursor: str | None
    exact: bool = True
    """Whether the total is exact; else there are more."""

    def map(self, complete: Callable[[Record], Record]) -> "Found":
        """Complete every row."""
        return self.with_rows([complete(row) for row in self.rows])

    def with_rows(self, rows: list[Record]) -> "Found":
        """Put completed rows in the place of the selected ones."""
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Order:
    """An order of rows, from the first of them or from behind a place that is bound."""

    columns: tuple[ColumnElement[Any], ...]
    """What is compared; the last column tells all rows apart."""
    descending: bool = False
    placed: bool = False
    """Whether the page starts behind a place."""
    sorts: bool = False
    """Whether rows are to be sorted, whatever index could give their order."""

    @classmethod
    def named(cls, orders: Mapping[str, Columns], sort: str, *, placed: bool = False) -> "Order":
        """Take an order by the name that requests have for it."""
        columns = orders[sort.removesuffix("_desc")]
        return cls(tuple(columns), sort.endswith("_desc"), placed)

    def numbers(self, statement: Select[Any]) -> Select[Any]:
        """Put a statement in order, from the place on."""
        return self.behind(statement).order_by(None).order_by(*self.directed())

    def rows(self, statement: Select[Any]) -> Select[Any]:
        """Put a statement in order, from the place on, with what is compared as its last values."""
        keys = [column.label(f"sorted_by.{index}") for index, column in enumerate(self.columns)]
        return self.numbers(statement.add_columns(*keys))

    def behind(self, statement: Select[Any]) -> Select[Any]:
        """Leave out what stands before the place."""
        if not self.placed:
            return statement
        keys, place = self.keys(), placed(self.columns)
        if self.descending:
            return statement.where(tuple_(*keys) < tuple_(*place), keys[0] <= place[0])
        return statement.where(tuple_(*keys) > tuple_(*place), keys[0] >= place[0])

    def keys(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are compared."""
        return [comparable(column) for column in self.columns]

    def directed(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are sorted."""
        keys = [resorted(key) if self.sorts else key for key in self.keys()]
        return [key.desc() if self.descending else key.asc() for key in keys]


def comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Compare exact decimals by size, also where they are kept as text."""
    return cast(column, Numeric()) if isinstance(column.type, ExactDecimal) else column


def placed(columns: Columns) -> list[ColumnElement[Any]]:
    """Bind the values of a place in the types of the columns they are compared with."""
    return [
        comparable(bindparam(f"place_{index}", type_=column.type))
        for index, column in enumerate(columns)
    ]


def values_of(place: Place, columns: Columns) -> dict[str, Any]:
    """Give the values of a place as they are bound."""
    return {
        f"place_{index}": value_of(value, column)
        for index, (value, column) in enumerate(zip(place, columns, strict=True))
    }


def value_of(value: Any, column: ColumnElement[Any]) -> Any:  # noqa: ANN401
    """Read a value of a place, which was written as JSON."""
    if isinstance(column.type, ExactDecimal):
        return Decimal(value)
    return date.fromisoformat(value) if column.type.python_type is date else value


class Wanted(NamedTuple):
    """Which page of a list a request asks for."""

    scope: dict[str, Any]
    """What the list is, so that a cursor fits no other list."""
    place: Place | None
    limit: int

    @classmethod
    def by(cls, filters: Listing, narrowing: Mapping[str, Any]) -> "Wanted":
        """Read the cursor of a request.

        Raises:
            InvalidParameters: if the cursor was not made for this list.
        """
        more = {name: vars(filters).get(name) for name in ("sort", "vintages", "q")}
        scope = {"list": type(filters).__name__, **more, **narrowing}
        place = None if filters.cursor is None else decode(filters.cursor, scope)
        return cls(scope, place, filters.limit)

    def values(self, columns: Columns) -> dict[str, Any]:
        """Give what is bound to find the page, and to see whether there is another."""
        place = {} if self.place is None else values_of(self.place, columns)
        return {"limit": self.limit + 1, **place}

    def cut(self, rows: list[Record], total: int, *, exact: bool = True) -> Found:
        """Cut the rows to a page, and make the cursor of the next one."""
        shown = rows[: self.limit]
        places = [row.pop("sorted_by") for row in shown]
        more = len(rows) > self.limit
        cursor = encode([*places[-1].values()], self.scope) if more else None
        return Found(shown, total, cursor, exact)


@dataclass(frozen=True)
class Listed:
    """A list that may be very long, as all requests of a shape find it."""

    statement: Select[Any]
    """What to show of each row, with all joins."""
    key: ColumnElement[Any]
    """The number of the row."""
    free: Select[Any]
    """The numbers of the rows that match, in no order."""
    ordered: Select[Any]
    """The same, found by walking in the order that is asked for."""
    order: Order
    walk: Order
    """The same order, as the ordered statement names its columns."""
    may_be_long: bool
    """Whether a walk may be long, so that not so many rows are better sorted."""

    @cached_property
    def first(self) -> Select[Any]:
        """The numbers of matching rows, up to a bound."""
        return self.free.limit(BOUND + 1)

    @cached_property
    def counted(self) -> Select[Any]:
        """How many rows match, up to as many as are sorted."""
        return counting(self.free)

    @cached_property
    def few(self) -> Select[Any]:
        """The page out of rows whose numbers are bound."""
        order = replace(self.order, sorts=True)
        return self.page(order.numbers(select(self.key).where(among(self.key, "numbers"))))

    @cached_property
    def some(self) -> Select[Any]:
        """The page out of rows that are sorted."""
        return self.page(replace(self.walk, sorts=True).numbers(self.free))

    @cached_property
    def many(self) -> Select[Any]:
        """The page out of rows that are walked in order."""
        return self.page(self.walk.numbers(self.ordered))

    def page(self, found: Select[Any]) -> Select[Any]:
        """Show the first of the rows whose numbers are found in order; only these are joined."""
        shown = self.statement.where(found_by(self.key, found.limit(bindparam("limit"))))
        return replace(self.order, placed=False, sorts=True).rows(shown)


def walked(
    connection: Connection, listed: Listed, filters: Listing, narrowing: Mapping[str, Any]
) -> Found:
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
    wanted = Wanted.by(filters, narrowing)
    values = {**narrowing, **wanted.values(listed.order.columns)}
    first = scalars(connection, listed.first, narrowing)
    few = len(first) <= BOUND
    if few and narrowing:
        values["numbers"] = first
        rows = read(connection, listed.few, values)
    elif listed.may_be_long and scalars(connection, listed.counted, narrowing)[0] < SORTED:
        rows = read(connection, listed.some, values)
    else:
        rows = read(connection, listed.many, values)
    return wanted.cut(rows, min(len(first), BOUND), exact=few)


def page(
    connection: Connection,
    statement: Select[Any],
    orders: Mapping[str, Columns],
    filters: Listing,
    narrowing: Mapping[str, Any],
) -> Found:
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
    wanted = Wanted.by(filters, narrowing)
    sort: str = filters.sort  # type: ignore[attr-defined]
    order = Order.named(orders, sort, placed=wanted.place is not None)
    values = {**narrowing, **wanted.values(order.columns)}
    if getattr(filters, "q", None) is None:
        rows = read(connection, made_rows(statement, order), values)
    else:
        rows = once(connection, counted_rows(statement, order), values)
    total = rows[0]["total"] if rows else connection.scalar(count_of(statement), values)
    for row in rows:
        del row["total"]
    return wanted.cut(rows, total)


def counted_rows(statement: Select[Any], order: Order) -> Select[Any]:
    """Select the first rows in order, with how many there are."""
    rows = statement.add_columns(count_of(statement).scalar_subquery().label("total"))
    return order.rows(rows).limit(bindparam("limit"))


made_rows = lru_cache(maxsize=MADE)(counted_rows)
"""The same for a statement that is made once."""


def count_of(statement: Select[Any]) -> Select[Any]:
    """Count all rows of a statement."""
    return statement.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)


def counting(statement: Select[Any]) -> Select[Any]:
    """Count the rows of a statement, up to as many as are sorted at once."""
    return select(func.count()).select_from(statement.limit(SORTED).subquery())
