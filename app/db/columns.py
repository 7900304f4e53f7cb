"""Columns and conditions that several queries share.

The selected columns carry dotted labels ("source.code"); ``app.db.statements`` turns them into
nested records.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar, NamedTuple, TypeVar, cast

import msgspec
from sqlalchemy import (
    ARRAY,
    BindParameter,
    Boolean,
    ColumnElement,
    Dialect,
    FromClause,
    Label,
    Select,
    SQLColumnExpression,
    String,
    TypeDecorator,
    bindparam,
    case,
    func,
    inspect,
    literal_column,
    null,
    or_,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, UserDefinedType
from sqlmodel import SQLModel, col

from app.db.models import (
    FOREVER,
    Area,
    Contradiction,
    Coverage,
    GrowthRate,
    Indicator,
    Observation,
    Series,
    Source,
    Unit,
)
from app.db.models.base import NamedModel, WordedModel
from app.i18n import CAUSES, Language, format_period

Value = Any
"""A value of a record: text, number, day, list or record, as the driver or the query gives it."""
Record = dict[str, Value]
Statement = Select[*tuple[Value, ...]]
Column = SQLColumnExpression[Value]
Condition = ColumnElement[bool]
Table = type[SQLModel]
TableType = TypeVar("TableType", bound=SQLModel)


def alias_table(table: type[TableType], name: str) -> type[TableType]:
    """Return a table under another name, for statements in which it appears twice.

    SQLAlchemy creates the columns of an alias when they are first used. Two threads that do so at
    the same time leave an alias that no statement can join, so all columns are created here.
    """
    alias = aliased(table, name=name)
    mapping = inspect(alias)
    mapping.selectable.c.keys()
    for attribute in mapping.mapper.attrs:
        getattr(alias, attribute.key).__clause_element__()
    return alias


reporting_area = alias_table(Area, "reporting_area")
counterpart_area = alias_table(Area, "counterpart_area")


def select_fields(table: Table, *names: str, prefix: str = "") -> list[Label[Value]]:
    """Return columns labelled with their own names."""
    return [col(getattr(table, name)).label(f"{prefix}{name}") for name in names]


def get_foreign_key(link: FromClause, target: Table) -> ColumnElement[Value]:
    return link.c[f"{target.__tablename__}_id"]


class ContradictoryNumbers(UserDefinedType[list[Record]]):
    """The numbers of a contradiction, which are stored as a JSON array in each language."""

    cache_ok = True
    names = "display", "source", "citation", "address"

    def parse(self, value: str | None) -> list[Record]:
        rows = msgspec.json.decode(value) if value else []
        return [dict(zip(self.names, row, strict=True)) for row in rows]

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[str | None], list[Record]]:
        del dialect, coltype
        return self.parse


def clear_missing(row: Record, part: str, key: str = "code") -> Record:
    """Replace a part that an outer join has not found by None."""
    if row[part][key] is None:
        row[part] = None
    return row


def join_dimensions(statement: Statement, *, is_outer: bool = False) -> Statement:
    """Join to series with their indicators the tables of their dimensions, and their units."""
    for table, key in (
        (Unit, Series.unit_id),
        (Coverage, Series.coverage_id),
        (reporting_area, Series.reporting_area_id),
        (counterpart_area, Series.counterpart_area_id),
    ):
        statement = statement.join(table, col(table.id) == key, isouter=is_outer)
    return statement


class LocalColumns(NamedTuple):
    """The columns that several queries share, with texts in one language."""

    language: Language
    prefix: str = ""
    """What the labels of all columns begin with: the names of the parts that they belong to."""

    def nest(self, part: str) -> "LocalColumns":
        """Return the columns of a part of a record, such as its source."""
        return LocalColumns(self.language, f"{self.prefix}{part}.")

    def localize(self, table: Table, name: str) -> ColumnElement[Value]:
        """Return the column of a text in the language: ``name_en`` for ``name``."""
        return cast("ColumnElement[Value]", getattr(table, f"{name}_{self.language}"))

    def select_fields(self, table: Table, *names: str) -> list[Label[Value]]:
        return select_fields(table, *names, prefix=self.prefix)

    def select_texts(self, table: Table, *names: str) -> list[Label[Value]]:
        return [self.localize(table, name).label(f"{self.prefix}{name}") for name in names]

    def select_reference(self, part: str, table: type[NamedModel]) -> list[Label[Value]]:
        own = self.nest(part)
        return [*own.select_fields(table, "code"), *own.select_texts(table, "name")]

    def select_unit(self, table: type[Unit] = Unit) -> list[Label[Value]]:
        symbol = self.nest("unit").select_texts(table, "symbol")
        return [*self.select_reference("unit", table), *symbol]

    def select_coverage(self) -> list[Label[Value]]:
        basis = self.nest("coverage").select_fields(Coverage, "basis")
        return [*self.select_reference("coverage", Coverage), *basis]

    def select_dimensions(self) -> list[Label[Value]]:
        """Return what a series measures, apart from its unit, where and of which countries."""
        return [
            *self.select_reference("indicator", Indicator),
            *self.select_reference("reporting_area", reporting_area),
            *self.select_reference("counterpart_area", counterpart_area),
            *self.select_coverage(),
        ]

    def select_period(self, table: type[Observation] | type[GrowthRate]) -> list[Label[Value]]:
        columns: dict[str, Column] = {
            "start": col(table.period_start),
            "end": col(table.period_end),
            "months": col(Series.months),
            "label": self.localize(table, "period_label"),
        }
        return [column.label(f"{self.prefix}period.{name}") for name, column in columns.items()]

    def select_contradiction(
        self, table: type[Contradiction] = Contradiction
    ) -> list[Label[Value]]:
        """Return the columns of a contradiction, or of a reference to one, which may be missing."""
        labels = {str(one): label.get(self.language) for one, label in CAUSES.items()}
        numbers = type_coerce(self.localize(table, "numbers"), ContradictoryNumbers())
        return [
            *self.select_fields(table, "code", "cause", "basis"),
            *self.select_texts(table, "name", "reason"),
            case(labels, value=col(table.cause)).label(f"{self.prefix}cause_label"),
            numbers.label(f"{self.prefix}numbers"),
        ]

    def select_source(self, table: type[Source] = Source) -> list[Label[Value]]:
        own = self.nest("source")
        columns = ("code", "published_on", "published_precision", "standing", "address")
        return [*own.select_fields(table, *columns), *own.select_texts(table, "line")]

    def select_wording(
        self, table: type[WordedModel], source: type[Source] = Source
    ) -> list[Label[Value]]:
        """Return the words of a source in its own language, and their translation if it differs."""
        in_chinese = col(source.language) == Language.CHINESE
        translated = case((in_chinese, col(table.wording_zh)), else_=col(table.wording_en))
        is_own_language = col(source.language) == self.language
        translation = case((is_own_language, null()), else_=self.localize(table, "wording"))
        return [
            func.coalesce(col(table.wording_original), translated).label(f"{self.prefix}wording"),
            col(source.language).label(f"{self.prefix}wording_language"),
            translation.label(f"{self.prefix}wording_translated"),
        ]

    def select_citation(self, locator: Column, table: type[Source] = Source) -> list[Label[Value]]:
        """Return the short and the full citation of a location in a source: "¶2" or "第2段第3句".

        A locator such as P2.S3 names a paragraph, and may name a sentence of it.
        """
        has_sentence, numbers = locator.like("%.S%"), func.substr(locator, 2)
        without_sentence = func.rtrim(func.rtrim(numbers, "0123456789"), ".S")
        paragraph = case((has_sentence, without_sentence), else_=numbers)
        if self.language is Language.CHINESE:
            short_location = "，第" + paragraph + "段"
            last = case((has_sentence, "句"), else_="段")
            location = "，第" + func.replace(numbers, ".S", "段第") + last
        else:
            short_location = ", ¶" + paragraph
            location = ", paragraph " + func.replace(numbers, ".S", ", sentence ")
        short, full = (self.localize(table, name) for name in ("short_citation", "citation"))
        return [
            (short + func.coalesce(short_location, "")).label(f"{self.prefix}citation.short"),
            (full + func.coalesce(location, "")).label(f"{self.prefix}citation.full"),
        ]


# Expressions that each database needs in its own form.


class ArrayParameter(TypeDecorator[Sequence[Value]]):
    """Several values in one parameter: an array on PostgreSQL, a JSON array on SQLite."""

    impl = String
    cache_ok = True

    def __init__(self, item_type: TypeEngine[Value]) -> None:
        super().__init__()
        self.item_type = item_type

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Value]:
        is_sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(String() if is_sqlite else ARRAY(self.item_type))

    def process_bind_param(self, value: Sequence[Value] | None, dialect: Dialect) -> Value:
        return json.dumps(value) if dialect.name == "sqlite" else value


class DialectExpression(FunctionElement[Value]):
    inherit_cache = True
    forms: ClassVar[Mapping[str, str]]
    """The SQL for each dialect, with the numbers of the arguments."""


class DialectCondition(DialectExpression):
    inherit_cache = True
    type = Boolean()

    def self_group(self, against: object = None) -> "DialectCondition":  # noqa: ARG002 - as overridden
        """Return the condition itself; SQLAlchemy would write ``condition = 1`` on SQLite."""
        return self


class InArray(DialectCondition):
    """Whether a column has one of the values of an array parameter.

    One parameter for all values gives one statement for any number of them, compiled once.
    """

    inherit_cache = True
    forms: ClassVar = {
        "sqlite": "{0} IN (SELECT value FROM json_each({1}))",
        "postgresql": "{0} = ANY({1})",
    }


class InSubquery(DialectCondition):
    """Whether a column has one of the values of a subquery, which is executed first.

    PostgreSQL gets an array, since it would execute all joins before it evaluates an IN.
    """

    inherit_cache = True
    forms: ClassVar = {"sqlite": "{0} IN {1}", "postgresql": "{0} = ANY(ARRAY{1})"}


class UnindexedColumn(DialectExpression):
    """A column whose index SQLite would use, and give up the order of a walk for it.

    PostgreSQL gets the column itself, since it knows how many rows have each value.
    """

    inherit_cache = True
    forms: ClassVar = {"sqlite": "coalesce({0}, NULL)", "postgresql": "{0}"}


class JsonArrays(DialectExpression):
    """The rows of a query as one JSON text: an array that contains an array of values per row."""

    inherit_cache = True
    forms: ClassVar = {
        "sqlite": "json_group_array(json_array({arguments}))",
        "postgresql": "CAST(coalesce(json_agg(json_build_array({arguments})), '[]') AS text)",
    }


@compiles(DialectExpression)
def compile_expression(element: DialectExpression, compiler: SQLCompiler, **options: object) -> str:
    parts = [compiler.process(part, **options) for part in element.clauses]
    return element.forms[compiler.dialect.name].format(*parts, arguments=", ".join(parts))


def get_type(column: Column) -> TypeEngine[Value]:
    """Return the type of a column, which SQLAlchemy does not declare for all expressions."""
    kind: TypeEngine[Value] = column.type  # type: ignore[attr-defined]
    return kind


def build_in_subquery(column: Column, subquery: Statement) -> Condition:
    return InSubquery(column, subquery.correlate(None).scalar_subquery())


def build_in_array(column: Column, name: str) -> Condition:
    return InArray(column, bindparam(name, type_=ArrayParameter(get_type(column))))


def ignore_index(column: Column) -> ColumnElement[Value]:
    """Return a column to compare row by row while another index is walked."""
    unindexed = UnindexedColumn(column)
    unindexed.type = get_type(column)
    return unindexed


def ignore_order(column: Column) -> ColumnElement[Value]:
    """Return a column to sort by, even where an index would give the order."""
    return func.coalesce(column, null())


def build_current_conditions(
    table: type[Observation] | type[GrowthRate],
    as_of: date | BindParameter[date] | None,
    *,
    is_early: bool = False,
    uses_partial_index: bool = False,
) -> list[Condition]:
    """Return the conditions for the rows that are current today, or were current on a day.

    Args:
        table: the table.
        as_of: the day, or None for today.
        is_early: whether few rows were known on that day, so that the index of vintages finds them.
            A row is current from its vintage on or never, so the result is the same.
        uses_partial_index: whether the partial index on the current rows is to be walked. Planners
            use it only if the condition contains its literal and no parameter.
    """
    until = col(table.current_until)
    if as_of is None:
        if uses_partial_index:
            return [until == literal_column(f"'{FOREVER}'")]
        return [ignore_index(until) == FOREVER]
    start: Column = col(table.vintage) if is_early else col(table.current_from)
    # FOREVER is also the last day of the calendar, on which current rows are still current.
    return [start <= as_of, or_(until > as_of, ignore_index(until) == FOREVER)]


def convert_validity(record: Record) -> Record:
    """Replace the columns ``current_from`` and ``current_until`` by three fields of responses."""
    start, end = record["current_from"], record.pop("current_until")
    was_current = start != end
    record["current"] = end == FOREVER
    record["current_from"] = start if was_current else None
    record["superseded_on"] = end if was_current and end != FOREVER else None
    return record


def label_period(period: Record, language: Language) -> str:
    """Name the period of a record; of all figures, only flows have a number of months."""
    is_cumulative = period["months"] is None
    return format_period(period["start"], period["end"], language, is_cumulative=is_cumulative)
