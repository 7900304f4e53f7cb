"""Which published numbers do not agree, and whether the seed names their contradiction.

Two figures, or two growth rates, for one period of a series do not agree if no number would be
printed as both. A figure for a longer period from the same first day does not agree with a smaller
one than that for a shorter period, unless it is a share.
"""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from app.enums import PERCENT, Agreement, Qualifier, Status
from app.ingest.files import SeedIssue
from app.ingest.schema import (
    Contradiction,
    Event,
    GrowthRate,
    Observation,
    Report,
    Series,
    Source,
    Unit,
)
from app.ingest.seed import Seed
from app.ingest.vintages import find_vintage

INFINITY = Decimal("Infinity")
ROUNDED_FROM, ROUNDED_TO = 1000, 100
"""A count of at least a thousand in whole hundreds may be rounded."""
Figure = Observation | GrowthRate
STATEMENTS: tuple[type[Figure | Report], ...] = (Observation, GrowthRate, Report)
"""The collections whose records name their contradiction."""


class Interval(NamedTuple):
    lower: Decimal
    upper: Decimal


class Statement(NamedTuple):
    """A published number, and the interval in which its words place it, without its upper end."""

    kind: type[Figure]
    key: str
    figure: Figure
    interval: Interval
    end: date
    """The last day of the period; statements of one group have the same first day."""

    def has_overlap(self, other: "Statement") -> bool:
        shorter, longer = sorted((self, other), key=lambda one: one.end)
        if shorter.interval.lower >= longer.interval.upper:
            return False
        is_same_period = self.end == other.end
        return not is_same_period or longer.interval.lower < shorter.interval.upper


def check_contradictions(seed: Seed) -> Iterator[SeedIssue]:
    groups = group_statements(seed)
    disagreeing: set[str] = set()
    for group in groups:
        for one, other in combinations(group, 2):
            if one.has_overlap(other):
                continue
            disagreeing |= {one.key, other.key}
            code = one.figure.contradiction
            if code is None or code != other.figure.contradiction:
                yield from report_disagreement(seed, one, other)
    yield from check_reports(seed, disagreeing)
    yield from check_members(seed, disagreeing)


def group_statements(seed: Seed) -> list[list[Statement]]:
    """Group the figures, and the rates, that may be compared with one another."""
    groups: dict[Hashable, list[Statement]] = defaultdict(list)
    all_series = seed.get_all(Series)
    for key, figure in seed.get_all(Observation).items():
        if series := all_series.get(figure.series):
            end = figure.period.end
            scope = end if series.unit == PERCENT else None
            table = series.natural_key().rpartition(".")[0]
            content: Hashable = table, figure.period.start, scope
            interval = find_interval(seed, figure)
            groups[content].append(Statement(Observation, key, figure, interval, end))
    for key, rate in seed.get_all(GrowthRate).items():
        days = rate.period.start, rate.period.end, rate.base_period.start
        content = rate.series, days, rate.measure
        half = Decimal(5).scaleb(int(rate.value.as_tuple().exponent) - 1)
        interval = Interval(rate.value - half, rate.value + half)
        groups[content].append(Statement(GrowthRate, key, rate, interval, rate.period.end))
    return list(groups.values())


def compute_rounding(seed: Seed, figure: Observation) -> Interval:
    """Compute the interval of the numbers that would be printed with the same digits.

    A count that is printed in full is not rounded, unless it ends in zeros as rounded ones do.
    """
    half = Decimal(0) if is_whole(seed, figure) else compute_step(figure) / 2
    return Interval(figure.value - half, figure.value + half)


def compute_step(figure: Observation) -> Decimal:
    """Return the unit of the last digit that a source states.

    Two or more zeros at the end of a thousand or more, as in 12,400, may stand for rounding; so
    may all zeros after "about".
    """
    step = Decimal(1).scaleb(figure.published.multiplier - figure.published.decimals)
    last = Decimal(1).scaleb(int(figure.value.normalize().as_tuple().exponent))
    has_zeros = figure.value >= ROUNDED_FROM and last >= ROUNDED_TO
    is_rounded = figure.qualifier is Qualifier.ABOUT or has_zeros
    return last if step == 1 and is_rounded else step


def is_whole(seed: Seed, figure: Observation) -> bool:
    """Return whether a figure is a count that is printed in full."""
    unit = seed.get_all(Unit).get(seed.get_all(Series)[figure.series].unit)
    return unit is not None and unit.decimals == 0 and compute_step(figure) == 1


def find_interval(seed: Seed, figure: Observation) -> Interval:
    """Return where the words of a source place a figure; the upper end is not included.

    What is "about" a number differs from it by at most one in its last digit.
    """
    value, bounds = figure.value, figure.bounds
    lower, upper = compute_rounding(seed, figure)
    one = Decimal(1) if is_whole(seed, figure) else Decimal(0)
    match figure.qualifier:
        case Qualifier.OVER:
            return Interval(value + one, INFINITY)
        case Qualifier.NEARLY:
            return Interval(-INFINITY if bounds.lower is None else bounds.lower, value)
        case Qualifier.ABOUT:
            step = compute_step(figure)
            return Interval(
                value - step if bounds.lower is None else bounds.lower,
                value + step + one if bounds.upper is None else bounds.upper,
            )
        case _:
            return Interval(lower, upper + one)


def report_disagreement(seed: Seed, one: Statement, other: Statement) -> Iterator[SeedIssue]:
    """Report two numbers that do not agree: at the one to import, or that became known later."""
    earlier, later = sorted(
        (one, other), key=lambda each: (find_day(seed, each.figure.source), each.key)
    )
    if isinstance(later.figure, Observation) and is_revision(later.figure):
        return
    documents = [seed.documents[each.kind, each.key] for each in (earlier, later)]
    known, reported = sorted(documents, key=lambda each: each.is_imported)
    figures = earlier.figure, later.figure
    before, found = figures if documents[0] is known else reversed(figures)
    advice = "correct the one that is not as printed, or name in both the same contradiction"
    if reported.is_imported:
        advice += "; to do so, enter this row by hand in figures/, as seed/README.md describes"
    yield reported.create_issue(
        ("value",),
        f"“{found.wording.en}” does not agree with “{before.wording.en}” "
        f"({known.format_location()}); {advice}",
    )


def is_revision(figure: Observation) -> bool:
    """Return whether its publisher calls a figure revised, or says why it differs."""
    return figure.status is Status.REVISED or figure.revision_reason is not None


def find_day(seed: Seed, key: str) -> date:
    """Return when a source became known; a missing source or event is reported elsewhere."""
    source = seed.get_all(Source).get(key)
    is_known = source is not None and (not source.event or source.event in seed.get_all(Event))
    return find_vintage(seed, source) if source and is_known else date.min


def find_series(seed: Seed, record: Figure | Report) -> Series | None:
    if isinstance(record, Report):
        observation = seed.get_all(Observation).get(record.observation)
        return None if observation is None else find_series(seed, observation)
    return seed.get_all(Series).get(record.series)


def check_reports(seed: Seed, disagreeing: set[str]) -> Iterator[SeedIssue]:
    """A report that differs belongs to the contradiction of its observation, and no other does."""
    for key, report in seed.get_all(Report).items():
        observation = seed.get_all(Observation).get(report.observation)
        document, code = seed.documents[Report, key], report.contradiction
        if report.agreement is not Agreement.DIFFERS:
            if code is not None:
                message = f"found {code}; a report whose agreement is not differs has none"
                yield document.create_issue(("contradiction",), message)
        elif code is None:
            message = "is missing; a report that differs names a contradiction, as does its figure"
            yield document.create_issue(("contradiction",), message)
        elif observation and observation.contradiction != code:
            message = f"found {code}; its observation has {observation.contradiction or 'none'}"
            yield document.create_issue(("contradiction",), message)
        else:
            disagreeing |= {key, report.observation}


def check_members(seed: Seed, disagreeing: set[str]) -> Iterator[SeedIssue]:
    """What names a contradiction belongs to its indicator, and does not agree with another part."""
    named = set()
    for kind in STATEMENTS:
        for key, record in seed.get_all(kind).items():
            code = record.contradiction or ""
            contradiction = seed.get_all(Contradiction).get(code)
            if contradiction is None:
                continue
            named.add(code)
            document = seed.documents[kind, key]
            series = find_series(seed, record)
            if series and series.indicator != contradiction.indicator:
                message = f"found {code}; its indicator is {contradiction.indicator}"
                yield document.create_issue(("contradiction",), message)
            elif key not in disagreeing:
                message = f"found {code}; this agrees with all other published numbers; remove it"
                yield document.create_issue(("contradiction",), message)
    for unnamed in sorted(set(seed.get_all(Contradiction)) - named):
        message = "is named by no figure, growth rate or report; name it in those it is about"
        yield seed.documents[Contradiction, unnamed].create_issue((), message)
