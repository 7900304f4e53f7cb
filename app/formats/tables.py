"""The lists of the service as flat tables: which columns they have, and how their rows are read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from app import parameters
from app.enums import Datatype
from app.formats import columns
from app.formats.flat_columns import FlatColumn, flatten_record
from app.i18n import Bilingual, Language
from app.problems.problem import InvalidParameters, ParameterError
from app.queries import exports
from app.queries.commitments import list_actions, list_outcomes, list_priority_areas
from app.queries.growth import list_growth_rates
from app.queries.indicators import list_indicators
from app.queries.listing.keyset import QueryPage
from app.queries.observations import list_observations
from app.queries.reference import list_codes, list_sources
from app.queries.reports import list_reports
from app.queries.series import list_series
from app.schemas import commitments, observations, reference
from app.schemas.base import Schema
from app.schemas.series import Series

Rows = Sequence[Sequence[Any]]


def too_many_rows(most: int) -> InvalidParameters:
    """Say that a table has more rows than a format takes."""
    words = Bilingual(
        f"This format takes at most {most} rows; narrow the table, or take it as CSV",
        f"该格式最多 {most} 行；请缩小范围，或下载 CSV 表",
    )
    return InvalidParameters(words, [ParameterError("query", words)])


class Column(Protocol):
    """What is told of a column."""

    @property
    def name(self) -> str:
        """The name in the header."""

    @property
    def datatype(self) -> Datatype:
        """What the column holds."""

    @property
    def description(self) -> Bilingual:
        """What that means."""

    @property
    def required(self) -> bool:
        """Whether it is never empty."""


@dataclass(frozen=True)
class Table:
    """A list as a table."""

    name: str
    title: Bilingual
    columns: Sequence[Column]
    filters: type[parameters.Filters]
    """What may be asked of it."""
    list_parameters: type[parameters.ListParameters]
    """The same, page by page."""
    query: Callable[[Connection, Language, Any], QueryPage]
    schema: type[Schema]
    key_columns: tuple[str, ...] = ()
    """The columns that tell the rows apart, where the first one alone does not."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell the rows apart."""
        return self.key_columns or (self.columns[0].name,)

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def read_pages(
        self, connection: Connection, language: Language, asked: parameters.Filters
    ) -> Iterator[list[dict[str, Any]]]:
        """Read all records that match, a page at a time."""
        chosen = dict(asked)
        cursor: str | None = None
        while True:
            page = self.list_parameters.model_construct(
                **{**chosen, "limit": parameters.MAXIMUM_LIMIT, "cursor": cursor}
            )
            found = self.query(connection, language, page)
            yield found.rows
            cursor = found.cursor
            if cursor is None:
                return

    def read_rows(
        self, connection: Connection, language: Language, asked: parameters.Filters
    ) -> Iterator[Rows]:
        """Read all rows that match, some at a time."""
        columns = [column for column in self.columns if isinstance(column, FlatColumn)]
        for page in self.read_pages(connection, language, asked):
            yield [flatten_record(record, columns) for record in page]

    def read_csv_lines(
        self, connection: Connection, language: Language, asked: parameters.Filters
    ) -> Iterator[Sequence[str]] | None:
        """Read all rows as finished lines of CSV, where the database can write them."""
        del connection, language, asked
        return None

    def exceeds(self, connection: Connection, asked: parameters.Filters, most: int) -> bool:
        """Tell whether more rows match; short tables are read to find out."""
        del connection, asked, most
        return False


class ObservationTable(Table):
    """The table of figures, which may be very long and is read straight from the database."""

    def read_rows(
        self, connection: Connection, language: Language, asked: parameters.Filters
    ) -> Iterator[Rows]:
        """Read all rows that match, some at a time."""
        assert isinstance(asked, parameters.ObservationFilters)  # noqa: S101
        return exports.read_chunks(
            connection, exports.select_observation_rows(connection, language, asked)
        )

    def read_csv_lines(
        self, connection: Connection, language: Language, asked: parameters.Filters
    ) -> Iterator[Sequence[str]] | None:
        """Read all rows as finished lines of CSV, where the database can write them."""
        assert isinstance(asked, parameters.ObservationFilters)  # noqa: S101
        if not exports.can_format_lines(connection):
            return None
        statement = exports.select_observation_rows(connection, language, asked)
        return exports.read_line_chunks(connection, language, statement)

    def exceeds(self, connection: Connection, asked: parameters.Filters, most: int) -> bool:
        """Tell whether more rows match, without reading what is in them."""
        assert isinstance(asked, parameters.ObservationFilters)  # noqa: S101
        return exports.count_observations(connection, asked, most + 1) > most


@dataclass(frozen=True)
class TableQuery:
    """A table with what was asked of it: what a writer of a format takes."""

    table: Table
    connection: Connection
    language: Language
    asked: parameters.Filters
    release: dict[str, Any]
    base: str
    """The address of the service."""

    def read_rows(self) -> Iterator[Rows]:
        """Read the rows, some at a time."""
        return self.table.read_rows(self.connection, self.language, self.asked)

    def read_csv_lines(self) -> Iterator[Sequence[str]] | None:
        """Read the rows as finished lines of CSV, where the database can write them."""
        return self.table.read_csv_lines(self.connection, self.language, self.asked)

    def read_records(self) -> Iterator[list[Schema]]:
        """Read the complete records, held against their model, some at a time."""
        validate = self.table.schema.model_validate
        for page in self.table.read_pages(self.connection, self.language, self.asked):
            yield [validate(record) for record in page]


OBSERVATIONS = ObservationTable(
    "observations",
    Bilingual("Observations: one row a figure", "观测值：每行一项已公布数据"),
    exports.OBSERVATIONS,
    parameters.ObservationFilters,
    parameters.ObservationListParameters,
    list_observations,
    observations.Observation,
)
INDICATORS = Table(
    "indicators",
    Bilingual("Indicators with their headline figures", "指标及其核心数据"),
    columns.INDICATORS,
    parameters.IndicatorFilters,
    parameters.IndicatorListParameters,
    list_indicators,
    observations.Indicator,
)
ACTIONS = Table(
    "actions",
    Bilingual("Actions: one row a commitment", "举措：每行一项"),
    columns.ACTIONS,
    parameters.ActionFilters,
    parameters.ActionListParameters,
    list_actions,
    commitments.Action,
)
OUTCOMES = Table(
    "outcomes",
    Bilingual("Outcomes told in words", "定性成果"),
    columns.OUTCOMES,
    parameters.OutcomeFilters,
    parameters.OutcomeListParameters,
    list_outcomes,
    commitments.Outcome,
)
TABLES = (OBSERVATIONS, INDICATORS, ACTIONS, OUTCOMES)
"""The tables that are served one by one."""

PRIORITY_AREAS = Table(
    "priority-areas",
    Bilingual("Priority areas announced for a year", "年度重点领域"),
    columns.PRIORITY_AREAS,
    parameters.PriorityAreaListParameters,
    parameters.PriorityAreaListParameters,
    list_priority_areas,
    commitments.PriorityArea,
    ("year", "slug"),
)
SERIES = Table(
    "series",
    Bilingual("Series: figures of one series can be compared", "系列：同一系列的数据可比"),
    columns.SERIES,
    parameters.SeriesListParameters,
    parameters.SeriesListParameters,
    list_series,
    Series,
)
GROWTH_RATES = Table(
    "growth-rates",
    Bilingual("Growth as published", "公布的增速"),
    columns.GROWTH_RATES,
    parameters.GrowthRateListParameters,
    parameters.GrowthRateListParameters,
    list_growth_rates,
    observations.GrowthRate,
)
REPORTS = Table(
    "reports",
    Bilingual("Second reports of the same figures", "同一数据的其他报道"),
    columns.REPORTS,
    parameters.ReportListParameters,
    parameters.ReportListParameters,
    list_reports,
    observations.ReportEntry,
)
SOURCES = Table(
    "sources",
    Bilingual("Documents that figures and commitments come from", "数据来源文件"),
    columns.SOURCES,
    parameters.SourceListParameters,
    parameters.SourceListParameters,
    list_sources,
    reference.Source,
)


def code_list_table(
    name: str, title: Bilingual, columns: Sequence[FlatColumn], schema: type[Schema]
) -> Table:
    """Make the table of a code list."""
    kind = name.removesuffix("s")

    def query(
        connection: Connection, language: Language, asked: parameters.CodeListParameters
    ) -> QueryPage:
        return list_codes(connection, language, kind, asked)

    return Table(
        name,
        title,
        columns,
        parameters.CodeListParameters,
        parameters.CodeListParameters,
        query,
        schema,
    )


CODE_LISTS = (
    code_list_table("topics", Bilingual("Topics", "主题"), columns.TERMS, reference.Topic),
    code_list_table(
        "areas", Bilingual("Countries and groups", "国家与国家组"), columns.AREAS, reference.Area
    ),
    code_list_table(
        "sectors", Bilingual("Fields of the economy", "产业领域"), columns.TERMS, reference.Sector
    ),
    code_list_table(
        "instruments",
        Bilingual("Instruments of cooperation", "合作载体与机制"),
        columns.INSTRUMENTS,
        reference.Instrument,
    ),
    code_list_table(
        "units", Bilingual("Units of measure", "计量单位"), columns.UNITS, reference.Unit
    ),
)
ALL_TABLES = (*TABLES, PRIORITY_AREAS, SERIES, GROWTH_RATES, REPORTS, SOURCES, *CODE_LISTS)
"""All tables of the data set."""
