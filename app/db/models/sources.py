"""Tables of events, of the documents that report them, and of the passages of documents."""

from datetime import date

from sqlalchemy import String
from sqlmodel import Field

from app import enums
from app.db.models.base import KeyedModel, NotedModel, TableModel


class Event(KeyedModel, NotedModel, table=True):
    """A press conference, briefing or release at which figures were announced."""

    name_en: str
    name_zh: str
    held_on: date
    part_of_day: enums.PartOfDay | None = Field(sa_type=String)
    place_en: str | None
    place_zh: str | None
    organiser_en: str
    organiser_zh: str
    questioner_en: str | None
    questioner_zh: str | None


class EventSpeaker(TableModel, table=True):
    event_id: int = Field(primary_key=True, foreign_key="event.id")
    position: int = Field(primary_key=True)
    name_en: str
    name_zh: str
    office_en: str
    office_zh: str


class Source(KeyedModel, NotedModel, table=True):
    """A document from which figures and commitments are taken.

    The title is as displayed: titles that are not printed in the document, in the language of the
    document, are in square brackets.
    """

    edition: int | None
    """The year of the edition to which the document belongs, if it reports one of its events."""
    event_id: int | None = Field(foreign_key="event.id")
    standing: enums.Standing = Field(sa_type=String)
    title_kind: enums.TitleKind = Field(sa_type=String)
    title_en: str
    title_zh: str
    printed_title: str | None
    publisher_en: str
    publisher_zh: str
    carrier_en: str | None
    carrier_zh: str | None
    line_en: str
    """Publisher, title and date."""
    line_zh: str
    citation_en: str
    """The line and the carrier; the citation of a location continues with the location."""
    citation_zh: str
    short_citation_en: str
    short_citation_zh: str
    document_kind: enums.DocumentKind = Field(sa_type=String)
    body_en: str
    body_zh: str
    published_on: date
    published_precision: enums.Precision = Field(sa_type=String)
    published_basis: enums.DateBasis = Field(sa_type=String)
    language: str
    address: str | None
    checked_on: date | None
    licence_en: str
    licence_zh: str
    goal_en: str | None
    goal_zh: str | None
    goal_locator: str | None
    event_locator: str | None


class Edition(KeyedModel, table=True):
    """A yearly press conference: the figures of the year before, and the priorities of its year."""

    year: int
    source_id: int = Field(foreign_key="source.id")
    question_en: str | None
    question_zh: str | None
    completeness: enums.Completeness = Field(sa_type=String)
    figures_completeness: enums.PartCompleteness = Field(sa_type=String)
    figures_note_en: str
    figures_note_zh: str
    outcomes_completeness: enums.PartCompleteness = Field(sa_type=String)
    outcomes_note_en: str
    outcomes_note_zh: str
    priority_areas_completeness: enums.PartCompleteness = Field(sa_type=String)
    priority_areas_note_en: str
    priority_areas_note_zh: str


class Passage(KeyedModel, NotedModel, table=True):
    """A sentence of a source, or another place in it that a record cites."""

    source_id: int = Field(foreign_key="source.id")
    position: int
    locator: str
    paragraph: int | None
    sentence: int | None


class PassageRecord(TableModel, table=True):
    """What is recorded from a passage: the kind and the key of a record."""

    passage_id: int = Field(primary_key=True, foreign_key="passage.id")
    position: int = Field(primary_key=True)
    kind: enums.PassageRecordKind = Field(sa_type=String)
    record: str
    owner: str
    """The key of the indicator, priority area or source on whose page the record is shown."""
    title_en: str
    title_zh: str


class PassageDifference(TableModel, table=True):
    """How a sentence of another source differs from a passage."""

    passage_id: int = Field(primary_key=True, foreign_key="passage.id")
    position: int = Field(primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    locator: str
    text_en: str
    text_zh: str
