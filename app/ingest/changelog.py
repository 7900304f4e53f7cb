"""The rows that tell the history of releases."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select
from sqlmodel import SQLModel

from app.db import models
from app.enums import ChangeKind
from app.i18n import Bilingual
from app.ingest.history import FieldChange, Fields, RecordChange, Snapshot, replay_changes
from app.ingest.releases import list_changes, list_releases
from app.ingest.validation import Seed

NAMING = ("name", "title", "text", "wording")
"""The fields that can name a record, the best first."""


def build_change_rows(seed: Seed) -> Iterator[tuple[type[SQLModel], dict[str, Any]]]:
    """Give every release, what it changed, and the fields of each change."""
    numbers = {key: number for number, key in enumerate(list_releases(seed), start=1)}
    for key, release in list_releases(seed).items():
        row = {"id": numbers[key], "code": key, "released_on": release.date}
        note = {"note_en": release.note.en, "note_zh": release.note.zh}
        yield models.ReleaseEntry, {**row, "number": release.number, **note}
    numbered = [
        (numbers[key], key, change, after if (change.collection, change.key) in after else before)
        for key, found, before, after in list_changes(seed)
        for change in found
    ]
    for number, (release_id, key, change, state) in enumerate(numbered, start=1):
        title = name_record(state, change.collection, change.key)
        yield (
            models.Change,
            {
                "id": number,
                "code": f"{key}.{change.collection}.{change.key}",
                "release_entry_id": release_id,
                "collection": change.collection,
                "record": change.key,
                "kind": change.kind,
                "title_en": title.en,
                "title_zh": title.zh,
            },
        )
    for number, (_, _, change, _) in enumerate(numbered, start=1):
        for position, one in enumerate(change.fields, start=1):
            told = {"field": one.field, "before": one.before, "after": one.after}
            yield models.ChangedField, {"change_id": number, "position": position, **told}


def name_record(state: Snapshot, collection: str, key: str) -> Bilingual:
    """Name a record for people; a figure by its indicator and its wording."""
    fields = state[collection, key]
    own = find_own_name(fields) or Bilingual(key, key)
    figure = state.get(("observations", fields.get("observation", "")), fields)
    series = state.get(("series", figure.get("series", "")), fields)
    indicator = find_own_name(state.get(("indicators", series.get("indicator", "")), {}))
    if indicator is None:
        return own
    if collection == "series":
        return Bilingual(f"{indicator.en} ({key})", f"{indicator.zh}（{key}）")
    return Bilingual(f"{indicator.en}: {own.en}", f"{indicator.zh}：{own.zh}")


def find_own_name(fields: Fields) -> Bilingual | None:
    """Find the name among a record's own fields."""
    for name in NAMING:
        if f"{name}.en" in fields:
            return Bilingual(fields[f"{name}.en"], fields[f"{name}.zh"])
    return None


def read_recorded(connection: Connection) -> Snapshot:
    """Read every record of a database as the seed spelled it: the sum of all its changes."""
    change: Any = models.Change
    one: Any = models.ChangedField
    statement = (
        select(change.id, change.collection, change.record, change.kind)
        .add_columns(one.field, one.before, one.after)
        .outerjoin(one, one.change_id == change.id)
        .order_by(change.id, one.position)
    )
    found: dict[int, RecordChange] = {}
    for number, collection, key, kind, field, before, after in connection.execute(statement):
        told = (FieldChange(field, before, after),) if field is not None else ()
        earlier = found[number].fields if number in found else ()
        found[number] = RecordChange(collection, key, ChangeKind(kind), earlier + told)
    return replay_changes(found.values())
