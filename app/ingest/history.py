"""The history of the dataset: what each release contained, and what it changed.

A snapshot contains every field of every record as text. Those of past releases are files in
seed/history, one line per record; the newest release is the seed itself, so no database is needed.
"""

import json
import re
from collections import defaultdict
from collections.abc import Container, Iterator
from datetime import date
from functools import partial
from itertools import product
from pathlib import Path, PurePath
from typing import Annotated

import msgspec

from app.db import models
from app.db.models.base import Row, build_text_columns
from app.enums import ChangeKind, Collection
from app.i18n import Bilingual, Language, format_period, format_title, name_edition
from app.ingest import schema
from app.ingest.files import SeedIssue, Value, suggest_nearest
from app.ingest.publish import replace_atomically
from app.ingest.schema.base import list_paths
from app.ingest.seed import Seed
from app.ingest.vintages import Fields, Snapshot, find_revised

FIGURES = (schema.Observation.collection, schema.GrowthRate.collection)
MEASURED_FIELDS = frozenset(
    ("series", "period", "base_period", "value", "published", "qualifier", "bounds", "status")
)
"""The fields of figures that tables and charts show; the others are notes, wording and links."""
ANNOTATION_FIELDS = frozenset(
    ("note", "description", "evidence", "licence", "address", "checked_on", "position", "passages")
)
"""The fields that explain or order records. All other values say what sources say, in texts and
figures, except lists of links."""
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
        if kind in schema.RECORD_KINDS
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
            earlier = published.get(build_observation_key(collection, after), [])
            before = find_revised(after, earlier, both)
            kind = ChangeKind.REVISED if before else ChangeKind.ADDED
            fields = [FieldChange(name, before.get(name), after[name]) for name in after]
        else:
            before, after = before or {}, after or {}
            names = [n for n in (after | before) if before.get(n) != after.get(n)]
            fields = [FieldChange(name, before.get(name), after.get(name)) for name in names]
            is_measured = collection in FIGURES and any(
                name.split(".")[0] in MEASURED_FIELDS for name in names
            )
            kind = ChangeKind.REVISED if is_measured else ChangeKind.ANNOTATED
            if not after:
                kind = ChangeKind.REMOVED
            elif f"{collection}/{key}" in corrections:
                kind = ChangeKind.CORRECTED
        changes.append(RecordChange(collection, key, kind, tuple(fields)))
    return changes


def group_observations(*snapshots: Snapshot) -> dict[tuple[str, ...], list[Fields]]:
    """Group figures by what they measure, so that a revised one is found without a search."""
    groups: dict[tuple[str, ...], list[Fields]] = defaultdict(list)
    for snapshot in snapshots:
        for (collection, _), fields in snapshot.items():
            if collection in FIGURES:
                groups[build_observation_key(collection, fields)].append(fields)
    return groups


def build_observation_key(collection: str, fields: Fields) -> tuple[str, ...]:
    return collection, *(fields.get(name, "") for name in ("series", "period.start", "period.end"))


def list_releases(seed: Seed) -> dict[str, schema.Release]:
    """Return the releases by key, oldest first."""
    releases = seed.get_all(schema.Release)
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
    try:
        with replace_atomically(path) as temporary:
            temporary.write_text(format_snapshot(take_snapshot(seed)), "utf-8")
    except OSError as error:
        error.filename = str(path)  # The error names the temporary file, or no file.
        raise
    return path


def check_history(seed: Seed) -> Iterator[SeedIssue]:
    """Find snapshots that are missing, unreadable, of no release, or unlike the newest one."""
    releases = list(list_releases(seed))
    # A release file that is invalid is reported on its own; it may be the one for the changes.
    is_complete = len(releases) == len(seed.list_keys(schema.Release))
    newest = releases[-1] if releases and is_complete else None
    for key in releases[:-1] if is_complete else ():
        if key not in seed.history:
            message = "is missing; run 'bri freeze' before you add a release, or restore it"
            yield SeedIssue(seed.folder / "history" / f"{key}.jsonl", 1, "", message)
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
        elif not seed.has_key(schema.Release, key):
            yield SeedIssue(file, 1, "", f"has no releases/{key}.yaml; restore it")
        elif key == newest and snapshot != take_snapshot(seed):
            message = "differs from the seed; add a file to releases/ for the changes"
            yield SeedIssue(file, 1, "", message)


def check_corrections(seed: Seed, faulty: Container[PurePath] = ()) -> Iterator[SeedIssue]:
    """Find corrections of fields that did not change, and changed statements without a correction.

    A publisher's new figure is a new record, so that a changed statement corrects an error of ours;
    only the status of a figure may change, if the publisher says so. Nothing is said of records in
    files with another issue, which may be the change.
    """
    unknown = {
        f"{kind.collection}/{key}"
        for (kind, key), document in seed.documents.items()
        if document.file in faulty or key not in seed.entities[kind]
    }
    before: Snapshot = {}
    for key, after in read_snapshots(seed):
        document, release = seed.documents[schema.Release, key], seed.get_all(schema.Release)[key]
        changed = dict(list_changed_records(before, after))
        declared: dict[str, set[str]] = defaultdict(set)
        for index, correction in enumerate(release.corrections):
            for path, field in product(correction.records, correction.fields):
                declared[path].add(field)
                if path not in unknown and field not in changed.get(path, ()):
                    message = describe_unchanged(path, field, before | after)
                    yield document.create_issue(("corrections", index), message)
        for collection, name in before.keys() & after.keys():
            path = f"{collection}/{name}"
            if path not in changed or path in unknown:
                continue
            fields = before[collection, name], after[collection, name]
            if missing := list_changed_statements(collection, *fields) - declared[path]:
                message = (
                    f"{', '.join(sorted(missing))} of {path} is changed; list it if that corrects"
                    " an error, or restore it and add the publisher's new figure as a record of"
                    " its own"
                )
                yield document.create_issue(("corrections",), message)
        for collection, name in before.keys() - after.keys():
            path = f"{collection}/{name}"
            if not (declared[path] or is_derived(seed, collection, name)):
                message = f"{path} is removed; restore it, or list it with a field and the reason"
                yield document.create_issue(("corrections",), message)
        before = after


def list_changed_records(before: Snapshot, after: Snapshot) -> Iterator[tuple[str, set[str]]]:
    """List the changed and the removed records with the fields that differ."""
    for (collection, key), old in before.items():
        new = after.get((collection, key), {})
        if new != old:
            changed = {path for path in old | new if old.get(path) != new.get(path)}
            yield f"{collection}/{key}", {find_field(path) for path in changed}


def describe_unchanged(path: str, field: str, snapshot: Snapshot) -> str:
    collection, _, key = path.partition("/")
    keys = [name for kind, name in snapshot if kind == collection]
    if key in keys:
        return f"found {field} of {path}, which this release does not change"
    return f"found {path}, which does not exist{suggest_nearest(key, keys)}"


def is_derived(seed: Seed, collection: str, key: str) -> bool:
    """Return whether a missing record needs no word: a series, or one of an unreadable table."""
    kinds = (kind for kind in schema.RECORD_KINDS if kind.collection == collection)
    return any(kind is schema.Series or seed.has_key(kind, key) for kind in kinds)


def list_changed_statements(collection: str, before: Fields, after: Fields) -> set[str]:
    """List the fields whose content says something else than before, apart from annotations.

    A field that is new, or that is not in the schema any more, contradicts nothing.
    """
    (kind,) = (one for one in schema.RECORD_KINDS if one.collection == collection)
    ignored = ANNOTATION_FIELDS | ({"status"} if collection in FIGURES else set())
    changed = {path for path, value in before.items() if after.get(path) != value}
    fields = set(map(find_field, changed.intersection(list_paths(kind))))
    candidates = set(map(find_field, changed)) & kind.model_fields.keys()
    lists = {name for name in candidates if has_lost_item(name, before, after)}
    return (fields | lists) - ignored


def has_lost_item(name: str, before: Fields, after: Fields) -> bool:
    """Return whether a list has lost something that one of its items says."""
    old, new = (list_items(name, fields) for fields in (before, after))
    return not all(any(one.items() <= other.items() for other in new) for one in old)


def list_items(name: str, fields: Fields) -> list[Fields]:
    """Return what each item of a list says, apart from annotations."""
    items: dict[str, Fields] = defaultdict(dict)
    for path, value in fields.items():
        found = path.startswith(f"{name}[") and re.fullmatch(rf"{name}\[([0-9]+)\]\.(.+)", path)
        if found and find_field(found[2]) not in ANNOTATION_FIELDS:
            items[found[1]][found[2]] = value
    return list(items.values())


def find_field(path: str) -> str:
    """Return the field of a record that contains a value: ``published`` for published.value."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def collect_reasons(release: schema.Release) -> dict[str, Bilingual]:
    reasons: dict[str, Bilingual] = {}
    for correction in release.corrections:
        reason = correction.reason
        for path in correction.records:
            other = reasons.get(path)
            joined = (f"{other.en} {reason.en}", f"{other.zh}{reason.zh}") if other else None
            reasons[path] = Bilingual(*(joined or (reason.en, reason.zh)))
    return reasons


def build_change_rows(seed: Seed) -> Iterator[Row]:
    numbers = {key: number for number, key in enumerate(list_releases(seed), start=1)}
    for key, release in list_releases(seed).items():
        row = {"id": numbers[key], "code": key, "released_on": release.date}
        note = build_text_columns(note=release.note)
        yield models.ReleaseEntry, {**row, "number": release.number, **note}
    changes = list(list_changes(seed))
    reasons = {key: collect_reasons(release) for key, release in list_releases(seed).items()}
    for number, (key, change, title) in enumerate(changes, start=1):
        row = {"id": number, "code": f"{key}.{change.collection}.{change.key}"}
        reason = reasons[key].get(f"{change.collection}/{change.key}")
        record = {"collection": change.collection, "record": change.key, "kind": change.kind}
        texts = build_text_columns(title=title, reason=reason)
        yield models.Change, {**row, "release_entry_id": numbers[key], **record, **texts}
    for number, (_, change, _) in enumerate(changes, start=1):
        for position, field in enumerate(change.fields, start=1):
            values = {"field": field.field, "before": field.before, "after": field.after}
            yield models.ChangedField, {"change_id": number, "position": position, **values}


def list_changes(seed: Seed) -> Iterator[tuple[str, RecordChange, Bilingual]]:
    before: Snapshot = {}
    for key, after in read_snapshots(seed):
        corrections = collect_reasons(seed.get_all(schema.Release)[key])
        for change in list_differences(before, after, corrections):
            record = change.collection, change.key
            yield key, change, name_record(after if record in after else before, *record)
        before = after


def name_record(snapshot: Snapshot, collection: str, key: str) -> Bilingual:
    fields = snapshot[collection, key]
    # What was reported on an action is named after it.
    named = snapshot.get(("actions", fields.get("action", "")), fields)
    name = find_record_name(named) or Bilingual(key, key)
    figure = snapshot.get(("observations", fields.get("observation", "")), fields)
    series = snapshot.get(("series", figure.get("series", "")), fields)
    indicator = find_record_name(snapshot.get(("indicators", series.get("indicator", "")), {}))
    if collection == schema.Edition.collection:
        return name_edition(int(key))
    if collection == schema.Source.collection:
        printed = fields.get("title.printed")
        return Bilingual(format_title(name.en, printed), format_title(name.zh, printed))
    if indicator is None:
        return name
    if collection == "series":
        return Bilingual(f"{indicator.en} ({key})", f"{indicator.zh}（{key}）")
    coverage = find_record_name(snapshot.get(("coverages", series.get("coverage", "")), {}))
    scope = [one for one in (indicator, coverage) if one is not None]
    if "period.start" in figure:
        start, end = (date.fromisoformat(figure[f"period.{day}"]) for day in ("start", "end"))
        label = partial(format_period, start, end, is_cumulative="start" in series)
        scope.append(Bilingual(*map(label, Language)))
    english, chinese = ", ".join(one.en for one in scope), "，".join(one.zh for one in scope)
    return Bilingual(f"{english}: {name.en}", f"{chinese}：{name.zh}")


def find_record_name(fields: Fields) -> Bilingual | None:
    for name in NAME_FIELDS:
        if f"{name}.en" in fields:
            return Bilingual(fields[f"{name}.en"], fields[f"{name}.zh"])
    return None
