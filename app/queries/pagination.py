"""One page of a list: its filters, its order, its cursor, and the page after a position.

Statements are built and compiled once for each shape of a request: which filters, order and cursor
it has, without their values, which are bound as parameters.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from hashlib import blake2s
from typing import Concatenate, NamedTuple, ParamSpec

import msgspec
from sqlalchemy import ColumnElement, Connection, Label, Numeric, bindparam, cast, func, tuple_

from app.db.columns import (
    Column,
    Condition,
    Record,
    Statement,
    Value,
    build_in_array,
    get_type,
    ignore_order,
)
from app.db.models import ExactDecimal
from app.db.statements import StatementBuilder, fetch_records, fetch_scalars
from app.parameters import Filters, ListParameters
from app.problems.messages import UNKNOWN_CURSOR
from app.problems.problem import InvalidParameters

P = ParamSpec("P")

MAX_STATEMENTS = 64
"""For how many request shapes the statements of a list are cached."""
Position = list[Value]
"""The sort values of a record; the last one is unique."""
NOT_FILTERS = frozenset({"lang", "limit", "cursor", "sort", "vintages", "q"})
"""Parameters that are not conditions on a column with a bound value."""
CHECK_BYTES = 8
ENCODER = msgspec.json.Encoder(order="sorted")
POSITION_DECODER = msgspec.json.Decoder(list[str | int | float | None])


@dataclass(frozen=True)
class QueryPage:
    rows: list[Record]
    total: int
    cursor: str | None
    exact: bool = True
    """Whether the total is exact; if not, there are more."""

    def map_rows(
        self, complete: Callable[Concatenate[Record, P], Record], *args: P.args, **kwargs: P.kwargs
    ) -> "QueryPage":
        return replace(self, rows=[complete(row, *args, **kwargs) for row in self.rows])


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
    def from_shape(
        cls, orders: Mapping[str, Sequence[Column]], shape: "FilterShape"
    ) -> "SortOrder":
        """Return the order that the parameter ``sort`` of a request selects."""
        columns = orders[shape.sort.removesuffix("_desc")]
        return cls(tuple(columns), shape.sort.endswith("_desc"), shape.has_cursor)

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
            cast_comparable(bindparam(name_position_parameter(index), type_=get_type(column)))
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


def name_position_parameter(index: int) -> str:
    """Name the parameter that binds a sort value of the position after which a page begins."""
    return f"position_{index}"


def cast_comparable(column: Column) -> Column:
    """Cast exact decimals, which SQLite stores as text, to numbers."""
    return cast(column, Numeric()) if isinstance(get_type(column), ExactDecimal) else column


def parse_position_value(value: Value, column: Column) -> Value:
    kind = get_type(column)
    if isinstance(kind, ExactDecimal):
        return Decimal(value)
    return date.fromisoformat(value) if kind.python_type is date else value


@dataclass(frozen=True, eq=False)
class PagePlan:
    """The statements that read the pages of a list, for all requests of a shape."""

    select_page: StatementBuilder
    order: SortOrder
    count_matching: StatementBuilder


def plan_short_list(select_matching: StatementBuilder, order: SortOrder) -> PagePlan:
    def count_matching() -> Statement:
        matching = select_matching()
        return matching.with_only_columns(func.count(), maintain_column_froms=True).correlate(None)

    def select_page() -> Statement:
        """Select the rows of a page; each has the number of all matching rows."""
        total = count_matching().scalar_subquery().label("total")
        return order.order_rows(select_matching().add_columns(total)).limit(bindparam("limit"))

    return PagePlan(select_page, order, count_matching)


def read_page(
    connection: Connection,
    plan: PagePlan,
    filters: ListParameters,
    values: Record,
    counted: tuple[int, bool] | None = None,
) -> QueryPage:
    """Read a page of a list; InvalidParameters for the cursor of another list.

    A long list has been counted: how many rows match, and whether that is exact.
    """
    limit, bound = filters.limit, {**values, "limit": filters.limit}
    if filters.cursor is not None:
        # One row more tells whether there is a next page; for the first page, the total does.
        bound["limit"] += 1
        position = decode_cursor(filters.cursor, encode_scope(filters, values))
        for index, (value, column) in enumerate(zip(position, plan.order.columns, strict=True)):
            bound[name_position_parameter(index)] = parse_position_value(value, column)
    rows = fetch_records(connection, plan.select_page, bound)
    if counted is None:
        # A page without rows, such as one after the last, carries no total.
        totals = [row.pop("total") for row in rows]
        (total,) = totals[:1] or fetch_scalars(connection, plan.count_matching, bound)
        counted = total, True
    shown, cursor = rows[:limit], None
    is_all = filters.cursor is None and counted == (len(rows), True)
    if len(rows) == bound["limit"] and not is_all:
        position = [*shown[-1]["sorted_by"].values()]
        cursor = encode_cursor(position, encode_scope(filters, values))
    for row in shown:
        del row["sorted_by"]
    total, exact = counted
    return QueryPage(shown, total, cursor, exact)


def encode_scope(filters: ListParameters, values: Record) -> bytes:
    """Encode what identifies a list; a cursor is valid only for its own list."""
    chosen = vars(filters)
    more = {name: chosen.get(name) for name in ("sort", "vintages", "q")}
    return ENCODER.encode({"list": type(filters).__name__, **more, **values})


def encode_cursor(position: Position, scope: bytes) -> str:
    """Encode the sort values of the last record of a page, with a check that they are of a list."""
    payload = ENCODER.encode(position)
    check = blake2s(scope + b"\0" + payload, digest_size=CHECK_BYTES).digest()
    return urlsafe_b64encode(check + payload).rstrip(b"=").decode()


def decode_cursor(cursor: str, scope: bytes) -> Position:
    """Decode a cursor; InvalidParameters if it is invalid or belongs to another list."""
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
        position: Position = POSITION_DECODER.decode(raw[CHECK_BYTES:])
    except ValueError:
        raise build_cursor_error() from None
    if encode_cursor(position, scope) != cursor:
        raise build_cursor_error()
    return position


def build_cursor_error() -> InvalidParameters:
    return InvalidParameters.from_parameter("query.cursor", UNKNOWN_CURSOR)


class FilterShape(NamedTuple):
    single: frozenset[str] = frozenset()
    multiple: frozenset[str] = frozenset()
    sort: str = ""
    vintages: str = ""
    has_cursor: bool = False

    def __contains__(self, name: object) -> bool:
        return name in self.single or name in self.multiple

    def build_condition(self, name: str, column: Column) -> Condition:
        is_list = name in self.multiple
        return build_in_array(column, name) if is_list else column == bindparam(name)

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
