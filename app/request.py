"""The context of a request: the release, the language, and the ways to respond."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from http import HTTPStatus
from itertools import accumulate
from time import perf_counter
from typing import Annotated, Any, Concatenate, NamedTuple, ParamSpec, Protocol, TypeVar
from urllib.parse import quote, urlencode

import msgspec
from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import RedirectResponse, StreamingResponse
from sqlalchemy import Connection
from starlette.background import BackgroundTask
from starlette.types import Scope

from app.db import DatabaseError
from app.db.columns import Record
from app.db.statements import Session
from app.formats.registry import WebLink
from app.formats.sdmx.errors import render_error
from app.i18n import Language
from app.negotiation import Coding, PathKind
from app.parameters import PIN
from app.problems.messages import QUEUE_FULL
from app.problems.problem import MEDIA_TYPE, NotReady, Problem, UnknownRecord
from app.queries.pagination import QueryPage
from app.releases import ServedRelease
from app.schemas import REQUEST_ID, Page, Schema, build_validator, encode_json

P = ParamSpec("P")
QueryResult = TypeVar("QueryResult")
RawHeaders = list[tuple[bytes, bytes]]
JSON = "application/json"
ENCODED_AT_ONCE = 50
"""How many records of a page are validated and encoded at once."""
MAX_BUFFERED = 2 * 1024 * 1024
"""A response of at most so many bytes is sent whole, and so can be cached and validated."""
STREAM_THREADS = CapacityLimiter(2)
"""The threads that write the pieces of all streams in turn; more would delay the event loop."""
OTHER_ROUTE = "other"
"""The route of requests that match none."""
FILE_NAME_PART = re.compile(r",[a-z_]+=[A-Za-z0-9._-]+")
MAX_FILTER_LENGTH = 80
"""File systems allow names of 255 bytes; people read only short ones."""
ATTACHMENT_HEADERS = ("Content-Disposition", "Accept-Ranges")
"""The headers of a file to save, of which parts can be requested."""
CHOSEN_ID = re.compile(REQUEST_ID.encode())


def choose_request_id(given: bytes | None) -> bytes:
    """Return the identifier that a client or proxy has given, or else a random one."""
    if given is not None and CHOSEN_ID.fullmatch(given):
        return given
    # Not of an instance, which forked workers would share: they would choose the same identifiers.
    return b"%032x" % random.getrandbits(128)


def name_parameters(pairs: Sequence[tuple[str, str]]) -> str:
    """Return the part of a file name that parameters have, as in the static edition.

    Those that are too many, or have characters that a file system may not allow, are represented by
    a digest of all. Release and language have parts of their own.
    """
    given = [f",{name}={value}" for name, value in pairs if name not in {"lang", PIN}]
    fitting = [
        part
        for part, length in zip(given, accumulate(map(len, given)), strict=True)
        if length <= MAX_FILTER_LENGTH and FILE_NAME_PART.fullmatch(part)
    ]
    if len(fitting) < len(given):
        fitting.append(f",{sha256(''.join(given).encode()).hexdigest()[:8]}")
    return "".join(fitting)


class ClientConnection(Protocol):
    """The connection that a request came over, as far as the application needs to know it."""

    is_closed: bool
    """Whether the client has gone."""
    is_ending: bool
    """Whether the next response is the last one."""
    is_head_next: bool
    """Whether the server next writes the head of a response that has a body."""

    @property
    def has_left(self) -> bool:
        """Whether the client has gone, or seems to have, as it has sent no more for a while."""

    def start_request(self, headers: dict[bytes, bytes]) -> None:
        """Note that the application responds from now on."""

    def finish_request(self) -> None:
        """Note that the application has finished its response."""


class ClientDisconnectedError(Exception):
    """The client has gone, so the response is no longer needed."""


class CanonicalQuery(NamedTuple):
    """A query, with its parameters sorted by name."""

    params: tuple[tuple[str, str], ...]
    text: bytes
    list_text: str
    """Without the parameter that selects a page of the list."""
    filter_text: str
    """Without the parameters that divide the list into pages."""
    language: Language | None
    """The language that the query chooses, if it does."""
    is_malformed: bool = False
    is_too_long: bool = False
    """Whether it has too many parameters to be parsed."""


@dataclass
class RequestContext:
    """A request, created once by the middleware and passed on to the route.

    An endpoint must not use ``headers``, ``raw_query`` or ``client``: they are not part of the key
    of the cache, so a response that depends on them would be sent to other clients too.
    """

    app: FastAPI
    method: str
    path: str
    """The path below the prefix of a proxy."""
    root_path: str
    """The prefix of a proxy."""
    query: CanonicalQuery
    language: Language
    """The language that the query chooses, or else Accept-Language."""
    coding: Coding
    accept: str
    """The Accept header where formats are negotiated; elsewhere it may be empty."""
    base_url: str
    """The address that links start with."""
    key: tuple[Any, ...]
    has_valid_host: bool
    has_malformed_path: bool
    headers: dict[bytes, bytes]
    """The headers as the client sent them."""
    raw_query: bytes
    """The query as the client sent it."""
    request_id: str
    client: str
    connection: ClientConnection | None = None
    is_example: bool = False
    """Whether it is for the OpenAPI document, which requests its examples in a thread."""
    started: float = field(default_factory=perf_counter)
    route: str = OTHER_ROUTE
    cache_status: str = "none"
    """hit, miss, or none if the request did not reach the cache."""
    extra_headers: RawHeaders = field(default_factory=list)
    """Headers of the response that depend on the client."""
    pinned_release: str | None = None
    """The release that the query names, for a permanent link; it is the one that is served."""
    waiting_clients: Counter[str] = field(default_factory=Counter)
    """The requests that wait for the response to this one, by the network of their client."""
    records: Mapping[str, Record] | None = None
    """The records that were read together with that of the request, by their keys."""
    threads: Executor | None = None
    """The threads that create the response, if the event loop does not; they compress it too."""
    release_error: DatabaseError | None = None
    """Why no release can be served, once it was looked up."""

    @cached_property
    def release(self) -> ServedRelease:
        """The served release, looked up once for the request; DatabaseError if there is none."""
        if self.release_error is not None:
            raise self.release_error
        try:
            release: ServedRelease = self.app.state.releases.get_release()
        except DatabaseError as error:
            self.release_error = error
            raise
        return release

    @cached_property
    def kind(self) -> PathKind:
        """What the path leads to; if there is a route, the router has set its kind."""
        return PathKind.from_path(self.path)

    @property
    def is_abandoned(self) -> bool:
        """Whether the client has gone, or seems to have."""
        return self.connection is not None and self.connection.has_left

    def require_client(self) -> None:
        """Raise ClientDisconnectedError if the client has gone, NotReady if it seems to have."""
        if self.connection is not None and self.connection.is_closed:
            raise ClientDisconnectedError
        if self.is_abandoned:
            raise NotReady(QUEUE_FULL, headers={"Retry-After": "5"})

    def run_query(
        self,
        query: Callable[Concatenate[Session, P], QueryResult],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> QueryResult:
        return self.release.database.read(
            lambda connection: query(Session(connection, self.language), *args, **kwargs)
        )

    def create_json_response(self, model: type[Schema], content: object) -> Response:
        return self.create_bytes_response(model.encode(content), JSON)

    def create_bytes_response(
        self,
        body: bytes,
        media_type: str,
        links: Sequence[WebLink | str] = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        return Response(body, media_type=media_type, headers=self.build_headers(links, headers))

    def build_url(self, parameters: Sequence[tuple[str, str]]) -> str:
        """Build the address of this path with other parameters."""
        query = urlencode(parameters)
        return f"{self.base_url}{quote(self.path)}{query and '?'}{query}"

    def redirect_permanently(self, path: str, fragment: str = "") -> Response:
        """Redirect to another path of the service with the same query."""
        query = self.query.text.decode()
        url = f"{self.base_url}{quote(path)}{'?' if query else ''}{query}{fragment}"
        return RedirectResponse(url, HTTPStatus.PERMANENT_REDIRECT)

    def stream_response(
        self,
        write: Callable[[Connection], Iterator[bytes]],
        media_type: str,
        links: Sequence[WebLink] = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Create a response that is written piece by piece; a short one is sent whole.

        The first pieces are written before the response starts, so that a failure to write them
        becomes a problem document.
        """
        first, rest = self.release.database.start_stream(write)
        return self.create_stream_response([first], rest, media_type, links, headers)

    def create_stream_response(
        self,
        pieces: list[bytes],
        rest: Generator[bytes, None, None],
        media_type: str,
        links: Sequence[WebLink],
        headers: dict[str, str] | None,
    ) -> Response:
        while sum(map(len, pieces)) < MAX_BUFFERED:
            piece = next(rest, None)
            if piece is None:
                return self.create_bytes_response(b"".join(pieces), media_type, links, headers)
            pieces.append(piece)
        # nginx would otherwise hold the response back until it is complete.
        sent = {**self.build_headers(links, headers), "X-Accel-Buffering": "no"}
        # A thread ends it, as a database may take seconds to answer.
        end = BackgroundTask(rest.close)
        stream = iterate_stream(pieces, rest, self.connection)
        return StreamingResponse(stream, media_type=media_type, headers=sent, background=end)

    def build_headers(
        self, links: Sequence[WebLink | str] = (), headers: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Return the headers that depend on the language, on links, and those given."""
        combined = {"Content-Language": self.language.value}
        varying = ["Accept"] if self.kind is PathKind.SDMX else []
        if self.query.language is None:
            varying.append("Accept-Language")
        if varying:
            combined["Vary"] = ", ".join(varying)
        combined |= headers or {}
        if links:
            combined["Link"] = ", ".join(map(str, links))
        return combined

    def build_attachment_headers(self, name: str, suffix: str) -> dict[str, str]:
        """Return the headers of a file to save.

        Its name has the release, the parameters and the language, so that two files with other
        content have other names.
        """
        parameters = name_parameters(self.query.params)
        file = f"bri-{name}-{self.release.record['code']}{parameters}.{self.language}.{suffix}"
        return {"Content-Disposition": f'attachment; filename="{file}"', "Accept-Ranges": "bytes"}

    def create_page_response(
        self,
        model: type[Page[Any]],
        found: QueryPage,
        links: Sequence[WebLink | str] = (),
        **more: object,
    ) -> Response:
        next_url = None
        if found.cursor is not None:
            # Cursors contain no character that a query would have to escape.
            parameters = f"{self.query.list_text}&cursor={found.cursor}".removeprefix("&")
            next_url = f"{self.base_url}{self.path}?{parameters}"
            links = [f'<{next_url}>; rel="next"', *links]
        fields = {
            "total": found.total,
            "total_is_exact": found.exact,
            "next": next_url,
            "next_cursor": found.cursor,
            **more,
        }
        validate, encoded = build_validator(model).validate_python, []
        # A thousand records at once would be so many objects that the garbage collector, which
        # stops all threads, delays other requests.
        for start in range(0, max(1, len(found.rows)), ENCODED_AT_ONCE):
            page = validate({"items": found.rows[start : start + ENCODED_AT_ONCE], **fields})
            encoded.append(msgspec.Raw(encode_json(page["items"])[1:-1]))
        body = encode_json({**page, "items": encoded})
        return Response(body, media_type=JSON, headers=self.build_headers(links))

    def create_record_response(
        self, model: type[Schema], read: Callable[..., Record | None], *more: object, **path: str
    ) -> Response:
        return self.create_json_response(model, self.read_record(read, *more, **path))

    def read_record(self, read: Callable[..., Record | None], *more: object, **path: str) -> Record:
        """Read the record whose key is in the path; raise UnknownRecord if there is none."""
        ((parameter, key),) = path.items()
        found = self.records
        record = self.run_query(read, key, *more) if found is None else found.get(key)
        if record is None:
            raise self.create_unknown_record(parameter, key)
        return record

    def create_unknown_record(self, parameter: str, key: str) -> UnknownRecord:
        collection = "series" if parameter == "series" else f"{parameter}s"
        nearest = self.release.keys[collection].find_nearest_keys(key)
        return UnknownRecord.from_key(parameter, key, nearest)


async def iterate_stream(
    pieces: list[bytes],
    rest: Generator[bytes, None, None],
    connection: ClientConnection | None = None,
) -> AsyncIterator[bytes]:
    """Yield pieces as fast as the client takes them, until the client is gone."""
    while pieces:
        yield pieces.pop(0)
    while (piece := await run_sync(next, rest, None, limiter=STREAM_THREADS)) is not None:
        if connection is not None and connection.is_closed:
            return
        yield piece


async def get_context(request: Request) -> RequestContext:
    context: RequestContext = request.scope["context"]
    return context


Context = Annotated[RequestContext, Depends(get_context)]
"""The type of the ``context`` argument of endpoints."""


@lru_cache(maxsize=1024)
def build_base_url(scheme: str, host: str, *server: Any, root_path: str) -> str:
    """Return the address that a valid Host header leads to; without one, that of the server."""
    # A proxy may name the scheme of a WebSocket, which no link can have.
    scheme = {"ws": "http", "wss": "https"}.get(scheme, scheme)
    authority = host.strip(" \t").removesuffix(":")
    if not authority and server[1:] == (None,):
        authority = "localhost"  # A Unix socket has no address that a link could name.
    if authority:
        return f"{scheme}://{authority}{root_path}".rstrip("/")
    scope: Scope = {"type": "http", "scheme": scheme, "server": server or None, "headers": []}
    request = Request({**scope, "path": "/", "query_string": b"", "root_path": root_path})
    return str(request.base_url).rstrip("/")


def create_problem_response(context: RequestContext, problem: Problem) -> Response:
    """Create a problem document (RFC 9457), or an SDMX error below /sdmx."""
    headers = {"Cache-Control": "no-store", **context.build_headers(headers=problem.headers)}
    language = context.language
    if context.kind is PathKind.SDMX:
        body, media_type = render_error(problem, context.path, context.accept, language)
    else:
        body = encode_json(problem.to_document(context.base_url, language, context.request_id))
        media_type = MEDIA_TYPE
    return Response(body, problem.status, headers, media_type)
