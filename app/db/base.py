"""Interface of a store, and a release opened from it for reading."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from functools import partial
from typing import Concatenate, ParamSpec, Self, TypeVar, cast

from sqlalchemy import Connection, Engine, QueuePool, event

from app.db.errors import DamageError, DatabaseError
from app.db.files import ReleaseInfo
from app.db.models import SCHEMA_REVISION

P = ParamSpec("P")
Result = TypeVar("Result")
Chunk = TypeVar("Chunk")


class Store(ABC):
    """Where releases are published; the newest one is served."""

    is_local: bool = False
    """Whether a read takes less time than waking a thread."""
    threads: int
    """How many requests of a process read in threads at once."""
    poll_interval: float
    """Seconds between checks for a new release."""
    failed_at = 0.0
    """When a read last failed because no server could be reached, by ``perf_counter``."""

    @abstractmethod
    def read_version(self) -> object:
        """Return a value that a new release changes; UnavailableError if it cannot be read."""

    @abstractmethod
    def inspect(self) -> ReleaseInfo:
        """Read about the current release; DatabaseError if there is none that can be read."""

    @abstractmethod
    def create_engine(self, release: ReleaseInfo, *, streaming: bool = False) -> Engine:
        """Create the engine that reads a release.

        A streaming engine serves long downloads, and takes no connections from other requests.
        """

    @abstractmethod
    def limit_connections(self, number: int) -> Self:
        """Return a store of the same releases that opens so many connections at a time."""

    @abstractmethod
    def retry_read(self, read: Callable[[], Result]) -> Result:
        """Read, and retry that where the store requires it; UnavailableError if it fails."""

    @abstractmethod
    def close(self) -> None:
        """Close the connections used to check for releases."""


def check_release(store: Store, release: ReleaseInfo) -> None:
    """Check the revision of a release and its file; DatabaseError if it cannot be served."""
    if release.revision != SCHEMA_REVISION:
        raise DatabaseError(
            f"{store} has schema revision {release.revision}, but this program requires"
            f" {SCHEMA_REVISION}; rebuild it with 'bri build'"
        )
    if release.file is not None:
        release.file.verify()


class Database:
    """A release that is open for reading.

    A copy that is sent to another process reads the same release, with few connections.
    """

    def __init__(self, store: Store, release: ReleaseInfo | None = None) -> None:
        """Open a release that has been checked, or else the current one.

        Raises:
            DatabaseError: if there is none, the store cannot be reached, or the release is damaged
                or has another schema revision.
        """
        self.store = store
        self.is_local = store.is_local
        """Whether a read takes less time than waking a thread."""
        if release is None:
            release = store.inspect()
            check_release(store, release)
        self.release = release
        self.seed_hash, self.modified, self.file = release.seed_hash, release.modified, release.file
        self.is_file = self.file is not None
        self.held_file = self.file if self.file and self.file.memory_url is None else None
        """The file if it is not copied, so that something may write to it while it is read."""
        self.engine = store.create_engine(release)
        self.streaming_engine = store.create_engine(release, streaming=True)
        """Reads long downloads, so that they take no connections from other requests."""
        # A deque is safe to use from several threads without a lock.
        self.idle: deque[Connection] = deque()
        """Open connections that no query uses; only used for local stores, where an idle
        connection cannot break."""
        self.is_closed = False

    def __reduce__(self) -> tuple[object, ...]:
        return Database, (self.store.limit_connections(1), self.release)

    @property
    def digest(self) -> str | None:
        """The SHA-256 digest of the file, or None if there is no file or it is too large."""
        return None if self.file is None else self.file.digest

    @property
    def connections_in_use(self) -> int:
        return cast("QueuePool", self.engine.pool).checkedout() - len(self.idle)

    def connect(self) -> Connection:
        return self.engine.connect()

    def read(
        self, query: Callable[Concatenate[Connection, P], Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Run a query on a connection of the pool, or on an idle one of a local store.

        An idle connection saves a tenth of the time of a short query. It is reused only if the
        query succeeded.

        Raises:
            UnavailableError: if the database cannot be read at the moment.
        """
        if not self.is_local:
            return self.store.retry_read(partial(self.read_pooled, query, *args, **kwargs))
        try:
            connection = self.idle.pop()
        except IndexError:
            connection = self.engine.connect()
        try:
            result = query(connection, *args, **kwargs)
        except BaseException:
            connection.close()
            raise
        finally:
            if self.held_file is not None:
                self.held_file.check_unchanged()
        self.idle.append(connection)
        # The database may have been closed while the query ran.
        if self.is_closed:
            self.dispose_idle()
        return result

    def read_pooled(
        self, query: Callable[Concatenate[Connection, P], Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        with self.engine.connect() as connection:
            return query(connection, *args, **kwargs)

    def dispose_idle(self) -> None:
        with suppress(IndexError):
            while True:
                self.idle.pop().close()

    def start_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> tuple[Chunk, Generator[Chunk, None, None]]:
        """Return the first chunk of a writer, and the others; UnavailableError if reading fails."""

        def start() -> tuple[Chunk, Generator[Chunk, None, None]]:
            chunks = self.iterate_stream(write)
            return next(chunks), chunks

        return self.store.retry_read(start)

    def iterate_stream(
        self, write: Callable[[Connection], Iterator[Chunk]]
    ) -> Generator[Chunk, None, None]:
        """Yield what a writer produces, and close its connection at the end."""
        with self.streaming_engine.connect() as connection:
            for chunk in write(connection):
                if self.held_file is not None:
                    self.held_file.check_unchanged()
                yield chunk

    def record_damage(self, error: DamageError) -> None:
        """Read nothing any more, since another process has found damage in the same file."""
        if self.file is not None:
            self.file.damage = str(error)

    def close(self) -> None:
        """Close the connections; those in use are closed when they are returned."""
        self.is_closed = True
        for engine in (self.engine, self.streaming_engine):
            # The pool would keep them open as long as it exists.
            event.listen(engine.pool, "checkin", lambda _, entry: entry.invalidate())
            engine.dispose()
        self.dispose_idle()
