"""What a database holds: its release, the known keys, and the overview of it all."""

from typing import Any

from sqlalchemy import Connection, String, literal, select, union_all
from sqlalchemy import cast as sql_cast

from app.models import (
    Action,
    Area,
    GrowthRate,
    Headline,
    Indicator,
    Instrument,
    Observation,
    Outcome,
    PriorityArea,
    Release,
    ReleaseEntry,
    Report,
    Sector,
    Series,
    Source,
    Topic,
    Unit,
)
from app.queries.columns import Record
from app.queries.commitments import actions_of, newest_priority_areas, with_actions
from app.queries.indicators import ORDERS, indicator_statement, with_headlines
from app.queries.links import links
from app.text import Language

COLLECTIONS: dict[str, Any] = {
    "topics": Topic.code,
    "areas": Area.code,
    "units": Unit.code,
    "sectors": Sector.code,
    "instruments": Instrument.code,
    "sources": Source.code,
    "indicators": Indicator.code,
    "series": Series.code,
    "observations": Observation.code,
    "growth_rates": GrowthRate.code,
    "reports": Report.code,
    "releases": ReleaseEntry.code,
    "outcomes": Outcome.code,
    "actions": Action.code,
    "priority_areas": PriorityArea.slug,
}


def release(connection: Connection) -> Record:
    """Read the release row."""
    table: Any = Release
    return dict(connection.execute(select(*table.__table__.columns)).mappings().one())


def codes(connection: Connection) -> dict[str, tuple[str, ...]]:
    """Read the keys of every collection, so that filters can be checked and names suggested."""
    selects = [
        select(literal(name).label("collection"), sql_cast(column, String).label("code")).distinct()
        for name, column in COLLECTIONS.items()
    ]
    found: dict[str, list[str]] = {name: [] for name in COLLECTIONS}
    for name, code in connection.execute(union_all(*selects).order_by("collection", "code")):
        found[name].append(code)
    return {name: tuple(keys) for name, keys in found.items()}


def overview(connection: Connection, language: Language) -> Record:
    """Read the indicators that have a headline, and the newest priority areas."""
    told: Any = Headline
    statement = indicator_statement(language).where(told.observation_id.is_not(None))
    statement = statement.order_by(*ORDERS["position"])
    figures = [dict(row) for row in connection.execute(statement).mappings()]
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
