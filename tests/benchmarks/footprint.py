"""How much disk and memory does the service take?

``python -m tests.benchmarks.footprint`` prints what is installed for the service without extras,
the memory of a worker and of its helper processes after some requests of each kind, and what
several workers take with their supervisor: memory that processes share is counted once.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from app.ingest.build import build
from tests.benchmarks.load import read_cpu_times, read_memory
from tests.support.processes import find_free_port, list_descendants, list_workers, wait_until_ready
from tests.support.seeds import MIGRATIONS, NEWEST

PACKAGE = "bri-indicators"
MAX_WORKER_MEMORY = 110
READY = 4
"""The threads of a worker that is ready: one of them looks for new releases."""
LANGUAGES = ("en", "zh")
KINDS = {
    "records and lists": ["/v1/indicators/goods-trade", "/v1/observations", "/v1/search?q=trade"],
    "pages": ["/", "/indicators/goods-trade", "/years", "/sources", "/guide", "/docs"],
    "charts": ["/v1/indicators/goods-trade/chart.svg", "/v1/overview.png?scale=2"],
    "tables and files": [f"/v1/observations.{suffix}" for suffix in ("csv", "xlsx", "parquet")],
    "SDMX": ["/sdmx/data/INDICATORS", "/sdmx/structure/dataflow"],
    "OpenAPI": ["/openapi.json"],
}


def list_installed(name: str = PACKAGE, known: set[str] | None = None) -> set[str]:
    """List the packages that a package needs without its extras, with itself."""
    known = set() if known is None else known
    known.add(name)
    for requirement in distribution(name).requires or []:
        needed = re.split(r"[^\w.-]", requirement)[0].lower()
        if "extra ==" in requirement or needed in known:
            continue
        try:
            list_installed(needed, known)
        except PackageNotFoundError:
            known.discard(needed)  # It belongs to another system or version of Python.
    return known


def list_sizes(names: set[str]) -> Iterator[tuple[int, str]]:
    """Yield the bytes of the files of each package."""
    for name in names:
        files = [Path(str(file.locate())) for file in distribution(name).files or []]
        yield sum(file.stat().st_size for file in files if file.is_file()), name


def request_all(client: httpx2.Client, paths: list[str]) -> None:
    """Request paths in both languages."""
    for path in paths:
        for language in LANGUAGES:
            client.get(path, headers={"Accept-Language": language}).raise_for_status()


def measure_memory(base: str, pid: int) -> Iterator[tuple[str, float, list[float]]]:
    """Yield the megabytes of the worker and of its helper processes after each kind of request."""
    yield "ready", read_memory(pid), []
    with httpx2.Client(base_url=base, timeout=120) as client:
        for kind, paths in KINDS.items():
            request_all(client, paths)
            helpers = sorted(map(read_memory, list_descendants(pid)))
            yield kind, read_memory(pid), helpers


def request_all_of(base: str, workers: list[int]) -> None:
    """Request everything of each worker, on connections that it has taken by chance."""
    missing = set(workers)
    while missing:
        with httpx2.Client(base_url=base, timeout=120) as client:
            stream = client.get("/health/live").extensions["network_stream"]
            ports = (stream.get_extra_info(f"{end}_addr")[1] for end in ("server", "client"))
            worker = find_owner(missing, *ports)
            if worker is not None:
                missing.remove(worker)
                for paths in KINDS.values():
                    request_all(client, paths)


def find_owner(processes: set[int], port: int, client_port: int) -> int | None:
    """Find which of some processes has the end of a connection that listens on a port."""
    for line in Path("/proc/net/tcp").read_text("ascii").splitlines()[1:]:
        _, local, remote, *_, inode = line.split()[:10]
        if local.endswith(f":{port:04X}") and remote.endswith(f":{client_port:04X}"):
            for process in processes:
                files = [str(one.readlink()) for one in Path(f"/proc/{process}/fd").iterdir()]
                if f"socket:[{inode}]" in files:
                    return process
    return None


def read_proportional_memory(pid: int) -> float:
    """Return the megabytes of a process, with its part of those that it shares."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    found = re.search(r"\nPss: +(\d+) kB", rollup)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def measure_workers(database: Path, count: int) -> tuple[float, float]:
    """Return the megabytes of several workers, ready and after everything was requested of each."""
    began = time.monotonic()
    with serve(database, count) as (base, pid):
        print(f"{count} workers: first response after {time.monotonic() - began:.1f} s")
        workers = list_workers(pid)
        while any(len(list(Path(f"/proc/{one}/task").iterdir())) < READY for one in workers):
            time.sleep(0.1)
        processes = [pid, *workers]
        used = sum(sum(read_cpu_times(one)) for one in processes)
        print(f"{'':10} processor time until all are ready {used:.1f} s")
        ready = sum(map(read_proportional_memory, processes))
        request_all_of(base, workers)
        in_use = sum(map(read_proportional_memory, processes))
        print(f"{'':10} ready {ready:.0f} MB, in use {in_use:.0f} MB")
        return ready, in_use


@contextmanager
def serve(database: Path, workers: int = 1) -> Iterator[tuple[str, int]]:
    """Serve a database, not from a process that has imported what the tests need."""
    port = find_free_port()
    command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
    environment = {**os.environ, "BRI_SEED": str(NEWEST), "BRI_DATABASE": str(database)}
    with subprocess.Popen(
        [*command, "--workers", str(workers)], env=environment, stdout=subprocess.DEVNULL
    ) as process:
        try:
            base = f"http://127.0.0.1:{port}"
            wait_until_ready(base, process.poll)
            yield base, process.pid
        finally:
            process.terminate()


def main() -> None:
    """Measure and print what was found."""
    sizes = sorted(list_sizes(list_installed()), reverse=True)
    total = sum(size for size, _ in sizes) / 1e6
    largest = ", ".join(f"{name} {size / 1e6:.0f}" for size, name in sizes[:6])
    print(f"{len(sizes)} packages, {total:.0f} MB, of which {largest}")
    with TemporaryDirectory() as name:
        database = Path(name) / "bri.sqlite"
        build(NEWEST, MIGRATIONS, database)
        with serve(database) as (base, pid):
            for kind, worker, helpers in measure_memory(base, pid):
                others = ", ".join(f"{one:.0f}" for one in helpers)
                print(f"{kind:20} worker {worker:4.0f} MB  helper processes {others or '-'}")
        print(f"target of a worker: {MAX_WORKER_MEMORY} MB")
        two, four = (measure_workers(database, count) for count in (2, 4))
        ready, in_use = ((more - fewer) / 2 for fewer, more in zip(two, four, strict=True))
        print(f"each further worker: ready {ready:.0f} MB, in use {in_use:.0f} MB")


if __name__ == "__main__":
    main()
