"""The keys of each collection: held where they are few, looked up where they are many."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

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


@dataclass(frozen=True)
class Keys:
    """The keys of one collection."""

    database: Database
    column: ColumnElement[Any]
    held: tuple[str, ...] | None
    """All of them, or none where they are too many to hold."""

    def __contains__(self, key: str) -> bool:
        """Tell whether there is such a key."""
        if self.held is not None:
            return key in self.held
        statement = select(self.column).where(self.column == key)
        return self.database.read(
            lambda connection: connection.execute(statement).first() is not None
        )

    def near(self, key: str) -> tuple[str, ...]:
        """Give all keys, or those around a key where there are too many."""
        if self.held is not None:
            return self.held
        after = select(self.column).where(self.column >= key).order_by(self.column)
        before = select(self.column).where(self.column < key).order_by(self.column.desc())

        def reading(connection: Connection) -> tuple[str, ...]:
            found = connection.execute(before.limit(NEIGHBOURS)).scalars().all()[::-1]
            return (*found, *connection.execute(after.limit(NEIGHBOURS)).scalars())

        return self.database.read(reading)


def all_keys(database: Database, connection: Connection) -> dict[str, Keys]:
    """Read the keys of every collection that are few enough to hold."""
    return {name: keys_of(database, connection, column) for name, column in COLLECTIONS.items()}


def keys_of(database: Database, connection: Connection, column: ColumnElement[Any]) -> Keys:
    """Read the keys of a collection if they are few enough to hold."""
    statement = select(column).distinct().order_by(column).limit(HELD + 1)
    found = tuple(connection.execute(statement).scalars())
    return Keys(database, column, found if len(found) <= HELD else None)
