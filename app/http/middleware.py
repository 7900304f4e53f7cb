"""What reaches the routes: GET and HEAD with an address that can be decoded, from any origin."""

import logging
import os
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.db import DatabaseError
from app.i18n import Bilingual
from app.problems.problem import (
    InternalError,
    MalformedAddress,
    MethodNotAllowed,
    NotReady,
    Problem,
)
from app.request import create_problem_response

ALLOWED_METHODS = "GET, HEAD, OPTIONS"
COMMON_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Language, Content-Range, ETag, Last-Modified, "
        "Link, RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, X-Request-ID"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every answer."""
RAW_COMMON_HEADERS = [
    (name.lower().encode(), value.encode()) for name, value in COMMON_HEADERS.items()
]
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CommonMiddleware:
    """ASGI middleware: the methods of a read-only service, open to pages of every origin."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what is no reading; HEAD is GET, and the server leaves its body out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_open(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(COMMON_HEADERS)
            await send(message)

        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        answer = self.reject(Request(scope)) or self.app
        await answer(scope, receive, send_open)

    def reject(self, request: Request) -> Response | None:
        """Answer a request that goes no further."""
        if request.method == "OPTIONS":
            return Response(
                status_code=204,
                headers={
                    "Allow": ALLOWED_METHODS,
                    "Access-Control-Allow-Methods": ALLOWED_METHODS,
                    "Access-Control-Allow-Headers": "*",
                    "Access-Control-Max-Age": "86400",
                },
            )
        if request.method != "GET":
            words = Bilingual(
                f"This service only reads; use one of {ALLOWED_METHODS}",
                f"本服务只提供读取；请使用 {ALLOWED_METHODS}",
            )
            return create_problem_response(
                request, MethodNotAllowed(words, headers={"Allow": ALLOWED_METHODS})
            )
        part = find_malformed_part(request.scope)
        if part is not None:
            return create_problem_response(request, MalformedAddress(part))
        return None


def find_malformed_part(scope: Scope) -> Bilingual | None:
    """Find the part of an address that cannot be decoded to plain text."""
    parts = (
        (scope.get("raw_path") or b"", Bilingual("The path", "路径")),
        (scope["query_string"], Bilingual("The query", "查询串")),
    )
    for raw, name in parts:
        if is_malformed(raw):
            return Bilingual(
                f"{name.en} has an escape that is cut short, is not UTF-8, or is a control "
                "character",
                f"{name.zh}中的转义不完整、不是UTF-8文本或含有控制字符",
            )
    return None


def is_malformed(raw: bytes) -> bool:
    """Tell whether an escape is cut short, is not UTF-8, or is a control character."""
    decoded = unquote_to_bytes(raw)
    if BROKEN_ESCAPE.search(raw) or CONTROL.search(decoded):
        return True
    try:
        decoded.decode()
    except UnicodeDecodeError:
        return True
    return False


log = logging.getLogger("uvicorn.error")


REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9.-]{7,127}")


def request_id(given: bytes | None) -> bytes:
    """Name a request by the client's own identifier, or by a new one."""
    if given is not None and REQUEST_ID.fullmatch(given):
        return given
    return next(GENERATED_IDS)


def generate_ids() -> Iterator[bytes]:
    """Make identifiers without end, many from each draw of randomness."""
    while True:
        drawn = os.urandom(16 * 256).hex().encode()
        for start in range(0, len(drawn), 32):
            yield drawn[start : start + 32]


GENERATED_IDS = generate_ids()


class RequestIdMiddleware:
    """ASGI middleware: every answer carries X-Request-ID, the client's own or a new one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Name the request and pass it on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        given = request.headers.get("x-request-id")
        identifier = request_id(None if given is None else given.encode("latin-1")).decode()
        request.state.request_id = identifier

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            await send(message)

        await self.app(scope, receive, send_named)


class ErrorMiddleware:
    """ASGI middleware: a failure inside becomes a problem, and its traceback stays in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and answer for it if nothing else did."""
        started = False

        async def send_noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            request = Request(scope)
            problem = to_problem(error, request.state.request_id)
            await create_problem_response(request, problem)(scope, receive, send)


def to_problem(error: Exception, identifier: str) -> Problem:
    """Name a failure inside without telling the outside what failed."""
    if isinstance(error, DatabaseError):
        log.error("request %s: %s", identifier, error)
        words = Bilingual("The database cannot be read just now", "数据库暂时无法读取")
        return NotReady(words, headers={"Retry-After": "5"})
    log.error("request %s failed", identifier, exc_info=error)
    words = Bilingual(
        "The service failed; quote the request identifier when you ask for help",
        "服务出现故障；如需协助，请提供请求编号",
    )
    return InternalError(words)
