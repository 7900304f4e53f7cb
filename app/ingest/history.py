"""The history of the dataset: what each release contained, and what it changed.

A snapshot contains every field of every record as text. Those of past releases are files in
seed/history, one line per record; the newest release is the seed itself, so no database is needed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Annotated

import msgspec
from sqlmodel import SQLModel

from app.db import models
from app.enums import ChangeKind, Collection, Standing
from app.i18n import Bilingual, format_title, name_edition
from app.ingest.files import SeedIssue, Value
from app.ingest.schema import RECORD_KINDS, Edition, Event, GrowthRate, Observation, Release, Source
from app.ingest.schema.base import list_paths
from app.ingest.seed import Seed
from app.ingest.vintages import RANKS, round_like

Fields = dict[str, str]
Snapshot = dict[tuple[str, str], Fields]
"""The fields of each record by its collection and key."""

FIGURES = (Observation.collection, GrowthRate.collection)
MEASURED_FIELDS = frozenset(
    ("series", "period", "base_period", "value", "published", "qualifier", "bounds", "status")
)
"""The fields of figures that tables and charts show; the others are notes, wording and links."""
ANNOTATION_FIELDS = frozenset(
    ("note", "description", "evidence", "licence", "address", "checked_on", "position")
)
"""The fields that explain or order records. All other single values, in texts and figures, say what
sources say; lists are links and passages."""
NAME_FIELDS = ("name", "title", "text", "wording")
"""The fields that can name a record, the best first."""


class RecordLine(msgspec.Struct, forbid_unknown_fields=True):
    collection: Collection
    key: Annotated[str, msgspec.Meta(pattern="^[A-Za-z0-9][A-Za-z0-9.-]*$", max_length=200)]
    fields: Annotated[Fields, msgspec.Meta(min_length=1)]


class FieldChange(msgspec.Struct, frozen=True):
    """A changed field with its value before and after; None where it is absent."""

    field: str
    before: str | None
    after: str | None


class RecordChange(msgspec.Struct, frozen=True):
    collection: str
    key: str
    kind: ChangeKind
    fields: tuple[FieldChange, ...]


def take_snapshot(seed: Seed) -> Snapshot:
    """Return all records of a seed as their files spell them, without releases and synonyms."""
    return {
        (kind.collection, key): dict(flatten_value(document.content))
        for (kind, key), document in sorted(seed.documents.items(), key=lambda item: item[1].file)
        if kind in RECORD_KINDS
    }


def flatten_value(value: Value, path: str = "") -> Iterator[tuple[str, str]]:
    """List all values inside another with their paths: ``period.start``, ``sentences[2]``."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from flatten_value(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from flatten_value(inner, f"{path}[{index}]")
    elif value is not None:
        yield path, str(value)


def parse_snapshot(content: bytes) -> Snapshot:
    """Parse a file of seed/history; a ValueError has the number of the first invalid line."""
    snapshot: Snapshot = {}
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            record = msgspec.json.decode(line, type=RecordLine)
        except msgspec.DecodeError:
            raise ValueError(number) from None
        snapshot[record.collection, record.key] = record.fields
    return snapshot


def format_snapshot(snapshot: Snapshot) -> str:
    lines = (
        json.dumps({"collection": collection, "key": key, "fields": fields}, ensure_ascii=False)
        for (collection, key), fields in sorted(snapshot.items())
    )
    return "".join(f"{line}\n" for line in lines)


def list_differences(
    old: Snapshot, new: Snapshot, corrections: Container[str] = ()
) -> list[RecordChange]:
    """List the changes between two snapshots, record by record and field by field.

    A figure that revises another one of the same series and period lists its fields beside those
    of that figure; any other new record lists them without values before.

    Args:
        old: the snapshot before the changes.
        new: the snapshot after them.
        corrections: the records whose changes correct errors: ``sources/scio-2025-01-15``.
    """
    published, both = group_observations(old, new), old | new
    changes = []
    for collection, key in sorted(old.keys() | new.keys()):
        before, after = old.get((collection, key)), new.get((collection, key))
        if before == after:
            continue
        if before is None and after is not None:
            earlier = published.get(identify_observation(collection, after), [])
            before = find_revised(after, earlier, both)
            kind = ChangeKind.REVISED if before else ChangeKind.ADDED
            fields = [FieldChange(name, before.get(name), after[name]) for name in after]
        else:
            before, after = before or {}, after or {}
            names = [n for n in (after | before) if before.get(n) != after.get(n)]
            fields = [FieldChange(name, before.get(name), after.get(name)) for name in names]
            kind = classify_change(collection, names)
            if not after:
                kind = ChangeKind.REMOVED
            elif f"{collection}/{key}" in corrections:
                kind = ChangeKind.CORRECTED
        changes.append(RecordChange(collection, key, kind, tuple(fields)))
    return changes


def classify_change(collection: str, names: Iterable[str]) -> ChangeKind:
    """Return the kind of a change to some fields of a record, which corrects no error."""
    return ChangeKind.REVISED if has_measured_field(collection, names) else ChangeKind.ANNOTATED


def has_measured_field(collection: str, names: Iterable[str]) -> bool:
    """Return whether one of the fields is part of what a figure states."""
    return collection in FIGURES and any(name.split(".")[0] in MEASURED_FIELDS for name in names)


def find_revised(figure: Fields, others: Iterable[Fields], snapshot: Snapshot) -> Fields:
    """Return the latest earlier figure if the given one differs from it by more than rounding.

    A source of lower standing revises nothing. The result is empty if no figure is revised.
    """
    day, rank = find_date(snapshot, figure), find_rank(snapshot, figure)
    earlier = [one for one in others if find_date(snapshot, one) < day]
    latest = max(earlier, key=lambda one: find_date(snapshot, one), default={})
    if not latest or find_rank(snapshot, latest) > rank:
        return {}
    has_same_qualifier = latest.get("qualifier") == figure.get("qualifier")
    return {} if has_same_qualifier and is_equal_when_rounded(latest, figure) else latest


def is_equal_when_rounded(one: Fields, other: Fields) -> bool:
    """Return whether two numbers are equal at the precision of the coarser one."""
    try:
        numbers = [parse_number(fields) for fields in (one, other)]
    except ArithmeticError:
        return False
    coarser, finer = sorted(numbers, key=lambda number: -int(number.as_tuple().exponent))
    return round_like(finer, coarser) == coarser


def parse_number(figure: Fields) -> Decimal:
    """Return the number in the base unit, with exactly the digits that the source prints."""
    printed = figure.get("published.value")
    if printed is None:
        return Decimal(figure.get("value", ""))
    digits = Decimal(1).scaleb(-int(figure.get("published.decimals", "0")))
    return Decimal(printed).quantize(digits).scaleb(int(figure.get("published.multiplier", "0")))


def group_observations(*snapshots: Snapshot) -> dict[tuple[str, ...], list[Fields]]:
    """Group figures by what they measure, so that a revised one is found without a search."""
    groups: dict[tuple[str, ...], list[Fields]] = defaultdict(list)
    for snapshot in snapshots:
        for (collection, _), fields in snapshot.items():
            if collection in FIGURES:
                groups[identify_observation(collection, fields)].append(fields)
    return groups


def identify_observation(collection: str, fields: Fields) -> tuple[str, ...]:
    return collection, *(fields.get(name, "") for name in ("series", "period.start", "period.end"))


def find_date(snapshot: Snapshot, figure: Fields) -> str:
    source = snapshot.get((Source.collection, figure.get("source", "")), {})
    event = snapshot.get((Event.collection, source.get("event", "")), {})
    # Snapshots from before events were collected have the day of the event in the source.
    return event.get("held_on") or source.get("held_on") or source.get("published_on", "")


def find_rank(snapshot: Snapshot, figure: Fields) -> int:
    standing = snapshot.get((Source.collection, figure.get("source", "")), {}).get("standing")
    return RANKS[Standing(standing)] if standing in set(Standing) else 0


def list_releases(seed: Seed) -> dict[str, Release]:
    """Return the releases by key, oldest first."""
    releases = seed.get_all(Release)
    return dict(sorted(releases.items(), key=lambda item: (item[1].date, item[1].number)))


def read_snapshots(seed: Seed) -> Iterator[tuple[str, Snapshot]]:
    """Return what each release contains, oldest first.

    A past release that was never frozen has no snapshot; its changes belong to the next release.
    """
    *past, newest = list_releases(seed)
    for key in past:
        if key in seed.history:
            yield key, parse_snapshot(seed.history[key])
    yield newest, take_snapshot(seed)


def freeze_release(seed: Seed) -> Path:
    newest = list(list_releases(seed))[-1]
    path = seed.folder / "history" / f"{newest}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(format_snapshot(take_snapshot(seed)), encoding="utf-8")
    return path


def check_history(seed: Seed) -> Iterator[SeedIssue]:
    """Find snapshots that are unreadable, belong to no release, or differ from the newest one."""
    releases = list(list_releases(seed))
    # A release file that is invalid is reported on its own; it may be the one for the changes.
    is_complete = len(releases) == len(seed.list_keys(Release))
    newest = releases[-1] if releases and is_complete else None
    for key, content in seed.history.items():
        file = seed.folder / "history" / f"{key}.jsonl"
        try:
            snapshot = parse_snapshot(content)
        except ValueError as error:
            message = "is not a record; restore the file as 'bri freeze' wrote it"
            yield SeedIssue(file, int(str(error)), "", message)
            continue
        if not snapshot:
            message = "contains no record; restore the file as 'bri freeze' wrote it"
            yield SeedIssue(file, 1, "", message)
        elif not seed.has_key(Release, key):
            yield SeedIssue(file, 1, "", f"has no releases/{key}.yaml; restore it")
        elif key == newest and snapshot != take_snapshot(seed):
            message = "differs from the seed; add a file to releases/ for the changes"
            yield SeedIssue(file, 1, "", message)


def check_corrections(seed: Seed) -> Iterator[SeedIssue]:
    """Find corrections of fields that did not change, and changed statements without a correction.

    A publisher's new figure is a new record, so that a changed statement corrects an error of ours;
    only the status of a figure may change, if the publisher says so.
    """
    before: Snapshot = {}
    for key, after in read_snapshots(seed):
        document, release = seed.documents[Release, key], seed.get_all(Release)[key]
        changes = {
            f"{collection}/{name}": (collection, before[collection, name], new)
            for (collection, name), new in after.items()
            if before.get((collection, name), new) != new
        }
        changed = {path: list_changed_fields(old, new) for path, (_, old, new) in changes.items()}
        # The reason of a removed record may say under which key it continues.
        changed |= {
            f"{collection}/{name}": list_changed_fields(old, {})
            for (collection, name), old in before.items()
            if (collection, name) not in after
        }
        declared: dict[str, set[str]] = defaultdict(set)
        for index, correction in enumerate(release.corrections):
            for path, field in product(correction.records, correction.fields):
                declared[path].add(field)
                if field not in changed.get(path, ()):
                    message = f"found {field} of {path}, which this release does not change"
                    yield document.create_issue(("corrections", index), message)
        for path, change in changes.items():
            if missing := list_changed_statements(*change) - declared[path]:
                message = (
                    f"{', '.join(sorted(missing))} of {path} is changed; list it if that corrects"
                    " an error, or restore it and add the publisher's new figure as a record of"
                    " its own"
                )
                yield document.create_issue(("corrections",), message)
        before = after


def list_changed_fields(before: Fields, after: Fields) -> set[str]:
    changed = {path for path in before | after if before.get(path) != after.get(path)}
    return {find_field(path) for path in changed}


def list_changed_statements(collection: str, before: Fields, after: Fields) -> set[str]:
    """List the fields whose content says something else than before, apart from annotations.

    A field that is new, or that is not in the schema any more, contradicts nothing.
    """
    (kind,) = (one for one in RECORD_KINDS if one.collection == collection)
    ignored = ANNOTATION_FIELDS | ({"status"} if collection in FIGURES else set())
    paths = {path for path in list_paths(kind) if before.get(path) not in {None, after.get(path)}}
    return {find_field(path) for path in paths} - ignored


def find_field(path: str) -> str:
    """Return the field of a record that contains a value: ``published`` for published.value."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def collect_reasons(release: Release) -> dict[str, Bilingual]:
    """Return the reasons of the corrections of a release by record."""
    reasons: dict[str, Bilingual] = {}
    for correction in release.corrections:
        reason = correction.reason
        for path in correction.records:
            other = reasons.get(path)
            joined = (f"{other.en} {reason.en}", f"{other.zh}{reason.zh}") if other else None
            reasons[path] = Bilingual(*(joined or (reason.en, reason.zh)))
    return reasons


def build_change_rows(seed: Seed) -> Iterator[tuple[type[SQLModel], dict[str, object]]]:
    numbers = {key: number for number, key in enumerate(list_releases(seed), start=1)}
    for key, release in list_releases(seed).items():
        row = {"id": numbers[key], "code": key, "released_on": release.date}
        note = {"note_en": release.note.en, "note_zh": release.note.zh}
        yield models.ReleaseEntry, {**row, "number": release.number, **note}
    changes = list(list_changes(seed))
    reasons = {key: collect_reasons(release) for key, release in list_releases(seed).items()}
    for number, (key, change, title) in enumerate(changes, start=1):
        row = {"id": number, "code": f"{key}.{change.collection}.{change.key}"}
        reason = reasons[key].get(f"{change.collection}/{change.key}")
        record = {"collection": change.collection, "record": change.key, "kind": change.kind}
        texts = {"title_en": title.en, "title_zh": title.zh}
        texts |= {"reason_en": reason.en, "reason_zh": reason.zh} if reason else {}
        yield models.Change, {**row, "release_entry_id": numbers[key], **record, **texts}
    for number, (_, change, _) in enumerate(changes, start=1):
        for position, field in enumerate(change.fields, start=1):
            values = {"field": field.field, "before": field.before, "after": field.after}
            yield models.ChangedField, {"change_id": number, "position": position, **values}


def list_changes(seed: Seed) -> Iterator[tuple[str, RecordChange, Bilingual]]:
    before: Snapshot = {}
    for key, after in read_snapshots(seed):
        corrections = collect_reasons(seed.get_all(Release)[key])
        for change in list_differences(before, after, corrections):
            record = change.collection, change.key
            yield key, change, name_record(after if record in after else before, *record)
        before = after


def name_record(snapshot: Snapshot, collection: str, key: str) -> Bilingual:
    fields = snapshot[collection, key]
    # What was reported on an action is named after it.
    name = find_name(snapshot.get(("actions", fields.get("action", "")), fields)) or Bilingual(
        key, key
    )
    figure = snapshot.get(("observations", fields.get("observation", "")), fields)
    series = snapshot.get(("series", figure.get("series", "")), fields)
    indicator = find_name(snapshot.get(("indicators", series.get("indicator", "")), {}))
    if collection == Edition.collection:
        return name_edition(int(key))
    if collection == Source.collection:
        printed = fields.get("title.printed")
        return Bilingual(format_title(name.en, printed), format_title(name.zh, printed))
    if indicator is None:
        return name
    if collection == "series":
        return Bilingual(f"{indicator.en} ({key})", f"{indicator.zh}（{key}）")
    return Bilingual(f"{indicator.en}: {name.en}", f"{indicator.zh}：{name.zh}")


def find_name(fields: Fields) -> Bilingual | None:
    for name in NAME_FIELDS:
        if f"{name}.en" in fields:
            return Bilingual(fields[f"{name}.en"], fields[f"{name}.zh"])
    return None
