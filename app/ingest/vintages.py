"""Which of several figures for the same series and period is current on which day.

The rule, which the guide also states: on any day, the current figure is that of the best source
(primary, then repost, then secondary) among those known on that day; among equals the one with
the latest vintage; then the one printed with more digits; then the first by the source's key. A
figure that only repeats a known one never replaces it, unless it has as many digits and a better
source; "over 51" repeats 51.1.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from app.db.models import FOREVER
from app.enums import Qualifier, RevisionKind, Standing
from app.ingest.published_numbers import PrintedNumber
from app.ingest.schema import Event, Figure, GrowthRate, Observation, Source
from app.ingest.schema.base import count_decimals
from app.ingest.seed import Seed

Fields = dict[str, str]
Snapshot = dict[tuple[str, str], Fields]
"""The fields of each record by its collection and key."""
RANKS = {standing: rank for rank, standing in enumerate(reversed(Standing))}


class Vintage(NamedTuple):
    """When a figure was current, and the figure for its period that was in force until then."""

    known_on: date
    current_from: date
    current_until: date
    previous: str | None


class VintageCandidate(NamedTuple):
    """What the rule compares of one figure among others for the same series and period."""

    key: str
    known_on: date
    rank: int
    number: Decimal
    """The number in the base unit, with the digits that the source states."""
    qualifier: Qualifier | None

    @property
    def digits(self) -> int:
        return count_decimals(self.number)

    def is_rounding_of(self, other: "VintageCandidate") -> bool:
        """Return whether it repeats another figure with fewer digits."""
        return self.digits < other.digits and is_rounding(
            self.number, self.qualifier, other.number, other.qualifier
        )

    def is_equal_to(self, other: "VintageCandidate") -> bool:
        """Return whether it repeats another figure with the same digits."""
        is_same_number = self.number == other.number and self.digits == other.digits
        return is_same_number and self.qualifier is other.qualifier


def assign_vintages(seed: Seed, kind: type[Figure]) -> dict[str, Vintage]:
    groups: dict[tuple[str, date, date], list[VintageCandidate]] = defaultdict(list)
    # Sorting is stable: reversed keys leave the first source last, where it wins among equals.
    entities = sorted(seed.get_all(kind).items(), key=lambda item: item[1].source, reverse=True)
    for key, entity in entities:
        source = seed.get_all(Source)[entity.source]
        qualifier = entity.qualifier if isinstance(entity, Observation) else None
        number, rank = compute_published_number(entity), RANKS[source.standing]
        candidate = VintageCandidate(key, find_vintage(seed, source), rank, number, qualifier)
        groups[entity.series, entity.period.start, entity.period.end].append(candidate)
    vintages: dict[str, Vintage] = {}
    for group in groups.values():
        ordered = sorted(group, key=lambda figure: (figure.known_on, figure.rank, figure.digits))
        validity = compute_validity(ordered)
        previous = None
        for figure in ordered:
            start, end = validity.get(figure.key, (figure.known_on, figure.known_on))
            vintages[figure.key] = Vintage(figure.known_on, start, end, previous)
            previous = figure.key if previous is None or start < end else previous
    return vintages


def find_vintage(seed: Seed, source: Source) -> date:
    """Return the day on which the figures of a source became known: that of its event, if any."""
    return seed.get_all(Event)[source.event].held_on if source.event else source.published_on


def compute_validity(ordered: Iterable[VintageCandidate]) -> dict[str, tuple[date, date]]:
    """Return when each figure became current and when it was superseded; leave out all others."""
    validity: dict[str, tuple[date, date]] = {}
    current: VintageCandidate | None = None
    for figure in ordered:
        if current is not None:
            is_repeated = current.rank == figure.rank and figure.is_equal_to(current)
            if current.rank > figure.rank or figure.is_rounding_of(current) or is_repeated:
                continue
            validity[current.key] = current.known_on, figure.known_on
        validity[figure.key] = figure.known_on, FOREVER
        current = figure
    return validity


def compute_published_number(entity: Figure) -> Decimal:
    """Return the number in the base unit, with the digits that the source states."""
    if isinstance(entity, GrowthRate):
        return entity.value
    scale = entity.published.multiplier, entity.published.decimals
    return entity.value.quantize(PrintedNumber(entity.value, *scale, entity.qualifier).step)


def describe_revision(entity: Observation, previous: Observation) -> RevisionKind:
    new, old = compute_published_number(entity), compute_published_number(previous)
    qualifier, old_qualifier = entity.qualifier, previous.qualifier
    if new == old:
        return RevisionKind.REPEATED if qualifier is old_qualifier else RevisionKind.REVISED
    if is_rounding(new, qualifier, old, old_qualifier):
        return RevisionKind.ROUNDED
    if is_rounding(old, old_qualifier, new, qualifier):
        return RevisionKind.REFINED
    return RevisionKind.REVISED


def is_rounding(
    number: Decimal, qualifier: Qualifier | None, other: Decimal, other_qualifier: Qualifier | None
) -> bool:
    """Return whether a number states another one in fewer digits, such as "over 51" for 51.1."""
    if other_qualifier not in {qualifier, Qualifier.NONE}:
        return False
    if qualifier in {other_qualifier, Qualifier.ABOUT}:
        return round_like(other, number) == number
    step = Decimal(1).scaleb(int(number.as_tuple().exponent))
    difference = other - number if qualifier is Qualifier.OVER else number - other
    return 0 < difference < step


def round_like(value: Decimal, to: Decimal) -> Decimal:
    return value.quantize(Decimal(1).scaleb(int(to.as_tuple().exponent)), ROUND_HALF_UP)


def find_revised(figure: Fields, others: Iterable[Fields], snapshot: Snapshot) -> Fields:
    """Return the latest earlier figure if the given one differs from it by more than rounding.

    A source of lower standing revises nothing. The result is empty if no figure is revised.
    """
    day, rank = find_date(snapshot, figure), find_rank(snapshot, figure)
    earlier = [one for one in others if find_date(snapshot, one) < day]
    latest = max(earlier, key=lambda one: find_date(snapshot, one), default={})
    if not latest or find_rank(snapshot, latest) > rank:
        return {}
    has_same_qualifier = latest.get("qualifier") == figure.get("qualifier")
    return {} if has_same_qualifier and is_equal_when_rounded(latest, figure) else latest


def is_equal_when_rounded(one: Fields, other: Fields) -> bool:
    """Return whether two numbers are equal at the precision of the coarser one."""
    try:
        numbers = [parse_number(fields) for fields in (one, other)]
    except ArithmeticError:
        return False
    coarser, finer = sorted(numbers, key=count_decimals)
    return round_like(finer, coarser) == coarser


def parse_number(figure: Fields) -> Decimal:
    """Return the number in the base unit, with exactly the digits that the source prints."""
    printed = figure.get("published.value")
    if printed is None:
        return Decimal(figure.get("value", ""))
    digits = Decimal(1).scaleb(-int(figure.get("published.decimals", "0")))
    return Decimal(printed).quantize(digits).scaleb(int(figure.get("published.multiplier", "0")))


def find_date(snapshot: Snapshot, figure: Fields) -> str:
    source = snapshot.get((Source.collection, figure.get("source", "")), {})
    event = snapshot.get((Event.collection, source.get("event", "")), {})
    # Snapshots from before events were collected have the day of the event in the source.
    return event.get("held_on") or source.get("held_on") or source.get("published_on", "")


def find_rank(snapshot: Snapshot, figure: Fields) -> int:
    standing = snapshot.get((Source.collection, figure.get("source", "")), {}).get("standing")
    return RANKS[Standing(standing)] if standing in set(Standing) else 0
