"""The pages over the data: the dashboard, all years, each indicator, priority area and source."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app import parameters
from app.formats.charts import build
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart
from app.formats.dataset_info import TITLE, cite_dataset
from app.formats.metadata import schema_org
from app.formats.metadata.feeds import format_title
from app.formats.registry import build_service_links, list_distributions
from app.formatting import format_published_day
from app.pages.recipes import RECIPES
from app.pages.rendering import render_page
from app.queries import changes, page_data, profiles
from app.queries.reference import list_codes, list_sources
from app.queries.release import read_overview
from app.queries.series import MAX_POINTS, read_drawn_series
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(include_in_schema=False, dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
WIDE, NARROW = 1200, 400
"""How wide the picture of a page is, in pixels, on broad screens and on phones."""


@router.get("/")
def show_dashboard(
    request: Request, read: Context, query: Annotated[parameters.DashboardParameters, Query()]
) -> Response:
    """Show the newest figures with what compares with them, and the priority areas."""
    current = read.release
    source = current.sources[read.language]
    found = read.run_query(page_data.read_dashboard, query, source["edition"])
    described = schema_org.describe_dataset(
        current.record,
        found["overview"]["indicators"],
        list_distributions(has_file=current.database.is_file),
        read.base_url,
        read.language,
    )
    answer = render_page(
        request,
        "dashboard.html",
        found=found,
        asked=query,
        source=source,
        topics=read.run_query(list_codes, "topic", parameters.CodeListParameters()).rows,
        sectors=read.run_query(list_codes, "sector", parameters.CodeListParameters()).rows,
        sources=read.run_query(list_sources, parameters.SourceListParameters()).rows,
        json_ld=schema_org.embed_json(described),
        size=measure_chart(build_overview(read, found["overview"]), WIDE),
        **describe_dataset(read),
    )
    answer.headers["Link"] = ", ".join(map(str, build_service_links(read.base_url)))
    return answer


@router.get("/years")
def show_years(request: Request, read: Context, query: NoParameters) -> Response:
    """Show every series with its years, side by side only where they compare."""
    del query
    found = read.run_query(read_drawn_series)
    releases = [
        one | {"title": format_title(one, read.language)}
        for one in read.run_query(changes.list_releases)
    ]
    return render_page(
        request,
        "years.html",
        series=[one for one in found if one["points"]],
        releases=releases,
        more=len(found) == MAX_POINTS,
        **describe_dataset(read),
    )


@router.get("/recipes")
def show_recipes(request: Request, read: Context, query: NoParameters) -> Response:
    """Show how to take the data into other programs."""
    del query
    shown = [
        {"file": one.file, "name": one.name, "how": one.how.get(read.language)}
        | {"text": one.render(read.base_url)}
        for one in RECIPES
    ]
    return render_page(request, "recipes.html", recipes=shown, **describe_dataset(read))


@router.get("/indicators/{code}")
def show_indicator(request: Request, read: Context, code: str, query: NoParameters) -> Response:
    """Show an indicator: its figure, what compares with it, and how to read it."""
    del query
    found = read.run_query(profiles.read_indicator_profile, code)
    if found is None:
        raise read.unknown_record("indicators", "code", code)
    picture = build.build_indicator_chart(
        found, found["series_drawn"], read.release.record["released_on"], read.language
    )
    described = schema_org.describe_indicator(
        found,
        read.release.record,
        list_distributions(has_file=read.release.database.is_file),
        read.base_url,
        read.language,
    )
    return render_page(
        request,
        "indicator.html",
        indicator=found,
        size=measure_chart(picture, WIDE),
        small=measure_chart(picture, NARROW),
        json_ld=schema_org.embed_json(described),
        **describe_dataset(read),
    )


@router.get("/priority-areas/{slug}")
def show_priority_area(
    request: Request,
    read: Context,
    slug: str,
    query: Annotated[parameters.PriorityAreaParameters, Query()],
) -> Response:
    """Show a priority area: its actions, and the figures that it starts from."""
    found = read.run_query(profiles.read_priority_area_profile, slug, query.year)
    if found is None:
        raise read.unknown_record("priority_areas", "slug", slug)
    return render_page(
        request,
        "priority_area.html",
        area=found,
        year=query.year,
        size=measure_chart(build_overview(read, read.run_query(read_overview)), WIDE),
        **describe_dataset(read),
    )


@router.get("/sources/{code}")
def show_source(request: Request, read: Context, code: str, query: NoParameters) -> Response:
    """Show a source, and everything that comes from it."""
    del query
    found = read.run_query(profiles.read_source_profile, code)
    if found is None:
        raise read.unknown_record("sources", "code", code)
    return render_page(
        request,
        "source.html",
        source=found,
        published=format_published_day(
            found["published_on"], found["published_precision"], read.language
        ),
        size=measure_chart(build_overview(read, read.run_query(read_overview)), WIDE),
        **describe_dataset(read),
    )


def describe_dataset(read: RequestContext) -> dict[str, Any]:
    """Tell of the data set what stands on every page."""
    release = read.release.record
    return {
        "dataset": TITLE.get(read.language),
        "release": release,
        "cited": cite_dataset(release, read.base_url, read.language),
        "forms": [
            {"path": one.path, "title": one.title.get(read.language)}
            for one in list_distributions(has_file=read.release.database.is_file)
        ],
    }


def build_overview(read: RequestContext, shown: dict[str, Any]) -> Chart:
    """Describe the sheet of all indicators."""
    current = read.release
    return build.build_overview(
        shown,
        current.sources[read.language],
        current.record["released_on"],
        read.language,
    )


def measure_chart(picture: Chart, width: int) -> tuple[int, int]:
    """Measure a picture before it is drawn, so that a page keeps its place free."""
    canvas = layout_chart(picture, width, None, parameters.Theme.LIGHT)
    return canvas.width, canvas.height
