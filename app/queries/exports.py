"""Figures as a flat table: one row a figure, one column a fact, read straight from the database."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    null,
    or_,
    select,
)

from app.db.columns import localized_column
from app.db.models import FOREVER, GrowthRate, Headline, Observation, Series, Source
from app.enums import Datatype
from app.i18n import Bilingual, Language
from app.parameters import ObservationFilters
from app.queries.listing.keyset import SortOrder
from app.queries.listing.plan import (
    filters_series,
    is_early_vintage,
    list_orders,
    select_access_path,
    select_matching,
)
from app.queries.listing.shape import split_filters
from app.queries.observations import (
    Counterpart,
    Earlier,
    Measured,
    ObservedUnit,
    Reporter,
    join_context,
)
from app.queries.vintages import current_conditions

Figure: Any = Observation
Group: Any = Series
Origin: Any = Source
Rate: Any = GrowthRate
Told: Any = Headline

CHUNK = 2_000
MARKS = (",", '"', "\n", "\r")
MAY_BE_EMPTY = frozenset(
    {
        "lower_bound",
        "upper_bound",
        "growth",
        "growth_basis",
        "current_from",
        "superseded_on",
        "revision",
        "revises",
        "source_address",
        "locator",
    }
)

NEVER_SUPERSEDED = Figure.current_from < Figure.current_until
ENDED = and_(NEVER_SUPERSEDED, Figure.current_until != FOREVER)


@dataclass(frozen=True)
class Column:
    """A column of a flat table."""

    name: str
    datatype: Datatype
    description: Bilingual
    expression: Callable[[Language], ColumnElement[Any]]

    may_need_quotes: bool = False
    """Whether it holds more than keys, numbers and days."""

    @property
    def required(self) -> bool:
        """Tell whether the column is never empty."""
        return self.name not in MAY_BE_EMPTY


def declare_column(
    datatype: Datatype,
    name: str,
    expression: Any,
    english: str,
    chinese: str,
) -> Column:
    """Declare a column that is the same in every language."""
    words = Bilingual(english, chinese)
    return Column(name, datatype, words, lambda _: expression, datatype is Datatype.ADDRESS)


string_column = partial(declare_column, Datatype.STRING)
date_column = partial(declare_column, Datatype.DATE)
decimal_column = partial(declare_column, Datatype.DECIMAL)
integer_column = partial(declare_column, Datatype.INTEGER)


def localized_text_column(name: str, table: Any, field: str, english: str, chinese: str) -> Column:
    """Declare a column of text."""
    words = Bilingual(english, chinese)
    return Column(
        name,
        Datatype.STRING,
        words,
        lambda language: localized_column(table, field, language),
        True,
    )


OBSERVATIONS: tuple[Column, ...] = (
    string_column("id", Figure.code, "The stable key of the figure", "数据的固定标识"),
    string_column("indicator", Measured.code, "The key of the indicator", "指标标识"),
    localized_text_column(
        "indicator_name", Measured, "name", "The name of the indicator", "指标名称"
    ),
    string_column(
        "series",
        Group.code,
        "The series; only figures of one series can be compared",
        "所属系列；仅同一系列的数据可比",
    ),
    string_column("reporting_area", Reporter.code, "The area that reports", "报告方"),
    localized_text_column("reporting_area_name", Reporter, "name", "Its name", "报告方名称"),
    string_column("counterpart_area", Counterpart.code, "The area on the other side", "对方"),
    localized_text_column("counterpart_area_name", Counterpart, "name", "Its name", "对方名称"),
    date_column(
        "period_start",
        Figure.period_start,
        "The first day of the period",
        "统计期首日",
    ),
    date_column("period_end", Figure.period_end, "The last day of the period", "统计期末日"),
    integer_column(
        "period_months",
        Group.months,
        "The number of months: never compare figures of different lengths",
        "统计期月数；月数不同的数据不可比",
    ),
    decimal_column(
        "value",
        Figure.value,
        "The figure in the base unit",
        "以基本单位表示的数值",
    ),
    string_column("unit", ObservedUnit.code, "The unit of the value", "计量单位"),
    localized_text_column(
        "unit_name", ObservedUnit, "name", "The name of the unit", "计量单位名称"
    ),
    string_column(
        "qualifier",
        Figure.qualifier,
        "What limits the value: exact, over, nearly or about",
        "限定语：exact（确数）、over（逾）、nearly（近）、about（约）",
    ),
    decimal_column(
        "lower_bound",
        Figure.lower_bound,
        "The value is above this",
        "数值高于此数",
    ),
    decimal_column(
        "upper_bound",
        Figure.upper_bound,
        "The value is below this",
        "数值低于此数",
    ),
    decimal_column(
        "published_value",
        Figure.published_value,
        "The number in print",
        "原文数字",
    ),
    integer_column(
        "published_multiplier",
        Figure.multiplier,
        "The power of ten that the words after it mean",
        "原文数字单位所表示的10的幂次",
    ),
    integer_column(
        "published_decimals",
        Figure.decimals,
        "The decimals in print",
        "原文小数位数",
    ),
    localized_text_column("wording", Observation, "wording", "The figure in words", "文字表述"),
    string_column("status", Figure.status, "How final the figure is", "数据状态"),
    decimal_column(
        "growth",
        Rate.value,
        "The published change on a year earlier, in percent",
        "公布的同比增速（%）",
    ),
    string_column(
        "growth_basis",
        Rate.basis,
        "What that was measured against",
        "增速基数类型",
    ),
    date_column("vintage", Figure.vintage, "The day on which it became known", "数据公布日"),
    date_column(
        "current_from",
        case((NEVER_SUPERSEDED, Figure.current_from), else_=null()),
        "The day from which it held",
        "自该日起为现行数据",
    ),
    date_column(
        "superseded_on",
        case((ENDED, Figure.current_until), else_=null()),
        "The day on which another figure took its place",
        "自该日起被其他数据取代",
    ),
    string_column(
        "revision",
        Figure.revision,
        "How it differs from the one before",
        "修订类型",
    ),
    string_column("revises", Earlier.code, "The figure before it", "所修订的数据"),
    declare_column(
        Datatype.BOOLEAN,
        "headline",
        case((Told.observation_id.is_not(null()), "true"), else_="false"),
        "Whether it stands for its indicator",
        "是否为指标的核心数据",
    ),
    string_column("source", Origin.code, "The key of the source", "来源标识"),
    localized_text_column("source_title", Source, "title", "The title of the source", "来源标题"),
    localized_text_column(
        "source_publisher", Source, "publisher", "Who published it", "来源发布者"
    ),
    string_column(
        "source_standing",
        Origin.standing,
        "How near it is to the institution",
        "来源类别",
    ),
    declare_column(Datatype.ADDRESS, "source_address", Origin.address, "Its address", "来源网址"),
    string_column("locator", Figure.locator, "The place in the source", "出处位置"),
)
"""The columns of a table of figures, in an order that does not change; new ones come last."""


def select_observation_rows(
    connection: Connection, language: Language, filters: ObservationFilters
) -> Select[Any]:
    """Select the figures that match as a flat table, in the order asked for."""
    rate = and_(
        Rate.series_id == Figure.series_id,
        Rate.period_start == Figure.period_start,
        *current_conditions(GrowthRate, filters.as_of),
    )
    shape, values = split_filters(filters)
    early = is_early_vintage(connection, Observation, filters.as_of)
    orders = list_orders(Observation, by_series=filters_series(shape))
    statement = (
        select(*(column.expression(language).label(column.name) for column in OBSERVATIONS))
        .select_from(Observation)
        .outerjoin(Headline, Told.observation_id == Figure.id)
        .outerjoin(GrowthRate, rate)
    )
    condition = select_matching(
        Observation, shape, select_access_path(shape), early=early
    ).whereclause
    # Outer joins keep the planner from starting at a code list, which would cost the order.
    statement = join_context(statement, optional=True)
    if condition is not None:
        statement = statement.where(condition)
    return SortOrder.by_name(orders, shape.sort).order_ids(statement).params(values)


def count_observations(connection: Connection, filters: ObservationFilters, most: int) -> int:
    """Count the figures that match, up to a number."""
    shape, values = split_filters(filters)
    early = is_early_vintage(connection, Observation, filters.as_of)
    found = (
        select_matching(Observation, shape, select_access_path(shape), early=early)
        .limit(most)
        .subquery()
    )
    return int(connection.scalar(select(func.count()).select_from(found), values) or 0)


def read_chunks(
    connection: Connection, statement: Select[Any]
) -> Iterator[Sequence[Sequence[Any]]]:
    """Read the rows of a statement bit by bit."""
    streamed = connection.execution_options(stream_results=True)
    with streamed.execute(statement) as result:
        yield from result.partitions(CHUNK)


def can_format_lines(connection: Connection) -> bool:
    """Tell whether the database's own texts are the exact digits and days."""
    return connection.dialect.name == "sqlite"


def read_line_chunks(
    connection: Connection, language: Language, statement: Select[Any]
) -> Iterator[list[str]]:
    """Read the rows of a table as finished lines, which takes half the time of reading values.

    The statement is that of ``observation_rows``; its columns are joined by the database, and a
    text that holds a mark of the format stands in quotes (RFC 4180, section 2).
    """
    fields = [format_field(column, language) for column in OBSERVATIONS]
    line = func.printf(",".join(["%s"] * len(fields)), *fields)
    cursor = connection.execute(
        statement.with_only_columns(line, maintain_column_froms=True)
    ).cursor
    while rows := cursor.fetchmany(CHUNK):
        yield [row[0] for row in rows]


def format_field(column: Column, language: Language) -> ColumnElement[Any]:
    """Write a column as a field of a line."""
    text = column.expression(language)
    if not column.may_need_quotes:
        return text
    marked = or_(*(func.instr(text, mark) > 0 for mark in MARKS))
    return case((marked, func.printf('"%s"', func.replace(text, '"', '""'))), else_=text)
