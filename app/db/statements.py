"""Execution of SELECT statements, and conversion of their rows to nested records.

A statement that is the same for many requests is created once and compiled once: ``fetch_records``,
``fetch_scalars`` and ``fetch_one`` pass it to the driver directly. ``fetch_uncached`` executes a
statement that was built for one request.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from functools import cache, lru_cache
from itertools import zip_longest

from sqlalchemy import CompoundSelect, Connection, Dialect, bindparam
from sqlalchemy.types import TypeEngine

from app.db.columns import Column, Record, Statement, Value

NUMERIC_OID = 1700
"""The type number of NUMERIC in PostgreSQL, the only type whose converter asks for it."""
Query = Statement | CompoundSelect[*tuple[Value, ...]]
Converter = Callable[[Value], Value] | None
RowFactory = Callable[[Sequence[Value]], Record]


class CompiledStatement:
    """The SQL of a statement in one dialect, and the conversion of its rows to records."""

    def __init__(self, statement: Query, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)
        self.text = str(compiled)
        self.order: Sequence[str] | None = compiled.positiontup
        self.bind_converters = {
            name: find_converter(bind.type, dialect, "bind_processor")
            for name, bind in compiled.binds.items()
        }
        self.defaults = {
            name: self.bind_value(name, value) for name, value in compiled.params.items()
        }
        columns = list(statement.selected_columns)
        # Driver values are converted here, since SQLAlchemy does not see the rows.
        self.to_record = create_row_factory(
            [one.name for one in columns],
            [find_converter(one.type, dialect, "result_processor", NUMERIC_OID) for one in columns],
        )

    def bind_value(self, name: str, value: Value) -> Value:
        convert = self.bind_converters[name]
        return convert(value) if convert and value is not None else value

    def bind_values(self, values: Mapping[str, Value]) -> Record | list[Value]:
        """Return the parameters as the driver expects them; unknown names are ignored."""
        bound = self.defaults.copy()
        for name, value in values.items():
            if name in self.bind_converters:
                bound[name] = self.bind_value(name, value)
        return bound if self.order is None else [bound[name] for name in self.order]

    def execute(
        self, connection: Connection, values: Mapping[str, Value]
    ) -> Sequence[Sequence[Value]]:
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(self.text, self.bind_values(values))
            return cursor.fetchall()


def create_row_factory(labels: Sequence[str], converters: Sequence[Converter] = ()) -> RowFactory:
    """Return a function that converts a row with dotted labels to a nested record.

    The function is generated as one expression, which takes a third of the time of a loop.
    """
    names: Record = {}
    values = {}
    for index, (label, convert) in enumerate(zip_longest(labels, converters)):
        names[f"convert_{index}"] = convert
        values[label] = f"convert_{index}(row[{index}])" if convert else f"row[{index}]"
    # The source contains only the labels of our own statements and numbers.
    function: RowFactory = eval(f"lambda row: {format_dict(nest_labels(values))}", names)  # noqa: S307
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


@lru_cache(maxsize=256)
def compile_statement(statement: Query, dialect: Dialect) -> CompiledStatement:
    """Compile a statement once for each dialect; every open release has its own dialect object.

    The size fits all statements except those of lists, in both languages, and the lists of some
    dozen request shapes. A larger cache would let unusual requests fill the memory.
    """
    return CompiledStatement(statement, dialect)


@cache
def filter_by_key(statement: Statement, column: Column) -> Statement:
    """Restrict a statement to one key, bound as ``key``."""
    return statement.where(column == bindparam("key"))


def fetch_records(
    connection: Connection, statement: Query, values: Mapping[str, Value]
) -> list[Record]:
    """Return the records of a statement that is compiled once.

    If the driver fails, SQLAlchemy executes the statement again and raises its own error.
    """
    compiled = compile_statement(statement, connection.dialect)
    try:
        rows = compiled.execute(connection, values)
    except connection.dialect.loaded_dbapi.Error:
        return fetch_uncached(connection, statement, values)
    return [compiled.to_record(row) for row in rows]


def fetch_scalars(
    connection: Connection, statement: Query, values: Mapping[str, Value]
) -> list[Value]:
    """Return the first value of each row of a statement that is compiled once, unconverted."""
    compiled = compile_statement(statement, connection.dialect)
    try:
        return [row[0] for row in compiled.execute(connection, values)]
    except connection.dialect.loaded_dbapi.Error:
        return list(connection.execute(statement, values).scalars())


def fetch_one(
    connection: Connection, statement: Statement, column: Column, key: str
) -> Record | None:
    records = fetch_records(connection, filter_by_key(statement, column), {"key": key})
    return records[0] if records else None


nested_row_factory = lru_cache(maxsize=256)(create_row_factory)


def fetch_uncached(
    connection: Connection, statement: Query, values: Mapping[str, Value] | None = None
) -> list[Record]:
    """Return the records of a statement that was built for one request."""
    result = connection.execute(statement, values)
    to_record = nested_row_factory(tuple(result.keys()))
    return [to_record(row) for row in result]
