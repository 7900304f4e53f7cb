"""The application: middleware, handlers and routers, in lists that can be read."""

import gc
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import fields
from difflib import get_close_matches
from multiprocessing import parent_process
from threading import Thread
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import StreamingResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import __version__
from app.db import PostgresLimits, create_store
from app.enums import LogFormat
from app.http.access_log import AccessLog
from app.http.cache import CacheMiddleware
from app.http.cache_key import merge_headers
from app.http.cache_store import CacheLimits
from app.http.middleware import (
    RAW_COMMON_HEADERS,
    CommonMiddleware,
    ErrorMiddleware,
    RequestIdMiddleware,
)
from app.http.observer import Observer
from app.http.request_record import RequestRecord
from app.http.response_collector import Freshness
from app.http.routing import Router
from app.i18n import Bilingual, Language
from app.ingest.files import compute_seed_hash
from app.pages.rendering import STATIC, accepts_html, render_problem
from app.problems.messages import build_errors
from app.problems.problem import InvalidParameters, ParameterError, Problem, UnknownPath, shorten
from app.releases import ReleaseManager
from app.request import create_problem_response, get_route_path
from app.routers import (
    changes,
    charts,
    citations,
    commitments,
    discovery,
    downloads,
    observations,
    pages,
    reference,
    sdmx,
    series,
    service,
    site,
)
from app.routers.health import metrics_router
from app.routers.health import router as health
from app.settings import Settings

if TYPE_CHECKING:
    from app.mcp.http import McpApp

# A path with a suffix comes before the path without it, which would take the suffix for its key.
ROUTERS = (
    charts.router,
    service.router,
    downloads.router,
    citations.router,
    discovery.router,
    discovery.well_known,
    observations.router,
    series.router,
    sdmx.router,
    commitments.router,
    reference.router,
    changes.router,
    health,
    metrics_router,
    pages.router,
    site.router,
)


LONGEST_END = 10
"""The seconds that a worker without a supervisor may take to finish what it answers."""


class App(FastAPI):
    """FastAPI behind a cache: what is kept is answered before anything of the framework runs."""

    cache: CacheMiddleware
    router_by_shape: Router
    entry: ASGIApp
    """The cache, or what stands before it."""
    mcp: "McpApp | None" = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request of the server to the cache, or to the tools."""
        scope["app"] = self
        if self.mcp is not None and scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if path == "/mcp":
                await self.mcp(scope, receive, send)
                return
        if self.cache.observer.is_active and scope["type"] == "http":
            await self.observe_request(scope, receive, send)
            return
        await self.entry(scope, receive, send)

    async def observe_request(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request to the cache, and note how it was answered."""
        seen = scope["seen"] = RequestRecord()
        identifier = b""

        async def watch(message: Message) -> None:
            nonlocal identifier
            if message["type"] == "http.response.start":
                seen.status = message["status"]
                identifier = dict(message["headers"]).get(b"x-request-id", b"")
            else:
                seen.length += len(message.get("body", b""))
            await send(message)

        try:
            await self.entry(scope, receive, watch)
        finally:
            if seen.status:
                observer, headers = self.cache.observer, dict(scope["headers"])
                query = scope["query_string"].decode("latin-1")
                target = scope["path"] + (f"?{query}" if query else "")
                observer.record(seen, scope["method"], target, headers, identifier.decode())

    async def handle_miss(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the cache cannot: directly, else through middleware and routes."""
        response = await self.router_by_shape.dispatch(scope) if scope["type"] == "http" else None
        if response is None:
            await super().__call__(scope, receive, send)
            return
        response.raw_headers = [*response.raw_headers, *RAW_COMMON_HEADERS]
        if isinstance(response, StreamingResponse):
            # The cache names the answers that it finishes; what streams through it is named here.
            response.raw_headers.append(
                (b"x-request-id", merge_headers(scope["headers"])[b"x-request-id"])
            )
        await response(scope, receive, send)


def create_app(settings: Settings) -> App:
    """Make the application for a database that is there.

    Raises:
        DatabaseError: if the database is missing, broken or of another revision.
    """
    kept = create_store(
        settings.select_database(compute_seed_hash(settings.seed)), postgres_limits(settings)
    )
    public_url = str(settings.public_url).rstrip("/") if settings.public_url else None
    app = App(
        title="Belt and Road Cooperation Indicators",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        middleware=[
            Middleware(RequestIdMiddleware),
            Middleware(CommonMiddleware),
            Middleware(ErrorMiddleware),
        ],
        exception_handlers={
            Problem: handle_problem,
            RequestValidationError: handle_validation_error,
            HTTPException: handle_http_error,
        },
    )
    app.state.releases = ReleaseManager(kept, public_url)
    app.state.releases.get_release()
    app.cache = CacheMiddleware(
        app.handle_miss, app.state, cache_limits(settings), create_freshness(settings)
    )
    app.entry = add_limits(settings, app.cache)
    app.cache.observer = create_observer(settings, app)
    app.router_by_shape = Router(ROUTERS)
    if settings.mcp:
        app.mcp = create_mcp(app.state.releases, public_url or "")
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


def create_mcp(releases: ReleaseManager, base: str) -> "McpApp":
    """Make the tools for language models, whose package takes long to import."""
    from app.mcp.http import McpApp  # noqa: PLC0415
    from app.mcp.server import create_server  # noqa: PLC0415

    return McpApp(create_server(releases, base))


def add_limits(settings: Settings, caching: CacheMiddleware) -> ASGIApp:
    """Put a guard before the cache if there is anything to guard."""
    if not settings.allowed_hosts and settings.rate_limit is None:
        return caching
    from app.http.limits import RequestLimits  # noqa: PLC0415

    caching.is_open = False
    return RequestLimits(caching, settings.allowed_hosts, settings.rate_limit)


def create_observer(settings: Settings, app: App) -> Observer:
    """Make what sees the requests, as far as that is asked for."""
    lines = None if settings.access_log is LogFormat.OFF else AccessLog(settings.access_log)
    if not settings.metrics:
        return Observer(lines=lines)
    from app.http.metrics import Metrics  # noqa: PLC0415

    store, releases = app.cache.store, app.state.releases

    def state() -> dict[str, float]:
        return {
            "bri_cache_entries": len(store.entries_by_key),
            "bri_cache_bytes": store.used_bytes,
            "bri_connections_in_use": releases.get_release().database.connections_in_use,
        }

    def release() -> tuple[str, float]:
        current = releases.get_release()
        return current.record["code"], current.installed_at

    return Observer(Metrics(state, release), lines)


def postgres_limits(settings: Settings) -> PostgresLimits:
    """Take from the settings what a process may ask of PostgreSQL."""
    return PostgresLimits(
        **{one.name: getattr(settings, one.name) for one in fields(PostgresLimits)}
    )


def cache_limits(settings: Settings) -> CacheLimits:
    """Choose how much the cache keeps."""
    return CacheLimits(settings.cache_entries, settings.cache_bytes)


def create_freshness(settings: Settings) -> Freshness:
    """Choose for how long caches may use an answer."""
    return Freshness(
        data=settings.data_max_age,
        pages=settings.pages_max_age,
        files=settings.files_max_age,
        stale=settings.stale_while_revalidate,
    )


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[None]:
    """Watch for new releases, and let go of the database when the server stops."""
    app.state.releases.watch()
    # What is there at the start stays, so the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    async with app.mcp.run() if app.mcp else nullcontext():
        yield
    if app.cache.observer.metrics is not None:
        app.cache.observer.metrics.close()
    app.state.releases.close()


def create_from_environment() -> FastAPI:
    """Make the application from the environment; what a server process calls.

    What is there by then stays for good, so the garbage collector need not look at it again.
    """
    end_with_parent()
    made = create_app(Settings())
    gc.freeze()
    gc.enable()
    return made


def end_with_parent() -> None:
    """End this process when the one that supervises it ends, however that comes about.

    A supervisor that is killed tells nobody, and its workers would go on listening. What
    multiprocessing waits for is the end of a pipe, which the kernel closes in any case.
    """
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LONGEST_END)
        os._exit(1)  # Whoever still does not take an answer holds up the end no longer.

    Thread(target=wait, name="end-with-parent", daemon=True).start()


async def handle_problem(request: Request, problem: Exception) -> Response:
    """Answer with the problem that was raised."""
    assert isinstance(problem, Problem)  # noqa: S101
    return respond_with_problem(request, problem)


async def handle_validation_error(request: Request, error: Exception) -> Response:
    """Answer with every mistake in the parameters."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = build_errors(error.errors(), list_parameters(request))
    words = summarize_errors(found)
    return respond_with_problem(request, InvalidParameters(words, found))


def respond_with_problem(request: Request, problem: Problem) -> Response:
    """Tell a problem: by a page to a browser that asks for one, else by a document."""
    return (render_problem if accepts_html(request) else create_problem_response)(request, problem)


def list_parameters(request: Request) -> list[str]:
    """List the query parameters of the operation that was asked for."""
    route = request.scope.get("route")
    names: list[str] = []
    if isinstance(route, APIRoute):
        for parameter in route.dependant.query_params:
            model = parameter.field_info.annotation
            fields = getattr(model, "model_fields", {})
            names += [name for name, info in fields.items() if not info.exclude]
    return names


def summarize_errors(found: list[ParameterError]) -> Bilingual:
    """Sum the mistakes up in one sentence a language."""
    first = found[0]
    if len(found) == 1:
        return Bilingual(
            *(first.to_item(language).message for language in Language),
        )
    return Bilingual(
        f"The request has {len(found)} mistakes; errors lists them",
        f"请求中有 {len(found)} 处错误；errors 列出具体内容",
    )


async def handle_http_error(request: Request, error: Exception) -> Response:
    """Answer for a path at which nothing is served, with the nearest one that exists."""
    assert isinstance(error, HTTPException)  # noqa: S101
    path = get_route_path(request)
    known = [route.path for router in ROUTERS for route in router.routes]  # type: ignore[attr-defined]
    nearest = get_close_matches(path, [one for one in known if "{" not in one], n=1, cutoff=0.5)
    short = shorten(path)
    words = Bilingual(f"Nothing is served at {short}", f"路径 {short} 下没有内容")
    mistake = ParameterError("path", words, nearest or ["/v1", "/docs"], short)
    messages = [mistake.to_item(language).message for language in Language]
    return respond_with_problem(request, UnknownPath(Bilingual(*messages), [mistake]))
