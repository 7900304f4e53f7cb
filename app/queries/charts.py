"""The series and observations that charts show."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app.db.columns import Record, Statement, build_current_conditions, build_in_array, ignore_order
from app.db.models import Headline, Indicator, Observation, Series
from app.db.statements import Session, fetch_one, fetch_records
from app.i18n import Language
from app.queries.observations import complete_observation, select_observations
from app.queries.obstacles import add_point_obstacles
from app.queries.series import (
    PERIOD_ORDER,
    format_series,
    is_shown_first,
    read_breaks,
    select_series,
)

MAX_SERIES = 6
"""The limit of series in the chart of an indicator; more would be illegible."""
MAX_POINTS_PER_PANEL = 12
"""The limit of points of each series in that chart; older ones are left out."""
MAX_POINTS = 40
"""The limit of points in the chart of a single series; older ones are left out."""


def read_indicator_series(
    session: Session, key: str, limit: int | None = None, points: int | None = None
) -> Record:
    """Read the first series of an indicator with their points.

    The series of the headline comes first, then those of full years or, if the indicator is not
    a flow, all of its kind, then those in the unit of the indicator, the newest first, and the
    longest of those that end on the same day.

    Returns:
        The series that have points, and as ``hidden`` the number of series beyond the limit.
    """
    values = {"key": key, "limit": limit or MAX_SERIES}
    rows = fetch_records(session.connection, select_indicator_series(session.language), values)
    count = max((row.pop("all") for row in rows), default=0)
    series = add_points(session, rows, points or MAX_POINTS_PER_PANEL)
    return {"series": series, "hidden": count - len(rows)}


@cache
def select_indicator_series(language: Language) -> Statement:
    headline_series = (
        select(col(Observation.series_id))
        .join(Headline, col(Headline.observation_id) == Observation.id)
        .where(col(Headline.indicator_id) == Series.indicator_id)
        .correlate(Series)
        .scalar_subquery()
    )
    return (
        select_series(language)
        .add_columns(func.count().over().label("all"))
        .where(col(Indicator.code) == bindparam("key"), col(Series.observations) > 0)
        .order_by(
            (col(Series.id) == func.coalesce(headline_series, 0)).desc(),
            is_shown_first().desc(),
            (col(Series.stock_flow) == Indicator.stock_flow).desc(),
            (col(Series.unit_id) == Indicator.unit_id).desc(),
            col(Series.last_period_end).desc(),
            col(Series.observations).desc(),
            col(Series.code),
        )
        .limit(bindparam("limit"))
    )


def read_series(session: Session, key: str) -> Record | None:
    row = fetch_one(session, select_series, col(Series.code), key)
    return row and add_points(session, [row], MAX_POINTS)[0]


def add_points(session: Session, rows: Sequence[Record], limit: int) -> list[Record]:
    """Add their breaks and their latest points, the oldest first, to selected series.

    Each point contains why it is not comparable with earlier ones.
    """
    values = {"series": [row["id"] for row in rows], "limit": limit}
    points: dict[str, list[Record]] = defaultdict(list)
    for row in fetch_records(session.connection, select_latest_points(session.language), values):
        point = complete_observation(row)
        points[point["series"]].append(point)
    breaks = read_breaks(session, [row["code"] for row in rows])
    series = [
        {
            **format_series(row, session.language),
            "breaks": breaks.get(row["code"], []),
            "points": points[row["code"]],
            "hidden": row["observations"] - len(points[row["code"]]),
        }
        for row in rows
    ]
    return add_point_obstacles(session, series)


@cache
def select_latest_points(language: Language) -> Statement:
    """Select the latest observations of each of some series, up to a number."""
    rank = func.row_number().over(
        partition_by=col(Observation.series_id), order_by=[one.desc() for one in PERIOD_ORDER]
    )
    is_of_series = build_in_array(col(Observation.series_id), "series")
    ranked = (
        select(col(Observation.id), rank.label("rank"))
        .where(is_of_series, *build_current_conditions(Observation, None))
        .subquery()
    )
    latest = select(ranked.c.id).where(ranked.c.rank <= bindparam("limit"))
    return (
        select_observations(language)
        .where(col(Observation.id).in_(latest))
        .order_by(*map(ignore_order, PERIOD_ORDER))
    )
