"""How long a client may take, and how much it may send, before the server lets go of it.

A subclass of uvicorn's protocol, which by itself waits for ever: for the rest of a request's
headers however slowly and however many come, and for a client that does not read its answer.
"""

from asyncio import AbstractEventLoop, TimerHandle
from collections.abc import Callable
from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.problems import MEDIA_TYPE, HeadersTooLarge, MalformedRequest, Problem
from app.telemetry import identify
from app.text import Language, Words

MOST_BYTES = 64 * 1024
"""What the address and the headers of a request may take."""
SLOWEST_REQUEST = 20.0
"""The seconds in which the headers of a request have to be there."""
SLOWEST_READER = 60.0
"""The seconds in which a client has to take some of an answer that waits."""
EXPECTED = frozenset(
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
UNREADABLE = Words("The request is no HTTP", "请求不符合HTTP规范")
TOO_LARGE = Words(
    f"Address and headers take more than {MOST_BYTES} bytes",
    f"请求行与请求头超过{MOST_BYTES}字节",
)


class Patience:
    """Runs out some seconds after it began anew, for which it needs no new timer each time."""

    def __init__(self, loop: AbstractEventLoop, seconds: float, act: Callable[[], None]) -> None:
        self.loop = loop
        self.seconds = seconds
        self.act = act
        self.until: float | None = None
        """When it runs out, if it does."""
        self.timer: TimerHandle | None = None

    def begin(self) -> None:
        """Begin anew."""
        self.until = self.loop.time() + self.seconds
        if self.timer is None:
            self.timer = self.loop.call_at(self.until, self.look)

    def look(self) -> None:
        """Act if it has run out by now, else wait for the rest."""
        self.timer = None
        if self.until is None:
            return
        if self.loop.time() < self.until:
            self.timer = self.loop.call_at(self.until, self.look)
        else:
            self.until = None
            self.act()

    def end(self) -> None:
        """Forget it for good."""
        self.until = None
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None


class PatientProtocol(HttpToolsProtocol):
    """Lets go of clients that send or read too slowly, or send headers without end."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **named)
        self.heading = False
        """Whether a request has begun whose headers are not complete."""
        self.received = 0
        self.running: Any = None
        self.waiting: TimerHandle | None = None
        """Runs out when a request takes too long to come."""
        self.stalling: TimerHandle | None = None
        """Runs out when the client takes too long to read."""
        self.resting = Patience(self.loop, self.timeout_keep_alive, self.timeout_keep_alive_handler)
        """Runs out when no further request comes after an answer that was sent at once."""

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401
        """Wait for a request, but not for ever."""
        super().connection_made(transport)
        self.waiting = self.loop.call_later(SLOWEST_REQUEST, self.let_go)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self.stop_waiting()
        self.stop_stalling()
        self.resting.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes, unless there are too many before the headers end."""
        super().data_received(data)
        if not self.heading:
            return
        self.received += len(data)
        if self.received > MOST_BYTES:
            self.heading = False
            self.refuse(HeadersTooLarge(TOO_LARGE))
        elif self.waiting is None:
            self.waiting = self.loop.call_later(SLOWEST_REQUEST, self.let_go)

    def _unset_keepalive_if_required(self) -> None:
        """Rest no more: something has come."""
        self.resting.until = None
        super()._unset_keepalive_if_required()

    def rest(self) -> None:
        """Wait for the next request after an answer that was sent at once."""
        self.server_state.total_requests += 1
        if not self.transport.is_closing():
            self.resting.begin()

    def on_message_begin(self) -> None:
        """Count from here."""
        self.heading = True
        self.received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting, and begin the usual way."""
        self.headed()
        super().on_headers_complete()

    def headed(self) -> None:
        """Stop counting: the headers are there."""
        self.heading = False
        self.stop_waiting()

    def pause_writing(self) -> None:
        """Wait until the client has taken some of what waits for it."""
        super().pause_writing()
        self.stalling = self.loop.call_later(SLOWEST_READER, self.let_go)

    def resume_writing(self) -> None:
        """Wait no more."""
        self.stop_stalling()
        super().resume_writing()

    def stop_waiting(self) -> None:
        """Wait no more for a request."""
        if self.waiting is not None:
            self.waiting.cancel()
            self.waiting = None

    def stop_stalling(self) -> None:
        """Wait no more for a reader."""
        if self.stalling is not None:
            self.stalling.cancel()
            self.stalling = None

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:  # noqa: ANN401
        """Remember which request is answered now; others may wait behind it."""
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def let_go(self) -> None:
        """Close the connection at once; what waits in it is dropped."""
        if self.running is not None:
            self.running.disconnected = True
        if not self.transport.is_closing():
            self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Say that a request cannot be read, as every problem is told."""
        del msg
        self.heading = False
        self.refuse(MalformedRequest(UNREADABLE))

    def refuse(self, problem: Problem) -> None:
        """Answer with a problem and close the connection."""
        if self.transport.is_closing():
            return
        identifier = identify(None)
        host, port = self.server or ("localhost", 80)
        document = problem.document(f"http://{host}:{port}", Language.ENGLISH, identifier.decode())
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


def is_as_expected() -> bool:
    """Tell whether uvicorn's protocol is built as it is expected to be here."""
    return vars(HttpToolsProtocol).keys() >= EXPECTED
