"""Who may ask for what: hosts that are ours, and how often one client may ask."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from ipaddress import IPv6Network, ip_address
from math import ceil
from time import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.http.cache import send_problem
from app.http.cache_key import merge_headers
from app.http.middleware import request_id
from app.i18n import Bilingual
from app.problems.problem import MisdirectedRequest, Problem, TooManyRequests

IPV6_PREFIX = 64
"""The part of an IPv6 address that a network gives to one client."""
OPERATOR_PATHS = ("/health/", "/metrics")
"""What operators ask, by whatever name and as often as they like."""


class RequestLimits:
    """An ASGI application before the cache, which refuses what is not to be answered."""

    def __init__(self, app: ASGIApp, hosts: Sequence[str], rate: str | None) -> None:
        self.app = app
        self.hosts = hosts
        self.rate = parse(rate) if rate else None
        self.limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        path = scope.get("path", "").removeprefix(scope.get("root_path", ""))
        if scope["type"] != "http" or path.startswith(OPERATOR_PATHS):
            await self.app(scope, receive, send)
            return
        headers = merge_headers(scope["headers"])
        identifier = request_id(headers.get(b"x-request-id"))
        if not self.is_allowed_host(headers.get(b"host", b"").decode("latin-1")):
            await send_problem(MisdirectedRequest(HOST_DETAIL), scope, identifier, receive, send)
            return
        if self.rate is None:
            await self.app(scope, receive, send)
            return
        refusal, told = self.count_request(self.rate, client_network(scope))

        async def tell(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(told)
            await send(message)

        if refusal is None:
            await self.app(scope, receive, tell)
        else:
            await send_problem(refusal, scope, identifier, receive, tell)

    def is_allowed_host(self, host: str) -> bool:
        """Tell whether a Host header names this service; a port does not matter."""
        name = host.lower().rpartition(":")[0] if host.rpartition(":")[2].isdigit() else host
        return not self.hosts or any(fnmatchcase(name.lower(), one) for one in self.hosts)

    def count_request(
        self, rate: RateLimitItem, client: str
    ) -> tuple[Problem | None, dict[str, str]]:
        """Count a request of a client; give the refusal, if it is one too many, and the headers."""
        allowed = self.limiter.hit(rate, client)
        reset, remaining = self.limiter.get_window_stats(rate, client)
        seconds = max(1, ceil(reset - time()))
        told = {
            "RateLimit-Policy": f'"client";q={rate.amount};w={rate.get_expiry()}',
            "RateLimit": f'"client";r={remaining};t={seconds}',
        }
        if allowed:
            return None, told
        words = Bilingual(
            f"More than {rate.amount} requests in {rate.get_expiry()} seconds; "
            f"ask again in {seconds} seconds",
            f"{rate.get_expiry()}秒内请求超过{rate.amount}次；请在{seconds}秒后重试",
        )
        return TooManyRequests(words, headers={"Retry-After": str(seconds)}), told


HOST_DETAIL = Bilingual("This service does not answer by that name", "本服务不以该主机名提供服务")


def client_network(scope: Scope) -> str:
    """Name the client: its address, or its network where an address costs nothing."""
    address = (scope.get("client") or ("unknown", 0))[0]
    try:
        parsed = ip_address(address)
    except ValueError:
        return str(address)
    if parsed.version == 6:  # noqa: PLR2004
        return str(IPv6Network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed)
