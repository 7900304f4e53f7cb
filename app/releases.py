"""Releases: which database is served, and how a new one replaces it."""

import logging
from dataclasses import dataclass, field
from functools import cached_property
from threading import Event, Lock, Thread

from sqlalchemy import Connection

from app.db import Database, DatabaseError, Store, UnavailableError
from app.db.columns import Record
from app.i18n import Language
from app.queries.keys import CollectionKeys, read_all_keys
from app.queries.reference import get_newest_edition
from app.queries.release import read_release

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Release:
    """An open release, and what of it is read once."""

    database: Database
    record: Record
    keys: dict[str, CollectionKeys]
    sources: dict[Language, Record]
    """The source of the newest edition in each language."""
    installed_at: float
    """When the release was put in place, in seconds since 1970."""

    @cached_property
    def is_small(self) -> bool:
        """Tell whether every list is so short that its keys are held."""
        return all(keys.cached_keys is not None for keys in self.keys.values())


@dataclass
class ReleaseManager:
    """Keeps the newest release open; one put in place of the old one is picked up."""

    storage: Store
    public_url: str | None = None
    version: object = None
    release: Release | None = None
    closed: Event = field(default_factory=Event)
    refreshing: Lock = field(default_factory=Lock)
    watcher: Thread | None = None

    def get_release(self) -> Release:
        """Give the release that stands in place now, or did at the last look.

        Raises:
            DatabaseError: if no release could be opened yet.
        """
        if self.release is None or not self.storage.poll_interval:
            self.refresh_if_changed()
        if self.release is None:
            raise DatabaseError(f"{self.storage} cannot be served")
        return self.release

    def refresh_if_changed(self) -> None:
        """Look for a new release; one that cannot be served leaves the old one in service."""
        try:
            stamp = self.storage.version()
            if self.release is None or stamp != self.version:
                self.reopen(stamp)
        except UnavailableError:
            if self.release is None:
                raise

    def reopen(self, stamp: object) -> None:
        """Open the release that is in place and let go of the one before."""
        with self.refreshing:
            try:
                opened = open_release(self.storage)
            except UnavailableError:
                raise
            except DatabaseError:
                if self.release is None:
                    raise
            else:
                before, self.release = self.release, opened
                if before is not None:
                    before.database.close()
            self.version = stamp

    def watch(self) -> None:
        """Look for a new release now and then, aside from requests, where a look takes time."""
        if self.storage.poll_interval:
            self.closed.clear()
            self.watcher = Thread(target=self.poll, name="release watch", daemon=True)
            self.watcher.start()

    def poll(self) -> None:
        """Look for a new release until the library is closed."""
        while not self.closed.wait(self.storage.poll_interval):
            try:
                self.refresh_if_changed()
            except Exception:
                log.exception("looking for a new release failed")

    def close(self) -> None:
        """Let go of the release; requests under way keep what they hold of it."""
        self.closed.set()
        if self.watcher is not None:
            self.watcher.join()
            self.watcher = None
        before, self.release = self.release, None
        if before is not None:
            before.database.close()
        self.storage.close()


def open_release(storage: Store) -> Release:
    """Open a release and read what is read once."""
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
