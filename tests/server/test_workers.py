"""Several workers: what they share, and how they end and are replaced."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import pytest
from uvicorn.config import STARTUP_FAILURE

import app
from app.releases import ReleaseManager
from tests.support.load import wait_for
from tests.support.new_connections import fetch, load_with_new_connections
from tests.support.processes import (
    Server,
    count_descriptors,
    find_free_port,
    list_descendants,
    list_workers,
    run_command,
    start_forked,
    start_server,
    wait_until_ready,
)
from tests.support.targets import Target, build_environment

pytestmark = pytest.mark.resources

LONGEST_END = 20.0
FAULTS_OF_ENDED, TIMES = 7, slice(10, 12)
"""Where the kernel counts the page faults of ended children, and the processor time used."""


@pytest.mark.parametrize("workers", ["1", "2"])
def test_workers_that_cannot_serve_end_the_service(
    database: Target, tmp_path: Path, workers: str
) -> None:
    command = ["serve", "--port", str(find_free_port()), "--workers", workers]
    log = tmp_path / "log"
    process = start_forked(log, run_without_releases, *command, **build_environment(database))
    process.join(LONGEST_END)
    assert process.exitcode == STARTUP_FAILURE
    assert "Application startup failed" in log.read_text("utf-8")


def run_without_releases(*arguments: str) -> None:
    """Run the command line where no process can look for new releases."""
    ReleaseManager.watch = None  # type: ignore[method-assign, assignment]
    run_command(*arguments)


def test_workers_end_with_a_supervisor_that_is_killed(database: Target) -> None:
    """Started from nothing, so that what multiprocessing starts besides is there as well.

    Standard output is closed, on which uvicorn would look for a terminal.
    """
    port = find_free_port()
    command = [sys.executable, "-m", "app", "serve", "--port", str(port), "--workers", "3"]
    environment = {**os.environ, **build_environment(database), "BRI_MCP": "true"}
    closed = ["sh", "-c", 'exec "$@" >&-', "sh", *command]
    with subprocess.Popen(closed, env=environment) as process:
        wait_until_ready(f"http://127.0.0.1:{port}", process.poll)
        left = list_descendants(process.pid)
        shared = list(map(read_shared_part, left))
        # A pipe that another worker holds too would not tell of the end.
        os.kill(left[-1], signal.SIGSTOP)
        process.kill()
    assert len(shared) == 3
    assert min(shared) > 0.55
    wait_for(lambda: not any(map(is_running, left[:-1])), LONGEST_END)
    os.kill(left[-1], signal.SIGCONT)
    wait_for(lambda: not is_running(left[-1]), 20)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def read_shared_part(process: int) -> float:
    """Return which part of its memory a process shares with others."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("ascii").splitlines()[1:]
    sizes = {name: int(size.split()[0]) for name, size in (line.split(":") for line in lines)}
    return 1 - (sizes["Private_Clean"] + sizes["Private_Dirty"]) / sizes["Rss"]


def is_running(process: int) -> bool:
    """Return whether there is a process with a number."""
    return Path(f"/proc/{process}").exists()


def test_workers_choose_other_identifiers(database: Target) -> None:
    """They are forked from one process, with the state of its random numbers."""
    with start_server(database, workers=2) as server:
        first, second = wait_for_workers(server, 2)
        assert not fetch_identifiers(server, second) & fetch_identifiers(server, first)


def fetch_identifiers(server: Server, stopped: int) -> set[str]:
    """Fetch the identifiers of responses, not from a worker that is stopped meanwhile."""
    os.kill(stopped, signal.SIGSTOP)
    try:
        with httpx2.Client(base_url=server.base, timeout=20) as client:
            return {client.get("/v1").headers["x-request-id"] for _ in range(8)}
    finally:
        os.kill(stopped, signal.SIGCONT)


def wait_for_workers(server: Server, number: int) -> list[int]:
    """Wait until a number of workers can respond."""
    wait_for(lambda: sum(map(has_threads, list_workers(server.pid))) == number, LONGEST_END)
    return list_workers(server.pid)


def has_threads(process: int) -> bool:
    """Return whether a process is ready: a thread then looks for new releases."""
    try:
        return len(list(Path(f"/proc/{process}/task").iterdir())) > 3
    except OSError:
        return False


def test_new_workers_have_the_program_on_disk_after_a_signal(
    database: Target, tmp_path: Path
) -> None:
    """After SIGHUP; until then, a worker is the same program as all others."""
    with start_server(database, workers=2, PYTHONPATH=str(tmp_path)) as server:
        first = wait_for_workers(server, 2)
        (tmp_path / "sitecustomize.py").write_text("import app; app.__version__ = '9.9.9'")
        os.kill(server.pid, signal.SIGTTIN)
        old = wait_for_workers(server, 3)
        assert set(old) > set(first)
        # A terminal that hangs up tells the workers too, which may be in the middle of a response.
        for worker in old:
            os.kill(worker, signal.SIGHUP)
        assert fetch_versions(server) == {app.__version__}
        assert list_workers(server.pid) == old
        with load_with_new_connections(server.port, 2) as (counts, stop):
            os.kill(server.pid, signal.SIGHUP)
            wait_for(lambda: not {*old} & {*list_workers(server.pid)}, 3 * LONGEST_END)
            stop()
        assert counts["200"] > 5
        assert counts["cut short"] == 0
        # A worker that ends closes what it has accepted and not read yet.
        assert counts["unanswered"] + counts["broken"] <= 4
        assert fetch_versions(server) == {"9.9.9"}
        killed, *_ = wait_for_workers(server, 3)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: killed not in list_workers(server.pid))
        wait_for_workers(server, 3)
        assert fetch_versions(server) == {"9.9.9"}


def fetch_versions(server: Server) -> set[str]:
    """Fetch the version of the program, on several connections."""
    return {httpx2.get(f"{server.base}/v1").json()["version"] for _ in range(12)}


def test_a_worker_that_is_ended_at_once_leaves_nothing(database: Target) -> None:
    """Until it serves, it has the handlers of signals of its supervisor."""
    with start_server(database, workers=2) as server:
        wait_for_workers(server, 2)
        opened = count_descriptors(server.pid)
        for _ in range(5):
            ended = read_statistics(server.pid)[FAULTS_OF_ENDED]
            os.kill(server.pid, signal.SIGTTIN)
            os.kill(server.pid, signal.SIGTTOU)
            wait_for(lambda: read_statistics(server.pid)[FAULTS_OF_ENDED] > ended, 8)  # noqa: B023
        assert count_descriptors(server.pid) == opened
        assert len(list_workers(server.pid)) == 2
        began = read_statistics(server.pid)
        time.sleep(1)
        used = sum(read_statistics(server.pid)[TIMES]) - sum(began[TIMES])
        assert used / os.sysconf("SC_CLK_TCK") < 0.2
        assert fetch(server.port, "/v1") == "200"


def test_workers_that_the_system_does_not_allow_are_started_later(database: Target) -> None:
    """A supervisor that failed waited for its other workers, whatever signal it got."""
    with start_server(database, workers=2) as server:
        killed, kept = wait_for_workers(server, 2)
        limits = resource.prlimit(server.pid, resource.RLIMIT_NOFILE)
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (5, limits[1]))
        for number in (signal.SIGTTIN, signal.SIGHUP):
            os.kill(server.pid, number)
        os.kill(killed, signal.SIGKILL)
        wait_for(lambda: server.log.read_text("utf-8").count("cannot start: [Errno 24]") > 2, 8)
        assert list_workers(server.pid) == [kept]
        assert fetch(server.port, "/v1") == "200"
        os.kill(server.pid, signal.SIGTTOU)
        resource.prlimit(server.pid, resource.RLIMIT_NOFILE, limits)
        assert kept in wait_for_workers(server, 2)
        server.process.terminate()
        server.process.join(LONGEST_END)
        assert server.process.exitcode == 0


def read_statistics(process: int) -> list[int]:
    """Read the numbers that the kernel keeps of a process, from its parent on."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return list(map(int, fields[1:]))
