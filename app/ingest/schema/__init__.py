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
    GrowthRate,
    Indicator,
    Observation,
    Period,
    Report,
    Series,
)
from app.ingest.schema.reference import Area, Instrument, Release, Sector, Source, Topic, Unit

ENTITIES: tuple[type[Entity], ...] = (
    *(Release, Source, Topic, Area, Unit, Sector, Instrument, Indicator, Series),
    *(Observation, GrowthRate, Report, Outcome, PriorityArea, Action),
)
"""All collections, ordered so that each refers only to those before it."""
