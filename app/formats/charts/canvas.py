"""Marks at their places, and the Vega-Lite specification that they make."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from app.formats.charts import fonts
from app.formats.charts.text_wrap import balance_text, wrap_text
from app.formats.charts.themes import PALETTES, Palette
from app.i18n import Language
from app.parameters import Theme

Node = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
LINE_HEIGHT = 1.42
"""The height of a line, by the size of its letters."""
BASELINE = 1.05
"""How far below the top of a line its letters stand, by their size."""
UNIT_SIZE = 4
"""The size at which Vega takes the path of a shape for pixels."""
MIN_FONT_SIZE = 0.6
"""How much smaller a text may become to stand on one line, by its size."""
PIXELS = {"type": "quantitative", "scale": None, "axis": None}
"""An encoding that takes a field for pixels."""


class Style(NamedTuple):
    """How a text is printed."""

    size: float
    bold: bool = False
    colour: str = "ink"
    """A colour of the palette by its name."""

    @property
    def line_height(self) -> float:
        """The height of a line in pixels."""
        return self.size * LINE_HEIGHT

    def baseline_offset(self, other: "Style") -> float:
        """Give how much lower a line of another style starts to stand on the same line."""
        return (self.size - other.size) * BASELINE


class Bar(NamedTuple):
    """One figure as long as it is large."""

    period: str
    display: str
    value: Decimal
    middle: float
    """The height of its middle on the picture."""
    hatched: bool
    """Whether its end is not known to be that of the figure."""

    def to_datum(self) -> Node:
        """Give what the specification holds of it."""
        own = {"period": self.period, "display": self.display, "value": self.value}
        return own | {"y": round_pixels(self.middle)}


@dataclass
class Canvas:
    """A picture that grows as marks are put on it; all places are in pixels from the upper left."""

    width: int
    theme: Theme
    language: Language
    height: int = 0
    tiles: list[Node] = field(default_factory=list)
    bars: list[Node] = field(default_factory=list)
    ruled: dict[tuple[str, float, tuple[float, ...]], list[Node]] = field(default_factory=dict)
    shapes: dict[float, list[Node]] = field(default_factory=dict)
    written: dict[tuple[Style, str], list[Node]] = field(default_factory=dict)

    @property
    def palette(self) -> Palette:
        """The colours of the theme."""
        return PALETTES[self.theme]

    def get_colour(self, name: str) -> str:
        """Give a colour of the theme by its name."""
        found: str = getattr(self.palette, name)
        return found

    def measure_text(self, text: str, style: Style) -> float:
        """Give the width of a line."""
        return fonts.measure_text(text, style.size, self.language, bold=style.bold)

    def wrap_text(self, text: str, style: Style, room: float) -> list[str]:
        """Break a text into lines."""
        return wrap_text(text, style.size, room, self.language, bold=style.bold)

    def balance_text(self, text: str, style: Style, room: float) -> list[str]:
        """Break a name into lines of about the same length."""
        return balance_text(text, style.size, room, self.language, bold=style.bold)

    def fit_style(self, text: str, style: Style, room: float) -> Style:
        """Make a style smaller if only then a text fits on one line; too small it is not made."""
        fitting = room / max(self.measure_text(text, style), 1)
        return style._replace(size=style.size * fitting) if MIN_FONT_SIZE < fitting < 1 else style

    def draw_text(
        self, text: str | Sequence[str], x: float, top: float, style: Style, align: str = "left"
    ) -> float:
        """Print lines below each other, and give the height at which they end."""
        lines = [text] if isinstance(text, str) else list(text)
        place = {"x": round_pixels(x), "y": round_pixels(top + style.size * BASELINE)}
        # One line is a text and no list, as it is simplest for others who draw the specification.
        shown = lines[0] if len(lines) == 1 else lines
        self.written.setdefault((style, align), []).append(place | {"text": shown})
        return top + style.line_height * len(lines)

    def draw_wrapped_text(
        self, text: str, x: float, top: float, style: Style, room: float
    ) -> float:
        """Print a text broken to a width, and give the height at which it ends."""
        return self.draw_text(self.wrap_text(text, style, room), x, top, style)

    def draw_tile(self, left: float, top: float, right: float, bottom: float) -> None:
        """Lay a tile under what is written on it."""
        ends = zip(("x", "x2", "y", "y2"), (left, right, top, bottom), strict=True)
        self.tiles.append({name: round_pixels(value) for name, value in ends})

    def draw_rule(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        *,
        colour: str = "line",
        thick: float = 1,
        dash: tuple[float, ...] = (),
    ) -> None:
        """Draw a straight line."""
        ends = zip(("x", "y", "x2", "y2"), (*start, *end), strict=True)
        drawn = self.ruled.setdefault((colour, round_pixels(thick), dash), [])
        drawn.append({name: round_pixels(value) for name, value in ends})

    def draw_path(self, x: float, y: float, path: str, thick: float) -> None:
        """Draw a line along a path that starts from a place."""
        place = {"x": round_pixels(x), "y": round_pixels(y), "path": path}
        self.shapes.setdefault(round_pixels(thick), []).append(place)

    def draw_bars(
        self, bars: Sequence[Bar], span: tuple[float, float], top: Decimal, thick: float
    ) -> None:
        """Draw figures to one scale, from zero at the left end of a span to its right end."""
        scale = {"domain": [0, top], "range": [round_pixels(end) for end in span], "nice": False}
        encoding = {
            "x": pixel_encoding("value")["value"] | {"scale": scale, "stack": None},
            **pixel_encoding("y"),
            "tooltip": [{"field": "period"}, {"field": "display"}],
        }
        accent = self.get_colour("accent")
        looks: tuple[Node, ...] = (
            {"fill": accent},
            {"fill": self.get_colour("paper"), "stroke": accent, "strokeWidth": 1.5},
        )
        for hatched, look in enumerate(looks):
            values = [bar.to_datum() for bar in bars if bar.hatched == bool(hatched)]
            if values:
                mark = {"type": "bar", "orient": "horizontal", "size": round_pixels(thick), **look}
                self.bars.append(build_layer(values, mark, encoding))

    def list_texts(self) -> list[tuple[str, bool]]:
        """Give all that is printed, and whether in bold."""
        return [
            ("".join(one["text"]), style.bold)
            for (style, _), values in self.written.items()
            for one in values
        ]

    def build_specification(self, description: str) -> Node:
        """Make the Vega-Lite specification, with all data inside.

        Args:
            description: what the picture tells, for those who do not see it.
        """
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
                "font": fonts.font_stack(self.language),
                "view": {"stroke": None},
            },
        }

    def build_layers(self) -> list[Node]:
        """Make the layers, the lowest first."""
        ends = pixel_encoding("x", "y", "x2", "y2")
        return [
            build_layer(self.tiles, {"type": "rect", "fill": self.get_colour("tint")}, ends),
            *(
                build_layer(values, self.line_mark(*look), ends)
                for look, values in self.ruled.items()
            ),
            *self.bars,
            *(self.path_layer(thick, values) for thick, values in self.shapes.items()),
            *(
                self.text_layer(style, align, values)
                for (style, align), values in self.written.items()
            ),
        ]

    def line_mark(self, colour: str, thick: float, dash: tuple[float, ...]) -> Node:
        """Make the mark of straight lines of one look."""
        mark = {"type": "rule", "stroke": self.get_colour(colour), "strokeWidth": thick}
        return mark | ({"strokeDash": dash} if dash else {})

    def path_layer(self, thick: float, values: list[Node]) -> Node:
        """Make the layer of all paths of one thickness."""
        mark = {
            "type": "point",
            "filled": False,
            "size": UNIT_SIZE,
            "opacity": 1,
            "stroke": self.get_colour("accent"),
            "strokeWidth": thick,
        }
        shape = {"field": "path", "type": "nominal", "scale": None}
        return build_layer(values, mark, pixel_encoding("x", "y") | {"shape": shape})

    def text_layer(self, style: Style, align: str, values: list[Node]) -> Node:
        """Make the layer of all texts of one style."""
        mark = {
            "type": "text",
            "align": align,
            "baseline": "alphabetic",
            "fontSize": round_pixels(style.size),
            "fontWeight": 700 if style.bold else 400,
            "lineHeight": round_pixels(style.line_height),
            "fill": self.get_colour(style.colour),
        }
        encoding = pixel_encoding("x", "y") | {"text": {"field": "text", "type": "nominal"}}
        return build_layer(values, mark, encoding)


def build_layer(values: list[Node], mark: Node, encoding: Node) -> Node:
    """Make one layer with its own data."""
    return {"data": {"values": values}, "mark": mark, "encoding": encoding}


def pixel_encoding(*channels: str) -> Node:
    """Encode channels by fields of the same names, in pixels."""
    encoding: Node = {}
    for channel in channels:
        own = {"field": channel} | ({} if channel.endswith("2") else PIXELS)
        encoding[channel] = own
    return encoding


def round_pixels(value: float) -> float:
    """Round to a hundredth of a pixel, so that no noise of floats gets into a picture."""
    return round(value, 2)
