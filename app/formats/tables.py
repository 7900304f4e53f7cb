"""The lists of the service as flat tables: which columns they have, and how their rows are read."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection

from app import filters
from app.formats import layouts
from app.formats.columns import FlatColumn, row
from app.problems import InvalidParameters, Mistake
from app.queries import exports
from app.queries.commitments import actions, outcomes, priority_areas
from app.queries.growth import growth_rates
from app.queries.indicators import indicators
from app.queries.observations import observations
from app.queries.pages import Found
from app.queries.reference import listed, sources
from app.queries.reports import reports
from app.queries.series import series
from app.schemas import commitments, figures, reference
from app.schemas.base import Schema
from app.schemas.series import Series
from app.text import Language, Words
from app.vocabulary import Datatype

Rows = Sequence[Sequence[Any]]


def too_long(most: int) -> InvalidParameters:
    """Say that a table has more rows than a format takes."""
    words = Words(
        f"This format takes at most {most} rows; narrow the table, or take it as CSV",
        f"该格式最多 {most} 行；请缩小范围，或下载 CSV 表",
    )
    return InvalidParameters(words, [Mistake("query", words)])


class Column(Protocol):
    """What is told of a column."""

    @property
    def name(self) -> str:
        """The name in the header."""

    @property
    def datatype(self) -> Datatype:
        """What the column holds."""

    @property
    def description(self) -> Words:
        """What that means."""

    @property
    def required(self) -> bool:
        """Whether it is never empty."""


@dataclass(frozen=True)
class Table:
    """A list as a table."""

    name: str
    title: Words
    columns: Sequence[Column]
    selection: type[filters.Selection]
    """What may be asked of it."""
    listing: type[filters.Listing]
    """The same, page by page."""
    query: Callable[[Connection, Language, Any], Found]
    schema: type[Schema]
    tells_apart: tuple[str, ...] = ()
    """The columns that tell the rows apart, where the first one alone does not."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns that tell the rows apart."""
        return self.tells_apart or (self.columns[0].name,)

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def pages(
        self, connection: Connection, language: Language, asked: filters.Selection
    ) -> Iterator[list[dict[str, Any]]]:
        """Read all records that match, a page at a time."""
        chosen = dict(asked)
        cursor: str | None = None
        while True:
            page = self.listing.model_construct(
                **{**chosen, "limit": filters.MAXIMUM_LIMIT, "cursor": cursor}
            )
            found = self.query(connection, language, page)
            yield found.rows
            cursor = found.cursor
            if cursor is None:
                return

    def rows(
        self, connection: Connection, language: Language, asked: filters.Selection
    ) -> Iterator[Rows]:
        """Read all rows that match, some at a time."""
        columns = [column for column in self.columns if isinstance(column, FlatColumn)]
        for page in self.pages(connection, language, asked):
            yield [row(record, columns) for record in page]

    def lines(
        self, connection: Connection, language: Language, asked: filters.Selection
    ) -> Iterator[Sequence[str]] | None:
        """Read all rows as finished lines of CSV, where the database can write them."""
        del connection, language, asked
        return None

    def is_longer(self, connection: Connection, asked: filters.Selection, most: int) -> bool:
        """Tell whether more rows match; short tables are read to find out."""
        del connection, asked, most
        return False


class FigureTable(Table):
    """The table of figures, which may be very long and is read straight from the database."""

    def rows(
        self, connection: Connection, language: Language, asked: filters.Selection
    ) -> Iterator[Rows]:
        """Read all rows that match, some at a time."""
        assert isinstance(asked, filters.ObservationSelection)  # noqa: S101
        return exports.chunks(connection, exports.observation_rows(connection, language, asked))

    def lines(
        self, connection: Connection, language: Language, asked: filters.Selection
    ) -> Iterator[Sequence[str]] | None:
        """Read all rows as finished lines of CSV, where the database can write them."""
        assert isinstance(asked, filters.ObservationSelection)  # noqa: S101
        if not exports.has_exact_texts(connection):
            return None
        statement = exports.observation_rows(connection, language, asked)
        return exports.line_chunks(connection, language, statement)

    def is_longer(self, connection: Connection, asked: filters.Selection, most: int) -> bool:
        """Tell whether more rows match, without reading what is in them."""
        assert isinstance(asked, filters.ObservationSelection)  # noqa: S101
        return exports.count(connection, asked, most + 1) > most


@dataclass(frozen=True)
class Contents:
    """A table with what was asked of it: what a writer of a format takes."""

    table: Table
    connection: Connection
    language: Language
    asked: filters.Selection
    release: dict[str, Any]
    base: str
    """The address of the service."""

    def rows(self) -> Iterator[Rows]:
        """Read the rows, some at a time."""
        return self.table.rows(self.connection, self.language, self.asked)

    def lines(self) -> Iterator[Sequence[str]] | None:
        """Read the rows as finished lines of CSV, where the database can write them."""
        return self.table.lines(self.connection, self.language, self.asked)

    def records(self) -> Iterator[list[Schema]]:
        """Read the complete records, held against their model, some at a time."""
        validate = self.table.schema.model_validate
        for page in self.table.pages(self.connection, self.language, self.asked):
            yield [validate(record) for record in page]


OBSERVATIONS = FigureTable(
    "observations",
    Words("Observations: one row a figure", "观测值：每行一项已公布数据"),
    exports.OBSERVATIONS,
    filters.ObservationSelection,
    filters.ObservationFilters,
    observations,
    figures.Observation,
)
INDICATORS = Table(
    "indicators",
    Words("Indicators with their headline figures", "指标及其核心数据"),
    layouts.INDICATORS,
    filters.IndicatorSelection,
    filters.IndicatorFilters,
    indicators,
    figures.Indicator,
)
ACTIONS = Table(
    "actions",
    Words("Actions: one row a commitment", "举措：每行一项"),
    layouts.ACTIONS,
    filters.ActionSelection,
    filters.ActionFilters,
    actions,
    commitments.Action,
)
OUTCOMES = Table(
    "outcomes",
    Words("Outcomes told in words", "定性成果"),
    layouts.OUTCOMES,
    filters.OutcomeSelection,
    filters.OutcomeFilters,
    outcomes,
    commitments.Outcome,
)
TABLES = (OBSERVATIONS, INDICATORS, ACTIONS, OUTCOMES)
"""The tables that are served one by one."""

PRIORITY_AREAS = Table(
    "priority-areas",
    Words("Priority areas announced for a year", "年度重点领域"),
    layouts.PRIORITY_AREAS,
    filters.PriorityAreaFilters,
    filters.PriorityAreaFilters,
    priority_areas,
    commitments.PriorityArea,
    ("year", "slug"),
)
SERIES = Table(
    "series",
    Words("Series: figures of one series can be compared", "系列：同一系列的数据可比"),
    layouts.SERIES,
    filters.SeriesFilters,
    filters.SeriesFilters,
    series,
    Series,
)
GROWTH_RATES = Table(
    "growth-rates",
    Words("Growth as published", "公布的增速"),
    layouts.GROWTH_RATES,
    filters.GrowthRateFilters,
    filters.GrowthRateFilters,
    growth_rates,
    figures.GrowthRate,
)
REPORTS = Table(
    "reports",
    Words("Second reports of the same figures", "同一数据的其他报道"),
    layouts.REPORTS,
    filters.ReportFilters,
    filters.ReportFilters,
    reports,
    figures.ReportEntry,
)
SOURCES = Table(
    "sources",
    Words("Documents that figures and commitments come from", "数据来源文件"),
    layouts.SOURCES,
    filters.SourceFilters,
    filters.SourceFilters,
    sources,
    reference.Source,
)


def code_list(
    name: str, title: Words, columns: Sequence[FlatColumn], schema: type[Schema]
) -> Table:
    """Make the table of a code list."""
    kind = name.removesuffix("s")

    def query(connection: Connection, language: Language, asked: filters.CodeListing) -> Found:
        return listed(connection, language, kind, asked)

    return Table(name, title, columns, filters.CodeListing, filters.CodeListing, query, schema)


CODE_LISTS = (
    code_list("topics", Words("Topics", "主题"), layouts.TERMS, reference.Topic),
    code_list(
        "areas", Words("Countries and groups", "国家与国家组"), layouts.AREAS, reference.Area
    ),
    code_list(
        "sectors", Words("Fields of the economy", "产业领域"), layouts.TERMS, reference.Sector
    ),
    code_list(
        "instruments",
        Words("Instruments of cooperation", "合作载体与机制"),
        layouts.INSTRUMENTS,
        reference.Instrument,
    ),
    code_list("units", Words("Units of measure", "计量单位"), layouts.UNITS, reference.Unit),
)
EVERYTHING = (*TABLES, PRIORITY_AREAS, SERIES, GROWTH_RATES, REPORTS, SOURCES, *CODE_LISTS)
"""All tables of the data set."""
