"""Turn a valid seed into table rows, in an order and with keys that the seed alone decides."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from sqlmodel import SQLModel

from app import models
from app.seeding import documents
from app.seeding.changelog import change_rows
from app.seeding.documents import Entity
from app.seeding.fields import SuffixText, Text
from app.seeding.releases import releases
from app.seeding.rivals import headlines
from app.seeding.validation import Seed
from app.seeding.vintages import Vintage, revision, vintages

Ids = dict[type[Entity], dict[str, int]]
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
    documents.GrowthRate: models.GrowthRate,
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
    ids = numbered(seed)
    yield models.Release, release(seed, seed_hash, schema_revision)
    for kind, table in TABLES.items():
        more = details(seed, kind, ids)
        for key in sorted(seed.all(kind), key=lambda key: more[key].get("vintage", date.min)):
            own = {"id": ids[kind][key], "code": key}
            yield table, {**own, **columns(seed.all(kind)[key], ids), **more[key]}
    yield from breaks(seed, ids[documents.Series])
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
    yield from change_rows(seed)


def numbered(seed: Seed) -> Ids:
    """Number the records of each collection in the order of their keys.

    Series are numbered by their indicator's position first, and figures by series and period, so
    that rows that are read together lie together.
    """
    orders: dict[type[Entity], Callable[[str], Any]] = {
        documents.Series: lambda key: (position_of(seed, key), key),
        documents.Observation: lambda key: place_of(seed, seed.all(documents.Observation)[key]),
        documents.GrowthRate: lambda key: place_of(seed, seed.all(documents.GrowthRate)[key]),
    }
    return {
        kind: {
            key: number
            for number, key in enumerate(sorted(seed.all(kind), key=orders.get(kind)), start=1)
        }
        for kind in TABLES
    }


def position_of(seed: Seed, series: str) -> int:
    """Give the position of a series' indicator."""
    return seed.all(documents.Indicator)[seed.all(documents.Series)[series].indicator].position


def place_of(
    seed: Seed, entity: documents.Observation | documents.GrowthRate
) -> tuple[int, str, date, str]:
    """Give what figures are ordered by: their series, period and source."""
    return position_of(seed, entity.series), entity.series, entity.period.start, entity.source


def breaks(seed: Seed, ids: dict[str, int]) -> Rows:
    """Give the breaks of every series."""
    for key, number in ids.items():
        for one in seed.all(documents.Series)[key].breaks:
            yield (
                models.SeriesBreak,
                {"series_id": number, "start": one.start} | texts("note", one.note),
            )


def release(seed: Seed, seed_hash: str, schema_revision: str) -> dict[str, Any]:
    """Describe the release: the newest release file, and how much the seed holds."""
    code, newest = list(releases(seed).items())[-1]
    return {
        "id": 1,
        "seed_hash": seed_hash,
        "schema_revision": schema_revision,
        "code": code,
        "released_on": newest.date,
        "note_en": newest.note.en,
        "note_zh": newest.note.zh,
        "counts": {
            kind.collection.replace("-", "_"): len(seed.all(kind))
            for kind in sorted(TABLES, key=lambda kind: kind.collection)
        },
    }


def columns(entity: Entity, ids: Ids) -> dict[str, Any]:
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


def details(seed: Seed, kind: type[Entity], ids: Ids) -> dict[str, dict[str, Any]]:
    """Give the columns of a collection that its fields alone do not, by key."""
    found: dict[str, dict[str, Any]] = {key: {} for key in seed.all(kind)}
    if kind is documents.Source:
        found |= {key: told(source) for key, source in seed.all(documents.Source).items()}
    if kind is documents.Series:
        found |= held(seed)
    if kind is documents.GrowthRate:
        rates = seed.all(documents.GrowthRate)
        for key, dated in vintages(seed, rates).items():
            found[key] = {**periods(rates[key]), **terms(dated)}
    if kind is documents.Observation:
        figures = seed.all(documents.Observation)
        for key, dated in vintages(seed, figures).items():
            figure, previous = figures[key], figures.get(dated.previous or "")
            found[key] = {
                **periods(figure),
                **terms(dated),
                **prints(figure),
                "previous_id": ids[kind][dated.previous] if dated.previous else None,
                "revision": revision(figure, previous) if previous else None,
            }
    return found


def held(seed: Seed) -> dict[str, dict[str, Any]]:
    """Count the periods of each series that have a figure, and name the first and the last."""
    starts: dict[str, set[date]] = {key: set() for key in seed.all(documents.Series)}
    for figure in seed.all(documents.Observation).values():
        starts[figure.series].add(figure.period.start)
    return {
        key: {
            "observations": len(found),
            "first_period_start": min(found, default=None),
            "last_period_start": max(found, default=None),
        }
        for key, found in starts.items()
    }


def periods(entity: documents.Observation | documents.GrowthRate) -> dict[str, date]:
    """Flatten the period, and the base period of a growth rate."""
    base = getattr(entity, "base_period", None)
    return {
        "period_start": entity.period.start,
        "period_end": entity.period.end,
        **({"base_start": base.start, "base_end": base.end} if base else {}),
    }


def prints(entity: documents.Observation) -> dict[str, Any]:
    """Flatten the number in print and the bounds."""
    return {
        "published_value": entity.published.value,
        "multiplier": entity.published.multiplier,
        "decimals": entity.published.decimals,
        "lower_bound": entity.bounds.lower,
        "upper_bound": entity.bounds.upper,
    }


def terms(dated: Vintage) -> dict[str, date]:
    """Flatten the days on which a figure held."""
    return {
        "vintage": dated.known_on,
        "current_from": dated.current_from,
        "current_until": dated.current_until,
    }


def told(entity: documents.Source) -> dict[str, Any]:
    """Flatten the speaker and the goal."""
    return {
        **texts("speaker", entity.speaker.name if entity.speaker else None),
        **texts("speaker_title", entity.speaker.title if entity.speaker else None),
        **texts("goal", entity.goal.text if entity.goal else None),
        "goal_locator": entity.goal.locator if entity.goal else None,
    }


def texts(name: str, text: Text | None) -> dict[str, str | None]:
    """Spread a text over its two columns."""
    return {f"{name}_en": text.en if text else None, f"{name}_zh": text.zh if text else None}
