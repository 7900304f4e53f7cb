"""Migrations and INSERTs compiled once in each process: every build has the same ones."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlmodel import SQLModel

from app.ingest.build import compile_insert, migrate_database
from tests.support.seeds import MIGRATIONS

Statement = tuple[str, Any]
RECORDED: list[Statement] = []
"""What the migrations have sent to an empty SQLite file."""
INSERTS: dict[tuple[str, type[SQLModel]], tuple[str, Callable[[dict[str, Any]], Any]]] = {}


def migrate_once(connection: Connection, migrations: Path) -> None:
    """Migrate an empty database; send to an SQLite file what was sent to the first one."""
    if connection.dialect.name != "sqlite" or migrations != MIGRATIONS:
        migrate_database(connection, migrations)
        return
    if not RECORDED:
        record_statements(connection)
        return
    for text, parameters in RECORDED:
        connection.exec_driver_sql(text, parameters)


def record_statements(connection: Connection) -> None:
    """Migrate an empty database, and record what is sent to it."""
    found: list[Statement] = []

    def record(_c: object, _cursor: object, text: str, parameters: Any, *_: object) -> None:
        found.append((text, parameters))

    event.listen(connection, "before_cursor_execute", record)
    try:
        migrate_database(connection, MIGRATIONS)
    finally:
        event.remove(connection, "before_cursor_execute", record)
    RECORDED.extend(found)


def compile_insert_once(
    connection: Connection, table: type[SQLModel]
) -> tuple[str, Callable[[dict[str, Any]], Any]]:
    """Compile the INSERT of a table, or take the one that was compiled for the same dialect."""
    key = connection.dialect.name, table
    if key not in INSERTS:
        INSERTS[key] = compile_insert(connection, table)
    return INSERTS[key]
