"""The headline of each indicator: its observation in the newest edition that has one."""

from collections import defaultdict
from collections.abc import Iterator

from app.ingest.schema import Indicator, Observation, Series, Source
from app.ingest.validation import Seed


def select_headlines(seed: Seed) -> dict[str, str]:
    """Return the key of the headline observation of each indicator that has one."""
    candidates: dict[str, dict[int, str]] = defaultdict(dict)
    for indicator, edition, observation in list_candidates(seed):
        candidates[indicator][edition] = observation
    return {
        indicator: observations[max(observations)]
        for indicator, observations in sorted(candidates.items())
    }


def list_candidates(seed: Seed) -> Iterator[tuple[str, int, str]]:
    """List the observations that can be a headline: indicator, edition and observation."""
    for key in seed.get_all(Observation):
        claim = find_headline_claim(seed, key)
        if claim is not None:
            yield *claim, key


def find_headline_claim(seed: Seed, key: str) -> tuple[str, int] | None:
    """Return the indicator and the edition of which an observation can be the headline.

    It must have the unit and areas of its indicator, and cover the year that its source reviews:
    a press conference may also restate an earlier year.
    """
    observation = seed.get_all(Observation)[key]
    series = seed.get_all(Series).get(observation.series)
    source = seed.get_all(Source).get(observation.source)
    indicator = seed.get_all(Indicator).get(series.indicator) if series else None
    if series is None or source is None or indicator is None or source.edition is None:
        return None
    is_reviewed = observation.period.start.year == source.edition
    is_own = (series.unit, series.reporting_area, series.counterpart_area) == (
        indicator.unit,
        indicator.reporting_area,
        indicator.counterpart_area,
    )
    return (series.indicator, source.edition) if is_reviewed and is_own else None
