"""Build the database file: whole or not at all, and the same bytes for the same seed."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp

from sqlalchemy import Connection, insert
from sqlalchemy.exc import OperationalError

from app.database import DatabaseError, inspect, writing_engine
from app.models import SCHEMA_REVISION, search_index
from app.seeding import validation
from app.seeding.checks import cross_check
from app.seeding.faults import BuildError, SeedError
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


def build(folder: Path, migrations: Path, target: Path) -> None:
    """Build a database from a seed folder and put it in place of the old one.

    Raises:
        SeedError: if the seed has faults; nothing is written then.
        BuildError: if the target is something else, or cannot be written.
    """
    seed = valid_seed(folder)
    try:
        refuse_strangers(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as temporary:
            content = rows(seed, seed_hash(folder), SCHEMA_REVISION)
            fill(temporary, content, index_rows(seed), migrations)
    except OSError as error:
        raise BuildError(f"cannot write {target}: {error.strerror or error}") from None
    except (OperationalError, sqlite3.OperationalError) as error:
        raise BuildError(f"cannot write {target}: {getattr(error, 'orig', error)}") from None


def refuse_strangers(target: Path) -> None:
    """Never overwrite what is not a database of this API."""
    if target.is_dir():
        raise BuildError(f"{target} is a folder; name a file")
    if target.exists() and not target.is_file():
        raise BuildError(f"{target} is no regular file; name another")
    if target.exists() and target.stat().st_size:
        try:
            inspect(target)
        except DatabaseError as error:
            raise BuildError(f"{error}; move it away or name another file") from None


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a temporary file beside the target; if all goes well it takes the target's place."""
    handle, name = mkstemp(prefix=f".{target.name}.", suffix=".building", dir=target.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        temporary.chmod(0o644)
        flush(temporary)
        temporary.replace(target)
        flush(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def fill(
    path: Path, content: Iterable[Row], texts: Iterable[dict[str, str]], migrations: Path
) -> None:
    """Run the migrations on an empty file, load all rows and texts, and check the result."""
    engine = writing_engine(path)
    with engine.begin() as connection:
        migrate(connection, migrations)
        load(connection, content)
        connection.execute(insert(search_index), list(texts))
    engine.dispose()
    finish(path)


def migrate(connection: Connection, migrations: Path, revision: str = "head") -> None:
    """Bring a database to a schema revision, up or down."""
    # Alembic is needed only while building, and takes a quarter of a second to import.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


def finish(path: Path) -> None:
    """Check the file and bring it into its canonical form."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
        faults = connection.execute("PRAGMA foreign_key_check").fetchall()
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if faults or verdict != "ok":
        raise BuildError(f"the database did not pass its own checks: {verdict} {faults}")
    with path.open("r+b") as file:
        forget_writer(file.fileno())


def forget_writer(handle: int) -> None:
    """Blank what SQLite notes of itself in the file's header, so that the seed alone decides.

    Offsets 24, 92 and 96 hold the change counter, the counter for which the version is valid,
    and the version of the library that wrote last (SQLite file format, section 1.3).
    """
    for offset in (24, 92):
        os.pwrite(handle, (1).to_bytes(4, "big"), offset)
    os.pwrite(handle, (3_040_000).to_bytes(4, "big"), 96)
