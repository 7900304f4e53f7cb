"""The cache while no release can be looked up."""

import asyncio
from itertools import pairwise
from pathlib import Path
from time import monotonic

import pytest
from starlette.testclient import TestClient

from app.db import DatabaseError, SQLiteStore
from app.http.cache import REFRESH_INTERVAL
from app.releases import Release, ReleaseManager
from tests.http.test_cache import fetch
from tests.support.targets import Target, opened

pytestmark = [pytest.mark.database, pytest.mark.resources, pytest.mark.quick]


def test_without_a_database_cached_responses_are_served(tmp_path: Path, database: Target) -> None:
    with opened(database) as app:
        client = TestClient(app)
        cached = client.get("/v1/topics")
        library, app.state.releases = (
            app.state.releases,
            ReleaseManager(SQLiteStore(tmp_path / "none.sqlite")),
        )
        app.cache.next_refresh = 0.0
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


@pytest.mark.parametrize("gone", [False, True])
def test_cached_responses_check_for_a_release_at_intervals(
    database: Target, monkeypatch: pytest.MonkeyPatch, *, gone: bool
) -> None:
    with opened(database) as app:
        asyncio.run(fetch(app, "/v1/topics"))
        looks: list[float] = []
        current = app.state.releases.get_release

        def looked() -> Release:
            looks.append(monotonic())
            if gone:
                raise DatabaseError("there is none")
            found: Release = current()
            return found

        monkeypatch.setattr(app.state.releases, "get_release", looked)

        async def again() -> None:
            while len(looks) < 3:
                assert (await fetch(app, "/v1/topics"))[0] == 200

        asyncio.run(again())
        assert all(later - former > REFRESH_INTERVAL * 0.9 for former, later in pairwise(looks))
