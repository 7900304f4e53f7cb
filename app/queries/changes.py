"""What each release added, revised, corrected or removed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.db.columns import Record, Statement, localize
from app.db.models import Change, ChangedField, ReleaseEntry
from app.db.statements import fetch_uncached
from app.enums import ChangeKind
from app.i18n import Language
from app.queries.resource import Resource


@cache
def select_changes(language: Language) -> Statement:
    return (
        select(
            col(Change.id).label("number"),
            col(Change.code).label("id"),
            col(Change.kind).label("kind"),
            col(Change.collection).label("collection"),
            col(Change.record).label("key"),
            localize(Change, "title", language).label("title"),
            col(ReleaseEntry.code).label("release"),
            col(ReleaseEntry.released_on).label("released_on"),
        )
        .select_from(Change)
        .join(ReleaseEntry, col(ReleaseEntry.id) == Change.release_entry_id)
    )


def add_fields(connection: Connection, language: Language, rows: Sequence[Record]) -> list[Record]:
    """Add to selected changes the fields that differ."""
    del language
    fields = read_fields(connection, [row["number"] for row in rows])
    return [row | {"fields": fields.get(row.pop("number"), [])} for row in rows]


CHANGES = Resource(
    Change,
    select_changes,
    orders={
        "release": (col(ReleaseEntry.released_on), col(ReleaseEntry.number), col(Change.id)),
    },
    complete=add_fields,
    filters={
        "release": col(ReleaseEntry.code),
        "kind": col(Change.kind),
        "collection": col(Change.collection),
    },
    since=col(ReleaseEntry.released_on),
)
list_changes = CHANGES.list_page


def read_fields(connection: Connection, ids: Sequence[int]) -> Mapping[int, list[Record]]:
    """Read the fields of some changes, by the id of each change."""
    change_id = col(ChangedField.change_id)
    statement = (
        select(
            change_id, col(ChangedField.field), col(ChangedField.before), col(ChangedField.after)
        )
        .where(change_id.in_(ids))
        .order_by(change_id, col(ChangedField.position))
    )
    found = defaultdict(list)
    for number, field, before, after in connection.execute(statement):
        found[number].append({"field": field, "before": before, "after": after})
    return found


def list_releases(connection: Connection, language: Language) -> list[Record]:
    """Read all releases, latest first.

    Returns:
        For each release the number of changes by kind ("changes"), and in full those that are
        not additions ("told").
    """
    statement: Statement = (
        select(
            col(ReleaseEntry.code).label("code"),
            col(ReleaseEntry.released_on).label("released_on"),
            localize(ReleaseEntry, "note", language).label("note"),
            col(Change.kind).label("kind"),
            func.count(col(Change.id)).label("count"),
        )
        .select_from(ReleaseEntry)
        .outerjoin(Change, col(Change.release_entry_id) == ReleaseEntry.id)
        .group_by(col(ReleaseEntry.id), col(Change.kind))
        .order_by(
            col(ReleaseEntry.released_on).desc(), col(ReleaseEntry.number).desc(), col(Change.kind)
        )
    )
    releases: dict[str, Record] = {}
    for row in fetch_uncached(connection, statement):
        kind, count = row.pop("kind"), row.pop("count")
        release = releases.setdefault(row["code"], {**row, "changes": {}, "told": []})
        if kind is not None:
            release["changes"][kind] = count
    kind_column = col(Change.kind)
    other = select_changes(language).where(kind_column != ChangeKind.ADDED).order_by(col(Change.id))
    for change in add_fields(connection, language, fetch_uncached(connection, other)):
        releases[change["release"]]["told"].append(change)
    return list(releases.values())
