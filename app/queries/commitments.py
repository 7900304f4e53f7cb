"""Outcomes, priority areas and their actions."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from app.db.columns import (
    Record,
    add_source_line,
    localized_column,
    select_reference,
    select_source,
)
from app.db.fulltext.base import filter_by_text
from app.db.models import (
    Action,
    ActionArea,
    ActionInstrument,
    ActionSector,
    ActionTopic,
    Area,
    Instrument,
    Outcome,
    OutcomeArea,
    OutcomeInstrument,
    OutcomeSector,
    PriorityArea,
    Sector,
    Source,
    Topic,
)
from app.db.statements import fetch_one, fetch_uncached
from app.i18n import Language
from app.parameters import ActionListParameters, OutcomeListParameters, PriorityAreaListParameters
from app.queries.links import LinkedRecords, attach_links, read_links
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, split_filters

Result: Any = Outcome
Step: Any = Action
Priority: Any = PriorityArea

OUTCOME_ORDERS: dict[str, Sequence[Any]] = {
    "position": (Result.year, Result.position, Result.code),
    "id": (Result.code,),
}
ACTION_ORDERS: dict[str, Sequence[Any]] = {
    "position": (Priority.year, Priority.position, Step.position, Step.code),
    "id": (Step.code,),
}
PRIORITY_AREA_ORDERS: dict[str, Sequence[Any]] = {
    "position": (Priority.year, Priority.position, Priority.code),
    "id": (Priority.code,),
}
OUTCOME_TARGETS: dict[str, tuple[Any, Any]] = {
    "sector": (OutcomeSector, Sector),
    "instrument": (OutcomeInstrument, Instrument),
    "area": (OutcomeArea, Area),
}
ACTION_TARGETS: dict[str, tuple[Any, Any]] = {
    "sector": (ActionSector, Sector),
    "instrument": (ActionInstrument, Instrument),
    "area": (ActionArea, Area),
    "topic": (ActionTopic, Topic),
}
"""For each filter the table of links, and that of the things."""


def filter_linked(
    statement: Select[Any],
    shape: FilterShape,
    owner: Any,
    targets: Mapping[str, tuple[Any, Any]],
) -> Select[Any]:
    """Keep the records that name one of some things.

    Args:
        statement: the records.
        shape: by what they are narrowed.
        owner: their table.
        targets: for each filter the table of links, and that of the things.
    """
    for name, (link, target) in targets.items():
        if name in shape:
            named = exists().where(
                getattr(link, f"{owner.__tablename__}_id") == owner.id,
                getattr(link, f"{target.__tablename__}_id") == target.id,
                shape.condition(name, target.code),
            )
            statement = statement.where(named)
    return statement


@cache
def select_outcomes(language: Language) -> Select[Any]:
    """Select outcomes."""
    return (
        select(
            Result.code.label("id"),
            Result.year.label("year"),
            Result.position.label("position"),
            localized_column(Outcome, "text", language).label("text"),
            Result.locator.label("locator"),
            *select_reference(Topic, "topic", language),
            *select_source("source", language),
        )
        .select_from(Outcome)
        .join(Topic, Topic.id == Result.topic_id)
        .join(Source, Source.id == Result.source_id)
    )


def list_outcomes(
    connection: Connection, language: Language, filters: OutcomeListParameters
) -> QueryPage:
    """List outcomes."""
    shape, values = split_filters(filters)
    statement = select_filtered_outcomes(language, shape)
    statement = filter_by_text(connection, statement, Result.code, filters.q, "outcome")
    found = read_page(connection, statement, OUTCOME_ORDERS, filters, values)
    linked = read_links(connection, language, {"outcome": [row["id"] for row in found.rows]})
    return found.map_rows(lambda row: complete_record(row, language, linked, "outcome"))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_outcomes(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the outcomes that requests of a shape ask for."""
    subject: Any = Topic
    columns = {"year": Result.year, "topic": subject.code}
    statement = shape.apply_filters(select_outcomes(language), columns)
    return filter_linked(statement, shape, Outcome, OUTCOME_TARGETS)


def get_outcome(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one outcome."""
    row = fetch_one(connection, select_outcomes(language), Result.code, key)
    return row and complete_record(
        row, language, read_links(connection, language, {"outcome": [key]}), "outcome"
    )


def complete_record(row: Record, language: Language, linked: LinkedRecords, kind: str) -> Record:
    """Complete a selected outcome or action with its source line and links."""
    record = attach_links(row, linked, kind, row["id"])
    record["source"] = add_source_line(record["source"], language)
    return record


@cache
def select_actions(language: Language) -> Select[Any]:
    """Select actions."""
    return (
        select(
            Step.code.label("id"),
            Step.position.label("position"),
            Step.kind.label("kind"),
            localized_column(Action, "text", language).label("text"),
            Step.status.label("status"),
            Step.locator.label("locator"),
            Priority.year.label("priority_area.year"),
            Priority.position.label("priority_area.position"),
            Priority.slug.label("priority_area.slug"),
            localized_column(PriorityArea, "title", language).label("priority_area.title"),
            *select_source("source", language),
        )
        .select_from(Action)
        .join(PriorityArea, Priority.id == Step.priority_area_id)
        .join(Source, Source.id == Step.source_id)
    )


def list_actions(
    connection: Connection, language: Language, filters: ActionListParameters
) -> QueryPage:
    """List actions."""
    shape, values = split_filters(filters)
    statement = select_filtered_actions(language, shape)
    statement = filter_by_text(connection, statement, Step.code, filters.q, "action")
    found = read_page(connection, statement, ACTION_ORDERS, filters, values)
    linked = read_links(connection, language, {"action": [row["id"] for row in found.rows]})
    return found.map_rows(lambda row: complete_record(row, language, linked, "action"))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_actions(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the actions that requests of a shape ask for."""
    columns = {"year": Priority.year, "priority_area": Priority.slug, "kind": Step.kind}
    statement = shape.apply_filters(select_actions(language), columns)
    return filter_linked(statement, shape, Action, ACTION_TARGETS)


def get_action(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one action."""
    row = fetch_one(connection, select_actions(language), Step.code, key)
    return row and complete_record(
        row, language, read_links(connection, language, {"action": [key]}), "action"
    )


@cache
def select_priority_areas(language: Language) -> Select[Any]:
    """Select priority areas."""
    return (
        select(
            Priority.code.label("code"),
            Priority.year.label("year"),
            Priority.position.label("position"),
            Priority.slug.label("slug"),
            localized_column(PriorityArea, "title", language).label("title"),
            localized_column(PriorityArea, "summary", language).label("summary"),
            localized_column(PriorityArea, "aim", language).label("aim"),
            Priority.aim_locator.label("aim_locator"),
            Priority.locator.label("locator"),
            *select_source("source", language),
        )
        .select_from(PriorityArea)
        .join(Source, Source.id == Priority.source_id)
    )


def list_priority_areas(
    connection: Connection, language: Language, filters: PriorityAreaListParameters
) -> QueryPage:
    """List priority areas with their actions."""
    shape, values = split_filters(filters)
    statement = select_filtered_areas(language, shape)
    found = read_page(connection, statement, PRIORITY_AREA_ORDERS, filters, values)
    return QueryPage(complete_areas(connection, language, found.rows), found.total, found.cursor)


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_areas(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the priority areas that requests of a shape ask for."""
    return shape.apply_filters(select_priority_areas(language), {"year": Priority.year})


def get_priority_area(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    """Find the priority area with a slug, of one year or of the newest that has it."""
    statement = select_priority_areas(language).where(Priority.slug == slug)
    if year is not None:
        statement = statement.where(Priority.year == year)
    rows = fetch_uncached(connection, statement.order_by(Priority.year.desc()).limit(1))
    return next(iter(complete_areas(connection, language, rows)), None)


def complete_areas(connection: Connection, language: Language, rows: list[Record]) -> list[Record]:
    """Complete selected priority areas with their actions and links."""
    steps = read_actions(connection, language, [row["code"] for row in rows])
    owners = {
        "priority_area": [row["code"] for row in rows],
        "action": [step["id"] for step in steps],
    }
    return add_actions(rows, steps, language, read_links(connection, language, owners))


def read_actions(connection: Connection, language: Language, areas: Sequence[str]) -> list[Record]:
    """Select the actions of some priority areas, in order."""
    statement = select_actions(language).where(Priority.code.in_(areas))
    ordered = statement.order_by(*ACTION_ORDERS["position"])
    return fetch_uncached(connection, ordered)


def add_actions(
    rows: list[Record], steps: list[Record], language: Language, linked: LinkedRecords
) -> list[Record]:
    """Put selected actions into their priority areas."""
    done = [complete_record(step, language, linked, "action") for step in steps]
    records = []
    for row in rows:
        record = attach_links(row, linked, "priority_area", row["code"])
        del record["code"]
        record["source"] = add_source_line(record["source"], language)
        named = (record["year"], record["slug"])
        record["actions"] = [
            step
            for step in done
            if (step["priority_area"]["year"], step["priority_area"]["slug"]) == named
        ]
        records.append(record)
    return records


def list_newest_priority_areas(connection: Connection, language: Language) -> list[Record]:
    """Select the priority areas of the newest year."""
    newest = select(func.max(Priority.year)).correlate(None).scalar_subquery()
    statement = select_priority_areas(language).where(Priority.year == newest)
    return fetch_uncached(connection, statement.order_by(Priority.position))
