"""How Alembic reaches the database: the connection of a build, or the file that is set."""

from pathlib import Path

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

from app.db import (
    create_writing_engine,
    models,  # noqa: F401
)
from app.ingest.files import compute_seed_hash
from app.settings import Settings


def is_ours(name: str | None, kind: str, _: object) -> bool:
    """Leave out the tables that SQLite's full-text search makes for itself."""
    return not (kind == "table" and name and name.startswith("search_index"))


def run(connection: Connection) -> None:
    """Run the revisions on a connection."""
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_name=is_ours,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    settings = Settings()
    target = settings.select_database(compute_seed_hash(settings.seed))
    if not isinstance(target, Path):
        raise SystemExit("A release on PostgreSQL is migrated while 'bri build' makes it.")
    with create_writing_engine(target).connect() as own:
        run(own)
