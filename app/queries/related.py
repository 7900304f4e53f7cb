"""Growth rates and second reports, which observations contain and which have their own lists.

Growth rates are those that sources publish; none is computed from levels.
"""

from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    add_source_line,
    build_citation,
    counterpart_area,
    format_validity,
    localize,
    reporting_area,
    select_reference,
    select_source,
)
from app.db.models import GrowthRate, Indicator, Observation, Report, Series, Source
from app.db.statements import fetch_one
from app.i18n import Language, format_change, format_period
from app.parameters import GrowthRateListParameters
from app.queries.long_lists import read_period_page
from app.queries.pagination import QueryPage
from app.queries.resource import Resource


def list_rate_columns(language: Language, prefix: str = "") -> dict[str, Column]:
    """Return the columns of a rate by name, without its period and its source."""
    columns: dict[str, Column] = {
        "id": col(GrowthRate.code),
        "value": col(GrowthRate.value),
        "base_period.start": col(GrowthRate.base_start),
        "base_period.end": col(GrowthRate.base_end),
        "base_period.months": col(Series.months),
        "basis": col(GrowthRate.basis),
        "wording": localize(GrowthRate, "wording", language),
        "note": localize(GrowthRate, "note", language),
        "vintage": col(GrowthRate.vintage),
    }
    return {f"{prefix}{name}": column for name, column in columns.items()}


@cache
def select_growth_rates(language: Language) -> Statement:
    columns: dict[str, Column] = {
        **list_rate_columns(language),
        "period.start": col(GrowthRate.period_start),
        "period.end": col(GrowthRate.period_end),
        "period.months": col(Series.months),
        "series": col(Series.code),
        "locator": col(GrowthRate.locator),
        "current_from": col(GrowthRate.current_from),
        "current_until": col(GrowthRate.current_until),
    }
    return (
        select(
            *(column.label(name) for name, column in columns.items()),
            *select_source("source", language),
            *select_reference(Indicator, "indicator", language),
            *select_reference(reporting_area, "reporting_area", language),
            *select_reference(counterpart_area, "counterpart_area", language),
        )
        .select_from(GrowthRate)
        .join(Series, col(Series.id) == GrowthRate.series_id)
        .join(Source, col(Source.id) == GrowthRate.source_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(reporting_area, col(reporting_area.id) == Series.reporting_area_id)
        .join(counterpart_area, col(counterpart_area.id) == Series.counterpart_area_id)
    )


def list_growth_rates(
    connection: Connection, language: Language, filters: GrowthRateListParameters
) -> QueryPage:
    page = read_period_page(connection, GrowthRate, select_growth_rates(language), filters)
    return page.map_rows(complete_growth_rate, language)


def get_growth_rate(connection: Connection, language: Language, key: str) -> Record | None:
    row = fetch_one(connection, select_growth_rates(language), col(GrowthRate.code), key)
    return row and complete_growth_rate(row, language)


def complete_rate(record: Record, language: Language) -> Record:
    period = record["base_period"]
    period["label"] = format_period(period["start"], period["end"], language)
    add_source_line(record["source"], language)
    return record | {"display": format_change(record["value"], language)}


def complete_growth_rate(row: Record, language: Language) -> Record:
    period = row["period"]
    period["label"] = format_period(period["start"], period["end"], language)
    citation = build_citation(row["source"], row["locator"], language)
    return format_validity(complete_rate(row, language)) | {"citation": citation}


def select_report_columns(language: Language) -> Statement:
    return (
        select(
            localize(Report, "wording", language).label("wording"),
            col(Report.agreement).label("agreement"),
            col(Report.relation).label("relation"),
            col(Report.locator).label("locator"),
            localize(Report, "note", language).label("note"),
            *select_source("source", language),
        )
        .select_from(Report)
        .join(Source, col(Source.id) == Report.source_id)
    )


def select_reports_of_observation(language: Language) -> Statement:
    """Select the reports of the observation that an enclosing statement selects."""
    return (
        select_report_columns(language)
        .where(col(Report.observation_id) == Observation.id)
        .order_by(col(Source.published_on), col(Report.code))
    )


@cache
def select_reports(language: Language) -> Statement:
    return (
        select_report_columns(language)
        .add_columns(
            col(Report.code).label("id"),
            col(Observation.code).label("observation"),
            col(Observation.period_start).label("period.start"),
            col(Observation.period_end).label("period.end"),
            col(Series.months).label("period.months"),
            localize(Observation, "wording", language).label("published_wording"),
            *select_reference(Indicator, "indicator", language),
        )
        .join(Observation, col(Observation.id) == Report.observation_id)
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
    )


def complete_report(row: Record, language: Language) -> Record:
    period = row["period"]
    period["label"] = format_period(period["start"], period["end"], language)
    add_source_line(row["source"], language)
    return row


REPORTS = Resource(
    Report,
    select_reports,
    orders={
        "indicator": (col(Indicator.position), col(Report.code)),
        "published": (col(Source.published_on), col(Report.code)),
    },
    complete=complete_report,
    filters={
        "indicator": col(Indicator.code),
        "series": col(Series.code),
        "source": col(Source.code),
        "agreement": col(Report.agreement),
        "relation": col(Report.relation),
    },
)
list_reports, get_report = REPORTS.list_page, REPORTS.get
