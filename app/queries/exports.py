"""Observations as rows of a flat table, read without building records."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select
from sqlmodel import col

from app.db.models import GrowthRate, Headline, Observation
from app.parameters import ObservationFilters
from app.queries.listing.keyset import SortOrder
from app.queries.listing.plan import (
    has_series_filter,
    is_early_date,
    list_orders,
    select_access_path,
    select_matching,
)
from app.queries.listing.shape import split_filters
from app.queries.observations import join_context
from app.queries.vintages import build_current_conditions

ROWS_PER_CHUNK = 2_000
CSV_DELIMITERS = (",", '"', "\n", "\r")


def select_observation_rows(
    connection: Connection, filters: ObservationFilters, columns: Sequence[ColumnElement[Any]]
) -> Select[Any]:
    """Select columns of the observations that match, in the requested order."""
    rate = and_(
        col(GrowthRate.series_id) == Observation.series_id,
        col(GrowthRate.period_start) == Observation.period_start,
        *build_current_conditions(GrowthRate, filters.as_of),
    )
    shape, values = split_filters(filters)
    is_early = is_early_date(connection, Observation, filters.as_of)
    orders = list_orders(Observation, walks_series=has_series_filter(shape))
    statement = (
        select(*columns)
        .select_from(Observation)
        .outerjoin(Headline, col(Headline.observation_id) == Observation.id)
        .outerjoin(GrowthRate, rate)
    )
    condition = select_matching(
        Observation, shape, select_access_path(shape), is_early=is_early
    ).whereclause
    # Outer joins keep the planner from starting at a code list, after which it would have to sort.
    statement = join_context(statement)
    if condition is not None:
        statement = statement.where(condition)
    return SortOrder.by_name(orders, shape.sort).order_ids(statement).params(values)


def count_observations(connection: Connection, filters: ObservationFilters, maximum: int) -> int:
    """Count the observations that match, up to a maximum."""
    shape, values = split_filters(filters)
    is_early = is_early_date(connection, Observation, filters.as_of)
    matching = (
        select_matching(Observation, shape, select_access_path(shape), is_early=is_early)
        .limit(maximum)
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(matching), values) or 0)


def read_chunks(
    connection: Connection, statement: Select[Any]
) -> Iterator[Sequence[Sequence[Any]]]:
    """Read rows in chunks, without holding the whole result."""
    streamed = connection.execution_options(stream_results=True)
    with streamed.execute(statement) as result:
        yield from result.partitions(ROWS_PER_CHUNK)


def can_format_lines(connection: Connection) -> bool:
    """Whether the database stores numbers and dates as the texts that CSV needs."""
    return connection.dialect.name == "sqlite"


def read_csv_lines(
    connection: Connection, statement: Select[Any], fields: Sequence[ColumnElement[Any]]
) -> Iterator[list[str]]:
    """Read rows as finished lines of CSV, in half the time of reading and formatting values.

    Args:
        connection: a connection to SQLite.
        statement: the statement whose columns the fields replace.
        fields: an expression per column, quoted by ``quote_field`` where necessary.
    """
    line = func.printf(",".join(["%s"] * len(fields)), *fields)
    cursor = connection.execute(
        statement.with_only_columns(line, maintain_column_froms=True)
    ).cursor
    while rows := cursor.fetchmany(ROWS_PER_CHUNK):
        yield [row[0] for row in rows]


def quote_field(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Quote a text that contains a delimiter (RFC 4180, section 2)."""
    is_delimited = or_(*(func.instr(text, mark) > 0 for mark in CSV_DELIMITERS))
    return case((is_delimited, func.printf('"%s"', func.replace(text, '"', '""'))), else_=text)
