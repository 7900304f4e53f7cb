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

from app.filters import ObservationSelection
from app.models import FOREVER, GrowthRate, Headline, Observation, Series, Source
from app.queries.columns import localized
from app.queries.narrow import is_about_series, is_early, matching, orders_of, way_of
from app.queries.observations import (
    Counterpart,
    Earlier,
    Measured,
    ObservedUnit,
    Reporter,
    with_context,
)
from app.queries.pages import Order
from app.queries.shapes import narrowed
from app.queries.vintages import current
from app.text import Language, Words
from app.vocabulary import Datatype

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

EVER = Figure.current_from < Figure.current_until
ENDED = and_(EVER, Figure.current_until != FOREVER)


@dataclass(frozen=True)
class Column:
    """A column of a flat table."""

    name: str
    datatype: Datatype
    description: Words
    expression: Callable[[Language], ColumnElement[Any]]

    may_need_quotes: bool = False
    """Whether it holds more than keys, numbers and days."""

    @property
    def required(self) -> bool:
        """Tell whether the column is never empty."""
        return self.name not in MAY_BE_EMPTY


def plain(
    datatype: Datatype,
    name: str,
    expression: Any,  # noqa: ANN401
    english: str,
    chinese: str,
) -> Column:
    """Declare a column that is the same in every language."""
    words = Words(english, chinese)
    return Column(name, datatype, words, lambda _: expression, datatype is Datatype.ADDRESS)


string = partial(plain, Datatype.STRING)
day = partial(plain, Datatype.DATE)
number = partial(plain, Datatype.DECIMAL)
whole = partial(plain, Datatype.INTEGER)


def spoken(name: str, table: Any, field: str, english: str, chinese: str) -> Column:  # noqa: ANN401
    """Declare a column of text."""
    words = Words(english, chinese)
    return Column(
        name, Datatype.STRING, words, lambda language: localized(table, field, language), True
    )


OBSERVATIONS: tuple[Column, ...] = (
    string("id", Figure.code, "The stable key of the figure", "数据的固定标识"),
    string("indicator", Measured.code, "The key of the indicator", "指标标识"),
    spoken("indicator_name", Measured, "name", "The name of the indicator", "指标名称"),
    string(
        "series",
        Group.code,
        "The series; only figures of one series can be compared",
        "所属系列；仅同一系列的数据可比",
    ),
    string("reporting_area", Reporter.code, "The area that reports", "报告方"),
    spoken("reporting_area_name", Reporter, "name", "Its name", "报告方名称"),
    string("counterpart_area", Counterpart.code, "The area on the other side", "对方"),
    spoken("counterpart_area_name", Counterpart, "name", "Its name", "对方名称"),
    day(
        "period_start",
        Figure.period_start,
        "The first day of the period",
        "统计期首日",
    ),
    day("period_end", Figure.period_end, "The last day of the period", "统计期末日"),
    whole(
        "period_months",
        Group.months,
        "The number of months: never compare figures of different lengths",
        "统计期月数；月数不同的数据不可比",
    ),
    number(
        "value",
        Figure.value,
        "The figure in the base unit",
        "以基本单位表示的数值",
    ),
    string("unit", ObservedUnit.code, "The unit of the value", "计量单位"),
    spoken("unit_name", ObservedUnit, "name", "The name of the unit", "计量单位名称"),
    string(
        "qualifier",
        Figure.qualifier,
        "What limits the value: exact, over, nearly or about",
        "限定语：exact（确数）、over（逾）、nearly（近）、about（约）",
    ),
    number(
        "lower_bound",
        Figure.lower_bound,
        "The value is above this",
        "数值高于此数",
    ),
    number(
        "upper_bound",
        Figure.upper_bound,
        "The value is below this",
        "数值低于此数",
    ),
    number(
        "published_value",
        Figure.published_value,
        "The number in print",
        "原文数字",
    ),
    whole(
        "published_multiplier",
        Figure.multiplier,
        "The power of ten that the words after it mean",
        "原文数字单位所表示的10的幂次",
    ),
    whole(
        "published_decimals",
        Figure.decimals,
        "The decimals in print",
        "原文小数位数",
    ),
    spoken("wording", Observation, "wording", "The figure in words", "文字表述"),
    string("status", Figure.status, "How final the figure is", "数据状态"),
    number(
        "growth",
        Rate.value,
        "The published change on a year earlier, in percent",
        "公布的同比增速（%）",
    ),
    string(
        "growth_basis",
        Rate.basis,
        "What that was measured against",
        "增速基数类型",
    ),
    day("vintage", Figure.vintage, "The day on which it became known", "数据公布日"),
    day(
        "current_from",
        case((EVER, Figure.current_from), else_=null()),
        "The day from which it held",
        "自该日起为现行数据",
    ),
    day(
        "superseded_on",
        case((ENDED, Figure.current_until), else_=null()),
        "The day on which another figure took its place",
        "自该日起被其他数据取代",
    ),
    string(
        "revision",
        Figure.revision,
        "How it differs from the one before",
        "修订类型",
    ),
    string("revises", Earlier.code, "The figure before it", "所修订的数据"),
    plain(
        Datatype.BOOLEAN,
        "headline",
        case((Told.observation_id.is_not(null()), "true"), else_="false"),
        "Whether it stands for its indicator",
        "是否为指标的核心数据",
    ),
    string("source", Origin.code, "The key of the source", "来源标识"),
    spoken("source_title", Source, "title", "The title of the source", "来源标题"),
    spoken("source_publisher", Source, "publisher", "Who published it", "来源发布者"),
    string(
        "source_standing",
        Origin.standing,
        "How near it is to the institution",
        "来源类别",
    ),
    plain(Datatype.ADDRESS, "source_address", Origin.address, "Its address", "来源网址"),
    string("locator", Figure.locator, "The place in the source", "出处位置"),
)
"""The columns of a table of figures, in an order that does not change; new ones come last."""


def observation_rows(
    connection: Connection, language: Language, filters: ObservationSelection
) -> Select[Any]:
    """Select the figures that match as a flat table, in the order asked for."""
    rate = and_(
        Rate.series_id == Figure.series_id,
        Rate.period_start == Figure.period_start,
        *current(GrowthRate, filters.as_of),
    )
    shape, values = narrowed(filters)
    early = is_early(connection, Observation, filters.as_of)
    orders = orders_of(Observation, by_series=is_about_series(shape))
    statement = (
        select(*(column.expression(language).label(column.name) for column in OBSERVATIONS))
        .select_from(Observation)
        .outerjoin(Headline, Told.observation_id == Figure.id)
        .outerjoin(GrowthRate, rate)
    )
    condition = matching(Observation, shape, way_of(shape), early=early).whereclause
    # Outer joins keep the planner from starting at a code list, which would cost the order.
    statement = with_context(statement, optional=True)
    if condition is not None:
        statement = statement.where(condition)
    return Order.named(orders, shape.sort).numbers(statement).params(values)


def count(connection: Connection, filters: ObservationSelection, most: int) -> int:
    """Count the figures that match, up to a number."""
    shape, values = narrowed(filters)
    early = is_early(connection, Observation, filters.as_of)
    found = matching(Observation, shape, way_of(shape), early=early).limit(most).subquery()
    return int(connection.scalar(select(func.count()).select_from(found), values) or 0)


def chunks(connection: Connection, statement: Select[Any]) -> Iterator[Sequence[Sequence[Any]]]:
    """Read the rows of a statement bit by bit."""
    streamed = connection.execution_options(stream_results=True)
    with streamed.execute(statement) as result:
        yield from result.partitions(CHUNK)


def has_exact_texts(connection: Connection) -> bool:
    """Tell whether the database's own texts are the exact digits and days."""
    return connection.dialect.name == "sqlite"


def line_chunks(
    connection: Connection, language: Language, statement: Select[Any]
) -> Iterator[list[str]]:
    """Read the rows of a table as finished lines, which takes half the time of reading values.

    The statement is that of ``observation_rows``; its columns are joined by the database, and a
    text that holds a mark of the format stands in quotes (RFC 4180, section 2).
    """
    fields = [field(column, language) for column in OBSERVATIONS]
    line = func.printf(",".join(["%s"] * len(fields)), *fields)
    cursor = connection.execute(
        statement.with_only_columns(line, maintain_column_froms=True)
    ).cursor
    while rows := cursor.fetchmany(CHUNK):
        yield [row[0] for row in rows]


def field(column: Column, language: Language) -> ColumnElement[Any]:
    """Write a column as a field of a line."""
    text = column.expression(language)
    if not column.may_need_quotes:
        return text
    marked = or_(*(func.instr(text, mark) > 0 for mark in MARKS))
    return case((marked, func.printf('"%s"', func.replace(text, '"', '""'))), else_=text)
