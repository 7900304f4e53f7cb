"""What each release added, revised, corrected or removed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from app.db.columns import Record, localized_column
from app.db.models import Change, ChangedField, ReleaseEntry
from app.db.statements import fetch_uncached
from app.enums import ChangeKind
from app.i18n import Language
from app.parameters import ChangeListParameters
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, split_filters

Entry: Any = ReleaseEntry
Done: Any = Change
FieldRow: Any = ChangedField

ORDERS: dict[str, Sequence[Any]] = {"release": (Entry.released_on, Entry.number, Done.id)}


@cache
def select_changes(language: Language) -> Select[Any]:
    """Select changes with their releases."""
    return (
        select(
            Done.id.label("number"),
            Done.code.label("id"),
            Done.kind.label("kind"),
            Done.collection.label("collection"),
            Done.record.label("key"),
            localized_column(Change, "title", language).label("title"),
            Entry.code.label("release"),
            Entry.released_on.label("released_on"),
        )
        .select_from(Change)
        .join(ReleaseEntry, Entry.id == Done.release_entry_id)
    )


def list_changes(
    connection: Connection, language: Language, filters: ChangeListParameters
) -> QueryPage:
    """List changes, each with the fields that differ."""
    shape, values = split_filters(filters)
    found = read_page(connection, select_filtered_changes(language, shape), ORDERS, filters, values)
    return found.with_rows(add_fields(connection, found.rows))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_changes(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the changes that requests of a shape ask for."""
    columns = {"release": Entry.code, "kind": Done.kind, "collection": Done.collection}
    statement = shape.apply_filters(select_changes(language), columns)
    if "since" in shape:
        statement = statement.where(Entry.released_on >= bindparam("since"))
    return statement


def add_fields(connection: Connection, rows: Sequence[Record]) -> list[Record]:
    """Complete selected changes with the fields that differ."""
    fields = read_fields(connection, [row["number"] for row in rows])
    return [row | {"fields": fields.get(row.pop("number"), [])} for row in rows]


def read_fields(connection: Connection, numbers: Sequence[int]) -> Mapping[int, list[Record]]:
    """Read the fields of some changes."""
    statement = (
        select(FieldRow.change_id, FieldRow.field, FieldRow.before, FieldRow.after)
        .where(FieldRow.change_id.in_(numbers))
        .order_by(FieldRow.change_id, FieldRow.position)
    )
    found = defaultdict(list)
    for number, field, before, after in connection.execute(statement):
        found[number].append({"field": field, "before": before, "after": after})
    return found


def list_releases(connection: Connection, language: Language) -> list[Record]:
    """List the releases, the newest first: how much each changed, and what it did not just add."""
    statement = (
        select(
            Entry.code.label("code"),
            Entry.released_on.label("released_on"),
            localized_column(ReleaseEntry, "note", language).label("note"),
            Done.kind.label("kind"),
            func.count(Done.id).label("count"),
        )
        .select_from(ReleaseEntry)
        .outerjoin(Change, Done.release_entry_id == Entry.id)
        .group_by(Entry.id, Done.kind)
        .order_by(Entry.released_on.desc(), Entry.number.desc(), Done.kind)
    )
    found: dict[str, Record] = {}
    for row in connection.execute(statement).mappings():
        about = {name: row[name] for name in ("code", "released_on", "note")}
        release = found.setdefault(row["code"], {**about, "changes": {}, "told": []})
        if row["kind"] is not None:
            release["changes"][row["kind"]] = row["count"]
    told = select_changes(language).where(Done.kind != ChangeKind.ADDED).order_by(Done.id)
    for change in add_fields(connection, fetch_uncached(connection, told)):
        found[change["release"]]["told"].append(change)
    return list(found.values())
