"""Embeds: light pages for frames on other sites, and how consumers find them (oEmbed 1.0)."""

import json
import re
from dataclasses import replace
from typing import Annotated, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree as ET

from fastapi import Query, Response
from pydantic import ValidationError

from app import parameters
from app.db.columns import Record
from app.formats.citations import summarize_observation
from app.formats.dataset_info import TITLE
from app.http.routing import RouteDeclarations
from app.i18n import MONTHS, Language
from app.pages import CARD_SIZE, EMBED_POLICY, build_card_url, build_frame, render_page
from app.parameters import PIN, ObservationEmbedParameters, format_period, parse_period
from app.problems import messages
from app.problems.problem import (
    InvalidParameters,
    UnknownPath,
    UnknownRecord,
    UnsupportedFormat,
    shorten,
)
from app.problems.validation import describe_errors
from app.queries import indicators, profiles
from app.queries.page_data import read_observation_of_period
from app.queries.priority_areas import get_priority_area
from app.queries.reference import SOURCES
from app.queries.series import get_series
from app.request import JSON, Context, RequestContext

router = RouteDeclarations(include_in_schema=False)

EMBEDDED = r"(?:/embed)?/(indicators|series|priority-areas)/([A-Za-z0-9.-]+)/?"
"""The paths of pages that can be embedded, and of their embeds."""
INDICATORS, SERIES, PRIORITY_AREAS = "indicators", "series", "priority-areas"
MAX_BARS, MAX_OTHER_BARS = 6, 4
"""The most figures of a series that an embed shows: of that of its figure, and of another one."""
DEFAULT_PORTS = {"http": 80, "https": 443}
WIDTH, HEIGHT, HEIGHT_WITHOUT_BARS = 600, 460, 300
"""The size of a frame in pixels unless less is available; its script adapts the height."""
XML = "text/xml; charset=utf-8"


@router.get("/embed/indicators/{indicator}")
def show_indicator_embed(
    context: Context, indicator: str, query: Annotated[ObservationEmbedParameters, Query()]
) -> Response:
    return render_observation(context, INDICATORS, indicator, query)


@router.get("/embed/series/{series}")
def show_series_embed(
    context: Context, series: str, query: Annotated[ObservationEmbedParameters, Query()]
) -> Response:
    return render_observation(context, SERIES, series, query)


@router.get("/embed/priority-areas/{priority_area}")
def show_priority_area_embed(
    context: Context,
    priority_area: str,
    query: Annotated[parameters.PriorityAreaEmbedParameters, Query()],
) -> Response:
    area = read_area(context, priority_area, query.year)
    return render_embed(context, "embed_priority_area.html", theme=query.theme, area=area)


def read_area(context: RequestContext, slug: str, year: int | None) -> Record:
    return context.read_record(get_priority_area, year, priority_area=slug)


def render_observation(
    context: RequestContext, kind: str, code: str, query: ObservationEmbedParameters
) -> Response:
    """Render a figure beside comparable ones, with a link to its page."""
    return render_embed(
        context,
        "embed_observation.html",
        theme=query.theme,
        page=f"{kind}/{code}",
        **read_observations(context, kind, code, query.period),
    )


def read_observations(context: RequestContext, kind: str, code: str, period: str | None) -> Record:
    """Read what the embed of an indicator or a series shows.

    Returns:
        The figure; those that are comparable with it, if there are any, as ``points``; and else for
        the newest figure of an indicator, as ``other``, a series whose figures are comparable.
    """
    read = read_indicator_observation if kind == INDICATORS else read_series_observation
    figure = read(context, code, period)
    points = read_comparable_points(context, figure)
    other = None
    if kind == INDICATORS and period is None and not points:
        found = context.run_query(profiles.read_indicator_series, code)
        other = find_comparable_series(found, figure["unit"])
    return {"figure": figure, "points": points, "other": other}


def read_indicator_observation(context: RequestContext, code: str, period: str | None) -> Record:
    """Read the newest figure of an indicator, or that of a period; UnknownRecord if none."""
    indicator = context.read_record(indicators.INDICATORS.get_record, indicator=code)
    if period is not None:
        return context.run_query(read_observation_of_period, indicator, period)
    observation = indicators.get_newest_observation(indicator)
    if observation is None:
        raise create_nothing_recorded("path.indicator", code)
    return observation


def create_nothing_recorded(location: str, code: str) -> UnknownRecord:
    return UnknownRecord.from_parameter(location, messages.NOTHING_RECORDED.format(code=code))


def read_series_observation(context: RequestContext, code: str, period: str | None) -> Record:
    """Read the newest figure of a series, or that of a period.

    Raises:
        UnknownRecord: if it has no figures, only growth rates.
        InvalidParameters: if the series has no figure for the period.
    """
    series = context.read_record(get_series, series=code)
    points = {(one["period"]["start"], one["period"]["end"]): one for one in series["points"]}
    if not points:
        raise create_nothing_recorded("path.series", code)
    if period is None:
        newest: Record = series["points"][-1]
        return newest
    if parse_period(period) not in points:
        message = messages.NO_FIGURE.format(period=period, coverage="", unit="")
        recorded = [format_period(*span) for span in points]
        raise InvalidParameters.from_parameter("query.period", message, recorded, period)
    point: Record = points[parse_period(period)]
    return point


def read_comparable_points(context: RequestContext, observation: Record) -> list[Record]:
    """Read the latest figures of a series that are comparable with one, if two or more are."""
    series = context.run_query(profiles.read_chart_series, observation["series"])
    for run in list_runs(series) if series else []:
        codes = [point["id"] for point in run]
        if observation["id"] in codes:
            end = max(codes.index(observation["id"]) + 1, min(len(run), MAX_BARS))
            return run[max(0, end - MAX_BARS) : end]
    return []


def find_comparable_series(found: Record, unit: Record) -> Record | None:
    """Find the newest full years of an indicator, in a unit, of which at least two are comparable.

    Returns:
        Their series, with only these of its points.
    """
    comparable = [
        series | {"points": run[-MAX_OTHER_BARS:]}
        for series in found["series"]
        if series["months"] in {None, MONTHS} and series["unit"] == unit
        for run in list_runs(series)
    ]
    return max(comparable, key=lambda one: one["points"][-1]["period"]["end"], default=None)


def list_runs(series: Record) -> list[list[Record]]:
    """List the points of a series that are comparable with one another, at least two in each."""
    runs: list[list[Record]] = [[]]
    for point in series["points"]:
        if point["obstacles"]:
            runs.append([])
        runs[-1].append(point)
    return [run for run in runs if len(run) > 1]


def render_embed(context: RequestContext, name: str, **values: Any) -> Response:
    release, pin = context.release.record["code"], context.pinned_release
    response = render_page(context, name, policy=EMBED_POLICY, release=release, pin=pin, **values)
    # A site that isolates itself shows frames of other origins only if they do so too.
    response.headers["Cross-Origin-Embedder-Policy"] = "require-corp"
    return response


@router.get("/oembed")
def show_oembed(
    context: Context, query: Annotated[parameters.OembedParameters, Query()]
) -> Response:
    """Describe how to embed the page at an address of this service.

    Raises:
        UnsupportedFormat: if the format is neither JSON nor XML.
        UnknownPath: if the address is not one that can be embedded.
    """
    if query.format not in {"json", "xml"}:
        message = messages.UNSUPPORTED_FORMAT.format(found=shorten(query.format))
        raise UnsupportedFormat.from_parameter("query.format", message, ["json", "xml"])
    described = describe_embed(context, query)
    if query.format == "json":
        return context.create_bytes_response(
            json.dumps(described, ensure_ascii=False).encode(), JSON
        )
    root = ET.Element("oembed")
    for name, value in described.items():
        ET.SubElement(root, name).text = str(value)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return context.create_bytes_response(content, XML)


def describe_embed(
    context: RequestContext, query: parameters.OembedParameters
) -> dict[str, str | int]:
    kind, code, options = parse_page_url(context, query.url)
    language = Language(options["lang"])
    try:
        # The language of the page, not of this request.
        title, author, full = read_summary(replace(context, language=language), kind, code, options)
    except (InvalidParameters, UnknownRecord) as error:
        # Whatever is wrong with a part of the address is wrong with the address.
        for one in error.errors:
            one.location = "query.url"
        refused = UnknownRecord if isinstance(error, UnknownRecord) else UnknownPath
        raise refused(error.detail, error.errors) from None
    width = min(query.maxwidth or WIDTH, WIDTH)
    height = min(query.maxheight or full, full)
    url = f"{context.base_url}/embed/{kind}/{code}?{urlencode(options)}"
    described: dict[str, str | int] = {
        "type": "rich",
        "version": "1.0",
        "title": title,
        "author_name": author,
        "provider_name": TITLE.get(language),
        "provider_url": f"{context.base_url}/?lang={language}",
        "html": build_frame(url, title, str(width), height),
        "width": width,
        "height": height,
    }
    # The image shows the newest figure.
    shows_newest = kind != PRIORITY_AREAS and "period" not in options
    limits = zip((query.maxwidth, query.maxheight), CARD_SIZE, strict=True)
    if shows_newest and all((limit or size) >= size for limit, size in limits):
        pin = {PIN: options.get(PIN)}
        image = build_card_url(f"/v1/{kind}/{code}/chart.png", language, **pin)
        described["thumbnail_url"] = f"{context.base_url}{image}"
        described["thumbnail_width"], described["thumbnail_height"] = CARD_SIZE
    return described


def parse_page_url(context: RequestContext, url: str) -> tuple[str, str, dict[str, str]]:
    """Return the collection, the key and the parameters of a page that can be embedded.

    The page of an indicator that shows one series stands for this series.

    Raises:
        UnknownPath: if it is the address of another host, page or release.
    """
    nothing = UnknownPath.from_parameter(
        "query.url", messages.NOTHING_TO_EMBED.format(url=shorten(url))
    )
    path = remove_base(url, context.base_url)
    match = re.fullmatch(rf"{EMBEDDED}(?:\?([^#]*))?(?:#.*)?", path or "")
    if match is None:
        raise nothing
    given = parse_qs(match[3] or "")
    kept = ("theme", "year") if match[1] == PRIORITY_AREAS else ("theme", "period")
    options = {name: given[name][-1] for name in ("lang", PIN, *kept) if name in given}
    if options.get("lang") not in list(Language):
        options["lang"] = context.language
    served = context.release.record["code"]
    if options.get(PIN, served) != served:
        message = messages.NO_EMBED_OF_RELEASE.format(release=shorten(options[PIN]), served=served)
        raise UnknownPath.from_parameter("query.url", message)
    selected = given.get("series", []) if match[1] == INDICATORS else []
    if len(selected) == 1 and "," not in selected[0]:
        if not selected[0].startswith(f"{match[2]}."):
            raise nothing  # The page refuses it as well.
        return SERIES, selected[0], options
    return match[1], match[2], options


def remove_base(url: str, base: str) -> str | None:
    """Return what follows the base in an address, or None if the address is not below it.

    The default port may be stated, and the scheme may differ, since a proxy may not say that it
    was called over HTTPS.
    """
    try:
        given, own = urlsplit(url), urlsplit(base)
        ports = [one.port or DEFAULT_PORTS.get(one.scheme) for one in (given, own)]
    except ValueError:
        return None
    hosts = [one.netloc.lower().removesuffix(f":{one.port}") for one in (given, own)]
    has_own_port = ports[0] == ports[1] or given.port == own.port
    if given.scheme not in DEFAULT_PORTS or hosts[0] != hosts[1] or not has_own_port:
        return None
    rest = given._replace(scheme="", netloc="").geturl()
    return rest.removeprefix(own.path) if rest.startswith(own.path) else None


def read_summary(
    context: RequestContext, kind: str, code: str, options: dict[str, str]
) -> tuple[str, str, int]:
    """Return the title of an embed, the publisher of its source, and the height that it needs.

    Raises:
        UnknownRecord: if there is no such record.
        InvalidParameters: if the embed would refuse its parameters.
    """
    is_area = kind == PRIORITY_AREAS
    model = parameters.PriorityAreaEmbedParameters if is_area else ObservationEmbedParameters
    try:
        query = model.model_validate({name: options[name] for name in options if name != PIN})
    except ValidationError as error:
        raise describe_errors(error.errors(), model.model_fields) from None
    height = HEIGHT
    if isinstance(query, parameters.PriorityAreaEmbedParameters):
        record = read_area(context, code, query.year)
        title = str(record["title"])
    else:
        shown = read_observations(context, kind, code, query.period)
        record = shown["figure"]
        title = summarize_observation(record, context.language)
        if not shown["points"] and not shown["other"]:
            height = HEIGHT_WITHOUT_BARS
    source = context.run_query(SOURCES.get_record, record["source"]["code"])
    return title, source["publisher"] if source else "", height
