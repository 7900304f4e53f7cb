"""Timeouts and size limits: how long a client may take, and how much it may send.

uvicorn waits forever for the rest of the headers, and for a client that does not read. So its
protocols are wrapped in one that uses only the interfaces of asyncio and ASGI.
"""

import asyncio
from asyncio import AbstractEventLoop
from collections.abc import Container
from contextlib import suppress
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.server import ServerState

from app.http.connections import ConnectionTable, ConnectionTimer, count_unacknowledged
from app.http.limits import get_network, get_plain_address
from app.problems.messages import HEADERS_TOO_LARGE, REQUEST_TIMEOUT
from app.problems.problem import HeadersTooLarge, Problem, RequestTimeout
from app.request import choose_request_id
from app.server.rejections import build_socket_url, describe_malformed, serialize_rejection

MAX_HEAD = 24 * 1024
"""The bytes that the request line and the headers may take."""
MAX_IGNORED = 1024 * 1024
"""The bytes of a body, or after the last request, that are ignored before no more are read."""
MAX_PIECE = 4096
"""The bytes that the protocol parses at once, so that it can pause between pipelined requests."""
MAX_PENDING = 64 * 1024
"""The bytes that are read before they can be parsed."""
KEEP_ALIVE = 5.0
"""The seconds that a connection may be idle, unless it is that of a trusted proxy."""
HEAD_TIMEOUT = 20.0
"""The seconds from the first byte of a request in which its headers have to arrive."""
END_INTERVAL = 0.1
"""The seconds between two checks whether all requests of a connection that ends are done."""
MAX_ENDED_WAIT = 0.5
"""The seconds in which work begins for a client that sends no more, as it may have gone: most
clients that give up a request close the connection, and few of them reset it."""
WRITE_TIMEOUT = 60.0
"""The seconds in which a client has to read some of a response that waits for it."""
LINGER_TIMEOUT = 2.0
"""The seconds that a client which has been sent everything has to close the connection too."""
RESPONSE_TIMEOUT = 3600.0
"""The seconds that a whole response may take."""


class ResponseTransport:
    """The transport of a connection, as the wrapped protocol sees it.

    What the protocol writes while no request is answered is its own rejection of a request that it
    cannot parse; it is replaced by a problem document. The address of a client is that of its
    version of IP, so that the trusted proxies are found.
    """

    def __init__(self, transport: asyncio.Transport, connection: "TimeoutProtocol") -> None:
        self.transport = transport
        self.connection = connection
        self.head = b""
        self.is_closing = connection.is_closing
        self.close = connection.close
        self.pause_reading = connection.pause_reading
        self.resume_reading = connection.resume_reading

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def get_extra_info(self, name: str, default: object = None) -> object:
        if name == "socket":
            return None  # Otherwise uvicorn would read the address from it.
        found = self.transport.get_extra_info(name, default)
        if name == "peername" and isinstance(found, tuple):
            return get_plain_address(found[0]), found[1]
        return found[:2] if name == "sockname" and isinstance(found, tuple) else found

    def write(self, data: bytes) -> None:
        if not self.connection.active_requests and data.startswith(b"HTTP/1.1 400"):
            self.connection.refuse_malformed()
        elif self.connection.is_head_next:
            self.connection.is_head_next, self.head = False, data
        elif not self.is_closing():
            # The head waits for the body: one system call, and mostly one packet, sends both.
            whole, self.head = self.head + data, b""
            self.transport.write(whole)


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
        self.connections: ConnectionTable | None = self.app and self.app.connections
        self.proxies: Container[str] = getattr(config.loaded_app, "trusted_hosts", ())
        self.client = self.peer = ""
        self.is_closed = self.is_ending = self.is_head_timed = self.is_head_next = False
        self.start_limit = float("inf")
        """The time after which no work begins for the client."""
        self.active_requests = 0
        """The number of requests that the application is responding to."""
        self.received_bytes = 0
        """The bytes received of the head or the body that is being received."""
        self.max_received = MAX_HEAD
        self.is_paused = False
        """Whether the protocol has paused reading until it has processed what it has."""
        self.is_scheduled = False
        """Whether the event loop will parse the next piece."""
        self.pending = bytearray()
        """Bytes received but not parsed yet."""
        self.last_piece = b""
        self.ignored_bytes: int | None = None
        """The bytes received after the last request of the connection; None before."""
        self.unread: int | None = None
        """The bytes that the client had not read at the last check, while the connection closes."""
        self.last_read = 0.0
        """The time of the check that found the client to have read more."""
        self.deadline = ConnectionTimer(self.loop, self.expire)
        self.write_deadline = ConnectionTimer(self.loop, partial(self.abort_after, "write timeout"))
        self.transport: asyncio.Transport = None  # type: ignore[assignment]
        create: Any = self.protocol_class
        self.reports_bodies = hasattr(create, "start_body")
        """Whether the protocol says where a body begins and ends."""
        self.protocol: Any = create(
            config=config,
            server_state=server_state,
            app_state={**app_state, "connection": self},
            _loop=_loop,
        )
        # uvicorn's own would forget the requests that have not been parsed yet.
        self.protocol.shutdown = self.end_after_response

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        wrapped = ResponseTransport(self.transport, self)
        address = wrapped.get_extra_info("peername")
        self.peer = address[0] if isinstance(address, tuple) else ""
        self.client = "" if self.peer in self.proxies else get_network(self.peer)
        self.keep_alive = min(self.keep_alive, KEEP_ALIVE) if self.client else self.keep_alive
        self.deadline.set(HEAD_TIMEOUT)
        self.is_head_timed = True
        self.protocol.connection_made(wrapped)
        if self.connections is not None:
            try:
                self.connections.add(self)
            except Problem as problem:
                self.refuse(problem)

    def connection_lost(self, _: Exception | None) -> None:
        self.is_closed = True
        self.pending.clear()
        self.deadline.close()
        self.write_deadline.close()
        if self.connections is not None:
            self.connections.remove(self)
        self.protocol.connection_lost(None)  # Told of an error, uvicorn would keep its timer.
        # Else they would be left as garbage, with the release that the last request has read.
        self.protocol.cycle = self.protocol.scope = self.protocol = None

    def data_received(self, data: bytes) -> None:
        if self.ignored_bytes is not None:
            self.ignored_bytes += len(data)
            if self.ignored_bytes > MAX_IGNORED:
                self.transport.pause_reading()
            return
        if self.pending or self.is_paused or self.has_parsed_requests or len(data) > self.max_piece:
            self.pending += data
            if len(self.pending) > MAX_PENDING:
                self.transport.pause_reading()
            self.resume_parsing()
        else:
            self.parse(data)

    def ignore_input(self) -> None:
        """Ignore what the client sends after the last request of the connection."""
        self.ignored_bytes = self.ignored_bytes or 0
        self.pending.clear()
        self.transport.resume_reading()

    def resume_parsing(self) -> None:
        """Parse the next piece of what was received after other connections had their turn."""
        if not self.is_scheduled:
            self.is_scheduled = True
            self.loop.call_soon(self.parse_pending)

    @property
    def has_parsed_requests(self) -> bool:
        """Whether the protocol has parsed requests that wait until others have their responses.

        It resumes reading after each response, even if it has not responded to any of these. Only
        uvicorn's protocol with httptools has such requests.
        """
        return bool(getattr(self.protocol, "pipeline", ()))

    def parse_pending(self) -> None:
        self.is_scheduled = False
        if self.is_paused or self.has_parsed_requests or self.is_closing():
            return
        size = self.max_piece
        piece = bytes(self.pending[:size])
        del self.pending[:size]
        if len(self.pending) <= MAX_PENDING:
            self.transport.resume_reading()
        if piece:
            self.parse(piece)
        if self.pending:
            self.resume_parsing()

    @property
    def max_piece(self) -> int:
        """The bytes to parse next, so that headers are not complete only beyond their limit."""
        remaining = self.max_received - self.received_bytes
        return min(MAX_PIECE, remaining) if remaining > 0 else MAX_PIECE

    def parse(self, data: bytes) -> None:
        self.received_bytes += len(data)
        self.last_piece = data
        self.protocol.data_received(data)
        if self.received_bytes and not self.active_requests:
            # The protocol has started a task if it has all headers. The task runs before this call.
            self.loop.call_soon(self.check_head)

    def pause_reading(self) -> None:
        self.is_paused = True

    def resume_reading(self) -> None:
        if self.is_paused:
            self.is_paused = False
            # Not at once: the protocol may still be completing a response.
            self.resume_parsing()

    def eof_received(self) -> bool:
        """Keep the connection open until the requests that the client sent before are answered."""
        if self.is_closing():
            return False
        self.start_limit = self.loop.time() + MAX_ENDED_WAIT
        self.loop.call_soon(self.close_when_done)
        return True

    def end_after_response(self) -> None:
        """Close the connection after the next response, or now if no request has been received."""
        self.is_ending = True
        self.loop.call_soon(self.close_when_done)

    def close_when_done(self) -> None:
        """Close the connection once all requests that have been received are done."""
        cycle: Any = getattr(self.protocol, "cycle", None)
        is_parsed = cycle is not None and not cycle.response_complete
        if not (is_parsed or self.pending or self.active_requests):
            # A client that sends no more leaves nothing unread, and has nothing to wait for.
            connection = self if self.start_limit == float("inf") else self.transport
            connection.close()
        elif not self.is_closing():
            self.loop.call_later(END_INTERVAL, self.close_when_done)

    def check_head(self) -> None:
        if self.active_requests or not self.received_bytes or self.is_closing():
            return
        if self.has_received_too_much:
            self.refuse_malformed()
        elif not self.is_head_timed:
            self.is_head_timed = True
            self.deadline.set(HEAD_TIMEOUT)

    def start_body(self, headers: dict[bytes, bytes]) -> None:
        """Limit the body that these headers announce, or else the next head."""
        self.received_bytes = 0
        has_body = b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
        self.max_received = MAX_HEAD + (MAX_IGNORED if has_body else 0)
        self.is_head_timed = False

    @property
    def has_received_too_much(self) -> bool:
        return self.received_bytes >= self.max_received

    def start_request(self, headers: dict[bytes, bytes]) -> None:
        self.active_requests += 1
        if not self.reports_bodies:
            self.start_body(headers)
        self.deadline.set(RESPONSE_TIMEOUT)
        if self.connections is not None:
            self.connections.mark_active(self)
        length = headers.get(b"content-length", b"")
        if length.isdigit() and int(length) > MAX_IGNORED:
            self.is_ending = True

    def finish_request(self) -> None:
        self.active_requests -= 1
        if self.pending:
            self.resume_parsing()
        if not self.active_requests:
            # Bytes of the next request, or of a body that nobody has read, may be here already.
            self.is_head_timed = self.received_bytes > 0
            if self.unread is None:
                self.deadline.set(HEAD_TIMEOUT if self.received_bytes else self.keep_alive)
            if self.connections is not None and not self.is_closed:
                self.connections.mark_idle(self)

    def finish_cached_response(self) -> None:
        self.received_bytes = 0
        self.max_received = MAX_HEAD
        self.is_head_timed = False
        self.deadline.set(self.keep_alive)
        if self.connections is not None:
            self.connections.mark_idle(self)

    def pause_writing(self) -> None:
        self.write_deadline.set(WRITE_TIMEOUT)
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        self.write_deadline.cancel()
        self.protocol.resume_writing()

    def expire(self) -> None:
        if self.is_closing():
            self.wait_for_client()
        elif self.active_requests:
            self.abort_after("response timeout")
        elif self.received_bytes and self.max_received == MAX_HEAD:
            self.refuse(RequestTimeout(REQUEST_TIMEOUT))
        else:
            self.close()  # What came may be a body whose request has its response.

    @property
    def has_left(self) -> bool:
        return self.is_closed or self.loop.time() > self.start_limit

    def is_closing(self) -> bool:
        return self.unread is not None or self.transport.is_closing()

    def close(self) -> None:
        """Close the connection in stages (RFC 9112, section 9.6)."""
        if self.is_closing():
            return
        self.wait_for_client()
        if self.active_requests or self.received_bytes or self.ignored_bytes is not None:
            # What is left unread makes the kernel discard what the client has not read yet.
            with suppress(OSError):  # The client may have gone.
                self.transport.write_eof()
            self.ignore_input()
        else:
            self.transport.close()

    def wait_for_client(self) -> None:
        """Let a client read what it has been sent, and then close the connection too."""
        unread = self.transport.get_write_buffer_size() + count_unacknowledged(self.transport)
        now = self.loop.time()
        if unread != self.unread:
            self.unread, self.last_read = unread, now
        elif not unread or now - self.last_read >= WRITE_TIMEOUT:
            self.abort()
            return
        self.deadline.set(LINGER_TIMEOUT)

    def abort(self) -> None:
        self.is_closed = True
        self.transport.abort()

    def abort_after(self, timeout: str) -> None:
        if self.app is not None:
            self.app.state.rejections.note(timeout, self.peer)
        self.abort()

    def refuse_malformed(self) -> None:
        if not self.has_received_too_much:
            self.refuse(describe_malformed(self.last_piece))
        elif self.max_received > MAX_HEAD:
            self.close()  # The request with this body has its response.
        else:
            self.refuse(HeadersTooLarge(HEADERS_TOO_LARGE.format(limit=MAX_HEAD)))

    def refuse(self, problem: Problem) -> None:
        if self.is_closing():
            return
        headers = getattr(self.server_state, "default_headers", [])
        identifier = choose_request_id(None).decode()
        public_url = self.app and self.app.state.releases.public_url
        base = str(public_url or build_socket_url(self.transport.get_extra_info("sockname")))
        response = serialize_rejection(problem, headers, base, identifier)
        self.transport.write(response)
        self.close()
        if self.app is not None:
            # A proxy names the client of a request in its headers, which cannot be parsed.
            self.app.record_rejection(problem, self.peer, identifier, len(response))
