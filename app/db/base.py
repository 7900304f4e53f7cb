"""What files and servers share: an open release, and the one way to read it."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from app.db.models import SCHEMA_REVISION

MAX_DIGESTED = 256 * 1024**2
"""A larger file would keep the first request that needs its digest for seconds."""
Result = TypeVar("Result")
Chunk = TypeVar("Chunk")


class DatabaseError(Exception):
    """A database that cannot be served; the message says why and what to do."""


class UnavailableError(DatabaseError):
    """A database that cannot be reached just now; asking again may help."""


class ReleaseInfo(NamedTuple):
    """What is known of a release before it is opened."""

    seed_hash: str
    revision: str
    place: str
    """The file or the schema that holds it."""
    modified: float
    """When it was put in place, in seconds since 1970."""


class Store(ABC):
    """A place where one release after the other is put, and the newest is served."""

    is_local: bool = False
    """Whether reading takes less time than to wake a thread."""
    is_file: bool = False
    """Whether a release is a file that can be handed out."""
    poll_interval: float = 0
    """The seconds between two looks for a new release; none where a look costs nothing."""

    @abstractmethod
    def version(self) -> object:
        """Give what tells the release that is in place now from the one before.

        Raises:
            UnavailableError: if that cannot be found out just now.
        """

    @abstractmethod
    def inspect(self) -> ReleaseInfo:
        """Look at the release that is in place now.

        Raises:
            DatabaseError: if there is none, or it cannot be reached.
        """

    @abstractmethod
    def create_engine(self, held: ReleaseInfo, *, apart: bool = False) -> Engine:
        """Make the engine that serves requests from a release.

        Args:
            held: the release.
            apart: whether it is for readers who may take long, and keep nobody waiting.
        """

    @abstractmethod
    def retry_read(self, reading: Callable[[], Result]) -> Result:
        """Read, with whatever patience the kind of storage needs.

        Raises:
            UnavailableError: if it cannot be read just now.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of what was needed to look for releases."""


class Database:
    """A finished release, opened read-only."""

    def __init__(self, storage: Store) -> None:
        """Open the release that is in place now.

        Raises:
            DatabaseError: if there is none, it cannot be reached, or is of another revision.
        """
        self.storage = storage
        held = storage.inspect()
        if held.revision != SCHEMA_REVISION:
            raise DatabaseError(
                f"{storage} has schema revision {held.revision}, this program needs "
                f"{SCHEMA_REVISION}; build it anew with 'bri build'"
            )
        self.seed_hash = held.seed_hash
        self.modified = held.modified
        self.place = held.place
        self.engine = storage.create_engine(held)
        self.idle: deque[Connection] = deque()
        """Connections that wait for the next query, where nothing can happen to them meanwhile."""
        self.is_closed = False
        self.unpooled = storage.create_engine(held, apart=True)

    @cached_property
    def digest(self) -> str | None:
        """The SHA-256 digest of the file; none where there is no file, or to read it takes long."""
        if not self.is_file or self.size > MAX_DIGESTED:
            return None
        with self.open_file() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open_file(self) -> BufferedReader:
        """Open the file that holds the release.

        Raises:
            UnavailableError: if another release has taken its place.
        """
        file = Path(self.place).open("rb")  # noqa: SIM115
        if os.fstat(file.fileno()).st_mtime != self.modified:
            file.close()
            raise UnavailableError("another release has taken the place of this one; ask again")
        return file

    @property
    def connections_in_use(self) -> int:
        """Count the connections that are borrowed just now."""
        pool: Any = self.engine.pool
        return int(pool.checkedout()) - len(self.idle)

    @property
    def size(self) -> int:
        """The bytes of the file."""
        return Path(self.place).stat().st_size

    @property
    def is_file(self) -> bool:
        """Tell whether the release is a file."""
        return self.storage.is_file

    @property
    def is_local(self) -> bool:
        """Tell whether reading takes less time than to wake a thread."""
        return self.storage.is_local

    def connect(self) -> Connection:
        """Borrow a connection; use it as a context manager."""
        return self.engine.connect()

    def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query on a borrowed connection.

        Raises:
            UnavailableError: if the database cannot be read just now.
        """

        def reading() -> Result:
            with self.engine.connect() as connection:
                return query(connection)

        return self.read_local(query) if self.is_local else self.storage.retry_read(reading)

    def read_local(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query on a connection that stays open, which saves a tenth of a short one's time.

        A connection is kept only if the query has come to its end.
        """
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            result = query(connection)
        except BaseException:
            connection.close()
            raise
        self.idle.append(connection)
        if self.is_closed:
            self.dispose_idle()
        return result

    def dispose_idle(self) -> None:
        """Close the connections that are idle."""
        with suppress(IndexError):
            while True:
                self.idle.pop().close()

    def start_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> tuple[Chunk, Generator[Chunk, None, None]]:
        """Take the first part of what is written from a connection apart, then the rest.

        Raises:
            UnavailableError: if the database cannot be read just now.
        """

        def beginning() -> tuple[Chunk, Generator[Chunk, None, None]]:
            parts = self.iterate_stream(write)
            return next(parts), parts

        return self.storage.retry_read(beginning)

    def iterate_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> Generator[Chunk, None, None]:
        """Keep a connection apart open as long as parts are taken from it."""
        with self.connect_unpooled() as connection:
            yield from write(connection)

    def connect_unpooled(self) -> Connection:
        """Borrow a connection outside of the pool of requests, for a reader who may take long."""
        return self.unpooled.connect()

    def close(self) -> None:
        """Let go of the connections; those that are borrowed are closed when they come back."""
        self.is_closed = True
        self.dispose_idle()
        self.engine.dispose()
        self.unpooled.dispose()
