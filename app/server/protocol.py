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

from app.http.cache import NOT_MODIFIED, SAFE_METHODS, CacheMiddleware, select_response
from app.http.cache_key import BoundedMemo, merge_headers
from app.http.cache_store import CachedResponse, RawHeaders
from app.http.conditional import CONDITIONAL_HEADERS
from app.http.middleware import request_id
from app.http.response_collector import OK
from app.problems.problem import Problem
from app.server import timeouts
from app.server.timeouts import TimeoutProtocol

SLOW_PATH_HEADERS = frozenset(
    b"connection content-length expect transfer-encoding upgrade x-forwarded-for "
    b"x-forwarded-proto".split()
)
"""The request headers of which the server, or uvicorn's middleware, makes something."""
PRECEDING_CONDITIONS = frozenset({b"if-match", b"if-unmodified-since"})
"""The conditions that come before If-None-Match; without them the usual one needs no weighing."""
EXPECTED_METHODS = frozenset({"on_headers_complete", "on_message_complete"})
"""The methods of uvicorn's protocol that are extended."""


def split_target(url: bytes) -> tuple[bytes, bytes]:
    """Take an address apart, as uvicorn does, into its path and its query."""
    parsed = parse_url(url)
    return parsed.path, parsed.query or b""


SPLIT_TARGETS: BoundedMemo[tuple[bytes, bytes]] = BoundedMemo(split_target)


class DefaultHeaders:
    """The headers that the server adds to every answer, written out; they change every second."""

    def __init__(self) -> None:
        self.fields: RawHeaders | None = None
        self.text = b""

    def serialize(self, state: ServerState) -> bytes:
        """Give the headers of now."""
        if state.default_headers is not self.fields:
            self.fields = state.default_headers
            self.text = serialize_headers(self.fields)
        return self.text


DEFAULT_HEADERS = DefaultHeaders()


def serialize_headers(fields: RawHeaders) -> bytes:
    """Write headers as they go over the wire."""
    return b"".join(b"%b: %b\r\n" % (name.lower(), value) for name, value in fields)


def has_valid_headers(fields: RawHeaders) -> bool:
    """Tell whether uvicorn would send these headers."""
    return not any(HEADER_RE.search(name) or HEADER_VALUE_RE.search(text) for name, text in fields)


class CachedResponseProtocol(TimeoutProtocol):
    """Answers from the cache what it can, and is uvicorn's own protocol for the rest."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        found = find_cache(self.app)
        is_open = found is not None and found.is_open and not found.observer.lines
        is_plain = self.limit_concurrency is None and not self.access_log
        self.caching = found if is_open and is_plain else None
        self.metrics = self.caching.observer.metrics if self.caching else None
        self.prefix = self.root_path.encode("ascii")
        self.is_answered = False

    def on_headers_complete(self) -> None:
        """Answer from the cache, or begin the usual way."""
        self.is_answered = self.caching is not None and self.send_cached(self.caching)
        if self.is_answered:
            self.end_head()
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Leave a request alone that is answered."""
        if not self.is_answered:
            super().on_message_complete()

    def send_cached(self, caching: CacheMiddleware) -> bool:
        """Answer if the request is a plain one, its turn has come, and its answer is kept."""
        cycle: Any = self.cycle
        if cycle is not None and not cycle.response_complete:
            return False
        parser, headers = self.parser, merge_headers(self.headers)
        method = parser.get_method().decode("ascii")
        if method not in SAFE_METHODS or not SLOW_PATH_HEADERS.isdisjoint(headers):
            return False
        if parser.get_http_version() != "1.1" or self.flow.write_paused:
            return False
        path, query = SPLIT_TARGETS[self.url]
        asked: Any = self.scope
        asked["raw_path"], asked["query_string"] = self.prefix + path, query
        _, finished = caching.lookup(asked, headers)
        if finished is None or self.transport.is_closing():
            return False
        return self.send_response(finished, method, headers)

    def send_response(
        self, finished: CachedResponse, method: str, headers: dict[bytes, bytes]
    ) -> bool:
        """Send an answer whole, or that it is unchanged; anything rarer goes the usual way."""
        status, fields = OK, finished.headers
        held = headers.get(b"if-none-match")
        if held == finished.validators.etag and PRECEDING_CONDITIONS.isdisjoint(headers):
            status, fields = NOT_MODIFIED, finished.not_modified_headers
        elif not CONDITIONAL_HEADERS.isdisjoint(headers):
            try:
                status, fields, _ = select_response(finished, method, headers)
            except Problem:
                return False
        if status not in finished.serialized_headers:
            if status not in {OK, NOT_MODIFIED} or not has_valid_headers(fields):
                return False
            finished.serialized_headers[status] = serialize_headers(fields)
        body = finished.body if status == OK and method == "GET" else b""
        identifier = request_id(headers.get(b"x-request-id"))
        start = (
            STATUS_LINE[status]
            + DEFAULT_HEADERS.serialize(self.server_state)
            + finished.serialized_headers[status]
        )
        self.transport.write(b"%bx-request-id: %b\r\n\r\n%b" % (start, identifier, body))
        self.start_keepalive()
        if self.metrics is not None:
            self.metrics.fast_path_hits[finished.route, status] += 1
        return True


def find_cache(app: Any) -> CacheMiddleware | None:
    """Find the cache of the application behind uvicorn's own middleware."""
    while app is not None and not hasattr(app, "cache"):
        app = getattr(app, "app", None)
    found = getattr(app, "caching", None)
    return found if isinstance(found, CacheMiddleware) else None


def is_uvicorn_compatible() -> bool:
    """Tell whether uvicorn's protocol is built as it is expected to be here."""
    patient = timeouts.is_uvicorn_compatible()
    return (
        patient
        and vars(HttpToolsProtocol).keys() >= EXPECTED_METHODS
        and STATUS_LINE[OK] == b"HTTP/1.1 200 OK\r\n"
    )
