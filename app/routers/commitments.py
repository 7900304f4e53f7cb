"""Outcomes, priority areas and actions, and commitments of the forums."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.http.routing import RouteDeclarations
from app.queries.commitments import get_commitment
from app.queries.priority_areas import get_action, get_outcome, get_priority_area
from app.request import Context
from app.routers import ListOperation, RecordOperation, add_collection
from app.schemas.commitments import PriorityArea

router = RouteDeclarations(prefix="/v1")

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
