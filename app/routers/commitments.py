"""Press conferences, what they announced and reported, and commitments of the forums."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.http.routing import RouteDeclarations
from app.queries.commitments import get_commitment
from app.queries.editions import compare_editions, get_edition
from app.queries.priority_areas import get_action, get_outcome, get_priority_area
from app.request import Context
from app.routers import ListOperation, NoParameters, RecordOperation, add_collection
from app.schemas.commitments import PriorityArea
from app.schemas.editions import EditionComparison, EditionRecord

router = RouteDeclarations(prefix="/v1")

add_collection(
    router,
    tables.EDITIONS,
    ListOperation(
        "List press conferences",
        "The yearly press conferences of the Ministry of Commerce, newest first: when, where, who "
        "spoke and who asked, and how much of the figures, the outcomes and the priority areas "
        "could be read. What was not read is left out.",
    ),
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
    return context.create_json_response(EditionComparison.model_validate(found))


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
    ListOperation(
        "List priority areas with their actions",
        "The areas announced for a year, with the actions and the related indicators of each. "
        "Links to indicators are editorial: they are made by this service and not by the source.",
    ),
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
    ListOperation(
        "List actions",
        "One record per action, each with one verb, and what was reported on it later. The source "
        "sets no targets. A report about an action or a part of it makes its status reported; no "
        "status says that an action was carried out as announced.",
    ),
    RecordOperation(
        "Get an action",
        "Returns one action with its location in the source, everything it names, and what was "
        "reported on it later.",
        get_action,
        "The key of the action.",
    ),
    tag="Priority areas",
)
add_collection(
    router,
    tables.OUTCOMES,
    ListOperation("List outcomes", "Results of a year that the source describes without figures."),
    RecordOperation(
        "Get an outcome",
        "Returns one outcome with its location in the source and everything it names.",
        get_outcome,
        "The key of the outcome.",
    ),
    tag="Outcomes",
)
add_collection(
    router,
    tables.COMMITMENTS,
    ListOperation(
        "List commitments of the forums",
        "Numeric commitments of the Belt and Road Forums and similar events, with target, deadline "
        "and later readings. Pledges, expectations and lists of results are kept apart. The "
        "distance to a target is computed only from readings that count the same, and no record "
        "says whether a commitment was kept.",
    ),
    RecordOperation(
        "Get a commitment",
        "Returns one commitment with its target, deadline and later readings.",
        get_commitment,
        "The key of the commitment.",
    ),
    tag="Commitments",
)
