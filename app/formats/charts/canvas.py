"""A canvas of marks at fixed positions, written as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from html import escape

from app.enums import Theme
from app.formats.charts.model import Chart
from app.formats.charts.style import (
    BASELINE,
    MIN_SIZE,
    PALETTES,
    Line,
    Sizes,
    Style,
    balance_text,
    embed_fonts,
    get_font_stack,
    measure_text,
    wrap_text,
)
from app.i18n import Language

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""

NAMESPACE = "http://www.w3.org/2000/svg"
MIN_FONT_SCALE = 0.6
"""How far a text may shrink to fit on one line."""
ANCHORS = {"left": "start", "center": "middle", "right": "end"}
SVG, PNG = "image/svg+xml", "image/png"
LANGUAGE_TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}


@dataclass
class Canvas:
    """The marks of a chart; positions are pixels from the upper left corner.

    Each list of elements is drawn above the one before. Drawing a text returns the vertical
    position at which it ends.
    """

    width: int
    theme: Theme
    language: Language
    height: int = 0
    tiles: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    bars: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    points: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    characters: dict[bool, set[str]] = field(default_factory=lambda: {False: set(), True: set()})
    """All characters in texts, by whether they are bold."""

    @cached_property
    def sizes(self) -> Sizes:
        return Sizes(self.width)

    @property
    def span(self) -> Point:
        """The left and the right margin."""
        return self.sizes.margin, self.width - self.sizes.margin

    def get_colour(self, name: str) -> str:
        colours: dict[str, str] = PALETTES[self.theme]._asdict()
        return colours[name]

    def measure_text(self, line: str, style: Style) -> float:
        return measure_text(line, style, self.language)

    def wrap_text(self, paragraph: str, style: Style, width: float) -> list[str]:
        return wrap_text(paragraph, width, style, self.language)

    def balance_text(self, title: str, style: Style, width: float) -> list[str]:
        return balance_text(title, width, style, self.language)

    def fit_style(self, line: str, style: Style, width: float) -> Style:
        """Shrink a style so that a text fits on one line, unless it would become too small."""
        scale = width / max(self.measure_text(line, style), 1)
        is_legible = scale > MIN_FONT_SCALE and style.size * scale >= MIN_SIZE
        return style._replace(size=style.size * scale) if scale < 1 and is_legible else style

    def draw_text(
        self, lines: str | Sequence[str], x: float, top: float, style: Style, align: str = "left"
    ) -> float:
        lines = [lines] if isinstance(lines, str) else list(lines) or [""]
        self.characters[style.bold].update(*lines)
        attributes = write_attributes(
            x=x,
            y=top + style.size * BASELINE,
            font_size=style.size,
            font_weight=700 if style.bold else None,
            text_anchor=ANCHORS[align] if align != "left" else None,
            fill=self.get_colour(style.colour),
        )
        first, *others = map(escape, lines)
        step = write_attributes(x=x, dy=style.line_height)
        rest = "".join(f"<tspan{step}>{line}</tspan>" for line in others)
        content = f"<tspan>{first}</tspan>{rest}" if rest else first
        self.texts.append(f"<text{attributes}>{content}</text>")
        return top + style.line_height * len(lines)

    def draw_paragraph(self, paragraph: str, span: Point, top: float, style: Style) -> float:
        lines = self.wrap_text(paragraph, style, span[1] - span[0])
        return self.draw_text(lines, span[0], top, style)

    def draw_tile(self, box: Box) -> None:
        self.tiles.append(f'<rect{write_box(box)} fill="{self.get_colour("tint")}"/>')

    def draw_rule(self, start: Point, end: Point, line: Line | None = None) -> None:
        ends = write_attributes(x1=start[0], y1=start[1], x2=end[0], y2=end[1])
        self.rules.append(f"<line{ends}{self.write_stroke(line or Line())}/>")

    def draw_bar(self, box: Box, *, is_hatched: bool) -> None:
        """Draw a bar, or the frame of one that is hatched."""
        accent = self.get_colour("accent")
        look = write_attributes(
            fill=self.get_colour("paper") if is_hatched else accent,
            stroke=accent if is_hatched else None,
            stroke_width=1.5 * self.sizes.unit if is_hatched else None,
        )
        self.bars.append(f'<rect class="bar"{write_box(box)}{look}/>')

    def draw_hatching(self, start: Point, width: float, thickness: float, step: float = 6) -> None:
        """Draw slanted lines in a bar, from the middle of its left end; the step is in units."""
        unit = self.sizes.unit
        half, path, x = thickness / 2, "", step * unit - thickness
        while x < width:
            left, right = max(x, 0), min(x + thickness, width)
            path += f"M{left:.2f},{half - (left - x):.2f}L{right:.2f},{half - (right - x):.2f}"
            x += step * unit
        self.draw_path(start, path, Line("accent", 1.5 * unit))

    def draw_mask(self, box: Box) -> None:
        """Hide the rules behind a text."""
        self.bars.append(f'<rect{write_box(box)} fill="{self.get_colour("paper")}"/>')

    def draw_path(self, start: Point, path: str, line: Line) -> None:
        """Draw an SVG path whose coordinates are relative to a point."""
        x, y = map(write_number, start)
        move = f' transform="translate({x} {y})"' if (x, y) != ("0", "0") else ""
        self.paths.append(f'<path d="{path}"{move} fill="none"{self.write_stroke(line)}/>')

    def draw_point(self, centre: Point, radius: float, *, is_hollow: bool) -> None:
        accent = self.get_colour("accent")
        attributes = write_attributes(
            cx=centre[0],
            cy=centre[1],
            r=radius,
            fill=self.get_colour("paper") if is_hollow else accent,
            stroke=accent,
            stroke_width=1.75 * self.sizes.unit,
        )
        self.points.append(f'<circle class="point"{attributes}/>')

    def write_stroke(self, line: Line) -> str:
        return write_attributes(
            stroke=self.get_colour(line.colour),
            stroke_width=line.thickness,
            stroke_dasharray=" ".join(map(write_number, line.dash)) or None,
            stroke_linecap="round" if line.is_round else None,
            stroke_linejoin="round" if line.is_round else None,
        )

    def write_svg(self, head: str) -> str:
        """Write the picture; the head is what stands before its marks."""
        size = write_attributes(width=self.width, height=self.height)
        size += f' viewBox="0 0 {self.width} {self.height}"'
        font = escape(get_font_stack(self.language))
        paper = f'<path d="M0,0H{self.width}V{self.height}H0z" fill="{self.get_colour("paper")}"/>'
        layers = (self.tiles, self.rules, self.bars, self.paths, self.points, self.texts)
        marks = "".join(element for layer in layers for element in layer)
        return f'<svg xmlns="{NAMESPACE}"{size} font-family="{font}"{head}{paper}{marks}</svg>'


def write_attributes(**values: str | float | None) -> str:
    """Write the attributes that have a value, each after a blank."""
    texts = {
        name.replace("_", "-"): escape(value) if isinstance(value, str) else write_number(value)
        for name, value in values.items()
        if value is not None
    }
    return "".join(f' {name}="{text}"' for name, text in texts.items())


def write_box(box: Box) -> str:
    left, top, right, bottom = box
    return write_attributes(x=left, y=top, width=right - left, height=bottom - top)


def write_number(value: float) -> str:
    """Write a length with at most two decimals, so that float noise does not change the bytes."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def render_svg(canvas: Canvas, chart: Chart) -> bytes:
    """Draw a chart as SVG with embedded fonts and alternative text."""
    language = LANGUAGE_TAGS[chart.language]
    fonts = embed_fonts(canvas.characters, chart.language)
    head = (
        f' role="img" aria-labelledby="title desc" xml:lang="{language}">'
        f'<title id="title">{escape(chart.title)}</title>'
        f'<desc id="desc">{escape(chart.describe())}</desc><style>{fonts}</style>'
    )
    return canvas.write_svg(head).encode()
