"""What a seed file may hold: one strict Pydantic model a collection."""

from app.seeding.documents.base import Entity, Listed
from app.seeding.documents.commitments import Action, Outcome, PriorityArea
from app.seeding.documents.figures import (
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
from app.seeding.documents.reference import (
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
    "ENTITIES",
    "Action",
    "Area",
    "Bounds",
    "Break",
    "Entity",
    "Goal",
    "GrowthRate",
    "Indicator",
    "Instrument",
    "Listed",
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
