"""What pages show: the dashboard, and the profiles of indicators, priority areas and sources."""

from collections.abc import Sequence

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record
from app.db.models import PriorityArea, Series
from app.db.statements import fetch_uncached
from app.enums import SearchKind
from app.i18n import Language
from app.parameters import (
    DashboardParameters,
    GrowthRateListParameters,
    ObservationListParameters,
    OutcomeListParameters,
    ReportListParameters,
    SearchParameters,
    Vintages,
)
from app.queries.charts import MAX_POINTS_PER_PANEL, add_points, read_indicator_series
from app.queries.commitments import get_priority_area, list_outcomes
from app.queries.observations import list_observations
from app.queries.reference import get_event, get_indicator, get_source
from app.queries.related import list_growth_rates, list_reports
from app.queries.releases import read_overview
from app.queries.search import search_records
from app.queries.series import add_maxima, select_series

MAX_HITS = 1000
SHOWN_KINDS = {
    SearchKind.INDICATOR,
    SearchKind.ACTION,
    SearchKind.OUTCOME,
    SearchKind.PRIORITY_AREA,
}
"""Records that the dashboard itself shows and filters; search results of other kinds are listed."""

HitKeys = set[tuple[str, str]] | None
"""The kind and code of each search result; None if nothing is searched for."""


def read_dashboard(
    connection: Connection, language: Language, filters: DashboardParameters, edition: int
) -> Record:
    """Read the figures, actions, outcomes of a year and search results that match the filters."""
    overview = read_overview(connection, language)
    hits = read_hits(connection, language, filters.q) if filters.q else []
    keys = {(hit["kind"], hit["code"]) for hit in hits} if filters.q else None
    indicators = [
        indicator
        for indicator in overview["indicators"]
        if matches_filters(filters, [indicator["topic"]], indicator["sectors"])
        and is_found(keys, "indicator", indicator["code"])
    ]
    outcomes = list_outcomes(connection, language, OutcomeListParameters(year=[edition])).rows
    return {
        "indicators": add_comparable_series(connection, language, indicators),
        "outcomes": [
            outcome
            for outcome in outcomes
            if matches_filters(filters, list_topics(outcome), outcome["sectors"])
            and is_found(keys, "outcome", outcome["id"])
        ],
        "priority_areas": filter_areas(overview["priority_areas"], filters, keys),
        "overview": overview,
        "hits": [hit for hit in hits if hit["kind"] not in SHOWN_KINDS],
        "highlights": {(hit["kind"], hit["code"]): hit["title"] for hit in hits},
    }


def read_hits(connection: Connection, language: Language, words: str) -> list[Record]:
    page, _ = search_records(connection, language, SearchParameters(q=words, limit=MAX_HITS))
    return list(page.rows)


def is_found(keys: HitKeys, kind: str, key: str) -> bool:
    return keys is None or (kind, key) in keys


def list_topics(outcome: Record) -> list[Record]:
    """Return the topic of an outcome as a list; it has none if it concerns all topics."""
    return [outcome["topic"]] if outcome["topic"] else []


def matches_filters(
    filters: DashboardParameters, topics: Sequence[Record], sectors: Sequence[Record]
) -> bool:
    """Return whether a record has one of the topics and one of the sectors of the filters."""
    pairs = ((filters.topic, topics), (filters.sector, sectors))
    return all(
        not codes or any(named["code"] in codes for named in names) for codes, names in pairs
    )


def filter_areas(
    areas: Sequence[Record], filters: DashboardParameters, keys: HitKeys
) -> list[Record]:
    """Filter the actions of priority areas, and leave out areas without any.

    If the search finds an area but none of its actions, all actions that match the filters stay.
    """
    filtered = []
    for area in areas:
        matching = [
            action
            for action in area["actions"]
            if matches_filters(filters, action["topics"], action["sectors"])
        ]
        actions = [action for action in matching if is_found(keys, "action", action["id"])]
        if not actions and is_found(keys, "priority_area", f"{area['year']}-{area['slug']}"):
            actions = matching
        if actions:
            filtered.append(area | {"actions": actions, "action_count": len(area["actions"])})
    return filtered


def add_comparable_series(
    connection: Connection, language: Language, indicators: Sequence[Record]
) -> list[Record]:
    """Add to each indicator the series of its headline, whose figures are comparable with it."""
    codes = [indicator["headline"]["series"] for indicator in indicators]
    statement = select_series(language).where(col(Series.code).in_(codes))
    rows = fetch_uncached(connection, statement)
    series = {
        one["code"]: one for one in add_points(connection, language, rows, MAX_POINTS_PER_PANEL)
    }
    return [one | {"series": series[one["headline"]["series"]]} for one in indicators]


def read_indicator_profile(connection: Connection, language: Language, code: str) -> Record | None:
    indicator = get_indicator(connection, language, code)
    if indicator is None:
        return None
    chart = read_indicator_series(connection, language, code)
    first = indicator["headline"]["series"] if indicator["headline"] else None
    all_series = add_maxima(
        sorted(chart["series"], key=lambda series: bool(series["code"] != first))
    )
    return indicator | {
        "all_series": all_series,
        "hidden_series": chart["hidden"],
        "chart_series": chart,
    }


def read_priority_area_profile(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    area = get_priority_area(connection, language, slug, year)
    if area is None:
        return None
    related = [
        get_indicator(connection, language, baseline["code"])
        for baseline in area["baseline_indicators"]
    ]
    years = (
        select(col(PriorityArea.year))
        .where(col(PriorityArea.slug) == slug)
        .order_by(col(PriorityArea.year))
    )
    return area | {
        "baseline": [indicator for indicator in related if indicator and indicator["headline"]],
        "years": list(connection.execute(years).scalars()),
    }


def read_source_profile(connection: Connection, language: Language, code: str) -> Record | None:
    source = get_source(connection, language, code)
    if source is None:
        return None
    figures = ObservationListParameters(source=[code], vintages=Vintages.ALL)
    rates = GrowthRateListParameters(source=[code])
    event = source["event"] and get_event(connection, language, source["event"]["code"])
    return source | {
        "event": event,
        "observations": list_observations(connection, language, figures),
        "growth_rates": list_growth_rates(connection, language, rates),
        "reports": list_reports(connection, language, ReportListParameters(source=[code])),
    }
