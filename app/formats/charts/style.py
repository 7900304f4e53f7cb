"""The colours and the type sizes of charts."""

import re
from pathlib import Path
from typing import NamedTuple

from app.parameters import Theme

STYLESHEET = Path(__file__).parents[2] / "pages" / "static" / "site.css"
NARROW, WIDE = 480, 1000
"""Charts narrower than the first width have one column; from the second on they have two."""
BASE_WIDTH = 640
"""Up to this width, type has one size; on wider charts it grows."""
LINE_HEIGHT = 1.42
"""The height of a line relative to the font size."""
BASELINE = 1.05
"""The distance from the top of a line to its baseline, relative to the font size."""


class Palette(NamedTuple):
    """The colours of a theme. Colour is never the only carrier of a meaning."""

    paper: str
    tint: str
    """The background of a tile."""
    ink: str
    quiet: str
    """Secondary text, and rules that carry a meaning."""
    line: str
    """Rules that only separate."""
    accent: str
    """Figures and bars."""


def read_palettes() -> dict[Theme, Palette]:
    """Read the colours of charts from the stylesheet of the pages, where they are defined."""
    css = STYLESHEET.read_text()
    pairs = [
        re.findall(rf"--{name}: light-dark\((#\w+), (#\w+)\);", css)[0] for name in Palette._fields
    ]
    themes = (Theme.LIGHT, Theme.DARK)
    return {
        theme: Palette(*map(expand_colour, colours))
        for theme, colours in zip(themes, zip(*pairs, strict=True), strict=True)
    }


def expand_colour(colour: str) -> str:
    """Write a colour with six digits: #fff becomes #ffffff."""
    digits = colour.removeprefix("#")
    return colour if len(digits) > len("fff") else "#" + "".join(2 * digit for digit in digits)


PALETTES = read_palettes()


class Style(NamedTuple):
    """The style of a text."""

    size: float
    bold: bool = False
    colour: str = "ink"
    """The name of a colour of the palette."""

    @property
    def line_height(self) -> float:
        return self.size * LINE_HEIGHT

    def get_baseline_offset(self, other: "Style") -> float:
        """Return how much lower a text of another style starts to share a baseline with this."""
        return (self.size - other.size) * BASELINE


class Sizes(NamedTuple):
    """The sizes in a chart of some width, in pixels."""

    width: int
    unit: float
    """The length that is one pixel in a chart of the base width."""

    @property
    def margin(self) -> float:
        return 16 if self.width < NARROW else 24 * self.unit

    @property
    def gap(self) -> float:
        """The space between things side by side."""
        return 10 * self.unit

    @property
    def title(self) -> Style:
        return Style((17 if self.width < NARROW else 20) * self.unit, bold=True)

    @property
    def headline(self) -> Style:
        """The style of the one figure that a chart is about."""
        return Style((30 if self.width < NARROW else 38) * self.unit, bold=True, colour="accent")

    @property
    def number(self) -> Style:
        """The style of the figure of a tile, or of the number of a priority area."""
        return Style(25 * self.unit, bold=True, colour="accent")

    @property
    def heading(self) -> Style:
        return Style(15 * self.unit, bold=True)

    @property
    def strong(self) -> Style:
        return Style(13.5 * self.unit, bold=True)

    @property
    def body(self) -> Style:
        return Style(13.5 * self.unit)

    @property
    def small(self) -> Style:
        return Style(12 * self.unit, colour="quiet")


def select_sizes(width: int) -> Sizes:
    return Sizes(width, 1 + max(0, width - BASE_WIDTH) / 2400)
