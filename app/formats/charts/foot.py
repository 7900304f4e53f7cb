"""Below a picture: what its signs mean, notes, sources, and the release."""

from app.formats.charts import words
from app.formats.charts.canvas import Canvas
from app.formats.charts.picture import Picture
from app.formats.charts.signs import SWATCH, swatch
from app.formats.charts.sizes import BROAD, Sizes

Span = tuple[float, float]


def foot(canvas: Canvas, size: Sizes, picture: Picture, top: float, *, noted: bool) -> float:
    """Draw the foot over the whole width, and give the height at which it ends.

    Args:
        canvas: what to draw on.
        size: the sizes of the picture.
        picture: what it tells.
        top: the height at which the foot starts.
        noted: whether the notes stand elsewhere already.
    """
    left, right = size.margin, canvas.width - size.margin
    canvas.rule((left, top), (right, top), colour="quiet")
    top += 8 * size.unit
    room, bottom = (left, right), top
    if not noted:
        half = (left + right) / 2 - size.gap
        broad = canvas.width >= BROAD
        bottom = notes(canvas, size, picture, (left, half) if broad else room, top)
        room, top = ((half + 2 * size.gap, right), top) if broad else (room, bottom)
    bottom = max(bottom, sources(canvas, size, picture, room, top))
    bottom = canvas.flow(picture.release, left, bottom, size.small, right - left)
    return bottom + size.margin * 0.75


def notes(canvas: Canvas, size: Sizes, picture: Picture, span: Span, top: float) -> float:
    """Write what the signs mean, and the notes."""
    left, right = span
    start = left + SWATCH * size.unit + size.gap
    for qualifier in picture.qualifiers():
        swatch(canvas, size, qualifier, left, top + size.small.leading / 2)
        text = words.MEANINGS[qualifier].to(canvas.language)
        top = canvas.flow(text, start, top, size.small, right - start) + 3 * size.unit
    for note in picture.notes:
        top = canvas.flow(note, left, top, size.small, right - left) + 3 * size.unit
    return top + 6 * size.unit


def sources(canvas: Canvas, size: Sizes, picture: Picture, span: Span, top: float) -> float:
    """List the sources by their numbers."""
    if not picture.sources:
        return top
    left, right = span
    start = left + canvas.measure(f"[{len(picture.sources)}] ", size.small) + size.gap / 2
    heading = size.small._replace(bold=True)
    top = canvas.write(words.SOURCES.to(canvas.language), left, top, heading)
    for number, citation in enumerate(picture.sources, 1):
        canvas.write(f"[{number}]", left, top, size.small)
        top = canvas.flow(citation, start, top, size.small, right - start) + 2 * size.unit
    return top + 6 * size.unit
