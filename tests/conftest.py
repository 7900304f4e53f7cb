"""What tests share: a database built from the real seed, an application, a real server."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from app import cli
from app.main import create_app
from app.seeding.build import build
from app.settings import Settings

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the real database once a process."""
    target = tmp_path_factory.mktemp("database") / "bri.sqlite"
    build(ROOT / "seed", ROOT / "migrations", target)
    return target


@pytest.fixture(scope="session")
def app(database: Path) -> FastAPI:
    """Make the application over the real database."""
    return create_app(Settings(database=database))


@pytest.fixture(scope="session")
def client(app: FastAPI) -> Iterator[TestClient]:
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
def serving(database: Path, **environment: str) -> Iterator[str]:
    """Serve a database on loopback in a process of its own."""
    base = f"http://127.0.0.1:{(port := free_port())}"
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--database", str(database)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    ) as process:
        try:
            wait_until_ready(base, process)
            yield base
        finally:
            process.terminate()
            process.communicate(timeout=20)


@pytest.fixture(scope="session")
def server(database: Path) -> Iterator[str]:
    """Serve the real database."""
    with serving(database) as base:
        yield base


@pytest.fixture(scope="session")
def prefixed(database: Path) -> Iterator[str]:
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
