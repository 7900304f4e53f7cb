"""Does any request block the event loop? The longest callback for each kind of request.

``python -m tests.endurance.callbacks --areas 500`` serves a large database, sends requests of every
kind and hostile ones, and prints a table. It exits with 1 if a callback takes too long.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

import httpx2

from tests.benchmarks.generated_data import Scale, build
from tests.endurance.soak import FORMATS, KEPT, MADE, PICTURES, WRONG
from tests.server.test_hostile_clients import ATTACKS, exchange_bytes
from tests.support import callbacks
from tests.support.processes import Server, start_server

INDICATORS = 20
PATHS = ("/v1/observations?cursor=x", "/v1/dataset.sqlite", "/docs", "/years", "/v1/catalog.ttl")
MANY = urlencode([("indicator", f"goods-trad-{number}") for number in range(199)])
HEAVY = (
    f"/v1/observations?{MANY}",
    "/v1/observations?limit=1000&vintages=all",
    "/v1/series?limit=1000",
    "/v1/areas?limit=1000",
    "/v1/search?q=trade+area+figure&limit=1000",
    "/v1/search?q=" + "%E8%B4%B8" * 200,
    "/" + "x" * 15_000,
    "/v1/" + "/".join("x" * 5_000),
    "/v1/indicators/" + "x" * 15_000,
    "/v1/observations/" + "goods-trade." * 1_000,
    "/v1/observations.csv",
    "/sdmx/data/INDICATORS?format=csv",
    "/sdmx/dataflow?references=all",
    "/v1/observations.jsonstat",
)
CODINGS = ("identity", "gzip", "br", "zstd")


def list_paths(base: str) -> Iterator[str]:
    """List an address of every kind, and what is expensive."""
    document = httpx2.get(f"{base}/openapi.json", timeout=120).json()
    yield from (path for path in document["paths"] if "{" not in path)
    for template in (*KEPT, *MADE, *FORMATS, *PICTURES, *WRONG):
        yield from (template.format(number) for number in (101, 102))
    yield from PATHS + HEAVY


def send_all(server: Server) -> None:
    def get(path: str, coding: str) -> None:
        headers = {"Accept-Encoding": coding}
        with (
            suppress(httpx2.HTTPError),
            httpx2.stream("GET", server.base + path, headers=headers, timeout=120) as response,
        ):
            for number, _ in enumerate(response.iter_raw()):
                if number > 200:
                    return

    with ThreadPoolExecutor(4) as threads:
        paths = list(list_paths(server.base))
        for coding in CODINGS:
            list(threads.map(lambda path: get(path, coding), paths))  # noqa: B023 (used at once)
    for sent, _ in ATTACKS.values():
        exchange_bytes(server.port, sent)
    exchange_bytes(server.port, b"GET /v1/units HTTP/1.1\r\nHost: a\r\n\r\n" * 20_000, 5)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=1000, help="one for every 1000 observations")
    parser.add_argument("--database", type=Path, help="a large database that was built before")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        database = options.database or Path(name) / "bri.sqlite"
        if options.database is None:
            build(Scale(INDICATORS, options.areas), database)
        folder = os.environ[callbacks.FOLDER] = f"{name}/callbacks"
        with start_server(database) as server:
            send_all(server)
        longest = callbacks.read(folder)
    for line in callbacks.list_longest(longest):
        print(line)
    sys.exit(any(processor > callbacks.BOUND for processor, _ in longest.values()))


if __name__ == "__main__":
    main()
