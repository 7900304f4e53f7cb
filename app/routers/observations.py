"""Indicators and observations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import parameters
from app.formats.registry import build_alternate_links
from app.queries import indicators, observations
from app.request import BEFORE_VALIDATION, Context
from app.schemas.observations import Indicator, IndicatorPage, Observation, ObservationPage

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

IndicatorCode = Annotated[str, parameters.path_key("The key of an indicator.", "goods-trade")]
ObservationId = Annotated[
    str,
    parameters.path_key(
        "The key of an observation: series, first month and source.",
        "aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15",
    ),
]


@router.get(
    "/indicators",
    tags=["Figures"],
    summary="List the indicators with their newest official figure",
    response_model=IndicatorPage,
)
def list_indicators(
    read: Context, query: Annotated[parameters.IndicatorListParameters, Query()]
) -> Response:
    """Each indicator comes with its headline: the observation of the newest edition, ready to
    show with its display text, unit, period, qualifier and source line."""  # noqa: D205, D209
    found = read.run_query(indicators.list_indicators, query)
    return read.page_response(IndicatorPage, found, build_alternate_links(*read.canonical_url()))


@router.get(
    "/indicators/{code}",
    tags=["Figures"],
    summary="Show one indicator",
    response_model=Indicator,
)
def get_indicator(
    read: Context, code: IndicatorCode, query: Annotated[parameters.DetailParameters, Query()]
) -> Response:
    """One indicator with its definition, notes on reading, headline figure and links."""
    del query
    return read.record_response(
        Indicator, read.run_query(indicators.get_indicator, code), "indicators", code=code
    )


@router.get(
    "/indicators/{code}/observations",
    tags=["Figures"],
    summary="List the observations of one indicator",
    response_model=ObservationPage,
)
def list_indicator_observations(
    read: Context,
    code: IndicatorCode,
    query: Annotated[parameters.IndicatorObservationListParameters, Query()],
) -> Response:
    """The published figures of one indicator, one a series and period. Compare only figures of one
    series: a full year and eleven months are different series."""  # noqa: D205, D209
    if code not in read.release.keys["indicators"]:
        raise read.unknown_record("indicators", "code", code)
    return read.page_response(
        ObservationPage, read.run_query(observations.list_observations, query, code)
    )


@router.get(
    "/observations",
    tags=["Figures"],
    summary="List the observations of all indicators",
    response_model=ObservationPage,
)
def list_observations(
    read: Context, query: Annotated[parameters.ObservationListParameters, Query()]
) -> Response:
    """The published figures, from the core document and from sources of comparison, one a series
    and period: that of the best standing of source, then the latest; vintages=all lists every
    source's. Filters combine; a filter that stands several times matches any of its values."""  # noqa: D205, D209
    found = read.run_query(observations.list_observations, query)
    return read.page_response(ObservationPage, found, build_alternate_links(*read.canonical_url()))


@router.get(
    "/observations/{id}",
    tags=["Figures"],
    summary="Show one observation",
    response_model=Observation,
)
def get_observation(
    read: Context,
    id: ObservationId,  # noqa: A002
    query: Annotated[parameters.DetailParameters, Query()],
) -> Response:
    """One figure with its place in the source and what other sources say of it."""
    del query
    return read.record_response(
        Observation, read.run_query(observations.get_observation, id), "observations", id=id
    )


@router.get(
    "/observations/{id}/vintages",
    tags=["Figures"],
    summary="List all figures of one series and period",
    response_model=ObservationPage,
)
def list_vintages(
    read: Context,
    id: ObservationId,  # noqa: A002
    query: Annotated[parameters.VintageListParameters, Query()],
) -> Response:
    """What every source says of the series and period of this figure, the oldest first. Each
    carries how it differs from the one before, and from when to when it was the one that held."""  # noqa: D205, D209
    found = read.run_query(observations.list_vintages, query, id)
    if not found.total and read.run_query(observations.get_observation, id) is None:
        raise read.unknown_record("observations", "id", id)
    return read.page_response(ObservationPage, found)
