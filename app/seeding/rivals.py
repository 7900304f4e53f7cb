"""Claims to one place by several files: positions in lists, editions, headlines."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from pathlib import PurePosixPath

from app.seeding.documents import (
    Action,
    Entity,
    Indicator,
    Listed,
    Observation,
    Outcome,
    PriorityArea,
    Release,
    Series,
    Source,
)
from app.seeding.faults import Fault
from app.seeding.validation import Seed


def rivalries(seed: Seed) -> Iterator[Fault]:
    """Find the files that claim what another file has, and lists that lack their first entry."""
    for needed in (Release, Source):
        if not seed.keys(needed):
            file = PurePosixPath("seed", needed.collection)
            yield Fault(file, 1, "", "holds no file; add the first one")
    claims: dict[Hashable, tuple[type[Entity], str]] = {}
    for kind, key, field, claim in claimed(seed):
        if claim in claims:
            holder = claims[claim][1]
            document = seed.documents[kind, key]
            yield document.fault((field,), f"is taken by {holder}.yaml; choose another")
        else:
            claims[claim] = kind, key


def claimed(seed: Seed) -> Iterator[tuple[type[Entity], str, str, Hashable]]:
    """List each entity's claims: what it is, the field that makes the claim, and the claim."""
    for kind, key in seed.documents:
        match seed.entities[kind].get(key):
            case Listed() as entry:
                yield kind, key, "position", (kind, entry.position)
            case Outcome() | PriorityArea() as record:
                yield kind, key, "position", (kind, record.year, record.position)
            case Action() as action:
                yield kind, key, "position", (kind, action.priority_area, action.position)
            case Source(edition=int(edition)):
                yield kind, key, "edition", (kind, edition)
            case Observation():
                for indicator, edition in headline_claim(seed, key):
                    yield kind, key, "series", (Indicator, indicator, edition)
            case _:
                pass


def headline_claim(seed: Seed, key: str) -> Iterator[tuple[str, int]]:
    """Give the indicator and the edition that an observation could be the headline of.

    A press conference may also restate an earlier year; only the year it reviews counts.
    """
    observation = seed.all(Observation)[key]
    series = seed.all(Series).get(observation.series)
    source = seed.all(Source).get(observation.source)
    indicator = seed.all(Indicator).get(series.indicator) if series else None
    if series is None or source is None or indicator is None or source.edition is None:
        return
    own = (indicator.unit, indicator.reporting_area, indicator.counterpart_area)
    reviewed = observation.period.start.year == source.edition
    if reviewed and own == (series.unit, series.reporting_area, series.counterpart_area):
        yield series.indicator, source.edition


def headlines(seed: Seed) -> dict[str, str]:
    """Choose each indicator's observation in the newest edition that has one."""
    candidates: dict[str, dict[int, str]] = defaultdict(dict)
    for key in seed.all(Observation):
        for indicator, edition in headline_claim(seed, key):
            candidates[indicator][edition] = key
    return {indicator: of[max(of)] for indicator, of in sorted(candidates.items())}
