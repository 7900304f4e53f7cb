"""Editions: yearly press conferences, one with everything that belongs to it, and two compared."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.http.routing import RouteDeclarations
from app.queries.editions import compare_editions, get_edition
from app.request import Context
from app.routers import ListOperation, NoParameters, add_collection
from app.schemas.editions import EditionComparison, EditionRecord

router = RouteDeclarations(prefix="/v1", tags=["Press conferences"])

add_collection(
    router,
    tables.EDITIONS,
    ListOperation(
        "List press conferences",
        "The yearly press conferences of the Ministry of Commerce, newest first: when, where, who "
        "spoke and who asked, and how much of the figures, the outcomes and the priority areas "
        "could be read. What was not read is left out.",
    ),
)


@router.get(
    "/editions/compare",
    name="compare_editions",
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
    return context.create_json_response(EditionComparison.model_validate(found))


@router.get(
    "/editions/{edition}",
    name="get_edition",
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
