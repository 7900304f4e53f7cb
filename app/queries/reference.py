"""Code lists (topics, sectors, areas, instruments, units), indicators, events and sources."""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    alias_table,
    build_citation,
    build_source_line,
    localize,
    select_reference,
    select_unit,
)
from app.db.models import (
    Area,
    Baseline,
    Coverage,
    Event,
    EventSpeaker,
    Headline,
    Indicator,
    Instrument,
    Observation,
    PriorityArea,
    RelatedDataset,
    Sector,
    Source,
    Topic,
    Unit,
)
from app.db.models.base import NamedModel
from app.db.statements import select_nested
from app.i18n import Language, format_office
from app.parameters import CodeListParameters
from app.queries.observations import (
    complete_observation,
    join_context,
    join_rate,
    select_observation_columns,
)
from app.queries.pagination import QueryPage
from app.queries.resource import LinkedFilter, Resource, select_links


def declare_code_list(table: type[NamedModel], texts: tuple[str, ...], *columns: str) -> Resource:
    """Declare a code list with bilingual texts, and other columns, which are also filters."""
    kind = str(table.__tablename__)
    plain: dict[str, Column] = {name: getattr(table, name) for name in columns}

    @cache
    def select_records(language: Language) -> Statement:
        return select(
            col(table.code).label("code"),
            *(localize(table, name, language).label(name) for name in texts),
            *(column.label(name) for name, column in plain.items()),
            *select_links(table, language),
        )

    return Resource(
        table,
        select_records,
        orders={"position": (col(table.position), col(table.code)), "code": (col(table.code),)},
        filters=plain,
        scope={"list of": kind},
    )


TOPICS = declare_code_list(Topic, ("name", "description"))
SECTORS = declare_code_list(Sector, ("name", "description", "note"))
AREAS = declare_code_list(Area, ("name", "definition"), "kind")
INSTRUMENTS = declare_code_list(Instrument, ("name", "description", "note"), "kind")
COVERAGES = declare_code_list(
    Coverage,
    ("name", "description", "evidence"),
    *("basis", "first_published", "last_published"),
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
        select(
            localize(EventSpeaker, "name", language).label("name"),
            localize(EventSpeaker, "office", language).label("office"),
        )
        .where(col(EventSpeaker.event_id) == Event.id)
        .order_by(col(EventSpeaker.position))
    )
    return select(
        col(Event.code).label("code"),
        col(Event.held_on).label("held_on"),
        col(Event.part_of_day).label("part_of_day"),
        *(
            localize(Event, name, language).label(name)
            for name in ("name", "place", "organiser", "questioner", "note")
        ),
        select_nested(speakers, Event).label("speakers"),
        *select_links(Event, language),
    )


def complete_event(row: Record, language: Language) -> Record:
    for speaker in row["speakers"]:
        speaker["office"] = format_office(speaker["office"], language)
    return row


EVENTS = Resource(
    Event,
    select_events,
    orders={"held": (col(Event.held_on), col(Event.code)), "code": (col(Event.code),)},
    complete=complete_event,
)
list_events, get_event = EVENTS.list_page, EVENTS.get


@cache
def select_sources(language: Language) -> Statement:
    columns: dict[str, Column] = {
        name: getattr(Source, name)
        for name in (
            *("code", "edition", "standing", "title_kind", "printed_title", "document_kind"),
            *("published_on", "published_precision", "published_basis", "language", "address"),
            "checked_on",
        )
    }
    texts = ("title", "publisher", "publisher_short", "carrier", "body", "licence", "note")
    return (
        select(
            *(column.label(name) for name, column in columns.items()),
            *(localize(Source, name, language).label(name) for name in texts),
            col(Event.code).label("event.code"),
            localize(Event, "name", language).label("event.name"),
            col(Event.held_on).label("event.held_on"),
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
    row["line"] = build_source_line(row, language)
    row["citation"] = build_citation(row, None, language)
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


# The unit and the areas of an indicator; those of its headline belong to the series and may differ.
own_unit = alias_table(Unit, "own_unit")
own_reporting_area = alias_table(Area, "own_reporting_area")
own_counterpart_area = alias_table(Area, "own_counterpart_area")


def select_indicator_columns(language: Language) -> Statement:
    """Select indicators; the statement has yet to be joined to the observations they show."""
    return (
        select(
            col(Indicator.code).label("code"),
            localize(Indicator, "name", language).label("name"),
            localize(Indicator, "definition", language).label("definition"),
            localize(Indicator, "note", language).label("note"),
            col(Indicator.stock_flow).label("stock_flow"),
            col(Indicator.direction).label("direction"),
            *select_reference(Topic, "topic", language),
            *select_unit(own_unit, "unit", language),
            *select_reference(own_reporting_area, "reporting_area", language),
            *select_reference(own_counterpart_area, "counterpart_area", language),
            *select_observation_columns(language, "headline."),
            *select_links(Indicator, language),
        )
        .select_from(Indicator)
        .join(Topic, col(Topic.id) == Indicator.topic_id)
        .join(own_unit, col(own_unit.id) == Indicator.unit_id)
        .join(own_reporting_area, col(own_reporting_area.id) == Indicator.reporting_area_id)
        .join(own_counterpart_area, col(own_counterpart_area.id) == Indicator.counterpart_area_id)
    )


@cache
def select_indicators(language: Language) -> Statement:
    statement = (
        select_indicator_columns(language)
        .outerjoin(Headline, col(Headline.indicator_id) == Indicator.id)
        .outerjoin(Observation, col(Observation.id) == Headline.observation_id)
    )
    return join_rate(join_context(statement, has_indicator=True), None)


def complete_indicator(row: Record, language: Language) -> Record:
    headline = row["headline"]
    has_headline = headline["id"] is not None
    row["headline"] = complete_observation(headline, language) if has_headline else None
    return row


INDICATORS = Resource(
    Indicator,
    select_indicators,
    orders={
        "position": (col(Indicator.position), col(Indicator.code)),
        "code": (col(Indicator.code),),
    },
    complete=complete_indicator,
    filters={
        "topic": col(Topic.code),
        "unit": col(own_unit.code),
        "stock_flow": col(Indicator.stock_flow),
        "direction": col(Indicator.direction),
    },
    linked_filters={"priority_area": LinkedFilter(Baseline, PriorityArea, col(PriorityArea.slug))},
)
list_indicators, get_indicator = INDICATORS.list_page, INDICATORS.get
