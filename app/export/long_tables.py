"""Parquet files of any length, in which readers find the rows of a series without the others.

Rows are sorted by the key of their series and by period, so that the statistics of each row group
name a short range of keys: a reader fetches only the groups that can match (HTTP Range).
"""

from collections.abc import Iterator
from dataclasses import fields, replace
from itertools import islice
from operator import itemgetter

from sqlalchemy import select
from sqlmodel import col

from app.db.models import Series
from app.export.files import CHUNK_SIZE, HashedFile
from app.formats import arrow
from app.formats.registry import create_temporary_file
from app.formats.tables import OBSERVATIONS, ObservationTable, Rows, TableQuery

SERIES_PER_BATCH = 200
"""The series whose rows are read and sorted together."""


class SortedObservationTable(ObservationTable):
    """The table of observations in the order of the keys of their series, then of periods."""

    def read_rows(self, query: TableQuery) -> Iterator[Rows]:
        sorting = itemgetter(self.header.index("series"))
        statement = select(col(Series.code)).order_by(col(Series.code))
        keys = iter(query.connection.execute(statement).scalars().all())
        while batch := list(islice(keys, SERIES_PER_BATCH)):
            filters = query.filters.model_copy(update={"series": batch})
            chunks = super().read_rows(replace(query, filters=filters))
            # The rows of a series are sorted by period, and sorting keeps their order.
            yield sorted((row for chunk in chunks for row in chunk), key=sorting)


SORTED = SortedObservationTable(
    **{one.name: getattr(OBSERVATIONS, one.name) for one in fields(OBSERVATIONS)}
)


def write_long_parquet(query: TableQuery, file: HashedFile) -> None:
    """Write a table without the limit of rows that keeps the service responsive."""
    if query.table is OBSERVATIONS:
        query = replace(query, table=SORTED)
    with create_temporary_file() as complete:
        arrow.write_parquet(query, complete)
        complete.seek(0)
        while piece := complete.read(CHUNK_SIZE):
            file.write(piece)
