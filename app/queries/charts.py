"""What a picture of an indicator or of one series is drawn from."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from app.models import Indicator, Observation, Series
from app.queries.columns import Record, resorted
from app.queries.observations import observation_statement, read
from app.queries.prepared import once, one
from app.queries.series import breaks_of, series_statement, told
from app.queries.vintages import current
from app.text import Language

Group: Any = Series
Measured: Any = Indicator
Figure: Any = Observation

MOST_SERIES = 6
"""How many series of an indicator are drawn; a picture with more could not be read."""
MOST_BESIDE = 12
"""How many figures of each of them are drawn: the newest."""
MOST_ALONE = 40
"""How many figures of a series are drawn that has a picture of its own: the newest."""


def series_of_indicator(connection: Connection, language: Language, key: str) -> Record:
    """Read the first series of an indicator with their figures, and how many more there are."""
    statement = series_statement(language).add_columns(func.count().over().label("all"))
    statement = statement.where(Measured.code == key).order_by(Group.id).limit(MOST_SERIES)
    rows = once(connection, statement)
    number = max((row.pop("all") for row in rows), default=0)
    shown = with_points(connection, language, rows, MOST_BESIDE)
    return {"series": [one for one in shown if one["points"]], "hidden": number - len(rows)}


def drawn_series(connection: Connection, language: Language, key: str) -> Record | None:
    """Read one series with its newest figures."""
    found = one(connection, series_statement(language), Group.code, key)
    return found and with_points(connection, language, [found], MOST_ALONE)[0]


def with_points(
    connection: Connection, language: Language, rows: Sequence[Record], most: int
) -> list[Record]:
    """Complete selected series with their breaks and their newest figures, the oldest first."""
    numbers = [row["id"] for row in rows]
    place = func.row_number().over(
        partition_by=Figure.series_id, order_by=Figure.period_start.desc()
    )
    holding = (Figure.series_id.in_(numbers), *current(Observation, None))
    ranked = select(Figure.id.label("id"), place.label("place")).where(*holding).subquery()
    newest = select(ranked.c.id).where(ranked.c.place <= most)
    statement = observation_statement(language).where(Figure.id.in_(newest))
    statement = statement.order_by(resorted(Figure.period_start))
    points: dict[str, list[Record]] = defaultdict(list)
    for point in read(connection, language, statement):
        points[point["series"]].append(point)
    breaks = breaks_of(connection, language, numbers)
    return [
        told(row, language)
        | {
            "breaks": breaks.get(row["id"], []),
            "points": points[row["code"]],
            "hidden": row["observations"] - len(points[row["code"]]),
        }
        for row in rows
    ]
