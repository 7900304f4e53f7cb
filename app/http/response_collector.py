"""From what the application sends to a finished answer, or on to the client as it comes."""

from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from hashlib import blake2b
from time import time

from anyio.to_thread import run_sync
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Send

from app.http.cache_store import CachedResponse
from app.http.compression import MIN_SIZE, Coding, compress, create_compressor, is_compressible
from app.http.conditional import Validators

OK = 200
MAX_BUFFERED = 8 * 1024 * 1024
"""A body that comes in pieces and is larger than this, or of unknown length, is streamed."""
COMPRESS_IN_THREAD = 50_000
"""Compressing more bytes than this is left to a thread."""
PER_RESPONSE_HEADERS = frozenset(
    {b"x-request-id", b"content-length", b"etag", b"x-accel-buffering"}
)
"""What a finished answer has of its own, or gets with each time that it is sent."""
NOT_MODIFIED_HEADERS = frozenset(
    {
        b"access-control-allow-origin",
        b"access-control-expose-headers",
        b"cache-control",
        b"content-location",
        b"cross-origin-resource-policy",
        b"etag",
        b"expires",
        b"last-modified",
        b"vary",
        b"x-content-type-options",
    }
)
"""What of a 200 its 304 carries."""


@dataclass(frozen=True)
class Freshness:
    """For how many seconds caches may use an answer, by kind of resource."""

    data: int
    pages: int
    files: int
    stale: int
    """For how long after that they may still use it while they ask for a newer one."""

    def cache_control(self, path: str) -> str:
        """Write the header for a path."""
        seconds = self.pages
        if is_file(path):
            seconds = self.files
        elif path == "/v1" or path.startswith(("/v1/", "/sdmx")):
            seconds = self.data
        stale = f", stale-while-revalidate={self.stale}" if self.stale else ""
        return f"public, max-age={seconds}{stale}"


def is_file(path: str) -> bool:
    """Tell whether a path is that of a file that came with the program."""
    return path.startswith("/static/") or path == "/favicon.ico"


class ResponseCollector:
    """An ASGI send that gathers an answer to be finished, and passes any other on as it comes."""

    def __init__(
        self,
        send: Send,
        coding: Coding,
        cache_control: str,
        release: Callable[[], None],
    ) -> None:
        self.send = send
        self.coding = coding
        self.cache_control = cache_control
        self.release = release
        """Called once the answer is known to be one that nobody else can be given."""
        self.start: Message | None = None
        self.pieces: list[bytes] = []
        self.whole = False
        self.passing = False
        self.stream = create_compressor(Coding.IDENTITY)

    async def __call__(self, message: Message) -> None:
        """Take a message of the application."""
        if self.start is None:
            self.start = message
            if not is_shareable(message):
                self.start_pass_through()
                await self.send(message)
        elif self.passing:
            await self.send_piece(message)
        else:
            await self.collect(message)

    async def collect(self, message: Message) -> None:
        """Take a piece of the body; the first one tells whether it has to be streamed."""
        more = message.get("more_body", False)
        if more and not self.pieces and self.must_stream():
            await self.start_stream()
            await self.send_piece(message)
            return
        self.pieces.append(message.get("body", b""))
        self.whole = not more

    def must_stream(self) -> bool:
        """Tell whether a body in pieces is too long to be held, or may be."""
        assert self.start is not None  # noqa: S101
        length = Headers(raw=self.start["headers"]).get("content-length")
        return length is None or int(length) > MAX_BUFFERED

    def start_pass_through(self) -> None:
        """Let the answer through from now on, and let others ask for their own."""
        self.passing = True
        self.release()

    async def start_stream(self) -> None:
        """Send the headers of an answer that is passed on in pieces; nobody knows its digest."""
        assert self.start is not None  # noqa: S101
        headers = MutableHeaders(raw=list(self.start["headers"]))
        for name in ("etag", "accept-ranges"):
            del headers[name]
        headers.setdefault("cache-control", self.cache_control)
        if is_negotiated(headers):
            headers["vary"] = build_vary(headers)
            if self.coding is not Coding.IDENTITY:
                headers["content-encoding"] = self.coding
                del headers["content-length"]
                self.stream = create_compressor(self.coding)
        self.start_pass_through()
        await self.send({**self.start, "headers": headers.raw})

    async def send_piece(self, message: Message) -> None:
        """Pass a piece of a body on."""
        more = message.get("more_body", False)
        body = self.stream.add(message.get("body", b""))
        if not more:
            body += self.stream.finish()
        if body or not more:
            await self.send({**message, "body": body})

    async def build_response(self, modified: float) -> CachedResponse:
        """Compress the answer and complete its headers; the digest is that of the bytes sent."""
        assert self.start is not None  # noqa: S101
        sent = [pair for pair in self.start["headers"] if pair[0] not in PER_RESPONSE_HEADERS]
        headers = MutableHeaders(raw=sent)
        body = await encode_body(b"".join(self.pieces), headers, self.coding)
        known = dict(sent)
        if b"cache-control" not in known:
            sent.append((b"cache-control", self.cache_control.encode()))
        date = known.get(b"last-modified")
        if date is None:
            date = format_http_date(int(min(modified, time())))
            sent.append((b"last-modified", date))
        etag = b'"%b"' % compute_etag(body, known).encode()
        sent += (b"etag", etag), (b"content-length", b"%d" % len(body))
        unchanged = [pair for pair in sent if pair[0] in NOT_MODIFIED_HEADERS]
        validators = Validators(etag, parse_own_date(date), date)
        is_file = b"accept-ranges" in known
        return CachedResponse(body, sent, unchanged, validators, is_file=is_file)


@lru_cache(maxsize=64)
def format_http_date(seconds: int) -> bytes:
    """Write a time as HTTP does."""
    return formatdate(seconds, usegmt=True).encode()


@lru_cache(maxsize=64)
def parse_own_date(date: bytes) -> int:
    """Read a time of our own."""
    return int(parsedate_to_datetime(date.decode()).timestamp())


def is_shareable(start: Message) -> bool:
    """Tell whether an answer can be kept and given to anybody who asks the same."""
    headers = Headers(raw=start["headers"])
    control = headers.get("cache-control", "")
    return start["status"] == OK and "no-store" not in control and "private" not in control


def is_negotiated(headers: Headers) -> bool:
    """Tell whether an answer is put into the coding that the client prefers."""
    return "content-encoding" not in headers and is_compressible(headers.get("content-type", ""))


def build_vary(headers: Headers) -> str:
    """Say that an answer depends on Accept-Encoding, beside what else it depends on."""
    return ", ".join(["Accept-Encoding", *headers.getlist("vary")])


async def encode_body(body: bytes, headers: MutableHeaders, coding: Coding) -> bytes:
    """Put a body into a coding where that is of use, and say so in its headers."""
    if not is_negotiated(headers):
        return body
    headers["vary"] = build_vary(headers)
    if coding is Coding.IDENTITY or len(body) < MIN_SIZE:
        return body
    headers["content-encoding"] = coding
    if len(body) > COMPRESS_IN_THREAD:
        return await run_sync(compress, body, coding)
    return compress(body, coding)


def compute_etag(body: bytes, headers: dict[bytes, bytes]) -> str:
    """Name a representation: its bytes, and the headers that say how to read them."""
    read_by = (b"content-type", b"content-encoding", b"link")
    made = blake2b(b"".join(headers.get(name, b"") + b"\n" for name in read_by), digest_size=16)
    made.update(body)
    return made.hexdigest()
