"""What a picture of an indicator or of one series is drawn from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from app.db.columns import Record, ignore_order
from app.db.models import Indicator, Observation, Series
from app.db.statements import fetch_one, fetch_uncached
from app.i18n import Language
from app.queries.observations import read_observations, select_observations
from app.queries.series import read_breaks, select_series, to_record
from app.queries.vintages import current_conditions

Group: Any = Series
Measured: Any = Indicator
Figure: Any = Observation

MAX_SERIES = 6
"""How many series of an indicator are drawn; a picture with more could not be read."""
MAX_POINTS_PER_PANEL = 12
"""How many figures of each of them are drawn: the newest."""
MAX_POINTS = 40
"""How many figures of a series are drawn that has a picture of its own: the newest."""


def read_indicator_series(connection: Connection, language: Language, key: str) -> Record:
    """Read the first series of an indicator with their figures, and how many more there are."""
    statement = select_series(language).add_columns(func.count().over().label("all"))
    statement = statement.where(Measured.code == key).order_by(Group.id).limit(MAX_SERIES)
    rows = fetch_uncached(connection, statement)
    number = max((row.pop("all") for row in rows), default=0)
    shown = add_points(connection, language, rows, MAX_POINTS_PER_PANEL)
    return {"series": [one for one in shown if one["points"]], "hidden": number - len(rows)}


def read_series(connection: Connection, language: Language, key: str) -> Record | None:
    """Read one series with its newest figures."""
    found = fetch_one(connection, select_series(language), Group.code, key)
    return found and add_points(connection, language, [found], MAX_POINTS)[0]


def add_points(
    connection: Connection, language: Language, rows: Sequence[Record], most: int
) -> list[Record]:
    """Complete selected series with their breaks and their newest figures, the oldest first."""
    numbers = [row["id"] for row in rows]
    place = func.row_number().over(
        partition_by=Figure.series_id, order_by=Figure.period_start.desc()
    )
    holding = (Figure.series_id.in_(numbers), *current_conditions(Observation, None))
    ranked = select(Figure.id.label("id"), place.label("place")).where(*holding).subquery()
    newest = select(ranked.c.id).where(ranked.c.place <= most)
    statement = select_observations(language).where(Figure.id.in_(newest))
    statement = statement.order_by(ignore_order(Figure.period_start))
    points: dict[str, list[Record]] = defaultdict(list)
    for point in read_observations(connection, language, statement):
        points[point["series"]].append(point)
    breaks = read_breaks(connection, language, numbers)
    return [
        to_record(row, language)
        | {
            "breaks": breaks.get(row["id"], []),
            "points": points[row["code"]],
            "hidden": row["observations"] - len(points[row["code"]]),
        }
        for row in rows
    ]
