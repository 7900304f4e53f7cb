"""The context of a number: how well its words name a published period, and what they exclude."""

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

from app.enums import Qualifier, StockFlow
from app.i18n import MONTHS, Bilingual
from app.quotations.index import Entry, QuotationIndex
from app.quotations.numbers import RATE_UNITS, Number, Span
from app.quotations.periods import PeriodKind, PeriodWords
from app.quotations.sentences import STRONG, Claim, RateRole, Sentence
from app.quotations.terms import PHRASES

EXACT, CLOSE = 3.0, 1.5
MIN_DIGITS = 3
MAX_DIGITS = 5
"""More significant digits than these make no number less likely to be met by chance."""
MAX_RECORDED = 5
RECENT = timedelta(days=120)
"""How long after its publication a text without a period or year may be about a figure."""
YEARS = frozenset({PeriodKind.RANGE, PeriodKind.LENGTH, PeriodKind.SINCE})
"""Kinds of words that name several years."""
END_KINDS = frozenset({PeriodKind.DAY, PeriodKind.UNTIL})
"""Kinds of words that name when a count ends."""
NOT_FOUND = Bilingual(
    "No published figure recorded here matches this number and wording. This does not mean that it "
    "is false: the record is not complete.",
    "本数据集未收录与此数值和表述相符的公布数据。未收录不等于有误，本数据集并非全部数据。",
)
CONVERSION = Bilingual(
    " It is in parentheses after another number and may be a conversion; this service does not "
    "convert.",
    "该数位于括号内，可能为换算值；本站不作换算。",
)
OTHER_NUMBER = Bilingual(
    " It has another number for the indicator and the period that the text names.",
    "文中所述指标和统计期，本数据集收录有其他数值。",
)
OTHER_PERIODS = Bilingual(
    " The number itself is published for {periods}.", "该数值公布的统计期为{periods}。"
)


@dataclass(frozen=True)
class QuotedNumber:
    """A number with what its sentence says of it."""

    sentence: Sentence
    number: Number
    role: RateRole
    claim: Claim
    periods: tuple[PeriodWords, ...]
    has_local_period: bool
    coverages: tuple[tuple[str, Span], ...]

    @property
    def index(self) -> QuotationIndex:
        return self.sentence.index

    @property
    def is_initiative(self) -> bool:
        return self.sentence.is_about_initiative

    @property
    def digits(self) -> int:
        return min(self.number.significant, MAX_DIGITS)


def build_quoted_number(sentence: Sentence, number: Number) -> QuotedNumber:
    periods, is_local = sentence.select_periods(number)
    first, last = sentence.find_window(number)
    local = [one for one in sentence.coverages if first <= one[1][0] < last]
    return QuotedNumber(
        sentence,
        number,
        sentence.classify_percentage(number),
        sentence.find_indicators(number),
        tuple(join_years(sentence, number, periods)),
        is_local,
        tuple(local or sentence.coverages),
    )


def join_years(sentence: Sentence, number: Number, periods: list[PeriodWords]) -> list[PeriodWords]:
    """Read two years as a range where the sentence has one such number: in 2023 and 2024.

    A year may also only be that of its first months: by the end of November, ... in 2024.
    """
    if not periods or sum(one.unit == number.unit for one in sentence.numbers) > 1:
        return periods
    for one, other in pairwise(sentence.periods):
        gap = sentence.normal[one.span[1] : other.span[0]]
        has_joint = PHRASES["joined_years"].fullmatch(gap) is not None
        is_pair = has_joint and one.kind == other.kind == PeriodKind.SPAN
        if is_pair and one.year != other.year and periods[-1].span in {one.span, other.span}:
            return [replace(one, kind=PeriodKind.RANGE, last_year=other.year)]
    last = periods[-1]
    is_year = last.kind == PeriodKind.SPAN and last.is_full_year
    same = (one for one in sentence.periods if is_year and one.year == last.year)
    return [*periods, *(one for one in same if one.first_month == 1 < one.last_month < MONTHS)]


def find_noun(quoted: QuotedNumber) -> Span:
    """Return the span of the noun after a number, or else of the number."""
    end = quoted.number.span[1]
    match = PHRASES["noun"].match(quoted.sentence.normal[end:])
    return (end, end + match.end()) if match else quoted.number.span


def score_period(  # noqa: PLR0911 - one for each kind of words
    sentence: Sentence, period: PeriodWords, entry: Entry
) -> float | None:
    """Return how well words name the period of an entry: 0 if not, None if they name none."""
    is_count = entry.stock_flow != StockFlow.FLOW
    if entry.stock_flow == StockFlow.STOCK or (is_count and period.kind == PeriodKind.DAY):
        return score_stock(sentence, period, entry)
    if entry.stock_flow == StockFlow.CUMULATIVE:
        return score_cumulative(sentence, period, entry)
    if period.kind in {PeriodKind.LENGTH, PeriodKind.SINCE}:
        return None
    if period.kind == PeriodKind.RANGE:
        is_limit = entry.start.year in {period.year, period.last_year}
        return CLOSE if entry.months == MONTHS and is_limit else 0
    if period.kind == PeriodKind.UNTIL:
        is_end = period.last_month == entry.end.month and period.year in {None, entry.end.year}
        return (EXACT if period.year else CLOSE) if is_end else 0
    months = (entry.start.month, entry.end.month)
    if (period.first_month, period.last_month) != months:
        return 0
    if period.year is None:
        return CLOSE
    return EXACT if period.year == entry.start.year == entry.end.year else 0


def score_stock(sentence: Sentence, period: PeriodWords, entry: Entry) -> float | None:
    """A stock may be quoted on all days until another number is known."""
    end = period.end
    if period.kind in {PeriodKind.LENGTH, PeriodKind.SINCE} or end is None:
        is_month = period.kind == PeriodKind.UNTIL and period.last_month == entry.end.month
        return CLOSE if is_month else None
    # Up to a day, what was counted last is meant, not all that was counted in its year.
    start = end.replace(day=period.day or 1) if period.kind == PeriodKind.UNTIL else period.start
    if start and start <= entry.end <= end:
        return EXACT
    first, last = sentence.index.validity[entry.code]
    if first <= end <= last:
        return CLOSE
    return None if period.kind == PeriodKind.RANGE and first <= end else 0


def score_cumulative(sentence: Sentence, period: PeriodWords, entry: Entry) -> float | None:
    same_end = period.last_month == entry.end.month and period.year in {None, entry.end.year}
    if period.kind == PeriodKind.RANGE:
        years = entry.start.year, entry.end.year
        return EXACT if (period.year, period.last_year) == years else 0
    if period.kind == PeriodKind.LENGTH:
        return score_cumulative_length(period, entry)
    if period.kind == PeriodKind.SINCE:  # Beside an end, the start decides nothing.
        has_end = any(one.kind in END_KINDS for one in sentence.periods)
        return (None if has_end else CLOSE) if period.year in {None, entry.start.year} else 0
    if period.kind == PeriodKind.UNTIL:
        # A total that is over a number remains so.
        is_over = entry.qualifier == Qualifier.OVER
        last = sentence.index.validity[entry.code][1]
        is_valid = is_over and period.end is not None and entry.end <= period.end <= last
        named = EXACT if period.year else CLOSE
        return named if same_end else CLOSE if is_valid else 0
    has_total = PHRASES["cumulative"].search(sentence.normal) is not None
    return CLOSE if has_total and period.year in {entry.start.year, entry.end.year} else 0


def score_cumulative_length(period: PeriodWords, entry: Entry) -> float | None:
    years, named = (entry.end - entry.start).days / 365.25, -period.years
    return CLOSE if named and abs(named - years) <= max(0.5, named / 10) else None


def list_claims(quoted: QuotedNumber, entry: Entry) -> list[PeriodWords]:
    """List the periods of a number; a count is also of the days that its sentence names."""
    claims, sentence = list(quoted.periods), quoted.sentence
    while not sentence.periods and sentence.previous:
        sentence = sentence.previous
    own = sentence.periods
    if entry.stock_flow == StockFlow.FLOW:
        return claims
    has_end = any(one in own and one.kind != PeriodKind.SINCE for one in claims)
    ends = {PeriodKind.DAY} if has_end else END_KINDS
    return [*claims, *(one for one in own if one.kind in ends)]


def list_named_indicators(quoted: QuotedNumber) -> list[str]:
    """List the indicators one of which a number is by its words; none for growth or a part."""
    weights = quoted.claim.indicators
    best = max(weights.values(), default=0)
    if best < STRONG or quoted.role == RateRole.GROWTH or is_about_part(quoted):
        return []
    return [one for one, weight in weights.items() if weight == best]


def list_recorded(quoted: QuotedNumber) -> list[Entry]:
    """List the figures that may be meant by a number: those of its indicator, period and unit."""
    if any(name == "other" for name, _ in quoted.coverages):
        return []
    sentence, number = quoted.sentence, quoted.number
    named = list_named_indicators(quoted)
    middle, distance = number.value * Decimal("1.25"), abs(number.value) * Decimal("0.75")
    recorded = [
        entry
        # From half of the number to twice the number.
        for entry in quoted.index.find_near(number.unit, middle, distance)
        if entry.indicator in named
        and not entry.is_rate
        and (quoted.is_initiative or entry.coverage == "all")
        and entry.is_current(sentence.today)
        and is_period_named(quoted, entry)
    ]
    return sorted(recorded, key=lambda one: one.vintage, reverse=True)[:MAX_RECORDED]


def is_period_named(quoted: QuotedNumber, entry: Entry) -> bool:
    """Return whether words name the period of an entry; without a year, that of a recent one."""
    today = quoted.sentence.today
    validity = quoted.index.validity
    if not quoted.periods and entry.code in validity:
        first, last = validity[entry.code]
        return first <= today <= last
    scores = [score_period(quoted.sentence, one, entry) for one in quoted.periods]
    implied = CLOSE if has_published_growth(quoted, entry) else 0
    least = CLOSE if abs(today - entry.vintage) <= RECENT else EXACT
    return max((one for one in scores if one is not None), default=implied) >= least


def describe_periods(quoted: QuotedNumber) -> Bilingual | None:
    """Say for which other periods the number of a named indicator is published, if any."""
    number = quoted.number
    if number.significant < MIN_DIGITS or not quoted.is_initiative:
        return None
    named = list_named_indicators(quoted)
    same = quoted.index.find_near(number.unit, number.value, Decimal(0))
    levels = [one for one in same if one.indicator in named and not one.is_rate]
    found = dict.fromkeys(one.period for one in sorted(levels, key=lambda one: one.end))
    names = Bilingual(" and for ".join(one.en for one in found), "、".join(one.zh for one in found))
    return OTHER_PERIODS.format(periods=names) if found else None


def has_published_growth(quoted: QuotedNumber, entry: Entry) -> bool:
    """Return whether a percentage of the sentence is the growth published for an observation."""
    rates = quoted.index.rates_by_period.get((entry.indicator, entry.start, entry.end), ())
    stated = {
        one.value
        for one in quoted.sentence.numbers
        if one.unit == "PT" and one is not quoted.number and one.significant > 1
    }
    return any(abs(rate.value) in stated for rate in rates if rate.coverage == entry.coverage)


def is_about_part(quoted: QuotedNumber) -> bool:
    """Return whether a number is of a province, a kind of enterprise or product, or a share."""
    sentence, number = quoted.sentence, quoted.number
    text, (start, end) = sentence.normal, number.span
    dateline = PHRASES["dateline"].match(text)
    first = max(
        text.rfind(";", 0, start), text.rfind("；", 0, start), dateline.end() if dateline else 0
    )
    is_foreseen = PHRASES["foreseen"].search(text[sentence.find_clause_start(start) : start])
    if is_foreseen or PHRASES["part"].search(text[first : sentence.find_window(number)[1]]):
        return True
    return number.unit == "PT" and (
        PHRASES["other_share_after"].search(text[end:]) is not None
        or PHRASES["other_share_before"].search(text[:start]) is not None
    )


def is_of_several_years(quoted: QuotedNumber, period: PeriodWords, entry: Entry) -> bool:
    """Return whether words ask for a total of other years than those of an entry.

    What rose to a number over some years is the number of the last of them.
    """
    if entry.stock_flow == StockFlow.CUMULATIVE and period.kind == PeriodKind.LENGTH:
        return bool(period.years) and score_cumulative_length(period, entry) is None
    if entry.stock_flow != StockFlow.FLOW or period.kind not in YEARS or period.years == -1:
        return False
    sentence, number = quoted.sentence, quoted.number
    before = sentence.normal[sentence.find_window(number)[0] : number.span[0]]
    return PHRASES["changed_to"].search(before) is None


def is_excluded(quoted: QuotedNumber) -> bool:
    """Return whether a number is none of the record: denied, a limit, or of another country.

    An amount by which another one changed, an average and a balance are other measures.
    """
    sentence, number = quoted.sentence, quoted.number
    first, last = sentence.find_window(number)
    start, end = number.span
    before, after = sentence.normal[first:start], sentence.normal[end:last]
    is_unclear = number.is_limit or PHRASES["unclear_before"].search(before) is not None
    if is_unclear or PHRASES["denied"].search(before):
        return True
    if is_about_other_country(quoted):
        return True
    if number.unit in RATE_UNITS:
        return False
    # What rose above a number is a level; what rose over a number may have risen by it.
    is_level = PHRASES["rose_beyond"].match(sentence.normal, start) is not None
    is_increment = PHRASES["increment"].search(before) and not is_level
    other = PHRASES["other_measure"].search(before) or PHRASES["other_measure_after"].search(after)
    return bool(is_increment or other)


def is_about_other_country(quoted: QuotedNumber) -> bool:
    """Return whether a country before a number owns it: US trade with partner countries."""
    sentence, start = quoted.sentence, quoted.number.span[0]
    spans = [span for name, span in sentence.coverages if name == "other"]
    if not spans or PHRASES["china"].search(sentence.normal):
        return False
    return any(
        span[1] <= start
        and not PHRASES["main_clause"].search(sentence.normal, span[1], start)
        # “Russia's TASS reported” names who reports, not whose figure it is.
        and not PHRASES["speech"].search(sentence.normal, span[1], start)
        and is_owner(sentence, span)
        for span in spans
    )


def is_owner(sentence: Sentence, span: Span) -> bool:
    text, (start, end) = sentence.normal, span
    if text[start:end].endswith("'s") or text.startswith("'s", end):
        return True
    if PHRASES["between_before"].search(text[:start]) and PHRASES["and_partners"].match(text, end):
        return True
    is_owned = PHRASES["owned"].match(text, end) is not None
    return is_owned and PHRASES["not_owner"].search(text[:start]) is None


def is_comparison(sentence: Sentence, first: Span, second: Span) -> bool:
    between = sentence.normal[first[1] : second[0]]
    before = sentence.normal[max(0, first[0] - 60) : first[0]]
    is_change = PHRASES["from_before"].search(before) and PHRASES["to_between"].search(between)
    return bool(is_change or PHRASES["compared_between"].search(between))
