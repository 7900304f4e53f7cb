"""The open connections of a process, their deadlines, and the log of what it refuses."""

import json
import logging
import sys
from asyncio import AbstractEventLoop, BaseTransport, TimerHandle
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from fcntl import ioctl
from resource import RLIM_INFINITY, RLIMIT_NOFILE, getrlimit
from termios import TIOCOUTQ
from time import monotonic
from typing import Protocol

from app.problems.messages import TOO_MANY_CONNECTIONS
from app.problems.problem import NotReady

log = logging.getLogger("uvicorn.error")

RESERVED_FILES = 64
"""The file descriptors that a process needs besides those of connections."""
MIN_CONNECTIONS = 8
LOG_INTERVAL = 60.0
"""The seconds between two lines in the log about the same kind of rejection."""


class Connection(Protocol):
    client: str
    """The network address of the client; empty if it is a proxy."""
    peer: str
    """The address at the other end, which may be a proxy."""

    def abort(self) -> None:
        """Close the connection at once."""


@dataclass
class ConnectionTimer:
    """Calls a function at a time that may change often, with as few timers as possible."""

    loop: AbstractEventLoop
    act: Callable[[], None] | None
    """None once the timer is closed."""
    expires_at: float | None = None
    timer: TimerHandle | None = None

    def set(self, seconds: float) -> None:
        if self.act is None:
            return
        self.expires_at = self.loop.time() + seconds
        if self.timer is not None and self.timer.when() > self.expires_at:
            self.timer.cancel()
            self.timer = None
        if self.timer is None:
            self.timer = self.loop.call_at(self.expires_at, self.check)

    def check(self) -> None:
        self.timer = None
        if self.act is None or self.expires_at is None:
            return
        if self.loop.time() < self.expires_at:
            self.timer = self.loop.call_at(self.expires_at, self.check)
        else:
            self.expires_at = None
            self.act()

    def cancel(self) -> None:
        self.expires_at = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def close(self) -> None:
        """Cancel it for good, and no longer refer to the function."""
        self.cancel()
        self.act = None


def escape_field(text: object) -> str:
    """Escape what would end a field or a line, so that a client cannot write other fields."""
    return json.dumps(text, ensure_ascii=True)[1:-1].replace(" ", "\\u0020")


class RejectionLog:
    """Counts what is refused, and logs each kind at most once a minute.

    Args:
        count: adds one to the metric of a kind.
    """

    def __init__(self, count: Callable[[str], None] | None = None) -> None:
        self.count = count
        self.unlogged: Counter[str] = Counter()
        self.logged_at: dict[str, float] = {}

    def note(self, kind: str, client: str) -> None:
        if self.count is not None:
            self.count(kind)
        self.unlogged[kind] += 1
        now = monotonic()
        if now - self.logged_at.get(kind, -LOG_INTERVAL) >= LOG_INTERVAL:
            self.logged_at[kind] = now
            count, last = self.unlogged.pop(kind), escape_field(client or "unknown")
            log.warning("refused %d × %s, last %s", count, kind, last)


class ConnectionTable:
    """Bounds the connections of a process and of each client.

    A connection too many closes the one that has been idle longest. Trusted proxies have no client
    address here and may open any number, as each of them serves many clients.
    """

    def __init__(self, total: int, per_client: int, rejections: RejectionLog) -> None:
        self.total = min(total, count_possible_connections())
        self.per_client = per_client
        self.rejections = rejections
        self.open = 0
        self.counts: Counter[str] = Counter()
        """The connections of each client."""
        self.idle: OrderedDict[Connection, None] = OrderedDict()
        """The connections without a request in progress, the one idle longest first."""

    def add(self, connection: Connection) -> None:
        """Count a connection; raise NotReady if it is one too many and no other is idle."""
        client = connection.client
        self.open += 1
        self.counts[client] += 1
        try:
            if client and self.counts[client] > self.per_client:
                self.drop_idle(client, "too many connections of a client", connection.peer)
            elif self.open > self.total:
                self.drop_idle(None, "too many connections", connection.peer)
        finally:
            self.idle[connection] = None

    def drop_idle(self, client: str | None, kind: str, peer: str) -> None:
        """Close the connection that has been idle longest, of one client or of all."""
        found = next((one for one in self.idle if client in {None, one.client}), None)
        self.rejections.note(kind, peer)
        if found is None:
            raise NotReady(TOO_MANY_CONNECTIONS, headers={"Retry-After": "5"})
        del self.idle[found]
        found.abort()

    def remove(self, connection: Connection) -> None:
        self.open -= 1
        self.counts[connection.client] -= 1
        if not self.counts[connection.client]:
            del self.counts[connection.client]
        self.idle.pop(connection, None)

    def mark_idle(self, connection: Connection) -> None:
        """Note that a connection waits for its next request from now on."""
        self.idle[connection] = None
        self.idle.move_to_end(connection)

    def mark_active(self, connection: Connection) -> None:
        self.idle.pop(connection, None)


def count_possible_connections() -> int:
    """Return for how many connections the file descriptors of a process suffice."""
    files, _ = getrlimit(RLIMIT_NOFILE)
    return sys.maxsize if files == RLIM_INFINITY else max(MIN_CONNECTIONS, files - RESERVED_FILES)


def count_unacknowledged(transport: BaseTransport) -> int:
    """Count the bytes that the kernel has sent or will send; the client has to confirm them."""
    try:
        size = ioctl(transport.get_extra_info("socket").fileno(), TIOCOUTQ, bytes(4))
    except (AttributeError, OSError, ValueError):  # The socket may be closed.
        return 0
    return int.from_bytes(size, sys.byteorder)
