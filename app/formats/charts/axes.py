"""The scales of time panels: days across, values upwards, each with round ticks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal

from app.formats.charts.model import DataPoint
from app.i18n import MONTHS, SHORT_NAME, Language, format_month

YEAR_STEPS = (1, 2, 5, 10, 20, 50, 100)
MONTH_STEPS = (1, 2, 3, 6, 12)
MAX_MONTHS = 18
"""The longest span that is labelled by months and not by years."""
HALF_MONTH = timedelta(days=15)
"""The least distance of a single day from the ends of an axis of months."""
NICE_STEPS = tuple(Decimal(one) for one in ("1", "2", "2.5", "5", "10"))


@dataclass(frozen=True)
class TimeScale:
    """Days as horizontal positions; the first and the last day begin a year or a month."""

    first: date
    last: date
    left: float
    right: float
    has_months: bool

    @classmethod
    def from_points(cls, figures: Sequence[DataPoint], left: float, right: float) -> "TimeScale":
        # A stock is drawn at the last day of its period, a flow along all of it.
        days = [day for one in figures for day in one.period_days[not one.is_flow :]]
        first, last = min(days), max(days)
        is_year = (first.month, last.month) == (1, MONTHS)
        has_months = count_months_between(first, last) < MAX_MONTHS and not is_year
        if has_months:
            if not any(one.is_flow for one in figures):
                first, last = first - HALF_MONTH, last + HALF_MONTH
            start, end = first.replace(day=1), start_next_month(last, 1)
        else:
            start, end = date(first.year, 1, 1), date(last.year + 1, 1, 1)
        return cls(start, end, left, right, has_months)

    def find_position(self, day: date) -> float:
        part = (day - self.first) / (self.last - self.first)
        return self.left + part * (self.right - self.left)

    def find_middle(self, start: date, end: date) -> float:
        return (self.find_position(start) + self.find_position(end)) / 2

    def list_labels(self, label_width: float, language: Language) -> Iterator[tuple[float, str]]:
        """List the labels below the axis, each with the middle of its year or month."""
        if self.has_months:
            return self.list_month_labels(label_width, language)
        return self.list_year_labels(label_width)

    def list_year_labels(self, label_width: float) -> Iterator[tuple[float, str]]:
        years = range(self.first.year, self.last.year)
        space = (self.right - self.left) / len(years)
        step = next((one for one in YEAR_STEPS if one * space >= label_width), len(years))
        # The last year has a label, since its figure is the newest.
        for year in reversed(years[::-1][::step]):
            yield self.find_middle(date(year, 1, 1), date(year + 1, 1, 1)), str(year)

    def list_month_labels(
        self, label_width: float, language: Language
    ) -> Iterator[tuple[float, str]]:
        count = count_months_between(self.first, self.last)
        space = (self.right - self.left) / count
        step = next((one for one in MONTH_STEPS if one * space >= label_width), count)
        for index in range(0, count, step):
            start = start_next_month(self.first, index)
            middle = self.find_middle(start, start_next_month(start, 1))
            yield middle, format_month(start, language, SHORT_NAME)


def count_months_between(first: date, last: date) -> int:
    return (last.year - first.year) * MONTHS + last.month - first.month


def start_next_month(day: date, months: int) -> date:
    """Return the first day of the month that begins some months later."""
    index = day.year * MONTHS + day.month - 1 + months
    return date(index // MONTHS, index % MONTHS + 1, 1)


def round_step(least: Decimal) -> Decimal:
    """Return the smallest round step between ticks that is not less than one."""
    power = Decimal(1).scaleb(least.adjusted())
    return next(one * power for one in NICE_STEPS if one * power >= least)


@dataclass(frozen=True)
class ValueScale:
    """Values as vertical positions, from zero, or a round number below, to the largest."""

    least: Decimal
    most: Decimal
    step: Decimal
    top: float
    bottom: float

    @classmethod
    def from_values(
        cls, values: Sequence[Decimal], top: float, bottom: float, ticks: int
    ) -> "ValueScale":
        """Choose a round step of which about as many fit as there shall be ticks."""
        least, most = min(Decimal(0), *values), max(Decimal(0), *values)
        if least == most:
            most = Decimal(1)
        step = round_step((most - least) / ticks)
        start = (least / step).to_integral_value(ROUND_FLOOR) * step
        return cls(start, most, step, top, bottom)

    def find_position(self, value: Decimal) -> float:
        part = float((value - self.least) / (self.most - self.least))
        return self.bottom - part * (self.bottom - self.top)

    def list_ticks(self) -> list[Decimal]:
        count = int((self.most - self.least) / self.step)
        return [self.least + index * self.step for index in range(count + 1)]
