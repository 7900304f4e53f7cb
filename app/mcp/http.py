"""The tools over HTTP, at /mcp."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mcp.server.mcpserver import MCPServer
from mcp.server.transport_security import TransportSecuritySettings
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.http.middleware import ErrorMiddleware, RequestIdMiddleware

ALLOWED_METHODS = ("POST", "OPTIONS")
MAX_BODY = 64 * 1024
"""The largest request body in bytes; real requests are far smaller."""


class McpApp:
    """An ASGI application without sessions: each request is independent of the others."""

    def __init__(self, server: MCPServer) -> None:
        self.server = server
        # The data are public and there are no credentials, so pages of any origin may connect.
        app = server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        opened = CORSMiddleware(app, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
        self.app = RequestIdMiddleware(ErrorMiddleware(opened))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request, whatever path prefix a proxy has added.

        GET, which would open a stream of messages, is refused as the protocol allows: the server
        only sends responses.
        """
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
