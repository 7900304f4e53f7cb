"""Routing: from a request to the endpoint of its route, and to its response.

FastAPI describes the routes, but its way to an endpoint costs several times as much as reading a
record. So the routes are called from here: found by the shape of their path, and validated by the
same Pydantic models that the OpenAPI document is made from.
"""

from asyncio import get_running_loop
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction, signature
from typing import Any, TypeVar, get_origin

from fastapi import APIRouter, Response
from fastapi.routing import APIRoute
from pydantic import ValidationError

from app.parameters import Parameters
from app.problems.messages import UNKNOWN_PATH, find_nearest
from app.problems.problem import ParameterError, UnknownPath, describe_errors, shorten
from app.request import RequestContext

Result = TypeVar("Result")

MAX_THREADS = 16
"""How many endpoints may run in threads at once; other requests wait for one to finish."""
SMALL_PAGE = 10
"""Reading so few records takes less time than waking a thread, if all lists are short."""
ENTRY_POINTS = ("/v1", "/docs")
"""The paths suggested for a path that resembles no other."""
REPEATED = object()
"""The placeholder for the values of a parameter that is repeated but takes only one value."""
Shape = tuple[str, ...]
"""The segments of a path with ``{}`` for each parameter."""


@dataclass(frozen=True)
class ReadRoute:
    """A route, with everything about it that is known before a request comes."""

    path: str
    endpoint: Callable[..., Any]
    keys: tuple[str, ...]
    """The names of the parameters in the path, in order."""
    model: type[Parameters] | None
    """The model of the query; a route without one does not validate its query."""
    query_name: str
    """The name of the argument that takes the query."""
    repeatable: frozenset[str]
    """The parameters of the query that may be repeated."""
    takes_context: bool
    is_async: bool
    is_record: bool
    has_limit: bool

    @classmethod
    def from_route(cls, route: APIRoute) -> "ReadRoute":
        arguments = signature(route.endpoint).parameters
        models = [
            (one.field_info.annotation, one.name)
            for one in route.dependant.query_params
            if isinstance(one.field_info.annotation, type)
            and issubclass(one.field_info.annotation, Parameters)
        ]
        model, query_name = models[0] if models else (None, "")
        fields = model.model_fields.items() if model else ()
        return cls(
            route.path,
            route.endpoint,
            tuple(one.name for one in route.dependant.path_params),
            model,
            query_name,
            frozenset(name for name, info in fields if get_origin(info.annotation) is list),
            "read" in arguments,
            iscoroutinefunction(route.endpoint),
            model is not None and route.include_in_schema and route.path.endswith("}"),
            model is not None and "limit" in model.model_fields,
        )

    def bind_arguments(self, context: RequestContext, keys: dict[str, str]) -> dict[str, Any]:
        """Return the arguments of the endpoint, with the query validated."""
        arguments: dict[str, Any] = keys
        if self.takes_context:
            arguments["read"] = context
        if self.model is None:
            return arguments
        values: dict[str, Any] = {}
        for name, value in context.query.params:
            if name in self.repeatable:
                values.setdefault(name, []).append(value)
            else:
                values[name] = REPEATED if name in values else value
        try:
            query = self.model.model_validate(values, context=context.release.keys)
        except ValidationError as error:
            errors = name_repetitions(error.errors(), values)
            names = [name for name, info in self.model.model_fields.items() if not info.exclude]
            raise describe_errors(errors, names) from None
        arguments[self.query_name] = query
        return arguments

    def call(self, context: RequestContext, keys: dict[str, str]) -> Response:
        response: Response = self.endpoint(**self.bind_arguments(context, keys))
        return response


class Router:
    def __init__(self, routers: Iterable[APIRouter]) -> None:
        self.threads = ThreadPoolExecutor(MAX_THREADS, "endpoint")
        self.routes: dict[Shape, ReadRoute] = {}
        self.prefixes: dict[str, ReadRoute] = {}
        """Routes whose last parameter is the whole rest of a path, by what comes before it."""
        for router in routers:
            for route in router.routes:
                if isinstance(route, APIRoute):
                    self.add_route(route)

    def add_route(self, route: APIRoute) -> None:
        shape = get_shape(route.path)
        if shape[-1] == "{}:path":
            self.prefixes[route.path.partition("{")[0]] = ReadRoute.from_route(route)
        else:
            self.routes.setdefault(shape, ReadRoute.from_route(route))
        self.positions = sorted(
            {
                tuple(place for place, part in enumerate(known) if part.startswith("{}"))
                for known in self.routes
            }
            - {()}
        )
        self.suffixes = tuple({one[-1][2:] for one in self.routes if one[-1].startswith("{}.")})

    async def dispatch(self, context: RequestContext) -> Response:
        """Have the route of a request create the response; raise a Problem, or a DatabaseError."""
        route, keys = self.match(context.path)
        context.route = route.path
        is_local = route.model is None or context.release.database.is_local
        # To look up keys on a server takes time, so the query is validated in the thread too.
        if not is_local and not route.is_async:
            return await self.run_in_thread(partial(route.call, context, keys))
        if is_local:
            arguments = route.bind_arguments(context, keys)
        else:
            arguments = await self.run_in_thread(partial(route.bind_arguments, context, keys))
        if route.is_async:
            response: Response = await route.endpoint(**arguments)
            return response
        call: Callable[[], Response] = partial(route.endpoint, **arguments)
        is_quick = route.is_record
        if route.has_limit and context.release.is_small:
            is_quick = arguments[route.query_name].limit <= SMALL_PAGE
        return call() if is_quick else await self.run_in_thread(call)

    async def run_in_thread(self, call: Callable[[], Result]) -> Result:
        return await get_running_loop().run_in_executor(self.threads, call)

    def match(self, path: str) -> tuple[ReadRoute, dict[str, str]]:
        """Return the route of a path and the keys in it; raise UnknownPath if there is none."""
        parts = tuple(path.split("/"))
        route = self.routes.get(parts)
        if route is not None:
            return route, {}
        for positions in self.positions:
            if positions[-1] < len(parts) and (found := self.match_shape(parts, positions)):
                return found
        for prefix, route in self.prefixes.items():
            if path.startswith(prefix):
                return route, {route.keys[0]: path.removeprefix(prefix)}
        known = [route.path for route in self.routes.values() if not route.keys]
        nearest, short = find_nearest(path, known), shorten(path)
        allowed = [nearest] if nearest else ENTRY_POINTS
        error = ParameterError("path", UNKNOWN_PATH.format(path=short), allowed, short)
        raise UnknownPath(error.message, [error])

    def match_shape(
        self, parts: Shape, positions: tuple[int, ...]
    ) -> tuple[ReadRoute, dict[str, str]] | None:
        shape = list(parts)
        for position in positions:
            shape[position] = "{}"
        last = parts[-1]
        if positions[-1] == len(parts) - 1 and last.endswith(self.suffixes):
            # A path with a suffix comes first, since the suffix would otherwise be part of the key.
            for suffix in self.suffixes:
                route = self.routes.get((*shape[:-1], "{}" + suffix))
                if route is not None and last.endswith(suffix) and last != suffix:
                    return self.bind_keys(
                        route, (*parts[:-1], last.removesuffix(suffix)), positions
                    )
        route = self.routes.get(tuple(shape))
        return None if route is None else self.bind_keys(route, parts, positions)

    @staticmethod
    def bind_keys(
        route: ReadRoute, parts: Shape, positions: tuple[int, ...]
    ) -> tuple[ReadRoute, dict[str, str]] | None:
        """Return a route with the keys of a path; None if a key is empty."""
        keys = [parts[position] for position in positions]
        return (route, dict(zip(route.keys, keys, strict=True))) if all(keys) else None


def name_repetitions(errors: Iterable[Any], values: Mapping[str, Any]) -> list[Any]:
    """Replace the errors in repeated parameters, whose placeholder has no valid type."""
    named: dict[Any, Any] = {}
    for error in errors:
        name = str(error["loc"][0]) if error["loc"] else ""
        if values.get(name) is REPEATED and error["type"] != "extra_forbidden":
            named[name] = {"type": "repeated", "loc": (name,), "input": ""}
        else:
            named[error["loc"], error["type"]] = error
    return list(named.values())


def get_shape(path: str) -> Shape:
    """Return the shape of the path of a route, where ``{code}.svg`` becomes ``{}.svg``."""
    parts = []
    for part in path.split("/"):
        name, brace, suffix = part.partition("}")
        if brace and name.endswith(":path"):
            parts.append("{}:path")
        else:
            parts.append("{}" + suffix if brace else part)
    return tuple(parts)
