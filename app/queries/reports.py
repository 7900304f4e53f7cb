"""What other sources say of observations."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from app.db.columns import (
    Record,
    add_source_line,
    localized_column,
    select_reference,
    select_source,
)
from app.db.models import Indicator, Observation, Report, Series, Source
from app.db.statements import fetch_cached, fetch_one
from app.formatting import format_period
from app.i18n import Language
from app.parameters import ReportListParameters
from app.queries.links import LinkedRecords
from app.queries.listing.keyset import MAX_STATEMENTS, QueryPage, read_page
from app.queries.listing.shape import FilterShape, equals_or_any, split_filters

Account: Any = Report
Figure: Any = Observation
Group: Any = Series
Measured: Any = Indicator
Origin: Any = Source

ORDERS: dict[str, Sequence[Any]] = {
    "indicator": (Measured.position, Account.code),
    "published": (Origin.published_on, Account.code),
}


@cache
def select_report_columns(language: Language) -> Select[Any]:
    """Select reports with the observation and the source that they belong to."""
    return (
        select(
            Account.code.label("id"),
            Figure.code.label("observation"),
            localized_column(Report, "wording", language).label("wording"),
            Account.agreement.label("agreement"),
            Account.locator.label("locator"),
            localized_column(Report, "note", language).label("note"),
            *select_source("source", language),
        )
        .select_from(Report)
        .join(Observation, Figure.id == Account.observation_id)
        .join(Source, Origin.id == Account.source_id)
    )


@cache
def select_observation_reports(language: Language, *, several: bool) -> Select[Any]:
    """Select what other sources say of some observations."""
    statement = select_report_columns(language).where(
        equals_or_any(Figure.code, "keys", several=several)
    )
    return statement.order_by(Origin.published_on, Account.code)


def read_observation_reports(
    connection: Connection, language: Language, keys: Sequence[str]
) -> LinkedRecords:
    """Read what other sources say of some observations."""
    several = len(keys) > 1
    statement = select_observation_reports(language, several=several)
    found: LinkedRecords = defaultdict(list)
    for record in fetch_cached(connection, statement, {"keys": keys if several else keys[0]}):
        record["source"] = add_source_line(record["source"], language)
        del record["id"]
        found["observation", record.pop("observation"), "reports"].append(record)
    return found


@cache
def select_reports(language: Language) -> Select[Any]:
    """Select reports with what they tell of."""
    return (
        select_report_columns(language)
        .add_columns(
            Figure.period_start.label("period.start"),
            Figure.period_end.label("period.end"),
            Group.months.label("period.months"),
            localized_column(Observation, "wording", language).label("published_wording"),
            *select_reference(Indicator, "indicator", language),
        )
        .join(Series, Group.id == Figure.series_id)
        .join(Indicator, Measured.id == Group.indicator_id)
    )


def list_reports(
    connection: Connection, language: Language, filters: ReportListParameters
) -> QueryPage:
    """List what other sources say."""
    shape, values = split_filters(filters)
    found = read_page(connection, select_filtered_reports(language, shape), ORDERS, filters, values)
    return found.map_rows(lambda row: complete_report(row, language))


@lru_cache(maxsize=MAX_STATEMENTS)
def select_filtered_reports(language: Language, shape: FilterShape) -> Select[Any]:
    """Select the reports that requests of a shape ask for."""
    columns = {
        "indicator": Measured.code,
        "series": Group.code,
        "source": Origin.code,
        "agreement": Account.agreement,
    }
    return shape.apply_filters(select_reports(language), columns)


def get_report(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one report."""
    row = fetch_one(connection, select_reports(language), Account.code, key)
    return row and complete_report(row, language)


def complete_report(row: Record, language: Language) -> Record:
    """Complete a selected report with words for people."""
    record = row
    period = record["period"]
    period["label"] = format_period(period["start"], period["end"], language)
    record["source"] = add_source_line(record["source"], language)
    return record
