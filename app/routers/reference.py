"""Reference data: topics, areas, sectors, instruments, units, events and sources."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.formats.tables import Table
from app.http.routing import RouteDeclarations
from app.queries import reference as queries
from app.queries.resource import Resource
from app.request import Context
from app.routers import ListOperation, RecordOperation, add_article, add_collection
from app.schemas import create_page_model
from app.schemas.reference import Passage

router = RouteDeclarations(prefix="/v1", tags=["Reference data"])

PassagePage = create_page_model(Passage)


def add_reference(table: Table, resource: Resource, description: str) -> None:
    name = table.name.replace("-", " ")
    singular = name.removesuffix("s")
    add_collection(
        router,
        table,
        ListOperation(f"List {name}", description),
        RecordOperation(
            f"Get {add_article(singular)}",
            f"Returns one {singular} with the same fields as the list.",
            resource.get,
            f"The key of the {singular}.",
        ),
    )


add_reference(
    tables.TOPICS,
    queries.TOPICS,
    "The subjects of the press conferences, with the indicators, outcomes and actions of each.",
)
add_reference(
    tables.AREAS,
    queries.AREAS,
    "Countries and groups of countries, with their definitions and the records that refer to them.",
)
add_reference(
    tables.COVERAGES,
    queries.COVERAGES,
    "The groups of countries that figures count, since when, and how that is known. Figures with "
    "different coverage are not comparable.",
)
add_reference(
    tables.SECTORS,
    queries.SECTORS,
    "Economic sectors named in the texts, with the records that name each.",
)
add_reference(
    tables.INSTRUMENTS,
    queries.INSTRUMENTS,
    "Platforms, exhibitions, project types, agreements and mechanisms named in the texts.",
)
add_reference(
    tables.RELATED_DATASETS,
    queries.RELATED_DATASETS,
    "Datasets of other publishers on similar subjects: what each counts, why its totals differ, "
    "its licence and address. Their values are not copied.",
)
add_reference(
    tables.UNITS,
    queries.UNITS,
    "Units of measure, with the indicators whose headline figure uses each.",
)
add_reference(
    tables.EVENTS,
    queries.EVENTS,
    "The press conferences, briefings and releases at which figures and commitments were "
    "announced, with speakers, their offices on that day, and the documents that report each.",
)
add_reference(
    tables.SOURCES,
    queries.SOURCES,
    "The documents from which figures and commitments are taken, and those used for comparison.",
)


@router.get(
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
