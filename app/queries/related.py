"""Growth rates and second reports, which observations contain and which have their own lists.

Growth rates are those that sources publish; none is computed from levels.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache

from sqlalchemy import BindParameter, Connection, and_, bindparam, select
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    add_source_line,
    build_current_conditions,
    build_equals_or_in,
    counterpart_area,
    format_validity,
    localize,
    reporting_area,
    select_reference,
    select_source,
)
from app.db.models import GrowthRate, Indicator, Observation, Report, Series, Source
from app.db.statements import fetch_one, fetch_records
from app.i18n import Language, format_change, format_citation, format_period
from app.parameters import GrowthRateListParameters
from app.queries.long_lists import list_page
from app.queries.pagination import QueryPage
from app.queries.resource import LinkedRecords, Resource


@cache
def select_rates(language: Language) -> Statement:
    columns: dict[str, Column] = {
        "id": col(GrowthRate.code),
        "value": col(GrowthRate.value),
        "period.start": col(GrowthRate.period_start),
        "period.end": col(GrowthRate.period_end),
        "period.months": col(Series.months),
        "base_period.start": col(GrowthRate.base_start),
        "base_period.end": col(GrowthRate.base_end),
        "base_period.months": col(Series.months),
        "basis": col(GrowthRate.basis),
        "wording": localize(GrowthRate, "wording", language),
        "note": localize(GrowthRate, "note", language),
        "vintage": col(GrowthRate.vintage),
    }
    return (
        select(
            *(column.label(name) for name, column in columns.items()),
            *select_source("source", language),
        )
        .select_from(GrowthRate)
        .join(Series, col(Series.id) == GrowthRate.series_id)
        .join(Source, col(Source.id) == GrowthRate.source_id)
    )


@cache
def select_observation_rates(language: Language, *, is_today: bool, several: bool) -> Statement:
    same_period = and_(
        col(Observation.series_id) == GrowthRate.series_id,
        col(Observation.period_start) == GrowthRate.period_start,
    )
    as_of: BindParameter[date] | None = None if is_today else bindparam("as_of")
    return (
        select_rates(language)
        .add_columns(col(Observation.code).label("observation"))
        .join(Observation, same_period)
        .where(
            build_equals_or_in(col(Observation.code), "keys", several=several),
            *build_current_conditions(GrowthRate, as_of),
        )
    )


def read_observation_rates(
    connection: Connection, language: Language, keys: Sequence[str], as_of: date | None
) -> LinkedRecords:
    several = len(keys) > 1
    statement = select_observation_rates(language, is_today=as_of is None, several=several)
    values = {"keys": keys if several else keys[0], "as_of": as_of}
    found: LinkedRecords = defaultdict(list)
    for row in fetch_records(connection, statement, values):
        record = complete_rate(row, language)
        # The observation that contains the rate shows the period.
        del record["period"]
        found["observation", record.pop("observation"), "growth"].append(record)
    return found


@cache
def select_growth_rates(language: Language) -> Statement:
    return (
        select_rates(language)
        .add_columns(
            col(Series.code).label("series"),
            col(GrowthRate.locator).label("locator"),
            col(GrowthRate.current_from).label("current_from"),
            col(GrowthRate.current_until).label("current_until"),
            *select_reference(Indicator, "indicator", language),
            *select_reference(reporting_area, "reporting_area", language),
            *select_reference(counterpart_area, "counterpart_area", language),
        )
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(reporting_area, col(reporting_area.id) == Series.reporting_area_id)
        .join(counterpart_area, col(counterpart_area.id) == Series.counterpart_area_id)
    )


def list_growth_rates(
    connection: Connection, language: Language, filters: GrowthRateListParameters
) -> QueryPage:
    page = list_page(connection, GrowthRate, select_growth_rates(language), filters)
    return page.map_rows(lambda row: complete_growth_rate(row, language))


def get_growth_rate(connection: Connection, language: Language, key: str) -> Record | None:
    row = fetch_one(connection, select_growth_rates(language), col(GrowthRate.code), key)
    return row and complete_growth_rate(row, language)


def complete_rate(record: Record, language: Language) -> Record:
    for name in ("period", "base_period"):
        period = record[name]
        period["label"] = format_period(period["start"], period["end"], language)
    add_source_line(record["source"], language)
    return record | {"display": format_change(record["value"], language)}


def complete_growth_rate(row: Record, language: Language) -> Record:
    record = complete_rate(row, language)
    citation = format_citation(record["source"]["line"], record["locator"], language)
    return format_validity(record) | {"citation": citation}


@cache
def select_report_columns(language: Language) -> Statement:
    return (
        select(
            col(Report.code).label("id"),
            col(Observation.code).label("observation"),
            localize(Report, "wording", language).label("wording"),
            col(Report.agreement).label("agreement"),
            col(Report.locator).label("locator"),
            localize(Report, "note", language).label("note"),
            *select_source("source", language),
        )
        .select_from(Report)
        .join(Observation, col(Observation.id) == Report.observation_id)
        .join(Source, col(Source.id) == Report.source_id)
    )


@cache
def select_observation_reports(language: Language, *, several: bool) -> Statement:
    return (
        select_report_columns(language)
        .where(build_equals_or_in(col(Observation.code), "keys", several=several))
        .order_by(col(Source.published_on), col(Report.code))
    )


def read_observation_reports(
    connection: Connection, language: Language, keys: Sequence[str]
) -> LinkedRecords:
    several = len(keys) > 1
    statement = select_observation_reports(language, several=several)
    found: LinkedRecords = defaultdict(list)
    for row in fetch_records(connection, statement, {"keys": keys if several else keys[0]}):
        add_source_line(row["source"], language)
        del row["id"]
        found["observation", row.pop("observation"), "reports"].append(row)
    return found


@cache
def select_reports(language: Language) -> Statement:
    return (
        select_report_columns(language)
        .add_columns(
            col(Observation.period_start).label("period.start"),
            col(Observation.period_end).label("period.end"),
            col(Series.months).label("period.months"),
            localize(Observation, "wording", language).label("published_wording"),
            *select_reference(Indicator, "indicator", language),
        )
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
    )


def complete_reports(
    connection: Connection, language: Language, rows: list[Record]
) -> list[Record]:
    del connection
    for row in rows:
        period = row["period"]
        period["label"] = format_period(period["start"], period["end"], language)
        add_source_line(row["source"], language)
    return rows


REPORTS = Resource(
    Report,
    select_reports,
    orders={
        "indicator": (col(Indicator.position), col(Report.code)),
        "published": (col(Source.published_on), col(Report.code)),
    },
    complete=complete_reports,
    filters={
        "indicator": col(Indicator.code),
        "series": col(Series.code),
        "source": col(Source.code),
        "agreement": col(Report.agreement),
    },
)
list_reports, get_report = REPORTS.list_page, REPORTS.get
