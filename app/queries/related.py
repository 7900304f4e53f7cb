"""Growth rates and second reports, which observations contain and which have their own lists.

Growth rates are those that sources publish; none is computed from levels.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Label, select
from sqlmodel import col

from app.db.columns import (
    Column,
    Condition,
    LocalColumns,
    Record,
    Statement,
    Value,
    alias_table,
    clear_missing,
    convert_validity,
    join_dimensions,
)
from app.db.models import (
    Contradiction,
    GrowthRate,
    Indicator,
    Observation,
    Report,
    Series,
    Source,
    Unit,
)
from app.db.statements import Session, fetch_by_keys
from app.i18n import Language
from app.parameters import GrowthRateListParameters
from app.queries.long_lists import read_period_page
from app.queries.pagination import QueryPage
from app.queries.resource import Resource

rate_series = alias_table(Series, "rate_series")
rate_unit = alias_table(Unit, "rate_unit")


def select_rate_columns(
    columns: LocalColumns,
    series: type[Series] = Series,
    unit: type[Unit] = Unit,
    source: type[Source] = Source,
    contradiction: type[Contradiction] = Contradiction,
) -> list[Label[Value]]:
    """Return the columns of a rate without its period and text, given the tables it joins."""
    own: dict[str, Column] = {
        "id": col(GrowthRate.code),
        "base_period.start": col(GrowthRate.base_start),
        "base_period.end": col(GrowthRate.base_end),
        "base_period.months": col(series.months),
        "base_period.label": columns.localize(GrowthRate, "base_label"),
        "series": col(series.code),
    }
    names = ("value", "decimals", "measure", "basis", "locator", "vintage")
    return [
        *(column.label(f"{columns.prefix}{name}") for name, column in own.items()),
        *columns.select_fields(GrowthRate, *names),
        *columns.select_texts(GrowthRate, "note"),
        *columns.select_wording(GrowthRate, source),
        *columns.select_unit(unit),
        *columns.select_source(source),
        *columns.select_citation(col(GrowthRate.locator), source),
        *columns.nest("contradiction").select_contradiction(contradiction),
    ]


@cache
def select_growth_rates(language: Language) -> Statement:
    columns = LocalColumns(language)
    own = ("current_from", "current_until", "checked_on", "check_method")
    statement: Statement = (
        select(
            *columns.select_period(GrowthRate),
            *columns.select_texts(GrowthRate, "display"),
            *columns.select_fields(GrowthRate, *own),
            *select_rate_columns(columns),
            *columns.select_dimensions(),
        )
        .select_from(GrowthRate)
        .join(Series, col(Series.id) == GrowthRate.series_id)
        .join(Source, col(Source.id) == GrowthRate.source_id)
    )
    return (
        join_dimensions(statement)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .outerjoin(Contradiction, col(Contradiction.id) == GrowthRate.contradiction_id)
    )


def list_growth_rates(session: Session, filters: GrowthRateListParameters) -> QueryPage:
    page = read_period_page(
        session.connection, GrowthRate, select_growth_rates(session.language), filters
    )
    return page.map_rows(complete_growth_rate)


def read_growth_rates(session: Session, keys: Sequence[str]) -> dict[str, Record]:
    """Read the rates that have some keys, by their keys."""
    rows = fetch_by_keys(session, select_growth_rates, col(GrowthRate.code), keys)
    return {key: complete_growth_rate(row) for key, row in rows.items()}


def complete_growth_rate(row: Record) -> Record:
    return convert_validity(clear_missing(row, "contradiction"))


def choose_display(rate: Record, unit: str) -> Record:
    """Return a rate of ``select_rates``, whose text names its unit if that of a figure differs."""
    names_unit = rate["unit"]["code"] != unit
    display = rate["display_with_unit" if names_unit else "display"]
    return {name: rate[name] for name in rate if name != "display_with_unit"} | {"display": display}


def select_rates(language: Language, conditions: Sequence[Condition]) -> Statement:
    """Select rates to be compared with figures, which may be in another unit."""
    with_unit = LocalColumns(language).localize(GrowthRate, "display_with_unit")
    return (
        select_growth_rates(language)
        .add_columns(with_unit.label("display_with_unit"))
        .where(*conditions)
        .order_by(col(Series.code), col(GrowthRate.base_start), col(GrowthRate.vintage))
    )


def select_reports_with_source(language: Language) -> Statement:
    columns = LocalColumns(language)
    return (
        select(
            *columns.select_wording(Report),
            *columns.select_fields(Report, "agreement", "relation", "locator"),
            *columns.select_texts(Report, "note"),
            *columns.select_source(),
        )
        .select_from(Report)
        .join(Source, col(Source.id) == Report.source_id)
    )


def select_reports_of_observation(language: Language) -> Statement:
    """Select the reports of the observation that an enclosing statement selects."""
    return (
        select_reports_with_source(language)
        .where(col(Report.observation_id) == Observation.id)
        .order_by(col(Source.published_on), col(Report.code))
    )


@cache
def select_reports(language: Language) -> Statement:
    columns = LocalColumns(language)
    return (
        select_reports_with_source(language)
        .add_columns(
            col(Report.code).label("id"),
            col(Observation.code).label("observation"),
            *columns.select_period(Observation),
            columns.localize(Observation, "wording").label("published_wording"),
            *columns.select_reference("indicator", Indicator),
            *columns.nest("contradiction").select_contradiction(),
        )
        .join(Observation, col(Observation.id) == Report.observation_id)
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .outerjoin(Contradiction, col(Contradiction.id) == Report.contradiction_id)
    )


REPORTS = Resource(
    Report,
    select_reports,
    orders={
        "indicator": (col(Indicator.position), col(Report.code)),
        "published": (col(Source.published_on), col(Report.code)),
    },
    complete=lambda row, _: clear_missing(row, "contradiction"),
    filters={
        "indicator": col(Indicator.code),
        "series": col(Series.code),
        "source": col(Source.code),
        "agreement": col(Report.agreement),
        "relation": col(Report.relation),
    },
)
