"""The figures of one series below each other, each with its bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from app.formats.charts import words
from app.formats.charts.canvas import Bar, Canvas
from app.formats.charts.picture import Figure, Panel
from app.formats.charts.signs import HATCHED, OPEN, mark_end
from app.formats.charts.sizes import Sizes
from app.vocabulary import Qualifier

SHORTEST = 120
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


def columns(
    canvas: Canvas, size: Sizes, panels: Sequence[Panel], span: tuple[float, float]
) -> Columns:
    """Choose the columns by what has to stand in them."""
    left, right = span
    figures = [one for panel in panels for one in panel.figures]
    period = max(canvas.measure(one.period, size.body) for one in figures) + size.gap
    growth = max(canvas.measure(one.growth or "", size.small) for one in figures)
    growth += 2 * size.gap if growth else 0
    value = max(value_width(canvas, size, one) for one in figures) + 1.5 * size.gap
    is_open = any(one.qualifier is Qualifier.OVER for one in figures)
    value += OPEN * size.unit if is_open else 0
    room = right - left
    beside = period + value + growth + SHORTEST * size.unit <= room
    lifted = not beside and value + SHORTEST / 2 * size.unit > room
    start = left + period if beside else left
    end = right - (OPEN * size.unit if lifted else value) - (growth if beside else 0)
    return Columns(left, start, end, right, beside, period + growth <= room, lifted)


def value_width(canvas: Canvas, size: Sizes, figure: Figure) -> float:
    """Measure a figure with the number of its source."""
    shown = canvas.measure(figure.display, size.strong)
    return shown + size.gap / 2 + canvas.measure(tag(figure), size.small)


@dataclass
class Rows:
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
        top = self.head(top)
        largest = max(one.value for one in figures)
        has_bars = len(figures) > 1 and largest > 0
        thick = min(THICK * self.size.unit + self.more / 2, THICKEST * self.size.unit)
        bars = []
        for figure in figures:
            top = self.parting(figure, top)
            if not places.beside:
                top = self.above(figure, top)
            bottom = top + thick + 9 * self.size.unit + self.more / 2
            middle = (top + bottom) / 2
            if places.beside:
                self.sides(figure, middle)
            end = places.start
            if has_bars:
                hatched = figure.qualifier in HATCHED
                bars.append(Bar(figure.period, figure.display, figure.value, middle, hatched))
                long = float(figure.value / largest) * (places.end - places.start)
                span = (places.start, places.start + long)
                end = mark_end(canvas, self.size, figure, span, (middle, thick)) + self.size.gap
                canvas.rule((places.start, top), (places.start, bottom), colour="quiet")
            if not places.lifted:
                self.value(figure, end, middle)
            top = bottom + (0 if places.beside else 3 * self.size.unit)
        if bars:
            canvas.draw_bars(bars, (places.start, places.end), largest, thick)
        return top

    def head(self, top: float) -> float:
        """Write what the panel is about."""
        canvas, size, (left, right) = self.canvas, self.size, (self.places.left, self.places.right)
        heading, unit = self.panel.heading, self.panel.unit
        after = left + canvas.measure(heading, size.heading) + size.gap
        bottom = canvas.flow(heading, left, top, size.heading, right - left)
        if after + canvas.measure(unit, size.body) <= right:
            canvas.write(unit, after, top + size.heading.lift(size.body), size.body)
        else:
            bottom = canvas.flow(unit, left, bottom, size.body, right - left)
        return bottom + 5 * size.unit

    def parting(self, figure: Figure, top: float) -> float:
        """Draw what parts a figure from the one before: missing periods, or a break."""
        canvas, size, places = self.canvas, self.size, self.places
        if figure.gap:
            bottom = top + size.small.leading + 6 * size.unit
            canvas.write(figure.gap, places.start + size.gap, top + 3 * size.unit, size.small)
            ends = (places.start, top), (places.start, bottom)
            canvas.rule(*ends, colour="quiet", dash=(1, 4))
            top = bottom
        if figure.broken:
            line = top + 5 * size.unit
            ends = (places.left, line), (places.right, line)
            canvas.rule(*ends, colour="quiet", thick=1.5 * size.unit, dash=(6, 4))
            style = size.small._replace(bold=True, colour="ink")
            text, room = words.BREAK.to(canvas.language), places.right - places.left
            top = canvas.flow(text, places.left, line + 4 * size.unit, style, room)
            top += 0 if places.beside else 4 * size.unit
        return top

    def above(self, figure: Figure, top: float) -> float:
        """Write the period above its bar, and the growth beside or below the period."""
        canvas, size, places = self.canvas, self.size, self.places
        bottom = canvas.write(figure.period, places.left, top, size.body)
        if figure.growth and places.paired:
            line = top + size.body.lift(size.small)
            canvas.write(figure.growth, places.right, line, size.small, "right")
        elif figure.growth:
            bottom = canvas.write(figure.growth, places.left, bottom, size.small)
        if places.lifted:
            self.value(figure, places.left, bottom + size.strong.leading / 2)
            bottom += size.strong.leading
        return bottom

    def sides(self, figure: Figure, middle: float) -> None:
        """Write the period and the growth in columns beside the bar."""
        canvas, size, places = self.canvas, self.size, self.places
        canvas.write(figure.period, places.left, middle - size.body.leading / 2, size.body)
        if figure.growth:
            top = middle - size.small.leading / 2
            canvas.write(figure.growth, places.right, top, size.small, "right")

    def value(self, figure: Figure, x: float, middle: float) -> None:
        """Write the figure itself with the number of its source."""
        canvas, size = self.canvas, self.size
        source = tag(figure)
        room = self.places.right - x - canvas.measure(source, size.small) - size.gap / 2
        style = canvas.fitted(figure.display, size.strong, room)
        canvas.write(figure.display, x, middle - style.leading / 2, style)
        after = x + canvas.measure(figure.display, style) + size.gap / 2
        canvas.write(source, after, middle - size.small.leading / 2, size.small)


def tag(figure: Figure) -> str:
    """Point to the source of a figure."""
    return f"[{figure.source}]"
