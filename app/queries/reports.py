"""What other sources report about observations."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import (
    Record,
    Statement,
    add_source_line,
    build_equals_or_in,
    localize,
    select_reference,
    select_source,
)
from app.db.models import Indicator, Observation, Report, Series, Source
from app.db.statements import fetch_records
from app.formatting import format_period
from app.i18n import Language
from app.queries.links import LinkedRecords
from app.queries.resource import Resource


@cache
def select_report_columns(language: Language) -> Statement:
    """Select reports with their observations and sources."""
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
    """Select the reports about some observations."""
    return (
        select_report_columns(language)
        .where(build_equals_or_in(col(Observation.code), "keys", several=several))
        .order_by(col(Source.published_on), col(Report.code))
    )


def read_observation_reports(
    connection: Connection, language: Language, keys: Sequence[str]
) -> LinkedRecords:
    """Read the reports about some observations."""
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
    """Select reports with the periods and indicators of their observations."""
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
    """Add labels and source lines to selected reports."""
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
