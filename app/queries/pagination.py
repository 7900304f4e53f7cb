"""One page of a list: its filters, its order, its cursor, and the page after a position.

Statements are built and compiled once for each shape of a request: which filters, order and cursor
it has, without their values, which are bound as parameters.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2s
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, Connection, Label, Numeric, bindparam, cast, func, tuple_

from app.db.columns import (
    Column,
    Condition,
    Record,
    Statement,
    Value,
    build_equals_or_in,
    get_type,
    ignore_order,
)
from app.db.models import ExactDecimal
from app.db.statements import fetch_records, fetch_uncached
from app.parameters import Filters, ListParameters
from app.problems.messages import UNKNOWN_CURSOR
from app.problems.problem import InvalidParameters, ParameterError

MAX_STATEMENTS = 64
"""For how many request shapes the statements of a list are cached."""
Position = list[Value]
"""The sort values of a record; the last one is unique."""
CHECK_BYTES = 8
ENCODER = msgspec.json.Encoder(order="sorted")


@dataclass(frozen=True)
class QueryPage:
    rows: list[Record]
    total: int
    cursor: str | None
    exact: bool = True
    """Whether the total is exact; if not, there are more."""

    def map_rows(self, complete: Callable[[Record], Record]) -> "QueryPage":
        return self.replace_rows([complete(row) for row in self.rows])

    def replace_rows(self, rows: list[Record]) -> "QueryPage":
        return replace(self, rows=rows)


@dataclass(frozen=True)
class SortOrder:
    """An order of rows, optionally only of those after a bound position."""

    columns: tuple[Column, ...]
    """The sort columns; the last one is unique."""
    descending: bool = False
    has_position: bool = False
    ignores_indexes: bool = False
    """Whether the rows are sorted even where an index would give the order."""

    @classmethod
    def by_name(
        cls, orders: Mapping[str, Sequence[Column]], sort: str, *, has_position: bool = False
    ) -> "SortOrder":
        """Return the order that a value of the parameter ``sort`` selects."""
        columns = orders[sort.removesuffix("_desc")]
        return cls(tuple(columns), sort.endswith("_desc"), has_position)

    def order_ids(self, statement: Statement) -> Statement:
        return self.skip_to_position(statement).order_by(None).order_by(*self.sort_columns())

    def order_rows(self, statement: Statement) -> Statement:
        keys: list[Label[Value]] = [
            column.label(f"sorted_by.{index}") for index, column in enumerate(self.columns)
        ]
        return self.order_ids(statement.add_columns(*keys))

    def skip_to_position(self, statement: Statement) -> Statement:
        """Restrict a statement to the rows after the position.

        The condition on the first column is redundant, but lets every planner use its index.
        """
        if not self.has_position:
            return statement
        keys: list[Column] = [cast_comparable(column) for column in self.columns]
        position: list[Column] = [
            cast_comparable(bindparam(f"place_{index}", type_=get_type(column)))
            for index, column in enumerate(self.columns)
        ]
        if self.descending:
            return statement.where(tuple_(*keys) < tuple_(*position), keys[0] <= position[0])
        return statement.where(tuple_(*keys) > tuple_(*position), keys[0] >= position[0])

    def sort_columns(self) -> list[ColumnElement[Value]]:
        keys: list[Column] = [cast_comparable(column) for column in self.columns]
        if self.ignores_indexes:
            keys = [ignore_order(key) for key in keys]
        return [key.desc() if self.descending else key.asc() for key in keys]


def cast_comparable(column: Column) -> Column:
    """Cast exact decimals, which SQLite stores as text, to numbers."""
    return cast(column, Numeric()) if isinstance(get_type(column), ExactDecimal) else column


def parse_position_value(value: Value, column: Column) -> Value:
    kind = get_type(column)
    if isinstance(kind, ExactDecimal):
        return Decimal(value)
    return date.fromisoformat(value) if kind.python_type is date else value


class PageRequest(NamedTuple):
    scope: Record
    """What identifies the list; a cursor is valid only for its own list."""
    position: Position | None
    limit: int

    @classmethod
    def from_parameters(cls, filters: ListParameters, values: Mapping[str, Value]) -> "PageRequest":
        more = {name: vars(filters).get(name) for name in ("sort", "vintages", "q")}
        scope = {"list": type(filters).__name__, **more, **values}
        position = None if filters.cursor is None else decode_cursor(filters.cursor, scope)
        return cls(scope, position, filters.limit)

    def bind_values(self, columns: Sequence[Column]) -> Record:
        """Return the parameters of the page: its position, and one row more than its limit."""
        pairs = zip(self.position, columns, strict=True) if self.position is not None else ()
        position = {
            f"place_{index}": parse_position_value(value, column)
            for index, (value, column) in enumerate(pairs)
        }
        # The extra row tells whether there is a next page.
        return {"limit": self.limit + 1, **position}

    def build_page(self, rows: list[Record], total: int, *, exact: bool = True) -> QueryPage:
        """Cut the rows to the limit; if one is left over, create the cursor of the next page."""
        shown = rows[: self.limit]
        positions = [row.pop("sorted_by") for row in shown]
        has_next = len(rows) > self.limit
        cursor = encode_cursor([*positions[-1].values()], self.scope) if has_next else None
        return QueryPage(shown, total, cursor, exact)


def read_page(
    connection: Connection,
    statement: Statement,
    orders: Mapping[str, Sequence[Column]],
    filters: ListParameters,
    values: Mapping[str, Value],
) -> QueryPage:
    """Read one page of a list that is short enough to be counted and sorted.

    The statement is the same object for all requests of a shape, except those with a full-text
    search.
    """
    page = PageRequest.from_parameters(filters, values)
    sort: str = vars(filters)["sort"]
    order = SortOrder.by_name(orders, sort, has_position=page.position is not None)
    bound = {**values, **page.bind_values(order.columns)}
    if vars(filters).get("q") is None:
        rows = fetch_records(connection, select_counted_rows_cached(statement, order), bound)
    else:
        rows = fetch_uncached(connection, select_counted_rows(statement, order), bound)
    # A page without rows, such as one after the last, carries no total.
    total = rows[0]["total"] if rows else connection.scalar(count_rows(statement), bound) or 0
    for row in rows:
        del row["total"]
    return page.build_page(rows, total)


def select_counted_rows(statement: Statement, order: SortOrder) -> Statement:
    rows = statement.add_columns(count_rows(statement).scalar_subquery().label("total"))
    return order.order_rows(rows).limit(bindparam("limit"))


select_counted_rows_cached = lru_cache(maxsize=MAX_STATEMENTS)(select_counted_rows)


def count_rows(statement: Statement) -> Statement:
    return statement.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)


def encode_cursor(position: Position, scope: Record) -> str:
    """Encode the sort values of the last record of a page, valid only for its own list."""
    payload = ENCODER.encode(position)
    return encode_base64(compute_check(payload, scope) + payload)


def decode_cursor(cursor: str, scope: Record) -> Position:
    """Decode a cursor.

    Raises:
        InvalidParameters: if it is invalid or belongs to another list.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise build_cursor_error() from None
    payload = raw[CHECK_BYTES:]
    if raw[:CHECK_BYTES] != compute_check(payload, scope) or encode_base64(raw) != cursor:
        raise build_cursor_error()
    position: Position = msgspec.json.decode(payload)
    return position


def encode_base64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def compute_check(payload: bytes, scope: Record) -> bytes:
    return blake2s(ENCODER.encode(scope) + b"\0" + payload, digest_size=CHECK_BYTES).digest()


def build_cursor_error() -> InvalidParameters:
    return InvalidParameters.from_error(ParameterError("query.cursor", UNKNOWN_CURSOR))


NOT_FILTERS = frozenset({"lang", "limit", "cursor", "sort", "vintages", "q"})
"""Parameters that are not conditions on a column with a bound value."""


class FilterShape(NamedTuple):
    single: frozenset[str] = frozenset()
    multiple: frozenset[str] = frozenset()
    sort: str = ""
    vintages: str = ""
    has_cursor: bool = False

    def __contains__(self, name: object) -> bool:
        return name in self.single or name in self.multiple

    def build_condition(self, name: str, column: Column) -> Condition:
        return build_equals_or_in(column, name, several=name in self.multiple)

    def apply_filters(self, statement: Statement, columns: Mapping[str, Column]) -> Statement:
        return statement.where(
            *(self.build_condition(name, columns[name]) for name in columns if name in self)
        )


def split_filters(filters: Filters, **more: str | None) -> tuple[FilterShape, Record]:
    """Split the parameters of a request, and filters in its path, into shape and values."""
    single: Record = {name: value for name, value in more.items() if value is not None}
    multiple: Record = {}
    for name in filters.model_fields_set - NOT_FILTERS:
        value = getattr(filters, name)
        if value is None or value == []:
            continue
        if not isinstance(value, list):
            single[name] = value
        elif len(value) == 1:
            single[name] = value[0]
        else:
            multiple[name] = value
    shape = FilterShape(
        frozenset(single),
        frozenset(multiple),
        getattr(filters, "sort", ""),
        getattr(filters, "vintages", ""),
        getattr(filters, "cursor", None) is not None,
    )
    return shape, {**single, **multiple}
