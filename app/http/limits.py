"""Limits: the hosts that are served, the requests of a client, and slow work at the same time."""

from asyncio import CancelledError, Future, get_running_loop
from collections import Counter, OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network
from itertools import count
from math import ceil
from time import perf_counter

from anyio import CancelScope, Event, move_on_after
from fastapi import Response
from starlette.types import Message, Receive

from app.db import Database
from app.http.authority import get_host
from app.problems.messages import (
    CONTENT_TOO_LARGE,
    DATABASE_UNAVAILABLE,
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
MAX_CLIENTS = 1024
"""For how many clients each queue remembers the last turn."""
MAX_RATED = 100_000
"""For how many clients requests are counted; beyond that, the oldest count is dropped."""
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

    def __init__(self, hosts: Sequence[str], rate: tuple[int, int] | None) -> None:
        self.hosts = frozenset(hosts)
        # Elsewhere a * is no wildcard: "data.*" would allow a name that anybody can register.
        self.host_endings = tuple(host[1:] for host in hosts if host == "*" or host[:2] == "*.")
        self.rate = rate
        """How many requests a client may send in how many seconds."""
        self.windows: OrderedDict[str, tuple[float, int]] = OrderedDict()
        """When the period of each client ends, the earliest first, and how often it has asked."""

    def check(self, context: RequestContext) -> None:
        """Refuse unknown hosts and clients above the rate; add the headers about the rate."""
        if context.path in OPERATOR_PATHS:
            return
        if not self.is_allowed_host(context.headers.get(b"host", b"")):
            raise MisdirectedRequest(UNKNOWN_HOST)
        if self.rate is None:
            return
        limit, period = self.rate
        count, left = self.count_request(get_network(context.client), period)
        seconds, remaining = max(1, ceil(left)), max(0, limit - count)
        context.extra_headers += [
            (b"ratelimit-policy", f'"client";q={limit};w={period}'.encode()),
            (b"ratelimit", f'"client";r={remaining};t={seconds}'.encode()),
        ]
        if count > limit:
            detail = TOO_MANY_REQUESTS.format(limit=limit, period=period, seconds=seconds)
            raise TooManyRequests(detail, headers={"Retry-After": str(seconds)})

    def count_request(self, client: str, period: float) -> tuple[int, float]:
        """Count a request; return its number in the period of its client, and the seconds left.

        The storage of the package ``limits`` has no bound, and visits all clients a hundred times a
        second.
        """
        now, windows = perf_counter(), self.windows
        while windows and (len(windows) > MAX_RATED or next(iter(windows.values()))[0] <= now):
            windows.popitem(last=False)
        ends_at, count = windows.get(client, (now + period, 0))
        windows[client] = ends_at, count + 1
        return count + 1, ends_at - now

    def is_allowed_host(self, authority: bytes) -> bool:
        """Return whether a Host header names this service; the port does not matter."""
        host = get_host(authority)
        return not self.hosts or host in self.hosts or host.endswith(self.host_endings)


@lru_cache(maxsize=MAX_CLIENTS)
def get_network(address: str) -> str:
    """Return the address of a client, or its network for IPv6, where addresses cost nothing."""
    address = get_plain_address(address)
    try:
        return str(IPv6Network((address, IPV6_PREFIX), strict=False))
    except ValueError:
        return address[:64]  # No address is longer, whatever a proxy passes on.


def get_plain_address(address: str) -> str:
    """Return the IPv4 address that a socket of both versions shows as ``::ffff:192.0.2.1``."""
    if ":" not in address:
        return address
    try:
        return str(IPv6Address(address).ipv4_mapped or address)
    except ValueError:
        return address


class ClientTurns:
    """Lets so many requests continue at a time; the clients of the others take turns.

    So a client with many requests delays another by few of them, however many it has.
    """

    def __init__(self, number: int) -> None:
        self.free = number
        self.waiting: OrderedDict[str, deque[Future[None]]] = OrderedDict()
        """The requests that wait, by client; the client whose turn is next comes first."""

    async def take(self, client: str) -> None:
        """Wait until it is the turn of a client, which ``release`` ends."""
        if self.free:
            self.free -= 1
            return
        turn = get_running_loop().create_future()
        self.waiting.setdefault(get_network(client), deque()).append(turn)
        try:
            await turn
        except CancelledError:
            if not turn.cancelled():
                self.release()
            raise

    async def take_for_one_round(self, client: str) -> None:
        """Take a turn that ends when the event loop has read what has arrived meanwhile."""
        await self.take(client)
        get_running_loop().call_soon(self.release)

    def release(self) -> None:
        while self.waiting:
            client, turns = self.waiting.popitem(last=False)
            turn = turns.popleft()
            if turns:
                self.waiting[client] = turns
            if not turn.done():
                turn.set_result(None)
                return
        self.free += 1


def check_wait(database: Database, since: float) -> None:
    """Raise NotReady after too long a wait, or if the database could not be reached since."""
    if database.store.failed_at > since:
        raise NotReady(DATABASE_UNAVAILABLE, headers={"Retry-After": "5"})
    if perf_counter() - since > MAX_WAIT:
        raise create_queue_full_error()


START_TURNS = ClientTurns(4)
"""The requests that start, or continue after a batch, in one round of the event loop. Cached
responses are sent between two rounds, so that they wait for few of the others."""
LIST_TURNS = ClientTurns(1)
"""The lists that the event loop creates in one round: one takes as long as several records."""


@dataclass(eq=False)
class WaitingRequest:
    context: RequestContext
    client: str
    is_next: Event = field(default_factory=Event)
    scope: CancelScope = field(default_factory=CancelScope)

    @property
    def clients(self) -> set[str]:
        """The clients that wait for the response, which may be the same for several."""
        waiting = self.context.waiting_clients
        return {self.client, *(client for client in waiting if waiting[client])}


class RequestQueue:
    """A thread for one kind of slow work, and a bounded queue of the requests that wait for it.

    Each kind has its own, so that a flood of one kind delays no other. With a second thread, which
    would not work faster under the interpreter lock, it would delay all others twice as long. With
    a lower priority, it would keep that lock while other processes use the processors. The clients
    take turns, so that one with many requests delays another by one of them, and keeps no place in
    a full queue that a client with fewer asks for.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.thread = ThreadPoolExecutor(1, name)
        self.is_busy = False
        self.waiting: list[WaitingRequest] = []
        self.served: dict[str, int] = {}
        """The number of the last turn of each client, the oldest first."""
        self.turns = count(1)

    async def run(self, context: RequestContext, create: Callable[[], Response]) -> Response:
        """Create a response in a thread when it is its turn.

        Raises:
            NotReady: if too many requests wait, of this client or of all, or the work fails for
                want of resources.
            ClientDisconnectedError: if the client has gone before the work began.
        """
        if context.is_example:
            return create()  # Its thread has an event loop of its own, which no turn would wake.
        client = get_network(context.client)
        if len(self.waiting) >= MAX_WAITING:
            self.make_room(client)
        await self.take_turn(context, client)
        context.threads = self.thread
        try:
            context.require_client()
            return await get_running_loop().run_in_executor(self.thread, create)
        except (EOFError, OSError) as error:
            context.app.state.rejections.note(f"{self.name} failed ({error})", context.client)
            raise NotReady(WORK_FAILED, headers={"Retry-After": "5"}) from None
        finally:
            self.pass_turn()

    async def take_turn(self, context: RequestContext, client: str) -> None:
        if not self.is_busy:
            self.is_busy = True
            self.note_turn(client)
            return
        request = WaitingRequest(context, client)
        self.waiting.append(request)
        try:
            with request.scope, move_on_after(MAX_WAIT):
                await request.is_next.wait()
        except BaseException:
            self.remove_request(request)
            raise
        if not request.is_next.is_set():
            self.remove_request(request)
            context.require_client()
            raise create_queue_full_error()

    def pass_turn(self) -> None:
        """Let the request continue whose client has waited longest since its last turn."""
        if not self.waiting:
            self.is_busy = False
            return
        request = min(self.waiting, key=self.find_last_turn)
        self.waiting.remove(request)
        for client in request.clients:
            self.note_turn(client)
        request.is_next.set()

    def find_last_turn(self, request: WaitingRequest) -> int:
        """Return the earliest number of a last turn among the clients of a request."""
        return min(self.served.get(client, 0) for client in request.clients)

    def note_turn(self, client: str) -> None:
        self.served.pop(client, None)
        self.served[client] = next(self.turns)
        if len(self.served) > MAX_CLIENTS:
            del self.served[next(iter(self.served))]

    def remove_request(self, request: WaitingRequest) -> None:
        """Remove a request that no longer waits; if it is its turn, pass that on."""
        if request.is_next.is_set():
            self.pass_turn()
        elif request in self.waiting:
            self.waiting.remove(request)

    def make_room(self, client: str) -> None:
        """Remove the requests of clients that have gone, or else one of the busiest.

        The busiest is the client with the most waiting requests; its newest one is removed.

        Raises:
            NotReady: if no other client has more, counting the request that asks for room.
        """
        if abandoned := [request for request in self.waiting if request.context.is_abandoned]:
            for request in abandoned:
                self.cancel(request)
            return
        counts = Counter(request.client for request in self.waiting)
        busiest_client, most = counts.most_common(1)[0]
        if counts[client] + 1 >= most:
            raise create_queue_full_error()
        newest = [request for request in reversed(self.waiting) if request.client == busiest_client]
        # If others wait for the response too, one of them has to ask for a place of its own.
        self.cancel(next((one for one in newest if len(one.clients) == 1), newest[0]))

    def cancel(self, request: WaitingRequest) -> None:
        self.waiting.remove(request)
        request.scope.cancel()


def create_queue_full_error() -> NotReady:
    return NotReady(QUEUE_FULL, headers={"Retry-After": "5"})


def is_queue_full(error: Exception) -> bool:
    return isinstance(error, NotReady) and error.detail is QUEUE_FULL


DRAWING_QUEUE = RequestQueue("drawing")
FILE_QUEUE = RequestQueue("files")
TABLE_QUEUE = RequestQueue("tables")
SDMX_QUEUE = RequestQueue("sdmx")
DOCUMENT_QUEUE = RequestQueue("documents")
"""The OpenAPI document, which the first request for it or for the reference has built."""
QUEUES = (DRAWING_QUEUE, FILE_QUEUE, TABLE_QUEUE, SDMX_QUEUE, DOCUMENT_QUEUE)


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
