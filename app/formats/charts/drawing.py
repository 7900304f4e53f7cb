"""From a laid-out picture to its specification, to SVG and to PNG."""

from html import escape

from app.formats.charts import fonts
from app.formats.charts.canvas import Canvas
from app.formats.charts.picture import Picture
from app.formats.charts.process import ENGINE
from app.schemas.base import ENCODER
from app.text import Language

SVG, PNG = "image/svg+xml", "image/png"
SPECIFICATION = "application/vnd.vegalite.v6+json"
TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}


def specification(canvas: Canvas, picture: Picture) -> bytes:
    """Write the Vega-Lite specification, each figure with its own digits."""
    return ENCODER.encode(canvas.specification(picture.described()))


def bare(canvas: Canvas, picture: Picture) -> str:
    """Draw a picture as SVG that relies on installed fonts."""
    return ENGINE.do("svg", specification(canvas, picture).decode()).decode()


def svg(canvas: Canvas, picture: Picture) -> bytes:
    """Draw a picture as SVG that brings its fonts along, and says in words what it shows."""
    head, end, body = bare(canvas, picture).partition(">")
    head = f'{head} role="img" aria-labelledby="title desc" xml:lang="{TAGS[picture.language]}"'
    title = f'<title id="title">{escape(picture.title)}</title>'
    desc = f'<desc id="desc">{escape(picture.described())}</desc>'
    style = f"<style>{fonts.faces(canvas.texts(), picture.language)}</style>"
    return f"{head}{end}{title}{desc}{style}{body}".encode()


def png(canvas: Canvas, picture: Picture, scale: int) -> bytes:
    """Draw a picture as PNG, with so many pixels for each of the picture's on a side."""
    return ENGINE.do("png", bare(canvas, picture), scale)
