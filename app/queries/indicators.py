"""Indicators, each with its headline observation."""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement, alias_table, localize, select_reference, select_unit
from app.db.models import (
    Area,
    Baseline,
    Headline,
    Indicator,
    Observation,
    PriorityArea,
    Topic,
    Unit,
)
from app.i18n import Language
from app.queries.links import LinkedRecords, attach_links, read_links
from app.queries.observations import (
    join_context,
    load_related,
    select_observation_columns,
    to_record,
)
from app.queries.resource import LinkedFilter, Resource

# The unit and the areas of an indicator; those of its headline belong to the series and may differ.
own_unit = alias_table(Unit, "own_unit")
own_reporting_area = alias_table(Area, "own_reporting_area")
own_counterpart_area = alias_table(Area, "own_counterpart_area")


@cache
def select_indicators(language: Language) -> Statement:
    statement: Statement = (
        select(
            col(Indicator.code).label("code"),
            localize(Indicator, "name", language).label("name"),
            localize(Indicator, "definition", language).label("definition"),
            localize(Indicator, "note", language).label("note"),
            col(Indicator.direction).label("direction"),
            *select_reference(Topic, "topic", language),
            *select_unit(own_unit, "unit", language),
            *select_reference(own_reporting_area, "reporting_area", language),
            *select_reference(own_counterpart_area, "counterpart_area", language),
            *select_observation_columns(language, "headline."),
        )
        .select_from(Indicator)
        .join(Topic, col(Topic.id) == Indicator.topic_id)
        .join(own_unit, col(own_unit.id) == Indicator.unit_id)
        .join(own_reporting_area, col(own_reporting_area.id) == Indicator.reporting_area_id)
        .join(own_counterpart_area, col(own_counterpart_area.id) == Indicator.counterpart_area_id)
        .outerjoin(Headline, col(Headline.indicator_id) == Indicator.id)
        .outerjoin(Observation, col(Observation.id) == Headline.observation_id)
    )
    return join_context(statement, has_indicator=True)


def complete_indicators(
    connection: Connection, language: Language, rows: list[Record]
) -> list[Record]:
    """Add links and complete headline observations to selected indicators."""
    links = read_links(connection, language, {"indicator": [row["code"] for row in rows]})
    return add_headlines(connection, language, rows, links)


def add_headlines(
    connection: Connection, language: Language, rows: list[Record], links: LinkedRecords
) -> list[Record]:
    """Add to selected indicators their links and complete headline observations."""
    headlines = [row["headline"] for row in rows if row["headline"]["id"] is not None]
    related = load_related(connection, language, headlines)
    for row in rows:
        attach_links(row, links, "indicator", row["code"])
        headline = row["headline"]
        has_headline = headline["id"] is not None
        row["headline"] = to_record(headline, language, related) if has_headline else None
    return rows


INDICATORS = Resource(
    Indicator,
    select_indicators,
    orders={
        "position": (col(Indicator.position), col(Indicator.code)),
        "code": (col(Indicator.code),),
    },
    complete=complete_indicators,
    filters={
        "topic": col(Topic.code),
        "unit": col(own_unit.code),
        "direction": col(Indicator.direction),
    },
    linked_filters={
        "priority_area": LinkedFilter(Baseline, PriorityArea, col(PriorityArea.slug)),
    },
)
list_indicators, get_indicator = INDICATORS.list_page, INDICATORS.get
