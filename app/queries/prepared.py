"""Statements that are made once: compiled once too, and run by the driver with nothing between."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from sqlalchemy import Connection, Dialect, bindparam
from sqlalchemy.types import TypeEngine

from app.queries.columns import Record, nest

NUMERIC = 1700
"""The number by which PostgreSQL knows exact decimals, the one type whose reading asks for it."""
Converter = Callable[[Any], Any] | None
Row = Sequence[Any]
Nesting = Callable[[Row], Record]


class Prepared:
    """A statement in the words of one database, with the way from a row to a nested record."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:  # noqa: ANN401
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.order: Sequence[str] | None = compiled.positiontup
        self.inward = {
            name: converter(bind.type, dialect, "bind_processor")
            for name, bind in compiled.binds.items()
        }
        self.fixed = {name: self.bound(name, value) for name, value in compiled.params.items()}
        columns = list(statement.selected_columns)
        outward = [converter(one.type, dialect, "result_processor", NUMERIC) for one in columns]
        self.record = nesting([one.name for one in columns], outward)
        """Makes a nested record out of a row."""

    def bound(self, name: str, value: Any) -> Any:  # noqa: ANN401
        """Turn a value into what the driver takes."""
        convert = self.inward[name]
        return convert(value) if convert and value is not None else value

    def given(self, values: Mapping[str, Any]) -> dict[str, Any] | list[Any]:
        """Give the values as the driver takes them; those that are not named are left aside."""
        given = self.fixed.copy()
        for name, value in values.items():
            if name in self.inward:
                given[name] = self.bound(name, value)
        return given if self.order is None else [given[name] for name in self.order]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Sequence[Row]:
        """Run the statement."""
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self.text, self.given(values))
            return cursor.fetchall()
        finally:
            cursor.close()


def nesting(labels: Sequence[str], converters: Sequence[Converter] = ()) -> Nesting:
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
    made: Nesting = eval(f"lambda row: {spelled(nest(values))}", known)  # noqa: S307
    return made


def spelled(part: Record | str) -> str:
    """Write nested expressions as one; the labels are those of our own statements."""
    if isinstance(part, str):
        return part
    return "{" + ", ".join(f"{name!r}: {spelled(inner)}" for name, inner in part.items()) + "}"


def converter(kind: TypeEngine[Any], dialect: Dialect, name: str, *more: Any) -> Converter:  # noqa: ANN401
    """Find how a type turns values into those of a driver, or back."""
    convert: Converter = getattr(kind.dialect_impl(dialect), name)(dialect, *more)
    return convert


@lru_cache(maxsize=256)
def prepared(statement: Any, dialect: Dialect) -> Prepared:  # noqa: ANN401
    """Compile a statement that is made once; each release that is opened has a dialect of its own.

    There is room for all statements but those of lists in both languages, and for the lists of some
    dozen shapes. More would take memory from whoever asks for a shape that nobody asked for.
    """
    return Prepared(statement, dialect)


@cache
def keyed(statement: Any, column: Any) -> Any:  # noqa: ANN401
    """Narrow a statement that is made once to one key, which is bound as ``key``."""
    return statement.where(column == bindparam("key"))


def read(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Record]:  # noqa: ANN401
    """Read the records of a statement that is made once.

    Where the driver fails, SQLAlchemy is asked too, which names the failure.
    """
    ready = prepared(statement, connection.dialect)
    try:
        rows = ready.run(connection, values)
    except connection.dialect.loaded_dbapi.Error:
        return once(connection, statement, values)
    return [ready.record(row) for row in rows]


def scalars(connection: Connection, statement: Any, values: Mapping[str, Any]) -> list[Any]:  # noqa: ANN401
    """Read the one value of each row of a statement that is made once, as the driver gives it."""
    ready = prepared(statement, connection.dialect)
    try:
        return [row[0] for row in ready.run(connection, values)]
    except connection.dialect.loaded_dbapi.Error:
        return list(connection.execute(statement, values).scalars())


@lru_cache(maxsize=256)
def nested(labels: tuple[str, ...]) -> Nesting:
    """Make the function for rows whose values need no converting, once for some labels."""
    return nesting(labels)


def once(
    connection: Connection,
    statement: Any,  # noqa: ANN401
    values: Mapping[str, Any] | None = None,
) -> list[Record]:
    """Read the records of a statement that is made for this one request."""
    found = connection.execute(statement, values)
    record = nested(tuple(found.keys()))
    return [record(row) for row in found]


def one(connection: Connection, statement: Any, column: Any, key: str) -> Record | None:  # noqa: ANN401
    """Read the record that has a key."""
    return next(iter(read(connection, keyed(statement, column), {"key": key})), None)
