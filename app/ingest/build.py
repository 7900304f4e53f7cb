"""Build a database from a seed: validate, cross-check, migrate, load, and put in place."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import URL, Connection

from app.db.models import SCHEMA_REVISION
from app.ingest import publish_postgres, publish_sqlite, validation
from app.ingest.files import compute_seed_hash
from app.ingest.integrity import check_integrity
from app.ingest.issues import SeedError
from app.ingest.loading import Row, insert_rows
from app.ingest.rows import build_rows
from app.ingest.search_documents import build_search_rows
from app.ingest.validation import Seed


def load_valid_seed(folder: Path) -> Seed:
    """Read, validate and cross-check a seed folder.

    Raises:
        SeedError: with every fault of every file.
    """
    seed, faults = validation.load_seed(folder)
    faults += check_integrity(seed)
    if faults:
        raise SeedError(faults)
    return seed


def build(folder: Path, migrations: Path, target: Path | URL) -> None:
    """Build a release from a seed folder and put it in place of the old one.

    Raises:
        SeedError: if the seed has faults; nothing is written then.
        BuildError: if the target is something else, or cannot be written.
    """
    seed, digest = load_valid_seed(folder), compute_seed_hash(folder)
    publish(
        target,
        digest,
        build_rows(seed, digest, SCHEMA_REVISION),
        build_search_rows(seed),
        migrations,
    )


def publish(
    target: Path | URL,
    digest: str,
    content: Iterable[Row],
    index: Iterable[dict[str, str]],
    migrations: Path,
) -> None:
    """Make a release of rows and put it in place of the old one.

    Args:
        target: a file, or a database on servers.
        digest: the digest of the seed.
        content: the rows of all tables, table by table.
        index: the rows of the full-text index.
        migrations: the folder of the migrations, which make the tables.

    Raises:
        BuildError: if the target is something else, or cannot be written.
    """

    def fill(connection: Connection) -> None:
        migrate_database(connection, migrations)
        insert_rows(connection, content)

    if isinstance(target, Path):
        publish_sqlite.publish(target, fill, index)
    else:
        publish_postgres.publish(target, digest, fill, index)


def migrate_database(connection: Connection, migrations: Path, revision: str = "head") -> None:
    """Bring a database to a schema revision, up or down."""
    # Alembic is needed only while building, and takes a quarter of a second to import.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)
