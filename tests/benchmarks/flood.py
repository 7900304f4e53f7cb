"""Does a flood of one kind of request delay the others? Their 99th percentiles alone and beside it.

``python -m tests.benchmarks.flood`` keeps many requests of one kind in flight, each of them
different, and meanwhile sends requests of the other kinds one after another.
"""

import argparse
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from itertools import count, product
from multiprocessing import get_context
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from urllib.parse import urlsplit

from tests.benchmarks.generated_data import Scale, build
from tests.support.processes import serving

KINDS = {
    "cached list": "/v1/topics?limit=7",
    "list": "/v1/observations?limit=7&until=2{b:03}-12-31",
    "record": "/v1/observations/none-{b}",
    "chart": "/v1/indicators/goods-trade/chart.svg?height=1{b:03}",
    "workbook": "/v1/observations.xlsx?indicator=goods-trade&until=2{b:03}-12-31",
    "table": "/v1/observations.csv?indicator=goods-trade&until=2{b:03}-12-31",
    "sdmx": "/sdmx/data/INDICATORS/...goods-trade..?endPeriod=2{b:03}",
}
FLOODS: dict[str, str | None] = {
    "nothing": None,
    "charts": "/v1/indicators/goods-trade/chart.svg?height=1{b:03}&width=9{a}",
    "workbooks": "/v1/observations.xlsx?since=19{a}-01-01&until=2{b:03}-12-31",
    "tables": "/v1/observations.csv?vintages=all&since=19{a}-01-01&until=2{b:03}-12-31",
    "sdmx": "/sdmx/data/INDICATORS?endPeriod=2{b:03}&startPeriod=1{b:03}",
}
SAME = {"charts": "chart", "workbooks": "workbook", "tables": "table", "sdmx": "sdmx"}
IN_FLIGHT = 40
OK = 200
NUMBERS = count(100_000)


def fill(path: str, number: int) -> str:
    """Fill in numbers so that no address is repeated soon."""
    return path.format(a=number % 90 + 10, b=number % 900 + 50)


def request(connection: HTTPConnection, path: str) -> int:
    connection.request("GET", path, headers={"Accept-Encoding": "br"})
    response = connection.getresponse()
    response.read()
    return response.status


def flood(base: str, path: str) -> None:
    """Keep a number of requests in flight until this process ends."""

    def work(start: int) -> None:
        for number in count(start, IN_FLIGHT):
            connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
            with suppress(OSError, HTTPException):
                if request(connection, fill(path, number)) != OK:
                    sleep(0.5)

    with ThreadPoolExecutor(IN_FLIGHT) as threads:
        list(threads.map(work, range(IN_FLIGHT)))


@contextmanager
def flooded(base: str, path: str | None) -> Iterator[None]:
    """Flood from another process, so that what measures is not slowed down too."""
    if path is None:
        yield
        return
    process = get_context("spawn").Process(target=flood, args=(base, path), daemon=True)
    process.start()
    sleep(2)
    try:
        yield
    finally:
        process.kill()
        process.join()
        sleep(1)


def measure(base: str, path: str, requests: int) -> float:
    """Return the 99th percentile in milliseconds."""
    connection = HTTPConnection(urlsplit(base).netloc, timeout=60)
    spent = []
    for _ in range(requests):
        began = perf_counter()
        request(connection, fill(path, next(NUMBERS)))
        spent.append(perf_counter() - began)
    return quantiles(spent, n=100)[98] * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", type=int, default=10)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    with TemporaryDirectory() as name:
        database = Path(name) / "bri.sqlite"
        build(Scale(20, options.areas), database)
        with serving(database, BRI_CACHE_ENTRIES="64") as base:
            for kind, path in product(KINDS, FLOODS.values()):
                measure(base, KINDS[kind], 2)
                if path is not None:
                    measure(base, path, 2)
            for _, (name_of_flood, path) in product(range(options.passes), FLOODS.items()):
                with flooded(base, path):
                    for kind, measured in KINDS.items():
                        if SAME.get(name_of_flood) != kind:
                            p99 = measure(base, measured, options.requests)
                            found[name_of_flood, kind].append(p99)
    print("p99 beside", *(f"{kind:>14}" for kind in KINDS))
    for name_of_flood in FLOODS:
        cells = []
        for kind in KINDS:
            passes = found[name_of_flood, kind]
            alone = median(found["nothing", kind])
            ratio = f"{median(passes):6.0f} ms {median(passes) / alone:3.1f}x" if passes else "-"
            cells.append(f"{ratio:>14}")
        print(f"{name_of_flood:10}", *cells)


if __name__ == "__main__":
    main()
