"""Cached responses sent by the parser: without a task, a scope or messages.

A subclass of uvicorn's protocol, which sends the response to a plain GET or HEAD if it is cached,
and passes everything else on. It is used only if uvicorn's protocol is as expected here, and only
the speed depends on it: the timeouts and limits are those of ``TimeoutProtocol``.
"""

from asyncio import AbstractEventLoop
from typing import Any

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, parse_url
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import (
    HEADER_RE,
    HEADER_VALUE_RE,
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

from app.http.authority import apply_absolute_form
from app.http.cache import CacheMiddleware
from app.http.cache_key import VALID_HOSTS, BoundedMemo, build_key
from app.http.cached_response import LARGE_BODY, NOT_MODIFIED, OK, CachedResponse, select_response
from app.http.conditional import CONDITIONAL_HEADERS
from app.http.middleware import RAW_COMMON_HEADERS
from app.problems.problem import Problem
from app.request import RawHeaders, choose_request_id
from app.server.rejections import serialize_headers
from app.server.timeouts import TimeoutProtocol

SLOW_PATH_HEADERS = frozenset(
    b"connection content-length expect transfer-encoding upgrade x-forwarded-for "
    b"x-forwarded-proto".split()
)
"""The request headers that the server, or uvicorn's middleware, has to interpret."""
PRECEDING_CONDITIONS = frozenset({b"if-match", b"if-unmodified-since"})
"""The preconditions that are evaluated before If-None-Match."""
EXPECTED_METHODS = frozenset(
    {"connection_made", "data_received", "on_message_begin", "on_headers_complete", "on_body"}
    | {"on_message_complete", "connection_lost", "_start_asgi_task", "_unset_keepalive_if_required"}
)
EXPECTED_ATTRIBUTES = frozenset(
    {"access_log", "cycle", "flow", "headers", "limit_concurrency", "logger"}
    | {"parser", "pipeline", "root_path", "scope", "server_state"}
)
EXPECTED_OF_REQUESTS = frozenset(
    {"disconnected", "keep_alive", "more_body", "response_complete", "response_started"}
)
"""What is extended, called or read of uvicorn's protocol, and of a request in progress."""


def split_target(url: bytes) -> tuple[bytes, bytes]:
    parsed = parse_url(url)
    return parsed.path, parsed.query or b""


SPLIT_TARGETS = BoundedMemo(split_target)


class DefaultHeaders:
    """The headers that the server adds to every response, which change every second."""

    fields: RawHeaders | None = None
    text = b""

    def serialize(self, state: ServerState) -> bytes:
        if state.default_headers is not self.fields:
            self.fields = state.default_headers
            self.text = serialize_headers(self.fields)
        return self.text


DEFAULT_HEADERS = DefaultHeaders()


def has_valid_headers(fields: RawHeaders) -> bool:
    return not any(HEADER_RE.search(name) or HEADER_VALUE_RE.search(text) for name, text in fields)


class CachedResponseProtocol(HttpToolsProtocol):
    """Sends cached responses from the parser, and is uvicorn's own protocol for the rest."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.connection: TimeoutProtocol = app_state["connection"]
        app = app_state.get("app")
        is_plain = self.limit_concurrency is None and not self.access_log
        self.cache: CacheMiddleware | None = None
        if app is not None and app.allows_fast_path and is_plain:
            self.cache, self.metrics = app.cache, app.state.metrics
            self.has_public_url = app.state.releases.public_url is not None
            app.uses_fast_path = True
        self.prefix = self.root_path.encode("ascii")
        self.running: RequestResponseCycle | None = None
        """The request in progress; others that have been parsed wait for it in the pipeline."""
        self.is_answered = False
        self.is_in_message = False
        self.skipped_body = 0
        """The bytes left of a body that the parser skips, because its request asks to upgrade."""

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell the request in progress that the client has gone; uvicorn tells the last one."""
        if self.running is not None:
            self.running.disconnected, self.running = True, None
        self.pipeline.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse requests; unlike uvicorn, also those after an upgrade that is ignored."""
        self._unset_keepalive_if_required()
        while data:
            if self.skipped_body:
                data = self.receive_skipped_body(data)
                continue
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]
                continue
            except HttpParserError as error:
                self.refuse(error)
            break
        if not self.is_in_message:
            self.connection.received_bytes = 0
        elif self.connection.has_received_too_much and self.is_responding:
            self.close_after_response()

    def receive_skipped_body(self, data: bytes) -> bytes:
        """Pass a part of a body on; return what follows the body."""
        body, rest = data[: self.skipped_body], data[self.skipped_body :]
        self.skipped_body -= len(body)
        self.on_body(body)
        if not self.skipped_body:
            self.on_message_complete()
        return rest

    @property
    def is_responding(self) -> bool:
        return self.running is not None and not self.running.response_complete

    def close_after_response(self) -> None:
        """Close the connection once all valid requests have their responses."""
        self.cycle.keep_alive = False
        self.connection.ignore_input()

    def refuse(self, error: HttpParserError) -> None:
        cause = error.__context__
        is_expected = cause is None or isinstance(cause, (HttpParserError, UnicodeDecodeError))
        if isinstance(error, HttpParserCallbackError) and not is_expected:
            self.logger.error("the parser failed", exc_info=error)
        last: Any = self.cycle
        if self.is_responding and (self.pipeline or last.response_started or not last.more_body):
            self.close_after_response()
        else:
            self.connection.refuse_malformed()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.is_in_message = True

    def on_headers_complete(self) -> None:
        if self.url[:1] != b"/":
            self.url = apply_absolute_form(self.url, self.headers)
        headers = dict(self.headers)
        self.is_answered = self.cache is not None and self.send_cached(self.cache, headers)
        if not self.is_answered:
            super().on_headers_complete()
            self.start_body(headers)

    def start_body(self, headers: dict[bytes, bytes]) -> None:
        self.connection.start_body(headers)
        if self.parser.should_upgrade():
            self.skipped_body = int(headers.get(b"content-length", 0))
            if b"transfer-encoding" in headers:
                self.close_after_response()

    def on_message_complete(self) -> None:
        """Ignore the end of a request that has been answered, and one whose body is skipped."""
        if self.skipped_body:
            return
        self.is_in_message = False
        if not self.is_answered:
            self.connection.start_body({})
            super().on_message_complete()

    def send_cached(self, cache: CacheMiddleware, headers: dict[bytes, bytes]) -> bool:
        if self.is_responding or self.flow.write_paused or self.parser.get_http_version() != "1.1":
            return False
        method = self.parser.get_method()
        if method not in {b"GET", b"HEAD"} or not SLOW_PATH_HEADERS.isdisjoint(headers):
            return False
        if len(headers) != len(self.headers) or not VALID_HOSTS[headers.get(b"host")]:
            return False
        path, query = SPLIT_TARGETS[self.url]
        scope: Any = self.scope
        scope["raw_path"], scope["query_string"] = self.prefix + path, query
        key = build_key(scope, headers, has_public_url=self.has_public_url)
        scope["state"]["cache_key"] = key  # The application then need not build it again.
        response = cache.find(key)
        if response is None or self.connection.is_ending or self.connection.is_closing():
            return False
        return len(response.body) <= LARGE_BODY and self.send_response(response, method, headers)

    def send_response(
        self, response: CachedResponse, method: bytes, headers: dict[bytes, bytes]
    ) -> bool:
        status, fields = OK, response.headers
        if headers.get(
            b"if-none-match"
        ) == response.validators.etag and PRECEDING_CONDITIONS.isdisjoint(headers):
            status, fields = NOT_MODIFIED, response.not_modified_headers
        elif not CONDITIONAL_HEADERS.isdisjoint(headers):
            try:
                status, fields, _ = select_response(response, method.decode(), headers)
            except Problem:
                return False
        if status not in response.serialized_headers:
            if status not in {OK, NOT_MODIFIED} or not has_valid_headers(fields):
                return False
            response.serialized_headers[status] = serialize_headers([*fields, *RAW_COMMON_HEADERS])
        self.connection.transport.write(
            b"%b%b%bx-request-id: %b\r\n\r\n%b"
            % (
                STATUS_LINE[status],
                DEFAULT_HEADERS.serialize(self.server_state),
                response.serialized_headers[status],
                choose_request_id(headers.get(b"x-request-id")),
                response.body if status == OK and method == b"GET" else b"",  # type: ignore[str-format]
            )
        )
        self.server_state.total_requests += 1
        self.connection.finish_cached_response()
        if self.metrics is not None:
            self.metrics.fast_path_hits[response.route, status] += 1
        return True


def is_uvicorn_compatible() -> bool:
    return (
        vars(HttpToolsProtocol).keys() >= EXPECTED_METHODS
        and EXPECTED_ATTRIBUTES.issubset(HttpToolsProtocol.__init__.__code__.co_names)
        and EXPECTED_OF_REQUESTS.issubset(RequestResponseCycle.__init__.__code__.co_names)
        and "url" in HttpToolsProtocol.on_message_begin.__code__.co_names
        and STATUS_LINE[OK] == b"HTTP/1.1 200 OK\r\n"
    )
