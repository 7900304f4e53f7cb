"""The cache: it sends cached responses, and has every other response built once."""

from asyncio import Future, get_running_loop, shield
from collections import OrderedDict
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Hashable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path
from tempfile import TemporaryFile
from time import time
from typing import IO, Any, Final, NamedTuple

from anyio import CancelScope
from anyio.to_thread import run_sync
from fastapi import Response
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from app.formats.registry import read_chunks
from app.http.cached_response import (
    EMPTY_BODY,
    LARGE_BODY,
    OK,
    CachedResponse,
    FileContent,
    build_cached_response,
    create_compressor,
    select_response,
    send_body,
    send_file,
    vary_by_encoding,
)
from app.http.conditional import CONDITIONAL_HEADERS
from app.http.limits import STREAMS, get_network, is_queue_full
from app.negotiation import Coding, PathKind
from app.problems.messages import NOT_STORED_FOR_OLD_VERSION, TOO_LONG_FOR_OLD_VERSION
from app.problems.problem import InvalidParameters, NotReady
from app.releases import ReleaseManager
from app.request import STREAM_THREADS, ClientDisconnectedError, RequestContext, iterate_stream

ENTRY_OVERHEAD = 3500
"""The bytes of memory that an entry takes besides its body, its headers and the text of its key."""
MAX_SHARE = 8
"""A single entry may take at most one eighth of the store."""
IMMUTABLE = "public, max-age=31536000, immutable"
"""The Cache-Control header of what never changes at its address."""
DATE_DELAY = 2
"""The seconds by which the Date header may lag: Last-Modified may not be later (RFC 9110, 8.8.2.1).
uvicorn renews the header about once a second."""
MAX_STORED = 256 * 1024**2
"""The bytes of the longest stream that is stored for a client with HTTP/1.0."""
NO_ENTRY: Final = None, 0


class NoResponse(Enum):
    """Why a request leaves no response to those that wait for the same."""

    ABANDONED = 1
    """It was cancelled: one of those that wait builds the response."""
    NOT_SHAREABLE = 2
    """Only one client may get the response: each of the others builds its own."""


SharedOutcome = CachedResponse | Exception | NoResponse
Key = tuple[Hashable, ...]
Handler = Callable[[RequestContext], Awaitable[Response]]


@dataclass(frozen=True)
class Freshness:
    """For how many seconds caches may use a response, by kind of resource."""

    data: int
    pages: int
    files: int
    stale: int
    """For how much longer they may use it while they request a newer one."""

    def format_cache_control(self, kind: PathKind, *, is_pinned: bool = False) -> bytes:
        """Return the Cache-Control header of the responses for a kind of path.

        Data of a pinned release never change. A page does, with the files that it loads.
        """
        seconds = self.pages
        if kind is PathKind.ASSET:
            seconds = self.files
        elif kind in {PathKind.DATA, PathKind.SDMX}:
            if is_pinned:
                return IMMUTABLE.encode()
            seconds = self.data
        stale = f", stale-while-revalidate={self.stale}" if self.stale else ""
        return f"public, max-age={seconds}{stale}".encode()


class CacheLimits(NamedTuple):
    max_entries: int
    max_bytes: int


class CacheStore:
    """A store of cached responses, bounded by number and by bytes.

    An entry that was requested again survives one eviction, so that a flood of requests that come
    only once evicts other such requests and not the popular ones (the CLOCK algorithm).
    """

    def __init__(self, limits: CacheLimits) -> None:
        self.limits = limits
        self.entries: OrderedDict[Key, tuple[CachedResponse, int]] = OrderedDict()
        self.used_bytes = 0

    def put(self, key: Key, response: CachedResponse) -> None:
        if not self.limits.max_entries:
            return
        text = sum(len(part) for part in key if isinstance(part, str | bytes))
        headers = sum(len(name) + len(value) for name, value in response.headers)
        text += len(repr(key[-1]))
        size = len(response.body) + 4 * headers + text + ENTRY_OVERHEAD
        if size * MAX_SHARE > self.limits.max_bytes:
            return
        if key in self.entries:
            self.used_bytes -= self.entries.pop(key)[1]
        self.entries[key] = response, size
        self.used_bytes += size
        max_entries, max_bytes = self.limits
        while len(self.entries) > max_entries or self.used_bytes > max_bytes:
            self.evict()

    def evict(self) -> None:
        key, (response, size) = self.entries.popitem(last=False)
        if response.was_reused:
            response.was_reused = False
            self.entries[key] = response, size
        else:
            self.used_bytes -= size

    def clear(self) -> None:
        self.entries.clear()
        self.used_bytes = 0


class CacheMiddleware:
    """An ASGI application that completes each 200 once and sends it to all who request it."""

    def __init__(
        self, handler: Handler, releases: ReleaseManager, limits: CacheLimits, freshness: Freshness
    ) -> None:
        self.handler = handler
        self.releases = releases
        self.store = CacheStore(limits)
        self.format_cache_control = cache(freshness.format_cache_control)
        self.pending: dict[Key, tuple[RequestContext, Future[SharedOutcome]]]
        """The responses that are being built, with the requests for which; others wait for them."""
        # Compiled modules and templates are written when they are first used.
        files = filter(Path.is_file, Path(__file__).parents[1].rglob("*"))
        times = (one.stat().st_mtime for one in files if "__pycache__" not in one.parts)
        self.program_modified_at = max(times)
        self.clear()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a GET or HEAD; raise a Problem, or a DatabaseError."""
        context: RequestContext = scope["context"]
        response = self.find(context.key)
        context.cache_status = "miss" if response is None else "hit"
        if response is None:
            response = await self.get_or_build(context, scope, receive, send)
            if response is None:
                return
        context.route = response.route
        status, headers, message = OK, response.headers, response.message
        if not CONDITIONAL_HEADERS.isdisjoint(context.headers):
            status, headers, message = select_response(response, context.method, context.headers)
        body = message["body"]
        start = {"type": "http.response.start", "status": status, "headers": headers}
        if isinstance(body, FileContent):
            await send_file(body, context, start, send)
            return
        await send(start)
        if len(body) > LARGE_BODY:
            await send_body(body, send)
        else:
            await send(message)

    def find(self, key: Key) -> CachedResponse | None:
        if self.release is not self.releases.release:
            self.clear()
        response, _ = self.store.entries.get(key, NO_ENTRY)
        if response is not None:
            response.was_reused = True
        return response

    def clear(self) -> None:
        """Begin again with the release that has been installed."""
        self.release = self.releases.release
        """The release that the cached responses are from."""
        installed_at = self.release.installed_at if self.release else 0
        # It stays the same, and is earlier than any Date, even if a file is from the future.
        self.modified_at = min(max(self.program_modified_at, installed_at), time() - DATE_DELAY)
        self.store.clear()
        self.pending = {}

    async def get_or_build(
        self, context: RequestContext, scope: Scope, receive: Receive, send: Send
    ) -> CachedResponse | None:
        """Build a response once for all requests that wait for it; None if it has been sent."""
        pending, key = self.pending, context.key
        outcome: SharedOutcome = NoResponse.ABANDONED
        while outcome is NoResponse.ABANDONED and key in pending:
            other, future = pending[key]
            client = get_network(context.client)
            other.waiting_clients[client] += 1
            try:
                outcome = await shield(future)
            finally:
                other.waiting_clients[client] -= 1
            context.route = other.route
        if isinstance(outcome, CachedResponse):
            return outcome
        if isinstance(outcome, Exception):
            raise outcome
        future = get_running_loop().create_future()
        entry = context, future
        if outcome is NoResponse.ABANDONED:
            pending[key] = entry
        outcome = NoResponse.ABANDONED
        try:
            built = await self.build(context, scope, receive, send, future)
            outcome = built or NoResponse.NOT_SHAREABLE
        except ClientDisconnectedError:
            raise  # Another client that waits for the same response takes the place of this one.
        except Exception as error:
            # A full queue refuses one client; another that waits may have a place in it.
            if not is_queue_full(error):
                outcome = error
            raise
        finally:
            if not future.done():
                future.set_result(outcome)
            if pending.get(key) is entry:
                del pending[key]
        return built

    async def build(
        self,
        context: RequestContext,
        scope: Scope,
        receive: Receive,
        send: Send,
        future: Future[SharedOutcome],
    ) -> CachedResponse | None:
        """Have the router create a response; cache it, or send it if it cannot be cached."""
        release, modified_at = self.release, self.modified_at
        response = await self.handler(context)
        is_pinned = context.pinned_release is not None
        cache_control = self.format_cache_control(context.kind, is_pinned=is_pinned)
        if isinstance(response, StreamingResponse):  # It may be too long for memory.
            future.set_result(NoResponse.NOT_SHAREABLE)
            await send_stream(response, cache_control, scope, receive, send)
            return None
        control = response.headers.get("cache-control", "")
        if response.status_code != OK or "no-store" in control or "private" in control:
            future.set_result(NoResponse.NOT_SHAREABLE)
            await response(scope, receive, send)
            return None
        body: bytes | FileContent = response.body  # type: ignore[assignment]
        built = await build_cached_response(response, body, context, cache_control, modified_at)
        # A response from a newer release is removed with this one, before anybody finds it.
        if self.release is release and not isinstance(body, FileContent):
            self.store.put(context.key, built)
        return built


async def send_stream(
    response: StreamingResponse, cache_control: bytes, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a stream, without an ETag, piece by piece; NotReady if too many are in progress."""
    context: RequestContext = scope["context"]
    dropped = {b"etag", b"accept-ranges"}
    headers = {name: text for name, text in response.raw_headers if name not in dropped}
    headers.setdefault(b"cache-control", cache_control)
    coding = context.coding if vary_by_encoding(headers) else Coding.IDENTITY
    if coding is not Coding.IDENTITY:
        headers[b"content-encoding"] = coding.encode()
        headers.pop(b"content-length", None)
        response.body_iterator = compress_pieces(response.body_iterator, coding)
    response.raw_headers = [*headers.items()]
    end, response.background = response.background, None
    try:
        with ExitStack() as stack:
            stack.enter_context(STREAMS.acquire(context))
            if context.method == "HEAD":
                # What only writing the stream would show is left out (RFC 9110, 9.3.2).
                sent = response.raw_headers
                await send({"type": "http.response.start", "status": OK, "headers": sent})
                await send(EMPTY_BODY)
                return
            if scope["http_version"] == "1.0":
                # It has no chunks, which would show a client whether it has received everything.
                stack.enter_context(await store_stream(response, context))
            await response(scope, receive, send)
    finally:
        if end is not None:
            # If a thread is still writing for a request that was cancelled, it ends the stream.
            with CancelScope(shield=True), suppress(ValueError):
                await end()


async def store_stream(response: StreamingResponse, context: RequestContext) -> IO[bytes]:
    """Write a stream to a file, which is returned, so that its length is known.

    Raises:
        InvalidParameters: if it is too long.
        NotReady: if temporary files cannot be written.
    """
    file = None
    try:
        file = TemporaryFile()  # noqa: SIM115 - closed once it has been sent
        length = await write_pieces(response.body_iterator, file)
    except BaseException as error:
        if file is not None:
            with suppress(OSError):  # It fails again to write the rest.
                file.close()
        if isinstance(error, OSError):
            raise NotReady(NOT_STORED_FOR_OLD_VERSION, headers={"Retry-After": "60"}) from error
        raise
    response.raw_headers.append((b"content-length", b"%d" % length))
    response.body_iterator = iterate_stream([], read_chunks(file), context.connection)
    return file


async def write_pieces(pieces: AsyncIterable[Any], file: IO[bytes]) -> int:
    """Write a stream to a file in threads, and return its length."""
    length = 0
    async for piece in pieces:
        length += len(piece)
        if length > MAX_STORED:
            limit = MAX_STORED // 1024**2
            raise InvalidParameters(TOO_LONG_FOR_OLD_VERSION.format(limit=limit))
        await run_sync(file.write, piece, limiter=STREAM_THREADS)
    await run_sync(file.flush, limiter=STREAM_THREADS)
    return length


async def compress_pieces(pieces: AsyncIterable[Any], coding: Coding) -> AsyncIterator[bytes]:
    """Compress a stream in the threads that write it, as the event loop has no time for it."""
    compressor = create_compressor(coding)
    async for piece in pieces:
        body = await run_sync(compressor.add, piece, limiter=STREAM_THREADS)
        if body:
            yield body
    yield compressor.finish()
