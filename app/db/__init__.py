"""Where releases are kept: a file, or PostgreSQL; opened read-only to serve."""

from pathlib import Path

from sqlalchemy import URL

from app.db.base import Database, DatabaseError, ReleaseInfo, Store, UnavailableError
from app.db.models import SCHEMA_REVISION
from app.db.postgresql import PostgresLimits, PostgresStore
from app.db.sqlite import SQLiteStore, create_writing_engine

__all__ = [
    "SCHEMA_REVISION",
    "Database",
    "DatabaseError",
    "PostgresLimits",
    "PostgresStore",
    "ReleaseInfo",
    "SQLiteStore",
    "Store",
    "UnavailableError",
    "create_store",
    "create_writing_engine",
    "inspect_release",
    "is_current_release",
]


def create_store(target: Path | URL, limits: PostgresLimits | None = None) -> Store:
    """Choose the kind of storage: a path is that of a file, an address that of servers."""
    return (
        SQLiteStore(target)
        if isinstance(target, Path)
        else PostgresStore(target, limits or PostgresLimits())
    )


def inspect_release(target: Path | URL) -> ReleaseInfo:
    """Tell which release is kept somewhere.

    Raises:
        DatabaseError: if there is none, or it cannot be reached.
    """
    kept = create_store(target)
    try:
        return kept.inspect()
    finally:
        kept.close()


def is_current_release(target: Path | URL, seed_hash: str) -> bool:
    """Tell whether a database was built from a seed for this schema revision."""
    try:
        held = inspect_release(target)
    except DatabaseError:
        return False
    return (held.seed_hash, held.revision) == (seed_hash, SCHEMA_REVISION)
