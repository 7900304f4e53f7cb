"""Build a database from a seed: validate, migrate, insert, and publish."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Table, bindparam, insert, update
from sqlmodel import SQLModel, col

from app.db.models import SCHEMA_REVISION, Observation
from app.db.models.base import Row, Values
from app.db.statements import Session
from app.i18n import Language
from app.ingest.files import SeedError, compute_seed_hash
from app.ingest.integrity import check_integrity
from app.ingest.publish import publish_postgres, publish_sqlite
from app.ingest.rows import build_rows, get_sql_table
from app.ingest.search_rows import build_search_rows
from app.ingest.seed import Documents, Seed, load_seed

BATCH_SIZE = 5_000


def load_valid_seed(folder: Path, origins: Documents | None = None) -> Seed:
    """Read, validate and cross-check a seed folder; a SeedError has all issues of all files.

    Issues of a record with an origin are reported there.
    """
    seed, issues = load_seed(folder, origins)
    issues += check_integrity(seed)
    if issues:
        raise SeedError(issues)
    return seed


def build(folder: Path, migrations: Path, target: Path | URL) -> None:
    """Build a release from a seed folder, and publish it in place of the previous one.

    Raises:
        SeedError: if the seed has issues; nothing is written then.
        BuildError: if the target is not a database of this API, or cannot be written.
    """
    seed, seed_hash = load_valid_seed(folder), compute_seed_hash(folder)

    def fill(connection: Connection) -> None:
        migrate_database(connection, migrations)
        insert_rows(connection, build_rows(seed, seed_hash, SCHEMA_REVISION))
        write_comparability(connection)

    publish(target, seed_hash, fill, build_search_rows(seed))


def publish(
    target: Path | URL,
    seed_hash: str,
    fill: Callable[[Connection], None],
    search_rows: Iterable[dict[str, str]],
) -> None:
    """Create and fill a new database, which replaces the previous one."""
    if isinstance(target, Path):
        publish_sqlite(target, fill, search_rows)
    else:
        publish_postgres(target, seed_hash, fill, search_rows)


def migrate_database(connection: Connection, migrations: Path, revision: str = "head") -> None:
    """Migrate a database up to a revision, or down to ``base``."""
    # Alembic takes a quarter of a second to import, and only builds need it.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if revision == "base" else command.upgrade)(config, revision)


def insert_rows(connection: Connection, rows: Iterable[Row]) -> None:
    """Insert rows, which must be grouped by table, in batches of constant memory.

    Each INSERT is compiled once and its batches go straight to the driver: compiling it for each
    batch, as SQLAlchemy does, takes twice the time.
    """
    for table, group in groupby(rows, key=lambda row: row[0]):
        statement, convert = compile_insert(connection, table)
        parameters = (convert(values) for _, values in group)
        while batch := list(islice(parameters, BATCH_SIZE)):
            connection.exec_driver_sql(statement, batch)


def write_comparability(connection: Connection) -> None:
    """Write to figures with which earlier ones of their series they are not comparable."""
    # A check of the seed needs no queries, which are slow to import.
    from app.queries.series import read_comparability

    for language in Language:
        texts = read_comparability(Session(connection, language))
        statement = (
            update(Observation)
            .where(col(Observation.code) == bindparam("figure"))
            .values({f"comparability_{language}": bindparam("text")})
        )
        parameters = [{"figure": key, "text": texts[key]} for key in sorted(texts)]
        if parameters:
            connection.execute(statement, parameters)


def compile_insert(
    connection: Connection, table: type[SQLModel] | Table
) -> tuple[str, Callable[[Values], Any]]:
    """Return the INSERT of a table, and a function that converts a row to its parameters.

    SQLite's driver takes parameters by position, PostgreSQL's by name.
    """
    dialect = connection.dialect
    compiled = insert(table).compile(dialect=dialect)
    is_positional = compiled.positiontup is not None
    names = list(compiled.positiontup or compiled.params)
    columns = get_sql_table(table).columns
    processors = [
        columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names
    ]

    def convert(values: Values) -> Iterator[object]:
        for value, process in zip(map(values.get, names), processors, strict=True):
            yield value if process is None or value is None else process(value)

    if is_positional:
        return str(compiled), lambda values: tuple(convert(values))
    return str(compiled), lambda values: dict(zip(names, convert(values), strict=True))
