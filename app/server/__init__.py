"""The server: uvicorn's protocol with timeouts, size limits and a fast path from the cache."""

import logging
from asyncio import Protocol

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from app.server.timeouts import TimeoutProtocol

LOGGED_ELSEWHERE = (
    "Invalid HTTP request",
    "Unsupported upgrade request",
    "No supported WebSocket library",
)
"""The messages of uvicorn about requests that it refuses, one line for each request."""

SLOWER = (
    "uvicorn's HTTP protocol is not as the fast path expects it: cached responses are sent more "
    "slowly; timeouts and size limits still hold"
)


def select_protocol_class() -> type[Protocol]:
    try:
        # Imports httptools, which uvicorn can do without.
        from app.server.protocol import CachedResponseProtocol, is_uvicorn_compatible  # noqa: PLC0415
    except ImportError:
        return AutoHTTPProtocol
    return CachedResponseProtocol if is_uvicorn_compatible() else AutoHTTPProtocol


class ServerProtocol(TimeoutProtocol):
    """The protocol that ``bri serve`` passes to uvicorn."""

    protocol_class = select_protocol_class()


def drop_logged_rejection(record: logging.LogRecord) -> bool:
    """Return whether to log a message; rejections have one line a minute (RejectionLog)."""
    return not record.getMessage().startswith(LOGGED_ELSEWHERE)


def has_fast_path() -> bool:
    return ServerProtocol.protocol_class is not AutoHTTPProtocol


logging.getLogger("uvicorn.error").addFilter(drop_logged_rejection)
