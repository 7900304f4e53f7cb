"""Throughput of each step of scaling out: python -m tests.benchmarks.scaling.

All servers and the one that asks share the cores of this machine, so the numbers tell the steps
apart; a machine of its own for each gives more. It prints a table; --write writes it to the guide.
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

from app.ingest.build import build
from tests.benchmarks.guide_tables import translate, write_measured
from tests.benchmarks.load import Target, wrk
from tests.benchmarks.peers import LIST, RECORD
from tests.support.postgresql import folder_for_servers, running
from tests.support.processes import free_port, serving
from tests.support.reverse_proxies import plain_nginx
from tests.support.seeds import MIGRATIONS, SEED
from tests.support.targets import Target as Database

KEPT, ONE, PAGE = "cached", "uncached record", "uncached list"
Steps = dict[str, dict[str, str]]


@contextmanager
def steps(folder: Path) -> Iterator[Steps]:
    """Start a server for each step; give the address of each, one that keeps and one that not."""
    file = folder / "bri.sqlite"
    build(SEED, MIGRATIONS, file)
    with ExitStack() as stack:
        cluster = stack.enter_context(
            running(stack.enter_context(folder_for_servers()) / "main", free_port())
        )
        server = cluster.new_database()
        build(SEED, MIGRATIONS, server)

        def started(database: Database, workers: int) -> dict[str, str]:
            keeping = stack.enter_context(serving(database, workers=workers))
            uncached = stack.enter_context(
                serving(database, workers=workers, BRI_CACHE_ENTRIES="0")
            )
            return {KEPT: keeping, ONE: uncached, PAGE: uncached}

        found = {
            "one worker, file": started(file, 1),
            "two workers, file": started(file, 2),
            "one worker, PostgreSQL": started(server, 1),
            "two workers, PostgreSQL": started(server, 2),
        }
        edge = stack.enter_context(plain_nginx(folder, found["one worker, file"][KEPT]))
        yield found | {"nginx in front of one worker": {KEPT: edge}}


def measured(found: Steps, folder: Path, passes: int, seconds: float) -> Iterator[list[str]]:
    """Measure all in turn, several times; return the cells of the row of each step."""
    paths = {KEPT: RECORD, ONE: RECORD, PAGE: LIST}
    rates: dict[tuple[str, str], list[float]] = {}
    for _ in range(passes):
        for step, bases in found.items():
            for kind, base in bases.items():
                target = Target(f"{base}{paths[kind]}", distinct=kind != KEPT)
                rate = wrk(target, folder, seconds, connections=32).per_second
                rates.setdefault((step, kind), []).append(rate)
    for step in found:
        cells = [rates.get((step, kind)) for kind in paths]
        yield [step, *(f"{round(median(cell), -2):,.0f}" if cell else "–" for cell in cells)]


def table(rows: Sequence[Sequence[str]], command: str) -> tuple[str, str]:
    """Write the table in English and Chinese, with the machine, the date and the command."""
    today = datetime.now(UTC).date()
    cores = os.cpu_count()
    shared = f"{cores} cores that the servers share with each other and with `wrk`"
    lines = [
        "| step | cached | uncached record | uncached list |",
        "|---|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in rows),
    ]
    english = [f"Responses per second, measured on {today} by `{command}` on {shared}:", "", *lines]
    chinese = [
        f"每秒响应数，{today}以 `{command}` 测得，各服务与 `wrk` 共用{cores}个核心：",
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
    with tempfile.TemporaryDirectory() as name, steps(Path(name)) as found:
        rows = list(measured(found, Path(name), options.passes, options.seconds))
    english, chinese = table(rows, command)
    sys.stdout.write(english)
    if options.write:
        write_measured("scaling.md", "steps", english, chinese)


if __name__ == "__main__":
    main()
