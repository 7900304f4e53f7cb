"""Indicators with their headline figures and their newest figures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import select
from sqlmodel import col

from app.db.columns import (
    LocalColumns,
    Record,
    Statement,
    alias_table,
    build_in_array,
    build_in_subquery,
)
from app.db.models import (
    FOREVER,
    Area,
    Headline,
    Indicator,
    LatestObservation,
    Observation,
    PriorityArea,
    Topic,
    Unit,
)
from app.db.statements import Session, fetch_records
from app.i18n import Language
from app.queries.comparison import compare_pairs
from app.queries.observations import (
    complete_observation,
    join_context,
    join_rate,
    select_observation_columns,
    select_observations,
)
from app.queries.resource import Resource, select_links

# The unit and the areas of an indicator; those of its headline belong to the series and may differ.
own_unit = alias_table(Unit, "own_unit")
own_reporting_area = alias_table(Area, "own_reporting_area")
own_counterpart_area = alias_table(Area, "own_counterpart_area")


def select_unjoined_indicators(language: Language) -> Statement:
    """Select indicators; the statement has yet to be joined to the observations they show."""
    columns = LocalColumns(language)
    return (
        select(
            *columns.select_fields(Indicator, "code", "stock_flow", "direction"),
            *columns.select_texts(Indicator, "name", "definition", "note"),
            *columns.select_reference("topic", Topic),
            *columns.select_unit(own_unit),
            *columns.select_reference("reporting_area", own_reporting_area),
            *columns.select_reference("counterpart_area", own_counterpart_area),
            *select_observation_columns(columns.nest("headline")),
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
        select_unjoined_indicators(language)
        .outerjoin(Headline, col(Headline.indicator_id) == Indicator.id)
        .outerjoin(Observation, col(Observation.id) == Headline.observation_id)
    )
    return join_rate(join_context(statement, has_indicator=True), None)


def complete_indicator(row: Record, _: Language) -> Record:
    headline = row["headline"]
    has_headline = headline["id"] is not None
    row["headline"] = complete_observation(headline) if has_headline else None
    return row


HEADLINES = Resource(
    Indicator,
    select_indicators,
    orders={"position": (col(Indicator.position), col(Indicator.code))},
    complete=complete_indicator,
    filters={
        "topic": col(Topic.code),
        "unit": col(own_unit.code),
        "stock_flow": col(Indicator.stock_flow),
        "direction": col(Indicator.direction),
    },
    linked_filters={"priority_area": PriorityArea},
)
"""Indicators without their newest figures."""


@cache
def select_latest_of_indicators(language: Language) -> Statement:
    """Select the newest figures of the indicators whose codes are bound."""
    ids = (
        select(col(LatestObservation.observation_id))
        .join(Indicator, col(Indicator.id) == LatestObservation.indicator_id)
        .where(
            build_in_array(col(Indicator.code), "indicators"),
            col(LatestObservation.current_until) == FOREVER,
        )
    )
    return select_observations(language).where(build_in_subquery(col(Observation.id), ids))


def add_latest_observations(session: Session, indicators: Sequence[Record]) -> list[Record]:
    """Add to each indicator its newest figure, and why it is not comparable with the headline."""
    codes = {"indicators": [indicator["code"] for indicator in indicators]}
    rows = fetch_records(session.connection, select_latest_of_indicators(session.language), codes)
    latest = {row["indicator"]["code"]: complete_observation(row) for row in rows}
    pairs = {
        indicator["code"]: (indicator["headline"], newest)
        for indicator in indicators
        if indicator["headline"]
        and (newest := latest.get(indicator["code"]))
        and newest["id"] != indicator["headline"]["id"]
    }
    obstacles = compare_pairs(session, pairs)
    return [
        indicator
        | {
            "latest": {
                "observation": latest[indicator["code"]],
                "obstacles": obstacles.get(indicator["code"], []),
            }
            if indicator["code"] in latest
            else None
        }
        for indicator in indicators
    ]


INDICATORS = replace(HEADLINES, relate=add_latest_observations)


def get_newest_observation(indicator: Record) -> Record | None:
    """Return the newest figure of an indicator, or its headline if none is newer."""
    newest: Record | None = indicator["latest"] and indicator["latest"]["observation"]
    return newest or indicator["headline"]
