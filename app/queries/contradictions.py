"""Contradictions: published figures that do not agree, with all that is known of each figure."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement, localize, select_reference
from app.db.models import Contradiction, GrowthRate, Indicator, Observation, Report
from app.db.statements import fetch_uncached
from app.i18n import Language
from app.parameters import ContradictionListParameters
from app.queries.observations import read_observations, select_observations
from app.queries.pagination import QueryPage
from app.queries.related import (
    complete_growth_rate,
    complete_report,
    select_growth_rates,
    select_reports,
)
from app.queries.resource import Resource, select_links

STATEMENTS = ("observations", "growth_rates", "reports")
"""The lists of what is published, each by its keys."""


@cache
def select_contradictions(language: Language) -> Statement:
    return (
        select(
            col(Contradiction.code).label("code"),
            *(localize(Contradiction, name, language).label(name) for name in ("name", "reason")),
            col(Contradiction.basis).label("basis"),
            *select_reference(Indicator, "indicator", language),
            *select_links(Contradiction, language),
        )
        .select_from(Contradiction)
        .join(Indicator, col(Indicator.id) == Contradiction.indicator_id)
    )


CONTRADICTIONS = Resource(
    Contradiction,
    select_contradictions,
    orders={
        "position": (col(Contradiction.position), col(Contradiction.code)),
        "code": (col(Contradiction.code),),
    },
    filters={"indicator": col(Indicator.code), "basis": col(Contradiction.basis)},
)


def list_contradictions(
    connection: Connection, language: Language, filters: ContradictionListParameters
) -> QueryPage:
    page = CONTRADICTIONS.list_page(connection, language, filters)
    return replace(page, rows=complete_contradictions(connection, language, page.rows))


def get_contradiction(connection: Connection, language: Language, key: str) -> Record | None:
    row = CONTRADICTIONS.get(connection, language, key)
    return row and complete_contradictions(connection, language, [row])[0]


def complete_contradictions(
    connection: Connection, language: Language, rows: Sequence[Record]
) -> list[Record]:
    """Replace the keys of figures, rates and reports by what is recorded of each."""
    keys = {name: [one["id"] for row in rows for one in row[name]] for name in STATEMENTS}
    observations = read_observations(
        connection,
        language,
        select_observations(language).where(col(Observation.code).in_(keys["observations"])),
    )
    rates = fetch_uncached(
        connection,
        select_growth_rates(language).where(col(GrowthRate.code).in_(keys["growth_rates"])),
    )
    reports = fetch_uncached(
        connection, select_reports(language).where(col(Report.code).in_(keys["reports"]))
    )
    found = {one["id"]: one for one in observations}
    found |= {rate["id"]: complete_growth_rate(rate, language) for rate in rates}
    found |= {report["id"]: complete_report(report, language) for report in reports}
    return [row | {name: [found[one["id"]] for one in row[name]] for name in keys} for row in rows]
