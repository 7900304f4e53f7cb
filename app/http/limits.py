"""Limits: the hosts that are served, the requests of a client, and slow work at the same time."""

from asyncio import get_running_loop
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from fnmatch import fnmatchcase
from ipaddress import IPv6Network
from math import ceil
from time import time

from anyio import CancelScope, CapacityLimiter, move_on_after
from fastapi import Response
from starlette.types import Message, Receive

from app.problems.messages import (
    CONTENT_TOO_LARGE,
    QUEUE_FULL,
    REQUEST_TIMEOUT,
    TOO_MANY_REQUESTS,
    UNKNOWN_HOST,
    WORK_FAILED,
)
from app.problems.problem import (
    ContentTooLarge,
    MisdirectedRequest,
    NotReady,
    RequestTimeout,
    TooManyRequests,
)
from app.request import ClientDisconnectedError, RequestContext

IPV6_PREFIX = 64
"""The part of an IPv6 address that a network assigns to one client."""
OPERATOR_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
"""The paths for operators, who may use any host name and any rate."""
MAX_WAITING = 24
"""How many requests wait for each kind of slow work; others are refused at once."""
MAX_WAIT = 30.0
"""The seconds that a request waits for its turn."""
MAX_STREAMS = 16
"""How many long downloads a process sends at once."""
MAX_CLIENT_STREAMS = 4
"""How many of them one client may have."""
MAX_BODY = 64 * 1024
"""The largest request body in bytes; real requests to /mcp are far smaller."""
BODY_TIMEOUT = 20.0
"""The seconds in which the body of a request has to arrive."""


class RequestLimits:
    """Which requests are refused before anything is looked up for them."""

    def __init__(self, hosts: Sequence[str], rate: str | None) -> None:
        # Most services have no limits, and start sooner without this package.
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        # In a pattern a bracket begins a set of characters, in an address it is itself.
        self.hosts = [host.replace("[", "[[]") for host in hosts]
        self.rate = parse(rate) if rate else None
        self.limiter = FixedWindowRateLimiter(MemoryStorage())

    def check(self, context: RequestContext) -> None:
        """Refuse unknown hosts and clients above the rate; add the headers about the rate."""
        if context.path in OPERATOR_PATHS:
            return
        if not self.is_allowed_host(context.headers.get(b"host", b"").decode("latin-1")):
            raise MisdirectedRequest(UNKNOWN_HOST)
        if self.rate is None:
            return
        network = get_network(context.client)
        is_allowed = self.limiter.hit(self.rate, network)
        reset, remaining = self.limiter.get_window_stats(self.rate, network)
        seconds = max(1, ceil(reset - time()))
        limit, period = self.rate.amount, self.rate.get_expiry()
        context.extra_headers += [
            (b"ratelimit-policy", f'"client";q={limit};w={period}'.encode()),
            (b"ratelimit", f'"client";r={remaining};t={seconds}'.encode()),
        ]
        if not is_allowed:
            detail = TOO_MANY_REQUESTS.format(limit=limit, period=period, seconds=seconds)
            raise TooManyRequests(detail, headers={"Retry-After": str(seconds)})

    def is_allowed_host(self, host: str) -> bool:
        """Return whether a Host header names this service; the port does not matter."""
        name, _, port = host.rpartition(":")
        name = (name if port.isdigit() else host).lower()
        return not self.hosts or any(fnmatchcase(name, pattern) for pattern in self.hosts)


def get_network(address: str) -> str:
    """Return the address of a client, or its network for IPv6, where addresses cost nothing."""
    try:
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    except ValueError:
        return address


class RequestQueue:
    """A thread for one kind of slow work, and a bounded queue of the requests that wait for it.

    Each kind has its own, so that a flood of one kind delays no other. With a second thread, which
    would not work faster under the interpreter lock, it would delay all others twice as long.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.limiter = CapacityLimiter(1)
        self.thread = ThreadPoolExecutor(1, name)
        self.waiting: dict[CancelScope, RequestContext] = {}
        self.pending = 0
        """How many requests wait or are in progress."""

    async def run(self, context: RequestContext, create: Callable[[], Response]) -> Response:
        """Create a response in a thread when it is its turn.

        Raises:
            NotReady: if too many requests wait, or the work fails for want of resources.
            ClientDisconnectedError: if the client has gone before the work began.
        """
        if self.pending > MAX_WAITING:
            self.drop_abandoned()
            raise NotReady(QUEUE_FULL, headers={"Retry-After": "5"})
        self.pending += 1
        try:
            async with self.take_turn(context):
                return await get_running_loop().run_in_executor(self.thread, create)
        except (EOFError, OSError) as error:
            context.app.state.rejections.note(f"{self.name} failed ({error})", context.client)
            raise NotReady(WORK_FAILED, headers={"Retry-After": "5"}) from None
        finally:
            self.pending -= 1

    @asynccontextmanager
    async def take_turn(self, context: RequestContext) -> AsyncIterator[None]:
        turn = object()
        with move_on_after(MAX_WAIT) as scope:
            self.waiting[scope] = context
            try:
                await self.limiter.acquire_on_behalf_of(turn)
            finally:
                del self.waiting[scope]
        if scope.cancelled_caught:
            context.require_client()
            raise NotReady(QUEUE_FULL, headers={"Retry-After": "5"})
        try:
            context.require_client()
            yield
        finally:
            self.limiter.release_on_behalf_of(turn)

    def drop_abandoned(self) -> None:
        """Remove the requests whose clients have gone from the queue."""
        for scope, context in self.waiting.items():
            if context.connection is not None and context.connection.is_closed:
                scope.cancel()


DRAWINGS = RequestQueue("drawing")
FILES = RequestQueue("files")
TABLES = RequestQueue("tables")
SDMX = RequestQueue("sdmx")
QUEUES = (DRAWINGS, FILES, TABLES, SDMX)


class StreamLimit:
    """Bounds the streams in progress, each of which holds memory until its client has read it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        """The streams of each client."""

    @contextmanager
    def acquire(self, context: RequestContext) -> Iterator[None]:
        """Count a stream while it is sent; raise NotReady if there are too many."""
        client = get_network(context.client)
        if self.counts.total() >= MAX_STREAMS or self.counts[client] >= MAX_CLIENT_STREAMS:
            raise NotReady(QUEUE_FULL, headers={"Retry-After": "30"})
        self.counts[client] += 1
        try:
            yield
        finally:
            self.counts[client] -= 1
            if not self.counts[client]:
                del self.counts[client]


STREAMS = StreamLimit()


async def receive_body(headers: Mapping[bytes, bytes], receive: Receive) -> Receive:
    """Receive the whole body of a request, and return a function that receives it again.

    Raises:
        ContentTooLarge: if the body is longer than ``MAX_BODY``.
        RequestTimeout: if it has not arrived after ``BODY_TIMEOUT``.
        ClientDisconnectedError: if the client has gone before.
    """
    close = {"Connection": "close"}
    body, has_more = bytearray(), True
    length = headers.get(b"content-length", b"0")
    with move_on_after(BODY_TIMEOUT) as scope:
        while has_more:
            if len(body) > MAX_BODY or int(length) > MAX_BODY:
                raise ContentTooLarge(CONTENT_TOO_LARGE.format(limit=MAX_BODY), headers=close)
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnectedError
            body += message.get("body", b"")
            has_more = message.get("more_body", False)
    if scope.cancelled_caught:
        raise RequestTimeout(REQUEST_TIMEOUT, headers=close)
    messages = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def replay() -> Message:
        return messages.pop() if messages else await receive()

    return replay
