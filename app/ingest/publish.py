"""Publish a release: as an SQLite file, or as a new schema on PostgreSQL."""

import fcntl
import hashlib
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from glob import escape
from pathlib import Path
from tempfile import mkstemp

from sqlalchemy import URL, Connection, insert, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app import db
from app.db import models
from app.db.files import (
    CHUNK_SIZE,
    DIGEST_PREFIX,
    NO_DIGEST,
    compute_content_digest,
    name_digest_file,
)
from app.db.fulltext import fold_words
from app.db.stores import describe_error, get_sqlstate
from app.ingest.files import BuildError
from app.processes import EXCLUSIVE

TEMPORARY_SUFFIX = ".building"
TEMPORARY_ADVICE = "; free some space, or set SQLITE_TMPDIR if temporary files fill their disk"
ADVISORY_LOCK = 0x627269
"""The advisory lock that only one build can hold: ``bri`` in ASCII."""
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
# A server process may take a minute to notice a new release, and finish requests after that. One
# that requires an older schema revision serves the newest release of that revision.
OUTDATED = text(
    "SELECT number, schema_name FROM (SELECT number, schema_name,"
    " row_number() OVER newest_first AS age, lag(built_at) OVER newest_first AS replaced_at,"
    " row_number() OVER (PARTITION BY schema_revision ORDER BY number DESC) = 1 AS is_last"
    " FROM bri.releases WINDOW newest_first AS (ORDER BY number DESC)) AS releases"
    " WHERE age > 2 AND replaced_at <"
    " now() - CASE WHEN is_last THEN interval '1 day' ELSE interval '5 minutes' END"
)
DELETE_RELEASE = text("DELETE FROM bri.releases WHERE number = :number")
STEMS = text(
    "SELECT word, CASE WHEN octet_length(word) < 3 THEN word ELSE (ts_lexize('stem', word))[1] END"
    " FROM unnest(CAST(:words AS text[])) AS known (word)"
)
TEXT_DISTANCE = 10
"""The distance between the positions of two texts, so that no phrase spans both."""
TITLE_WEIGHT, TEXT_WEIGHT = "A", "D"
TITLE_COLUMNS = ("title_en", "title_zh")
MAX_POSITION = 16_383
"""The last position that a tsvector can store."""
TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = :schema")
COLLATION = text(
    "SELECT 'B' < 'a' AND 'a-c' < 'ab' AND current_setting('server_encoding') = 'UTF8'"
)


def publish_sqlite(
    target: Path, fill: Callable[[Connection], None], search_rows: Iterable[dict[str, str]]
) -> None:
    """Build a file and put it in place of the previous one; raise BuildError if it cannot."""
    try:
        check_replaceable(target)
        # Replace the file that a symbolic link points to, not the link.
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(target)
        # The database is renamed into place first: if that fails, the old digest is still right.
        with (
            replace_atomically(name_digest_file(target)) as temporary_digest,
            replace_atomically(target) as temporary,
        ):
            engine = db.create_writing_engine(temporary)
            with engine.begin() as connection:
                fill(connection)
                connection.execute(insert(models.search_index), list(search_rows))
            engine.dispose()
            finalize_database(temporary)
            with temporary.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            # A locale other than UTF-8 may not be able to encode the name.
            name = os.fsencode(target.name)
            temporary_digest.write_bytes(b"%s  %s\n" % (digest.encode(), name))
    except OSError as error:
        raise BuildError(f"cannot write {target}: {db.describe_os_error(error)}") from None
    except (OperationalError, sqlite3.OperationalError) as error:
        cause = getattr(error, "orig", error)
        is_full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
        raise BuildError(f"cannot write {target}: {cause}{TEMPORARY_ADVICE * is_full}") from None


def check_replaceable(target: Path) -> None:
    with suppress(FileNotFoundError):
        target.stat()  # Unlike what follows, this fails for a loop of links.
    for path in (target, name_digest_file(target.resolve())):
        if path.is_dir():
            raise BuildError(f"{path} is a folder; name another file")
    if target.exists() and not target.is_file():
        raise BuildError(f"{target} is not a regular file; name another one")
    if target.exists() and target.stat().st_size:
        try:
            db.inspect_release(target)
        except db.DatabaseError as error:
            # The advice to build it again would lead back here.
            reason, *_ = str(error).rsplit("; ", 1)
            raise BuildError(f"{reason}; move it or name another file") from None


@contextmanager
def replace_atomically(target: Path) -> Iterator[Path]:
    """Provide a temporary file, which replaces the target unless an exception is raised.

    It is locked, so that other builds do not take it for the remains of a killed build.
    """
    handle, name = mkstemp(prefix=f".{target.name}.", suffix=TEMPORARY_SUFFIX, dir=target.parent)
    temporary = Path(name)
    try:
        fcntl.flock(handle, EXCLUSIVE)
        yield temporary
        temporary.chmod(0o644)
        sync_to_disk(temporary)
        temporary.replace(target)
        sync_to_disk(target.parent)
    finally:
        os.close(handle)
        temporary.unlink(missing_ok=True)


def remove_leftovers(target: Path) -> None:
    """Remove the temporary files of killed builds; those of running builds are locked."""
    for left in target.parent.glob(f".{escape(target.name)}.*{TEMPORARY_SUFFIX}"):
        with suppress(OSError), left.open("rb") as file:
            fcntl.flock(file, EXCLUSIVE)
            left.unlink()


def sync_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def finalize_database(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")  # A killed build would leave it.
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("CREATE TABLE content_digest (digest TEXT NOT NULL)")
        placeholder = (DIGEST_PREFIX + NO_DIGEST).decode()
        connection.execute("INSERT INTO content_digest VALUES (?)", [placeholder])
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
        violations = connection.execute("PRAGMA foreign_key_check").fetchall()
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if violations or verdict != "ok":
        raise BuildError(f"the new database failed its integrity checks: {verdict} {violations}")
    with path.open("r+b") as file:
        reset_header(file.fileno())
    write_content_digest(path)


def write_content_digest(path: Path) -> None:
    """Write the digest of a file into the file, where a placeholder or an older digest is."""
    with path.open("r+b") as file:
        digest, _, offset = compute_content_digest(iter(partial(file.read, CHUNK_SIZE), b""))
        os.pwrite(file.fileno(), digest.encode(), offset)


def reset_header(handle: int) -> None:
    """Overwrite the header fields that depend on the SQLite library rather than on the content.

    Offsets 24, 92 and 96 hold the change counter, the counter for which the version is valid, and
    the version of the library that wrote the file last (SQLite file format, section 1.3).
    """
    for offset in (24, 92):
        os.pwrite(handle, (1).to_bytes(4, "big"), offset)
    os.pwrite(handle, (3_040_000).to_bytes(4, "big"), 96)


def publish_postgres(
    target: URL,
    seed_hash: str,
    fill: Callable[[Connection], None],
    search_rows: Iterable[Mapping[str, str]],
) -> None:
    """Build a schema, and register it as the release to serve; raise BuildError if it cannot."""
    store = db.PostgresStore(target, db.PostgresLimits())
    engine = store.create_writing_engine()
    try:
        with engine.begin() as connection:
            acquire_build_lock(connection)
            publish_schema(connection, seed_hash, fill, search_rows)
        with suppress(DBAPIError), engine.begin() as connection:
            acquire_build_lock(connection)
            for number, schema in connection.execute(OUTDATED).all():
                connection.execute(text(f"DROP SCHEMA IF EXISTS {schema} CASCADE"))
                connection.execute(DELETE_RELEASE, {"number": number})
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
    # Without the limits on statements and pauses that a server may have for other work.
    for name, limit in (("lock", "5s"), ("statement", "0"), ("idle_in_transaction_session", "0")):
        connection.execute(text(f"SET LOCAL {name}_timeout = '{limit}'"))
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
    connection.execute(insert(models.lexeme_index), build_lexeme_rows(connection, search_rows))
    for table in connection.scalars(TABLES, {"schema": schema}).all():
        connection.execute(text(f"ANALYZE {table}"))
    release = {"number": number, "schema": schema, "seed_hash": seed_hash}
    connection.execute(REGISTER_RELEASE, release | {"revision": models.SCHEMA_REVISION})


def build_lexeme_rows(
    connection: Connection, search_rows: Iterable[Mapping[str, str]]
) -> list[dict[str, object]]:
    rows = list(search_rows)
    words = {row[name]: fold_words(row[name]) for row in rows for name in models.SEARCHED_COLUMNS}
    distinct = sorted({word for found in words.values() for word in found})
    stems = {row[0]: row[1] for row in connection.execute(STEMS, {"words": distinct})}
    return [
        {"id": number, **row, **build_vector(row, words, stems)}
        for number, row in enumerate(rows, start=1)
    ]


def build_vector(
    row: Mapping[str, str], words: Mapping[str, Sequence[str]], stems: Mapping[str, str]
) -> dict[str, str]:
    """Return the stems of each text of a row, and all of them as a tsvector with positions."""
    columns, lexemes, position = {}, [], 0
    for name in models.SEARCHED_COLUMNS:
        found = [stems[word] for word in words[row[name]]]
        if name in models.SHOWN_COLUMNS:
            columns[f"{name}_lexemes"] = " ".join(found)
        weight = TITLE_WEIGHT if name in TITLE_COLUMNS else TEXT_WEIGHT
        position += TEXT_DISTANCE
        for offset, stem in enumerate(found):
            lexemes.append(f"'{stem}':{min(position + offset, MAX_POSITION)}{weight}")
        position += max(len(found) - 1, 0)
    return columns | {"vector": " ".join(lexemes)}
