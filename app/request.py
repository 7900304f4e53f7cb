"""What every request needs: the open release, the language, the way to answer."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.concurrency import iterate_in_threadpool

from app.db.columns import Record
from app.formats.sdmx.errors import is_sdmx_path, render_error
from app.i18n import Language, negotiate_language
from app.links import Link, Links
from app.parameters import VALIDATION_CONTEXT, ValidationContext
from app.problems.problem import MEDIA_TYPE, Problem, UnknownRecord
from app.queries.listing.keyset import QueryPage
from app.releases import Release, ReleaseManager
from app.schemas.base import Page, Schema

P = ParamSpec("P")
QueryResult = TypeVar("QueryResult")
AnySchema = TypeVar("AnySchema", bound=Schema)

NO_PARAMETERS: Counter[str] = Counter()
MAX_HOST_LENGTH = 300
MAX_BUFFERED = 2 * 1024 * 1024
"""Up to how many bytes an answer is finished as a whole, and so can be kept and named."""


def select_language(request: Request) -> Language:
    """Choose the language of an answer: the lang parameter, else the Accept-Language header."""
    asked = request.query_params.get("lang")
    if asked in list(Language):
        return Language(asked)
    return negotiate_language(request.headers.get("accept-language", ""))


def build_language_headers(request: Request, language: Language) -> dict[str, str]:
    """Say which language an answer is in, and which headers chose it and its format."""
    headers = {"Content-Language": str(language)}
    varying = ["Accept"] if is_sdmx_path(get_route_path(request)) else []
    if request.query_params.get("lang") not in list(Language):
        varying.append("Accept-Language")
    if varying:
        headers["Vary"] = ", ".join(varying)
    return headers


def get_route_path(request: Request) -> str:
    """Give the path below the prefix that a proxy may have put before it."""
    scope = request.scope
    path: str = scope["path"]
    # What is mounted sees a root of its own; that of the application stands beside it.
    return path.removeprefix(scope.get("app_root_path", scope.get("root_path", "")))


def get_base_url(request: Request) -> str:
    """Give the address that links start with; a host that no name can be is not repeated."""
    releases: ReleaseManager = request.app.state.releases
    if releases.public_url:
        return releases.public_url
    scope, host = request.scope, request.headers.get("host", "")
    server = tuple(scope.get("server") or ())
    if len(host) > MAX_HOST_LENGTH:
        host = ""
        server = server or ("localhost", None)
    root = scope.get("app_root_path", scope.get("root_path", ""))
    return build_base_url(scope["scheme"], host, server, root)


@lru_cache(maxsize=1024)
def build_base_url(scheme: str, host: str, server: tuple[Any, ...], root: str) -> str:
    """Give the address that a host header leads to, as the framework reads it."""
    headers = [(b"host", host.encode("latin-1"))] if host else []
    scope = {"type": "http", "scheme": scheme, "server": server or None, "headers": headers}
    asked = Request({**scope, "path": "/", "query_string": b"", "root_path": root})
    return str(asked.base_url).rstrip("/")


@dataclass(frozen=True)
class RequestContext:
    """One request's view of the release."""

    request: Request
    release: Release
    language: Language

    @cached_property
    def base_url(self) -> str:
        """The address that links start with."""
        return get_base_url(self.request)

    def run_query(
        self,
        query: Callable[Concatenate[Any, Language, P], QueryResult],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> QueryResult:
        """Run a query in the language of the request."""
        return self.release.database.read(
            lambda connection: query(connection, self.language, *args, **kwargs)
        )

    def json_response(self, model: Schema, links: Links = ()) -> Response:
        """Send a model as JSON."""
        return self.bytes_response(model.to_json(), "application/json", links)

    def bytes_response(
        self,
        body: bytes,
        media_type: str,
        links: Links = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send finished bytes in the language of the request."""
        told = self.response_headers(links, headers)
        return Response(body, media_type=media_type, headers=told)

    def stream_response(
        self,
        write: Callable[[Connection], Iterator[bytes]],
        media_type: str,
        links: Links = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send what is written bit by bit, from a connection of its own; as a whole if it is short.

        It is begun before the answer begins, so that what fails is told as a problem.
        """
        first, parts = self.release.database.start_stream(write)
        held = [first]
        while sum(map(len, held)) < MAX_BUFFERED:
            part = next(parts, None)
            if part is None:
                return self.bytes_response(b"".join(held), media_type, links, headers)
            held.append(part)
        told = {**self.response_headers(links, headers), "X-Accel-Buffering": "no"}
        return StreamingResponse(iterate_stream(held, parts), media_type=media_type, headers=told)

    def response_headers(self, links: Links, headers: dict[str, str] | None) -> dict[str, str]:
        """Put the headers of an answer together."""
        told = {**build_language_headers(self.request, self.language), **(headers or {})}
        if links:
            told["Link"] = ", ".join(map(str, links))
        return told

    def attachment_headers(self, name: str, suffix: str) -> dict[str, str]:
        """Name a file that is taken away, and say that parts of it can be asked for.

        The name tells what it holds, of which release and in which language.
        """
        file = f"bri-{name}-{self.release.record['code']}.{self.language}.{suffix}"
        return {
            "Content-Disposition": f'attachment; filename="{file}"',
            "Accept-Ranges": "bytes",
        }

    def page_response(
        self, model: type[Page[Any]], found: QueryPage, links: Links = (), **more: object
    ) -> Response:
        """Send one page of a list, with the address of the next."""
        following = self.next_url(found.cursor)
        body = model.model_validate(
            {
                "items": found.rows,
                "total": found.total,
                "total_is_exact": found.exact,
                "next": following,
                **more,
            }
        )
        return self.json_response(body, [*([Link(following, "next")] if following else []), *links])

    def canonical_url(self) -> tuple[str, str]:
        """Give the address of the request and its query, whatever page of it was asked for."""
        pairs = [pair for pair in self.query_pairs() if pair[0] != "limit"]
        return f"{self.base_url}{get_route_path(self.request)}", urlencode(pairs)

    def query_pairs(self) -> list[tuple[str, str]]:
        """Give the parameters of the request, whatever page of a list they ask for."""
        pairs = self.request.query_params.multi_items()
        return [pair for pair in pairs if pair[0] != "cursor"]

    def next_url(self, cursor: str | None) -> str | None:
        """Write the address of the next page: this request's own, with another cursor."""
        if cursor is None:
            return None
        query = urlencode([*self.query_pairs(), ("cursor", cursor)])
        return f"{self.base_url}{get_route_path(self.request)}?{query}"

    def record_response(
        self, model: type[AnySchema], record: Record | None, collection: str, **path: str
    ) -> Response:
        """Send one record.

        Raises:
            UnknownRecord: if there is none; the nearest key is suggested.
        """
        if record is None:
            ((parameter, found),) = path.items()
            raise self.unknown_record(collection, parameter, found)
        return self.json_response(model.model_validate(record))

    def unknown_record(self, collection: str, parameter: str, found: str) -> UnknownRecord:
        """Say that a collection has no such key, with the nearest ones."""
        return UnknownRecord(parameter, found, self.release.keys[collection].nearest_keys(found))


async def iterate_stream(
    held: list[bytes], parts: Generator[bytes, None, None]
) -> AsyncIterator[bytes]:
    """Send bits as fast as they are taken; a reader who leaves closes what they come from."""
    try:
        for part in held:
            yield part
        async for part in iterate_in_threadpool(parts):
            yield part
    finally:
        parts.close()


async def get_context(request: Request) -> RequestContext:
    """Open the release for a request, before its parameters are validated."""
    return create_context(request)


def create_context(request: Request) -> RequestContext:
    """Open the release for a request, and tell the models of parameters what they need of it."""
    scope = request.scope
    current: Release = scope.get("snapshot") or scope["app"].state.releases.get_release()
    asked = request.query_params.multi_items()
    VALIDATION_CONTEXT.set(
        ValidationContext(
            current.keys, Counter(name for name, _ in asked) if asked else NO_PARAMETERS
        )
    )
    return RequestContext(request, current, select_language(request))


Context = Annotated[RequestContext, Depends(get_context)]
BEFORE_VALIDATION = [Depends(get_context)]
"""Router dependencies, which run before the parameters are validated."""


def create_problem_response(request: Request, problem: Problem) -> Response:
    """Send a problem as RFC 9457 has it, or as an SDMX error to those who ask by SDMX."""
    language = select_language(request)
    headers = {
        "Cache-Control": "no-store",
        **build_language_headers(request, language),
        **problem.headers,
    }
    if is_sdmx_path(get_route_path(request)):
        body, media_type = render_error(problem, get_route_path(request), request.headers, language)
    else:
        identifier = getattr(request.state, "request_id", "none")
        body = problem.to_document(get_base_url(request), language, identifier).to_json()
        media_type = MEDIA_TYPE
    return Response(body, problem.status, headers, media_type)
