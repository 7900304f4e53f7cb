"""Compare the speed with that of peers: python -m tests.benchmarks.speed.

All servers listen on loopback with one worker each and are measured in turn, so that other load
affects all of them. It prints ratios; it never fails for being slow.
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

from app.i18n import name_day
from app.ingest.build import build
from tests.benchmarks import peers
from tests.benchmarks.guide_tables import MISSED, translate, write_measured
from tests.benchmarks.load import Target, keep_cores_busy, read_cpu_times, run_wrk
from tests.benchmarks.peers import Peer, Started, start_peer
from tests.benchmarks.plot import draw
from tests.support.seeds import ROOT

PLOT = ROOT / ".images" / "speed.svg"
LIST_MISS, MISS, WAITING = "uncached list", "uncached record", "p99, all cores busy"
Results = dict[str, list[float]]
Starts = dict[str, list[Started]]


@dataclass(frozen=True)
class Comparison:
    """Two results and the target for their ratio."""

    name: str
    one: str
    other: str
    target: float | None
    at_most: bool = False

    def compute_ratios(self, results: Results) -> list[float]:
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


def prepare_peers(folder: Path, database: Path, programs: Path) -> dict[str, Peer]:
    """Prepare all peers; those that send the same bytes get them from this service."""
    plain = peers.configure_bri(database)
    with start_peer(plain, folder / "first.log"):
        response = httpx2.get(plain.url, headers={"Accept-Encoding": "identity"})
        rows = folder / "observation.csv"
        rows.write_bytes(httpx2.get(plain.build_url("/v1/observations.csv")).content)
    body = response.text
    headers = [pair for pair in response.headers.multi_items() if pair[0] != "date"]
    few = [(name, value) for name, value in headers if name in {"content-type", "content-length"}]
    return {
        "ours": replace(plain, environment={"ETAG": response.headers["etag"]}),
        "uncached": peers.configure_bri(database, BRI_CACHE_ENTRIES="0"),
        "bare": peers.configure_minimal_asgi(folder, "bare", body, headers),
        "bare, 2 headers": peers.configure_minimal_asgi(folder, "few", body, few),
        "nginx": peers.configure_nginx(folder / "debian", body, peers.DEBIAN),
        "nginx, tuned": peers.configure_nginx(folder / "tuned", body, peers.TUNED),
        "usual": peers.configure_uvicorn(
            "plain_app", f"/observations/{peers.KEY}", BRI_DATABASE=str(database)
        ),
        "Datasette": peers.configure_datasette(programs, database),
        "roapi": peers.configure_roapi(programs, rows),
    }


def choose_targets(found: Mapping[str, Peer]) -> dict[str, Target]:
    """Choose the request for each."""
    identical = ("bare", "bare, 2 headers", "nginx", "nginx, tuned")
    chosen = {name: Target(found[name].url) for name in identical}
    hot, uncached = found["ours"], found["uncached"]
    chosen |= {
        "hot": Target(hot.url),
        "304": Target(hot.url, (f"If-None-Match: {hot.environment['ETAG']}",)),
        MISS: Target(uncached.url, distinct=True),
        LIST_MISS: Target(uncached.build_url(peers.LIST), distinct=True),
    }
    lists = {"usual": "/observations?limit=7", "roapi": "/api/tables/observation?limit=7"}
    for name in ("usual", "Datasette", "roapi"):
        if name in found:
            chosen[name] = Target(found[name].url, distinct=True)
        if name in found and name in lists:
            chosen[f"{name} list"] = Target(found[name].build_url(lists[name]), distinct=True)
    return chosen


def measure(
    parameters: Mapping[str, Target],
    folder: Path,
    options: Namespace,
    report: Callable[[str], None],
) -> Results:
    """Measure all in turn, several times, and once more with all cores busy."""
    results: Results = {name: [] for name in (*parameters, WAITING, "bare, busy")}
    cores = os.cpu_count() or 1
    for number in range(options.passes):
        for name, target in parameters.items():
            results[name].append(run_wrk(target, folder, options.seconds).per_second)
        with keep_cores_busy(cores):
            for name, one in ((WAITING, "hot"), ("bare, busy", "bare")):
                results[name].append(run_wrk(parameters[one], folder, options.seconds).p99)
        report(f"pass {number + 1} of {options.passes}")
    return results


def describe_cpu_times(
    parameters: Mapping[str, Target], pid: int, folder: Path, seconds: float
) -> Iterable[str]:
    """Return the processor time of an uncached response, in the event loop and in threads."""
    for name in (MISS, LIST_MISS):
        before = read_cpu_times(pid)
        count = run_wrk(parameters[name], folder, seconds).per_second * max(1, round(seconds))
        after = read_cpu_times(pid)
        loop, threads = (
            (late - early) / count * 1e6 for early, late in zip(before, after, strict=True)
        )
        yield f"{name:28} {loop:.0f} µs of the loop, {threads:.0f} µs of threads"


def describe_results(results: Results, starts: Starts) -> Iterable[str]:
    """Describe the results of each server."""
    for name, found in sorted(results.items(), key=lambda one: -median(one[1])):
        low, middle, high = min(found), median(found), max(found)
        is_latency = name in {WAITING, "bare, busy"}
        shown = [
            f"{one * 1e3:.2f} ms" if is_latency else f"{one:,.0f}/s" for one in (low, middle, high)
        ]
        yield f"{name:28} {shown[0]:>12} {shown[1]:>12} {shown[2]:>12}"
    for name, begun in starts.items():
        seconds, megabytes, _ = (median(column) for column in zip(*begun, strict=True))
        yield f"{name:28} first response after {seconds:.2f} s, {megabytes:.0f} MB"


def format_table(results: Results, starts: Starts) -> Iterable[str]:
    """Format the table of ratios."""
    yield "| comparison | minimum | median | maximum | target |"
    yield "|---|---:|---:|---:|---:|"
    for one in list_comparisons(results):
        yield format_row(one.name, one.compute_ratios(results), one.target, at_most=one.at_most)
    started = starts["ours"]
    yield format_row("start to first response, seconds", [one.seconds for one in started], 0.8)
    yield format_row("memory of a worker when ready, MB", [one.megabytes for one in started], 110)


def format_row(
    name: str, values: Sequence[float], target: float | None, *, at_most: bool = True
) -> str:
    """Format the extremes, the median and the target, and say if the median misses it."""
    shown = [format_ratio(value) for value in (min(values), median(values), max(values))]
    if target is None:
        return f"| {name} | {' | '.join(shown)} | – |"
    is_missed = median(values) > target if at_most else median(values) < target
    if is_missed and shown[1] == format_ratio(target):
        # Otherwise a ratio of 0.996 would look like one that reaches 1.
        shown[1] = f"{median(values):.4f}"
    note = f", {MISSED}" if is_missed else ""
    sign = "≤" if at_most else "≥"
    return f"| {name} | {' | '.join(shown)} | {sign} {format_ratio(target)}{note} |"


def list_comparisons(results: Results) -> list[Comparison]:
    """List the comparisons, without those with a peer that could not be installed."""
    return [comparison for comparison in COMPARISONS if comparison.other in results]


def format_ratio(value: float) -> str:
    """Format a ratio: two decimals below 10, none above."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2f}"


def build_bars(results: Results) -> list[dict[str, Any]]:
    """Build the bars of the plot: the ratios of speeds, without latencies."""
    shown = [
        (one, one.compute_ratios(results)) for one in list_comparisons(results) if not one.at_most
    ]
    return [
        {
            "name": one.name,
            "minimum": min(found),
            "median": median(found),
            "maximum": max(found),
            "label": format_ratio(median(found)),
            "target": one.target,
        }
        for one, found in shown
    ]


def write_guide(lines: Iterable[str], options: Namespace) -> None:
    """Write the table to the guide, with the machine, the date and the command."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    today = name_day(datetime.now(UTC).date())
    cores, python = os.cpu_count(), sys.version.split()[0]
    captured = f"--passes {options.passes} --seconds {options.seconds:g} --write"
    command = f"`python -m tests.benchmarks.speed {captured}`"
    machine = f"with {cores} cores and {gigabytes:.0f} GB, Python {python}"
    rows = list(lines)
    english = [f"Measured on {today.en} {machine}, by {command}:", "", *rows]
    english += ["", "![The ratios as a chart](../../../.images/speed.svg)", ""]
    machine = f"{cores}核、内存{gigabytes:.0f} GB、Python {python}"
    chinese = [f"{today.zh}以 {command} 测得，{machine}：", "", *map(translate, rows)]
    chinese += ["", "![各项比值图](../../../.images/speed.svg)", ""]
    write_measured("speed.md", "speed", "\n".join(english), "\n".join(chinese))


def run(options: Namespace, console: Console, folder: Path) -> None:
    """Start all, measure, print, and with --write update the guide."""
    database = folder / "bri.sqlite"
    build(ROOT / "seed", ROOT / "migrations", database)
    programs, failed = peers.install(options.peers or folder)
    starts: Starts = defaultdict(list)
    with ExitStack() as stack:
        found = prepare_peers(folder, database, programs)
        for name, peer in list(found.items()):
            try:
                for _ in range(options.passes - 1):
                    with start_peer(peer, folder / "start.log") as started:
                        starts[name].append(started)
                starts[name].append(stack.enter_context(start_peer(peer, folder / f"{name}.log")))
            except OSError as error:
                failed[name] = str(error)
                del found[name]
        results = measure(choose_targets(found), folder, options, console.print)
        pid = starts["uncached"][-1].pid
        spent = list(describe_cpu_times(choose_targets(found), pid, folder, options.seconds))
    lines = list(format_table(results, starts))
    for line in (*describe_results(results, starts), *spent, "", *lines):
        console.print(line, highlight=False, soft_wrap=True)
    for name, why in failed.items():
        console.print(f"left out: {name} ({why})")
    if options.write:
        draw(build_bars(results), programs / "python", PLOT)
        write_guide(lines, options)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command."""
    parser = ArgumentParser(prog="python -m tests.benchmarks.speed", description=__doc__)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="seconds per server and pass")
    parser.add_argument("--write", action="store_true", help="also write the plot and the guide")
    parser.add_argument("--peers", type=Path, help="a folder in which installed peers are kept")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        run(options, Console(), Path(folder))


if __name__ == "__main__":
    main()
