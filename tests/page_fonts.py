"""Create the fonts of the pages from those of the charts: python -m tests.page_fonts.

The Chinese fonts contain the characters of seed, code, translations, templates and guide only.
Browsers load them where the machine has no Chinese font. English pages have fonts of their own for
Chinese titles and quotations, and one for the name of the language in the link to the Chinese page.
"""

from collections.abc import Iterator
from pathlib import Path

import yaml
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

ROOT = Path(__file__).parent.parent
FONTS, TARGET = ROOT / "app" / "fonts", ROOT / "app" / "pages" / "static" / "fonts"
TEXTS = (
    (ROOT / "seed", "*.yaml"),
    (ROOT / "app", "*.py"),
    (ROOT / "app", "*.html"),
    (ROOT / "app", "*.po"),
    (ROOT / "app" / "guide", "*.md"),
)
LANGUAGE_NAME = "中文"
FIRST_CHINESE = 0x2E80
"""The first character that the stylesheet takes from the fonts for Chinese."""


def list_characters() -> set[int]:
    """Return every character that a page may show."""
    files = [file for folder, pattern in TEXTS for file in sorted(folder.rglob(pattern))]
    return {ord(letter) for file in files for letter in file.read_text()}


def list_english_page_characters() -> set[int]:
    """Return the Chinese characters that an English page may show: titles, quotations, examples."""
    texts = [file.read_text() for file in sorted((ROOT / "app" / "guide" / "en").rglob("*.md"))]
    for file in sorted((ROOT / "seed").rglob("*.yaml")):
        if file.parent.name not in {"synonyms", "releases"}:
            texts += list_english(yaml.safe_load(file.read_text()))
    return {ord(letter) for text in texts for letter in text if ord(letter) >= FIRST_CHINESE}


def list_english(value: object) -> Iterator[str]:
    """List the texts of a record without those that only Chinese pages show."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from list_english(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            if name != "zh" or "en" not in value:
                yield from list_english(one)


def save_subset(source: str, characters: set[int] | None, target: str) -> None:
    """Write some characters of a font, or all of them, as WOFF2."""
    font = TTFont(FONTS / f"{source}.otf", recalcTimestamp=False)
    if characters is not None:
        subsetter = Subsetter(Options(layout_features=["kern"], name_IDs=[0, 1, 2, 4, 6, 13]))
        subsetter.populate(unicodes=characters)
        subsetter.subset(font)
    font.flavor = "woff2"
    font.save(TARGET / f"{target}.woff2")


def make() -> None:
    """Write the fonts as WOFF2."""
    TARGET.mkdir(exist_ok=True)
    for name in ("BRISans-Regular", "BRISans-Bold"):
        save_subset(name, None, name)
    for name in ("BRISansSC-Regular", "BRISansSC-Bold"):
        save_subset(name, list_characters(), name)
    save_subset("BRISansSC-Regular", list_english_page_characters(), "BRISansSC-Titles")
    save_subset("BRISansSC-Regular", set(map(ord, LANGUAGE_NAME)), "BRISansSC-Link")


if __name__ == "__main__":
    make()
