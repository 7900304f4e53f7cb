"""The figures of one series below each other, each with its bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.canvas import Bar, Canvas
from app.formats.charts.glyphs import HATCHED, OPEN, draw_end_mark
from app.formats.charts.model import Figure, Panel
from app.formats.charts.sizes import Sizes

MIN_BAR_WIDTH = 120
"""How much room bars have between two columns of text at the least, in units."""
THICK, THICKEST = 16, 40
"""How thick a bar is, and how thick it becomes where there is room, in units."""


class Columns(NamedTuple):
    """Where the parts of a row stand; the same for all panels of a picture."""

    left: float
    start: float
    """Where bars start."""
    end: float
    """Where the longest bar ends."""
    right: float
    beside: bool
    """Whether the period stands beside its bar, and not above it."""
    paired: bool
    """Whether growth stands on the line of the period."""
    lifted: bool
    """Whether even the figure stands above its bar, since beside it no bar would have room."""


def layout_columns(
    canvas: Canvas, size: Sizes, panels: Sequence[Panel], span: tuple[float, float]
) -> Columns:
    """Choose the columns by what has to stand in them."""
    left, right = span
    figures = [one for panel in panels for one in panel.figures]
    period = max(canvas.measure_text(one.period, size.body) for one in figures) + size.gap
    growth = max(canvas.measure_text(one.growth or "", size.small) for one in figures)
    growth += 2 * size.gap if growth else 0
    value = max(measure_value(canvas, size, one) for one in figures) + 1.5 * size.gap
    is_open = any(one.qualifier is Qualifier.OVER for one in figures)
    value += OPEN * size.unit if is_open else 0
    room = right - left
    beside = period + value + growth + MIN_BAR_WIDTH * size.unit <= room
    lifted = not beside and value + MIN_BAR_WIDTH / 2 * size.unit > room
    start = left + period if beside else left
    end = right - (OPEN * size.unit if lifted else value) - (growth if beside else 0)
    return Columns(left, start, end, right, beside, period + growth <= room, lifted)


def measure_value(canvas: Canvas, size: Sizes, figure: Figure) -> float:
    """Measure a figure with the number of its source."""
    shown = canvas.measure_text(figure.display, size.strong)
    return shown + size.gap / 2 + canvas.measure_text(format_source_number(figure), size.small)


@dataclass
class BarPanel:
    """One panel on its way down the picture."""

    canvas: Canvas
    size: Sizes
    panel: Panel
    places: Columns
    more: float
    """How much higher each row is than it has to be, in pixels."""

    def draw(self, top: float) -> float:
        """Draw the panel, and give the height at which it ends."""
        canvas, places, figures = self.canvas, self.places, self.panel.figures
        top = self.draw_heading(top)
        largest = max(one.value for one in figures)
        has_bars = len(figures) > 1 and largest > 0
        thick = min(THICK * self.size.unit + self.more / 2, THICKEST * self.size.unit)
        bars = []
        for figure in figures:
            top = self.draw_separator(figure, top)
            if not places.beside:
                top = self.draw_labels_above(figure, top)
            bottom = top + thick + 9 * self.size.unit + self.more / 2
            middle = (top + bottom) / 2
            if places.beside:
                self.draw_labels_beside(figure, middle)
            end = places.start
            if has_bars:
                hatched = figure.qualifier in HATCHED
                bars.append(Bar(figure.period, figure.display, figure.value, middle, hatched))
                long = float(figure.value / largest) * (places.end - places.start)
                span = (places.start, places.start + long)
                end = (
                    draw_end_mark(canvas, self.size, figure, span, (middle, thick)) + self.size.gap
                )
                canvas.draw_rule((places.start, top), (places.start, bottom), colour="quiet")
            if not places.lifted:
                self.draw_value(figure, end, middle)
            top = bottom + (0 if places.beside else 3 * self.size.unit)
        if bars:
            canvas.draw_bars(bars, (places.start, places.end), largest, thick)
        return top

    def draw_heading(self, top: float) -> float:
        """Write what the panel is about."""
        canvas, size, (left, right) = self.canvas, self.size, (self.places.left, self.places.right)
        heading, unit = self.panel.heading, self.panel.unit
        after = left + canvas.measure_text(heading, size.heading) + size.gap
        bottom = canvas.draw_wrapped_text(heading, left, top, size.heading, right - left)
        if after + canvas.measure_text(unit, size.body) <= right:
            canvas.draw_text(unit, after, top + size.heading.baseline_offset(size.body), size.body)
        else:
            bottom = canvas.draw_wrapped_text(unit, left, bottom, size.body, right - left)
        return bottom + 5 * size.unit

    def draw_separator(self, figure: Figure, top: float) -> float:
        """Draw what parts a figure from the one before: missing periods, or a break."""
        canvas, size, places = self.canvas, self.size, self.places
        if figure.gap:
            bottom = top + size.small.line_height + 6 * size.unit
            canvas.draw_text(figure.gap, places.start + size.gap, top + 3 * size.unit, size.small)
            ends = (places.start, top), (places.start, bottom)
            canvas.draw_rule(*ends, colour="quiet", dash=(1, 4))
            top = bottom
        if figure.broken:
            line = top + 5 * size.unit
            ends = (places.left, line), (places.right, line)
            canvas.draw_rule(*ends, colour="quiet", thick=1.5 * size.unit, dash=(6, 4))
            style = size.small._replace(bold=True, colour="ink")
            text, room = labels.BREAK.get(canvas.language), places.right - places.left
            top = canvas.draw_wrapped_text(text, places.left, line + 4 * size.unit, style, room)
            top += 0 if places.beside else 4 * size.unit
        return top

    def draw_labels_above(self, figure: Figure, top: float) -> float:
        """Write the period above its bar, and the growth beside or below the period."""
        canvas, size, places = self.canvas, self.size, self.places
        bottom = canvas.draw_text(figure.period, places.left, top, size.body)
        if figure.growth and places.paired:
            line = top + size.body.baseline_offset(size.small)
            canvas.draw_text(figure.growth, places.right, line, size.small, "right")
        elif figure.growth:
            bottom = canvas.draw_text(figure.growth, places.left, bottom, size.small)
        if places.lifted:
            self.draw_value(figure, places.left, bottom + size.strong.line_height / 2)
            bottom += size.strong.line_height
        return bottom

    def draw_labels_beside(self, figure: Figure, middle: float) -> None:
        """Write the period and the growth in columns beside the bar."""
        canvas, size, places = self.canvas, self.size, self.places
        canvas.draw_text(figure.period, places.left, middle - size.body.line_height / 2, size.body)
        if figure.growth:
            top = middle - size.small.line_height / 2
            canvas.draw_text(figure.growth, places.right, top, size.small, "right")

    def draw_value(self, figure: Figure, x: float, middle: float) -> None:
        """Write the figure itself with the number of its source."""
        canvas, size = self.canvas, self.size
        source = format_source_number(figure)
        room = self.places.right - x - canvas.measure_text(source, size.small) - size.gap / 2
        style = canvas.fit_style(figure.display, size.strong, room)
        canvas.draw_text(figure.display, x, middle - style.line_height / 2, style)
        after = x + canvas.measure_text(figure.display, style) + size.gap / 2
        canvas.draw_text(source, after, middle - size.small.line_height / 2, size.small)


def format_source_number(figure: Figure) -> str:
    """Point to the source of a figure."""
    return f"[{figure.source}]"
