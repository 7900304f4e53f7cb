"""The database file: opened read-only to serve, and written only while it is built."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, Pool

from app.models import SCHEMA_REVISION


class DatabaseError(Exception):
    """A database file that cannot be served; the message says why and what to do."""


class Database:
    """A finished database file, opened read-only and immutable."""

    is_near = True
    """Whether a record is read without waiting for anybody."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Raises:
            DatabaseError: if it is missing, no database of this API, or of another revision.
        """
        self.path = path
        self.seed_hash, revision = inspect(path)
        if revision != SCHEMA_REVISION:
            raise DatabaseError(
                f"{path} has schema revision {revision}, this program needs {SCHEMA_REVISION}; "
                "build it anew with 'bri build'"
            )
        self.engine = reading_engine(path)

    def connect(self) -> Connection:
        """Borrow a connection; use it as a context manager."""
        return self.engine.connect()

    @contextmanager
    def apart(self) -> Iterator[Connection]:
        """Open a connection outside of the pool, for a reader who may take long."""
        engine = reading_engine(self.path, NullPool)
        try:
            with engine.connect() as connection:
                yield connection
        finally:
            engine.dispose()

    def close(self) -> None:
        """Let go of the file."""
        self.engine.dispose()


def inspect(path: Path) -> tuple[str, str]:
    """Read the seed's digest and the schema revision of a database file.

    Raises:
        DatabaseError: if the file is missing, unreadable, or no database of this API.
    """
    if not path.is_file():
        raise DatabaseError(f"{path} is missing; build it with 'bri build'")
    try:
        with closing(sqlite3.connect(read_only(path), uri=True)) as connection:
            row = connection.execute("SELECT seed_hash, schema_revision FROM release").fetchone()
    except sqlite3.Error as error:
        raise DatabaseError(f"{path} is no database of this API ({error})") from None
    if row is None:
        raise DatabaseError(f"{path} holds no release; build it anew with 'bri build'")
    return row[0], row[1]


def is_current(path: Path, seed_hash: str) -> bool:
    """Tell whether a database file was built from a seed for this schema revision."""
    try:
        return inspect(path) == (seed_hash, SCHEMA_REVISION)
    except DatabaseError:
        return False


def read_only(path: Path) -> str:
    """Write the address under which SQLite opens a file without any way to write to it."""
    return f"file:{quote(str(path.absolute()))}?mode=ro&immutable=1"


def reading_engine(path: Path, pool: type[Pool] | None = None) -> Engine:
    """Make the engine that serves requests: read-only, immutable, one connection a thread."""
    sizes = {"pool_size": 40, "max_overflow": 0} if pool is None else {}
    engine = create_engine(
        URL.create("sqlite", database=read_only(path), query={"uri": "true"}),
        connect_args={"check_same_thread": False},
        poolclass=pool,
        **sizes,
    )

    @event.listens_for(engine, "connect")
    def forbid_writing(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401
        connection.execute("PRAGMA query_only = ON")
        connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)

    return engine


def writing_engine(path: Path) -> Engine:
    """Make the engine that builds a new file: foreign keys on, one connection, no journal.

    The file is private until it is renamed into place, so a crash needs no journal.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: Any) -> None:  # noqa: ANN401
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA foreign_keys = ON")

    return engine
