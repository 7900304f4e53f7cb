"""Load rows in batches, so that memory stays flat however many there are."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

BATCH_SIZE = 5_000

Row = tuple[type[SQLModel], dict[str, Any]]
Values = tuple[Any, ...] | dict[str, Any]
Converter = Callable[[Any], Any] | None


def insert_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert rows, which come table by table.

    The values are converted once by the types of their columns and handed to the driver in
    batches; an INSERT that is compiled anew for each batch takes twice the time.
    """
    for table, group in groupby(rows, key=lambda row: row[0]):
        statement, finish = compile_insert(connection, table)
        for batch in batch_rows(finish(row) for _, row in group):
            connection.exec_driver_sql(statement, batch)


def batch_rows(rows: Iterator[Values]) -> Iterator[list[Values]]:
    """Cut rows into batches."""
    while batch := list(islice(rows, BATCH_SIZE)):
        yield batch


def compile_insert(
    connection: Connection, table: type[SQLModel]
) -> tuple[str, Callable[[dict[str, Any]], Values]]:
    """Compile the INSERT of a table, and find how the driver takes its rows.

    SQLite's driver takes values in the order of the statement, that of PostgreSQL by their names.
    """
    dialect = connection.dialect
    compiled = insert(table).compile(dialect=dialect)
    in_order = compiled.positiontup
    names = list(compiled.params if in_order is None else in_order)
    columns = table.__table__.columns  # type: ignore[attr-defined]
    converters: list[Converter] = [
        columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]

    def values(row: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(
            value if convert is None or value is None else convert(value)
            for value, convert in zip(map(row.get, names), converters, strict=True)
        )

    def named(row: dict[str, Any]) -> dict[str, Any]:
        return dict(zip(names, values(row), strict=True))

    return str(compiled), named if in_order is None else values
