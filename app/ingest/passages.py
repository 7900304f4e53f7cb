"""The passages of sources: each sentence with everything that is recorded from it.

A source that lists its sentences has a passage for each of them. Any other source has one for each
location that a record cites.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar

from app.db import models
from app.db.models.base import Row, build_text_columns
from app.enums import PassageRecordKind
from app.i18n import Bilingual
from app.ingest import schema
from app.ingest.files import Messages, ValuePath, describe_missing
from app.ingest.published_numbers import label_period
from app.ingest.schema.base import BilingualText
from app.ingest.seed import Seed


class PassageRecord(NamedTuple):
    """What is recorded from a passage, and on whose page it is shown."""

    kind: PassageRecordKind
    key: str
    owner: str
    title: BilingualText | Bilingual


LocatedRecord = tuple[str, str, PassageRecordKind, str, str, BilingualText | Bilingual]
"""The key of a source, a locator in it, and the parts of a record."""
Positioned = TypeVar("Positioned", schema.Outcome, schema.PriorityArea, schema.Action)
FIGURES: dict[
    PassageRecordKind, type[schema.Observation] | type[schema.GrowthRate] | type[schema.Report]
] = {
    PassageRecordKind.OBSERVATION: schema.Observation,
    PassageRecordKind.GROWTH_RATE: schema.GrowthRate,
    PassageRecordKind.REPORT: schema.Report,
}
Records = dict[str, dict[str, list[PassageRecord]]]
"""The records by source and locator, in the order of the kinds."""


class Location(NamedTuple):
    """A locator in parts, which sort in the order of the document."""

    paragraph: int
    sentence: int

    @classmethod
    def from_locator(cls, locator: str) -> "Location":
        """Parse P2.S3 or P2; a part that is absent is 0."""
        paragraph, _, sentence = locator[1:].partition(".S")
        return cls(int(paragraph), int(sentence or 0))


def list_records(seed: Seed) -> Records:
    records: Records = defaultdict(lambda: defaultdict(list))
    for iterate in (iterate_source_records, iterate_statistics, iterate_texts, iterate_reports):
        for source, locator, kind, key, owner, title in iterate(seed):
            records[source][locator].append(PassageRecord(kind, key, owner, title))
    return records


def iterate_source_records(seed: Seed) -> Iterator[LocatedRecord]:
    """Return what sources contain themselves: events, goals, and comparisons of sentences."""
    for key, source in seed.get_all(schema.Source).items():
        event = seed.find(schema.Event, source.event)
        if event and source.event and source.event_locator:
            held = PassageRecordKind.EVENT, source.event, key, event.name
            yield key, source.event_locator, *held
        if source.goal:
            yield key, source.goal.locator, PassageRecordKind.GOAL, key, key, source.goal.text
        for passage in source.passages:
            for difference in passage.differences:
                kind, code = PassageRecordKind.PASSAGE, f"{key}.{passage.locator}"
                yield difference.source, difference.locator, kind, code, key, difference.text


def iterate_statistics(seed: Seed) -> Iterator[LocatedRecord]:
    """Return figures, rates and reports of figures, in the order of the indicators."""
    for kind, collection in FIGURES.items():
        named = [
            (indicator.position, key, entity, (kind, key, series.indicator, title))
            for key, entity in seed.get_all(collection).items()
            if (figure := find_statistic(seed, entity))
            and (series := seed.find(schema.Series, figure.series))
            and (indicator := seed.find(schema.Indicator, series.indicator))
            and (coverage := seed.find(schema.Coverage, series.coverage))
            and (title := name_statistic(indicator, coverage, series, figure))
        ]
        for _, _, entity, record in sorted(named, key=lambda item: item[:2]):
            if entity.locator:
                yield entity.source, entity.locator, *record


def find_statistic(seed: Seed, entity: schema.Figure | schema.Report) -> schema.Figure | None:
    if isinstance(entity, schema.Report):
        return seed.find(schema.Observation, entity.observation)
    return entity


def name_statistic(
    indicator: schema.Indicator,
    coverage: schema.Coverage,
    series: schema.Series,
    figure: schema.Figure,
) -> Bilingual:
    period = label_period(figure.period, series)
    return Bilingual(
        f"{indicator.name.en}, {coverage.name.en}, {period.en}",
        f"{indicator.name.zh}，{coverage.name.zh}，{period.zh}",
    )


def iterate_texts(seed: Seed) -> Iterator[LocatedRecord]:
    """Return outcomes, priority areas with their aims, and actions, each in order."""
    for key, outcome in sort_by_position(seed.get_all(schema.Outcome)):
        kind = PassageRecordKind.OUTCOME
        yield outcome.source, outcome.locator, kind, key, key, outcome.text
    for key, area in sort_by_position(seed.get_all(schema.PriorityArea)):
        yield area.source, area.locator, PassageRecordKind.PRIORITY_AREA, key, key, area.title
        if area.aim and area.aim_locator:
            yield area.source, area.aim_locator, PassageRecordKind.AIM, key, key, area.aim
    for key, action in sort_by_position(seed.get_all(schema.Action)):
        place, owner = (action.source, action.locator), action.priority_area
        yield *place, PassageRecordKind.ACTION, key, owner, action.text
        if action.aim:
            yield *place, PassageRecordKind.AIM, key, owner, action.aim


def iterate_reports(seed: Seed) -> Iterator[LocatedRecord]:
    """Return later reports on actions, and commitments with their readings."""
    for key, progress in sorted(seed.get_all(schema.Progress).items()):
        action = seed.find(schema.Action, progress.action)
        for report in progress.reports:
            if action and report.locator:
                kind, owner = PassageRecordKind.PROGRESS, action.priority_area
                yield report.source, report.locator, kind, key, owner, report.text
    for key, commitment in sorted(seed.get_all(schema.Commitment).items()):
        named = PassageRecordKind.COMMITMENT, key, key, commitment.name
        if commitment.locator:
            yield commitment.source, commitment.locator, *named
        for reading in commitment.readings:
            if reading.locator:
                yield reading.source, reading.locator, *named


def sort_by_position(entities: Mapping[str, Positioned]) -> list[tuple[str, Positioned]]:
    return sorted(entities.items(), key=lambda item: (item[1].position, item[0]))


def list_locators(source: schema.Source, cited: Iterable[str]) -> list[str]:
    """List the sentences of a source, and what records cite, in the order of the document."""
    sentences = {
        f"P{paragraph}.S{sentence}"
        for paragraph, count in enumerate(source.sentences or [], start=1)
        for sentence in range(1, count + 1)
    }
    described = {passage.locator for passage in source.passages}
    return sorted({*sentences, *described, *cited}, key=Location.from_locator)


def count_passages(seed: Seed) -> int:
    records = list_records(seed)
    return sum(
        len(list_locators(source, records[key]))
        for key, source in seed.get_all(schema.Source).items()
    )


def build_passage_rows(seed: Seed, source_ids: dict[str, int]) -> Iterator[Row]:
    """Return the rows of all passages, then those of their records and differences."""
    records = list_records(seed)
    rows: list[Row] = []
    number = 0
    for key, source in seed.get_all(schema.Source).items():
        described = {passage.locator: passage for passage in source.passages}
        for position, locator in enumerate(list_locators(source, records[key]), start=1):
            number += 1
            passage = described.get(locator) or schema.Passage(locator=locator)
            place = {"source_id": source_ids[key], "position": position}
            own = {"id": number, "code": f"{key}.{locator}", **place}
            location = Location.from_locator(locator)
            parts = {name: number or None for name, number in location._asdict().items()}
            note = build_text_columns(note=passage.note)
            yield models.Passage, {**own, "locator": locator, **parts, **note}
            rows += build_record_rows(number, records[key][locator])
            rows += build_difference_rows(number, passage, source_ids)
    yield from sorted(rows, key=lambda row: row[0] is not models.PassageRecord)


def build_record_rows(passage: int, records: list[PassageRecord]) -> Iterator[Row]:
    for position, (kind, key, owner, title) in enumerate(records, start=1):
        own = {"passage_id": passage, "position": position, "kind": kind}
        named = {"record": key, "owner": owner, **build_text_columns(title=title)}
        yield models.PassageRecord, {**own, **named}


def build_difference_rows(
    passage_id: int, passage: schema.Passage, source_ids: dict[str, int]
) -> Iterator[Row]:
    for position, difference in enumerate(passage.differences, start=1):
        own = {"passage_id": passage_id, "position": position}
        place = {"source_id": source_ids[difference.source], "locator": difference.locator}
        text = build_text_columns(text=difference.text)
        yield models.PassageDifference, {**own, **place, **text}


def find_unrecorded(source: schema.Source, records: dict[str, list[PassageRecord]]) -> list[str]:
    """Return the sentences from which nothing is recorded, and which have no note on that."""
    noted = {passage.locator for passage in source.passages if passage.note}
    return [
        locator
        for locator in list_locators(source, ())
        if not records.get(locator) and locator not in noted
    ]


def check_passages(seed: Seed, key: str, source: schema.Source) -> Messages:
    if source.sentences is None:
        if source.passages:
            yield ("passages",), "requires the list sentences; add it"
        return
    described = [passage.locator for passage in source.passages]
    for index, passage in enumerate(source.passages):
        path: ValuePath = ("passages", index, "locator")
        if Location.from_locator(passage.locator).sentence == 0:
            yield path, f"found {passage.locator}; name a sentence, such as P2.S3"
        if passage.locator in described[:index]:
            yield path, f"found {passage.locator} twice; join the two"
        yield from check_differences(seed, key, index, passage)


def check_differences(seed: Seed, key: str, index: int, passage: schema.Passage) -> Messages:
    for number, difference in enumerate(passage.differences):
        path: ValuePath = ("passages", index, "differences", number, "source")
        if difference.source == key:
            yield path, f"found {key}; a difference is that of another source"
        elif not seed.has_key(schema.Source, difference.source):
            keys = seed.list_keys(schema.Source)
            yield path, describe_missing(schema.Source.collection, difference.source, keys)
