"""Growth rates in a sentence: which published rate a percentage is, and which it should be.

A rate belongs to the figure before it in the sentence, or else to the indicator and the period that
the sentence names. It is called wrong only if a rate is published for just these.
"""

import re
from dataclasses import dataclass
from datetime import date

from app.i18n import Bilingual
from app.quotations import WORDS, read_corrections, terms
from app.quotations.context import QuotedNumber, is_about_part
from app.quotations.findings import UNITS, Edit, Finding, describe_qualifier
from app.quotations.index import Entry, QuotationIndex
from app.quotations.numbers import POINTS, Number
from app.quotations.periods import PeriodKind
from app.quotations.sentences import STRONG, RateRole
from app.quotations.terms import PHRASES
from app.schemas.quotations import FindingKind

WRONG = Bilingual(
    "The growth published for {period} is: {display}.", "公布的{period}增速为：{display}。"
)
OTHER_CURRENCY = Bilingual(
    "This is the growth of the amounts in {unit}; for this figure, the published growth is: "
    "{display}.",
    "该增速系以{unit}计，本数据公布的增速为：{display}。",
)
ONLY_OTHER_CURRENCY = Bilingual(
    "The published growth ({display}) is that of the amounts in {unit}, which the text does not "
    "say.",
    "公布的增速（{display}）系以{unit}计，文中未注明。",
)
OTHER_SOURCE = Bilingual(
    "This growth was published by {institution}, not by the institution named.",
    "该增速由{institution}公布，并非文中所称机构。",
)
POINTS_MEANT = Bilingual(
    "The published change is “{display}”; percent and percentage points are different.",
    "公布的变动为“{display}”，百分比与百分点不同。",
)
SHARE_MEANT = Bilingual(
    "The published figure {display} is a share ({indicator}), not a growth rate.",
    "公布的{display}为比重（{indicator}），并非增速。",
)
GROWTH_MEANT = Bilingual(
    "The published figure is a growth rate ({display}), not a share.",
    "公布的为增速（{display}），并非比重。",
)
CURRENCY_NAMES = read_corrections("currencies")
OPPOSITES: dict[str, str] = WORDS["opposites"]


@dataclass(frozen=True)
class RateMatch:
    entry: Entry
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Anchor:
    """What a rate is said to belong to: indicator and period, and the figure that names them."""

    indicator: str
    start: date
    end: date
    entry: Entry | None = None

    def list_rates(self, index: QuotationIndex) -> list[Entry]:
        listed = index.rates_by_period.get((self.indicator, self.start, self.end), [])
        coverage = self.entry.coverage if self.entry else None
        own = [one for one in listed if one.coverage == coverage]
        return own or listed


def find_rate(quoted: QuotedNumber, level: Entry | None, *, is_certain: bool) -> RateMatch | None:
    """Find the growth rate that a percentage quotes, beside the figure before it if any.

    Only if it is certain to which figure it belongs, it may be called wrong.
    """
    first, last = quoted.sentence.find_window(quoted.number)
    near = {name for name, span in quoted.sentence.coverages if first <= span[0] < last}
    if is_about_part(quoted) or near == {"other"}:
        return None
    listed = list_anchors(quoted, level)
    anchors = [one for one in listed if not has_other_base(quoted, one)]
    for anchor in anchors:
        found = match_anchor(quoted, anchor)
        if found is not None:
            return found
    clause = get_clause(quoted)
    others = PHRASES["other_growth"], PHRASES["other_subject"], PHRASES["share_words"]
    is_plain = not any(pattern.search(clause) for pattern in others)
    if anchors and quoted.role == RateRole.GROWTH and is_plain and is_certain:
        wrong = find_published_rate(quoted, anchors)
        if wrong is not None:
            return wrong
    if quoted.role == RateRole.GROWTH and not quoted.periods and level is None:
        return find_by_value(quoted)
    return None


def has_other_base(quoted: QuotedNumber, anchor: Anchor) -> bool:
    """Return whether a sentence measures a change from another year than the one before."""
    sentence = quoted.sentence
    bases = [one.year for one in sentence.periods if sentence.is_base(one)]
    return any(year not in {None, anchor.start.year - 1} for year in bases)


def get_clause(quoted: QuotedNumber) -> str:
    """Return the words around a percentage, from the clause before it on."""
    sentence, number = quoted.sentence, quoted.number
    start = sentence.find_clause_start(number.span[0])
    first = sentence.find_clause_start(start - 1)
    last = find_clause_end(quoted)
    text = sentence.normal
    for period in sentence.periods:
        # The months of a figure are not the base of its growth, though “from” may precede them.
        if period.kind == PeriodKind.SPAN and not sentence.is_base(period):
            start = period.span[0] - (5 if text[: period.span[0]].endswith("from ") else 0)
            text = text[:start] + " " * (period.span[1] - start) + text[period.span[1] :]
    return text[first:last]


def find_clause_end(quoted: QuotedNumber) -> int:
    """Return where the words about a percentage end, those in parentheses after it included."""
    text, end = quoted.sentence.normal, quoted.number.span[1]
    last = quoted.sentence.find_window(quoted.number)[1]
    return text.find(")", last) if text[end:last].strip() == "(" and ")" in text[last:] else last


def list_anchors(quoted: QuotedNumber, level: Entry | None) -> list[Anchor]:
    """List the indicators and periods that a percentage may belong to, the likeliest first."""
    claim, index = quoted.claim, quoted.index
    own = claim.indicators if claim.is_local else {}
    least = max(own.values(), default=0) * 0.6
    is_other = level is not None and own.get(level.indicator, 0) < least
    if level is not None and not is_other:
        return [Anchor(level.indicator, level.start, level.end, level)]
    best = max(claim.indicators.values(), default=0)
    if best < STRONG * 0.75:
        return []
    names = [
        one
        for one, weight in claim.indicators.items()
        if weight >= best * 0.9 and (quoted.is_initiative or one in index.unlimited_indicators)
    ]
    spans = [
        (one.start, one.end)
        for one in quoted.periods
        if one.kind in {PeriodKind.SPAN, PeriodKind.UNTIL} and one.start and one.end
    ]
    if is_other and level is not None and not quoted.has_local_period:
        spans.append((level.start, level.end))
    return [
        Anchor(name, *span)
        for name in names
        for span in spans
        if name in quoted.index.indicator_names
    ]


def get_sign(quoted: QuotedNumber) -> int:
    sentence, number = quoted.sentence, quoted.number
    before = sentence.normal[max(0, number.span[0] - 45) : number.span[0]]
    growth = PHRASES["growth_before"].search(before)
    words = growth[0] if growth else sentence.normal[number.span[1] : number.span[1] + 20]
    return -1 if PHRASES["decrease"].search(words) else 1


def is_same_rate(number: Number, rate: Entry) -> bool:
    distance = abs(abs(rate.value) - abs(number.value))
    return distance == 0 or (number.step > rate.step and distance <= number.step / 2)


def match_anchor(quoted: QuotedNumber, anchor: Anchor) -> RateMatch | None:
    """Match a percentage with the rates of an indicator and a period."""
    number, role = quoted.number, quoted.role
    rates = [one for one in anchor.list_rates(quoted.index) if is_same_rate(number, one)]
    if role == RateRole.SHARE:
        return match_share(quoted, rates, anchor)
    if role == RateRole.GROWTH and not rates:
        return match_level_share(quoted, anchor)
    unit = anchor.entry.level_unit if anchor.entry else None
    rates.sort(key=lambda one: rank_rate(one, quoted, unit))
    if not rates:
        return None
    rate = rates[0]
    if number.unit != rate.unit:
        return RateMatch(rate, (describe_points(quoted, rate),))
    findings = [
        *check_qualifier(quoted, rate),
        *check_sign(quoted, rate),
        *check_currency(quoted, anchor, rate),
        *check_source(quoted, anchor, rates),
    ]
    return RateMatch(rate, tuple(findings[:1]))


def rank_rate(rate: Entry, quoted: QuotedNumber, unit: str | None) -> tuple[object, ...]:
    return (
        rate.unit != quoted.number.unit,
        rate.level_unit != unit,
        rate.value != quoted.number.value * get_sign(quoted),
        not rate.is_current(quoted.sentence.today),
        rate.code,
    )


def describe_points(quoted: QuotedNumber, rate: Entry) -> Finding:
    span = quoted.number.units[-1] if quoted.number.units else quoted.number.span
    return Finding(
        FindingKind.UNIT,
        span,
        POINTS_MEANT.format(display=rate.display),
        rate.display,
        ((span, UNITS[rate.unit].get(quoted.sentence.language)),),
    )


def match_share(quoted: QuotedNumber, rates: list[Entry], anchor: Anchor) -> RateMatch | None:
    """Return a growth that is given as a share, if the figure before it has that growth."""
    is_meant = anchor.entry is not None or quoted.claim.is_local
    is_exact = quoted.number.significant >= 2  # noqa: PLR2004 - one digit fits too many rates
    if not rates or not is_meant or not is_exact:
        return None
    span = quoted.number.span
    message = GROWTH_MEANT.format(display=rates[0].display)
    return RateMatch(rates[0], (Finding(FindingKind.MEASURE, span, message, rates[0].display),))


def match_level_share(quoted: QuotedNumber, anchor: Anchor) -> RateMatch | None:
    """Return a share that is given as a growth, for the same period."""
    share = terms.SHARES.get(anchor.indicator, anchor.indicator)
    number = quoted.number
    for entry in quoted.index.levels_by_period.get((share, anchor.start, anchor.end), []):
        if entry.unit == "PT" == number.unit and entry.value == number.value:
            message = SHARE_MEANT.format(
                display=entry.display, indicator=quoted.index.indicator_names[entry.indicator]
            )
            return RateMatch(
                entry, (Finding(FindingKind.MEASURE, number.span, message, entry.display),)
            )
    return None


def check_qualifier(quoted: QuotedNumber, rate: Entry) -> list[Finding]:
    number = quoted.number
    if number.qualifier == rate.qualifier or abs(rate.value) != number.value:
        return []
    span = number.qualifiers[0] if number.qualifiers else number.span
    return [describe_qualifier(quoted, rate, span)]


def check_sign(quoted: QuotedNumber, rate: Entry) -> list[Finding]:
    if quoted.role != RateRole.GROWTH or rate.value * get_sign(quoted) >= 0:
        return []
    sentence, span = quoted.sentence, quoted.number.span
    message = WRONG.format(period=rate.period, display=rate.display)
    pairs = OPPOSITES | {new: old for old, new in reversed(OPPOSITES.items())}
    before = sentence.normal[: span[0]]
    edits: tuple[Edit, ...] = ()
    found = [
        match
        for word in pairs
        for match in re.finditer(rf"\b{word}\b" if word.isascii() else word, before)
        if span[0] - match.end() < 30  # noqa: PLR2004 - the clause of the number
    ]
    if found:
        last = max(found, key=lambda one: one.end())
        edits = ((last.span(), pairs[last[0]]),)
    return [Finding(FindingKind.GROWTH, span, message, rate.display, edits)]


def check_currency(quoted: QuotedNumber, anchor: Anchor, rate: Entry) -> list[Finding]:
    """A rate of amounts in the other currency differs, unless the sentence names that currency."""
    clause = get_clause(quoted)
    named = [unit for unit, pattern in terms.OWN_CURRENCY.items() if pattern.search(clause)]
    unit = named[0] if named else anchor.entry.level_unit if anchor.entry else None
    is_other = {unit, rate.level_unit} == CURRENCY_NAMES.keys()
    if not is_other or quoted.number.is_conversion or has_joint_source(quoted.index, anchor, rate):
        return []
    own = [one for one in anchor.list_rates(quoted.index) if one.level_unit == unit]
    name = CURRENCY_NAMES[rate.level_unit]
    span = quoted.number.span
    if own:
        message = OTHER_CURRENCY.format(unit=name, display=own[0].display)
        edits: tuple[Edit, ...] = (replace_rate(quoted, own[0]),)
        return [Finding(FindingKind.GROWTH, span, message, own[0].display, edits)]
    published = Bilingual(f"{rate.display.en} in {name.en}", f"按{name.zh}计，{rate.display.zh}")
    message = ONLY_OTHER_CURRENCY.format(unit=name, display=rate.display)
    edit = name_currency(quoted, rate.level_unit)
    return [Finding(FindingKind.GROWTH, span, message, published, (edit,))]


def name_currency(quoted: QuotedNumber, unit: str) -> Edit:
    """Name the currency of a rate, in the place of another one if its clause names that."""
    sentence, number = quoted.sentence, quoted.number
    name = CURRENCY_NAMES[unit]
    first, last = sentence.find_window(number)[0], find_clause_end(quoted)
    pattern = terms.OWN_CURRENCY["USD" if unit == "CNY" else "CNY"]
    match = pattern.search(sentence.normal, first, last)
    if match is None:
        words = Bilingual(f" in {name.en}", f"（以{name.zh}计）").get(sentence.language)
        return (number.span[1], number.span[1]), words
    is_adjective = re.match("[ -](?:terms|denominated)", sentence.normal[match.end() :])
    written = name.get(sentence.language)
    span = next(match.span(group) for group in ("unit", "chinese", "adjective") if match[group])
    return span, written.removesuffix("s") if is_adjective else written


def has_joint_source(index: QuotationIndex, anchor: Anchor, rate: Entry) -> bool:
    key = anchor.indicator, anchor.start, anchor.end
    value = anchor.entry.value if anchor.entry else None
    levels = {one.origin.source for one in index.levels_by_period[key] if one.value == value}
    rates = {one.origin.source for one in index.rates_by_period[key] if one.value == rate.value}
    return bool(levels & rates)


def check_source(quoted: QuotedNumber, anchor: Anchor, rates: list[Entry]) -> list[Finding]:
    """A rate differs if the text attributes it to the institution that only stated the figure."""
    named = {name for name, _ in quoted.sentence.institutions}
    if anchor.entry is None or not named & anchor.entry.origin.institutions:
        return []
    institutions = [one.origin.institutions for one in rates]
    if not all(institutions) or any(named & one for one in institutions):
        return []
    message = OTHER_SOURCE.format(institution=rates[0].origin.institution)
    return [Finding(FindingKind.GROWTH, quoted.number.span, message, rates[0].origin.institution)]


def find_published_rate(quoted: QuotedNumber, anchors: list[Anchor]) -> RateMatch | None:
    """Return the rate that is published where another one is quoted."""
    number = quoted.number
    if number.unit == POINTS or number.is_conversion:
        return None
    if any(name == "other" for name, _ in quoted.coverages):
        return None
    for anchor in anchors:
        # Rates in another currency may differ by more than any error, so they prove nothing.
        unit = anchor.entry.level_unit if anchor.entry else "CNY"
        own = [one for one in anchor.list_rates(quoted.index) if one.level_unit == unit]
        if not own or (anchor.entry is None and not quoted.claim.is_local):
            continue
        published = min(own, key=lambda one: (one.current_from == one.current_until, one.code))
        shown = list(dict.fromkeys(one.display for one in own))
        display = Bilingual("; ".join(one.en for one in shown), "；".join(one.zh for one in shown))
        message = WRONG.format(period=published.period, display=display)
        finding = Finding(
            FindingKind.GROWTH, number.span, message, display, (replace_rate(quoted, published),)
        )
        return RateMatch(published, (finding,))
    return None


def replace_rate(quoted: QuotedNumber, rate: Entry) -> tuple[tuple[int, int], str]:
    return quoted.number.digits, f"{abs(rate.value):.{rate.decimals}f}"


def find_by_value(quoted: QuotedNumber) -> RateMatch | None:
    """Find a rate by its value and indicator, where the sentence names no period."""
    weights = quoted.claim.indicators
    number, today = quoted.number, quoted.sentence.today
    best = max(weights.values(), default=0)
    found = [
        entry
        for entry in quoted.index.find_near(number.unit, number.value, number.step / 2)
        if entry.is_rate
        and is_same_rate(number, entry)
        and (number.significant > 1 or abs(entry.value) == number.value)
        and weights.get(entry.indicator, 0) >= max(best * 0.6, STRONG * 0.75)
        and (quoted.is_initiative or entry.indicator in quoted.index.unlimited_indicators)
    ]
    found.sort(key=lambda one: (not one.is_current(today), abs(one.vintage - today), one.code))
    return RateMatch(found[0]) if found else None
