"""From a specification to SVG and PNG, by vl-convert."""

from functools import cache
from html import escape
from threading import Lock
from types import ModuleType

from app.formats.charts import fonts
from app.formats.charts.canvas import Canvas
from app.formats.charts.picture import Picture
from app.schemas.base import ENCODER
from app.text import Language

SVG, PNG = "image/svg+xml", "image/png"
SPECIFICATION = "application/vnd.vegalite.v6+json"
TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}
DRAWING = Lock()
"""One picture a process is drawn at a time: each takes a core, and the answer is kept."""


@cache
def engine() -> ModuleType:
    """Load the engine with the first picture; it takes more memory than all the rest."""
    import vl_convert  # noqa: PLC0415

    vl_convert.register_font_directory(str(fonts.FOLDER))
    return vl_convert


def specification(canvas: Canvas, picture: Picture) -> bytes:
    """Write the Vega-Lite specification, each figure with its own digits."""
    return ENCODER.encode(canvas.specification(picture.described()))


def bare(canvas: Canvas, picture: Picture) -> str:
    """Draw a picture as SVG that relies on installed fonts."""
    with DRAWING:
        drawn: str = engine().vegalite_to_svg(
            specification(canvas, picture).decode(), vl_version="6.4", allowed_base_urls=[]
        )
    return drawn


def svg(canvas: Canvas, picture: Picture) -> bytes:
    """Draw a picture as SVG that brings its fonts along, and says in words what it shows."""
    head, end, body = bare(canvas, picture).partition(">")
    head = f'{head} role="img" aria-labelledby="title desc" xml:lang="{TAGS[picture.language]}"'
    title = f'<title id="title">{escape(picture.title)}</title>'
    desc = f'<desc id="desc">{escape(picture.described())}</desc>'
    style = f"<style>{fonts.faces(canvas.texts(), picture.language)}</style>"
    return f"{head}{end}{title}{desc}{style}{body}".encode()


def png(canvas: Canvas, picture: Picture, scale: int) -> bytes:
    """Draw a picture as PNG, with so many pixels for each of the picture's."""
    drawn = bare(canvas, picture)
    with DRAWING:
        painted: bytes = engine().svg_to_png(drawn, scale=scale)
    return painted
