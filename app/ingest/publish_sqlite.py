"""Publish a release as an SQLite file: atomically, and the same bytes for the same seed."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import mkstemp

from sqlalchemy import Connection, insert
from sqlalchemy.exc import OperationalError

from app.db import DatabaseError, create_writing_engine, inspect_release
from app.db.models import search_index
from app.ingest.issues import BuildError

TEMPORARY_SUFFIX = ".building"


def publish(
    target: Path, fill: Callable[[Connection], None], search_rows: Iterable[dict[str, str]]
) -> None:
    """Build a file, and put it in place of the previous one.

    Raises:
        BuildError: if the target is not a database of this API, or cannot be written.
    """
    try:
        check_target(target)
        # Replace the file that a symbolic link points to, not the link.
        target = target.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(target)
        with replace_atomically(target) as temporary:
            engine = create_writing_engine(temporary)
            with engine.begin() as connection:
                fill(connection)
                connection.execute(insert(search_index), list(search_rows))
            engine.dispose()
            finalize_database(temporary)
    except OSError as error:
        raise BuildError(f"cannot write {target}: {error.strerror or error}") from None
    except (OperationalError, sqlite3.OperationalError) as error:
        raise BuildError(f"cannot write {target}: {getattr(error, 'orig', error)}") from None


def check_target(target: Path) -> None:
    """Refuse to overwrite anything but a database of this API."""
    if target.is_dir():
        raise BuildError(f"{target} is a folder; name a file")
    if target.exists() and not target.is_file():
        raise BuildError(f"{target} is not a regular file; name another one")
    if target.exists() and target.stat().st_size:
        try:
            inspect_release(target)
        except DatabaseError as error:
            raise BuildError(f"{error}; move it or name another file") from None


@contextmanager
def replace_atomically(target: Path) -> Iterator[Path]:
    """Provide a temporary file, which replaces the target unless an exception is raised.

    It is locked, so that other builds do not take it for the remains of a killed build.
    """
    handle, name = mkstemp(prefix=f".{target.name}.", suffix=TEMPORARY_SUFFIX, dir=target.parent)
    temporary = Path(name)
    try:
        lock_file(handle)
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
            lock_file(file.fileno())
            left.unlink()


def lock_file(handle: int) -> None:
    """Lock an open file; the lock ends when the process ends.

    Raises:
        OSError: if another process has locked it.
    """
    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def sync_to_disk(path: Path) -> None:
    """Wait until a file, or the entries of a folder, are written to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def finalize_database(path: Path) -> None:
    """Check the file, and make its bytes depend on its content alone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
        violations = connection.execute("PRAGMA foreign_key_check").fetchall()
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if violations or verdict != "ok":
        raise BuildError(f"the new database failed its integrity checks: {verdict} {violations}")
    with path.open("r+b") as file:
        reset_header(file.fileno())


def reset_header(handle: int) -> None:
    """Overwrite the header fields that depend on the SQLite library rather than on the content.

    Offsets 24, 92 and 96 hold the change counter, the counter for which the version is valid, and
    the version of the library that wrote the file last (SQLite file format, section 1.3).
    """
    for offset in (24, 92):
        os.pwrite(handle, (1).to_bytes(4, "big"), offset)
    os.pwrite(handle, (3_040_000).to_bytes(4, "big"), 96)
