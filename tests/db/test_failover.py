"""A primary and a replica under load: the server in use is killed, then the last one too."""

import gc
import signal
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import URL

from app.formats.tables import OBSERVATIONS, TableQuery
from app.formats.text import write_csv
from app.i18n import Language
from app.ingest.build import build
from app.ingest.files import BuildError, compute_seed_hash
from app.parameters import ObservationFilters
from tests.support.load import load_server, wait_for
from tests.support.postgresql import Cluster, create_server_folder, start_cluster
from tests.support.processes import find_free_port, serve_database
from tests.support.seeds import MIGRATIONS, SEED, copy_seed, edit
from tests.support.targets import open_app

pytestmark = pytest.mark.resources


@pytest.fixture
def pair(cluster: Cluster) -> Iterator[tuple[Cluster, Cluster, URL]]:
    """Start a primary and its replica, and build a release that both show."""
    template = cluster.folder.with_name("template")
    with (
        create_server_folder() as folder,
        start_cluster(folder / "main", find_free_port(), template) as primary,
    ):
        url = primary.create_database()
        build(SEED, MIGRATIONS, url)
        replica = primary.start_replica(folder / "replica", find_free_port())
        hosts = tuple(f"127.0.0.1:{server.port}" for server in (primary, replica))
        try:
            yield primary, replica, url.set(host=None, port=None, query={"host": hosts})
        finally:
            replica.stop()


def get_readiness(base: str) -> int:
    """Return the status of the readiness check of a server."""
    return httpx2.get(f"{base}/health/ready", timeout=60).status_code


def list_connections(server: Cluster) -> list[Any]:
    """List the connections of readers to a server."""
    return server.execute("SELECT pid FROM pg_stat_activity WHERE usename = 'bri_reader'")


def test_no_request_fails_if_a_server_is_killed(pair: tuple[Cluster, Cluster, URL]) -> None:
    primary, replica, url = pair
    with serve_database(url, BRI_CACHE_ENTRIES="0") as base, load_server(base) as load:
        for using, other in ((primary, replica), (replica, primary), (primary, replica)):
            load.wait_for_responses(40)
            assert list_connections(using)
            using.kill()
            load.wait_for_responses(40)
            assert list_connections(other)
            assert get_readiness(base) == 200
            using.start()
        assert load.wrong == []
        assert set(load.statuses) == {200}


def test_no_request_fails_if_a_server_stops_answering(pair: tuple[Cluster, Cluster, URL]) -> None:
    primary, replica, url = pair
    hasty = serve_database(
        url, BRI_STATEMENT_TIMEOUT="1", BRI_CONNECT_TIMEOUT="2", BRI_CACHE_ENTRIES="0"
    )
    with hasty as base, load_server(base) as load:
        load.wait_for_responses(40)
        assert list_connections(primary)
        primary.send_signal(signal.SIGSTOP)
        try:
            load.wait_for_responses(40)
            assert list_connections(replica)
        finally:
            primary.send_signal(signal.SIGCONT)
        assert load.wrong == []
        assert set(load.statuses) == {200}


def test_the_only_server_is_used_again_after_it_stopped_answering(
    cluster: Cluster, copied_database: URL
) -> None:
    with serve_database(
        copied_database, BRI_STATEMENT_TIMEOUT="1", BRI_CONNECT_TIMEOUT="2"
    ) as base:
        cached = httpx2.get(f"{base}/v1/overview").content
        cluster.send_signal(signal.SIGSTOP)
        try:
            began = time.monotonic()
            assert httpx2.get(f"{base}/v1/topics", timeout=60).status_code == 503
            assert time.monotonic() - began < 15
            assert get_readiness(base) == 503
            assert httpx2.get(f"{base}/v1/overview").content == cached
        finally:
            cluster.send_signal(signal.SIGCONT)
        wait_for(lambda: get_readiness(base) == 200)
        assert httpx2.get(f"{base}/v1/topics").status_code == 200


def test_a_download_that_is_left_while_the_server_does_not_answer_ends_without_an_error(
    cluster: Cluster, copied_database: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody could catch an error from a generator that is deleted; it would be in the log."""
    uncaught: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda one: uncaught.append(one.exc_value))
    with open_app(copied_database, statement_timeout=2) as app:
        release = app.state.releases.get_release()
        prepare = partial(TableQuery, OBSERVATIONS, Language.ENGLISH, ObservationFilters(), {}, "")
        _, rest = release.database.start_stream(lambda opened: write_csv(prepare(opened)))
        cluster.send_signal(signal.SIGSTOP)
        try:
            rest.close()
        finally:
            cluster.send_signal(signal.SIGCONT)
        assert release.database.streaming_engine.pool.checkedout() == 0
    gc.collect()
    # The driver warns of its cursor, which it could not close.
    assert [one for one in uncaught if not isinstance(one, ResourceWarning)] == []


def test_without_any_server_requests_get_503_until_one_returns(
    pair: tuple[Cluster, Cluster, URL], tmp_path: Path
) -> None:
    primary, replica, url = pair
    with serve_database(url, tmp_path / "log", BRI_CACHE_ENTRIES="0") as base:
        replica.kill()
        primary.kill()
        for path in ("/health/ready", "/v1/overview", "/v1/search?q=trade"):
            response = httpx2.get(f"{base}{path}", timeout=60)
            assert response.status_code == 503
            assert response.json()["code"] == "not-ready"
            assert response.headers["retry-after"] == "5"
            assert "127.0.0.1" not in response.json()["detail"]
        assert httpx2.get(f"{base}/health/live").status_code == 200
        with load_server(base) as load:
            load.wait_for_responses(30)
            replica.start()
            wait_for(lambda: get_readiness(base) == 200)
            assert set(load.statuses) <= {200, 503}
        with load_server(base) as load:
            load.wait_for_responses(30)
        assert set(load.statuses) == {200}
        with pytest.raises(BuildError, match="cannot write"):
            build(SEED, MIGRATIONS, url)
    output = (tmp_path / "log").read_text()
    assert "cannot be read" in output
    assert "secret" not in output
    assert "Traceback" not in output


def test_without_any_server_cached_responses_are_served(pair: tuple[Cluster, Cluster, URL]) -> None:
    primary, replica, url = pair
    with serve_database(url, BRI_RELEASE_CHECK="0.1") as base:
        cached = {path: httpx2.get(f"{base}{path}") for path in ("/v1/overview", "/", "/v1/topics")}
        replica.kill()
        primary.kill()
        wait_for(lambda: get_readiness(base) == 503)
        for path, before in cached.items():
            after = httpx2.get(f"{base}{path}", timeout=60)
            assert after.status_code == before.status_code == 200
            assert after.content == before.content
            assert after.headers["etag"] == before.headers["etag"]
            headers = {"If-None-Match": before.headers["etag"]}
            assert httpx2.get(f"{base}{path}", headers=headers).status_code == 304
        downloads = ("/v1/observations.csv", "/v1/observations.jsonl")
        for path in ("/v1/areas", "/health/ready", *downloads):
            missed = httpx2.get(f"{base}{path}", timeout=60)
            assert missed.status_code == 503
            assert missed.headers["retry-after"] == "5"
            assert missed.headers["cache-control"] == "no-store"
        primary.start()
        wait_for(lambda: get_readiness(base) == 200)
        for path in ("/v1/areas", *downloads):
            assert httpx2.get(f"{base}{path}").status_code == 200


def test_a_standby_can_be_preferred_and_receives_releases(
    pair: tuple[Cluster, Cluster, URL], tmp_path: Path
) -> None:
    primary, replica, url = pair
    seed = copy_seed(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    changed = compute_seed_hash(seed)
    preferring = url.update_query_dict({"target_session_attrs": "prefer-standby"})
    with (
        serve_database(preferring, BRI_RELEASE_CHECK="0.1", BRI_CACHE_ENTRIES="0") as base,
        load_server(base) as load,
    ):
        load.wait_for_responses(30)
        assert list_connections(replica)
        wait_for(lambda: not list_connections(primary))  # It was only asked for its role.
        build(seed, MIGRATIONS, url)
        wait_for(lambda: httpx2.get(f"{base}/v1").json()["release"]["seed_hash"] == changed)
        load.wait_for_responses(30)
        replica.kill()
        load.wait_for_responses(30)
        assert list_connections(primary)
    assert load.wrong == []
    assert set(load.statuses) == {200}
