"""The direct way to a route: from a good request to its function, with nothing in between.

A framework's way to a function costs several times what a record costs. So the routes that only
read are also called from here: the same functions, with the same reader and the same model of
parameters. Whatever is not plainly good goes the framework's way, which tells what is wrong.
"""

from asyncio import get_running_loop
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from inspect import iscoroutinefunction, signature
from typing import Any, NamedTuple, get_origin

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.datastructures import QueryParams
from starlette.types import Scope

from app.http.middleware import find_malformed_part
from app.parameters import Parameters
from app.releases import Release
from app.request import RequestContext, create_context, get_context, get_route_path

PROVIDED_ARGUMENTS = {"read", "query"}
MAX_THREADS = 16
"""How many requests may wait for the database at once; the others wait for them."""
SMALL_PAGE = 10
"""A page with so few records takes less time than to wake a thread, where all lists are short."""
PathShape = tuple[str | None, ...]


class ReadRoute(NamedTuple):
    """What is known of a route before any request comes."""

    route: APIRoute
    endpoint: Callable[..., Response]
    model: type[Parameters]
    repeatable: frozenset[str]
    """The parameters that may stand several times."""
    names: tuple[str, ...]
    """The parameters in the path, in order."""
    is_record: bool
    """Whether it reads one record by its key."""


class Router:
    """Finds routes by the shape of their paths, and calls them."""

    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self.threads = ThreadPoolExecutor(MAX_THREADS, "direct")
        self.routes: dict[PathShape, ReadRoute] = {}
        routes = (route for router in routers for route in router.routes)
        for route in routes:
            if (
                isinstance(route, APIRoute)
                and has_whole_segments(route.path)
                and (way := build_route(route))
            ):
                self.routes[path_shape(route.path)] = way
        self.positions = sorted({parameter_positions(shape) for shape in self.routes})

    async def dispatch(self, scope: Scope) -> Response | None:
        """Answer a good request; None where only the framework can tell what to answer."""
        request = Request(scope)
        found = self.match(get_route_path(request))
        if scope["method"] != "GET" or found is None or find_malformed_part(scope):
            return None
        way, keys = found
        with suppress(Exception):
            read = create_context(request)
            scope["route"] = way.route
            if not read.release.database.is_local:
                # To look up the keys that are asked for may take time too.
                return await self.run_in_thread(
                    lambda: call_endpoint(way, read, validate_query(way, request), keys)
                )
            query = validate_query(way, request)
            if can_run_inline(way, query, read.release):
                return call_endpoint(way, read, query, keys)
            return await self.run_in_thread(lambda: call_endpoint(way, read, query, keys))
        return None

    async def run_in_thread(self, work: Callable[[], Response]) -> Response:
        """Work in a thread, with what the request has set."""
        within = partial(copy_context().run, work)
        return await get_running_loop().run_in_executor(self.threads, within)

    def match(self, path: str) -> tuple[ReadRoute, dict[str, str]] | None:
        """Find the route of a path, and the keys that the path names."""
        parts = path.split("/")
        for places in self.positions:
            if not places:
                way = self.routes.get(tuple(parts))
                keys: list[str] = []
            elif places[-1] < len(parts):
                keys = [parts[place] for place in places]
                shape = tuple(None if place in places else one for place, one in enumerate(parts))
                way = self.routes.get(shape) if all(keys) else None
            else:
                continue
            if way is not None:
                return way, dict(zip(way.names, keys, strict=True))
        return None


def validate_query(way: ReadRoute, request: Request) -> Parameters:
    """Read the parameters of a request."""
    return way.model.model_validate(collect_values(request.query_params, way))


def call_endpoint(
    way: ReadRoute, read: RequestContext, query: Parameters, keys: dict[str, str]
) -> Response:
    """Call the function of a route."""
    return way.endpoint(read=read, query=query, **keys)


def can_run_inline(way: ReadRoute, query: Parameters, snapshot: Release) -> bool:
    """Tell whether a request takes less time than to wake a thread, and so nobody has to wait."""
    is_short = snapshot.is_small and getattr(query, "limit", SMALL_PAGE + 1) <= SMALL_PAGE
    return way.is_record or is_short


def path_shape(path: str) -> PathShape:
    """Give the parts of a route's path, with nothing for each parameter."""
    return tuple(None if part.startswith("{") else part for part in path.split("/"))


def has_whole_segments(path: str) -> bool:
    """Tell whether each parameter of a path is all of its part, with no suffix after it."""
    return all(part.endswith("}") for part in path.split("/") if part.startswith("{"))


def parameter_positions(shape: PathShape) -> tuple[int, ...]:
    """Give the places of a shape at which parameters stand."""
    return tuple(place for place, part in enumerate(shape) if part is None)


def build_route(route: APIRoute) -> ReadRoute | None:
    """Take a route that needs nothing but a reader, a model of parameters, and keys of its path."""
    taken = list(signature(route.endpoint).parameters)
    models = [one.field_info.annotation for one in route.dependant.query_params]
    depends = {one.call for one in route.dependant.dependencies}
    names = tuple(one.name for one in route.dependant.path_params)
    if (
        iscoroutinefunction(route.endpoint)
        or depends != {get_context}
        or set(taken) != {*PROVIDED_ARGUMENTS, *names}
    ):
        return None
    (model,) = models
    assert isinstance(model, type)  # noqa: S101
    assert issubclass(model, Parameters)  # noqa: S101
    fields = model.model_fields.items()
    several = frozenset(name for name, info in fields if get_origin(info.annotation) is list)
    return ReadRoute(route, route.endpoint, model, several, names, route.path.endswith("}"))


def collect_values(parameters: QueryParams, way: ReadRoute) -> dict[str, Any]:
    """Give the parameters of a request as their model takes them; unknown ones it refuses."""
    values: dict[str, Any] = defaultdict(list)
    for name, value in parameters.multi_items():
        if name in way.repeatable:
            values[name].append(value)
        else:
            values[name] = value
    return values
