"""Outcomes, priority areas and their actions."""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import LocalColumns, Record, Statement, clear_missing
from app.db.models import Action, Area, Instrument, Outcome, PriorityArea, Sector, Source, Topic
from app.db.statements import Session, fetch_uncached, select_nested
from app.i18n import Language
from app.problems.messages import NOT_OF_YEAR
from app.problems.problem import UnknownRecord
from app.queries.commitments import complete_statement, select_progress
from app.queries.resource import Resource, select_links


@cache
def select_outcomes(language: Language) -> Statement:
    columns = LocalColumns(language)
    return (
        select(
            col(Outcome.code).label("id"),
            *columns.select_fields(
                Outcome, "year", "edition", "position", "has_examples", "locator"
            ),
            *columns.select_texts(Outcome, "text", "note"),
            *columns.select_reference("topic", Topic),
            *columns.select_source(),
            *select_links(Outcome, language),
        )
        .select_from(Outcome)
        .outerjoin(Topic, col(Topic.id) == Outcome.topic_id)
        .join(Source, col(Source.id) == Outcome.source_id)
    )


OUTCOMES = Resource(
    Outcome,
    select_outcomes,
    orders={"position": (col(Outcome.year), col(Outcome.position), col(Outcome.code))},
    complete=lambda row, _: clear_missing(row, "topic"),
    filters={"year": col(Outcome.year), "edition": col(Outcome.edition), "topic": col(Topic.code)},
    linked_filters={"sector": Sector, "instrument": Instrument, "area": Area},
)


def select_actions_with_source(language: Language) -> Statement:
    columns = LocalColumns(language)
    return (
        select(
            col(Action.code).label("id"),
            *columns.select_fields(Action, "position", "kind", "has_examples", "status", "locator"),
            *columns.select_texts(Action, "text", "aim", "note"),
            col(PriorityArea.year).label("priority_area.year"),
            col(PriorityArea.position).label("priority_area.position"),
            col(PriorityArea.slug).label("priority_area.slug"),
            columns.localize(PriorityArea, "title").label("priority_area.title"),
            *columns.select_source(),
            *select_links(Action, language),
            *select_progress(language),
        )
        .select_from(Action)
        .join(Source, col(Source.id) == Action.source_id)
    )


def complete_action(row: Record, language: Language) -> Record:
    for report in row["progress"]:
        complete_statement(report, language)
    return row


@cache
def select_actions(language: Language) -> Statement:
    area = col(PriorityArea.id) == Action.priority_area_id
    return select_actions_with_source(language).join(PriorityArea, area)


ACTIONS = Resource(
    Action,
    select_actions,
    orders={
        "position": (
            col(PriorityArea.year),
            col(PriorityArea.position),
            col(Action.position),
            col(Action.code),
        )
    },
    complete=complete_action,
    filters={
        "year": col(PriorityArea.year),
        "edition": col(PriorityArea.year),
        "priority_area": col(PriorityArea.slug),
        "kind": col(Action.kind),
        "status": col(Action.status),
    },
    linked_filters={"sector": Sector, "instrument": Instrument, "area": Area, "topic": Topic},
)


@cache
def select_priority_areas(language: Language) -> Statement:
    columns = LocalColumns(language)
    actions = (
        select_actions_with_source(language)
        .where(col(Action.priority_area_id) == PriorityArea.id)
        .order_by(col(Action.position), col(Action.code))
    )
    return (
        select(
            *columns.select_fields(PriorityArea, "code", "year", "position", "slug", "aim_locator"),
            *columns.select_fields(PriorityArea, "locator"),
            *columns.select_texts(PriorityArea, "title", "summary", "note", "aim"),
            *columns.select_source(),
            *select_links(PriorityArea, language),
            select_nested(actions, PriorityArea).label("actions"),
        )
        .select_from(PriorityArea)
        .join(Source, col(Source.id) == PriorityArea.source_id)
    )


def complete_priority_area(row: Record, language: Language) -> Record:
    del row["code"]
    for action in row["actions"]:
        complete_action(action, language)
    return row


PRIORITY_AREAS = Resource(
    PriorityArea,
    select_priority_areas,
    orders={
        "position": (col(PriorityArea.year), col(PriorityArea.position), col(PriorityArea.code))
    },
    complete=complete_priority_area,
    filters={"year": col(PriorityArea.year), "edition": col(PriorityArea.year)},
)


def list_years(connection: Connection, slug: str) -> list[int]:
    years = (
        select(col(PriorityArea.year))
        .where(col(PriorityArea.slug) == slug)
        .order_by(col(PriorityArea.year))
    )
    return list(connection.execute(years).scalars())


def get_priority_area(session: Session, slug: str, year: int | None) -> Record | None:
    """Read a priority area of a year, by default of the last one that has it.

    Raises:
        UnknownRecord: if only other years have it.
    """
    statement = select_priority_areas(session.language).where(col(PriorityArea.slug) == slug)
    if year is not None:
        statement = statement.where(col(PriorityArea.year) == year)
    statement = statement.order_by(col(PriorityArea.year).desc()).limit(1)
    rows = fetch_uncached(session.connection, statement)
    if not rows and (years := list_years(session.connection, slug)):
        text = NOT_OF_YEAR.format(found=slug, year=year, years=", ".join(map(str, years)))
        raise UnknownRecord.from_parameter("query.year", text, map(str, years))
    return complete_priority_area(rows[0], session.language) if rows else None
