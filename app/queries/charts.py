"""What a picture of an indicator or of one series is drawn from."""

from typing import Any

from sqlalchemy import Connection, func, select

from app.models import Indicator, Observation, Series
from app.queries.columns import Record
from app.queries.observations import observation_statement, read
from app.queries.prepared import keyed
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
    own = Measured.code == key
    statement = series_statement(language).where(own).order_by(Group.id).limit(MOST_SERIES)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    counted = (
        select(func.count()).select_from(Series).join(Indicator, Measured.id == Group.indicator_id)
    )
    number = connection.execute(counted.where(own)).scalar_one()
    shown = [with_points(connection, language, row, MOST_BESIDE) for row in rows]
    return {"series": [one for one in shown if one["points"]], "hidden": number - len(rows)}


def drawn_series(connection: Connection, language: Language, key: str) -> Record | None:
    """Read one series with its newest figures."""
    found = connection.execute(keyed(series_statement(language), Group.code), {"key": key})
    row = found.mappings().first()
    return None if row is None else with_points(connection, language, dict(row), MOST_ALONE)


def with_points(connection: Connection, language: Language, row: Record, most: int) -> Record:
    """Complete a selected series with its breaks and its newest figures, the oldest first."""
    number = row["id"]
    statement = observation_statement(language)
    statement = statement.where(Figure.series_id == number, *current(Observation, None))
    newest = statement.order_by(Figure.period_start.desc()).limit(most)
    points = read(connection, language, newest)[::-1]
    breaks = breaks_of(connection, language, [number]).get(number, [])
    hidden = row["observations"] - len(points)
    return told(row, language) | {"breaks": breaks, "points": points, "hidden": hidden}
