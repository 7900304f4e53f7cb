"""A collection is declared in every place that lists collections; a failure names the place."""

import pytest

from app.enums import Collection, SearchKind
from app.formats.tables import ALL_TABLES
from app.ingest.schema import RECORD_KINDS
from app.pages.addresses import SEARCH_KINDS
from app.schemas.service import Counts

pytestmark = pytest.mark.quick

RECORDED = {kind.collection for kind in RECORD_KINDS}
"""The collections of the seed whose records are served."""
NESTED = {"progress"}
"""Those that have no list, because their records are parts of others."""
DERIVED = {"passages"}
"""Those that are made of the records of others when the database is built."""


@pytest.mark.parametrize(
    ("place", "declared", "expected"),
    [
        ("Collection in app/enums.py", set(Collection), RECORDED),
        (
            "Counts in app/schemas/service.py",
            set(Counts.model_fields),
            {name.replace("-", "_") for name in RECORDED | DERIVED},
        ),
        (
            "ALL_TABLES in app/formats/tables.py",
            {table.name for table in ALL_TABLES},
            RECORDED - NESTED | DERIVED,
        ),
        ("SEARCH_KINDS in app/pages/addresses.py", set(SEARCH_KINDS), set(SearchKind)),
    ],
)
def test_a_place_has_every_collection(place: str, declared: set[str], expected: set[str]) -> None:
    missing, unknown = expected - declared, declared - expected
    assert not missing, f"add {sorted(missing)} to {place}"
    assert not unknown, f"{place} has what is no collection: {sorted(unknown)}"
