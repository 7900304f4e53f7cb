"""The style of charts: colours, type sizes, and fonts, by which text is measured and wrapped."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from app.enums import Theme
from app.formats.charts.rendering import DRAWING_PROCESS, Font, embed_font, read_advances
from app.i18n import IDEOGRAPHS, Language

STYLESHEET = Path(__file__).parents[2] / "pages" / "static" / "site.css"
NARROW, WIDE = 480, 1000
"""Charts narrower than the first width have one column; from the second on they have two."""
BASE_WIDTH = 640
"""Up to this width, type has one size; on wider charts it grows."""
LINE_HEIGHT = 1.42
"""The height of a line relative to the font size."""
MIN_SIZE = 11
"""The smallest font size, in pixels."""
BASELINE = 1.05
"""The distance from the top of a line to its baseline, relative to the font size."""
LATIN, CHINESE = "BRI Sans", "BRI Sans SC"
STACKS = {Language.ENGLISH: (LATIN, CHINESE), Language.CHINESE: (CHINESE,)}
"""The families of a language: a character is set in the first one that contains it."""
FALLBACK_FONTS = ("Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
"""The fonts of those who draw a chart themselves and do not have ours."""
UNITS_PER_EM = 1000
OPENING, CLOSING = "（《〈“‘「『【〔(\\[", "，。；：、！？）》〉”’」』】〕%)\\]"
TOKEN = re.compile(
    f"(?:“[{IDEOGRAPHS}]{{1,6}}”|[{OPENING}]*"
    "(?:\\d{4}年\\d+(?:—\\d+)?月(?:\\d+日)?|\\d{1,2} [A-Z][a-z]+(?: \\d{4})?[,.;:]*"
    f"|[{IDEOGRAPHS}]|[^\\s{IDEOGRAPHS}{OPENING}{CLOSING}]+[年月日]?|[^\\s{OPENING}])?)"
    f"(?:[{CLOSING}][{CLOSING},.;:]*)?\\s*"
)
"""What is never broken: a date, a word, a short name in quotation marks, or an ideograph, with
its punctuation."""
COMMON_CHARACTERS = frozenset([*map(chr, range(0x20, 0x7F)), *"–—‘’“”…−·"])
"""What English texts consist of."""
TOLERANCE = 0.01
"""How much wider than its space a line may be, in pixels, as sums of widths are not exact."""


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
    css = STYLESHEET.read_text("utf-8")
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


class Line(NamedTuple):
    colour: str = "line"
    thickness: float = 1
    dash: tuple[float, ...] = ()
    is_round: bool = False
    """Whether ends and corners are round."""

    def scale(self, unit: float) -> "Line":
        dash = tuple(unit * one for one in self.dash)
        return self._replace(thickness=unit * self.thickness, dash=dash)


class Sizes:
    """The sizes in a chart of some width, in pixels."""

    def __init__(self, width: int) -> None:
        is_narrow = width < NARROW
        self.unit = unit = 1 + max(0, width - BASE_WIDTH) / 2400
        """The length that is one pixel in a chart of the base width."""
        self.margin = 16 if is_narrow else 24 * unit
        self.gap = 10 * unit
        """The space between things side by side."""
        self.title = Style((17 if is_narrow else 20) * unit, bold=True)
        self.headline = Style((30 if is_narrow else 38) * unit, bold=True, colour="accent")
        """The style of the one figure that a chart is about."""
        self.takeaway = Style((22 if is_narrow else 30) * unit, bold=True, colour="accent")
        """The style of a title that says a figure with its period."""
        self.number = Style(25 * unit, bold=True, colour="accent")
        """The style of the figure of a tile, or of the number of a priority area."""
        self.heading = Style(15 * unit, bold=True)
        self.strong = Style(13.5 * unit, bold=True)
        self.body = Style(13.5 * unit)
        self.small = Style(12 * unit, colour="quiet")


def get_font_stack(language: Language) -> str:
    """Return the fonts of a language as a CSS value."""
    return ", ".join((*STACKS[language], *FALLBACK_FONTS))


@cache
def get_advances(font: Font) -> dict[str, int]:
    """Read the advance widths of all characters, in thousandths of the font size."""
    return DRAWING_PROCESS.run(read_advances, font)


def find_font(character: str, language: Language, *, bold: bool) -> Font:
    """Find the font of a character; the last one if none contains it."""
    fonts = [Font(family, bold) for family in STACKS[language]]
    return next((one for one in fonts if character in get_advances(one)), fonts[-1])


class CharacterWidths(dict[str, int]):
    """The advance widths of characters in one style, looked up when first used."""

    def __init__(self, language: Language, *, bold: bool) -> None:
        self.language = language
        self.bold = bold

    def __missing__(self, character: str) -> int:
        font = find_font(character, self.language, bold=self.bold)
        width = self[character] = get_advances(font).get(character, UNITS_PER_EM)
        return width


get_widths = cache(CharacterWidths)


def measure_advance(text: str, style: Style, language: Language) -> int:
    """Measure a line in thousandths of the font size.

    Kerning is ignored, since it only makes lines shorter.
    """
    return sum(map(get_widths(language, bold=style.bold).__getitem__, text))


def measure_text(text: str, style: Style, language: Language) -> float:
    return measure_advance(text, style, language) * style.size / UNITS_PER_EM


def wrap_text(text: str, width: float, style: Style, language: Language) -> list[str]:
    """Break a text into lines of at most a width; only words that are wider are cut."""
    limit = (width + TOLERANCE) * UNITS_PER_EM / style.size
    lines, line, advance = [], "", 0
    for token in TOKEN.findall(text):
        if line and advance + measure_advance(token.rstrip(), style, language) > limit:
            lines.append(line.rstrip())
            line, advance = "", 0
        rest = token
        if not line:
            *parts, rest = split_word(token, limit, style, language)
            lines += parts
        line += rest
        advance += measure_advance(rest, style, language)
    return [*lines, line.rstrip()] if line.strip() else lines


def balance_text(text: str, width: float, style: Style, language: Language) -> list[str]:
    """Break a text into as few lines as possible, of about the same length."""
    count = len(wrap_text(text, width, style, language))
    narrow, wide = width / 2, width
    while wide - narrow > style.size / 2:
        middle = (narrow + wide) / 2
        if len(wrap_text(text, middle, style, language)) > count:
            narrow = middle
        else:
            wide = middle
    return wrap_text(text, wide, style, language)


def split_word(word: str, limit: float, style: Style, language: Language) -> Iterator[str]:
    """Yield the parts of a word that fit into a line, given in thousandths of the font size."""
    while len(word) > 1 and measure_advance(word.rstrip(), style, language) > limit:
        widths = map(get_widths(language, bold=style.bold).__getitem__, word)
        count = max(1, sum(advance <= limit for advance in accumulate(widths)))
        yield word[:count]
        word = word[count:]
    yield word


def embed_fonts(characters: Mapping[bool, Iterable[str]], language: Language) -> str:
    """Write the CSS that embeds some characters, given by whether they are bold.

    Of the Latin fonts, all common characters are embedded, so that charts share the same subsets.
    """
    subsets: dict[Font, set[str]] = {}
    for bold, used in characters.items():
        for one in used:
            subsets.setdefault(find_font(one, language, bold=bold), set()).add(one)
    for font in subsets:
        if font.family == LATIN:
            subsets[font] |= COMMON_CHARACTERS
    return "".join(embed_font(font, "".join(sorted(subsets[font]))) for font in sorted(subsets))
