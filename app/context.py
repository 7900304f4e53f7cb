"""What every request needs: the open release, the language, the way to answer."""

import os
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Concatenate, ParamSpec, TypeVar

from fastapi import Depends, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import Connection
from starlette.concurrency import iterate_in_threadpool

from app.database import Database, DatabaseError
from app.filters import ASKED, Asked
from app.problems import MEDIA_TYPE, Problem, UnknownRecord
from app.queries.columns import Record
from app.queries.keys import Keys, all_keys
from app.queries.pages import Found
from app.queries.reference import newest_edition
from app.queries.release import release
from app.schemas.base import Page, Schema
from app.text import Language, negotiate

P = ParamSpec("P")
Result = TypeVar("Result")
AnySchema = TypeVar("AnySchema", bound=Schema)

LONGEST_HOST = 300


@dataclass(frozen=True)
class Snapshot:
    """An open release, and what of it is read once."""

    database: Database
    release: Record
    keys: dict[str, Keys]
    sources: dict[Language, Record]
    """The source of the newest edition in each language."""
    modified: float
    """When the file was put in place, in seconds since 1970."""


@dataclass
class Library:
    """Keeps the newest release open; a file put in place of the old one is picked up."""

    path: Path
    public_url: str | None = None
    stamp: tuple[int, int, int] = (0, 0, 0)
    snapshot: Snapshot | None = field(default=None)

    def current(self) -> Snapshot:
        """Give the release of the file that stands in place now.

        Raises:
            DatabaseError: if no release could be opened yet.
        """
        stamp = self.stamp
        with suppress(OSError):
            status = os.stat(self.path)  # noqa: PTH116
            stamp = (status.st_ino, status.st_mtime_ns, status.st_size)
        if self.snapshot is None or stamp != self.stamp:
            self.stamp = stamp
            self.reopen()
        if self.snapshot is None:
            raise DatabaseError(f"{self.path} cannot be served")
        return self.snapshot

    def reopen(self) -> None:
        """Open the file; a file that cannot be served leaves the old release in service."""
        try:
            opened = snapshot(self.path)
        except DatabaseError:
            if self.snapshot is None:
                raise
        else:
            self.close()
            self.snapshot = opened

    def close(self) -> None:
        """Let go of the release; requests under way keep what they hold of it."""
        if self.snapshot is not None:
            self.snapshot.database.close()
            self.snapshot = None


def snapshot(path: Path) -> Snapshot:
    """Open a release and read what is read once."""
    database = Database(path)
    with database.connect() as connection:
        sources = {language: newest_edition(connection, language) for language in Language}
        modified = path.stat().st_mtime
        keys = all_keys(database)
        return Snapshot(database, release(connection), keys, sources, modified)


def spoken(request: Request) -> Language:
    """Choose the language of an answer: the lang parameter, else the Accept-Language header."""
    asked = request.query_params.get("lang")
    if asked in list(Language):
        return Language(asked)
    return negotiate(request.headers.get("accept-language", ""))


def language_headers(request: Request, language: Language) -> dict[str, str]:
    """Say which language an answer is in, and that the header chose it if no parameter did."""
    headers = {"Content-Language": str(language)}
    if request.query_params.get("lang") not in list(Language):
        headers["Vary"] = "Accept-Language"
    return headers


def route_path(request: Request) -> str:
    """Give the path below the prefix that a proxy may have put before it."""
    path: str = request.scope["path"]
    return path.removeprefix(request.scope.get("root_path", ""))


def base_url(request: Request) -> str:
    """Give the address that links start with; a host that no name can be is not repeated."""
    library: Library = request.app.state.library
    if library.public_url:
        return library.public_url
    url = request.base_url
    if len(url.netloc) > LONGEST_HOST:
        server, port = request.scope.get("server") or ("localhost", None)
        url = url.replace(hostname=server, port=port)
    return str(url).rstrip("/")


@dataclass(frozen=True)
class Reader:
    """One request's view of the release."""

    request: Request
    snapshot: Snapshot
    language: Language
    base: str

    def read(
        self,
        query: Callable[Concatenate[Any, Language, P], Result],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> Result:
        """Run a query in the language of the request."""
        with self.snapshot.database.connect() as connection:
            return query(connection, self.language, *args, **kwargs)

    def answer(self, model: Schema, links: dict[str, str] | None = None) -> Response:
        """Send a model as JSON."""
        return self.content(model.to_json(), "application/json", links)

    def content(
        self, body: bytes, media_type: str, links: dict[str, str] | None = None
    ) -> Response:
        """Send finished bytes in the language of the request."""
        headers = language_headers(self.request, self.language)
        if links:
            headers["Link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items())
        return Response(body, media_type=media_type, headers=headers)

    def stream(self, write: Callable[[Connection], Iterator[bytes]], media_type: str) -> Response:
        """Send what is written bit by bit, from a connection of its own.

        The first bit is written before the answer begins, so that what fails is told as a problem.
        """
        parts = self.written(write)
        first = next(parts)
        headers = {**language_headers(self.request, self.language), "X-Accel-Buffering": "no"}
        return StreamingResponse(sent(first, parts), media_type=media_type, headers=headers)

    def written(self, write: Callable[[Connection], Iterator[bytes]]) -> Iterator[bytes]:
        """Keep a connection open as long as bits are taken from it."""
        with self.snapshot.database.apart() as connection:
            yield from write(connection)

    def page(self, model: type[Page[Any]], found: Found, **more: object) -> Response:
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
        return self.answer(body, {"next": following} if following else None)

    def following(self, cursor: str | None) -> str | None:
        """Write the address of the next page: this request's own, with another cursor."""
        if cursor is None:
            return None
        url = self.request.url.include_query_params(cursor=cursor)
        return f"{self.base}{route_path(self.request)}?{url.query}"

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


async def sent(first: bytes, parts: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Send bits as fast as they are taken; a reader who leaves closes what they come from."""
    try:
        yield first
        async for part in iterate_in_threadpool(parts):
            yield part
    finally:
        parts.close()  # type: ignore[attr-defined]


async def reader(request: Request) -> Reader:
    """Open the release for a request, before its parameters are validated."""
    return opened(request)


def opened(request: Request) -> Reader:
    """Open the release for a request, and tell the models of parameters what they need of it."""
    library: Library = request.app.state.library
    current = library.current()
    counts = Counter(name for name, _ in request.query_params.multi_items())
    ASKED.set(Asked(current.keys, counts))
    return Reader(request, current, spoken(request), base_url(request))


Read = Annotated[Reader, Depends(reader)]
BEFORE_VALIDATION = [Depends(reader)]
"""Router dependencies, which run before the parameters are validated."""


def problem_response(request: Request, problem: Problem) -> Response:
    """Send a problem as RFC 9457 has it."""
    language = spoken(request)
    identifier = getattr(request.state, "request_id", "none")
    body = problem.document(base_url(request), language, identifier).to_json()
    headers = {
        "Cache-Control": "no-store",
        **language_headers(request, language),
        **problem.headers,
    }
    return Response(body, problem.status, headers, MEDIA_TYPE)
