"""Record the OpenAPI document with the examples of the pinned seed: python -m tests.record_openapi.

Examples of the newest seed would change with every figure that is added.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from app.cli import openapi
from app.ingest.build import build
from tests.support.seeds import MIGRATIONS, SEED

SNAPSHOT = Path(__file__).parent / "openapi.json"


def record() -> None:
    """Write the document."""
    with TemporaryDirectory() as folder:
        database = Path(folder) / "bri.sqlite"
        build(SEED, MIGRATIONS, database)
        openapi(database, output=SNAPSHOT)


if __name__ == "__main__":
    record()
