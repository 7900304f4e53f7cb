"""Compare the speed with that of peers: python -m tests.benchmarks.speed.

All servers stand on loopback with one worker each and are asked in turns, pass after pass, so that
whatever else the machine does meets all of them. It prints ratios; it never fails for being slow.
"""

import os
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import httpx2
from rich.console import Console

from app.ingest.build import build
from tests.benchmarks import peers
from tests.benchmarks.guide_tables import translate, write_measured
from tests.benchmarks.load import Target, busy, read_cpu_times, wrk
from tests.benchmarks.peers import Peer, Started, running
from tests.benchmarks.plot import draw
from tests.support.seeds import ROOT

PLOT = ROOT / ".images" / "speed.svg"
LIST_MISS, MISS, WAITING = "uncached list", "uncached record", "p99, all cores busy"
Results = dict[str, list[float]]
Starts = dict[str, list[Started]]


@dataclass(frozen=True)
class Comparison:
    """Two results that are set beside each other."""

    name: str
    one: str
    other: str
    aim: float | None
    at_most: bool = False

    def ratios(self, results: Results) -> list[float]:
        """Divide one by the other, pass by pass."""
        return [a / b for a, b in zip(results[self.one], results[self.other], strict=True)]


COMPARISONS = (
    Comparison("cached response / bare ASGI app, same headers", "hot", "bare", 0.9),
    Comparison("cached response / bare ASGI app, 2 headers", "hot", "bare, 2 headers", 0.9),
    Comparison("cached response / nginx with Debian's settings", "hot", "nginx", 1.0),
    Comparison("cached response / nginx, tuned", "hot", "nginx, tuned", None),
    Comparison("cached response / FastAPI with SQLModel", "hot", "usual", 80),
    Comparison("304 / cached response", "304", "hot", 1.0),
    Comparison("uncached record / FastAPI with SQLModel", MISS, "usual", 10),
    Comparison("uncached record / roapi", MISS, "roapi", 1.0),
    Comparison("uncached list / FastAPI with SQLModel", LIST_MISS, "usual list", 5),
    Comparison("uncached list / roapi", LIST_MISS, "roapi list", 1.0),
    Comparison("uncached list / Datasette", LIST_MISS, "Datasette", 1.0),
    Comparison("p99 with all cores busy / bare ASGI app", WAITING, "bare, busy", 1.5, at_most=True),
)


def servers(folder: Path, database: Path, programs: Path) -> dict[str, Peer]:
    """Prepare all peers; those that send the same bytes get them from our service."""
    plain = peers.ours(database)
    with running(plain, folder / "first.log"):
        response = httpx2.get(plain.url, headers={"Accept-Encoding": "identity"})
        rows = folder / "observation.csv"
        rows.write_bytes(httpx2.get(plain.at("/v1/observations.csv")).content)
    body = response.text
    headers = [pair for pair in response.headers.multi_items() if pair[0] != "date"]
    few = [(name, value) for name, value in headers if name in {"content-type", "content-length"}]
    return {
        "ours": replace(plain, environment={"ETAG": response.headers["etag"]}),
        "uncached": peers.ours(database, BRI_CACHE_ENTRIES="0"),
        "bare": peers.bare(folder, "bare", body, headers),
        "bare, 2 headers": peers.bare(folder, "few", body, few),
        "nginx": peers.nginx(folder / "debian", body, peers.DEBIAN),
        "nginx, tuned": peers.nginx(folder / "tuned", body, peers.TUNED),
        "usual": peers.asgi("plain_app", f"/observations/{peers.KEY}", BRI_DATABASE=str(database)),
        "Datasette": peers.datasette(programs, database),
        "roapi": peers.roapi(programs, rows),
    }


def targets(found: Mapping[str, Peer]) -> dict[str, Target]:
    """Choose the request for each."""
    same = ("bare", "bare, 2 headers", "nginx", "nginx, tuned")
    shown = {name: Target(found[name].url) for name in same}
    hot, uncached = found["ours"], found["uncached"]
    shown |= {
        "hot": Target(hot.url),
        "304": Target(hot.url, (f"If-None-Match: {hot.environment['ETAG']}",)),
        MISS: Target(uncached.url, distinct=True),
        LIST_MISS: Target(uncached.at(peers.LIST), distinct=True),
    }
    lists = {"usual": "/observations?limit=7", "roapi": "/api/tables/observation?limit=7"}
    for name in ("usual", "Datasette", "roapi"):
        if name in found:
            shown[name] = Target(found[name].url, distinct=True)
        if name in found and name in lists:
            shown[f"{name} list"] = Target(found[name].at(lists[name]), distinct=True)
    return shown


def measure(
    parameters: Mapping[str, Target], folder: Path, options: Namespace, say: Callable[[str], None]
) -> Results:
    """Measure all in turn, several times, and once more with all cores busy."""
    results: Results = {name: [] for name in (*parameters, WAITING, "bare, busy")}
    cores = os.cpu_count() or 1
    for number in range(options.passes):
        for name, target in parameters.items():
            results[name].append(wrk(target, folder, options.seconds).per_second)
        with busy(cores):
            for name, one in ((WAITING, "hot"), ("bare, busy", "bare")):
                results[name].append(wrk(parameters[one], folder, options.seconds).p99)
        say(f"pass {number + 1} of {options.passes}")
    return results


def describe_cpu_times(
    parameters: Mapping[str, Target], pid: int, folder: Path, seconds: float
) -> Iterable[str]:
    """Return the processor time of an uncached response, in the event loop and in threads."""
    for name in (MISS, LIST_MISS):
        before = read_cpu_times(pid)
        count = wrk(parameters[name], folder, seconds).per_second * max(1, round(seconds))
        after = read_cpu_times(pid)
        loop, threads = (
            (late - early) / count * 1e6 for early, late in zip(before, after, strict=True)
        )
        yield f"{name:28} {loop:.0f} µs of the loop, {threads:.0f} µs of threads"


def absolute(results: Results, starts: Starts) -> Iterable[str]:
    """Describe what was measured of each."""
    for name, found in sorted(results.items(), key=lambda one: -median(one[1])):
        low, middle, high = min(found), median(found), max(found)
        busied = name in {WAITING, "bare, busy"}
        shown = [
            f"{one * 1e3:.2f} ms" if busied else f"{one:,.0f}/s" for one in (low, middle, high)
        ]
        yield f"{name:28} {shown[0]:>12} {shown[1]:>12} {shown[2]:>12}"
    for name, begun in starts.items():
        seconds, megabytes, _ = (median(column) for column in zip(*begun, strict=True))
        yield f"{name:28} first answer after {seconds:.2f} s, {megabytes:.0f} MB"


def table(results: Results, starts: Starts) -> Iterable[str]:
    """Write the table of ratios."""
    yield "| comparison | minimum | median | maximum | target |"
    yield "|---|---:|---:|---:|---:|"
    for one in compared(results):
        found = one.ratios(results)
        sign = "≤" if one.at_most else "≥"
        aim = "–" if one.aim is None else f"{sign} {number(one.aim)}"
        shown = " | ".join(number(value) for value in (min(found), median(found), max(found)))
        yield f"| {one.name} | {shown} | {aim} |"
    for name, column, aim in (
        ("start to first response, seconds", [one.seconds for one in starts["ours"]], "0.8"),
        ("memory of a worker, MB", [one.megabytes for one in starts["ours"]], "110"),
    ):
        shown = " | ".join(number(value) for value in (min(column), median(column), max(column)))
        yield f"| {name} | {shown} | ≤ {aim} |"


def compared(results: Results) -> list[Comparison]:
    """Leave out comparisons with a peer that could not be had."""
    return [one for one in COMPARISONS if one.other in results]


def number(value: float) -> str:
    """Write a ratio with two digits, or whole from ten on."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def bars(results: Results) -> list[dict[str, Any]]:
    """Return what the plot shows: the speeds, without latencies."""
    shown = [(one, one.ratios(results)) for one in compared(results) if not one.at_most]
    return [
        {
            "name": one.name,
            "least": min(found),
            "median": median(found),
            "most": max(found),
            "shown": number(median(found)),
            "aim": one.aim,
        }
        for one, found in shown
    ]


def place(lines: Iterable[str], options: Namespace) -> None:
    """Write the table to the guide, with the machine, the date and the command."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    today = datetime.now(UTC).date()
    cores, python = os.cpu_count(), sys.version.split()[0]
    captured = f"--passes {options.passes} --seconds {options.seconds:g} --write"
    command = f"`python -m tests.benchmarks.speed {captured}`"
    machine = f"with {cores} cores and {gigabytes:.0f} GB, Python {python}"
    rows = list(lines)
    english = [f"Measured on {today} {machine}, by {command}:", "", *rows]
    english += ["", "![The ratios as a chart](../../../.images/speed.svg)", ""]
    machine = f"{cores}核、内存{gigabytes:.0f} GB、Python {python}"
    chinese = [f"{today}测量，{machine}，命令为 {command}：", "", *map(translate, rows)]
    chinese += ["", "![各项比值图](../../../.images/speed.svg)", ""]
    write_measured("speed.md", "speed", "\n".join(english), "\n".join(chinese))


def run(options: Namespace, console: Console, folder: Path) -> None:
    """Start all, measure, print, and with --write update the guide."""
    database = folder / "bri.sqlite"
    build(ROOT / "seed", ROOT / "migrations", database)
    programs, failed = peers.install(options.peers or folder)
    starts: Starts = defaultdict(list)
    with ExitStack() as stack:
        found = servers(folder, database, programs)
        for name, peer in list(found.items()):
            try:
                for _ in range(options.passes - 1):
                    with running(peer, folder / "start.log") as started:
                        starts[name].append(started)
                starts[name].append(stack.enter_context(running(peer, folder / f"{name}.log")))
            except OSError as error:
                failed[name] = str(error)
                del found[name]
        results = measure(targets(found), folder, options, console.print)
        pid = starts["uncached"][-1].pid
        spent = list(describe_cpu_times(targets(found), pid, folder, options.seconds))
    lines = list(table(results, starts))
    for line in (*absolute(results, starts), *spent, "", *lines):
        console.print(line, highlight=False, soft_wrap=True)
    for name, why in failed.items():
        console.print(f"left out: {name} ({why})")
    if options.write:
        draw(bars(results), programs / "python", PLOT)
        place(lines, options)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.speed", description=__doc__)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="how long each is asked a pass")
    parser.add_argument("--write", action="store_true", help="also write the plot and the guide")
    parser.add_argument("--peers", type=Path, help="a folder that keeps the peers for next time")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        run(options, Console(), Path(folder))


if __name__ == "__main__":
    main()
