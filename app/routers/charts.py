"""Charts as SVG, as PNG, and as the Vega-Lite specification of both."""

from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app import parameters
from app.formats.charts.canvas import (
    PNG,
    SPECIFICATION,
    SVG,
    Canvas,
    render_png,
    render_svg,
    write_specification,
)
from app.formats.charts.layout import HeightTooSmallError, layout_chart
from app.formats.charts.model import (
    Chart,
    build_indicator_chart,
    build_overview_chart,
    build_series_chart,
)
from app.http.limits import DRAWINGS
from app.i18n import Bilingual
from app.problems.problem import InvalidParameters, ParameterError
from app.queries import charts
from app.queries.reference import get_indicator
from app.queries.releases import read_overview
from app.request import Context, RequestContext

router = APIRouter(prefix="/v1", tags=["Charts"])

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""An SVG opened on its own loads nothing from elsewhere and runs no scripts."""
MAX_PIXELS = 16_000_000
"""The limit of pixels in an image, each of which takes four bytes of memory while it is drawn."""

IndicatorCode = Annotated[
    str, parameters.create_path_key("The key of an indicator.", "goods-trade")
]
SeriesCode = Annotated[
    str,
    parameters.create_path_key(
        "The key of a series: indicator, areas, unit, and P with the months of the period.",
        "goods-trade.CN.BRI.CNY.P12M",
    ),
]
ChartQuery = Annotated[parameters.ChartParameters, Query()]
ImageQuery = Annotated[parameters.ImageParameters, Query()]


class SvgResponse(Response):
    media_type = SVG


class PngResponse(Response):
    media_type = PNG


class SpecificationResponse(JSONResponse):
    media_type = SPECIFICATION


def describe_content(media_type: str, **schema: str) -> dict[int | str, dict[str, Any]]:
    """Describe the content of a successful response for the OpenAPI document."""
    return {200: {"content": {media_type: {"schema": {"type": "string", **schema}}}}}


get_svg = partial(router.get, response_class=SvgResponse, responses=describe_content(SVG))
get_png = partial(
    router.get, response_class=PngResponse, responses=describe_content(PNG, format="binary")
)
get_specification = partial(
    router.get, response_class=SpecificationResponse, response_model=dict[str, Any]
)


@get_svg("/indicators/{code}.svg", summary="Draw an indicator as SVG")
async def draw_indicator(read: Context, code: IndicatorCode, query: ChartQuery) -> Response:
    """The latest official figure in large type, and a panel of bars for each series.

    Series with different units or period lengths are never drawn on the same scale. The chart
    shows periods, units, qualifiers, breaks and sources. SVGs embed their fonts, contain no
    scripts, and their text can be selected.
    """
    return await send_chart(read, SVG, query, build_indicator, code)


@get_png("/indicators/{code}.png", summary="Draw an indicator as PNG")
async def draw_indicator_image(read: Context, code: IndicatorCode, query: ImageQuery) -> Response:
    """The chart of /v1/indicators/{code}.svg as an image for documents, slides and email."""
    return await send_chart(read, PNG, query, build_indicator, code)


@get_specification(
    "/indicators/{code}.vl.json", summary="Get the Vega-Lite specification of an indicator"
)
async def specify_indicator(read: Context, code: IndicatorCode, query: ChartQuery) -> Response:
    """The specification of /v1/indicators/{code}.svg, for dashboards that draw Vega-Lite.

    It contains all data, and has the colours and the layout of the chart.
    """
    return await send_chart(read, SPECIFICATION, query, build_indicator, code)


@get_svg("/series/{code}.svg", summary="Draw a series as SVG")
async def draw_series(read: Context, code: SeriesCode, query: ChartQuery) -> Response:
    """The figures of one series as bars, or its only figure in large type.

    All figures are comparable, except across the breaks that the chart shows.
    """
    return await send_chart(read, SVG, query, build_series, code)


@get_png("/series/{code}.png", summary="Draw a series as PNG")
async def draw_series_image(read: Context, code: SeriesCode, query: ImageQuery) -> Response:
    """The chart of /v1/series/{code}.svg as an image for documents, slides and email."""
    return await send_chart(read, PNG, query, build_series, code)


@get_specification("/series/{code}.vl.json", summary="Get the Vega-Lite specification of a series")
async def specify_series(read: Context, code: SeriesCode, query: ChartQuery) -> Response:
    """The specification of /v1/series/{code}.svg, for dashboards that draw Vega-Lite."""
    return await send_chart(read, SPECIFICATION, query, build_series, code)


@get_svg("/overview.svg", summary="Draw the overview as SVG")
async def draw_overview(read: Context, query: ChartQuery) -> Response:
    """One sheet with the latest figure of every indicator and the priority areas.

    Figures are grouped by topic and show their periods; priority areas show the number of their
    actions.
    """
    return await send_chart(read, SVG, query, build_overview)


@get_png("/overview.png", summary="Draw the overview as PNG")
async def draw_overview_image(read: Context, query: ImageQuery) -> Response:
    """The sheet of /v1/overview.svg as an image for documents, slides and email."""
    return await send_chart(read, PNG, query, build_overview)


@get_specification("/overview.vl.json", summary="Get the Vega-Lite specification of the overview")
async def specify_overview(read: Context, query: ChartQuery) -> Response:
    """The specification of /v1/overview.svg, for dashboards that draw Vega-Lite."""
    return await send_chart(read, SPECIFICATION, query, build_overview)


def build_indicator(read: RequestContext, code: str) -> Chart:
    indicator = read.run_query(get_indicator, code)
    if indicator is None:
        raise read.create_unknown_record("indicators", "code", code)
    found = read.run_query(charts.read_indicator_series, code)
    released = read.release.record["released_on"]
    return build_indicator_chart(indicator, found, released, read.language)


def build_series(read: RequestContext, code: str) -> Chart:
    series = read.run_query(charts.read_series, code)
    if series is None:
        raise read.create_unknown_record("series", "code", code)
    return build_series_chart(series, read.release.record["released_on"], read.language)


def build_overview(read: RequestContext) -> Chart:
    release = read.release
    overview = read.run_query(read_overview)
    edition, released = release.sources[read.language], release.record["released_on"]
    return build_overview_chart(overview, edition, released, read.language)


async def send_chart(
    read: RequestContext,
    media_type: str,
    query: parameters.ChartParameters,
    build_chart: Callable[..., Chart],
    *key: str,
) -> Response:
    def draw() -> Response:
        chart = build_chart(read, *key)
        canvas = create_canvas(chart, query)
        headers = {}
        if isinstance(query, parameters.ImageParameters):
            check_pixels(canvas, query.scale)
            content = render_png(canvas, chart, query.scale)
        elif media_type == SVG:
            content = render_svg(canvas, chart)
            headers = {"Content-Security-Policy": SVG_POLICY}
        else:
            content = write_specification(canvas, chart)
        return read.create_bytes_response(content, media_type, headers=headers)

    return await DRAWINGS.run(read, draw)


def create_canvas(chart: Chart, query: parameters.ChartParameters) -> Canvas:
    try:
        return layout_chart(chart, query.width, query.height, query.theme)
    except HeightTooSmallError as error:
        message = Bilingual(
            f"{query.height} is too small for this chart at a width of {query.width}; "
            f"use at least {error.least}, or omit height",
            f"{query.height} 过小，宽度为 {query.width} 时该图至少需要 {error.least}；"
            "也可省略 height",
        )
        raise InvalidParameters(message, [ParameterError("query.height", message)]) from error


def check_pixels(canvas: Canvas, scale: int) -> None:
    pixels = canvas.width * canvas.height * scale**2
    if pixels > MAX_PIXELS:
        message = Bilingual(
            f"{scale} is too large for this chart: the image would have {pixels} pixels; the "
            f"limit is {MAX_PIXELS}",
            f"{scale} 过大：该图将有 {pixels} 个像素，最多为 {MAX_PIXELS} 个",
        )
        raise InvalidParameters(message, [ParameterError("query.scale", message)])
