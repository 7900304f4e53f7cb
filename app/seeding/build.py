"""Build a database from a seed: validate, cross-check, migrate, load, and put in place."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import URL, Connection

from app.models import SCHEMA_REVISION
from app.seeding import file_target, server_target, validation
from app.seeding.checks import cross_check
from app.seeding.faults import SeedError
from app.seeding.files import seed_hash
from app.seeding.index import index_rows
from app.seeding.loading import Row, load
from app.seeding.rows import rows
from app.seeding.validation import Seed


def valid_seed(folder: Path) -> Seed:
    """Read, validate and cross-check a seed folder.

    Raises:
        SeedError: with every fault of every file.
    """
    seed, faults = validation.load(folder)
    faults += cross_check(seed)
    if faults:
        raise SeedError(faults)
    return seed


def build(folder: Path, migrations: Path, target: Path | URL) -> None:
    """Build a release from a seed folder and put it in place of the old one.

    Raises:
        SeedError: if the seed has faults; nothing is written then.
        BuildError: if the target is something else, or cannot be written.
    """
    seed, digest = valid_seed(folder), seed_hash(folder)
    put(target, digest, rows(seed, digest, SCHEMA_REVISION), index_rows(seed), migrations)


def put(
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
        migrate(connection, migrations)
        load(connection, content)

    if isinstance(target, Path):
        file_target.put(target, fill, index)
    else:
        server_target.put(target, digest, fill, index)


def migrate(connection: Connection, migrations: Path, revision: str = "head") -> None:
    """Bring a database to a schema revision, up or down."""
    # Alembic is needed only while building, and takes a quarter of a second to import.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)
