"""What each release changed: snapshots of released seeds, and the differences between them.

A snapshot is every field of every record as text. Those of past releases stand in seed/history,
one file a release and one line a record, so that the history outlives every database file.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec

from app.enums import ChangeKind, Collection
from app.ingest.reader import Value
from app.ingest.schema import GrowthRate, Observation, Release, Source
from app.ingest.validation import Seed

Fields = dict[str, str]
Snapshot = dict[tuple[str, str], Fields]
"""The fields of each record by its collection and key."""


class RecordLine(msgspec.Struct, forbid_unknown_fields=True):
    """A record in a file of history."""

    collection: Collection
    key: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=200)]
    fields: Annotated[Fields, msgspec.Meta(min_length=1)]


FIGURES = (Observation.collection, GrowthRate.collection)


@dataclass(frozen=True)
class FieldChange:
    """The content of a field before and after."""

    field: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class RecordChange:
    """What happened to a record."""

    collection: str
    key: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...]


def take_snapshot(seed: Seed) -> Snapshot:
    """Take every record of a valid seed; releases are the headings of history, not part of it."""
    return {
        (kind.collection, key): dict(flatten_value(document.content))
        for (kind, key), document in sorted(seed.documents.items(), key=lambda item: item[1].file)
        if kind is not Release
    }


def flatten_value(value: Value, path: str = "") -> Iterator[tuple[str, str]]:
    """Name every value inside another by its path: period.start, sentences[2]."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flatten_value(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flatten_value(inner, f"{path}[{index}]")
    elif value is not None:
        yield path, str(value)


def list_differences(old: Snapshot, new: Snapshot) -> list[RecordChange]:
    """List what leads from one snapshot to another, record by record and field by field.

    A new record tells all its fields; where it revises another figure of its series and period,
    beside that figure's.
    """
    found = []
    for collection, key in sorted(old.keys() | new.keys()):
        before, after = old.get((collection, key)), new.get((collection, key))
        if before == after:
            continue
        if before is None and after is not None:
            revised = find_superseded(old, new, collection, after)
            kind = ChangeKind.REVISED if revised else ChangeKind.ADDED
            fields = [FieldChange(name, (revised or {}).get(name), after[name]) for name in after]
        else:
            kind = ChangeKind.CORRECTED if after else ChangeKind.REMOVED
            fields = list(list_field_changes(before or {}, after or {}))
        found.append(RecordChange(collection, key, kind, tuple(fields)))
    return found


def list_field_changes(before: Fields, after: Fields) -> Iterator[FieldChange]:
    """List the fields that differ, in the order in which the record holds them."""
    for name in dict.fromkeys([*after, *before]):
        if before.get(name) != after.get(name):
            yield FieldChange(name, before.get(name), after.get(name))


def find_superseded(old: Snapshot, new: Snapshot, collection: str, figure: Fields) -> Fields | None:
    """Find the figure of the same series and period that a new figure revises."""
    if collection not in FIGURES:
        return None
    earlier = [
        fields
        for (kind, _), fields in old.items()
        if kind == collection
        and all(fields.get(name) == figure[name] for name in ("series", "period.start"))
        and date_observation(old, fields) < date_observation(new, figure)
    ]
    return max(earlier, key=lambda fields: date_observation(old, fields), default=None)


def date_observation(records: Snapshot, figure: Fields) -> str:
    """Date a figure by its source."""
    source = records.get((Source.collection, figure.get("source", "")), {})
    return source.get("held_on") or source.get("published_on", "")


def replay_changes(changes: Iterable[RecordChange], before: Snapshot | None = None) -> Snapshot:
    """Apply changes to a snapshot, or to nothing."""
    records = dict(before or {})
    for change in changes:
        record = change.collection, change.key
        if change.kind is ChangeKind.REMOVED:
            del records[record]
            continue
        fields = dict(records.get(record, {}))
        for one in change.fields:
            if one.after is None:
                fields.pop(one.field, None)
            else:
                fields[one.field] = one.after
        records[record] = fields
    return records


def parse_snapshot(content: bytes) -> Snapshot:
    """Read a snapshot, one line a record.

    Raises:
        ValueError: if a line is no record.
    """
    found: Snapshot = {}
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            record = msgspec.json.decode(line, type=RecordLine)
        except msgspec.DecodeError:
            raise ValueError(number) from None
        found[record.collection, record.key] = record.fields
    return found


def format_snapshot(records: Snapshot) -> str:
    """Write a snapshot, one line a record."""
    lines = (
        json.dumps({"collection": collection, "key": key, "fields": fields}, ensure_ascii=False)
        for (collection, key), fields in sorted(records.items())
    )
    return "".join(f"{line}\n" for line in lines)
