"""The signs of figures that a source only limits: an open end, or hatching."""

from decimal import Decimal

from app.formats.charts.canvas import Bar, Canvas, Style
from app.formats.charts.picture import Figure
from app.formats.charts.sizes import Sizes
from app.vocabulary import Qualifier

HATCHED = (Qualifier.NEARLY, Qualifier.ABOUT)
WHOLE = Decimal(100)
OPEN = 18
"""The room that an open end takes, in units."""
SWATCH = 38
"""How long a small sign is, in units."""


def hatching(length: float, thick: float, step: float) -> str:
    """Write the path of slanted lines in a bar, from the middle of its left end."""
    half, parts, start = thick / 2, [], step - thick
    while start < length:
        left, right = max(start, 0), min(start + thick, length)
        parts.append(
            f"M{left:.2f},{half - (left - start):.2f}L{right:.2f},{half - (right - start):.2f}"
        )
        start += step
    return "".join(parts)


def chevrons(thick: float, unit: float) -> str:
    """Write the path of two chevrons that show that a bar goes on."""
    half, deep = thick / 2, 5 * unit
    one = f",{-half:.2f}l{deep:.2f},{half:.2f}l{-deep:.2f},{half:.2f}"
    return f"M{3 * unit:.2f}{one}M{9 * unit:.2f}{one}"


def mark_end(
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
        canvas.shape(end, middle, chevrons(thick, size.unit), 2 * size.unit)
        return end + OPEN * size.unit
    if figure.qualifier in HATCHED:
        path = hatching(end - start, thick, 6 * size.unit)
        canvas.shape(start, middle, path, 1.5 * size.unit)
    return end


def swatch(canvas: Canvas, size: Sizes, qualifier: Qualifier, x: float, middle: float) -> None:
    """Draw a small sign of how a source limits a figure."""
    unit = size.unit
    thick, long = 11 * unit, SWATCH * unit
    if qualifier is Qualifier.OVER:
        long -= OPEN * unit
        canvas.rule((x, middle), (x + long, middle), colour="accent", thick=thick)
        canvas.shape(x + long, middle, chevrons(thick, unit), 2 * unit)
        return
    half = thick / 2
    frame = f"M0,{-half:.2f}h{long:.2f}v{thick:.2f}h{-long:.2f}v{-thick:.2f}"
    canvas.shape(x, middle, frame + hatching(long, thick, 5 * unit), 1.5 * unit)


def display(  # noqa: PLR0913, PLR0917
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
    style = canvas.fitted(figure.display, style, room)
    lines = canvas.lines(figure.display, style, room)
    bottom = canvas.write(lines, left, top, style)
    if sign:
        after = left + canvas.measure(lines[-1], style) + size.gap
        swatch(canvas, size, figure.qualifier, after, bottom - style.leading / 2)
    return bottom


def share(
    canvas: Canvas, size: Sizes, figure: Figure, span: tuple[float, float], top: float
) -> float:
    """Draw a share as a part of its whole, and give the height at which that ends."""
    left, right = span
    thick = 16 * size.unit
    middle = top + thick / 2
    canvas.tile(left, top, right, top + thick)
    bar = Bar(figure.period, figure.display, figure.value, middle, figure.qualifier in HATCHED)
    canvas.draw_bars([bar], span, WHOLE, thick)
    end = left + float(figure.value / WHOLE) * (right - left)
    mark_end(canvas, size, figure, (left, end), (middle, thick))
    canvas.write("0", left, top + thick, size.small)
    return canvas.write("100%", right, top + thick, size.small, "right")
