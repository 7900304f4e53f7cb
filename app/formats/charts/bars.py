"""Figures as horizontal bars, and the marks that show how a source qualifies them.

Functions that draw return the vertical position at which the drawing ends.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.canvas import Canvas, Point
from app.formats.charts.model import HATCHED, DataPoint, Panel
from app.formats.charts.style import Line, Style

# Lengths are in units, which are pixels in a chart of the base width.
MIN_BAR_WIDTH = 120
"""The minimum width for bars between two columns of text."""
THICKNESS, MAX_THICKNESS = 16, 40
ARROW_WIDTH = 18
"""The width of the chevrons after a bar."""
SWATCH_WIDTH = 38
WHOLE = Decimal(100)


def draw_display(canvas: Canvas, figure: DataPoint, style: Style, span: Point, top: float) -> float:
    """Draw a figure as text, and the mark of its qualifier behind them."""
    text = figure.display
    sizes = canvas.sizes
    left, right = span
    is_qualified = figure.qualifier is not Qualifier.NONE
    mark = sizes.gap + SWATCH_WIDTH * sizes.unit if is_qualified else 0
    width = right - left - mark
    style = canvas.fit_style(text, style, width)
    lines = canvas.balance_text(text, style, right - left)
    if canvas.measure_text(lines[-1], style) > width:
        lines = canvas.balance_text(text, style, width)
    bottom = canvas.draw_text(lines, left, top, style)
    if is_qualified:
        x = left + canvas.measure_text(lines[-1], style) + sizes.gap
        draw_swatch(canvas, figure.qualifier, (x, bottom - style.line_height / 2))
    return bottom


def draw_swatch(canvas: Canvas, qualifier: Qualifier, start: Point) -> None:
    sizes = canvas.sizes
    unit, (x, middle) = sizes.unit, start
    thickness, width = 11 * unit, SWATCH_WIDTH * unit
    if qualifier is Qualifier.OVER:
        end = (x + width - ARROW_WIDTH * unit, middle)
        canvas.draw_rule(start, end, Line("accent", thickness))
        draw_chevrons(canvas, end, thickness)
        return
    half = thickness / 2
    canvas.draw_bar((x, middle - half, x + width, middle + half), is_hatched=True)
    canvas.draw_hatching(start, width, thickness, 5)


def draw_share(canvas: Canvas, figure: DataPoint, span: Point, top: float) -> float:
    sizes = canvas.sizes
    left, right = span
    thickness = THICKNESS * sizes.unit
    middle, bottom = top + thickness / 2, top + thickness
    canvas.draw_tile((left, top, right, bottom))
    end = left + float(min(figure.value, WHOLE) / WHOLE) * (right - left)
    canvas.draw_bar((left, top, end, bottom), is_hatched=figure.qualifier in HATCHED)
    draw_end_mark(canvas, figure.qualifier, (left, end), (middle, thickness))
    canvas.draw_text("0", left, bottom, sizes.small)
    return canvas.draw_text("100%", right, bottom, sizes.small, "right")


def draw_end_mark(
    canvas: Canvas, qualifier: Qualifier, span: Point, across: tuple[float, float]
) -> float:
    """Draw the mark of a qualifier on or after a bar, and return where bar and mark end."""
    (start, end), (middle, thickness) = span, across
    if qualifier is Qualifier.OVER:
        draw_chevrons(canvas, (end, middle), thickness)
        return end + ARROW_WIDTH * canvas.sizes.unit
    if qualifier in HATCHED:
        canvas.draw_hatching((start, middle), end - start, thickness)
    return end


def draw_chevrons(canvas: Canvas, start: Point, thickness: float) -> None:
    """Draw two chevrons, which show that a bar continues."""
    unit = canvas.sizes.unit
    half, depth = thickness / 2, 5 * unit
    chevron = f",{-half:.2f}l{depth:.2f},{half:.2f}l{-depth:.2f},{half:.2f}"
    path = f"M{3 * unit:.2f}{chevron}M{9 * unit:.2f}{chevron}"
    canvas.draw_path(start, path, Line("accent", 2 * unit))


def draw_heading(canvas: Canvas, panel: Panel, span: Point, top: float) -> float:
    sizes = canvas.sizes
    left, right = span
    x = left + canvas.measure_text(panel.heading, sizes.heading) + sizes.gap
    bottom = canvas.draw_paragraph(panel.heading, span, top, sizes.heading)
    if x + canvas.measure_text(panel.unit, sizes.body) <= right:
        y = top + sizes.heading.get_baseline_offset(sizes.body)
        canvas.draw_text(panel.unit, x, y, sizes.body)
    else:
        bottom = canvas.draw_paragraph(panel.unit, span, bottom, sizes.body)
    return bottom + 5 * sizes.unit


class Columns(NamedTuple):
    """The horizontal positions in the rows of all panels of a chart."""

    left: float
    bar_start: float
    bar_end: float
    """The end of the longest bar."""
    right: float
    has_period_beside: bool
    """Whether the period is beside its bar, and not above it."""
    has_growth_beside: bool
    """Whether the growth is on the line of the period, if that is above the bar."""
    has_value_above: bool
    """Whether even the value is above the bar, which would have no space beside it."""


def layout_columns(canvas: Canvas, panels: Sequence[Panel], span: Point) -> Columns:
    sizes = canvas.sizes
    left, right = span
    unit, gap, width = sizes.unit, sizes.gap, right - left
    figures = [figure for panel in panels for figure in panel.figures]
    period = gap + max(canvas.measure_text(one.period, sizes.body) for one in figures)
    growth = max(canvas.measure_text(one.growth or "", sizes.small) for one in figures)
    growth += 2 * gap if growth else 0
    value = 1.5 * gap + max(measure_value(canvas, one) for one in figures)
    if any(one.qualifier is Qualifier.OVER for one in figures):
        value += ARROW_WIDTH * unit
    has_period_beside = period + value + growth + MIN_BAR_WIDTH * unit <= width
    has_value_above = not has_period_beside and value + MIN_BAR_WIDTH / 2 * unit > width
    return Columns(
        left=left,
        bar_start=left + period if has_period_beside else left,
        bar_end=right
        - (ARROW_WIDTH * unit if has_value_above else value)
        - (growth if has_period_beside else 0),
        right=right,
        has_period_beside=has_period_beside,
        has_growth_beside=period + growth <= width,
        has_value_above=has_value_above,
    )


def measure_value(canvas: Canvas, figure: DataPoint) -> float:
    sizes = canvas.sizes
    display = canvas.measure_text(figure.display, sizes.strong)
    reference = canvas.measure_text(labels.format_source_number(figure.source), sizes.small)
    return display + sizes.gap / 2 + reference


@dataclass
class BarPanel:
    canvas: Canvas
    panel: Panel
    columns: Columns
    extra_height: float
    """How much higher each row is than necessary, in pixels."""
    maximum: Decimal
    """The largest value of all panels that have its scale."""

    def draw(self, top: float) -> float:
        canvas, columns, figures = self.canvas, self.columns, self.panel.figures
        unit = canvas.sizes.unit
        top = draw_heading(canvas, self.panel, (columns.left, columns.right), top)
        has_bars = len(figures) > 1 and self.maximum > 0
        thickness = min(THICKNESS * unit + self.extra_height / 2, MAX_THICKNESS * unit)
        for figure in figures:
            if not columns.has_period_beside:
                top = self.draw_labels_above(figure, top)
            bottom = top + thickness + 9 * unit + self.extra_height / 2
            middle = (top + bottom) / 2
            if columns.has_period_beside:
                self.draw_side_labels(figure, middle)
            end = columns.bar_start
            if has_bars:
                length = float(figure.value / self.maximum) * (columns.bar_end - columns.bar_start)
                span = (columns.bar_start, columns.bar_start + length)
                box = (span[0], middle - thickness / 2, span[1], middle + thickness / 2)
                canvas.draw_bar(box, is_hatched=figure.qualifier in HATCHED)
                end = draw_end_mark(canvas, figure.qualifier, span, (middle, thickness))
                end += canvas.sizes.gap
                axis = (columns.bar_start, top), (columns.bar_start, bottom)
                canvas.draw_rule(*axis, Line("quiet"))
            if not columns.has_value_above:
                self.draw_value(figure, end, middle)
            top = bottom + (0 if columns.has_period_beside else 3 * unit)
        return top

    def draw_labels_above(self, figure: DataPoint, top: float) -> float:
        canvas, sizes, columns = self.canvas, self.canvas.sizes, self.columns
        bottom = canvas.draw_text(figure.period, columns.left, top, sizes.body)
        if figure.growth and columns.has_growth_beside:
            y = top + sizes.body.get_baseline_offset(sizes.small)
            canvas.draw_text(figure.growth, columns.right, y, sizes.small, "right")
        elif figure.growth:
            bottom = canvas.draw_text(figure.growth, columns.left, bottom, sizes.small)
        if columns.has_value_above:
            self.draw_value(figure, columns.left, bottom + sizes.strong.line_height / 2)
            bottom += sizes.strong.line_height
        return bottom

    def draw_side_labels(self, figure: DataPoint, middle: float) -> None:
        canvas, sizes, columns = self.canvas, self.canvas.sizes, self.columns
        top = middle - sizes.body.line_height / 2
        canvas.draw_text(figure.period, columns.left, top, sizes.body)
        if figure.growth:
            top = middle - sizes.small.line_height / 2
            canvas.draw_text(figure.growth, columns.right, top, sizes.small, "right")

    def draw_value(self, figure: DataPoint, x: float, middle: float) -> None:
        canvas, sizes = self.canvas, self.canvas.sizes
        reference = labels.format_source_number(figure.source)
        reference_width = canvas.measure_text(reference, sizes.small) + sizes.gap / 2
        style = canvas.fit_style(
            figure.display, sizes.strong, self.columns.right - x - reference_width
        )
        canvas.draw_text(figure.display, x, middle - style.line_height / 2, style)
        x += canvas.measure_text(figure.display, style) + sizes.gap / 2
        canvas.draw_text(reference, x, middle - sizes.small.line_height / 2, sizes.small)
