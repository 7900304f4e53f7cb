"""The change between two figures, within the rounding of both."""

from decimal import Decimal
from typing import NamedTuple

from app.db.columns import Record
from app.enums import PERCENT, ChangeMeasure


class Interval(NamedTuple):
    """The smallest and the largest number that rounding allows."""

    lower: Decimal
    upper: Decimal

    def measure_gap(self, other: "Interval") -> Decimal:
        """Return the distance to another interval; 0 if they overlap or touch."""
        return max(self.lower - other.upper, other.lower - self.upper, Decimal(0))


def select_measure(observation: Record) -> ChangeMeasure:
    """Return the measure of a calculated change: percentage points for a share."""
    is_share = observation["unit"]["code"] == PERCENT
    return ChangeMeasure.PERCENTAGE_POINTS if is_share else ChangeMeasure.PERCENT


def compute_change_interval(
    earlier: Record, later: Record, measure: ChangeMeasure
) -> Interval | None:
    """Return the changes that the rounding of two figures allows; None if the first may be zero."""
    old, new = get_rounding(earlier), get_rounding(later)
    if measure == ChangeMeasure.PERCENTAGE_POINTS:
        return Interval(new.lower - old.upper, new.upper - old.lower)
    if old.lower <= 0:
        return None
    # The sign of the later figure decides which end of the earlier one gives the larger change.
    quotients = [number / base for number in new for base in old]
    return Interval((min(quotients) - 1) * 100, (max(quotients) - 1) * 100)


def get_rounding(observation: Record) -> Interval:
    return Interval(observation["rounding"]["lower"], observation["rounding"]["upper"])


def get_rate_interval(rate: Record) -> Interval:
    """Return the rates that would be printed with the same digits."""
    half = Decimal(5).scaleb(-rate["decimals"] - 1)
    return Interval(rate["value"] - half, rate["value"] + half)
