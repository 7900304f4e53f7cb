"""One page of a list: filtered, counted, ordered, and walked by keyset."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, Numeric, Select, cast, func, literal, tuple_

from app.filters import Listing
from app.models import ExactDecimal
from app.paging import Place, decode, encode
from app.queries.columns import Record


@dataclass(frozen=True)
class Found:
    """The rows of one page, how many there are on all pages, and the cursor of the next."""

    rows: list[Record]
    total: int
    cursor: str | None

    def map(self, complete: Callable[[Record], Record]) -> "Found":
        """Complete every row."""
        return self.with_rows([complete(row) for row in self.rows])

    def with_rows(self, rows: list[Record]) -> "Found":
        """Put completed rows in the place of the selected ones."""
        return Found(rows, self.total, self.cursor)


def page(
    connection: Connection,
    statement: Select[Any],
    orders: Mapping[str, Sequence[ColumnElement[Any]]],
    filters: Listing,
    of: dict[str, Any] | None = None,
) -> Found:
    """Read one page.

    Args:
        connection: the database.
        statement: what to select, joined and filtered.
        orders: the columns of each order by its name; the last column is unique.
        filters: the limit, the order and the cursor.
        of: what the list belongs to, so that a cursor fits no other list.

    Raises:
        InvalidParameters: if the cursor was not made for this list.
    """
    name: str = filters.sort  # type: ignore[attr-defined]
    columns = orders[name.removesuffix("_desc")]
    keys = [comparable(column) for column in columns]
    descending = name.endswith("_desc")
    count = statement.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)
    labelled = [column.label(f"key.{index}") for index, column in enumerate(columns)]
    limited = statement.add_columns(*labelled, count.scalar_subquery().label("total"))
    scope = {"list": type(filters).__name__, **filters.narrowing(), **(of or {})}
    if filters.cursor is not None:
        place = tuple_(*placed(decode(filters.cursor, scope), columns))
        limited = limited.where(tuple_(*keys) < place if descending else tuple_(*keys) > place)
    limited = limited.order_by(*(key.desc() if descending else key.asc() for key in keys))
    rows = [dict(row) for row in connection.execute(limited.limit(filters.limit + 1)).mappings()]
    total = rows[0]["total"] if rows else connection.execute(count).scalar_one()
    more = len(rows) > filters.limit
    places = [cut(row, len(keys)) for row in rows[: filters.limit]]
    return Found(rows[: filters.limit], total, encode(places[-1], scope) if more else None)


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


def cut(row: Record, count: int) -> Place:
    """Take the sort keys and the total out of a row."""
    del row["total"]
    return [row.pop(f"key.{index}") for index in range(count)]
