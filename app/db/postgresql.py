"""A release in a schema of its own on PostgreSQL, on one server or on several that are alike."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import ExceptionContext
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.pool import NullPool

from app.db.base import DatabaseError, ReleaseInfo, Result, Store, UnavailableError

NEWEST_RELEASE = text(
    "SELECT seed_hash, schema_revision, schema_name,"
    " CAST(extract(epoch FROM built_at) AS double precision)"
    " FROM bri.releases ORDER BY number DESC LIMIT 1"
)
UNDEFINED_STATES = frozenset({"42P01", "3F000"})
"""A table or a schema that is not there: SQLSTATE undefined_table and invalid_schema_name."""
TIMEOUT_STATES = "57014"
SILENCE_GRACE = 2.0
"""The seconds after which a server that has not ended a statement in time counts as silent."""
STALLED_DETAIL = {
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 11_000,
}
"""A machine that does not acknowledge what it is sent counts as gone after eleven seconds."""


@dataclass(frozen=True)
class PostgresLimits:
    """How much a process asks of the servers, and how long it waits for them."""

    pool_size: int = 10
    pool_timeout: float = 5
    connect_timeout: int = 3
    statement_timeout: float = 5
    release_check: float = 1


class PostgresStore(Store):
    """PostgreSQL servers that hold the same database; the first that fits the URL is asked."""

    def __init__(self, url: URL, limits: PostgresLimits) -> None:
        self.url = url
        self.limits = limits
        self.poll_interval = limits.release_check

    def __str__(self) -> str:
        return self.url.render_as_string(hide_password=True)

    @cached_property
    def polling_engine(self) -> Engine:
        """Make the engine that looks for a new release, on a connection of its own."""
        return self.create_reading_engine("bri", 1)

    def version(self) -> object:
        """Look up the schema of the newest release."""
        return self.inspect()

    def inspect(self) -> ReleaseInfo:
        """Look up the newest release."""

        def reading() -> ReleaseInfo | None:
            with self.polling_engine.connect() as connection:
                row = connection.execute(NEWEST_RELEASE).first()
                return None if row is None else ReleaseInfo(*row)

        try:
            found = self.retry_read(reading)
        except UnavailableError as error:
            if get_sqlstate(error.__cause__) not in UNDEFINED_STATES:
                raise
            found = None
        except DBAPIError as error:
            raise DatabaseError(f"{self} cannot be read: {describe_error(error)}") from None
        if found is None:
            raise DatabaseError(f"{self} holds no release; build it with 'bri build'")
        return found

    def create_engine(self, held: ReleaseInfo, *, apart: bool = False) -> Engine:
        """Make the engine that serves requests from the schema of a release."""
        return self.create_reading_engine(held.place, self.limits.pool_size, apart=apart)

    def create_reading_engine(self, schema: str, size: int, *, apart: bool = False) -> Engine:
        """Make an engine that reads one schema, and gives up in time.

        Apart, a transaction holds the place in what is read bit by bit, and one connection is kept.
        """
        kept = 1 if apart else size
        engine = self.build_engine(
            f"-c search_path={schema} "
            f"-c statement_timeout={round(self.limits.statement_timeout * 1000)}",
            pool_size=kept,
            max_overflow=size - kept,
            pool_timeout=self.limits.pool_timeout,
            isolation_level="READ COMMITTED" if apart else "AUTOCOMMIT",
        )

        @event.listens_for(engine, "do_connect")
        def connect(dialect: Dialect, _record: Any, given: Any, named: Any) -> Any:
            """Connect so that a server that falls silent is left."""
            if dialect.driver != "psycopg":
                return None
            from app.db.timeout_connection import connect_with_timeout  # noqa: PLC0415

            return connect_with_timeout(
                self.limits.statement_timeout + SILENCE_GRACE, *given, **named
            )

        @event.listens_for(engine, "connect")
        def forbid_writing(connection: Any, _: Any) -> None:
            connection.autocommit = True
            connection.execute("SET default_transaction_read_only = on")
            connection.autocommit = not apart

        @event.listens_for(engine, "handle_error")
        def try_elsewhere(context: ExceptionContext) -> None:
            """Leave a server on which the release is not yet, or no longer."""
            if get_sqlstate(context.sqlalchemy_exception) in UNDEFINED_STATES:
                context.is_disconnect = True

        return engine

    def create_writing_engine(self) -> Engine:
        """Make the engine that builds a release, on the one server that can be written to."""
        return self.build_engine("", read_write=True, poolclass=NullPool)

    def build_engine(self, options: str, *, read_write: bool = False, **pool: Any) -> Engine:
        """Make an engine.

        Raises:
            DatabaseError: if the driver is missing or the URL is not understood.
        """
        query = self.url.query
        given = {
            "application_name": "bri",
            "connect_timeout": str(self.limits.connect_timeout),
            **{name: str(value) for name, value in STALLED_DETAIL.items()},
            **query,
            "options": f"{query.get('options', '')} {options}".strip(),
        }
        if read_write:
            given["target_session_attrs"] = "read-write"
        try:
            return create_engine(self.url.set(query=given), **pool)
        except ImportError as error:
            raise DatabaseError(
                f"PostgreSQL needs a driver ({error}); install bri-indicators[postgres]"
            ) from None
        except (ArgumentError, NoSuchModuleError) as error:
            raise DatabaseError(f"{self} is not understood: {error}") from None

    def retry_read(self, reading: Callable[[], Result]) -> Result:
        """Read; if the connection turns out to be broken, once more on a new one."""
        for last in (False, True):
            try:
                return reading()
            except (DBAPIError, PoolTimeoutError) as error:
                if not is_transient(error):
                    raise
                if last or not is_connection_lost(error):
                    raise UnavailableError(
                        f"{self} cannot be read: {describe_error(error)}"
                    ) from error
        raise AssertionError

    def close(self) -> None:
        """Let go of the connection that looks for releases."""
        if "polling_engine" in self.__dict__:
            self.polling_engine.dispose()
            del self.polling_engine


def get_sqlstate(error: BaseException | None) -> str | None:
    """Give the code of what PostgreSQL complains about, if it could say."""
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def is_transient(error: DBAPIError | PoolTimeoutError) -> bool:
    """Tell whether a failure lies with the servers and not with what was asked."""
    if isinstance(error, OperationalError | PoolTimeoutError):
        return True
    return error.connection_invalidated


def is_connection_lost(error: DBAPIError | PoolTimeoutError) -> bool:
    """Tell whether another connection may do better."""
    return isinstance(error, DBAPIError) and get_sqlstate(error) != TIMEOUT_STATES


def describe_error(error: Exception) -> str:
    """Tell in one line what went wrong."""
    lines = str(getattr(error, "orig", error)).strip().splitlines()
    return "; ".join(line.strip() for line in lines if line.strip())
