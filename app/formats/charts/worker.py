"""The program that draws: takes jobs from its input, and sends what it made to its output.

It runs as a process of its own, since its libraries hold the interpreter while they draw, and a
JavaScript engine is among them. A job is a line of JSON, its name and its arguments; the answer is
its length in eight bytes and then itself. The program ends with its input.
"""

import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal

FOLDER = Path(__file__).parents[2] / "fonts"
FONTS = {
    (family, bold): FOLDER / f"{family.replace(' ', '')}-{'Bold' if bold else 'Regular'}.otf"
    for family in ("BRI Sans", "BRI Sans SC")
    for bold in (False, True)
}
LENGTH_BYTES = 8
"""How many bytes tell the length of an answer."""


def render_svg(specification: str) -> bytes:
    """Draw a Vega-Lite specification, which can load nothing from elsewhere."""
    import vl_convert  # noqa: PLC0415

    drawn: str = vl_convert.vegalite_to_svg(specification, vl_version="6.4", allowed_base_urls=[])
    return drawn.encode()


def render_png(drawn: str, scale: int) -> bytes:
    """Paint an SVG in our fonts and no others."""
    import resvg_py  # noqa: PLC0415

    files = [str(file) for file in FONTS.values()]
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=drawn, zoom=scale, skip_system_fonts=True, font_files=files
        )
    )


def embed_font(family: str, bold: bool, letters: str) -> bytes:  # noqa: FBT001
    """Write the CSS that brings along some characters of a font."""
    from fontTools.subset import Options, Subsetter  # noqa: PLC0415
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    options = Options(layout_features=["kern"], hinting=False, notdef_outline=True)
    cut = Subsetter(options)
    cut.populate(text=letters)
    with (
        TTFont(FONTS[family, bold], lazy=True, recalcTimestamp=False) as font,
        BytesIO() as written,
    ):
        cut.subset(font)
        font.flavor = "woff2"
        font.save(written)
        data = b64encode(written.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{700 if bold else 400};'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    ).encode()


@cache
def read_advances(family: str, bold: bool) -> bytes:  # noqa: FBT001
    """Read how far each character moves on, by its number, in thousandths of the size, as JSON."""
    from fontTools.ttLib import TTFont  # noqa: PLC0415

    with TTFont(FONTS[family, bold], lazy=True) as font:
        widths = font["hmtx"].metrics
        found = {code: widths[name][0] for code, name in font.getBestCmap().items()}
    return json.dumps(found).encode()


JOBS: dict[str, Callable[..., bytes]] = {
    "svg": render_svg,
    "png": render_png,
    "face": embed_font,
    "advances": read_advances,
}


def main() -> None:
    """Do jobs until there are no more."""
    # An interrupt from a keyboard is for the service, whose end closes the input.
    signal(SIGINT, SIG_IGN)
    # What a library prints must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        name, arguments = json.loads(line)
        made = JOBS[name](*arguments)
        answers.write(len(made).to_bytes(LENGTH_BYTES, "big") + made)
        answers.flush()


if __name__ == "__main__":
    main()
