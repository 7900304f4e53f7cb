"""Indicators and observations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import filters
from app.context import BEFORE_VALIDATION, Read
from app.problems import UnknownRecord
from app.queries import figures
from app.schemas.figures import Indicator, IndicatorPage, Observation, ObservationPage

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

IndicatorCode = Annotated[str, filters.key("The key of an indicator.", "goods-trade")]
ObservationId = Annotated[
    str,
    filters.key(
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
def list_indicators(read: Read, query: Annotated[filters.IndicatorFilters, Query()]) -> Response:
    """Each indicator comes with its headline: the observation of the newest edition, ready to
    show with its display text, unit, period, qualifier and source line."""  # noqa: D205, D209
    return read.page(IndicatorPage, read.read(figures.indicators, query))


@router.get(
    "/indicators/{code}",
    tags=["Figures"],
    summary="Show one indicator",
    response_model=Indicator,
)
def get_indicator(
    read: Read, code: IndicatorCode, query: Annotated[filters.DetailParameters, Query()]
) -> Response:
    """One indicator with its definition, notes on reading, headline figure and links."""
    del query
    return read.record(Indicator, read.read(figures.indicator, code), "indicators", code=code)


@router.get(
    "/indicators/{code}/observations",
    tags=["Figures"],
    summary="List the observations of one indicator",
    response_model=ObservationPage,
)
def list_indicator_observations(
    read: Read,
    code: IndicatorCode,
    query: Annotated[filters.IndicatorObservationFilters, Query()],
) -> Response:
    """All published figures of one indicator. Compare only figures of one series: a full year
    and eleven months are different series."""  # noqa: D205, D209
    if code not in read.snapshot.codes["indicators"]:
        raise UnknownRecord("code", code, read.snapshot.codes["indicators"])
    return read.page(ObservationPage, read.read(figures.observations, query, code))


@router.get(
    "/observations",
    tags=["Figures"],
    summary="List the observations of all indicators",
    response_model=ObservationPage,
)
def list_observations(
    read: Read, query: Annotated[filters.ObservationFilters, Query()]
) -> Response:
    """All published figures, from the core document and from sources of comparison. Filters
    combine; a filter that stands several times matches any of its values."""  # noqa: D205, D209
    return read.page(ObservationPage, read.read(figures.observations, query))


@router.get(
    "/observations/{id}",
    tags=["Figures"],
    summary="Show one observation",
    response_model=Observation,
)
def get_observation(
    read: Read,
    id: ObservationId,  # noqa: A002
    query: Annotated[filters.DetailParameters, Query()],
) -> Response:
    """One figure with its place in the source and what other sources say of it."""
    del query
    return read.record(Observation, read.read(figures.observation, id), "observations", id=id)
