"""Editions: which figures belong to each, which are shown first, and what an edition lacks."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple

from app.db import models
from app.db.models import FOREVER
from app.db.models.base import Row, Values
from app.enums import Completeness, PartCompleteness
from app.ingest import schema
from app.ingest.files import SeedIssue
from app.ingest.seed import Seed
from app.ingest.vintages import RANKS, Vintage, assign_vintages


class LatestSpan(NamedTuple):
    """The newest figure of an indicator, and the days from and before which it was the newest."""

    observation: str
    current_from: date
    current_until: date


class HeadlineCandidate(NamedTuple):
    """A figure that an edition states for the year before, in the unit and areas of its indicator.

    A press conference may also state figures of other years.
    """

    indicator: str
    edition: str
    source: str
    observation: str


def map_sources(seed: Seed) -> dict[str, schema.Edition]:
    """Return the edition of each source of an event that has one."""
    editions = {event: one for one in seed.get_all(schema.Edition).values() for event in one.events}
    return {
        key: editions[source.event]
        for key, source in seed.get_all(schema.Source).items()
        if source.event in editions
    }


def list_candidates(seed: Seed) -> Iterator[HeadlineCandidate]:
    editions = map_sources(seed)
    for key, observation in seed.get_all(schema.Observation).items():
        edition = editions.get(observation.source)
        series = seed.find(schema.Series, observation.series)
        years = {observation.period.start.year, observation.period.end.year}
        if edition and series and years == {edition.year - 1} and is_own_series(seed, series):
            yield HeadlineCandidate(series.indicator, str(edition.year), observation.source, key)


def is_own_series(seed: Seed, series: schema.Series) -> bool:
    """Return whether a series has the unit and the areas of its indicator, and measures the same.

    A cumulative total never represents an indicator whose figures are flows.
    """
    indicator = seed.find(schema.Indicator, series.indicator)
    return (
        indicator is not None
        and series.stock_flow is indicator.stock_flow
        and series.unit == indicator.unit
        and series.reporting_area == indicator.reporting_area
        and series.counterpart_area == indicator.counterpart_area
    )


def select_edition_headlines(seed: Seed) -> dict[tuple[str, str], str]:
    """Select the figure of each edition and indicator.

    It is that of the longest period; of several, one that was in force, then that of the document
    which stands for the edition, then that of the document of the highest standing.
    """
    figures = seed.get_all(schema.Observation)
    vintages = assign_vintages(seed, schema.Observation)

    def rank(candidate: HeadlineCandidate) -> tuple[object, ...]:
        key = candidate.observation
        was_in_force = vintages[key].current_from < vintages[key].current_until
        is_main = candidate.source == seed.get_all(schema.Edition)[candidate.edition].source
        standing = RANKS[seed.get_all(schema.Source)[candidate.source].standing]
        return figures[key].period.months, was_in_force, is_main, standing, key

    candidates: dict[tuple[str, str], list[HeadlineCandidate]] = defaultdict(list)
    for candidate in list_candidates(seed):
        candidates[candidate.edition, candidate.indicator].append(candidate)
    return {key: max(found, key=rank).observation for key, found in sorted(candidates.items())}


def find_main_edition(seed: Seed) -> str | None:
    """Return the newest complete edition, or the newest one if none is complete."""
    editions = seed.get_all(schema.Edition)
    return max(
        editions,
        key=lambda key: (editions[key].completeness is Completeness.COMPLETE, editions[key].year),
        default=None,
    )


def select_headlines(seed: Seed) -> dict[str, str]:
    """Return the figure of each indicator in the newest complete edition."""
    main = find_main_edition(seed)
    return {
        indicator: observation
        for (edition, indicator), observation in select_edition_headlines(seed).items()
        if edition == main
    }


def list_latest(seed: Seed) -> dict[str, list[LatestSpan]]:
    """Return the figures of each indicator that were its newest, one time span after the other.

    The newest is the figure in force whose period ends last. Of several, it is the one in the unit
    of the indicator, then that of the longest period.
    """
    figures, all_series = seed.get_all(schema.Observation), seed.get_all(schema.Series)
    vintages = assign_vintages(seed, schema.Observation)
    by_indicator: dict[str, list[str]] = defaultdict(list)
    for key in sorted(vintages):
        series = all_series[figures[key].series]
        if series.stock_flow is seed.get_all(schema.Indicator)[series.indicator].stock_flow:
            by_indicator[series.indicator].append(key)

    def rank(key: str) -> tuple[object, ...]:
        period, series = figures[key].period, all_series[figures[key].series]
        return period.end, is_own_series(seed, series), period.months, vintages[key].known_on

    return {
        indicator: list(list_time_spans({key: vintages[key] for key in keys}, rank))
        for indicator, keys in sorted(by_indicator.items())
    }


def list_time_spans(
    vintages: Mapping[str, Vintage], rank: Callable[[str], tuple[object, ...]]
) -> Iterator[LatestSpan]:
    """List which figure ranks first among those in force, from each day on which that changes."""
    days = {day for one in vintages.values() for day in (one.current_from, one.current_until)}
    latest: LatestSpan | None = None
    for day in sorted(days):
        in_force = [
            key for key, one in vintages.items() if one.current_from <= day < one.current_until
        ]
        newest = max(in_force, key=rank, default=None)
        if latest and latest.observation != newest:
            yield latest._replace(current_until=day)
            latest = None
        if newest and not latest:
            latest = LatestSpan(newest, day, FOREVER)
    if latest:
        yield latest


def build_selection_rows(
    seed: Seed, ids: Mapping[type[schema.Entity], Mapping[str, int]]
) -> Iterator[Row]:
    """Return which figures are shown first: of each edition, of the main one, and the latest."""
    indicators, observations = ids[schema.Indicator], ids[schema.Observation]

    def refer(indicator: str, observation: str) -> Values:
        return {"indicator_id": indicators[indicator], "observation_id": observations[observation]}

    for (edition, indicator), observation in select_edition_headlines(seed).items():
        number = ids[schema.Edition][edition]
        yield models.EditionHeadline, {"edition_id": number, **refer(indicator, observation)}
    for indicator, observation in select_headlines(seed).items():
        yield models.Headline, refer(indicator, observation)
    for indicator, figures in list_latest(seed).items():
        for observation, current_from, current_until in figures:
            days = {"current_from": current_from, "current_until": current_until}
            yield models.LatestObservation, {**days, **refer(indicator, observation)}


def check_edition(seed: Seed, edition: schema.Edition) -> Iterator[tuple[tuple[str, ...], str]]:
    """Check that the document belongs to the edition, and that a part without records has none."""
    source = seed.find(schema.Source, edition.source)
    if source is not None and source.event not in edition.events:
        found = f"found {edition.source}; name a document of one of the events"
        yield ("source",), found
    for field, count in count_parts(seed, edition).items():
        part = getattr(edition, field)
        if count and part.completeness is PartCompleteness.NONE:
            yield (field, "completeness"), f"found none; {count} are recorded, so write partial"


def count_parts(seed: Seed, edition: schema.Edition) -> dict[str, int]:
    sources = {key for key, found in map_sources(seed).items() if found is edition}
    kinds: dict[str, type[schema.Observation | schema.Outcome | schema.PriorityArea]]
    kinds = {
        "figures": schema.Observation,
        "outcomes": schema.Outcome,
        "priority_areas": schema.PriorityArea,
    }
    return {
        field: sum(one.source in sources for one in seed.get_all(kind).values())
        for field, kind in kinds.items()
    }


def find_edition_warnings(seed: Seed) -> Iterator[SeedIssue]:
    """Find what an edition lacks that declares a part to be there, or to be complete."""

    def warn(key: str, field: str, message: str) -> SeedIssue:
        path = (field, "completeness")
        return seed.create_issue(schema.Edition, key, path, message, is_warning=True)

    editions = seed.get_all(schema.Edition)
    indicators: dict[str, set[str]] = {key: set() for key in editions}
    for candidate in list_candidates(seed):
        indicators[candidate.edition].add(candidate.indicator)
    expected: set[str] = set()
    expected_areas = 0
    for key, edition in sorted(editions.items(), key=lambda item: item[1].year):
        counts = count_parts(seed, edition)
        for field, count in counts.items():
            declared = getattr(edition, field).completeness
            if not count and declared is not PartCompleteness.NONE:
                message = f"found {declared}; nothing is recorded, so write none"
                yield warn(key, field, message)
        if edition.figures.completeness is PartCompleteness.COMPLETE:
            unstated = set(edition.unstated_indicators)
            if missing := sorted(expected - indicators[key] - unstated):
                message = f"has no {edition.year - 1} figure for {', '.join(missing)}"
                yield warn(key, "figures", f"{message}, which the complete edition before has")
            expected = indicators[key]
        if edition.priority_areas.completeness is PartCompleteness.COMPLETE:
            count = counts["priority_areas"]
            if count < expected_areas:
                message = f"has {count} priority areas for {edition.year}"
                before = f"the complete edition before has {expected_areas}"
                yield warn(key, "priority_areas", f"{message}; {before}")
            expected_areas = count
