"""The keys of each collection: held where they are few, looked up where they are many."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from app.db import Database
from app.db.models import (
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
from app.db.statements import fetch_scalars

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
MAX_CACHED = 1000
MAX_NEIGHBOURS = 20
MAX_KEY_LENGTH = 200
"""No key is longer."""
MAX_LOOKUPS = 1024


class CollectionKeys:
    """The keys of one collection.

    What is looked up is remembered, so that it is waited for once: by the thread that reads for a
    request, and not by the framework after it, which checks the same keys to tell what is wrong.
    """

    def __init__(
        self, database: Database, column: ColumnElement[Any], held: tuple[str, ...] | None
    ) -> None:
        self.cached_keys = held
        """All of them, or none where they are too many to hold."""
        asked: Any = bindparam("key")
        keys = select(column).limit(MAX_NEIGHBOURS)
        self.same = keys.where(column == asked)
        self.before = keys.where(column < asked).order_by(column.desc())
        self.after = keys.where(column >= asked).order_by(column)
        self.database = database
        self.looked_up = lru_cache(maxsize=MAX_LOOKUPS)(self.read_keys)

    def __contains__(self, key: str) -> bool:
        """Tell whether there is such a key."""
        if self.cached_keys is not None:
            return key in self.cached_keys
        return len(key) <= MAX_KEY_LENGTH and bool(self.looked_up(key, self.same))

    def nearest_keys(self, key: str) -> tuple[str, ...]:
        """Give all keys, or those around a key where there are too many."""
        if self.cached_keys is not None:
            return self.cached_keys
        before, after = (
            self.looked_up(key[:MAX_KEY_LENGTH], statement)
            for statement in (self.before, self.after)
        )
        return *before[::-1], *after

    def read_keys(self, key: str, statement: Select[Any]) -> tuple[str, ...]:
        """Read the keys that a statement finds for one."""
        return self.database.read(
            lambda connection: tuple(fetch_scalars(connection, statement, {"key": key}))
        )


def read_all_keys(database: Database, connection: Connection) -> dict[str, CollectionKeys]:
    """Read the keys of every collection that are few enough to hold."""
    return {
        name: read_collection_keys(database, connection, column)
        for name, column in COLLECTIONS.items()
    }


def read_collection_keys(
    database: Database, connection: Connection, column: ColumnElement[Any]
) -> CollectionKeys:
    """Read the keys of a collection if they are few enough to hold."""
    statement = select(column).distinct().order_by(column).limit(MAX_CACHED + 1)
    found = tuple(connection.execute(statement).scalars())
    return CollectionKeys(database, column, found if len(found) <= MAX_CACHED else None)
