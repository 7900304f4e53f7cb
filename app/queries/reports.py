"""What other sources say of observations."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import Connection, Select, select

from app.filters import ReportFilters
from app.models import Indicator, Observation, Report, Series, Source
from app.queries.columns import Record, localized, reference, source, with_line
from app.queries.links import Linked
from app.queries.pages import MADE, Found, page
from app.queries.prepared import one, read
from app.queries.shapes import Shape, holds, narrowed
from app.text import Language, period_label

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
def report_statement(language: Language) -> Select[Any]:
    """Select reports with the observation and the source that they belong to."""
    return (
        select(
            Account.code.label("id"),
            Figure.code.label("observation"),
            localized(Report, "wording", language).label("wording"),
            Account.agreement.label("agreement"),
            Account.locator.label("locator"),
            localized(Report, "note", language).label("note"),
            *source("source", language),
        )
        .select_from(Report)
        .join(Observation, Figure.id == Account.observation_id)
        .join(Source, Origin.id == Account.source_id)
    )


@cache
def accounts_statement(language: Language, *, several: bool) -> Select[Any]:
    """Select what other sources say of some observations."""
    statement = report_statement(language).where(holds(Figure.code, "keys", several=several))
    return statement.order_by(Origin.published_on, Account.code)


def accounts_of(connection: Connection, language: Language, keys: Sequence[str]) -> Linked:
    """Read what other sources say of some observations."""
    several = len(keys) > 1
    statement = accounts_statement(language, several=several)
    found: Linked = defaultdict(list)
    for record in read(connection, statement, {"keys": keys if several else keys[0]}):
        record["source"] = with_line(record["source"], language)
        del record["id"]
        found["observation", record.pop("observation"), "reports"].append(record)
    return found


@cache
def entry_statement(language: Language) -> Select[Any]:
    """Select reports with what they tell of."""
    return (
        report_statement(language)
        .add_columns(
            Figure.period_start.label("period.start"),
            Figure.period_end.label("period.end"),
            Group.months.label("period.months"),
            localized(Observation, "wording", language).label("published_wording"),
            *reference(Indicator, "indicator", language),
        )
        .join(Series, Group.id == Figure.series_id)
        .join(Indicator, Measured.id == Group.indicator_id)
    )


def reports(connection: Connection, language: Language, filters: ReportFilters) -> Found:
    """List what other sources say."""
    shape, values = narrowed(filters)
    found = page(connection, narrowed_statement(language, shape), ORDERS, filters, values)
    return found.map(lambda row: told(row, language))


@lru_cache(maxsize=MADE)
def narrowed_statement(language: Language, shape: Shape) -> Select[Any]:
    """Select the reports that requests of a shape ask for."""
    columns = {
        "indicator": Measured.code,
        "series": Group.code,
        "source": Origin.code,
        "agreement": Account.agreement,
    }
    return shape.narrow(entry_statement(language), columns)


def report(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one report."""
    row = one(connection, entry_statement(language), Account.code, key)
    return row and told(row, language)


def told(row: Record, language: Language) -> Record:
    """Complete a selected report with words for people."""
    record = row
    period = record["period"]
    period["label"] = period_label(period["start"], period["end"], language)
    record["source"] = with_line(record["source"], language)
    return record
