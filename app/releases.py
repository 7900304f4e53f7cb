"""Releases: which database is served, and how a new release replaces it."""

import logging
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Lock, Thread

from sqlalchemy import Connection

from app.db import Database, DatabaseError, Store, UnavailableError
from app.db.columns import Record
from app.i18n import Language
from app.queries.reference import get_newest_edition
from app.queries.releases import CollectionKeys, read_all_keys, read_release

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Release:
    """An open release, with what is read from it once."""

    database: Database
    record: Record
    keys: dict[str, CollectionKeys]
    sources: dict[Language, Record]
    """The source of the newest edition in each language."""
    installed_at: float
    """When the release was installed, in seconds since 1970."""

    @cached_property
    def is_small(self) -> bool:
        """Whether all lists are so short that their keys are held in memory."""
        return all(keys.cached_keys is not None for keys in self.keys.values())


@dataclass
class ReleaseManager:
    """Keeps the newest release open, and replaces it when a newer one is installed."""

    storage: Store
    public_url: str | None = None
    version: object = None
    release: Release | None = None
    closed: Event = field(default_factory=Event)
    refreshing: Lock = field(default_factory=Lock)
    watcher: Thread | None = None

    def get_release(self) -> Release:
        """Return the installed release, or the one found at the last poll.

        Raises:
            DatabaseError: if no release could be opened yet.
        """
        if self.release is None or not self.storage.poll_interval:
            self.refresh_if_changed()
        if self.release is None:
            raise DatabaseError(f"{self.storage} cannot be served")
        return self.release

    def refresh_if_changed(self) -> None:
        """Open a new release if there is one; if it cannot be served the old one stays open."""
        try:
            version = self.storage.read_version()
            if self.release is None or version != self.version:
                self.reopen(version)
        except UnavailableError:
            if self.release is None:
                raise

    def reopen(self, version: object) -> None:
        """Open the installed release and close the previous one."""
        with self.refreshing:
            try:
                opened = open_release(self.storage)
            except UnavailableError:
                raise
            except DatabaseError:
                if self.release is None:
                    raise
            else:
                previous, self.release = self.release, opened
                if previous is not None:
                    previous.database.close()
            self.version = version

    def watch(self) -> None:
        """Start to poll for new releases in a thread, if a look takes too long for requests."""
        if self.storage.poll_interval:
            self.closed.clear()
            self.watcher = Thread(target=self.poll, name="release watch", daemon=True)
            self.watcher.start()

    def poll(self) -> None:
        """Look for a new release at intervals until the manager is closed."""
        while not self.closed.wait(self.storage.poll_interval):
            try:
                self.refresh_if_changed()
            except Exception:
                log.exception("the check for a new release failed")

    def close(self) -> None:
        """Close the release; requests in progress keep the connections that they use."""
        self.closed.set()
        if self.watcher is not None:
            self.watcher.join()
            self.watcher = None
        previous, self.release = self.release, None
        if previous is not None:
            previous.database.close()
        self.storage.close()


def open_release(storage: Store) -> Release:
    """Open a release, and read what is read once."""
    database = Database(storage)

    def reading(connection: Connection) -> Release:
        sources = {language: get_newest_edition(connection, language) for language in Language}
        keys = read_all_keys(database, connection)
        return Release(database, read_release(connection), keys, sources, database.modified)

    try:
        return database.read(reading)
    except Exception:
        database.close()
        raise
