"""Load rows in batches, so that memory stays flat however many there are."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection, insert
from sqlmodel import SQLModel

BATCH = 5_000

Row = tuple[type[SQLModel], dict[str, Any]]
Converter = Callable[[Any], Any] | None


def load(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert rows, which come table by table.

    The values are converted once by the types of their columns and handed to the driver in
    batches; an INSERT that is compiled anew for each batch takes twice the time.
    """
    for table, group in groupby(rows, key=lambda row: row[0]):
        names, converters, statement = prepared(connection, table)
        plain = (
            tuple(
                value if convert is None or value is None else convert(value)
                for value, convert in zip(map(row.get, names), converters, strict=True)
            )
            for _, row in group
        )
        for batch in batched(plain):
            connection.exec_driver_sql(statement, batch)


def batched(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Cut rows into batches."""
    while batch := list(islice(rows, BATCH)):
        yield batch


def prepared(
    connection: Connection, table: type[SQLModel]
) -> tuple[list[str], list[Converter], str]:
    """Compile the INSERT of a table, and find how each of its columns is written."""
    compiled = insert(table).compile(dialect=connection.dialect)
    names = list(compiled.positiontup or ())
    columns = table.__table__.columns  # type: ignore[attr-defined]
    converters = [
        columns[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
        for name in names
    ]
    return names, converters, str(compiled)
