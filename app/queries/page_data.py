"""What pages show: the dashboard, and the profiles of indicators, priority areas and sources."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import Connection
from sqlmodel import col

from app.db.columns import Record
from app.db.models import Series
from app.db.statements import fetch_uncached
from app.enums import Completeness, SearchKind
from app.i18n import Language
from app.parameters import (
    DashboardParameters,
    EditionListParameters,
    GrowthRateListParameters,
    ObservationListParameters,
    OutcomeListParameters,
    ReportListParameters,
    SearchParameters,
    Vintages,
)
from app.queries.charts import (
    MAX_POINTS,
    MAX_POINTS_PER_PANEL,
    add_points,
    read_indicator_series,
)
from app.queries.commitments import get_priority_area, list_outcomes, list_years
from app.queries.contradictions import read_stated_contradictions
from app.queries.editions import list_editions, read_contents, read_overview
from app.queries.indicators import get_indicator
from app.queries.observations import list_observations
from app.queries.progress import read_follow_ups
from app.queries.reference import get_event, get_source
from app.queries.related import list_growth_rates, list_reports
from app.queries.search import search_records
from app.queries.series import is_shown_first, read_vintages, select_series

MAX_HITS = 1000
MAX_PAGE_SERIES = 100
"""The limit of series on the page of an indicator."""
MAX_YEAR_SERIES = 100
"""The limit of series on the page /years; /v1/series lists all."""

HitKeys = set[tuple[str, str]] | None
"""The kind and code of each search result; None if nothing is searched for."""


def read_dashboard(
    connection: Connection, language: Language, filters: DashboardParameters
) -> Record:
    """Read the figures, actions and outcomes of an edition, and hits, that match the filters."""
    overview = read_overview(connection, language, filters.edition)
    edition = overview["edition"]["year"]
    hits = read_hits(connection, language, filters.q) if filters.q else []
    keys = {(hit["kind"], hit["code"]) for hit in hits} if filters.q else None
    indicators = [
        indicator
        for indicator in overview["indicators"]
        if matches_filters(filters, [indicator["topic"]], indicator["sectors"])
        and is_found(keys, "indicator", indicator["code"])
    ]
    outcomes = list_outcomes(connection, language, OutcomeListParameters(edition=[edition])).rows
    groups = group_by_period(add_comparable_series(connection, language, indicators))
    shown = set(list_records(overview, outcomes))
    return {
        "indicators": indicators,
        "groups": groups,
        "outcomes": [
            outcome
            for outcome in outcomes
            if matches_filters(filters, list_topics(outcome), outcome["sectors"])
            and is_found(keys, "outcome", outcome["id"])
        ],
        "priority_areas": filter_areas(overview["priority_areas"], filters, keys),
        "overview": overview,
        "hits": [hit for hit in hits if (hit["kind"], hit["code"]) not in shown],
        "editions": list_editions(connection, language, EditionListParameters()).rows,
        "sources": list_cited_sources(overview, outcomes, groups),
        "highlights": {(hit["kind"], hit["code"]): hit["title"] for hit in hits},
    }


def list_records(overview: Record, outcomes: Sequence[Record]) -> Iterator[tuple[SearchKind, str]]:
    """List the records of an edition that the dashboard shows and filters; it lists other hits."""
    for indicator in overview["indicators"]:
        yield SearchKind.INDICATOR, indicator["code"]
    for outcome in outcomes:
        yield SearchKind.OUTCOME, outcome["id"]
    for area in overview["priority_areas"]:
        yield SearchKind.PRIORITY_AREA, f"{area['year']}-{area['slug']}"
        yield from ((SearchKind.ACTION, action["id"]) for action in area["actions"])


def list_cited_sources(*records: object) -> list[Record]:
    """List the sources that records name anywhere in them, each once, in the order of records."""
    return list({source["code"]: source for source in find_sources(records)}.values())


def find_sources(value: object) -> Iterator[Record]:
    if isinstance(value, dict):
        if isinstance(source := value.get("source"), dict):
            yield source
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    for part in value:
        yield from find_sources(part)


def group_by_period(indicators: Sequence[Record]) -> list[Record]:
    """Group indicators by the exact period of their figures, full years and newer ones first."""
    groups: dict[tuple[int, date, date], Record] = {}
    for indicator in indicators:
        period = indicator["headline"]["period"]
        # Stocks and cumulative totals have no number of months.
        key = period["months"] or 0, period["start"], period["end"]
        groups.setdefault(key, {"period": period, "indicators": []})["indicators"].append(indicator)
    return [groups[key] for key in sorted(groups, reverse=True)]


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
    """Filter the actions of priority areas, and leave out areas of which none matches.

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
        is_area_found = is_found(keys, "priority_area", f"{area['year']}-{area['slug']}")
        if not actions and is_area_found:
            actions = matching
        is_empty = not (area["actions"] or filters.topic or filters.sector)
        if actions or (is_empty and is_area_found):
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
    """Read an indicator with its series, and what every source states in them.

    Returns:
        The indicator with its series and their current points under "series", how many are left
        out under "hidden_series", the observations of all vintages under "observations", and the
        year of the edition of its headline, if there is one, under "editions".
    """
    indicator = get_indicator(connection, language, code)
    if indicator is None:
        return None
    found = read_indicator_series(connection, language, code, MAX_PAGE_SERIES, MAX_POINTS)
    series = found["series"]
    complete = EditionListParameters(completeness=[Completeness.COMPLETE], limit=1)
    return indicator | {
        "editions": [one["year"] for one in list_editions(connection, language, complete).rows],
        "series": series,
        "hidden_series": found["hidden"],
        "observations": read_vintages(connection, language, [one["code"] for one in series]),
        "chart_series": read_indicator_series(connection, language, code),
    }


def read_year_series(connection: Connection, language: Language) -> list[Record]:
    """Read the first series of full years, stocks and cumulative totals, with their points."""
    statement = (
        select_series(language)
        .where(is_shown_first(), col(Series.observations) > 0)
        .order_by(col(Series.id))
        .limit(MAX_YEAR_SERIES)
    )
    return add_points(connection, language, fetch_uncached(connection, statement), MAX_POINTS)


def read_priority_area_profile(
    connection: Connection, language: Language, slug: str, year: int | None
) -> Record | None:
    area = get_priority_area(connection, language, slug, year)
    if area is None:
        return None
    contents = read_contents(connection, language, area["year"])
    codes = {baseline["code"] for baseline in area["baseline_indicators"]}
    return area | {
        "baseline": [one for one in contents["indicators"] if one["code"] in codes],
        "years": list_years(connection, slug),
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
        "follow_ups": read_follow_ups(connection, language, code),
        "contradictions": read_stated_contradictions(connection, language, code),
    }
