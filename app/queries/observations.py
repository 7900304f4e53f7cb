"""Observations: the figure that holds for each series and period, or all their vintages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, Label, Select, bindparam, exists, select

from app.filters import IndicatorObservationFilters, ObservationFilters, VintagedFilters
from app.models import (
    Area,
    GrowthRate,
    Headline,
    Indicator,
    Observation,
    Report,
    Series,
    Source,
    Topic,
    Unit,
)
from app.queries.columns import (
    Record,
    localized,
    reference,
    renamed,
    source,
    unit,
    with_line,
)
from app.queries.growth import rates_beside
from app.queries.links import Linked
from app.queries.narrow import listing, orders_of
from app.queries.pages import Found, page
from app.queries.prepared import once, one
from app.queries.reports import accounts_of
from app.queries.vintages import term
from app.text import Language, citation, figure, period_label

Measured: Any = renamed(Indicator, "measured")
Reporter: Any = renamed(Area, "reporter")
Counterpart: Any = renamed(Area, "counterpart")
ObservedUnit: Any = renamed(Unit, "observed_unit")
Earlier: Any = renamed(Observation, "earlier")
Figure: Any = Observation
Account: Any = Report
Rate: Any = GrowthRate
Subject: Any = Topic
Origin: Any = Source

ORDERS = orders_of(Observation)


def observation_columns(language: Language, prefix: str = "") -> list[Label[Any]]:
    """Select everything that an observation shows, and what its display text is made of."""
    plain = {
        "id": Figure.code,
        "series": Series.code,
        "period.start": Figure.period_start,
        "period.end": Figure.period_end,
        "period.months": Series.months,
        "value": Figure.value,
        "qualifier": Figure.qualifier,
        "bounds.lower": Figure.lower_bound,
        "bounds.upper": Figure.upper_bound,
        "published.value": Figure.published_value,
        "published.multiplier": Figure.multiplier,
        "published.decimals": Figure.decimals,
        "published.wording": localized(Observation, "wording", language),
        "status": Figure.status,
        "locator": Figure.locator,
        "vintage": Figure.vintage,
        "current_from": Figure.current_from,
        "current_until": Figure.current_until,
        "revision.kind": Figure.revision,
        "revision.previous": Earlier.code,
        "revision.difference": Earlier.value,
        "revision.reason": localized(Observation, "revision_reason", language),
        "headline": Headline.observation_id,
        "suffix": localized(ObservedUnit, "suffix", language),
        "classifier": Measured.classifier,
        "beside.reports": exists().where(Account.observation_id == Figure.id),
        "beside.growth": exists().where(
            Rate.series_id == Figure.series_id, Rate.period_start == Figure.period_start
        ),
    }
    return [
        *(column.label(f"{prefix}{name}") for name, column in plain.items()),
        *reference(Measured, f"{prefix}indicator", language),
        *reference(Reporter, f"{prefix}reporting_area", language),
        *reference(Counterpart, f"{prefix}counterpart_area", language),
        *unit(ObservedUnit, f"{prefix}unit", language),
        *source(f"{prefix}source", language),
    ]


def with_context(statement: Select[Any], *, optional: bool = False) -> Select[Any]:
    """Join everything that an observation shows to a selected observation."""
    joins: tuple[tuple[Any, Any], ...] = (
        (Series, Series.id == Figure.series_id),
        (Measured, Measured.id == Series.indicator_id),
        (ObservedUnit, ObservedUnit.id == Series.unit_id),
        (Reporter, Reporter.id == Series.reporting_area_id),
        (Counterpart, Counterpart.id == Series.counterpart_area_id),
        (Source, Source.id == Figure.source_id),
    )
    for target, condition in joins:
        statement = statement.join(target, condition, isouter=optional)
    return statement.outerjoin(Earlier, Earlier.id == Figure.previous_id)


@cache
def observation_statement(language: Language) -> Select[Any]:
    """Select observations from any source."""
    statement = select(*observation_columns(language)).select_from(Observation)
    statement = statement.outerjoin(Headline, Headline.observation_id == Figure.id)
    return with_context(statement, optional=True)


def observations(
    connection: Connection,
    language: Language,
    filters: IndicatorObservationFilters | ObservationFilters,
    indicator: str | None = None,
) -> Found:
    """List observations, of all indicators or of one."""
    statement = observation_statement(language)
    found = listing(connection, Observation, statement, filters, indicator)
    return found.with_rows(completed(connection, language, found.rows, filters.as_of))


def observation(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one observation."""
    found = one(connection, observation_statement(language), Figure.code, key)
    return found and told(found, language, beside_of(connection, language, [found]))


def vintages(
    connection: Connection, language: Language, filters: VintagedFilters, key: str
) -> Found:
    """List the figures of all sources for the series and period of an observation."""
    statement = vintage_statement(language, today=filters.as_of is None)
    values = {"known": key, "as_of": filters.as_of}
    found = page(connection, statement, ORDERS, filters, values)
    return found.with_rows(completed(connection, language, found.rows, filters.as_of))


@cache
def vintage_statement(language: Language, *, today: bool) -> Select[Any]:
    """Select the figures for the series and period of one observation, known today or on a day."""
    known: Any = renamed(Observation, "known")
    same = select(known.series_id, known.period_start).where(known.code == bindparam("known"))
    own = same.subquery()
    statement = (
        observation_statement(language)
        .join(own, Figure.series_id == own.c.series_id)
        .where(Figure.period_start == own.c.period_start)
    )
    return statement if today else statement.where(Figure.vintage <= bindparam("as_of"))


def read(
    connection: Connection,
    language: Language,
    statement: Select[Any],
    as_of: date | None = None,
) -> list[Record]:
    """Read the selected observations, complete with reports and growth."""
    return completed(connection, language, once(connection, statement), as_of)


def completed(
    connection: Connection, language: Language, rows: Sequence[Record], as_of: date | None
) -> list[Record]:
    """Complete selected observations with reports, growth, and words for people."""
    beside = beside_of(connection, language, rows, as_of)
    return [told(row, language, beside) for row in rows]


def beside_of(
    connection: Connection, language: Language, rows: Sequence[Record], as_of: date | None = None
) -> Linked:
    """Read what stands beside selected observations that have any: reports, published growth."""
    reported = [row["id"] for row in rows if row["beside"]["reports"]]
    grown = [row["id"] for row in rows if row["beside"]["growth"]]
    found: Linked = accounts_of(connection, language, reported) if reported else {}
    return found | (rates_beside(connection, language, grown, as_of) if grown else {})


def told(record: Record, language: Language, beside: Linked) -> Record:
    """Complete the selected columns of an observation with words for people."""
    del record["beside"]
    published, period = record["published"], record["period"]
    suffix, classifier = record.pop("suffix"), record.pop("classifier")
    if language is Language.CHINESE and classifier:
        suffix = classifier
    source_named = with_line(record["source"], language)
    growth = beside.get(("observation", record["id"], "growth"))
    return term(record) | {
        "source": source_named,
        "period": {**period, "label": period_label(period["start"], period["end"], language)},
        "display": figure(
            record["value"],
            published["multiplier"],
            published["decimals"],
            record["qualifier"],
            suffix,
            language,
        ),
        "growth": growth[0] if growth else None,
        "headline": record["headline"] is not None,
        "citation": citation(source_named["line"], record["locator"], language),
        "revision": revised(record["value"], record["revision"]),
        "reports": beside.get(("observation", record["id"], "reports"), []),
    }


def revised(value: Decimal, revision: Record) -> Record | None:
    """Tell how a figure differs from the one known before it."""
    if revision["kind"] is None:
        return None
    return revision | {"difference": value - revision["difference"]}
