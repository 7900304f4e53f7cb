"""The application: middleware, handlers and routers, in lists that can be read."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import fields
from difflib import get_close_matches
from pathlib import Path
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
from app.caching.answers import Freshness
from app.caching.keys import single
from app.caching.middleware import Caching
from app.caching.store import Bounds
from app.context import Library, problem_response, route_path
from app.database import Limits, storage
from app.direct import Direct
from app.methods import OPEN_HEADERS, ReadOnly
from app.mistakes import mistakes
from app.observing.lines import Form, Lines
from app.observing.observer import Observer
from app.observing.seen import Seen
from app.problems import InvalidParameters, Mistake, Problem, UnknownPath, shown
from app.rendering import problem_page, wants_page
from app.routers import (
    changes,
    charts,
    citations,
    commitments,
    dataset,
    discovery,
    downloads,
    figures,
    pages,
    reference,
    sdmx,
    series,
    service,
    site,
)
from app.seeding.files import seed_hash
from app.settings import Settings
from app.telemetry import LastResort, RequestIdentifier, numbers
from app.telemetry import router as health
from app.text import Language, Words

if TYPE_CHECKING:
    from app.mcp.http import ToolsOverHttp

# A path with a suffix comes before the path without it, which would take the suffix for its key.
ROUTERS = (
    charts.router,
    service.router,
    downloads.router,
    dataset.router,
    citations.router,
    discovery.router,
    discovery.well_known,
    figures.router,
    series.router,
    sdmx.router,
    commitments.router,
    reference.router,
    changes.router,
    health,
    numbers,
    pages.router,
    site.router,
)


class Service(FastAPI):
    """FastAPI behind a cache: what is kept is answered before anything of the framework runs."""

    caching: Caching
    direct: Direct
    entrance: ASGIApp
    """The cache, or what stands before it."""
    tools: "ToolsOverHttp | None" = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request of the server to the cache, or to the tools."""
        scope["app"] = self
        if self.tools is not None and scope["type"] == "http":
            path = scope["path"].removeprefix(scope.get("root_path", ""))
            if path == "/mcp":
                await self.tools(scope, receive, send)
                return
        if self.caching.observer.is_watching and scope["type"] == "http":
            await self.watched(scope, receive, send)
            return
        await self.entrance(scope, receive, send)

    async def watched(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request to the cache, and note how it was answered."""
        seen = scope["seen"] = Seen()
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
            await self.entrance(scope, receive, watch)
        finally:
            if seen.status:
                observer, headers = self.caching.observer, dict(scope["headers"])
                query = scope["query_string"].decode("latin-1")
                target = scope["path"] + (f"?{query}" if query else "")
                observer.note(seen, scope["method"], target, headers, identifier.decode())

    async def work(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer what the cache cannot: directly, else through middleware and routes."""
        response = await self.direct.answer(scope) if scope["type"] == "http" else None
        if response is None:
            await super().__call__(scope, receive, send)
            return
        response.raw_headers = [*response.raw_headers, *OPEN_HEADERS]
        if isinstance(response, StreamingResponse):
            # The cache names the answers that it finishes; what streams through it is named here.
            response.raw_headers.append(
                (b"x-request-id", single(scope["headers"])[b"x-request-id"])
            )
        await response(scope, receive, send)


def create_app(settings: Settings) -> Service:
    """Make the application for a database that is there.

    Raises:
        DatabaseError: if the database is missing, broken or of another revision.
    """
    kept = storage(settings.database_for(seed_hash(settings.seed)), limits(settings))
    public_url = str(settings.public_url).rstrip("/") if settings.public_url else None
    app = Service(
        title="Belt and Road Cooperation Indicators",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
        middleware=[Middleware(RequestIdentifier), Middleware(ReadOnly), Middleware(LastResort)],
        exception_handlers={
            Problem: answer_problem,
            RequestValidationError: answer_invalid,
            HTTPException: answer_http,
        },
    )
    app.state.library = Library(kept, public_url)
    app.state.library.current()
    app.caching = Caching(app.work, app.state, bounds(settings), freshness(settings))
    app.entrance = guarded(settings, app.caching)
    app.caching.observer = observer(settings, app)
    app.direct = Direct(ROUTERS)
    if settings.mcp:
        app.tools = tools(app.state.library, public_url or "")
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=Path(__file__).parent / "static"))
    return app


def tools(library: Library, base: str) -> "ToolsOverHttp":
    """Make the tools for language models, whose package takes long to import."""
    from app.mcp.http import ToolsOverHttp  # noqa: PLC0415
    from app.mcp.server import server  # noqa: PLC0415

    return ToolsOverHttp(server(library, base))


def guarded(settings: Settings, caching: Caching) -> ASGIApp:
    """Put a guard before the cache if there is anything to guard."""
    if not settings.allowed_hosts and settings.rate_limit is None:
        return caching
    from app.guarding import Guard  # noqa: PLC0415

    caching.is_open = False
    return Guard(caching, settings.allowed_hosts, settings.rate_limit)


def observer(settings: Settings, app: Service) -> Observer:
    """Make what sees the requests, as far as that is asked for."""
    lines = None if settings.access_log is Form.OFF else Lines(settings.access_log)
    if not settings.metrics:
        return Observer(lines=lines)
    from app.observing.metrics import Metrics  # noqa: PLC0415

    store, library = app.caching.store, app.state.library

    def state() -> dict[str, float]:
        return {
            "bri_cache_entries": len(store.kept),
            "bri_cache_bytes": store.taken,
            "bri_connections_in_use": library.current().database.in_use,
        }

    def release() -> tuple[str, float]:
        current = library.current()
        return current.release["code"], current.modified

    return Observer(Metrics(state, release), lines)


def limits(settings: Settings) -> Limits:
    """Take from the settings what a process may ask of PostgreSQL."""
    return Limits(**{one.name: getattr(settings, one.name) for one in fields(Limits)})


def bounds(settings: Settings) -> Bounds:
    """Choose how much the cache keeps."""
    return Bounds(settings.cache_entries, settings.cache_bytes)


def freshness(settings: Settings) -> Freshness:
    """Choose for how long caches may use an answer."""
    return Freshness(
        data=settings.data_max_age,
        pages=settings.pages_max_age,
        files=settings.files_max_age,
        stale=settings.stale_while_revalidate,
    )


@asynccontextmanager
async def lifespan(app: Service) -> AsyncIterator[None]:
    """Watch for new releases, and let go of the database when the server stops."""
    app.state.library.watch()
    # What is there at the start stays, so the collector need not look through it again and again.
    gc.collect()
    gc.freeze()
    async with app.tools.running() if app.tools else nullcontext():
        yield
    if app.caching.observer.metrics is not None:
        app.caching.observer.metrics.close()
    app.state.library.close()


def application() -> FastAPI:
    """Make the application from the environment; what a server process calls.

    What is there by then stays for good, so the garbage collector need not look at it again.
    """
    made = create_app(Settings())
    gc.freeze()
    gc.enable()
    return made


async def answer_problem(request: Request, problem: Exception) -> Response:
    """Answer with the problem that was raised."""
    assert isinstance(problem, Problem)  # noqa: S101
    return told(request, problem)


async def answer_invalid(request: Request, error: Exception) -> Response:
    """Answer with every mistake in the parameters."""
    assert isinstance(error, RequestValidationError)  # noqa: S101
    found = mistakes(error.errors(), parameters(request))
    words = summary(found)
    return told(request, InvalidParameters(words, found))


def told(request: Request, problem: Problem) -> Response:
    """Tell a problem: by a page to a browser that asks for one, else by a document."""
    return (problem_page if wants_page(request) else problem_response)(request, problem)


def parameters(request: Request) -> list[str]:
    """List the query parameters of the operation that was asked for."""
    route = request.scope.get("route")
    names: list[str] = []
    if isinstance(route, APIRoute):
        for parameter in route.dependant.query_params:
            model = parameter.field_info.annotation
            fields = getattr(model, "model_fields", {})
            names += [name for name, info in fields.items() if not info.exclude]
    return names


def summary(found: list[Mistake]) -> Words:
    """Sum the mistakes up in one sentence a language."""
    first = found[0]
    if len(found) == 1:
        return Words(
            *(first.told(language).message for language in Language),
        )
    return Words(
        f"The request has {len(found)} mistakes; errors lists them",
        f"请求中有 {len(found)} 处错误；errors 列出具体内容",
    )


async def answer_http(request: Request, error: Exception) -> Response:
    """Answer for a path at which nothing is served, with the nearest one that exists."""
    assert isinstance(error, HTTPException)  # noqa: S101
    path = route_path(request)
    known = [route.path for router in ROUTERS for route in router.routes]  # type: ignore[attr-defined]
    nearest = get_close_matches(path, [one for one in known if "{" not in one], n=1, cutoff=0.5)
    short = shown(path)
    words = Words(f"Nothing is served at {short}", f"路径 {short} 下没有内容")
    mistake = Mistake("path", words, nearest or ["/v1", "/docs"], short)
    messages = [mistake.told(language).message for language in Language]
    return told(request, UnknownPath(Words(*messages), [mistake]))
