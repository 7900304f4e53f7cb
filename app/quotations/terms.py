"""Words of a sentence: what is measured, which countries are counted, who speaks, done or to come.

What is measured is known by the names and synonyms of the indicators in the release, and by the
verbs and nouns in `words.yaml`, which no list of names has.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from babel import Locale

from app.quotations import WORDS, compile_entries, compile_words
from app.quotations.numbers import Span, normalize_text

COMMON = {language: frozenset(words.split()) for language, words in WORDS["common"].items()}
MIN_WORD_LENGTH = 4
NAME_WEIGHT = 3.0
CODE_LENGTH = 2
CHINA = frozenset({"CN", "HK", "MO", "TW"})
SHARES = {
    "goods-trade": "trade-share",
    "goods-imports": "import-share",
    "goods-exports": "export-share",
}
"""The share of each amount, which a text names with the words for the amount."""


def list_countries() -> Iterator[str]:
    """List a pattern of the names of all countries but China in each language, as babel has them.

    The names are one group, which is only tried where a word begins.
    """
    for language, pattern in (("en", r"\b(?:{})\b(?!(?:-china)? rail)(?:'s)?"), ("zh", "(?:{})")):
        names = (
            re.escape(name.lower())
            for code, name in Locale(language).territories.items()
            if code.isalpha() and len(code) == CODE_LENGTH and code not in CHINA
        )
        yield pattern.format("|".join(names))


UNREAD = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]|(?<=[^\S\n])[^\S\n]+")
FAMILIES: tuple[frozenset[str], ...] = tuple(map(frozenset, WORDS["families"]))
"""Indicators that are mistaken for one another."""
COVERAGE_PATTERNS = compile_entries(WORDS["coverages"])
COVERAGE_PATTERNS["other"] = compile_words((*WORDS["coverages"]["other"], *list_countries()))
INSTITUTION_PATTERNS = compile_entries(WORDS["institutions"])
PHRASES = compile_entries(WORDS["phrases"])
TOPIC_PATTERNS = compile_entries(WORDS["topics"])
COUNTED_PATTERNS = {
    name: (compile_words(one["noun"]), compile_words(one.get("topic", [""])))
    for name, one in WORDS["counted"].items()
}

OWN_CURRENCY = {
    unit: re.compile(
        rf"\bin (?P<unit>{english})(?! ?\d|\w)|(?:以|按)(?P<chinese>{chinese})"
        rf"|\b(?P<adjective>{english})(?=[ -](?:terms|denominated))"
    )
    for unit, english, chinese in (
        ("USD", r"(?:u\.?s\.? )?dollars?|usd|u\.?s\.? ?\$", "美元"),
        ("CNY", "yuan|rmb|renminbi", "人民币"),
    )
}
"""Words that name the currency of a growth rate."""


@dataclass(frozen=True, slots=True)
class Term:
    """Words of a sentence that speak for an indicator."""

    span: Span
    indicator: str
    weight: float


class Lexicon:
    """Finds the terms of indicators; names and synonyms are those of the release."""

    def __init__(self, names: Mapping[str, Iterable[str]]) -> None:
        owners: dict[str, set[str]] = {}
        for indicator, listed in names.items():
            for name in listed:
                owners.setdefault(name, set()).add(indicator)
        self.names: dict[str, str] = {
            name: next(iter(found))
            for name, found in owners.items()
            if len(found) == 1 and len(name) > 2  # noqa: PLR2004 - shorter ones are parts of words
        }
        self.indicators = tuple(names)

    @cached_property
    def patterns(self) -> list[tuple[str, float, re.Pattern[str]]]:
        """The patterns of `words.yaml`, also of indicators that the release does not have."""
        return [
            (indicator, float(weight), compile_words(listed))
            for indicator, weights in WORDS["indicators"].items()
            for weight, listed in weights.items()
        ]

    @cached_property
    def name_pattern(self) -> re.Pattern[str]:
        ordered = sorted(self.names, key=len, reverse=True)
        alternatives = (build_name_pattern(name) for name in ordered)
        return re.compile("|".join(alternatives) or r"(?!)")

    def find_terms(self, text: str) -> list[Term]:
        """Find the terms of a normalized text; a longer one hides those of its family inside it."""
        found = [
            Term(match.span(), indicator, weight)
            for indicator, weight, pattern in self.patterns
            for match in pattern.finditer(text)
            if has_topic(indicator, text)
        ]
        for match in self.name_pattern.finditer(text):
            name = re.sub(r"[\s-]+", " ", match[0])
            indicator = self.names.get(name) or self.names.get(name.removesuffix("s"))
            if indicator and has_topic(indicator, text):
                found.append(Term(match.span(), indicator, measure_name(match.span(), found)))
        if PHRASES["respectively"].search(text):
            return [one for one in found if not any(is_sum(one, other) for other in found)]
        return [one for one in found if not any(is_hidden(one, other) for other in found)]


def is_sum(term: Term, part: Term) -> bool:
    """Return whether a term names several indicators of a list: imports and exports."""
    is_equal = term.weight == part.weight and term.indicator != part.indicator
    return is_equal and is_hidden(part, term)


def measure_name(span: Span, found: Iterable[Term]) -> float:
    """Return the weight of a name: no more than that of words in it that fit several indicators."""
    weights: dict[Span, list[float]] = {}
    for term in found:
        if span[0] <= term.span[0] and term.span[1] <= span[1]:
            weights.setdefault(term.span, []).append(term.weight)
    shared = [max(listed) for listed in weights.values() if len(listed) > 1]
    return min([NAME_WEIGHT, *shared])


def is_hidden(term: Term, longer: Term) -> bool:
    (start, end), (first, last) = longer.span, term.span
    is_inside = start <= first and last <= end and end - start > last - first
    is_inside = is_inside or (start <= first < end and longer.weight > term.weight)
    pair = {longer.indicator, term.indicator}
    is_other = len(pair) > 1 and longer.weight >= term.weight
    return is_inside and is_other and any(pair <= family for family in FAMILIES)


def build_name_pattern(name: str) -> str:
    words = [re.escape(word) for word in name.split()]
    return rf"\b{'[ -]'.join(words)}s?\b" if name.isascii() else "".join(words)


def has_topic(indicator: str, text: str) -> bool:
    topics = [one for prefix, one in TOPIC_PATTERNS.items() if indicator.startswith(prefix)]
    return all(pattern.search(text) for pattern in topics)


def find_name(found: Iterable[Term], indicators: Collection[str]) -> Span | None:
    """Return the span of the strongest words for any of some indicators, the longest of them."""
    own = [one for one in found if {one.indicator, SHARES.get(one.indicator)} & {*indicators}]
    best = max(own, key=lambda one: (one.weight, -one.span[0]), default=None)
    if best is None:
        return None
    (start, end), spans = best.span, [one.span for one in own]
    return max(
        (one for one in spans if one[0] <= start and end <= one[1]), key=lambda one: one[1] - one[0]
    )


def find_words(patterns: Mapping[str, re.Pattern[str]], text: str) -> list[tuple[str, Span]]:
    """Find the words of a text under the name of their pattern."""
    return [
        (name, match.span())
        for name, pattern in patterns.items()
        for match in pattern.finditer(text)
    ]


def measure_terms(found: Iterable[Term], factor: float) -> dict[str, float]:
    """Return the weight of each indicator; imports and exports side by side are trade."""
    weights: dict[str, float] = {}
    for term in found:
        weights[term.indicator] = max(weights.get(term.indicator, 0), term.weight * factor)
    both = {"goods-exports", "goods-imports"}
    if both <= weights.keys():
        weights.setdefault("goods-trade", min(weights[one] for one in both))
    for level, share in SHARES.items():
        if level in weights:
            weights[share] = max(weights.get(share, 0), weights[level])
    return weights


def strip_unread(text: str) -> tuple[str, list[int]]:
    """Return a text without what is not read, and the indexes of its characters and its end.

    Not read are invisible characters, spaces after another space, and line breaks within a Chinese
    sentence, as they are copied from a document with lines of a fixed length.
    """
    dropped = {position for match in UNREAD.finditer(text) for position in range(*match.span())}
    for match in PHRASES["chinese_wrap"].finditer(text):
        dropped |= {*range(match.start() + len(match[0].rstrip()), match.end())}
    positions = [position for position in range(len(text)) if position not in dropped]
    return "".join(text[position] for position in positions), [*positions, len(text)]


def group_coverage(code: str) -> str:
    """Return what a text calls the countries of a coverage: “partner” whatever the year."""
    return "partner" if code.startswith("partner") else code


def list_words(text: str) -> frozenset[str]:
    """Return the stems of the English words of a text, and its pairs of Chinese characters."""
    normal = normalize_text(text)
    english = (
        shorten_word(word) for word in re.findall(r"[a-z]+", normal) if len(word) >= MIN_WORD_LENGTH
    )
    chinese = {
        run[position : position + 2]
        for run in re.findall(r"[\u4e00-\u9fff]+", normal)
        for position in range(len(run) - 1)
    }
    years = re.findall(r"20\d\d", normal)
    return frozenset({*english} - COMMON["english"] | chinese - COMMON["chinese"] | {*years})


def shorten_word(word: str) -> str:
    """Return a word without the ending of a plural or a verb."""
    if word in COMMON["english"]:
        return word
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= MIN_WORD_LENGTH - 1:
            return word.removesuffix(ending) + rest
    return word
