"""What files and servers share: an open release, and the one way to read it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterator
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection, Engine

from app.models import SCHEMA_REVISION

Result = TypeVar("Result")
Part = TypeVar("Part")


class DatabaseError(Exception):
    """A database that cannot be served; the message says why and what to do."""


class UnavailableError(DatabaseError):
    """A database that cannot be reached just now; asking again may help."""


class Held(NamedTuple):
    """What is known of a release before it is opened."""

    seed_hash: str
    revision: str
    place: str
    """The file or the schema that holds it."""
    modified: float
    """When it was put in place, in seconds since 1970."""


class Storage(ABC):
    """A place where one release after the other is put, and the newest is served."""

    is_near: bool = False
    """Whether reading takes less time than to wake a thread."""
    patience: float = 0
    """The seconds between two looks for a new release; none where a look costs nothing."""

    @abstractmethod
    def stamp(self) -> object:
        """Give what tells the release that is in place now from the one before.

        Raises:
            UnavailableError: if that cannot be found out just now.
        """

    @abstractmethod
    def held(self) -> Held:
        """Look at the release that is in place now.

        Raises:
            DatabaseError: if there is none, or it cannot be reached.
        """

    @abstractmethod
    def engine(self, held: Held, *, apart: bool = False) -> Engine:
        """Make the engine that serves requests from a release.

        Args:
            held: the release.
            apart: whether it is for readers who may take long, and keep nobody waiting.
        """

    @abstractmethod
    def attempt(self, reading: Callable[[], Result]) -> Result:
        """Read, with whatever patience the kind of storage needs.

        Raises:
            UnavailableError: if it cannot be read just now.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of what was needed to look for releases."""


class Database:
    """A finished release, opened read-only."""

    def __init__(self, storage: Storage) -> None:
        """Open the release that is in place now.

        Raises:
            DatabaseError: if there is none, it cannot be reached, or is of another revision.
        """
        self.storage = storage
        held = storage.held()
        if held.revision != SCHEMA_REVISION:
            raise DatabaseError(
                f"{storage} has schema revision {held.revision}, this program needs "
                f"{SCHEMA_REVISION}; build it anew with 'bri build'"
            )
        self.seed_hash = held.seed_hash
        self.modified = held.modified
        self.engine = storage.engine(held)
        self.aside = storage.engine(held, apart=True)

    @property
    def is_near(self) -> bool:
        """Tell whether reading takes less time than to wake a thread."""
        return self.storage.is_near

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

        return self.storage.attempt(reading)

    def begun(
        self, write: Callable[[Connection], Iterator[Part]]
    ) -> tuple[Part, Generator[Part, None, None]]:
        """Take the first part of what is written from a connection apart, then the rest.

        Raises:
            UnavailableError: if the database cannot be read just now.
        """

        def beginning() -> tuple[Part, Generator[Part, None, None]]:
            parts = self.written(write)
            return next(parts), parts

        return self.storage.attempt(beginning)

    def written(self, write: Callable[[Connection], Iterator[Part]]) -> Generator[Part, None, None]:
        """Keep a connection apart open as long as parts are taken from it."""
        with self.apart() as connection:
            yield from write(connection)

    def apart(self) -> Connection:
        """Borrow a connection outside of the pool of requests, for a reader who may take long."""
        return self.aside.connect()

    def close(self) -> None:
        """Let go of the connections; those that are borrowed are closed when they come back."""
        self.engine.dispose()
        self.aside.dispose()
