"""The outermost layer: it answers from the cache, and asks the application once for the rest."""

from asyncio import Future, get_running_loop, shield
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from typing import Any, Final, NamedTuple

from starlette.datastructures import State
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.caching.answers import OK, Freshness, Gathering
from app.caching.conditions import CONDITIONAL, Verdict, judge, part
from app.caching.keys import Key, Keys, normalised, single
from app.caching.store import Bounds, Finished, Raw, Store
from app.context import Library, Snapshot, problem_response
from app.database import DatabaseError
from app.methods import OPEN
from app.observing.observer import Observer
from app.observing.seen import OTHER, Seen
from app.problems import PreconditionFailed, Problem, RangeNotSatisfiable
from app.telemetry import identify
from app.text import Words

READING = frozenset({"GET", "HEAD"})
PARTIAL = 206
LOOK_EVERY = 0.1
"""The seconds between two looks for a new release while all answers are kept."""
UNCHANGED = 304
NOTHING: Message = {"type": "http.response.body", "body": b""}
CHANGED = Words(
    "The resource is not, or no longer, in the state that the request names",
    "资源的当前状态与请求所指明的不符",
)
BEYOND = Words("The file ends before the range that is asked for", "请求的范围超出文件末尾")
GONE: Final = None
"""What the followers of a request learn that was broken off: one of them takes its place."""
ALONE: Final = "alone"
"""What they learn if its answer is nobody else's: each makes the request for itself."""

Outcome = Finished | str | None
AnyKey = tuple[Any, ...]


class Miss(NamedTuple):
    """A request whose answer is not kept, in its normalised form."""

    key: AnyKey
    scope: Scope
    receive: Receive
    send: Send


class Caching:
    """Finishes every 200 once, keeps it within bounds, and sends it to all who ask."""

    def __init__(self, app: ASGIApp, state: State, bounds: Bounds, freshness: Freshness) -> None:
        self.app = app
        self.state = state
        self.store = Store(bounds)
        self.freshness = freshness
        self.keys = Keys()
        self.flights: dict[AnyKey, Future[Outcome]] = {}
        self.snapshot: Snapshot | None = None
        self.observer = Observer()
        self.is_open = True
        """Whether a kept answer may be given to whoever asks, with nothing before the cache."""
        self.look_again = 0.0
        self.installed = newest(Path(__file__).parent.parent)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a GET or HEAD; what else there is goes through as it is."""
        if scope["type"] != "http" or scope["method"] not in READING:
            await self.app(scope, receive, send)
            return
        headers = single(scope["headers"])
        identifier = identify(headers.get(b"x-request-id"))
        key, finished = self.kept(scope, headers)
        seen: Seen | None = scope.get("seen")
        if seen is not None:
            seen.cache = "miss" if finished is None else "hit"
        if finished is None:
            asking = normalised(scope, Key(*key), identifier)
            finished = await self.fetch(Miss(key, asking, receive, send))
            if finished is None:
                return
        if seen is not None:
            seen.route = finished.route
        status, fields, message = OK, finished.headers, finished.message
        if not CONDITIONAL.isdisjoint(headers):
            try:
                status, fields, message = weigh(finished, scope["method"], headers)
            except Problem as problem:
                await refuse(problem, scope, identifier, receive, send)
                return
        fields = [*fields, (b"x-request-id", identifier)]
        await send({"type": "http.response.start", "status": status, "headers": fields})
        await send(message)

    def kept(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[AnyKey, Finished | None]:
        """Give the key of a request, and the answer that is kept for it."""
        if monotonic() > self.look_again:
            self.renew()
        key = self.keys.key(scope, headers)
        return key, self.store.get(key)

    def renew(self) -> Snapshot | None:
        """Find the release that is served now; with another one the cache starts anew.

        While there is none to be found, what is kept stays.
        """
        library: Library = self.state.library
        self.look_again = monotonic() + LOOK_EVERY
        try:
            current = library.current()
        except DatabaseError:
            return None
        if current is not self.snapshot:
            self.snapshot = current
            self.keys.has_base = library.public_url is not None
            self.store.clear()
            self.flights = {}
        return current

    async def fetch(self, miss: Miss) -> Finished | None:
        """Have an answer made once however many ask; None if it has been sent already."""
        outcome: Outcome = GONE
        while outcome is GONE and miss.key in self.flights:
            outcome = await shield(self.flights[miss.key])
        if isinstance(outcome, Finished):
            return outcome
        if outcome == ALONE:
            return await self.make(miss, lambda: None)
        return await self.lead(miss)

    async def lead(self, miss: Miss) -> Finished | None:
        """Make an answer that others may be waiting for, and tell them how it turned out."""
        flights = self.flights
        flight = flights[miss.key] = get_running_loop().create_future()

        def land(outcome: Outcome) -> None:
            if not flight.done():
                flight.set_result(outcome)
                del flights[miss.key]

        made: Finished | None = GONE
        try:
            made = await self.make(miss, lambda: land(ALONE))
        finally:
            land(made)
        return made

    async def make(self, miss: Miss, release: Callable[[], None]) -> Finished | None:
        """Ask the application; finish and keep its answer if others can be given it too."""
        scope = miss.scope
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        control = self.freshness.cache_control(path)
        snapshot = scope["snapshot"] = self.renew()
        answer = Gathering(miss.send, Key(*miss.key).coding, control, release)
        await self.app(scope, miss.receive, answer)
        route = routed(scope)
        if "seen" in scope:
            scope["seen"].route = route
        if not answer.whole:
            return None
        modified = max(self.installed, snapshot.modified if snapshot else 0)
        finished = await answer.finished(modified)
        finished.route = route
        if snapshot is not None and self.snapshot is snapshot:
            self.store.put(miss.key, finished)
        return finished


def routed(scope: Scope) -> str:
    """Name the route that a request has taken."""
    route = scope.get("route")
    if route is not None:
        return str(route.path)
    return "/static" if "/static/" in scope["path"] else OTHER


def weigh(finished: Finished, method: str, headers: dict[bytes, bytes]) -> tuple[int, Raw, Message]:
    """Choose how to send an answer to a conditional request, or to one for a part of a file.

    Raises:
        Problem: if a precondition fails, or there is no such part.
    """
    verdict = judge(headers, finished.validators)
    if verdict is Verdict.FAILED:
        raise PreconditionFailed(CHANGED)
    if verdict is Verdict.UNCHANGED:
        return UNCHANGED, finished.unchanged, NOTHING
    whole = OK, finished.headers, finished.message
    if not finished.is_file or method != "GET":
        return whole
    length = len(finished.body)
    try:
        found = part(headers, finished.validators, length)
    except ValueError:
        told = {"Content-Range": f"bytes */{length}"}
        raise RangeNotSatisfiable(BEYOND, headers=told) from None
    return whole if found is None else partial(finished, found)


def partial(finished: Finished, found: slice) -> tuple[int, Raw, Message]:
    """Cut a part out of a file."""
    body = finished.body[found]
    told = f"bytes {found.start}-{found.stop - 1}/{len(finished.body)}"
    fields = [pair for pair in finished.headers if pair[0] != b"content-length"]
    fields += [(b"content-length", b"%d" % len(body)), (b"content-range", told.encode())]
    return PARTIAL, fields, {"type": "http.response.body", "body": body}


async def refuse(
    problem: Problem, scope: Scope, identifier: bytes, receive: Receive, send: Send
) -> None:
    """Answer with a problem from out here, with the headers that every answer has."""
    request = Request(scope)
    request.state.request_id = identifier.decode()
    response = problem_response(request, problem)
    response.headers.update(OPEN)
    response.headers["X-Request-ID"] = identifier.decode()
    await response(scope, receive, send)


def newest(folder: Path) -> float:
    """Find when the newest file of a folder was put there, compiled ones aside."""
    files = (file for file in folder.rglob("*") if file.suffix != ".pyc" and file.is_file())
    return max(file.stat().st_mtime for file in files)
