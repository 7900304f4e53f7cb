"""Kept answers straight from the parser: no task, no scope and no messages between.

A subclass of uvicorn's protocol that answers a plain GET or HEAD whose answer is kept, with the
headers that the cache has for it. It hands everything else on, and all of it if uvicorn is not as
it is expected to be, so that nothing but speed depends on it.
"""

from typing import Any

from httptools import parse_url
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
)
from uvicorn.server import ServerState

from app import patience
from app.caching.answers import OK
from app.caching.conditions import CONDITIONAL
from app.caching.keys import Memo, single
from app.caching.middleware import READING, UNCHANGED, Caching, weigh
from app.caching.store import Finished, Raw
from app.patience import PatientProtocol
from app.problems import Problem
from app.telemetry import identify

NOT_PLAIN = frozenset(
    b"connection content-length expect transfer-encoding upgrade x-forwarded-for "
    b"x-forwarded-proto".split()
)
"""The request headers of which the server, or uvicorn's middleware, makes something."""
BEFORE_IT = frozenset({b"if-match", b"if-unmodified-since"})
"""The conditions that come before If-None-Match; without them the usual one needs no weighing."""
EXPECTED = frozenset({"on_headers_complete", "on_message_complete"})
"""The methods of uvicorn's protocol that are extended."""


def address(url: bytes) -> tuple[bytes, bytes]:
    """Take an address apart, as uvicorn does, into its path and its query."""
    parsed = parse_url(url)
    return parsed.path, parsed.query or b""


ADDRESSES: Memo[tuple[bytes, bytes]] = Memo(address)


class Dates:
    """The headers that the server adds to every answer, written out; they change every second."""

    def __init__(self) -> None:
        self.fields: Raw | None = None
        self.text = b""

    def written(self, state: ServerState) -> bytes:
        """Give the headers of now."""
        if state.default_headers is not self.fields:
            self.fields = state.default_headers
            self.text = written(self.fields)
        return self.text


DATES = Dates()


def written(fields: Raw) -> bytes:
    """Write headers as they go over the wire."""
    return b"".join(b"%b: %b\r\n" % (name.lower(), value) for name, value in fields)


def is_sound(fields: Raw) -> bool:
    """Tell whether uvicorn would send these headers."""
    return not any(HEADER_RE.search(name) or HEADER_VALUE_RE.search(text) for name, text in fields)


class Protocol(PatientProtocol):
    """Answers from the cache what it can, and is uvicorn's own protocol for the rest."""

    def __init__(self, *given: Any, **named: Any) -> None:  # noqa: ANN401
        super().__init__(*given, **named)
        found = caching_of(self.app)
        is_open = found is not None and found.is_open and not found.observer.lines
        is_plain = self.limit_concurrency is None and not self.access_log
        self.caching = found if is_open and is_plain else None
        self.metrics = self.caching.observer.metrics if self.caching else None
        self.prefix = self.root_path.encode("ascii")
        self.answered = False

    def on_headers_complete(self) -> None:
        """Answer from the cache, or begin the usual way."""
        self.answered = self.caching is not None and self.answer(self.caching)
        if self.answered:
            self.headed()
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Leave a request alone that is answered."""
        if not self.answered:
            super().on_message_complete()

    def answer(self, caching: Caching) -> bool:
        """Answer if the request is a plain one, its turn has come, and its answer is kept."""
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            return False
        parser, headers = self.parser, single(self.headers)
        method = parser.get_method().decode("ascii")
        if method not in READING or not NOT_PLAIN.isdisjoint(headers):
            return False
        if parser.get_http_version() != "1.1" or self.flow.write_paused:
            return False
        path, query = ADDRESSES[self.url]
        asked: Any = self.scope
        asked["raw_path"], asked["query_string"] = self.prefix + path, query
        _, finished = caching.kept(asked, headers)
        if finished is None or self.transport.is_closing():
            return False
        return self.send(finished, method, headers)

    def send(self, finished: Finished, method: str, headers: dict[bytes, bytes]) -> bool:
        """Send an answer whole, or that it is unchanged; anything rarer goes the usual way."""
        status, fields = OK, finished.headers
        held = headers.get(b"if-none-match")
        if held == finished.validators.etag and BEFORE_IT.isdisjoint(headers):
            status, fields = UNCHANGED, finished.unchanged
        elif not CONDITIONAL.isdisjoint(headers):
            try:
                status, fields, _ = weigh(finished, method, headers)
            except Problem:
                return False
        if status not in finished.wire:
            if status not in {OK, UNCHANGED} or not is_sound(fields):
                return False
            finished.wire[status] = written(fields)
        body = finished.body if status == OK and method == "GET" else b""
        identifier = identify(headers.get(b"x-request-id"))
        start = STATUS_LINE[status] + DATES.written(self.server_state) + finished.wire[status]
        self.transport.write(b"%bx-request-id: %b\r\n\r\n%b" % (start, identifier, body))
        self.rest()
        if self.metrics is not None:
            self.metrics.straight[finished.route, status] += 1
        return True


def caching_of(app: Any) -> Caching | None:  # noqa: ANN401
    """Find the cache of the application behind uvicorn's own middleware."""
    while app is not None and not hasattr(app, "caching"):
        app = getattr(app, "app", None)
    found = getattr(app, "caching", None)
    return found if isinstance(found, Caching) else None


def is_as_expected() -> bool:
    """Tell whether uvicorn's protocol is built as it is expected to be here."""
    patient = patience.is_as_expected()
    return (
        patient
        and vars(HttpToolsProtocol).keys() >= EXPECTED
        and STATUS_LINE[OK] == b"HTTP/1.1 200 OK\r\n"
    )
