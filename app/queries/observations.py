"""Observations: the current figure of each series and period, or all vintages.

Lists contain nested records; downloads read the same observations as rows of a flat table.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, lru_cache, partial

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Label,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
)
from sqlmodel import col

from app import parameters
from app.db.columns import (
    Column,
    LocalColumns,
    Record,
    Statement,
    Value,
    alias_table,
    build_current_conditions,
    clear_missing,
    convert_validity,
    join_dimensions,
)
from app.db.models import (
    Contradiction,
    GrowthRate,
    Headline,
    Indicator,
    Observation,
    Series,
    Source,
)
from app.db.statements import (
    Session,
    StatementBuilder,
    fetch_by_keys,
    fetch_uncached,
    select_nested,
)
from app.i18n import Language
from app.queries import long_lists
from app.queries.pagination import (
    MAX_STATEMENTS,
    FilterShape,
    PagePlan,
    QueryPage,
    SortOrder,
    plan_short_list,
    read_page,
    split_filters,
)
from app.queries.related import (
    rate_series,
    rate_unit,
    select_rate_columns,
    select_reports_of_observation,
)

previous_observation = alias_table(Observation, "previous_observation")
source_rate = alias_table(GrowthRate, "source_rate")
other_unit_source_rate = alias_table(GrowthRate, "other_unit_source_rate")
current_rate = alias_table(GrowthRate, "current_rate")
other_unit_current_rate = alias_table(GrowthRate, "other_unit_current_rate")
growth_source = alias_table(Source, "growth_source")
growth_contradiction = alias_table(Contradiction, "growth_contradiction")
COPIED = (
    *("value", "qualifier", "break_before", "status", "locator", "checked_on", "check_method"),
    *("vintage", "current_from", "current_until"),
)
"""The columns that are served under their own names."""
ROWS_PER_CHUNK = 500
CSV_DELIMITERS = (",", '"', "\n", "\r")


def select_observation_columns(columns: LocalColumns) -> list[Label[Value]]:
    own: dict[str, Column] = {
        "stock_flow": col(Series.stock_flow),
        "bounds.lower": col(Observation.lower_bound),
        "bounds.upper": col(Observation.upper_bound),
        "published.value": col(Observation.published_value),
        "published.multiplier": col(Observation.multiplier),
        "published.decimals": col(Observation.decimals),
        "rounding.lower": col(Observation.rounding_lower),
        "rounding.upper": col(Observation.rounding_upper),
        "revision.kind": col(Observation.revision),
        "revision.previous": col(previous_observation.code),
        "revision.difference": col(previous_observation.value),
        "revision.reason": columns.localize(Observation, "revision_reason"),
        "headline": col(Headline.observation_id),
        "reports": select_nested(select_reports_of_observation(columns.language), Observation),
    }
    return [
        col(Observation.code).label(f"{columns.prefix}id"),
        col(Series.code).label(f"{columns.prefix}series"),
        *columns.select_period(Observation),
        *(column.label(f"{columns.prefix}{name}") for name, column in own.items()),
        *columns.select_fields(Observation, *COPIED),
        *columns.select_texts(Observation, "display", "note", "comparability"),
        *columns.select_citation(col(Observation.locator)),
        *columns.select_dimensions(),
        *columns.nest("contradiction").select_contradiction(),
        *columns.select_unit(),
        *columns.select_source(),
        *columns.nest("published").select_wording(Observation),
        *select_rate_columns(
            columns.nest("growth"), rate_series, rate_unit, growth_source, growth_contradiction
        ),
        select_rate_display(columns).label(f"{columns.prefix}growth.display"),
    ]


def select_rate_display(columns: LocalColumns) -> Column:
    """Select the text of a growth rate, with its unit if that is not the unit of the figure."""
    has_other_unit = col(rate_series.unit_id) != col(Series.unit_id)
    with_unit = columns.localize(GrowthRate, "display_with_unit")
    return case((has_other_unit, with_unit), else_=columns.localize(GrowthRate, "display"))


@cache
def map_columns(language: Language) -> Mapping[str, ColumnElement[Value]]:
    """Map the paths of the values in an observation to the columns that they are read from.

    Only tables have the title and the publisher of a source, which its line consists of.
    """
    columns = LocalColumns(language)
    labels = [
        *select_observation_columns(columns),
        *columns.nest("source").select_texts(Source, "title", "publisher"),
        *columns.nest("growth.source").select_texts(growth_source, "title", "publisher"),
    ]
    return {label.name: label.element for label in labels}


def join_context(statement: Statement, *, has_indicator: bool = False) -> Statement:
    """Join to observations the tables of ``select_observation_columns``, except growth rates.

    The joins are outer joins, so that no planner starts with a code list, which would lose the
    order of the observations.
    """
    statement = statement.outerjoin(Series, col(Series.id) == Observation.series_id)
    if not has_indicator:
        statement = statement.outerjoin(Indicator, col(Indicator.id) == Series.indicator_id)
    return (
        join_dimensions(statement, is_outer=True)
        .outerjoin(Source, col(Source.id) == Observation.source_id)
        .outerjoin(previous_observation, col(previous_observation.id) == Observation.previous_id)
        .outerjoin(Contradiction, col(Contradiction.id) == Observation.contradiction_id)
    )


def join_rate(statement: Statement, as_of: date | BindParameter[date] | None) -> Statement:
    """Join to observations the growth rate of their period.

    It is the rate that the source of the observation publishes, and otherwise the one that is, or
    was on a day, current. In both cases, a rate in the unit of the observation comes before one in
    the other unit in which the same figures are published.
    """
    statement = join_rate_id(statement, as_of)
    return (
        statement.outerjoin(rate_series, col(rate_series.id) == GrowthRate.series_id)
        .outerjoin(rate_unit, col(rate_unit.id) == rate_series.unit_id)
        .outerjoin(growth_source, col(growth_source.id) == GrowthRate.source_id)
        .outerjoin(
            growth_contradiction, col(growth_contradiction.id) == GrowthRate.contradiction_id
        )
    )


def join_rate_id(statement: Statement, as_of: date | BindParameter[date] | None) -> Statement:
    """Join to observations and their series the growth rate, without what it refers to."""
    sources = (source_rate, other_unit_source_rate)
    rates = (*sources, current_rate, other_unit_current_rate)
    series = col(Observation.series_id), col(Series.other_unit_id)
    for rate, series_id in zip(rates, (*series, *series), strict=True):
        choice = (
            [col(rate.source_id) == Observation.source_id]
            if rate in sources
            else build_current_conditions(rate, as_of)
        )
        is_same_period = col(rate.period_start) == Observation.period_start
        condition = and_(col(rate.series_id) == series_id, is_same_period, *choice)
        statement = statement.outerjoin(rate, condition)
    rate_id = func.coalesce(*(rate.id for rate in rates))
    return statement.outerjoin(GrowthRate, col(GrowthRate.id) == rate_id)


@cache
def select_observations(language: Language, *, is_today: bool = True) -> Statement:
    """Select observations, with the growth known today or on the day bound as ``as_of``."""
    statement = join_context(
        select(*select_observation_columns(LocalColumns(language)))
        .select_from(Observation)
        .outerjoin(Headline, col(Headline.observation_id) == Observation.id)
    )
    return join_rate(statement, None if is_today else bindparam("as_of"))


def list_observations(
    session: Session,
    filters: parameters.IndicatorObservationListParameters | parameters.ObservationListParameters,
    indicator: str | None = None,
) -> QueryPage:
    statement = select_observations(session.language, is_today=filters.as_of is None)
    page = long_lists.read_period_page(
        session.connection, Observation, statement, filters, indicator
    )
    return page.map_rows(complete_observation)


def read_observations_by_key(session: Session, keys: Sequence[str]) -> dict[str, Record]:
    rows = fetch_by_keys(session, select_observations, col(Observation.code), keys)
    return {key: complete_observation(row) for key, row in rows.items()}


def get_observation(session: Session, key: str) -> Record | None:
    return read_observations_by_key(session, [key]).get(key)


def list_vintages(
    session: Session, filters: parameters.VintageListParameters, key: str
) -> QueryPage:
    shape, _ = split_filters(filters)
    plan = plan_vintages(session.language, shape)
    values = {"known": key, "as_of": filters.as_of}
    return read_page(session.connection, plan, filters, values).map_rows(complete_observation)


@lru_cache(maxsize=MAX_STATEMENTS)
def plan_vintages(language: Language, shape: FilterShape) -> PagePlan:
    order = SortOrder.from_shape(long_lists.list_orders(Observation), shape)
    return plan_short_list(partial(select_vintages, language, is_today="as_of" not in shape), order)


def select_vintages(language: Language, *, is_today: bool) -> Statement:
    """Select the observations for the series and period of one, known today or on a day."""
    known = alias_table(Observation, "known_observation")
    period = (
        select(col(known.series_id), col(known.period_start), col(known.period_end))
        .where(col(known.code) == bindparam("known"))
        .subquery()
    )
    statement = (
        select_observations(language, is_today=is_today)
        .join(period, col(Observation.series_id) == period.c.series_id)
        .where(
            col(Observation.period_start) == period.c.period_start,
            col(Observation.period_end) == period.c.period_end,
        )
    )
    if not is_today:
        statement = statement.where(col(Observation.vintage) <= bindparam("as_of"))
    return statement


def read_observations(
    connection: Connection, statement: Statement, as_of: date | None = None
) -> list[Record]:
    """Read the observations that a statement of ``select_observations`` selects."""
    rows = fetch_uncached(connection, statement, {"as_of": as_of} if as_of else None)
    return [complete_observation(row) for row in rows]


def complete_observation(row: Record) -> Record:
    """Replace the parts that an observation lacks by None, and derive its revision."""
    row["headline"] = row["headline"] is not None
    for part, key in (("growth", "id"), ("contradiction", "code"), ("revision", "kind")):
        clear_missing(row, part, key)
    if row["growth"] is not None:
        clear_missing(row["growth"], "contradiction")
    if row["revision"] is not None:
        row["revision"]["difference"] = row["value"] - row["revision"]["difference"]
    return convert_validity(row)


def select_observation_rows(
    connection: Connection, filters: parameters.ObservationFilters, columns: tuple[Column, ...]
) -> tuple[StatementBuilder, Record]:
    """Select columns of the matching observations; return the statement and the values it binds."""
    shape, values = split_filters(filters)
    is_early = long_lists.is_early_date(connection, Observation, filters.as_of)
    return plan_rows(columns, shape, is_early=is_early), values


@lru_cache(maxsize=MAX_STATEMENTS)
def plan_rows(
    columns: tuple[Column, ...], shape: FilterShape, *, is_early: bool
) -> StatementBuilder:
    return partial(select_rows, columns, shape, is_early=is_early)


def select_rows(columns: tuple[Column, ...], shape: FilterShape, *, is_early: bool) -> Statement:
    orders = long_lists.list_orders(Observation, walks_series=long_lists.has_series_filter(shape))
    path = long_lists.select_access_path(shape)
    matching = long_lists.select_ids(Observation, shape, path, is_early=is_early).whereclause
    statement = (
        select(*columns)
        .select_from(Observation)
        .outerjoin(Headline, col(Headline.observation_id) == Observation.id)
    )
    # Outer joins keep the planner from starting at a code list, after which it would have to sort.
    as_of: BindParameter[date] | None = bindparam("as_of") if "as_of" in shape else None
    statement = join_rate(join_context(statement), as_of)
    if matching is not None:
        statement = statement.where(matching)
    return SortOrder.from_shape(orders, shape).order_ids(statement)


def count_observations(
    connection: Connection, filters: parameters.ObservationFilters, maximum: int
) -> int:
    shape, values = split_filters(filters)
    is_early = long_lists.is_early_date(connection, Observation, filters.as_of)
    ids = long_lists.select_ids(
        Observation, shape, long_lists.select_access_path(shape), is_early=is_early
    )
    return int(connection.scalar(long_lists.count_bounded(ids, maximum), values) or 0)


def format_line(fields: Sequence[Column]) -> Label[str]:
    """Format fields, quoted by ``quote_field`` where necessary, as a line of CSV.

    SQLite does so in half the time of reading and formatting values.
    """
    return func.printf(",".join(["%s"] * len(fields)), *fields).label("line")


def quote_field(text: Column) -> Column:
    """Quote a text that contains a delimiter (RFC 4180, section 2)."""
    is_delimited = or_(*(func.instr(text, mark) > 0 for mark in CSV_DELIMITERS))
    return case((is_delimited, func.printf('"%s"', func.replace(text, '"', '""'))), else_=text)
