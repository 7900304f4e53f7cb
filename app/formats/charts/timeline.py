"""A series along a time axis: a line where enough figures are comparable, otherwise columns.

Functions that draw return the vertical position at which the drawing ends.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby, pairwise

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.axes import TimeScale, ValueScale
from app.formats.charts.bars import SWATCH_WIDTH
from app.formats.charts.canvas import Box, Canvas, Point
from app.formats.charts.model import HATCHED, DataPoint, Panel
from app.formats.charts.style import Line, Style
from app.i18n import Bilingual, format_decimal

# Lengths are in units, which are pixels in a chart of the base width.
MAX_COLUMN_WIDTH = 72
MIN_COLUMN_WIDTH = 6
"""Columns that would be narrower are drawn as points."""
COLUMN_SHARE = 0.78
"""The part of the distance between two figures that a column takes."""
RADIUS = 3.5
TICK_DISTANCE = 32
CHEVRON_HEIGHT = 13
MAX_LABELS = 24
"""How many figures of a panel have their number beside them."""
OBSTACLE_STEP = 6
"""The distance in pixels of the boxes that keep labels away from a line."""
SHORT_LIST = 2
"""More periods than this from one source are written as a range."""
DOTTED = Line("accent", 2.25, (0.1, 5.75), is_round=True)
"""The line of a gap."""
SOLID = DOTTED._replace(thickness=2, dash=())
DASHED = Line("quiet", 1.5, (6.0, 4.0))
"""The line of a break."""


@dataclass
class TimePanel:
    canvas: Canvas
    panel: Panel
    span: Point
    plot_height: float
    maximum: Decimal
    """The largest value of all panels that have its scale."""
    obstacles: list[Box] = field(default_factory=list)
    """What no label may cover."""
    breaks: list[Box] = field(default_factory=list)
    """The lines at breaks, which a label covers only where it has no other place."""
    marks: dict[DataPoint, Box] = field(default_factory=dict)
    """The box of the point or column of each figure, with the chevrons above it."""

    def draw(self, top: float, *, has_sources: bool = True, with_unit: bool = True) -> float:
        canvas, sizes, right = self.canvas, self.canvas.sizes, self.span[1]
        unit = self.panel.axis_unit
        if with_unit:
            heading = unit[:1].upper() + unit[1:]
            top = canvas.draw_paragraph(heading, self.span, top, sizes.small)
        bottom = top + self.plot_height
        is_open = any(one.qualifier is Qualifier.OVER for one in self.panel.figures)
        headroom = sizes.small.line_height + 8 * sizes.unit
        headroom += CHEVRON_HEIGHT * sizes.unit if is_open else 0
        values = [*(one.value for one in self.panel.figures), self.maximum]
        ticks = max(2, int((self.plot_height - headroom) / (TICK_DISTANCE * sizes.unit)))
        self.y = ValueScale.from_values(values, top + headroom, bottom, ticks)
        plot_left = self.draw_value_axis()
        inset = 2 * sizes.unit
        self.x = TimeScale.from_points(self.panel.figures, plot_left + inset, right - inset)
        self.limits = (plot_left, top, right, bottom)
        self.draw_breaks()
        width = self.measure_columns()
        if self.panel.has_line or width < MIN_COLUMN_WIDTH * sizes.unit:
            self.draw_line(is_connected=self.panel.has_line)
        else:
            self.draw_columns(width)
        self.draw_numbers()
        bottom = self.draw_time_axis(bottom)
        return self.draw_sources(bottom) if has_sources else bottom

    def draw_value_axis(self) -> float:
        """Draw the lines of the value axis, and return where the plot begins."""
        canvas, sizes, (left, right) = self.canvas, self.canvas.sizes, self.span
        power = self.panel.scale.power
        texts = {
            tick: format_decimal(tick.scaleb(-power), 4, is_grouped=not power, has_zeros=False)
            for tick in self.y.list_ticks()
        }
        plot_left = left + 6 * sizes.unit
        plot_left += max(canvas.measure_text(text, sizes.small) for text in texts.values())
        for tick, text in texts.items():
            y = self.y.find_position(tick)
            line = Line("quiet") if not tick else Line()
            canvas.draw_rule((plot_left, y), (right, y), line)
            text_top = y - sizes.small.line_height / 2
            canvas.draw_text(text, plot_left - 6 * sizes.unit, text_top, sizes.small, "right")
        return plot_left

    def find_position(self, figure: DataPoint) -> Point:
        return self.x.find_position(figure.position), self.y.find_position(figure.value)

    def measure_columns(self) -> float:
        """Return the width of columns, at which they neither touch nor leave the plot."""
        positions = [self.x.find_position(one.position) for one in self.panel.figures]
        distance = min(second - first for first, second in pairwise(positions))
        left, _, right, _ = self.limits
        margin = min(positions[0] - left, right - positions[-1])
        widest = MAX_COLUMN_WIDTH * self.canvas.sizes.unit
        return min(distance * COLUMN_SHARE, 2 * margin, widest)

    def draw_breaks(self) -> None:
        _, top, _, bottom = self.limits
        line = DASHED.scale(self.canvas.sizes.unit)
        for first, second in pairwise(self.panel.runs):
            x = (self.find_position(first[-1])[0] + self.find_position(second[0])[0]) / 2
            self.canvas.draw_rule((x, top), (x, bottom), line)
            self.breaks.append((x - 1, top, x + 1, bottom))

    def draw_line(self, *, is_connected: bool) -> None:
        canvas, unit = self.canvas, self.canvas.sizes.unit
        for run in self.panel.runs if is_connected else ():
            for first, second in pairwise(run):
                if not second.is_connected:
                    continue
                start, end = self.find_position(first), self.find_position(second)
                line = DOTTED if second.gap else SOLID
                path = f"M0,0l{end[0] - start[0]:.2f},{end[1] - start[1]:.2f}"
                canvas.draw_path(start, path, line.scale(unit))
                self.obstacles += list_segment_boxes(start, end)
        for figure in self.panel.figures:
            x, y = self.find_position(figure)
            radius = RADIUS * unit
            canvas.draw_point((x, y), radius, is_hollow=figure.qualifier in HATCHED)
            top = self.draw_open_end(figure, (x, y - radius), 5 * unit)
            self.marks[figure] = (x - radius, top, x + radius, y + radius)
        self.obstacles += self.marks.values()

    def draw_columns(self, width: float) -> None:
        canvas, unit = self.canvas, self.canvas.sizes.unit
        base = self.y.find_position(Decimal(0))
        previous: float | None = None
        for figure in self.panel.figures:
            x, y = self.find_position(figure)
            left, right = x - width / 2, x + width / 2
            top, bottom = min(y, base), max(y, base)
            if figure.gap and previous is not None:
                path = f"M0,0h{left - previous - 6 * unit:.2f}"
                canvas.draw_path((previous + 3 * unit, base - 3 * unit), path, DOTTED.scale(unit))
            is_hatched = figure.qualifier in HATCHED
            canvas.draw_bar((left, top, right, bottom), is_hatched=is_hatched)
            if is_hatched:
                canvas.draw_hatching((left, (top + bottom) / 2), width, bottom - top)
            top = self.draw_open_end(figure, (x, top), min(width / 2, 12 * unit))
            self.marks[figure] = (left, top, right, bottom)
            previous = right
        self.obstacles += self.marks.values()

    def draw_open_end(self, figure: DataPoint, end: Point, half: float) -> float:
        """Draw chevrons above a figure that is over its number; return where they end."""
        unit = self.canvas.sizes.unit
        if figure.qualifier is not Qualifier.OVER:
            return end[1]
        chevron = f"l{half:.2f},{-4 * unit:.2f}l{half:.2f},{4 * unit:.2f}"
        path = "".join(f"M{-half:.2f},{-offset * unit:.2f}{chevron}" for offset in (3, 8))
        self.canvas.draw_path(end, path, Line("accent", 2 * unit))
        return end[1] - CHEVRON_HEIGHT * unit

    def draw_numbers(self) -> None:
        """Write numbers beside figures, the most important first, where they cover nothing."""
        canvas, sizes = self.canvas, self.canvas.sizes
        style = sizes.small._replace(bold=True, colour="ink")
        count = 0
        for figure in self.rank_points():
            text = self.panel.scale.format_number(figure, canvas.language)
            width = canvas.measure_text(text, style)
            boxes = [
                (left - 2, top, left + width + 2, top + style.line_height)
                for left, top in self.list_label_corners(figure, width, style)
            ]
            free = [box for box in boxes if self.is_free(box, self.obstacles)]
            clear = [box for box in free if self.is_free(box, self.breaks)]
            for box in (clear or free)[:1]:
                if not clear:
                    canvas.draw_mask(box)
                canvas.draw_text(text, box[0] + 2, box[1], style)
                self.obstacles.append(box)
                count += 1
            if count == MAX_LABELS:
                break

    def rank_points(self) -> list[DataPoint]:
        """List the figures by importance: ends, qualified ones, ends of runs, extremes, others."""
        figures = list(self.panel.figures)
        values = sorted(figures, key=lambda one: one.value)
        ends = [end for run in self.panel.runs for end in (run[-1], run[0])]
        qualified = [one for one in figures if one.qualifier is not Qualifier.NONE]
        ranked = [figures[-1], figures[0], *ends, values[-1], values[0], *qualified, *figures]
        return list(dict.fromkeys(ranked))

    def list_label_corners(self, figure: DataPoint, width: float, style: Style) -> Iterator[Point]:
        unit = self.canvas.sizes.unit
        x, y = self.find_position(figure)
        left, _, right, _ = self.limits
        own = self.marks[figure]
        above, below = own[1] - style.line_height - unit, y + (RADIUS + 1) * unit
        lefts = [x - width / 2, own[2] - width, own[0], x - width, x]
        lefts = [min(max(one, left + 2), right - width) for one in lefts]
        for top in (above, below, above - style.line_height):
            for one in lefts:
                yield one, top

    def is_free(self, box: Box, obstacles: Sequence[Box]) -> bool:
        left, top, right, bottom = box
        is_covered = any(
            left < other[2] and other[0] < right and top < other[3] and other[1] < bottom
            for other in obstacles
        )
        return not is_covered and top >= self.limits[1] - 2 and bottom <= self.limits[3]

    def draw_time_axis(self, top: float) -> float:
        canvas, sizes = self.canvas, self.canvas.sizes
        left, _, right, _ = self.limits
        widest = canvas.measure_text("2022年12月" if self.x.has_months else "2022", sizes.small)
        top, limit = top + 3 * sizes.unit, right
        # Labels at the ends move inwards, and the newest has priority over those that it reaches.
        for middle, text in reversed([*self.x.list_labels(widest + sizes.gap, canvas.language)]):
            half = canvas.measure_text(text, sizes.small) / 2
            x = min(max(middle, left + half), right - half)
            if x + half <= limit:
                canvas.draw_text(text, x, top, sizes.small, "center")
                limit = x - half - sizes.gap / 2
        return top + sizes.small.line_height

    def draw_sources(self, top: float) -> float:
        text = describe_sources(self.panel.figures, self.canvas)
        return self.canvas.draw_paragraph(text, self.span, top + 2, self.canvas.sizes.small)


def draw_line_key(canvas: Canvas, line: Line, text: Bilingual, span: Point, top: float) -> float:
    """Draw a piece of a line, and beside it what it means."""
    sizes, (left, right) = canvas.sizes, span
    style, width = sizes.small, SWATCH_WIDTH * sizes.unit
    middle = top + style.line_height / 2
    canvas.draw_path((left, middle), f"M0,0h{width:.2f}", line.scale(sizes.unit))
    x = left + width + sizes.gap
    return canvas.draw_paragraph(text.get(canvas.language), (x, right), top, style)


def describe_sources(figures: Sequence[DataPoint], canvas: Canvas) -> str:
    """Say which source each figure is from: Sources: 2013–2022 [4], 2023 [5]."""
    language = canvas.language
    parts = []
    for source, group in groupby(figures, key=lambda one: one.source):
        periods = [
            labels.format_short_period(one.start, one.end) for one in group if one.start and one.end
        ]
        is_short = len(periods) <= SHORT_LIST
        listed = language.comma.join(periods) if is_short else f"{periods[0]}–{periods[-1]}"
        parts.append(f"{listed} {labels.format_source_number(source)}")
    listed = language.comma.join(parts)
    rates = dict.fromkeys(one.growth_source for one in figures if one.growth_source)
    if rates:
        references = " ".join(map(labels.format_source_number, rates))
        growth = labels.GROWTH_SOURCES.format(references=references).get(language)
        listed = language.semicolon.join([listed, growth])
    return labels.PANEL_SOURCES.format(references=listed).get(language)


def list_segment_boxes(start: Point, end: Point) -> Iterator[Box]:
    """List boxes that cover a straight line."""
    (x, y), (x2, y2) = start, end
    half = OBSTACLE_STEP / 2
    count = max(1, int(max(abs(x2 - x), abs(y2 - y)) / OBSTACLE_STEP))
    for index in range(count + 1):
        middle_x, middle_y = x + (x2 - x) * index / count, y + (y2 - y) * index / count
        yield middle_x - half, middle_y - half, middle_x + half, middle_y + half
