"""A release in an SQLite file: immutable, and replaced by renaming."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from app.db.base import DatabaseError, ReleaseInfo, Result, Store, UnavailableError


class SQLiteStore(Store):
    """The one file that is in place."""

    is_local = True
    is_file = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def version(self) -> object:
        """Give the identity of the file, which a rename changes."""
        try:
            status = os.stat(self.path)  # noqa: PTH116
        except OSError:
            raise UnavailableError(f"{self.path} is missing; build it with 'bri build'") from None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def inspect(self) -> ReleaseInfo:
        """Read the seed's digest and the schema revision."""
        path = self.path
        if not path.is_file():
            raise DatabaseError(f"{path} is missing; build it with 'bri build'")
        try:
            with closing(sqlite3.connect(read_only_url(path), uri=True)) as connection:
                sql = "SELECT seed_hash, schema_revision FROM release"
                row = connection.execute(sql).fetchone()
        except sqlite3.Error as error:
            raise DatabaseError(f"{path} is no database of this API ({error})") from None
        if row is None:
            raise DatabaseError(f"{path} holds no release; build it anew with 'bri build'")
        return ReleaseInfo(row[0], row[1], str(path), path.stat().st_mtime)

    def create_engine(self, held: ReleaseInfo, *, apart: bool = False) -> Engine:
        """Make the engine that serves requests: read-only, immutable, one connection a thread."""
        pool: dict[str, Any] = {"pool_size": 40, "max_overflow": 0}
        engine = create_engine(
            URL.create("sqlite", database=read_only_url(Path(held.place)), query={"uri": "true"}),
            connect_args={"check_same_thread": False},
            **({"poolclass": NullPool} if apart else pool),
        )

        @event.listens_for(engine, "connect")
        def forbid_writing(connection: sqlite3.Connection, _: Any) -> None:
            connection.execute("PRAGMA query_only = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)

        return engine

    def retry_read(self, reading: Callable[[], Result]) -> Result:
        """Read; a file that is open stays readable."""
        return reading()

    def close(self) -> None:
        """Nothing is held beside the release itself."""


def read_only_url(path: Path) -> str:
    """Write the address under which SQLite opens a file without any way to write to it."""
    return f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"


def create_writing_engine(path: Path) -> Engine:
    """Make the engine that builds a new file: foreign keys on, one connection, no journal.

    The file is private until it is renamed into place, so a crash needs no journal.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine
