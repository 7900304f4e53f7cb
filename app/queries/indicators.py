"""Indicators, each with its headline observation."""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, exists, select

from app.filters import IndicatorFilters
from app.models import Area, Baseline, Headline, Indicator, Observation, PriorityArea, Topic, Unit
from app.queries.columns import Record, localized, reference, renamed, unit
from app.queries.links import Linked, attach, links
from app.queries.observations import beside_of, observation_columns, told, with_context
from app.queries.pages import MADE, Found, page
from app.queries.prepared import one
from app.queries.shapes import Shape, narrowed
from app.queries.words import with_words
from app.text import Language

OwnReporter: Any = renamed(Area, "own_reporter")
OwnCounterpart: Any = renamed(Area, "own_counterpart")
Figure: Any = Observation
Own: Any = Indicator
Subject: Any = Topic
Measure: Any = Unit

ORDERS: dict[str, Sequence[Any]] = {
    "position": (Own.position, Own.code),
    "code": (Own.code,),
}


@cache
def indicator_statement(language: Language) -> Select[Any]:
    """Select indicators, each with its headline observation."""
    statement = (
        select(
            Own.code.label("code"),
            localized(Indicator, "name", language).label("name"),
            localized(Indicator, "definition", language).label("definition"),
            localized(Indicator, "note", language).label("note"),
            Own.direction.label("direction"),
            *reference(Topic, "topic", language),
            *unit(Unit, "unit", language),
            *reference(OwnReporter, "reporting_area", language),
            *reference(OwnCounterpart, "counterpart_area", language),
            *observation_columns(language, "headline."),
        )
        .select_from(Indicator)
        .join(Topic, Subject.id == Own.topic_id)
        .join(Unit, Unit.id == Own.unit_id)
        .join(OwnReporter, OwnReporter.id == Own.reporting_area_id)
        .join(OwnCounterpart, OwnCounterpart.id == Own.counterpart_area_id)
        .outerjoin(Headline, Headline.indicator_id == Own.id)
        .outerjoin(Observation, Figure.id == Headline.observation_id)
    )
    return with_context(statement, optional=True)


def indicators(connection: Connection, language: Language, filters: IndicatorFilters) -> Found:
    """List indicators."""
    shape, values = narrowed(filters)
    statement = narrowed_statement(language, shape)
    statement = with_words(connection, statement, Own.code, filters.q, "indicator")
    found = page(connection, statement, ORDERS, filters, values)
    return found.with_rows(complete(connection, language, found.rows))


@lru_cache(maxsize=MADE)
def narrowed_statement(language: Language, shape: Shape) -> Select[Any]:
    """Select the indicators that requests of a shape ask for."""
    columns = {"topic": Subject.code, "unit": Measure.code, "direction": Own.direction}
    statement = shape.narrow(indicator_statement(language), columns)
    if "priority_area" not in shape:
        return statement
    area: Any = PriorityArea
    return statement.where(
        exists()
        .where(Baseline.indicator_id == Own.id)
        .where(Baseline.priority_area_id == area.id)
        .where(shape.holds("priority_area", area.slug))
    )


def indicator(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one indicator."""
    found = one(connection, indicator_statement(language), Own.code, key)
    return found and complete(connection, language, [found])[0]


def complete(connection: Connection, language: Language, rows: list[Record]) -> list[Record]:
    """Complete selected indicators with reports and links."""
    found = links(connection, language, {"indicator": [row["code"] for row in rows]})
    return with_headlines(connection, language, rows, found)


def with_headlines(
    connection: Connection, language: Language, rows: list[Record], found: Linked
) -> list[Record]:
    """Complete selected indicators with their headline, given what they are linked to."""
    headlines = [row["headline"] for row in rows if row["headline"]["id"] is not None]
    beside = beside_of(connection, language, headlines)
    for record in rows:
        attach(record, found, "indicator", record["code"])
        shown = record["headline"]
        record["headline"] = told(shown, language, beside) if shown["id"] is not None else None
    return rows
