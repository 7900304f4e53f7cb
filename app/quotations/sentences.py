"""Sentences of a text, and what each number in them is said to be."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property
from itertools import islice, pairwise

from app.i18n import Language
from app.quotations import terms
from app.quotations.index import Entry, QuotationIndex
from app.quotations.numbers import (
    CURRENCIES,
    LATE_LIMIT,
    RATE_UNITS,
    Number,
    Span,
    find_numbers,
    normalize_text,
)
from app.quotations.periods import (
    PeriodKind,
    PeriodWords,
    find_base_head,
    find_periods,
    is_relative_base,
)
from app.quotations.terms import PHRASES, Term, measure_terms

SENTENCE_END = re.compile(
    r"[。！？!?\n]+[”’」』\")]*\s*|(?<![A-Z])\.[\")”]?(?=\s+[\"“(]?[A-Z0-9])\s+"
)
ABBREVIATION = re.compile(
    r"\b(?:U\.S|U\.K|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|No|Mr|Mrs|Ms|Dr|St|vs|approx|Inc|Ltd)$"
)
HEADLINE = re.compile(r"\D{0,4}[\d.,]+[万亿]*(?:[%％]|美?元|[个项列份])?[!！]\s*")
"""A number before the words of its headline: 22.1万亿元！2024年贸易额……"""
BOUNDARY = re.compile(
    r"(?<!\d)[,](?=\D|$)|(?<=\d)[,](?!\d)|,(?=\s)|[，、;；:：()|\t]|--|\bwhile\b|\bwhereas\b|\bbut\b"
)
LEADS = frozenset({"的", "为", "达", "'s "})  # Between a period and its number.
MAX_JOIN_LENGTH = 20
MAX_LENGTH, MAX_NUMBERS = 600, 30
"""A longer part without the end of a sentence, or one with more numbers, is a table or a list."""
DIGITS = re.compile(r"\d[\d.,]*|[零〇一二三四五六七八九十百千万亿两]+")
CUTS = (BOUNDARY, re.compile(r"\s+"), re.compile(r"(?<=[^A-Za-z\d.,])"))
"""Where a table or a list may be divided, the best first."""
CHINESE = re.compile(r"[\u4e00-\u9fff]")
NEAR, FAR = 1.0, 0.8
STRONG = 2.0
"""The least weight of a term that says what a number is, against others in the sentence."""


class RateRole(StrEnum):
    """What a percentage is said to be."""

    LEVEL = "level"
    GROWTH = "growth"
    SHARE = "share"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Claim:
    """The indicators that the words around a number name, by the weight of their evidence."""

    indicators: dict[str, float]
    is_local: bool
    """Whether the words stand beside the number, with no other number between them."""
    terms: tuple[Term, ...] = ()


@dataclass
class Sentence:
    offset: int
    """The index of its first character in the text."""
    text: str
    today: date
    index: QuotationIndex
    previous: "Sentence | None" = None
    numbers: list[Number] = field(init=False)
    periods: list[PeriodWords] = field(init=False)
    windows: dict[Number, Span] = field(init=False, default_factory=dict)
    roles: dict[Number, RateRole] = field(init=False, default_factory=dict)
    level: Entry | None = field(init=False, default=None)
    """Its figure, if it has one without growth, which the next sentence may give."""

    def __post_init__(self) -> None:
        self.normal = normalize_text(self.text)
        before = next(reversed(self.previous.periods), None) if self.previous else None
        self.periods = find_periods(self.normal, self.today, before)
        spans = [one.span for one in self.periods]
        self.numbers = find_numbers(self.normal, spans)
        self.terms = self.index.lexicon.find_terms(self.normal) if self.numbers else []
        marks = [one.end() for one in BOUNDARY.finditer(self.normal)]
        self.boundaries = sorted({*marks, *self.find_joined_periods()})

    @cached_property
    def language(self) -> Language:
        is_chinese = len(CHINESE.findall(self.text)) * 3 > len(re.findall("[A-Za-z]+", self.text))
        return Language.CHINESE if is_chinese else Language.ENGLISH

    @cached_property
    def coverages(self) -> list[tuple[str, Span]]:
        return terms.find_words(terms.COVERAGE_PATTERNS, self.normal)

    @cached_property
    def institutions(self) -> list[tuple[str, Span]]:
        """The institutions to which the sentence attributes what it says."""
        has_speech = PHRASES["speech"].search(self.normal)
        return terms.find_words(terms.INSTITUTION_PATTERNS, self.normal) if has_speech else []

    @cached_property
    def is_about_initiative(self) -> bool:
        """Whether it names the countries counted; pronouns refer to a sentence before."""
        named = self  # Found without recursion: a text may have a thousand sentences.
        while not named.coverages and named.previous is not None:
            named = named.previous
        return any(name in {"bri", "partner", "route"} for name, _ in named.coverages)

    def find_joined_periods(self) -> Iterator[int]:
        """Find where a period begins a clause: 2 billion yuan in 2025 and in 2024 1 billion."""
        for period in self.periods:
            before = self.normal[: period.span[0]]
            join = PHRASES["joined_clause"].search(before, max(0, len(before) - MAX_JOIN_LENGTH))
            ends = [one.span[1] for one in self.numbers if join and one.span[1] <= join.start()]
            if join and ends and not BOUNDARY.search(before, ends[-1], join.start()):
                yield join.start()

    def find_window(self, number: Number) -> Span:
        """Return the part of a clause around a number, up to the numbers beside it."""
        if number not in self.windows:
            self.windows[number] = self.measure_window(number)
        return self.windows[number]

    def measure_window(self, number: Number) -> Span:
        first, last = number.span
        # Its growth does not separate a level from its words: imports rose 3 percent to 2 billion.
        numbers = [
            one for one in self.numbers if number.unit in RATE_UNITS or one.unit not in RATE_UNITS
        ]
        before = [one.span[1] for one in numbers if one.span[1] <= first]
        after = [one.span[0] for one in numbers if one.span[0] >= last]
        ends = [*(one for one in self.boundaries if one > last), *after]
        return max([self.find_clause_start(first), *before]), min(ends, default=len(self.normal))

    def find_clause_start(self, index: int) -> int:
        return max([one for one in self.boundaries if one <= index], default=0)

    def classify_percentage(self, number: Number) -> RateRole:
        """Say what a percentage is; each role is derived once, as a list may be long."""
        if number not in self.roles:
            self.roles[number] = self.read_role(number)
        return self.roles[number]

    def read_role(self, number: Number) -> RateRole:
        if number.unit not in RATE_UNITS:
            return RateRole.LEVEL
        before = self.normal[max(0, number.span[0] - 70) : number.span[0]]
        after = self.normal[number.span[1] : number.span[1] + 40]
        growth = PHRASES["growth_before"].search(before)
        share = PHRASES["share_before"].search(before)
        # What a share rose to is a share, and what anything rose from is no growth.
        is_level = growth is not None and PHRASES["to_before"].search(growth[0]) is not None
        is_base = growth is not None and PHRASES["from_before"].search(growth[0]) is not None
        is_share = share or self.derive_role(number) == RateRole.SHARE
        if (is_level or is_base) and (is_share or PHRASES["share_after"].match(after)):
            return RateRole.SHARE
        if growth and (share is None or growth.start() > share.start()):
            return RateRole.UNKNOWN if is_base else RateRole.GROWTH
        if share:
            return RateRole.SHARE
        if PHRASES["growth_after"].match(after):
            return RateRole.GROWTH
        return RateRole.SHARE if PHRASES["share_after"].match(after) else self.derive_role(number)

    def derive_role(self, number: Number) -> RateRole:
        """Return the role of the percentage before it in a list: 6.4 and 5.2 percent."""
        position = self.numbers.index(number)
        if position and self.numbers[position - 1].unit == number.unit:
            gap = self.normal[self.numbers[position - 1].span[1] : number.span[0]]
            if PHRASES["same_role"].fullmatch(gap):
                return self.classify_percentage(self.numbers[position - 1])
        return RateRole.UNKNOWN

    def find_indicators(self, number: Number) -> Claim:
        """Say which indicators the words around a number name."""
        counted = dict(self.find_counted(number)) if number.unit == "NB" else {}
        found = self.terms
        first, last = self.find_window(number)
        before = [one for one in found if first <= one.span[0] < number.span[0]]
        after = [one for one in found if number.digits[1] <= one.span[0] < last]
        is_count = number.unit not in CURRENCIES | RATE_UNITS
        if counted:
            return Claim(counted, is_local=True, terms=(*before, *after))
        local = [*before, *after] if is_count or not has_strong(before) else before
        local = list(self.find_paired(number)) or local
        if has_strong(local):
            return Claim(measure_terms(local, NEAR), is_local=True, terms=tuple(local))
        earlier = [one for one in found if one.span[0] < first]
        nearest = self.take_nearest(earlier)
        if nearest or local:
            weights = measure_terms(nearest, FAR) | measure_terms(local, NEAR)
            # The first figure of a sentence belongs to its subject, whatever stands between them.
            levels = [one for one in self.numbers if one.unit not in RATE_UNITS]
            is_first = bool(nearest) and number is levels[0] if levels else False
            return Claim(weights, is_local=is_first, terms=tuple(nearest))
        later = [one for one in found if one.span[0] >= last]
        if later:
            return Claim(measure_terms(later[:2], FAR / 2), is_local=False)
        if self.previous is not None and not self.terms:
            return Claim(measure_terms(self.previous.all_terms, FAR / 2), is_local=False)
        return Claim({}, is_local=False)

    def find_run(self, number: Number) -> list[Number]:
        """Return the list that a number belongs to, if the sentence gives one “respectively”."""
        if not PHRASES["respectively"].search(self.normal):
            return []
        runs: list[list[Number]] = []
        for one in self.numbers:
            last = runs[-1][-1] if runs else None
            gap = self.normal[last.span[1] : one.span[0]] if last else ""
            if last and last.unit == one.unit and PHRASES["listed"].fullmatch(gap):
                runs[-1].append(one)
            else:
                runs.append([one])
        return next(one for one in runs if number in one)

    def find_paired(self, number: Number) -> tuple[Term, ...]:
        """Return the terms of the same rank as a number of a list given “respectively”."""
        run = self.find_run(number)
        if number.unit in RATE_UNITS or not run:
            return ()
        groups: list[list[Term]] = []
        for term in sorted(self.terms, key=lambda one: one.span):
            if term.weight < STRONG or term.span[0] > run[0].span[0]:
                continue
            if groups and term.span[0] < max(one.span[1] for one in groups[-1]):
                groups[-1].append(term)
            else:
                groups.append([term])
        is_listed = len(groups) >= len(run) > 1
        return tuple(groups[len(groups) - len(run) + run.index(number)]) if is_listed else ()

    @cached_property
    def all_terms(self) -> list[Term]:
        """Its terms, also if it has no number."""
        return self.terms if self.numbers else self.index.lexicon.find_terms(self.normal)

    def take_nearest(self, earlier: Iterable[Term]) -> list[Term]:
        """Return the terms of the nearest clause before a number that has strong ones."""
        by_clause: dict[int, list[Term]] = {}
        for term in earlier:
            clause = sum(one <= term.span[0] for one in self.boundaries)
            by_clause.setdefault(clause, []).append(term)
        for clause in sorted(by_clause, reverse=True):
            if has_strong(by_clause[clause]):
                return by_clause[clause]
        return [term for listed in by_clause.values() for term in listed]

    def find_counted(self, number: Number) -> Iterator[tuple[str, float]]:
        """Find what a count counts, by the noun directly after it and the words of the sentence."""
        tail = self.normal[number.digits[1] :]
        tail = tail[len(number_limit[0]) :] if (number_limit := LATE_LIMIT.match(tail)) else tail
        whole = f"{self.previous.normal if self.previous else ''} {self.normal}"
        for indicator, (noun, topic) in terms.COUNTED_PATTERNS.items():
            if noun.match(tail) and topic.search(whole):
                yield indicator, 3.0
                if indicator == "cooperation-parties":
                    return

    def select_periods(self, number: Number) -> tuple[list[PeriodWords], bool]:
        """Return the periods that may be meant, and whether they stand beside the number."""
        usable = [one for one in self.periods if self.is_counted_period(one)]
        own = self.find_own_period(number, usable)
        if own is not None:
            return [own], True
        first, last = self.find_window(number)
        # What a figure rose from is of another period than the figure.
        origin = PHRASES["origin"].search(self.normal[: number.span[0]])
        local = [one for one in usable if first <= one.span[0] < last]
        if any(one.span[0] == last for one in self.numbers):  # 增至2024年的22.1万亿元
            local = [one for one in local if self.normal[one.span[1] : last] not in LEADS]
        # A period between two numbers is that of the first, if the second has another.
        after = [one for one in local if one.span[0] >= number.span[1]]
        second = next((one for one in self.numbers if one.span[1] == first), None)
        change = second and PHRASES["origin"].search(self.normal[: second.span[0]])
        if origin or change or (second and after):
            led = [one for one in local if self.normal[one.span[1] : number.span[0]] in LEADS]
            local = led or after
        if local or origin:
            return local, bool(local)
        earlier = [one for one in usable if one.span[0] < (change.start() if change else first)]
        if usable:
            return earlier[-1:] or usable[: not change], False
        before = self.previous
        while before is not None and not before.periods:
            before = before.previous
        listed = [one for one in before.periods if before.is_counted_period(one)] if before else []
        return listed[-1:], False

    def find_own_period(self, number: Number, usable: Sequence[PeriodWords]) -> PeriodWords | None:
        """Return the period alone in parentheses after a number, or of its rank in a list."""
        for one in usable:
            gap, rest = self.normal[number.span[1] : one.span[0]], self.normal[one.span[1] :]
            if re.fullmatch(r"\s*\((?:in |for )?", gap) and re.match(r"\s*[),;，；]", rest):
                return one
        run = self.find_run(number)
        if len(run) <= 1:
            return None
        before = [one for one in usable if one.span[1] <= run[0].span[0]]
        after = [one for one in usable if one.span[0] >= run[-1].span[1]]
        for listed in (before[-len(run) :], after[: len(run)]):
            gaps = [self.normal[one.span[1] : two.span[0]] for one, two in pairwise(listed)]
            is_joined = all(map(PHRASES["joined_periods"].fullmatch, gaps)) or listed == before
            if len(listed) == len(run) and is_joined:
                return listed[run.index(number)]
        return None

    @property
    def has_one_period(self) -> bool:
        return sum(map(self.is_counted_period, self.periods)) == 1

    def is_counted_period(self, period: PeriodWords) -> bool:
        """Return whether words name what is counted: no day of a speech, no base of a change."""
        tests = self.is_day_of_speech, self.is_base, self.is_span_of_maximum
        return not any(test(period) for test in tests)

    def is_span_of_maximum(self, period: PeriodWords) -> bool:
        """Return whether a figure is the highest of these years, and not their total."""
        first, last = period.span
        before = PHRASES["maximum_before"].search(self.normal, max(0, first - 30), first)
        is_maximum = before or PHRASES["maximum_after"].match(self.normal, last)
        return period.kind == PeriodKind.LENGTH and bool(is_maximum)

    def is_base(self, period: PeriodWords) -> bool:
        """Return whether a year is only what a change is measured from: up 3 percent from 2023."""
        if re.match("相比|相较|之后|的?[高低]基数", self.normal[period.span[1] :]):
            return True
        head = find_base_head(self.normal, period)
        if head is None or is_relative_base(self.normal, period):
            return head is not None
        is_rate = any(one.unit in RATE_UNITS and one.span[1] == len(head) for one in self.numbers)
        is_own = PHRASES["own_period"].match(self.normal[period.span[1] :]) is not None
        base = self.normal[len(head) : period.span[0]]
        is_compared = head.endswith("compared") or re.search("than|[高低]于", base) is not None
        return is_rate or (is_compared and not is_own)

    def is_day_of_speech(self, period: PeriodWords) -> bool:
        """Return whether a day or month says when something was said, not what is counted."""
        if period.kind == PeriodKind.DAY:
            return True
        is_month = period.first_month == period.last_month and period.kind == PeriodKind.SPAN
        around = self.normal[max(0, period.span[0] - 40) : period.span[1] + 40]
        others = [one for one in self.periods if one.kind != PeriodKind.DAY]
        return is_month and PHRASES["speech"].search(around) is not None and len(others) > 1


def has_strong(found: Iterable[Term]) -> bool:
    return any(term.weight >= STRONG for term in found)


def split_sentences(text: str) -> Iterator[Span]:
    start, normal = 0, normalize_text(text)
    lines = PHRASES["line_wrap"].sub(lambda wrap: wrap[0].replace("\n", " "), text)
    for match in SENTENCE_END.finditer(lines):
        if match[0].startswith(".") and ABBREVIATION.search(text[start : match.start()]):
            continue
        if HEADLINE.fullmatch(text, start, match.end()) and match.end() < len(text):
            continue
        yield from split_part(normal, start, match.end())
        start = match.end()
    if text[start:].strip():
        yield from split_part(normal, start, len(text))


def split_part(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of a part of a normalized text that is too long to be one sentence."""
    while True:
        numbers = islice(DIGITS.finditer(text, start, end), MAX_NUMBERS, MAX_NUMBERS + 1)
        limit = next((one.start() for one in numbers), end)
        limit = min(limit, start + MAX_LENGTH)
        found = (list(cut.finditer(text, start + 1, limit)) for cut in CUTS)
        last = next((one[-1].end() for one in found if one), None)
        if limit >= end or last is None:
            break
        yield start, last
        start = last
    yield start, end


def read_sentences(text: str, today: date, index: QuotationIndex) -> list[Sentence]:
    sentences: list[Sentence] = []
    for start, end in split_sentences(text):
        previous = sentences[-1] if sentences else None
        sentences.append(Sentence(start, text[start:end], today, index, previous))
    return sentences
