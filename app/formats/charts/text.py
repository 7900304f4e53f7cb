"""Text in charts: how wide it is, where it is wrapped, and the fonts that an SVG embeds."""

import json
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from app.db.fulltext import IDEOGRAPHS
from app.formats.charts.client import CLIENT
from app.formats.charts.style import Style
from app.i18n import Language

LATIN, CHINESE = "BRI Sans", "BRI Sans SC"
STACKS = {Language.ENGLISH: (LATIN, CHINESE), Language.CHINESE: (CHINESE,)}
"""The families of a language: a character is set in the first one that contains it."""
FALLBACK_FONTS = ("Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
"""The fonts for those who draw a specification themselves and do not have ours."""
UNITS_PER_EM = 1000
OPENING, CLOSING = "（《〈“‘「『【〔(\\[", "，。；：、！？）》〉”’」』】〕%)\\]"
TOKEN = re.compile(
    f"(?:“[{IDEOGRAPHS}]{{1,6}}”|[{OPENING}]*"
    f"(?:[{IDEOGRAPHS}]|[^\\s{IDEOGRAPHS}{OPENING}{CLOSING}]+[年月日]?|[^\\s{OPENING}])?)"
    f"[{CLOSING}]*\\s*"
)
"""What is never broken: a word, a short name in quotation marks, or an ideograph, with its
punctuation."""


class Font(NamedTuple):
    """One weight of a family."""

    family: str
    bold: bool


def get_font_stack(language: Language) -> str:
    """Return the fonts of a language as a CSS value."""
    return ", ".join((*STACKS[language], *FALLBACK_FONTS))


@cache
def get_advances(font: Font) -> dict[str, int]:
    """Read the advance widths of all characters, in thousandths of the font size."""
    advances: dict[str, int] = json.loads(CLIENT.run("advances", *font))
    return {chr(int(code)): width for code, width in advances.items()}


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


def measure_text(text: str, style: Style, language: Language) -> float:
    """Measure a line in pixels. Kerning is ignored, since it only makes lines shorter."""
    widths = get_widths(language, bold=style.bold)
    return sum(widths[character] for character in text) * style.size / UNITS_PER_EM


def wrap_text(text: str, width: float, style: Style, language: Language) -> list[str]:
    """Break a text into lines of at most a width; only words that are wider are cut."""
    lines, line = [], ""
    for token in TOKEN.findall(text):
        if not line or measure_text((line + token).rstrip(), style, language) <= width:
            line += token
        else:
            lines.append(line.rstrip())
            line = token
        while measure_text(line.rstrip(), style, language) > width and len(line) > 1:
            count = fit_characters(line, width, style, language)
            lines.append(line[:count])
            line = line[count:]
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


def fit_characters(word: str, width: float, style: Style, language: Language) -> int:
    """Count the characters of a word that fit into a width, at least one."""
    count = 1
    while measure_text(word[: count + 1], style, language) <= width:
        count += 1
    return count


def embed_fonts(characters: Iterable[tuple[str, bool]], language: Language) -> str:
    """Write the CSS that embeds some characters, each given with whether it is bold."""
    subsets: dict[Font, set[str]] = {}
    for one, bold in characters:
        subsets.setdefault(find_font(one, language, bold=bold), set()).add(one)
    return "".join(embed_font(font, "".join(sorted(subsets[font]))) for font in sorted(subsets))


@lru_cache(maxsize=128)
def embed_font(font: Font, characters: str) -> str:
    return CLIENT.run("embed_font", *font, characters).decode()
