"""Checks of a quotation: each number of a text beside the record, with findings and corrections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import chain, pairwise, takewhile

from app.db.columns import Record
from app.db.statements import Session
from app.enums import Qualifier
from app.i18n import Bilingual, Language
from app.queries.comparison import compare_observations
from app.queries.observations import get_observation
from app.quotations.announcement_checks import find_announcement, find_deadline, is_promised
from app.quotations.attribution import check_attribution, check_vintage, choose_pair
from app.quotations.context import (
    CONVERSION,
    NOT_FOUND,
    OTHER_NUMBER,
    QuotedNumber,
    build_quoted_number,
    describe_periods,
    is_comparison,
    is_excluded,
    list_recorded,
    score_period,
)
from app.quotations.findings import Edit, Finding, apply_edits, describe_difference
from app.quotations.growth import RateMatch, find_rate
from app.quotations.index import Announcement, Entry, QuotationIndex
from app.quotations.matching import Candidate, find_level, is_only_period
from app.quotations.numbers import RATE_UNITS, Number, Span
from app.quotations.sentences import RateRole, Sentence, read_sentences
from app.quotations.terms import PHRASES, strip_unread
from app.schemas.quotations import FindingKind, QuotationVerdict

OPENING = " \"'“‘(["
"""What may stand before the first word of a sentence."""


@dataclass
class Item:
    """A number that a text quotes, and what was found about it."""

    sentence: Sentence
    number: Number
    found: Entry | Announcement | None = None
    findings: list[Finding] = field(default_factory=list)
    other_periods: Bilingual | None = None
    """For which periods the number is published, if it is not found for its own."""
    recorded: list[Entry] = field(default_factory=list)
    """What is published for its indicator and period, if it is not found."""
    is_other: bool = False
    """Whether it may be another figure, so that rates and names beside it may be of that."""
    is_correctable: bool = True
    """Whether its sentence is right once its findings are corrected."""

    @property
    def entry(self) -> Entry | None:
        return self.found if isinstance(self.found, Entry) else None

    @property
    def verdict(self) -> QuotationVerdict:
        if self.findings:
            return QuotationVerdict.DIFFERS
        return QuotationVerdict.NOT_FOUND if self.found is None else QuotationVerdict.AS_PUBLISHED

    @property
    def edits(self) -> list[Edit]:
        """The edits of all findings; none if one of them cannot be corrected.

        Words at the beginning of the sentence keep its capital.
        """
        text = self.sentence.text
        if not self.is_correctable or not all(finding.edits for finding in self.findings):
            return []
        return [
            (span, words if text[: span[0]].strip(OPENING) else words[:1].upper() + words[1:])
            for finding in self.findings
            for span, words in finding.edits
        ]


def check_quotation(session: Session, index: QuotationIndex, text: str, asked_on: date) -> Record:
    """Check all numbers of a text; positions are code points of the text."""

    def check_sentences(text: str) -> list[list[Item]]:
        return [
            check_sentence(session, sentence) for sentence in read_sentences(text, asked_on, index)
        ]

    plain, positions = strip_unread(text)
    sentences = check_sentences(plain)
    items = list(chain(*sentences))
    located = [
        (map_span(positions, item, span), words) for item in items for span, words in item.edits
    ]
    corrected = apply_edits(text, list(dict.fromkeys(located)))
    if located:
        reject_corrections(sentences, check_sentences(strip_unread(corrected)[0]))
    is_whole = all(item.edits for item in items if item.findings)
    return {
        "text": text,
        "asked_on": asked_on,
        "items": [describe_item(text, positions, item, session.language) for item in items],
        "correction": corrected if located and is_whole else None,
    }


def map_span(positions: Sequence[int], item: Item, span: Span) -> Span:
    """Return where a span of an item's sentence stands in the text that was sent."""
    start, end = (one + item.sentence.offset for one in span)
    first = positions[start]
    return first, positions[end - 1] + 1 if end > start else first


def reject_corrections(sentences: list[list[Item]], corrected: list[list[Item]]) -> None:
    """Reject the corrections of a sentence that would still differ, or be lost, with all of them.

    Once a figure is right, a rate or a name beside it may turn out to be wrong.
    """
    if len(sentences) != len(corrected):  # A full stop in a correction may divide a sentence.
        sentences, corrected = [list(chain(*sentences))], [list(chain(*corrected))]
    for items, checked in zip(sentences, corrected, strict=True):
        uncorrectable = sum(not item.edits for item in items if item.findings)
        lost = sum(one.found is None for one in checked) - sum(one.found is None for one in items)
        if lost > 0 or sum(bool(item.findings) for item in checked) > uncorrectable:
            for item in items:
                item.is_correctable = False


def check_sentence(session: Session, sentence: Sentence) -> list[Item]:
    """Check the numbers of a sentence: first the figures, then the rates that belong to them."""
    quoted_numbers = [build_quoted_number(sentence, number) for number in sentence.numbers]
    items = [Item(sentence, quoted.number) for quoted in quoted_numbers]
    stated = [
        (quoted, item)
        for quoted, item in zip(quoted_numbers, items, strict=True)
        if not is_excluded(quoted)
    ]
    for quoted, item in stated:
        if quoted.role != RateRole.GROWTH:
            candidate = find_level(quoted)
            if candidate is not None and not (is_promised(quoted) and not candidate.has_period):
                item.found, item.findings = candidate.entry, describe_level(quoted, candidate)
                is_certain = is_only_period(sentence.index, candidate)
                item.is_other = has_other_context(candidate) or not is_certain
    complete: list[Entry] = []
    for quoted, item in stated:
        if item.found is None and quoted.role != RateRole.LEVEL:
            level, is_certain = find_level_of_rate(items, item)
            # Once the growth of a figure is stated, a further percentage is something else.
            is_certain = is_certain and level not in complete
            rate = find_rate(quoted, level, is_certain=is_certain)
            share_period(items, quoted, item, level, rate)
            complete += [level] if rate is not None and level is not None else []
        if item.found is None or item.findings:
            announced = find_announcement(quoted, is_figure=item.found is not None)
            if announced is not None:
                item.found, item.findings = announced
    found = [item.entry for item in items]
    levels = [one.entry for one in items if one.number.unit not in RATE_UNITS and not one.is_other]
    sentence.level = levels[0] if len(levels) == len(items) == 1 else None
    for quoted, item in stated:
        if item.found is None:
            item.other_periods = describe_periods(quoted)
            recorded = list_recorded(quoted)
            item.recorded = [one for one in recorded if one not in found]
    keep_periods(items, quoted_numbers)
    add_comparisons(session, sentence, items)
    add_attributions(sentence, items)
    return [*items, *list_deadlines(sentence, items)]


def list_deadlines(sentence: Sentence, items: Sequence[Item]) -> Iterator[Item]:
    """Create an item for a deadline that was invented, if no commitment has been found so far."""
    if any(isinstance(one.found, Announcement) for one in items):
        return
    found = find_deadline(sentence)
    if found is not None:
        period, announced, finding = found
        number = Number(period.span, period.span, Decimal(0), 0, 0, "", Qualifier.NONE)
        # A wrong deadline is beside the text of a commitment, not beside its number.
        yield Item(sentence, number, replace(announced, display=None), [finding])


def share_period(
    items: Sequence[Item],
    quoted: QuotedNumber,
    item: Item,
    level: Entry | None,
    rate: RateMatch | None,
) -> None:
    """Set the rate of an item; if its figure is of another period, so is the rate.

    If the rate is not that of the figure, it may be the figure that is wrong for the period.
    """
    own = next((one for one in items if level is not None and one.entry is level), None)
    wrong = [one for one in own.findings if one.kind == FindingKind.PERIOD] if own else []
    if rate is not None:
        span = rate.entry.start, rate.entry.end
        is_same = level is not None and (level.start, level.end) == span
        item.found, item.findings = rate.entry, [*rate.findings, *(wrong if is_same else ())]
    elif own and quoted.role == RateRole.GROWTH:
        own.findings = [replace(one, edits=()) if one in wrong else one for one in own.findings]


def keep_periods(items: Sequence[Item], quoted_numbers: Sequence[QuotedNumber]) -> None:
    """Keep a period that is right for another figure; the right one is put behind the number."""
    right = {
        period.span
        for item, quoted in zip(items, quoted_numbers, strict=True)
        if item.entry is not None and all(one.kind != FindingKind.PERIOD for one in item.findings)
        for period in quoted.periods
        if score_period(item.sentence, period, item.entry)
    }
    moved: dict[Finding, Finding] = {}
    # Figures come first: a rate has the finding of its figure, and takes its words.
    for item in sorted(items, key=lambda one: one.entry is not None and one.entry.is_rate):
        for position, finding in enumerate(item.findings):
            name = finding.published
            is_kept = finding.kind == FindingKind.PERIOD and finding.span in right
            if is_kept and finding.edits and name:
                end = item.number.span[1]
                words = Bilingual(f" ({name.en})", f"（{name.zh}）").get(item.sentence.language)
                behind = replace(finding, edits=(((end, end), words),))
                item.findings[position] = moved.setdefault(finding, behind)


def find_level_of_rate(items: Sequence[Item], item: Item) -> tuple[Entry | None, bool]:
    """Return the figure to which a percentage belongs, and whether that is certain.

    It is the one before it, or the one that it leads to: up 3 percent to 2 billion. Percentages in
    a list belong to the figures of a list in the same order.
    """
    text = item.sentence.normal
    position = items.index(item)
    run = list_run(text, items, position)
    levels = [one for one in items[:position] if one.number.unit not in RATE_UNITS]
    if len(run) > 1:
        rank = run.index(item)
        before = [one for one in items[: items.index(run[0])] if one.number.unit not in RATE_UNITS]
        last = before[-len(run) :]
        is_paired = len(last) == len(run)
        level = last[rank] if is_paired else before[-1] if before else None
        is_certain = is_paired and level is not None and not level.is_other
        return (level.entry if level else None), is_certain
    if levels and PHRASES["base_of_rate"].search(text[: levels[-1].number.span[0]]):
        return (levels[-2].entry if len(levels) > 1 else None), False
    if levels:
        return levels[-1].entry, not levels[-1].is_other and levels[-1].found is not None
    end = item.number.span[1]
    for later in takewhile(lambda one: one.number.unit not in RATE_UNITS, items[position + 1 :]):
        if PHRASES["leads_to"].search(gap := text[end : later.number.span[0]]):
            return later.entry, not later.is_other and later.found is not None
        if not PHRASES["from_before"].search(gap):  # “From 2 percent to 3 percent” goes on.
            break
    sentence = item.sentence
    is_continued = PHRASES["continued"].search(text[: item.number.span[0]]) is not None
    is_continued = is_continued and not any(map(sentence.is_counted_period, sentence.periods))
    return sentence.previous.level if is_continued and sentence.previous else None, True


def list_run(text: str, items: Sequence[Item], position: int) -> list[Item]:
    """Return the percentages of the list that one belongs to: 5.2 percent and 6.4 percent."""
    first = last = position
    while first and is_joined(text, items[first - 1], items[first]):
        first -= 1
    while last + 1 < len(items) and is_joined(text, items[last], items[last + 1]):
        last += 1
    return list(items[first : last + 1])


def is_joined(text: str, one: Item, other: Item) -> bool:
    gap = text[one.number.span[1] : other.number.span[0]]
    is_same = {one.number.unit, other.number.unit} <= RATE_UNITS
    return is_same and PHRASES["listed"].fullmatch(gap) is not None


def has_other_context(candidate: Candidate) -> bool:
    """Return whether a rate beside a figure cannot be judged, as it may belong to another one."""
    harmless = {FindingKind.QUALIFIER, FindingKind.VINTAGE, FindingKind.MAGNITUDE}
    return bool(candidate.differences.keys() - harmless)


def describe_level(quoted: QuotedNumber, candidate: Candidate) -> list[Finding]:
    findings = [
        describe_difference(quoted, candidate.entry, kind, span)
        for kind, span in candidate.differences.items()
    ]
    newer = next(check_vintage(quoted, candidate.entry), None)
    if newer is None:
        return findings
    # The newer figure takes the place of the whole number.
    rewritten = {FindingKind.QUALIFIER, FindingKind.MAGNITUDE, FindingKind.UNIT}
    return [
        *(replace(one, edits=newer.edits) if one.kind in rewritten else one for one in findings),
        newer,
    ]


def add_attributions(sentence: Sentence, items: Sequence[Item]) -> None:
    matched = [(item, item.entry) for item in items if item.entry and not item.is_other]
    levels = [(item, entry) for item, entry in matched if not entry.is_rate]
    stated = levels or matched
    findings = list(check_attribution(sentence, [entry for _, entry in stated]))
    if findings:
        stated[0][0].findings += findings


def add_comparisons(session: Session, sentence: Sentence, items: Sequence[Item]) -> None:
    """Describe why two figures that a sentence sets beside each other are not comparable."""
    levels = [(one, one.entry) for one in items if one.entry and not one.entry.is_rate]
    for (one, first), (other, second) in pairwise(levels):
        if first.family != second.family:
            continue
        if (first.start, first.end, first.unit) == (second.start, second.end, second.unit):
            continue
        if not is_comparison(sentence, one.number.span, other.number.span):
            continue
        ordered = sorted((first, second), key=lambda entry: (entry.end, entry.start))
        pair = choose_pair(sentence.index, ordered[0], ordered[1])
        texts = pair and describe_obstacles(session, *pair)
        if texts is not None:
            other.findings.append(
                Finding(FindingKind.COMPARISON, (one.number.span[0], other.number.span[1]), texts)
            )


def describe_obstacles(session: Session, earlier: Entry, later: Entry) -> Bilingual | None:
    """Return the reasons why two observations are not comparable, as /v1/compare gives them.

    They are read in one language, and stand for both.
    """
    records = [get_observation(session, one.code) for one in (earlier, later)]
    if records[0] is None or records[1] is None:
        return None
    pair = compare_observations(session, records[0], records[1])
    text = session.language.space.join(one["text"] for one in pair.obstacles)
    return Bilingual(text, text) if text else None


def describe_item(text: str, positions: Sequence[int], item: Item, language: Language) -> Record:
    sentence, edits = item.sentence, item.edits
    locate = partial(map_span, positions, item)
    start, end = locate(item.number.span)
    message = None
    if item.verdict == QuotationVerdict.NOT_FOUND:
        message = NOT_FOUND.get(language)
        message += CONVERSION.get(language) if item.number.is_conversion else ""
        message += item.other_periods.get(language) if item.other_periods else ""
        message += OTHER_NUMBER.get(language) if item.recorded else ""
    describe = partial(sentence.index.describe, language)
    return {
        "start": start,
        "end": end,
        "quoted": text[start:end],
        "verdict": item.verdict,
        "message": message,
        "observation": item.found and describe(item.found),
        "recorded": [*map(describe, item.recorded)],
        "findings": [describe_finding(one, locate(one.span), language) for one in item.findings],
        "correction": apply_edits(sentence.text, edits).strip() or None if edits else None,
    }


def describe_finding(finding: Finding, located: Span, language: Language) -> Record:
    published = finding.published
    return {
        "kind": finding.kind,
        "start": located[0],
        "end": located[1],
        "message": finding.message.get(language),
        "published": published.get(language) if published else None,
    }
