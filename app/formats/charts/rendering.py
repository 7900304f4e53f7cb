"""The process that draws charts, and what it does with libraries: subsets of fonts, and images."""

# Functions import the libraries that they need, since the service needs none of them.
# ruff: noqa: PLC0415

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from app.processes import HelperProcess

FOLDER = Path(__file__).parents[2] / "fonts"
FONTS = {
    (family, bold): FOLDER / f"{family.replace(' ', '')}-{'Bold' if bold else 'Regular'}.otf"
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


def embed_font(family: str, bold: bool, characters: str) -> str:  # noqa: FBT001 - sent by position
    """Write the CSS that embeds a subset of a font as WOFF; WOFF2 takes 40 times as long."""
    from fontTools.ttLib import TTFont
    from uharfbuzz import Face, SubsetFlags, SubsetInput, subset

    wanted = SubsetInput()
    wanted.flags = SubsetFlags.NO_HINTING | SubsetFlags.NOTDEF_OUTLINE | SubsetFlags.DESUBROUTINIZE
    wanted.unicode_set.update(map(ord, characters))
    wanted.layout_feature_tag_set.clear()
    wanted.layout_feature_tag_set.add(int.from_bytes(b"kern"))
    data = subset(Face(FONTS[family, bold].read_bytes()), wanted).blob.data
    with TTFont(BytesIO(data), lazy=True, recalcTimestamp=False) as font, BytesIO() as buffer:
        font.flavor = "woff"
        font.save(buffer)
        encoded = b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{700 if bold else 400};'
        f'src:url(data:font/woff;base64,{encoded}) format("woff")}}'
    )


def read_advances(family: str, bold: bool) -> dict[str, int]:  # noqa: FBT001 - sent by position
    """Return the advance width of each character, in thousandths of the font size."""
    from uharfbuzz import Face, Font

    font = Font(Face(FONTS[family, bold].read_bytes()))
    glyphs = {code: font.get_nominal_glyph(code) for code in font.face.unicodes}
    return {chr(code): font.get_glyph_h_advance(glyph) for code, glyph in glyphs.items()}


DRAWING_PROCESS = HelperProcess(MAX_MEMORY, TIMEOUT)
