"""What a database holds: its release, and the overview of it all."""

from typing import Any

from sqlalchemy import Connection, select

from app.db.columns import Record
from app.db.models import Headline, Release
from app.db.statements import fetch_uncached
from app.i18n import Language
from app.queries.commitments import add_actions, list_newest_priority_areas, read_actions
from app.queries.indicators import ORDERS, add_headlines, select_indicators
from app.queries.links import read_links


def read_release(connection: Connection) -> Record:
    """Read the release row."""
    table: Any = Release
    return dict(connection.execute(select(*table.__table__.columns)).mappings().one())


def read_overview(connection: Connection, language: Language) -> Record:
    """Read the indicators that have a headline, and the newest priority areas."""
    told: Any = Headline
    statement = select_indicators(language).where(told.observation_id.is_not(None))
    statement = statement.order_by(*ORDERS["position"])
    figures = fetch_uncached(connection, statement)
    areas = list_newest_priority_areas(connection, language)
    steps = read_actions(connection, language, [area["code"] for area in areas])
    owners = {
        "indicator": [row["code"] for row in figures],
        "priority_area": [area["code"] for area in areas],
        "action": [step["id"] for step in steps],
    }
    linked = read_links(connection, language, owners)
    return {
        "indicators": add_headlines(connection, language, figures, linked),
        "priority_areas": add_actions(areas, steps, language, linked),
    }
