"""Throughput of each step of scaling out: python -m tests.benchmarks.scaling.

All servers and `wrk` share the cores, so only the ratios are meaningful; separate machines serve
more. It prints a table; --write writes it to the guide.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import httpx2

from app.i18n import name_day
from app.ingest.build import build
from tests.benchmarks.guide_tables import translate, write_measured
from tests.benchmarks.load import Target, run_wrk
from tests.benchmarks.peers import LIST, RECORD
from tests.support.postgresql import create_server_folder, start_cluster
from tests.support.processes import find_free_port, serve_database
from tests.support.reverse_proxies import start_plain_nginx
from tests.support.seeds import MIGRATIONS, SEED
from tests.support.targets import Target as Database

CACHED, ONE, PAGE = "cached", "uncached record", "uncached list"
Steps = dict[str, dict[str, str]]


@contextmanager
def start_steps(folder: Path) -> Iterator[Steps]:
    """Start a server for each step; yield the addresses of each, cached and uncached."""
    file = folder / "bri.sqlite"
    build(SEED, MIGRATIONS, file)
    with ExitStack() as stack:
        cluster = stack.enter_context(
            start_cluster(stack.enter_context(create_server_folder()) / "main", find_free_port())
        )
        server = cluster.create_database()
        build(SEED, MIGRATIONS, server)

        def start(database: Database, workers: int) -> dict[str, str]:
            cached = stack.enter_context(serve_database(database, workers=workers))
            uncached = stack.enter_context(
                serve_database(database, workers=workers, BRI_CACHE_ENTRIES="0")
            )
            return {CACHED: cached, ONE: uncached, PAGE: uncached}

        found = {
            "one worker, file": start(file, 1),
            "two workers, file": start(file, 2),
            "one worker, PostgreSQL": start(server, 1),
            "two workers, PostgreSQL": start(server, 2),
        }
        edge = stack.enter_context(start_plain_nginx(folder, found["one worker, file"][CACHED]))
        yield found | {"nginx in front of one worker": {CACHED: edge}}


def measure_steps(found: Steps, folder: Path, passes: int, seconds: float) -> Iterator[list[str]]:
    """Measure all in turn, several times; return the cells of the row of each step."""
    paths = {CACHED: RECORD, ONE: RECORD, PAGE: LIST}
    base = next(iter(found.values()))[CACHED]
    items = httpx2.get(f"{base}/v1/observations?limit=1000").json()["items"]
    records = tuple(f"/v1/observations/{one['id']}" for one in items)
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(passes):
        for step, bases in found.items():
            for kind, base in bases.items():
                # Requests for one record at the same time would read it once for all of them.
                turns = records if kind == ONE else ()
                target = Target(f"{base}{paths[kind]}", distinct=kind != CACHED, paths=turns)
                rate = run_wrk(target, folder, seconds, connections=32).per_second
                rates.setdefault((step, kind), []).append(rate)
    for step in found:
        cells = [rates.get((step, kind)) for kind in paths]
        yield [step, *(f"{round(median(cell), -2):,.0f}" if cell else "–" for cell in cells)]


def format_tables(rows: Sequence[Sequence[str]], command: str) -> tuple[str, str]:
    """Format the table in English and Chinese, with the machine, the date and the command."""
    today = name_day(datetime.now(UTC).date())
    cores = os.cpu_count()
    shared = f"{cores} cores that the servers share with each other and with `wrk`"
    lines = [
        "| step | cached | uncached record | uncached list |",
        "|---|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    english = [
        f"Responses per second, measured on {today.en} by `{command}` on {shared}:",
        "",
        *lines,
    ]
    chinese = [
        f"每秒响应数，{today.zh}以 `{command}` 测得，各服务与 `wrk` 共用{cores}个核心：",
        "",
        *map(translate, lines),
    ]
    return "\n".join([*english, ""]), "\n".join([*chinese, ""])


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.scaling", description=__doc__)
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--write", action="store_true", help="also write the guide")
    options = parser.parse_args(arguments)
    command = f"python -m tests.benchmarks.scaling --passes {options.passes}"
    with tempfile.TemporaryDirectory() as name, start_steps(Path(name)) as found:
        rows = list(measure_steps(found, Path(name), options.passes, options.seconds))
    english, chinese = format_tables(rows, command)
    sys.stdout.write(english)
    if options.write:
        write_measured("scaling.md", "steps", english, chinese)


if __name__ == "__main__":
    main()
