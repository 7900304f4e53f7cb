"""Regenerate the fonts of the charts from those of Debian's package fonts-noto-cjk.

Run: python -m tests.fonts /usr/share/fonts/opentype/noto

From the Simplified Chinese face of Noto Sans CJK come two families of two weights each: BRI Sans SC
with Latin letters, the 6763 ideographs of GB 2312 and every character of seed/, and BRI Sans, which
is Latin alone with punctuation and signs of Latin width. Changed fonts get a name of their own.
"""

import sys
from pathlib import Path

from fontTools.pens.boundsPen import BoundsPen
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.transformPen import TransformPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

ROOT = Path(__file__).parent.parent
FONTS = ROOT / "app" / "fonts"
FACE = "Noto Sans CJK SC"
WEIGHTS = ("Regular", "Bold")
LATIN = {*range(0x20, 0x7F), *range(0xA0, 0x180), *map(ord, "‘’“”–—…•−→×′″€")}
LATIN_SIGNS = "‘’“”…—"
WIDE_SYMBOLS = "§±¶·×÷•"
"""The symbols that are as wide as an ideograph in every form, with space on both sides."""
SIDE_BEARING = 60
"""The space on each side of a symbol, as a letter has it, in thousandths of the font size."""
ASCENT, DESCENT = 900, 220
"""The height of a line as the letters fill it; the fonts' own leaves room for many scripts."""
FAMILY, SUBFAMILY, UNIQUE, FULL, POSTSCRIPT = 1, 2, 3, 4, 6


def list_ideographs() -> set[int]:
    """List the characters of GB 2312: symbols, full-width forms and both levels of ideographs."""
    found = set()
    for row in (*range(0xA1, 0xAA), *range(0xB0, 0xF8)):
        for cell in range(0xA1, 0xFF):
            found |= set(map(ord, bytes([row, cell]).decode("gb2312", "ignore")))
    return found


def list_characters() -> set[int]:
    """Return every character in the seed, the code and the templates."""
    files = [*(ROOT / "seed").rglob("*.yaml"), *(ROOT / "app").rglob("*.py")]
    return {ord(letter) for file in files for letter in file.read_text() if letter.isprintable()}


def reduce_font(font: TTFont, characters: set[int]) -> None:
    """Reduce a font to what is needed to print some characters in a line."""
    options = Options(layout_features=["kern"], hinting=False, notdef_outline=True)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG"]
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(font)


def rename(font: TTFont, family: str, weight: str) -> None:
    """Set the name and the height of a font."""
    names = font["name"]
    postscript = f"{family.replace(' ', '')}-{weight}"
    for number, text in {
        FAMILY: family,
        SUBFAMILY: weight,
        UNIQUE: postscript,
        FULL: f"{family} {weight}",
        POSTSCRIPT: postscript,
    }.items():
        names.removeNames(nameID=number)
        names.setName(text, number, 3, 1, 0x409)
    font["hhea"].ascent, font["hhea"].descent, font["hhea"].lineGap = ASCENT, -DESCENT, 0
    measures = font["OS/2"]
    measures.sTypoAscender, measures.sTypoDescender, measures.sTypoLineGap = ASCENT, -DESCENT, 0
    measures.usWinAscent, measures.usWinDescent = ASCENT, DESCENT
    top = font["CFF "].cff
    top.fontNames = [postscript]
    top[0].FamilyName, top[0].FullName = family, f"{family} {weight}"


def use_latin_punctuation(font: TTFont) -> None:
    """Print quotation marks and the like in Latin width, by the font's own forms for it."""
    forms: dict[str, str] = {}
    table = font["GSUB"].table
    for record in table.FeatureList.FeatureRecord:
        if record.FeatureTag == "pwid":
            for index in record.Feature.LookupListIndex:
                for one in table.LookupList.Lookup[index].SubTable:
                    forms |= getattr(one, "ExtSubTable", one).mapping
    for letter in LATIN_SIGNS:
        for part in font["cmap"].tables:
            if part.isUnicode() and ord(letter) in part.cmap:
                part.cmap[ord(letter)] = forms.get(part.cmap[ord(letter)], part.cmap[ord(letter)])


def reduce_symbol_widths(font: TTFont) -> None:
    """Leave out the space around symbols that would stand like a word of its own: “ , ¶4”."""
    glyphs, top = font.getGlyphSet(), font["CFF "].cff[0]
    for letter in WIDE_SYMBOLS:
        name = font.getBestCmap()[ord(letter)]
        bounds = BoundsPen(glyphs)
        glyphs[name].draw(bounds)
        left, _, right, _ = bounds.bounds
        width = round(right - left) + 2 * SIDE_BEARING
        private = top.FDArray[top.FDSelect[font.getGlyphID(name)]].Private
        pen = T2CharStringPen(width - private.nominalWidthX, glyphs)
        glyphs[name].draw(TransformPen(pen, (1, 0, 0, 1, SIDE_BEARING - left, 0)))
        top.CharStrings[name] = pen.getCharString(private=private)
        font["hmtx"][name] = (width, SIDE_BEARING)


def make(folder: Path) -> None:
    """Write the four fonts."""
    chinese = LATIN | list_ideographs() | list_characters()
    for weight in WEIGHTS:
        for family, characters in (("BRI Sans", LATIN), ("BRI Sans SC", chinese)):
            collection = TTCollection(folder / f"NotoSansCJK-{weight}.ttc", lazy=True)
            font = next(one for one in collection.fonts if one["name"].getBestFamilyName() == FACE)
            if family == "BRI Sans":
                use_latin_punctuation(font)
            reduce_font(font, characters)
            rename(font, family, weight)
            if family == "BRI Sans":
                reduce_symbol_widths(font)
            font["head"].modified = font["head"].created
            font.recalcTimestamp = False
            font.save(FONTS / f"{family.replace(' ', '')}-{weight}.otf")


if __name__ == "__main__":
    make(Path(sys.argv[1]))
