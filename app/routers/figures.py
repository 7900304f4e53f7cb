"""Indicators and observations."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import filters
from app.context import BEFORE_VALIDATION, Read
from app.formats.addresses import alternates
from app.queries import indicators, observations
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
    found = read.read(indicators.indicators, query)
    return read.page(IndicatorPage, found, alternates(*read.address()))


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
    return read.record(Indicator, read.read(indicators.indicator, code), "indicators", code=code)


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
    """The published figures of one indicator, one a series and period. Compare only figures of one
    series: a full year and eleven months are different series."""  # noqa: D205, D209
    if code not in read.snapshot.keys["indicators"]:
        raise read.unknown("indicators", "code", code)
    return read.page(ObservationPage, read.read(observations.observations, query, code))


@router.get(
    "/observations",
    tags=["Figures"],
    summary="List the observations of all indicators",
    response_model=ObservationPage,
)
def list_observations(
    read: Read, query: Annotated[filters.ObservationFilters, Query()]
) -> Response:
    """The published figures, from the core document and from sources of comparison, one a series
    and period: that of the best standing of source, then the latest; vintages=all lists every
    source's. Filters combine; a filter that stands several times matches any of its values."""  # noqa: D205, D209
    found = read.read(observations.observations, query)
    return read.page(ObservationPage, found, alternates(*read.address()))


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
    return read.record(Observation, read.read(observations.observation, id), "observations", id=id)


@router.get(
    "/observations/{id}/vintages",
    tags=["Figures"],
    summary="List all figures of one series and period",
    response_model=ObservationPage,
)
def list_vintages(
    read: Read,
    id: ObservationId,  # noqa: A002
    query: Annotated[filters.VintagedFilters, Query()],
) -> Response:
    """What every source says of the series and period of this figure, the oldest first. Each
    carries how it differs from the one before, and from when to when it was the one that held."""  # noqa: D205, D209
    found = read.read(observations.vintages, query, id)
    if not found.total and read.read(observations.observation, id) is None:
        raise read.unknown("observations", "id", id)
    return read.page(ObservationPage, found)
