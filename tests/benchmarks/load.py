"""Load: wrk for throughput and latency, and the CPU time and memory of a process."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

OTHER_HOSTS = """
local n = 0
function request()
  n = n + 1
  wrk.headers["Host"] = "h" .. (n % 1000) .. ".example"
  return wrk.format(nil, paths[n % #paths + 1])
end
"""
"""Makes every request unique: links start with the host, so no two share a response."""
PER_SECOND = re.compile(r"Requests/sec:\s+([\d.]+)")
SLOWEST = re.compile(r"99%\s+([\d.]+)(us|ms|s)")
REFUSED = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Target:
    """What to request, and how."""

    url: str
    headers: tuple[str, ...] = ()
    distinct: bool = False
    """Whether no two requests may share a response."""
    paths: tuple[str, ...] = ()
    """The paths to request in turn instead of that of the URL, if no two may share a response."""


@dataclass(frozen=True)
class Measured:
    """The result of a load test."""

    per_second: float
    p99: float
    """Seconds."""


def run_wrk(target: Target, folder: Path, seconds: float, connections: int = 16) -> Measured:
    """Send requests as fast as a target responds.

    Raises:
        RuntimeError: if a response failed.
    """
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency"]
    for header in target.headers:
        command += ["-H", header]
    if target.distinct:
        script = folder / "hosts.lua"
        paths = ", ".join(f'"{path}"' for path in target.paths) or "wrk.path"
        script.write_text(f"local paths = {{{paths}}}\n{OTHER_HOSTS}")
        command += ["-s", str(script)]
    printed = subprocess.run(
        [*command, target.url], capture_output=True, text=True, check=True
    ).stdout
    if found := REFUSED.search(printed):
        raise RuntimeError(f"{target.url}: {found[0]}")
    rate, slowest = PER_SECOND.search(printed), SLOWEST.search(printed)
    assert rate is not None
    assert slowest is not None
    return Measured(float(rate[1]), float(slowest[1]) * SECONDS[slowest[2]])


@contextmanager
def keep_cores_busy(processes: int) -> Iterator[None]:
    """Keep cores busy in the background."""
    spin = [sys.executable, "-c", "while True: pass"]
    burning = [subprocess.Popen(spin) for _ in range(processes)]
    try:
        yield
    finally:
        for one in burning:
            one.kill()
            one.wait()


def read_memory(pid: int) -> float:
    """Return the memory of a process in megabytes."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024 / 1e6


def read_cpu_times(pid: int) -> tuple[float, float]:
    """Return the seconds that a process has used in its first thread, the loop, and in others."""
    spent = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        spent[task.name] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    loop = spent.pop(str(pid))
    return loop, sum(spent.values())


def wait_for(polls: Iterator[bool], seconds: float = 30) -> float:
    """Poll until a condition holds; return the seconds.

    Raises:
        TimeoutError: if it does not hold in time.
    """
    start = time.perf_counter()
    while time.perf_counter() < start + seconds:
        if next(polls):
            return time.perf_counter() - start
        time.sleep(0.01)
    raise TimeoutError
