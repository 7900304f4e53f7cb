"""How long do charts take that are not cached, and how much memory does drawing them take?

``python -m tests.benchmarks.chart_latency`` requests charts one after another, none of which can be
served from the cache, and prints percentiles, their limits, and the memory of the processes.
"""

import argparse
from http.client import HTTPConnection
from itertools import cycle, islice
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import NamedTuple
from urllib.parse import urlsplit

import httpx2

from app.ingest.build import build
from tests.benchmarks.flood import OK, send_request
from tests.benchmarks.load import read_memory
from tests.support.processes import list_descendants, start_server
from tests.support.seeds import MIGRATIONS, NEWEST

MAX_DRAWING_MEMORY = 150


class Kind(NamedTuple):
    """A kind of chart, with the paths of some, and the limit of its 99th percentile."""

    name: str
    paths: list[str]
    max_seconds: float


def list_kinds(base: str) -> list[Kind]:
    """List the charts of all indicators as tiles, and overviews at twice the size."""
    items = httpx2.get(f"{base}/v1/indicators", params={"limit": 1000}).json()["items"]
    tiles = [
        f"/v1/indicators/{item['code']}/chart.svg?lang={language}"
        for item in items
        for language in ("en", "zh")
    ]
    overviews = [f"/v1/overview.png?scale=2&lang={language}" for language in ("en", "zh")]
    return [Kind("tile (SVG)", tiles, 0.25), Kind("overview (PNG, scale 2)", overviews, 0.6)]


def measure(base: str, kind: Kind, requests: int, start: int = 0) -> list[float]:
    """Return the seconds of each request; each names another host, so that none is cached."""
    connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
    spent = []
    for number, path in enumerate(islice(cycle(kind.paths), requests), start):
        began = perf_counter()
        status = send_request(connection, path, f"host-{number}.test")
        spent.append(perf_counter() - began)
        assert status == OK, f"{path}: {status}"
    return spent


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        database = Path(name) / "bri.sqlite"
        build(NEWEST, MIGRATIONS, database)
        with start_server(database) as server:
            for kind in list_kinds(server.base):
                measure(server.base, kind, 4)
                limits = quantiles(measure(server.base, kind, options.requests, 4), n=100)
                p50, p99 = (1000 * limits[percentile - 1] for percentile in (50, 99))
                target = round(1000 * kind.max_seconds)
                print(f"{kind.name:24} p50 {p50:5.0f} ms  p99 {p99:5.0f} ms (target {target})")
            processes = [read_memory(pid) for pid in list_descendants(server.pid)]
    drawing = max(processes)
    print(f"drawing process {drawing:.0f} MB (target {MAX_DRAWING_MEMORY})")


if __name__ == "__main__":
    main()
