"""Helper processes forked from one that has imported what they need.

A process that writes files or SDMX messages imports for 0.6 seconds of CPU, and most servers of the
tests start both. One process for each worker of the tests forks them instead; servers find its
socket in their environment. The processes of test_processes and the one that draws are started from
nothing, as in the service.
"""

import gc
import os
import select
import signal
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from multiprocessing import parent_process
from multiprocessing.connection import Client, Connection, Pipe
from multiprocessing.reduction import recv_handle, send_handle
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TYPE_CHECKING, Any

from app import processes
from app.application import OPENAPI_PROCESS
from app.db.processes import FILE_PROCESS, SDMX_PROCESS
from app.processes import HelperProcess
from tests.support.measuring import measure_coverage

if TYPE_CHECKING:
    JobConnection = Connection[Any, Any]

LIBRARIES = ("arro3.core", "arro3.io", "xlsxwriter")
"""What only these processes import."""
NAME = "TESTS_HELPERS"
"""The variable that names the socket; without it, processes are started from nothing."""


class ForkedProcess:
    """A process that another one has forked, as `subprocess` presents its own."""

    def __init__(self, pid: int, descriptor: int) -> None:
        self.pid, self.descriptor = pid, descriptor

    def __del__(self) -> None:
        """Close what only then no other thread can use."""
        os.close(self.descriptor)

    def kill(self) -> None:
        """End the process by force."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def wait(self, timeout: float | None = None) -> None:
        """Wait until the process has ended."""
        if not select.select([self.descriptor], [], [], timeout)[0]:
            raise TimeoutExpired("helper process", timeout or 0)


def replace_starts(prepare: Callable[[], object] = bool) -> None:
    """Fork the helper processes that import much, from now on and in this process.

    Args:
        prepare: What to call before, where the process that forks may not have been started.
    """
    if os.environ.get(NAME):
        for process in (FILE_PROCESS, SDMX_PROCESS, OPENAPI_PROCESS):
            replace_start(process, prepare)


def replace_start(process: HelperProcess, prepare: Callable[[], object]) -> None:
    """Have a helper process forked whenever it is needed and there is none."""
    execute = process.execute

    def execute_forked(*arguments: Any) -> Any:
        if process.process is None:
            prepare()
            process.process, process.connection = request_fork()  # type: ignore[assignment]
        return execute(*arguments)

    process.execute = execute_forked  # type: ignore[method-assign, assignment]


def get_address() -> str:
    """Return the address of the socket, which has no file."""
    return f"\0{os.environ[NAME]}"


def request_fork() -> "tuple[ForkedProcess, JobConnection]":
    """Have a process forked, and return it with the connection to it."""
    ours, theirs = Pipe()
    with theirs, Client(get_address()) as request:
        request.send((dict(os.environ), str(Path.cwd())))
        for descriptor in (theirs.fileno(), processes.STANDARD_ERROR):
            send_handle(request, descriptor, 0)
        return ForkedProcess(request.recv(), recv_handle(request)), ours


def serve_forks(listener: socket.socket) -> None:
    """Fork a process for each connection, until the worker of the tests has ended."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for library in LIBRARIES:
        import_module(library)
    gc.freeze()  # No child copies memory only to visit what all of them share.
    parent = parent_process()
    assert parent is not None
    watched: list[socket.socket | int] = [listener, parent.sentinel]
    while parent.sentinel not in select.select(watched, [], [])[0]:
        with Connection(listener.accept()[0].detach()) as request:
            handle_request(request)


def handle_request(request: "Connection[Any, Any]") -> None:
    """Fork a process with the environment, the connection and the log of the one that asks."""
    environment, folder = request.recv()
    connection, log = recv_handle(request), recv_handle(request)
    pid = os.fork()
    if not pid:
        try:
            run_helper(environment, folder, connection, log)
        finally:
            os._exit(0)
    # Until then nobody else can wait for it, so that its number is still its own.
    process = os.pidfd_open(pid)
    request.send(pid)
    send_handle(request, process, 0)
    for descriptor in (connection, log, process):
        os.close(descriptor)
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def run_helper(environment: dict[str, str], folder: str, connection: int, log: int) -> None:
    """Run what the command of a helper process runs."""
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    tempfile.tempdir = None
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for stream in (1, 2):
        os.dup2(log, stream)
    sys.argv = ["-c", str(connection)]
    with measure_coverage():
        processes.main()
