"""The fonts of pictures: how wide a text is, and what of them an SVG carries along."""

import json
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from app.formats.charts.client import CLIENT
from app.i18n import Language

LATIN, CHINESE = "BRI Sans", "BRI Sans SC"
STACKS = {Language.ENGLISH: (LATIN, CHINESE), Language.CHINESE: (CHINESE,)}
"""The families that a text is printed in: each character in the first one that has it."""
FALLBACK_FONTS = ("Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
"""What others print in who draw a specification themselves, and have not our fonts."""
UNITS = 1000


class Font(NamedTuple):
    """One weight of a family."""

    family: str
    bold: bool


def font_stack(language: Language) -> str:
    """Name the fonts of a language, as CSS does."""
    return ", ".join((*STACKS[language], *FALLBACK_FONTS))


@cache
def get_advances(font: Font) -> dict[str, int]:
    """Read how far each character moves on, in thousandths of the size."""
    found: dict[str, int] = json.loads(CLIENT.run("advances", *font))
    return {chr(int(code)): width for code, width in found.items()}


def find_font(letter: str, language: Language, *, bold: bool) -> Font:
    """Find the font that prints a character; the last one where none has it."""
    fonts = [Font(family, bold) for family in STACKS[language]]
    return next((one for one in fonts if letter in get_advances(one)), fonts[-1])


@lru_cache(maxsize=8192)
def measure_character(letter: str, language: Language, bold: bool) -> int:  # noqa: FBT001
    """Give how far a character moves on, in thousandths of the size."""
    return get_advances(find_font(letter, language, bold=bold)).get(letter, UNITS)


def measure_text(text: str, size: float, language: Language, *, bold: bool = False) -> float:
    """Measure a line in pixels; kerning would only make it narrower."""
    return sum(measure_character(letter, language, bold) for letter in text) * size / UNITS


def embed_fonts(texts: Iterable[tuple[str, bool]], language: Language) -> str:
    """Write the CSS that brings along the characters of some texts.

    Args:
        texts: what is printed, and whether in bold.
        language: the language of the texts.
    """
    used: dict[Font, set[str]] = {}
    for text, bold in texts:
        for letter in text:
            used.setdefault(find_font(letter, language, bold=bold), set()).add(letter)
    return "".join(embed_font(font, "".join(sorted(used[font]))) for font in sorted(used))


@lru_cache(maxsize=128)
def embed_font(font: Font, letters: str) -> str:
    """Write the CSS that brings along some characters of a font."""
    return CLIENT.run("face", *font, letters).decode()
