"""Send requests of every kind for a long time, and check that memory and open files do not grow.

``python -m tests.endurance.soak --minutes 20`` mixes cached and uncached responses, all formats,
charts, SDMX, invalid requests, conditional requests, clients that leave in the middle, and
attackers: each sends what no client should, and holds connections without reading a response.
"""

import argparse
import random
import socket
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.ingest.build import build
from tests.endurance.replace_releases import count_resources
from tests.server.test_hostile_clients import ATTACKS, exchange_bytes
from tests.support.processes import Server, start_server
from tests.support.seeds import MIGRATIONS, SEED

KEPT = ("/v1/overview", "/v1/indicators/goods-trade", "/v1", "/years?lang=zh", "/static/site.css")
MADE = (
    "/v1/observations?limit={}",
    "/v1/search?q=trade&limit={}",
    "/v1/observations?until=2{:03}-12-31&vintages=all",
    "/v1/actions?limit={}",
)
FORMATS = (
    "/v1/observations.csv?until=2{:03}-12-31",
    "/v1/observations.jsonl?until=2{:03}-12-31",
    "/v1/observations.xlsx?until=2{:03}-12-31",
    "/v1/observations.parquet?until=2{:03}-12-31",
    "/v1/observations.jsonstat?until=2{:03}-12-31",
    "/v1/dataset.zip",
    "/v1/dataset.sqlite",
    "/v1/catalog.ttl",
    "/v1/sources/scio-2025-01-15/citation.bib",
    "/sdmx/data/INDICATORS?endPeriod=2{:03}",
)
PICTURES = (
    "/v1/indicators/goods-trade/chart.svg?height={}",
    "/v1/indicators/aid-projects/chart.png?width={}&lang=zh&theme=dark",
    "/v1/overview.svg?width={}",
)
MAX_UNREAD_CONNECTIONS = 20
"""How many connections an attacker leaves open."""
UNREAD = b"GET /v1/catalog.ttl HTTP/1.1\r\nHost: a\r\n\r\n" * 200
WRONG = (
    "/v1/observations?limit=0{}",
    "/v1/indicators/none-{}",
    "/nothing/{}",
    "/sdmx/data/none-{}",
)


def main() -> None:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=6)
    parser.add_argument("--attackers", type=int, default=2)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        target = Path(name) / "bri.sqlite"
        build(SEED, MIGRATIONS, target)
        with start_server(target, workers=options.workers) as server:
            run(server, options)


def choose_path(chance: random.Random) -> str:
    """Choose a path: mostly cached, sometimes one that takes long."""
    draw = chance.random()
    if draw < 0.55:
        return chance.choice(KEPT)
    for share, paths in ((0.8, MADE), (0.9, WRONG), (0.97, FORMATS)):
        if draw < share:
            return chance.choice(paths).format(chance.randrange(100, 999))
    return chance.choice(PICTURES).format(chance.randrange(900, 1200))


def send_requests(base: str, number: int, ended: threading.Event, counts: Counter[str]) -> None:
    """Send requests until the end; one in fifty is abandoned halfway."""
    chance = random.Random(number)  # noqa: S311
    address = urlsplit(base).netloc
    connection = HTTPConnection(address, timeout=60)
    while not ended.is_set():
        path = choose_path(chance)
        headers = {"Accept-Encoding": chance.choice(["identity", "gzip", "br", "zstd"])}
        if chance.random() < 0.2:
            headers["If-None-Match"] = "*"
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            if chance.random() < 0.02:
                response.read(10)
                connection.close()
                counts["left in the middle"] += 1
                continue
            response.read()
            counts[str(response.status)] += 1
        except (HTTPException, OSError) as error:
            counts[f"{type(error).__name__} at {path}"] += 1
            connection.close()


def send_attacks(port: int, ended: threading.Event, counts: Counter[str]) -> None:
    """Send attacks one after another, and leave the last connections open and unread."""
    connections: deque[socket.socket] = deque(maxlen=MAX_UNREAD_CONNECTIONS)
    for name, (sent, statuses) in cycle(ATTACKS.items()):
        if ended.is_set():
            break
        try:
            head = exchange_bytes(port, sent, 60).partition(b"\r\n")[0]
            connections.append(socket.create_connection(("127.0.0.1", port), 60))
            connections[-1].settimeout(0.1)
            with suppress(TimeoutError):
                connections[-1].sendall(UNREAD)
        except OSError as error:
            counts[f"{type(error).__name__} at {name}"] += 1
            continue
        # A server that closes while it is sent to may be heard no more.
        is_expected = not head or int(head.split()[1]) in statuses
        counts["attacks" if is_expected else f"{head!r} at {name}"] += 1
        time.sleep(0.05)
    for connection in connections:
        connection.close()


def run(server: Server, options: argparse.Namespace) -> None:
    """Load the server, and measure it every so often."""
    ended = threading.Event()
    counts: Counter[str] = Counter()
    threads = [
        threading.Thread(target=send_requests, args=(server.base, number, ended, counts))
        for number in range(options.clients)
    ]
    threads += [
        threading.Thread(target=send_attacks, args=(server.port, ended, counts))
        for _ in range(options.attackers)
    ]
    for thread in threads:
        thread.start()
    measured = []
    for tenth in range(11):
        files, memory = count_resources(server)
        measured.append(memory)
        line = f"{tenth * options.minutes / 10:5.1f} min  {memory:4} MB  {files:3} open files"
        print(f"{line}  {counts.total():8} requests", flush=True)
        if tenth < 10:
            time.sleep(options.minutes * 6)
    ended.set()
    for thread in threads:
        thread.join()
    for what, count in sorted(counts.items()):
        print(f"  {count:8}  {what}")
    second, third = measured[5], measured[-1]
    print(f"  second half: {second} MB -> {third} MB")
    wrong = {what for what in counts if what not in EXPECTED}
    assert not wrong, wrong


EXPECTED = {"200", "304", "404", "422", "left in the middle", "attacks"}


if __name__ == "__main__":
    main()
