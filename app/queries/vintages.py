"""Which figure of a series and period holds, and from when to when."""

from datetime import date
from typing import Any

from sqlalchemy import literal_column, or_

from app.db.columns import Record, ignore_index
from app.db.models import FOREVER


def current_conditions(
    table: Any,
    as_of: date | None,
    *,
    early: bool = False,
    walked: bool = False,
) -> list[Any]:
    """Keep the figure that holds today, or that held on a day.

    Args:
        table: observations or growth rates.
        as_of: the day, or none for today.
        early: whether few rows were known that day; then the index of vintages finds them. A figure
            holds from its vintage on or never, so the two columns give the same rows.
        walked: whether the index that holds only the figures of today is to be walked; it takes
            the condition written out, and no parameter.
    """
    if as_of is None:
        forever: Any = literal_column(f"'{FOREVER}'") if walked else FOREVER
        return [(table.current_until if walked else ignore_index(table.current_until)) == forever]
    start = table.vintage if early else table.current_from
    end = table.current_until
    # Whatever holds still holds on the last day of the calendar too, which is its end by name.
    return [start <= as_of, or_(end > as_of, ignore_index(end) == FOREVER)]


def format_validity(record: Record) -> Record:
    """Tell from when to when a number held, in place of the two columns that say so."""
    start, end = record.pop("current_from"), record.pop("current_until")
    ever = start != end
    return record | {
        "current": end == FOREVER,
        "current_from": start if ever else None,
        "superseded_on": end if ever and end != FOREVER else None,
    }
