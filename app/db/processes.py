"""Processes that read the release that is served, to write files and SDMX messages."""

from collections.abc import Callable, Iterator
from typing import IO, Any, TypeVar
from weakref import ReferenceType, ref

from sqlalchemy import Connection

from app.db.base import Database
from app.db.errors import DamageError, FileReplacedError
from app.processes import HelperProcess

Result = TypeVar("Result")

MAX_MEMORY = 200 * 1024**2
"""The bytes of memory above which a process is replaced."""
OPENED: list[Database] = []
"""In such a process, the release that it has open."""


class DatabaseProcess(HelperProcess):
    """A process that reads one release at a time: the one that a job is for."""

    database: ReferenceType[Database] | None = None
    """The release that the process has open."""

    def read(
        self,
        database: Database,
        query: Callable[..., Result],
        *arguments: object,
        file: IO[bytes] | None = None,
    ) -> Result:
        """Run a query in the process, with a connection as its first argument.

        It runs in this process if the database is a large file that another one has replaced, as
        no other process can open it any more.

        Raises:
            UnavailableError: if the database cannot be read at the moment.
            EOFError, OSError: if the process has failed.
        """

        def execute() -> Result:
            if self.process is None or self.database is None or self.database() is not database:
                self.execute(open_database, (database,))
                self.database = ref(database)
            result: Result = self.execute(run_query, (query, *arguments), file)
            return result

        try:
            return self.retry_once(execute)
        except DamageError as error:
            database.record_damage(error)
            raise
        except FileReplacedError:
            more = () if file is None else (file,)
            return stream_query(database, query, *arguments, *more)


def open_database(database: Database) -> None:
    while OPENED:
        OPENED.pop().close()
    OPENED.append(database)


def run_query(query: Callable[..., Result], *arguments: Any) -> Result:
    return stream_query(OPENED[0], query, *arguments)


def stream_query(database: Database, query: Callable[..., Result], *arguments: Any) -> Result:
    """Run a query on a connection for long results, which PostgreSQL sends in parts."""

    def read(connection: Connection) -> Iterator[Result]:
        yield query(connection, *arguments)

    result, rest = database.start_stream(read)
    rest.close()
    return result


FILE_PROCESS, SDMX_PROCESS = DatabaseProcess(MAX_MEMORY), DatabaseProcess(MAX_MEMORY)
