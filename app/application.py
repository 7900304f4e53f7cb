"""Create the application: its routers, middleware and cache."""

import gc
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import fields
from functools import partial
from multiprocessing import parent_process
from typing import TYPE_CHECKING, Any

from anyio.lowlevel import checkpoint
from fastapi import FastAPI, Response
from starlette.types import ASGIApp

from app import __version__
from app.db import Database, DatabaseError, FileLimits, PostgresLimits, create_store
from app.db.errors import DamageError, FileReplacedError
from app.db.processes import FILE_PROCESS, SDMX_PROCESS
from app.enums import LogFormat, OpenApiVersion
from app.formats.charts.rendering import DRAWING_PROCESS
from app.http.cache import CacheLimits, CacheMiddleware, Freshness
from app.http.connections import ConnectionTable, RejectionLog
from app.http.limits import QUEUES, RequestLimits
from app.http.middleware import RequestReceiver, RequestRecorder
from app.http.routing import Router
from app.i18n import Language
from app.ingest.files import compute_seed_hash
from app.openapi import OpenApiDocuments, write_documents
from app.pages import is_page_accepted, render_problem
from app.problems.problem import InternalError, Problem
from app.processes import GC_THRESHOLDS, HelperProcess, limit_freed_memory
from app.releases import FixedRelease, ReleaseManager, ServedRelease, open_release
from app.request import RequestContext, create_problem_response
from app.routers import (
    assets,
    charts,
    comparison_pages,
    discovery,
    documentation,
    downloads,
    embeds,
    observation_pages,
    observations,
    pages,
    records,
    sdmx,
    service,
)
from app.settings import Contact, Settings, parse_rate

if TYPE_CHECKING:
    from app.http.metrics import Metrics
    from app.mcp import McpApp

log = logging.getLogger("uvicorn.error")

ROUTERS = (
    charts.router, service.router, downloads.router, downloads.citation_router, discovery.router,
    discovery.well_known, observations.router, observations.series_router,
    service.quotation_router, sdmx.router, records.router, records.reference_router,
    records.history_router, service.health_router, service.metrics_router, pages.router,
    observation_pages.router, embeds.router, documentation.router, comparison_pages.router,
    assets.router,
)  # fmt: skip


SWITCH_INTERVAL = 0.0001
"""The seconds after which a thread has to let the event loop continue, which waits for it after
each row of a query and each call of the kernel."""


OPENAPI_PROCESS = HelperProcess(max_memory=0)
"""The process that builds an OpenAPI document, and ends with it: the examples need nearly every
module and library, which would take a third of the memory of a worker permanently."""


class App(RequestReceiver):
    """The application that a server calls.

    The parser sends most cached responses by itself (app.server.protocol). Every other request
    passes, in this order:

    1. ``RequestReceiver``: the request identifier, the headers of every response, the limits,
       the allowed methods, malformed addresses, errors, the access log and the metrics;
    2. ``cache``: cached responses, conditional requests, compression; several requests for the
       same response have it built once;
    3. ``request_router``, which finds the route by the shape of the path and validates the request;
    4. the endpoint of the route.
    """

    cache: CacheMiddleware
    connections: ConnectionTable
    request_router: Router
    mcp: "McpApp | None" = None
    allows_fast_path: bool
    """Whether the parser may send cached responses, since nothing has to see each request."""
    uses_fast_path: bool = False
    """Whether it does."""


def create_app(settings: Settings) -> App:
    """Create the application for a database; raise DatabaseError if it cannot be served."""
    names = [one.name for one in fields(PostgresLimits)]
    postgres_limits = PostgresLimits(**{name: getattr(settings, name) for name in names})
    target = settings.named_database or settings.select_database(compute_seed_hash(settings.seed))
    store = create_store(target, postgres_limits, FileLimits(verify=settings.verify))
    public_url = str(settings.public_url).rstrip("/") if settings.public_url else None
    app = App(
        title="Belt and Road Cooperation Indicators",
        version=__version__,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.releases, app.state.contact = ReleaseManager(store, public_url), settings.contact
    app.state.releases.get_release()
    app.request_router = Router(ROUTERS, store.threads)
    build = partial(build_openapi_documents, settings.contact, public_url)
    app.state.documents = OpenApiDocuments(app.state.releases, build)
    app.cache = CacheMiddleware(
        app.request_router.dispatch,
        app.state.releases,
        CacheLimits(settings.cache_entries, settings.cache_bytes),
        Freshness(
            data=settings.data_max_age,
            pages=settings.pages_max_age,
            files=settings.files_max_age,
            stale=settings.stale_while_revalidate,
        ),
    )
    is_limited = settings.allowed_hosts or settings.rate_limit is not None
    rate = parse_rate(settings.rate_limit) if settings.rate_limit else None
    app.limits = RequestLimits(settings.allowed_hosts, rate) if is_limited else None
    app.allows_fast_path = app.limits is None and settings.access_log is LogFormat.OFF
    metrics = app.state.metrics = create_metrics(app) if settings.metrics else None
    rejections = RejectionLog(metrics.count_rejection if metrics else None)
    app.rejections = app.state.rejections = rejections
    app.connections = ConnectionTable(
        settings.max_connections, settings.max_client_connections, rejections
    )
    app.respond = respond_with_problem
    app.mounted = mount_mcp(app, public_url) if settings.mcp else {}
    is_recorded = settings.metrics or settings.access_log is not LogFormat.OFF
    app.recorder = RequestRecorder(metrics, settings.access_log) if is_recorded else None
    return app


def build_openapi_documents(
    contact: Contact | None, public_url: str | None, release: ServedRelease, language: Language
) -> dict[OpenApiVersion, bytes]:
    """Build the OpenAPI documents in a process of their own; EOFError, OSError if it fails."""
    arguments = release.database, contact, public_url, language
    try:
        return OPENAPI_PROCESS.run(write_openapi_documents, *arguments)
    except FileReplacedError:  # No other process can open the file any more.
        return write_openapi_documents(*arguments)
    except DamageError as error:
        release.database.record_damage(error)
        raise


def write_openapi_documents(
    database: Database, contact: Contact | None, public_url: str | None, language: Language
) -> dict[OpenApiVersion, bytes]:
    app = FastAPI()
    app.state.contact = contact
    app.state.releases = FixedRelease(database.store, public_url, release=open_release(database))
    return write_documents(app, ROUTERS, language)


def mount_mcp(app: App, public_url: str | None) -> dict[str, ASGIApp]:
    """Create the tools for language models, whose package takes long to import."""
    from app.mcp import McpApp, create_server

    app.mcp = McpApp(create_server(app.state.releases, public_url))
    return {"/mcp": app.mcp}


def create_metrics(app: App) -> "Metrics":
    from app.http.metrics import Metrics

    def read_state() -> dict[str, float]:
        return {
            "bri_cache_entries": len(app.cache.store.entries),
            "bri_cache_bytes": app.cache.store.used_bytes,
            "bri_open_connections": app.connections.open,
            "bri_waiting_requests": sum(len(queue.waiting) for queue in QUEUES),
            "bri_connections_in_use": app.state.releases.get_release().database.connections_in_use,
            "bri_fast_path_processes": app.uses_fast_path,
            "bri_release_failed_processes": app.state.releases.failure is not None,
        }

    def read_release() -> tuple[str, float]:
        current = app.state.releases.get_release()
        return current.record["code"], current.installed_at

    return Metrics(read_state, read_release)


def respond_with_problem(context: RequestContext, problem: Problem) -> Response:
    # A failure inside is never shown as a page, since the page may be what failed.
    if is_page_accepted(context) and not isinstance(problem, InternalError):
        return render_problem(context, problem)
    return create_problem_response(context, problem)


@asynccontextmanager
async def lifespan(app: App) -> AsyncIterator[dict[str, Any]]:
    app.state.releases.watch()
    # What exists at the start stays, so the garbage collector need not visit it again and again.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)
    sys.setswitchinterval(SWITCH_INTERVAL)
    await checkpoint()  # Loads what anyio needs, which takes longer than a request should.
    async with app.mcp.run() if app.mcp else nullcontext():
        yield {"app": app}
    for process in (DRAWING_PROCESS, FILE_PROCESS, SDMX_PROCESS, OPENAPI_PROCESS):
        # A request whose time to finish is over may still wait for a process that is stuck.
        process.kill()
    if app.state.metrics is not None:
        app.state.metrics.close()
    app.state.releases.close()


def create_from_environment() -> FastAPI:
    limit_freed_memory()
    try:
        app = create_app(Settings())
    except DatabaseError as error:
        if parent_process() is None:
            raise
        log.critical("a worker cannot start: %s", error)
        raise SystemExit(1) from None
    # The command line has disabled the garbage collector, since imports leave no garbage.
    gc.freeze()
    gc.enable()
    return app
