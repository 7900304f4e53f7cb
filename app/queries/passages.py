"""The passages of sources: each sentence with what is recorded from it."""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import (
    Record,
    Statement,
    add_source_line,
    select_fields,
    select_source,
    select_texts,
)
from app.db.models import Passage, PassageDifference, PassageRecord, Source
from app.db.statements import select_nested
from app.enums import PassageRecordKind, SearchKind
from app.i18n import Language, format_locator
from app.parameters import PassageListParameters, SourcePassageParameters
from app.queries.pagination import QueryPage
from app.queries.resource import Resource, build_record_url

STATED_BY = {
    PassageRecordKind.GOAL: SearchKind.SOURCE,
    PassageRecordKind.PROGRESS: SearchKind.ACTION,
}
"""The kinds of the records that state what is no record of its own, and have the same key."""


@cache
def select_passages(language: Language) -> Statement:
    records: Statement = (
        select(
            *select_fields(PassageRecord, "kind", "owner"),
            *select_texts(PassageRecord, language, "title"),
            col(PassageRecord.record).label("code"),
        )
        .where(col(PassageRecord.passage_id) == Passage.id)
        .order_by(col(PassageRecord.position))
    )
    differences: Statement = (
        select(
            *select_fields(PassageDifference, "locator"),
            *select_texts(PassageDifference, language, "text"),
            *select_source("source", language),
        )
        .select_from(PassageDifference)
        .join(Source, col(Source.id) == PassageDifference.source_id)
        .where(col(PassageDifference.passage_id) == Passage.id)
        .order_by(col(PassageDifference.position))
    )
    return (
        select(
            col(Source.code).label("source"),
            *select_fields(Passage, "locator", "paragraph", "sentence"),
            *select_texts(Passage, language, "note"),
            select_nested(records, Passage).label("records"),
            select_nested(differences, Passage).label("differences"),
        )
        .select_from(Passage)
        .join(Source, col(Source.id) == Passage.source_id)
    )


def complete_passage(row: Record, language: Language) -> Record:
    for located in (row, *row["differences"]):
        located["label"] = format_locator(located["locator"], language)
    for difference in row["differences"]:
        add_source_line(difference["source"], language)
    return row


PASSAGES = Resource(
    Passage,
    select_passages,
    orders={"document": (col(Source.code), col(Passage.position), col(Passage.code))},
    complete=complete_passage,
    filters={"source": col(Source.code)},
)
list_passages = PASSAGES.list_page


def list_source_passages(
    connection: Connection, language: Language, source: str, query: PassageListParameters
) -> QueryPage:
    filters = SourcePassageParameters.model_construct(**dict(query), source=[source])
    return list_passages(connection, language, filters)


def build_url(base: str, record: Record) -> str:
    """Return the URL of a record, or of what states it: an aim is that of an area or an action."""
    kind, code, owner = record["kind"], record["code"], record["owner"]
    if kind == PassageRecordKind.PASSAGE:
        return f"{base}/v1/sources/{owner}/passages"
    if kind == PassageRecordKind.AIM:
        kind = SearchKind.PRIORITY_AREA if code == owner else SearchKind.ACTION
    return build_record_url(base, record | {"kind": STATED_BY.get(kind, kind)})


def add_urls(row: Record, base: str) -> Record:
    records = [
        {
            "kind": record["kind"],
            "code": record["code"],
            "title": record["title"],
            "href": build_url(base, record),
        }
        for record in row["records"]
    ]
    url = format_passage_url(base, row["source"], row["locator"])
    return {**row, "href": url, "records": records}


def format_passage_url(base: str, source: str, locator: str) -> str:
    """Return the URL of a location on the page that lists the sentences of its source."""
    return f"{base}/sources/{source}/passages#{locator}"
