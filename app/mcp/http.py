"""The tools over HTTP, at /mcp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

ALLOWED_METHODS = ("POST", "OPTIONS")
PREFLIGHT_HEADERS = {
    "Allow": "POST, OPTIONS",
    "Access-Control-Allow-Methods": "POST, OPTIONS",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
MAX_BODY = 64 * 1024
"""The largest request body in bytes; real requests are far smaller."""


class McpApp:
    """An ASGI application without sessions: each request is independent of the others."""

    def __init__(self, server: MCPServer) -> None:
        self.server = server
        self.app = server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, whatever path prefix a proxy has added.

        GET, which would open a stream of messages, is refused as the protocol allows: the server
        only sends responses.
        """
        if scope["method"] == "OPTIONS":
            # The data are public and nobody logs in, so a page of any origin may ask.
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return
        if scope["method"] not in ALLOWED_METHODS:
            response = Response(status_code=405, headers={"Allow": ", ".join(ALLOWED_METHODS)})
            await response(scope, receive, send)
            return
        await self.app({**scope, "path": "/mcp", "root_path": ""}, receive, send)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Accept requests until the context ends."""
        async with self.server.session_manager.run():
            yield
