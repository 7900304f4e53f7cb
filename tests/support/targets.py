"""Databases, as a file or on PostgreSQL, and applications that serve them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL

from app.application import App, create_app
from app.settings import Settings
from tests.support.postgresql import build_reader_url

Target = Path | URL


def build_settings(target: Target, **more: Any) -> Settings:
    """Build the settings for a database; on a server with the role that only reads."""
    if isinstance(target, Path):
        return Settings(database=target, **more)
    return Settings(database_url=build_reader_url(target), **more)


def build_environment(target: Target) -> dict[str, str]:
    """Build the environment in which a process serves a database."""
    if isinstance(target, Path):
        return {"BRI_DATABASE": str(target)}
    url = build_reader_url(target).render_as_string(hide_password=False)
    return {"BRI_DATABASE_URL": url}


@contextmanager
def open_app(target: Target, **more: Any) -> Iterator[App]:
    """Create an application for a database, and close its connections afterwards."""
    app = create_app(build_settings(target, **more))
    try:
        yield app
    finally:
        app.state.releases.close()
