"""The layout of a card for sharing: one picture of a fixed size that states a figure completely."""

from collections.abc import Sequence

from app.enums import PERCENT, Qualifier, Theme
from app.formats.charts import labels
from app.formats.charts.bars import SWATCH_WIDTH, draw_share, draw_swatch
from app.formats.charts.canvas import Canvas, Point
from app.formats.charts.model import Chart, DataPoint, Panel, Tile
from app.formats.charts.style import Line, Style
from app.formats.charts.timeline import DASHED, DOTTED, TimePanel, draw_line_key

WIDTH, HEIGHT = 1200, 630
MARGIN = 56
COLUMN_GAP = 56
FIGURE_SHARE = 0.5
"""The part of the width that the figure takes beside a chart."""
NAME = Style(34, bold=True)
DISPLAY = Style(92, bold=True, colour="accent")
PERIOD = Style(32, bold=True)
DETAIL = Style(22)
SOURCE = Style(19, colour="quiet")
SITE = Style(21, bold=True)
TILE_NUMBER = Style(34, bold=True, colour="accent")
TILE_NAME = Style(18)
TILE_CONTEXT = Style(15, colour="quiet")
MAX_CARD_NOTES = 3
TILE_COLUMNS, MAX_TILES = 4, 8
MAX_TILE_HEIGHT = 210
SHRINKING = 0.94
FIGURE_SCALES = (1, 0.8, 0.65, 0.5)
"""How much the text about a figure shrinks until it fits."""
LONE_SCALE = 1.4
"""How much larger the text about a figure without a plot is."""
SHARE_HEIGHT = 70
MIN_SIZE = 14
ELLIPSIS = "…"


def layout_card(chart: Chart, theme: Theme) -> Canvas:
    """Lay out a chart in 1200 by 630 pixels: figure, period, coverage, source, and a plot."""
    canvas = Canvas(WIDTH, theme, chart.language, HEIGHT)
    left, right = MARGIN, WIDTH - MARGIN
    canvas.draw_tile((0, 0, WIDTH, 12))
    style, lines = fit_lines(canvas, chart.title, NAME, right - left, 2)
    top = canvas.draw_text(lines, left, 44, style) + 10
    bottom = draw_card_footer(canvas, chart)
    tiles = [tile for tile in chart.list_tiles() if tile.figure]
    if chart.headline is None:
        tiles = tiles or [Tile(one.period, one) for panel in chart.panels for one in panel.figures]
        if tiles:
            draw_card_tiles(canvas, tiles, (top, bottom))
        for note in () if tiles else chart.notes[:MAX_CARD_NOTES]:
            style, lines = fit_lines(canvas, note, DETAIL, right - left, 5)
            top = canvas.draw_text(lines, left, top + 12, style)
        return canvas
    panel = find_panel(chart, chart.headline)
    if panel:
        end = left + (right - left) * FIGURE_SHARE
        draw_card_headline(canvas, chart.headline, (left, end), (top, bottom), FIGURE_SCALES)
        draw_card_panel(canvas, panel, (end + COLUMN_GAP, right), (top, bottom))
    else:
        draw_lone_headline(canvas, chart.headline, (left, right), (top, bottom))
    return canvas


def draw_card_panel(canvas: Canvas, panel: Panel, span: Point, between: Point) -> None:
    """Draw the series of the figure, with what it counts."""
    width, (top, bottom) = span[1] - span[0], between
    style, lines = fit_lines(canvas, panel.heading, DETAIL, width, 2)
    plot_top = canvas.draw_text(lines, span[0], top + 12, style)
    if panel.has_breaks:
        plot_top = draw_line_key(canvas, DASHED, labels.CARD_BREAK, span, plot_top)
    if panel.has_gaps:
        plot_top = draw_line_key(canvas, DOTTED, labels.GAP, span, plot_top)
    # The unit above the plot, and the years below it.
    height = bottom - 16 - plot_top - 2 * canvas.sizes.small.line_height - 8
    has_short_unit = canvas.measure_text(panel.axis_unit, canvas.sizes.small) < width
    maximum = max(one.value for one in panel.figures)
    TimePanel(canvas, panel, span, height, maximum).draw(
        plot_top, has_sources=False, with_unit=has_short_unit
    )


def draw_lone_headline(canvas: Canvas, figure: DataPoint, span: Point, between: Point) -> None:
    """Draw a figure alone, with a bar if it is a part of a whole."""
    has_share = figure.unit == PERCENT
    bottom = between[1] - (SHARE_HEIGHT if has_share else 0)
    scales = (LONE_SCALE, *FIGURE_SCALES)
    end = draw_card_headline(canvas, figure, span, (between[0], bottom), scales)
    if has_share:
        draw_share(canvas, figure, span, end + 14)


def fit_lines(
    canvas: Canvas, text: str, style: Style, width: float, most: int
) -> tuple[Style, list[str]]:
    """Shrink a text until it fits on some lines; only a text that stays too long is cut."""
    while (
        len(lines := canvas.balance_text(text, style, width)) > most
        and style.size * SHRINKING >= MIN_SIZE
    ):
        style = style._replace(size=style.size * SHRINKING)
    if len(lines) > most:
        lines = canvas.wrap_text(text, style, width - style.size)[:most]
        lines[-1] += ELLIPSIS
    return style, lines


def draw_card_headline(
    canvas: Canvas, figure: DataPoint, span: Point, between: Point, scales: Sequence[float]
) -> float:
    """Draw a figure with its period, countries and growth, in the middle of the free height."""
    left, right = span
    width = right - left
    is_qualified = figure.qualifier is not Qualifier.NONE
    mark = (SWATCH_WIDTH * canvas.sizes.unit + 20) if is_qualified else 0
    for scale in scales:
        parts = [
            fit_lines(canvas, text, style._replace(size=style.size * scale), width, most)
            for text, style, width, most in (
                (figure.display, DISPLAY, width - mark, 1),
                (figure.period, PERIOD, width, 2),
                (figure.coverage, DETAIL, width, 3),
                (figure.published_growth, DETAIL, width, 3),
            )
            if text
        ]
        height = sum(style.line_height * len(lines) + 6 for style, lines in parts)
        if height <= between[1] - between[0]:
            break
    top = between[0] + max(0, (between[1] - between[0] - height) / 2)
    for index, (style, lines) in enumerate(parts):
        if is_qualified and not index:
            x = left + canvas.measure_text(lines[-1], style) + 20
            draw_swatch(canvas, figure.qualifier, (x, top + style.line_height / 2))
        top = canvas.draw_text(lines, left, top, style) + 6
    return top


def find_panel(chart: Chart, figure: DataPoint) -> Panel | None:
    """Find the series of a figure: beside it, another one would seem to be its history."""
    for panel in chart.panels:
        keys = [one.display_key for one in panel.figures]
        if panel.has_time and figure.display_key in keys:
            return panel
    return None


def draw_card_tiles(canvas: Canvas, tiles: Sequence[Tile], between: tuple[float, float]) -> None:
    """Draw several figures with their names and periods, as many as are legible."""
    tiles = tiles[:MAX_TILES]
    rows = -(-len(tiles) // TILE_COLUMNS)
    columns = min(TILE_COLUMNS, max(len(tiles), 1))
    width = (WIDTH - 2 * MARGIN - 20 * (columns - 1)) / columns
    height = min((between[1] - between[0] - 20) / max(rows, 1), MAX_TILE_HEIGHT)
    top = (between[0] + between[1] - rows * height) / 2
    for index, tile in enumerate(tiles):
        if tile.figure is None:
            continue
        row, column = divmod(index, columns)
        x, y = MARGIN + column * (width + 20), top + row * height
        canvas.draw_tile((x, y, x + width, y + height - 12))
        y += 8
        context = [tile.figure.period] if tile.figure.period != tile.name else []
        context += [tile.coverage] if tile.coverage else []
        for text, style, most in (
            (tile.name, TILE_NAME, 3),
            (tile.figure.display, TILE_NUMBER, 1),
            (canvas.language.comma.join(context), TILE_CONTEXT, 3),
        ):
            fitted, lines = fit_lines(canvas, text, style, width - 32, most)
            y = canvas.draw_text(lines, x + 16, y, fitted) + 2


def draw_card_footer(canvas: Canvas, chart: Chart) -> float:
    """Draw the sources and the name of the site at the bottom, and return where they begin."""
    width = WIDTH - 2 * MARGIN
    figure = chart.headline
    numbers = [figure.source, figure.growth_source] if figure else [1]
    sources = [chart.sources[one - 1] for one in dict.fromkeys(numbers) if one and chart.sources]
    text = canvas.language.semicolon.join(sources)
    style, lines = fit_lines(canvas, text, SOURCE, width, 2)
    height = style.line_height * len(lines) + SITE.line_height
    top = HEIGHT - 36 - height
    canvas.draw_rule((MARGIN, top - 12), (WIDTH - MARGIN, top - 12), Line("quiet", 1.5))
    if lines:
        top = canvas.draw_text(lines, MARGIN, top, style) + 4
    fitted, names = fit_lines(canvas, chart.release, SITE, width, 1)
    canvas.draw_text(names, MARGIN, top, fitted)
    return HEIGHT - 36 - height - 12
