"""A canvas of marks at fixed positions, drawn as a Vega-Lite specification, as SVG and as PNG."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from html import escape
from typing import NamedTuple

from app.formats.charts import rendering
from app.formats.charts.model import Chart
from app.formats.charts.rendering import FONT_PROCESS, VEGA_PROCESS
from app.formats.charts.style import (
    BASELINE,
    PALETTES,
    Sizes,
    Style,
    balance_text,
    embed_fonts,
    get_font_stack,
    measure_text,
    wrap_text,
)
from app.i18n import Language
from app.parameters import Theme
from app.schemas import ENCODER

Node = dict[str, object]
Point = tuple[float, float]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
PATH_SIZE = 4
"""The size at which Vega takes the coordinates of a path as pixels."""
MIN_FONT_SCALE = 0.6
"""How far a text may shrink to fit on one line."""
PIXELS: Node = {"type": "quantitative", "scale": None, "axis": None}
"""An encoding without a scale, so that the values of a field are pixels."""
SVG, PNG = "image/svg+xml", "image/png"
SPECIFICATION = "application/vnd.vegalite.v6+json"
LANGUAGE_TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}


class Bar(NamedTuple):
    period: str
    display: str
    value: Decimal
    middle: float
    """The vertical position of its middle."""
    is_hatched: bool
    """Whether the figure is only known to be near the end of the bar."""


class Line(NamedTuple):
    colour: str = "line"
    thickness: float = 1
    dash: tuple[float, ...] = ()


@dataclass
class Canvas:
    """The marks of a chart; positions are pixels from the upper left corner.

    Drawing a text returns the vertical position at which it ends.
    """

    width: int
    theme: Theme
    language: Language
    height: int = 0
    tiles: list[Node] = field(default_factory=list)
    bar_layers: list[Node] = field(default_factory=list)
    rules: dict[Line, list[Node]] = field(default_factory=dict)
    paths: dict[float, list[Node]] = field(default_factory=dict)
    texts: dict[tuple[Style, str], list[Node]] = field(default_factory=dict)
    characters: set[tuple[str, bool]] = field(default_factory=set)
    """All characters in texts, each with whether it is bold."""

    @cached_property
    def sizes(self) -> Sizes:
        return Sizes(self.width)

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
        return style._replace(size=style.size * scale) if MIN_FONT_SCALE < scale < 1 else style

    def draw_text(
        self, lines: str | Sequence[str], x: float, top: float, style: Style, align: str = "left"
    ) -> float:
        lines = [lines] if isinstance(lines, str) else list(lines)
        self.characters.update((one, style.bold) for line in lines for one in line)
        position = {"x": round_pixels(x), "y": round_pixels(top + style.size * BASELINE)}
        # Other renderers find a single line easier to handle as a string than as a list.
        content = lines[0] if len(lines) == 1 else lines
        self.texts.setdefault((style, align), []).append({**position, "text": content})
        return top + style.line_height * len(lines)

    def draw_paragraph(
        self, paragraph: str, x: float, top: float, style: Style, width: float
    ) -> float:
        return self.draw_text(self.wrap_text(paragraph, style, width), x, top, style)

    def draw_tile(self, left: float, top: float, right: float, bottom: float) -> None:
        """Draw the background of a tile, below all other marks."""
        edges = zip(("x", "x2", "y", "y2"), (left, right, top, bottom), strict=True)
        self.tiles.append({name: round_pixels(value) for name, value in edges})

    def draw_rule(self, start: Point, end: Point, line: Line | None = None) -> None:
        line = line or Line()
        line = line._replace(thickness=round_pixels(line.thickness))
        ends = zip(("x", "y", "x2", "y2"), (*start, *end), strict=True)
        rule: Node = {name: round_pixels(value) for name, value in ends}
        self.rules.setdefault(line, []).append(rule)

    def draw_path(self, start: Point, path: str, thickness: float) -> None:
        """Draw an SVG path whose coordinates are relative to a point."""
        x, y = map(round_pixels, start)
        self.paths.setdefault(round_pixels(thickness), []).append({"x": x, "y": y, "path": path})

    def draw_bars(
        self, bars: Sequence[Bar], span: Point, maximum: Decimal, thickness: float
    ) -> None:
        """Draw figures to one scale: zero at the left end of a span, a maximum at its right."""
        scale = {
            "domain": [0, maximum],
            "range": [round_pixels(end) for end in span],
            "nice": False,
        }
        encoding: Node = {
            "x": {"field": "value", **PIXELS, "scale": scale, "stack": None},
            **encode_pixels("y"),
            "tooltip": [{"field": "period"}, {"field": "display"}],
        }
        accent = self.get_colour("accent")
        solid = {"fill": accent}
        hatched = {"fill": self.get_colour("paper"), "stroke": accent, "strokeWidth": 1.5}
        for is_hatched, look in ((False, solid), (True, hatched)):
            values: list[Node] = [
                {
                    "period": bar.period,
                    "display": bar.display,
                    "value": bar.value,
                    "y": round_pixels(bar.middle),
                }
                for bar in bars
                if bar.is_hatched == is_hatched
            ]
            if values:
                size = round_pixels(thickness)
                mark = {"type": "bar", "orient": "horizontal", "size": size, **look}
                self.bar_layers.append(build_layer(values, mark, encoding))

    def build_specification(self, description: str) -> Node:
        return {
            "$schema": SCHEMA,
            "description": description,
            "width": self.width,
            "height": self.height,
            "padding": 0,
            "autosize": "none",
            "background": self.get_colour("paper"),
            "layer": self.build_layers(),
            "resolve": {"scale": {"x": "independent", "y": "independent"}},
            "config": {
                "aria": False,
                "font": get_font_stack(self.language),
                "view": {"stroke": None},
            },
        }

    def build_layers(self) -> list[Node]:
        """Build the layers from the bottom to the top."""
        edges = encode_pixels("x", "y", "x2", "y2")
        return [
            build_layer(self.tiles, {"type": "rect", "fill": self.get_colour("tint")}, edges),
            *(
                build_layer(nodes, self.build_rule_mark(line), edges)
                for line, nodes in self.rules.items()
            ),
            *self.bar_layers,
            *(self.build_path_layer(thickness, nodes) for thickness, nodes in self.paths.items()),
            *(self.build_text_layer(*look, nodes) for look, nodes in self.texts.items()),
        ]

    def build_rule_mark(self, line: Line) -> Node:
        stroke = self.get_colour(line.colour)
        mark: Node = {"type": "rule", "stroke": stroke, "strokeWidth": line.thickness}
        return mark | ({"strokeDash": line.dash} if line.dash else {})

    def build_path_layer(self, thickness: float, nodes: list[Node]) -> Node:
        mark: Node = {
            "type": "point",
            "filled": False,
            "size": PATH_SIZE,
            "opacity": 1,
            "stroke": self.get_colour("accent"),
            "strokeWidth": thickness,
        }
        shape = {"field": "path", "type": "nominal", "scale": None}
        return build_layer(nodes, mark, encode_pixels("x", "y") | {"shape": shape})

    def build_text_layer(self, style: Style, align: str, nodes: list[Node]) -> Node:
        mark: Node = {
            "type": "text",
            "align": align,
            "baseline": "alphabetic",
            "fontSize": round_pixels(style.size),
            "fontWeight": 700 if style.bold else 400,
            "lineHeight": round_pixels(style.line_height),
            "fill": self.get_colour(style.colour),
        }
        encoding = encode_pixels("x", "y") | {"text": {"field": "text", "type": "nominal"}}
        return build_layer(nodes, mark, encoding)


def build_layer(values: list[Node], mark: Node, encoding: Node) -> Node:
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def encode_pixels(*channels: str) -> Node:
    """Encode each channel by the field of its name, in pixels."""
    return {
        channel: {"field": channel} | ({} if channel.endswith("2") else PIXELS)
        for channel in channels
    }


def round_pixels(value: float) -> float:
    """Round to a hundredth of a pixel, so that float noise does not change the bytes."""
    return round(value, 2)


def write_specification(canvas: Canvas, chart: Chart) -> bytes:
    """Write the Vega-Lite specification, each figure with all its digits."""
    return ENCODER.encode(canvas.build_specification(chart.describe()))


def render_bare_svg(canvas: Canvas, chart: Chart) -> str:
    return VEGA_PROCESS.run(rendering.render_svg, write_specification(canvas, chart))


def render_svg(canvas: Canvas, chart: Chart) -> bytes:
    """Draw a chart as SVG with embedded fonts and alternative text."""
    head, end, body = render_bare_svg(canvas, chart).partition(">")
    language = LANGUAGE_TAGS[chart.language]
    head = f'{head} role="img" aria-labelledby="title desc" xml:lang="{language}"'
    title = f'<title id="title">{escape(chart.title)}</title>'
    desc = f'<desc id="desc">{escape(chart.describe())}</desc>'
    style = f"<style>{embed_fonts(canvas.characters, chart.language)}</style>"
    return f"{head}{end}{title}{desc}{style}{body}".encode()


def render_png(canvas: Canvas, chart: Chart, scale: int) -> bytes:
    """Draw a chart as PNG, with ``scale`` pixels for each pixel of the chart on a side."""
    return FONT_PROCESS.run(rendering.render_png, render_bare_svg(canvas, chart), scale)
