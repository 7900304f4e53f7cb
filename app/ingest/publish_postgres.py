"""A build that ends in a new schema on PostgreSQL: one transaction, whole or not at all."""

from collections.abc import Callable, Iterable
from contextlib import suppress

from sqlalchemy import URL, Connection, insert, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.db import PostgresLimits, PostgresStore
from app.db.models import SCHEMA_REVISION, lexeme_index
from app.db.postgresql import describe_error, get_sqlstate
from app.ingest.issues import BuildError
from app.ingest.postgres_fulltext import build_lexeme_rows

LOCK = 0x627269
"""The number of the advisory lock that lets one build at a time through: bri in ASCII."""
LOCK_TIMEOUT = "5s"
LOCKED_DETAIL = "55P03"

REGISTER = """
CREATE SCHEMA IF NOT EXISTS bri;
CREATE TABLE IF NOT EXISTS bri.releases (
    number integer PRIMARY KEY,
    schema_name text NOT NULL UNIQUE,
    seed_hash text NOT NULL,
    schema_revision text NOT NULL,
    built_at timestamptz NOT NULL DEFAULT now()
)
"""
NEXT_SCHEMA = text("SELECT coalesce(max(number), 0) + 1 FROM bri.releases")
REGISTER_RELEASE = text(
    "INSERT INTO bri.releases (number, schema_name, seed_hash, schema_revision, built_at)"
    " VALUES (:number, :schema, :digest, :revision, clock_timestamp())"
)
# A process may take a minute to notice that a release was replaced.
OUTDATED = text(
    "SELECT number, schema_name FROM (SELECT number, schema_name,"
    " row_number() OVER newest_first AS age, lag(built_at) OVER newest_first AS replaced_at"
    " FROM bri.releases WINDOW newest_first AS (ORDER BY number DESC)) AS releases"
    " WHERE age > 2 AND replaced_at < now() - interval '5 minutes'"
)
DROP_RELEASE = text("DELETE FROM bri.releases WHERE number = :number")
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
COLLATION = text(
    "SELECT 'B' < 'a' AND 'a-c' < 'ab' AND current_setting('server_encoding') = 'UTF8'"
)


def publish(
    target: URL,
    digest: str,
    fill: Callable[[Connection], None],
    index: Iterable[dict[str, str]],
) -> None:
    """Build a schema and let it be served in place of the one before.

    Args:
        target: the database.
        digest: the digest of the seed.
        fill: makes and fills all tables but that of the full-text index.
        index: the rows of the full-text index.

    Raises:
        BuildError: if the database cannot be written, or another build is under way.
    """
    servers = PostgresStore(target, PostgresLimits())
    engine = servers.create_writing_engine()
    try:
        with engine.begin() as connection:
            acquire_build_lock(connection)
            publish_schema(connection, digest, fill, index)
        with suppress(DBAPIError), engine.begin() as connection:
            acquire_build_lock(connection)
            drop_outdated(connection)
    except OperationalError as error:
        locked = get_sqlstate(error) == LOCKED_DETAIL
        why = "another build is under way" if locked else describe_error(error)
        raise BuildError(f"cannot write {servers}: {why}") from None
    except DBAPIError as error:
        raise BuildError(f"cannot write {servers}: {describe_error(error)}") from error
    finally:
        engine.dispose()


def acquire_build_lock(connection: Connection) -> None:
    """Wait a little until no other build is under way; the end of the transaction lets go."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def publish_schema(
    connection: Connection,
    digest: str,
    fill: Callable[[Connection], None],
    index: Iterable[dict[str, str]],
) -> None:
    """Make the schema of a release and enter it as the newest.

    Where replicas are waited for, the commit waits until they show the release too.
    """
    connection.execute(text("SET LOCAL synchronous_commit = remote_apply"))
    if not connection.scalar(COLLATION):
        raise BuildError(
            "the database does not sort by code point in UTF-8; make it with"
            " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
    connection.execute(text(REGISTER))
    number = connection.scalar(NEXT_SCHEMA)
    schema = f"bri_{digest[:16]}_{number}"
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    connection.execute(text(f"SET LOCAL search_path = {schema}"))
    fill(connection)
    connection.execute(insert(lexeme_index), build_lexeme_rows(connection, index))
    for table in connection.scalars(TABLES, {"schema": schema}).all():
        connection.execute(text(f"ANALYZE {table}"))
    release = {"number": number, "schema": schema, "digest": digest, "revision": SCHEMA_REVISION}
    connection.execute(REGISTER_RELEASE, release)


def drop_outdated(connection: Connection) -> None:
    """Drop all releases but the newest and the one before, and those replaced just now."""
    for number, schema in connection.execute(OUTDATED).all():
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(DROP_RELEASE, {"number": number})
