"""Interface of a store, and a release opened from it for reading."""

import hashlib
import os
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple, TypeVar, cast

from sqlalchemy import Connection, Engine, QueuePool

from app.db.models import SCHEMA_REVISION

MAX_DIGESTED = 256 * 1024**2
"""Size in bytes up to which a file is hashed; a larger one would delay a request by seconds."""
Result = TypeVar("Result")
Chunk = TypeVar("Chunk")


class DatabaseError(Exception):
    """A database that cannot be served; the message says why and what to do."""


class UnavailableError(DatabaseError):
    """A database that cannot be reached at the moment; a retry may succeed."""


class ReleaseInfo(NamedTuple):
    """What can be read about a release before it is opened."""

    seed_hash: str
    revision: str
    place: str
    """The path of the file, or the name of the PostgreSQL schema."""
    modified: float
    """When the release was published, in seconds since 1970."""


class Store(ABC):
    """Where releases are published; the newest one is served."""

    is_local: bool = False
    """Whether a read takes less time than waking a thread."""
    is_file: bool = False
    """Whether a release is a file that can be downloaded."""
    poll_interval: float = 0
    """Seconds between checks for a new release; 0 if a check on every request is cheap."""

    @abstractmethod
    def read_version(self) -> object:
        """Return a value that changes when a new release is published.

        Raises:
            UnavailableError: if the store cannot be reached.
        """

    @abstractmethod
    def inspect(self) -> ReleaseInfo:
        """Read about the current release.

        Raises:
            DatabaseError: if there is none, or the store cannot be reached.
        """

    @abstractmethod
    def create_engine(self, release: ReleaseInfo, *, streaming: bool = False) -> Engine:
        """Create the engine that reads a release.

        A streaming engine serves long downloads, and takes no connections from other requests.
        """

    @abstractmethod
    def retry_read(self, read: Callable[[], Result]) -> Result:
        """Call a function that reads, and retry it where the kind of store requires that.

        Raises:
            UnavailableError: if the store cannot be read at the moment.
        """

    @abstractmethod
    def close(self) -> None:
        """Close the connections used to check for releases."""


class Database:
    def __init__(self, store: Store) -> None:
        """Open the current release.

        Raises:
            DatabaseError: if there is none, the store cannot be reached, or the release has
                another schema revision.
        """
        self.store = store
        self.is_file, self.is_local = store.is_file, store.is_local
        release = store.inspect()
        if release.revision != SCHEMA_REVISION:
            raise DatabaseError(
                f"{store} has schema revision {release.revision}; this program requires "
                f"{SCHEMA_REVISION}. Rebuild it with 'bri build'"
            )
        self.seed_hash, self.place = release.seed_hash, release.place
        self.modified = release.modified
        self.engine = store.create_engine(release)
        self.unpooled = store.create_engine(release, streaming=True)
        """Serves long downloads, outside the pool that requests share."""
        # A deque is safe to use from several threads without a lock.
        self.idle: deque[Connection] = deque()
        """Open connections that no query uses; only used for local stores, where an idle
        connection cannot break."""
        self.is_closed = False

    @cached_property
    def digest(self) -> str | None:
        """The SHA-256 digest of the file, or None if there is no file or it is too large."""
        if not self.is_file or self.size > MAX_DIGESTED:
            return None
        with self.open_file() as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def open_file(self) -> BufferedReader:
        """Open the file of the release.

        Raises:
            UnavailableError: if another release has replaced it.
        """
        file = Path(self.place).open("rb")  # noqa: SIM115 (the caller closes it)
        if os.fstat(file.fileno()).st_mtime != self.modified:
            file.close()
            raise UnavailableError("a newer release has replaced this one; send the request again")
        return file

    @property
    def connections_in_use(self) -> int:
        """The number of connections that requests hold."""
        return cast("QueuePool", self.engine.pool).checkedout() - len(self.idle)

    @property
    def size(self) -> int:
        return Path(self.place).stat().st_size

    def connect(self) -> Connection:
        return self.engine.connect()

    def read(self, query: Callable[[Connection], Result]) -> Result:
        """Run a query on a connection of the pool, or on an idle one of a local store.

        An idle connection saves a tenth of the time of a short query. It is reused only if the
        query succeeded.

        Raises:
            UnavailableError: if the database cannot be read at the moment.
        """
        if not self.is_local:
            return self.store.retry_read(lambda: self.read_pooled(query))
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
        # The database may have been closed while the query ran.
        if self.is_closed:
            self.dispose_idle()
        return result

    def read_pooled(self, query: Callable[[Connection], Result]) -> Result:
        with self.engine.connect() as connection:
            return query(connection)

    def dispose_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self.idle.pop().close()

    def start_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> tuple[Chunk, Generator[Chunk, None, None]]:
        """Return the first chunk that a writer produces, and an iterator over the others.

        Raises:
            UnavailableError: if the database cannot be read at the moment.
        """

        def start() -> tuple[Chunk, Generator[Chunk, None, None]]:
            chunks = self.iterate_stream(write)
            return next(chunks), chunks

        return self.store.retry_read(start)

    def iterate_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> Generator[Chunk, None, None]:
        """Yield what a writer produces, and close its connection at the end."""
        with self.unpooled.connect() as connection:
            yield from write(connection)

    def close(self) -> None:
        """Close the connections; those in use are closed when they are returned."""
        self.is_closed = True
        self.dispose_idle()
        self.engine.dispose()
        self.unpooled.dispose()
