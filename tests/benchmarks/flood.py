"""Does a flood of one kind of request delay the others? Their 99th percentiles alone and during it.

``python -m tests.benchmarks.flood`` keeps many requests of one kind in flight, none of which can be
served from the cache, and meanwhile sends requests of the other kinds one after another. Part of
the delay is that the processors are busy, whoever makes them so: how much shows the same flood of
another server on this machine.
"""

import argparse
import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from itertools import count, product
from multiprocessing import get_context
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import urlsplit

from tests.benchmarks.generated_data import Scale, build
from tests.support.processes import serve_database

INDICATOR = "goods-trade"
KINDS = {
    "cached list": "/v1/topics?limit=7",
    "list": "/v1/observations?limit=7",
    "record": "/v1/topics/trade",
    "chart": f"/v1/indicators/{INDICATOR}/chart.svg",
    "workbook": f"/v1/observations.xlsx?indicator={INDICATOR}",
    "table": f"/v1/observations.csv?indicator={INDICATOR}",
    "sdmx": f"/sdmx/data/INDICATORS/....{INDICATOR}..",
}
FLOODS: dict[str, str | None] = {
    "nothing": None,
    "charts": f"/v1/indicators/{INDICATOR}/chart.svg",
    "workbooks": "/v1/observations.xlsx",
    "tables": "/v1/observations.csv?vintages=all",
    "sdmx": "/sdmx/data/INDICATORS",
    "lists": "/v1/observations?limit=7",
    "records": "/v1/topics/trade",
}
SAME = {
    "charts": "chart",
    "workbooks": "workbook",
    "tables": "table",
    "sdmx": "sdmx",
    "lists": "list",
    "records": "record",
}
CLIENT = "192.0.2.1"
"""The address of the client that floods, as a proxy names it."""
CACHED = "cached list"
QUICK = {CACHED, "list", "record"}
QUICK_FACTOR = 20
"""How many times as many quick requests are sent: the slowest of 100 is not the 99th percentile."""
TARGETS = ("same", "other")
"""Which server is flooded: the one that is measured, or another one on this machine."""
IN_FLIGHT = 40
OK = 200
NUMBERS = count()
Measured = dict[tuple[str, str, str], list[float]]
"""The seconds that requests took, by flood, flooded server and kind."""


def send_request(
    connection: HTTPConnection, path: str, host: str, client: str | None = None
) -> int:
    """Send a request; one that names another host than all others is never cached."""
    headers = {"Accept-Encoding": "br", "Host": host}
    if client:
        headers["X-Forwarded-For"] = client
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    response.read()
    return response.status


def keep_flooding(base: str, path: str) -> None:
    """Keep a number of requests in flight until this process ends."""
    # A flood comes from other machines, so it may not take the processors of this one.
    os.nice(19)

    def send_requests(start: int) -> None:
        for number in count(start, IN_FLIGHT):
            connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
            with suppress(OSError, HTTPException):
                if send_request(connection, path, f"flood-{number}.test", CLIENT) != OK:
                    sleep(0.5)

    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        list(threads.map(send_requests, range(IN_FLIGHT)))


@contextmanager
def flood_server(base: str, path: str | None) -> Iterator[None]:
    """Flood from another process, so that what measures is not slowed down too."""
    if path is None:
        yield
        return
    process = get_context("spawn").Process(target=keep_flooding, args=(base, path), daemon=True)
    process.start()
    sleep(2)
    try:
        yield
    finally:
        process.kill()
        process.join()
        sleep(1)


def measure(base: str, kind: str, requests: int) -> list[float]:
    """Return the seconds that requests of a kind take, one after another.

    The first of them opens the connection, and is not counted.
    """
    connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
    spent = []
    for _ in range(1 + requests * (QUICK_FACTOR if kind in QUICK else 1)):
        host = "cached.test" if kind == CACHED else f"alone-{next(NUMBERS)}.test"
        began = perf_counter()
        status = send_request(connection, KINDS[kind], host)
        spent.append(perf_counter() - began)
        assert status == OK, f"{kind}: {status}"
    return spent[1:]


def compute_percentile(seconds: list[float], percentile: int) -> float:
    """Return a percentile in milliseconds."""
    return quantiles(seconds, n=100)[percentile - 1] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=10)
    parser.add_argument("--database", type=Path, help="a database that was built before")
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    found: Measured = defaultdict(list)
    with TemporaryDirectory() as name:
        database = options.database or Path(name) / "bri.sqlite"
        if options.database is None:
            build(Scale(20, options.areas), database)
        with serve_flooded(database) as base, serve_flooded(database) as other:
            runs = [(flood, target) for flood in FLOODS for target in TARGETS]
            for _, (flood, target) in product(range(options.passes), runs):
                path = FLOODS[flood]
                with flood_server(base if target == "same" else other, path):
                    for kind in KINDS:
                        if SAME.get(flood) != kind:
                            found[flood, target, kind] += measure(base, kind, options.requests)
    for percentile in (50, 90, 99):
        print(f"p{percentile} during".ljust(20), *(f"{kind:>14}" for kind in KINDS))
        for flood, target in runs:
            cells = format_cells(found, flood, target, percentile)
            print(f"{flood}, {target} server".ljust(20), *cells)


@contextmanager
def serve_flooded(database: Path) -> Iterator[str]:
    """Serve a database, with a small cache, once everything that is measured has been loaded."""
    with serve_database(database, BRI_CACHE_ENTRIES="512") as base:
        for kind in KINDS:
            measure(base, kind, 4)
        yield base


def format_cells(found: Measured, flood: str, target: str, percentile: int) -> Iterator[str]:
    """Format the milliseconds of each kind during a flood, and their ratio to those without."""
    for kind in KINDS:
        cell = "-"
        if spent := found.get((flood, target, kind)):
            taken = compute_percentile(spent, percentile)
            alone = compute_percentile(found["nothing", "same", kind], percentile)
            cell = f"{taken:.1f} {taken / alone:.1f}x"
        yield f"{cell:>14}"


if __name__ == "__main__":
    main()
