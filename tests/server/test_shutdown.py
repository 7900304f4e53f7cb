"""Signals under load: graceful shutdown, and replacement of killed workers."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import server as supervision
from app.server import Supervisor
from tests.server.test_hostile_clients import is_whole
from tests.support.load import wait_for
from tests.support.new_connections import fetch, load_with_new_connections
from tests.support.processes import Server, list_descendants, list_workers, start_server
from tests.support.targets import Target

pytestmark = pytest.mark.resources

LONGEST_END = 20.0


def test_shutdown_finishes_requests_in_progress(database: Target) -> None:
    with (
        start_server(database, BRI_SHUTDOWN_TIMEOUT="60") as server,
        load_with_new_connections(server.port) as (counts, stop),
    ):
        time.sleep(0.5)
        check_end(server, counts, stop)


def check_end(server: Server, counts: Counter[str], stop: Callable[[], None]) -> None:
    """Stop a busy server, and check that every response in progress was complete."""
    began = time.monotonic()
    os.kill(server.pid, signal.SIGTERM)
    server.process.join(LONGEST_END)
    assert server.process.exitcode in {0, -signal.SIGTERM}
    assert time.monotonic() - began < LONGEST_END
    wait_for(lambda: counts["refused"])
    stop()
    assert counts["200"] > 5
    assert counts["cut short"] == 0
    # What the kernel had accepted and nobody had taken yet is the only thing that can break.
    assert counts["unanswered"] + counts["broken"] <= 16


def test_a_client_that_reads_slowly_delays_the_end_for_a_limited_time(database: Target) -> None:
    with start_server(database, BRI_SHUTDOWN_TIMEOUT="1") as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.sendall(b"GET /v1/dataset.sqlite HTTP/1.1\r\nHost: a\r\n\r\n" * 10)
        assert client.recv(12) == b"HTTP/1.1 200"
        began = time.monotonic()
        os.kill(server.pid, signal.SIGTERM)
        server.process.join(LONGEST_END)
        assert server.process.exitcode is not None
        assert time.monotonic() - began > 0.9


@pytest.mark.sqlite
def test_the_last_response_says_that_the_connection_closes(database: Target) -> None:
    """A client that sent further requests learns that they have no response."""
    with start_server(database) as server, socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect(("127.0.0.1", server.port))
        client.settimeout(LONGEST_END)
        request = b"GET /v1/units HTTP/1.1\r\nHost: a\r\n\r\n"
        client.sendall(request.replace(b"units", b"dataset.sqlite") * 10 + request * 500)
        received = client.recv(12)
        os.kill(server.pid, signal.SIGTERM)
        wait_for(lambda: fetch(server.port, "/health/live") == "refused")
        while part := client.recv(65536):
            received += part
    responses = received.split(b"HTTP/1.1 200 OK\r\n")[1:]
    closing = [b"\r\nconnection: close\r\n" in response for response in responses]
    assert closing == [False] * (len(responses) - 1) + [True]
    assert is_whole(responses[-1])


def test_a_response_that_cannot_be_finished_is_a_problem(database: Target, tmp_path: Path) -> None:
    """A file that a stopped process writes: 503, and no traceback in the log."""
    log = tmp_path / "log"
    with (
        # Its helper process is its own child, not one that another process forks.
        start_server(database, log=log, BRI_SHUTDOWN_TIMEOUT="1", TESTS_HELPERS="") as server,
        ThreadPoolExecutor() as threads,
    ):
        # On a busy machine, the process that writes files takes long to start.
        wait_for(lambda: fetch(server.port, "/v1/outcomes.xlsx") == "200", 120)
        (helper,) = list_descendants(server.pid)
        os.kill(helper, signal.SIGSTOP)
        response = threads.submit(fetch, server.port, "/v1/actions.xlsx")
        time.sleep(0.3)
        os.kill(server.pid, signal.SIGTERM)
        assert response.result() == "503"
        server.process.join(LONGEST_END)
    assert "Traceback" not in log.read_text()


def test_a_body_that_stalls_delays_the_end_for_a_limited_time(database: Target) -> None:
    with (
        start_server(database, BRI_SHUTDOWN_TIMEOUT="1", BRI_MCP="true") as server,
        socket.create_connection(("127.0.0.1", server.port)) as client,
    ):
        client.sendall(b"POST /mcp HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        time.sleep(0.3)
        os.kill(server.pid, signal.SIGTERM)
        server.process.join(LONGEST_END / 2)
        assert server.process.exitcode is not None


def test_stopped_workers_delay_the_end_for_a_limited_time(database: Target) -> None:
    with start_server(database, workers=2, BRI_SHUTDOWN_TIMEOUT="1") as server:
        left = list_workers(server.pid)
        for worker in left:
            os.kill(worker, signal.SIGSTOP)
        time.sleep(1)  # The supervisor waits for their answers by now.
        os.kill(server.pid, signal.SIGTERM)
        server.process.join(LONGEST_END)
        assert server.process.exitcode is not None
    assert not any(Path(f"/proc/{one}").exists() for one in left)


def test_a_signal_may_come_at_any_moment() -> None:
    """Its handler waits for no lock that the interrupted code may hold."""
    program = """
from random import uniform
from signal import ITIMER_REAL, SIGALRM, setitimer, signal
from app.server import SignalEvent
for _ in range(500):
    event = SignalEvent()
    signal(SIGALRM, lambda *_: event.set())
    setitimer(ITIMER_REAL, uniform(1e-6, 6e-5))
    while not event.wait(0):
        pass
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


@pytest.mark.parametrize("request_sent", [signal.SIGHUP, signal.SIGTTOU])
def test_a_stopped_worker_does_not_hold_the_supervisor(
    database: Target, request_sent: signal.Signals
) -> None:
    with start_server(database, workers=2, BRI_SHUTDOWN_TIMEOUT="1") as server:
        os.kill(list_workers(server.pid)[-1], signal.SIGSTOP)
        os.kill(server.pid, request_sent)
        time.sleep(1)
        os.kill(server.pid, signal.SIGTERM)
        server.process.join(2 * LONGEST_END)
        assert server.process.exitcode is not None


@pytest.mark.parametrize(
    ("exit_code", "seconds"), [(1, [0, 1, 3, 7, 15, 31]), (-signal.SIGKILL, [*range(50)])]
)
def test_workers_that_end_soon_are_replaced_later_and_later(
    monkeypatch: pytest.MonkeyPatch, exit_code: int, seconds: list[int]
) -> None:
    """As those whose release is damaged; a worker that ends once is replaced at once.

    Workers that are killed until none is left are replaced every second.
    """
    starts: list[float] = []
    now = 0.0

    def create_worker(*_: object, **__: object) -> SimpleNamespace:
        starts.append(now)
        process = SimpleNamespace(is_alive=lambda: False)
        return SimpleNamespace(process=process, exitcode=exit_code, join=lambda: None)

    monkeypatch.setattr(supervision, "monotonic", lambda: now)
    monkeypatch.setattr(supervision, "Worker", create_worker)
    monkeypatch.setattr(Supervisor, "kill_stuck_workers", lambda _: None)
    supervisor: Any = Supervisor.__new__(Supervisor)
    supervisor.should_exit = threading.Event()
    supervisor.processes, supervisor.processes_num = [create_worker()], 1
    supervisor.is_forking = True
    supervisor.replaced_at, supervisor.delay = -supervision.RESTART_MEMORY, 0.0
    for half_seconds in range(100):
        now = half_seconds / 2
        supervisor.keep_subprocess_alive()
    assert starts[1:] == seconds


def test_a_killed_worker_is_replaced(database: Target) -> None:
    with start_server(database, workers=2, BRI_SHUTDOWN_TIMEOUT="60") as server:
        with load_with_new_connections(server.port, 4) as (counts, stop):
            time.sleep(0.3)
            first = list_workers(server.pid)
            assert len(first) == 2
            # Stopped first, so that it is killed while the supervisor waits for its answer.
            os.kill(first[0], signal.SIGSTOP)
            time.sleep(1)
            os.kill(first[0], signal.SIGKILL)
            wait_for(lambda: len(set(list_workers(server.pid)) - {first[0]}) == 2, LONGEST_END)
            before = counts["200"]
            time.sleep(0.5)
            stop()
            assert counts["200"] > before
            assert counts["unanswered"] + counts["broken"] + counts["cut short"] <= 8
        with load_with_new_connections(server.port) as (counts, stop):
            time.sleep(0.3)
            check_end(server, counts, stop)
