"""Which published number a quoted one is: by value, indicator, unit, period and countries.

Each candidate agrees with the quotation in some respects, which count as support, and differs from
it in others. The one that differs least and has most support is meant; with little support none is,
so that a number which only happens to be the same is not called a wrong quotation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from app.enums import Qualifier, StockFlow
from app.quotations.context import (
    CLOSE,
    EXACT,
    RECENT,
    QuotedNumber,
    find_noun,
    has_published_growth,
    is_about_part,
    is_of_several_years,
    list_claims,
    score_period,
)
from app.quotations.index import MAX_VALIDITY, Entry, QuotationIndex
from app.quotations.numbers import (
    CURRENCIES,
    OTHER_CURRENCY,
    POINTS,
    RATE_UNITS,
    Number,
    Span,
    count_digits,
)
from app.quotations.periods import PeriodKind, PeriodWords
from app.quotations.sentences import STRONG, RateRole
from app.quotations.terms import FAMILIES, PHRASES, find_name, group_coverage
from app.schemas.quotations import FindingKind

DISTINCT_DIGITS = 3
"""From so many digits on, a number is unlikely to be another one of the same kind by chance."""
MIN_SUPPORT = {0: 5.0, 1: 7.5, 2: 9.5}
"""The support that a candidate needs, by the number of its differences; more are too many."""
SAFE_SUPPORT = 8.0
"""The support with which a number of few digits may be called a wrong quotation."""
MIN_QUALIFIED = 5.5
"""The support for a number with another qualifier, which is the published number all the same."""
MIN_PART = 7.0
"""The support for a number that lacks its qualifier and is given for the year of its period."""
POWERS = (1, -1, 2, -2, 3, -3, 4, -4)
"""The powers of ten by which numbers are mistaken, those of 万 and 亿 included."""
LARGE_POWER = 12
"""The power of ten from which on an amount is hardly that of a single country."""
WHOLE = frozenset({FindingKind.MAGNITUDE, FindingKind.UNIT})
"""Differences that change a number as a whole, so that all else has to agree."""
COSTS = {
    FindingKind.QUALIFIER: 1.0,
    FindingKind.VINTAGE: 1.0,
    FindingKind.COVERAGE: 1.5,
    FindingKind.PERIOD: 2.0,
    FindingKind.UNIT: 2.5,
    FindingKind.MEASURE: 2.5,
    FindingKind.MAGNITUDE: 3.0,
}
"""How unlikely each difference is: of two explanations, that of the lower cost is taken."""


@dataclass
class Candidate:
    entry: Entry
    support: float = 0
    differences: dict[FindingKind, Span] = field(default_factory=dict)
    """The spans of the words that differ, by kind."""
    has_period: bool = False
    """Whether the words name its period."""
    is_part: bool = False
    """Whether the period that is named contains its own: a year for eleven months of it."""
    has_growth: bool = False
    """Whether the sentence also has the growth published for it."""

    @property
    def cost(self) -> float:
        return sum(COSTS[kind] for kind in self.differences)

    @property
    def is_sufficient(self) -> bool:
        if self.differences.keys() == {FindingKind.QUALIFIER}:
            return self.support >= MIN_QUALIFIED
        if self.is_part and self.differences.keys() == {FindingKind.QUALIFIER, FindingKind.PERIOD}:
            return self.support >= MIN_PART
        least = MIN_SUPPORT.get(len(self.differences))
        return least is not None and self.support >= least


def find_level(quoted: QuotedNumber) -> Candidate | None:
    """Find the observation that a number quotes; None if none is likely enough."""
    if not quoted.claim.indicators and quoted.digits <= DISTINCT_DIGITS:
        return None
    found = [
        candidate
        for entry, kinds in list_candidates(quoted)
        if (candidate := evaluate_candidate(quoted, entry, kinds)) is not None
        and candidate.is_sufficient
    ]
    candidate = min(found, key=lambda one: rank_candidate(one, quoted), default=None)
    if candidate is not None and candidate.differences.keys() & WHOLE:
        # What limits a number is compared once it is known which one is meant.
        compare_qualifier(quoted, candidate)
    return candidate


def is_only_period(index: QuotationIndex, candidate: Candidate) -> bool:
    """Return whether a figure is certain: its period is named, or no other one has its number."""
    entry = candidate.entry
    same = index.find_near(entry.unit, entry.value, Decimal(0))
    others = {(one.start, one.end) for one in same if one.indicator == entry.indicator}
    return candidate.has_period or len(others) == 1


def rank_candidate(candidate: Candidate, quoted: QuotedNumber) -> tuple[object, ...]:
    entry, today = candidate.entry, quoted.sentence.today
    is_exact = entry.value == quoted.number.value
    named = quoted.sentence.institutions
    is_named = any(name in entry.origin.institutions for name, _ in named)
    # Without a period, the newest count is meant, even if its qualifier is lost.
    is_undated = entry.stock_flow == StockFlow.STOCK and not quoted.sentence.periods
    limit = min(today, entry.end + MAX_VALIDITY)
    ends = [one.end for one in list_claims(quoted, entry) if one.end]
    is_flow = entry.stock_flow == StockFlow.FLOW
    day = ends[-1] if ends and not is_flow else today
    is_past = is_undated and quoted.index.validity[entry.code][1] < limit
    return (
        candidate.cost + is_past * 2 * COSTS[FindingKind.QUALIFIER],
        -candidate.support,
        not is_named,
        not is_exact,
        not entry.is_current(today),
        entry.qualifier != quoted.number.qualifier,
        0 if is_flow and quoted.periods else abs((entry.vintage - day).days),
        entry.origin.event is None,
        entry.code,
    )


def list_candidates(quoted: QuotedNumber) -> Iterator[tuple[Entry, dict[FindingKind, Span]]]:
    """List the observations whose number may be meant, with differences of unit and magnitude."""
    number = quoted.number
    unit = "USD" if number.unit == OTHER_CURRENCY else number.unit
    is_growth = unit in RATE_UNITS and quoted.role == RateRole.GROWTH
    if is_growth or is_about_part(quoted):
        return
    is_bare = unit == "NB"
    units = ["NB", "TEU", "T"] if is_bare and not number.is_classified else [unit]
    if is_bare and number.power >= 8:  # noqa: PLR2004 - a hundred million counts money
        units += ["CNY", "USD"]
    if unit == POINTS:
        yield from list_shares(quoted)
        return
    same: set[str] = set()
    if number.unit != OTHER_CURRENCY:
        for one in units:
            for entry in quoted.index.find_near(one, number.value, number.tolerance):
                if not entry.is_rate and is_same_number(number, entry):
                    same.add(entry.code)
                    yield entry, {}
    yield from list_mistaken(quoted, units, same)


def list_shares(quoted: QuotedNumber) -> Iterator[tuple[Entry, dict[FindingKind, Span]]]:
    """List the shares in percent whose number is given in percentage points."""
    if quoted.role == RateRole.SHARE:
        for entry in quoted.index.find_near("PT", quoted.number.value, Decimal(0)):
            if not entry.is_rate:
                yield entry, {FindingKind.UNIT: quoted.number.units[-1]}


def list_mistaken(
    quoted: QuotedNumber, units: list[str], same: set[str]
) -> Iterator[tuple[Entry, dict[FindingKind, Span]]]:
    """List the observations with the same digits in another currency or order of magnitude."""
    number = quoted.number
    for entry in quoted.index.by_digits.get(count_digits(number.value), ()):
        if entry.is_rate or entry.code in same:
            continue
        is_currency = number.unit in CURRENCIES and entry.unit in CURRENCIES
        if entry.value == number.value and is_currency and number.units:
            yield entry, {FindingKind.UNIT: number.units[0]}
        elif entry.unit in units and number.unit != OTHER_CURRENCY and entry.unit != "PT":
            ratio = entry.value / number.value if number.value else Decimal(0)
            if any(ratio == Decimal(1).scaleb(power) for power in POWERS):
                yield entry, {FindingKind.MAGNITUDE: number.digits}


def is_same_number(number: Number, entry: Entry) -> bool:
    """Return whether a quoted number is the published one, or that with fewer digits."""
    if number.value == entry.value:
        return True
    distance = entry.value - number.value
    # “Over 22” may be 22.7, but what is nearly 7 is not 6.4.
    limits = {Qualifier.OVER: distance, Qualifier.NEARLY: -2 * distance}
    if entry.qualifier == Qualifier.NONE and limits.get(number.qualifier, 0) > 0:
        return entry.step < number.limit_step > limits[number.qualifier]
    if number.step <= entry.step:
        return False
    return abs(distance) <= number.step / 2 and number.significant > 1


def evaluate_candidate(
    quoted: QuotedNumber, entry: Entry, kinds: dict[FindingKind, Span]
) -> Candidate | None:
    """Add up in what a candidate agrees and differs; None if it is about something else."""
    number = quoted.number
    candidate = Candidate(entry, quoted.digits, dict(kinds))
    if number.unit == entry.unit != "NB":
        candidate.support += 0.5 if entry.unit == "PT" else 1
    if number.qualifier == entry.qualifier != Qualifier.NONE:
        candidate.support += 1
    if has_published_growth(quoted, entry):
        candidate.has_growth = True
        candidate.support += CLOSE
    tests = compare_indicator, compare_period, compare_coverage
    if not all(test(quoted, candidate) for test in tests):
        return None
    if not candidate.differences.keys() & WHOLE:
        compare_qualifier(quoted, candidate)
    return candidate if is_credible(quoted, candidate) else None


def is_credible(quoted: QuotedNumber, candidate: Candidate) -> bool:
    """Return whether the words around a number suffice to call it a quotation of the candidate."""
    entry, differs = candidate.entry, candidate.differences
    if differs.keys() & WHOLE and len(differs.keys() - {FindingKind.QUALIFIER}) > 1:
        return False
    weight = quoted.claim.indicators.get(entry.indicator, 0)
    if entry.unit == "PT" and quoted.role != RateRole.SHARE and not weight:
        return False
    if not differs.keys() - {FindingKind.QUALIFIER, FindingKind.VINTAGE}:
        return weight >= STRONG / 2 or quoted.digits > DISTINCT_DIGITS
    if quoted.number.is_conversion:
        return False
    is_exact = entry.value == quoted.number.value or FindingKind.MAGNITUDE in differs
    if FindingKind.MEASURE not in differs and weight < STRONG * 0.75:
        return False
    is_named = candidate.is_part and weight >= EXACT
    is_distinct = quoted.digits >= DISTINCT_DIGITS or candidate.has_growth or is_named
    return is_exact and (is_distinct or candidate.support >= SAFE_SUPPORT)


def compare_indicator(quoted: QuotedNumber, candidate: Candidate) -> bool:
    """Compare what is measured; return whether the candidate may be meant."""
    claim, indicator = quoted.claim, candidate.entry.indicator
    if candidate.entry.unit == "PT" and quoted.role == RateRole.LEVEL:
        return False
    weight = claim.indicators.get(indicator, 0)
    best = max(claim.indicators.values(), default=0)
    if weight and weight >= best * 0.6:
        candidate.support += weight
        return True
    if not best or best < STRONG * 0.75:
        candidate.support += weight
        return True
    family = next((one for one in FAMILIES if indicator in one), {indicator})
    claimed = [one for one, size in claim.indicators.items() if size == best]
    is_mistaken = any(one in family for one in claimed) and claim.is_local
    if not is_mistaken:
        return False
    span = find_name(claim.terms, claimed)
    if span is None and quoted.number.unit != "NB":
        span = find_name(claim.terms, family)
    if span is None:
        span = find_noun(quoted)
    candidate.support += EXACT / 2
    candidate.differences[FindingKind.MEASURE] = span
    return True


def compare_period(quoted: QuotedNumber, candidate: Candidate) -> bool:
    """Compare the periods; return whether the candidate may be meant."""
    sentence, entry = quoted.sentence, candidate.entry
    claims = list_claims(quoted, entry)
    totals = [one for one in claims if is_of_several_years(quoted, one, entry)]
    scores = [None if one in totals else score_period(sentence, one, entry) for one in claims]
    best = max((one for one in scores if one is not None), default=None)
    if best is None or (totals and not best):
        days = [one.end for one in sentence.periods if one.kind == PeriodKind.DAY and one.end]
        is_exact = entry.value == quoted.number.value or entry.stock_flow != StockFlow.FLOW
        is_recent = candidate.has_growth or abs(sentence.today - entry.vintage) <= RECENT
        is_over = max(days, default=entry.end) >= entry.end
        return not totals and is_over and (is_exact or is_recent)
    if best > 0:
        candidate.support += best
        candidate.has_period = True
        return True
    wrong = claims[scores.index(best)]
    is_open = not quoted.has_local_period and not sentence.has_one_period
    is_open = is_open and any(score_period(sentence, one, entry) for one in sentence.periods)
    if is_open or is_between_counts(quoted.index, entry, wrong):
        return False
    candidate.differences[FindingKind.PERIOD] = wrong.span
    if wrong not in sentence.periods:
        return False
    is_recorded = (entry.indicator, wrong.start, wrong.end) in quoted.index.levels_by_period
    if entry.unit == "PT" and not is_recorded:
        return False  # Shares change little, so that of a period not recorded may be the same.
    is_within = wrong.year == entry.start.year == entry.end.year and entry.months is not None
    is_total = entry.stock_flow == StockFlow.CUMULATIVE and wrong.kind == PeriodKind.SPAN
    is_within = is_within or (is_total and wrong.year == entry.end.year and wrong.is_full_year)
    candidate.is_part = is_within
    candidate.support += CLOSE if is_within else 0
    # Among the figures of many years, a number of three digits is found by chance.
    distance = abs((wrong.last_year or wrong.year or entry.end.year) - entry.end.year)
    is_near = distance <= 1 or quoted.number.power >= LARGE_POWER
    least = DISTINCT_DIGITS + (not is_near)
    return is_within or quoted.digits >= least or candidate.has_growth


def is_between_counts(index: QuotationIndex, entry: Entry, period: PeriodWords) -> bool:
    """Return whether a period ends between a count and the one before, when either may be right."""
    listed = (one for one in index.entries if one.series == entry.series)
    before = [one.end for one in listed if one.end < entry.end and one.value != entry.value]
    is_stock = entry.stock_flow == StockFlow.STOCK and bool(before) and period.end is not None
    return is_stock and max(before) < (period.end or entry.end) < entry.end


def compare_coverage(quoted: QuotedNumber, candidate: Candidate) -> bool:
    """Compare the countries counted; return whether the candidate may be meant."""
    coverage = candidate.entry.coverage
    named: dict[str, Span] = {}
    for name, span in quoted.coverages:
        named.setdefault(name, span)
    if coverage == "all":
        candidate.support += CLOSE if quoted.is_initiative or not named else 0
        return True
    group = group_coverage(coverage)
    if "other" in named and not named.keys() & {"bri", "partner", "route"}:
        candidate.differences[FindingKind.COVERAGE] = named["other"]
        candidate.support += CLOSE / 2
        is_recent = abs(quoted.sentence.today - candidate.entry.vintage) <= RECENT
        is_dated = bool(quoted.periods) or (is_recent and quoted.digits >= DISTINCT_DIGITS)
        least = DISTINCT_DIGITS - (quoted.number.power >= LARGE_POWER)
        is_distinct = quoted.digits >= least and is_dated
        candidate.support += CLOSE if is_recent and not quoted.periods else 0
        return (is_distinct or candidate.has_growth) and quoted.claim.is_local
    sentence = quoted.sentence
    china = PHRASES["china"].search(sentence.normal, 0, quoted.number.span[0])
    is_limited = bool(named) or quoted.is_initiative
    is_limited = is_limited or PHRASES["counted_countries"].search(sentence.normal) is not None
    if china is not None and not is_limited and candidate.entry.unit in CURRENCIES:
        candidate.differences[FindingKind.COVERAGE] = china.span()
        candidate.support += CLOSE
        return quoted.claim.is_local
    other = {"partner": "route", "route": "partner"}.get(group, group)
    if other in named and group not in named:
        candidate.differences[FindingKind.COVERAGE] = named[other]
        return True
    is_named = quoted.is_initiative or not named.keys().isdisjoint({"bri", "partner", "route"})
    candidate.support += CLOSE if is_named else 0
    return True


def compare_qualifier(quoted: QuotedNumber, candidate: Candidate) -> None:
    """Compare what limits a number; one with fewer digits than published is limited by them."""
    number, entry = quoted.number, candidate.entry
    if number.qualifier == entry.qualifier or number.is_conversion:
        return
    words = [quoted.sentence.normal[slice(*span)] for span in number.qualifiers]
    # “Over the 50.7 percent of 2024” may compare, and “some” need not limit.
    is_open = words == ["some"] or (bool(words) and words[0].endswith(" the"))
    if entry.qualifier == Qualifier.NONE and is_open:
        return
    if number.value != entry.value and not candidate.differences.keys() & WHOLE:
        fits = {
            Qualifier.OVER: number.value < entry.value,
            Qualifier.NEARLY: number.value > entry.value,
        }
        if entry.qualifier != Qualifier.NONE or fits.get(number.qualifier, True):
            return
    span = number.qualifiers[0] if number.qualifiers else number.span
    candidate.differences[FindingKind.QUALIFIER] = span
