"""The first page, lists, priority areas, sources, the quotation check, the guide and problems."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import reduce
from itertools import groupby
from operator import getitem
from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from app import parameters
from app.db.columns import Record, Value
from app.enums import SearchKind
from app.formats import schema_org, tables
from app.formats.charts.subjects import find_reviewed_year
from app.formats.feeds import format_title
from app.formats.registry import build_service_links, list_distributions
from app.formats.sentences import FINDING_KINDS, VERDICTS
from app.http.routing import RouteDeclarations
from app.i18n import Bilingual, Language, format_day, format_published_day, name_edition
from app.pages import content, render_content, split_fragments
from app.pages.addresses import RECORD_PAGES
from app.pages.charts import layout_trend
from app.pages.listings import FIELD_LISTINGS, LISTINGS, Listing
from app.pages.year_table import build_year_tables
from app.problems import problem
from app.problems.problem import UnknownRecord
from app.queries import page_data, profiles
from app.queries.commitments import COMMITMENTS
from app.queries.editions import find_next_edition
from app.queries.priority_areas import ACTIONS
from app.queries.reference import SOURCES
from app.queries.releases import CHANGES, list_releases
from app.request import Context, RequestContext
from app.routers import NoParameters, read_first_page, render_form, validate_form
from app.schemas import LOCAL_ADDRESS

router = RouteDeclarations(include_in_schema=False)

YEAR = Bilingual("{year}", "{year}年")
MAX_UNFOLDED = 100
"""The number of records above which the groups of a list are folded."""


@router.get("/")
def show_dashboard(
    context: Context, query: Annotated[parameters.DashboardPageParameters, Query()]
) -> Response:
    release = context.release
    fields = query.model_dump(include={"edition", "topic", "sector", "q"})
    filters, errors = validate_form(context, parameters.DashboardParameters, fields)
    if filters is None:
        kept = {name: value for name, value in fields.items() if name not in errors}
        filters, _ = validate_form(context, parameters.DashboardParameters, kept)
    filters = filters or parameters.DashboardParameters()
    page = context.run_query(page_data.read_dashboard, filters)
    dataset = schema_org.describe_dataset(
        release.record,
        page["overview"]["indicators"],
        list_distributions(has_file=release.database.is_file),
        context.base_url,
        context.language,
    )
    response = render_form(
        context,
        "dashboard.html",
        errors,
        page=page,
        query=query,
        filters=filters,
        reviewed_year=find_reviewed_year(page["overview"]),
        topics=read_first_page(context, tables.TOPICS),
        sectors=read_first_page(context, tables.SECTORS),
        json_ld=schema_org.embed_json(dataset),
        layout_trend=layout_trend,
        next_edition=find_next_edition(page["editions"], context.language),
    )
    response.headers["Link"] = ", ".join(map(str, build_service_links(context.base_url)))
    return response


def create_listing(listing: Listing) -> Callable[..., Response]:
    """Create the endpoint that lists the records of a collection as a page."""

    def show_listing(
        context: Context, query: Annotated[parameters.ListingParameters, Query()]
    ) -> Response:
        found = context.run_query(listing.table.list_page, choose_page(listing, query.cursor))
        return render_content(
            context,
            "listing.html",
            listing=listing,
            listings=LISTINGS,
            groups=group_records(found.rows, listing, context.language),
            is_folded=found.total > MAX_UNFOLDED,
            cursor=found.cursor,
            field_listings=FIELD_LISTINGS,
            has_pages=listing.kind in RECORD_PAGES,
        )

    return show_listing


def choose_page(listing: Listing, cursor: str | None) -> parameters.ListParameters:
    """Return the parameters that select a page of a list in the order in which it is shown."""
    model = listing.table.list_parameters
    newest = {"sort": f"{model.model_fields['sort'].default}_desc"} if listing.newest_first else {}
    return model(limit=parameters.MAXIMUM_LIMIT, cursor=cursor, **newest)


def group_records(
    records: Sequence[Record], listing: Listing, language: Language
) -> list[tuple[Record | None, list[Record]]]:
    """Group records that follow each other, or not at all if the listing has no groups.

    In a group, they keep the order of the list.
    """

    def get_group(record: Record) -> Record | None:
        if not listing.group:
            return None
        found: Value = reduce(getitem, listing.group.split("."), record)
        year = found.year if isinstance(found, date) else found
        if isinstance(year, int):
            return {"code": str(year), "name": YEAR.format(year=year).get(language)}
        group: Record = found
        return group

    step = -1 if listing.newest_first else 1
    return [(group, list(found)[::step]) for group, found in groupby(records, get_group)]


for listing in LISTINGS:
    router.add_api_route(listing.path, create_listing(listing))


@router.get("/editions")
def show_editions(context: Context, _: NoParameters) -> Response:
    return render_content(
        context, "editions.html", editions=read_first_page(context, tables.EDITIONS)
    )


@router.get("/years")
def show_years(context: Context, _: NoParameters) -> Response:
    indicators = read_first_page(context, tables.INDICATORS)
    series = context.run_query(page_data.read_year_series)
    shown = {one["indicator"]["code"] for one in series}
    return render_content(
        context,
        "years.html",
        tables=build_year_tables(series, indicators, context.language),
        other_indicators=[one for one in indicators if one["code"] not in shown],
        has_more=len(series) == page_data.MAX_YEAR_SERIES,
    )


@router.get("/changes")
def show_changes(
    context: Context, query: Annotated[parameters.ChangePageParameters, Query()]
) -> Response:
    """Show the releases, or one of them with what it changed."""
    releases = [
        release | {"title": format_title(release, context.language)}
        for release in context.run_query(list_releases)
    ]
    codes = [release["code"] for release in releases]
    if query.release and query.release not in codes:
        raise UnknownRecord.from_key("release", query.release, codes, "query")
    chosen = parameters.ChangeListParameters(
        release=[query.release] if query.release else [], cursor=query.cursor
    )
    found = context.run_query(CHANGES.list_page, chosen) if query.release else None
    editions = read_first_page(context, tables.EDITIONS)
    return render_content(
        context,
        "changes.html",
        releases=[one for one in releases if query.release in {None, one["code"]}],
        release_code=query.release,
        changes=found.rows if found else [],
        cursor=found.cursor if found else None,
        next_edition=find_next_edition(editions, context.language),
    )


@router.get("/commitments")
def show_commitments(context: Context, _: NoParameters) -> Response:
    commitments = read_first_page(context, tables.COMMITMENTS)
    return render_content(context, "commitments.html", commitments=commitments)


@router.get("/quotation-check")
def show_quotation_check(
    context: Context, query: Annotated[parameters.QuotationPageParameters, Query()]
) -> Response:
    fields = query.model_dump(include={"text", "asked_on"})
    quotation, errors = validate_form(context, parameters.QuotationParameters, fields)
    if not query.model_fields_set & {"text", "asked_on"}:
        errors.clear()
    if quotation is None:
        return render_form(context, "quotation_check.html", errors, checked=None, query=query)
    checked = context.release.check_quotation(quotation.text, quotation.asked_on, context.language)
    quoted = [item["observation"] for item in checked["items"] if item["observation"]]
    figures = [*quoted, *(one for item in checked["items"] for one in item["recorded"])]
    sources = {one["source"] for one in figures if one["source"]}
    response = render_form(
        context,
        "quotation_check.html",
        errors,
        checked=checked,
        citations={one: cite_source(context, one) for one in sources},
        announcements={
            one["id"]: describe_announcement(context, one["kind"], one["id"])
            for one in quoted
            if one["kind"] in {SearchKind.COMMITMENT, SearchKind.ACTION}
        },
        query=query,
        kinds={kind: label.get(context.language) for kind, label in FINDING_KINDS.items()},
        verdicts={verdict: label.get(context.language) for verdict, label in VERDICTS.items()},
        fragments=split_fragments(checked),
    )
    if quotation.asked_on is None:
        response.headers["Cache-Control"] = "no-store"
    return response


def cite_source(context: RequestContext, code: str) -> str:
    source = context.read_record(SOURCES.get_record, source=code)
    return str(source["citation"]["short"])


def describe_announcement(context: RequestContext, kind: str, code: str) -> Record:
    """Name a commitment or an action, the event and the source that announced it."""
    if kind == SearchKind.COMMITMENT:
        record = context.read_record(COMMITMENTS.get_record, commitment=code)
        title, event, day = record["name"], record["event"]["name"], record["event"]["held_on"]
    else:
        record = context.read_record(ACTIONS.get_record, action=code)
        area = record["priority_area"]
        title, event, day = area["title"], name_edition(area["year"]).get(context.language), None
    source = record["source"]["code"]
    texts = [title, event, *([format_day(day, context.language)] if day else [])]
    return {
        "context": context.language.comma.join(texts),
        "source": source,
        "citation": cite_source(context, source),
    }


@router.get("/recipes")
def show_recipes(context: Context, _: NoParameters) -> Response:
    from app.pages.markdown import render_file  # noqa: PLC0415 - Slow to import.

    recipes = [
        {
            "file": recipe.file,
            "name": recipe.name,
            "purpose": recipe.purpose.get(context.language),
            "code": render_file(recipe.render(context.base_url), recipe.file, context.language),
        }
        for recipe in content.RECIPES
    ]
    return render_content(context, "recipes.html", recipes=recipes)


@router.get("/guide")
def show_guide(context: Context, _: NoParameters) -> Response:
    return render_content(context, "guide.html", entries=content.list_entries(context.language))


def redirect_to_guide(context: Context, _: NoParameters) -> Response:
    """Redirect from a shortened address to a page of the guide."""
    query_string = context.query.list_text
    page = content.SHORT_PATHS[context.path]
    return RedirectResponse(f"{context.base_url}{page}{query_string and '?'}{query_string}")


for path in content.SHORT_PATHS:
    router.add_api_route(path, redirect_to_guide)


@router.get("/guide/{page}")
def show_guide_page(context: Context, page: str, _: NoParameters) -> Response:
    from app.pages.markdown import render_guide_page  # noqa: PLC0415 - Slow to import.

    if page not in content.PAGE_NAMES:
        raise UnknownRecord.from_key("page", page, content.PAGE_NAMES)
    # An address without a path, such as the upstream of a proxy, is meant to stay local.
    source = content.read_page(page, context.language).replace(
        f"{LOCAL_ADDRESS}/", f"{context.base_url}/"
    )
    entries, index = content.list_entries(context.language), content.PAGE_NAMES.index(page)
    return render_content(
        context,
        "guide_page.html",
        guide=render_guide_page(source, context.language, context.root_path),
        position=index + 1,
        previous=entries[index - 1] if index else None,
        next=entries[index + 1] if index + 1 < len(entries) else None,
    )


@router.get("/priority-areas/{priority_area}")
def show_priority_area(
    context: Context,
    priority_area: str,
    query: Annotated[parameters.PriorityAreaParameters, Query()],
) -> Response:
    area = context.read_record(
        profiles.read_priority_area_profile, query.year, priority_area=priority_area
    )
    return render_content(context, "priority_area.html", area=area, year=query.year)


@router.get("/sources/{source}")
def show_source(context: Context, source: str, _: NoParameters) -> Response:
    profile = context.read_record(profiles.read_source_profile, source=source)
    return render_content(
        context,
        "source.html",
        source=profile,
        published=format_published_day(
            profile["published_on"], profile["published_precision"], context.language
        ),
    )


@router.get("/sources/{source}/passages")
def show_passages(context: Context, source: str, _: NoParameters) -> Response:
    profile = context.read_record(profiles.read_passages_profile, source=source)
    return render_content(context, "passages.html", source=profile)


@router.get("/problems")
def list_problems(context: Context, _: NoParameters) -> Response:
    return render_content(context, "problems.html", types=problem.PROBLEM_TYPES)


@router.get("/problems/{problem_type}")
def show_problem(context: Context, problem_type: str, _: NoParameters) -> Response:
    types = [type_ for type_ in problem.PROBLEM_TYPES if type_.code == problem_type]
    if not types:
        codes = [type_.code for type_ in problem.PROBLEM_TYPES]
        raise problem.UnknownRecord.from_key("problem_type", problem_type, codes)
    return render_content(context, "problems.html", types=types)
