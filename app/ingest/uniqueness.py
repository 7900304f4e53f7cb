"""Claims to one place by several files: positions in lists, editions, headlines."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from pathlib import PurePosixPath

from app.ingest.issues import SeedIssue
from app.ingest.schema import (
    Action,
    CodeListEntity,
    Entity,
    Indicator,
    Observation,
    Outcome,
    PriorityArea,
    Release,
    Series,
    Source,
)
from app.ingest.validation import Seed


def find_conflicts(seed: Seed) -> Iterator[SeedIssue]:
    """Find the files that claim what another file has, and lists that lack their first entry."""
    for needed in (Release, Source):
        if not seed.list_keys(needed):
            file = PurePosixPath("seed", needed.collection)
            yield SeedIssue(file, 1, "", "holds no file; add the first one")
    claims: dict[Hashable, tuple[type[Entity], str]] = {}
    for kind, key, field, claim in list_claims(seed):
        if claim in claims:
            holder = claims[claim][1]
            document = seed.documents[kind, key]
            yield document.add_issue((field,), f"is taken by {holder}.yaml; choose another")
        else:
            claims[claim] = kind, key


def list_claims(seed: Seed) -> Iterator[tuple[type[Entity], str, str, Hashable]]:
    """List each entity's claims: what it is, the field that makes the claim, and the claim."""
    for kind, key in seed.documents:
        match seed.entities[kind].get(key):
            case CodeListEntity() as entry:
                yield kind, key, "position", (kind, entry.position)
            case Outcome() | PriorityArea() as record:
                yield kind, key, "position", (kind, record.year, record.position)
            case Action() as action:
                yield kind, key, "position", (kind, action.priority_area, action.position)
            case Source(edition=int(edition)):
                yield kind, key, "edition", (kind, edition)
            case Observation():
                for indicator, edition in get_headline_claim(seed, key):
                    yield kind, key, "series", (Indicator, indicator, edition)
            case _:
                pass


def get_headline_claim(seed: Seed, key: str) -> Iterator[tuple[str, int]]:
    """Give the indicator and the edition that an observation could be the headline of.

    A press conference may also restate an earlier year; only the year it reviews counts.
    """
    observation = seed.get_all(Observation)[key]
    series = seed.get_all(Series).get(observation.series)
    source = seed.get_all(Source).get(observation.source)
    indicator = seed.get_all(Indicator).get(series.indicator) if series else None
    if series is None or source is None or indicator is None or source.edition is None:
        return
    own = (indicator.unit, indicator.reporting_area, indicator.counterpart_area)
    reviewed = observation.period.start.year == source.edition
    if reviewed and own == (series.unit, series.reporting_area, series.counterpart_area):
        yield series.indicator, source.edition


def select_headlines(seed: Seed) -> dict[str, str]:
    """Choose each indicator's observation in the newest edition that has one."""
    candidates: dict[str, dict[int, str]] = defaultdict(dict)
    for key in seed.get_all(Observation):
        for indicator, edition in get_headline_claim(seed, key):
            candidates[indicator][edition] = key
    return {indicator: of[max(of)] for indicator, of in sorted(candidates.items())}
