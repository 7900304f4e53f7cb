"""Where releases are kept: a file, or PostgreSQL; opened read-only to serve."""

from pathlib import Path

from sqlalchemy import URL

from app.database.base import Database, DatabaseError, Held, Storage, UnavailableError
from app.database.files import Files, writing_engine
from app.database.servers import Limits, Servers
from app.models import SCHEMA_REVISION

__all__ = [
    "Database",
    "DatabaseError",
    "Files",
    "Held",
    "Limits",
    "Servers",
    "Storage",
    "UnavailableError",
    "inspect",
    "is_current",
    "storage",
    "writing_engine",
]


def storage(target: Path | URL, limits: Limits | None = None) -> Storage:
    """Choose the kind of storage: a path is that of a file, an address that of servers."""
    return Files(target) if isinstance(target, Path) else Servers(target, limits or Limits())


def inspect(target: Path | URL) -> Held:
    """Tell which release is kept somewhere.

    Raises:
        DatabaseError: if there is none, or it cannot be reached.
    """
    kept = storage(target)
    try:
        return kept.held()
    finally:
        kept.close()


def is_current(target: Path | URL, seed_hash: str) -> bool:
    """Tell whether a database was built from a seed for this schema revision."""
    try:
        held = inspect(target)
    except DatabaseError:
        return False
    return (held.seed_hash, held.revision) == (seed_hash, SCHEMA_REVISION)
