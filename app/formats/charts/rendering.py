"""The process that draws charts, and what it does with libraries: subsets of fonts, and images."""

# Functions import the libraries that they need, since the service needs none of them.
# ruff: noqa: PLC0415

from base64 import b64encode
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from app.processes import HelperProcess


class Font(NamedTuple):
    family: str
    bold: bool


FOLDER = Path(__file__).parents[2] / "fonts"
FONTS = {
    Font(family, bold): FOLDER / f"{family.replace(' ', '')}-{'Bold' if bold else 'Regular'}.otf"
    for family in ("BRI Sans", "BRI Sans SC")
    for bold in (False, True)
}
MAX_MEMORY = 150 * 1024**2
"""The bytes of memory above which the process is replaced."""
TIMEOUT = 10.0
"""The seconds that an image may take; the slowest takes less than one. Requests wait three times as
long for their turn, so that others still get it after two images that are stuck."""


def render_png(svg: str, scale: int) -> bytes:
    """Rasterize an SVG with our fonts and no others."""
    import resvg_py

    files = [str(file) for file in FONTS.values()]
    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, skip_system_fonts=True, font_files=files)
    )


@lru_cache(maxsize=128)
def embed_font(font: Font, characters: str) -> str:
    """Write the CSS that embeds a subset of a font as WOFF; WOFF2 takes 40 times as long."""
    from fontTools.ttLib import TTFont
    from uharfbuzz import Face, SubsetFlags, SubsetInput, subset

    wanted = SubsetInput()
    wanted.flags = SubsetFlags.NO_HINTING | SubsetFlags.NOTDEF_OUTLINE | SubsetFlags.DESUBROUTINIZE
    wanted.unicode_set.update(map(ord, characters))
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.add(int.from_bytes(b"kern"))
    data = subset(Face(FONTS[font].read_bytes()), wanted).blob.data
    with TTFont(BytesIO(data), lazy=True, recalcTimestamp=False) as own, BytesIO() as buffer:
        own.flavor = "woff"
        own.save(buffer)
        encoded = b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{font.family}";font-weight:{700 if font.bold else 400};'
        f'src:url(data:font/woff;base64,{encoded}) format("woff")}}'
    )


def read_advances(font: Font) -> dict[str, int]:
    """Return the advance width of each character, in thousandths of the font size."""
    import uharfbuzz

    sized = uharfbuzz.Font(uharfbuzz.Face(FONTS[font].read_bytes()))
    glyphs = {code: sized.get_nominal_glyph(code) for code in sized.face.unicodes}
    return {chr(code): sized.get_glyph_h_advance(glyph) for code, glyph in glyphs.items()}


DRAWING_PROCESS = HelperProcess(MAX_MEMORY, TIMEOUT)
