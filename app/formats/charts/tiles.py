"""The tiles of the sheet: figures by topic, and priority areas."""

from collections.abc import Sequence

from app.formats.charts import labels
from app.formats.charts.canvas import Canvas, Style
from app.formats.charts.glyphs import draw_display
from app.formats.charts.model import Figure, Group, Tile
from app.formats.charts.sizes import BROAD, NARROW, Sizes

PADDING = 12
"""The room inside a tile, in units."""
INDENT = 24
"""The room that the number of a priority area takes, in units."""
FOUR_COLUMNS_FROM = 4


def draw_group(canvas: Canvas, size: Sizes, group: Group, top: float) -> float:
    """Draw a heading with its cards, and give the height at which they end."""
    left, right = size.margin, canvas.width - size.margin
    top = canvas.draw_wrapped_text(
        group.heading, left, top + 4 * size.unit, size.heading, right - left
    )
    top += 4 * size.unit
    most = count_columns(canvas.width, len(group.cards))
    for start in range(0, len(group.cards), most):
        top = draw_row(canvas, size, group.cards[start : start + most], top) + size.gap
    return top + 6 * size.unit


def count_columns(width: int, cards: int) -> int:
    """Choose how many cards stand side by side at the most."""
    if width < NARROW:
        return 1
    if width < BROAD:
        return 2
    return FOUR_COLUMNS_FROM if cards % FOUR_COLUMNS_FROM == 0 else FOUR_COLUMNS_FROM - 1


def draw_row(canvas: Canvas, size: Sizes, cards: Sequence[Tile], top: float) -> float:
    """Draw cards side by side over the whole width, and give the height at which they end."""
    pad = PADDING * size.unit
    wide = (canvas.width - 2 * size.margin - size.gap * (len(cards) - 1)) / len(cards)
    lefts = [size.margin + place * (wide + size.gap) for place in range(len(cards))]
    names = [wrap_name(canvas, size, card, wide - 2 * pad) for card in cards]
    # Names of one line and of two leave the figures below them on one line.
    deepest = max(len(name) for name in names)
    bottoms = []
    for card, name, left in zip(cards, names, lefts, strict=True):
        span = (left + pad, left + wide - pad)
        below = top + pad + select_name_style(size, card).line_height * deepest
        draw_name(canvas, size, card, name, (span[0], top + pad))
        bottoms.append(draw_card(canvas, size, card, span, below))
    bottom = max(bottoms) + pad
    for left in lefts:
        canvas.draw_tile(left, top, left + wide, bottom)
    return bottom


def select_name_style(size: Sizes, card: Tile) -> Style:
    """Choose how the name of a card is printed."""
    return size.body if card.figure else size.strong


def measure_indent(size: Sizes, card: Tile) -> float:
    """Give how far the texts of a card are moved in."""
    return 0 if card.position is None else INDENT * size.unit


def wrap_name(canvas: Canvas, size: Sizes, card: Tile, room: float) -> list[str]:
    """Break the name of a card into lines."""
    return canvas.balance_text(
        card.name, select_name_style(size, card), room - measure_indent(size, card)
    )


def draw_name(
    canvas: Canvas, size: Sizes, card: Tile, lines: Sequence[str], place: tuple[float, float]
) -> None:
    """Write the name of a card, and the number of a priority area before it."""
    left, top = place
    style = select_name_style(size, card)
    canvas.draw_text(lines, left + measure_indent(size, card), top, style)
    if card.position is not None:
        line = top + style.baseline_offset(size.number)
        canvas.draw_text(str(card.position), left, line, size.number)


def draw_card(
    canvas: Canvas, size: Sizes, card: Tile, span: tuple[float, float], top: float
) -> float:
    """Write what stands below the name of a card, and give the height at which that ends."""
    left, right = span
    if card.figure:
        return draw_figure(canvas, size, card.figure, span, top + 2 * size.unit)
    start = left + measure_indent(size, card)
    for line in card.lines:
        top = canvas.draw_wrapped_text(line, start, top, size.small, right - start)
    return top


def draw_figure(
    canvas: Canvas, size: Sizes, figure: Figure, span: tuple[float, float], top: float
) -> float:
    """Write a figure with its sign, period, growth and place in the source."""
    left, right = span
    room = right - left
    bottom = draw_display(canvas, size, figure, size.number, span, top)
    bottom = canvas.draw_wrapped_text(figure.period, left, bottom, size.strong, room)
    if figure.growth:
        bottom = canvas.draw_wrapped_text(figure.growth, left, bottom, size.small, room)
    where = labels.format_reference(figure.source, figure.locator)
    return canvas.draw_wrapped_text(where, left, bottom, size.small, room)
