"""Statements that are made once: compiled once too, and run by the driver with nothing between."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam
from sqlalchemy.types import TypeEngine

from app.db.columns import Record, nest_row

NUMERIC = 1700
"""The number by which PostgreSQL knows exact decimals, the one type whose reading asks for it."""
Converter = Callable[[Any], Any] | None
Row = Sequence[Any]
RowFactory = Callable[[Row], Record]


class CompiledStatement:
    """A statement in the words of one database, with the way from a row to a nested record."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.order: Sequence[str] | None = compiled.positiontup
        self.inward = {
            name: find_converter(bind.type, dialect, "bind_processor")
            for name, bind in compiled.binds.items()
        }
        self.fixed = {name: self.bind_value(name, value) for name, value in compiled.params.items()}
        columns = list(statement.selected_columns)
        outward = [
            find_converter(one.type, dialect, "result_processor", NUMERIC) for one in columns
        ]
        self.record = row_factory([one.name for one in columns], outward)
        """Makes a nested record out of a row."""

    def bind_value(self, name: str, value: Any) -> Any:
        """Turn a value into what the driver takes."""
        convert = self.inward[name]
        return convert(value) if convert and value is not None else value

    def bind_values(self, values: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        """Give the values as the driver takes them; those that are not named are left aside."""
        given = self.fixed.copy()
        for name, value in values.items():
            if name in self.inward:
                given[name] = self.bind_value(name, value)
        return given if self.order is None else [given[name] for name in self.order]

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row]:
        """Run the statement."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, self.bind_values(values))
            return cursor.fetchall()
        finally:
            cursor.close()


def row_factory(labels: Sequence[str], converters: Sequence[Converter] = ()) -> RowFactory:
    """Make the function that turns a row into a nested record.

    It is written out as one expression, which takes a third of the time of going through a plan.

    Args:
        labels: the dotted labels of the columns.
        converters: what turns their values into Python's, if anything does.
    """
    known: dict[str, Any] = {}
    values = {}
    for place, (label, convert) in enumerate(zip_longest(labels, converters)):
        known[f"convert_{place}"] = convert
        values[label] = f"convert_{place}(row[{place}])" if convert else f"row[{place}]"
    made: RowFactory = eval(f"lambda row: {format_expression(nest_row(values))}", known)  # noqa: S307
    return made


def format_expression(part: Record | str) -> str:
    """Write nested expressions as one; the labels are those of our own statements."""
    if isinstance(part, str):
        return part
    return (
        "{"
        + ", ".join(f"{name!r}: {format_expression(inner)}" for name, inner in part.items())
        + "}"
    )


def find_converter(kind: TypeEngine[Any], dialect: Dialect, name: str, *more: Any) -> Converter:
    """Find how a type turns values into those of a driver, or back."""
    convert: Converter = getattr(kind.dialect_impl(dialect), name)(dialect, *more)
    return convert


@lru_cache(maxsize=256)
def compile_statement(statement: Any, dialect: Dialect) -> CompiledStatement:
    """Compile a statement that is made once; each release that is opened has a dialect of its own.

    There is room for all statements but those of lists in both languages, and for the lists of some
    dozen shapes. More would take memory from whoever asks for a shape that nobody asked for.
    """
    return CompiledStatement(statement, dialect)


@cache
def filter_by_key(statement: Any, column: Any) -> Any:
    """Narrow a statement that is made once to one key, which is bound as ``key``."""
    return statement.where(column == bindparam("key"))


def fetch_cached(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Record]:
    """Read the records of a statement that is made once.

    Where the driver fails, SQLAlchemy is asked too, which names the failure.
    """
    ready = compile_statement(statement, connection.dialect)
    try:
        rows = ready.execute(connection, values)
    except connection.dialect.loaded_dbapi.Error:
        return fetch_uncached(connection, statement, values)
    return [ready.record(row) for row in rows]


def fetch_scalars(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Any]:
    """Read the one value of each row of a statement that is made once, as the driver gives it."""
    ready = compile_statement(statement, connection.dialect)
    try:
        return [row[0] for row in ready.execute(connection, values)]
    except connection.dialect.loaded_dbapi.Error:
        return list(connection.execute(statement, values).scalars())


@lru_cache(maxsize=256)
def nested_row_factory(labels: tuple[str, ...]) -> RowFactory:
    """Make the function for rows whose values need no converting, once for some labels."""
    return row_factory(labels)


def fetch_uncached(
    connection: Connection,
    statement: Any,
    values: Mapping[str, Any] | None = None,
) -> list[Record]:
    """Read the records of a statement that is made for this one request."""
    found = connection.execute(statement, values)
    record = nested_row_factory(tuple(found.keys()))
    return [record(row) for row in found]


def fetch_one(connection: Connection, statement: Any, column: Any, key: str) -> Record | None:
    """Read the record that has a key."""
    return next(
        iter(fetch_cached(connection, filter_by_key(statement, column), {"key": key})), None
    )
