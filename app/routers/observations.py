"""Indicators and observations."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.http.routing import RouteDeclarations
from app.queries import observations as queries
from app.queries.indicators import get_indicator
from app.request import Context
from app.routers import ListOperation, RecordOperation, add_collection
from app.schemas import create_page_model
from app.schemas.observations import Observation

router = RouteDeclarations(prefix="/v1", tags=["Figures"])

ObservationPage = create_page_model(Observation)
INDICATOR_KEY = "The key of the indicator."
OBSERVATION_KEY = "The key of the observation: series, first month and source."

add_collection(
    router,
    tables.INDICATORS,
    ListOperation(
        "List indicators with their headline figure",
        "Each indicator contains its headline: the observation of the newest press conference that "
        "is recorded completely, with its display text, unit, period, qualifier and source line.",
    ),
    RecordOperation(
        "Get an indicator",
        "Returns one indicator with its definition, notes, headline figure and links.",
        get_indicator,
        INDICATOR_KEY,
    ),
)


@router.get(
    "/indicators/{indicator}/observations",
    summary="List the observations of an indicator",
    description="The published figures of one indicator, one per series and period. Compare "
    "figures only within a series, and not those that comparability names: full years and January "
    "to November are different series.",
    response_model=ObservationPage,
)
def list_indicator_observations(
    context: Context,
    indicator: Annotated[str, parameters.create_path_key("indicator", INDICATOR_KEY)],
    query: Annotated[parameters.IndicatorObservationListParameters, Query()],
) -> Response:
    if indicator not in context.release.keys["indicators"]:
        raise context.create_unknown_record("indicator", indicator)
    page = context.run_query(queries.list_observations, query, indicator)
    return context.create_page_response(ObservationPage, page)


add_collection(
    router,
    tables.OBSERVATIONS,
    ListOperation(
        "List observations",
        "The published figures of all indicators, one per series and period: that of the most "
        "authoritative source, and of the latest among equals. With vintages=all, the figures of "
        "all sources. Filters are combined with AND, the values of one filter with OR.",
    ),
    RecordOperation(
        "Get an observation",
        "Returns one figure with its location in the source and what other sources report.",
        queries.get_observation,
        OBSERVATION_KEY,
    ),
)


@router.get(
    "/observations/{observation}/vintages",
    summary="List the vintages of an observation",
    description="The figures of all sources for the series and period of an observation, oldest "
    "first. Each shows how it differs from the previous one, and when it was the current one.",
    response_model=ObservationPage,
)
def list_vintages(
    context: Context,
    observation: Annotated[str, parameters.create_path_key("observation", OBSERVATION_KEY)],
    query: Annotated[parameters.VintageListParameters, Query()],
) -> Response:
    page = context.run_query(queries.list_vintages, query, observation)
    if not page.total and context.run_query(queries.get_observation, observation) is None:
        raise context.create_unknown_record("observation", observation)
    return context.create_page_response(ObservationPage, page)
