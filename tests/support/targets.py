"""Databases, as a file or on PostgreSQL, and applications that serve them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from app.application import App, create_app
from app.settings import Settings
from tests.support.postgresql import reading

Target = Path | URL


def settings_of(target: Target, **more: Any) -> Settings:
    """Set a database to serve from; on a server by the role that only reads."""
    if isinstance(target, Path):
        return Settings(database=target, **more)
    return Settings(database_url=reading(target), **more)


def environment_of(target: Target) -> dict[str, str]:
    """Set a database to serve from, in the environment of a process."""
    if isinstance(target, Path):
        return {"BRI_DATABASE": str(target)}
    url = reading(target).render_as_string(hide_password=False)
    return {"BRI_DATABASE_URL": url}


@contextmanager
def opened(target: Target, **more: Any) -> Iterator[App]:
    """Create an application for a database, and close its connections afterwards."""
    made = create_app(settings_of(target, **more))
    try:
        yield made
    finally:
        made.state.releases.close()
