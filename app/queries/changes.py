"""What each release added, revised, corrected or removed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select

from app.filters import ChangeFilters
from app.models import Change, ChangedField, ReleaseEntry
from app.queries.columns import Record, localized
from app.queries.pages import MADE, Found, page
from app.queries.prepared import once
from app.queries.shapes import Shape, narrowed
from app.text import Language
from app.vocabulary import ChangeKind

Entry: Any = ReleaseEntry
Done: Any = Change
Part: Any = ChangedField

ORDERS: dict[str, Sequence[Any]] = {"release": (Entry.released_on, Entry.number, Done.id)}


@cache
def change_statement(language: Language) -> Select[Any]:
    """Select changes with their releases."""
    return (
        select(
            Done.id.label("number"),
            Done.code.label("id"),
            Done.kind.label("kind"),
            Done.collection.label("collection"),
            Done.record.label("key"),
            localized(Change, "title", language).label("title"),
            Entry.code.label("release"),
            Entry.released_on.label("released_on"),
        )
        .select_from(Change)
        .join(ReleaseEntry, Entry.id == Done.release_entry_id)
    )


def changes(connection: Connection, language: Language, filters: ChangeFilters) -> Found:
    """List changes, each with the fields that differ."""
    shape, values = narrowed(filters)
    found = page(connection, narrowed_statement(language, shape), ORDERS, filters, values)
    return found.with_rows(with_fields(connection, found.rows))


@lru_cache(maxsize=MADE)
def narrowed_statement(language: Language, shape: Shape) -> Select[Any]:
    """Select the changes that requests of a shape ask for."""
    columns = {"release": Entry.code, "kind": Done.kind, "collection": Done.collection}
    statement = shape.narrow(change_statement(language), columns)
    if "since" in shape:
        statement = statement.where(Entry.released_on >= bindparam("since"))
    return statement


def with_fields(connection: Connection, rows: Sequence[Record]) -> list[Record]:
    """Complete selected changes with the fields that differ."""
    fields = fields_of(connection, [row["number"] for row in rows])
    return [row | {"fields": fields.get(row.pop("number"), [])} for row in rows]


def fields_of(connection: Connection, numbers: Sequence[int]) -> Mapping[int, list[Record]]:
    """Read the fields of some changes."""
    statement = (
        select(Part.change_id, Part.field, Part.before, Part.after)
        .where(Part.change_id.in_(numbers))
        .order_by(Part.change_id, Part.position)
    )
    found = defaultdict(list)
    for number, field, before, after in connection.execute(statement):
        found[number].append({"field": field, "before": before, "after": after})
    return found


def told_releases(connection: Connection, language: Language) -> list[Record]:
    """List the releases, the newest first: how much each changed, and what it did not just add."""
    statement = (
        select(
            Entry.code.label("code"),
            Entry.released_on.label("released_on"),
            localized(ReleaseEntry, "note", language).label("note"),
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
    told = change_statement(language).where(Done.kind != ChangeKind.ADDED).order_by(Done.id)
    for change in with_fields(connection, once(connection, told)):
        found[change["release"]]["told"].append(change)
    return list(found.values())
