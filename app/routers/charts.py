"""Charts as SVG, as PNG, and as a Vega-Lite specification of their data."""

from collections.abc import Callable
from typing import Annotated, NamedTuple

from fastapi import Query, Response

from app import parameters
from app.formats.charts import drawing
from app.formats.charts.canvas import PNG, SVG
from app.formats.charts.card import HEIGHT, WIDTH
from app.formats.charts.drawing import MAX_PIXELS, Frame, ImageTooLargeError
from app.formats.charts.layout import HeightTooSmallError
from app.formats.charts.model import Chart
from app.formats.charts.rendering import DRAWING_PROCESS
from app.formats.charts.subjects import (
    build_commitment_chart,
    build_indicator_chart,
    build_overview_chart,
    build_series_chart,
)
from app.formats.charts.vega_lite import SPECIFICATION, build_specification
from app.formats.registry import CHART_FORMATS, CHARTED, Format
from app.http.limits import DRAWING_QUEUE
from app.http.routing import RouteDeclarations
from app.problems.messages import CARD_SIZE, HEIGHT_TOO_SMALL, IMAGE_TOO_LARGE
from app.problems.problem import InvalidParameters
from app.queries import profiles
from app.queries.commitments import COMMITMENTS
from app.queries.editions import read_contents
from app.queries.indicators import HEADLINES
from app.request import Context, RequestContext
from app.routers import SERIES_PARTS, declare_signature
from app.schemas import encode_json

router = RouteDeclarations(prefix="/v1", tags=["Charts"])

SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; font-src data:"
"""An SVG opened on its own loads nothing from elsewhere and runs no scripts."""
DEFAULT_WIDTH = 640
"""The width of a chart in pixels."""


def build_indicator(context: RequestContext, code: str) -> Chart:
    indicator = context.read_record(HEADLINES.get_record, indicator=code)
    found = context.run_query(profiles.read_indicator_series, code)
    release = context.release.record["code"]
    return build_indicator_chart(indicator, found, release, context.language)


def build_series(context: RequestContext, code: str) -> Chart:
    series = context.read_record(profiles.read_chart_series, series=code)
    return build_series_chart(series, context.release.record["code"], context.language)


def build_overview(context: RequestContext, edition: int | None) -> Chart:
    overview = context.run_query(read_contents, edition)
    return build_overview_chart(overview, context.release.record["code"], context.language)


def build_commitment(context: RequestContext, code: str) -> Chart:
    commitment = context.read_record(COMMITMENTS.get_record, commitment=code)
    return build_commitment_chart(commitment, context.release.record["code"], context.language)


class Subject(NamedTuple):
    """What charts show."""

    name: str
    title: str
    description: str
    """The description of its chart as SVG."""
    build: Callable[..., Chart]
    key: str = ""
    """The description of the key in the path, if it has one."""


SUBJECTS = (
    Subject(
        "indicator", "an indicator",
        "The newest figure of a full year, a day or a total as the title (of a shorter period "
        "if there is no other), and a small chart of each series along a time axis: "
        "a line if at least four figures are comparable, otherwise columns. Series with "
        "different units or period lengths are never drawn on the same scale. The chart "
        "shows periods, units, qualifiers, breaks and sources. SVGs embed their fonts, contain "
        "no scripts, and their text can be selected.",
        build_indicator, "The key of an indicator.",
    ),
    Subject(
        "series", "a series",
        "The newest figure of a series as the title, and all along a time axis: as a line if at "
        "least four are comparable, otherwise as columns. All figures are comparable, except "
        "across the breaks that the chart shows.",
        build_series, f"The key of a series: {SERIES_PARTS}.",
    ),
    Subject(
        "overview", "the overview",
        "One sheet with the figures and the priority areas of a yearly press conference, by "
        "default the newest that is recorded completely. Figures are grouped by topic and show "
        "their periods; priority areas show the number of their actions.",
        build_overview,
    ),
    Subject(
        "commitment", "a commitment",
        "The target of a commitment and the readings that count the same as bars. Readings that "
        "are counted differently have panels of their own, with the reason.",
        build_commitment, "The key of a commitment.",
    ),
)  # fmt: skip
OPERATIONS = {
    SVG: ("draw_{name}", "Draw {title} as SVG", "{description}"),
    PNG: (
        "draw_{name}_image",
        "Draw {title} as PNG",
        "The chart of /v1/{path}.svg as an image for documents, slides and email.",
    ),
    SPECIFICATION: (
        "specify_{name}",
        "Get the Vega-Lite specification of {title}",
        (
            "The data of /v1/{path}.svg as a Vega-Lite specification, for dashboards: each figure "
            "with its dates, exact value, words, qualifier, growth and source, a time axis, "
            "tooltips, and colours in `config`. It takes the width of its container, unless "
            "`width` is requested; of several series, a menu selects one."
        ),
    ),
}
"""The operation id, the summary and the description by format."""


def declare_chart(subject: Subject, form: Format) -> None:
    path, is_image = CHARTED[subject.name], form.media_type == PNG
    model = parameters.ImageParameters if is_image else parameters.ChartParameters
    if not subject.key:
        model = (
            parameters.OverviewImageParameters if is_image else parameters.OverviewChartParameters
        )

    async def draw(
        context: RequestContext, query: parameters.ChartParameters, **key: str
    ) -> Response:
        chosen = [*key.values()]
        if isinstance(query, parameters.OverviewParameters):
            chosen.append(query.edition)
        return await DRAWING_QUEUE.run(
            context, lambda: create_response(context, form, query, subject.build(context, *chosen))
        )

    key = {}
    if subject.key:
        parameter = parameters.create_path_key(subject.name, subject.key)
        key[subject.name] = Annotated[str, parameter]
    texts = {"title": subject.title, "path": path, "description": subject.description}
    name, summary, description = OPERATIONS[form.media_type]
    router.add_api_route(
        f"/{path}.{form.suffix}",
        declare_signature(draw, context=Context, **key, query=Annotated[model, Query()]),
        name=name.format(name=subject.name),
        summary=summary.format(**texts),
        description=description.format(**texts),
        response_class=Response,
        responses=form.describe_content(),
    )


def create_response(
    context: RequestContext, form: Format, query: parameters.ChartParameters, chart: Chart
) -> Response:
    is_card = query.aspect is parameters.Aspect.CARD
    sizes = sorted({"width", "height"} & query.model_fields_set)
    if is_card and sizes:
        raise InvalidParameters.from_parameter(f"query.{sizes[0]}", CARD_SIZE.format(name=sizes[0]))
    if form.media_type == SPECIFICATION:
        # Without a width, it has that of its container.
        size = (WIDTH, HEIGHT) if is_card else (query.width, query.height)
        content = encode_json(build_specification(chart, query.theme, *size))
        return context.create_bytes_response(content, form.media_type)
    headers = {"Content-Security-Policy": SVG_POLICY} if form.media_type == SVG else {}
    scale = query.scale if isinstance(query, parameters.ImageParameters) else None
    width = None if is_card else query.width or DEFAULT_WIDTH
    content = request_drawing(chart, Frame(query.theme, width, query.height, scale))
    return context.create_bytes_response(content, form.media_type, headers=headers)


def request_drawing(chart: Chart, frame: Frame) -> bytes:
    """Draw a chart; InvalidParameters if its content does not fit, or if it has too many pixels."""
    try:
        return DRAWING_PROCESS.run(drawing.render_chart, chart, frame)
    except HeightTooSmallError as error:
        size = {"height": frame.height, "width": frame.width, "least": error.least}
        name, message = "height", HEIGHT_TOO_SMALL.format(**size)
    except ImageTooLargeError as error:
        size = {"scale": frame.scale, "pixels": error.pixels, "limit": MAX_PIXELS}
        name, message = "scale", IMAGE_TOO_LARGE.format(**size)
    raise InvalidParameters.from_parameter(f"query.{name}", message)


for subject in SUBJECTS:
    for form in CHART_FORMATS:
        declare_chart(subject, form)
