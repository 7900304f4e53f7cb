"""Contradictions: published numbers that differ, with all that is known of each figure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cache

from sqlalchemy import select
from sqlmodel import col

from app.db.columns import LocalColumns, Record, Statement
from app.db.models import Contradiction, ContradictoryStatement, Coverage, Indicator, Source, Unit
from app.db.statements import Session, fetch_uncached, select_nested
from app.i18n import (
    Language,
    StatementMeasure,
    choose_suffix,
    count_months,
    format_period,
    format_range,
    format_statement,
)
from app.queries.commitments import complete_statement, select_statement_columns
from app.queries.observations import read_observations_by_key
from app.queries.related import REPORTS, read_growth_rates
from app.queries.resource import RecordReader, Resource, select_links

MEMBERS: Mapping[str, RecordReader] = {
    "observations": read_observations_by_key,
    "growth_rates": read_growth_rates,
    "reports": REPORTS.read_records,
}
"""How the records of each list that name a contradiction are read. A figure and its growth rate
have the same key."""


@cache
def select_contradictions(language: Language) -> Statement:
    columns = LocalColumns(language)
    statements: Statement = (
        select(
            col(ContradictoryStatement.measure).label("measure"),
            col(ContradictoryStatement.period_start).label("period.start"),
            col(ContradictoryStatement.period_end).label("period.end"),
            col(ContradictoryStatement.base_start).label("base_period.start"),
            col(ContradictoryStatement.base_end).label("base_period.end"),
            *columns.select_coverage(),
            *select_statement_columns(ContradictoryStatement, language),
        )
        .select_from(ContradictoryStatement)
        .join(Source, col(Source.id) == ContradictoryStatement.source_id)
        .join(Coverage, col(Coverage.id) == ContradictoryStatement.coverage_id)
        .join(Unit, col(Unit.id) == ContradictoryStatement.unit_id)
        .where(col(ContradictoryStatement.contradiction_id) == Contradiction.id)
        .order_by(col(ContradictoryStatement.position))
    )
    return (
        select(
            *columns.select_contradiction(),
            *columns.select_reference("indicator", Indicator),
            *select_links(Contradiction, language),
            select_nested(statements, Contradiction).label("statements"),
        )
        .select_from(Contradiction)
        .join(Indicator, col(Indicator.id) == Contradiction.indicator_id)
    )


def complete_contradiction(row: Record, language: Language) -> Record:
    """Replace what the texts of its numbers are formatted from by the texts."""
    for one in row["statements"]:
        measure, quantity = StatementMeasure(one["measure"]), one["quantity"]
        base = one["base_period"] if one["base_period"]["start"] is not None else None
        display = format_statement(
            measure,
            Decimal(quantity["value"]),
            scale=(quantity["multiplier"], quantity["decimals"]),
            qualifier=quantity["qualifier"],
            suffix=choose_suffix(quantity["suffix"], quantity["classifier"], language),
            language=language,
            base=base and (base["start"], base["end"]),
        )
        one["period"] = complete_period(one["period"], measure, language)
        one["base_period"] = base and complete_period(base, measure, language)
        complete_statement(one, language)
        one["quantity"]["display"] = display
    return row


def complete_period(period: Record, measure: StatementMeasure, language: Language) -> Record:
    """Add the number of months of a flow, and the period in words."""
    days = period["start"], period["end"]
    is_average = measure is StatementMeasure.AVERAGE_GROWTH
    name = format_range(*days, language) if is_average else format_period(*days, language)
    months = count_months(*days)
    return period | {"months": months, "label": name}


def add_members(session: Session, rows: Sequence[Record]) -> list[Record]:
    """Replace the keys of figures, rates and reports by what is recorded of each."""
    found = {
        name: read(session, [one["id"] for row in rows for one in row[name]])
        for name, read in MEMBERS.items()
    }
    return [
        row | {name: [known[one["id"]] for one in row[name]] for name, known in found.items()}
        for row in rows
    ]


CONTRADICTIONS = Resource(
    Contradiction,
    select_contradictions,
    orders={"position": (col(Contradiction.position), col(Contradiction.code))},
    complete=complete_contradiction,
    relate=add_members,
    filters={
        "indicator": col(Indicator.code),
        "cause": col(Contradiction.cause),
        "basis": col(Contradiction.basis),
    },
)


def read_stated_contradictions(session: Session, source: str) -> list[Record]:
    """Read the contradictions to which a source contributes a number that is not a figure."""
    statement: Statement = (
        select(
            col(Contradiction.code).label("code"),
            *LocalColumns(session.language).select_texts(Contradiction, "name"),
            col(Indicator.code).label("indicator"),
        )
        .distinct()
        .select_from(Contradiction)
        .join(Indicator, col(Indicator.id) == Contradiction.indicator_id)
        .join(
            ContradictoryStatement, col(ContradictoryStatement.contradiction_id) == Contradiction.id
        )
        .join(Source, col(Source.id) == ContradictoryStatement.source_id)
        .where(col(Source.code) == source)
        .order_by(col(Contradiction.code))
    )
    return fetch_uncached(session.connection, statement)
