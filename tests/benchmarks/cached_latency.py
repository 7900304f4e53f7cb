"""Do charts and workbooks delay cached responses? The 99th percentile with and without them.

``python -m tests.benchmarks.cached_latency`` requests one cached response as fast as possible,
first alone, then with as many requests for charts in flight as a server queues, then with as many
for workbooks; in several rounds.
"""

import argparse
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.http.limits import MAX_WAITING
from app.ingest.build import build
from tests.benchmarks.load import Target, run_wrk
from tests.support.processes import serve_database
from tests.support.seeds import MIGRATIONS, SEED

LOADS = {
    "alone": None,
    # Lower ones than 2000 pixels can be too small for the chart.
    "charts in flight": "/v1/indicators/goods-trade/chart.svg?height=2{}",
    "workbooks in flight": "/v1/observations.xlsx?until=2{:03}-12-31",
}


@contextmanager
def keep_in_flight(base: str, path: str) -> Iterator[list[int]]:
    """Keep requests of one kind in flight, no two alike and none refused; record their statuses."""
    ended = threading.Event()
    # More than the cache holds, so that none is cached.
    numbers = cycle(range(100, 1000))
    statuses: list[int] = []

    def send_requests() -> None:
        connection = HTTPConnection(urlsplit(base).netloc, timeout=120)
        while not ended.is_set():
            connection.request("GET", path.format(next(numbers)))
            response = connection.getresponse()
            response.read()
            statuses.append(response.status)

    threads = [threading.Thread(target=send_requests, daemon=True) for _ in range(MAX_WAITING)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        ended.set()
        for thread in threads:
            thread.join(timeout=120)


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        build(SEED, MIGRATIONS, folder / "bri.sqlite")
        with serve_database(
            folder / "bri.sqlite", workers=options.workers, BRI_CACHE_ENTRIES="64"
        ) as base:
            results: dict[str, list[float]] = {what: [] for what in LOADS}
            for _ in range(options.passes):
                for what, path in LOADS.items():
                    requests = keep_in_flight(base, path) if path else nullcontext(list[int]())
                    with requests as statuses:
                        measured = run_wrk(Target(f"{base}/v1/overview"), folder, options.seconds)
                    results[what].append(measured.p99)
                    assert set(statuses) <= {200}, set(statuses)
    alone = statistics.median(results["alone"])
    for what, found in results.items():
        least, most = min(found), max(found)
        median = statistics.median(found)
        print(
            f"{what:24}  p99 {1000 * least:7.2f} {1000 * median:7.2f} {1000 * most:7.2f} ms"
            f"  ratio {median / alone:.2f}"
        )


if __name__ == "__main__":
    main()
