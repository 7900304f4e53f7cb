"""Code lists (topics, sectors, areas, instruments, units), events and sources."""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement, build_citation, localize, select_fields, select_texts
from app.db.models import (
    Area,
    Coverage,
    Event,
    EventSpeaker,
    Instrument,
    RelatedDataset,
    Sector,
    Source,
    Topic,
    Unit,
)
from app.db.models.base import NamedModel
from app.db.statements import select_nested
from app.i18n import Language
from app.parameters import CodeListParameters
from app.queries.pagination import QueryPage
from app.queries.resource import Resource, select_links


def declare_code_list(table: type[NamedModel], texts: tuple[str, ...], *columns: str) -> Resource:
    """Declare a code list with bilingual texts, and other columns, which are also filters."""
    kind = str(table.__tablename__)

    @cache
    def select_records(language: Language) -> Statement:
        return select(
            *select_fields(table, "code", *columns),
            *select_texts(table, language, *texts),
            *select_links(table, language),
        )

    return Resource(
        table,
        select_records,
        orders={"position": (col(table.position), col(table.code)), "code": (col(table.code),)},
        filters={name: getattr(table, name) for name in columns},
        scope={"list of": kind},
    )


TOPICS = declare_code_list(Topic, ("name", "description"))
SECTORS = declare_code_list(Sector, ("name", "description", "note"))
AREAS = declare_code_list(Area, ("name", "definition"), "kind")
INSTRUMENTS = declare_code_list(Instrument, ("name", "description", "note"), "kind")
COVERAGES = declare_code_list(
    Coverage, ("name", "description", "evidence"), *("basis", "first_published", "last_published")
)
RELATED_DATASETS = declare_code_list(
    RelatedDataset,
    ("name", "publisher", "description", "difference", "licence"),
    *("address", "checked_on"),
)
UNITS = declare_code_list(Unit, ("name", "symbol", "description"), "decimals")
CODE_LISTS = {
    resource.kind: resource
    for resource in (TOPICS, SECTORS, AREAS, COVERAGES, INSTRUMENTS, RELATED_DATASETS, UNITS)
}


def list_codes(
    connection: Connection, language: Language, kind: str, filters: CodeListParameters
) -> QueryPage:
    return CODE_LISTS[kind].list_page(connection, language, filters)


@cache
def select_events(language: Language) -> Statement:
    speakers = (
        select(*select_texts(EventSpeaker, language, "name", "office"))
        .where(col(EventSpeaker.event_id) == Event.id)
        .order_by(col(EventSpeaker.position))
    )
    return select(
        *select_fields(Event, "code", "held_on", "part_of_day"),
        *select_texts(Event, language, "name", "place", "organiser", "questioner", "note"),
        select_nested(speakers, Event).label("speakers"),
        *select_links(Event, language),
    )


EVENTS = Resource(
    Event,
    select_events,
    orders={"held": (col(Event.held_on), col(Event.code)), "code": (col(Event.code),)},
)
list_events, get_event = EVENTS.list_page, EVENTS.get


@cache
def select_sources(language: Language) -> Statement:
    columns = (
        *("code", "edition", "standing", "title_kind", "printed_title", "document_kind"),
        *("published_on", "published_precision", "published_basis", "language", "address"),
        "checked_on",
    )
    texts = ("title", "publisher", "publisher_short", "carrier", "body", "licence", "note")
    return (
        select(
            *select_fields(Source, *columns),
            *select_texts(Source, language, *texts),
            *select_fields(Event, "code", "held_on", prefix="event."),
            *select_texts(Event, language, "name", prefix="event."),
            localize(Source, "goal", language).label("goal.text"),
            col(Source.goal_locator).label("goal.locator"),
        )
        .select_from(Source)
        .outerjoin(Event, col(Event.id) == Source.event_id)
    )


def complete_source(row: Record, language: Language) -> Record:
    for part, required in (("event", "code"), ("goal", "text")):
        if row[part][required] is None:
            row[part] = None
    row["line"], row["citation"] = build_citation(row, None, language)
    del row["publisher_short"]
    return row


SOURCES = Resource(
    Source,
    select_sources,
    orders={"published": (col(Source.published_on), col(Source.code)), "code": (col(Source.code),)},
    complete=complete_source,
    filters={
        "standing": col(Source.standing),
        "edition": col(Source.edition),
        "event": col(Event.code),
    },
)
list_sources, get_source = SOURCES.list_page, SOURCES.get
