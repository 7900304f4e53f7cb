"""The layout of a chart at any width, in which nothing overlaps.

Functions that draw return the vertical position at which the drawing ends.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from app.enums import PERCENT, Theme
from app.formats.charts import bars, labels
from app.formats.charts.canvas import Canvas, Point
from app.formats.charts.model import Chart, DataPoint, Panel, Tile, TileGroup
from app.formats.charts.style import NARROW, WIDE, Line, Style
from app.formats.charts.timeline import DASHED, DOTTED, TimePanel, draw_line_key
from app.i18n import Bilingual

TWO_COLUMNS, THREE_COLUMNS = 720, 1300
"""The widths of charts from which small multiples have so many columns."""
PLOT_HEIGHTS, SINGLE_PLOT_HEIGHTS = (130, 210), (170, 440)
"""The least and the most height of the plots of several series, and of the plot of one."""
PLOT_ASPECT = 0.45
MAX_EXTRA_PLOT_HEIGHT = 500
# The following lengths are in units, which are pixels in a chart of the base width.
MAX_EXTRA_HEIGHT = 60
"""How much higher than necessary a row of figures may become."""
MAX_SHARE_WIDTH = 420
"""The maximum width of a bar that is a part of a whole."""
TILE_PADDING = 12
TILE_INDENT = 24
"""The space for the number of a priority area."""
MAX_TILE_COLUMNS = 4


class HeightTooSmallError(ValueError):
    def __init__(self, least: int) -> None:
        super().__init__(least)
        self.least = least


def layout_chart(chart: Chart, width: int, height: int | None, theme: Theme) -> Canvas:
    """Lay a chart out, by default as high as necessary; HeightTooSmallError if height is less."""
    canvas = draw_chart(chart, Canvas(width, theme, chart.language), 0, 0)
    if height is None or height == canvas.height:
        return canvas
    if height < canvas.height:
        raise HeightTooSmallError(canvas.height)
    rows, limit = count_rows(chart, width)
    extra_height = 0.0
    if rows:
        extra_height = min((height - canvas.height) / rows, limit * canvas.sizes.unit)
    return draw_chart(chart, Canvas(width, theme, chart.language), extra_height, height)


def count_rows(chart: Chart, width: int) -> tuple[int, float]:
    """Count the rows that can become higher, and say by how many units each."""
    if has_time(chart):
        return -(-len(chart.panels) // count_panel_columns(chart, width)), MAX_EXTRA_PLOT_HEIGHT
    return sum(len(panel.figures) for panel in chart.panels), MAX_EXTRA_HEIGHT


def has_time(chart: Chart) -> bool:
    return any(panel.has_time for panel in chart.panels)


def count_panel_columns(chart: Chart, width: int) -> int:
    columns = 1 + (width >= TWO_COLUMNS) + (width >= THREE_COLUMNS)
    return max(1, min(columns, len(chart.panels)))


def draw_chart(chart: Chart, canvas: Canvas, extra_height: float, min_height: int) -> Canvas:
    """Draw a chart on an empty canvas; height that it does not need stays free above its footer."""
    sizes = canvas.sizes
    left, right = canvas.span
    if chart.headline and chart.headline.end:
        top = draw_takeaway(canvas, chart, chart.headline)
    else:
        title = canvas.balance_text(chart.title, sizes.title, right - left)
        top = canvas.draw_text(title, left, sizes.margin, sizes.title) + 6 * sizes.unit
        top = draw_headline(canvas, chart.headline, top)
    if has_time(chart):
        top = draw_time_panels(canvas, chart, top, extra_height)
    else:
        top = draw_panels(canvas, chart, top, extra_height)
    for group in chart.groups:
        top = draw_group(canvas, group, top)
    # The footer is at the bottom, so its height must be known before it is drawn.
    scratch = Canvas(canvas.width, canvas.theme, canvas.language)
    footer_height = draw_footer(scratch, chart, 0)
    canvas.height = max(int(top + footer_height) + 1, min_height)
    draw_footer(canvas, chart, canvas.height - footer_height)
    return canvas


def draw_takeaway(canvas: Canvas, chart: Chart, figure: DataPoint) -> float:
    sizes = canvas.sizes
    left, right = canvas.span
    name = canvas.balance_text(chart.title, sizes.heading, right - left)
    top = canvas.draw_text(name, left, sizes.margin, sizes.heading) + 2 * sizes.unit
    takeaway = replace(figure, display=figure.format_takeaway(chart.language))
    top = bars.draw_display(canvas, takeaway, sizes.takeaway, (left, right), top)
    reference = labels.format_source_number(figure.source)
    scope = [figure.period] if figure.is_total else []
    scope += [figure.coverage] if figure.coverage else []
    scope_text = chart.language.semicolon.join(scope)
    texts = f"{scope_text} {reference}".lstrip(), figure.growth
    has_share = figure.unit == PERCENT and not chart.panels
    return draw_context(canvas, figure, texts, top, has_share=has_share) + 14 * sizes.unit


def draw_context(
    canvas: Canvas, figure: DataPoint, texts: Iterable[str | None], top: float, *, has_share: bool
) -> float:
    """Draw what is said of a figure below it, and a bar if it is a part of a whole."""
    sizes, (left, right) = canvas.sizes, canvas.span
    for text in filter(None, texts):
        top = canvas.draw_paragraph(text, canvas.span, top, sizes.body)
    if has_share:
        end = min(right, left + MAX_SHARE_WIDTH * sizes.unit)
        top = bars.draw_share(canvas, figure, (left, end), top + 8 * sizes.unit)
    return top


def find_maxima(chart: Chart) -> dict[tuple[str, int | None], Decimal]:
    maxima: dict[tuple[str, int | None], Decimal] = defaultdict(Decimal)
    for panel in chart.panels:
        key = panel.scale_key
        maxima[key] = max(maxima[key], *(one.value for one in panel.figures))
    return maxima


def draw_time_panels(canvas: Canvas, chart: Chart, top: float, extra_height: float) -> float:
    """Draw small multiples in rows, in which headings and plots begin at the same heights."""
    sizes = canvas.sizes
    left, right = canvas.span
    columns = count_panel_columns(chart, canvas.width)
    space = 3 * sizes.gap
    width = (right - left - space * (columns - 1)) / columns
    least, most = SINGLE_PLOT_HEIGHTS if len(chart.panels) == 1 else PLOT_HEIGHTS
    height = min(max(width * PLOT_ASPECT, least * sizes.unit), most * sizes.unit) + extra_height
    maxima = find_maxima(chart)
    for start in range(0, len(chart.panels), columns):
        if start:
            canvas.draw_rule((left, top), (right, top))
            top += 12 * sizes.unit
        row = chart.panels[start : start + columns]
        lefts = [left + index * (width + space) for index in range(len(row))]
        spans = [(one, one + width) for one in lefts]
        pairs = list(zip(row, spans, strict=True))
        plot_top = max(draw_panel_heading(canvas, chart, *pair, top) for pair in pairs)
        bottoms = [
            TimePanel(canvas, panel, span, height, maxima[panel.scale_key]).draw(plot_top)
            for panel, span in pairs
        ]
        top = max(bottoms) + 14 * sizes.unit
    return top


def draw_panel_heading(
    canvas: Canvas, chart: Chart, panel: Panel, span: Point, top: float
) -> float:
    """Draw what a series measures, and its newest figure unless that is the title of the chart."""
    sizes = canvas.sizes
    top = canvas.draw_paragraph(panel.heading, span, top, sizes.heading)
    newest = panel.figures[-1]
    if chart.headline is None or newest.display_key != chart.headline.display_key:
        text = panel.format_newest(canvas.language)
        top = canvas.draw_paragraph(text, span, top, sizes.body)
    return top + 4 * sizes.unit


def draw_headline(canvas: Canvas, figure: DataPoint | None, top: float) -> float:
    if figure is None:
        return top
    sizes, (left, right) = canvas.sizes, canvas.span
    top = bars.draw_display(canvas, figure, sizes.headline, (left, right), top)
    described = f"{figure.period} {labels.format_source_number(figure.source)}"
    lines = canvas.balance_text(described, sizes.heading, right - left)
    top = canvas.draw_text(lines, left, top, sizes.heading)
    texts, has_share = (figure.coverage, figure.growth), figure.unit == PERCENT
    return draw_context(canvas, figure, texts, top, has_share=has_share) + 12 * sizes.unit


def draw_panels(canvas: Canvas, chart: Chart, top: float, extra_height: float) -> float:
    if not chart.panels:
        return top
    sizes, (left, right) = canvas.sizes, canvas.span
    columns = bars.layout_columns(canvas, chart.panels, (left, right))
    maxima = find_maxima(chart)
    for index, panel in enumerate(chart.panels):
        if index or chart.headline:
            canvas.draw_rule((left, top), (right, top))
            top += 10 * sizes.unit
        maximum = maxima[panel.scale_key]
        bottom = bars.BarPanel(canvas, panel, columns, extra_height, maximum).draw(top)
        top = bottom + 14 * sizes.unit
    return top


def draw_group(canvas: Canvas, group: TileGroup, top: float) -> float:
    sizes = canvas.sizes
    unit = sizes.unit
    top = canvas.draw_paragraph(group.heading, canvas.span, top + 4 * unit, sizes.heading)
    top += 4 * unit
    columns = count_tile_columns(canvas.width, len(group.tiles))
    for start in range(0, len(group.tiles), columns):
        row = group.tiles[start : start + columns]
        top = draw_tiles(canvas, row, top) + sizes.gap
    return top + 6 * unit


def count_tile_columns(width: int, tiles: int) -> int:
    if width < NARROW:
        return 1
    if width < WIDE:
        return 2
    return MAX_TILE_COLUMNS if tiles % MAX_TILE_COLUMNS == 0 else MAX_TILE_COLUMNS - 1


def draw_tiles(canvas: Canvas, tiles: Sequence[Tile], top: float) -> float:
    sizes = canvas.sizes
    padding = TILE_PADDING * sizes.unit
    free_width = canvas.width - 2 * sizes.margin - sizes.gap * (len(tiles) - 1)
    width = free_width / len(tiles)
    lefts = [sizes.margin + index * (width + sizes.gap) for index in range(len(tiles))]
    widths = [width - 2 * padding - measure_tile_indent(canvas, tile) for tile in tiles]
    names = [
        canvas.balance_text(tile.name, select_tile_name_style(canvas, tile), free)
        for tile, free in zip(tiles, widths, strict=True)
    ]
    # Names take the height of the longest one, so that the figures below them are on one line.
    name_lines = max(len(name) for name in names)
    bottoms = []
    for tile, name, left in zip(tiles, names, lefts, strict=True):
        span = (left + padding, left + width - padding)
        draw_tile_name(canvas, tile, name, (span[0], top + padding))
        content_top = top + padding + select_tile_name_style(canvas, tile).line_height * name_lines
        bottoms.append(draw_tile_content(canvas, tile, span, content_top))
    bottom = max(bottoms) + padding
    for left in lefts:
        canvas.draw_tile((left, top, left + width, bottom))
    return bottom


def select_tile_name_style(canvas: Canvas, tile: Tile) -> Style:
    return canvas.sizes.body if tile.figure else canvas.sizes.strong


def measure_tile_indent(canvas: Canvas, tile: Tile) -> float:
    return 0 if tile.position is None else TILE_INDENT * canvas.sizes.unit


def draw_tile_name(canvas: Canvas, tile: Tile, lines: Sequence[str], start: Point) -> None:
    sizes = canvas.sizes
    left, top = start
    style = select_tile_name_style(canvas, tile)
    canvas.draw_text(lines, left + measure_tile_indent(canvas, tile), top, style)
    if tile.position is not None:
        top += style.get_baseline_offset(sizes.number)
        canvas.draw_text(str(tile.position), left, top, sizes.number)


def draw_tile_content(canvas: Canvas, tile: Tile, span: Point, top: float) -> float:
    sizes = canvas.sizes
    if tile.figure:
        return draw_tile_point(canvas, tile.figure, span, top + 2 * sizes.unit)
    indented = span[0] + measure_tile_indent(canvas, tile), span[1]
    for line in tile.lines:
        top = canvas.draw_paragraph(line, indented, top, sizes.small)
    return top


def draw_tile_point(canvas: Canvas, figure: DataPoint, span: Point, top: float) -> float:
    sizes = canvas.sizes
    bottom = bars.draw_display(canvas, figure, sizes.number, span, top)
    reference = labels.format_source_number(figure.source, figure.locator)
    beside = f" {reference}" if not figure.locator else ""
    bottom = canvas.draw_paragraph(figure.period + beside, span, bottom, sizes.strong)
    for text in (figure.coverage, figure.locator and reference, figure.growth):
        if text:
            bottom = canvas.draw_paragraph(text, span, bottom, sizes.small)
    return bottom


def draw_footer(canvas: Canvas, chart: Chart, top: float) -> float:
    sizes = canvas.sizes
    left, right = canvas.span
    canvas.draw_rule((left, top), (right, top), Line("quiet"))
    top += 8 * sizes.unit
    span, bottom = (left, right), top
    has_notes = chart.notes or chart.list_qualifiers() or list_line_keys(chart)
    if canvas.width >= WIDE and has_notes:
        middle = (left + right) / 2
        bottom = draw_notes(canvas, chart, (left, middle - sizes.gap), top)
        span = (middle + sizes.gap, right)
    else:
        top = draw_notes(canvas, chart, span, top)
    bottom = max(bottom, draw_sources(canvas, chart, span, top))
    bottom = canvas.draw_paragraph(chart.release, canvas.span, bottom, sizes.small)
    return bottom + sizes.margin * 0.75


def list_line_keys(chart: Chart) -> list[tuple[Line, Bilingual]]:
    """List the lines of the plots that need an explanation."""
    plots = [panel for panel in chart.panels if panel.has_time]
    keys = [(DASHED, labels.BREAK)] if any(one.has_breaks for one in plots) else []
    return keys + ([(DOTTED, labels.GAP)] if any(one.has_gaps for one in plots) else [])


def draw_notes(canvas: Canvas, chart: Chart, span: Point, top: float) -> float:
    sizes = canvas.sizes
    left, right = span
    style, spacing = sizes.small, 3 * sizes.unit
    x = left + bars.SWATCH_WIDTH * sizes.unit + sizes.gap
    for qualifier in chart.list_qualifiers():
        bars.draw_swatch(canvas, qualifier, (left, top + style.line_height / 2))
        meaning = labels.MEANINGS[qualifier].get(canvas.language)
        top = canvas.draw_paragraph(meaning, (x, right), top, style) + spacing
    for line, text in list_line_keys(chart):
        top = draw_line_key(canvas, line, text, span, top) + spacing
    for note in chart.notes:
        top = canvas.draw_paragraph(note, span, top, style) + spacing
    return top + 6 * sizes.unit


def draw_sources(canvas: Canvas, chart: Chart, span: Point, top: float) -> float:
    sizes = canvas.sizes
    if not chart.sources:
        return top
    left, right = span
    style = sizes.small
    x = left + canvas.measure_text(f"[{len(chart.sources)}] ", style) + sizes.gap / 2
    heading = style._replace(bold=True)
    top = canvas.draw_text(labels.SOURCES.get(canvas.language), left, top, heading)
    for number, citation in enumerate(chart.sources, 1):
        canvas.draw_text(labels.format_source_number(number), left, top, style)
        top = canvas.draw_paragraph(citation, (x, right), top, style) + 2 * sizes.unit
    return top + 6 * sizes.unit
