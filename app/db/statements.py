"""Execution of SELECT statements, and conversion of their rows to nested records.

A statement that is the same for many requests is created once and compiled once: ``fetch_records``,
``fetch_scalars`` and ``fetch_one`` pass it to the driver directly. ``fetch_uncached`` executes a
statement that was built for one request.
"""

import gc
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from enum import Enum
from functools import cache, lru_cache, partial
from threading import Lock
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Boolean, Connection, Date, Dialect, ScalarSelect, bindparam, select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.types import TypeEngine, UserDefinedType

from app.db.columns import (
    Column,
    ContradictoryNumbers,
    JsonArrays,
    Record,
    Statement,
    Table,
    Value,
    build_in_array,
)
from app.i18n import Language

NUMERIC_OID = 1700
"""The type number of NUMERIC in PostgreSQL, the only type whose converter needs it."""
HELD_FILE = "file"
"""The name of the file in the information about a connection that reads one."""
UNDEFINED_STATES = frozenset({"42P01", "3F000", "42704"})
"""SQLSTATE of a missing table, schema or dictionary: the server does not have the release."""
FORBIDDEN_STATE = "42501"
"""SQLSTATE insufficient_privilege."""
UNREADABLE_STATES = UNDEFINED_STATES | {FORBIDDEN_STATE}
"""States of a server that another may replace, or that may have the release or rights later."""
Converter = Callable[[Value], Value] | None
RowConverter = Callable[[object], list[Value]]
"""Converts rows, or the text of a JSON array of rows, to records or tuples."""
CursorFactory = Callable[[Any], Any]
StatementBuilder = Callable[[], Statement]
"""Builds a statement of a request shape, which is dropped once it is compiled."""
LocalizedSelect = Callable[[Language], Statement]
"""Returns a statement in a language, the same object each time."""


class Session(NamedTuple):
    """A connection, and the language of the texts that are read with it."""

    connection: Connection
    language: Language


class CompiledStatement:
    """The SQL of a statement in one dialect, and the conversion of its rows to records."""

    def __init__(self, statement: Statement, dialect: Dialect) -> None:
        # With this method only, a connection keeps no reference to cursors that are no longer used.
        self.create_cursor: CursorFactory = sqlite3.Connection.cursor
        self.create_streaming_cursor: CursorFactory = sqlite3.Connection.cursor
        rendering = dialect
        if dialect.name == "postgresql":
            import psycopg  # noqa: PLC0415 (an optional dependency)
            from sqlalchemy.dialects.postgresql import psycopg as dialects  # noqa: PLC0415 - slow

            # Its other cursors translate the placeholders of a long statement at each execution.
            self.create_cursor = psycopg.RawCursor
            self.create_streaming_cursor = partial(psycopg.RawServerCursor, name="rows")
            rendering = dialects.PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
        compiled = statement.compile(dialect=rendering)
        self.text = str(compiled)
        self.defaults: list[Value] = []
        self.parameters: dict[str, list[tuple[int, Converter]]] = {}
        """The places of each parameter, and the converter of its value."""
        for place, name in enumerate(compiled.positiontup or ()):
            convert = find_converter(compiled.binds[name].type, dialect, "bind_processor")
            self.parameters.setdefault(name, []).append((place, convert))
            default = compiled.params[name]
            if isinstance(default, Enum):
                default = default.value  # A driver would look for an adapter at each execution.
            self.defaults.append(convert(default) if convert and default is not None else default)
        columns = list(statement.selected_columns)
        # Driver values are converted here, since SQLAlchemy does not see the rows.
        self.converters = [
            find_converter(one.type, dialect, "result_processor", NUMERIC_OID) for one in columns
        ]
        self.to_records = create_row_converter([one.name for one in columns], self.converters)

    def execute(
        self, connection: Connection, values: Mapping[str, Value], *, is_streamed: bool = False
    ) -> Any:
        """Execute the statement once, and return all rows, or the cursor that streams them.

        Names of values that are not parameters are ignored.

        Raises:
            DBAPIError: if the driver fails.
        """
        bound = self.defaults.copy()
        for name, value in values.items():
            if value is not None:
                for place, convert in self.parameters.get(name, ()):
                    bound[place] = convert(value) if convert else value
        create = self.create_streaming_cursor if is_streamed else self.create_cursor
        cursor = create(connection.connection.dbapi_connection)
        try:
            cursor.execute(self.text, bound)
            return cursor if is_streamed else cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            cursor.close()
            raise convert_error(connection, self.text, error) from error


def convert_error(connection: Connection, sql: str, error: Any) -> StatementError:
    """Return the error of SQLAlchemy for one of the driver, as its own execution does.

    A connection that the error has broken is discarded, and with it all idle ones, which were
    opened to the same server.

    Raises:
        DamageError: if SQLite has found damage in a file.
    """
    file = connection.info.get(HELD_FILE)
    if file is not None:
        file.reject_damage(error)
    dialect = connection.dialect
    is_lost = getattr(error, "sqlstate", None) in UNREADABLE_STATES or dialect.is_disconnect(
        error, connection.connection.dbapi_connection, None
    )
    if is_lost:
        connection.invalidate(error)
        connection.engine.dispose()
    base = dialect.loaded_dbapi.Error
    converted: StatementError = DBAPIError.instance(
        sql, None, error, base, connection_invalidated=is_lost, dialect=dialect
    )
    return converted


def create_row_converter(
    labels: Sequence[str] | None, converters: Sequence[Converter], rows: str = "rows"
) -> RowConverter:
    """Return a function that converts rows: with dotted labels to nested records, or to tuples.

    The function is generated as one expression, which takes a third of the time of a loop. In it,
    ``rows`` is what the function is called with.
    """
    names: Record = {"decode": msgspec.json.decode}
    values = []
    for index, convert in enumerate(converters):
        names[f"convert_{index}"] = convert
        values.append(f"convert_{index}(row[{index}])" if convert else f"row[{index}]")
    # The source contains only the labels of our own statements and numbers.
    if labels is None:
        row = f"({', '.join(values)},)"
    else:
        row = format_dict(nest_labels(dict(zip(labels, values, strict=True))))
    function: RowConverter = eval(f"lambda rows: [{row} for row in {rows}]", names)  # noqa: S307 - from our columns
    return function


def nest_labels(row: Mapping[str, Value]) -> Record:
    nested: Record = {}
    for label, value in row.items():
        *path, name = label.split(".")
        inner = nested
        for part in path:
            inner = inner.setdefault(part, {})
        inner[name] = value
    return nested


def format_dict(node: Record | str) -> str:
    """Return the source of a nested dictionary whose leaves are expressions."""
    if isinstance(node, str):
        return node
    return "{" + ", ".join(f"{name!r}: {format_dict(node[name])}" for name in node) + "}"


def find_converter(
    kind: TypeEngine[Value], dialect: Dialect, name: str, *arguments: int
) -> Converter:
    convert: Converter = getattr(kind.dialect_impl(dialect), name)(dialect, *arguments)
    return convert


COMPILING = Lock()
DIALECTS: dict[str, Dialect] = {}
"""The first dialect of each kind of database; every open release has equal ones of its own."""


@cache
def compile_statement(statement: Statement, dialect: Dialect) -> CompiledStatement:
    """Compile a statement that stays, once for each kind of database, whatever release it reads."""
    return compile_alone(lambda: statement, dialect, stays=True)


def compile_alone(
    build_statement: StatementBuilder, dialect: Dialect, *, stays: bool = False
) -> CompiledStatement:
    """Compile a statement while no other is, and free its objects at once unless they stay.

    All threads wait for collections of garbage, and a collection makes old what it cannot free. So
    there is none meanwhile, and later ones leave out what stays. A process that starts collects
    none.
    """
    with COMPILING:
        is_enabled = gc.isenabled()
        gc.disable()
        try:
            return CompiledStatement(build_statement(), dialect)
        finally:
            if is_enabled:
                gc.enable()
                gc.collect(1 if stays else 0)
            if is_enabled and stays:
                gc.freeze()


compile_shape = lru_cache(maxsize=256)(compile_alone)
"""A larger cache would let unusual requests fill the memory."""


@cache
def filter_by_key(statement: Statement, column: Column) -> Statement:
    """Restrict a statement to one key, bound as ``key``."""
    return statement.where(column == bindparam("key"))


@cache
def filter_by_keys(statement: Statement, column: Column) -> Statement:
    """Restrict a statement to several keys, bound as ``keys``, and select the key of each row."""
    return statement.where(build_in_array(column, "keys")).add_columns(column.label("key"))


def fetch_records(
    connection: Connection, statement: Statement | StatementBuilder, values: Mapping[str, Value]
) -> list[Record]:
    """Return the records of a statement that is compiled once."""
    dialect = DIALECTS.setdefault(connection.dialect.name, connection.dialect)
    compiled = (compile_shape if callable(statement) else compile_statement)(statement, dialect)
    return compiled.to_records(compiled.execute(connection, values))


def fetch_scalars(
    connection: Connection, statement: Statement | StatementBuilder, values: Mapping[str, Value]
) -> list[Value]:
    """Return the first value of each row of a statement that is compiled once, unconverted."""
    dialect = DIALECTS.setdefault(connection.dialect.name, connection.dialect)
    compiled = (compile_shape if callable(statement) else compile_statement)(statement, dialect)
    return [row[0] for row in compiled.execute(connection, values)]


def fetch_chunks(
    connection: Connection, statement: StatementBuilder, values: Mapping[str, Value], size: int
) -> Iterator[list[Sequence[Value]]]:
    """Yield the rows of a statement that is compiled once, some at a time."""
    dialect = DIALECTS.setdefault(connection.dialect.name, connection.dialect)
    compiled: CompiledStatement = compile_shape(statement, dialect)
    convert_rows = create_row_converter(None, compiled.converters)
    try:
        with closing(compiled.execute(connection, values, is_streamed=True)) as cursor:
            while rows := cursor.fetchmany(size):
                yield convert_rows(rows)
    except connection.dialect.loaded_dbapi.Error as error:
        # If nobody reads on, only the cursor could not be closed, which ends with its connection.
        if not isinstance(error.__context__, GeneratorExit):
            raise convert_error(connection, compiled.text, error) from error


def fetch_one(
    session: Session, select_records: LocalizedSelect, column: Column, key: str
) -> Record | None:
    statement = filter_by_key(select_records(session.language), column)
    records = fetch_records(session.connection, statement, {"key": key})
    return records[0] if records else None


def fetch_by_keys(
    session: Session, select_records: LocalizedSelect, column: Column, keys: Sequence[str]
) -> dict[str, Record]:
    """Return the records that have some keys, by their keys."""
    if len(keys) == 1:
        # An array of one key would get the plan for many keys.
        record = fetch_one(session, select_records, column, keys[0])
        return {} if record is None else {keys[0]: record}
    statement = filter_by_keys(select_records(session.language), column)
    records = fetch_records(session.connection, statement, {"keys": keys})
    return {record.pop("key"): record for record in records}


class JsonRows(UserDefinedType[list[Record]]):
    """Rows that the database returns as one JSON array, converted to records."""

    cache_ok = True

    def __init__(self, labels: tuple[str, ...], converters: tuple[Converter, ...]) -> None:
        self.labels, self.converters = labels, converters
        self.parse = create_row_converter(labels, converters, "decode(rows)")

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[str], list[Record]]:
        del dialect, coltype
        return self.parse


def find_json_converter(kind: TypeEngine[Value]) -> Converter:
    """Return the converter for what JSON has no type for; exact decimals must not be nested."""
    match kind:
        case JsonRows() | ContradictoryNumbers():
            return kind.parse
        case Date():
            return parse_day
        case Boolean():
            return bool
        case _:
            return None


def parse_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def select_nested(rows: Statement, owner: Table) -> ScalarSelect[list[Record]]:
    """Return a column that contains rows as nested records, for each row of their owner.

    The statement of the rows refers to the owner in a condition, and does not join it.
    """
    ordered = rows.correlate(owner).subquery()
    array = JsonArrays(*ordered.c)
    array.type = JsonRows(
        tuple(column.name for column in ordered.c),
        tuple(find_json_converter(column.type) for column in ordered.c),
    )
    nested: ScalarSelect[list[Record]] = select(array).scalar_subquery()
    return nested


@lru_cache(maxsize=256)
def get_row_converter(labels: tuple[str, ...]) -> RowConverter:
    return create_row_converter(labels, [None] * len(labels))


def fetch_uncached(
    connection: Connection, statement: Statement, values: Mapping[str, Value] | None = None
) -> list[Record]:
    """Return the records of a statement that was built for one request."""
    result = connection.execute(statement, values)
    return get_row_converter(tuple(result.keys()))(result)
