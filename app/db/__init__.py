"""Stores of releases: an SQLite file or PostgreSQL servers, opened read-only for serving."""

from pathlib import Path

from sqlalchemy import URL

from app.db.base import Database, DatabaseError, ReleaseInfo, Store, UnavailableError
from app.db.models import SCHEMA_REVISION
from app.db.stores import PostgresLimits, PostgresStore, SQLiteStore, create_writing_engine


def create_store(target: Path | URL, limits: PostgresLimits | None = None) -> Store:
    return (
        SQLiteStore(target)
        if isinstance(target, Path)
        else PostgresStore(target, limits or PostgresLimits())
    )


def inspect_release(target: Path | URL) -> ReleaseInfo:
    """Read which release a target holds.

    Raises:
        DatabaseError: if it holds none or cannot be reached.
    """
    store = create_store(target)
    try:
        return store.inspect()
    finally:
        store.close()


def is_current_release(target: Path | URL, seed_hash: str) -> bool:
    """Return whether a target was built from a seed for the current schema revision."""
    try:
        release = inspect_release(target)
    except DatabaseError:
        return False
    return (release.seed_hash, release.revision) == (seed_hash, SCHEMA_REVISION)
