"""Processes: the server by its command line, forked from one that has imported it.

A start of Python that imports everything takes a second of CPU. The forkserver of the standard
library imports it once for each worker of the tests; what it forks runs the real command. A start
from nothing is tested by test_cli, test_shutdown and test_wheel.
"""

import multiprocessing
import os
import shlex
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fcntl import F_GETFL, F_SETFL, F_SETOWN, F_SETSIG, fcntl
from functools import cache
from multiprocessing import parent_process
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from signal import SIGTERM
from tempfile import TemporaryDirectory

import httpx2
from typer.testing import CliRunner, Result

from app import cli
from tests.support import callbacks, helpers, renderings
from tests.support.measuring import measure_coverage, skip_coverage
from tests.support.targets import Target, build_environment

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(
    ["app.application", "app.server.protocol", "alembic.command", "uvicorn", __name__]
)
PROGRAM = f"{shlex.quote(sys.executable)} -m app"
"""The command line in a script of the shell, whatever folder holds it."""
LONGEST_END = 20
"""The seconds that a process may take to end."""


def run_bri(*arguments: str, **environment: str) -> Result:
    """Run the command line in this process; a separate one takes a second to start."""
    return CliRunner().invoke(cli.app, arguments, env={**environment}, prog_name="bri")


def run_bri_with_input(content: bytes, *arguments: str) -> Result:
    """Run the command line with an input."""
    return CliRunner().invoke(cli.app, arguments, content, prog_name="bri")


@contextmanager
def limit_file_size(size: int) -> Iterator[None]:
    """Let this process write only so many bytes to a file, as if the disk were full.

    Python would keep what it could write of the compiled module, and fail at each later start.
    """
    limits, writes_no_bytecode = getrlimit(RLIMIT_FSIZE), sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    setrlimit(RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        setrlimit(RLIMIT_FSIZE, limits)
        sys.dont_write_bytecode = writes_no_bytecode


def find_free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def run_forked(
    environment: dict[str, str], log: str, act: Callable[..., object], *arguments: object
) -> None:
    """Call a function in a forked process, with an environment and a log.

    It gets SIGTERM when the process of the tests ends, even if that one is killed. The kernel
    sends it, since a thread that waits for it must not be there when the server forks workers.
    """
    parent = parent_process()
    assert parent is not None
    fcntl(parent.sentinel, F_SETOWN, os.getpid())
    fcntl(parent.sentinel, F_SETSIG, SIGTERM)
    fcntl(parent.sentinel, F_SETFL, fcntl(parent.sentinel, F_GETFL) | os.O_ASYNC)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for stream in (1, 2):
        os.dup2(written, stream)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    renderings.share_all()
    helpers.replace_starts()
    with measure_coverage():
        callbacks.measure()
        act(*arguments)


def run_command(*arguments: str) -> None:
    """Run the command line."""
    cli.app(arguments, prog_name="bri")


def start_forked(
    log: Path, act: Callable[..., object], *arguments: object, **environment: str
) -> ForkServerProcess:
    """Start a process that has imported the application already."""
    start_forking()
    process = FORKING.Process(
        target=run_forked, args=({**os.environ, **environment}, str(log), act, *arguments)
    )
    with skip_coverage():
        process.start()
    return process


@cache
def start_forking() -> None:
    """Start the process that forks helper processes, where they are forked."""
    if os.environ.get(helpers.NAME):
        with socket.socket(socket.AF_UNIX) as listener, skip_coverage():
            listener.bind(helpers.get_address())
            listener.listen()
            FORKING.Process(target=helpers.serve_forks, args=(listener,), name=helpers.NAME).start()


@contextmanager
def use_forked_helpers() -> Iterator[None]:
    """Fork the helper processes of this process, and those of its servers."""
    os.environ[helpers.NAME] = f"bri-helpers-{os.getpid()}"
    helpers.replace_starts(start_forking)
    yield
    for process in multiprocessing.active_children():
        if process.name == helpers.NAME:
            process.terminate()
            process.join()


@dataclass(frozen=True)
class Server:
    """A server that runs, with its first process and what it writes."""

    base: str
    port: int
    process: ForkServerProcess
    log: Path

    @property
    def pid(self) -> int:
        """The number of its first process."""
        assert self.process.pid is not None
        return self.process.pid


def count_descriptors(process: int) -> int:
    """Count the open files of a process."""
    return len(list(Path(f"/proc/{process}/fd").iterdir()))


def wait_until_ready(base: str, poll: Callable[[], int | None], seconds: float = 60) -> None:
    """Wait until a server responds; fail at once if its process has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert poll() is None, f"{base} has ended"
        try:
            if httpx2.get(f"{base}/health/ready").status_code == httpx2.codes.OK:
                return
        except httpx2.TransportError:
            time.sleep(0.02)
    raise AssertionError(f"{base} did not get ready")


@contextmanager
def start_server(
    target: Target,
    act: Callable[..., object] = run_command,
    /,
    *,
    log: Path | None = None,
    workers: int = 1,
    **environment: str,
) -> Iterator[Server]:
    """Serve a database on loopback; another function can replace the command."""
    port = find_free_port()
    base = f"http://127.0.0.1:{port}"
    command = ["serve", "--port", str(port), "--workers", str(workers)]
    with TemporaryDirectory(prefix="bri-test-") as folder:
        written = log or Path(folder) / "log"
        process = start_forked(written, act, *command, **build_environment(target), **environment)
        try:
            wait_until_ready(base, lambda: process.exitcode)
            yield Server(base, port, process, written)
        except AssertionError as error:
            error.add_note(written.read_text())
            raise
        finally:
            end(process)


def list_children(parent: int) -> list[int]:
    """List the processes that a process has started."""
    children: list[int] = []
    with suppress(OSError):
        for task in Path(f"/proc/{parent}/task").iterdir():
            # A thread may end meanwhile; the children of the others remain.
            with suppress(OSError):
                children += map(int, (task / "children").read_text().split())
    return children


def list_descendants(parent: int) -> list[int]:
    """List the processes below a process."""
    return [one for child in list_children(parent) for one in (child, *list_descendants(child))]


def list_workers(parent: int) -> list[int]:
    """List the processes that serve, without those that only look after others."""
    return [process for process in list_children(parent) if not is_tracker(process)]


def is_tracker(process: int) -> bool:
    """Return whether a process only removes what others leave behind, or has ended."""
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return True
    return not command or b"resource_tracker" in command


def end(process: ForkServerProcess) -> None:
    """End a process in an orderly way, or else by force."""
    if process.exitcode is None:
        process.terminate()
        process.join(LONGEST_END)
    if process.exitcode is None:
        process.kill()
        process.join()
        raise AssertionError("a process did not end after SIGTERM")
    process.close()


@contextmanager
def serve_database(
    target: Target, log: Path | None = None, *, workers: int = 1, **environment: str
) -> Iterator[str]:
    """Serve a database on loopback; yield the address."""
    with start_server(target, log=log, workers=workers, **environment) as server:
        yield server.base
