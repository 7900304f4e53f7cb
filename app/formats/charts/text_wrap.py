"""From a text to lines: where English and Chinese may be broken."""

import re

from app.db.fulltext.segmentation import IDEOGRAPHS
from app.formats.charts.fonts import measure_text
from app.i18n import Language

OPENING, CLOSING = "（《〈“‘「『【〔(\\[", "，。；：、！？）》〉”’」』】〕%)\\]"
TOKEN = re.compile(
    f"(?:“[{IDEOGRAPHS}]{{1,6}}”|[{OPENING}]*"
    f"(?:[{IDEOGRAPHS}]|[^\\s{IDEOGRAPHS}{OPENING}{CLOSING}]+[年月日]?|[^\\s{OPENING}])?)"
    f"[{CLOSING}]*\\s*"
)
"""What is never parted: a word, a short name in quotation marks, or an ideograph, with the
punctuation that belongs to it."""


def wrap_text(text: str, size: float, room: float, language: Language, *, bold: bool) -> list[str]:
    """Break a text into lines of a width in pixels; only a word wider than that is cut."""
    lines, line = [], ""
    for token in TOKEN.findall(text):
        if not line or measure_text((line + token).rstrip(), size, language, bold=bold) <= room:
            line += token
        else:
            lines.append(line.rstrip())
            line = token
        while measure_text(line.rstrip(), size, language, bold=bold) > room and len(line) > 1:
            fitting = fit_characters(line, size, room, language, bold=bold)
            lines.append(line[:fitting])
            line = line[fitting:]
    return [*lines, line.rstrip()] if line.strip() else lines


def balance_text(
    text: str, size: float, room: float, language: Language, *, bold: bool
) -> list[str]:
    """Break a text into as few lines as it takes, which are about equally long."""
    lines = wrap_text(text, size, room, language, bold=bold)
    narrow, wide = room / 2, room
    while wide - narrow > size / 2:
        middle = (narrow + wide) / 2
        tried = wrap_text(text, size, middle, language, bold=bold)
        if len(tried) > len(lines):
            narrow = middle
        else:
            wide = middle
    return wrap_text(text, size, wide, language, bold=bold)


def fit_characters(word: str, size: float, room: float, language: Language, *, bold: bool) -> int:
    """Give how many characters of a word fit, at least one."""
    fitting = 1
    while measure_text(word[: fitting + 1], size, language, bold=bold) <= room:
        fitting += 1
    return fitting
