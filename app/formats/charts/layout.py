"""Where everything of a picture stands: at any width, with nothing over anything else."""

from app.filters import Theme
from app.formats.charts.canvas import Canvas
from app.formats.charts.cards import draw_group
from app.formats.charts.foot import foot, notes
from app.formats.charts.picture import Figure, Picture
from app.formats.charts.rows import Rows, columns, tag
from app.formats.charts.signs import display, share
from app.formats.charts.sizes import BROAD, Sizes, sizes

PERCENT = "PT"
ASIDE = 0.32
"""The part of a broad picture on which its one figure and the notes stand beside the bars."""
MOST_STRETCH = 60
"""How much higher a row becomes at the most where a picture is to be higher, in units."""
LONGEST_SHARE = 420
"""How long a whole is drawn at the most, in units."""

Span = tuple[float, float]


class TooLowError(ValueError):
    """What the picture tells does not fit into the height."""

    def __init__(self, least: int) -> None:
        super().__init__(f"at least {least}")
        self.least = least


def laid(picture: Picture, width: int, height: int | None, theme: Theme) -> Canvas:
    """Lay a picture out.

    Args:
        picture: what it tells.
        width: in pixels.
        height: in pixels, or none for what it needs.
        theme: on what it is seen.

    Raises:
        TooLowError: if it needs more height.
    """
    plain = drawn(picture, Canvas(width, theme, picture.language), 0, 0)
    if height is None or height == plain.height:
        return plain
    if height < plain.height:
        raise TooLowError(plain.height)
    rows = sum(len(panel.figures) for panel in picture.panels)
    more = min((height - plain.height) / rows, MOST_STRETCH * sizes(width).unit) if rows else 0
    return drawn(picture, Canvas(width, theme, picture.language), more, height)


def drawn(picture: Picture, canvas: Canvas, more: float, height: int) -> Canvas:
    """Draw a picture; what is left of a height stays free above its foot.

    Args:
        picture: what it tells.
        canvas: what to draw on.
        more: how much higher each row of figures is than it has to be, in pixels.
        height: the height of the picture at the least, in pixels.
    """
    size = sizes(canvas.width)
    left, right = size.margin, canvas.width - size.margin
    title = canvas.even_lines(picture.title, size.title, right - left)
    top = canvas.write(title, left, size.margin, size.title)
    top += 6 * size.unit
    aside = canvas.width >= BROAD and bool(picture.panels)
    if aside:
        middle = left + (right - left) * ASIDE
        below = headline(canvas, size, picture.headline, (left, middle), top)
        below = notes(canvas, size, picture, (left, middle), below)
        span = (middle + 4 * size.gap, right)
        top = max(below, draw_panels(canvas, size, picture, span, top, more))
    else:
        top = headline(canvas, size, picture.headline, (left, right), top)
        top = draw_panels(canvas, size, picture, (left, right), top, more)
    for group in picture.groups:
        top = draw_group(canvas, size, group, top)
    scratch = Canvas(canvas.width, canvas.theme, canvas.language)
    needed = foot(scratch, size, picture, 0, noted=aside)
    canvas.height = max(int(top + needed) + 1, height)
    foot(canvas, size, picture, canvas.height - needed, noted=aside)
    return canvas


def headline(canvas: Canvas, size: Sizes, figure: Figure | None, span: Span, top: float) -> float:
    """Draw the one figure that a picture is about, and give the height at which it ends."""
    if figure is None:
        return top
    left, right = span
    room = right - left
    top = display(canvas, size, figure, size.display, span, top)
    after = left + canvas.measure(figure.period, size.heading) + size.gap / 2
    canvas.write(tag(figure), after, top + size.heading.lift(size.small), size.small)
    top = canvas.write(figure.period, left, top, size.heading)
    if figure.growth:
        top = canvas.flow(figure.growth, left, top, size.body, room)
    if figure.unit == PERCENT:
        end = min(right, left + LONGEST_SHARE * size.unit)
        top = share(canvas, size, figure, (left, end), top + 8 * size.unit)
    return top + 12 * size.unit


def draw_panels(  # noqa: PLR0913, PLR0917
    canvas: Canvas, size: Sizes, picture: Picture, span: Span, top: float, more: float
) -> float:
    """Draw the panels below each other, parted by rules, and give the height at which they end."""
    if not picture.panels:
        return top
    left, right = span
    places = columns(canvas, size, picture.panels, span)
    for place, panel in enumerate(picture.panels):
        if place or (picture.headline and left == size.margin):
            canvas.rule((left, top), (right, top))
            top += 10 * size.unit
        top = Rows(canvas, size, panel, places, more).draw(top) + 14 * size.unit
    return top
