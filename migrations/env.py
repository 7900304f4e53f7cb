"""Alembic's environment: it runs on the connection of a build, or on the configured file."""

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


def is_in_models(name: str | None, kind: str, _: object) -> bool:
    """Leave out what no model describes: the full-text index, indexes and unique columns."""
    is_search_index = kind == "table" and str(name).startswith("search_index")
    return not is_search_index and kind not in {"index", "unique_constraint"}


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        include_name=is_in_models,
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
        raise SystemExit("PostgreSQL releases are not migrated; build a new one with 'bri build'.")
    with create_writing_engine(target).connect() as own:
        run(own)
