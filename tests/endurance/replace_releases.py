"""Replace releases under load: no response may fail or mix two releases.

``python -m tests.endurance.replace_releases --times 50`` serves with several workers, puts one of
two releases in place again and again, and compares every response, body and validators, with that
of a server that has only that release. It also compares open files and memory before and after.
"""

import argparse
import os
import threading
import time
from collections import Counter
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from app.ingest.build import build
from tests.support.client import AppClient
from tests.support.processes import Server, list_descendants, start_server
from tests.support.seeds import GOODS, MIGRATIONS, SEED, copy_seed, edit
from tests.support.targets import open_app

PATHS = (
    "/v1",
    "/v1/overview",
    "/v1/indicators/goods-trade",
    "/v1/observations?indicator=goods-trade",
    "/v1/observations.csv?indicator=goods-trade",
    "/v1/observations.jsonl?vintages=all",
    "/v1/search?q=trade",
    "/v1/actions?sector=clean-energy",
    "/v1/dataset.sqlite",
)
Known = dict[str, dict[bytes, str]]
"""For each path, the releases of a response, by its body."""


def main() -> None:
    """Run the trial."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--pause", type=float, default=1.0, help="seconds between two swaps")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--clients", type=int, default=8)
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        releases = build_releases(folder)
        served = folder / "served.sqlite"
        copyfile(releases["first"], served)
        with start_server(
            served, workers=options.workers, BRI_PUBLIC_URL="http://swap.test"
        ) as server:
            known = read_bodies(releases, PATHS)
            run(server, served, releases, known, options)


def build_releases(folder: Path) -> dict[str, Path]:
    """Build two releases that differ in a figure."""
    other = copy_seed(folder)
    edit(other, GOODS, "  en: 22.1 trillion yuan", "  en: 22.1 trillion yuan in all")
    made = {"first": folder / "first.sqlite", "second": folder / "second.sqlite"}
    build(SEED, MIGRATIONS, made["first"])
    build(other, MIGRATIONS, made["second"])
    return made


def read_bodies(releases: dict[str, Path], paths: Sequence[str]) -> Known:
    """Return the bodies of each path, each with the releases that have it."""
    known: Known = {path: {} for path in paths}
    for name, file in releases.items():
        with open_app(file, public_url="http://swap.test") as app, AppClient(app) as client:
            for path, found in known.items():
                body = client.get(path, headers={"Accept-Encoding": "identity"}).content
                found[body] = f"{found.get(body, '')}{name} "
    return known


class Client(threading.Thread):
    """Requests one path after the other over one connection."""

    def __init__(self, base: str, known: Known, ended: threading.Event) -> None:
        super().__init__()
        self.address = urlsplit(base).netloc
        self.known = known
        self.ended = ended
        self.counts: Counter[str] = Counter()
        self.validators: dict[tuple[str, str], str] = {}

    def run(self) -> None:
        """Send requests until the end; every response has to be of one release, with its ETag."""
        connection = HTTPConnection(self.address, timeout=30)
        while not self.ended.is_set():
            for path in self.known:
                connection.request("GET", path, headers={"Accept-Encoding": "identity"})
                response = connection.getresponse()
                self.count_response(
                    path, response.status, response.read(), response.headers["etag"]
                )
        connection.close()

    def count_response(self, path: str, status: int, body: bytes, etag: str | None) -> None:
        """Count a response as one of a release, or as wrong."""
        release = self.known[path].get(body)
        if status != 200 or release is None:
            self.counts[f"wrong: {status} at {path}"] += 1
            return
        self.counts[release.strip() if release.count(" ") == 1 else "either"] += 1
        first = self.validators.setdefault((path, release), str(etag))
        if first != etag:
            self.counts[f"another ETag for the same bytes at {path}"] += 1


def run(
    server: Server,
    served: Path,
    releases: dict[str, Path],
    known: Known,
    options: argparse.Namespace,
) -> None:
    """Load the server and swap."""
    ended = threading.Event()
    clients = [Client(server.base, known, ended) for _ in range(options.clients)]
    for client in clients:
        client.start()
    time.sleep(options.pause)
    measured = [count_resources(server)]
    for number in range(options.times):
        beside = served.with_suffix(".new")
        copyfile(releases["second" if number % 2 == 0 else "first"], beside)
        beside.replace(served)
        time.sleep(options.pause)
        if number + 1 in {options.times // 2, options.times}:
            measured.append(count_resources(server))
    ended.set()
    for client in clients:
        client.join()
    counts = sum((client.counts for client in clients), Counter[str]())
    print(f"{options.times} swaps, {counts.total()} requests, {options.workers} workers")
    for what, count in sorted(counts.items()):
        print(f"  {count:8}  {what}")
    files, memory = (" -> ".join(map(str, one)) for one in zip(*measured, strict=True))
    print(f"  at the start, half way and at the end: open files {files}; memory in MB {memory}")
    assert set(counts) <= {"first", "second", "either"}
    assert counts["first"] and counts["second"]  # noqa: PT018


def count_resources(server: Server) -> tuple[int, int]:
    """Count the open files of the server's processes, and their megabytes of memory."""
    files = memory = 0
    for process in (server.pid, *list_descendants(server.pid)):
        folder = Path("/proc") / str(process)
        files += len(list((folder / "fd").iterdir()))
        memory += int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return files, memory // 1024**2


if __name__ == "__main__":
    main()
