"""From a laid-out picture to its specification, to SVG and to PNG."""

from html import escape

from app.formats.charts import fonts
from app.formats.charts.canvas import Canvas
from app.formats.charts.client import CLIENT
from app.formats.charts.model import Chart
from app.i18n import Language
from app.schemas.base import ENCODER

SVG, PNG = "image/svg+xml", "image/png"
SPECIFICATION = "application/vnd.vegalite.v6+json"
TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}


def write_specification(canvas: Canvas, picture: Chart) -> bytes:
    """Write the Vega-Lite specification, each figure with its own digits."""
    return ENCODER.encode(canvas.build_specification(picture.describe()))


def render_bare_svg(canvas: Canvas, picture: Chart) -> str:
    """Draw a picture as SVG that relies on installed fonts."""
    return CLIENT.run("svg", write_specification(canvas, picture).decode()).decode()


def render_svg(canvas: Canvas, picture: Chart) -> bytes:
    """Draw a picture as SVG that brings its fonts along, and says in words what it shows."""
    head, end, body = render_bare_svg(canvas, picture).partition(">")
    head = f'{head} role="img" aria-labelledby="title desc" xml:lang="{TAGS[picture.language]}"'
    title = f'<title id="title">{escape(picture.title)}</title>'
    desc = f'<desc id="desc">{escape(picture.describe())}</desc>'
    style = f"<style>{fonts.embed_fonts(canvas.list_texts(), picture.language)}</style>"
    return f"{head}{end}{title}{desc}{style}{body}".encode()


def render_png(canvas: Canvas, picture: Chart, scale: int) -> bytes:
    """Draw a picture as PNG, with so many pixels for each of the picture's on a side."""
    return CLIENT.run("png", render_bare_svg(canvas, picture), scale)
