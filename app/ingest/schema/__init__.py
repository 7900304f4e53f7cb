"""What a seed file may hold: one strict Pydantic model a collection."""

from app.ingest.schema.base import CodeListEntity, Entity
from app.ingest.schema.commitments import Action, Outcome, PriorityArea
from app.ingest.schema.observations import (
    Bounds,
    Break,
    GrowthRate,
    Indicator,
    Observation,
    Period,
    Published,
    Report,
    Series,
)
from app.ingest.schema.reference import (
    Area,
    Goal,
    Instrument,
    Release,
    Sector,
    Source,
    Speaker,
    Topic,
    Unit,
)

__all__ = [
    "Action",
    "Area",
    "Bounds",
    "Break",
    "CodeListEntity",
    "Entity",
    "Goal",
    "GrowthRate",
    "Indicator",
    "Instrument",
    "Observation",
    "Outcome",
    "Period",
    "PriorityArea",
    "Published",
    "Release",
    "Report",
    "Sector",
    "Series",
    "Source",
    "Speaker",
    "Topic",
    "Unit",
]

ENTITIES: tuple[type[Entity], ...] = (
    Release,
    Source,
    Topic,
    Area,
    Unit,
    Sector,
    Instrument,
    Indicator,
    Series,
    Observation,
    GrowthRate,
    Report,
    Outcome,
    PriorityArea,
    Action,
)
"""Every collection, in an order in which references point backwards only."""
