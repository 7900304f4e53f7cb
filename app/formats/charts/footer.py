"""Below a picture: what its signs mean, notes, sources, and the release."""

from app.formats.charts import labels
from app.formats.charts.canvas import Canvas
from app.formats.charts.glyphs import SWATCH, draw_swatch
from app.formats.charts.model import Chart
from app.formats.charts.sizes import BROAD, Sizes

Span = tuple[float, float]


def draw_footer(canvas: Canvas, size: Sizes, picture: Chart, top: float, *, noted: bool) -> float:
    """Draw the foot over the whole width, and give the height at which it ends.

    Args:
        canvas: what to draw on.
        size: the sizes of the picture.
        picture: what it tells.
        top: the height at which the foot starts.
        noted: whether the notes stand elsewhere already.
    """
    left, right = size.margin, canvas.width - size.margin
    canvas.draw_rule((left, top), (right, top), colour="quiet")
    top += 8 * size.unit
    room, bottom = (left, right), top
    if not noted:
        half = (left + right) / 2 - size.gap
        broad = canvas.width >= BROAD
        bottom = draw_notes(canvas, size, picture, (left, half) if broad else room, top)
        room, top = ((half + 2 * size.gap, right), top) if broad else (room, bottom)
    bottom = max(bottom, draw_sources(canvas, size, picture, room, top))
    bottom = canvas.draw_wrapped_text(picture.release, left, bottom, size.small, right - left)
    return bottom + size.margin * 0.75


def draw_notes(canvas: Canvas, size: Sizes, picture: Chart, span: Span, top: float) -> float:
    """Write what the signs mean, and the notes."""
    left, right = span
    start = left + SWATCH * size.unit + size.gap
    for qualifier in picture.list_qualifiers():
        draw_swatch(canvas, size, qualifier, left, top + size.small.line_height / 2)
        text = labels.MEANINGS[qualifier].get(canvas.language)
        top = canvas.draw_wrapped_text(text, start, top, size.small, right - start) + 3 * size.unit
    for note in picture.notes:
        top = canvas.draw_wrapped_text(note, left, top, size.small, right - left) + 3 * size.unit
    return top + 6 * size.unit


def draw_sources(canvas: Canvas, size: Sizes, picture: Chart, span: Span, top: float) -> float:
    """List the sources by their numbers."""
    if not picture.sources:
        return top
    left, right = span
    start = left + canvas.measure_text(f"[{len(picture.sources)}] ", size.small) + size.gap / 2
    heading = size.small._replace(bold=True)
    top = canvas.draw_text(labels.SOURCES.get(canvas.language), left, top, heading)
    for number, citation in enumerate(picture.sources, 1):
        canvas.draw_text(f"[{number}]", left, top, size.small)
        top = (
            canvas.draw_wrapped_text(citation, start, top, size.small, right - start)
            + 2 * size.unit
        )
    return top + 6 * size.unit
