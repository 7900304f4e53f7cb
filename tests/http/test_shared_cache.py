"""A shared cache in front of the service: nginx, configured as in the guide."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from app.ingest.build import build
from tests.support.load import until
from tests.support.processes import free_port, serving
from tests.support.seeds import MIGRATIONS, ROOT, SEED, copied, edit

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
PUBLIC = "https://data.example"
AROUND = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; {user}
events {{ worker_connections 64; }}
http {{
access_log off;
{inner}
}}
"""
"""What surrounds the lines of the guide in the configuration of a test server."""


@dataclass(frozen=True)
class Edge:
    """A cache before a service, with the folder that it keeps answers in."""

    base: str
    folder: Path
    database: Path

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask the cache."""
        return httpx2.get(f"{self.base}{path}", headers=headers)

    def purge(self) -> None:
        """Empty the cache as the guide says."""
        (command,) = re.findall(r"^find /var/cache/bri (.*)$", guide(), re.MULTILINE)
        subprocess.run(
            [str(shutil.which("find")), self.folder / "kept", *command.split()], check=True
        )


def guide() -> str:
    """Read the page on scaling."""
    return (ROOT / "app" / "guide" / "en" / "scaling.md").read_text("utf-8")


def settings(folder: Path, port: int, origin: str) -> str:
    """Take the lines of the guide, with the ports and the folder of a test."""
    (inner,) = re.findall(r"```nginx\n(.*?)```", guide(), re.DOTALL)
    for said, meant in (
        ("/var/cache/bri", str(folder / "kept")),
        ("listen 80;", f"listen 127.0.0.1:{port};"),
        ("http://127.0.0.1:8000", origin),
    ):
        assert said in inner
        inner = inner.replace(said, meant)
    user = "user root;" if os.geteuid() == 0 else ""
    return AROUND.format(folder=folder, user=user, inner=inner)


@contextmanager
def cached(folder: Path, origin: str) -> Iterator[str]:
    """Start the cache before a service."""
    assert NGINX is not None
    port = free_port()
    (folder / "nginx.conf").write_text(settings(folder, port, origin))
    command = [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf")]
    with subprocess.Popen(command) as process:
        try:
            until(lambda: is_up(f"http://127.0.0.1:{port}/health/live"))
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(20)


def is_up(url: str) -> bool:
    """Tell whether a server answers."""
    try:
        return httpx2.get(url).is_success
    except httpx2.TransportError:
        return False


@pytest.fixture
def edge(tmp_path: Path) -> Iterator[Edge]:
    """Serve a release of its own behind a cache."""
    if NGINX is None and not os.environ.get("CI"):
        pytest.skip("no nginx on this machine")
    database = tmp_path / "bri.sqlite"
    build(SEED, MIGRATIONS, database)
    with serving(database, BRI_PUBLIC_URL=PUBLIC) as origin, cached(tmp_path, origin) as base:
        yield Edge(base, tmp_path, database)


def same(ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Ask twice: what is kept is what the service said."""
    made, kept = ask(), ask()
    assert [made.headers["x-cache"], kept.headers["x-cache"]] == ["MISS", "HIT"]
    assert kept.content == made.content
    assert kept.headers["etag"] == made.headers["etag"]
    return kept


@pytest.mark.sqlite
def test_a_shared_cache_keeps_what_it_may(edge: Edge, tmp_path: Path) -> None:
    english = same(lambda: edge.get("/v1/topics", **{"Accept-Language": "en"}))
    chinese = same(lambda: edge.get("/v1/topics", **{"Accept-Language": "zh"}))
    assert "Trade" in english.text
    assert "贸易" in chinese.text
    whole = same(lambda: edge.get("/v1/overview", **{"Accept-Encoding": "identity"}))
    short = same(lambda: edge.get("/v1/overview", **{"Accept-Encoding": "gzip, br"}))
    assert short.headers["content-encoding"] == "br"
    assert short.content == whole.content
    assert PUBLIC in same(lambda: edge.get("/v1?lang=zh")).text
    held = {"If-None-Match": english.headers["etag"], "Accept-Language": "en"}
    assert edge.get("/v1/topics", **held).status_code == 304
    for path, status in (("/v1/nothing", 404), ("/health/ready", 200), ("/v1/topics?limit=x", 422)):
        for _ in range(2):
            answer = edge.get(path)
            assert (answer.status_code, answer.headers["x-cache"]) == (status, "MISS")

    seed = copied(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    build(seed, MIGRATIONS, edge.database)
    assert edge.get("/v1/topics", **{"Accept-Language": "en"}).content == english.content

    def get_without_cache() -> str:
        edge.purge()
        return edge.get("/v1/topics", **{"Accept-Language": "en"}).text

    until(lambda: "Commerce" in get_without_cache())
    edge.purge()
    renewed = same(lambda: edge.get("/v1/topics", **{"Accept-Language": "en"}))
    assert "Commerce" in renewed.text
