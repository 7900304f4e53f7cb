"""Cached responses: complete, in a content coding, with validators; and how they are sent."""

import re
import sys
import zlib
from asyncio import get_running_loop
from collections.abc import Callable, Generator
from contextlib import nullcontext
from dataclasses import dataclass, field
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, NamedTuple

from fastapi import Response
from starlette.types import Message, Send

from app.db.files import DatabaseFile
from app.formats.registry import IS_COMPRESSIBLE
from app.http.conditional import PreconditionResult, Validators, evaluate_preconditions, parse_range
from app.http.limits import STREAMS
from app.negotiation import Coding
from app.problems.messages import PRECONDITION_FAILED, RANGE_NOT_SATISFIABLE
from app.problems.problem import PreconditionFailed, RangeNotSatisfiable
from app.request import RawHeaders, RequestContext, iterate_stream

MIN_SIZE = 500
"""Compression does not pay for fewer bytes."""
GZIP = 16
"""Added to the window size, this selects the gzip format of zlib."""
TEXT = re.compile(r"text/(?!event-stream).*|application/(.*\+)?(json|xml|yaml|csv|javascript)")
"""The media types of texts other than those of the registry."""
ETAG_LENGTH = 32
ENCODE_IN_THREAD = 20_000
"""A body of more bytes is compressed, and its digest computed, in a thread."""
REPLACED_HEADERS = frozenset({b"content-length", b"etag", b"x-accel-buffering"})
"""Headers of a route's response that are set again, or no longer apply, once it is complete."""
IDENTIFYING_HEADERS = (b"content-type", b"content-encoding", b"link")
"""The headers of which, with the body, the ETag is the digest."""
NOT_MODIFIED_HEADERS = frozenset(
    {b"cache-control", b"content-location", b"etag", b"expires", b"last-modified", b"vary"}
)
"""The headers of a 200 that its 304 repeats (RFC 9110, 15.4.5)."""
OK = 200
PARTIAL_CONTENT = 206
NOT_MODIFIED = 304
LARGE_BODY = 128 * 1024
"""A longer body is sent in pieces, so that a client that does not read it holds little memory."""
PIECE = 64 * 1024
EMPTY_BODY: Message = {"type": "http.response.body", "body": b""}


class Compressor(NamedTuple):
    add: Callable[[bytes], bytes]
    finish: Callable[[], bytes]


@lru_cache(maxsize=128)
def is_compressible(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    declared = IS_COMPRESSIBLE.get(media_type)
    return TEXT.fullmatch(media_type) is not None if declared is None else declared


def compress(body: bytes, coding: Coding) -> bytes:
    """Compress a whole body; equal bodies give equal bytes, so that their ETags agree."""
    if coding is Coding.ZSTANDARD:
        whole: bytes = load_zstandard().compress(body, 6)
        return whole
    add, finish = create_compressor(coding)
    return add(body) + finish()


def create_compressor(coding: Coding) -> Compressor:
    if coding is Coding.BROTLI:
        import brotli  # type: ignore[import-untyped]

        stream = brotli.Compressor(quality=5)
        return Compressor(stream.process, stream.finish)
    if coding is Coding.ZSTANDARD:
        stream = load_zstandard().ZstdCompressor(6)
        return Compressor(stream.compress, stream.flush)
    if coding is Coding.GZIP:
        packed = zlib.compressobj(6, zlib.DEFLATED, zlib.MAX_WBITS + GZIP)
        return Compressor(packed.compress, packed.flush)
    return Compressor(bytes, bytes)


def load_zstandard() -> Any:
    """Import Zstandard when a response first needs it: from Python 3.14, or its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd


@dataclass(frozen=True)
class FileContent:
    """The content of an open file, or a part of it, which is read while it is sent."""

    file: DatabaseFile
    part: range

    def __len__(self) -> int:
        return len(self.part)

    def __getitem__(self, part: slice) -> "FileContent":
        return FileContent(self.file, self.part[part])

    def read(self) -> Generator[bytes, None, None]:
        return self.file.read_chunks(self.part.start, self.part.stop)


class FileResponse(Response):
    """A response with the content of a file, of which any part can be requested."""

    def render(self, content: DatabaseFile) -> FileContent:  # type: ignore[override]
        return FileContent(content, range(content.size))


@dataclass(slots=True, eq=False)
class CachedResponse:
    """A complete 200 response, with the headers for each way to send it."""

    body: bytes | FileContent
    """The store has no responses with the content of a file."""
    headers: RawHeaders
    not_modified_headers: RawHeaders
    validators: Validators
    route: str
    is_file: bool
    """Whether parts of it can be requested."""
    message: Message
    serialized_headers: dict[int, bytes] = field(default_factory=dict)
    """The headers by status as they are sent, once the parser has needed them."""
    was_reused: bool = False
    """Whether it was requested again since the store last considered its eviction."""


async def build_cached_response(
    response: Response,
    body: bytes | FileContent,
    context: RequestContext,
    cache_control: bytes,
    modified_at: float,
) -> CachedResponse:
    """Compress the response of a route and complete its headers.

    The Cache-Control header and the time of modification, in seconds since 1970, are those of
    responses that have none.
    """
    headers = {name: text for name, text in response.raw_headers if name not in REPLACED_HEADERS}
    encoding = partial(encode_body, body, headers, context.coding)
    if len(body) > ENCODE_IN_THREAD:
        # Other threads would take more processors for one kind of work, and so delay all others.
        body, etag = await get_running_loop().run_in_executor(context.threads, encoding)
    else:
        body, etag = encoding()
    headers.setdefault(b"cache-control", cache_control)
    date = headers.setdefault(b"last-modified", format_http_date(int(modified_at)))
    headers[b"etag"], headers[b"content-length"] = etag, b"%d" % len(body)
    return CachedResponse(
        body,
        [*headers.items()],
        [pair for pair in headers.items() if pair[0] in NOT_MODIFIED_HEADERS],
        Validators(etag, parse_own_date(date), date),
        context.route,
        is_file=b"accept-ranges" in headers,
        message={"type": "http.response.body", "body": body},
    )


def encode_body(
    body: bytes | FileContent, headers: dict[bytes, bytes], preferred: Coding
) -> tuple[bytes | FileContent, bytes]:
    """Compress a body if clients and its type allow it; return it with its ETag."""
    if isinstance(body, FileContent):
        content = (body.file.digest or str(body.file.identity)).encode()
    else:
        if vary_by_encoding(headers) and preferred is not Coding.IDENTITY and len(body) >= MIN_SIZE:
            headers[b"content-encoding"] = preferred.encode()
            body = compress(body, preferred)
        content = body
    identifying = (headers.get(name, b"") for name in IDENTIFYING_HEADERS)
    # Processors have instructions for SHA-256: it takes half the time of BLAKE2.
    digest = sha256(b"\n".join((*identifying, content))).hexdigest()
    return body, b'"%b"' % digest[:ETAG_LENGTH].encode()


def vary_by_encoding(headers: dict[bytes, bytes]) -> bool:
    """Return whether a response is sent in the coding that clients prefer, and let it say so."""
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    if b"content-encoding" in headers or not is_compressible(content_type):
        return False
    varying = headers.get(b"vary")
    headers[b"vary"] = b"Accept-Encoding, " + varying if varying else b"Accept-Encoding"
    return True


@lru_cache(maxsize=64)
def format_http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


@lru_cache(maxsize=64)
def parse_own_date(date: bytes) -> int:
    """Parse a time that ``format_http_date`` has formatted."""
    return int(parsedate_to_datetime(date.decode()).timestamp())


def select_response(
    response: CachedResponse, method: str, headers: dict[bytes, bytes]
) -> tuple[int, RawHeaders, Message]:
    """Select what to send to a conditional request, or to a request for a part of a file."""
    result = evaluate_preconditions(headers, response.validators)
    if result is PreconditionResult.FAILED:
        raise PreconditionFailed(PRECONDITION_FAILED)
    if result is PreconditionResult.UNCHANGED:
        return NOT_MODIFIED, response.not_modified_headers, EMPTY_BODY
    whole = OK, response.headers, response.message
    if not response.is_file or method != "GET":
        return whole
    length = len(response.body)
    try:
        part = parse_range(headers, response.validators, length)
    except ValueError:
        content_range = {"Content-Range": f"bytes */{length}"}
        raise RangeNotSatisfiable(RANGE_NOT_SATISFIABLE, headers=content_range) from None
    return whole if part is None else build_partial(response, part)


def build_partial(response: CachedResponse, part: slice) -> tuple[int, RawHeaders, Message]:
    body = response.body[part]
    content_range = f"bytes {part.start}-{part.stop - 1}/{len(response.body)}"
    headers = [pair for pair in response.headers if pair[0] != b"content-length"]
    headers += [(b"content-length", b"%d" % len(body)), (b"content-range", content_range.encode())]
    return PARTIAL_CONTENT, headers, {"type": "http.response.body", "body": body}


async def send_file(
    content: FileContent, context: RequestContext, start: Message, send: Send
) -> None:
    """Send a file, or a part of it, as fast as the client takes it.

    The first piece is read before the response starts, so that a failure to read it becomes a
    problem document.

    Raises:
        NotReady: if too many streams are in progress.
    """
    message, sent = start, content[:0] if context.method == "HEAD" else content
    with STREAMS.acquire(context) if len(content) > LARGE_BODY else nullcontext():
        async for piece in iterate_stream([], sent.read(), context.connection):
            await send(message)
            message = {"type": "http.response.body", "body": piece, "more_body": True}
        await send(message)
        await send(EMPTY_BODY)


async def send_body(whole: bytes, send: Send) -> None:
    """Send a whole body; a large one in pieces, so that the client's reading sets the pace."""
    body = memoryview(whole)
    while len(body) > LARGE_BODY:
        piece, body = body[:PIECE], body[PIECE:]
        await send({"type": "http.response.body", "body": bytes(piece), "more_body": True})
    await send({"type": "http.response.body", "body": bytes(body)})
