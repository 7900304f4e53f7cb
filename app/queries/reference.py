"""Reference data with everything that is linked to it."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from app.db.columns import Record, localized_column
from app.db.models import Area, Instrument, Sector, Source, Topic, Unit
from app.db.statements import fetch_one, fetch_uncached
from app.formatting import format_published_day, format_source_line
from app.i18n import Language
from app.parameters import CodeListParameters, SourceListParameters
from app.queries.links import attach_links, read_links
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, split_filters

CODE_LIST_MODELS: dict[str, tuple[Any, tuple[str, ...], tuple[str, ...]]] = {
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
def select_code_list(kind: str, language: Language) -> Select[Any]:
    """Select the records of a code list."""
    table, texts, columns = CODE_LIST_MODELS[kind]
    return select(
        table.code.label("code"),
        *(localized_column(table, text, language).label(text) for text in texts),
        *(getattr(table, column).label(column) for column in columns),
    ).select_from(table)


def list_codes(
    connection: Connection, language: Language, kind: str, filters: CodeListParameters
) -> QueryPage:
    """List the records of a code list."""
    table = CODE_LIST_MODELS[kind][0]
    shape, values = split_filters(filters)
    statement = select_filtered_codes(kind, language, shape)
    orders = {"position": (table.position, table.code), "code": (table.code,)}
    found = read_page(connection, statement, orders, filters, {**values, "list of": kind})
    linked = read_links(connection, language, {kind: [row["code"] for row in found.rows]})
    return found.map_rows(lambda row: attach_links(row, linked, kind, row["code"]))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_codes(kind: str, language: Language, shape: FilterShape) -> Select[Any]:
    """Select the records of a code list that requests of a shape ask for."""
    table, _, columns = CODE_LIST_MODELS[kind]
    return shape.apply_filters(
        select_code_list(kind, language), {name: getattr(table, name) for name in columns}
    )


def get_code(connection: Connection, language: Language, kind: str, key: str) -> Record | None:
    """Find one record of a code list."""
    row = fetch_one(
        connection, select_code_list(kind, language), CODE_LIST_MODELS[kind][0].code, key
    )
    return row and attach_links(row, read_links(connection, language, {kind: [key]}), kind, key)


@cache
def select_sources(language: Language) -> Select[Any]:
    """Select sources."""
    return select(
        *(getattr(Source, column).label(column) for column in SOURCE_COLUMNS),
        *(localized_column(Source, text, language).label(text) for text in SOURCE_TEXTS),
        localized_column(Source, "speaker", language).label("speaker.name"),
        localized_column(Source, "speaker_title", language).label("speaker.title"),
        localized_column(Source, "goal", language).label("goal.text"),
        Document.goal_locator.label("goal.locator"),
    ).select_from(Source)


def complete_source(row: Record, language: Language) -> Record:
    """Complete a selected source with its source line."""
    record = row
    for part, leading in (("speaker", "name"), ("goal", "text")):
        if record[part][leading] is None:
            record[part] = None
    published = format_published_day(
        record["published_on"], record["published_precision"], language
    )
    line = format_source_line(record["title"], record["publisher"], published, language)
    return record | {"line": line}


def list_sources(
    connection: Connection, language: Language, filters: SourceListParameters
) -> QueryPage:
    """List sources."""
    shape, values = split_filters(filters)
    found = read_page(
        connection, select_filtered_sources(language, shape), SOURCE_ORDERS, filters, values
    )
    return found.map_rows(lambda row: complete_source(row, language))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_sources(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the sources that requests of a shape ask for."""
    columns = {"standing": Document.standing, "edition": Document.edition}
    return shape.apply_filters(select_sources(language), columns)


def get_source(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one source."""
    row = fetch_one(connection, select_sources(language), Document.code, key)
    return row and complete_source(row, language)


def get_newest_edition(connection: Connection, language: Language) -> Record:
    """Find the source of the newest edition."""
    statement = select_sources(language).where(Document.edition.is_not(None))
    newest = statement.order_by(Document.edition.desc()).limit(1)
    (found,) = fetch_uncached(connection, newest)
    return complete_source(found, language)
