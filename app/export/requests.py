"""Requests to the application without a socket, answered as the service answers them."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from shutil import disk_usage
from tempfile import gettempdir

from starlette.types import ASGIApp, Message

from app.export.addresses import Address
from app.openapi import build_scope

MAX_DETAIL = 500
FULL_DISK = frozenset({errno.ENOSPC, errno.EDQUOT})
PAUSES = (1, 5, 30)
"""The seconds before a request that the service refused is repeated."""


class ExportError(Exception):
    """The static edition cannot be written; the message says why and what to do."""


def describe_full_disk(folder: Path) -> str:
    """Say which disk is full, and what to do; long tables are first written to temporary files."""
    place = min(folder, Path(gettempdir()), key=lambda one: disk_usage(one).free)
    remedy = "name a folder on another disk" if place == folder else "set TMPDIR to another folder"
    return f"the disk of {place} is full; free some space or {remedy}, and export again"


@dataclass
class Reply:
    """The response to a request."""

    write: Callable[[bytes], object]
    """Takes the body piece by piece."""
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    failure: bytes = b""
    is_complete: bool = False

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0]

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {
                name.decode("latin-1"): value.decode("latin-1")
                for name, value in message["headers"]
            }
            return
        body = message.get("body", b"")
        if self.status == HTTPStatus.OK:
            self.write(body)
        else:
            self.failure += body
        self.is_complete = not message.get("more_body", False)


async def request(
    app: ASGIApp, address: Address, base_url: str, write: Callable[[bytes], object]
) -> Reply:
    """Request an address of a service; ExportError if the response is not 200, or ends early."""
    for pause in (0, *PAUSES):
        await asyncio.sleep(pause)
        reply = Reply(write)
        await app(build_scope(base_url, address.target), receive, reply.send)
        # A busy machine, or one that was asleep, keeps a chart waiting longer than a client would.
        if reply.status != HTTPStatus.SERVICE_UNAVAILABLE:
            break
    if reply.status != HTTPStatus.OK:
        detail = reply.failure[:MAX_DETAIL].decode(errors="replace")
        raise ExportError(f"{address.target} was answered with {reply.status}: {detail}")
    if not reply.is_complete:
        raise ExportError(f"the response to {address.target} ended early")
    return reply


async def receive() -> Message:
    """Wait indefinitely: the client neither sends a body nor leaves."""
    await asyncio.Event().wait()
    raise AssertionError
