"""Outcomes, priority areas and their actions."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, exists, func, select

from app.filters import ActionFilters, OutcomeFilters, PriorityAreaFilters
from app.models import (
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
from app.queries.columns import Record, localized, nest, reference, source, with_line
from app.queries.links import Linked, attach, links
from app.queries.pages import Found, page
from app.queries.prepared import one
from app.queries.words import holding
from app.text import Language

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


def naming(owner: Any, link: Any, target: Any, keys: Sequence[str]) -> Any:  # noqa: ANN401
    """Make the condition that a record names one of some things."""
    return exists().where(
        getattr(link, f"{owner.__tablename__}_id") == owner.id,
        getattr(link, f"{target.__tablename__}_id") == target.id,
        target.code.in_(keys),
    )


@cache
def outcome_statement(language: Language) -> Select[Any]:
    """Select outcomes."""
    return (
        select(
            Result.code.label("id"),
            Result.year.label("year"),
            Result.position.label("position"),
            localized(Outcome, "text", language).label("text"),
            Result.locator.label("locator"),
            *reference(Topic, "topic", language),
            *source("source", language),
        )
        .select_from(Outcome)
        .join(Topic, Topic.id == Result.topic_id)
        .join(Source, Source.id == Result.source_id)
    )


def outcomes(connection: Connection, language: Language, filters: OutcomeFilters) -> Found:
    """List outcomes."""
    statement = outcome_statement(language)
    if filters.year:
        statement = statement.where(Result.year.in_(filters.year))
    if filters.topic:
        statement = statement.where(Topic.code.in_(filters.topic))  # type: ignore[attr-defined]
    for link, target, keys in (
        (OutcomeSector, Sector, filters.sector),
        (OutcomeInstrument, Instrument, filters.instrument),
        (OutcomeArea, Area, filters.area),
    ):
        if keys:
            statement = statement.where(naming(Outcome, link, target, keys))
    if filters.q is not None:
        statement = statement.where(Result.code.in_(holding(connection, filters.q, "outcome")))
    found = page(connection, statement, OUTCOME_ORDERS, filters)
    linked = links(connection, language, {"outcome": [row["id"] for row in found.rows]})
    return found.map(lambda row: told(row, language, linked, "outcome"))


def outcome(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one outcome."""
    row = one(connection, outcome_statement(language), Result.code, key)
    return row and told(row, language, links(connection, language, {"outcome": [key]}), "outcome")


def told(row: Record, language: Language, linked: Linked, kind: str) -> Record:
    """Complete a selected outcome or action with its source line and links."""
    record = attach(nest(row), linked, kind, row["id"])
    record["source"] = with_line(record["source"], language)
    return record


@cache
def action_statement(language: Language) -> Select[Any]:
    """Select actions."""
    return (
        select(
            Step.code.label("id"),
            Step.position.label("position"),
            Step.kind.label("kind"),
            localized(Action, "text", language).label("text"),
            Step.status.label("status"),
            Step.locator.label("locator"),
            Priority.year.label("priority_area.year"),
            Priority.position.label("priority_area.position"),
            Priority.slug.label("priority_area.slug"),
            localized(PriorityArea, "title", language).label("priority_area.title"),
            *source("source", language),
        )
        .select_from(Action)
        .join(PriorityArea, Priority.id == Step.priority_area_id)
        .join(Source, Source.id == Step.source_id)
    )


def actions(connection: Connection, language: Language, filters: ActionFilters) -> Found:
    """List actions."""
    statement = action_statement(language)
    for column, values in (
        (Priority.year, filters.year),
        (Priority.slug, filters.priority_area),
        (Step.kind, filters.kind),
    ):
        if values:
            statement = statement.where(column.in_(values))
    for link, target, keys in (
        (ActionSector, Sector, filters.sector),
        (ActionInstrument, Instrument, filters.instrument),
        (ActionArea, Area, filters.area),
        (ActionTopic, Topic, filters.topic),
    ):
        if keys:
            statement = statement.where(naming(Action, link, target, keys))
    if filters.q is not None:
        statement = statement.where(Step.code.in_(holding(connection, filters.q, "action")))
    found = page(connection, statement, ACTION_ORDERS, filters)
    linked = links(connection, language, {"action": [row["id"] for row in found.rows]})
    return found.map(lambda row: told(row, language, linked, "action"))


def action(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one action."""
    row = one(connection, action_statement(language), Step.code, key)
    return row and told(row, language, links(connection, language, {"action": [key]}), "action")


@cache
def priority_area_statement(language: Language) -> Select[Any]:
    """Select priority areas."""
    return (
        select(
            Priority.code.label("code"),
            Priority.year.label("year"),
            Priority.position.label("position"),
            Priority.slug.label("slug"),
            localized(PriorityArea, "title", language).label("title"),
            localized(PriorityArea, "summary", language).label("summary"),
            localized(PriorityArea, "aim", language).label("aim"),
            Priority.aim_locator.label("aim_locator"),
            Priority.locator.label("locator"),
            *source("source", language),
        )
        .select_from(PriorityArea)
        .join(Source, Source.id == Priority.source_id)
    )


def priority_areas(
    connection: Connection, language: Language, filters: PriorityAreaFilters
) -> Found:
    """List priority areas with their actions."""
    statement = priority_area_statement(language)
    if filters.year:
        statement = statement.where(Priority.year.in_(filters.year))
    found = page(connection, statement, PRIORITY_AREA_ORDERS, filters)
    return Found(complete(connection, language, found.rows), found.total, found.cursor)


def priority_area(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    """Find the priority area with a slug, of one year or of the newest that has it."""
    statement = priority_area_statement(language).where(Priority.slug == slug)
    if year is not None:
        statement = statement.where(Priority.year == year)
    rows = connection.execute(statement.order_by(Priority.year.desc()).limit(1)).mappings()
    records = complete(connection, language, [dict(row) for row in rows])
    return records[0] if records else None


def complete(connection: Connection, language: Language, rows: list[Record]) -> list[Record]:
    """Complete selected priority areas with their actions and links."""
    steps = actions_of(connection, language, [row["code"] for row in rows])
    owners = {
        "priority_area": [row["code"] for row in rows],
        "action": [step["id"] for step in steps],
    }
    return with_actions(rows, steps, language, links(connection, language, owners))


def actions_of(connection: Connection, language: Language, areas: Sequence[str]) -> list[Record]:
    """Select the actions of some priority areas, in order."""
    statement = action_statement(language).where(Priority.code.in_(areas))
    ordered = statement.order_by(*ACTION_ORDERS["position"])
    return [dict(row) for row in connection.execute(ordered).mappings()]


def with_actions(
    rows: list[Record], steps: list[Record], language: Language, linked: Linked
) -> list[Record]:
    """Put selected actions into their priority areas."""
    done = [told(step, language, linked, "action") for step in steps]
    records = []
    for row in rows:
        record = attach(nest(row), linked, "priority_area", row["code"])
        del record["code"]
        record["source"] = with_line(record["source"], language)
        named = (record["year"], record["slug"])
        record["actions"] = [
            step
            for step in done
            if (step["priority_area"]["year"], step["priority_area"]["slug"]) == named
        ]
        records.append(record)
    return records


def newest_priority_areas(connection: Connection, language: Language) -> list[Record]:
    """Select the priority areas of the newest year."""
    newest = select(func.max(Priority.year)).correlate(None).scalar_subquery()
    statement = priority_area_statement(language).where(Priority.year == newest)
    return [
        dict(row) for row in connection.execute(statement.order_by(Priority.position)).mappings()
    ]
