"""Reference data: topics, areas, sectors, instruments, units, sources."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import parameters
from app.queries import reference
from app.request import BEFORE_VALIDATION, Context
from app.schemas.reference import (
    Area,
    AreaPage,
    Instrument,
    InstrumentPage,
    Sector,
    SectorPage,
    Source,
    SourcePage,
    Topic,
    TopicPage,
    Unit,
    UnitPage,
)

router = APIRouter(prefix="/v1", tags=["Reference data"], dependencies=BEFORE_VALIDATION)

Detail = Annotated[parameters.DetailParameters, Query()]


@router.get("/topics", summary="List the topics", response_model=TopicPage)
def list_topics(
    read: Context, query: Annotated[parameters.CodeListParameters, Query()]
) -> Response:
    """The subjects of the press conference, each with its indicators, outcomes and actions."""
    return read.page_response(TopicPage, read.run_query(reference.list_codes, "topic", query))


@router.get("/topics/{code}", summary="Show one topic", response_model=Topic)
def get_topic(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of a topic.", "trade")],
    query: Detail,
) -> Response:
    """One topic with everything that the list shows of it."""
    del query
    return read.record_response(
        Topic, read.run_query(reference.get_code, "topic", code), "topics", code=code
    )


@router.get("/areas", summary="List the areas", response_model=AreaPage)
def list_areas(read: Context, query: Annotated[parameters.AreaListParameters, Query()]) -> Response:
    """Countries and groups of countries, each with its definition and everything that names it."""
    return read.page_response(AreaPage, read.run_query(reference.list_codes, "area", query))


@router.get("/areas/{code}", summary="Show one area", response_model=Area)
def get_area(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of an area.", "BRI")],
    query: Detail,
) -> Response:
    """One area with everything that the list shows of it."""
    del query
    return read.record_response(
        Area, read.run_query(reference.get_code, "area", code), "areas", code=code
    )


@router.get("/sectors", summary="List the sectors", response_model=SectorPage)
def list_sectors(
    read: Context, query: Annotated[parameters.CodeListParameters, Query()]
) -> Response:
    """Fields of the economy that the texts name, each with everything that names it."""
    return read.page_response(SectorPage, read.run_query(reference.list_codes, "sector", query))


@router.get("/sectors/{code}", summary="Show one sector", response_model=Sector)
def get_sector(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of a sector.", "digital-economy")],
    query: Detail,
) -> Response:
    """One sector with everything that the list shows of it."""
    del query
    return read.record_response(
        Sector, read.run_query(reference.get_code, "sector", code), "sectors", code=code
    )


@router.get("/instruments", summary="List the instruments", response_model=InstrumentPage)
def list_instruments(
    read: Context, query: Annotated[parameters.InstrumentListParameters, Query()]
) -> Response:
    """Platforms, exhibitions, project types, agreements and mechanisms that the texts name."""
    return read.page_response(
        InstrumentPage, read.run_query(reference.list_codes, "instrument", query)
    )


@router.get("/instruments/{code}", summary="Show one instrument", response_model=Instrument)
def get_instrument(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of an instrument.", "china-asean-expo")],
    query: Detail,
) -> Response:
    """One instrument with everything that the list shows of it."""
    del query
    return read.record_response(
        Instrument, read.run_query(reference.get_code, "instrument", code), "instruments", code=code
    )


@router.get("/units", summary="List the units", response_model=UnitPage)
def list_units(read: Context, query: Annotated[parameters.CodeListParameters, Query()]) -> Response:
    """Units of measure, each with the indicators whose headline figure is in it."""
    return read.page_response(UnitPage, read.run_query(reference.list_codes, "unit", query))


@router.get("/units/{code}", summary="Show one unit", response_model=Unit)
def get_unit(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of a unit.", "CNY")],
    query: Detail,
) -> Response:
    """One unit with everything that the list shows of it."""
    del query
    return read.record_response(
        Unit, read.run_query(reference.get_code, "unit", code), "units", code=code
    )


@router.get("/sources", summary="List the sources", response_model=SourcePage)
def list_sources(
    read: Context, query: Annotated[parameters.SourceListParameters, Query()]
) -> Response:
    """The documents that figures and commitments come from, and those used for comparison."""
    return read.page_response(SourcePage, read.run_query(reference.list_sources, query))


@router.get("/sources/{code}", summary="Show one source", response_model=Source)
def get_source(
    read: Context,
    code: Annotated[str, parameters.path_key("The key of a source.", "scio-2025-01-15")],
    query: Detail,
) -> Response:
    """One source with everything that the list shows of it."""
    del query
    return read.record_response(
        Source, read.run_query(reference.get_source, code), "sources", code=code
    )
