"""Health, request identifiers, and the last resort for a failure inside."""

import logging
import os
import re
from collections.abc import Iterator

from fastapi import APIRouter, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.context import BEFORE_VALIDATION, Read, problem_response
from app.database import DatabaseError
from app.problems import InternalError, Mistake, NotReady, Problem, UnknownPath
from app.queries.release import release
from app.schemas.service import Health, HealthStatus
from app.text import Words

log = logging.getLogger("uvicorn.error")
REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9.-]{7,127}")

METRICS = "text/plain; version=0.0.4; charset=utf-8"
NOT_KEPT = Words(
    "Numbers are kept only with BRI_METRICS=true", "仅在设置 BRI_METRICS=true 时提供指标"
)

router = APIRouter(prefix="/health", tags=["Service health"])
numbers = APIRouter(include_in_schema=False)


@router.get("/live", summary="Is the process alive?", response_model=Health)
async def get_liveness() -> Response:
    """Answer as long as the process can answer at all; it looks at nothing else."""
    return healthy()


@router.get(
    "/ready",
    summary="Can it serve data?",
    response_model=Health,
    dependencies=BEFORE_VALIDATION,
    responses={503: {"description": "The database cannot be read."}},
)
async def get_readiness(read: Read) -> Response:
    """Answer once the database is open and can be read; 503 says that it cannot."""
    await run_in_threadpool(read.snapshot.database.read, release)
    return healthy()


@numbers.get("/metrics")
def show_metrics(request: Request) -> Response:
    """Give the numbers of all processes, if they are kept."""
    metrics = request.app.caching.observer.metrics
    if metrics is None:
        raise UnknownPath(NOT_KEPT, [Mistake("path", NOT_KEPT)])
    headers = {"Cache-Control": "no-store"}
    return Response(metrics.written(), media_type=METRICS, headers=headers)


def healthy() -> Response:
    """Say that all is well, now and not a moment later."""
    body = Health(status=HealthStatus.OK).to_json()
    return Response(body, media_type="application/json", headers={"Cache-Control": "no-store"})


def identify(given: bytes | None) -> bytes:
    """Name a request by the client's own identifier, or by a new one."""
    if given is not None and REQUEST_ID.fullmatch(given):
        return given
    return next(IDENTIFIERS)


def identifiers() -> Iterator[bytes]:
    """Make identifiers without end, many from each draw of randomness."""
    while True:
        drawn = os.urandom(16 * 256).hex().encode()
        for start in range(0, len(drawn), 32):
            yield drawn[start : start + 32]


IDENTIFIERS = identifiers()


class RequestIdentifier:
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
        identifier = identify(None if given is None else given.encode("latin-1")).decode()
        request.state.request_id = identifier

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = identifier
            await send(message)

        await self.app(scope, receive, send_named)


class LastResort:
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
            problem = failure(error, request.state.request_id)
            await problem_response(request, problem)(scope, receive, send)


def failure(error: Exception, identifier: str) -> Problem:
    """Name a failure inside without telling the outside what failed."""
    if isinstance(error, DatabaseError):
        log.error("request %s: %s", identifier, error)
        words = Words("The database cannot be read just now", "数据库暂时无法读取")
        return NotReady(words, headers={"Retry-After": "5"})
    log.error("request %s failed", identifier, exc_info=error)
    words = Words(
        "The service failed; quote the request identifier when you ask for help",
        "服务出现故障；如需协助，请提供请求编号",
    )
    return InternalError(words)
