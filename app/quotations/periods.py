"""Periods and days in a sentence, as years, months and dates with the words that name them."""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from babel.dates import get_month_names

from app.db.numerals import NUMERALS, parse_numeral
from app.quotations import WORDS, fill_placeholders
from app.quotations.numbers import NUMBER_WORDS, Span, is_overlapping, trim_span
from app.quotations.terms import PHRASES

MONTH_NAMES = {
    name.lower(): number
    for width in ("wide", "abbreviated")
    for number, name in get_month_names(width, locale="en").items()
} | {"sept": 9}
MONTH = "|".join(sorted(MONTH_NAMES, key=len, reverse=True))
ORDER: dict[str, int] = WORDS["orders"]
NEARBY: dict[str, int] = WORDS["nearby_years"]
RELATIVE: dict[str, int] = NEARBY | WORDS["relative_years"]
YEAR = r"(?:19[5-9]\d|20\d\d)"
ENGLISH_RELATIVE = sorted((one for one in RELATIVE if one.isascii()), key=len, reverse=True)
YEAR_WORD = rf"(?:{YEAR}|{'|'.join(map(re.escape, ENGLISH_RELATIVE))})"
NUMERAL_YEAR = (
    r"(?:二[〇零○][〇零○一二三四五六七八九]{2}|一九[五六七八九][〇零○一二三四五六七八九])"
)
CHINESE_YEAR = (
    rf"(?:(?:(?<!\d){YEAR}|{NUMERAL_YEAR})"
    r"(?:年|(?=全年|[上下]半年|[前头][\d一二三四五六七八九十]|第?[一二三四]季))"
    rf"|{'|'.join(one for one in RELATIVE if not one.isascii())})"
)
COUNT = rf"(?:\d{{1,2}}|{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})"
CHINESE_COUNT = r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})"
CHINESE_MONTH = r"(?:\d{1,2}|(?<![之第唯统每单逐同])(?:十[一二]?|[一二三四五六七八九]))"
CENTURY = 100
FIRST_PLAN, FIRST_PLAN_YEAR, PLAN_YEARS = 12, 2011, 5
"""A Five-Year Plan of China with its first year, from which those after it are counted."""


class PeriodKind(StrEnum):
    """What the words name: months, a day, totals since a start, a limit, or a length of time."""

    SPAN = "span"
    DAY = "day"
    RANGE = "range"
    """From one year to another: totals, or the first and the last of them."""
    SINCE = "since"
    UNTIL = "until"
    """A day or month up to which something is counted, or by which it shall be done."""
    LENGTH = "length"
    """Some years before or after the day of the question, without dates."""


@dataclass(frozen=True, slots=True)
class PeriodWords:
    """The words that name a period; without a year, the months of any year."""

    span: Span
    kind: PeriodKind
    year: int | None = None
    first_month: int = 1
    last_month: int = 12
    last_year: int | None = None
    day: int | None = None
    years: int = 0
    """The number of years of a length of time; those to come are above zero."""

    @property
    def is_full_year(self) -> bool:
        return (self.first_month, self.last_month) == (1, 12)

    @property
    def start(self) -> date | None:
        if self.year is None:
            return None
        last = monthrange(self.year, self.first_month)[1]
        return date(self.year, self.first_month, min(self.day or 1, last))

    @property
    def end(self) -> date | None:
        year = self.last_year or self.year
        if year is None:
            return None
        last = monthrange(year, self.last_month)[1]
        return date(year, self.last_month, min(self.day, last) if self.day else last)


PLACEHOLDERS = {
    "{year}": YEAR,
    "{year_word}": YEAR_WORD,
    "{chinese_year}": CHINESE_YEAR,
    "{count}": COUNT,
    "{chinese_count}": CHINESE_COUNT,
    "{chinese_month}": CHINESE_MONTH,
    "{numeral_year}": NUMERAL_YEAR,
    "{month}": MONTH,
    "{of_year}": rf"(?:,? *(?:of|in|for)? *(?P<year>{YEAR_WORD}))?(?: alone)?",
    "{before}": rf"(?:(?=[12一二去上今本前明])(?P<year>{CHINESE_YEAR})的?)?",
    "{join}": r" *(?:-+|to|till|until|through|thru|and|至|到|与) *",
}


COMPILED: dict[str, re.Pattern[str]] = {
    name: re.compile(fill_placeholders(pattern, PLACEHOLDERS))
    for name, pattern in WORDS["periods"].items()
}
"""The patterns of `words.yaml`, the longest names of periods first."""
CHINESE_WORDS = re.compile("[年月季]")
"""One of these is in all Chinese names of periods."""


def find_periods(text: str, today: date, before: PeriodWords | None = None) -> list[PeriodWords]:
    """Find the words of a normalized text that name periods and days, in their order.

    The year of months without one is that of the nearest year before them in the text, if any.
    “A year earlier” may follow the last period before the text.
    """
    found: list[PeriodWords] = []
    spans: list[Span] = []
    has_chinese = CHINESE_WORDS.search(text) is not None
    for name, pattern in COMPILED.items():
        if name.startswith("chinese") and not has_chinese:
            continue
        for match in pattern.finditer(text):
            if match.end() > match.start() and not is_overlapping(match.span(), spans):
                period = read_words(name, match, today)
                if period is not None:
                    span = trim_span(text, match.span(), " ,")
                    found.append(mark_limit(text, replace(period, span=span)))
                    spans.append(match.span())
    found.sort(key=lambda one: one.span)
    return list(share_years(text, merge_years(text, found), before))


def read_year(word: str | None, today: date) -> int | None:
    if not word:
        return None
    plain = word.removesuffix("年")
    digits = "".join(str(NUMERALS.get(one, one)) for one in plain.replace("○", "〇"))
    if digits.isdigit():
        return int(digits)
    year = today.year + RELATIVE[word if word in RELATIVE else plain]
    return year if date.min.year <= year <= date.max.year else None


def read_count(word: str | None) -> int:
    if not word or word == "few":
        return 0
    if word.isdigit():
        return int(word)
    return NUMBER_WORDS.get(word) or int(parse_numeral(word.replace("两", "二")) or 0)


def read_words(name: str, match: re.Match[str], today: date) -> PeriodWords | None:
    """Return the period that a pattern has found; None if its numbers are none."""
    group = match.groupdict()
    year = read_year(group.get("year") or group.get("year_2"), today)
    span, kind = match.span(), PeriodKind.SPAN
    if "length" in name:
        return read_length(match)
    if "day" in name or name == "date":
        month, day = read_month(group), read_count(group["day"])
        is_valid = 1 <= month <= 12 and 1 <= day <= 31  # noqa: PLR2004 - the calendar
        return PeriodWords(span, PeriodKind.DAY, year, month, month, day=day) if is_valid else None
    years = group.get("year"), group.get("year_2")
    if "years" in name or name == "plan" or (all(years) and years[0] != years[1]):
        year, last = read_years(group, today)
        is_range = year is not None and last is not None and last > year
        return PeriodWords(span, PeriodKind.RANGE, year, last_year=last) if is_range else None
    first, last = read_month_limits(name, group)
    if not 1 <= first <= last <= 12:  # noqa: PLR2004 - the calendar
        return None
    if name in {"end_of", "chinese_end"}:
        if year is None and not group.get("month"):
            return None
        kind = PeriodKind.UNTIL
    return PeriodWords(span, kind, year, first, last)


def read_years(group: dict[str, str | None], today: date) -> tuple[int | None, int | None]:
    """Return the first and the last year of a range, or of a Five-Year Plan."""
    plan = group.get("plan") or group.get("plan_2")
    if plan is not None:
        first = FIRST_PLAN_YEAR + PLAN_YEARS * (read_count(plan) - FIRST_PLAN)
        return first, first + PLAN_YEARS - 1
    named = group["year"], group.get("last_year") or group.get("year_2")
    one, other = (read_year(word, today) for word in named)
    if not one or not other:
        return None, None
    # In 2022-24 and 2022/23, the last year is of the century of the first.
    other += one // CENTURY * CENTURY if other < CENTURY else 0
    return (one, other) if "last_year" in group else (min(one, other), max(one, other))


def read_month(group: dict[str, str | None]) -> int:
    word = group.get("month") or group.get("month_2") or group.get("month_3") or ""
    return MONTH_NAMES.get(word) or read_count(word)


def read_month_limits(  # noqa: PLR0911 - one for each way to name months
    name: str, group: dict[str, str | None]
) -> tuple[int, int]:
    if "half" in group:
        half = group.get("half") or group.get("half_2") or ""
        return (1, 6) if half in {"first", "1st", "1", "上"} else (7, 12)
    if "order" in group:
        quarter = ORDER[group["order"] or ""]
        return 3 * quarter - 2, 3 * quarter
    if "quarters" in name:
        return 1, 3 * read_count(group["count"])
    if name in {"first_months", "chinese_first"}:
        return 1, read_count(group["count"])
    if name == "months_to":
        last = read_month(group)
        return last - read_count(group["count"]) + 1, last
    if name == "year_to":
        return 1, read_month(group)
    if group.get("first"):
        named = group["first"] or "", group["last"] or ""
        first, last = (MONTH_NAMES.get(word) or read_count(word) for word in named)
        return first, last
    if has_month(group):
        month = read_month(group)
        return (month, month) if name not in {"end_of", "chinese_end"} else (1, month)
    return 1, 12


def has_month(group: dict[str, str | None]) -> bool:
    return any(group.get(name) for name in ("month", "month_2", "month_3"))


def read_length(match: re.Match[str]) -> PeriodWords:
    group = match.groupdict()
    where = group.get("where") or ""
    count = read_count(group.get("count") or group.get("count_2"))
    years = 10 if group.get("decade") and not count else count * (10 if group.get("decade") else 1)
    is_ahead = re.search(r"coming|next|following|within|未来|今后|接下来", where) is not None
    return PeriodWords(match.span(), PeriodKind.LENGTH, years=years if is_ahead else -years)


def mark_limit(text: str, period: PeriodWords) -> PeriodWords:
    """Say whether a period is the start or the end of a count, from the words around it."""
    start, end = period.span
    before, after = text[max(0, start - 24) : start], text[end : end + 6]
    if period.kind in {PeriodKind.RANGE, PeriodKind.LENGTH}:
        return period
    since, onwards = PHRASES["since_before"].search(before), PHRASES["since_after"].match(after)
    is_range = re.match(r" *(?:to|-|至|到|的)", after) is not None
    if onwards or (since and not is_range):
        # “From 2013” alone starts a comparison as often as a count.
        is_start = onwards or (since and not re.match("from|从", since[0]))
        return replace(period, kind=PeriodKind.SINCE) if is_start else period
    if PHRASES["until_before"].search(before) or PHRASES["until_after"].match(after):
        return replace(period, kind=PeriodKind.UNTIL, first_month=1)
    return period


def merge_years(text: str, found: Sequence[PeriodWords]) -> list[PeriodWords]:
    """Join a year with the months beside it: 2024, the first 11 months."""
    merged: list[PeriodWords] = []
    for period in found:
        last = merged[-1] if merged else None
        is_undated = period.year is None and period.kind in {PeriodKind.SPAN, PeriodKind.UNTIL}
        if last and last.year and is_undated:
            gap = text[last.span[1] : period.span[0]]
            if last.is_full_year and re.fullmatch(r"[\s,，、年]*(?:from|in|for|的)? *", gap):
                span = last.span[0], period.span[1]
                merged[-1] = replace(period, year=last.year, span=span)
                continue
        merged.append(period)
    return merged


def share_years(
    text: str, found: Sequence[PeriodWords], before: PeriodWords | None
) -> Iterator[PeriodWords]:
    """Give months without a year that of the nearest year before them, or else after them."""
    for position, period in enumerate(found):
        words = next((one for one in NEARBY if one in text[slice(*period.span)]), "")
        others = [*reversed(found[:position]), *([] if words else found[position + 1 :])]
        dated = (one for one in others if one.year and not is_relative_base(text, one))
        other = next(dated, before if words else None)
        # A day without a year says when something was said, often in the year after.
        is_timeless = period.kind in {PeriodKind.LENGTH, PeriodKind.DAY}
        year = other and (other.last_year or other.year)
        if is_timeless or not other or not year or (period.year and not words):
            yield period
            continue
        is_same = period.is_full_year and re.search("period|year (?:e|b|l|a)|同期", words)
        months = other if is_same else period
        # What is said on a day or in a month is of months that are over.
        is_said = other.first_month == other.last_month and PHRASES["speech"].search(text)
        year += NEARBY.get(words, -bool(is_said and period.last_month > other.last_month))
        first, last = months.first_month, months.last_month
        yield replace(period, year=year, first_month=first, last_month=last)


def find_base_head(text: str, period: PeriodWords) -> str | None:
    """Return the text before the words that make a year the base of a change, if there are any."""
    before = text[: period.span[0]]
    base = PHRASES["base_before"].search(before[-40:])
    if base is None or period.kind != PeriodKind.SPAN:
        return None
    return before[: len(before) - len(base[0])].rstrip()


def is_relative_base(text: str, period: PeriodWords) -> bool:
    """Return whether a year before is the base of a change: up 3 percent from the previous year."""
    name = text[slice(*period.span)]
    is_range = re.match(r" *(?:to|到|至) *(?:\d|this|今)", text[period.span[1] :]) is not None
    return RELATIVE.get(name, 0) < 0 and find_base_head(text, period) is not None and not is_range


def choose_preposition(normal: str, span: Span, name: str) -> tuple[re.Match[str] | None, str]:
    """Return the words before an English period that go with it, and what takes their place."""
    before, after = normal[: span[0]], normal[span[1] :]
    first, _, last = name.partition(" to ")
    words, is_years = normal[slice(*span)], re.search(r"\d", first) is not None
    lead = PHRASES["range_lead"].search(before) or PHRASES["limit_lead"].search(before)
    prefix = lead[0].strip() if lead else words.partition(" ")[0]
    if last and prefix == "between":
        return lead, f"between {first} and {last}"
    if before.endswith("the "):
        return None, name
    if last and (is_years or prefix == "from" or PHRASES["span_lead"].search(before)):
        return lead or PHRASES["span_lead"].search(before), f"from {name}"
    if lead is None and re.fullmatch(r"the \d{4}", words):
        return None, f"the {name}"
    is_bare = PHRASES["preposition"].search(before) or re.match(r"'s|\s*[-:)]", after)
    return lead, name if is_bare and lead is None else f"{'from' if last else 'in'} {name}"
