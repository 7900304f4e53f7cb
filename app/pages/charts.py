"""Charts on pages: the sizes of images, small charts, and the table of all years with its own."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from app.db.columns import Record
from app.enums import StockFlow, Theme
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart, is_comparable, is_connected
from app.i18n import MONTH_NAMES, SHORT_NAME, Bilingual, Language
from app.pages.indicator_view import choose_unit, format_in_scale
from app.queries.page_data import group_by_topic

SCREENS = {320: "42.99rem", 640: "79.99rem", 900: None}
"""The widths of images on pages, each with the widest screen that it is drawn for.

No image is wider than its container, because the text of a scaled image would be too small.
"""
WIDTH, HEIGHT = 96.0, 28.0
MAX_BAR, MIN_BAR = 9.0, 2.0
MIN_POINTS = 2
DAYS_PER_YEAR = 365.25


class Source(NamedTuple):
    """An image of a chart, for screens of some widths."""

    width: int
    height: int
    screen: str | None
    """The widest screen, as CSS writes it; None if it is the image for all wider ones."""


class Picture(NamedTuple):
    """The images of a chart, those for the narrowest screens first."""

    path: str
    """The path of the chart below /v1, without a suffix."""
    name: str
    sources: list[Source]


class Bar(NamedTuple):
    """A rectangle in user units; the origin is at the top left."""

    x: float
    y: float
    width: float
    height: float
    is_comparable: bool
    """Whether its figure is comparable with the one that is shown."""


class Trend(NamedTuple):
    bars: list[Bar]
    first_year: int
    last_year: int

    @property
    def has_breaks(self) -> bool:
        return not all(bar.is_comparable for bar in self.bars)


def measure_picture(path: str, name: str, chart: Chart) -> Picture:
    """Lay out the images of a chart to know their heights, so that nothing moves as they load."""
    heights = {width: layout_chart(chart, width, None, Theme.LIGHT).height for width in SCREENS}
    sources = [Source(width, heights[width], screen) for width, screen in SCREENS.items()]
    return Picture(path, name, sources)


def layout_trend(yearly: Sequence[Record], shown: str) -> Trend | None:
    """Lay out the bars of some series in one unit; None if they have fewer than two figures.

    ``shown`` is the key of the figure that the others are compared with; without it, they are
    compared with the newest figure.

    Where several series have a figure of one year, the bar is that of the newest series. Bars are
    as far apart as the days on which their periods end.
    """
    points: dict[date, tuple[Record, tuple[str, int]]] = {}
    for series in sorted(yearly, key=lambda one: one["points"][-1]["period"]["end"], reverse=True):
        years = {day.year for day in points}
        breaks = 0
        for point in series["points"]:
            breaks += bool(point["obstacles"])
            end = point["period"]["end"]
            if end.year not in years:
                points[end] = point, (series["code"], breaks)
    maximum = max((point["value"] for point, _ in points.values()), default=0)
    if len(points) < MIN_POINTS or maximum <= 0:
        return None
    first, last = min(points), max(points)
    current = next((one for point, one in points.values() if point["id"] == shown), points[last][1])
    span = max((last - first).days / DAYS_PER_YEAR, 1)
    width = max(min(MAX_BAR, WIDTH / (span + 1) * 0.7), MIN_BAR)
    bars = [
        Bar(
            round(WIDTH - width - (last - end).days / DAYS_PER_YEAR / span * (WIDTH - width), 1),
            round(HEIGHT - height, 1),
            round(width, 1),
            round(height, 1),
            segment == current,
        )
        for end, (point, segment) in sorted(points.items())
        for height in [float(point["value"] / maximum) * HEIGHT]
    ]
    return Trend(bars, first.year, last.year)


ROW_WIDTH, ROW_HEIGHT, MARGIN = 96, 24, 3
"""The lengths of the small chart in a row of the table of all years, in pixels."""


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
    height = ROW_HEIGHT - 2 * MARGIN
    dots = {
        year: Dot(
            round(MARGIN + (year - years[0]) / span * (ROW_WIDTH - 2 * MARGIN), 1),
            round(ROW_HEIGHT - MARGIN - float(cell["value"] / largest) * height, 1),
        )
        for year, cell in cells.items()
    }
    segments = [
        Segment(dots[earlier], dots[year], year - earlier > 1)
        for earlier, year in pairwise(dots)
        if not cells[year]["break_notes"] and is_connected(cells[earlier], cells[year])
    ]
    return {"dots": [*dots.values()], "segments": segments}
