"""What reaches the routes: GET and HEAD with an address that can be decoded, from any origin."""

import re
from urllib.parse import unquote_to_bytes

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.context import problem_response
from app.problems import MalformedAddress, MethodNotAllowed
from app.text import Words

ALLOWED = "GET, HEAD, OPTIONS"
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "Accept-Ranges, Content-Disposition, Content-Language, Content-Range, ETag, Last-Modified, "
        "Link, RateLimit, RateLimit-Policy, Repr-Digest, Retry-After, X-Request-ID"
    ),
    "Cross-Origin-Resource-Policy": "cross-origin",
    "X-Content-Type-Options": "nosniff",
}
"""The headers of every answer."""
OPEN_HEADERS = [(name.lower().encode(), value.encode()) for name, value in OPEN.items()]
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class ReadOnly:
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
                MutableHeaders(scope=message).update(OPEN)
            await send(message)

        if scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        answer = self.refusal(Request(scope)) or self.app
        await answer(scope, receive, send_open)

    def refusal(self, request: Request) -> Response | None:
        """Answer a request that goes no further."""
        if request.method == "OPTIONS":
            return Response(
                status_code=204,
                headers={
                    "Allow": ALLOWED,
                    "Access-Control-Allow-Methods": ALLOWED,
                    "Access-Control-Allow-Headers": "*",
                    "Access-Control-Max-Age": "86400",
                },
            )
        if request.method != "GET":
            words = Words(
                f"This service only reads; use one of {ALLOWED}",
                f"本服务只提供读取；请使用 {ALLOWED}",
            )
            return problem_response(request, MethodNotAllowed(words, headers={"Allow": ALLOWED}))
        part = malformed(request.scope)
        if part is not None:
            return problem_response(request, MalformedAddress(part))
        return None


def malformed(scope: Scope) -> Words | None:
    """Find the part of an address that cannot be decoded to plain text."""
    parts = (
        (scope.get("raw_path") or b"", Words("The path", "路径")),
        (scope["query_string"], Words("The query", "查询串")),
    )
    for raw, name in parts:
        if is_broken(raw):
            return Words(
                f"{name.en} has an escape that is cut short, is not UTF-8, or is a control "
                "character",
                f"{name.zh}中的转义不完整、不是UTF-8文本或含有控制字符",
            )
    return None


def is_broken(raw: bytes) -> bool:
    """Tell whether an escape is cut short, is not UTF-8, or is a control character."""
    decoded = unquote_to_bytes(raw)
    if BROKEN_ESCAPE.search(raw) or CONTROL.search(decoded):
        return True
    try:
        decoded.decode()
    except UnicodeDecodeError:
        return True
    return False
