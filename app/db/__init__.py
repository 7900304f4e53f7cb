"""Stores of releases: an SQLite file or PostgreSQL servers, opened read-only for serving."""

from contextlib import closing
from pathlib import Path

from sqlalchemy import URL

from app.db.base import Database, Store, check_release
from app.db.errors import DatabaseError, UnavailableError, describe_os_error
from app.db.files import FileLimits, ReleaseInfo
from app.db.models import SCHEMA_REVISION
from app.db.stores import PostgresLimits, PostgresStore, SQLiteStore, create_writing_engine


def create_store(
    target: Path | URL, limits: PostgresLimits | None = None, file_limits: FileLimits | None = None
) -> Store:
    return (
        SQLiteStore(target, file_limits)
        if isinstance(target, Path)
        else PostgresStore(target, limits or PostgresLimits())
    )


def inspect_release(target: Path | URL) -> ReleaseInfo:
    """Read which release a target holds; DatabaseError if none, or if it cannot be reached."""
    with closing(create_store(target)) as store:
        return store.inspect()


def check_target(target: Path | URL, *, verify: bool = False) -> ReleaseInfo:
    """Check that a target can be served; ``verify`` also reads large files completely.

    Raises:
        DatabaseError: if it holds no release, a damaged one, or one of another schema revision.
    """
    with closing(create_store(target, None, FileLimits(copy=False, verify=verify))) as store:
        release = store.inspect()
        check_release(store, release)
    return release


def is_current_release(target: Path | URL, seed_hash: str) -> bool:
    """Return whether a target was built from a seed as this program builds it."""
    try:
        release = check_target(target, verify=True)
    except DatabaseError:
        return False
    has_digest = release.file is None or release.file.has_digest
    return release.seed_hash == seed_hash and has_digest
