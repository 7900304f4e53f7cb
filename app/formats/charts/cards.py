"""The tiles of the sheet: figures by topic, and priority areas."""

from collections.abc import Sequence

from app.formats.charts import words
from app.formats.charts.canvas import Canvas, Style
from app.formats.charts.picture import Card, Figure, Group
from app.formats.charts.signs import display
from app.formats.charts.sizes import BROAD, NARROW, Sizes

PADDING = 12
"""The room inside a tile, in units."""
INDENT = 24
"""The room that the number of a priority area takes, in units."""
IN_FOURS = 4


def draw_group(canvas: Canvas, size: Sizes, group: Group, top: float) -> float:
    """Draw a heading with its cards, and give the height at which they end."""
    left, right = size.margin, canvas.width - size.margin
    top = canvas.flow(group.heading, left, top + 4 * size.unit, size.heading, right - left)
    top += 4 * size.unit
    most = most_beside(canvas.width, len(group.cards))
    for start in range(0, len(group.cards), most):
        top = draw_row(canvas, size, group.cards[start : start + most], top) + size.gap
    return top + 6 * size.unit


def most_beside(width: int, cards: int) -> int:
    """Choose how many cards stand side by side at the most."""
    if width < NARROW:
        return 1
    if width < BROAD:
        return 2
    return IN_FOURS if cards % IN_FOURS == 0 else IN_FOURS - 1


def draw_row(canvas: Canvas, size: Sizes, cards: Sequence[Card], top: float) -> float:
    """Draw cards side by side over the whole width, and give the height at which they end."""
    pad = PADDING * size.unit
    wide = (canvas.width - 2 * size.margin - size.gap * (len(cards) - 1)) / len(cards)
    lefts = [size.margin + place * (wide + size.gap) for place in range(len(cards))]
    names = [name_of(canvas, size, card, wide - 2 * pad) for card in cards]
    # Names of one line and of two leave the figures below them on one line.
    deepest = max(len(name) for name in names)
    bottoms = []
    for card, name, left in zip(cards, names, lefts, strict=True):
        span = (left + pad, left + wide - pad)
        below = top + pad + style_of(size, card).leading * deepest
        write_name(canvas, size, card, name, (span[0], top + pad))
        bottoms.append(draw_card(canvas, size, card, span, below))
    bottom = max(bottoms) + pad
    for left in lefts:
        canvas.tile(left, top, left + wide, bottom)
    return bottom


def style_of(size: Sizes, card: Card) -> Style:
    """Choose how the name of a card is printed."""
    return size.body if card.figure else size.strong


def indent(size: Sizes, card: Card) -> float:
    """Give how far the texts of a card are moved in."""
    return 0 if card.position is None else INDENT * size.unit


def name_of(canvas: Canvas, size: Sizes, card: Card, room: float) -> list[str]:
    """Break the name of a card into lines."""
    return canvas.even_lines(card.name, style_of(size, card), room - indent(size, card))


def write_name(
    canvas: Canvas, size: Sizes, card: Card, lines: Sequence[str], place: tuple[float, float]
) -> None:
    """Write the name of a card, and the number of a priority area before it."""
    left, top = place
    style = style_of(size, card)
    canvas.write(lines, left + indent(size, card), top, style)
    if card.position is not None:
        line = top + style.lift(size.number)
        canvas.write(str(card.position), left, line, size.number)


def draw_card(
    canvas: Canvas, size: Sizes, card: Card, span: tuple[float, float], top: float
) -> float:
    """Write what stands below the name of a card, and give the height at which that ends."""
    left, right = span
    if card.figure:
        return draw_figure(canvas, size, card.figure, span, top + 2 * size.unit)
    start = left + indent(size, card)
    for line in card.lines:
        top = canvas.flow(line, start, top, size.small, right - start)
    return top


def draw_figure(
    canvas: Canvas, size: Sizes, figure: Figure, span: tuple[float, float], top: float
) -> float:
    """Write a figure with its sign, period, growth and place in the source."""
    left, right = span
    room = right - left
    bottom = display(canvas, size, figure, size.number, span, top)
    bottom = canvas.flow(figure.period, left, bottom, size.strong, room)
    if figure.growth:
        bottom = canvas.flow(figure.growth, left, bottom, size.small, room)
    where = words.cited(figure.source, figure.locator)
    return canvas.flow(where, left, bottom, size.small, room)
