"""Published growth: what sources print, never what levels would give."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, select

from app.filters import GrowthRateFilters
from app.models import Area, GrowthRate, Indicator, Observation, Series, Source, Unit
from app.queries.columns import Record, localized, reference, renamed, source, with_line
from app.queries.links import Linked
from app.queries.narrow import listing
from app.queries.pages import Found
from app.queries.prepared import one, read
from app.queries.shapes import holds
from app.queries.vintages import current, term
from app.text import Language, change, citation, period_label

Rate: Any = GrowthRate
Figure: Any = Observation
Group: Any = Series
Measured: Any = Indicator
Origin: Any = Source
Terms: Any = Unit
RateReporter: Any = renamed(Area, "rate_reporter")
RateCounterpart: Any = renamed(Area, "rate_counterpart")


@cache
def rate_statement(language: Language) -> Select[Any]:
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
        "wording": localized(GrowthRate, "wording", language),
        "note": localized(GrowthRate, "note", language),
        "vintage": Rate.vintage,
    }
    return (
        select(*(column.label(name) for name, column in plain.items()), *source("source", language))
        .select_from(GrowthRate)
        .join(Series, Group.id == Rate.series_id)
        .join(Source, Origin.id == Rate.source_id)
    )


@cache
def statement_beside(language: Language, *, today: bool, several: bool) -> Select[Any]:
    """Select the growth that holds today, or held on a day, for some observations."""
    same = and_(Figure.series_id == Rate.series_id, Figure.period_start == Rate.period_start)
    day: Any = None if today else bindparam("as_of")
    return (
        rate_statement(language)
        .add_columns(Figure.code.label("observation"))
        .join(Observation, same)
        .where(holds(Figure.code, "keys", several=several), *current(GrowthRate, day))
    )


def rates_beside(
    connection: Connection, language: Language, keys: Sequence[str], as_of: date | None
) -> Linked:
    """Read the growth that holds for the series and periods of some observations."""
    several = len(keys) > 1
    statement = statement_beside(language, today=as_of is None, several=several)
    values = {"keys": keys if several else keys[0], "as_of": as_of}
    found: Linked = defaultdict(list)
    for row in read(connection, statement, values):
        record = told(row, language)
        del record["period"]
        found["observation", record.pop("observation"), "growth"].append(record)
    return found


@cache
def entry_statement(language: Language) -> Select[Any]:
    """Select growth rates with what has grown."""
    return (
        rate_statement(language)
        .add_columns(
            Group.code.label("series"),
            Rate.locator.label("locator"),
            Rate.current_from.label("current_from"),
            Rate.current_until.label("current_until"),
            *reference(Indicator, "indicator", language),
            *reference(RateReporter, "reporting_area", language),
            *reference(RateCounterpart, "counterpart_area", language),
        )
        .join(Indicator, Measured.id == Group.indicator_id)
        .join(Unit, Terms.id == Group.unit_id)
        .join(RateReporter, RateReporter.id == Group.reporting_area_id)
        .join(RateCounterpart, RateCounterpart.id == Group.counterpart_area_id)
    )


def growth_rates(connection: Connection, language: Language, filters: GrowthRateFilters) -> Found:
    """List published growth."""
    found = listing(connection, GrowthRate, entry_statement(language), filters)
    return found.map(lambda row: whole(row, language))


def growth_rate(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one growth rate."""
    row = one(connection, entry_statement(language), Rate.code, key)
    return row and whole(row, language)


def told(record: Record, language: Language) -> Record:
    """Complete a selected growth rate with words for people."""
    for name in ("period", "base_period"):
        part = record[name]
        part["label"] = period_label(part["start"], part["end"], language)
    record["source"] = with_line(record["source"], language)
    return record | {"display": change(record["value"], language)}


def whole(row: Record, language: Language) -> Record:
    """Complete a growth rate that stands by itself."""
    record = told(row, language)
    line = citation(record["source"]["line"], record["locator"], language)
    return term(record) | {"citation": line}
