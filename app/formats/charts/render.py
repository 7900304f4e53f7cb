"""From a laid-out chart to its specification, to SVG and to PNG."""

from html import escape

from app.formats.charts.canvas import Canvas
from app.formats.charts.client import CLIENT
from app.formats.charts.model import Chart
from app.formats.charts.text import embed_fonts
from app.i18n import Language
from app.schemas import ENCODER

SVG, PNG = "image/svg+xml", "image/png"
SPECIFICATION = "application/vnd.vegalite.v6+json"
LANGUAGE_TAGS = {Language.ENGLISH: "en", Language.CHINESE: "zh-Hans"}


def write_specification(canvas: Canvas, chart: Chart) -> bytes:
    """Write the Vega-Lite specification, each figure with all its digits."""
    return ENCODER.encode(canvas.build_specification(chart.describe()))


def render_bare_svg(canvas: Canvas, chart: Chart) -> str:
    """Draw a chart as SVG without fonts."""
    return CLIENT.run("svg", write_specification(canvas, chart).decode()).decode()


def render_svg(canvas: Canvas, chart: Chart) -> bytes:
    """Draw a chart as SVG with embedded fonts and alternative text."""
    head, end, body = render_bare_svg(canvas, chart).partition(">")
    language = LANGUAGE_TAGS[chart.language]
    head = f'{head} role="img" aria-labelledby="title desc" xml:lang="{language}"'
    title = f'<title id="title">{escape(chart.title)}</title>'
    desc = f'<desc id="desc">{escape(chart.describe())}</desc>'
    style = f"<style>{embed_fonts(canvas.characters, chart.language)}</style>"
    return f"{head}{end}{title}{desc}{style}{body}".encode()


def render_png(canvas: Canvas, chart: Chart, scale: int) -> bytes:
    """Draw a chart as PNG, with ``scale`` pixels for each pixel of the chart on a side."""
    return CLIENT.run("png", render_bare_svg(canvas, chart), scale)
