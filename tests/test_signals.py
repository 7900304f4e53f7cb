"""Signals under load: an orderly end answers what is asked, and a killed worker is replaced."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

import pytest

from tests.conftest import Target, environment_of, free_port, wait_until_ready
from tests.endurance.swap import processes

LONGEST_END = 10.0
PATHS = ("/v1/overview", "/v1/observations?limit={}", "/v1/observations.csv?until=2{:03}-12-31")


@contextmanager
def started(database: Target, workers: int) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Serve, and leave it to the test to end that."""
    port = free_port()
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(port)]
    with (
        TemporaryFile("w+") as written,
        subprocess.Popen(
            [*command, "--workers", str(workers)],
            stdout=written,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, **environment_of(database)},
        ) as process,
    ):
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process)
            yield port, process
        finally:
            if process.poll() is None:
                process.kill()


def ask(port: int, path: str) -> str:
    """Ask once on a connection of its own, and tell how that ended."""
    try:
        connection = socket.create_connection(("127.0.0.1", port), timeout=20)
    except OSError:
        return "refused"
    with connection:
        line = f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        try:
            connection.sendall(line.encode())
            told = b"".join(iter(lambda: connection.recv(65536), b""))
        except OSError:
            return "broken"
    head, _, body = told.partition(b"\r\n\r\n")
    if not head:
        return "unanswered"
    length = [one for one in head.lower().split(b"\r\n") if one.startswith(b"content-length: ")]
    is_whole = not length or int(length[0].partition(b": ")[2]) == len(body)
    return head.split()[1].decode() if is_whole else "cut short"


@contextmanager
def load(port: int, clients: int = 8) -> Iterator[tuple[Counter[str], Callable[[], None]]]:
    """Ask without pause until told to stop; count how requests ended."""
    ended = threading.Event()
    counts: Counter[str] = Counter()

    def work(number: int) -> None:
        asked = 0
        while not ended.is_set():
            asked += 1
            path = PATHS[asked % len(PATHS)].format(1 + (asked * 8 + number) % 999)
            counts[ask(port, path)] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()

    def stop() -> None:
        ended.set()
        for thread in threads:
            thread.join()

    try:
        yield counts, stop
    finally:
        stop()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_orderly_end_answers_what_is_asked(database: Target, workers: int) -> None:
    with (
        started(database, workers) as (port, process),
        load(port) as (counts, stop),
    ):
        time.sleep(1)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=LONGEST_END) in {0, -signal.SIGTERM}
        assert time.monotonic() - began < LONGEST_END
        stop()
        assert counts["200"] > 5
        assert counts["refused"] > 0
        assert counts["cut short"] == 0
        # What the kernel had accepted and nobody had taken yet is the only thing that can break.
        assert counts["unanswered"] + counts["broken"] <= 8 * workers


def test_a_killed_worker_is_replaced(database: Target) -> None:
    with started(database, 2) as (port, process), load(port, 4) as (counts, stop):
        time.sleep(0.5)
        parent, *children = list(processes(port))
        assert parent == process.pid
        workers = [one for one in children if is_worker(one)]
        assert len(workers) == 2
        os.kill(workers[0], signal.SIGKILL)
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            alive = [one for one in list(processes(port))[1:] if is_worker(one)]
            if len(alive) == 2 and workers[0] not in alive:
                break
            time.sleep(0.2)
        else:
            pytest.fail("no worker took its place")
        before = counts["200"]
        time.sleep(1)
        stop()
        assert counts["200"] > before
        assert counts["unanswered"] + counts["broken"] + counts["cut short"] <= 8


def is_worker(process: int) -> bool:
    """Tell whether a process serves, and does not only look after others."""
    try:
        with open(f"/proc/{process}/cmdline", "rb") as file:  # noqa: PTH123
            return b"spawn_main" in file.read()
    except OSError:
        return False
