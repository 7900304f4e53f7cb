"""Which number of a series and period is current, and from when to when."""

from datetime import date

from sqlalchemy import BindParameter, literal_column, or_
from sqlmodel import col

from app.db.columns import Column, Condition, Record, ignore_index
from app.db.models import FOREVER, GrowthRate, Observation


def build_current_conditions(
    table: type[Observation] | type[GrowthRate],
    as_of: date | BindParameter[date] | None,
    *,
    is_early: bool = False,
    uses_partial_index: bool = False,
) -> list[Condition]:
    """Return the conditions for the rows that are current today, or were current on a day.

    Args:
        table: the table.
        as_of: the day, or None for today.
        is_early: whether few rows were known on that day, so that the index of vintages finds them.
            A row is current from its vintage on or never, so the result is the same.
        uses_partial_index: whether the partial index on the current rows is to be walked. Planners
            use it only if the condition contains its literal and no parameter.
    """
    until = col(table.current_until)
    if as_of is None:
        if uses_partial_index:
            return [until == literal_column(f"'{FOREVER}'")]
        return [ignore_index(until) == FOREVER]
    start: Column = col(table.vintage) if is_early else col(table.current_from)
    # FOREVER is also the last day of the calendar, on which current rows are still current.
    return [start <= as_of, or_(until > as_of, ignore_index(until) == FOREVER)]


def format_validity(record: Record) -> Record:
    """Replace the columns ``current_from`` and ``current_until`` by three fields of responses."""
    start, end = record.pop("current_from"), record.pop("current_until")
    was_current = start != end
    return record | {
        "current": end == FOREVER,
        "current_from": start if was_current else None,
        "superseded_on": end if was_current and end != FOREVER else None,
    }
