"""Press conferences with their announcements, commitments, reference data, and changes."""

from typing import Annotated

from fastapi import Query, Response
from fastapi.responses import JSONResponse

from app import parameters
from app.formats import tables
from app.formats.feeds import ATOM, JSON_FEED, build_json_feed, write_atom
from app.http.routing import RouteDeclarations
from app.queries import reference as queries
from app.queries.editions import compare_editions, get_edition
from app.queries.priority_areas import get_priority_area
from app.queries.releases import CHANGES, list_releases
from app.request import Context
from app.routers import NoParameters, add_collection
from app.schemas import create_page_model
from app.schemas.commitments import PriorityArea
from app.schemas.editions import EditionComparison, EditionRecord
from app.schemas.reference import Passage
from app.schemas.service import Change, Feed

router = RouteDeclarations(prefix="/v1")
reference_router = RouteDeclarations(prefix="/v1", tags=["Reference data"])
history_router = RouteDeclarations(prefix="/v1", tags=["History"])

PassagePage = create_page_model(Passage)
ChangePage = create_page_model(Change)

add_collection(
    router,
    tables.EDITIONS,
    "List press conferences",
    "The yearly press conferences of the Ministry of Commerce, newest first: when, where, who "
    "spoke and who asked, and how much of the figures, the outcomes and the priority areas "
    "could be read. What was not read is left out.",
    tag="Press conferences",
)


@router.get(
    "/editions/compare",
    name="compare_editions",
    tags=["Press conferences"],
    summary="Compare two press conferences",
    description="Returns what was announced again, what was not, and what is new, by sector, "
    "instrument and topic. This service links actions to them; the sources do not compare. If an "
    "edition is recorded in part only, the cautions say so, and what follows from its gaps is "
    "marked as not certain.",
    response_model=EditionComparison,
)
def show_comparison(
    context: Context, query: Annotated[parameters.EditionComparisonParameters, Query()]
) -> Response:
    found = context.run_query(compare_editions, query)
    return context.create_json_response(EditionComparison, found)


@router.get(
    "/editions/{edition}",
    name="get_edition",
    tags=["Press conferences"],
    summary="Get a press conference",
    description="Returns an edition with the figures that its documents state, as known on that "
    "day, its outcomes, and its priority areas with their actions.",
    response_model=EditionRecord,
)
def read_edition(
    context: Context,
    edition: Annotated[
        str, parameters.create_path_key("edition", "The year of the press conference.")
    ],
    _: NoParameters,
) -> Response:
    return context.create_record_response(EditionRecord, get_edition, edition=edition)


add_collection(
    router,
    tables.PRIORITY_AREAS,
    "List priority areas with their actions",
    "The areas announced for a year, with the actions and the related indicators of each. "
    "Links to indicators are editorial: they are made by this service and not by the source.",
    tag="Priority areas",
)


@router.get(
    "/priority-areas/{priority_area}",
    name="get_priority_area",
    tags=["Priority areas"],
    summary="Get a priority area",
    description="Returns the priority area of a year, or of the latest year that has it.",
    response_model=PriorityArea,
)
def read_priority_area(
    context: Context,
    priority_area: Annotated[
        str, parameters.create_path_key("priority_area", "The slug of the priority area.")
    ],
    query: Annotated[parameters.PriorityAreaParameters, Query()],
) -> Response:
    return context.create_record_response(
        PriorityArea, get_priority_area, query.year, priority_area=priority_area
    )


add_collection(
    router,
    tables.ACTIONS,
    "List actions",
    "One record per action, each with one verb, and what was reported on it later. The source "
    "sets no targets. A report about an action or a part of it makes its status reported; no "
    "status says that an action was carried out as announced.",
    record="Returns one action with its location in the source, everything it names, and what was "
    "reported on it later.",
    tag="Priority areas",
)
add_collection(
    router,
    tables.OUTCOMES,
    "List outcomes",
    "Results of a year that the source states in words.",
    record="Returns one outcome with its location in the source and everything it names.",
    tag="Outcomes",
)
add_collection(
    router,
    tables.COMMITMENTS,
    "List commitments of the forums",
    "Numeric commitments of the Belt and Road Forums and similar events, with target, deadline "
    "and later readings. Pledges, expectations and lists of results are kept apart. The "
    "distance to a target is computed only from readings that count the same, and no record "
    "says whether a commitment was kept.",
    record="Returns one commitment with its target, deadline and later readings.",
    tag="Commitments",
)


REFERENCES = {
    tables.TOPICS: "The subjects of the press conferences, with the indicators, outcomes and "
    "actions of each.",
    tables.AREAS: "Countries and groups of countries, with their definitions and the records that "
    "refer to them.",
    tables.COVERAGES: "The groups of countries that figures count, since when, and how that is "
    "known. Figures with different coverage are not comparable.",
    tables.SECTORS: "Economic sectors named in the texts, with the records that name each.",
    tables.INSTRUMENTS: "Platforms, exhibitions, project types, agreements and mechanisms named in "
    "the texts.",
    tables.RELATED_DATASETS: "Datasets of other publishers on similar subjects: what each counts, "
    "why its totals differ, its licence and address. Their values are not copied.",
    tables.UNITS: "Units of measure, with the indicators whose headline figure uses each.",
    tables.EVENTS: "The press conferences, briefings and releases at which figures and commitments "
    "were announced, with speakers, their offices on that day, and the documents that report each.",
    tables.SOURCES: "The documents from which figures and commitments are taken, and those used "
    "for comparison.",
}
"""The descriptions of the lists of reference data."""

for table, description in REFERENCES.items():
    plural = table.name.replace("-", " ")
    add_collection(
        reference_router,
        table,
        f"List {plural}",
        description,
        record=f"Returns one {plural.removesuffix('s')} with the same fields as the list.",
    )


@reference_router.get(
    "/sources/{source}/passages",
    name="list_passages",
    summary="List the sentences of a source",
    description="One record per sentence, in the order of the document: everything that is "
    "recorded from it, or a note that it carries nothing, and how other texts of the same event "
    "differ from it. A source whose sentences are not numbered has those locations that records "
    "cite. The sentences themselves are not republished.",
    response_model=PassagePage,
)
def list_passages(
    context: Context,
    source: Annotated[str, parameters.create_path_key("source", "The key of the source.")],
    query: Annotated[parameters.PassageListParameters, Query()],
) -> Response:
    if source not in context.release.keys["sources"]:
        raise context.create_unknown_record("source", source)
    page = context.run_query(queries.list_source_passages, source, query)
    return context.create_page_response(
        PassagePage, page.map_rows(queries.add_passage_urls, context.base_url)
    )


class FeedResponse(JSONResponse):
    media_type = JSON_FEED


@history_router.get(
    "/changes",
    name="list_changes",
    summary="List changes",
    description="What each release added, revised, corrected, annotated or removed, by record and "
    "field, with the values before and after. Without since, all changes: applied in order, they "
    "produce the whole dataset.",
    response_model=ChangePage,
)
def show_changes(
    context: Context, query: Annotated[parameters.ChangeListParameters, Query()]
) -> Response:
    return context.create_page_response(ChangePage, context.run_query(CHANGES.list_page, query))


@history_router.get(
    "/changes.atom",
    summary="Get the releases as an Atom feed",
    description="Returns the releases, latest first, for feed readers. Each entry lists what the "
    "release added, and every revised or corrected figure with both values.",
    response_class=Response,
    responses={200: {"content": {ATOM: {"schema": {"type": "string"}}}}},
)
def get_atom_feed(context: Context, _: NoParameters) -> Response:
    content = write_atom(context.run_query(list_releases), context.base_url, context.language)
    return context.create_bytes_response(content, ATOM)


@history_router.get(
    "/changes.feed.json",
    summary="Get the releases as a JSON Feed",
    description="Returns the releases as a JSON Feed 1.1, latest first.",
    response_model=Feed,
    response_class=FeedResponse,
)
def get_json_feed(context: Context, _: NoParameters) -> Response:
    feed = build_json_feed(context.run_query(list_releases), context.base_url, context.language)
    return context.create_bytes_response(Feed.encode(feed), JSON_FEED)
