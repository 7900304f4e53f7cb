"""Reference data with everything that is linked to it."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from app.filters import CodeListing, SourceFilters
from app.models import Area, Instrument, Sector, Source, Topic, Unit
from app.queries.columns import Record, localized
from app.queries.links import attach, links
from app.queries.pages import MADE, Found, page
from app.queries.prepared import once, one
from app.queries.shapes import Shape, narrowed
from app.text import Language, published_day, source_line

LISTED: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
    "topic": (Topic, ("name", "description"), ()),
    "sector": (Sector, ("name", "description"), ()),
    "area": (Area, ("name", "definition"), ("kind",)),
    "instrument": (Instrument, ("name", "description"), ("kind",)),
    "unit": (Unit, ("name", "symbol", "description"), ("decimals",)),
}
"""The code lists: their table, the texts and the plain columns that they show."""

SOURCE_TEXTS = ("title", "event", "publisher", "body", "place", "licence")
SOURCE_COLUMNS = (
    "code",
    "edition",
    "standing",
    "held_on",
    "published_on",
    "published_precision",
    "language",
    "address",
)
Document: Any = Source
SOURCE_ORDERS: dict[str, Sequence[Any]] = {
    "published": (Document.published_on, Document.code),
    "code": (Document.code,),
}


@cache
def listed_statement(kind: str, language: Language) -> Select[Any]:
    """Select the records of a code list."""
    table, texts, columns = LISTED[kind]
    return select(
        table.code.label("code"),
        *(localized(table, text, language).label(text) for text in texts),
        *(getattr(table, column).label(column) for column in columns),
    ).select_from(table)


def listed(connection: Connection, language: Language, kind: str, filters: CodeListing) -> Found:
    """List the records of a code list."""
    table = LISTED[kind][0]
    shape, values = narrowed(filters)
    statement = narrowed_list(kind, language, shape)
    orders = {"position": (table.position, table.code), "code": (table.code,)}
    found = page(connection, statement, orders, filters, {**values, "list of": kind})
    linked = links(connection, language, {kind: [row["code"] for row in found.rows]})
    return found.map(lambda row: attach(row, linked, kind, row["code"]))


@lru_cache(maxsize=MADE)
def narrowed_list(kind: str, language: Language, shape: Shape) -> Select[Any]:
    """Select the records of a code list that requests of a shape ask for."""
    table, _, columns = LISTED[kind]
    return shape.narrow(
        listed_statement(kind, language), {name: getattr(table, name) for name in columns}
    )


def entry(connection: Connection, language: Language, kind: str, key: str) -> Record | None:
    """Find one record of a code list."""
    row = one(connection, listed_statement(kind, language), LISTED[kind][0].code, key)
    return row and attach(row, links(connection, language, {kind: [key]}), kind, key)


@cache
def source_statement(language: Language) -> Select[Any]:
    """Select sources."""
    return select(
        *(getattr(Source, column).label(column) for column in SOURCE_COLUMNS),
        *(localized(Source, text, language).label(text) for text in SOURCE_TEXTS),
        localized(Source, "speaker", language).label("speaker.name"),
        localized(Source, "speaker_title", language).label("speaker.title"),
        localized(Source, "goal", language).label("goal.text"),
        Document.goal_locator.label("goal.locator"),
    ).select_from(Source)


def told(row: Record, language: Language) -> Record:
    """Complete a selected source with its source line."""
    record = row
    for part, leading in (("speaker", "name"), ("goal", "text")):
        if record[part][leading] is None:
            record[part] = None
    published = published_day(record["published_on"], record["published_precision"], language)
    line = source_line(record["title"], record["publisher"], published, language)
    return record | {"line": line}


def sources(connection: Connection, language: Language, filters: SourceFilters) -> Found:
    """List sources."""
    shape, values = narrowed(filters)
    found = page(connection, narrowed_sources(language, shape), SOURCE_ORDERS, filters, values)
    return found.map(lambda row: told(row, language))


@lru_cache(maxsize=MADE)
def narrowed_sources(language: Language, shape: Shape) -> Select[Any]:
    """Select the sources that requests of a shape ask for."""
    columns = {"standing": Document.standing, "edition": Document.edition}
    return shape.narrow(source_statement(language), columns)


def source(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one source."""
    row = one(connection, source_statement(language), Document.code, key)
    return row and told(row, language)


def newest_edition(connection: Connection, language: Language) -> Record:
    """Find the source of the newest edition."""
    statement = source_statement(language).where(Document.edition.is_not(None))
    newest = statement.order_by(Document.edition.desc()).limit(1)
    (found,) = once(connection, newest)
    return told(found, language)
