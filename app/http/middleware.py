"""The middleware: what happens to every request before it reaches the cache, and afterwards."""

import json
import logging
import os
import re
import sys
from asyncio import CancelledError
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, perf_counter
from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from sqlalchemy.exc import OperationalError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import DatabaseError
from app.enums import LogFormat
from app.http.cache_key import MAX_PARAMETERS, create_context
from app.http.connections import LOG_INTERVAL, RejectionLog, escape_field
from app.http.limits import START_TURNS, RequestLimits, receive_body
from app.problems import messages
from app.problems.problem import (
    InternalError,
    InvalidParameters,
    MalformedAddress,
    MalformedRequest,
    MethodNotAllowed,
    NotReady,
    Problem,
    VersionNotSupported,
)
from app.request import OTHER_ROUTE, ClientDisconnectedError, RequestContext

if TYPE_CHECKING:
    from app.http.metrics import Metrics

log = logging.getLogger("uvicorn.error")

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
MOUNTED_METHODS = "POST, OPTIONS"
"""The methods of the applications that are mounted at a path."""
HTTP_VERSIONS = frozenset({"1.0", "1.1"})
COMMON_HEADERS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "Accept-Ranges, Content-Disposition, Content-Language, Content-Range, ETag, Last-Modified, "
        "Link, RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, X-Request-ID"
    ),
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
}
"""The headers of every response, also of those that the server sends by itself."""
RAW_COMMON_HEADERS = [(name.encode(), value.encode()) for name, value in COMMON_HEADERS.items()]
PREFLIGHT_HEADERS = {"Access-Control-Allow-Headers": "*", "Access-Control-Max-Age": "86400"}
TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A traceparent header of W3C Trace Context, version 00."""
MAX_TARGET = 2000


class LineWriter:
    """Writes lines to standard output; what cannot be written is counted, not waited for."""

    def __init__(self) -> None:
        self.lost = 0
        """The lines lost since the last message about them."""
        self.cause: OSError | None = None
        self.reported_at = -LOG_INTERVAL
        self.is_cut = False
        """Whether the last line was written in part, so that the next one has to end it."""

    def write(self, line: str) -> None:
        # Without the buffer of sys.stdout, which would keep a part of a line that has failed.
        rest = b"\n" * self.is_cut + f"{line}\n".encode()
        try:
            while rest:
                rest = rest[os.write(sys.stdout.fileno() if sys.stdout else -1, rest) :]
                self.is_cut = bool(rest)
        except OSError as error:
            self.lost, self.cause = self.lost + 1, error
        now = monotonic()
        if self.lost and now - self.reported_at >= LOG_INTERVAL:
            cause = self.cause and self.cause.strerror
            log.warning("lines lost from the access log: %d (%s)", self.lost, cause)
            self.lost, self.reported_at = 0, now


@dataclass(frozen=True)
class RequestRecorder:
    """Records every request of a process, in the metrics and in the access log."""

    metrics: "Metrics | None"
    log_format: LogFormat
    writer: LineWriter = field(default_factory=LineWriter)

    def record(self, context: RequestContext, status: int, length: int) -> None:
        """Record a request; one whose client left before the response has the status 0."""
        if not status:
            return
        seconds = perf_counter() - context.started
        if self.metrics is not None:
            self.metrics.count_request(context.route, status, context.cache_status, seconds)
        if self.log_format is not LogFormat.OFF:
            result = {"status": status, "milliseconds": round(seconds * 1000, 3), "bytes": length}
            self.write_line(describe_request(context) | result)

    def record_rejection(self, status: int, client: str, identifier: str, length: int) -> None:
        if self.metrics is not None:
            self.metrics.count_request(OTHER_ROUTE, status, "none", 0)
        if self.log_format is not LogFormat.OFF:
            known = {"client": client, "id": identifier, "status": status, "bytes": length}
            self.write_line(UNPARSED | known)

    def write_line(self, fields: dict[str, object]) -> None:
        stamped = {"time": datetime.now(UTC).isoformat(timespec="milliseconds")} | fields
        # Both formats escape line breaks, so nothing in a request can start another line.
        is_json = self.log_format is LogFormat.JSON
        self.writer.write(json.dumps(stamped) if is_json else format_text(stamped))


UNPARSED: dict[str, object] = {
    "client": "",
    "id": "-",
    "method": "-",
    "target": "-",
    "route": OTHER_ROUTE,
    "status": 0,
    "milliseconds": 0,
    "bytes": 0,
    "cache": "none",
}
"""The fields in the access log of what is not a request."""


def describe_request(context: RequestContext) -> dict[str, object]:
    target = f"{context.root_path}{context.path}"
    if context.raw_query:
        target += f"?{context.raw_query.decode('latin-1')}"
    fields = UNPARSED | {
        "client": context.client,
        "id": context.request_id,
        "method": context.method,
        "target": target[:MAX_TARGET],
        "route": context.route,
        "cache": context.cache_status,
    }
    trace = TRACE_PARENT.fullmatch(context.headers.get(b"traceparent", b""))
    if trace is not None:
        fields["trace"] = trace[1].decode()
    return fields


def format_text(fields: Mapping[str, object]) -> str:
    client, target = escape_field(fields["client"]), escape_field(fields["target"])
    trace = f" trace={fields['trace']}" if "trace" in fields else ""
    return (
        f"{fields['time']} {client or '-'} {fields['method']} {target} "
        f"{fields['status']} {fields['milliseconds']} ms {fields['bytes']} B {fields['cache']} "
        f"id={fields['id']}{trace}"
    )


@dataclass(slots=True)
class ResponseSender:
    """An ASGI send that adds the headers of every response, and notes what is sent."""

    context: RequestContext
    send: Send
    status: int = 0
    """The status of the response, or 0 before it has started."""
    length: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            identifier = (b"x-request-id", self.context.request_id.encode())
            connection = self.context.connection
            if connection is not None:
                connection.is_head_next = self.context.method != "HEAD"
                if connection.is_ending:
                    self.context.extra_headers.append((b"connection", b"close"))
            extra = (*RAW_COMMON_HEADERS, *self.context.extra_headers, identifier)
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        elif self.context.method != "HEAD":
            # The server does not send the body of a response to HEAD.
            self.length += len(message.get("body", b""))
        await self.send(message)


class RequestReceiver(FastAPI):
    """Receives every request that the parser does not answer from the cache.

    FastAPI itself only describes the routes, and runs the startup and the shutdown.
    """

    cache: ASGIApp
    respond: Callable[[RequestContext, Problem], Response]
    mounted: Mapping[str, ASGIApp]
    limits: RequestLimits | None
    rejections: RejectionLog
    recorder: RequestRecorder | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request; failures become problems, and their tracebacks stay in the log."""
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        context = scope["context"] = create_context(self, scope)
        sender = ResponseSender(context, send)
        try:
            if context.connection is not None:
                context.connection.start_request(context.headers)
                await START_TURNS.take_for_one_round(context.client)
            await self.handle(context, scope, receive, sender)
        except ClientDisconnectedError:
            pass
        except CancelledError:
            if context.connection is None:
                raise  # An export is interrupted.
            # uvicorn cancels what is still in progress when the time to stop is over.
            stopping = NotReady(messages.STOPPING, headers={"Retry-After": "5"})
            await self.refuse(context, stopping, scope, receive, sender)
        except Exception as error:
            if sender.status:
                raise
            problem = to_problem(error, context.request_id)
            await self.refuse(context, problem, scope, receive, sender)
            # Frames refer to the error, and it to them: otherwise they would be left as garbage.
            error.__traceback__ = None
        finally:
            if context.connection is not None:
                context.connection.finish_request()
            if self.recorder is not None:
                self.recorder.record(context, sender.status, sender.length)

    async def refuse(
        self,
        context: RequestContext,
        problem: Problem,
        scope: Scope,
        receive: Receive,
        sender: ResponseSender,
    ) -> None:
        """Respond with a problem, unless a response has begun."""
        if sender.status:
            return
        if problem.is_rejection:
            self.rejections.note(problem.code, context.client)
        await self.respond(context, problem)(scope, receive, sender)

    def record_rejection(self, problem: Problem, client: str, identifier: str, length: int) -> None:
        """Record that the server has refused what did not become a request."""
        self.rejections.note(problem.code, client)
        if self.recorder is not None:
            self.recorder.record_rejection(problem.status, client, identifier, length)

    async def handle(
        self, context: RequestContext, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if scope["http_version"] not in HTTP_VERSIONS:
            raise VersionNotSupported(messages.VERSION_NOT_SUPPORTED)
        if not context.has_valid_host:
            raise MalformedRequest(messages.INVALID_HOST)
        if self.limits is not None:
            self.limits.check(context)
        is_mounted = context.path in self.mounted
        context.route = context.path if is_mounted else OTHER_ROUTE
        allowed = MOUNTED_METHODS if is_mounted else ALLOWED_METHODS
        if context.method not in allowed.split(", "):
            raise MethodNotAllowed.from_allowed(allowed)
        if context.method == "OPTIONS":
            # The data are public and nobody logs in, so a page of any origin may ask.
            methods = {"Allow": allowed, "Access-Control-Allow-Methods": allowed}
            await Response(None, 204, methods | PREFLIGHT_HEADERS)(scope, receive, send)
        elif is_mounted:
            receive = await receive_body(context.headers, receive)
            await self.mounted[context.path](scope, receive, send)
        else:
            if context.has_malformed_path:
                raise MalformedAddress(messages.MALFORMED_PATH)
            if context.query.is_malformed:
                raise MalformedAddress(messages.MALFORMED_QUERY)
            if context.query.is_too_long:
                raise InvalidParameters(messages.TOO_MANY_PARAMETERS.format(limit=MAX_PARAMETERS))
            await self.cache(scope, receive, send)


def to_problem(error: Exception, request_id: str) -> Problem:
    """Return the problem for an error, without revealing what failed inside."""
    if isinstance(error, Problem):
        return error
    is_database = isinstance(error, DatabaseError | OperationalError)
    # Python has no class of its own for a thread that the system does not allow.
    has_no_thread = str(error) == "can't start new thread"
    if is_database or has_no_thread or isinstance(error, OSError | MemoryError):
        log.error("request %s: %s", request_id, str(error) or "out of memory")
        detail = messages.DATABASE_UNAVAILABLE if is_database else messages.RESOURCES_UNAVAILABLE
        return NotReady(detail, headers={"Retry-After": "5"})
    log.error("request %s failed", request_id, exc_info=error)
    return InternalError(messages.INTERNAL_ERROR)
