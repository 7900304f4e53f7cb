"""The outermost layer: it answers from the cache, and asks the application once for the rest."""

from asyncio import Future, get_running_loop, shield
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import DatabaseError
from app.http.cache_key import CacheKey, CacheKeyBuilder, merge_headers, normalize_request
from app.http.cache_store import CachedResponse, CacheLimits, CacheStore, RawHeaders
from app.http.conditional import (
    CONDITIONAL_HEADERS,
    PreconditionResult,
    evaluate_preconditions,
    parse_range,
)
from app.http.middleware import COMMON_HEADERS, request_id
from app.http.observer import Observer
from app.http.request_record import OTHER_ROUTE, RequestRecord
from app.http.response_collector import OK, Freshness, ResponseCollector
from app.i18n import Bilingual
from app.problems.problem import PreconditionFailed, Problem, RangeNotSatisfiable
from app.releases import Release, ReleaseManager
from app.request import create_problem_response

SAFE_METHODS = frozenset({"GET", "HEAD"})
PARTIAL = 206
REFRESH_INTERVAL = 0.1
"""The seconds between two looks for a new release while all answers are kept."""
NOT_MODIFIED = 304
EMPTY_BODY: Message = {"type": "http.response.body", "body": b""}
PRECONDITION_DETAIL = Bilingual(
    "The resource is not, or no longer, in the state that the request names",
    "资源的当前状态与请求所指明的不符",
)
RANGE_DETAIL = Bilingual(
    "The file ends before the range that is asked for", "请求的范围超出文件末尾"
)
ABANDONED: Final = None
"""What the followers of a request learn that was broken off: one of them takes its place."""
NOT_SHAREABLE: Final = "alone"
"""What they learn if its answer is nobody else's: each makes the request for itself."""

Outcome = CachedResponse | str | None
RawKey = tuple[Any, ...]


class CacheMiss(NamedTuple):
    """A request whose answer is not kept, in its normalised form."""

    key: RawKey
    scope: Scope
    receive: Receive
    send: Send


class CacheMiddleware:
    """Finishes every 200 once, keeps it within bounds, and sends it to all who ask."""

    def __init__(
        self, app: ASGIApp, state: State, bounds: CacheLimits, freshness: Freshness
    ) -> None:
        self.app = app
        self.state = state
        self.store = CacheStore(bounds)
        self.freshness = freshness
        self.keys = CacheKeyBuilder()
        self.flights: dict[RawKey, Future[Outcome]] = {}
        self.snapshot: Release | None = None
        self.observer = Observer()
        self.is_open = True
        """Whether a kept answer may be given to whoever asks, with nothing before the cache."""
        self.next_refresh = 0.0
        self.installed = newest_mtime(Path(__file__).parent.parent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD; what else there is goes through as it is."""
        if scope["type"] != "http" or scope["method"] not in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        headers = merge_headers(scope["headers"])
        identifier = request_id(headers.get(b"x-request-id"))
        key, finished = self.lookup(scope, headers)
        seen: RequestRecord | None = scope.get("seen")
        if seen is not None:
            seen.cache = "miss" if finished is None else "hit"
        if finished is None:
            asking = normalize_request(scope, CacheKey(*key), identifier)
            finished = await self.get_or_build(CacheMiss(key, asking, receive, send))
            if finished is None:
                return
        if seen is not None:
            seen.route = finished.route
        status, fields, message = OK, finished.headers, finished.message
        if not CONDITIONAL_HEADERS.isdisjoint(headers):
            try:
                status, fields, message = select_response(finished, scope["method"], headers)
            except Problem as problem:
                await send_problem(problem, scope, identifier, receive, send)
                return
        fields = [*fields, (b"x-request-id", identifier)]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send(message)

    def lookup(
        self, scope: Scope, headers: dict[bytes, bytes]
    ) -> tuple[RawKey, CachedResponse | None]:
        """Give the key of a request, and the answer that is kept for it."""
        if monotonic() > self.next_refresh:
            self.refresh_release()
        key = self.keys.build(scope, headers)
        return key, self.store.get(key)

    def refresh_release(self) -> Release | None:
        """Find the release that is served now; with another one the cache starts anew.

        While there is none to be found, what is kept stays.
        """
        releases: ReleaseManager = self.state.releases
        self.next_refresh = monotonic() + REFRESH_INTERVAL
        try:
            current = releases.get_release()
        except DatabaseError:
            return None
        if current is not self.snapshot:
            self.snapshot = current
            self.keys.has_base = releases.public_url is not None
            self.store.clear()
            self.flights = {}
        return current

    async def get_or_build(self, miss: CacheMiss) -> CachedResponse | None:
        """Have an answer made once however many ask; None if it has been sent already."""
        outcome: Outcome = ABANDONED
        while outcome is ABANDONED and miss.key in self.flights:
            outcome = await shield(self.flights[miss.key])
        if isinstance(outcome, CachedResponse):
            return outcome
        if outcome == NOT_SHAREABLE:
            return await self.build(miss, lambda: None)
        return await self.build_shared(miss)

    async def build_shared(self, miss: CacheMiss) -> CachedResponse | None:
        """Make an answer that others may be waiting for, and tell them how it turned out."""
        flights = self.flights
        flight = flights[miss.key] = get_running_loop().create_future()

        def land(outcome: Outcome) -> None:
            if not flight.done():
                flight.set_result(outcome)
                del flights[miss.key]

        made: CachedResponse | None = ABANDONED
        try:
            made = await self.build(miss, lambda: land(NOT_SHAREABLE))
        finally:
            land(made)
        return made

    async def build(self, miss: CacheMiss, release: Callable[[], None]) -> CachedResponse | None:
        """Ask the application; finish and keep its answer if others can be given it too."""
        scope = miss.scope
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        control = self.freshness.cache_control(path)
        snapshot = scope["snapshot"] = self.refresh_release()
        answer = ResponseCollector(miss.send, CacheKey(*miss.key).coding, control, release)
        await self.app(scope, miss.receive, answer)
        route = route_name(scope)
        if "seen" in scope:
            scope["seen"].route = route
        if not answer.whole:
            return None
        modified = max(self.installed, snapshot.installed_at if snapshot else 0)
        finished = await answer.build_response(modified)
        finished.route = route
        if snapshot is not None and self.snapshot is snapshot:
            self.store.put(miss.key, finished)
        return finished


def route_name(scope: Scope) -> str:
    """Name the route that a request has taken."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return "/static" if "/static/" in scope["path"] else OTHER_ROUTE


def select_response(
    finished: CachedResponse, method: str, headers: dict[bytes, bytes]
) -> tuple[int, RawHeaders, Message]:
    """Choose how to send an answer to a conditional request, or to one for a part of a file.

    Raises:
        Problem: if a precondition fails, or there is no such part.
    """
    verdict = evaluate_preconditions(headers, finished.validators)
    if verdict is PreconditionResult.FAILED:
        raise PreconditionFailed(PRECONDITION_DETAIL)
    if verdict is PreconditionResult.UNCHANGED:
        return NOT_MODIFIED, finished.not_modified_headers, EMPTY_BODY
    whole = OK, finished.headers, finished.message
    if not finished.is_file or method != "GET":
        return whole
    length = len(finished.body)
    try:
        found = parse_range(headers, finished.validators, length)
    except ValueError:
        told = {"Content-Range": f"bytes */{length}"}
        raise RangeNotSatisfiable(RANGE_DETAIL, headers=told) from None
    return whole if found is None else build_partial(finished, found)


def build_partial(finished: CachedResponse, found: slice) -> tuple[int, RawHeaders, Message]:
    """Cut a part out of a file."""
    body = finished.body[found]
    told = f"bytes {found.start}-{found.stop - 1}/{len(finished.body)}"
    fields = [pair for pair in finished.headers if pair[0] != b"content-length"]
    fields += [(b"content-length", b"%d" % len(body)), (b"content-range", told.encode())]
    return PARTIAL, fields, {"type": "http.response.body", "body": body}


async def send_problem(
    problem: Problem, scope: Scope, identifier: bytes, receive: Receive, send: Send
) -> None:
    """Answer with a problem from out here, with the headers that every answer has."""
    request = Request(scope)
    request.state.request_id = identifier.decode()
    response = create_problem_response(request, problem)
    response.headers.update(COMMON_HEADERS)
    response.headers["X-Request-ID"] = identifier.decode()
    await response(scope, receive, send)


def newest_mtime(folder: Path) -> float:
    """Find when the newest file of a folder was put there, compiled ones aside."""
    files = (file for file in folder.rglob("*") if file.suffix != ".pyc" and file.is_file())
    return max(file.stat().st_mtime for file in files)
