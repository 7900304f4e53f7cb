"""The lists of the API as flat tables: their columns, and how their rows are read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection

from app import parameters
from app.db.columns import Record
from app.db.statements import Session, StatementBuilder, fetch_chunks
from app.formats import columns, indicator_columns, record_columns
from app.formats.columns import SEPARATOR, Column
from app.i18n import Bilingual, Language
from app.problems.messages import TOO_MANY_ROWS
from app.problems.problem import InvalidParameters
from app.queries import commitments, contradictions, editions, indicators, priority_areas, related
from app.queries import observations as queries
from app.queries import reference as codes
from app.queries.pagination import QueryPage
from app.queries.resource import RecordReader, Resource
from app.queries.series import list_series
from app.schemas import Schema, list_editorial, reference
from app.schemas.commitments import Action, Commitment, Outcome, PriorityArea
from app.schemas.editions import Edition
from app.schemas.observations import Observation
from app.schemas.series import Contradiction, GrowthRate, Indicator, ReportEntry, Series

Rows = Sequence[Sequence[Any]]
Expression = ColumnElement[Any]
FIGURE_KEY = "series, first month and source"


def create_row_limit_error(maximum: int) -> InvalidParameters:
    return InvalidParameters.from_parameter("query", TOO_MANY_ROWS.format(limit=maximum))


@dataclass(frozen=True)
class Table:
    name: str
    title: Bilingual
    columns: Sequence[Column]
    list_parameters: type[parameters.ListParameters]
    """The query parameters of the list, with those of paging."""
    list_page: Callable[[Session, Any], QueryPage]
    schema: type[Schema]
    filters: type[parameters.Filters] = parameters.Filters
    """The query parameters of downloads, for tables that can be downloaded separately."""
    key_columns: tuple[str, ...] = ()
    """The columns of the primary key, unless it is the first column."""
    read_records: RecordReader | None = None
    """Reads records of the same schema by their keys, if that is all it takes."""
    key_parts: str = ""
    """What the key consists of, if it has parts."""
    displayed: tuple[str, ...] = ()
    """The names of the columns that Markdown shows people, in their order."""
    noun: str = ""
    """What a record is called, unless that is the singular of the name."""

    def __post_init__(self) -> None:
        for column in self.columns:
            if column.derive is None and column.path[0] not in self.schema.model_fields:
                raise LookupError(f"{self.name}.{column.name}: no record has {column.path[0]}")

    def __reduce__(self) -> tuple[Any, ...]:
        """Send only the name to other processes."""
        return get_table, (self.name,)

    @property
    def key(self) -> tuple[str, ...]:
        return self.key_columns or (self.columns[0].name,)

    @property
    def header(self) -> list[str]:
        return [column.name for column in self.columns]

    def read_pages(
        self, session: Session, filters: parameters.Parameters
    ) -> Iterator[list[Record]]:
        cursor: str | None = None
        while True:
            page = self.list_parameters.model_construct(
                **{**dict(filters), "limit": parameters.MAXIMUM_LIMIT, "cursor": cursor}
            )
            found = self.list_page(session, page)
            yield found.rows
            if (cursor := found.cursor) is None:
                return

    def get_record(self, session: Session, key: str) -> Record | None:
        return self.read_records and self.read_records(session, [key]).get(key)

    @property
    def displayed_columns(self) -> list[Column]:
        columns = {column.name: column for column in self.columns}
        return [columns[name] for name in self.displayed]

    def read_rows(
        self, query: "TableQuery", selected: Sequence[Column], separator: str
    ) -> Iterator[Rows]:
        editorial = {"editorial": SEPARATOR.join(list_editorial(self.schema))}
        for page in query.read_pages():
            records = (record | editorial for record in page)
            yield [
                [column.read_value(record, separator) for column in selected] for record in records
            ]

    def read_csv_lines(self, query: "TableQuery") -> Iterator[Rows] | None:
        """Read the rows as finished lines of CSV, or None if the database cannot format them."""
        del query
        return None

    def exceeds(self, query: "TableQuery", maximum: int) -> bool:
        """Whether more rows match than a format holds; short tables never do."""
        del query, maximum
        return False


class ObservationTable(Table):
    """The table of observations, which may be very long and is read without building records."""

    def read_rows(
        self, query: "TableQuery", selected: Sequence[Column], separator: str
    ) -> Iterator[Rows]:
        del separator
        statement, values = prepare_select(query, label_columns(query.language, tuple(selected)))
        return fetch_chunks(query.connection, statement, values, queries.ROWS_PER_CHUNK)

    def read_csv_lines(self, query: "TableQuery") -> Iterator[Rows] | None:
        # SQLite stores numbers and dates as the texts that CSV needs.
        if query.connection.dialect.name != "sqlite":
            return None
        statement, values = prepare_select(query, build_line(query.language))
        return fetch_chunks(query.connection, statement, values, queries.ROWS_PER_CHUNK)

    def exceeds(self, query: "TableQuery", maximum: int) -> bool:
        filters = require_observation_filters(query)
        return queries.count_observations(query.connection, filters, maximum + 1) > maximum


def require_observation_filters(query: "TableQuery") -> parameters.ObservationFilters:
    assert isinstance(query.filters, parameters.ObservationFilters)  # noqa: S101 - for mypy
    return query.filters


def prepare_select(
    query: "TableQuery", selected: tuple[Expression, ...]
) -> tuple[StatementBuilder, Record]:
    filters = require_observation_filters(query)
    return queries.select_observation_rows(query.connection, filters, selected)


@cache
def label_columns(language: Language, selected: Sequence[Column]) -> tuple[Expression, ...]:
    return tuple(column.build_expression(language).label(column.name) for column in selected)


@cache
def build_line(language: Language) -> tuple[Expression, ...]:
    """Return the one column that contains the others as a line of CSV."""
    fields = [
        queries.quote_field(expression) if column.needs_quoting else expression
        for column in columns.OBSERVATION_COLUMNS
        for expression in [column.build_expression(language)]
    ]
    return (queries.format_line(fields),)


@dataclass(frozen=True)
class TableQuery:
    """A table with a request for it: the input of a writer."""

    table: Table
    language: Language
    filters: parameters.Filters
    release: Record
    base: str
    """The base URL of the service."""
    connection: Connection
    contact: str | None = None
    """The email address of the operator, or the address of a page."""

    @property
    def session(self) -> Session:
        return Session(self.connection, self.language)

    def read_rows(self) -> Iterator[Rows]:
        return self.table.read_rows(self, self.table.columns, SEPARATOR)

    def read_csv_lines(self) -> Iterator[Rows] | None:
        return self.table.read_csv_lines(self)

    def read_pages(self) -> Iterator[list[Record]]:
        return self.table.read_pages(self.session, self.filters)


def read_all_records(table: Table, query: TableQuery, **filters: Any) -> Iterator[Record]:
    """Read all records of a table that pass the filters, whatever the query selects."""
    chosen = table.list_parameters.model_construct(**dict(table.list_parameters()) | filters)
    return chain.from_iterable(replace(query, table=table, filters=chosen).read_pages())


def declare_table(
    resource: Resource,
    title: Bilingual,
    listed: Sequence[Column],
    schema: type[Schema],
    list_parameters: type[parameters.ListParameters] = parameters.CodeListParameters,
    **options: Any,
) -> Table:
    """Return the table of a resource, which is named after it and read by its keys."""
    name = f"{resource.kind.replace('_', '-')}s"
    query, read = resource.list_page, resource.read_records
    return Table(name, title, listed, list_parameters, query, schema, read_records=read, **options)


OBSERVATIONS = ObservationTable(
    "observations", Bilingual("Observations, one row each", "数据，每行一项"),
    columns.OBSERVATION_COLUMNS, parameters.ObservationListParameters, queries.list_observations,
    Observation, parameters.ObservationFilters, read_records=queries.read_observations_by_key,
    key_parts=FIGURE_KEY,
    displayed=(
        *("indicator_name", "period_label", "display", "growth_display", "reporting_area_name"),
        *("counterpart_area_name", "coverage_name", "wording", "wording_translated", "note"),
        *("growth_note", "growth_contradiction_reason", "comparability", "contradiction_reason"),
        *("vintage", "current"),
        *("superseded_on", "citation", "source_address", "growth_citation", "growth_address", "id"),
    ),
)  # fmt: skip
INDICATORS = declare_table(
    indicators.INDICATORS, Bilingual("Indicators with headline values", "指标及其核心数据"),
    indicator_columns.INDICATOR_COLUMNS, Indicator, parameters.IndicatorListParameters,
    filters=parameters.IndicatorFilters,
    displayed=(
        *("name", "definition", "headline_display", "headline_period", "headline_coverage"),
        *("headline_growth", "headline_citation", "headline_growth_citation", "headline_note"),
        *("headline_growth_note", "headline_contradiction_reason", "latest_display"),
        *("latest_period", "latest_coverage", "latest_citation", "latest_note"),
        *("latest_obstacles", "note", "code"),
    ),
)  # fmt: skip
ACTIONS = declare_table(
    priority_areas.ACTIONS, Bilingual("Announced actions, one row each", "已宣布举措，每行一项"),
    record_columns.ACTION_COLUMNS, Action, parameters.ActionListParameters,
    filters=parameters.ActionFilters,
    displayed=(
        *("year", "priority_area_title", "text", "aim", "note", "source_line", "locator"),
        *("source_address", "id"),
    ),
)  # fmt: skip
OUTCOMES = declare_table(
    priority_areas.OUTCOMES, Bilingual("Other results", "其他成果"), record_columns.OUTCOME_COLUMNS,
    Outcome, parameters.OutcomeListParameters, filters=parameters.OutcomeFilters,
    displayed=("year", "text", "note", "source_line", "locator", "source_address", "id"),
)  # fmt: skip
COMMITMENTS = declare_table(
    commitments.COMMITMENTS,
    Bilingual("Commitments of the forums, one row each", "高峰论坛承诺，每行一项"),
    record_columns.COMMITMENT_COLUMNS, Commitment, parameters.CommitmentListParameters,
    filters=parameters.CommitmentFilters,
    displayed=(
        *("event_name", "announced_on", "name", "text", "target", "deadline", "reading_dates"),
        *("reading_texts", "reading_reasons", "reading_citations", "distance", "searched_on"),
        *("wording", "wording_translated", "note", "citation", "source_address", "code"),
    ),
)  # fmt: skip
DOWNLOAD_TABLES = (OBSERVATIONS, INDICATORS, ACTIONS, OUTCOMES, COMMITMENTS)
"""The tables that can be downloaded separately."""

PRIORITY_AREAS = declare_table(
    priority_areas.PRIORITY_AREAS,
    Bilingual("Priority areas announced for a year", "年度重点领域"),
    record_columns.PRIORITY_AREA_COLUMNS, PriorityArea, parameters.PriorityAreaListParameters,
    key_columns=("year", "slug"),
)  # fmt: skip
SERIES = Table(
    "series", Bilingual("Series of comparable observations", "可比数据序列"),
    record_columns.SERIES_COLUMNS, parameters.SeriesListParameters, list_series, Series,
)  # fmt: skip
GROWTH_RATES = Table(
    "growth-rates", Bilingual("Published growth", "公布的增速"), record_columns.GROWTH_RATE_COLUMNS,
    parameters.GrowthRateListParameters, related.list_growth_rates, GrowthRate,
    read_records=related.read_growth_rates, key_parts=FIGURE_KEY,
)  # fmt: skip
REPORTS = declare_table(
    related.REPORTS,
    Bilingual("Reports of the same figures by other sources", "其他来源对同一数据的报道"),
    record_columns.REPORT_COLUMNS, ReportEntry, parameters.ReportListParameters,
    key_parts="observation and source", noun="second report",
)  # fmt: skip
SOURCES = declare_table(
    codes.SOURCES, Bilingual("Sources of figures and announcements", "数据和公告的来源"),
    record_columns.SOURCE_COLUMNS, reference.Source, parameters.SourceListParameters,
)  # fmt: skip
EVENTS = declare_table(
    codes.EVENTS, Bilingual("Events at which figures were announced", "发布数据的活动"),
    record_columns.EVENT_COLUMNS, reference.Event, parameters.EventListParameters,
)  # fmt: skip
EDITIONS = declare_table(
    editions.EDITIONS, Bilingual("Yearly press conferences", "年度发布会"),
    record_columns.EDITION_COLUMNS, Edition, parameters.EditionListParameters,
)  # fmt: skip
PASSAGES = declare_table(
    codes.PASSAGES, Bilingual("Sentences of the sources and what is recorded from each",
                              "来源各句及据其收录的记录"),
    record_columns.PASSAGE_COLUMNS, reference.Passage, parameters.PassageListParameters,
    key_columns=("source", "locator"),
)  # fmt: skip
TOPICS = declare_table(
    codes.TOPICS, Bilingual("Topics", "主题"), indicator_columns.TOPIC_COLUMNS, reference.Topic
)
AREAS = declare_table(
    codes.AREAS, Bilingual("Countries and groups", "国家与国家组"),
    indicator_columns.AREA_COLUMNS, reference.Area, parameters.AreaListParameters,
)  # fmt: skip
COVERAGES = declare_table(
    codes.COVERAGES, Bilingual("Coverages: which countries are counted", "统计范围"),
    indicator_columns.COVERAGE_COLUMNS, reference.Coverage, parameters.CoverageListParameters,
)  # fmt: skip
SECTORS = declare_table(
    codes.SECTORS, Bilingual("Sectors", "产业领域"),
    indicator_columns.SECTOR_COLUMNS, reference.Sector,
)  # fmt: skip
INSTRUMENTS = declare_table(
    codes.INSTRUMENTS, Bilingual("Instruments of cooperation", "合作载体与机制"),
    indicator_columns.INSTRUMENT_COLUMNS, reference.Instrument, parameters.InstrumentListParameters,
)  # fmt: skip
CONTRADICTIONS = declare_table(
    contradictions.CONTRADICTIONS, Bilingual("Published numbers that differ", "存在差异的公布数据"),
    indicator_columns.CONTRADICTION_COLUMNS, Contradiction, parameters.ContradictionListParameters,
)  # fmt: skip
RELATED_DATASETS = declare_table(
    codes.RELATED_DATASETS, Bilingual("Datasets of other publishers", "其他机构的数据集"),
    indicator_columns.RELATED_DATASET_COLUMNS, reference.RelatedDataset,
)  # fmt: skip
UNITS = declare_table(
    codes.UNITS, Bilingual("Units of measure", "计量单位"),
    indicator_columns.UNIT_COLUMNS, reference.Unit,
)  # fmt: skip
ALL_TABLES = (
    *DOWNLOAD_TABLES,
    *(EDITIONS, PRIORITY_AREAS, SERIES, GROWTH_RATES, REPORTS, CONTRADICTIONS, EVENTS, SOURCES),
    *(PASSAGES, TOPICS, AREAS, COVERAGES, SECTORS, INSTRUMENTS, RELATED_DATASETS, UNITS),
)
"""The tables of the data package."""


def get_table(name: str) -> Table:
    return next(table for table in ALL_TABLES if table.name == name)
