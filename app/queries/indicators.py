"""Indicators, each with its headline observation."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, exists, select

from app.db.columns import Record, alias_table, localized_column, select_reference, select_unit
from app.db.fulltext.base import filter_by_text
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
from app.db.statements import fetch_one
from app.i18n import Language
from app.parameters import IndicatorListParameters
from app.queries.links import LinkedRecords, attach_links, read_links
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, split_filters
from app.queries.observations import (
    join_context,
    load_related,
    select_observation_columns,
    to_record,
)

OwnReporter: Any = alias_table(Area, "own_reporter")
OwnCounterpart: Any = alias_table(Area, "own_counterpart")
Figure: Any = Observation
Own: Any = Indicator
Subject: Any = Topic
Measure: Any = Unit

ORDERS: dict[str, Sequence[Any]] = {
    "position": (Own.position, Own.code),
    "code": (Own.code,),
}


@cache
def select_indicators(language: Language) -> Select[Any]:
    """Select indicators, each with its headline observation."""
    statement = (
        select(
            Own.code.label("code"),
            localized_column(Indicator, "name", language).label("name"),
            localized_column(Indicator, "definition", language).label("definition"),
            localized_column(Indicator, "note", language).label("note"),
            Own.direction.label("direction"),
            *select_reference(Topic, "topic", language),
            *select_unit(Unit, "unit", language),
            *select_reference(OwnReporter, "reporting_area", language),
            *select_reference(OwnCounterpart, "counterpart_area", language),
            *select_observation_columns(language, "headline."),
        )
        .select_from(Indicator)
        .join(Topic, Subject.id == Own.topic_id)
        .join(Unit, Unit.id == Own.unit_id)
        .join(OwnReporter, OwnReporter.id == Own.reporting_area_id)
        .join(OwnCounterpart, OwnCounterpart.id == Own.counterpart_area_id)
        .outerjoin(Headline, Headline.indicator_id == Own.id)
        .outerjoin(Observation, Figure.id == Headline.observation_id)
    )
    return join_context(statement, optional=True)


def list_indicators(
    connection: Connection, language: Language, filters: IndicatorListParameters
) -> QueryPage:
    """List indicators."""
    shape, values = split_filters(filters)
    statement = select_filtered_indicators(language, shape)
    statement = filter_by_text(connection, statement, Own.code, filters.q, "indicator")
    found = read_page(connection, statement, ORDERS, filters, values)
    return found.with_rows(complete_indicators(connection, language, found.rows))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_indicators(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the indicators that requests of a shape ask for."""
    columns = {"topic": Subject.code, "unit": Measure.code, "direction": Own.direction}
    statement = shape.apply_filters(select_indicators(language), columns)
    if "priority_area" not in shape:
        return statement
    area: Any = PriorityArea
    return statement.where(
        exists()
        .where(Baseline.indicator_id == Own.id)
        .where(Baseline.priority_area_id == area.id)
        .where(shape.condition("priority_area", area.slug))
    )


def get_indicator(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one indicator."""
    found = fetch_one(connection, select_indicators(language), Own.code, key)
    return found and complete_indicators(connection, language, [found])[0]


def complete_indicators(
    connection: Connection, language: Language, rows: list[Record]
) -> list[Record]:
    """Complete selected indicators with reports and links."""
    found = read_links(connection, language, {"indicator": [row["code"] for row in rows]})
    return add_headlines(connection, language, rows, found)


def add_headlines(
    connection: Connection, language: Language, rows: list[Record], found: LinkedRecords
) -> list[Record]:
    """Complete selected indicators with their headline, given what they are linked to."""
    headlines = [row["headline"] for row in rows if row["headline"]["id"] is not None]
    beside = load_related(connection, language, headlines)
    for record in rows:
        attach_links(record, found, "indicator", record["code"])
        shown = record["headline"]
        record["headline"] = to_record(shown, language, beside) if shown["id"] is not None else None
    return rows
