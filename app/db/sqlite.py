"""Store that publishes each release as an SQLite file, replaced by renaming."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from app.db.base import DatabaseError, ReleaseInfo, Result, Store, UnavailableError
from app.db.columns import Record

POOL: Record = {"pool_size": 40, "max_overflow": 0}


class SQLiteStore(Store):
    """One SQLite file."""

    is_local = True
    is_file = True

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    def read_version(self) -> object:
        """Return the identity of the file, which changes when another file is renamed to it."""
        try:
            status = os.stat(self.path)  # noqa: PTH116 (twice as fast, and called on each request)
        except OSError:
            raise UnavailableError(f"{self.path} is missing; build it with 'bri build'") from None
        return status.st_ino, status.st_mtime_ns, status.st_size

    def inspect(self) -> ReleaseInfo:
        path = self.path
        if not path.is_file():
            raise DatabaseError(f"{path} is missing; build it with 'bri build'")
        try:
            with closing(sqlite3.connect(read_only_url(path), uri=True)) as connection:
                sql = "SELECT seed_hash, schema_revision FROM release"
                row = connection.execute(sql).fetchone()
        except sqlite3.Error as error:
            raise DatabaseError(f"{path} is not a database of this API ({error})") from None
        if row is None:
            raise DatabaseError(f"{path} contains no release; rebuild it with 'bri build'")
        return ReleaseInfo(row[0], row[1], str(path), path.stat().st_mtime)

    def create_engine(self, release: ReleaseInfo, *, streaming: bool = False) -> Engine:
        """Create a read-only engine that treats the file as immutable."""
        pool: Record = {"poolclass": NullPool} if streaming else POOL
        engine = create_engine(
            URL.create(
                "sqlite", database=read_only_url(Path(release.place)), query={"uri": "true"}
            ),
            connect_args={"check_same_thread": False},
            **pool,
        )

        @event.listens_for(engine, "connect")
        def forbid_writing(connection: sqlite3.Connection, _: object) -> None:
            # The URI opens the file read-only; this also covers temporary and attached databases.
            connection.execute("PRAGMA query_only = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)

        return engine

    def retry_read(self, read: Callable[[], Result]) -> Result:
        """Call the function once; an open file stays readable after it has been replaced."""
        return read()

    def close(self) -> None:
        """Do nothing; checking for a release keeps nothing open."""


def read_only_url(path: Path) -> str:
    """Return the URI with which SQLite opens a file read-only and without locks."""
    return f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"


def create_writing_engine(path: Path) -> Engine:
    """Create the engine that builds a new file, with foreign keys and without a journal.

    Nobody reads the file before it is renamed, so it need not survive a crash.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine
