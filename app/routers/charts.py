"""Figures drawn: as SVG, as PNG, and as the specification that both are drawn from."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse

from app import filters
from app.aside import aside
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats.charts import describing, drawing
from app.formats.charts.canvas import Canvas
from app.formats.charts.layout import TooLowError, laid
from app.formats.charts.picture import Picture
from app.problems import InvalidParameters, Mistake
from app.queries import charts
from app.queries.indicators import indicator
from app.queries.release import overview
from app.text import Words

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""An SVG that is opened by itself loads nothing and runs nothing."""
MOST_PIXELS = 16_000_000
"""How large a picture may become; each pixel takes four bytes while it is drawn."""

IndicatorCode = Annotated[str, filters.key("The key of an indicator.", "goods-trade")]
SeriesCode = Annotated[
    str,
    filters.key(
        "The key of a series: indicator, areas, unit, and P with the months of the period.",
        "goods-trade.CN.BRI.CNY.P12M",
    ),
]
Look = Annotated[filters.ChartParameters, Query()]
ImageLook = Annotated[filters.ImageParameters, Query()]
Answers = dict[int | str, dict[str, Any]]
VECTOR: Answers = {200: {"content": {drawing.SVG: {"schema": {"type": "string"}}}}}
IMAGE: Answers = {
    200: {"content": {drawing.PNG: {"schema": {"type": "string", "format": "binary"}}}}
}


class VectorResponse(Response):
    """A picture that is sharp at every size."""

    media_type = drawing.SVG


class ImageResponse(Response):
    """A picture of pixels."""

    media_type = drawing.PNG


class SpecificationResponse(JSONResponse):
    """A picture as Vega-Lite describes it."""

    media_type = drawing.SPECIFICATION


@router.get(
    "/indicators/{code}.svg",
    tags=["Charts"],
    summary="Draw an indicator as SVG",
    response_class=VectorResponse,
    responses=VECTOR,
)
async def draw_indicator(read: Read, code: IndicatorCode, query: Look) -> Response:
    """The newest official figure large, and the figures of each series as bars of their own, parted
    by unit and length of period. Period, unit, what the source limits, breaks and sources stand in
    the picture. Its text can be selected, and its fonts come along."""  # noqa: D205, D209
    return await aside(lambda: vector(read, of_indicator(read, code), query))


@router.get(
    "/indicators/{code}.png",
    tags=["Charts"],
    summary="Draw an indicator as PNG",
    response_class=ImageResponse,
    responses=IMAGE,
)
async def draw_indicator_image(read: Read, code: IndicatorCode, query: ImageLook) -> Response:
    """The picture of /v1/indicators/{code}.svg in pixels, for documents, slides and mail."""
    return await aside(lambda: image(read, of_indicator(read, code), query))


@router.get(
    "/indicators/{code}.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of an indicator",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_indicator(read: Read, code: IndicatorCode, query: Look) -> Response:
    """What /v1/indicators/{code}.svg is drawn from, with all data inside, for dashboards that draw
    Vega-Lite themselves. The colours and places are those of the picture."""  # noqa: D205, D209
    return await aside(lambda: specification(read, of_indicator(read, code), query))


@router.get(
    "/series/{code}.svg",
    tags=["Charts"],
    summary="Draw a series as SVG",
    response_class=VectorResponse,
    responses=VECTOR,
)
async def draw_series(read: Read, code: SeriesCode, query: Look) -> Response:
    """The figures of one series, all comparable but for the breaks that are drawn: as bars, or
    large where there is one. It is made as /v1/indicators/{code}.svg is."""  # noqa: D205, D209
    return await aside(lambda: vector(read, of_series(read, code), query))


@router.get(
    "/series/{code}.png",
    tags=["Charts"],
    summary="Draw a series as PNG",
    response_class=ImageResponse,
    responses=IMAGE,
)
async def draw_series_image(read: Read, code: SeriesCode, query: ImageLook) -> Response:
    """The picture of /v1/series/{code}.svg in pixels, for documents, slides and mail."""
    return await aside(lambda: image(read, of_series(read, code), query))


@router.get(
    "/series/{code}.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of a series",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_series(read: Read, code: SeriesCode, query: Look) -> Response:
    """What /v1/series/{code}.svg is drawn from, with all data inside, for dashboards that draw
    Vega-Lite themselves."""  # noqa: D205, D209
    return await aside(lambda: specification(read, of_series(read, code), query))


@router.get(
    "/overview.svg",
    tags=["Charts"],
    summary="Draw the overview as SVG",
    response_class=VectorResponse,
    responses=VECTOR,
)
async def draw_overview(read: Read, query: Look) -> Response:
    """One sheet with the newest figure of every indicator, by topic and period, and the priority
    areas with the number of their actions."""  # noqa: D205, D209
    return await aside(lambda: vector(read, of_overview(read), query))


@router.get(
    "/overview.png",
    tags=["Charts"],
    summary="Draw the overview as PNG",
    response_class=ImageResponse,
    responses=IMAGE,
)
async def draw_overview_image(read: Read, query: ImageLook) -> Response:
    """The sheet of /v1/overview.svg in pixels, for documents, slides and mail."""
    return await aside(lambda: image(read, of_overview(read), query))


@router.get(
    "/overview.vl.json",
    tags=["Charts"],
    summary="Give the Vega-Lite specification of the overview",
    response_model=dict[str, Any],
    response_class=SpecificationResponse,
)
async def specify_overview(read: Read, query: Look) -> Response:
    """What /v1/overview.svg is drawn from, with all data inside, for dashboards that draw Vega-Lite
    themselves."""  # noqa: D205, D209
    return await aside(lambda: specification(read, of_overview(read), query))


def of_indicator(read: Reader, code: str) -> Picture:
    """Describe the picture of an indicator."""
    found = read.read(indicator, code)
    if found is None:
        raise read.unknown("indicators", "code", code)
    drawn = read.read(charts.series_of_indicator, code)
    return describing.of_indicator(
        found, drawn, read.snapshot.release["released_on"], read.language
    )


def of_series(read: Reader, code: str) -> Picture:
    """Describe the picture of a series."""
    found = read.read(charts.drawn_series, code)
    if found is None:
        raise read.unknown("series", "code", code)
    return describing.of_series(found, read.snapshot.release["released_on"], read.language)


def of_overview(read: Reader) -> Picture:
    """Describe the sheet of all indicators."""
    current = read.snapshot
    return describing.of_overview(
        read.read(overview),
        current.sources[read.language],
        current.release["released_on"],
        read.language,
    )


def placed(shown: Picture, query: filters.ChartParameters) -> Canvas:
    """Lay a picture out as it is asked for."""
    try:
        return laid(shown, query.width, query.height, query.theme)
    except TooLowError as error:
        words = Words(
            f"{query.height} is too small for this picture at a width of {query.width}; "
            f"write at least {error.least}, or leave height out",
            f"{query.height} 过小，宽度为 {query.width} 时该图至少需要 {error.least}；"
            "也可省略 height",
        )
        raise InvalidParameters(words, [Mistake("query.height", words)]) from error


def vector(read: Reader, shown: Picture, query: filters.ChartParameters) -> Response:
    """Send a picture as SVG."""
    answer = read.content(drawing.svg(placed(shown, query), shown), drawing.SVG)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def image(read: Reader, shown: Picture, query: filters.ImageParameters) -> Response:
    """Send a picture as PNG."""
    canvas = placed(shown, query)
    pixels = canvas.width * canvas.height * query.scale**2
    if pixels > MOST_PIXELS:
        words = Words(
            f"{query.scale} is too large for this picture: it would have {pixels} pixels, and "
            f"{MOST_PIXELS} are the most",
            f"{query.scale} 过大：该图将有 {pixels} 个像素，最多为 {MOST_PIXELS} 个",
        )
        raise InvalidParameters(words, [Mistake("query.scale", words)])
    return read.content(drawing.png(canvas, shown, query.scale), drawing.PNG)


def specification(read: Reader, shown: Picture, query: filters.ChartParameters) -> Response:
    """Send what a picture is drawn from."""
    content = drawing.specification(placed(shown, query), shown)
    return read.content(content, drawing.SPECIFICATION)
