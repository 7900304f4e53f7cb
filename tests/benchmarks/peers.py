"""The compared servers, each on loopback with one worker, with the same rows or bytes."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import httpx2

from tests.benchmarks.load import read_memory, wait_for
from tests.support.processes import find_free_port
from tests.support.seeds import ROOT

PACKAGES = ("datasette==0.65.5", "roapi==0.12.7", "vl-convert-python==1.9.0.post1")
KEY = "goods-trade.CN.BRI.partner-2025.CNY.P12M.2024-01.scio-2025-01-15"
RECORD = f"/v1/observations/{KEY}"
LIST = "/v1/observations?limit=7"
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
{user}
events {{ worker_connections 1024; }}
http {{
  sendfile on; tcp_nopush on; gzip on; server_tokens off; default_type application/json;
  {more}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port}; root {folder}/files;
    location / {{ try_files $uri $uri/ =404; }}
  }}
}}
"""
DEBIAN = "access_log {folder}/access.log;"
"""What the package of Debian configures, apart from the limits that all settings have in common."""
TUNED = "access_log off; keepalive_requests 100000000; open_file_cache max=100;"
"""What makes nginx fastest for a few files."""


@dataclass(frozen=True)
class Peer:
    """How to start a server, and what is requested from it."""

    command: Sequence[str]
    port: int
    path: str
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Return the URL that is requested."""
        return f"http://127.0.0.1:{self.port}{self.path}"

    def build_url(self, path: str) -> str:
        """Build another URL of the server."""
        return f"http://127.0.0.1:{self.port}{path}"


class Started(NamedTuple):
    """A server that responds."""

    seconds: float
    """The seconds from its start to its first response."""
    megabytes: float
    """The memory it used then, in megabytes."""
    pid: int


def configure_bri(database: Path, **environment: str) -> Peer:
    """Serve with `bri serve`."""
    port = find_free_port()
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    return Peer([*command, "--database", str(database)], port, RECORD, environment)


def configure_uvicorn(module: str, path: str, **environment: str) -> Peer:
    """Serve an application with plain uvicorn."""
    port = find_free_port()
    options = ["--port", str(port), "--no-access-log", "--log-level", "warning"]
    options += ["--no-server-header", "--ws", "none"]
    command = [sys.executable, "-m", "uvicorn", f"tests.benchmarks.{module}:app", *options]
    return Peer(command, port, path, environment)


def configure_minimal_asgi(
    folder: Path, name: str, body: str, headers: Sequence[tuple[str, str]]
) -> Peer:
    """Serve prepared bytes."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps({"body": body, "headers": headers}))
    return configure_uvicorn("minimal_asgi", "/", RESPONSE_FILE=str(file))


def configure_nginx(folder: Path, body: str, more: str) -> Peer:
    """Serve a file with nginx, with additional settings."""
    port = find_free_port()
    folder.mkdir()
    (folder / "files").mkdir()
    (folder / "files" / "record").write_text(body)
    user = "user root;" if os.geteuid() == 0 else ""
    settings = folder / "nginx.conf"
    more = more.format(folder=folder)
    settings.write_text(NGINX.format(folder=folder, port=port, user=user, more=more))
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "nginx"
    return Peer([program, "-p", str(folder), "-c", str(settings)], port, "/record")


def configure_datasette(programs: Path, database: Path) -> Peer:
    """Serve the table of observations with Datasette."""
    port = find_free_port()
    command = [str(programs / "datasette"), "serve", "-i", str(database), "--port", str(port)]
    return Peer(command, port, f"/{database.stem}/observation.json?_shape=array&_size=7")


def configure_roapi(programs: Path, rows: Path) -> Peer:
    """Serve the rows of a file with roapi."""
    port, *others = (find_free_port() for _ in range(3))
    addresses = [f"--addr-http=127.0.0.1:{port}", f"--addr-postgres=127.0.0.1:{others[0]}"]
    addresses += [f"--addr-flight-sql=127.0.0.1:{others[1]}"]
    command = [str(programs / "roapi"), *addresses, f"--table=observation={rows}"]
    path = "/api/tables/observation?limit=1"
    return Peer(command, port, path, {"TOKIO_WORKER_THREADS": "1"})


def install(folder: Path) -> tuple[Path, dict[str, str]]:
    """Install the peers of Python's index in a separate environment; return what failed."""
    programs = folder / "peers" / "bin"
    if not programs.exists():
        subprocess.run([sys.executable, "-m", "venv", folder / "peers"], check=True)
    failed = {}
    for package in PACKAGES:
        command = [str(programs / "python"), "-m", "pip", "install", "-q", package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            failed[package] = done.stderr.strip().splitlines()[-1]
    return programs, failed


@contextmanager
def start_peer(peer: Peer, log: Path) -> Iterator[Started]:
    """Start a server, wait for its first response, and stop it afterwards."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **peer.environment}
    with (
        log.open("w", encoding="utf-8") as lines,
        subprocess.Popen(peer.command, stdout=lines, stderr=lines, env=environment) as process,
    ):
        try:
            seconds = wait_for(poll_server(peer, process))
            yield Started(seconds, read_memory(process.pid), process.pid)
        finally:
            process.terminate()
            process.wait(20)


def poll_server(peer: Peer, process: subprocess.Popen[bytes]) -> Iterator[bool]:
    """Poll until a server responds.

    Raises:
        ChildProcessError: if it has ended.
    """
    with httpx2.Client() as client:
        while process.poll() is None:
            try:
                yield client.get(peer.url).is_success
            except httpx2.TransportError:
                yield False
    raise ChildProcessError(f"{peer.command[0]} ended")
