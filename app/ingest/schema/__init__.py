"""The schema of the seed files: one strict Pydantic model per collection."""

import json
from pathlib import Path

from pydantic.json_schema import GenerateJsonSchema

from app.ingest.schema.base import (
    CodeListEntity,
    Entity,
    Quantity,
    Ref,
    find_submodel,
    list_paths,
    list_references,
)
from app.ingest.schema.commitments import (
    Action,
    Commitment,
    Edition,
    LaterReport,
    Outcome,
    PriorityArea,
    Progress,
)
from app.ingest.schema.records import (
    Contradiction,
    ContradictoryStatement,
    Figure,
    GrowthRate,
    Indicator,
    Observation,
    Period,
    RelatedDataset,
    Report,
    Series,
    Synonym,
)
from app.ingest.schema.reference import (
    Area,
    Coverage,
    Event,
    Instrument,
    Passage,
    Release,
    Sector,
    Source,
    Topic,
    Unit,
)
from app.ingest.schema.tables import SeriesTable

ENTITIES: tuple[type[Entity], ...] = (
    *(Release, Event, Source, Topic, Area, Coverage, Unit, Sector, Instrument, Indicator),
    *(RelatedDataset, Contradiction, Series, Observation, GrowthRate, Report, Edition),
    *(Outcome, PriorityArea, Action, Progress, Commitment, Synonym),
)
"""All collections, ordered so that each refers only to those before it."""

FILE_KINDS: tuple[type[Entity], ...] = (*ENTITIES, SeriesTable)
"""What a seed file contains: one record, or a table of the records of a series."""

RECORD_KINDS = tuple(kind for kind in ENTITIES if kind not in {Release, Synonym})
"""The collections whose records are served, and compared between releases."""


def write_schemas(folder: Path) -> None:
    """Write one schema per kind of file into the hidden folder .schemas of a seed folder."""
    schemas = folder / ".schemas"
    schemas.mkdir(exist_ok=True)
    for kind in FILE_KINDS:
        name = get_singular_name(kind)
        content = kind.model_json_schema(mode="validation") | {"title": name}
        schema = {"$schema": GenerateJsonSchema.schema_dialect, **content}
        text = json.dumps(schema, ensure_ascii=False, indent=2)
        (schemas / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def get_singular_name(kind: type[Entity]) -> str:
    """Return the name of one entity of a collection: priority-area, series."""
    name = kind.collection
    return name if name in {"series", "progress"} else name.removesuffix("s")
