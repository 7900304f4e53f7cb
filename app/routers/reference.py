"""Reference data: topics, areas, sectors, instruments, units, sources."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import filters
from app.context import BEFORE_VALIDATION, Read
from app.queries import reference
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

Detail = Annotated[filters.DetailParameters, Query()]


@router.get("/topics", summary="List the topics", response_model=TopicPage)
def list_topics(read: Read, query: Annotated[filters.CodeListing, Query()]) -> Response:
    """The subjects of the press conference, each with its indicators, outcomes and actions."""
    return read.page(TopicPage, read.read(reference.listed, "topic", query))


@router.get("/topics/{code}", summary="Show one topic", response_model=Topic)
def get_topic(
    read: Read,
    code: Annotated[str, filters.key("The key of a topic.", "trade")],
    query: Detail,
) -> Response:
    """One topic with everything that the list shows of it."""
    del query
    return read.record(Topic, read.read(reference.entry, "topic", code), "topics", code=code)


@router.get("/areas", summary="List the areas", response_model=AreaPage)
def list_areas(read: Read, query: Annotated[filters.AreaFilters, Query()]) -> Response:
    """Countries and groups of countries, each with its definition and everything that names it."""
    return read.page(AreaPage, read.read(reference.listed, "area", query))


@router.get("/areas/{code}", summary="Show one area", response_model=Area)
def get_area(
    read: Read,
    code: Annotated[str, filters.key("The key of an area.", "BRI")],
    query: Detail,
) -> Response:
    """One area with everything that the list shows of it."""
    del query
    return read.record(Area, read.read(reference.entry, "area", code), "areas", code=code)


@router.get("/sectors", summary="List the sectors", response_model=SectorPage)
def list_sectors(read: Read, query: Annotated[filters.CodeListing, Query()]) -> Response:
    """Fields of the economy that the texts name, each with everything that names it."""
    return read.page(SectorPage, read.read(reference.listed, "sector", query))


@router.get("/sectors/{code}", summary="Show one sector", response_model=Sector)
def get_sector(
    read: Read,
    code: Annotated[str, filters.key("The key of a sector.", "digital-economy")],
    query: Detail,
) -> Response:
    """One sector with everything that the list shows of it."""
    del query
    return read.record(Sector, read.read(reference.entry, "sector", code), "sectors", code=code)


@router.get("/instruments", summary="List the instruments", response_model=InstrumentPage)
def list_instruments(read: Read, query: Annotated[filters.InstrumentFilters, Query()]) -> Response:
    """Platforms, exhibitions, project types, agreements and mechanisms that the texts name."""
    return read.page(InstrumentPage, read.read(reference.listed, "instrument", query))


@router.get("/instruments/{code}", summary="Show one instrument", response_model=Instrument)
def get_instrument(
    read: Read,
    code: Annotated[str, filters.key("The key of an instrument.", "china-asean-expo")],
    query: Detail,
) -> Response:
    """One instrument with everything that the list shows of it."""
    del query
    return read.record(
        Instrument, read.read(reference.entry, "instrument", code), "instruments", code=code
    )


@router.get("/units", summary="List the units", response_model=UnitPage)
def list_units(read: Read, query: Annotated[filters.CodeListing, Query()]) -> Response:
    """Units of measure, each with the indicators whose headline figure is in it."""
    return read.page(UnitPage, read.read(reference.listed, "unit", query))


@router.get("/units/{code}", summary="Show one unit", response_model=Unit)
def get_unit(
    read: Read,
    code: Annotated[str, filters.key("The key of a unit.", "CNY")],
    query: Detail,
) -> Response:
    """One unit with everything that the list shows of it."""
    del query
    return read.record(Unit, read.read(reference.entry, "unit", code), "units", code=code)


@router.get("/sources", summary="List the sources", response_model=SourcePage)
def list_sources(read: Read, query: Annotated[filters.SourceFilters, Query()]) -> Response:
    """The documents that figures and commitments come from, and those used for comparison."""
    return read.page(SourcePage, read.read(reference.sources, query))


@router.get("/sources/{code}", summary="Show one source", response_model=Source)
def get_source(
    read: Read,
    code: Annotated[str, filters.key("The key of a source.", "scio-2025-01-15")],
    query: Detail,
) -> Response:
    """One source with everything that the list shows of it."""
    del query
    return read.record(Source, read.read(reference.source, code), "sources", code=code)
