"""Releases: which database is served, and how a new release replaces it."""

import logging
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from functools import cached_property
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Connection, TableClause
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel

from app.db import Database, DatabaseError, Store
from app.db.columns import Record
from app.db.models import search_index
from app.db.statements import Session
from app.db.stores import describe_error
from app.i18n import Language
from app.queries.releases import CollectionKeys, read_all_keys, read_release

if TYPE_CHECKING:
    from app.quotations.index import QuotationIndex

log = logging.getLogger("uvicorn.error")

BEIJING = timezone(timedelta(hours=8))
MIN_DELAY = 1.0
MAX_DELAY = 60.0
"""The seconds between the first and between later attempts to open the same release."""
CLOSE_TIMEOUT = 5.0
"""The seconds that a release which is just being opened may delay the end of the process."""
LOG_INTERVAL = 60.0
"""The seconds after which a release that keeps changing is logged again."""


@dataclass(frozen=True)
class ServedRelease:
    database: Database
    record: Record
    keys: dict[str, CollectionKeys]
    installed_at: float
    """When the release was installed, in seconds since 1970."""
    quick_shapes: set[tuple[str, ...]] = field(default_factory=set)
    """The routes, with languages, orders and names of parameters, whose requests need no thread."""

    @cached_property
    def is_small(self) -> bool:
        """Whether all lists are so short that their keys are held in memory."""
        return all(keys.cached_keys is not None for keys in self.keys.values())

    @cached_property
    def quotation_index(self) -> "QuotationIndex":
        """The record as quotations are matched with it, read for the first of them."""
        from app.quotations.index import read_index

        return self.database.read(read_index)

    def check_quotation(self, text: str, asked_on: date | None, language: Language) -> Record:
        """Check the numbers of a text; without a day, as of today in Beijing.

        This takes milliseconds of computation, so it must run in a thread.
        """
        from app.quotations.checks import check_quotation

        index, day = self.quotation_index, asked_on or datetime.now(BEIJING).date()
        return self.database.read(
            lambda connection: check_quotation(Session(connection, language), index, text, day)
        )


@dataclass(frozen=True)
class ReleaseFailure:
    """A release that could not be opened, while the previous one is still served."""

    version: object
    reason: str
    delay: float
    """The seconds between the last attempts to open it."""
    retry_at: float
    logged_at: float


@dataclass
class ReleaseManager:
    """Keeps the newest release open, and replaces it when a newer one is installed.

    Whatever is wrong with the newer one, the previous release stays. Another attempt is made when
    the newer one changes, and after growing delays.
    """

    store: Store
    public_url: str | None = None
    version: object = None
    release: ServedRelease | None = None
    failure: ReleaseFailure | None = None
    closed: Event = field(default_factory=Event)
    refreshing: Lock = field(default_factory=Lock)
    watcher: Thread | None = None

    def get_release(self) -> ServedRelease:
        """Return the installed release; while no thread watches for a new one, look for it."""
        if self.release is None or self.watcher is None:
            self.refresh()
        if self.release is None:
            raise DatabaseError(f"{self.store} cannot be served")
        return self.release

    def refresh(self) -> None:
        """Open a new release, if one can be; DatabaseError if none has been opened so far."""
        with self.refreshing:
            version = None
            try:
                version = self.store.read_version()
                if self.release is not None and not self.is_due(version):
                    return
                self.install(open_release(Database(self.store)), version)
            except Exception as error:
                # A damaged file may fail in any way.
                reason = describe_error(error)
                if self.release is None:
                    if isinstance(error, DatabaseError):
                        raise
                    raise DatabaseError(f"{self.store} cannot be served: {reason}") from error
                self.record_failure(version, error)

    def is_due(self, version: object) -> bool:
        """Return whether a release has to be opened."""
        if version == self.version:
            if self.failure is not None:
                log.warning("%s can be read again", self.store)
                self.failure = None
            return False
        failed = self.failure
        return failed is None or version != failed.version or monotonic() >= failed.retry_at

    def install(self, release: ServedRelease, version: object) -> None:
        previous, self.release = self.release, release
        if self.failure is not None:
            log.warning("release %s of %s is now served", release.record["code"], self.store)
        self.version, self.failure = version, None
        if previous is not None:
            previous.database.close()

    def record_failure(self, version: object, error: Exception) -> None:
        """Note why a release cannot be opened; log it once, even if it keeps changing."""
        now, last, reason = monotonic(), self.failure, describe_error(error)
        is_repeated = last is not None and last.version == version
        delay = min(last.delay * 2, MAX_DELAY) if last and is_repeated else MIN_DELAY
        is_logged = last is not None and last.reason == reason
        if last and is_logged and (is_repeated or now < last.logged_at + LOG_INTERVAL):
            logged_at = last.logged_at
        else:
            logged_at = now
            cause = None if isinstance(error, DatabaseError) else error
            log.error("%s; the previous release is kept", reason, exc_info=cause)
        self.failure = ReleaseFailure(version, reason, delay, now + delay, logged_at)

    def watch(self) -> None:
        """Start to look for new releases in a thread, so that no request waits for one."""
        self.closed.clear()
        self.watcher = Thread(target=self.poll, name="release watch", daemon=True)
        self.watcher.start()

    def poll(self) -> None:
        while not self.closed.wait(self.store.poll_interval):
            with suppress(DatabaseError):
                self.refresh()

    def close(self) -> None:
        """Close the release; requests in progress keep the connections that they use."""
        self.closed.set()
        if self.watcher is not None:
            self.watcher.join(CLOSE_TIMEOUT)
            self.watcher = None
        previous, self.release = self.release, None
        if previous is not None:
            previous.database.close()
        self.store.close()


@dataclass
class FixedRelease(ReleaseManager):
    """Keeps the release that it is given, even if a newer one is installed."""

    def refresh(self) -> None:
        pass


def open_release(database: Database) -> ServedRelease:
    """Read what is needed of a release; DatabaseError, and a closed database, if not complete."""

    def read(connection: Connection) -> ServedRelease:
        check_tables(connection)
        keys = read_all_keys(database, connection)
        return ServedRelease(database, read_release(connection), keys, database.modified)

    try:
        return database.read(read)
    except Exception as error:
        database.close()
        if isinstance(error, DBAPIError):
            reason = describe_error(error)
            message = f"{database.store} contains no complete release: {reason}"
            raise DatabaseError(message) from None
        raise


def check_tables(connection: Connection) -> None:
    """Prepare a SELECT of every column, since what is missing would only fail in some requests."""
    tables: list[TableClause] = [*SQLModel.metadata.tables.values(), search_index]
    for table in tables:
        columns = ", ".join(f'"{table.name}"."{column.name}"' for column in table.columns)
        connection.exec_driver_sql(f'SELECT {columns} FROM "{table.name}" LIMIT 0')  # noqa: S608 (Names of our own tables.)
