"""Stores of releases: an SQLite file replaced by renaming, and schemas of PostgreSQL servers."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from pathlib import Path
from time import monotonic, perf_counter
from typing import TYPE_CHECKING, Any, Self, cast
from weakref import proxy

from sqlalchemy import URL, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from app.db.base import Result, Store
from app.db.columns import Record
from app.db.errors import DatabaseError, UnavailableError
from app.db.files import DatabaseFile, FileLimits, ReleaseInfo, get_identity
from app.db.statements import FORBIDDEN_STATE, HELD_FILE, UNDEFINED_STATES, UNREADABLE_STATES

STREAMING_POOL_SIZE = 16


class SQLiteStore(Store):
    is_local = True
    # More threads would mostly wait for the interpreter lock, and the event loop with them.
    threads = 2
    poll_interval = 0.1

    def __init__(self, path: Path, limits: FileLimits | None = None) -> None:
        self.path = path
        self.limits = limits or FileLimits()

    def __str__(self) -> str:
        return str(self.path)

    def read_version(self) -> object:
        """Return what changes when another file has this name, or when this one is changed."""
        try:
            status = self.path.stat()
        except OSError as error:
            return error.errno
        # The time of the last change of the inode includes changes of permissions.
        return *get_identity(status), status.st_ctime_ns

    def inspect(self) -> ReleaseInfo:
        return DatabaseFile(self.path, self.limits).read_info()

    def create_engine(self, release: ReleaseInfo, *, streaming: bool = False) -> Engine:
        """Create an engine whose connections cannot write.

        Those to a large file are opened now, as another file may have its name later.
        """
        # SQLAlchemy's objects refer to each other, so they are freed late: not with the file.
        file: DatabaseFile = proxy(cast("DatabaseFile", release.file))
        size = self.limits.pool_size
        if streaming:
            size = min(size, STREAMING_POOL_SIZE)
        engine = create_engine(
            "sqlite://",
            creator=partial(DatabaseFile.connect, file),
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=-1 if streaming else 0,
        )

        @event.listens_for(engine, "handle_error")
        def reject_damage(context: ExceptionContext) -> None:
            file.reject_damage(context.original_exception)

        @event.listens_for(engine, "connect")
        def name_file(_: object, record: ConnectionPoolEntry) -> None:
            # What executes statements without SQLAlchemy reports its errors to the file.
            record.info[HELD_FILE] = file

        if file.memory_url is None:
            for connection in [engine.connect() for _ in range(size)]:
                connection.close()
        return engine

    def limit_connections(self, number: int) -> Self:
        return type(self)(self.path, replace(self.limits, pool_size=number))

    def retry_read(self, read: Callable[[], Result]) -> Result:
        """Call the function once; an open file stays readable after it has been replaced."""
        return read()

    def close(self) -> None:
        """Do nothing; checking for a release keeps nothing open."""


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


if TYPE_CHECKING:
    from psycopg.abc import PQGen

NEWEST_RELEASE = text(
    "SELECT seed_hash, schema_revision, schema_name,"
    " CAST(extract(epoch FROM built_at) AS double precision)"
    " FROM bri.releases ORDER BY number DESC LIMIT 1"
)
TIMEOUT_STATE = "57014"
"""SQLSTATE query_canceled: a statement exceeded its time limit."""
SILENCE_GRACE = 2.0
"""Seconds beyond the statement timeout after which a silent server counts as gone."""
SOCKET_OPTIONS = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,
}
"""A machine that acknowledges nothing counts as gone after eleven seconds."""


@dataclass(frozen=True)
class PostgresLimits:
    """How many connections a process opens, and how long it waits; times are in seconds."""

    pool_size: int = 10
    pool_timeout: float = 5
    connect_timeout: int = 3
    statement_timeout: float = 5
    release_check: float = 1


class PostgresStore(Store):
    """PostgreSQL servers with the same content; libpq uses the first that fits the URL."""

    # With twice as many, which wait for the interpreter lock more often, it serves a tenth fewer
    # lists.
    threads = 8

    def __init__(self, url: URL, limits: PostgresLimits) -> None:
        self.url = url
        self.limits = limits
        self.poll_interval = limits.release_check

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @cached_property
    def polling_engine(self) -> Engine:
        """The engine that checks for a new release, with one connection of its own."""
        return self.create_reading_engine("bri", 1)

    def read_version(self) -> object:
        return self.inspect()

    def inspect(self) -> ReleaseInfo:
        def read() -> ReleaseInfo | None:
            with self.polling_engine.connect() as connection:
                row = connection.execute(NEWEST_RELEASE).first()
                return None if row is None else ReleaseInfo(*row)

        try:
            release = self.retry_read(read)
        except UnavailableError as error:
            if get_sqlstate(error.__cause__) not in UNDEFINED_STATES:
                raise
            release = None
        except DBAPIError as error:
            raise DatabaseError(f"{self} cannot be read: {describe_error(error)}") from None
        if release is None:
            raise DatabaseError(f"{self} contains no release; build it with 'bri build'")
        return release

    def create_engine(self, release: ReleaseInfo, *, streaming: bool = False) -> Engine:
        return self.create_reading_engine(
            release.location, self.limits.pool_size, streaming=streaming
        )

    def create_reading_engine(self, schema: str, size: int, *, streaming: bool = False) -> Engine:
        """Create an engine that reads one schema, with limits on every wait.

        A streaming engine reads each download in one transaction, since a server-side cursor
        ends with its transaction, and keeps one connection open.
        """
        pool_size = 1 if streaming else size
        engine = self.build_engine(
            # A statement joins some twenty tables: planning it again takes longer than reading.
            # It looks up a page of rows by key, for which a merge join would walk whole indexes.
            f"-c search_path={schema} -c plan_cache_mode=force_generic_plan "
            # A download is idle while its client reads slowly, for which there are other limits.
            f"-c enable_mergejoin=off -c idle_in_transaction_session_timeout=0 "
            f"-c statement_timeout={round(self.limits.statement_timeout * 1000)}",
            pool_size=pool_size,
            max_overflow=size - pool_size,
            pool_timeout=self.limits.pool_timeout,
            isolation_level="READ COMMITTED" if streaming else "AUTOCOMMIT",
            # Without a transaction there is nothing to roll back when a connection is returned.
            pool_reset_on_return="rollback" if streaming else None,
        )

        @event.listens_for(engine, "do_connect")
        def connect(dialect: Dialect, _: object, arguments: list[Any], options: Record) -> Any:
            if dialect.driver != "psycopg":
                return None
            connection = get_connection_class().connect(*arguments, **options)
            connection.max_silence = self.limits.statement_timeout + SILENCE_GRACE
            return connection

        @event.listens_for(engine, "connect")
        def forbid_writing(connection: Any, _: object) -> None:
            # Outside a transaction, so that the setting applies to all later transactions.
            connection.autocommit = True
            connection.execute("SET default_transaction_read_only = on")
            connection.autocommit = not streaming

        @event.listens_for(engine, "handle_error")
        def discard_connection(context: ExceptionContext) -> None:
            """Discard a connection to a server that cannot read the release yet, or any more."""
            # A retry then connects again, perhaps to a server that is further ahead.
            if get_sqlstate(context.sqlalchemy_exception) in UNREADABLE_STATES:
                context.is_disconnect = True

        return engine

    def create_writing_engine(self) -> Engine:
        """Create the engine that builds a release, on the server that accepts writes."""
        return self.build_engine("", read_write=True, poolclass=NullPool)

    def build_engine(self, options: str, *, read_write: bool = False, **pool: Any) -> Engine:
        """Create an engine; DatabaseError if the driver is missing or the URL is invalid."""
        query = self.url.query
        arguments = {
            "application_name": "bri",
            "client_encoding": "utf8",
            "connect_timeout": str(self.limits.connect_timeout),
            **{name: str(value) for name, value in SOCKET_OPTIONS.items()},
            **query,
            "options": f"{query.get('options', '')} {options}".strip(),
        }
        # A standby accepts connections too, but no writes.
        if read_write:
            arguments["target_session_attrs"] = "read-write"
        try:
            return create_engine(self.url.set(query=arguments), **pool)
        except ImportError as error:
            raise DatabaseError(
                f"PostgreSQL needs a driver ({error}); install bri-indicators[postgres]"
            ) from None
        except (ArgumentError, NoSuchModuleError) as error:
            raise DatabaseError(f"{self} is not a valid database URL: {error}") from None

    def limit_connections(self, number: int) -> Self:
        return type(self)(self.url, replace(self.limits, pool_size=number))

    def retry_read(self, read: Callable[[], Result], *, is_retry: bool = False) -> Result:
        """Call the function, and once more with a new connection if the first one is broken."""
        try:
            return read()
        except (DBAPIError, PoolTimeoutError) as error:
            is_timeout = isinstance(error, PoolTimeoutError) or get_sqlstate(error) == TIMEOUT_STATE
            is_refused = isinstance(error, DBAPIError) and not error.connection_invalidated
            if is_refused and not isinstance(error, OperationalError):
                raise  # The cause is the statement and not the server.
            if is_retry and get_sqlstate(error) is None:
                self.failed_at = perf_counter()
            if is_retry or is_timeout:
                raise UnavailableError(f"{self} cannot be read: {describe_error(error)}") from error
        return self.retry_read(read, is_retry=True)

    def close(self) -> None:
        if "polling_engine" in self.__dict__:
            self.polling_engine.dispose()
            del self.polling_engine


@cache
def get_connection_class() -> Any:
    """Define the connection class on first use, since psycopg is an optional dependency."""
    import psycopg  # noqa: PLC0415 - optional

    class TimeoutConnection(psycopg.Connection[Any]):
        """A connection that fails when the server has been silent for too long.

        A frozen server keeps its connections open and acknowledges packets, but does not apply its
        own statement timeout, so the client has to.
        """

        max_silence: float | None = None
        """Seconds; None while connecting, which has its own time limit."""

        def wait(self, gen: "PQGen[Result]", *args: Any, **kwargs: Any) -> Result:
            if self.max_silence is None:
                return super().wait(gen, *args, **kwargs)
            return super().wait(self.limit_silence(gen, self.max_silence), *args, **kwargs)

        def limit_silence(self, gen: "PQGen[Result]", seconds: float) -> "PQGen[Result]":
            """Pass readiness on to a generator of psycopg until the server is silent too long.

            While nothing arrives, psycopg resumes the generator several times per second with
            an empty readiness.
            """
            deadline = monotonic() + seconds
            try:
                state = next(gen)
                while True:
                    ready = yield state
                    if ready:
                        deadline = monotonic() + seconds
                    elif monotonic() > deadline:
                        break
                    state = gen.send(ready)
            except StopIteration as end:
                result: Result = end.value
                return result
            self.pgconn.finish()
            raise psycopg.OperationalError(f"the server has been silent for {seconds} seconds")

    return TimeoutConnection


def get_sqlstate(error: BaseException | None) -> str | None:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def describe_error(error: Exception) -> str:
    reason = "out of memory" if isinstance(error, MemoryError) else getattr(error, "orig", error)
    lines = str(reason).strip().splitlines()
    if get_sqlstate(error) == FORBIDDEN_STATE:
        # Instead of the statement, which says nothing to those who can grant rights.
        lines[1:] = ["grant the role the rights that the guide lists under Scaling, PostgreSQL"]
    return "; ".join(line.strip() for line in lines if line.strip())
