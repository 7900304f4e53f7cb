"""The context of a number: how well its words name a published period, and what they exclude."""

from datetime import timedelta

from app.enums import Qualifier, StockFlow
from app.i18n import MONTHS, Bilingual
from app.quotations import terms
from app.quotations.index import Entry, QuotationIndex
from app.quotations.numbers import Number, Span
from app.quotations.periods import PeriodKind, PeriodWords
from app.quotations.sentences import STRONG, Role, Sentence

EXACT, CLOSE = 3.0, 1.5
MIN_DIGITS = 3
OTHER_PERIODS = Bilingual(
    " The number itself is published for {periods}.", "该数值公布的统计期为{periods}。"
)


def score_period(  # noqa: PLR0911 - one for each kind of words
    index: QuotationIndex, sentence: Sentence, period: PeriodWords, entry: Entry
) -> float | None:
    """Return how well words name the period of an entry: 0 if not, None if they name none."""
    if entry.stock_flow == StockFlow.STOCK:
        return score_stock(index, period, entry)
    if entry.stock_flow == StockFlow.CUMULATIVE:
        return score_cumulative(index, sentence, period, entry)
    if period.kind in {PeriodKind.LENGTH, PeriodKind.SINCE}:
        return None
    is_year = entry.months == MONTHS
    if period.kind == PeriodKind.RANGE:
        last = period.last_year or 0
        return CLOSE if is_year and period.year and period.year <= entry.start.year <= last else 0
    if period.kind == PeriodKind.UNTIL:
        is_end = period.last_month == entry.end.month and period.year in {None, entry.end.year}
        return (EXACT if period.year else CLOSE) if is_end else 0
    months = (entry.start.month, entry.end.month)
    if (period.first_month, period.last_month) != months:
        return 0
    if period.year is None:
        return CLOSE
    return EXACT if period.year == entry.start.year == entry.end.year else 0


def score_stock(index: QuotationIndex, period: PeriodWords, entry: Entry) -> float | None:
    """A stock may be quoted on all days until another number is known."""
    if period.kind in {PeriodKind.LENGTH, PeriodKind.SINCE} or period.end is None:
        is_month = period.kind == PeriodKind.UNTIL and period.last_month == entry.end.month
        return CLOSE if is_month else None
    start, end = period.start, period.end
    if (start and start <= entry.end <= end) or entry.end == end:
        return EXACT
    first, last = index.validity[entry.code]
    if first <= end <= last + timedelta(days=62):
        return CLOSE
    return None if period.kind == PeriodKind.RANGE else 0


def score_cumulative(
    index: QuotationIndex, sentence: Sentence, period: PeriodWords, entry: Entry
) -> float | None:
    same_end = period.last_month == entry.end.month and period.year in {None, entry.end.year}
    if period.kind == PeriodKind.RANGE:
        return (
            EXACT if period.year == entry.start.year and period.last_year == entry.end.year else 0
        )
    if period.kind == PeriodKind.LENGTH:
        years = entry.end.year - entry.start.year
        return CLOSE if period.years and abs(-period.years - years) <= 1 else None
    if period.kind == PeriodKind.SINCE:
        return CLOSE if period.year in {None, entry.start.year} else 0
    if period.kind == PeriodKind.UNTIL:
        # A total that is over a number remains so.
        is_over = entry.qualifier == Qualifier.OVER
        last = index.validity[entry.code][1]
        is_valid = is_over and period.end is not None and entry.end <= period.end <= last
        named = EXACT if period.year else CLOSE
        return named if same_end else CLOSE if is_valid else 0
    has_total = terms.CUMULATIVE.search(sentence.normal) is not None
    return CLOSE if has_total and period.year in {entry.start.year, entry.end.year} else 0


def has_day_of_count(sentence: Sentence, entry: Entry) -> bool:
    """Return whether a sentence names the very day on which a stock or total was counted."""
    is_count = entry.stock_flow != StockFlow.FLOW
    return is_count and any(
        one.kind == PeriodKind.DAY and one.start == entry.end for one in sentence.periods
    )


def describe_periods(index: QuotationIndex, sentence: Sentence, number: Number) -> Bilingual | None:
    """Say for which other periods the number of a named indicator is published, if any."""
    weights = sentence.find_indicators(number).indicators
    best = max(weights.values(), default=0)
    is_named = best >= STRONG and sentence.is_about_initiative
    if not is_named or number.significant < MIN_DIGITS:
        return None
    if sentence.classify_percentage(number) == Role.GROWTH or is_about_part(sentence, number):
        return None
    named = [one for one, weight in weights.items() if weight == best]
    found = index.list_periods(number.unit, number.value, named)
    names = Bilingual(" and for ".join(one.en for one in found), "、".join(one.zh for one in found))
    return OTHER_PERIODS.format(periods=names) if found else None


def is_about_part(sentence: Sentence, number: Number) -> bool:
    """Return whether a number is of a province, a kind of enterprise or product, or a share."""
    text, (start, end) = sentence.normal, number.span
    first = max(text.rfind(";", 0, start), text.rfind("；", 0, start), 0)
    if terms.PART.search(text[first : sentence.find_window(number)[1]]):
        return True
    return number.unit == "PT" and (
        terms.OTHER_SHARE_AFTER.search(text[end:]) is not None
        or terms.OTHER_SHARE_BEFORE.search(text[:start]) is not None
    )


def is_of_other_country(sentence: Sentence, span: Span) -> bool:
    """Return whether a country at a span owns the figures: “India's investment abroad”."""
    is_owner = sentence.normal[slice(*span)].endswith("'s") or terms.OWNED.match(
        sentence.normal[span[1] :]
    )
    return bool(is_owner) and not terms.CHINA_NAMED.search(sentence.normal)
