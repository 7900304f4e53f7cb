"""One page of a list: filtered, counted, ordered, and walked by keyset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Numeric,
    Select,
    cast,
    func,
    literal,
    select,
    tuple_,
)

from app.filters import Listing, Selection
from app.models import ExactDecimal
from app.paging import Place, decode, encode
from app.queries.columns import Record, unindexed

BOUND = 1_000
"""Up to how many matching rows of a very long list are counted."""
SORTED = 20_000
"""Up to how many rows are sorted rather than walked."""


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
class Listed:
    """A list that may be very long."""

    statement: Select[Any]
    """What to show of each row, with all joins."""
    key: ColumnElement[Any]
    """The number of the row."""
    free: Select[Any]
    """The numbers of the rows that match, in no order."""
    ordered: Select[Any]
    """The same, found by walking in the order that is asked for."""
    orders: Mapping[str, Sequence[ColumnElement[Any]]]
    """The columns of each order by its name; the last of them tell all rows apart."""
    walks: Mapping[str, Sequence[ColumnElement[Any]]]
    """The same columns, as the ordered statement names them."""
    sorts: bool
    """Whether a walk may be long, so that not so many rows are better sorted."""


def walked(
    connection: Connection,
    listed: Listed,
    filters: Listing,
    of: dict[str, Any] | None = None,
) -> Found:
    """Read one page of a list that may be very long, at a cost that its length does not change.

    The matching rows are found up to a bound. Where they are fewer, they are sorted; where they are
    more, an index is walked in the order asked for until the page is full. Where such a walk may be
    long, some more rows are sorted too.

    Args:
        connection: the database.
        listed: what to show, how to find it, and in which orders.
        filters: the limit, the order and the cursor.
        of: what the list belongs to, so that a cursor fits no other list.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    order = Order.asked(filters, listed.orders, of)
    first = connection.execute(listed.free.limit(BOUND + 1)).scalars().all()
    few = len(first) <= BOUND
    if few:
        rows = order.after(listed.statement.where(listed.key.in_(first)))
    else:
        found = Order.asked(filters, listed.walks, of)
        if listed.sorts and counted(connection, listed.free) < SORTED:
            numbers = replace(found, sorts=True).after(listed.free, labelled=False)
        else:
            numbers = found.after(listed.ordered, labelled=False)
        rows = order.labelled(
            listed.statement.where(listed.key.in_(numbers.limit(filters.limit + 1)))
        )
    shown = [dict(row) for row in connection.execute(rows.limit(filters.limit + 1)).mappings()]
    return replace(order.cut(shown, min(len(first), BOUND)), exact=few)


def counted(connection: Connection, statement: Select[Any]) -> int:
    """Count rows, up to as many as are sorted at once."""
    some = statement.limit(SORTED).subquery()
    count: int = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return count


def page(
    connection: Connection,
    statement: Select[Any],
    orders: Mapping[str, Sequence[ColumnElement[Any]]],
    filters: Listing,
    of: dict[str, Any] | None = None,
) -> Found:
    """Read one page of a list that is short enough to be counted and sorted.

    Args:
        connection: the database.
        statement: what to select, joined and filtered.
        orders: the columns of each order by its name; the last column is unique.
        filters: the limit, the order and the cursor.
        of: what the list belongs to, so that a cursor fits no other list.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    order = Order.asked(filters, orders, of)
    count = statement.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)
    counted = statement.add_columns(count.scalar_subquery().label("total"))
    limited = order.after(counted).limit(filters.limit + 1)
    rows = [dict(row) for row in connection.execute(limited).mappings()]
    total = rows[0]["total"] if rows else connection.execute(count).scalar_one()
    for row in rows:
        del row["total"]
    return order.cut(rows, total)


@dataclass(frozen=True)
class Order:
    """The order that was asked for, and the place in it where the page starts."""

    columns: Sequence[ColumnElement[Any]]
    descending: bool
    scope: dict[str, Any]
    place: Place | None
    limit: int
    sorts: bool = False
    """Whether rows are to be sorted, whatever index could give their order."""

    @classmethod
    def asked(
        cls,
        filters: Selection,
        orders: Mapping[str, Sequence[ColumnElement[Any]]],
        of: dict[str, Any] | None,
    ) -> "Order":
        """Read the order and the cursor of a request."""
        name: str = filters.sort  # type: ignore[attr-defined]
        scope = {"list": type(filters).__name__, **filters.narrowing(), **(of or {})}
        cursor: str | None = getattr(filters, "cursor", None)
        place = None if cursor is None else decode(cursor, scope)
        columns = orders[name.removesuffix("_desc")]
        limit: int = getattr(filters, "limit", 0)
        return cls(columns, name.endswith("_desc"), scope, place, limit)

    def after(self, statement: Select[Any], *, labelled: bool = True) -> Select[Any]:
        """Start at the place of the cursor, in order."""
        if self.place is not None:
            keys, place = tuple_(*self.keys()), placed(self.place, self.columns)
            bound = tuple_(*place)
            statement = statement.where(keys < bound if self.descending else keys > bound)
            first, start = self.keys()[0], place[0]
            statement = statement.where(first <= start if self.descending else first >= start)
        return self.labelled(statement) if labelled else statement.order_by(*self.directed())

    def labelled(self, statement: Select[Any]) -> Select[Any]:
        """Select the sort keys too, in order."""
        keys = [column.label(f"key.{index}") for index, column in enumerate(self.columns)]
        return statement.add_columns(*keys).order_by(*self.directed())

    def keys(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are compared."""
        return [comparable(column) for column in self.columns]

    def directed(self) -> list[ColumnElement[Any]]:
        """Give the columns as they are sorted."""
        keys = [unindexed(key) if self.sorts else key for key in self.keys()]
        return [key.desc() if self.descending else key.asc() for key in keys]

    def cut(self, rows: list[Record], total: int) -> Found:
        """Cut the rows to a page, and make the cursor of the next one."""
        shown = rows[: self.limit]
        places = [[row.pop(f"key.{index}") for index in range(len(self.columns))] for row in shown]
        more = len(rows) > self.limit
        return Found(shown, total, encode(places[-1], self.scope) if more else None)


def comparable(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Compare exact decimals by size, also where they are kept as text."""
    return cast(column, Numeric()) if isinstance(column.type, ExactDecimal) else column


def placed(place: Place, columns: Sequence[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """Bind the values of a cursor in the types of the columns they are compared with."""
    bound: list[ColumnElement[Any]] = []
    for value, column in zip(place, columns, strict=True):
        kind = Decimal if isinstance(column.type, ExactDecimal) else column.type.python_type
        if kind is date:
            bound.append(literal(date.fromisoformat(value), column.type))
        elif kind is Decimal:
            bound.append(comparable(literal(Decimal(value), ExactDecimal())))
        else:
            bound.append(literal(value, column.type))
    return bound
