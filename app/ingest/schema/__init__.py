"""The schema of the seed files: one strict Pydantic model per collection."""

from app.ingest.schema.base import (
    CodeListEntity,
    Entity,
    Ref,
    find_submodel,
    list_paths,
    list_references,
)
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
    "Ref",
    "Release",
    "Report",
    "Sector",
    "Series",
    "Source",
    "Speaker",
    "Topic",
    "Unit",
    "find_submodel",
    "list_paths",
    "list_references",
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
"""All collections, ordered so that each refers only to those before it."""
