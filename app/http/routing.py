"""Routing: from a request to the endpoint of its route, and to its response.

FastAPI describes the routes, but its way to an endpoint costs several times as much as reading a
record. So the routes are declared and called from here: found by the shape of their path, and
validated by the same Pydantic models that the OpenAPI document is made from.
"""

import re
from asyncio import get_running_loop
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from inspect import iscoroutinefunction, signature
from time import thread_time
from typing import Any, TypeVar, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError
from starlette.routing import BaseRoute

from app.formats.feeds import count_changes
from app.http.batches import RecordBatches
from app.http.limits import LIST_TURNS, ClientTurns, check_wait
from app.i18n import Bilingual, Language
from app.negotiation import PathKind
from app.parameters import PIN, Parameters
from app.problems.messages import NAME_CUTOFF, RELEASE_NOT_SERVED, UNKNOWN_PATH, find_nearest
from app.problems.problem import ReleaseNotServed, UnknownPath, shorten
from app.problems.validation import describe_errors
from app.queries.releases import list_releases
from app.queries.resource import RecordReader
from app.releases import ServedRelease
from app.request import RequestContext

Endpoint = Callable[..., Any]


@dataclass(frozen=True)
class RouteDeclaration:
    path: str
    endpoint: Endpoint
    include_in_schema: bool = True
    read: RecordReader | None = None
    """Reads the records of the route together, if reading one is all that it does."""


class RouteDeclarations(APIRouter):
    """A router of FastAPI that analyses its routes only when the OpenAPI document is built.

    This would take an eighth of the time of a start, and requests do not need it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, generate_unique_id_function=lambda route: route.name)
        self.declared: list[RouteDeclaration] = []
        self.undescribed: list[Callable[[], None]] = []

    def add_api_route(
        self, path: str, endpoint: Endpoint, *, read: RecordReader | None = None, **options: Any
    ) -> None:
        is_described = self.include_in_schema and options.get("include_in_schema", True)
        self.declared.append(RouteDeclaration(f"{self.prefix}{path}", endpoint, is_described, read))
        self.undescribed.append(partial(super().add_api_route, path, endpoint, **options))

    def describe_routes(self) -> list[BaseRoute]:
        """Have FastAPI analyse the routes, unless it has."""
        for route in self.declared:
            for model, _ in list_query_models(route.endpoint):
                model.describe_fields()
        while self.undescribed:
            self.undescribed.pop(0)()
        return self.routes


def list_query_models(endpoint: Endpoint) -> list[tuple[type[Parameters], str]]:
    """Return the model of the query and the name of the argument that takes it, if there is one."""
    return [
        (kind, name)
        for name, argument in signature(endpoint).parameters.items()
        for kind in get_args(argument.annotation)[:1]
        if isinstance(kind, type) and issubclass(kind, Parameters)
    ]


def describe_routes(routers: Iterable[RouteDeclarations]) -> list[BaseRoute]:
    return [route for router in routers for route in router.describe_routes()]


Result = TypeVar("Result")

SMALL_PAGE = 10
"""Reading so few records takes less time than waking a thread, if all lists are short."""
QUICK = 0.005
"""The seconds of processor time that a request may take on the event loop."""
MAX_QUICK_SHAPES = 256
PATH_CUTOFF = 0.7
"""The least similarity of a path to one that is suggested; /v1/ alone makes any two similar."""
ENTRY_POINTS = ("/v1", "/docs")
"""The paths suggested for a path that resembles no other."""
REPEATED = object()
"""The placeholder for the values of a parameter that is repeated but takes only one value."""
PARAMETER = re.compile(r"\{(\w+)(:path)?\}")
Shape = tuple[str, ...]
"""The segments of a path with ``{}`` for each parameter."""


@dataclass(frozen=True)
class ReadRoute:
    """A route, with everything about it that is known before a request comes."""

    path: str
    kind: PathKind
    endpoint: Endpoint
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
    can_be_pinned: bool
    """Whether ``release`` pins its addresses; some lists have a filter of that name."""
    read: RecordReader | None
    names: frozenset[str] | None
    """The names of the parameters of a page, which ignores others; None elsewhere."""

    @classmethod
    def from_declaration(cls, route: RouteDeclaration) -> "ReadRoute":
        arguments = signature(route.endpoint).parameters
        models = list_query_models(route.endpoint)
        model, query_name = models[0] if models else (None, "")
        kind, fields = PathKind.from_path(route.path), model.model_fields if model else {}
        is_page = kind in {PathKind.PAGE, PathKind.EMBED} and "." not in route.path
        is_strict = model is not None and model.model_config["extra"] == "forbid"
        return cls(
            route.path,
            kind,
            route.endpoint,
            tuple(match[1] for match in PARAMETER.finditer(route.path)),
            model,
            query_name,
            model.list_repeatable() if model else frozenset(),
            "context" in arguments,
            iscoroutinefunction(route.endpoint),
            model is not None and route.include_in_schema and route.path.endswith("}"),
            "limit" in fields,
            PIN not in fields,
            route.read,
            frozenset({PIN, *fields}) if is_page and is_strict else None,
        )

    def bind_arguments(self, context: RequestContext, keys: dict[str, str]) -> dict[str, Any]:
        arguments: dict[str, Any] = keys
        if self.takes_context:
            arguments["context"] = context
        values: dict[str, Any] = {}
        for name, value in context.query.params:
            if name in self.repeatable:
                values.setdefault(name, []).append(value)
            else:
                values[name] = REPEATED if name in values else value
        is_pinned = self.can_be_pinned and values.pop(PIN, None) is not None
        errors = take_pinned_release(context) if is_pinned else []
        if self.model is not None:
            try:
                arguments[self.query_name] = self.model.model_validate(
                    values, context=context.release.keys
                )
            except ValidationError as error:
                errors += name_repetitions(error.errors(), values)
        if errors:
            raise describe_errors(errors, {PIN, *(self.model.model_fields if self.model else ())})
        return arguments

    def call(self, context: RequestContext, keys: dict[str, str]) -> Any:
        """Return the response of the endpoint, or its coroutine if it is asynchronous."""
        return self.endpoint(**self.bind_arguments(context, keys))


class Router:
    def __init__(self, routers: Iterable[RouteDeclarations], threads: int = 1) -> None:
        self.threads = ThreadPoolExecutor(threads, "endpoint")
        self.turns = ClientTurns(threads)
        self.batches = RecordBatches(self.threads)
        self.routes: dict[Shape, ReadRoute] = {}
        self.positions: list[tuple[int, ...]] = []
        """Where paths have parameters."""
        self.prefixes: dict[str, ReadRoute] = {}
        """Routes whose last parameter is the whole rest of a path, by what comes before it."""
        self.record_files: dict[str, dict[str, str]] = {}
        """The files of a record, by the path of its route and by suffix."""
        for router in routers:
            for route in router.declared:
                self.add_route(route)

    def add_route(self, route: RouteDeclaration) -> None:
        shape = tuple(PARAMETER.sub(r"{}\2", part) for part in route.path.split("/"))
        if shape[-1] == "{}:path":
            self.prefixes[route.path.partition("{")[0]] = ReadRoute.from_declaration(route)
            return
        self.routes.setdefault(shape, ReadRoute.from_declaration(route))
        positions = tuple(place for place, part in enumerate(shape) if part == "{}")
        if positions and positions not in self.positions:
            self.positions.append(positions)
        if shape[-2] == "{}" and "." in shape[-1]:
            record, _, file = route.path.rpartition("/")
            suffix = file.partition(".")[2]
            self.record_files.setdefault(record, {})[f".{suffix}"] = file

    async def dispatch(self, context: RequestContext) -> Response:
        """Have the route of a request create the response; raise a Problem, or a DatabaseError."""
        route, keys = self.match(context.path)
        names = [name for name, _ in context.query.params]
        has_unknown = route.names is not None and not route.names.issuperset(names)
        if has_unknown or route.path in self.record_files:
            redirect = self.find_redirect(context, route)
            if redirect is not None:
                return redirect
        context.route, context.kind = route.path, route.kind
        is_pinned = route.can_be_pinned and PIN in names
        is_local = route.model is None or context.release.database.is_local
        is_quick = (is_local or route.read is not None) and not is_pinned
        # Keys on a server, and what another release changed, take time: the thread reads them.
        if not is_quick and not route.is_async:
            return await self.run_in_thread(context, partial(route.call, context, keys))
        bind = partial(route.bind_arguments, context, keys)
        arguments = bind() if is_quick else await self.run_in_thread(context, bind)
        if route.is_async:
            response: Response = await route.endpoint(**arguments)
            return response
        call: Callable[[], Response] = partial(route.endpoint, **arguments)
        if route.read and not (is_local or context.is_example):
            return await self.batches.run(context, route.read, arguments[route.keys[0]], call)
        is_short = route.is_record or (
            route.has_limit and arguments[route.query_name].limit <= SMALL_PAGE
        )
        if is_short and context.release.is_small:
            order = dict(context.query.params).get("sort", "")
            shape = (route.path, context.language, order, *names)
            if shape in context.release.quick_shapes:
                if not (route.is_record or context.connection is None):
                    await LIST_TURNS.take_for_one_round(context.client)
                return call()
            call = partial(note_quick_shape, context.release, shape, call)
        return await self.run_in_thread(context, call)

    def find_redirect(self, context: RequestContext, route: ReadRoute) -> Response | None:
        """Redirect from the short path of a file, and from parameters that a page ignores."""
        expanded = expand_path(context.path, self.record_files.get(route.path, {}))
        if expanded is not None:
            return context.redirect_permanently(expanded)
        if route.names is None:
            return None
        kept = drop_ignored(context.query.params, route.names)
        has_ignored = len(kept) < len(context.query.params)
        return RedirectResponse(context.build_url(kept)) if has_ignored else None

    async def run_in_thread(self, context: RequestContext, call: Callable[[], Result]) -> Result:
        """Run a function in a thread, unless the client has gone when it is its turn."""
        if context.is_example:
            return call()  # Its thread has an event loop of its own, which no turn would wake.

        def call_in_time() -> Result:
            if "release" in vars(context):  # Files of the program are read without one.
                check_wait(context.release.database, context.started)
            return call()

        context.threads = self.threads
        await self.turns.take(context.client)
        try:
            context.require_client()
            return await get_running_loop().run_in_executor(self.threads, call_in_time)
        finally:
            self.turns.release()

    def match(self, path: str) -> tuple[ReadRoute, dict[str, str]]:
        """Return the route of a path and the keys in it; raise UnknownPath if there is none."""
        # No key contains a slash, so a path with an escaped one has no route (RFC 3986, 2.2).
        parts = tuple(path.split("/")) if "%2F" not in path else ()
        route = self.routes.get(parts)
        if route is not None and not route.keys:
            return route, {}
        for positions in self.positions:
            if positions[-1] < len(parts):
                shape = list(parts)
                for position in positions:
                    shape[position] = "{}"
                route = self.routes.get(tuple(shape))
                keys = [parts[position] for position in positions]
                if route is not None and all(keys):
                    return route, dict(zip(route.keys, keys, strict=True))
        for prefix, route in self.prefixes.items():
            if parts and path.startswith(prefix):
                return route, {route.keys[0]: path.removeprefix(prefix)}
        known = [route.path for route in self.routes.values() if not route.keys]
        nearest, short = find_nearest(path, known, PATH_CUTOFF), shorten(path)
        allowed = [nearest] if nearest else ENTRY_POINTS
        message = UNKNOWN_PATH.format(path=short)
        raise UnknownPath.from_parameter("path", message, allowed, path)


def drop_ignored(
    parameters: Sequence[tuple[str, str]], names: frozenset[str]
) -> list[tuple[str, str]]:
    """Drop the parameters whose names resemble none of a page.

    Platforms append them to the links that readers share. The redirect to the page without them
    keeps them out of the cache and of all links; a similar name is a mistake, which is refused.
    """
    unknown = {name for name, _ in parameters} - names
    ignored = {name for name in unknown if not find_nearest(name, names, NAME_CUTOFF)}
    return [(name, value) for name, value in parameters if name not in ignored]


def expand_path(path: str, files: Mapping[str, str]) -> str | None:
    """Return the path of a file of a record that a path abbreviates, or None.

    A person who types /v1/indicators/goods-trade.svg means its file chart.svg.
    """
    for suffix, file in files.items():
        record = path.removesuffix(suffix)
        if record != path and not record.endswith("/"):
            return f"{record}/{file}"
    return None


def note_quick_shape(
    release: ServedRelease, shape: tuple[str, ...], call: Callable[[], Response]
) -> Response:
    """Create a response, and note if the next one for the same shape needs no thread.

    The first one builds and compiles statements, which takes longer than the others.
    """
    began = thread_time()
    response = call()
    if thread_time() - began < QUICK:
        if len(release.quick_shapes) >= MAX_QUICK_SHAPES:
            release.quick_shapes.clear()
        release.quick_shapes.add(shape)
    return response


def take_pinned_release(context: RequestContext) -> list[object]:
    """Take the release from the query of a permanent link; return the errors in it.

    Raises:
        ReleaseNotServed: if another one has replaced it.
    """
    pins = [value for name, value in context.query.params if name == PIN]
    served = context.release.record["code"]
    if len(pins) > 1:
        return [{"type": "repeated", "loc": (PIN,), "input": ""}]
    if pins[0] not in context.release.keys["releases"]:
        found = {"found": pins[0], "allowed": [served]}
        return [{"type": "unknown_code", "loc": (PIN,), "input": pins[0], "ctx": found}]
    rest = tuple(pair for pair in context.query.params if pair[0] != PIN)
    if pins[0] != served:
        raise describe_later_changes(context, pins[0], context.build_url(rest))
    context.query = context.query._replace(params=rest)
    context.pinned_release = served
    return []


def describe_later_changes(
    context: RequestContext, pinned: str, latest_url: str
) -> ReleaseNotServed:
    """Create the problem for a link to an earlier release, with what has changed since."""
    releases = context.run_query(list_releases)
    codes = [release["code"] for release in releases]
    later = releases[: codes.index(pinned)]
    counts = Bilingual(*(count_changes(later, language) for language in Language))
    query = urlencode([*((PIN, release["code"]) for release in later), ("lang", context.language)])
    served = context.release.record["code"]
    summary = RELEASE_NOT_SERVED.format(pinned=pinned, served=served, changes=counts)
    return ReleaseNotServed(summary, latest_url, f"{context.base_url}/v1/changes?{query}")


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
