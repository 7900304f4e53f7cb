"""Contradictions: published figures that do not agree, with all that is known of each figure."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection
from sqlmodel import col

from app.db.columns import Record
from app.db.models import Contradiction, GrowthRate, Observation
from app.db.statements import fetch_uncached
from app.i18n import Language
from app.parameters import CodeListParameters
from app.queries.observations import read_observations, select_observations
from app.queries.pagination import QueryPage
from app.queries.reference import declare_code_list
from app.queries.related import complete_growth_rate, select_growth_rates

CONTRADICTIONS = declare_code_list(Contradiction, ("name", "reason"), "basis")


def list_contradictions(
    connection: Connection, language: Language, filters: CodeListParameters
) -> QueryPage:
    page = CONTRADICTIONS.list_page(connection, language, filters)
    return replace(page, rows=complete_contradictions(connection, language, page.rows))


def get_contradiction(connection: Connection, language: Language, key: str) -> Record | None:
    row = CONTRADICTIONS.get(connection, language, key)
    return row and complete_contradictions(connection, language, [row])[0]


def complete_contradictions(
    connection: Connection, language: Language, rows: Sequence[Record]
) -> list[Record]:
    """Replace the keys of figures and rates by what is recorded of each."""
    keys = {
        name: [one["id"] for row in rows for one in row[name]]
        for name in ("observations", "growth_rates")
    }
    observations = read_observations(
        connection,
        language,
        select_observations(language).where(col(Observation.code).in_(keys["observations"])),
    )
    rates = fetch_uncached(
        connection,
        select_growth_rates(language).where(col(GrowthRate.code).in_(keys["growth_rates"])),
    )
    found = {one["id"]: one for one in observations}
    found |= {rate["id"]: complete_growth_rate(rate, language) for rate in rates}
    return [row | {name: [found[one["id"]] for one in row[name]] for name in keys} for row in rows]
