"""How long a client may take, and how much it may send, before the server lets go of it.

A subclass of uvicorn's protocol, which by itself waits for ever: for the rest of a request's
headers however slowly and however many come, and for a client that does not read its answer.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.http.middleware import request_id
from app.i18n import Bilingual, Language
from app.problems.problem import MEDIA_TYPE, HeadersTooLarge, MalformedRequest, Problem

MAX_HEAD = 64 * 1024
"""What the address and the headers of a request may take."""
HEAD_TIMEOUT = 20.0
"""The seconds in which the headers of a request have to be there."""
WRITE_TIMEOUT = 60.0
"""The seconds in which a client has to take some of an answer that waits."""
EXPECTED_METHODS = frozenset(
    {
        "_start_asgi_task",
        "_unset_keepalive_if_required",
        "connection_lost",
        "connection_made",
        "data_received",
        "on_headers_complete",
        "on_message_begin",
        "pause_writing",
        "resume_writing",
        "send_400_response",
        "timeout_keep_alive_handler",
    }
)
"""The methods of uvicorn's protocol that are extended."""
MALFORMED_DETAIL = Bilingual("The request is no HTTP", "请求不符合HTTP规范")
TOO_LARGE_DETAIL = Bilingual(
    f"Address and headers take more than {MAX_HEAD} bytes",
    f"请求行与请求头超过{MAX_HEAD}字节",
)


class Deadline:
    """Runs out some seconds after it began anew, for which it needs no new timer each time."""

    def __init__(self, loop: AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        self.loop = loop
        self.seconds = seconds
        self.act = act
        self.expires_at: float | None = None
        """When it runs out, if it does."""
        self.timer: TimerHandle | None = None

    def restart(self) -> None:
        """Begin anew."""
        self.expires_at = self.loop.time() + self.seconds
        if self.timer is None:
            self.timer = self.loop.call_at(self.expires_at, self.check)

    def check(self) -> None:
        """Act if it has run out by now, else wait for the rest."""
        self.timer = None
        if self.expires_at is None:
            return
        if self.loop.time() < self.expires_at:
            self.timer = self.loop.call_at(self.expires_at, self.check)
        else:
            self.expires_at = None
            self.act()

    def cancel(self) -> None:
        """Forget it for good."""
        self.expires_at = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class TimeoutProtocol(HttpToolsProtocol):
    """Lets go of clients that send or read too slowly, or send headers without end."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.is_reading_head = False
        """Whether a request has begun whose headers are not complete."""
        self.received = 0
        self.active_cycle: Any = None
        self.head_timer: TimerHandle | None = None
        """Runs out when a request takes too long to come."""
        self.write_timer: TimerHandle | None = None
        """Runs out when the client takes too long to read."""
        self.keepalive = Deadline(
            self.loop, self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        """Runs out when no further request comes after an answer that was sent at once."""

    def connection_made(self, transport: Any) -> None:
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.cancel_head_timer()
        self.cancel_write_timer()
        self.keepalive.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes, unless there are too many before the headers end."""
        super().data_received(data)
        if not self.is_reading_head:
            return
        self.received += len(data)
        if self.received > MAX_HEAD:
            self.is_reading_head = False
            self.send_problem(HeadersTooLarge(TOO_LARGE_DETAIL))
        elif self.head_timer is None:
            self.head_timer = self.loop.call_later(HEAD_TIMEOUT, self.abort)

    def _unset_keepalive_if_required(self) -> None:
        """Rest no more: something has come."""
        self.keepalive.expires_at = None
        super()._unset_keepalive_if_required()

    def start_keepalive(self) -> None:
        """Wait for the next request after an answer that was sent at once."""
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.keepalive.restart()

    def on_message_begin(self) -> None:
        """Count from here."""
        self.is_reading_head = True
        self.received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting, and begin the usual way."""
        self.end_head()
        super().on_headers_complete()

    def end_head(self) -> None:
        """Stop counting: the headers are there."""
        self.is_reading_head = False
        self.cancel_head_timer()

    def pause_writing(self) -> None:
        """Wait until the client has taken some of what waits for it."""
        super().pause_writing()
        self.write_timer = self.loop.call_later(WRITE_TIMEOUT, self.abort)

    def resume_writing(self) -> None:
        """Wait no more."""
        self.cancel_write_timer()
        super().resume_writing()

    def cancel_head_timer(self) -> None:
        """Wait no more for a request."""
        if self.head_timer is not None:
            self.head_timer.cancel()
            self.head_timer = None

    def cancel_write_timer(self) -> None:
        """Wait no more for a reader."""
        if self.write_timer is not None:
            self.write_timer.cancel()
            self.write_timer = None

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Remember which request is answered now; others may wait behind it."""
        self.active_cycle = cycle
        super()._start_asgi_task(cycle, app)

    def abort(self) -> None:
        """Close the connection at once; what waits in it is dropped."""
        if self.active_cycle is not None:
            self.active_cycle.disconnected = True
        if not self.transport.is_closing():
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Say that a request cannot be read, as every problem is told."""
        del msg
        self.is_reading_head = False
        self.send_problem(MalformedRequest(MALFORMED_DETAIL))

    def send_problem(self, problem: Problem) -> None:
        """Answer with a problem and close the connection."""
        if self.transport.is_closing():
            return
        identifier = request_id(None)
        host, port = self.server or ("localhost", 80)
        document = problem.to_document(
            f"http://{host}:{port}", Language.ENGLISH, identifier.decode()
        )
        body = document.to_json()
        lines = [
            STATUS_LINE[problem.status],
            b"content-type: %b\r\n" % MEDIA_TYPE.encode(),
            b"content-language: en\r\ncache-control: no-store\r\nconnection: close\r\n",
            b"x-request-id: %b\r\ncontent-length: %d\r\n\r\n" % (identifier, len(body)),
            body,
        ]
        self.transport.write(b"".join(lines))
        self.transport.close()


def is_uvicorn_compatible() -> bool:
    """Tell whether uvicorn's protocol is built as it is expected to be here."""
    return vars(HttpToolsProtocol).keys() >= EXPECTED_METHODS
