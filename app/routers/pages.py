"""The pages with content: dashboard, years, indicators, priority areas, sources, recipes, guide."""

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response
from fastapi.responses import RedirectResponse

from app import parameters
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart, build_indicator_chart, build_overview_chart
from app.formats.dataset_info import DATA_LICENCE, TITLE, cite_dataset
from app.formats.metadata import schema_org
from app.formats.metadata.feeds import format_title
from app.formats.registry import build_service_links, list_distributions
from app.i18n import format_published_day
from app.pages.guide import PAGE_NAMES, list_entries, read_page
from app.pages.recipes import ADDRESS_PLACEHOLDER, RECIPES
from app.pages.rendering import render_page
from app.problems.problem import UnknownRecord
from app.queries import page_data
from app.queries.reference import list_codes, list_sources
from app.queries.releases import list_releases, read_overview
from app.queries.series import MAX_POINTS, read_drawn_series
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(include_in_schema=False, dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
WIDE, NARROW = 1200, 400
"""The widths of charts in pixels, on wide screens and on phones."""
SECTIONS = {"/indicators": "figures", "/priority-areas": "areas", "/sources": "sources"}
"""Where on the dashboard the records are listed whose pages are below these paths."""


@router.get("/")
def show_dashboard(
    read: Context, query: Annotated[parameters.DashboardParameters, Query()]
) -> Response:
    """Show the newest figures with their comparable figures, and the priority areas."""
    release = read.release
    source = release.sources[read.language]
    page = read.run_query(page_data.read_dashboard, query, source["edition"])
    dataset = schema_org.describe_dataset(
        release.record,
        page["overview"]["indicators"],
        list_distributions(has_file=release.database.is_file),
        read.base_url,
        read.language,
    )
    response = render_content(
        read,
        "dashboard.html",
        page=page,
        filters=query,
        main_source=source,
        topics=read.run_query(list_codes, "topic", parameters.CodeListParameters()).rows,
        sectors=read.run_query(list_codes, "sector", parameters.CodeListParameters()).rows,
        sources=read.run_query(list_sources, parameters.SourceListParameters()).rows,
        json_ld=schema_org.embed_json(dataset),
        wide_size=measure_overview(read, page["overview"]),
    )
    response.headers["Link"] = ", ".join(map(str, build_service_links(read.base_url)))
    return response


def create_redirect(section: str) -> Callable[..., Response]:
    """Create the endpoint that redirects from a shortened address to a section of the dashboard."""

    def redirect(read: Context, query: NoParameters) -> Response:
        del query
        query_string = urlencode(read.query_pairs())
        return RedirectResponse(f"{read.base_url}/{query_string and '?'}{query_string}#{section}")

    return redirect


for path, section in SECTIONS.items():
    router.add_api_route(path, create_redirect(section))


@router.get("/years")
def show_years(read: Context, query: NoParameters) -> Response:
    """Show every series as a table of its years."""
    del query
    found = read.run_query(read_drawn_series)
    releases = [
        release | {"title": format_title(release, read.language)}
        for release in read.run_query(list_releases)
    ]
    return render_content(
        read,
        "years.html",
        all_series=[series for series in found if series["points"]],
        releases=releases,
        has_more=len(found) == MAX_POINTS,
    )


@router.get("/recipes")
def show_recipes(read: Context, query: NoParameters) -> Response:
    """Show examples of using the data in other programs."""
    from app.pages.markdown import render_file  # noqa: PLC0415 - Slow to import.

    del query
    recipes = [
        {
            "file": recipe.file,
            "name": recipe.name,
            "purpose": recipe.purpose.get(read.language),
            "code": render_file(recipe.render(read.base_url), recipe.file, read.language),
        }
        for recipe in RECIPES
    ]
    return render_content(read, "recipes.html", recipes=recipes)


@router.get("/guide")
def show_guide(read: Context, query: NoParameters) -> Response:
    """Show the contents of the guide."""
    del query
    return render_content(read, "guide.html", entries=list_entries(read.language))


@router.get("/guide/{page}")
def show_guide_page(read: Context, page: str, query: NoParameters) -> Response:
    """Show a page of the guide, with the address of this service in its examples."""
    from app.pages.markdown import render_guide_page  # noqa: PLC0415 - Slow to import.

    del query
    if page not in PAGE_NAMES:
        raise UnknownRecord("page", page, PAGE_NAMES)
    # The slash leaves alone what is local on purpose, such as the upstream of a proxy.
    source = read_page(page, read.language).replace(f"{ADDRESS_PLACEHOLDER}/", f"{read.base_url}/")
    entries, index = list_entries(read.language), PAGE_NAMES.index(page)
    return render_content(
        read,
        "guide_page.html",
        guide=render_guide_page(source, read.language, read.root_path),
        position=index + 1,
        previous=entries[index - 1] if index else None,
        next=entries[index + 1] if index + 1 < len(entries) else None,
    )


@router.get("/indicators/{code}")
def show_indicator(read: Context, code: str, query: NoParameters) -> Response:
    """Show an indicator: its figure, its series, other reports and how to read them."""
    del query
    indicator = read.run_query(page_data.read_indicator_profile, code)
    if indicator is None:
        raise read.create_unknown_record("indicators", "code", code)
    release = read.release.record
    chart = build_indicator_chart(
        indicator, indicator["chart_series"], release["released_on"], read.language
    )
    distributions = list_distributions(has_file=read.release.database.is_file)
    dataset = schema_org.describe_indicator(
        indicator, release, distributions, read.base_url, read.language
    )
    return render_content(
        read,
        "indicator.html",
        indicator=indicator,
        wide_size=measure_chart(chart, WIDE),
        narrow_size=measure_chart(chart, NARROW),
        json_ld=schema_org.embed_json(dataset),
    )


@router.get("/priority-areas/{slug}")
def show_priority_area(
    read: Context,
    slug: str,
    query: Annotated[parameters.PriorityAreaParameters, Query()],
) -> Response:
    """Show a priority area: its actions and related figures."""
    area = read.run_query(page_data.read_priority_area_profile, slug, query.year)
    if area is None:
        raise read.create_unknown_record("priority_areas", "slug", slug)
    return render_content(
        read,
        "priority_area.html",
        area=area,
        year=query.year,
        wide_size=measure_overview(read, read.run_query(read_overview)),
    )


@router.get("/sources/{code}")
def show_source(read: Context, code: str, query: NoParameters) -> Response:
    """Show a source with its figures, growth rates and reports."""
    del query
    source = read.run_query(page_data.read_source_profile, code)
    if source is None:
        raise read.create_unknown_record("sources", "code", code)
    return render_content(
        read,
        "source.html",
        source=source,
        published=format_published_day(
            source["published_on"], source["published_precision"], read.language
        ),
        wide_size=measure_overview(read, read.run_query(read_overview)),
    )


def render_content(read: RequestContext, name: str, **values: Any) -> Response:
    """Render a page with what all of these pages show: release, citation, licence, downloads."""
    release, language = read.release.record, read.language
    downloads = [
        {"path": download.path, "title": download.title.get(language)}
        for download in list_distributions(has_file=read.release.database.is_file)
    ]
    return render_page(
        read,
        name,
        dataset=TITLE.get(language),
        release=release,
        citation=cite_dataset(release, read.base_url, language),
        data_licence=DATA_LICENCE.get(language),
        downloads=downloads,
        **values,
    )


def measure_overview(read: RequestContext, overview: dict[str, Any]) -> tuple[int, int]:
    """Measure the overview chart, the image of pages that have no chart of their own."""
    release = read.release
    source, released_on = release.sources[read.language], release.record["released_on"]
    return measure_chart(build_overview_chart(overview, source, released_on, read.language), WIDE)


def measure_chart(chart: Chart, width: int) -> tuple[int, int]:
    """Measure a chart before it is drawn, so that a page reserves its place."""
    canvas = layout_chart(chart, width, None, parameters.Theme.LIGHT)
    return canvas.width, canvas.height
