"""Figures drawn: as SVG, as PNG, and as the specification that both are drawn from."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app import parameters
from app.formats.charts import build, render
from app.formats.charts.canvas import Canvas
from app.formats.charts.layout import HeightTooSmallError, layout_chart
from app.formats.charts.model import Chart
from app.http.limits import run_limited
from app.i18n import Bilingual
from app.problems.problem import InvalidParameters, ParameterError
from app.queries import charts
from app.queries.indicators import get_indicator
from app.queries.release import read_overview
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""An SVG that is opened by itself loads nothing and runs nothing."""
MAX_PIXELS = 16_000_000
"""How large a picture may become; each pixel takes four bytes while it is drawn."""

IndicatorCode = Annotated[str, parameters.path_key("The key of an indicator.", "goods-trade")]
SeriesCode = Annotated[
    str,
    parameters.path_key(
        "The key of a series: indicator, areas, unit, and P with the months of the period.",
        "goods-trade.CN.BRI.CNY.P12M",
    ),
]
ChartQuery = Annotated[parameters.ChartParameters, Query()]
ImageQuery = Annotated[parameters.ImageParameters, Query()]
Responses = dict[int | str, dict[str, Any]]
SVG_RESPONSE: Responses = {200: {"content": {render.SVG: {"schema": {"type": "string"}}}}}
PNG_RESPONSE: Responses = {
    200: {"content": {render.PNG: {"schema": {"type": "string", "format": "binary"}}}}
}


class VectorResponse(Response):
    """A picture that is sharp at every size."""

    media_type = render.SVG


class ImageResponse(Response):
    """A picture of pixels."""

    media_type = render.PNG


class SpecificationResponse(JSONResponse):
    """A picture as Vega-Lite describes it."""

    media_type = render.SPECIFICATION


@router.get(
    "/indicators/{code}.svg",
    tags=["Charts"],
    summary="Draw an indicator as SVG",
    response_class=VectorResponse,
    responses=SVG_RESPONSE,
)
async def draw_indicator(read: Context, code: IndicatorCode, query: ChartQuery) -> Response:
    """The newest official figure large, and the figures of each series as bars of their own, parted
    by unit and length of period. Period, unit, what the source limits, breaks and sources stand in
    the picture. Its text can be selected, and its fonts come along."""  # noqa: D205, D209
    return await run_limited(lambda: send_svg(read, build_indicator(read, code), query))


@router.get(
    "/indicators/{code}.png",
    tags=["Charts"],
    summary="Draw an indicator as PNG",
    response_class=ImageResponse,
    responses=PNG_RESPONSE,
)
async def draw_indicator_image(read: Context, code: IndicatorCode, query: ImageQuery) -> Response:
    """The picture of /v1/indicators/{code}.svg in pixels, for documents, slides and mail."""
    return await run_limited(lambda: send_png(read, build_indicator(read, code), query))


@router.get(
    "/indicators/{code}.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of an indicator",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_indicator(read: Context, code: IndicatorCode, query: ChartQuery) -> Response:
    """What /v1/indicators/{code}.svg is drawn from, with all data inside, for dashboards that draw
    Vega-Lite themselves. The colours and places are those of the picture."""  # noqa: D205, D209
    return await run_limited(lambda: send_specification(read, build_indicator(read, code), query))


@router.get(
    "/series/{code}.svg",
    tags=["Charts"],
    summary="Draw a series as SVG",
    response_class=VectorResponse,
    responses=SVG_RESPONSE,
)
async def draw_series(read: Context, code: SeriesCode, query: ChartQuery) -> Response:
    """The figures of one series, all comparable but for the breaks that are drawn: as bars, or
    large where there is one. It is made as /v1/indicators/{code}.svg is."""  # noqa: D205, D209
    return await run_limited(lambda: send_svg(read, build_series(read, code), query))


@router.get(
    "/series/{code}.png",
    tags=["Charts"],
    summary="Draw a series as PNG",
    response_class=ImageResponse,
    responses=PNG_RESPONSE,
)
async def draw_series_image(read: Context, code: SeriesCode, query: ImageQuery) -> Response:
    """The picture of /v1/series/{code}.svg in pixels, for documents, slides and mail."""
    return await run_limited(lambda: send_png(read, build_series(read, code), query))


@router.get(
    "/series/{code}.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of a series",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_series(read: Context, code: SeriesCode, query: ChartQuery) -> Response:
    """What /v1/series/{code}.svg is drawn from, with all data inside, for dashboards that draw
    Vega-Lite themselves."""  # noqa: D205, D209
    return await run_limited(lambda: send_specification(read, build_series(read, code), query))


@router.get(
    "/overview.svg",
    tags=["Charts"],
    summary="Draw the overview as SVG",
    response_class=VectorResponse,
    responses=SVG_RESPONSE,
)
async def draw_overview(read: Context, query: ChartQuery) -> Response:
    """One sheet with the newest figure of every indicator, by topic and period, and the priority
    areas with the number of their actions."""  # noqa: D205, D209
    return await run_limited(lambda: send_svg(read, build_overview(read), query))


@router.get(
    "/overview.png",
    tags=["Charts"],
    summary="Draw the overview as PNG",
    response_class=ImageResponse,
    responses=PNG_RESPONSE,
)
async def draw_overview_image(read: Context, query: ImageQuery) -> Response:
    """The sheet of /v1/overview.svg in pixels, for documents, slides and mail."""
    return await run_limited(lambda: send_png(read, build_overview(read), query))


@router.get(
    "/overview.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of the overview",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_overview(read: Context, query: ChartQuery) -> Response:
    """What /v1/overview.svg is drawn from, with all data inside, for dashboards that draw Vega-Lite
    themselves."""  # noqa: D205, D209
    return await run_limited(lambda: send_specification(read, build_overview(read), query))


def build_indicator(read: RequestContext, code: str) -> Chart:
    """Describe the picture of an indicator."""
    found = read.run_query(get_indicator, code)
    if found is None:
        raise read.unknown_record("indicators", "code", code)
    drawn = read.run_query(charts.read_indicator_series, code)
    return build.build_indicator_chart(
        found, drawn, read.release.record["released_on"], read.language
    )


def build_series(read: RequestContext, code: str) -> Chart:
    """Describe the picture of a series."""
    found = read.run_query(charts.read_series, code)
    if found is None:
        raise read.unknown_record("series", "code", code)
    return build.build_series_chart(found, read.release.record["released_on"], read.language)


def build_overview(read: RequestContext) -> Chart:
    """Describe the sheet of all indicators."""
    current = read.release
    return build.build_overview(
        read.run_query(read_overview),
        current.sources[read.language],
        current.record["released_on"],
        read.language,
    )


def layout(shown: Chart, query: parameters.ChartParameters) -> Canvas:
    """Lay a picture out as it is asked for."""
    try:
        return layout_chart(shown, query.width, query.height, query.theme)
    except HeightTooSmallError as error:
        words = Bilingual(
            f"{query.height} is too small for this picture at a width of {query.width}; "
            f"write at least {error.least}, or leave height out",
            f"{query.height} 过小，宽度为 {query.width} 时该图至少需要 {error.least}；"
            "也可省略 height",
        )
        raise InvalidParameters(words, [ParameterError("query.height", words)]) from error


def send_svg(read: RequestContext, shown: Chart, query: parameters.ChartParameters) -> Response:
    """Send a picture as SVG."""
    answer = read.bytes_response(render.render_svg(layout(shown, query), shown), render.SVG)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def send_png(read: RequestContext, shown: Chart, query: parameters.ImageParameters) -> Response:
    """Send a picture as PNG."""
    canvas = layout(shown, query)
    pixels = canvas.width * canvas.height * query.scale**2
    if pixels > MAX_PIXELS:
        words = Bilingual(
            f"{query.scale} is too large for this picture: it would have {pixels} pixels, and "
            f"{MAX_PIXELS} are the most",
            f"{query.scale} 过大：该图将有 {pixels} 个像素，最多为 {MAX_PIXELS} 个",
        )
        raise InvalidParameters(words, [ParameterError("query.scale", words)])
    return read.bytes_response(render.render_png(canvas, shown, query.scale), render.PNG)


def send_specification(
    read: RequestContext, shown: Chart, query: parameters.ChartParameters
) -> Response:
    """Send what a picture is drawn from."""
    content = render.write_specification(layout(shown, query), shown)
    return read.bytes_response(content, render.SPECIFICATION)
