"""Reference data: topics, areas, sectors, instruments, units, events and sources."""

from fastapi import APIRouter

from app.formats import tables
from app.formats.tables import Table
from app.queries import reference as queries
from app.queries.resource import Resource
from app.routers import ListOperation, RecordOperation, add_collection

router = APIRouter(prefix="/v1", tags=["Reference data"])


def add_reference(table: Table, resource: Resource, example: str, description: str) -> None:
    singular = table.name.removesuffix("s")
    article = "an" if singular[0] in "aeio" else "a"
    add_collection(
        router,
        table,
        ListOperation(f"List {table.name}", description),
        RecordOperation(
            f"Get {article} {singular}",
            f"Returns one {singular} with the same fields as the list.",
            resource.get,
            f"The key of the {singular}.",
            example,
        ),
    )


add_reference(
    tables.TOPICS,
    queries.TOPICS,
    "trade",
    "The subjects of the press conferences, with the indicators, outcomes and actions of each.",
)
add_reference(
    tables.AREAS,
    queries.AREAS,
    "BRI",
    "Countries and groups of countries, with their definitions and the records that refer to them.",
)
add_reference(
    tables.SECTORS,
    queries.SECTORS,
    "digital-economy",
    "Economic sectors named in the texts, with the records that name each.",
)
add_reference(
    tables.INSTRUMENTS,
    queries.INSTRUMENTS,
    "china-asean-expo",
    "Platforms, exhibitions, project types, agreements and mechanisms named in the texts.",
)
add_reference(
    tables.UNITS,
    queries.UNITS,
    "CNY",
    "Units of measure, with the indicators whose headline figure uses each.",
)
add_reference(
    tables.EVENTS,
    queries.EVENTS,
    "mofcom-2025-01-15",
    "The press conferences, briefings and releases at which figures and commitments were "
    "announced, with speakers, their offices on that day, and the documents that report each.",
)
add_reference(
    tables.SOURCES,
    queries.SOURCES,
    "scio-2025-01-15",
    "The documents from which figures and commitments are taken, and those used for comparison.",
)
