"""Which figures of a series and period are asked for: the one that holds, or all of them."""

from datetime import date
from typing import Any

from app.filters import Vintages
from app.models import FOREVER
from app.queries.columns import Record


def current(table: Any, as_of: date | None) -> list[Any]:  # noqa: ANN401
    """Keep the figure that holds today, or that held on a day."""
    if as_of is None:
        return [table.current_until == FOREVER]
    return [table.current_from <= as_of, table.current_until > as_of]


def known(table: Any, as_of: date | None, vintages: Vintages) -> list[Any]:  # noqa: ANN401
    """Keep the figures that hold, or all that were known."""
    if vintages is Vintages.LATEST:
        return current(table, as_of)
    return [] if as_of is None else [table.vintage <= as_of]


def term(record: Record) -> Record:
    """Tell from when to when a number held, in place of the two columns that say so."""
    start, end = record.pop("current_from"), record.pop("current_until")
    ever = start != end
    return record | {
        "current": end == FOREVER,
        "current_from": start if ever else None,
        "superseded_on": end if ever and end != FOREVER else None,
    }
