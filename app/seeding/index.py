"""What search finds: one row an entity, with its texts in both languages."""

from collections.abc import Iterator

from app.seeding import documents
from app.seeding.documents import Entity
from app.seeding.fields import Text
from app.seeding.validation import Seed
from app.text import separate
from app.vocabulary import SearchKind

KINDS: dict[type[Entity], SearchKind] = {
    documents.Indicator: SearchKind.INDICATOR,
    documents.Observation: SearchKind.OBSERVATION,
    documents.Outcome: SearchKind.OUTCOME,
    documents.PriorityArea: SearchKind.PRIORITY_AREA,
    documents.Action: SearchKind.ACTION,
    documents.Topic: SearchKind.TOPIC,
    documents.Area: SearchKind.AREA,
    documents.Unit: SearchKind.UNIT,
    documents.Sector: SearchKind.SECTOR,
    documents.Instrument: SearchKind.INSTRUMENT,
    documents.Source: SearchKind.SOURCE,
}


def index_rows(seed: Seed) -> Iterator[dict[str, str]]:
    """Give the row of every entity that search finds."""
    for kind, label in KINDS.items():
        for key in sorted(seed.all(kind)):
            title, texts = title_and_texts(seed, seed.all(kind)[key])
            yield {
                "kind": label,
                "code": key,
                "title_en": separate(title.en),
                "title_zh": separate(title.zh),
                "text_en": separate("\n".join(text.en for text in texts)),
                "text_zh": separate("\n".join(text.zh for text in texts)),
            }


def title_and_texts(seed: Seed, entity: Entity) -> tuple[Text, list[Text]]:
    """Split an entity's texts into the one that names it and all others."""
    texts = [value for _, value in entity if isinstance(value, Text)]
    if isinstance(entity, documents.Observation):
        series = seed.all(documents.Series)[entity.series]
        return seed.all(documents.Indicator)[series.indicator].name, texts
    if isinstance(entity, documents.Source):
        nested = [entity.goal.text] if entity.goal else []
        nested += [entity.speaker.name] if entity.speaker else []
        return texts[0], texts[1:] + nested
    return texts[0], texts[1:]
