"""Turn a valid seed into table rows, in an order and with keys that the seed alone decides."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlmodel import SQLModel

from app.db import models
from app.ingest import schema
from app.ingest.changelog import build_change_rows
from app.ingest.releases import list_releases
from app.ingest.schema import Entity
from app.ingest.schema.fields import BilingualSuffix, BilingualText
from app.ingest.uniqueness import select_headlines
from app.ingest.validation import Seed
from app.ingest.vintages import Vintage, assign_vintages, describe_revision

Ids = dict[type[Entity], dict[str, int]]
Rows = Iterator[tuple[type[SQLModel], dict[str, Any]]]

TABLES: dict[type[Entity], type[SQLModel]] = {
    schema.Source: models.Source,
    schema.Topic: models.Topic,
    schema.Area: models.Area,
    schema.Unit: models.Unit,
    schema.Sector: models.Sector,
    schema.Instrument: models.Instrument,
    schema.Indicator: models.Indicator,
    schema.Series: models.Series,
    schema.Observation: models.Observation,
    schema.GrowthRate: models.GrowthRate,
    schema.Report: models.Report,
    schema.Outcome: models.Outcome,
    schema.PriorityArea: models.PriorityArea,
    schema.Action: models.Action,
}

TARGETS: dict[str, type[Entity]] = {
    "topic": schema.Topic,
    "unit": schema.Unit,
    "reporting_area": schema.Area,
    "counterpart_area": schema.Area,
    "indicator": schema.Indicator,
    "series": schema.Series,
    "observation": schema.Observation,
    "priority_area": schema.PriorityArea,
    "source": schema.Source,
}
"""The fields that become foreign keys."""

Links = dict[str, tuple[type[SQLModel], type[Entity], str]]
"""List fields: the link table, what they name, and the column for it."""

LINKED_FIELDS: tuple[tuple[type[Entity], str, Links], ...] = (
    (
        schema.Indicator,
        "indicator_id",
        {
            "sectors": (models.IndicatorSector, schema.Sector, "sector_id"),
            "instruments": (models.IndicatorInstrument, schema.Instrument, "instrument_id"),
        },
    ),
    (
        schema.Outcome,
        "outcome_id",
        {
            "sectors": (models.OutcomeSector, schema.Sector, "sector_id"),
            "instruments": (models.OutcomeInstrument, schema.Instrument, "instrument_id"),
            "areas": (models.OutcomeArea, schema.Area, "area_id"),
            "indicators": (models.OutcomeIndicator, schema.Indicator, "indicator_id"),
        },
    ),
    (
        schema.PriorityArea,
        "priority_area_id",
        {"baseline_indicators": (models.Baseline, schema.Indicator, "indicator_id")},
    ),
    (
        schema.Action,
        "action_id",
        {
            "sectors": (models.ActionSector, schema.Sector, "sector_id"),
            "instruments": (models.ActionInstrument, schema.Instrument, "instrument_id"),
            "areas": (models.ActionArea, schema.Area, "area_id"),
            "topics": (models.ActionTopic, schema.Topic, "topic_id"),
        },
    ),
)
"""The entities with list fields, and the column of the link tables for them."""

LINKS: dict[tuple[type[Entity], str], tuple[type[SQLModel], str, type[Entity], str]] = {
    (owner, field): (table, owner_column, target, target_column)
    for owner, owner_column, fields in LINKED_FIELDS
    for field, (table, target, target_column) in fields.items()
}
"""The list fields that become rows of a link table."""


def build_rows(seed: Seed, seed_hash: str, schema_revision: str) -> Rows:
    """Give every row of the database, a referenced row before those that refer to it."""
    ids = assign_ids(seed)
    yield models.Release, build_release_row(seed, seed_hash, schema_revision)
    for kind, table in TABLES.items():
        more = build_details(seed, kind, ids)
        for key in sorted(seed.get_all(kind), key=lambda key: more[key].get("vintage", date.min)):
            own = {"id": ids[kind][key], "code": key}
            yield table, {**own, **build_columns(seed.get_all(kind)[key], ids), **more[key]}
    yield from build_break_rows(seed, ids[schema.Series])
    for (owner, field), (table, owner_column, target, target_column) in LINKS.items():
        for key, number in ids[owner].items():
            for other in sorted(getattr(seed.get_all(owner)[key], field)):
                link = {owner_column: number, target_column: ids[target][other]}
                yield table, link | ({"editorial": True} if table is models.Baseline else {})
    for indicator, observation in select_headlines(seed).items():
        yield (
            models.Headline,
            {
                "indicator_id": ids[schema.Indicator][indicator],
                "observation_id": ids[schema.Observation][observation],
            },
        )
    yield from build_change_rows(seed)


def assign_ids(seed: Seed) -> Ids:
    """Number the records of each collection in the order of their keys.

    Series are numbered by their indicator's position first, and figures by series and period, so
    that rows that are read together lie together.
    """
    orders: dict[type[Entity], Callable[[str], Any]] = {
        schema.Series: lambda key: (indicator_position(seed, key), key),
        schema.Observation: lambda key: sort_key(seed, seed.get_all(schema.Observation)[key]),
        schema.GrowthRate: lambda key: sort_key(seed, seed.get_all(schema.GrowthRate)[key]),
    }
    return {
        kind: {
            key: number
            for number, key in enumerate(sorted(seed.get_all(kind), key=orders.get(kind)), start=1)
        }
        for kind in TABLES
    }


def indicator_position(seed: Seed, series: str) -> int:
    """Give the position of a series' indicator."""
    return seed.get_all(schema.Indicator)[seed.get_all(schema.Series)[series].indicator].position


def sort_key(
    seed: Seed, entity: schema.Observation | schema.GrowthRate
) -> tuple[int, str, date, str]:
    """Give what figures are ordered by: their series, period and source."""
    return (
        indicator_position(seed, entity.series),
        entity.series,
        entity.period.start,
        entity.source,
    )


def build_break_rows(seed: Seed, ids: dict[str, int]) -> Rows:
    """Give the breaks of every series."""
    for key, number in ids.items():
        for one in seed.get_all(schema.Series)[key].breaks:
            yield (
                models.SeriesBreak,
                {"series_id": number, "start": one.start} | flatten_text("note", one.note),
            )


def build_release_row(seed: Seed, seed_hash: str, schema_revision: str) -> dict[str, Any]:
    """Describe the release: the newest release file, and how much the seed holds."""
    code, newest = list(list_releases(seed).items())[-1]
    return {
        "id": 1,
        "seed_hash": seed_hash,
        "schema_revision": schema_revision,
        "code": code,
        "released_on": newest.date,
        "note_en": newest.note.en,
        "note_zh": newest.note.zh,
        "counts": {
            kind.collection.replace("-", "_"): len(seed.get_all(kind))
            for kind in sorted(TABLES, key=lambda kind: kind.collection)
        },
    }


def build_columns(entity: Entity, ids: Ids) -> dict[str, Any]:
    """Turn fields into columns: texts in two, references into foreign keys, lists left out."""
    values: dict[str, Any] = {}
    for name, annotation in type(entity).model_fields.items():
        value = getattr(entity, name)
        if name in TARGETS:
            values[f"{name}_id"] = ids[TARGETS[name]][value]
        elif isinstance(value, BilingualText | BilingualSuffix):
            values |= {f"{name}_en": value.en, f"{name}_zh": value.zh}
        elif value is None and BilingualText in getattr(annotation.annotation, "__args__", ()):
            values |= {f"{name}_en": None, f"{name}_zh": None}
        elif not isinstance(value, list):
            values[name] = value
    return values


def build_details(seed: Seed, kind: type[Entity], ids: Ids) -> dict[str, dict[str, Any]]:
    """Give the columns of a collection that its fields alone do not, by key."""
    found: dict[str, dict[str, Any]] = {key: {} for key in seed.get_all(kind)}
    if kind is schema.Source:
        found |= {
            key: flatten_speaker(source) for key, source in seed.get_all(schema.Source).items()
        }
    if kind is schema.Series:
        found |= count_periods(seed)
    if kind is schema.GrowthRate:
        rates = seed.get_all(schema.GrowthRate)
        for key, dated in assign_vintages(seed, rates).items():
            found[key] = {**flatten_period(rates[key]), **flatten_validity(dated)}
    if kind is schema.Observation:
        figures = seed.get_all(schema.Observation)
        for key, dated in assign_vintages(seed, figures).items():
            figure, previous = figures[key], figures.get(dated.previous or "")
            found[key] = {
                **flatten_period(figure),
                **flatten_validity(dated),
                **flatten_published(figure),
                "previous_id": ids[kind][dated.previous] if dated.previous else None,
                "revision": describe_revision(figure, previous) if previous else None,
            }
    return found


def count_periods(seed: Seed) -> dict[str, dict[str, Any]]:
    """Count the periods of each series that have a figure, and name the first and the last."""
    starts: dict[str, set[date]] = {key: set() for key in seed.get_all(schema.Series)}
    for figure in seed.get_all(schema.Observation).values():
        starts[figure.series].add(figure.period.start)
    return {
        key: {
            "observations": len(found),
            "first_period_start": min(found, default=None),
            "last_period_start": max(found, default=None),
        }
        for key, found in starts.items()
    }


def flatten_period(entity: schema.Observation | schema.GrowthRate) -> dict[str, date]:
    """Flatten the period, and the base period of a growth rate."""
    base = getattr(entity, "base_period", None)
    return {
        "period_start": entity.period.start,
        "period_end": entity.period.end,
        **({"base_start": base.start, "base_end": base.end} if base else {}),
    }


def flatten_published(entity: schema.Observation) -> dict[str, Any]:
    """Flatten the number in print and the bounds."""
    return {
        "published_value": entity.published.value,
        "multiplier": entity.published.multiplier,
        "decimals": entity.published.decimals,
        "lower_bound": entity.bounds.lower,
        "upper_bound": entity.bounds.upper,
    }


def flatten_validity(dated: Vintage) -> dict[str, date]:
    """Flatten the days on which a figure held."""
    return {
        "vintage": dated.known_on,
        "current_from": dated.current_from,
        "current_until": dated.current_until,
    }


def flatten_speaker(entity: schema.Source) -> dict[str, Any]:
    """Flatten the speaker and the goal."""
    return {
        **flatten_text("speaker", entity.speaker.name if entity.speaker else None),
        **flatten_text("speaker_title", entity.speaker.title if entity.speaker else None),
        **flatten_text("goal", entity.goal.text if entity.goal else None),
        "goal_locator": entity.goal.locator if entity.goal else None,
    }


def flatten_text(name: str, text: BilingualText | None) -> dict[str, str | None]:
    """Spread a text over its two columns."""
    return {f"{name}_en": text.en if text else None, f"{name}_zh": text.zh if text else None}
