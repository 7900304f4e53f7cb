"""What tests share: a database built from the real seed, an application, a real server."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import URL
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from typer.testing import CliRunner, Result

from app import cli
from app.application import App, create_app
from app.ingest.build import build
from app.settings import Settings
from tests import clusters
from tests.contract import Watch

ROOT = Path(__file__).parent.parent


Target = Path | URL
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the whole suite run on PostgreSQL."""
    parser.addoption(
        "--postgresql", action="store_true", help="run the tests on PostgreSQL instead of SQLite"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what is about a file."""
    if config.getoption("--postgresql"):
        for item in items:
            if item.get_closest_marker("sqlite") or "/v1/dataset.sqlite" in item.name:
                item.add_marker(pytest.mark.skip("is about an SQLite file"))


@pytest.fixture(scope="session", autouse=True)
def watch() -> Iterator[Watch]:
    """Stand before every application of this process."""
    watching = Watch()

    async def answer(app: App, scope: Scope, receive: Receive, send: Send) -> None:
        await watching(app, scope, receive, send)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(App, "__call__", answer)
        yield watching


@pytest.fixture(autouse=True)
def contract(watch: Watch) -> Iterator[None]:
    """Fail a test that got a JSON answer that the OpenAPI document does not describe."""
    watch.mistakes.clear()
    yield
    assert not watch.mistakes


@pytest.fixture(scope="session")
def cluster() -> Iterator[clusters.Cluster]:
    """Start a PostgreSQL server; without one its tests are left out, but not in CI."""
    if clusters.programs() is None and not os.environ.get("CI"):
        pytest.skip("no PostgreSQL on this machine")
    with (
        clusters.folder_for_servers() as folder,
        clusters.running(folder / "main", free_port()) as started,
    ):
        yield started


@pytest.fixture(scope="session")
def new_target(request: pytest.FixtureRequest) -> Callable[[], Target]:
    """Make places for databases of the kind that the tests are run on."""
    if request.config.getoption("--postgresql"):
        server: clusters.Cluster = request.getfixturevalue("cluster")
        return server.new_database
    folders: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    return lambda: folders.mktemp("database") / "bri.sqlite"


@pytest.fixture
def target(new_target: Callable[[], Target]) -> Target:
    """Make a place for a database that one test builds."""
    return new_target()


@pytest.fixture(scope="session")
def database(new_target: Callable[[], Target]) -> Target:
    """Build the real database once a process."""
    target = new_target()
    build(ROOT / "seed", ROOT / "migrations", target)
    return target


def settings_of(target: Target, **more: Any) -> Settings:
    """Set a database to serve from; on a server by the role that only reads."""
    if isinstance(target, Path):
        return Settings(database=target, **more)
    return Settings(database_url=clusters.reading(target), **more)


def environment_of(target: Target) -> dict[str, str]:
    """Set a database to serve from, in the environment of a process."""
    if isinstance(target, Path):
        return {"BRI_DATABASE": str(target)}
    url = clusters.reading(target).render_as_string(hide_password=False)
    return {"BRI_DATABASE_URL": url}


@contextmanager
def opened(target: Target, **more: Any) -> Iterator[App]:
    """Make an application over a database, and let go of its connections afterwards."""
    made = create_app(settings_of(target, **more))
    try:
        yield made
    finally:
        made.state.releases.close()


@pytest.fixture(scope="session")
def app(database: Target) -> App:
    """Make the application over the real database."""
    return create_app(settings_of(database))


@pytest.fixture(scope="session")
def client(app: App) -> Iterator[TestClient]:
    """Ask the application without a socket."""
    with TestClient(app, raise_server_exceptions=False) as asking:
        yield asking


@pytest.fixture(scope="session")
def document(client: TestClient) -> dict[str, Any]:
    """Read the OpenAPI document as it is served."""
    described: dict[str, Any] = client.get("/openapi.json").json()
    return described


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(base: str, process: subprocess.Popen[str], seconds: float = 30) -> None:
    """Wait until a server answers."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, process.communicate()
        try:
            if httpx2.get(f"{base}/health/ready").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{base} did not get ready")


def bri(*arguments: str, **environment: str) -> Result:
    """Run the command line in this process; a start of its own takes a second."""
    return CliRunner().invoke(cli.app, arguments, env={**environment}, prog_name="bri")


@contextmanager
def serving(
    database: Target, log: IO[str] | None = None, *, workers: int = 1, **environment: str
) -> Iterator[str]:
    """Serve a database on loopback in processes of its own."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    command += ["--workers", str(workers)]
    with (
        TemporaryFile("w+") as written,
        subprocess.Popen(
            command,
            stdout=log or written,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment_of(database), **environment},
        ) as process,
    ):
        try:
            wait_until_ready(base, process)
            yield base
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def server(database: Target) -> Iterator[str]:
    """Serve the real database."""
    with serving(database) as base:
        yield base


@pytest.fixture(scope="session")
def prefixed(database: Target) -> Iterator[str]:
    """Serve under a path prefix, behind a proxy that strips it."""
    with serving(database, BRI_ROOT_PATH="/bri") as base, stripping_proxy(base) as proxy:
        yield f"{proxy}/bri"


@contextmanager
def stripping_proxy(base: str) -> Iterator[str]:
    """Pass requests on as nginx does with proxy_pass and a trailing slash."""

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = {"Host": self.headers["Host"]}
            answer = httpx2.get(base + self.path.removeprefix("/bri"), headers=headers)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(answer.content)))
            self.end_headers()
            self.wfile.write(answer.content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Proxy) as proxy:
        Thread(target=proxy.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{proxy.server_port}"
        proxy.shutdown()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine; without one these tests are left out, but not in CI.

    It is stopped with each module, since tests after it could run no event loop of their own.
    """
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        sandbox = os.geteuid() != 0
        started = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, chromium_sandbox=sandbox
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[tuple[Page, list[str]]]:
    """Open a page and note everything that goes wrong on it."""
    page = browser.new_page(base_url=server)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((server, "data:", "blob:")) else wrong.append(asked.url)
        ),
    )
    page.on("requestfailed", lambda asked: wrong.append(f"failed: {asked.url}"))
    yield page, wrong
    page.close()
