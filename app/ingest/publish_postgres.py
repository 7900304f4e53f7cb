"""Publish a release as a new schema on PostgreSQL, in one transaction."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from sqlalchemy import URL, Connection, insert, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.db import PostgresLimits, PostgresStore
from app.db.fulltext import find_word_spans, fold_case
from app.db.models import SCHEMA_REVISION, SEARCHED_COLUMNS, lexeme_index
from app.db.stores import describe_error, get_sqlstate
from app.ingest.issues import BuildError

ADVISORY_LOCK = 0x627269
"""The advisory lock that only one build can hold: ``bri`` in ASCII."""
LOCK_TIMEOUT = "5s"
LOCK_NOT_AVAILABLE = "55P03"

CREATE_REGISTER = """
CREATE SCHEMA IF NOT EXISTS bri;
CREATE TABLE IF NOT EXISTS bri.releases (
    number integer PRIMARY KEY,
    schema_name text NOT NULL UNIQUE,
    seed_hash text NOT NULL,
    schema_revision text NOT NULL,
    built_at timestamptz NOT NULL DEFAULT now()
)
"""
NEXT_NUMBER = text("SELECT coalesce(max(number), 0) + 1 FROM bri.releases")
REGISTER_RELEASE = text(
    "INSERT INTO bri.releases (number, schema_name, seed_hash, schema_revision, built_at)"
    " VALUES (:number, :schema, :seed_hash, :revision, clock_timestamp())"
)
# A server process may take a minute to notice a new release, and finish requests after that.
OUTDATED = text(
    "SELECT number, schema_name FROM (SELECT number, schema_name,"
    " row_number() OVER newest_first AS age, lag(built_at) OVER newest_first AS replaced_at"
    " FROM bri.releases WINDOW newest_first AS (ORDER BY number DESC)) AS releases"
    " WHERE age > 2 AND replaced_at < now() - interval '5 minutes'"
)
DELETE_RELEASE = text("DELETE FROM bri.releases WHERE number = :number")
STEMS = text(
    "SELECT word, (ts_lexize('stem', word))[1] FROM unnest(CAST(:words AS text[])) AS known (word)"
)
TEXT_DISTANCE = 10
"""The distance between the positions of two texts, so that no phrase spans both."""
MAX_POSITION = 16_383
"""The last position that a tsvector can store."""
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
COLLATION = text(
    "SELECT 'B' < 'a' AND 'a-c' < 'ab' AND current_setting('server_encoding') = 'UTF8'"
)


def publish(
    target: URL,
    seed_hash: str,
    fill: Callable[[Connection], None],
    search_rows: Iterable[Mapping[str, str]],
) -> None:
    """Build a schema, and register it as the release to serve.

    Raises:
        BuildError: if the database cannot be written, or another build is running.
    """
    store = PostgresStore(target, PostgresLimits())
    engine = store.create_writing_engine()
    try:
        with engine.begin() as connection:
            acquire_build_lock(connection)
            publish_schema(connection, seed_hash, fill, search_rows)
        with suppress(DBAPIError), engine.begin() as connection:
            acquire_build_lock(connection)
            drop_outdated(connection)
    except OperationalError as error:
        locked = get_sqlstate(error) == LOCK_NOT_AVAILABLE
        reason = "another build is running" if locked else describe_error(error)
        raise BuildError(f"cannot write {store}: {reason}") from None
    except DBAPIError as error:
        raise BuildError(f"cannot write {store}: {describe_error(error)}") from error
    finally:
        engine.dispose()


def acquire_build_lock(connection: Connection) -> None:
    """Wait up to five seconds until no other build is running; the transaction holds the lock."""
    connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ADVISORY_LOCK})


def publish_schema(
    connection: Connection,
    seed_hash: str,
    fill: Callable[[Connection], None],
    search_rows: Iterable[Mapping[str, str]],
) -> None:
    """Create and fill the schema of a release, and register it as the newest.

    With synchronous replication, the commit waits until the replicas serve the release too.
    """
    connection.execute(text("SET LOCAL synchronous_commit = remote_apply"))
    if not connection.scalar(COLLATION):
        raise BuildError(
            "the database does not sort UTF-8 by code point; create it with"
            " TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        )
    connection.execute(text(CREATE_REGISTER))
    number = connection.scalar(NEXT_NUMBER)
    schema = f"bri_{seed_hash[:16]}_{number}"
    connection.execute(text(f"CREATE SCHEMA {schema}"))
    connection.execute(text(f"SET LOCAL search_path = {schema}"))
    fill(connection)
    connection.execute(insert(lexeme_index), build_lexeme_rows(connection, search_rows))
    for table in connection.scalars(TABLES, {"schema": schema}).all():
        connection.execute(text(f"ANALYZE {table}"))
    release = {
        "number": number,
        "schema": schema,
        "seed_hash": seed_hash,
        "revision": SCHEMA_REVISION,
    }
    connection.execute(REGISTER_RELEASE, release)


def drop_outdated(connection: Connection) -> None:
    """Drop releases, except the newest two and those replaced in the last five minutes."""
    for number, schema in connection.execute(OUTDATED).all():
        connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
        connection.execute(DELETE_RELEASE, {"number": number})


def build_lexeme_rows(
    connection: Connection, search_rows: Iterable[Mapping[str, str]]
) -> list[dict[str, object]]:
    """Complete the rows of the full-text index with the stems of their words and a tsvector."""
    rows = list(search_rows)
    words = {row[name]: split_words(row[name]) for row in rows for name in SEARCHED_COLUMNS}
    distinct = sorted({word for found in words.values() for word in found})
    stems = {row[0]: row[1] for row in connection.execute(STEMS, {"words": distinct})}
    return [
        {"id": number, **row, **build_vector(row, words, stems)}
        for number, row in enumerate(rows, start=1)
    ]


def split_words(passage: str) -> list[str]:
    """Split a text into words, folded as searches compare them."""
    return [fold_case(passage[start:end]) for start, end in find_word_spans(passage)]


def build_vector(
    row: Mapping[str, str], words: Mapping[str, Sequence[str]], stems: Mapping[str, str]
) -> dict[str, str]:
    """Return the stems of each text of a row, and all of them as a tsvector with positions."""
    columns, lexemes, position = {}, [], 0
    for name in SEARCHED_COLUMNS:
        found = [stems[word] for word in words[row[name]]]
        columns[f"{name}_lexemes"] = " ".join(found)
        weight = "A" if name.startswith("title") else "D"
        position += TEXT_DISTANCE
        for offset, stem in enumerate(found):
            lexemes.append(f"'{stem}':{min(position + offset, MAX_POSITION)}{weight}")
        position += max(len(found) - 1, 0)
    return columns | {"vector": " ".join(lexemes)}
