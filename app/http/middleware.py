"""The middleware: everything that happens to every request, before the cache and after it."""

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING

from fastapi import FastAPI, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import DatabaseError
from app.enums import LogFormat
from app.http.cache_key import create_context
from app.http.limits import RequestLimits
from app.problems.messages import (
    DATABASE_UNAVAILABLE,
    INTERNAL_ERROR,
    MALFORMED_PATH,
    MALFORMED_QUERY,
    METHOD_NOT_ALLOWED,
)
from app.problems.problem import (
    InternalError,
    MalformedAddress,
    MethodNotAllowed,
    NotReady,
    Problem,
)
from app.request import RequestContext

if TYPE_CHECKING:
    from app.http.metrics import Metrics

log = logging.getLogger("uvicorn.error")

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
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
PREFLIGHT_HEADERS = {
    "Allow": ALLOWED_METHODS,
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A traceparent header of W3C Trace Context, version 00."""
MAX_TARGET = 2000


@dataclass(frozen=True)
class RequestRecorder:
    """Records every request of a process, in the metrics and in the access log."""

    metrics: "Metrics | None"
    log_format: LogFormat

    def record(self, context: RequestContext, status: int, length: int) -> None:
        """Record a request; one whose client left before the response has the status 0."""
        if not status:
            return
        seconds = perf_counter() - context.started
        if self.metrics is not None:
            self.metrics.count_request(context.route, status, context.cache_status, seconds)
        if self.log_format is not LogFormat.OFF:
            fields = describe_request(context, status, length, seconds)
            # Both formats escape line breaks, so nothing in a request can start another line.
            is_json = self.log_format is LogFormat.JSON
            line = json.dumps(fields, ensure_ascii=True) if is_json else format_text(fields)
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


def describe_request(
    context: RequestContext, status: int, length: int, seconds: float
) -> dict[str, object]:
    target = f"{context.root_path}{context.path}"
    if context.raw_query:
        target += f"?{context.raw_query.decode('latin-1')}"
    fields: dict[str, object] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "id": context.request_id,
        "method": context.method,
        "target": target[:MAX_TARGET],
        "route": context.route,
        "status": status,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": length,
        "cache": context.cache_status,
    }
    trace = TRACE_PARENT.fullmatch(context.headers.get(b"traceparent", b""))
    if trace is not None:
        fields["trace"] = trace[1].decode()
    return fields


def format_text(fields: Mapping[str, object]) -> str:
    target = json.dumps(fields["target"], ensure_ascii=True)[1:-1]
    trace = f" trace={fields['trace']}" if "trace" in fields else ""
    return (
        f"{fields['time']} {fields['method']} {target} {fields['status']} "
        f"{fields['milliseconds']} ms {fields['bytes']} B {fields['cache']} "
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
            extra = (*RAW_COMMON_HEADERS, *self.context.extra_headers, identifier)
            message = {**message, "headers": [*message.get("headers", ()), *extra]}
        else:
            self.length += len(message.get("body", b""))
        await self.send(message)


@dataclass(frozen=True)
class RequestMiddleware:
    """The entry of every request that the parser does not answer from the cache."""

    app: FastAPI
    cache: ASGIApp
    respond: Callable[[RequestContext, Problem], Response]
    mounted: Mapping[str, ASGIApp]
    limits: RequestLimits | None
    recorder: RequestRecorder | None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Respond to a request; failures become problems, and their tracebacks stay in the log."""
        context = scope["context"] = create_context(self.app, scope)
        sender = ResponseSender(context, send)
        if context.connection is not None:
            context.connection.start_request(context.headers)
        try:
            await self.pass_on(context, scope, receive, sender)
        except Exception as error:
            if sender.status:
                raise
            response = self.respond(context, to_problem(error, context.request_id))
            await response(scope, receive, sender)
        finally:
            if context.connection is not None:
                context.connection.finish_request()
            if self.recorder is not None:
                self.recorder.record(context, sender.status, sender.length)

    async def pass_on(
        self, context: RequestContext, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if self.limits is not None:
            self.limits.check(context)
        if context.path in self.mounted:
            context.route = context.path
            await self.mounted[context.path](scope, receive, send)
        elif context.method in {"GET", "HEAD"}:
            if context.has_malformed_path or context.query.is_malformed:
                part = MALFORMED_PATH if context.has_malformed_path else MALFORMED_QUERY
                raise MalformedAddress(part)
            await self.cache(scope, receive, send)
        elif context.method == "OPTIONS":
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send)
        else:
            detail = METHOD_NOT_ALLOWED.format(allowed=ALLOWED_METHODS)
            raise MethodNotAllowed(detail, headers={"Allow": ALLOWED_METHODS})


def to_problem(error: Exception, request_id: str) -> Problem:
    """Return the problem for an error, without revealing what failed inside."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DatabaseError):
        log.error("request %s: %s", request_id, error)
        return NotReady(DATABASE_UNAVAILABLE, headers={"Retry-After": "5"})
    log.error("request %s failed", request_id, exc_info=error)
    return InternalError(INTERNAL_ERROR)
