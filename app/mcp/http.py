"""The tools over HTTP, at an address of their own beside the API."""

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
"""What a request may hold; the largest that makes sense is far smaller."""


class McpApp:
    """An ASGI application that answers each request by itself; there are no sessions."""

    def __init__(self, made: MCPServer) -> None:
        self.made = made
        self.app = made.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=MAX_BODY,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request, below whatever prefix a proxy put before it.

        A stream of messages is refused, as the protocol allows: nothing is ever sent unasked.
        """
        if scope["method"] == "OPTIONS":
            # The data are public and nobody logs in, so a page of any origin may ask.
            await Response(status_code=204, headers=PREFLIGHT_HEADERS)(scope, receive, send)
            return
        if scope["method"] not in ALLOWED_METHODS:
            refusal = Response(status_code=405, headers={"Allow": ", ".join(ALLOWED_METHODS)})
            await refusal(scope, receive, send)
            return
        await self.app({**scope, "path": "/mcp", "root_path": ""}, receive, send)

    @asynccontextmanager
    async def run(self) -> AsyncIterator[None]:
        """Be ready for requests."""
        async with self.made.session_manager.run():
            yield
