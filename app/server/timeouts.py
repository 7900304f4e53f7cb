"""Timeouts and size limits: how long a client may take, and how much it may send.

uvicorn waits forever for the rest of a request's headers, however many come and however slowly, and
for a client that does not read its response. So its protocol is wrapped in one that uses nothing of
it but the interfaces of asyncio and ASGI, and so holds for whatever protocol uvicorn has.
"""

import asyncio
from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from app.http.middleware import RAW_COMMON_HEADERS
from app.i18n import Language
from app.problems.messages import HEADERS_TOO_LARGE, MALFORMED_REQUEST
from app.problems.problem import MEDIA_TYPE, HeadersTooLarge, MalformedRequest, Problem
from app.request import RawHeaders, choose_request_id

MAX_HEAD = 64 * 1024
"""The bytes that the request line and the headers may take."""
MAX_CHUNKED_BODY = 1024 * 1024
"""The bytes that a body of unknown length may take before the connection is closed."""
HEAD_TIMEOUT = 20.0
"""The seconds from the first byte of a request in which its headers have to arrive."""
WRITE_TIMEOUT = 60.0
"""The seconds in which a client has to read some of a response that waits for it."""


@dataclass
class Deadline:
    """Calls a function at a time that may change often, with as few timers as possible."""

    loop: AbstractEventLoop
    act: Callable[[], None]
    expires_at: float | None = None
    timer: TimerHandle | None = None

    def set(self, seconds: float) -> None:
        self.expires_at = self.loop.time() + seconds
        if self.timer is not None and self.timer.when() > self.expires_at:
            self.timer.cancel()
            self.timer = None
        if self.timer is None:
            self.timer = self.loop.call_at(self.expires_at, self.check)

    def check(self) -> None:
        self.timer = None
        if self.expires_at is None:
            return
        if self.loop.time() < self.expires_at:
            self.timer = self.loop.call_at(self.expires_at, self.check)
        else:
            self.expires_at = None
            self.act()

    def clear(self) -> None:
        """Do not expire until the deadline is set again."""
        self.expires_at = None

    def cancel(self) -> None:
        self.expires_at = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class ResponseTransport:
    """The transport of a connection, as the wrapped protocol sees it.

    What the protocol writes while no request is answered is its own refusal of a request that it
    cannot parse; it is replaced by a problem document.
    """

    def __init__(self, transport: asyncio.Transport, connection: "TimeoutProtocol") -> None:
        self.transport = transport
        self.connection = connection
        self.is_closing = transport.is_closing

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def write(self, data: bytes) -> None:
        if not self.connection.active and data.startswith(b"HTTP/1.1 400"):
            self.connection.refuse_malformed()
        elif not self.is_closing():
            self.transport.write(data)


class TimeoutProtocol(asyncio.Protocol):
    """Wraps the protocol of a server, and closes connections of clients that are too slow.

    The application reports the start and the end of each request through ``state["connection"]``
    of its scope.
    """

    protocol_class: type[asyncio.Protocol]
    """The wrapped protocol; it takes the arguments that uvicorn gives."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        self.loop = _loop or asyncio.get_event_loop()
        self.keep_alive = float(config.timeout_keep_alive)
        self.server_state = server_state
        self.app: Any = app_state.get("app")
        self.is_closed = False
        self.active = 0
        """How many requests the application responds to."""
        self.received = 0
        """The bytes received since the last request began or was answered."""
        self.limit = MAX_HEAD
        self.is_head_timed = False
        self.deadline = Deadline(self.loop, self.expire)
        self.write_deadline = Deadline(self.loop, self.abort)
        self.transport: asyncio.Transport = None  # type: ignore[assignment]
        create: Any = self.protocol_class
        self.protocol: Any = create(
            config=config,
            server_state=server_state,
            app_state={**app_state, "connection": self},
            _loop=_loop,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.deadline.set(HEAD_TIMEOUT)
        self.is_head_timed = True
        self.protocol.connection_made(ResponseTransport(self.transport, self))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_closed = True
        self.deadline.cancel()
        self.write_deadline.cancel()
        self.protocol.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self.received += len(data)
        self.protocol.data_received(data)
        if self.received and not self.active:
            # The protocol has started a task if it has all headers. The task runs before this call.
            self.loop.call_soon(self.check_head)

    def eof_received(self) -> bool | None:
        result: bool | None = self.protocol.eof_received()
        return result

    def check_head(self) -> None:
        if self.active or not self.received or self.transport.is_closing():
            return
        if self.received > self.limit:
            self.refuse_malformed()
        elif not self.is_head_timed:
            self.is_head_timed = True
            self.deadline.set(HEAD_TIMEOUT)

    def start_request(self, headers: dict[bytes, bytes]) -> None:
        """Note that the application responds to a request, which may take any time."""
        self.active += 1
        self.received = 0
        self.limit = MAX_HEAD + get_body_limit(headers)
        self.is_head_timed = False
        self.deadline.clear()

    def finish_request(self) -> None:
        self.active -= 1
        if not self.active:
            # Bytes of the next request, or of a body that nobody has read, may be here already.
            self.is_head_timed = self.received > 0
            self.deadline.set(HEAD_TIMEOUT if self.received else self.keep_alive)

    def finish_cached_response(self) -> None:
        self.received = 0
        self.limit = MAX_HEAD
        self.is_head_timed = False
        self.deadline.set(self.keep_alive)

    def pause_writing(self) -> None:
        self.write_deadline.set(WRITE_TIMEOUT)
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        self.write_deadline.cancel()
        self.protocol.resume_writing()

    def expire(self) -> None:
        if self.received:
            self.abort()
        else:
            self.transport.close()

    def abort(self) -> None:
        self.is_closed = True
        if not self.transport.is_closing():
            self.transport.abort()

    def refuse_malformed(self) -> None:
        if self.received > self.limit:
            self.refuse(HeadersTooLarge(HEADERS_TOO_LARGE.format(limit=MAX_HEAD)))
        else:
            self.refuse(MalformedRequest(MALFORMED_REQUEST))

    def refuse(self, problem: Problem) -> None:
        if self.transport.is_closing():
            return
        identifier = choose_request_id(None)
        body = problem.to_document(self.base_url, Language.ENGLISH, identifier.decode()).to_json()
        status = HTTPStatus(problem.status)
        headers: RawHeaders = [
            *getattr(self.server_state, "default_headers", ()),
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-language", b"en"),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),
            (b"content-length", b"%d" % len(body)),
            *RAW_COMMON_HEADERS,
            (b"x-request-id", identifier),
        ]
        head = serialize_headers(headers)
        line = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
        self.transport.write(b"%b%b\r\n%b" % (line, head, body))
        self.transport.close()

    @property
    def base_url(self) -> str:
        """The address that links start with: that of the operator, otherwise that of the socket."""
        public_url = self.app.state.releases.public_url if self.app is not None else None
        if public_url is not None:
            return str(public_url)
        address = self.transport.get_extra_info("sockname")
        is_network = isinstance(address, tuple)
        return f"http://{address[0]}:{address[1]}" if is_network else "http://localhost"


def get_body_limit(headers: dict[bytes, bytes]) -> int:
    if b"transfer-encoding" in headers:
        return MAX_CHUNKED_BODY
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


def serialize_headers(headers: RawHeaders) -> bytes:
    return b"".join(b"%b: %b\r\n" % (name.lower(), value) for name, value in headers)
