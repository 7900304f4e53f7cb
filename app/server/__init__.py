"""The server: uvicorn's protocol with timeouts, size limits and a fast path from the cache."""

import logging
import os
import sys
from asyncio import Protocol
from collections.abc import Sequence
from select import select
from signal import SIG_IGN, SIGHUP, SIGINT, SIGTERM, signal
from socket import AF_INET, AF_INET6, SO_ACCEPTCONN, SOCK_STREAM, SOL_SOCKET, socket
from threading import Event
from time import monotonic
from weakref import finalize

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import Process

from app.server.timeouts import MAX_HEAD, TimeoutProtocol

log = logging.getLogger("uvicorn.error")

FIRST_PASSED_SOCKET = 3
"""The descriptor of the first socket that systemd passes: sd_listen_fds(3)."""

HEALTH_TIMEOUT = 30
"""The seconds in which a worker has to answer before it is replaced."""
ANSWER_TIMEOUT = 0.5
"""The seconds for which the supervisor waits for an answer before it handles signals."""
RESTART_MEMORY = 120.0
"""The seconds for which a worker that has ended delays the replacement of another."""
MAX_DELAY = 60.0
KILL_DELAY = 5
"""The seconds after its requests in which a worker may end its helper processes and itself."""
HSTS = ("strict-transport-security", "max-age=31536000")
"""Tells browsers to use HTTPS only for the next year."""

REJECTION_MESSAGES = (
    "Invalid HTTP request",
    "Unsupported upgrade request",
    "No supported WebSocket library",
)
"""How the messages begin that uvicorn logs for each request that it refuses."""

FAST_PATH_WARNING = (
    "uvicorn's HTTP protocol is not as the fast path expects it: cached responses are sent more "
    "slowly; timeouts and size limits still hold"
)


class SlowPathProtocol(H11Protocol):
    """uvicorn's protocol without httptools, used where there is no fast path."""

    def send_400_response(self, msg: str) -> None:
        """Refuse a request, but not after a valid one, which first gets its response."""
        cycle: RequestResponseCycle | None = self.cycle
        is_idle = cycle is None or cycle.response_complete
        if is_idle or (self.cycle.more_body and not self.cycle.response_started):
            if not is_idle:
                self.cycle.disconnected = True  # Its task must not send another response.
                self.cycle.message_event.set()
            super().send_400_response(msg)
        else:
            self.app_state["connection"].ignore_input()


def select_protocol_class() -> type[Protocol]:
    try:
        from app.server import protocol  # noqa: PLC0415 - uvicorn can do without its httptools
    except ImportError:
        return SlowPathProtocol
    is_compatible = protocol.is_uvicorn_compatible()
    return protocol.CachedResponseProtocol if is_compatible else SlowPathProtocol


class ServerProtocol(TimeoutProtocol):
    """The protocol that ``bri serve`` passes to uvicorn."""

    protocol_class = select_protocol_class()


class SignalEvent(Event):
    """An event that a handler of signals may set.

    The lock of a ``threading.Event`` may be held by what the handler interrupts, which then waits
    for itself.
    """

    def __init__(self) -> None:
        self.was_set = False
        self.reader, self.writer = os.pipe()
        finalize(self, close_descriptors, self.reader, self.writer)

    def is_set(self) -> bool:
        return self.was_set

    def set(self) -> None:
        self.was_set = True
        os.write(self.writer, b"\0")

    def wait(self, timeout: float | None = None) -> bool:
        select([self.reader], [], [], timeout)
        return self.was_set


def close_descriptors(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class Supervisor(Multiprocess):
    """Workers, each replaced when it has ended or no longer answers."""

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self.should_exit = SignalEvent()
        # At once: uvicorn handles a signal only after all that came before.
        for number in (SIGINT, SIGTERM):
            signal(number, lambda *_: self.should_exit.set())
        self.replaced_at = -RESTART_MEMORY
        """When a worker that had ended was last replaced."""
        self.delay = 0.0
        """The seconds after that before another one is."""

    def join_all(self) -> None:
        self.join_workers(self.processes)

    def join_workers(self, workers: Sequence[Process]) -> None:
        """Wait for workers to end; kill those that do not, as one that is stopped cannot."""
        shutdown = self.config.timeout_graceful_shutdown or 0
        deadline = monotonic() + shutdown + KILL_DELAY
        for worker in workers:
            worker.process.join(max(deadline - monotonic(), 0))
            if worker.process.is_alive():
                worker.process.kill()
            worker.process.join()

    def handle_ttou(self) -> None:
        """End one worker, but not the last."""
        if len(self.processes) > 1:
            self.processes_num -= 1
            worker = self.processes.pop()
            worker.terminate()
            self.join_workers([worker])

    def restart_all(self) -> None:
        """Replace each worker when its successor is ready."""
        for index, worker in enumerate(self.processes):
            successor = Process(self.config, self.sockets)
            successor.start()
            timeout = self.config.timeout_worker_healthcheck
            if not successor.wait_until_ready(timeout, self.should_exit):
                successor.terminate()
                self.join_workers([successor])
                if not self.should_exit.is_set():
                    log.error("a new worker was not ready in time; the present workers remain")
                return
            self.processes[index] = successor
            worker.terminate()
            self.join_workers([worker])

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have ended: one at once, others that soon follow later."""
        self.kill_stuck_workers()
        ended = [worker for worker in self.processes if not worker.process.is_alive()]
        if not ended or self.should_exit.is_set():
            return
        if any(worker.exitcode == STARTUP_FAILURE for worker in ended):
            log.error("a worker cannot serve; it would fail in the same way again")
            self.should_exit.set()
            return
        since = monotonic() - self.replaced_at
        if since < self.delay:
            return
        self.delay = min(2 * self.delay, MAX_DELAY) if since < RESTART_MEMORY else 1
        self.replaced_at += since
        for worker in ended:
            log.error("a worker has ended unexpectedly; another one starts")
            worker.join()
            successor = Process(self.config, self.sockets)
            successor.start()
            self.processes[self.processes.index(worker)] = successor

    def kill_stuck_workers(self) -> None:
        """Kill the workers that have long not answered, since uvicorn waits for them forever."""
        for worker in self.processes:
            # Only the worker uses its end of the pipe. While it is open here too, the end of a
            # worker goes unnoticed until the answer to a question that it was asked is overdue.
            worker.child_conn.close()
        deadline = monotonic() + self.config.timeout_worker_healthcheck
        silent = [worker for worker in self.processes if is_silent(worker)]
        while silent and not self.should_exit.is_set():
            if monotonic() > deadline:
                log.error("workers that do not answer are killed: %s", len(silent))
                for worker in silent:
                    worker.process.kill()
                    worker.process.join()
            silent = [worker for worker in silent if is_silent(worker)]
            # A worker that is ending answers at once that it cannot.
            self.should_exit.wait(0.05)


def is_silent(worker: Process) -> bool:
    """Return whether a worker that runs does not answer."""
    return worker.process.is_alive() and not worker.ping(ANSWER_TIMEOUT)


def is_loggable(record: logging.LogRecord) -> bool:
    """Return whether uvicorn may log a message; RejectionLog logs the rejections."""
    return not record.getMessage().startswith(REJECTION_MESSAGES)


def has_fast_path() -> bool:
    return ServerProtocol.protocol_class is not SlowPathProtocol


log.addFilter(is_loggable)


def take_passed_sockets() -> list[socket]:
    """Return the sockets on which systemd listens for this process."""
    passed = {name: os.environ.pop(f"LISTEN_{name}", "0") for name in ("PID", "FDS", "FDNAMES")}
    count = passed["FDS"] if passed["PID"] == str(os.getpid()) else "0"
    if not count.isdecimal():
        raise OSError(f"LISTEN_FDS is not a number: {count}")
    sockets = [socket(fileno=FIRST_PASSED_SOCKET + number) for number in range(int(count))]
    for one in sockets:
        is_tcp = one.family in {AF_INET, AF_INET6} and one.type == SOCK_STREAM
        if not is_tcp or not one.getsockopt(SOL_SOCKET, SO_ACCEPTCONN):
            raise OSError(
                "the socket that systemd passes does not listen on a TCP port; write"
                " ListenStream=127.0.0.1:8000, without Accept=yes"
            )
        one.set_inheritable(False)
    return sockets


def run(  # noqa: PLR0913 (Each is an option of the command line or a setting.)
    host: str,
    port: int,
    sockets: Sequence[socket],
    *,
    workers: int,
    root_path: str,
    is_secure: bool,
    shutdown_timeout: int,
) -> None:
    """Serve until a signal, on the sockets, or else on host and port."""
    config = Config(
        "app.application:create_from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        root_path=root_path,
        headers=[HSTS] if is_secure else [],
        http=ServerProtocol,
        ws="none",
        timeout_worker_healthcheck=HEALTH_TIMEOUT,
        timeout_graceful_shutdown=shutdown_timeout,
        h11_max_incomplete_event_size=MAX_HEAD,
        server_header=False,
        log_level="warning",
        access_log=False,
    )
    # uvicorn.run takes a descriptor as that of a Unix socket, so that no client has an address.
    server = Server(config)
    try:
        if workers > 1:
            Supervisor(config, list(sockets) or [config.bind_socket()]).run()
        else:
            # It replaces workers where there are several, and would otherwise end the service.
            signal(SIGHUP, SIG_IGN)
            config.load_app()
            # asyncio would leave IPv4 out of all addresses of IPv6, unlike with several workers.
            bound = [config.bind_socket()] if ":" in host and not sockets else sockets
            server.run(list(bound) or None)
    except KeyboardInterrupt:
        # uvicorn has shut down, and raises the signal again.
        return
    if workers == 1 and not server.started:
        sys.exit(STARTUP_FAILURE)
