"""Where everything of a picture stands: at any width, with nothing over anything else."""

from app.formats.charts.bars import BarPanel, format_source_number, layout_columns
from app.formats.charts.canvas import Canvas
from app.formats.charts.footer import draw_footer, draw_notes
from app.formats.charts.glyphs import draw_display, draw_share
from app.formats.charts.model import Chart, Figure
from app.formats.charts.sizes import BROAD, Sizes, select_sizes
from app.formats.charts.tiles import draw_group
from app.parameters import Theme

PERCENT = "PT"
SIDE_WIDTH = 0.32
"""The part of a broad picture on which its one figure and the notes stand beside the bars."""
MAX_STRETCH = 60
"""How much higher a row becomes at the most where a picture is to be higher, in units."""
MAX_SHARE_WIDTH = 420
"""How long a whole is drawn at the most, in units."""

Span = tuple[float, float]


class HeightTooSmallError(ValueError):
    """What the picture tells does not fit into the height."""

    def __init__(self, least: int) -> None:
        super().__init__(f"at least {least}")
        self.least = least


def layout_chart(picture: Chart, width: int, height: int | None, theme: Theme) -> Canvas:
    """Lay a picture out.

    Args:
        picture: what it tells.
        width: in pixels.
        height: in pixels, or none for what it needs.
        theme: on what it is seen.

    Raises:
        TooLowError: if it needs more height.
    """
    plain = draw_chart(picture, Canvas(width, theme, picture.language), 0, 0)
    if height is None or height == plain.height:
        return plain
    if height < plain.height:
        raise HeightTooSmallError(plain.height)
    rows = sum(len(panel.figures) for panel in picture.panels)
    more = (
        min((height - plain.height) / rows, MAX_STRETCH * select_sizes(width).unit) if rows else 0
    )
    return draw_chart(picture, Canvas(width, theme, picture.language), more, height)


def draw_chart(picture: Chart, canvas: Canvas, more: float, height: int) -> Canvas:
    """Draw a picture; what is left of a height stays free above its foot.

    Args:
        picture: what it tells.
        canvas: what to draw on.
        more: how much higher each row of figures is than it has to be, in pixels.
        height: the height of the picture at the least, in pixels.
    """
    size = select_sizes(canvas.width)
    left, right = size.margin, canvas.width - size.margin
    title = canvas.balance_text(picture.title, size.title, right - left)
    top = canvas.draw_text(title, left, size.margin, size.title)
    top += 6 * size.unit
    aside = canvas.width >= BROAD and bool(picture.panels)
    if aside:
        middle = left + (right - left) * SIDE_WIDTH
        below = draw_headline(canvas, size, picture.headline, (left, middle), top)
        below = draw_notes(canvas, size, picture, (left, middle), below)
        span = (middle + 4 * size.gap, right)
        top = max(below, draw_panels(canvas, size, picture, span, top, more))
    else:
        top = draw_headline(canvas, size, picture.headline, (left, right), top)
        top = draw_panels(canvas, size, picture, (left, right), top, more)
    for group in picture.groups:
        top = draw_group(canvas, size, group, top)
    scratch = Canvas(canvas.width, canvas.theme, canvas.language)
    needed = draw_footer(scratch, size, picture, 0, noted=aside)
    canvas.height = max(int(top + needed) + 1, height)
    draw_footer(canvas, size, picture, canvas.height - needed, noted=aside)
    return canvas


def draw_headline(
    canvas: Canvas, size: Sizes, figure: Figure | None, span: Span, top: float
) -> float:
    """Draw the one figure that a picture is about, and give the height at which it ends."""
    if figure is None:
        return top
    left, right = span
    room = right - left
    top = draw_display(canvas, size, figure, size.display, span, top)
    after = left + canvas.measure_text(figure.period, size.heading) + size.gap / 2
    canvas.draw_text(
        format_source_number(figure),
        after,
        top + size.heading.baseline_offset(size.small),
        size.small,
    )
    top = canvas.draw_text(figure.period, left, top, size.heading)
    if figure.growth:
        top = canvas.draw_wrapped_text(figure.growth, left, top, size.body, room)
    if figure.unit == PERCENT:
        end = min(right, left + MAX_SHARE_WIDTH * size.unit)
        top = draw_share(canvas, size, figure, (left, end), top + 8 * size.unit)
    return top + 12 * size.unit


def draw_panels(  # noqa: PLR0913, PLR0917
    canvas: Canvas, size: Sizes, picture: Chart, span: Span, top: float, more: float
) -> float:
    """Draw the panels below each other, parted by rules, and give the height at which they end."""
    if not picture.panels:
        return top
    left, right = span
    places = layout_columns(canvas, size, picture.panels, span)
    for place, panel in enumerate(picture.panels):
        if place or (picture.headline and left == size.margin):
            canvas.draw_rule((left, top), (right, top))
            top += 10 * size.unit
        top = BarPanel(canvas, size, panel, places, more).draw(top) + 14 * size.unit
    return top
