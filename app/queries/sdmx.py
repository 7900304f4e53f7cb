"""Observations, available values and code lists for SDMX."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Label,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlmodel import col

from app.db.columns import (
    Column,
    Condition,
    LocalColumns,
    Record,
    Statement,
    Value,
    build_current_conditions,
    counterpart_area,
    join_dimensions,
    reporting_area,
    select_fields,
)
from app.db.models import (
    Area,
    Change,
    Contradiction,
    Coverage,
    GrowthRate,
    Indicator,
    Observation,
    ReleaseEntry,
    Series,
    Source,
    Unit,
)
from app.db.models.base import KeyedModel
from app.db.statements import Session
from app.enums import StockFlow
from app.i18n import Bilingual, Language
from app.parameters import DateSpan
from app.parameters.sdmx import ANNUAL, EQUAL, OTHER, SdmxFilters, SeriesKey
from app.queries.observations import join_rate, join_rate_id
from app.queries.series import PERIOD_ORDER, read_breaks

SeriesData = tuple[Record, Sequence[Record]]
"""A series and its observations, in the order of periods."""

CHUNK = 500
"""The number of series whose keys are read at once."""
MAX_OBSERVATIONS = 1_000
"""The number of observations that are read at once. While they are in memory, each collection of
garbage visits all their values, and all threads wait for it: 77 ms for 12,500 observations."""

DIMENSION_COLUMNS: dict[str, Column] = {
    "FREQ": case((col(Series.stock_flow) == StockFlow.FLOW, ANNUAL), else_=OTHER),
    "REF_AREA": col(reporting_area.code),
    "COUNTERPART_AREA": col(counterpart_area.code),
    "COVERAGE": col(Coverage.code),
    "INDICATOR": col(Indicator.code),
    "UNIT_MEASURE": col(Unit.code),
    "DURATION": col(Series.duration),
}
"""The columns of the dimensions."""
SERIES_LABELS: list[Column] = [
    col(Series.id).label("series_id"),
    col(Series.code).label("series"),
    col(Series.observations).label("observations"),
]
DIMENSION_LABELS: list[Column] = [one.label(name) for name, one in DIMENSION_COLUMNS.items()]
OWN_COLUMNS = (
    *("series_id", "period_start", "period_end"),
    *("decimals", "break_before", "current_from"),
)
"""The columns of an observation from which values are derived, or by which it is grouped."""


def read_series_chunks(
    session: Session, filters: SdmxFilters, columns: Sequence[Label[Value]]
) -> Iterator[list[SeriesData]]:
    """Read the series that match and have matching observations, in chunks.

    Of the observations the columns are read; without any, they are not.
    """
    last_id = 0
    breaks = read_breaks(session)
    while True:
        statement: Statement = (
            select_matching_series(filters)
            .where(col(Series.id) > last_id)
            .with_only_columns(*SERIES_LABELS, *DIMENSION_LABELS)
            .order_by(col(Series.id))
            .limit(CHUNK)
        )
        rows = [dict(row) for row in session.connection.execute(statement).mappings()]
        if not rows:
            return
        last_id = rows[-1]["series_id"]
        if not columns:
            yield [(row, ()) for row in rows]
            continue
        for part in split_series(rows):
            codes = {row["series_id"]: row["series"] for row in part}
            observations = defaultdict(list)
            statement = select_series_observations(columns, filters, list(codes))
            for row in session.connection.execute(statement).mappings():
                notes = [
                    f"{one['start']}: {one['note']}"
                    for one in breaks.get(codes[row["series_id"]], ())
                    if one["start"] <= row["period_end"]
                ]
                observations[row["series_id"]].append(dict(row) | {"breaks": notes})
            yield [
                (row, observations[row["series_id"]])
                for row in part
                if row["series_id"] in observations
            ]


def split_series(rows: Sequence[Record]) -> Iterator[list[Record]]:
    """Split series into parts that have few observations together, but at least one series."""
    part: list[Record] = []
    count = 0
    for row in rows:
        count += row["observations"]
        if part and count > MAX_OBSERVATIONS:
            yield part
            part, count = [], row["observations"]
        part.append(row)
    yield part


def select_matching_series(filters: SdmxFilters) -> Statement:
    """Select the ids of the series that match and have a matching observation."""
    ids = select(col(Series.id)).join(Indicator, col(Indicator.id) == Series.indicator_id)
    statement = join_dimensions(ids).where(has_matching_observation(filters))
    if filters.keys:
        statement = statement.where(or_(*(match_key(key) for key in filters.keys)))
    return statement.where(*(match_codes(*one) for one in filters.conditions))


def list_series_keys(connection: Connection) -> list[str]:
    statement = select_matching_series(SdmxFilters()).with_only_columns(*DIMENSION_LABELS)
    return sorted(".".join(row) for row in connection.execute(statement))


def match_key(key: SeriesKey) -> Condition:
    conditions: list[Condition] = [col(Series.id).is_not(None)]
    for name, column in DIMENSION_COLUMNS.items():
        if name in key:
            conditions.append(column.in_(sorted(key[name])))
    return and_(*conditions)


def match_codes(dimension: str, operator: str, texts: Sequence[str]) -> Condition:
    code = DIMENSION_COLUMNS[dimension]
    if operator in {EQUAL, "ne"}:
        return code.in_(texts) if operator == EQUAL else code.not_in(texts)
    # Without regard to case, as LIKE is in SQLite and is not in PostgreSQL.
    compare = {"sw": code.istartswith, "ew": code.iendswith}.get(operator, code.icontains)
    matches = or_(*(compare(text, autoescape=True) for text in texts))
    return ~matches if operator == "nc" else matches


def has_matching_observation(filters: SdmxFilters) -> Condition:
    if is_unfiltered(filters):
        return col(Series.observations) > 0
    statement: Statement = select(col(Observation.id)).select_from(Observation)
    return exists(
        join_rate_id(statement, filters.as_of)
        .where(col(Observation.series_id) == Series.id, *match_observation(filters))
        .correlate(Series)
    )


def is_unfiltered(filters: SdmxFilters) -> bool:
    """Return whether all current observations of the series are selected."""
    return replace(filters, keys=(), conditions=(), first=None, last=None) == SdmxFilters()


def match_observation(filters: SdmxFilters) -> list[Condition]:
    conditions: list[Condition] = list(build_current_conditions(Observation, filters.as_of))
    if filters.history:
        conditions = [col(Observation.current_from) < col(Observation.current_until)]
    if filters.since is not None:
        conditions.append(col(Observation.period_start) >= filters.since)
    if filters.until is not None:
        conditions.append(col(Observation.period_end) <= filters.until)
    if filters.periods:
        period = tuple_(col(Observation.period_start), col(Observation.period_end))
        conditions.append(period.in_(sorted(filters.periods)))
    if filters.updated_after is not None:
        changed_observations = select_changed("observations", filters.updated_after)
        changed_rates = select_changed("growth-rates", filters.updated_after)
        conditions.append(
            or_(
                col(Observation.code).in_(changed_observations),
                col(GrowthRate.code).in_(changed_rates),
            )
        )
    return conditions


def select_changed(collection: str, since: date) -> Statement:
    """Select the keys of records that a release of a day or later added or changed."""
    return (
        select(col(Change.record))
        .join(ReleaseEntry, col(ReleaseEntry.id) == Change.release_entry_id)
        .where(col(Change.collection) == collection, col(ReleaseEntry.released_on) >= since)
    )


def select_series_observations(
    columns: Sequence[Label[Value]], filters: SdmxFilters, series_ids: Sequence[int]
) -> Statement:
    order = (*PERIOD_ORDER, col(Observation.current_from), col(Observation.source_id))
    statement: Statement = (
        select(
            *select_fields(Observation, *OWN_COLUMNS),
            *select_fields(GrowthRate, "base_start", "base_end", prefix="growth_"),
            *columns,
        )
        .select_from(Observation)
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Source, col(Source.id) == Observation.source_id)
        .outerjoin(Contradiction, col(Contradiction.id) == Observation.contradiction_id)
    )
    statement = join_rate(statement, filters.as_of).where(
        col(Observation.series_id).in_(series_ids), *match_observation(filters)
    )
    if filters.first is None and filters.last is None:
        return statement.order_by(col(Observation.series_id), *order)
    return limit_per_series(statement, order, filters)


def limit_per_series(
    statement: Statement, order: Sequence[Column], filters: SdmxFilters
) -> Statement:

    def row_number(*columns: Column) -> ColumnElement[int]:
        return func.row_number().over(partition_by=col(Observation.series_id), order_by=columns)

    numbered = statement.add_columns(
        row_number(*order).label("from_start"),
        row_number(*(column.desc() for column in order)).label("from_end"),
    ).subquery()
    return (
        select(*(numbered.c[column.name] for column in statement.selected_columns))
        .where(
            or_(
                numbered.c.from_start <= (filters.first or 0),
                numbered.c.from_end <= (filters.last or 0),
            )
        )
        .order_by(numbered.c.series_id, numbered.c.from_start)
    )


def read_dimension_values(connection: Connection, filters: SdmxFilters) -> dict[str, list[str]]:
    """Read the sorted values of each dimension; empty if no series matches."""
    rows = connection.execute(
        select_matching_series(filters).with_only_columns(*DIMENSION_LABELS)
    ).all()
    return {
        name: sorted(set(column))
        for name, column in zip(DIMENSION_COLUMNS, zip(*rows, strict=True), strict=False)
    }


class Extent(NamedTuple):
    span: DateSpan
    """The first and the last day of all periods."""
    series: int
    observations: int


def read_extent(connection: Connection, filters: SdmxFilters) -> Extent | None:
    """Read the span and the numbers of series and observations that match; None if none do.

    Without conditions on periods, the table of series has the answer and no observation is read.
    """
    series = select_matching_series(filters)
    if is_unfiltered(filters):
        statement = series.with_only_columns(
            func.min(col(Series.first_period_start)).label("first"),
            func.max(col(Series.last_period_end)).label("last"),
            func.count().label("series"),
            func.sum(col(Series.observations)).label("observations"),
        )
    else:
        statement = (
            select(
                func.min(col(Observation.period_start)).label("first"),
                func.max(col(Observation.period_end)).label("last"),
                func.count(col(Observation.series_id).distinct()).label("series"),
                func.count().label("observations"),
            )
            .select_from(Observation)
            .join(Series, col(Series.id) == Observation.series_id)
        )
        statement = join_rate_id(statement, filters.as_of).where(
            col(Observation.series_id).in_(series), *match_observation(filters)
        )
    row = connection.execute(statement).mappings().one()
    if not row["series"]:
        return None
    return Extent((row["first"], row["last"]), row["series"], row["observations"])


NO_URL: Column = literal(None)
CODE_LISTS: dict[str, tuple[type[KeyedModel], tuple[str, ...], Column, Column]] = {
    "CL_AREA": (Area, ("name", "definition"), col(Area.position), NO_URL),
    "CL_COVERAGE": (Coverage, ("name", "description", "evidence"), col(Coverage.position), NO_URL),
    "CL_INDICATOR": (Indicator, ("name", "definition", "note"), col(Indicator.position), NO_URL),
    "CL_UNIT": (Unit, ("name", "description"), col(Unit.position), NO_URL),
    "CL_SOURCE": (Source, ("title", "publisher"), col(Source.published_on), col(Source.address)),
}
"""The tables that are code lists: the name and the descriptions of a record, the order of records,
and the web address of a record."""


def read_code_lists(connection: Connection) -> dict[str, list[tuple[str, Bilingual, Bilingual]]]:
    """Read the key, the name and the description of each code, by code list."""
    codes: dict[str, list[tuple[str, Bilingual, Bilingual]]] = {}
    for codelist, (table, names, order, address) in CODE_LISTS.items():
        texts = [LocalColumns(one).localize(table, name) for name in names for one in Language]
        statement = select(col(table.code), address, *texts).order_by(order, col(table.code))
        codes[codelist] = []
        for key, link, name_en, name_zh, *described in connection.execute(statement):
            suffix = [f"({link})"] if link else []
            english, chinese = [*described[::2], *suffix], [*described[1::2], *suffix]
            description = Bilingual(" ".join(english), "".join(chinese))
            codes[codelist].append((key, Bilingual(name_en, name_zh), description))
    return codes
