"""The rows of the full-text index: one per entity, with its texts in both languages."""

from collections.abc import Iterator

from app.db.fulltext import segment_cjk
from app.enums import SearchKind
from app.ingest import schema
from app.ingest.schema import Entity
from app.ingest.schema.fields import BilingualText
from app.ingest.validation import Seed

KINDS: dict[type[Entity], SearchKind] = {
    schema.Indicator: SearchKind.INDICATOR,
    schema.Observation: SearchKind.OBSERVATION,
    schema.Outcome: SearchKind.OUTCOME,
    schema.PriorityArea: SearchKind.PRIORITY_AREA,
    schema.Action: SearchKind.ACTION,
    schema.Topic: SearchKind.TOPIC,
    schema.Area: SearchKind.AREA,
    schema.Unit: SearchKind.UNIT,
    schema.Sector: SearchKind.SECTOR,
    schema.Instrument: SearchKind.INSTRUMENT,
    schema.Source: SearchKind.SOURCE,
}


def build_search_rows(seed: Seed) -> Iterator[dict[str, str]]:
    for kind, label in KINDS.items():
        for key in sorted(seed.get_all(kind)):
            title, texts = split_texts(seed, seed.get_all(kind)[key])
            yield {
                "kind": label,
                "code": key,
                "title_en": segment_cjk(title.en),
                "title_zh": segment_cjk(title.zh),
                "text_en": segment_cjk("\n".join(text.en for text in texts)),
                "text_zh": segment_cjk("\n".join(text.zh for text in texts)),
            }


def split_texts(seed: Seed, entity: Entity) -> tuple[BilingualText, list[BilingualText]]:
    """Return the text that names an entity, and all its other texts."""
    texts = [value for _, value in entity if isinstance(value, BilingualText)]
    if isinstance(entity, schema.Observation):
        series = seed.get_all(schema.Series)[entity.series]
        return seed.get_all(schema.Indicator)[series.indicator].name, texts
    if isinstance(entity, schema.Source):
        nested = [entity.goal.text] if entity.goal else []
        nested += [entity.speaker.name] if entity.speaker else []
        return texts[0], texts[1:] + nested
    return texts[0], texts[1:]
