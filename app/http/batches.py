"""Records that are requested at the same time, and read with one statement.

A server takes about as long for one record as for ten, and so does waking a thread. While two
batches are read, the requests that arrive wait for the next: more requests make larger batches.
"""

from asyncio import Future, get_running_loop
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import NamedTuple

from fastapi import Response
from sqlalchemy import Connection

from app.db import Database, DatabaseError
from app.db.columns import Record
from app.db.statements import Session
from app.http.limits import START_TURNS, check_wait
from app.i18n import Language
from app.queries.resource import RecordReader
from app.request import RequestContext

MAX_BATCH = 32
"""How many records are read at once, so that a thread does not keep the interpreter for long."""
MAX_READING = 2
"""How many batches of a group are read at once: a slow one does not hold up all others."""

BatchOutcome = Response | BaseException
"""The response to a request, or why there is none."""


class RecordRequest(NamedTuple):
    context: RequestContext
    key: str
    create: Callable[[], Response]
    """Creates the response when the context has the records of the batch."""
    result: "Future[BatchOutcome]"


class BatchGroup(NamedTuple):
    """What the requests of a batch have in common."""

    database: Database
    read: RecordReader
    language: Language

    def read_records(self, connection: Connection, keys: Sequence[str]) -> Mapping[str, Record]:
        return self.read(Session(connection, self.language), keys)


@dataclass
class RecordBatches:
    threads: Executor
    waiting: dict[BatchGroup, list[RecordRequest]] = field(default_factory=dict)
    """The requests that came while batches of the same group are read."""
    reading: Counter[BatchGroup] = field(default_factory=Counter)
    """How many batches of each group are read."""

    async def run(
        self, context: RequestContext, read: RecordReader, key: str, create: Callable[[], Response]
    ) -> Response:
        """Create a response in a thread when the record that has a key has been read."""
        group = BatchGroup(context.release.database, read, context.language)
        request = RecordRequest(context, key, create, get_running_loop().create_future())
        self.waiting.setdefault(group, []).append(request)
        if self.reading[group] < MAX_READING:
            self.read_batch(group)
        result = await request.result
        if context.connection is not None:  # Few requests of a batch continue in one round.
            await START_TURNS.take_for_one_round(context.client)
        if isinstance(result, BaseException):
            raise result
        return result

    def read_batch(self, group: BatchGroup) -> None:
        """Read the next batch of a group, and then the one after it, until no request waits."""
        if not (waiting := self.waiting.pop(group, [])):
            return
        batch, later = waiting[:MAX_BATCH], waiting[MAX_BATCH:]
        if later:
            self.waiting[group] = later
        self.reading[group] += 1

        def finish(created: "Future[list[BatchOutcome]]") -> None:
            results = [error] * len(batch) if (error := created.exception()) else created.result()
            for request, result in zip(batch, results, strict=True):
                if not request.result.done():
                    request.result.set_result(result)
            self.reading -= Counter([group])  # Not kept at zero: its database may be closed.
            self.read_batch(group)

        try:
            run = get_running_loop().run_in_executor
            created = run(self.threads, create_responses, group, batch)
        except RuntimeError as error:  # The system starts no more threads.
            created = Future()
            created.set_exception(error)
        created.add_done_callback(finish)


def create_responses(group: BatchGroup, batch: Sequence[RecordRequest]) -> list[BatchOutcome]:
    """Return the response to each request, or why there is none.

    Raises:
        DatabaseError, NotReady: if the records cannot be read, or all have waited too long.
    """
    check_wait(group.database, max(request.context.started for request in batch))
    keys = {request.key for request in batch if not request.context.is_abandoned}
    try:
        records = group.database.read(group.read_records, list(keys)) if keys else {}
    except DatabaseError:
        raise
    except Exception:  # noqa: BLE001 (What is wrong with one record fails again for that alone.)
        keys, records = set(), {}
    # A request whose client seemed to have gone, but has not, reads its own record.
    return [create_response(one, records if one.key in keys else None) for one in batch]


def create_response(request: RecordRequest, records: Mapping[str, Record] | None) -> BatchOutcome:
    try:
        request.context.require_client()
        request.context.records = records
        return request.create()
    except Exception as error:  # noqa: BLE001 - raised where the request waits
        return error
