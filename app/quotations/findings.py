"""Findings: what of a quotation differs, what is published instead, and how it is corrected."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from app.enums import Qualifier, StockFlow
from app.i18n import (
    MONTHS,
    QUALIFIER_FORMATS,
    SCALE_WORDS,
    Bilingual,
    Language,
    format_number,
    get_scale,
    name_day,
)
from app.quotations import WORDS, compile_entries, read_corrections
from app.quotations.context import QuotedNumber
from app.quotations.index import Entry
from app.quotations.numbers import Span
from app.quotations.periods import choose_preposition
from app.quotations.terms import FAMILIES, PHRASES, SHARES, group_coverage
from app.schemas.quotations import FindingKind

Edit = tuple[Span, str]
"""A span of a sentence, and the words that take its place, in the language of the sentence."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference at a span of a sentence."""

    kind: FindingKind
    span: Span
    message: Bilingual
    published: Bilingual | None = None
    edits: tuple[Edit, ...] = ()


MESSAGES = {
    FindingKind.PERIOD: Bilingual(
        "The published figure is for {period}; the text says “{words}”.",
        "公布的数据统计期为{period}，文中为“{words}”。",
    ),
    FindingKind.UNIT: Bilingual(
        "The figure is published as {display}; this service does not convert.",
        "公布的数据为{display}，本站不作换算。",
    ),
    FindingKind.MAGNITUDE: Bilingual(
        "The digits are those of {display}, but the order of magnitude differs.",
        "数字与公布的{display}相同，但数量级不同。",
    ),
    FindingKind.COVERAGE: Bilingual(
        "The figure counts other countries: {coverage}.", "该数据的统计范围为：{coverage}。"
    ),
    FindingKind.MEASURE: Bilingual(
        "The published figure measures something else: {indicator}.",
        "公布的数据为另一指标：{indicator}。",
    ),
    FindingKind.VINTAGE: Bilingual(
        "This number was superseded on {day}; the published figure is now {display}.",
        "该数据已于{day}被取代，现公布数据为{display}。",
    ),
}
LOST = Bilingual(
    "The qualifier of the source is missing: it says “{display}”.",
    "缺少来源中的限定词，公布的数据为“{display}”。",
)
INVENTED = Bilingual(
    "The source has no qualifier: it says “{display}”.", "来源无限定词，公布的数据为“{display}”。"
)
CHANGED = Bilingual(
    "The source has another qualifier: it says “{display}”.",
    "来源的限定词不同，公布的数据为“{display}”。",
)
OMITTED = Bilingual(
    "The figure counts only these countries, which the text does not name: {coverage}.",
    "该数据仅统计部分国家，文中未予说明：{coverage}。",
)
ELEVEN_MONTHS = Bilingual(
    " A figure for part of a year is not a figure for the whole year, and is not scaled up.",
    "不足一年的数据不能作为全年数据使用，也不得推算为全年。",
)
COUNTED_FROM = Bilingual(" “{words}” is counted from {day}.", "“{words}”按{day}推算。")
NAMES = read_corrections("indicators")
EXCHANGED = tuple(family & NAMES.keys() for family in FAMILIES)
"""Indicators whose names follow the same verbs, so that one can take the place of another."""
LEVELS = {share: level for level, share in SHARES.items()}
PREPOSITIONS = read_corrections("prepositions")
PLURALS = {"was": "were", "is": "are", "has": "have"}
SINGULARS = {plural: singular for singular, plural in PLURALS.items()}
COUNTRIES, UNITS = read_corrections("countries"), read_corrections("units")
SIGNS = {"CNY": "RMB ", "USD": "US$"}
REACHED = compile_entries(WORDS["reached"])


def describe_difference(
    quoted: QuotedNumber, entry: Entry, kind: FindingKind, span: Span
) -> Finding:
    if kind == FindingKind.QUALIFIER:
        return describe_qualifier(quoted, entry, span)
    words = quoted.sentence.text[slice(*span)].strip()
    name = quoted.index.indicator_names[entry.indicator]
    published = {
        FindingKind.PERIOD: entry.period,
        FindingKind.COVERAGE: entry.coverage_name,
        FindingKind.MEASURE: name,
    }.get(kind, entry.display)
    is_omitted = kind == FindingKind.COVERAGE and PHRASES["china"].fullmatch(words.lower())
    message = (OMITTED if is_omitted else MESSAGES[kind]).format(
        period=entry.period,
        words=words,
        display=entry.display,
        coverage=entry.coverage_name,
        indicator=name,
    )
    is_part = entry.months is not None and entry.months < MONTHS
    claimed = [one for one in quoted.periods if one.span == span]
    if kind == FindingKind.PERIOD and is_part and any(one.is_full_year for one in claimed):
        message = Bilingual(message.en + ELEVEN_MONTHS.en, message.zh + ELEVEN_MONTHS.zh)
    if kind == FindingKind.PERIOD and any(one in words.lower() for one in WORDS["relative_years"]):
        added = COUNTED_FROM.format(words=words, day=name_day(quoted.sentence.today))
        message = Bilingual(message.en + added.en, message.zh + added.zh)
    edits = () if is_omitted else EDITORS[kind](quoted, entry, span)
    return Finding(kind, span, message, published, tuple(edits))


def describe_qualifier(quoted: QuotedNumber, entry: Entry, span: Span) -> Finding:
    message = CHANGED
    if quoted.number.qualifier == Qualifier.NONE:
        message = LOST
    elif entry.qualifier == Qualifier.NONE:
        message = INVENTED
    edits = () if is_limited(quoted) else tuple(limit_number(quoted, entry.qualifier))
    return Finding(
        FindingKind.QUALIFIER, span, message.format(display=entry.display), entry.display, edits
    )


def is_limited(quoted: QuotedNumber) -> bool:
    """Return whether a word stays beside a number that goes with no other limit: exactly, mark."""
    normal, (start, end) = quoted.sentence.normal, quoted.number.span
    before, after = normal[:start], normal[end:]
    return bool(PHRASES["limited_before"].search(before) or PHRASES["limited_after"].match(after))


def limit_number(quoted: QuotedNumber, qualifier: Qualifier) -> Iterator[Edit]:
    """Replace the words that limit a number, and keep the number as it is written."""
    number, text, normal = quoted.number, quoted.sentence.text, quoted.sentence.normal
    is_chinese = quoted.sentence.language is Language.CHINESE
    spans = sorted(number.qualifiers)
    words = QUALIFIER_FORMATS[qualifier].get(quoted.sentence.language).removesuffix("{}")
    limits = [normal[slice(*one)] for one in spans]
    replaced = (new for one in limits for new, old in REACHED.items() if old.fullmatch(one))
    verb = next(replaced, "")
    if verb and not (is_chinese and words):
        words = f"{verb}{'' if is_chinese else ' '}{words}"
    start = last = number.span[0]
    if is_chinese and words and (reached := re.search("达到?$", normal[:start])):
        # “逾” and “近” take the place of “达”.
        start = reached.start()
    if spans and spans[0][0] == last:
        last = number.span[1] - len(text[spans.pop(0)[1] : number.span[1]].lstrip())
    if text[last].isalpha() and text[last].isascii() and last == number.digits[0]:
        # The first word of a sentence is no longer the first, or becomes so.
        yield (start, last + 1), words + text[last].lower()
    else:
        yield (start, last), words
    for first, end in spans:
        yield (len(text[:first].rstrip()), end), ""


def replace_period(quoted: QuotedNumber, entry: Entry, span: Span) -> Iterable[Edit]:
    """Replace a period with the preposition before it where that does not fit the other one."""
    text, normal, (start, end) = quoted.sentence.text, quoted.sentence.normal, span
    is_chinese = quoted.sentence.language is Language.CHINESE
    limit = PHRASES["limit_lead"].search(normal[:start])
    if entry.stock_flow == StockFlow.STOCK:
        lead = limit or re.search(r"(?:\b(?:in|on|during)(?: the)? |在)$", normal[:start])
        name = f"{'截至' if is_chinese else 'as of '}{entry.period.get(quoted.sentence.language)}"
    else:
        lead, name = limit, name_flow(entry, quoted.sentence.language)
    if not is_chinese and entry.stock_flow != StockFlow.STOCK:
        lead, name = choose_preposition(normal, span, name)
    start = lead.start() if lead else start
    yield (start, end), match_capital(text[start:], name)


def name_flow(entry: Entry, language: Language) -> str:
    """Name the period of a flow or total as a sentence does: 2024, January to November 2024."""
    first, last = entry.start.year, entry.end.year
    is_whole = f"{entry.start:%m-%d} {entry.end:%m-%d}" == "01-01 12-31"
    if entry.months == MONTHS and first == last:
        return Bilingual(f"{first}", f"{first}年").get(language)
    if is_whole and first < last:
        return Bilingual(f"{first} to {last}", f"{first}年至{last}年").get(language)
    return entry.period.get(language).removesuffix(", cumulative").removesuffix("累计")


def match_capital(original: str, text: str) -> str:
    return text[:1].upper() + text[1:] if original[:1].isupper() else text


def replace_unit(quoted: QuotedNumber, entry: Entry, span: Span) -> Iterable[Edit]:
    number, sentence = quoted.number, quoted.sentence
    unit = UNITS.get(entry.unit)
    if unit is None:
        return
    del span
    for one in number.units:
        if one[0] < number.digits[0]:
            yield (one[0], number.digits[0]), SIGNS[entry.unit]
        else:
            yield one, unit.get(sentence.language)


def replace_magnitude(quoted: QuotedNumber, entry: Entry, span: Span) -> Iterable[Edit]:
    """Replace the digits, and the scale word if another one is usual for the number."""
    power, language = quoted.number.power, quoted.sentence.language
    scale = get_scale(entry.value, entry.power or power, language)
    written = format_number(entry.value, entry.power, entry.decimals, scale, language)
    digits = re.match(r"[\d,.]*\d", quoted.sentence.normal[slice(*span)])
    if digits and re.match(r"\d{4}", digits[0]):
        written = written.replace(",", "")
    if digits and scale == power:
        yield (span[0], span[0] + digits.end()), written
    else:
        yield span, written + SCALE_WORDS[language].get(scale, "")


def replace_coverage(quoted: QuotedNumber, entry: Entry, span: Span) -> Iterable[Edit]:
    countries = COUNTRIES.get(group_coverage(entry.coverage))
    if countries is None:
        return
    sentence, (start, end) = quoted.sentence, span
    end += 2 * sentence.normal.startswith("'s", end)
    is_owner = sentence.normal[start:end].endswith("'s")
    yield (start, end), countries.get(sentence.language) + ("'" if is_owner else "")


def replace_measure(quoted: QuotedNumber, entry: Entry, span: Span) -> Iterable[Edit]:
    """Exchange the names of two indicators; none if another name cannot replace the words."""
    published, weights = LEVELS.get(entry.indicator, entry.indicator), quoted.claim.indicators
    best = max(weights.values(), default=0)
    claimed = {one for one, weight in weights.items() if weight == best}
    if not any(published in group and claimed & group for group in EXCHANGED):
        return ()
    if quoted.number.unit == "NB":
        return replace_noun(quoted, published, span)
    is_chinese = quoted.sentence.language is Language.CHINESE
    replace = replace_chinese_name if is_chinese else replace_name
    edits = [list(replace(quoted, published, one)) for one in list_names(quoted, entry, span)]
    return chain.from_iterable(edits) if all(edits) else ()


def list_names(quoted: QuotedNumber, entry: Entry, span: Span) -> list[Span]:
    """List the names to exchange; “exports made up 54 percent of China's exports” has two.

    There are none if the words are not a name, as in “contracts signed were worth”.
    """
    sentence, spans = quoted.sentence, {span}
    if entry.unit == "PT":
        claimed = {one.indicator for one in quoted.claim.terms if one.span == span}
        spans |= {one.span for one in sentence.terms if one.indicator in claimed}
    found = {
        end: PHRASES["measure_name"].search(sentence.normal[:end], start)
        for start, end in sorted(spans, reverse=True)
    }
    names = [one.span() for one in found.values() if one is not None]
    is_certain = len(names) == len(found) and (len(names) == 1 or len(sentence.numbers) == 1)
    return names if is_certain else []


def replace_noun(quoted: QuotedNumber, published: str, span: Span) -> Iterable[Edit]:
    """Replace what a number counts: 30 countries, 30 organisations."""
    name, end = NAMES[published], quoted.number.span[1]
    counted = PHRASES["chinese_counted"].match(quoted.sentence.normal, end)
    if counted:
        yield counted.span(), name.zh
    elif span[0] == end and quoted.sentence.language is Language.ENGLISH:
        yield span, f" {name.en}"


def replace_name(quoted: QuotedNumber, published: str, span: Span) -> Iterable[Edit]:
    """Replace the name of an indicator with its article, its preposition and its verb."""
    sentence, (start, end) = quoted.sentence, span
    before, after = sentence.normal[:start], sentence.normal[end:]
    between = sentence.normal[end : quoted.number.span[0]]
    name = NAMES[published].en
    if PHRASES["joined_name"].search(f"{before}|{after}") or (between and not between.strip()):
        return
    if name.startswith("value") and PHRASES["determiner"].search(before) is None:
        name = f"the {name}"
    follows = re.match(r" (?:from|to|with)\b", after)
    preposition = PREPOSITIONS.get(published)
    if follows and preposition:
        end, name = end + follows.end(), f"{name} {preposition.en}"
    yield (start, end), match_capital(sentence.text[start:], name)
    verbs = PLURALS if published in {"goods-exports", "goods-imports"} else SINGULARS
    verb = PHRASES["first_verb"].search(between)
    if verb and verb[0] in verbs:
        yield (span[1] + verb.start(), span[1] + verb.end()), verbs[verb[0]]


def replace_chinese_name(quoted: QuotedNumber, published: str, span: Span) -> Iterable[Edit]:
    """Replace the name of an indicator and the preposition of the countries before it."""
    text, (start, end) = quoted.sentence.normal, span
    name = NAMES[published].zh
    if text[:start].endswith("华"):
        return
    if "承包工程" in text[:start]:
        name = name.removeprefix("承包工程")
    countries = PHRASES["chinese_preposition"].search(text[:start])
    if countries and published in PREPOSITIONS:
        yield countries.span("preposition"), PREPOSITIONS[published].zh
    # A name that ends as the words go on takes their end with it: 合同额.
    yield (start, end + (text[end : end + 1] == name[-1:])), name


EDITORS = {
    FindingKind.PERIOD: replace_period,
    FindingKind.UNIT: replace_unit,
    FindingKind.MAGNITUDE: replace_magnitude,
    FindingKind.COVERAGE: replace_coverage,
    FindingKind.MEASURE: replace_measure,
}


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Replace spans of a text; of edits that overlap, the first in order of the text is made."""
    parts: list[str] = []
    last = 0
    for (start, end), words in sorted(edits):
        if start >= last:
            parts += [text[last:start], words]
            last = end
    parts.append(text[last:])
    return "".join(parts)
