"""Outcomes, priority areas and actions."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import parameters
from app.formats.registry import build_alternate_links
from app.queries import commitments
from app.request import BEFORE_VALIDATION, Context
from app.schemas.commitments import (
    Action,
    ActionPage,
    Outcome,
    OutcomePage,
    PriorityArea,
    PriorityAreaPage,
)

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

Slug = Annotated[str, parameters.path_key("The slug of a priority area.", "emerging-fields")]
ActionId = Annotated[str, parameters.path_key("The key of an action.", "2025-expand-trade")]
OutcomeId = Annotated[str, parameters.path_key("The key of an outcome.", "2024-trade-expansion")]


@router.get(
    "/priority-areas",
    tags=["Priority areas"],
    summary="List the priority areas with their actions",
    response_model=PriorityAreaPage,
)
def list_priority_areas(
    read: Context, query: Annotated[parameters.PriorityAreaListParameters, Query()]
) -> Response:
    """The four areas announced for a year, each with its actions and the indicators that it
    starts from. The link to an indicator is editorial: ours, not the source's."""  # noqa: D205, D209
    return read.page_response(
        PriorityAreaPage, read.run_query(commitments.list_priority_areas, query)
    )


@router.get(
    "/priority-areas/{slug}",
    tags=["Priority areas"],
    summary="Show one priority area",
    response_model=PriorityArea,
)
def get_priority_area(
    read: Context, slug: Slug, query: Annotated[parameters.PriorityAreaParameters, Query()]
) -> Response:
    """One priority area of the year asked for, or of the newest year that has it."""
    found = read.run_query(commitments.get_priority_area, slug, query.year)
    return read.record_response(PriorityArea, found, "priority_areas", slug=slug)


@router.get(
    "/actions",
    tags=["Priority areas"],
    summary="List the actions",
    response_model=ActionPage,
)
def list_actions(
    read: Context, query: Annotated[parameters.ActionListParameters, Query()]
) -> Response:
    """One record a commitment, each with one verb. Their status is announced: whether a
    commitment was kept is not in the source, nor is any target."""  # noqa: D205, D209
    found = read.run_query(commitments.list_actions, query)
    return read.page_response(ActionPage, found, build_alternate_links(*read.canonical_url()))


@router.get(
    "/actions/{id}",
    tags=["Priority areas"],
    summary="Show one action",
    response_model=Action,
)
def get_action(
    read: Context,
    id: ActionId,  # noqa: A002
    query: Annotated[parameters.DetailParameters, Query()],
) -> Response:
    """One commitment with its place in the source and everything it names."""
    del query
    return read.record_response(
        Action, read.run_query(commitments.get_action, id), "actions", id=id
    )


@router.get(
    "/outcomes",
    tags=["Outcomes"],
    summary="List the outcomes",
    response_model=OutcomePage,
)
def list_outcomes(
    read: Context, query: Annotated[parameters.OutcomeListParameters, Query()]
) -> Response:
    """Results of a year that the source tells in words, without a figure."""
    found = read.run_query(commitments.list_outcomes, query)
    return read.page_response(OutcomePage, found, build_alternate_links(*read.canonical_url()))


@router.get(
    "/outcomes/{id}",
    tags=["Outcomes"],
    summary="Show one outcome",
    response_model=Outcome,
)
def get_outcome(
    read: Context,
    id: OutcomeId,  # noqa: A002
    query: Annotated[parameters.DetailParameters, Query()],
) -> Response:
    """One outcome with its place in the source and everything it names."""
    del query
    return read.record_response(
        Outcome, read.run_query(commitments.get_outcome, id), "outcomes", id=id
    )
