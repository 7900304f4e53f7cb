"""Series: the observations that can be compared, their breaks, and why others cannot join them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache, lru_cache, partial

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, or_, select, tuple_
from sqlmodel import col

from app.db.columns import (
    Column,
    Condition,
    LocalColumns,
    Record,
    Statement,
    alias_table,
    build_current_conditions,
    build_in_array,
    join_dimensions,
    label_period,
)
from app.db.models import Indicator, Observation, Series, SeriesBreak
from app.db.statements import Session, fetch_one, fetch_records, fetch_uncached
from app.enums import StockFlow
from app.i18n import MONTHS, Bilingual, Language, format_span, name_period
from app.parameters import SeriesListParameters
from app.parameters.sdmx import Duration
from app.queries import long_lists
from app.queries.observations import complete_observation, read_observations, select_observations
from app.queries.obstacles import (
    FamilyKey,
    RateKey,
    add_point_obstacles,
    describe_series_obstacles,
    get_family_key,
    get_span,
    list_break_obstacles,
    list_point_rate_obstacles,
    name_earlier,
    read_rates_by_period,
)
from app.queries.pagination import MAX_STATEMENTS, FilterShape, QueryPage, SortOrder, split_filters

PERIOD_ORDER = col(Observation.period_start), col(Observation.period_end)
"""The order of the figures of a series; cumulative totals have the first day in common."""
ORDERS: Mapping[str, Sequence[Column]] = {
    "indicator": (col(Series.id),),
    "code": (col(Series.code),),
}
other_series = alias_table(Series, "other_series")
NOT_COMPARABLE = Bilingual(
    "Not comparable with {periods}: {reason}", "与{periods}数据不可比：{reason}"
)


@cache
def select_series(language: Language) -> Statement:
    columns = LocalColumns(language)
    statement: Statement = (
        select(
            *columns.select_fields(
                Series, "id", "code", "stock_flow", "duration", "months", "first_month"
            ),
            *columns.select_fields(Series, "start", "observations"),
            *columns.select_texts(Series, "note"),
            *columns.select_dimensions(),
            *columns.select_unit(),
            col(Series.first_period_start).label("first_period.start"),
            col(Series.first_period_end).label("first_period.end"),
            col(Series.last_period_start).label("last_period.start"),
            col(Series.last_period_end).label("last_period.end"),
        )
        .select_from(Series)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
    )
    return join_dimensions(statement)


@cache
def select_series_with_vintage(language: Language) -> Statement:
    first = (
        select(func.min(Observation.vintage))
        .where(col(Observation.series_id) == col(Series.id))
        .correlate(Series)
        .scalar_subquery()
    )
    return select_series(language).add_columns(first.label("first_vintage"))


def list_series(session: Session, filters: SeriesListParameters) -> QueryPage:
    shape, values = split_filters(filters)
    page = long_lists.read_long_page(
        session.connection, build_series_plan(session.language, shape), filters, values
    )
    return replace(page, rows=complete_series(session, page.rows))


@lru_cache(maxsize=MAX_STATEMENTS)
def build_series_plan(language: Language, shape: FilterShape) -> long_lists.ListPlan:
    unordered = partial(select_series_ids, shape, long_lists.AccessPath.UNORDERED)
    ordered = partial(select_series_ids, shape, long_lists.select_access_path(shape))
    order = SortOrder.from_shape(ORDERS, shape)
    statement, key = select_series(language), col(Series.id)
    return long_lists.ListPlan(statement, key, unordered, ordered, order, order, may_walk_far=False)


def select_series_ids(shape: FilterShape, path: long_lists.AccessPath) -> Statement:
    return select(col(Series.id)).where(*long_lists.list_series_conditions(shape, path))


def get_series(session: Session, key: str, as_of: date | None = None) -> Record | None:
    """Read a series with its observations that are current, or were current on a day."""
    row = fetch_one(session, select_series_with_vintage, col(Series.code), key)
    if row is None:
        return None
    (record,) = complete_series(session, [row])
    statement = select_points(session.language, is_today=as_of is None)
    points = fetch_records(session.connection, statement, {"series": row["id"], "as_of": as_of})
    record["points"] = [complete_observation(point) for point in points]
    (record,) = add_point_obstacles(session, [record], as_of)
    return record | {"as_of": as_of}


@cache
def select_points(language: Language, *, is_today: bool) -> Statement:
    """Select the observations of a series that are current, or were current on a day."""
    as_of: BindParameter[date] | None = None if is_today else bindparam("as_of")
    return (
        select_observations(language, is_today=is_today)
        .where(
            col(Observation.series_id) == bindparam("series"),
            *build_current_conditions(Observation, as_of),
        )
        .order_by(*PERIOD_ORDER)
    )


def is_shown_first() -> Condition:
    """Select the series that pages show unfolded: full years, or what their indicator measures."""
    is_own = col(Series.stock_flow) == Indicator.stock_flow
    return and_(is_own, or_(col(Series.stock_flow) != StockFlow.FLOW, col(Series.months) == MONTHS))


def read_vintages(session: Session, codes: Sequence[str]) -> Sequence[Record]:
    """Read what every source states in some series, by period and the day it became known."""
    statement = (
        select_observations(session.language)
        .where(col(Series.code).in_(codes))
        .order_by(*PERIOD_ORDER, col(Observation.vintage), col(Observation.code))
    )
    return read_observations(session.connection, statement)


def read_comparability(session: Session) -> dict[str, str]:
    """Say of figures, by key, with which earlier current ones of their series not to compare them.

    Figures that are not current are described as if they were the current ones of their periods.
    """
    rows = fetch_uncached(session.connection, select_series(session.language))
    breaks = read_breaks(session)
    rates = read_rates_by_period(session, rows, None)
    statement = select_observations(session.language).order_by(*PERIOD_ORDER)
    figures = defaultdict(list)
    for figure in read_observations(session.connection, statement):
        figures[figure["series"]].append(figure)
    texts = {}
    for row in rows:
        current = [one for one in figures[row["code"]] if one["current"]]
        for figure in figures[row["code"]]:
            earlier = [one for one in current if get_span(one) < get_span(figure)]
            found = breaks.get(row["code"], [])
            text = describe_comparability(found, rates, earlier, figure, session.language)
            if text is not None:
                texts[figure["id"]] = text
    return texts


def describe_comparability(
    breaks: Sequence[Record],
    rates: Mapping[RateKey, Sequence[Record]],
    earlier_points: Sequence[Record],
    point: Record,
    language: Language,
) -> str | None:
    """Say with which earlier points of its series a point is not comparable, and why; else None."""
    obstacles = [
        name_earlier(obstacle, earlier)
        for earlier in earlier_points
        for obstacle in list_break_obstacles(breaks, earlier, point, language)
    ]
    obstacles += list_point_rate_obstacles(rates, earlier_points, point, language, None)
    periods: dict[str, list[str]] = defaultdict(list)
    for obstacle in obstacles:
        period = obstacle["period"]
        is_cumulative = period["months"] is None
        name = name_period(period["start"], period["end"], is_cumulative=is_cumulative)
        periods[obstacle["text"]].append(name.get(language))
    separator = Bilingual(", ", "、").get(language)
    sentences = (
        NOT_COMPARABLE.get(language).format(periods=separator.join(names), reason=reason)
        for reason, names in periods.items()
    )
    return language.space.join(sentences) or None


def complete_series(session: Session, rows: Sequence[Record]) -> list[Record]:
    breaks = read_breaks(session, [row["code"] for row in rows])
    families = read_families(session, rows)
    return [
        series
        | {
            "breaks": breaks.get(series["code"], []),
            "not_comparable_with": [
                {"series": other["code"], "name": other["name"], "obstacles": obstacles}
                for other in families[get_family_key(series)]
                if (obstacles := describe_series_obstacles(series, other, session.language))
            ],
        }
        for row in rows
        for series in [complete_series_row(row, session.language)]
    ]


def read_families(session: Session, rows: Sequence[Record]) -> Mapping[FamilyKey, list[Record]]:
    families = select(
        col(other_series.indicator_id),
        col(other_series.reporting_area_id),
        col(other_series.counterpart_area_id),
    ).where(col(other_series.id).in_([row["id"] for row in rows]))
    family = tuple_(
        col(Series.indicator_id), col(Series.reporting_area_id), col(Series.counterpart_area_id)
    )
    statement = (
        select_series(session.language).where(family.in_(families)).order_by(col(Series.code))
    )
    found = defaultdict(list)
    for row in fetch_uncached(session.connection, statement):
        found[get_family_key(row)].append(complete_series_row(row, session.language))
    return found


def read_breaks(
    session: Session, series: Collection[str] | None = None
) -> Mapping[str, list[Record]]:
    """Read the breaks of some series or, since few are recorded, of all, by the code of the series.

    Those of each series are in order.
    """
    statement = select_breaks(session.language, of_all=series is None)
    breaks = defaultdict(list)
    for row in fetch_records(session.connection, statement, {"series": sorted(series or ())}):
        breaks[row.pop("series")].append(row)
    return breaks


@cache
def select_breaks(language: Language, *, of_all: bool) -> Statement:
    code, start = col(Series.code), col(SeriesBreak.start)
    statement: Statement = (
        select(
            code.label("series"),
            start.label("start"),
            *LocalColumns(language).select_texts(SeriesBreak, "note"),
        )
        .join(Series, col(Series.id) == SeriesBreak.series_id)
        .order_by(code, start)
    )
    return statement if of_all else statement.where(build_in_array(code, "series"))


def complete_series_row(row: Record, language: Language) -> Record:
    record = {name: value for name, value in row.items() if name not in {"id", "duration"}}
    first = row["start"] or row["first_period"]["start"]
    span = format_span(row["stock_flow"], row["months"], first, language)
    name = (row["indicator"]["name"], row["coverage"]["name"], row["unit"]["name"], span)
    return record | {
        "name": language.comma.join(name),
        "span": span,
        **{
            name: label_series_period(row[name] | {"months": row["months"]}, language)
            for name in ("first_period", "last_period")
        },
    }


def label_series_period(period: Record, language: Language) -> Record | None:
    """Add its label to a period of a series; a series without figures has none."""
    return None if period["start"] is None else period | {"label": label_period(period, language)}


def read_durations(connection: Connection) -> list[Duration]:
    """Read the durations in use, each with its months and first month, or its fixed start."""
    columns = col(Series.duration), col(Series.months), col(Series.first_month), col(Series.start)
    durations = [Duration(*row) for row in connection.execute(select(*columns).distinct())]
    return sorted(durations, key=lambda one: (-(one.months or 0), one.code))
