"""Turn a valid seed into table rows, in an order and with keys that the seed alone decides."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlmodel import SQLModel

from app import models
from app.seeding import documents
from app.seeding.documents import Entity
from app.seeding.fields import SuffixText, Text
from app.seeding.rivals import headlines
from app.seeding.validation import Seed

Rows = Iterator[tuple[type[SQLModel], dict[str, Any]]]

TABLES: dict[type[Entity], type[SQLModel]] = {
    documents.Source: models.Source,
    documents.Topic: models.Topic,
    documents.Area: models.Area,
    documents.Unit: models.Unit,
    documents.Sector: models.Sector,
    documents.Instrument: models.Instrument,
    documents.Indicator: models.Indicator,
    documents.Series: models.Series,
    documents.Observation: models.Observation,
    documents.Report: models.Report,
    documents.Outcome: models.Outcome,
    documents.PriorityArea: models.PriorityArea,
    documents.Action: models.Action,
}

TARGETS: dict[str, type[Entity]] = {
    "topic": documents.Topic,
    "unit": documents.Unit,
    "reporting_area": documents.Area,
    "counterpart_area": documents.Area,
    "indicator": documents.Indicator,
    "series": documents.Series,
    "observation": documents.Observation,
    "priority_area": documents.PriorityArea,
    "source": documents.Source,
}
"""The fields that become foreign keys."""

Links = dict[str, tuple[type[SQLModel], type[Entity], str]]
"""List fields: the link table, what they name, and the column for it."""

LINKED: tuple[tuple[type[Entity], str, Links], ...] = (
    (
        documents.Indicator,
        "indicator_id",
        {
            "sectors": (models.IndicatorSector, documents.Sector, "sector_id"),
            "instruments": (models.IndicatorInstrument, documents.Instrument, "instrument_id"),
        },
    ),
    (
        documents.Outcome,
        "outcome_id",
        {
            "sectors": (models.OutcomeSector, documents.Sector, "sector_id"),
            "instruments": (models.OutcomeInstrument, documents.Instrument, "instrument_id"),
            "areas": (models.OutcomeArea, documents.Area, "area_id"),
            "indicators": (models.OutcomeIndicator, documents.Indicator, "indicator_id"),
        },
    ),
    (
        documents.PriorityArea,
        "priority_area_id",
        {"baseline_indicators": (models.Baseline, documents.Indicator, "indicator_id")},
    ),
    (
        documents.Action,
        "action_id",
        {
            "sectors": (models.ActionSector, documents.Sector, "sector_id"),
            "instruments": (models.ActionInstrument, documents.Instrument, "instrument_id"),
            "areas": (models.ActionArea, documents.Area, "area_id"),
            "topics": (models.ActionTopic, documents.Topic, "topic_id"),
        },
    ),
)
"""The entities with list fields, and the column of the link tables for them."""

LINKS: dict[tuple[type[Entity], str], tuple[type[SQLModel], str, type[Entity], str]] = {
    (owner, field): (table, owner_column, target, target_column)
    for owner, owner_column, fields in LINKED
    for field, (table, target, target_column) in fields.items()
}
"""The list fields that become rows of a link table."""


def rows(seed: Seed, seed_hash: str, schema_revision: str) -> Rows:
    """Give every row of the database, a referenced row before those that refer to it."""
    ids = {
        kind: {key: number for number, key in enumerate(sorted(seed.all(kind)), start=1)}
        for kind in TABLES
    }
    yield models.Release, release(seed, seed_hash, schema_revision)
    for kind, table in TABLES.items():
        for key, number in ids[kind].items():
            entity = seed.all(kind)[key]
            yield table, {"id": number, "code": key, **columns(entity, ids), **extras(seed, entity)}
    for (owner, field), (table, owner_column, target, target_column) in LINKS.items():
        for key, number in ids[owner].items():
            for other in sorted(getattr(seed.all(owner)[key], field)):
                link = {owner_column: number, target_column: ids[target][other]}
                yield table, link | ({"editorial": True} if table is models.Baseline else {})
    for indicator, observation in headlines(seed).items():
        yield (
            models.Headline,
            {
                "indicator_id": ids[documents.Indicator][indicator],
                "observation_id": ids[documents.Observation][observation],
            },
        )


def release(seed: Seed, seed_hash: str, schema_revision: str) -> dict[str, Any]:
    """Describe the release: the newest release file, and how much the seed holds."""
    newest = max(seed.all(documents.Release).values(), key=lambda entity: entity.date)
    counts = Counter(kind.collection.replace("-", "_") for kind, _ in seed.documents)
    return {
        "id": 1,
        "seed_hash": seed_hash,
        "schema_revision": schema_revision,
        "released_on": newest.date,
        "note_en": newest.note.en,
        "note_zh": newest.note.zh,
        "counts": {name: counts[name] for name in sorted(counts) if name != "releases"},
    }


def columns(entity: Entity, ids: dict[type[Entity], dict[str, int]]) -> dict[str, Any]:
    """Turn fields into columns: texts in two, references into foreign keys, lists left out."""
    values: dict[str, Any] = {}
    for name, annotation in type(entity).model_fields.items():
        value = getattr(entity, name)
        if name in TARGETS:
            values[f"{name}_id"] = ids[TARGETS[name]][value]
        elif isinstance(value, Text | SuffixText):
            values |= {f"{name}_en": value.en, f"{name}_zh": value.zh}
        elif value is None and Text in getattr(annotation.annotation, "__args__", ()):
            values |= {f"{name}_en": None, f"{name}_zh": None}
        elif not isinstance(value, list):
            values[name] = value
    return values


def extras(seed: Seed, entity: Entity) -> dict[str, Any]:
    """Flatten what is nested in the seed; the nested field itself is dropped on loading."""
    match entity:
        case documents.Observation():
            return {
                "period_start": entity.period.start,
                "period_end": entity.period.end,
                "published_value": entity.published.value,
                "multiplier": entity.published.multiplier,
                "decimals": entity.published.decimals,
                "lower_bound": entity.bounds.lower,
                "upper_bound": entity.bounds.upper,
                "growth": entity.growth.value if entity.growth else None,
                "vintage": vintage(seed, entity.source),
            }
        case documents.Source():
            return {
                **texts("speaker", entity.speaker.name if entity.speaker else None),
                **texts("speaker_title", entity.speaker.title if entity.speaker else None),
                **texts("goal", entity.goal.text if entity.goal else None),
                "goal_locator": entity.goal.locator if entity.goal else None,
            }
        case _:
            return {}


def texts(name: str, text: Text | None) -> dict[str, str | None]:
    """Spread a text over its two columns."""
    return {f"{name}_en": text.en if text else None, f"{name}_zh": text.zh if text else None}


def vintage(seed: Seed, source: str) -> date:
    """Date a figure by the day on which its source was published."""
    return seed.all(documents.Source)[source].published_on
