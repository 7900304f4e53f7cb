"""What every request needs: the open release, the language, the way to answer."""

import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from threading import Event, Lock, Thread
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.concurrency import iterate_in_threadpool

from app.database import Database, DatabaseError, Storage, UnavailableError
from app.filters import ASKED, Asked
from app.hyperlinks import Link, Links
from app.problems import MEDIA_TYPE, Problem, UnknownRecord
from app.queries.columns import Record
from app.queries.keys import Keys, all_keys
from app.queries.pages import Found
from app.queries.reference import newest_edition
from app.queries.release import release
from app.schemas.base import Page, Schema
from app.schemas.sdmx_errors import ErrorMessage, is_sdmx
from app.text import Language, negotiate

P = ParamSpec("P")
Result = TypeVar("Result")
AnySchema = TypeVar("AnySchema", bound=Schema)

NONE: Counter[str] = Counter()
LONGEST_HOST = 300
SHORT = 2 * 1024 * 1024
"""Up to how many bytes an answer is finished as a whole, and so can be kept and named."""

log = logging.getLogger("uvicorn.error")


@dataclass(frozen=True)
class Snapshot:
    """An open release, and what of it is read once."""

    database: Database
    release: Record
    keys: dict[str, Keys]
    sources: dict[Language, Record]
    """The source of the newest edition in each language."""
    modified: float
    """When the release was put in place, in seconds since 1970."""

    @cached_property
    def is_small(self) -> bool:
        """Tell whether every list is so short that its keys are held."""
        return all(keys.held is not None for keys in self.keys.values())


@dataclass
class Library:
    """Keeps the newest release open; one put in place of the old one is picked up."""

    storage: Storage
    public_url: str | None = None
    stamp: object = None
    snapshot: Snapshot | None = None
    closed: Event = field(default_factory=Event)
    refreshing: Lock = field(default_factory=Lock)
    watcher: Thread | None = None

    def current(self) -> Snapshot:
        """Give the release that stands in place now, or did at the last look.

        Raises:
            DatabaseError: if no release could be opened yet.
        """
        if self.snapshot is None or not self.storage.patience:
            self.refresh()
        if self.snapshot is None:
            raise DatabaseError(f"{self.storage} cannot be served")
        return self.snapshot

    def refresh(self) -> None:
        """Look for a new release; one that cannot be served leaves the old one in service."""
        try:
            stamp = self.storage.stamp()
            if self.snapshot is None or stamp != self.stamp:
                self.reopen(stamp)
        except UnavailableError:
            if self.snapshot is None:
                raise

    def reopen(self, stamp: object) -> None:
        """Open the release that is in place and let go of the one before."""
        with self.refreshing:
            try:
                opened = snapshot(self.storage)
            except UnavailableError:
                raise
            except DatabaseError:
                if self.snapshot is None:
                    raise
            else:
                before, self.snapshot = self.snapshot, opened
                if before is not None:
                    before.database.close()
            self.stamp = stamp

    def watch(self) -> None:
        """Look for a new release now and then, aside from requests, where a look takes time."""
        if self.storage.patience:
            self.closed.clear()
            self.watcher = Thread(target=self.look, name="release watch", daemon=True)
            self.watcher.start()

    def look(self) -> None:
        """Look for a new release until the library is closed."""
        while not self.closed.wait(self.storage.patience):
            try:
                self.refresh()
            except Exception:
                log.exception("looking for a new release failed")

    def close(self) -> None:
        """Let go of the release; requests under way keep what they hold of it."""
        self.closed.set()
        if self.watcher is not None:
            self.watcher.join()
            self.watcher = None
        before, self.snapshot = self.snapshot, None
        if before is not None:
            before.database.close()
        self.storage.close()


def snapshot(storage: Storage) -> Snapshot:
    """Open a release and read what is read once."""
    database = Database(storage)

    def reading(connection: Connection) -> Snapshot:
        sources = {language: newest_edition(connection, language) for language in Language}
        keys = all_keys(database, connection)
        return Snapshot(database, release(connection), keys, sources, database.modified)

    try:
        return database.read(reading)
    except Exception:
        database.close()
        raise


def spoken(request: Request) -> Language:
    """Choose the language of an answer: the lang parameter, else the Accept-Language header."""
    asked = request.query_params.get("lang")
    if asked in list(Language):
        return Language(asked)
    return negotiate(request.headers.get("accept-language", ""))


def language_headers(request: Request, language: Language) -> dict[str, str]:
    """Say which language an answer is in, and which headers chose it and its format."""
    headers = {"Content-Language": str(language)}
    varying = ["Accept"] if is_sdmx(route_path(request)) else []
    if request.query_params.get("lang") not in list(Language):
        varying.append("Accept-Language")
    if varying:
        headers["Vary"] = ", ".join(varying)
    return headers


def route_path(request: Request) -> str:
    """Give the path below the prefix that a proxy may have put before it."""
    scope = request.scope
    path: str = scope["path"]
    # What is mounted sees a root of its own; that of the application stands beside it.
    return path.removeprefix(scope.get("app_root_path", scope.get("root_path", "")))


def base_url(request: Request) -> str:
    """Give the address that links start with; a host that no name can be is not repeated."""
    library: Library = request.app.state.library
    if library.public_url:
        return library.public_url
    scope, host = request.scope, request.headers.get("host", "")
    server = tuple(scope.get("server") or ())
    if len(host) > LONGEST_HOST:
        host = ""
        server = server or ("localhost", None)
    root = scope.get("app_root_path", scope.get("root_path", ""))
    return derived_base(scope["scheme"], host, server, root)


@lru_cache(maxsize=1024)
def derived_base(scheme: str, host: str, server: tuple[Any, ...], root: str) -> str:
    """Give the address that a host header leads to, as the framework reads it."""
    headers = [(b"host", host.encode("latin-1"))] if host else []
    scope = {"type": "http", "scheme": scheme, "server": server or None, "headers": headers}
    asked = Request({**scope, "path": "/", "query_string": b"", "root_path": root})
    return str(asked.base_url).rstrip("/")


@dataclass(frozen=True)
class Reader:
    """One request's view of the release."""

    request: Request
    snapshot: Snapshot
    language: Language

    @cached_property
    def base(self) -> str:
        """The address that links start with."""
        return base_url(self.request)

    def read(
        self,
        query: Callable[Concatenate[Any, Language, P], Result],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """Run a query in the language of the request."""
        return self.snapshot.database.read(
            lambda connection: query(connection, self.language, *args, **kwargs)
        )

    def answer(self, model: Schema, links: Links = ()) -> Response:
        """Send a model as JSON."""
        return self.content(model.to_json(), "application/json", links)

    def content(
        self,
        body: bytes,
        media_type: str,
        links: Links = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send finished bytes in the language of the request."""
        told = self.told(links, headers)
        return Response(body, media_type=media_type, headers=told)

    def stream(
        self,
        write: Callable[[Connection], Iterator[bytes]],
        media_type: str,
        links: Links = (),
        headers: dict[str, str] | None = None,
    ) -> Response:
        """Send what is written bit by bit, from a connection of its own; as a whole if it is short.

        It is begun before the answer begins, so that what fails is told as a problem.
        """
        first, parts = self.snapshot.database.begun(write)
        held = [first]
        while sum(map(len, held)) < SHORT:
            part = next(parts, None)
            if part is None:
                return self.content(b"".join(held), media_type, links, headers)
            held.append(part)
        told = {**self.told(links, headers), "X-Accel-Buffering": "no"}
        return StreamingResponse(sent(held, parts), media_type=media_type, headers=told)

    def told(self, links: Links, headers: dict[str, str] | None) -> dict[str, str]:
        """Put the headers of an answer together."""
        told = {**language_headers(self.request, self.language), **(headers or {})}
        if links:
            told["Link"] = ", ".join(map(str, links))
        return told

    def attached(self, name: str, suffix: str) -> dict[str, str]:
        """Name a file that is taken away, and say that parts of it can be asked for.

        The name tells what it holds, of which release and in which language.
        """
        file = f"bri-{name}-{self.snapshot.release['code']}.{self.language}.{suffix}"
        return {
            "Content-Disposition": f'attachment; filename="{file}"',
            "Accept-Ranges": "bytes",
        }

    def page(
        self, model: type[Page[Any]], found: Found, links: Links = (), **more: object
    ) -> Response:
        """Send one page of a list, with the address of the next."""
        following = self.following(found.cursor)
        body = model.model_validate(
            {
                "items": found.rows,
                "total": found.total,
                "total_is_exact": found.exact,
                "next": following,
                **more,
            }
        )
        return self.answer(body, [*([Link(following, "next")] if following else []), *links])

    def address(self) -> tuple[str, str]:
        """Give the address of the request and its query, whatever page of it was asked for."""
        pairs = [pair for pair in self.asked() if pair[0] != "limit"]
        return f"{self.base}{route_path(self.request)}", urlencode(pairs)

    def asked(self) -> list[tuple[str, str]]:
        """Give the parameters of the request, whatever page of a list they ask for."""
        pairs = self.request.query_params.multi_items()
        return [pair for pair in pairs if pair[0] != "cursor"]

    def following(self, cursor: str | None) -> str | None:
        """Write the address of the next page: this request's own, with another cursor."""
        if cursor is None:
            return None
        query = urlencode([*self.asked(), ("cursor", cursor)])
        return f"{self.base}{route_path(self.request)}?{query}"

    def record(
        self, model: type[AnySchema], record: Record | None, collection: str, **path: str
    ) -> Response:
        """Send one record.

        Raises:
            UnknownRecord: if there is none; the nearest key is suggested.
        """
        if record is None:
            ((parameter, found),) = path.items()
            raise self.unknown(collection, parameter, found)
        return self.answer(model.model_validate(record))

    def unknown(self, collection: str, parameter: str, found: str) -> UnknownRecord:
        """Say that a collection has no such key, with the nearest ones."""
        return UnknownRecord(parameter, found, self.snapshot.keys[collection].near(found))


async def sent(held: list[bytes], parts: Generator[bytes, None, None]) -> AsyncIterator[bytes]:
    """Send bits as fast as they are taken; a reader who leaves closes what they come from."""
    try:
        for part in held:
            yield part
        async for part in iterate_in_threadpool(parts):
            yield part
    finally:
        parts.close()


async def reader(request: Request) -> Reader:
    """Open the release for a request, before its parameters are validated."""
    return opened(request)


def opened(request: Request) -> Reader:
    """Open the release for a request, and tell the models of parameters what they need of it."""
    scope = request.scope
    current: Snapshot = scope.get("snapshot") or scope["app"].state.library.current()
    asked = request.query_params.multi_items()
    ASKED.set(Asked(current.keys, Counter(name for name, _ in asked) if asked else NONE))
    return Reader(request, current, spoken(request))


Read = Annotated[Reader, Depends(reader)]
BEFORE_VALIDATION = [Depends(reader)]
"""Router dependencies, which run before the parameters are validated."""


def problem_response(request: Request, problem: Problem) -> Response:
    """Send a problem as RFC 9457 has it, or as an SDMX error to those who ask by SDMX."""
    language = spoken(request)
    headers = {
        "Cache-Control": "no-store",
        **language_headers(request, language),
        **problem.headers,
    }
    if is_sdmx(route_path(request)):
        number = getattr(problem, "number", None)
        error = ErrorMessage(problem.status, problem.title, problem.detail, number)
        body, media_type = error.written(route_path(request), request.headers, language)
    else:
        identifier = getattr(request.state, "request_id", "none")
        body = problem.document(base_url(request), language, identifier).to_json()
        media_type = MEDIA_TYPE
    return Response(body, problem.status, headers, media_type)
