"""The table of all years: a series per row, a year per column, and a small chart of each row."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from app.db.columns import Record
from app.enums import StockFlow
from app.formats.charts.model import is_comparable, is_connected
from app.i18n import MONTH_NAMES, SHORT_NAME, Bilingual, Language
from app.pages.indicator_view import choose_unit, format_in_scale
from app.queries.page_data import group_by_topic

# Lengths of the small charts, in pixels.
WIDTH, HEIGHT, MARGIN = 96, 24, 3


class Dot(NamedTuple):
    x: float
    y: float


class Segment(NamedTuple):
    start: Dot
    end: Dot
    is_gap: bool
    """Whether years without a figure lie between."""


def build_year_tables(
    series: Sequence[Record], indicators: Sequence[Record], language: Language
) -> list[Record]:
    """Build a table of full years, and one of stocks and cumulative totals.

    Returns:
        Each with its ``years``, oldest first, its ``topics`` with their indicators and rows, and
        the ``notes`` that say why figures are not comparable with earlier ones.
    """
    flows = [one for one in series if one["stock_flow"] == StockFlow.FLOW]
    others = [one for one in series if one["stock_flow"] != StockFlow.FLOW]
    return [build_table(part, indicators, language) for part in (flows, others) if part]


def build_table(
    series: Sequence[Record], indicators: Sequence[Record], language: Language
) -> Record:
    ends = [point["period"]["end"].year for one in series for point in one["points"]]
    years = list(range(min(ends), max(ends) + 1))
    notes: dict[str, int] = {}
    shown = []
    for indicator in indicators:
        own = [one for one in series if one["indicator"]["code"] == indicator["code"]]
        # The unit of the indicator first, and in each unit the series that goes on longest.
        own.sort(key=lambda one: one["points"][-1]["period"]["end"], reverse=True)
        own.sort(key=lambda one: one["unit"]["code"] != indicator["unit"]["code"])
        rows = [build_row(one, years, notes, language) for one in own]
        shown += [indicator | {"rows": rows}] if rows else []
    return {"years": years, "topics": group_by_topic(shown), "notes": list(notes)}


def build_row(
    series: Record, years: Sequence[int], notes: dict[str, int], language: Language
) -> Record:
    """Build the cells of a series: the last figure of each year, in one unit."""
    points: dict[int, Record] = {one["period"]["end"].year: one for one in series["points"]}
    scale, unit = choose_unit(points.values(), series["unit"], language)
    cells: dict[int, Record] = {}
    previous: Record | None = None
    for year, point in points.items():
        end: date = point["period"]["end"]
        short_day = f"{end.day} {MONTH_NAMES[end.month][:SHORT_NAME]}"
        number = format_in_scale(point, scale, language)
        day = Bilingual(short_day, f"{end.month}月{end.day}日").get(language)
        cell = point | {"number": number, "day": day, "break_notes": []}
        if previous is not None and not is_comparable(previous, point):
            texts = [one["text"] for one in point["obstacles"]]
            cell["break_notes"] = [notes.setdefault(text, len(notes) + 1) for text in texts]
        cells[year] = cell
        previous = point
    return {"series": series, "unit": unit, "cells": cells} | draw_row(cells, years)


def draw_row(cells: Mapping[int, Record], years: Sequence[int]) -> Record:
    """Draw the figures of a series over the years of its table, from zero to its largest one."""
    span = max(len(years) - 1, 1)
    largest = max((abs(cell["value"]) for cell in cells.values()), default=0) or 1
    dots = {
        year: Dot(
            round(MARGIN + (year - years[0]) / span * (WIDTH - 2 * MARGIN), 1),
            round(HEIGHT - MARGIN - float(cell["value"] / largest) * (HEIGHT - 2 * MARGIN), 1),
        )
        for year, cell in cells.items()
    }
    segments = [
        Segment(dots[earlier], dots[year], year - earlier > 1)
        for earlier, year in pairwise(dots)
        if not cells[year]["break_notes"] and is_connected(cells[earlier], cells[year])
    ]
    return {"dots": [*dots.values()], "segments": segments}
