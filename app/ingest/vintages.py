"""Which of several figures of one series and period held on which day.

The rule, which the guide states too: on any day the current figure is that of the best
source (primary, then repost, then secondary) among those that were known that day; among equals
the latest vintage; then the one printed with more digits; then the first by its source's key.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from app.db.models import FOREVER
from app.enums import RevisionKind, Standing
from app.ingest.schema import GrowthRate, Observation, Source
from app.ingest.validation import Seed

RANKS = {standing: rank for rank, standing in enumerate(reversed(Standing))}


@dataclass(frozen=True)
class Vintage:
    """The days on which a figure held, and the figure of the same period before it."""

    known_on: date
    current_from: date
    current_until: date
    previous: str | None


@dataclass(frozen=True)
class Candidate:
    """A figure among others of its series and period."""

    key: str
    known_on: date
    rank: int
    digits: int


def assign_vintages(
    seed: Seed, entities: Mapping[str, Observation | GrowthRate]
) -> dict[str, Vintage]:
    """Date every figure of a collection."""
    groups: dict[tuple[str, date], list[Candidate]] = defaultdict(list)
    for key, entity in sorted(entities.items(), key=lambda item: item[1].source, reverse=True):
        groups[entity.series, entity.period.start].append(build_candidate(seed, key, entity))
    dated: dict[str, Vintage] = {}
    for group in groups.values():
        ordered = sorted(group, key=lambda one: (one.known_on, one.rank, one.digits))
        held = compute_validity(ordered)
        previous = None
        for one in ordered:
            start, end = held.get(one.key, (one.known_on, one.known_on))
            dated[one.key] = Vintage(one.known_on, start, end, previous)
            previous = one.key
    return dated


def compute_validity(ordered: Iterable[Candidate]) -> dict[str, tuple[date, date]]:
    """Replay the figures of one period in the order of their days: who held from when to when."""
    held: dict[str, tuple[date, date]] = {}
    holder: Candidate | None = None
    for one in ordered:
        if holder is not None:
            if holder.rank > one.rank:
                continue
            held[holder.key] = holder.known_on, one.known_on
        held[one.key] = one.known_on, FOREVER
        holder = one
    return held


def build_candidate(seed: Seed, key: str, entity: Observation | GrowthRate) -> Candidate:
    """Note what the rule looks at."""
    source = seed.get_all(Source)[entity.source]
    digits = -int(published_number(entity).as_tuple().exponent)
    return Candidate(key, source.vintage, RANKS[source.standing], digits)


def published_number(entity: Observation | GrowthRate) -> Decimal:
    """Give the number with the digits that the source prints, in the base unit."""
    if isinstance(entity, GrowthRate):
        return entity.value
    return entity.published.value.scaleb(entity.published.multiplier)


def describe_revision(entity: Observation, previous: Observation) -> RevisionKind:
    """Say how a figure compares with the one known before it."""
    new, old = published_number(entity), published_number(previous)
    if entity.qualifier is not previous.qualifier:
        return RevisionKind.REVISED
    if new == old:
        return RevisionKind.CONFIRMED
    if round_like(old, new) == new:
        return RevisionKind.ROUNDED
    if round_like(new, old) == old:
        return RevisionKind.REFINED
    return RevisionKind.REVISED


def round_like(value: Decimal, to: Decimal) -> Decimal:
    """Round a number to the last digit of another."""
    return value.quantize(Decimal(1).scaleb(int(to.as_tuple().exponent)), ROUND_HALF_UP)
