"""Published growth: what sources print, never what levels would give."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from app.db.columns import (
    Record,
    add_source_line,
    alias_table,
    localized_column,
    select_reference,
    select_source,
)
from app.db.models import Area, GrowthRate, Indicator, Observation, Series, Source, Unit
from app.db.statements import fetch_cached, fetch_one
from app.formatting import format_change, format_citation, format_period
from app.i18n import Language
from app.parameters import GrowthRateListParameters
from app.queries.links import LinkedRecords
from app.queries.listing.keyset import QueryPage
from app.queries.listing.plan import list_page
from app.queries.listing.shape import equals_or_any
from app.queries.vintages import current_conditions, format_validity

Rate: Any = GrowthRate
Figure: Any = Observation
Group: Any = Series
Measured: Any = Indicator
Origin: Any = Source
Terms: Any = Unit
RateReporter: Any = alias_table(Area, "rate_reporter")
RateCounterpart: Any = alias_table(Area, "rate_counterpart")


@cache
def select_rates(language: Language) -> Select[Any]:
    """Select growth rates with their sources."""
    plain = {
        "id": Rate.code,
        "value": Rate.value,
        "period.start": Rate.period_start,
        "period.end": Rate.period_end,
        "period.months": Group.months,
        "base_period.start": Rate.base_start,
        "base_period.end": Rate.base_end,
        "base_period.months": Group.months,
        "basis": Rate.basis,
        "wording": localized_column(GrowthRate, "wording", language),
        "note": localized_column(GrowthRate, "note", language),
        "vintage": Rate.vintage,
    }
    return (
        select(
            *(column.label(name) for name, column in plain.items()),
            *select_source("source", language),
        )
        .select_from(GrowthRate)
        .join(Series, Group.id == Rate.series_id)
        .join(Source, Origin.id == Rate.source_id)
    )


@cache
def select_observation_rates(language: Language, *, today: bool, several: bool) -> Select[Any]:
    """Select the growth that holds today, or held on a day, for some observations."""
    same = and_(Figure.series_id == Rate.series_id, Figure.period_start == Rate.period_start)
    day: Any = None if today else bindparam("as_of")
    return (
        select_rates(language)
        .add_columns(Figure.code.label("observation"))
        .join(Observation, same)
        .where(
            equals_or_any(Figure.code, "keys", several=several),
            *current_conditions(GrowthRate, day),
        )
    )


def read_observation_rates(
    connection: Connection, language: Language, keys: Sequence[str], as_of: date | None
) -> LinkedRecords:
    """Read the growth that holds for the series and periods of some observations."""
    several = len(keys) > 1
    statement = select_observation_rates(language, today=as_of is None, several=several)
    values = {"keys": keys if several else keys[0], "as_of": as_of}
    found: LinkedRecords = defaultdict(list)
    for row in fetch_cached(connection, statement, values):
        record = complete_rate(row, language)
        del record["period"]
        found["observation", record.pop("observation"), "growth"].append(record)
    return found


@cache
def select_growth_rates(language: Language) -> Select[Any]:
    """Select growth rates with what has grown."""
    return (
        select_rates(language)
        .add_columns(
            Group.code.label("series"),
            Rate.locator.label("locator"),
            Rate.current_from.label("current_from"),
            Rate.current_until.label("current_until"),
            *select_reference(Indicator, "indicator", language),
            *select_reference(RateReporter, "reporting_area", language),
            *select_reference(RateCounterpart, "counterpart_area", language),
        )
        .join(Indicator, Measured.id == Group.indicator_id)
        .join(Unit, Terms.id == Group.unit_id)
        .join(RateReporter, RateReporter.id == Group.reporting_area_id)
        .join(RateCounterpart, RateCounterpart.id == Group.counterpart_area_id)
    )


def list_growth_rates(
    connection: Connection, language: Language, filters: GrowthRateListParameters
) -> QueryPage:
    """List published growth."""
    found = list_page(connection, GrowthRate, select_growth_rates(language), filters)
    return found.map_rows(lambda row: complete_growth_rate(row, language))


def get_growth_rate(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one growth rate."""
    row = fetch_one(connection, select_growth_rates(language), Rate.code, key)
    return row and complete_growth_rate(row, language)


def complete_rate(record: Record, language: Language) -> Record:
    """Complete a selected growth rate with words for people."""
    for name in ("period", "base_period"):
        part = record[name]
        part["label"] = format_period(part["start"], part["end"], language)
    record["source"] = add_source_line(record["source"], language)
    return record | {"display": format_change(record["value"], language)}


def complete_growth_rate(row: Record, language: Language) -> Record:
    """Complete a growth rate that stands by itself."""
    record = complete_rate(row, language)
    line = format_citation(record["source"]["line"], record["locator"], language)
    return format_validity(record) | {"citation": line}
