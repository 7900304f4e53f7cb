"""Checks of a quotation: each number of a text beside the record, with findings and corrections."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from sqlalchemy import Connection

from app.db.columns import Record
from app.enums import SearchKind
from app.i18n import Bilingual, Language, name_day
from app.queries.comparison import compare_observations
from app.queries.observations import get_observation
from app.quotations import terms
from app.quotations.attribution import check_attribution
from app.quotations.findings import (
    MESSAGES,
    Edit,
    Finding,
    apply_edits,
    describe_differences,
    replace_number,
)
from app.quotations.growth import find_rate
from app.quotations.index import Entry, QuotationIndex
from app.quotations.matching import Candidate, Question, build_question, find_level, is_same_number
from app.quotations.numbers import Number, Span
from app.quotations.promises import check_pledge
from app.quotations.sentences import Role, Sentence, read_sentences
from app.schemas.quotations import FindingKind, QuotationVerdict

NOT_FOUND = Bilingual(
    "No published figure recorded here has this number with these words. That does not mean that "
    "it is false: the record is not complete.",
    "本数据集未收录与此数值和表述相符的公布数据。未收录不等于有误，本数据集并非全部数据。",
)
CONVERSION = Bilingual(
    " It stands in parentheses after another number and may be a conversion; this service converts "
    "nothing.",
    "该数位于括号内，可能为换算值；本站不作换算。",
)


@dataclass
class Item:
    """A number that a text quotes, and what was found about it."""

    sentence: Sentence
    number: Number
    entry: Entry | None = None
    code: str | None = None
    kind: SearchKind | None = None
    display: Bilingual | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def verdict(self) -> QuotationVerdict:
        if self.findings:
            return QuotationVerdict.DIFFERS
        return QuotationVerdict.NOT_FOUND if self.code is None else QuotationVerdict.AS_PUBLISHED

    def set_entry(self, entry: Entry, findings: Iterable[Finding]) -> None:
        self.entry, self.code, self.kind = entry, entry.code, entry.kind
        self.display = entry.display
        self.findings = list(findings)


def check_quotation(
    connection: Connection, index: QuotationIndex, text: str, asked_on: date, language: Language
) -> Record:
    """Check all numbers of a text; positions are code points of the text."""
    sentences = read_sentences(text, asked_on, index.lexicon)
    items: list[Item] = []
    for sentence in sentences:
        found = list(check_sentence(connection, index, sentence, asked_on, items))
        items += found
    edits = [
        shift_edit(edit, item.sentence.offset)
        for item in items
        for finding in item.findings
        for edit in finding.edits
    ]
    return {
        "text": text,
        "asked_on": asked_on,
        "items": [describe_item(item, language) for item in items],
        "correction": apply_edits(text, list(dict.fromkeys(edits))) if edits else None,
    }


def shift_edit(edit: Edit, offset: int) -> Edit:
    (start, end), words = edit
    return (start + offset, end + offset), words


def check_sentence(
    connection: Connection,
    index: QuotationIndex,
    sentence: Sentence,
    asked_on: date,
    earlier: Sequence[Item],
) -> Iterator[Item]:
    """Check the numbers of a sentence in their order; rates refer to the figure before them."""
    items: list[Item] = []
    level = next(
        (one.entry for one in reversed(earlier) if one.entry and not one.entry.is_rate), None
    )
    level = level if earlier and earlier[-1].sentence is sentence.previous else None
    own_level: Entry | None = None
    for number in sentence.numbers:
        question = build_question(sentence, number)
        item = Item(sentence, number)
        if question.role in {Role.LEVEL, Role.SHARE, Role.UNKNOWN}:
            candidate = find_level(index, question, asked_on)
            if candidate is not None:
                item.set_entry(
                    candidate.entry, describe_level(index, question, candidate, asked_on)
                )
                if question.role == Role.LEVEL and not has_other_context(candidate):
                    own_level = candidate.entry
        if item.code is None and question.role != Role.LEVEL:
            rate = find_rate(index, question, own_level, asked_on)
            if rate is not None:
                item.set_entry(rate.entry, rate.findings)
        if item.code is None or item.findings:
            check_pledge(index, question, item)
        items.append(item)
        if question.role == Role.LEVEL and item.code is None:
            own_level = None
    del level
    add_comparisons(connection, sentence, items)
    add_attributions(index, sentence, items)
    yield from items


def has_other_context(candidate: Candidate) -> bool:
    """Return whether a rate beside a figure cannot be judged, as it may belong to another one."""
    harmless = {FindingKind.QUALIFIER, FindingKind.VINTAGE, FindingKind.MAGNITUDE}
    return bool(candidate.differences.keys() - harmless)


def describe_level(
    index: QuotationIndex, question: Question, candidate: Candidate, day: date
) -> list[Finding]:
    findings = describe_differences(index, question, candidate)
    if not candidate.differences.keys() - {FindingKind.QUALIFIER, FindingKind.COVERAGE}:
        findings += check_vintage(index, question, candidate.entry, day)
    return findings


def check_vintage(
    index: QuotationIndex, question: Question, entry: Entry, day: date
) -> Iterator[Finding]:
    """Describe the newer figure of the same series and period if the number is another."""
    if entry.is_current(day) or entry.current_from == entry.current_until or day < entry.vintage:
        return
    number = question.number
    for newer in index.by_period[entry.indicator, entry.start, entry.end]:
        if newer.series == entry.series and newer.is_current(day):
            is_rounded = abs(newer.value - entry.value) <= max(newer.step, entry.step) / 2
            if is_same_number(number, newer) or is_rounded:
                return
            message = MESSAGES[FindingKind.VINTAGE].format(
                day=name_day(entry.current_until), display=newer.display
            )
            written = newer.display.get(question.sentence.language)
            yield Finding(
                FindingKind.VINTAGE,
                number.span,
                message,
                newer.display,
                (replace_number(number, written),),
            )


def add_attributions(index: QuotationIndex, sentence: Sentence, items: Sequence[Item]) -> None:
    matched = [item for item in items if item.entry is not None]
    entries = [item.entry for item in matched if item.entry is not None]
    levels = [one for one in entries if not one.is_rate]
    findings = list(check_attribution(index, sentence, levels or entries))
    if matched and findings:
        first = next((one for one in matched if one.entry in levels), matched[0])
        first.findings += findings


def add_comparisons(connection: Connection, sentence: Sentence, items: Sequence[Item]) -> None:
    """Describe why two figures that a sentence sets beside each other are not comparable."""
    levels = [one for one in items if one.entry is not None and not one.entry.is_rate]
    for one, other in pairwise(levels):
        first, second = one.entry, other.entry
        if first is None or second is None or first.family != second.family:
            continue
        if (first.start, first.end, first.unit) == (second.start, second.end, second.unit):
            continue
        if not is_comparison(sentence, one.number.span, other.number.span):
            continue
        earlier, later = sorted((first, second), key=lambda entry: (entry.end, entry.start))
        texts = describe_obstacles(connection, earlier, later)
        if texts is not None:
            other.findings.append(
                Finding(FindingKind.COMPARISON, (one.number.span[0], other.number.span[1]), texts)
            )


def is_comparison(sentence: Sentence, first: Span, second: Span) -> bool:
    between = sentence.normal[first[1] : second[0]]
    before = sentence.normal[max(0, first[0] - 60) : first[0]]
    if terms.COMPARED_BETWEEN.search(between):
        return True
    return (
        terms.FROM_BEFORE.search(before) is not None
        and terms.TO_BETWEEN.search(between) is not None
    )


def describe_obstacles(connection: Connection, earlier: Entry, later: Entry) -> Bilingual | None:
    """Return the reasons why two observations are not comparable, as /v1/compare gives them."""
    texts: list[str] = []
    for language in Language:
        records = [get_observation(connection, language, one.code) for one in (earlier, later)]
        if records[0] is None or records[1] is None:
            return None
        pair = compare_observations(connection, language, records[0], records[1])
        separator = Bilingual(" ", "").get(language)
        texts.append(separator.join(one["text"] for one in pair.obstacles))
    return Bilingual(*texts) if all(texts) else None


def describe_item(item: Item, language: Language) -> Record:
    sentence, offset = item.sentence, item.sentence.offset
    start, end = item.number.span
    edits = [edit for finding in item.findings for edit in finding.edits]
    message = None
    if item.verdict == QuotationVerdict.NOT_FOUND:
        message = NOT_FOUND.get(language)
        message += CONVERSION.get(language) if item.number.is_conversion else ""
    observation = None
    if item.code is not None and item.display is not None:
        display = item.display.get(language)
        observation = {"id": item.code, "kind": item.kind, "display": display}
    return {
        "start": start + offset,
        "end": end + offset,
        "quoted": sentence.text[start:end],
        "verdict": item.verdict,
        "message": message,
        "observation": observation,
        "findings": [describe_finding(one, offset, language) for one in item.findings],
        "correction": apply_edits(sentence.text, edits).strip() if edits else None,
    }


def describe_finding(finding: Finding, offset: int, language: Language) -> Record:
    start, end = finding.span
    published = finding.published
    return {
        "kind": finding.kind,
        "start": start + offset,
        "end": end + offset,
        "message": finding.message.get(language),
        "published": published.get(language) if published else None,
    }
