"""The keys of each collection: held where they are few, looked up where they are many."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from app.database import Database
from app.models import (
    Action,
    Area,
    GrowthRate,
    Indicator,
    Instrument,
    Observation,
    Outcome,
    PriorityArea,
    ReleaseEntry,
    Report,
    Sector,
    Series,
    Source,
    Topic,
    Unit,
)
from app.queries.prepared import scalars

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
HELD = 1000
NEIGHBOURS = 20
LONGEST = 200
"""No key is longer."""
REMEMBERED = 1024


class Keys:
    """The keys of one collection.

    What is looked up is remembered, so that it is waited for once: by the thread that reads for a
    request, and not by the framework after it, which checks the same keys to tell what is wrong.
    """

    def __init__(
        self, database: Database, column: ColumnElement[Any], held: tuple[str, ...] | None
    ) -> None:
        self.held = held
        """All of them, or none where they are too many to hold."""
        asked: Any = bindparam("key")
        keys = select(column).limit(NEIGHBOURS)
        self.same = keys.where(column == asked)
        self.before = keys.where(column < asked).order_by(column.desc())
        self.after = keys.where(column >= asked).order_by(column)
        self.database = database
        self.looked_up = lru_cache(maxsize=REMEMBERED)(self.look_up)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is such a key."""
        if self.held is not None:
            return key in self.held
        return len(key) <= LONGEST and bool(self.looked_up(key, self.same))

    def near(self, key: str) -> tuple[str, ...]:
        """Give all keys, or those around a key where there are too many."""
        if self.held is not None:
            return self.held
        before, after = (
            self.looked_up(key[:LONGEST], statement) for statement in (self.before, self.after)
        )
        return *before[::-1], *after

    def look_up(self, key: str, statement: Select[Any]) -> tuple[str, ...]:
        """Read the keys that a statement finds for one."""
        return self.database.read(
            lambda connection: tuple(scalars(connection, statement, {"key": key}))
        )


def all_keys(database: Database, connection: Connection) -> dict[str, Keys]:
    """Read the keys of every collection that are few enough to hold."""
    return {name: keys_of(database, connection, column) for name, column in COLLECTIONS.items()}


def keys_of(database: Database, connection: Connection, column: ColumnElement[Any]) -> Keys:
    """Read the keys of a collection if they are few enough to hold."""
    statement = select(column).distinct().order_by(column).limit(HELD + 1)
    found = tuple(connection.execute(statement).scalars())
    return Keys(database, column, found if len(found) <= HELD else None)
