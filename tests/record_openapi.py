"""Record what clients rely on, for the pinned seed: python -m tests.record_openapi.

Writes the OpenAPI document with its examples, and to tests/released its contract and the columns of
the tables. Examples of the newest seed would change with every figure that is added. What would
break clients is listed instead of being recorded.
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.cli import openapi
from app.formats.tables import ALL_TABLES
from app.ingest.build import build
from tests.compatibility import format_contract, list_breaking_changes
from tests.support.seeds import MIGRATIONS, SEED

SNAPSHOT = Path(__file__).parent / "openapi.json"
RELEASED = SNAPSHOT.with_name("released") / "openapi-v1.json"
COLUMNS = RELEASED.with_name("columns.json")
"""The names of the columns of each table in their order."""
HINT = "if that is intended, run: .venv/bin/python -m tests.record_openapi"


def list_columns() -> dict[str, list[str]]:
    """List the names of the columns of each table in their order."""
    return {table.name: list(table.header) for table in ALL_TABLES}


def list_moved_columns(earlier: Mapping[str, Sequence[str]]) -> list[str]:
    """List the tables whose columns moved; new ones come last, as scripts may count them."""
    present = list_columns()
    return [
        f"the first columns of {name} must stay {', '.join(columns)}"
        for name, columns in earlier.items()
        if present.get(name, [])[: len(columns)] != columns
    ]


def record() -> list[str]:
    """Write the document, and what clients rely on if nothing breaks; return what would break."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "bri.sqlite"
        build(SEED, MIGRATIONS, database)
        openapi(database, output=SNAPSHOT)
    present = json.loads(SNAPSHOT.read_text("utf-8"))
    broken = [
        *list_breaking_changes(json.loads(RELEASED.read_text("utf-8")), present),
        *list_moved_columns(json.loads(COLUMNS.read_text("utf-8"))),
    ]
    if not broken:
        RELEASED.write_text(format_contract(present), "utf-8")
        tables = sorted(list_columns().items())
        lines = ",\n".join(f' "{name}": {json.dumps(columns)}' for name, columns in tables)
        COLUMNS.write_text(f"{{\n{lines}\n}}\n", "utf-8")
    return broken


if __name__ == "__main__":
    sys.exit("\n".join(record()) or None)
