"""Commitments of the forums, and what was reported later on them and on announced actions."""

from decimal import Decimal
from functools import cache

from sqlalchemy import Label, String, cast, exists, or_, select
from sqlmodel import col

from app.db.columns import (
    Column,
    LocalColumns,
    Record,
    Statement,
    Value,
    alias_table,
    clear_missing,
    select_fields,
)
from app.db.models import (
    Action,
    Commitment,
    CommitmentReading,
    ContradictoryStatement,
    Event,
    PriorityArea,
    Progress,
    ProgressReport,
    Source,
    Unit,
    format_plain,
)
from app.db.statements import Session, fetch_uncached, select_nested
from app.enums import DistanceLimit, Qualifier
from app.i18n import Bilingual, Language, choose_suffix, format_value
from app.queries.resource import Resource

target_unit = alias_table(Unit, "target_unit")

LIMITS = {
    Qualifier.NONE: DistanceLimit.EXACT,
    Qualifier.OVER: DistanceLimit.BELOW,
    Qualifier.NEARLY: DistanceLimit.ABOVE,
}
"""What is left to a target if a reading is exact, or if it is above or below its number."""
SHORT = {
    DistanceLimit.EXACT: Bilingual("{} short of the target", "距目标数还差{}"),
    DistanceLimit.BELOW: Bilingual("less than {} short of the target", "距目标数还差不到{}"),
    DistanceLimit.ABOVE: Bilingual("more than {} short of the target", "距目标数还差{}以上"),
}
EQUAL = {
    DistanceLimit.EXACT: Bilingual("equal to the target", "与目标数相同"),
    DistanceLimit.BELOW: Bilingual("above the target", "高于目标数"),
    DistanceLimit.ABOVE: Bilingual("below the target", "低于目标数"),
}
BEYOND = {
    DistanceLimit.EXACT: Bilingual("{} above the target", "比目标数多{}"),
    DistanceLimit.BELOW: Bilingual("more than {} above the target", "比目标数多{}以上"),
    DistanceLimit.ABOVE: Bilingual("less than {} above the target", "比目标数多不到{}"),
}


def select_quantity(
    columns: LocalColumns,
    table: type[Commitment | ProgressReport | CommitmentReading | ContradictoryStatement],
    unit: type[Unit],
    prefix: str = "",
) -> list[Label[Value]]:
    """Return the columns of a number; ``complete_quantity`` completes them.

    Exact decimals cannot be nested in JSON, so the number is selected as text.
    """
    own: dict[str, Column] = {"value": cast(getattr(table, f"{prefix}value"), String)}
    for name in ("multiplier", "decimals", "qualifier", "classifier"):
        own[name] = getattr(table, f"{prefix}{name}")
    return [
        *(column.label(f"{columns.prefix}{name}") for name, column in own.items()),
        *columns.select_texts(unit, "suffix"),
        *columns.select_unit(unit),
    ]


def complete_quantity(quantity: Record, language: Language) -> Record | None:
    if quantity["value"] is None:
        return None
    value = Decimal(format_plain(Decimal(quantity["value"])))
    return {
        "value": value,
        "qualifier": quantity["qualifier"],
        "unit": quantity["unit"],
        "display": format_quantity(quantity, value, quantity["qualifier"], language),
    }


def format_quantity(
    quantity: Record, value: Decimal, qualifier: Qualifier, language: Language
) -> str:
    scale = quantity["multiplier"], quantity["decimals"]
    suffix = choose_suffix(quantity["suffix"], quantity["classifier"], language)
    return format_value(value, *scale, qualifier, suffix, language)


def select_statement_columns(
    table: type[ProgressReport | CommitmentReading | ContradictoryStatement], language: Language
) -> list[Label[Value]]:
    """Return the columns of what a document says; ``complete_statement`` completes them."""
    columns = LocalColumns(language)
    return [
        *columns.select_texts(table, "text"),
        *select_quantity(columns.nest("quantity"), table, Unit),
        *columns.select_wording(table),
        col(table.locator).label("locator"),
        *columns.select_source(),
        *columns.select_citation(col(table.locator)),
    ]


def complete_statement(row: Record, language: Language) -> Record:
    row["quantity"] = complete_quantity(row["quantity"], language)
    return row


def select_later_reports(
    table: type[ProgressReport] | type[CommitmentReading], language: Language, own: str, text: str
) -> Statement:
    """Select what documents say later, oldest first, with a column and a text of the table."""
    return (
        select(
            *select_fields(table, "date", own),
            *LocalColumns(language).select_texts(table, text),
            *select_statement_columns(table, language),
        )
        .select_from(table)
        .join(Source, col(Source.id) == table.source_id)
        .outerjoin(Unit, col(Unit.id) == table.unit_id)
        .order_by(col(table.position))
    )


def select_progress(language: Language) -> list[Label[Value]]:
    """Return the columns of what was reported on an action, for a statement of actions."""
    reports = (
        select_later_reports(ProgressReport, language, "relation", "note")
        .join(Progress, col(Progress.id) == ProgressReport.progress_id)
        .where(col(Progress.action_id) == Action.id)
    )
    note = LocalColumns(language).localize(Progress, "note")
    own = {"searched_on": col(Progress.searched_on), "note": note}
    return [
        *(
            select(column)
            .where(col(Progress.action_id) == Action.id)
            .correlate(Action)
            .scalar_subquery()
            .label(f"progress_{name}")
            for name, column in own.items()
        ),
        select_nested(reports, Action).label("progress"),
    ]


@cache
def select_commitments(language: Language) -> Statement:
    columns = LocalColumns(language)
    event = columns.nest("event")
    readings = select_later_reports(CommitmentReading, language, "same_measure", "reason").where(
        col(CommitmentReading.commitment_id) == Commitment.id
    )
    return (
        select(
            *columns.select_fields(
                Commitment, "code", "position", "kind", "searched_on", "locator"
            ),
            *columns.select_texts(Commitment, "name", "text", "note"),
            *event.select_fields(Event, "code", "held_on"),
            *event.select_texts(Event, "name"),
            *select_quantity(columns.nest("target"), Commitment, target_unit, "target_"),
            columns.localize(Commitment, "deadline_text").label("deadline.text"),
            col(Commitment.deadline_year).label("deadline.year"),
            *columns.select_wording(Commitment),
            *columns.select_source(),
            *columns.select_citation(col(Commitment.locator)),
            select_nested(readings, Commitment).label("readings"),
        )
        .select_from(Commitment)
        .join(Event, col(Event.id) == Commitment.event_id)
        .join(Source, col(Source.id) == Commitment.source_id)
        .outerjoin(target_unit, col(target_unit.id) == Commitment.target_unit_id)
    )


def complete_commitment(row: Record, language: Language) -> Record:
    target = row["target"]
    row["target"] = complete_quantity(target, language)
    clear_missing(row, "deadline", "text")
    row["distance"] = None
    for reading in row["readings"]:
        scale = reading["quantity"]
        complete_statement(reading, language)
        if reading["same_measure"] and row["target"]:
            row["distance"] = measure_distance(row["target"], target, reading, scale, language)
    return row


def measure_distance(
    target: Record, raw_target: Record, reading: Record, scale: Record, language: Language
) -> Record | None:
    """Subtract a reading from a target that counts the same; the newest reading is the last one.

    Nothing can be said if the target has a qualifier, or if the reading is about its number.
    """
    quantity = reading["quantity"]
    limit = LIMITS.get(Qualifier(quantity["qualifier"]))
    if limit is None or target["qualifier"] != Qualifier.NONE:
        return None
    value = target["value"] - quantity["value"]
    texts = SHORT if value > 0 else BEYOND if value < 0 else EQUAL
    finest = max(raw_target, scale, key=lambda one: one["decimals"] - one["multiplier"])
    size = format_quantity(finest, abs(value), Qualifier.NONE, language)
    return {
        "value": value,
        "limit": limit,
        "unit": target["unit"],
        "reading_date": reading["date"],
        "derived": True,
        "display": texts[limit].get(language).format(size),
    }


COMMITMENTS = Resource(
    Commitment,
    select_commitments,
    orders={"announced": (col(Event.held_on), col(Commitment.position), col(Commitment.code))},
    complete=complete_commitment,
    filters={"event": col(Event.code), "kind": col(Commitment.kind)},
)


def read_follow_ups(session: Session, source: str) -> Record:
    """Read the commitments that a source announces or reports on, and what it says on actions."""
    columns, is_source = LocalColumns(session.language), col(Source.code) == source
    reports: Statement = (
        select(
            *columns.select_texts(ProgressReport, "text"),
            col(Action.code).label("action"),
            *columns.select_fields(PriorityArea, "slug", "year"),
        )
        .select_from(ProgressReport)
        .join(Progress, col(Progress.id) == ProgressReport.progress_id)
        .join(Action, col(Action.id) == Progress.action_id)
        .join(PriorityArea, col(PriorityArea.id) == Action.priority_area_id)
        .join(Source, col(Source.id) == ProgressReport.source_id)
        .where(is_source)
        .order_by(col(Action.code), col(ProgressReport.position))
    )
    reading = exists().where(
        col(CommitmentReading.commitment_id) == Commitment.id,
        col(CommitmentReading.source_id) == Source.id,
    )
    commitments: Statement = (
        select(
            *columns.select_fields(Commitment, "code"), *columns.select_texts(Commitment, "name")
        )
        .select_from(Commitment)
        .join(Source, or_(col(Source.id) == Commitment.source_id, reading))
        .where(is_source)
        .order_by(col(Commitment.code))
    )
    return {
        "progress": fetch_uncached(session.connection, reports),
        "commitments": fetch_uncached(session.connection, commitments),
    }
