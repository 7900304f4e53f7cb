"""What a database holds: its release, and the overview of it all."""

from typing import Any

from sqlalchemy import Connection, select

from app.models import Headline, Release
from app.queries.columns import Record
from app.queries.commitments import actions_of, newest_priority_areas, with_actions
from app.queries.indicators import ORDERS, indicator_statement, with_headlines
from app.queries.links import links
from app.queries.prepared import once
from app.text import Language


def release(connection: Connection) -> Record:
    """Read the release row."""
    table: Any = Release
    return dict(connection.execute(select(*table.__table__.columns)).mappings().one())


def overview(connection: Connection, language: Language) -> Record:
    """Read the indicators that have a headline, and the newest priority areas."""
    told: Any = Headline
    statement = indicator_statement(language).where(told.observation_id.is_not(None))
    statement = statement.order_by(*ORDERS["position"])
    figures = once(connection, statement)
    areas = newest_priority_areas(connection, language)
    steps = actions_of(connection, language, [area["code"] for area in areas])
    owners = {
        "indicator": [row["code"] for row in figures],
        "priority_area": [area["code"] for area in areas],
        "action": [step["id"] for step in steps],
    }
    linked = links(connection, language, owners)
    return {
        "indicators": with_headlines(connection, language, figures, linked),
        "priority_areas": with_actions(areas, steps, language, linked),
    }
