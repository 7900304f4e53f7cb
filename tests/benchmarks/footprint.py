"""How much disk and memory does the service take?

``python -m tests.benchmarks.footprint`` prints what is installed for the service without extras,
and the memory of a worker and of its helper processes after some requests of each kind.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx2

from app.ingest.build import build
from tests.benchmarks.load import read_memory
from tests.support.processes import find_free_port, list_descendants, wait_until_ready
from tests.support.seeds import MIGRATIONS, NEWEST

PACKAGE = "bri-indicators"
MAX_WORKER_MEMORY = 110
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


def measure_memory(base: str, pid: int) -> Iterator[tuple[str, float, list[float]]]:
    """Yield the megabytes of the worker and of its helper processes after each kind of request."""
    yield "ready", read_memory(pid), []
    with httpx2.Client(base_url=base, timeout=120) as client:
        for kind, paths in KINDS.items():
            for path in paths:
                for language in LANGUAGES:
                    client.get(path, headers={"Accept-Language": language}).raise_for_status()
            helpers = sorted(map(read_memory, list_descendants(pid)))
            yield kind, read_memory(pid), helpers


def main() -> None:
    """Measure and print what was found."""
    sizes = sorted(list_sizes(list_installed()), reverse=True)
    total = sum(size for size, _ in sizes) / 1e6
    largest = ", ".join(f"{name} {size / 1e6:.0f}" for size, name in sizes[:6])
    print(f"{len(sizes)} packages, {total:.0f} MB, of which {largest}")
    with TemporaryDirectory() as name:
        database = Path(name) / "bri.sqlite"
        build(NEWEST, MIGRATIONS, database)
        base = f"http://127.0.0.1:{(port := find_free_port())}"
        # Not from a process that has imported what the tests need.
        command = [sys.executable, "-m", "app", "serve", "--port", str(port)]
        environment = {**os.environ, "BRI_DATABASE": str(database)}
        with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
            try:
                wait_until_ready(base, process.poll)
                for kind, worker, helpers in measure_memory(base, process.pid):
                    others = ", ".join(f"{one:.0f}" for one in helpers)
                    print(f"{kind:20} worker {worker:4.0f} MB  helper processes {others or '-'}")
            finally:
                process.terminate()
    print(f"target of a worker: {MAX_WORKER_MEMORY} MB")


if __name__ == "__main__":
    main()
