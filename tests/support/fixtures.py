"""Shared fixtures: a database built from the seed, an application, a real server."""

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from shutil import copy2
from typing import Any

import httpcore2
import httpx2
import pytest
from sqlalchemy import URL
from starlette.types import Receive, Scope, Send

from app.application import App
from app.db.processes import FILE_PROCESS, SDMX_PROCESS
from app.export import ExportOptions, export_release
from app.export.files import DIGESTS
from app.formats.charts.rendering import DRAWING_PROCESS
from app.ingest.build import build
from tests.support import postgresql, renderings, static_edition
from tests.support.builds import share_steps
from tests.support.client import AppClient
from tests.support.contract import Watch
from tests.support.processes import find_free_port, serve_database, use_forked_helpers
from tests.support.proxy import start_stripping_proxy
from tests.support.seeds import MIGRATIONS, NEWEST, SEED
from tests.support.targets import Target, open_app


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    """Wrap every application of this process."""
    watching = Watch()

    async def watch_call(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await watching(app, scope, receive, send)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "__call__", watch_call)
        share_steps(patch)
        # Each client would read all certificates, which takes 5 ms; nothing here uses them.
        patch.setattr(httpcore2, "default_ssl_context", cache(httpcore2.default_ssl_context))
        renderings.share_all()
        with use_forked_helpers():
            yield watching
            for process in (DRAWING_PROCESS, FILE_PROCESS, SDMX_PROCESS):
                process.close()


@pytest.fixture(autouse=True)
def contract(watch: Watch) -> Iterator[None]:
    """Fail a test that received a JSON response that the OpenAPI document does not describe."""
    watch.violations.clear()
    yield
    assert not watch.violations


@pytest.fixture(scope="session")
def cluster() -> Iterator[postgresql.Cluster]:
    """Start a PostgreSQL server; without one its tests are left out, but not in CI."""
    if postgresql.find_programs() is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine")
    with postgresql.create_server_folder() as folder:
        postgresql.Cluster(folder / "template", 0).create_files()
        with postgresql.start_cluster(
            folder / "main", find_free_port(), folder / "template"
        ) as cluster:
            yield cluster


@pytest.fixture(scope="session")
def template(cluster: postgresql.Cluster) -> URL:
    """Build the real database once on PostgreSQL, to be copied; nobody connects to it."""
    url = cluster.create_database()
    build(SEED, MIGRATIONS, url)
    return url


@pytest.fixture
def copied_database(cluster: postgresql.Cluster, template: URL) -> URL:
    """Copy the real database on PostgreSQL for one test."""
    return cluster.create_database(template)


@pytest.fixture(scope="session")
def new_target(request: pytest.FixtureRequest) -> Callable[[], Target]:
    """Create targets for databases of the kind that the tests run on."""
    if request.config.getoption("--postgresql"):
        server: postgresql.Cluster = request.getfixturevalue("cluster")
        return server.create_database
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return lambda: folders.mktemp("database") / "bri.sqlite"


@pytest.fixture
def target(new_target: Callable[[], Target]) -> Target:
    """Create the target of a database that one test builds."""
    return new_target()


@contextmanager
def lock_folder(folders: pytest.TempPathFactory, name: str) -> Iterator[Path]:
    """Lock a folder of the run for one of its processes at a time, so that one of them fills it."""
    folder = folders.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent
    with (folder / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield folder / name


def build_once(folders: pytest.TempPathFactory, seed: Path, name: str) -> Path:
    """Build a file once for all processes of the run; they only read it."""
    with lock_folder(folders, name) as folder:
        file = folder / "bri.sqlite"
        if not file.exists():
            build(seed, MIGRATIONS, file)
            # Applications that open a younger release than two seconds do not agree on its date.
            past = time.time() - 60
            os.utime(file, (past, past))
    return file


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the file with the real database, which no test changes."""
    return build_once(tmp_path_factory, SEED, "pinned")


@pytest.fixture
def copied_file(built: Path, tmp_path: Path) -> Path:
    """Copy the file with the real database for one test, which may replace it."""
    return Path(copy2(built, tmp_path / "bri.sqlite"))


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Target:
    """Build the real database once: a file for the run, or a database for each process."""
    if request.config.getoption("--postgresql"):
        cluster: postgresql.Cluster = request.getfixturevalue("cluster")
        return cluster.create_database(request.getfixturevalue("template"))
    file: Path = request.getfixturevalue("built")
    return file


@pytest.fixture(scope="session")
def app(database: Target) -> Iterator[App]:
    """Create the application for the real database."""
    with open_app(database) as app:
        yield app


@pytest.fixture(scope="session")
def client(app: App) -> Iterator[AppClient]:
    """Call the application without a socket."""
    with AppClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def newest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AppClient]:
    """Call an application that serves the newest seed, without a socket."""
    target: Target
    if request.config.getoption("--postgresql"):
        cluster: postgresql.Cluster = request.getfixturevalue("cluster")
        target = cluster.create_database()
        build(NEWEST, MIGRATIONS, target)
    else:
        target = build_once(tmp_path_factory, NEWEST, "newest")
    with open_app(target) as app, AppClient(app, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def document(client: AppClient) -> dict[str, Any]:
    """Read the OpenAPI document as it is served."""
    described: dict[str, Any] = client.get("/openapi.json").json()
    return described


@pytest.fixture(scope="session")
def server(database: Target) -> Iterator[str]:
    """Serve the real database."""
    with serve_database(database) as base:
        start_helpers(base)
        yield base


@pytest.fixture(scope="session")
def edition(database: Target, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a static edition once for all processes of the run, with few of its charts."""
    with lock_folder(tmp_path_factory, "edition") as written:
        if not (written / DIGESTS).exists():
            options = ExportOptions(
                static_edition.BASE,
                max_records=static_edition.MAX_RECORDS,
                left_out=static_edition.LEFT_OUT,
            )
            # Tests add routes to the shared application, and Playwright occupies this thread.
            with open_app(database) as app, ThreadPoolExecutor(1) as threads:
                threads.submit(export_release, app, app.request_router, written, options).result()
    return written


def start_helpers(base: str) -> None:
    """Have a server start the processes that write files, which takes long on a busy machine."""
    for path in ("/v1/outcomes.xlsx", "/sdmx/dataflow"):
        assert httpx2.get(f"{base}{path}", timeout=60).status_code == httpx2.codes.OK


@pytest.fixture(scope="session")
def prefixed(database: Target) -> Iterator[str]:
    """Serve under a path prefix, behind a proxy that strips it."""
    with (
        serve_database(database, BRI_ROOT_PATH="/bri") as base,
        start_stripping_proxy(base) as proxy,
    ):
        yield f"{proxy}/bri"
