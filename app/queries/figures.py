"""Indicators and observations, with second reports."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Label, Select, exists, select
from sqlalchemy.orm import aliased

from app.filters import IndicatorFilters, IndicatorObservationFilters, ObservationFilters
from app.models import (
    Area,
    Baseline,
    Headline,
    Indicator,
    Observation,
    PriorityArea,
    Report,
    Series,
    Source,
    Topic,
    Unit,
)
from app.queries.columns import Record, localized, nest, reference, source, unit, with_line
from app.queries.links import Linked, attach, links
from app.queries.pages import Found, page
from app.queries.words import holding
from app.text import Language, citation, figure, period_label

Measured: Any = aliased(Indicator, name="measured")
Reporter: Any = aliased(Area, name="reporter")
Counterpart: Any = aliased(Area, name="counterpart")
ObservedUnit: Any = aliased(Unit, name="observed_unit")
OwnReporter: Any = aliased(Area, name="own_reporter")
OwnCounterpart: Any = aliased(Area, name="own_counterpart")
Figure: Any = Observation
Own: Any = Indicator
Subject: Any = Topic
Measure: Any = Unit
Origin: Any = Source

ORDERS: dict[str, Sequence[Any]] = {
    "indicator": (Measured.position, Figure.period_start, Figure.code),
    "period": (Figure.period_start, Figure.period_end, Figure.code),
    "vintage": (Figure.vintage, Figure.code),
    "value": (Figure.value, Figure.code),
}
INDICATOR_ORDERS: dict[str, Sequence[Any]] = {
    "position": (Own.position, Own.code),
    "code": (Own.code,),
}


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
        "growth": Figure.growth,
        "status": Figure.status,
        "locator": Figure.locator,
        "vintage": Figure.vintage,
        "headline": Headline.observation_id,
        "suffix": localized(ObservedUnit, "suffix", language),
        "classifier": Measured.classifier,
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
    return statement


def observation_statement(language: Language) -> Select[Any]:
    """Select observations from any source."""
    statement = select(*observation_columns(language)).select_from(Observation)
    statement = statement.outerjoin(Headline, Headline.observation_id == Figure.id)
    return with_context(statement)


def observations(
    connection: Connection,
    language: Language,
    filters: IndicatorObservationFilters,
    indicator: str | None = None,
) -> Found:
    """List observations, of all indicators or of one."""
    statement = observation_statement(language).where(*narrowed(filters))
    if indicator is not None:
        statement = statement.where(Measured.code == indicator)
    found = page(connection, statement, ORDERS, filters, {"of": indicator})
    accounts = reports(connection, language, [row["id"] for row in found.rows])
    return found.map(lambda row: told(nest(row), language, accounts))


def observation(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one observation."""
    statement = observation_statement(language).where(Figure.code == key)
    row = connection.execute(statement).mappings().first()
    return told(nest(row), language, reports(connection, language, [key])) if row else None


def narrowed(filters: IndicatorObservationFilters) -> list[Any]:
    """Turn the filters of observations into conditions."""
    conditions = [
        column.in_(values)
        for column, values in (
            (Reporter.code, filters.area),
            (Counterpart.code, filters.counterpart),
            (ObservedUnit.code, filters.unit),
            (Origin.code, filters.source),
            (Figure.status, filters.status),
            (Figure.qualifier, filters.qualifier),
        )
        if values
    ]
    if isinstance(filters, ObservationFilters) and filters.indicator:
        conditions.append(Measured.code.in_(filters.indicator))
    if isinstance(filters, ObservationFilters) and filters.topic:
        topics = select(Subject.id).where(Subject.code.in_(filters.topic))
        conditions.append(Measured.topic_id.in_(topics))
    if filters.months is not None:
        conditions.append(Series.months == filters.months)
    if filters.since is not None:
        conditions.append(Figure.period_start >= filters.since)
    if filters.until is not None:
        conditions.append(Figure.period_end <= filters.until)
    if filters.as_of is not None:
        conditions.append(Figure.vintage <= filters.as_of)
    return conditions


def reports(connection: Connection, language: Language, keys: Sequence[str]) -> Linked:
    """Read what other sources say of some observations."""
    account: Any = Report
    statement = (
        select(
            Figure.code.label("observation"),
            localized(Report, "wording", language).label("wording"),
            account.agreement.label("agreement"),
            account.locator.label("locator"),
            localized(Report, "note", language).label("note"),
            *source("source", language),
        )
        .select_from(Report)
        .join(Observation, Figure.id == account.observation_id)
        .join(Source, Source.id == account.source_id)
        .where(Figure.code.in_(keys))
        .order_by(Origin.published_on, account.code)
    )
    found: Linked = defaultdict(list)
    for row in connection.execute(statement).mappings():
        record = nest(row)
        record["source"] = with_line(record["source"], language)
        found["observation", record.pop("observation"), "reports"].append(record)
    return found


def told(record: Record, language: Language, accounts: Linked) -> Record:
    """Complete the selected columns of an observation with words for people."""
    published, period = record["published"], record["period"]
    suffix, classifier = record.pop("suffix"), record.pop("classifier")
    if language is Language.CHINESE and classifier:
        suffix = classifier
    growth = record["growth"]
    source_named = with_line(record["source"], language)
    return record | {
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
        "growth": None if growth is None else {"value": growth},
        "headline": record["headline"] is not None,
        "citation": citation(source_named["line"], record["locator"], language),
        "reports": accounts.get(("observation", record["id"], "reports"), []),
    }


def indicator_statement(language: Language) -> Select[Any]:
    """Select indicators, each with its headline observation."""
    statement = (
        select(
            Own.code.label("code"),
            localized(Indicator, "name", language).label("name"),
            localized(Indicator, "definition", language).label("definition"),
            localized(Indicator, "note", language).label("note"),
            Own.direction.label("direction"),
            *reference(Topic, "topic", language),
            *unit(Unit, "unit", language),
            *reference(OwnReporter, "reporting_area", language),
            *reference(OwnCounterpart, "counterpart_area", language),
            *observation_columns(language, "headline."),
        )
        .select_from(Indicator)
        .join(Topic, Subject.id == Own.topic_id)
        .join(Unit, Unit.id == Own.unit_id)
        .join(OwnReporter, OwnReporter.id == Own.reporting_area_id)
        .join(OwnCounterpart, OwnCounterpart.id == Own.counterpart_area_id)
        .outerjoin(Headline, Headline.indicator_id == Own.id)
        .outerjoin(Observation, Figure.id == Headline.observation_id)
    )
    return with_context(statement, optional=True)


def indicators(connection: Connection, language: Language, filters: IndicatorFilters) -> Found:
    """List indicators."""
    statement = indicator_statement(language)
    for column, values in (
        (Subject.code, filters.topic),
        (Measure.code, filters.unit),
        (Own.direction, filters.direction),
    ):
        if values:
            statement = statement.where(column.in_(values))
    if filters.priority_area:
        area: Any = PriorityArea
        statement = statement.where(
            exists()
            .where(Baseline.indicator_id == Own.id)
            .where(Baseline.priority_area_id == area.id)
            .where(area.slug.in_(filters.priority_area))
        )
    if filters.q is not None:
        statement = statement.where(Own.code.in_(holding(filters.q, "indicator")))
    found = page(connection, statement, INDICATOR_ORDERS, filters)
    return Found(complete(connection, language, found.rows), found.total, found.cursor)


def indicator(connection: Connection, language: Language, key: str) -> Record | None:
    """Find one indicator."""
    statement = indicator_statement(language).where(Own.code == key)
    rows = [dict(row) for row in connection.execute(statement).mappings()]
    return complete(connection, language, rows)[0] if rows else None


def complete(connection: Connection, language: Language, rows: list[Record]) -> list[Record]:
    """Complete selected indicators with reports and links."""
    found = links(connection, language, {"indicator": [row["code"] for row in rows]})
    return with_headlines(connection, language, rows, found)


def with_headlines(
    connection: Connection, language: Language, rows: list[Record], found: Linked
) -> list[Record]:
    """Complete selected indicators with their headline, given what they are linked to."""
    keys = [row["headline.id"] for row in rows if row["headline.id"] is not None]
    accounts = reports(connection, language, keys)
    records = []
    for row in rows:
        record = attach(nest(row), found, "indicator", row["code"])
        shown = record["headline"]
        record["headline"] = told(shown, language, accounts) if shown["id"] is not None else None
        records.append(record)
    return records
