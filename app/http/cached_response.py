"""Cached responses: complete, in a content coding, with validators."""

import re
import sys
import zlib
from collections.abc import Callable
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from time import time
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from fastapi import Response
from starlette.types import Message

from app.formats.registry import IS_COMPRESSIBLE
from app.http.conditional import Validators
from app.negotiation import Coding
from app.request import RawHeaders, RequestContext

MIN_SIZE = 500
"""Compression does not pay for fewer bytes."""
GZIP = 16
"""Added to the window size, this selects the gzip format of zlib."""
TEXT = re.compile(r"text/(?!event-stream).*|application/(.*\+)?(json|xml|yaml|csv|javascript)")
"""The media types of texts other than those of the registry."""
COMPRESS_IN_THREAD = 50_000
"""A body of more bytes is compressed in a thread."""
REPLACED_HEADERS = frozenset({b"content-length", b"etag", b"x-accel-buffering"})
"""Headers of a route's response that are set again, or no longer apply, once it is complete."""
NOT_MODIFIED_HEADERS = frozenset(
    {b"cache-control", b"content-location", b"etag", b"expires", b"last-modified", b"vary"}
)
"""The headers of a 200 that its 304 repeats (RFC 9110, 15.4.5)."""


class Compressor(NamedTuple):
    add: Callable[[bytes], bytes]
    finish: Callable[[], bytes]


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


class CachedResponse:
    """A complete 200 response, with the headers for each way to send it."""

    __slots__ = (
        "body",
        "headers",
        "is_file",
        "message",
        "not_modified_headers",
        "route",
        "serialized_headers",
        "validators",
        "was_reused",
    )

    def __init__(
        self, body: bytes, headers: RawHeaders, etag: bytes, date: bytes, route: str
    ) -> None:
        self.body = body
        self.headers = headers
        self.not_modified_headers = [pair for pair in headers if pair[0] in NOT_MODIFIED_HEADERS]
        self.validators = Validators(etag, parse_own_date(date), date)
        self.is_file = any(name == b"accept-ranges" for name, _ in headers)
        self.route = route
        self.message: Message = {"type": "http.response.body", "body": body}
        self.serialized_headers: dict[int, bytes] = {}
        """The headers by status as they are sent, once the parser has needed them."""
        self.was_reused = False
        """Whether it was requested again since the store last considered its eviction."""


async def build_cached_response(
    response: Response, body: bytes, context: RequestContext, cache_control: bytes, modified: float
) -> CachedResponse:
    """Compress the response of a route and complete its headers.

    The Cache-Control header and the time of modification, in seconds since 1970, are those of
    responses that have none.
    """
    known = dict(response.raw_headers)
    headers = [pair for pair in response.raw_headers if pair[0] not in REPLACED_HEADERS]
    if is_negotiated(known):
        headers = vary_by_encoding(headers)
        coding = context.coding
        if coding is not Coding.IDENTITY and len(body) >= MIN_SIZE:
            headers.append((b"content-encoding", coding.encode()))
            known[b"content-encoding"] = coding.encode()
            is_long = len(body) > COMPRESS_IN_THREAD
            body = await run_sync(compress, body, coding) if is_long else compress(body, coding)
    if b"cache-control" not in known:
        headers.append((b"cache-control", cache_control))
    date = known.get(b"last-modified")
    if date is None:
        date = format_http_date(int(min(modified, time())))
        headers.append((b"last-modified", date))
    etag = compute_etag(body, known)
    headers += (b"etag", etag), (b"content-length", b"%d" % len(body))
    return CachedResponse(body, headers, etag, date, context.route)


def is_negotiated(headers: dict[bytes, bytes]) -> bool:
    """Return whether a response is sent in the content coding that the client prefers."""
    content_type = headers.get(b"content-type", b"").decode("latin-1")
    return b"content-encoding" not in headers and is_compressible(content_type)


def vary_by_encoding(headers: RawHeaders) -> RawHeaders:
    values = [b"Accept-Encoding", *(value for name, value in headers if name == b"vary")]
    return [*(pair for pair in headers if pair[0] != b"vary"), (b"vary", b", ".join(values))]


def compute_etag(body: bytes, headers: dict[bytes, bytes]) -> bytes:
    digest = blake2b(digest_size=16)
    for name in (b"content-type", b"content-encoding", b"link"):
        digest.update(headers.get(name, b"") + b"\n")
    digest.update(body)
    return b'"%b"' % digest.hexdigest().encode()


@lru_cache(maxsize=64)
def format_http_date(seconds: int) -> bytes:
    return formatdate(seconds, usegmt=True).encode()


@lru_cache(maxsize=64)
def parse_own_date(date: bytes) -> int:
    """Parse a time that ``format_http_date`` has formatted."""
    return int(parsedate_to_datetime(date.decode()).timestamp())
