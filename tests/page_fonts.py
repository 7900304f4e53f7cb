"""Create the fonts of the pages from those of the charts: python -m tests.page_fonts.

The Chinese fonts contain the characters of seed, code, translations, templates and guide only.
Browsers load them where the machine has no Chinese font.
"""

from pathlib import Path

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


def written() -> set[int]:
    """Return every character that a page may show."""
    files = [file for folder, pattern in TEXTS for file in sorted(folder.rglob(pattern))]
    return {ord(letter) for file in files for letter in file.read_text()}


def make() -> None:
    """Write the fonts as WOFF2."""
    TARGET.mkdir(exist_ok=True)
    for name in ("BRISans-Regular", "BRISans-Bold", "BRISansSC-Regular", "BRISansSC-Bold"):
        font = TTFont(FONTS / f"{name}.otf", recalcTimestamp=False)
        if "SC" in name:
            subsetter = Subsetter(Options(layout_features=["kern"], name_IDs=[0, 1, 2, 4, 6, 13]))
            subsetter.populate(unicodes=written())
            subsetter.subset(font)
        font.flavor = "woff2"
        font.save(TARGET / f"{name}.woff2")


if __name__ == "__main__":
    make()
