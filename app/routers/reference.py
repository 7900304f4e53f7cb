"""Reference data: topics, areas, sectors, instruments, units and sources."""

from typing import Any

from fastapi import APIRouter

from app import parameters as models
from app.queries import reference as queries
from app.queries.resource import Resource
from app.routers import ListOperation, RecordOperation, add_collection
from app.schemas import Page, Schema
from app.schemas import reference as schemas

router = APIRouter(prefix="/v1", tags=["Reference data"])


def add_reference(  # noqa: PLR0913, PLR0917 (a table entry)
    name: str,
    resource: Resource,
    parameters: type[models.ListParameters],
    page: type[Page[Any]],
    schema: type[Schema],
    example: str,
    description: str,
) -> None:
    singular = name.removesuffix("s")
    article = "an" if singular[0] in "aeio" else "a"
    add_collection(
        router,
        name,
        singular,
        ListOperation(f"List {name}", description, resource.list_page, parameters, page),
        RecordOperation(
            f"Get {article} {singular}",
            f"Returns one {singular} with the same fields as the list.",
            resource.get,
            schema,
            f"The key of the {singular}.",
            example,
        ),
    )


add_reference(
    "topics",
    queries.TOPICS,
    models.CodeListParameters,
    schemas.TopicPage,
    schemas.Topic,
    "trade",
    "The subjects of the press conferences, with the indicators, outcomes and actions of each.",
)
add_reference(
    "areas",
    queries.AREAS,
    models.AreaListParameters,
    schemas.AreaPage,
    schemas.Area,
    "BRI",
    "Countries and groups of countries, with their definitions and the records that refer to them.",
)
add_reference(
    "sectors",
    queries.SECTORS,
    models.CodeListParameters,
    schemas.SectorPage,
    schemas.Sector,
    "digital-economy",
    "Economic sectors named in the texts, with the records that name each.",
)
add_reference(
    "instruments",
    queries.INSTRUMENTS,
    models.InstrumentListParameters,
    schemas.InstrumentPage,
    schemas.Instrument,
    "china-asean-expo",
    "Platforms, exhibitions, project types, agreements and mechanisms named in the texts.",
)
add_reference(
    "units",
    queries.UNITS,
    models.CodeListParameters,
    schemas.UnitPage,
    schemas.Unit,
    "CNY",
    "Units of measure, with the indicators whose headline figure uses each.",
)
add_reference(
    "sources",
    queries.SOURCES,
    models.SourceListParameters,
    schemas.SourcePage,
    schemas.Source,
    "scio-2025-01-15",
    "The documents from which figures and commitments are taken, and those used for comparison.",
)
