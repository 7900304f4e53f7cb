"""Charts as SVG and PNG, drawn in a process of their own.

Laying out a chart takes longer than reading its figures, and holds the interpreter lock.
"""

from typing import NamedTuple

from app.enums import Theme
from app.formats.charts.canvas import render_svg
from app.formats.charts.card import layout_card
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart
from app.formats.charts.rendering import render_png

MAX_PIXELS = 16_000_000
"""The limit of pixels in an image, each of which takes four bytes of memory while it is drawn."""


class ImageTooLargeError(ValueError):
    def __init__(self, pixels: int) -> None:
        super().__init__(pixels)
        self.pixels = pixels


class Frame(NamedTuple):
    """How a chart is drawn."""

    theme: Theme
    width: int | None
    """The width in pixels; None for a card, whose size is fixed."""
    height: int | None = None
    """The height in pixels; None if it is what the content requires."""
    scale: int | None = None
    """The pixels of an image for each pixel of the chart on a side; None for SVG."""


def render_chart(chart: Chart, frame: Frame) -> bytes:
    """Draw a chart, in the process for drawings.

    Raises:
        HeightTooSmallError: if the content does not fit into the height.
        ImageTooLargeError: if the image would have more than ``MAX_PIXELS``.
    """
    if frame.width is None:
        canvas = layout_card(chart, frame.theme)
    else:
        canvas = layout_chart(chart, frame.width, frame.height, frame.theme)
    if frame.scale is None:
        return render_svg(canvas, chart)
    pixels = canvas.width * canvas.height * frame.scale**2
    if pixels > MAX_PIXELS:
        raise ImageTooLargeError(pixels)
    return render_png(canvas.write_svg(">"), frame.scale)
