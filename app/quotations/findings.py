"""Findings: what of a quotation differs, what is published instead, and how it is corrected."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.enums import Qualifier, StockFlow
from app.i18n import MONTHS, QUALIFIER_FORMATS, Bilingual, Language, format_scaled, name_day
from app.quotations.index import Entry, QuotationIndex
from app.quotations.matching import Candidate, Question
from app.quotations.numbers import Number, Span
from app.quotations.periods import RELATIVE
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
        "The figure is published as {display}; nothing is converted.",
        "公布的数据为{display}，本站不作换算。",
    ),
    FindingKind.MAGNITUDE: Bilingual(
        "The digits are those of {display}, the order of magnitude is another.",
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
        "该数据已于{day}被替代，现公布数据为{display}。",
    ),
}
LOST = Bilingual(
    "The qualifier of the source is missing: it says {display}.",
    "缺少来源中的限定词，公布的数据为“{display}”。",
)
INVENTED = Bilingual(
    "The source has no qualifier: it says {display}.", "来源无限定词，公布的数据为“{display}”。"
)
CHANGED = Bilingual(
    "The source has another qualifier: it says {display}.",
    "来源的限定词不同，公布的数据为“{display}”。",
)
ELEVEN_MONTHS = Bilingual(
    " Figures for part of a year are no figures for the year, and are not scaled up.",
    "不足一年的数据不能作为全年数据使用，也不得推算为全年。",
)
COUNTED_FROM = Bilingual(" “{words}” is counted from {day}.", "“{words}”按{day}推算。")
NAMES = {
    "goods-trade": Bilingual("trade in goods", "货物贸易"),
    "goods-exports": Bilingual("exports", "出口"),
    "goods-imports": Bilingual("imports", "进口"),
    "trade-share": Bilingual("trade in goods", "货物贸易"),
    "export-share": Bilingual("exports", "出口"),
    "import-share": Bilingual("imports", "进口"),
    "contracts-value": Bilingual("value of new contracts", "新签合同额"),
    "contracted-projects-turnover": Bilingual(
        "turnover of contracted projects", "承包工程完成营业额"
    ),
    "contracts": Bilingual("new contracts", "新签合同"),
    "investment-agreements": Bilingual("investment cooperation agreements", "投资合作协议"),
    "aid-projects": Bilingual("aid projects", "援助项目"),
    "new-enterprises": Bilingual("newly set up enterprises", "新设企业"),
    "cooperation-countries": Bilingual(" countries", "个国家"),
    "cooperation-organisations": Bilingual(" international organisations", "个国际组织"),
    "cooperation-documents": Bilingual(" cooperation documents", "份合作文件"),
    "cooperation-parties": Bilingual(
        " countries and international organisations", "个国家和国际组织"
    ),
    "free-trade-agreements": Bilingual("free trade agreements", "自由贸易协定"),
    "free-trade-partners": Bilingual("free trade partners", "自贸伙伴"),
}  # fmt: skip
"""Indicators in the words of a sentence. Those whose name alone would turn a sentence around, as
investment in and from a country, are left out."""
PREPOSITIONS = {"goods-trade": "with", "goods-exports": "to", "goods-imports": "from"}
COUNTRIES = {
    "route": Bilingual("countries along the Belt and Road", "“一带一路”沿线国家"),
    "partner": Bilingual("Belt and Road partner countries", "共建“一带一路”国家"),
}
UNITS = {
    "CNY": Bilingual("yuan", "元"),
    "USD": Bilingual("US dollars", "美元"),
}
SIGNS = {"CNY": "RMB ", "USD": "US$"}
PREPOSITION = re.compile(
    r"(?:\b(?:in|from|for|of|during|over|between|by|to|the|than|with|since|through)|[-(:'])\s*$"
)
REACHED = (
    (re.compile(r"(?:exceed|surpass|topp|approach|pass|cross)ing\b.*"), "reaching"),
    (
        re.compile(r"(?:(?:exceed|surpass|topp|pass|cross|approach)e[ds]|exceeds|tops|broke).*"),
        "reached",
    ),
    (re.compile(r"(?:已)?(?:达到?)?(?:超过?|突破)了?|接近"), "达"),
)
"""Verbs that limit a number, and what they become where the number has no such limit."""


def describe_differences(
    index: QuotationIndex, question: Question, candidate: Candidate
) -> list[Finding]:
    """Describe all differences between a quotation and the observation that it quotes."""
    return [
        describe_difference(index, question, candidate.entry, kind, span)
        for kind, span in candidate.differences.items()
    ]


def describe_difference(
    index: QuotationIndex, question: Question, entry: Entry, kind: FindingKind, span: Span
) -> Finding:
    if kind == FindingKind.QUALIFIER:
        return describe_qualifier(question, entry, span)
    words = question.sentence.text[slice(*span)].strip()
    name = index.indicator_names[entry.indicator]
    published = {
        FindingKind.PERIOD: entry.period,
        FindingKind.COVERAGE: entry.coverage_name,
        FindingKind.MEASURE: name,
    }.get(kind, entry.display)
    message = MESSAGES[kind].format(
        period=entry.period,
        words=words,
        display=entry.display,
        coverage=entry.coverage_name,
        indicator=name,
    )
    is_part = entry.months is not None and entry.months < MONTHS
    claimed = [one for one in question.periods if one.span == span]
    if kind == FindingKind.PERIOD and is_part and any(one.is_full_year for one in claimed):
        message = Bilingual(message.en + ELEVEN_MONTHS.en, message.zh + ELEVEN_MONTHS.zh)
    if kind == FindingKind.PERIOD and any(one in words.lower() for one in RELATIVE):
        added = COUNTED_FROM.format(words=words, day=name_day(question.sentence.today))
        message = Bilingual(message.en + added.en, message.zh + added.zh)
    edits = EDITORS[kind](question, entry, span)
    return Finding(kind, span, message, published, tuple(edits))


def describe_qualifier(question: Question, entry: Entry, span: Span) -> Finding:
    given = question.number.qualifier
    message = CHANGED
    if given == Qualifier.NONE:
        message = LOST
    elif entry.qualifier == Qualifier.NONE:
        message = INVENTED
    edit = rewrite_number(question, entry.qualifier)
    return Finding(
        FindingKind.QUALIFIER,
        span,
        message.format(display=entry.display),
        entry.display,
        (edit,),
    )


def rewrite_number(question: Question, qualifier: Qualifier) -> Edit:
    """Replace the words that limit a number, and keep the number as it is written."""
    number, text = question.number, question.sentence.text
    verb = ""
    kept: list[str] = []
    last = number.span[0]
    for span in sorted(number.qualifiers):
        kept.append(text[last : span[0]])
        word = question.sentence.normal[slice(*span)]
        verb = verb or next((new for old, new in REACHED if old.fullmatch(word)), "")
        last = span[1]
    kept.append(text[last : number.span[1]])
    plain = re.sub(r" {2,}", " ", "".join(kept)).strip()
    language = question.sentence.language
    written = QUALIFIER_FORMATS[qualifier].get(language).format(plain)
    space = "" if language is Language.CHINESE else " "
    return number.span, f"{verb}{space if verb else ''}{written}"


def replace_period(question: Question, entry: Entry, span: Span) -> Iterable[Edit]:
    sentence = question.sentence
    is_chinese = sentence.language is Language.CHINESE
    name = entry.period.get(sentence.language)
    if entry.months == 12 and entry.start.year == entry.end.year:  # noqa: PLR2004 - a year
        name = f"{entry.start.year}年" if is_chinese else str(entry.start.year)
    before = sentence.normal[: span[0]]
    if entry.stock_flow == StockFlow.STOCK:
        match = re.search(r"(?:\b(?:in|by|at|as of|on|during)(?: the)? |截至|截止|在|到)$", before)
        start = match.start() if match else span[0]
        prefix = "截至" if is_chinese else "as of "
        yield (start, span[1]), match_capital(sentence.text[start:], f"{prefix}{name}")
        return
    has_preposition = PREPOSITION.search(before) is not None or not before.strip()
    yield span, name if is_chinese or has_preposition else f"in {name}"


def match_capital(original: str, text: str) -> str:
    return text[:1].upper() + text[1:] if original[:1].isupper() else text


def replace_unit(question: Question, entry: Entry, span: Span) -> Iterable[Edit]:
    """Replace the words and signs of a unit."""
    number, sentence = question.number, question.sentence
    unit = UNITS.get(entry.unit)
    if unit is None:
        return
    del span
    for one in number.units:
        if one[0] < number.digits[0]:
            yield (one[0], number.digits[0]), SIGNS[entry.unit]
        else:
            yield one, unit.get(sentence.language)


def replace_magnitude(question: Question, entry: Entry, span: Span) -> Iterable[Edit]:
    number = format_scaled(entry.value, entry.power, entry.decimals, question.sentence.language)
    yield span, number


def replace_coverage(question: Question, entry: Entry, span: Span) -> Iterable[Edit]:
    group = "partner" if entry.coverage.startswith("partner") else entry.coverage
    countries = COUNTRIES.get(group)
    if countries is not None:
        yield span, countries.get(question.sentence.language)


def replace_measure(question: Question, entry: Entry, span: Span) -> Iterable[Edit]:
    name = NAMES.get(entry.indicator)
    if name is None or span == question.number.span:
        return
    sentence = question.sentence
    written = match_capital(sentence.text[slice(*span)], name.get(sentence.language))
    follows = re.match(r" (?:from|to|with)\b", sentence.normal[span[1] :])
    preposition = PREPOSITIONS.get(entry.indicator)
    if follows and preposition:
        yield (span[0], span[1] + follows.end()), f"{written} {preposition}"
    else:
        # A name that ends as the words go on takes their end with it: 合同额.
        overlap = sentence.text[span[1] : span[1] + 1]
        is_doubled = bool(overlap) and overlap >= "\u4e00" and written.endswith(overlap)
        yield (span[0], span[1] + is_doubled), written


EDITORS = {
    FindingKind.PERIOD: replace_period,
    FindingKind.UNIT: replace_unit,
    FindingKind.MAGNITUDE: replace_magnitude,
    FindingKind.COVERAGE: replace_coverage,
    FindingKind.MEASURE: replace_measure,
}


def replace_number(number: Number, display: str) -> Edit:
    return number.span, display


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
