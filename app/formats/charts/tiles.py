"""The tiles of the overview: figures by topic, and priority areas."""

from collections.abc import Sequence

from app.formats.charts import labels
from app.formats.charts.bars import draw_display
from app.formats.charts.canvas import Canvas, Point
from app.formats.charts.model import Figure, Group, Tile
from app.formats.charts.style import NARROW, WIDE, Style

# Lengths are in units, which are pixels in a chart of the base width.
PADDING = 12
INDENT = 24
"""The space for the number of a priority area."""
MAX_COLUMNS = 4


def draw_group(canvas: Canvas, group: Group, top: float) -> float:
    """Draw a heading and its tiles, and return where they end."""
    sizes = canvas.sizes
    left, unit = sizes.margin, sizes.unit
    width = canvas.width - 2 * left
    top = canvas.draw_paragraph(group.heading, left, top + 4 * unit, sizes.heading, width)
    top += 4 * unit
    columns = count_columns(canvas.width, len(group.tiles))
    for start in range(0, len(group.tiles), columns):
        row = group.tiles[start : start + columns]
        top = draw_row(canvas, row, top) + sizes.gap
    return top + 6 * unit


def count_columns(width: int, tiles: int) -> int:
    if width < NARROW:
        return 1
    if width < WIDE:
        return 2
    return MAX_COLUMNS if tiles % MAX_COLUMNS == 0 else MAX_COLUMNS - 1


def draw_row(canvas: Canvas, tiles: Sequence[Tile], top: float) -> float:
    """Draw tiles side by side over the whole width, and return where they end."""
    sizes = canvas.sizes
    padding = PADDING * sizes.unit
    free_width = canvas.width - 2 * sizes.margin - sizes.gap * (len(tiles) - 1)
    width = free_width / len(tiles)
    lefts = [sizes.margin + index * (width + sizes.gap) for index in range(len(tiles))]
    names = [wrap_name(canvas, tile, width - 2 * padding) for tile in tiles]
    # Names take the height of the longest one, so that the figures below them are on one line.
    name_lines = max(len(name) for name in names)
    bottoms = []
    for tile, name, left in zip(tiles, names, lefts, strict=True):
        span = (left + padding, left + width - padding)
        draw_name(canvas, tile, name, (span[0], top + padding))
        content_top = top + padding + name_style(canvas, tile).line_height * name_lines
        bottoms.append(draw_content(canvas, tile, span, content_top))
    bottom = max(bottoms) + padding
    for left in lefts:
        canvas.draw_tile(left, top, left + width, bottom)
    return bottom


def name_style(canvas: Canvas, tile: Tile) -> Style:
    sizes = canvas.sizes
    return sizes.body if tile.figure else sizes.strong


def measure_indent(canvas: Canvas, tile: Tile) -> float:
    sizes = canvas.sizes
    return 0 if tile.position is None else INDENT * sizes.unit


def wrap_name(canvas: Canvas, tile: Tile, width: float) -> list[str]:
    width -= measure_indent(canvas, tile)
    return canvas.balance_text(tile.name, name_style(canvas, tile), width)


def draw_name(canvas: Canvas, tile: Tile, lines: Sequence[str], start: Point) -> None:
    """Draw the name of a tile, and before it the number of a priority area."""
    sizes = canvas.sizes
    left, top = start
    style = name_style(canvas, tile)
    canvas.draw_text(lines, left + measure_indent(canvas, tile), top, style)
    if tile.position is not None:
        top += style.baseline_offset(sizes.number)
        canvas.draw_text(str(tile.position), left, top, sizes.number)


def draw_content(canvas: Canvas, tile: Tile, span: Point, top: float) -> float:
    """Draw what is below the name of a tile, and return where it ends."""
    sizes = canvas.sizes
    left, right = span
    if tile.figure:
        return draw_figure(canvas, tile.figure, span, top + 2 * sizes.unit)
    left += measure_indent(canvas, tile)
    for line in tile.lines:
        top = canvas.draw_paragraph(line, left, top, sizes.small, right - left)
    return top


def draw_figure(canvas: Canvas, figure: Figure, span: Point, top: float) -> float:
    """Draw a figure with its period, growth and reference, and return where they end."""
    sizes = canvas.sizes
    left, right = span
    width = right - left
    bottom = draw_display(canvas, figure, sizes.number, span, top)
    bottom = canvas.draw_paragraph(figure.period, left, bottom, sizes.strong, width)
    if figure.growth:
        bottom = canvas.draw_paragraph(figure.growth, left, bottom, sizes.small, width)
    reference = labels.format_reference(figure.source, figure.locator)
    return canvas.draw_paragraph(reference, left, bottom, sizes.small, width)
