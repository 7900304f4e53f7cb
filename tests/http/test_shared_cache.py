"""A shared cache in front of the service: nginx, configured as in the guide."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import pytest

from app.ingest.build import build
from tests.support.load import wait_for
from tests.support.processes import serve_database
from tests.support.reverse_proxies import NGINX, Answer, Proxy, start_nginx
from tests.support.seeds import MIGRATIONS, ROOT, copy_seed, edit

PUBLIC = "https://data.example"
KEY = re.compile(rb"^KEY: (.*)$", re.MULTILINE)
"""The line of a file of nginx's cache that holds its key."""


@dataclass(frozen=True)
class Edge:
    """A cache in front of a service, with the folder in which it keeps responses."""

    proxy: Proxy
    folder: Path
    database: Path

    def read_keys(self) -> set[str]:
        """Read under which keys the cache keeps responses."""
        kept = (path for path in (self.folder / "kept").rglob("*") if path.is_file())
        return {key.decode() for path in kept for key in KEY.findall(path.read_bytes())}

    def purge(self) -> None:
        """Empty the cache as the guide says."""
        guide = (ROOT / "app" / "guide" / "en" / "scaling.md").read_text("utf-8")
        (command,) = re.findall(r"^find /var/cache/bri (.*)$", guide, re.MULTILINE)
        subprocess.run(
            [str(shutil.which("find")), self.folder / "kept", *command.split()], check=True
        )


@pytest.fixture
def edge(copied_file: Path, tmp_path: Path) -> Iterator[Edge]:
    """Serve a release of its own behind a cache."""
    if NGINX is None and not os.environ.get("CI"):
        pytest.skip("no nginx on this machine")
    with (
        serve_database(copied_file, BRI_PUBLIC_URL=PUBLIC) as origin,
        start_nginx(tmp_path, origin) as proxy,
    ):
        yield Edge(proxy, tmp_path, copied_file)


def fetch_twice(fetch: Callable[[], Answer]) -> Answer:
    """Fetch a response twice, and check that the cache keeps it unchanged."""
    miss, hit = fetch(), fetch()
    assert [miss.headers["X-Cache"], hit.headers["x-cache"]] == ["MISS", "HIT"]
    assert hit.body == miss.body
    assert hit.headers["etag"] == miss.headers["etag"]
    return hit


@pytest.mark.sqlite
def test_a_shared_cache_keeps_what_it_may(edge: Edge, tmp_path: Path) -> None:
    get = edge.proxy.get
    english = fetch_twice(lambda: get("/v1/topics", Accept_Language="en"))
    chinese = fetch_twice(lambda: get("/v1/topics", Accept_Language="zh"))
    assert "Trade" in english.body.decode()
    assert "贸易" in chinese.body.decode()
    whole = fetch_twice(lambda: get("/v1/overview", Accept_Encoding="identity"))
    short = fetch_twice(lambda: get("/v1/overview", Accept_Encoding="gzip, br"))
    assert short.headers["content-encoding"] == "br"
    assert brotli.decompress(short.body) == whole.body
    assert PUBLIC in fetch_twice(lambda: get("/v1?lang=zh")).body.decode()
    paths = ("topics", "overview", "?lang=zh")
    assert edge.read_keys() >= {f"{PUBLIC}/v1/{path}".replace("/?", "?") for path in paths}
    etag = english.headers["etag"]
    assert get("/v1/topics", If_None_Match=etag, Accept_Language="en").status == 304
    for path, status in (("/v1/nothing", 404), ("/health/ready", 200), ("/v1/topics?limit=x", 422)):
        for _ in range(2):
            answer = get(path)
            assert (answer.status, answer.headers["x-cache"]) == (status, "MISS")

    seed = copy_seed(tmp_path)
    edit(seed, "topics/trade.yaml", "  en: Trade\n", "  en: Commerce\n")
    build(seed, MIGRATIONS, edge.database)
    assert get("/v1/topics", Accept_Language="en").body == english.body

    def is_renewed() -> bool:
        edge.purge()
        return b"Commerce" in get("/v1/topics", Accept_Language="en").body

    wait_for(is_renewed)
    edge.purge()
    assert b"Commerce" in fetch_twice(lambda: get("/v1/topics", Accept_Language="en")).body
