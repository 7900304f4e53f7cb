"""Observations: the figure that holds for each series and period, or all their vintages."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Connection, Label, Select, bindparam, exists, select

from app.db.columns import (
    Record,
    add_source_line,
    alias_table,
    localized_column,
    select_reference,
    select_source,
    select_unit,
)
from app.db.models import (
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
from app.db.statements import fetch_one, fetch_uncached
from app.formatting import format_citation, format_period, format_value
from app.i18n import Language
from app.parameters import (
    IndicatorObservationListParameters,
    ObservationListParameters,
    VintageListParameters,
)
from app.queries.growth import read_observation_rates
from app.queries.links import LinkedRecords
from app.queries.listing.keyset import QueryPage, read_page
from app.queries.listing.plan import list_orders, list_page
from app.queries.reports import read_observation_reports
from app.queries.vintages import format_validity

Measured: Any = alias_table(Indicator, "measured")
Reporter: Any = alias_table(Area, "reporter")
Counterpart: Any = alias_table(Area, "counterpart")
ObservedUnit: Any = alias_table(Unit, "observed_unit")
Earlier: Any = alias_table(Observation, "earlier")
Figure: Any = Observation
Account: Any = Report
Rate: Any = GrowthRate
Subject: Any = Topic
Origin: Any = Source

ORDERS = list_orders(Observation)


def select_observation_columns(language: Language, prefix: str = "") -> list[Label[Any]]:
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
        "published.wording": localized_column(Observation, "wording", language),
        "status": Figure.status,
        "locator": Figure.locator,
        "vintage": Figure.vintage,
        "current_from": Figure.current_from,
        "current_until": Figure.current_until,
        "revision.kind": Figure.revision,
        "revision.previous": Earlier.code,
        "revision.difference": Earlier.value,
        "revision.reason": localized_column(Observation, "revision_reason", language),
        "headline": Headline.observation_id,
        "suffix": localized_column(ObservedUnit, "suffix", language),
        "classifier": Measured.classifier,
        "beside.reports": exists().where(Account.observation_id == Figure.id),
        "beside.growth": exists().where(
            Rate.series_id == Figure.series_id, Rate.period_start == Figure.period_start
        ),
    }
    return [
        *(column.label(f"{prefix}{name}") for name, column in plain.items()),
        *select_reference(Measured, f"{prefix}indicator", language),
        *select_reference(Reporter, f"{prefix}reporting_area", language),
        *select_reference(Counterpart, f"{prefix}counterpart_area", language),
        *select_unit(ObservedUnit, f"{prefix}unit", language),
        *select_source(f"{prefix}source", language),
    ]


def join_context(statement: Select[Any], *, optional: bool = False) -> Select[Any]:
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
def select_observations(language: Language) -> Select[Any]:
    """Select observations from any source."""
    statement = select(*select_observation_columns(language)).select_from(Observation)
    statement = statement.outerjoin(Headline, Headline.observation_id == Figure.id)
    return join_context(statement, optional=True)


def list_observations(
    connection: Connection,
    language: Language,
    filters: IndicatorObservationListParameters | ObservationListParameters,
    indicator: str | None = None,
) -> QueryPage:
    """List observations, of all indicators or of one."""
    statement = select_observations(language)
    found = list_page(connection, Observation, statement, filters, indicator)
    return found.with_rows(complete_observations(connection, language, found.rows, filters.as_of))


def get_observation(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one observation."""
    found = fetch_one(connection, select_observations(language), Figure.code, key)
    return found and to_record(found, language, load_related(connection, language, [found]))


def list_vintages(
    connection: Connection, language: Language, filters: VintageListParameters, key: str
) -> QueryPage:
    """List the figures of all sources for the series and period of an observation."""
    statement = select_vintages(language, today=filters.as_of is None)
    values = {"known": key, "as_of": filters.as_of}
    found = read_page(connection, statement, ORDERS, filters, values)
    return found.with_rows(complete_observations(connection, language, found.rows, filters.as_of))


@cache
def select_vintages(language: Language, *, today: bool) -> Select[Any]:
    """Select the figures for the series and period of one observation, known today or on a day."""
    known: Any = alias_table(Observation, "known")
    same = select(known.series_id, known.period_start).where(known.code == bindparam("known"))
    own = same.subquery()
    statement = (
        select_observations(language)
        .join(own, Figure.series_id == own.c.series_id)
        .where(Figure.period_start == own.c.period_start)
    )
    return statement if today else statement.where(Figure.vintage <= bindparam("as_of"))


def read_observations(
    connection: Connection,
    language: Language,
    statement: Select[Any],
    as_of: date | None = None,
) -> list[Record]:
    """Read the selected observations, complete with reports and growth."""
    return complete_observations(connection, language, fetch_uncached(connection, statement), as_of)


def complete_observations(
    connection: Connection, language: Language, rows: Sequence[Record], as_of: date | None
) -> list[Record]:
    """Complete selected observations with reports, growth, and words for people."""
    beside = load_related(connection, language, rows, as_of)
    return [to_record(row, language, beside) for row in rows]


def load_related(
    connection: Connection, language: Language, rows: Sequence[Record], as_of: date | None = None
) -> LinkedRecords:
    """Read what stands beside selected observations that have any: reports, published growth."""
    reported = [row["id"] for row in rows if row["beside"]["reports"]]
    grown = [row["id"] for row in rows if row["beside"]["growth"]]
    found: LinkedRecords = (
        read_observation_reports(connection, language, reported) if reported else {}
    )
    return found | (read_observation_rates(connection, language, grown, as_of) if grown else {})


def to_record(record: Record, language: Language, beside: LinkedRecords) -> Record:
    """Complete the selected columns of an observation with words for people."""
    del record["beside"]
    published, period = record["published"], record["period"]
    suffix, classifier = record.pop("suffix"), record.pop("classifier")
    if language is Language.CHINESE and classifier:
        suffix = classifier
    source_named = add_source_line(record["source"], language)
    growth = beside.get(("observation", record["id"], "growth"))
    return format_validity(record) | {
        "source": source_named,
        "period": {**period, "label": format_period(period["start"], period["end"], language)},
        "display": format_value(
            record["value"],
            published["multiplier"],
            published["decimals"],
            record["qualifier"],
            suffix,
            language,
        ),
        "growth": growth[0] if growth else None,
        "headline": record["headline"] is not None,
        "citation": format_citation(source_named["line"], record["locator"], language),
        "revision": build_revision(record["value"], record["revision"]),
        "reports": beside.get(("observation", record["id"], "reports"), []),
    }


def build_revision(value: Decimal, revision: Record) -> Record | None:
    """Tell how a figure differs from the one known before it."""
    if revision["kind"] is None:
        return None
    return revision | {"difference": value - revision["difference"]}
