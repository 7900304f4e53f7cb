"""Which published numbers do not agree, and whether the seed names their contradiction.

Two figures, or two growth rates, for one period of a series do not agree if no number would be
printed as both; nor does one number with two qualifiers. A figure for a longer period from the same
first day does not agree with a smaller one than that for a shorter period, unless it is a share. A
contradiction may also hold numbers that are figures of no series, such as average rates; its cause
says whether its numbers agree.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import NamedTuple

from app.db import models
from app.db.models import format_plain
from app.db.models.base import Row, Values
from app.db.numerals import find_limit, has_number
from app.enums import PERCENT, Agreement, ContradictionCause, Qualifier, Status
from app.i18n import Language, StatementMeasure
from app.ingest import schema
from app.ingest.commitments import build_statement_columns, check_key, check_statement
from app.ingest.files import Messages, SeedIssue, ValuePath
from app.ingest.published_numbers import (
    NUMBER,
    HalfOpenInterval,
    PrintedNumber,
    RecordKey,
    StatedNumber,
    compare_words,
    describe_numbers,
    has_numbers_of,
    iterate_named,
    list_numbers,
)
from app.ingest.seed import Seed
from app.ingest.vintages import find_vintage

STATEMENTS: tuple[type[schema.Figure | schema.Report], ...]
STATEMENTS = schema.Observation, schema.GrowthRate, schema.Report
"""The collections whose records name their contradiction."""
COMPARABLE = {
    ContradictionCause.COVERAGE,
    ContradictionCause.QUALIFIER,
    ContradictionCause.ROUNDING,
}
"""The causes that say of numbers of one measure and period how they differ."""


class PlacedNumber(NamedTuple):
    """A figure or a rate, and the interval in which its words place it, without its upper end."""

    record: RecordKey
    figure: schema.Figure
    interval: HalfOpenInterval
    end: date
    """The last day of the period; figures of one group have the same first day."""

    def has_overlap(self, other: "PlacedNumber") -> bool:
        shorter, longer = sorted((self, other), key=lambda one: one.end)
        if shorter.interval.lower >= longer.interval.upper:
            return False
        is_same_period = self.end == other.end
        return not is_same_period or longer.interval.lower < shorter.interval.upper

    def has_other_qualifier(self, other: "PlacedNumber") -> bool:
        """Return whether two figures give one number for one period, limited in different ways."""
        one, two = self.figure, other.figure
        if isinstance(one, schema.GrowthRate) or isinstance(two, schema.GrowthRate):
            return False
        return (one.value, self.end) == (two.value, other.end) and one.qualifier != two.qualifier


def check_contradictions(seed: Seed) -> Iterator[SeedIssue]:
    groups = group_numbers(seed)
    disagreeing: set[RecordKey] = set()
    for group in groups:
        for one, other in combinations(group, 2):
            if not one.has_overlap(other):
                disagreeing |= {one.record, other.record}
            elif not one.has_other_qualifier(other):
                continue
            code = one.figure.contradiction
            if code is None or code != other.figure.contradiction:
                yield from report_disagreement(seed, one, other)
    yield from check_reports(seed, disagreeing)
    yield from check_indicators(seed)
    if has_all_numbers(seed):
        yield from check_causes(seed, disagreeing)
        yield from check_reasons(seed)
        yield from check_limits(seed)


def has_all_numbers(seed: Seed) -> bool:
    """Return whether all numbers can be read; without them, the others would seem to agree."""
    kinds = schema.Series, *STATEMENTS
    is_valid = all(len(seed.get_all(kind)) == len(seed.list_keys(kind)) for kind in kinds)
    return is_valid and not seed.unreadable


def group_numbers(seed: Seed) -> list[list[PlacedNumber]]:
    """Group the figures, and the rates, that may be compared with one another."""
    groups: dict[Hashable, list[PlacedNumber]] = defaultdict(list)
    all_series = seed.get_all(schema.Series)
    for key, figure in seed.get_all(schema.Observation).items():
        if series := all_series.get(figure.series):
            end = figure.period.end
            scope = end if series.unit == PERCENT else None
            table = series.natural_key().rpartition(".")[0]
            content: Hashable = table, figure.period.start, scope
            interval = PrintedNumber.from_observation(seed, figure).find_interval()
            groups[content].append(PlacedNumber((schema.Observation, key), figure, interval, end))
    for key, rate in seed.get_all(schema.GrowthRate).items():
        days = rate.period.start, rate.period.end, rate.base_period.start
        content = rate.series, days, rate.measure
        interval = PrintedNumber.from_rate(rate).find_interval()
        record = schema.GrowthRate, key
        groups[content].append(PlacedNumber(record, rate, interval, rate.period.end))
    return list(groups.values())


def report_disagreement(seed: Seed, one: PlacedNumber, other: PlacedNumber) -> Iterator[SeedIssue]:
    """Report two numbers that do not agree: at the one to import, or that became known later."""
    earlier, later = sorted(
        (one, other), key=lambda each: (find_known_day(seed, each.figure.source), each.record[1])
    )
    if isinstance(later.figure, schema.Observation) and (
        later.figure.status is Status.REVISED or later.figure.revision_reason is not None
    ):
        return
    documents = [seed.documents[each.record] for each in (earlier, later)]
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


def find_known_day(seed: Seed, key: str) -> date:
    """Return when a source became known; a missing source or event is reported elsewhere."""
    source = seed.find(schema.Source, key)
    is_known = source and (not source.event or seed.find(schema.Event, source.event))
    return find_vintage(seed, source) if source and is_known else date.min


def find_series(seed: Seed, record: schema.Figure | schema.Report) -> schema.Series | None:
    if isinstance(record, schema.Report):
        observation = seed.find(schema.Observation, record.observation)
        return None if observation is None else find_series(seed, observation)
    return seed.find(schema.Series, record.series)


def check_reports(seed: Seed, disagreeing: set[RecordKey]) -> Iterator[SeedIssue]:
    """A report that differs belongs to the contradiction of its observation, and no other does."""
    for key, report in seed.get_all(schema.Report).items():
        observation = seed.find(schema.Observation, report.observation)
        document, code = seed.documents[schema.Report, key], report.contradiction
        source = seed.find(schema.Source, report.source)
        if source and observation and source.published_on < observation.period.end:
            day, end = source.published_on, observation.period.end
            message = f"found {report.source}; it was published on {day}, before the period ended"
            yield document.create_issue(("source",), f"{message} on {end}")
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
            disagreeing |= {(schema.Report, key), (schema.Observation, report.observation)}
            yield from check_qualifier(seed, key, report)


def check_qualifier(seed: Seed, key: str, report: schema.Report) -> Iterator[SeedIssue]:
    """A report that differs from its figure in the qualifier alone states the same number."""
    contradiction = seed.find(schema.Contradiction, report.contradiction)
    observation = seed.find(schema.Observation, report.observation)
    is_about_qualifier = contradiction and contradiction.cause is ContradictionCause.QUALIFIER
    if is_about_qualifier and observation:
        published = observation.published
        for language in Language:
            words = report.wording.get(language)
            scale = published.value, published.multiplier
            if not has_number(words, *scale, has_known_scales=True):
                message = f"found “{words}”, which does not state the number of its observation"
                yield seed.create_issue(schema.Report, key, ("wording", str(language)), message)


def check_indicators(seed: Seed) -> Iterator[SeedIssue]:
    for kind in STATEMENTS:
        for key, record in seed.get_all(kind).items():
            contradiction = seed.find(schema.Contradiction, record.contradiction)
            series = find_series(seed, record)
            if contradiction and series and series.indicator != contradiction.indicator:
                message = (
                    f"found {record.contradiction}; its indicator is {contradiction.indicator}"
                )
                yield seed.create_issue(kind, key, ("contradiction",), message)


def check_causes(seed: Seed, disagreeing: set[RecordKey]) -> Iterator[SeedIssue]:
    numbers = list_numbers(seed)
    reports = Counter[str](
        one.contradiction for one in seed.get_all(schema.Report).values() if one.contradiction
    )
    for code in seed.get_all(schema.Contradiction):
        yield from check_cause(seed, code, numbers[code], reports[code], disagreeing)


def check_cause(
    seed: Seed,
    code: str,
    numbers: Sequence[StatedNumber],
    report_count: int,
    disagreeing: set[RecordKey],
) -> Iterator[SeedIssue]:
    """Numbers that differ by rounding or in the qualifier agree; all others must not."""
    cause = seed.get_all(schema.Contradiction)[code].cause
    if not numbers:
        message = "is named by no figure, growth rate or report; name it in those it is about"
        yield seed.create_issue(schema.Contradiction, code, (), message)
    elif len(numbers) + report_count == 1 and numbers[0].record not in disagreeing:
        yield report_agreement(seed, code, numbers[0])
    elif cause in COMPARABLE:
        if mismatch := describe_mismatch(cause, numbers, report_count, disagreeing):
            message = f"found {cause}; {mismatch}"
            yield seed.create_issue(schema.Contradiction, code, ("cause",), message)
    else:
        for one in numbers:
            if one.record not in disagreeing and not any(map(one.is_contrary_to, numbers)):
                yield report_agreement(seed, code, one)


def describe_mismatch(
    cause: ContradictionCause,
    numbers: Sequence[StatedNumber],
    report_count: int,
    disagreeing: set[RecordKey],
) -> str | None:
    """Say why numbers do not differ in the way of their cause alone."""
    if not all(map(numbers[0].is_comparable_to, numbers)):
        return "its numbers must be of one measure, unit and period"
    if cause is ContradictionCause.COVERAGE:
        is_fit = len({one.coverage for one in numbers}) > 1
        return None if is_fit else "all its numbers count the same countries"
    values = {one.printed.value for one in numbers}
    if cause is ContradictionCause.QUALIFIER:
        qualifiers = {one.printed.qualifier for one in numbers}
        is_fit = len(values) == 1 and (len(qualifiers) > 1 or report_count > 0)
        return None if is_fit else "its numbers must be the same, with different qualifiers"
    is_excluded = any(one.is_contrary_to(two) for one, two in combinations(numbers, 2))
    if is_excluded or not disagreeing.isdisjoint(one.record for one in numbers):
        return "its numbers do not agree within their rounding"
    return "all its numbers are the same" if len(values) == 1 else None


def report_agreement(seed: Seed, code: str, number: StatedNumber) -> SeedIssue:
    path = number.path or ("contradiction",)
    message = f"found {code}; this agrees with all other published numbers; remove it"
    return seed.create_issue(*number.record, path, message)


def check_contradiction(seed: Seed, contradiction: schema.Contradiction) -> Messages:
    """Check the statements of a contradiction, and that its reason gives all its numbers."""
    for index, one in enumerate(contradiction.statements):
        path: ValuePath = ("statements", index)
        yield from check_statement(seed, path, one)
        yield from check_key(seed, (*path, "coverage"), schema.Coverage, one.coverage)
        is_level = one.measure is StatementMeasure.LEVEL
        if not is_level and one.quantity.unit != PERCENT:
            message = f"found {one.quantity.unit}; changes are in {PERCENT}"
            yield (*path, "quantity", "unit"), message
        has_base = one.base_period is not None
        if has_base != (one.measure is StatementMeasure.SHARE_CHANGE):
            message = "belongs to share_change alone; remove it"
            if not has_base:
                message = "is missing; add the period on which the share changed"
            yield (*path, "base_period"), message
        if NUMBER.search(one.wording.en):
            # Words such as “a quarter” have no digits to compare.
            unit = one.quantity.unit if is_level else None
            printed = PrintedNumber.from_quantity(seed, one.quantity)
            for name, message in compare_words(one.wording, printed, unit):
                yield (*path, "wording", name), message
        source = seed.find(schema.Source, one.source)
        if source and one.period.end > source.published_on:
            message = f"found {one.period.end}; the source was published on {source.published_on}"
            yield (*path, "period", "end"), message


def check_reasons(seed: Seed) -> Iterator[SeedIssue]:
    """A reader of the reason must learn all numbers of a contradiction."""
    known = seed.get_all(schema.Contradiction)
    for language in Language:
        for one in iterate_named(seed, language):
            contradiction = known.get(one.contradiction)
            reason = contradiction and contradiction.reason.get(language)
            if reason and not has_numbers_of(reason, one.words):
                message = f"does not give “{one.text}”; name each number of the contradiction"
                place = one.contradiction, ("reason", str(language))
                yield seed.create_issue(schema.Contradiction, *place, message)


def check_limits(seed: Seed) -> Iterator[SeedIssue]:
    """The reason states an amount with its qualifier, as its source does."""
    contradictions = seed.get_all(schema.Contradiction)
    qualifiers: dict[tuple[str, Decimal], set[Qualifier]] = defaultdict(set)
    for code, numbers in list_numbers(seed).items():
        for one in numbers if code in contradictions else ():
            if one.measure is StatementMeasure.LEVEL:
                qualifiers[code, one.printed.value].add(one.printed.qualifier)
    for (code, value), known in qualifiers.items():
        for language in Language:
            reason = contradictions[code].reason.get(language)
            found = find_limit(reason, value) or Qualifier.NONE
            if found not in known:
                expected = " or ".join(sorted(known))
                message = f"gives {format_plain(value)} with the qualifier {found}; use {expected}"
                path = ("reason", str(language))
                yield seed.create_issue(schema.Contradiction, code, path, message)


def build_contradiction_columns(seed: Seed) -> dict[str, Values]:
    """Return the numbers of each contradiction as text, as JSON in each language."""
    texts = {language: describe_numbers(seed, language) for language in Language}
    return {
        key: {
            f"numbers_{language}": json.dumps(described[key], ensure_ascii=False)
            for language, described in texts.items()
        }
        for key in seed.get_all(schema.Contradiction)
    }


def build_contradictory_rows(seed: Seed, ids: dict[type, dict[str, int]]) -> Iterator[Row]:
    for key, contradiction in seed.get_all(schema.Contradiction).items():
        for position, one in enumerate(contradiction.statements, start=1):
            base = one.base_period
            row: Values = {
                "contradiction_id": ids[schema.Contradiction][key],
                "position": position,
                "measure": one.measure,
                "period_start": one.period.start,
                "period_end": one.period.end,
                "base_start": base and base.start,
                "base_end": base and base.end,
                "coverage_id": ids[schema.Coverage][one.coverage],
            }
            yield models.ContradictoryStatement, row | build_statement_columns(one, ids)
