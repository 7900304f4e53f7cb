"""The pages over the data: the dashboard, all years, each indicator, priority area and source."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app import filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import dataset_json_ld
from app.formats.about import TITLE, citation, distributions
from app.formats.addresses import links
from app.formats.charts import describing
from app.formats.charts.layout import laid
from app.formats.charts.picture import Picture
from app.formats.feeds import title
from app.formats.recipes import RECIPES
from app.queries import changes, dashboard, profiles
from app.queries.reference import listed, sources
from app.queries.release import overview
from app.queries.series import MOST_DRAWN, drawn
from app.rendering import page
from app.text import published_day

router = APIRouter(include_in_schema=False, dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]
WIDE, NARROW = 1200, 400
"""How wide the picture of a page is, in pixels, on broad screens and on phones."""


@router.get("/")
def show_dashboard(
    request: Request, read: Read, query: Annotated[filters.DashboardFilters, Query()]
) -> Response:
    """Show the newest figures with what compares with them, and the priority areas."""
    current = read.snapshot
    source = current.sources[read.language]
    found = read.read(dashboard.dashboard, query, source["edition"])
    described = dataset_json_ld.dataset(
        current.release,
        found["overview"]["indicators"],
        read.base,
        read.language,
        has_file=current.database.is_file,
    )
    answer = page(
        request,
        "dashboard.html",
        found=found,
        asked=query,
        source=source,
        topics=read.read(listed, "topic", filters.CodeListing()).rows,
        sectors=read.read(listed, "sector", filters.CodeListing()).rows,
        sources=read.read(sources, filters.SourceFilters()).rows,
        json_ld=dataset_json_ld.embedded(described),
        size=size(of_overview(read, found["overview"]), WIDE),
        **told_dataset(read),
    )
    answer.headers["Link"] = ", ".join(map(str, links(read.base)))
    return answer


@router.get("/years")
def show_years(request: Request, read: Read, query: Nothing) -> Response:
    """Show every series with its years, side by side only where they compare."""
    del query
    found = read.read(drawn)
    releases = [
        one | {"title": title(one, read.language)} for one in read.read(changes.told_releases)
    ]
    return page(
        request,
        "years.html",
        series=[one for one in found if one["points"]],
        releases=releases,
        more=len(found) == MOST_DRAWN,
        **told_dataset(read),
    )


@router.get("/recipes")
def show_recipes(request: Request, read: Read, query: Nothing) -> Response:
    """Show how to take the data into other programs."""
    del query
    shown = [
        {"file": one.file, "name": one.name, "how": one.how.to(read.language)}
        | {"text": one.text(read.base)}
        for one in RECIPES
    ]
    return page(request, "recipes.html", recipes=shown, **told_dataset(read))


@router.get("/indicators/{code}")
def show_indicator(request: Request, read: Read, code: str, query: Nothing) -> Response:
    """Show an indicator: its figure, what compares with it, and how to read it."""
    del query
    found = read.read(profiles.indicator_profile, code)
    if found is None:
        raise read.unknown("indicators", "code", code)
    picture = describing.of_indicator(
        found, found["series_drawn"], read.snapshot.release["released_on"], read.language
    )
    described = dataset_json_ld.of_indicator(found, read.snapshot.release, read.base, read.language)
    return page(
        request,
        "indicator.html",
        indicator=found,
        size=size(picture, WIDE),
        small=size(picture, NARROW),
        json_ld=dataset_json_ld.embedded(described),
        **told_dataset(read),
    )


@router.get("/priority-areas/{slug}")
def show_priority_area(
    request: Request,
    read: Read,
    slug: str,
    query: Annotated[filters.PriorityAreaParameters, Query()],
) -> Response:
    """Show a priority area: its actions, and the figures that it starts from."""
    found = read.read(profiles.priority_area_profile, slug, query.year)
    if found is None:
        raise read.unknown("priority_areas", "slug", slug)
    return page(
        request,
        "priority_area.html",
        area=found,
        year=query.year,
        size=size(of_overview(read, read.read(overview)), WIDE),
        **told_dataset(read),
    )


@router.get("/sources/{code}")
def show_source(request: Request, read: Read, code: str, query: Nothing) -> Response:
    """Show a source, and everything that comes from it."""
    del query
    found = read.read(profiles.source_profile, code)
    if found is None:
        raise read.unknown("sources", "code", code)
    return page(
        request,
        "source.html",
        source=found,
        published=published_day(found["published_on"], found["published_precision"], read.language),
        size=size(of_overview(read, read.read(overview)), WIDE),
        **told_dataset(read),
    )


def told_dataset(read: Reader) -> dict[str, Any]:
    """Tell of the data set what stands on every page."""
    release = read.snapshot.release
    return {
        "dataset": TITLE.to(read.language),
        "release": release,
        "cited": citation(release, read.base, read.language),
        "forms": [
            {"path": one.path, "title": one.title.to(read.language)}
            for one in distributions(is_file=read.snapshot.database.is_file)
        ],
    }


def of_overview(read: Reader, shown: dict[str, Any]) -> Picture:
    """Describe the sheet of all indicators."""
    current = read.snapshot
    return describing.of_overview(
        shown,
        current.sources[read.language],
        current.release["released_on"],
        read.language,
    )


def size(picture: Picture, width: int) -> tuple[int, int]:
    """Measure a picture before it is drawn, so that a page keeps its place free."""
    canvas = laid(picture, width, None, filters.Theme.LIGHT)
    return canvas.width, canvas.height
