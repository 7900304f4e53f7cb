"""Releases: the row and the keys of the one served, and what each release changed."""

from functools import cache, lru_cache, partial

from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlmodel import SQLModel, col

from app.db import Database
from app.db.columns import Column, LocalColumns, Record, Statement, select_fields
from app.db.models import (
    Action,
    Change,
    ChangedField,
    Commitment,
    Contradiction,
    Edition,
    Event,
    GrowthRate,
    Indicator,
    Observation,
    Outcome,
    PriorityArea,
    ReleaseEntry,
    Report,
    Series,
    Source,
)
from app.db.models.base import KeyedModel
from app.db.statements import Session, fetch_scalars, fetch_uncached, select_nested
from app.enums import ChangeKind
from app.i18n import Language
from app.queries.reference import CODE_LISTS
from app.queries.resource import Resource

TABLES: tuple[type[KeyedModel], ...] = (
    *(resource.table for resource in CODE_LISTS.values()),
    *(Edition, Event, Source, Indicator, Observation, GrowthRate, Report),
    *(Outcome, Action, Commitment, Contradiction),
)
COLLECTIONS: dict[str, Column] = {
    **{f"{table.__tablename__}s": col(table.code) for table in TABLES},
    "series": col(Series.code),
    "releases": col(ReleaseEntry.code),
    "priority_areas": col(PriorityArea.slug),
}
MAX_CACHED = 1000
"""Up to how many keys of a collection are kept in memory."""
MAX_NEIGHBOURS = 20
MAX_KEY_LENGTH = 200
MAX_LOOKUPS = 1024


def read_release(connection: Connection) -> Record:
    """Read the row of the release, the day of the first one, and the time that figures cover."""
    extremes: dict[str, Column] = {
        "first_released_on": func.min(ReleaseEntry.released_on),
        "first_day": func.min(Series.first_period_start),
        "last_day": func.max(Series.last_period_end),
    }
    statement = select(*SQLModel.metadata.tables["release"].columns).add_columns(
        *(select(value).scalar_subquery().label(name) for name, value in extremes.items())
    )
    (record,) = fetch_uncached(connection, statement)
    return record


class CollectionKeys:
    """The keys of a collection: in memory if they are few, else looked up in the database.

    Lookups are cached, since the keys of a request may be checked in two threads, of which only
    the first may wait for the database.
    """

    def __init__(self, database: Database, column: Column, keys: tuple[str, ...] | None) -> None:
        self.cached_keys = keys
        self.same, self.before, self.after = select_keys(column)
        # It does not refer to this object, so that a release is freed as soon as it is closed.
        self.look_up = lru_cache(maxsize=MAX_LOOKUPS)(partial(read_keys, database))

    def __contains__(self, key: str) -> bool:
        if self.cached_keys is not None:
            return key in self.cached_keys
        return len(key) <= MAX_KEY_LENGTH and bool(self.look_up(key, self.same))

    def find_nearest_keys(self, key: str) -> tuple[str, ...]:
        if self.cached_keys is not None:
            return self.cached_keys
        before, after = (
            self.look_up(key[:MAX_KEY_LENGTH], statement) for statement in (self.before, self.after)
        )
        return *before[::-1], *after


@cache
def select_keys(column: Column) -> tuple[Statement, Statement, Statement]:
    """Select a key, some of those before it, and some of those from it on."""
    key: BindParameter[str] = bindparam("key")
    statement = select(column).limit(MAX_NEIGHBOURS)
    before = statement.where(column < key).order_by(column.desc())
    return statement.where(column == key), before, statement.where(column >= key).order_by(column)


def read_keys(database: Database, key: str, statement: Statement) -> tuple[str, ...]:
    return database.read(
        lambda connection: tuple(fetch_scalars(connection, statement, {"key": key}))
    )


def read_all_keys(database: Database, connection: Connection) -> dict[str, CollectionKeys]:
    found = {}
    for name, column in COLLECTIONS.items():
        # Slugs of priority areas repeat from year to year.
        statement = select(column).distinct().order_by(column).limit(MAX_CACHED + 1)
        keys = tuple(connection.execute(statement).scalars())
        found[name] = CollectionKeys(database, column, keys if len(keys) <= MAX_CACHED else None)
    return found


@cache
def select_changes(language: Language) -> Statement:
    fields: Statement = (
        select(*select_fields(ChangedField, "field", "before", "after"))
        .where(col(ChangedField.change_id) == Change.id)
        .order_by(col(ChangedField.position))
    )
    return (
        select(
            col(Change.code).label("id"),
            *select_fields(Change, "kind", "collection"),
            col(Change.record).label("key"),
            *LocalColumns(language).select_texts(Change, "title", "reason"),
            col(ReleaseEntry.code).label("release"),
            col(ReleaseEntry.released_on).label("released_on"),
            select_nested(fields, Change).label("fields"),
        )
        .select_from(Change)
        .join(ReleaseEntry, col(ReleaseEntry.id) == Change.release_entry_id)
    )


CHANGES = Resource(
    Change,
    select_changes,
    orders={"release": (col(ReleaseEntry.released_on), col(ReleaseEntry.number), col(Change.id))},
    filters={
        "release": col(ReleaseEntry.code),
        "kind": col(Change.kind),
        "collection": col(Change.collection),
    },
    since=col(ReleaseEntry.released_on),
)


def list_releases(session: Session) -> list[Record]:
    """Read all releases, latest first.

    Returns:
        For each release the number of changes by kind ("changes"), and in full those that are
        not additions ("modifications").
    """
    statement: Statement = (
        select(
            *select_fields(ReleaseEntry, "code", "released_on"),
            *LocalColumns(session.language).select_texts(ReleaseEntry, "note"),
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
    for row in fetch_uncached(session.connection, statement):
        kind, count = row.pop("kind"), row.pop("count")
        release = releases.setdefault(row["code"], {**row, "changes": {}, "modifications": []})
        if kind is not None:
            release["changes"][kind] = count
    other = select_changes(session.language).where(col(Change.kind) != ChangeKind.ADDED)
    for change in fetch_uncached(session.connection, other.order_by(col(Change.id))):
        releases[change["release"]]["modifications"].append(change)
    return list(releases.values())
