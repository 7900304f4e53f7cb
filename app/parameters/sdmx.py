"""What an SDMX request selects: dimension values, periods, and what was known when."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

DIMENSIONS = (
    "FREQ",
    "REF_AREA",
    "COUNTERPART_AREA",
    "INDICATOR",
    "UNIT_MEASURE",
    "DURATION",
)
"""The dimensions of a series key, in their order."""
TIME = "TIME_PERIOD"
ANNUAL = "A"
"""The one frequency: the period of a series comes once a year."""

SeriesKey = Mapping[str, frozenset[str]]
"""The accepted values of each dimension that is limited."""
Span = tuple[date, date]
"""The first and the last day of a period."""

YEAR = re.compile(r"(\d{4})(-A1)?")
MONTH = re.compile(r"(\d{4})-(?:M)?(\d{2})")
PART = re.compile(r"(\d{4})-([QST])(\d)")
WEEK = re.compile(r"(\d{4})-W(\d{2})")
DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
RANGE = re.compile(r"(\d{4}-\d{2}-\d{2})(?:T00:00:00)?(?:/|--)P(?:(\d{1,2})Y)?(?:(\d{1,3})M)?")
MONTHS_OF = {"Q": 3, "T": 4, "S": 6}


@dataclass(frozen=True)
class SdmxFilters:
    """Which figures are asked for."""

    keys: tuple[SeriesKey, ...] = ()
    """A series matches if it fits any of these; all series match where there are none."""
    since: date | None = None
    """Only periods that start on or after this day."""
    until: date | None = None
    """Only periods that end on or before this day."""
    periods: frozenset[Span] = frozenset()
    """Only these periods; any where there are none."""
    updated_after: date | None = None
    """Only figures that a release of this day or later added or changed."""
    as_of: date | None = None
    """The figures that held on this day, in place of those that hold."""
    history: bool = False
    """Whether figures that held once are given too."""
    first: int | None = None
    """How many figures from the start of each series are given."""
    last: int | None = None
    """How many from its end; with both, those from either side."""


def parse_time_period(text: str) -> Span:
    """Read an SDMX time period.

    Raises:
        ValueError: if it is none.
    """
    if found := YEAR.fullmatch(text):
        return months_from(date(int(found[1]), 1, 1), 12)
    if found := MONTH.fullmatch(text):
        return months_from(date(int(found[1]), int(found[2]), 1), 1)
    if found := PART.fullmatch(text):
        length = MONTHS_OF[found[2]]
        return months_from(date(int(found[1]), (int(found[3]) - 1) * length + 1, 1), length)
    if found := WEEK.fullmatch(text):
        first = date.fromisocalendar(int(found[1]), int(found[2]), 1)
        return first, first + timedelta(days=6)
    if found := RANGE.fullmatch(text):
        length = int(found[2] or 0) * 12 + int(found[3] or 0)
        return months_from(date.fromisoformat(found[1]), length)
    if found := DAY.fullmatch(text):
        day = date.fromisoformat(found[1])
        return day, day
    raise ValueError(text)


def months_from(first: date, count: int) -> Span:
    """Give the first and the last day of some months.

    Raises:
        ValueError: if there is no month, or they pass the end of the calendar.
    """
    if count < 1:
        raise ValueError(count)
    after = first.month - 2 + count
    year, month = first.year + after // 12, after % 12 + 1
    return first, date(year, month, monthrange(year, month)[1])


def format_time_period(first: date, last: date) -> str:
    """Write a period of whole months as SDMX does: 2024, else 2024-01-01/P11M."""
    length = (last.year - first.year) * 12 + last.month - first.month + 1
    if (first.month, length) == (1, 12):
        return f"{first.year}"
    return f"{first.isoformat()}/P{length}M"
