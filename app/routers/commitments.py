"""Outcomes, priority areas and actions."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import parameters
from app.formats import tables
from app.queries.commitments import get_action, get_outcome, get_priority_area
from app.request import Context
from app.routers import ListOperation, RecordOperation, add_collection
from app.schemas.commitments import PriorityArea

router = APIRouter(prefix="/v1")

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
        str, parameters.create_path_key("The slug of the priority area.", "emerging-fields")
    ],
    query: Annotated[parameters.PriorityAreaParameters, Query()],
) -> Response:
    found = context.run_query(get_priority_area, priority_area, query.year)
    return context.create_record_response(
        PriorityArea, found, "priority_areas", priority_area=priority_area
    )


add_collection(
    router,
    tables.ACTIONS,
    ListOperation(
        "List actions",
        "One record per commitment, each with one verb. The status of all actions is announced: "
        "the source sets no targets and does not report whether a commitment has been met.",
    ),
    RecordOperation(
        "Get an action",
        "Returns one commitment with its location in the source and everything it names.",
        get_action,
        "The key of the action.",
        "2025-expand-trade",
    ),
    tag="Priority areas",
)
add_collection(
    router,
    tables.OUTCOMES,
    ListOperation(
        "List outcomes",
        "Results of a year that the source describes without figures.",
    ),
    RecordOperation(
        "Get an outcome",
        "Returns one outcome with its location in the source and everything it names.",
        get_outcome,
        "The key of the outcome.",
        "2024-trade-expansion",
    ),
    tag="Outcomes",
)
