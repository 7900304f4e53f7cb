"""Limits: the hosts that are served, the requests of a client, and slow work at the same time."""

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv6Network
from math import ceil
from time import time

from anyio import CapacityLimiter, fail_after
from anyio.to_thread import run_sync
from fastapi import Response

from app.problems.messages import RENDERING_BUSY, TOO_MANY_REQUESTS, UNKNOWN_HOST
from app.problems.problem import MisdirectedRequest, NotReady, TooManyRequests
from app.request import RequestContext

IPV6_PREFIX = 64
"""The part of an IPv6 address that a network assigns to one client."""
OPERATOR_PATHS = frozenset({"/health/live", "/health/ready", "/metrics"})
"""The paths for operators, who may use any host name and any rate."""
MAX_RENDERINGS = 4
"""How many images and files a process creates at once; other requests wait without a thread."""
MAX_WAIT = 30.0
"""The seconds that a request waits for its turn to be rendered."""
RENDERING_LIMITER = CapacityLimiter(MAX_RENDERINGS)


class RequestLimits:
    """Which requests are refused before anything is looked up for them."""

    def __init__(self, hosts: Sequence[str], rate: str | None) -> None:
        # Most services have no limits, and start sooner without this package.
        from limits import parse
        from limits.storage import MemoryStorage
        from limits.strategies import FixedWindowRateLimiter

        self.hosts = hosts
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


async def run_limited(create: Callable[[], Response]) -> Response:
    """Create a response in a thread when it is its turn, so that lists never wait for images."""
    borrower = object()
    try:
        with fail_after(MAX_WAIT):
            await RENDERING_LIMITER.acquire_on_behalf_of(borrower)
    except TimeoutError:
        raise NotReady(RENDERING_BUSY, headers={"Retry-After": "10"}) from None
    try:
        return await run_sync(create)
    finally:
        RENDERING_LIMITER.release_on_behalf_of(borrower)
