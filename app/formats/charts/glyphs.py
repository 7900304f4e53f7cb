"""The signs of figures that a source only limits: an open end, or hatching."""

from decimal import Decimal

from app.enums import Qualifier
from app.formats.charts.canvas import Bar, Canvas, Style
from app.formats.charts.model import Figure
from app.formats.charts.sizes import Sizes

HATCHED = (Qualifier.NEARLY, Qualifier.ABOUT)
SOLID = Decimal(100)
OPEN = 18
"""The room that an open end takes, in units."""
SWATCH = 38
"""How long a small sign is, in units."""


def hatch_path(length: float, thick: float, step: float) -> str:
    """Write the path of slanted lines in a bar, from the middle of its left end."""
    half, parts, start = thick / 2, [], step - thick
    while start < length:
        left, right = max(start, 0), min(start + thick, length)
        parts.append(
            f"M{left:.2f},{half - (left - start):.2f}L{right:.2f},{half - (right - start):.2f}"
        )
        start += step
    return "".join(parts)


def chevron_path(thick: float, unit: float) -> str:
    """Write the path of two chevrons that show that a bar goes on."""
    half, deep = thick / 2, 5 * unit
    one = f",{-half:.2f}l{deep:.2f},{half:.2f}l{-deep:.2f},{half:.2f}"
    return f"M{3 * unit:.2f}{one}M{9 * unit:.2f}{one}"


def draw_end_mark(
    canvas: Canvas,
    size: Sizes,
    figure: Figure,
    span: tuple[float, float],
    across: tuple[float, float],
) -> float:
    """Draw what limits a figure on or after its bar, and give where that ends.

    Args:
        canvas: what to draw on.
        size: the sizes of the picture.
        figure: the figure.
        span: where its bar starts and ends.
        across: the height of the bar's middle, and how thick it is.
    """
    (start, end), (middle, thick) = span, across
    if figure.qualifier is Qualifier.OVER:
        canvas.draw_path(end, middle, chevron_path(thick, size.unit), 2 * size.unit)
        return end + OPEN * size.unit
    if figure.qualifier in HATCHED:
        path = hatch_path(end - start, thick, 6 * size.unit)
        canvas.draw_path(start, middle, path, 1.5 * size.unit)
    return end


def draw_swatch(canvas: Canvas, size: Sizes, qualifier: Qualifier, x: float, middle: float) -> None:
    """Draw a small sign of how a source limits a figure."""
    unit = size.unit
    thick, long = 11 * unit, SWATCH * unit
    if qualifier is Qualifier.OVER:
        long -= OPEN * unit
        canvas.draw_rule((x, middle), (x + long, middle), colour="accent", thick=thick)
        canvas.draw_path(x + long, middle, chevron_path(thick, unit), 2 * unit)
        return
    half = thick / 2
    frame = f"M0,{-half:.2f}h{long:.2f}v{thick:.2f}h{-long:.2f}v{-thick:.2f}"
    canvas.draw_path(x, middle, frame + hatch_path(long, thick, 5 * unit), 1.5 * unit)


def draw_display(  # noqa: PLR0913, PLR0917
    canvas: Canvas,
    size: Sizes,
    figure: Figure,
    style: Style,
    span: tuple[float, float],
    top: float,
) -> float:
    """Write a figure large, with the sign of what limits it, and give where that ends."""
    left, right = span
    sign = 0 if figure.qualifier is Qualifier.EXACT else size.gap + SWATCH * size.unit
    room = right - left - sign
    style = canvas.fit_style(figure.display, style, room)
    lines = canvas.wrap_text(figure.display, style, room)
    bottom = canvas.draw_text(lines, left, top, style)
    if sign:
        after = left + canvas.measure_text(lines[-1], style) + size.gap
        draw_swatch(canvas, size, figure.qualifier, after, bottom - style.line_height / 2)
    return bottom


def draw_share(
    canvas: Canvas, size: Sizes, figure: Figure, span: tuple[float, float], top: float
) -> float:
    """Draw a share as a part of its whole, and give the height at which that ends."""
    left, right = span
    thick = 16 * size.unit
    middle = top + thick / 2
    canvas.draw_tile(left, top, right, top + thick)
    bar = Bar(figure.period, figure.display, figure.value, middle, figure.qualifier in HATCHED)
    canvas.draw_bars([bar], span, SOLID, thick)
    end = left + float(figure.value / SOLID) * (right - left)
    draw_end_mark(canvas, size, figure, (left, end), (middle, thick))
    canvas.draw_text("0", left, top + thick, size.small)
    return canvas.draw_text("100%", right, top + thick, size.small, "right")
