"""Outcomes, priority areas and their actions."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
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
from app.queries.columns import Record, localized, reference, source, with_line
from app.queries.links import Linked, attach, links
from app.queries.pages import MADE, Found, page
from app.queries.prepared import once, one
from app.queries.shapes import Shape, narrowed
from app.queries.words import with_words
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


def naming(
    statement: Select[Any],
    shape: Shape,
    owner: Any,  # noqa: ANN401
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
                shape.holds(name, target.code),
            )
            statement = statement.where(named)
    return statement


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
    shape, values = narrowed(filters)
    statement = narrowed_outcomes(language, shape)
    statement = with_words(connection, statement, Result.code, filters.q, "outcome")
    found = page(connection, statement, OUTCOME_ORDERS, filters, values)
    linked = links(connection, language, {"outcome": [row["id"] for row in found.rows]})
    return found.map(lambda row: told(row, language, linked, "outcome"))


@lru_cache(maxsize=MADE)
def narrowed_outcomes(language: Language, shape: Shape) -> Select[Any]:
    """Select the outcomes that requests of a shape ask for."""
    subject: Any = Topic
    columns = {"year": Result.year, "topic": subject.code}
    statement = shape.narrow(outcome_statement(language), columns)
    return naming(statement, shape, Outcome, OUTCOME_TARGETS)


def outcome(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one outcome."""
    row = one(connection, outcome_statement(language), Result.code, key)
    return row and told(row, language, links(connection, language, {"outcome": [key]}), "outcome")


def told(row: Record, language: Language, linked: Linked, kind: str) -> Record:
    """Complete a selected outcome or action with its source line and links."""
    record = attach(row, linked, kind, row["id"])
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
    shape, values = narrowed(filters)
    statement = narrowed_actions(language, shape)
    statement = with_words(connection, statement, Step.code, filters.q, "action")
    found = page(connection, statement, ACTION_ORDERS, filters, values)
    linked = links(connection, language, {"action": [row["id"] for row in found.rows]})
    return found.map(lambda row: told(row, language, linked, "action"))


@lru_cache(maxsize=MADE)
def narrowed_actions(language: Language, shape: Shape) -> Select[Any]:
    """Select the actions that requests of a shape ask for."""
    columns = {"year": Priority.year, "priority_area": Priority.slug, "kind": Step.kind}
    statement = shape.narrow(action_statement(language), columns)
    return naming(statement, shape, Action, ACTION_TARGETS)


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
    shape, values = narrowed(filters)
    statement = narrowed_areas(language, shape)
    found = page(connection, statement, PRIORITY_AREA_ORDERS, filters, values)
    return Found(complete(connection, language, found.rows), found.total, found.cursor)


@lru_cache(maxsize=MADE)
def narrowed_areas(language: Language, shape: Shape) -> Select[Any]:
    """Select the priority areas that requests of a shape ask for."""
    return shape.narrow(priority_area_statement(language), {"year": Priority.year})


def priority_area(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    """Find the priority area with a slug, of one year or of the newest that has it."""
    statement = priority_area_statement(language).where(Priority.slug == slug)
    if year is not None:
        statement = statement.where(Priority.year == year)
    rows = once(connection, statement.order_by(Priority.year.desc()).limit(1))
    return next(iter(complete(connection, language, rows)), None)


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
    return once(connection, ordered)


def with_actions(
    rows: list[Record], steps: list[Record], language: Language, linked: Linked
) -> list[Record]:
    """Put selected actions into their priority areas."""
    done = [told(step, language, linked, "action") for step in steps]
    records = []
    for row in rows:
        record = attach(row, linked, "priority_area", row["code"])
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
    return once(connection, statement.order_by(Priority.position))
