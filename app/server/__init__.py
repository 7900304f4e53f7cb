"""The server: uvicorn's protocol with timeouts, size limits and a fast path from the cache."""

import gc
import logging
import os
import signal
import sys
from asyncio import Protocol
from collections.abc import Sequence
from multiprocessing import Pipe, get_context
from socket import AF_INET, AF_INET6, SO_ACCEPTCONN, SOCK_STREAM, SOL_SOCKET, socket
from threading import Event, Thread
from time import monotonic, sleep
from typing import Any

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess
from uvicorn.supervisors.multiprocess import SIGNALS, Process

from app.server.timeouts import MAX_HEAD, TimeoutProtocol

log = logging.getLogger("uvicorn.error")

PROXY_KEEP_ALIVE = 620
"""The seconds that a connection of a trusted proxy may be idle. A request that the proxy sends just
when the connection is closed would fail, and load balancers keep theirs for up to ten minutes."""
FIRST_PASSED_SOCKET = 3
"""The descriptor of the first socket that systemd passes: sd_listen_fds(3)."""

HEALTH_TIMEOUT = 30
"""The seconds in which a worker has to answer before it is replaced."""
ANSWER_TIMEOUT = 0.5
"""The seconds for which the supervisor waits for an answer before it handles signals."""
RESTART_MEMORY = 120.0
"""The seconds for which a worker that has ended delays the replacement of another."""
MAX_DELAY = 60.0
MAX_OUTAGE = 1.0
"""The seconds after which a worker is replaced if all of them have been killed."""
KILL_DELAY = 5
"""The seconds after its requests in which a worker may end its helper processes and itself."""
SHUTDOWN_TIMEOUT = 10
"""The seconds in which a worker without a supervisor has to finish its responses."""
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
        self.reader, self.writer = Pipe(duplex=False)

    def is_set(self) -> bool:
        return self.was_set

    def set(self) -> None:
        self.was_set = True
        self.writer.send_bytes(b"")

    def wait(self, timeout: float | None = None) -> bool:
        self.reader.poll(timeout)
        return self.was_set


class Worker(Process):
    """A process that serves from its creation on.

    A forked one shares the memory of its supervisor; others import the program on disk.
    """

    def __init__(self, supervisor: "Supervisor", *, is_forked: bool) -> None:
        super().__init__(supervisor.config, supervisor.sockets)
        self.exit_reader = supervisor.exit_reader
        if is_forked:
            fork: Any = get_context("fork")
            self.process = fork.Process(target=self.run_forked, args=(supervisor,))
        # A signal for the new process would otherwise run the handlers of this one there.
        signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
        try:
            self.start()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        # Only the worker uses its end of the pipe. While it is open here too, the end of a worker
        # goes unnoticed until the answer to a question that it was asked is overdue.
        self.child_conn.close()

    def run_forked(self, supervisor: "Supervisor") -> None:
        """Serve, without what only the supervisor uses."""
        for number in SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        for connection in (
            supervisor.exit_writer,
            *(one.parent_conn for one in supervisor.processes),
        ):
            connection.close()
        self.target(supervisor.sockets)

    def target(self, sockets: list[socket] | None = None) -> None:
        # A terminal that hangs up signals all processes; the supervisor then replaces this one.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        Thread(target=self.end_with_supervisor, daemon=True).start()
        super().target(sockets)

    def end_with_supervisor(self) -> None:
        """End this process when its supervisor ends, even if that one is killed.

        A supervisor that is killed cannot stop its workers, which would continue to listen, but the
        kernel closes its end of the pipe in any case.
        """
        self.exit_reader.poll(None)
        os.kill(os.getpid(), signal.SIGTERM)
        sleep(SHUTDOWN_TIMEOUT)
        os._exit(1)  # A client that does not read its response must not keep the process alive.


class Supervisor(Multiprocess):
    """Workers, each replaced when it has ended or no longer answers."""

    def __init__(self, config: Config, sockets: list[socket]) -> None:
        super().__init__(config, sockets)
        self.exit_reader, self.exit_writer = Pipe(duplex=False)
        """A pipe on which workers read that this process has ended, which closes its other end."""
        self.is_forking = True
        """Whether workers share this program; after SIGHUP they run the one on disk instead."""
        self.should_exit = SignalEvent()
        # At once: uvicorn handles a signal only after all that came before.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.should_exit.set())
        self.replaced_at = -RESTART_MEMORY
        """When a worker that had ended was last replaced."""
        self.delay = 0.0
        """The seconds after that before another one is."""

    def init_processes(self) -> None:
        """Start the workers that are missing, or else those that the system allows."""
        while len(self.processes) < self.processes_num:
            worker = self.start_worker(is_forked=self.is_forking)
            if worker is None:
                return
            self.processes.append(worker)

    def start_worker(self, *, is_forked: bool) -> Worker | None:
        """Start a worker, or log why the system allows no further process or file.

        An exception would end the loop of this process, which would wait for its workers forever.
        """
        try:
            return Worker(self, is_forked=is_forked)
        except OSError as error:
            log.error("a worker cannot start: %s", error)  # noqa: TRY400 - no traceback
            return None

    def handle_ttin(self) -> None:
        self.processes_num += 1
        self.init_processes()

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
        if self.processes_num > 1:
            self.processes_num -= 1
            surplus = self.processes[self.processes_num :]
            del self.processes[self.processes_num :]
            for worker in surplus:
                worker.terminate()
            self.join_workers(surplus)

    def restart_all(self) -> None:
        """Replace each worker when its successor, with the program on disk, is ready."""
        for index, worker in enumerate(self.processes):
            successor = self.start_worker(is_forked=False)
            if successor is None:
                return
            timeout = self.config.timeout_worker_healthcheck
            if not successor.wait_until_ready(timeout, self.should_exit):
                successor.terminate()
                self.join_workers([successor])
                if not self.should_exit.is_set():
                    log.error("a new worker was not ready in time; the present workers remain")
                return
            self.is_forking = False
            self.processes[index] = successor
            worker.terminate()
            self.join_workers([worker])

    def keep_subprocess_alive(self) -> None:
        """Replace the workers that have ended: one at once, others that soon follow later."""
        self.kill_stuck_workers()
        ended = [worker for worker in self.processes if not worker.process.is_alive()]
        is_complete = not ended and len(self.processes) >= self.processes_num
        if is_complete or self.should_exit.is_set():
            return
        if any(worker.exitcode == STARTUP_FAILURE for worker in ended):
            log.error("a worker cannot serve; it would fail in the same way again")
            self.should_exit.set()
            return
        since = monotonic() - self.replaced_at
        # What kills all of them, as a system that is short of memory does, is no fault of theirs.
        killed = [worker for worker in ended if worker.exitcode and worker.exitcode < 0]
        is_outage = killed and len(killed) == len(self.processes)
        if since < (min(self.delay, MAX_OUTAGE) if is_outage else self.delay):
            return
        self.delay = min(2 * self.delay, MAX_DELAY) if since < RESTART_MEMORY else 1
        self.replaced_at += since
        for worker in ended:
            log.error("a worker has ended unexpectedly; another one starts")
            worker.join()
            self.processes.remove(worker)
        self.init_processes()

    def kill_stuck_workers(self) -> None:
        """Kill the workers that have long not answered, since uvicorn waits for them forever."""
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


def run(sockets: Sequence[socket], *, is_secure: bool, **options: Any) -> None:
    """Serve until a signal, on the sockets, or else where the options of uvicorn say."""
    config = Config(
        "app.application:create_from_environment",
        factory=True,
        headers=[HSTS] if is_secure else [],
        http=ServerProtocol,
        ws="none",
        timeout_worker_healthcheck=HEALTH_TIMEOUT,
        timeout_keep_alive=PROXY_KEEP_ALIVE,
        h11_max_incomplete_event_size=MAX_HEAD,
        server_header=False,
        log_level="warning",
        access_log=False,
        use_colors=sys.stderr is not None and sys.stderr.isatty(),
        **options,
    )
    # uvicorn.run takes a descriptor as that of a Unix socket, so that no client has an address.
    server = Server(config)
    try:
        # It replaces workers where there are several, and would otherwise end the service.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        config.load_app()
        if config.workers > 1:
            # The garbage collector of a worker would otherwise copy the memory that it visits.
            gc.freeze()
            gc.enable()
            supervisor = Supervisor(config, list(sockets) or [config.bind_socket()])
            supervisor.run()
            has_failed = any(one.exitcode == STARTUP_FAILURE for one in supervisor.processes)
        else:
            # asyncio would leave IPv4 out of all addresses of IPv6, unlike with several workers.
            bound = [config.bind_socket()] if ":" in config.host and not sockets else sockets
            server.run(list(bound) or None)
            has_failed = not server.started
    except KeyboardInterrupt:
        # uvicorn has shut down, and raises the signal again.
        return
    if has_failed:
        sys.exit(STARTUP_FAILURE)
