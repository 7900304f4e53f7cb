"""Charts on pages: the sizes of images, and small charts of the figures of an indicator."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from app.db.columns import Record
from app.enums import Theme
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart

SCREENS = {320: "42.99rem", 640: "79.99rem", 900: None}
"""The widths of images on pages, each with the widest screen that it is drawn for.

No image is wider than its container, because the text of a scaled image would be too small.
"""
WIDTH, HEIGHT = 96.0, 28.0
MAX_BAR, MIN_BAR = 9.0, 2.0
MIN_POINTS = 2
DAYS_PER_YEAR = 365.25


class ImageSource(NamedTuple):
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
    sources: list[ImageSource]


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
    sources = [ImageSource(width, heights[width], screen) for width, screen in SCREENS.items()]
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
