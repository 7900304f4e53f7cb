"""What an SDMX request selects, and how SDMX writes periods."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from app.parameters.base import DateSpan

DIMENSIONS = (
    *("FREQ", "REF_AREA", "COUNTERPART_AREA", "COVERAGE"),
    *("INDICATOR", "UNIT_MEASURE", "DURATION"),
)
"""The dimensions of a series key, in order."""
TIME = "TIME_PERIOD"
ANNUAL = "A"
"""The frequency of flows: each series has at most one period a year."""
OTHER = "_O"
"""The frequency of stocks and cumulative totals: the days for which sources state them."""

SeriesKey = Mapping[str, frozenset[str]]
"""The accepted values of each constrained dimension."""
CodeCondition = tuple[str, str, tuple[str, ...]]
"""A dimension, an operator, and the texts of which any or, if it is negative, none may match."""
EQUAL = "eq"
OPERATORS = (EQUAL, "ne", "co", "nc", "sw", "ew")
"""The operators on codes, by their names in SDMX 3.0."""

YEAR = re.compile(r"(\d{4})(-A1)?")
MONTH = re.compile(r"(\d{4})-(?:M)?(\d{2})")
PART = re.compile(r"(\d{4})-([QST])(\d)")
WEEK = re.compile(r"(\d{4})-W(\d{2})")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
RANGE = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:T00:00:00)?(?:/|--)P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?(?:(\d{1,5})D)?"
)
ONE_DAY = timedelta(days=1)
PART_MONTHS = {"Q": 3, "T": 4, "S": 6}
"""The months of a quarter, a trimester and a semester."""


@dataclass(frozen=True)
class SdmxFilters:
    keys: tuple[SeriesKey, ...] = ()
    """A series matches if it matches any of these keys; without keys, every series matches."""
    conditions: tuple[CodeCondition, ...] = ()
    """A series matches only if all of these conditions hold."""
    since: date | None = None
    """Only periods that start on or after this day."""
    until: date | None = None
    """Only periods that end on or before this day."""
    periods: frozenset[DateSpan] = frozenset()
    """Only these periods; if empty, any."""
    updated_after: date | None = None
    """Only observations that a release of this day or later added or changed."""
    as_of: date | None = None
    """The observations that were current on this day, instead of those current now."""
    history: bool = False
    """Whether to include superseded observations."""
    first: int | None = None
    """How many observations to return from the start of each series."""
    last: int | None = None
    """How many to return from the end of each series; with ``first``, from both ends."""


class Duration(NamedTuple):
    """A code of the length of periods, and what it stands for."""

    code: str
    months: int | None
    first_month: int | None
    start: date | None


def parse_time_period(text: str) -> DateSpan:
    """Parse an SDMX time period; ValueError if it is none, OverflowError if it ends after 9999."""
    if match := YEAR.fullmatch(text):
        return get_month_span(date(int(match[1]), 1, 1), 12)
    if match := MONTH.fullmatch(text):
        return get_month_span(date(int(match[1]), int(match[2]), 1), 1)
    if match := PART.fullmatch(text):
        months = PART_MONTHS[match[2]]
        return get_month_span(date(int(match[1]), (int(match[3]) - 1) * months + 1, 1), months)
    if match := WEEK.fullmatch(text):
        monday = date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return monday, monday + timedelta(days=6)
    if match := RANGE.fullmatch(text):
        first, days = date.fromisoformat(match[1]), int(match[4] or 0)
        months = int(match[2] or 0) * 12 + int(match[3] or 0)
        start = get_month_span(first, months)[1] if months or not days else first - ONE_DAY
        return first, start + timedelta(days)
    if match := DAY.fullmatch(text):
        day = date.fromisoformat(match[1])
        return day, day
    raise ValueError(text)


def get_month_span(first: date, count: int) -> DateSpan:
    """Return the first and the last day of consecutive months.

    Raises:
        ValueError: if the count is not positive, or the calendar ends before the last day.
    """
    if count < 1:
        raise ValueError(count)
    month_index = first.month - 2 + count
    year, month = first.year + month_index // 12, month_index % 12 + 1
    return first, date(year, month, monthrange(year, month)[1])


def format_time_period(first: date, last: date) -> str:
    """Write a period as SDMX does: 2024, 2024-01-01/P11M, 2021-12-03/P731D, or a day."""
    if first == last:
        return first.isoformat()
    if first.day != 1 or (last + ONE_DAY).day != 1:
        return f"{first.isoformat()}/P{(last - first).days + 1}D"
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if (first.month, months) == (1, 12):
        return f"{first.year}"
    return f"{first.isoformat()}/P{months}M"
