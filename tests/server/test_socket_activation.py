"""Sockets that systemd passes, and the units of the guide."""

import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import httpx2
import pytest

from app import server
from tests.support.processes import (
    LONGEST_END,
    PROGRAM,
    end,
    find_free_port,
    run_command,
    start_forked,
    start_server,
    wait_until_ready,
)
from tests.support.seeds import ROOT

ACTIVATE = shutil.which("systemd-socket-activate")
ANALYZE = shutil.which("systemd-analyze")
FIRST_DESCRIPTOR = 50
"""The first of the descriptors that the processes of these tests do not use."""
TOPICS = "/v1/topics"
DENY = """import ctypes, os, sys
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
assert ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Denies executable memory to this process and all that it starts (Linux 6.3), then runs Python."""
ONE_OF_EACH = (
    "/indicators/goods-trade",
    "/v1/indicators/goods-trade/chart.png",
    "/v1/observations.xlsx",
    "/v1/observations.parquet",
    "/sdmx/data/INDICATORS",
)

pytestmark = pytest.mark.sqlite


def serve_passed(sockets: Sequence[socket.socket], *options: str) -> None:
    """Serve on sockets that are passed as systemd does, but after the descriptors in use here.

    From which descriptor systemd passes them is tested with its own program.
    """
    for number, one in enumerate(sockets, FIRST_DESCRIPTOR):
        os.dup2(one.fileno(), number)
    server.FIRST_PASSED_SOCKET = FIRST_DESCRIPTOR
    passed = {"PID": os.getpid(), "FDS": len(sockets), "FDNAMES": "bri"}
    os.environ.update({f"LISTEN_{name}": str(value) for name, value in passed.items()})
    run_command("serve", *options)


@contextmanager
def serve_on_sockets(
    database: Path, log: Path, *sockets: socket.socket, options: Sequence[str] = (), **more: str
) -> Iterator[ForkServerProcess]:
    """Serve on sockets that somebody else listens on."""
    environment = {"BRI_DATABASE": str(database), **more}
    process = start_forked(log, serve_passed, sockets, *options, **environment)
    try:
        yield process
    finally:
        end(process)


def create_listener(host: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, 0), family=family)


@pytest.mark.parametrize(("options", "starts"), [((), 2), (("--workers", "2"), 1)])
def test_connections_wait_for_a_service_that_starts(
    database: Path, tmp_path: Path, options: Sequence[str], starts: int
) -> None:
    with create_listener() as listener:
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        for start in range(starts):
            # Nothing serves yet; the kernel holds the connection until something does.
            with socket.create_connection(listener.getsockname(), 60) as early:
                early.sendall(f"GET {TOPICS} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
                log = tmp_path / f"log-{start}"
                with serve_on_sockets(database, log, listener, options=options) as process:
                    assert early.recv(4096).startswith(b"HTTP/1.1 200 OK\r\n")
                    wait_until_ready(base, lambda: process.exitcode)
                    assert log.read_text().partition("\n")[0] == f"Page      {base}/"


def test_clients_of_a_passed_socket_have_addresses(database: Path, tmp_path: Path) -> None:
    with (
        create_listener() as first,
        create_listener("::1") as second,
        serve_on_sockets(
            database, tmp_path / "log", first, second, BRI_RATE_LIMIT="2/hour"
        ) as process,
    ):
        bases = [
            f"http://127.0.0.1:{first.getsockname()[1]}",
            f"http://[::1]:{second.getsockname()[1]}",
        ]
        wait_until_ready(bases[0], lambda: process.exitcode)
        for base in bases:
            statuses = [httpx2.get(f"{base}{TOPICS}").status_code for _ in range(3)]
            assert statuses == [200, 200, 429]


def send_from(address: str, base: str, **headers: str) -> int:
    """Send a request from an address of this machine, and return the status."""
    transport = httpx2.HTTPTransport(local_address=address)
    with httpx2.Client(transport=transport, base_url=base, headers=headers) as client:
        return client.get(TOPICS).status_code


def test_clients_of_a_socket_of_both_versions_have_addresses(
    database: Path, tmp_path: Path
) -> None:
    """As ``ListenStream=8000`` creates it: each IPv4 client is shown as an IPv6 address."""
    with (
        socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener,
        serve_on_sockets(database, tmp_path / "log", listener, BRI_RATE_LIMIT="1/hour") as process,
    ):
        base = f"http://127.0.0.1:{listener.getsockname()[1]}"
        wait_until_ready(base, lambda: process.exitcode)
        clients = ["127.0.0.2", "127.0.0.3", "127.0.0.2"]
        assert [send_from(client, base) for client in clients] == [200, 200, 429]
        for forwarded in ("192.0.2.1", "192.0.2.2"):
            headers = {"X-Forwarded-For": forwarded}
            assert send_from("127.0.0.1", base, **headers) == 200


def test_a_socket_that_cannot_be_served_is_refused(database: Path, tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as unix, create_listener() as listener:
        unix.bind(str(tmp_path / "socket"))
        unix.listen()
        with socket.create_connection(listener.getsockname()) as connected:
            for one in (unix, connected):
                log = tmp_path / "log"
                with serve_on_sockets(database, log, one) as process:
                    process.join(LONGEST_END)
                    assert process.exitcode == 1
                assert "does not listen on a TCP port; write ListenStream=" in log.read_text()


def test_sockets_for_another_process_are_ignored(database: Path) -> None:
    with start_server(database, LISTEN_PID="1", LISTEN_FDS="1") as running:
        assert httpx2.get(f"{running.base}{TOPICS}").status_code == 200


def test_systemd_starts_the_service_with_the_first_request(database: Path) -> None:
    if ACTIVATE is None and not os.environ.get("CI"):
        pytest.skip("no systemd-socket-activate on this machine")
    port = find_free_port()
    command = [str(ACTIVATE), "-l", f"127.0.0.1:{port}", "-E", f"BRI_DATABASE={database}"]
    command += ["-E", f"PYTHONPATH={ROOT}", *shlex.split(f"{PROGRAM} serve")]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process.poll)
            assert httpx2.get(f"http://127.0.0.1:{port}{TOPICS}").status_code == 200
        finally:
            process.terminate()
            process.wait(20)


def test_every_kind_of_response_works_without_executable_memory(database: Path) -> None:
    """As `MemoryDenyWriteExecute=yes` in the unit denies it, in the helper processes too."""
    port = find_free_port()
    command = [sys.executable, "-c", DENY, "-m", "app", "serve", "--port", str(port)]
    environment = {**os.environ, "BRI_DATABASE": str(database)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until_ready(f"http://127.0.0.1:{port}", process.poll)
            for path in ONE_OF_EACH:
                assert httpx2.get(f"http://127.0.0.1:{port}{path}", timeout=60).status_code == 200
        finally:
            process.terminate()
            process.wait(20)


@pytest.fixture
def units(tmp_path: Path) -> list[Path]:
    """Write the units of the guide, with a program that exists here."""
    if ANALYZE is None and not os.environ.get("CI"):
        pytest.skip("no systemd-analyze on this machine")
    page = (ROOT / "app" / "guide" / "en" / "deployment.md").read_text("utf-8")
    written = []
    for name, text in zip(
        ("bri.socket", "bri.service"), re.findall(r"```ini\n(.*?)```", page, re.DOTALL), strict=True
    ):
        (tmp_path / name).write_text(text.replace("/opt/bri/.venv/bin/bri", "/bin/true"))
        written.append(tmp_path / name)
    return written


def test_the_units_are_valid_and_confined(units: list[Path]) -> None:
    verified = subprocess.run(
        [str(ANALYZE), "verify", "--man=no", *units], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    # 0 is confined, 100 exposed.
    confined = subprocess.run(
        [str(ANALYZE), "security", "--offline=yes", "--threshold=5", "--no-pager", units[1]],
        capture_output=True,
        text=True,
        check=False,
    )
    assert confined.returncode == 0, confined.stdout


def test_the_commands_of_the_units_exist(units: list[Path]) -> None:
    page = (ROOT / "app" / "guide" / "en" / "deployment.md").read_text("utf-8")
    commands = re.findall(r"^Exec\w+=/opt/bri/\.venv/bin/bri (.*)$", page, re.MULTILINE)
    assert commands == ["build", "serve --workers 2"]
    assert units
