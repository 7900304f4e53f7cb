"""The fonts of pictures: how wide a text is, and what of them an SVG carries along."""

from base64 import b64encode
from collections.abc import Iterable
from functools import cache, lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from app.text import Language

FOLDER = Path(__file__).parents[2] / "fonts"
LATIN, CHINESE = "BRI Sans", "BRI Sans SC"
STACKS = {Language.ENGLISH: (LATIN, CHINESE), Language.CHINESE: (CHINESE,)}
"""The families that a text is printed in: each character in the first one that has it."""
ELSEWHERE = ("Noto Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif")
"""What others print in who draw a specification themselves, and have not our fonts."""
UNITS = 1000


class Font(NamedTuple):
    """One weight of a family."""

    family: str
    bold: bool

    @property
    def file(self) -> Path:
        """Where it lies."""
        weight = "Bold" if self.bold else "Regular"
        return FOLDER / f"{self.family.replace(' ', '')}-{weight}.otf"


def stack(language: Language) -> str:
    """Name the fonts of a language, as CSS does."""
    return ", ".join((*STACKS[language], *ELSEWHERE))


@cache
def advances(font: Font) -> dict[int, int]:
    """Read how far each character moves on, in thousandths of the size."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(font.file, lazy=True) as opened:
        widths = opened["hmtx"].metrics
        return {code: widths[name][0] for code, name in opened.getBestCmap().items()}


def font_of(letter: str, language: Language, *, bold: bool) -> Font:
    """Find the font that prints a character; the last one where none has it."""
    fonts = [Font(family, bold) for family in STACKS[language]]
    return next((one for one in fonts if ord(letter) in advances(one)), fonts[-1])


@lru_cache(maxsize=8192)
def advance(letter: str, language: Language, bold: bool) -> int:  # noqa: FBT001
    """Give how far a character moves on, in thousandths of the size."""
    return advances(font_of(letter, language, bold=bold)).get(ord(letter), UNITS)


def width(text: str, size: float, language: Language, *, bold: bool = False) -> float:
    """Measure a line in pixels; kerning would only make it narrower."""
    return sum(advance(letter, language, bold) for letter in text) * size / UNITS


def faces(texts: Iterable[tuple[str, bool]], language: Language) -> str:
    """Write the CSS that brings along the characters of some texts.

    Args:
        texts: what is printed, and whether in bold.
        language: the language of the texts.
    """
    used: dict[Font, set[str]] = {}
    for text, bold in texts:
        for letter in text:
            used.setdefault(font_of(letter, language, bold=bold), set()).add(letter)
    return "".join(face(font, "".join(sorted(used[font]))) for font in sorted(used))


@lru_cache(maxsize=128)
def face(font: Font, letters: str) -> str:
    """Write the CSS that brings along some characters of a font."""
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = Options(layout_features=["kern"], hinting=False, notdef_outline=True)
    cut = Subsetter(options)
    cut.populate(text=letters)
    with TTFont(font.file, lazy=True, recalcTimestamp=False) as opened, BytesIO() as written:
        cut.subset(opened)
        opened.flavor = "woff2"
        opened.save(written)
        data = b64encode(written.getvalue()).decode()
    weight = 700 if font.bold else 400
    return (
        f'@font-face{{font-family:"{font.family}";font-weight:{weight};'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )
