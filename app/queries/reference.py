"""Code lists (topics, sectors, areas, instruments, units), events, and sources with passages."""

from functools import cache

from sqlalchemy import select
from sqlmodel import col

from app.db.columns import LocalColumns, Record, Statement, clear_missing, select_fields
from app.db.models import (
    Area,
    Coverage,
    Event,
    EventSpeaker,
    Instrument,
    Passage,
    PassageDifference,
    PassageRecord,
    RelatedDataset,
    Sector,
    Source,
    Topic,
    Unit,
)
from app.db.models.base import NamedModel
from app.db.statements import Session, select_nested
from app.enums import PassageRecordKind, SearchKind
from app.i18n import Language, format_locator
from app.parameters import PassageListParameters, SourcePassageParameters
from app.queries.pagination import QueryPage
from app.queries.resource import Resource, build_record_url, select_links

STATED_BY = {
    PassageRecordKind.GOAL: SearchKind.SOURCE,
    PassageRecordKind.PROGRESS: SearchKind.ACTION,
}
"""The kinds of the records that state what is no record of its own, and have the same key."""


def declare_code_list(table: type[NamedModel], texts: tuple[str, ...], *columns: str) -> Resource:
    """Declare a code list with bilingual texts, and other columns, which are also filters."""
    kind = str(table.__tablename__)

    @cache
    def select_records(language: Language) -> Statement:
        return select(
            *select_fields(table, "code", *columns),
            *LocalColumns(language).select_texts(table, *texts),
            *select_links(table, language),
        )

    return Resource(
        table,
        select_records,
        orders={"position": (col(table.position), col(table.code))},
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


@cache
def select_events(language: Language) -> Statement:
    columns = LocalColumns(language)
    speakers = (
        select(*columns.select_texts(EventSpeaker, "name", "office"))
        .where(col(EventSpeaker.event_id) == Event.id)
        .order_by(col(EventSpeaker.position))
    )
    return select(
        *columns.select_fields(Event, "code", "held_on", "part_of_day"),
        *columns.select_texts(Event, "name", "place", "organiser", "questioner", "note"),
        select_nested(speakers, Event).label("speakers"),
        *select_links(Event, language),
    )


EVENTS = Resource(Event, select_events, orders={"held": (col(Event.held_on), col(Event.code))})


@cache
def select_sources(language: Language) -> Statement:
    columns = LocalColumns(language)
    event = columns.nest("event")
    names = (
        *("code", "edition", "standing", "title_kind", "printed_title", "document_kind"),
        *("published_on", "published_precision", "published_basis", "language", "address"),
        "checked_on",
    )
    texts = ("title", "publisher", "carrier", "line", "body", "licence", "note")
    return (
        select(
            *columns.select_fields(Source, *names),
            *columns.select_texts(Source, *texts),
            columns.localize(Source, "short_citation").label("citation.short"),
            columns.localize(Source, "citation").label("citation.full"),
            *event.select_fields(Event, "code", "held_on"),
            *event.select_texts(Event, "name"),
            columns.localize(Source, "goal").label("goal.text"),
            col(Source.goal_locator).label("goal.locator"),
        )
        .select_from(Source)
        .outerjoin(Event, col(Event.id) == Source.event_id)
    )


SOURCES = Resource(
    Source,
    select_sources,
    orders={"published": (col(Source.published_on), col(Source.code))},
    complete=lambda row, _: clear_missing(clear_missing(row, "event"), "goal", "text"),
    filters={
        "standing": col(Source.standing),
        "edition": col(Source.edition),
        "event": col(Event.code),
    },
)


@cache
def select_passages(language: Language) -> Statement:
    columns = LocalColumns(language)
    records: Statement = (
        select(
            *columns.select_fields(PassageRecord, "kind", "owner"),
            *columns.select_texts(PassageRecord, "title"),
            col(PassageRecord.record).label("code"),
        )
        .where(col(PassageRecord.passage_id) == Passage.id)
        .order_by(col(PassageRecord.position))
    )
    differences: Statement = (
        select(
            *columns.select_fields(PassageDifference, "locator"),
            *columns.select_texts(PassageDifference, "text"),
            *columns.select_source(),
        )
        .select_from(PassageDifference)
        .join(Source, col(Source.id) == PassageDifference.source_id)
        .where(col(PassageDifference.passage_id) == Passage.id)
        .order_by(col(PassageDifference.position))
    )
    return (
        select(
            col(Source.code).label("source"),
            *columns.select_fields(Passage, "locator", "paragraph", "sentence"),
            *columns.select_texts(Passage, "note"),
            select_nested(records, Passage).label("records"),
            select_nested(differences, Passage).label("differences"),
        )
        .select_from(Passage)
        .join(Source, col(Source.id) == Passage.source_id)
    )


def complete_passage(row: Record, language: Language) -> Record:
    for located in (row, *row["differences"]):
        located["label"] = format_locator(located["locator"], language)
    return row


PASSAGES = Resource(
    Passage,
    select_passages,
    orders={"document": (col(Source.code), col(Passage.position), col(Passage.code))},
    complete=complete_passage,
    filters={"source": col(Source.code)},
)


def list_source_passages(session: Session, source: str, query: PassageListParameters) -> QueryPage:
    filters = SourcePassageParameters.model_construct(**dict(query), source=[source])
    return PASSAGES.list_page(session, filters)


def build_passage_record_url(base: str, record: Record) -> str:
    """Return the URL of a record, or of what states it: an aim is that of an area or an action."""
    kind, code, owner = record["kind"], record["code"], record["owner"]
    if kind == PassageRecordKind.PASSAGE:
        return f"{base}/v1/sources/{owner}/passages"
    if kind == PassageRecordKind.AIM:
        kind = SearchKind.PRIORITY_AREA if code == owner else SearchKind.ACTION
    return build_record_url(base, record | {"kind": STATED_BY.get(kind, kind)})


def add_passage_urls(row: Record, base: str) -> Record:
    records = [
        {
            "kind": record["kind"],
            "code": record["code"],
            "title": record["title"],
            "href": build_passage_record_url(base, record),
        }
        for record in row["records"]
    ]
    url = format_passage_url(base, row["source"], row["locator"])
    return {**row, "href": url, "records": records}


def format_passage_url(base: str, source: str, locator: str) -> str:
    """Return the URL of a location on the page that lists the sentences of its source."""
    return f"{base}/sources/{source}/passages#{locator}"
