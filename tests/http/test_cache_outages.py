"""The cache while no release can be looked up."""

import asyncio
from pathlib import Path

import pytest

from app.db import DatabaseError, SQLiteStore
from app.releases import ReleaseManager, ServedRelease
from tests.http.test_cache import fetch
from tests.support.client import AppClient
from tests.support.targets import Target, open_app

pytestmark = [pytest.mark.database, pytest.mark.resources, pytest.mark.quick]


def test_without_a_database_cached_responses_are_served(tmp_path: Path, database: Target) -> None:
    with open_app(database) as app:
        client = AppClient(app)
        cached = client.get("/v1/topics")
        library, app.state.releases = (
            app.state.releases,
            ReleaseManager(SQLiteStore(tmp_path / "none.sqlite")),
        )
        try:
            assert client.get("/v1/topics").content == cached.content
            headers = {"If-None-Match": cached.headers["etag"]}
            assert client.get("/v1/topics", headers=headers).status_code == 304
            for path in ("/v1/areas", "/v1/observations.csv", "/health/ready"):
                missed = client.get(path)
                assert missed.status_code == 503
                assert missed.headers["retry-after"] == "5"
                assert missed.headers["cache-control"] == "no-store"
            assert client.get("/v1/topics").status_code == 200
        finally:
            app.state.releases = library
        assert client.get("/v1/areas").status_code == client.get("/health/ready").status_code == 200
        assert client.get("/v1/topics").headers["etag"] == cached.headers["etag"]


def test_cached_responses_need_no_database(
    database: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_app(database) as app:
        asyncio.run(fetch(app, "/v1/topics"))

        def fail() -> ServedRelease:
            raise DatabaseError("there is none")

        with monkeypatch.context() as patch:
            patch.setattr(app.state.releases, "get_release", fail)
            assert asyncio.run(fetch(app, "/v1/topics"))[0] == 200
            patch.setattr(app.state.releases, "release", None)
            assert asyncio.run(fetch(app, "/v1/topics"))[0] == 503
