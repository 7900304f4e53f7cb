"""What the first page, the page of all years and embeds show."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_
from sqlmodel import col

from app import parameters
from app.db.columns import Record
from app.db.models import Series
from app.db.statements import Session, fetch_uncached
from app.enums import SearchKind
from app.i18n import MONTHS
from app.queries.editions import EDITIONS, read_overview
from app.queries.indicators import INDICATORS
from app.queries.missing_periods import build_missing_period_error
from app.queries.observations import list_observations
from app.queries.priority_areas import OUTCOMES
from app.queries.profiles import MAX_POINTS, MAX_POINTS_PER_PANEL, add_points
from app.queries.search import search_records
from app.queries.series import is_shown_first, other_series, select_series

MAX_HITS = 100
"""How many other search results the first page lists; /v1/search has all."""
FILTERED_KINDS = [
    SearchKind.INDICATOR,
    SearchKind.OUTCOME,
    SearchKind.PRIORITY_AREA,
    SearchKind.ACTION,
]
"""The kinds of records that the first page shows in any case, and hides if they do not match."""
MAX_INDICATORS = 100
"""The limit of indicators on the first page; the list of all indicators has pages."""
MAX_NEWEST = 3
"""How many of the newest figures the first page names."""
MAX_YEAR_SERIES = 100
"""The limit of series on the page /years; /v1/series lists all."""

HitKeys = Collection[tuple[str, str]] | None
"""The kind and code of each search result; None if nothing is searched for."""


class Hits(NamedTuple):
    """What a search finds: all records of the filtered kinds, and the first of all kinds."""

    filtered: dict[tuple[str, str], Record]
    first: list[Record]
    total: int


def read_dashboard(session: Session, filters: parameters.DashboardParameters) -> Record:
    """Read the figures, actions and outcomes that match the filters, and other search results.

    Returns:
        The newest figures of all indicators, those of the main edition under "indicators" and the
        others under "others"; or, if an edition is chosen, the figures of that edition.
    """
    overview = read_overview(session, filters.edition)
    edition = overview["edition"]["year"]
    hits = read_hits(session, filters.q) if filters.q else Hits({}, [], 0)
    keys = hits.filtered if filters.q else None
    all_indicators = read_shown_indicators(session, overview, filters.edition)
    shown_indicators = [
        indicator
        for indicator in all_indicators
        if matches_filters(filters, [indicator["topic"]], indicator["sectors"])
        and is_found(keys, "indicator", indicator["code"])
    ]
    shown_indicators = add_yearly_series(session, shown_indicators)
    codes = {indicator["code"] for indicator in overview["indicators"]}
    indicators = [one for one in shown_indicators if one["code"] in codes]
    others = [one for one in shown_indicators if one["code"] not in codes]
    outcomes = OUTCOMES.list_page(session, parameters.OutcomeListParameters(edition=[edition])).rows
    shown = set(list_records(overview | {"indicators": all_indicators}, outcomes))
    newest = sorted(all_indicators, key=lambda one: str(one["figure"]["vintage"]), reverse=True)
    page: Record = {
        "indicators": indicators,
        "groups": group_by_period(indicators) if filters.edition else [],
        "others": group_by_topic(others),
        "newest": [] if filters.edition else newest[:MAX_NEWEST],
        "outcomes": [
            outcome
            for outcome in outcomes
            if matches_filters(filters, list_topics(outcome), outcome["sectors"])
            and is_found(keys, "outcome", outcome["id"])
        ],
        "priority_areas": filter_areas(overview["priority_areas"], filters, keys),
        "overview": overview,
        "hits": [hit for hit in hits.first if (hit["kind"], hit["code"]) not in shown][:MAX_HITS],
        "hit_count": hits.total - len(shown & hits.filtered.keys()),
        "editions": EDITIONS.list_page(session, parameters.EditionListParameters()).rows,
        "found": hits.filtered,
    }
    figures = [one[name] for one in shown_indicators for name in ("figure", "full_year", "beside")]
    cited = page["priority_areas"], page["outcomes"], figures, page["hits"]
    return page | {"sources": list({one["code"]: one for one in find_sources(cited)}.values())}


def read_shown_indicators(session: Session, overview: Record, edition: int | None) -> list[Record]:
    """Read the indicators with the figure that is shown first and the figure beside it.

    Returns:
        Each indicator has under "figure" its newest figure, or that of the edition if one is
        chosen, and under "beside" the other one, if there is another.
    """
    rows: dict[str, Record] = {one["code"]: one for one in overview["indicators"]}
    if edition:
        shown = [(one, one["headline"]) for one in rows.values()]
    else:
        query = parameters.IndicatorListParameters(limit=MAX_INDICATORS)
        rows |= {one["code"]: one for one in INDICATORS.list_page(session, query).rows}
        shown = [(one, one["latest"]["observation"]) for one in rows.values() if one["latest"]]
    return [
        one | {"figure": figure, "beside": find_other_observation(one, figure)}
        for one, figure in shown
    ]


def find_other_observation(indicator: Record, figure: Record) -> Record | None:
    """Return the headline beside the newest figure of an indicator, or the other way round."""
    latest = indicator["latest"]["observation"] if indicator["latest"] else None
    others = [one for one in (indicator["headline"], latest) if one and one["id"] != figure["id"]]
    return others[0] if others else None


def list_records(overview: Record, outcomes: Sequence[Record]) -> Iterator[tuple[SearchKind, str]]:
    """List the records of an edition that the dashboard shows and filters; it lists other hits."""
    for indicator in overview["indicators"]:
        yield SearchKind.INDICATOR, indicator["code"]
    for outcome in outcomes:
        yield SearchKind.OUTCOME, outcome["id"]
    for area in overview["priority_areas"]:
        yield SearchKind.PRIORITY_AREA, f"{area['year']}-{area['slug']}"
        yield from ((SearchKind.ACTION, action["id"]) for action in area["actions"])


def find_sources(value: object) -> Iterator[Record]:
    """Find the sources in a record, also those of its parts."""
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
        period = indicator["figure"]["period"]
        # Stocks and cumulative totals have no number of months.
        key = period["months"] or 0, period["start"], period["end"]
        groups.setdefault(key, {"period": period, "indicators": []})["indicators"].append(indicator)
    return [groups[key] for key in sorted(groups, reverse=True)]


def group_by_topic(indicators: Sequence[Record]) -> list[Record]:
    groups: dict[str, Record] = {}
    for indicator in indicators:
        topic = indicator["topic"]
        group = groups.setdefault(topic["code"], {"topic": topic, "indicators": []})
        group["indicators"].append(indicator)
    return list(groups.values())


def read_hits(session: Session, words: str) -> Hits:
    of_kinds = parameters.SearchParameters(
        q=words, kind=FILTERED_KINDS, limit=parameters.MAXIMUM_LIMIT
    )
    filtered, _ = search_records(session, of_kinds)
    limit = min(MAX_HITS + len(filtered.rows), parameters.MAXIMUM_LIMIT)
    page, _ = search_records(session, parameters.SearchParameters(q=words, limit=limit))
    found = {(hit["kind"], hit["code"]): hit for hit in filtered.rows}
    return Hits(found, list(page.rows), page.total)


def is_found(keys: HitKeys, kind: str, key: str) -> bool:
    return keys is None or (kind, key) in keys


def list_topics(outcome: Record) -> list[Record]:
    """Return the topic of an outcome as a list; it has none if it concerns all topics."""
    return [outcome["topic"]] if outcome["topic"] else []


def matches_filters(
    filters: parameters.DashboardParameters, topics: Sequence[Record], sectors: Sequence[Record]
) -> bool:
    """Return whether a record has one of the topics and one of the sectors of the filters."""
    pairs = ((filters.topic, topics), (filters.sector, sectors))
    return all(
        not codes or any(named["code"] in codes for named in names) for codes, names in pairs
    )


def filter_areas(
    areas: Sequence[Record], filters: parameters.DashboardParameters, keys: HitKeys
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


def add_yearly_series(session: Session, indicators: Sequence[Record]) -> list[Record]:
    """Add to each indicator its series of full years or dates: areas and unit as in its figure.

    Returns:
        The series are under "yearly", each with its points. Under "full_year" is the newest figure
        of a full year, if the figure of the indicator covers only a part of one.
    """
    is_alike = and_(
        col(Series.indicator_id) == other_series.indicator_id,
        col(Series.reporting_area_id) == other_series.reporting_area_id,
        col(Series.counterpart_area_id) == other_series.counterpart_area_id,
        col(Series.unit_id) == other_series.unit_id,
    )
    statement = (
        select_series(session.language)
        .join(other_series, is_alike)
        .where(
            col(other_series.code).in_([indicator["figure"]["series"] for indicator in indicators]),
            is_shown_first(),
            col(Series.observations) > 0,
        )
        .order_by(col(Series.last_period_end), col(Series.code))
    )
    rows = fetch_uncached(session.connection, statement)
    found: dict[str, list[Record]] = defaultdict(list)
    for series in add_points(session, rows, MAX_POINTS_PER_PANEL):
        if series["points"]:
            found[series["indicator"]["code"]].append(series)
    return [
        one | {"yearly": yearly, "full_year": find_full_year(one, yearly)}
        for one in indicators
        for yearly in [found[one["code"]]]
    ]


def find_full_year(indicator: Record, yearly: Sequence[Record]) -> Record | None:
    months = indicator["figure"]["period"]["months"]
    if months is None or months == MONTHS or not yearly:
        return None
    point: Record = max(
        (series["points"][-1] for series in yearly), key=lambda point: point["period"]["end"]
    )
    beside = indicator["beside"]
    return None if beside and beside["id"] == point["id"] else point


def read_observation_of_period(session: Session, indicator: Record, period: str) -> Record:
    """Read the figure of an indicator for a period.

    Of several figures, that in the series of the headline or of the newest figure comes first, then
    that in the unit of the indicator.

    Raises:
        InvalidParameters: if there is none.
    """
    code, span = indicator["code"], parameters.parse_period(period)
    filters = parameters.ObservationListParameters(
        indicator=[code], since=span[0], until=span[1], limit=parameters.MAXIMUM_LIMIT
    )
    rows = list_observations(session, filters).rows
    found = [one for one in rows if (one["period"]["start"], one["period"]["end"]) == span]
    if not found:
        query = parameters.ComparisonParameters.model_construct(indicator=code, period=[period])
        raise build_missing_period_error(session.connection, query, [span])
    headline, latest = indicator["headline"], indicator["latest"]
    shown = [one for one in (headline, latest and latest["observation"]) if one]
    preferred = {one["series"] for one in shown}
    unit = indicator["unit"]["code"]
    return min(found, key=lambda one: (one["series"] not in preferred, one["unit"]["code"] != unit))


def read_year_series(session: Session) -> list[Record]:
    """Read the first series of full years, stocks and cumulative totals, with their points."""
    statement = (
        select_series(session.language)
        .where(is_shown_first(), col(Series.observations) > 0)
        .order_by(col(Series.id))
        .limit(MAX_YEAR_SERIES)
    )
    return add_points(session, fetch_uncached(session.connection, statement), MAX_POINTS)
