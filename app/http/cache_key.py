"""What an answer depends on: the normalised request, which is all that the application sees."""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, urlencode

from starlette.types import Scope

from app.http.compression import Coding, negotiate_coding
from app.http.middleware import is_malformed
from app.i18n import Language, negotiate_language

Value = TypeVar("Value")

MAX_ENTRIES = 1024
MAX_KEY_LENGTH = 300
NEGOTIATED_HEADERS = b"/sdmx"
"""What stands in the paths at which the client chooses the format."""
DATA = b"/v1"
"""What stands in the paths at which everybody gets the same format, mistakes included."""
PAGE = b"text/html"
"""What a browser takes, which gets a page where others get a problem document."""


class CacheKey(NamedTuple):
    """One normalised request; in the cache it stands as a plain tuple, which is made faster."""

    path: bytes
    query: bytes
    language: Language
    coding: Coding
    prefix: str
    accept: bytes
    """The media types that the client takes, where an answer depends on them."""
    base: tuple[Any, ...]
    """Scheme, host and server, which links start with; empty if the address is set."""


class CanonicalQuery(NamedTuple):
    """A query with its parameters in order, and the language that it asks for."""

    text: bytes
    language: Language | None


class BoundedMemo(dict[bytes | None, Value]):
    """What was made of short header values and queries; emptied when it is full."""

    def __init__(self, make: Callable[[bytes], Value]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, given: bytes | None) -> Value:
        made = self.make(given or b"")
        if given is None or len(given) <= MAX_KEY_LENGTH:
            if len(self) >= MAX_ENTRIES:
                self.clear()
            self[given] = made
        return made


class CacheKeyBuilder:
    """Makes the keys of requests, with nothing done twice for values that come again."""

    def __init__(self) -> None:
        self.has_base = False
        """Whether the operator has set the address that links start with."""
        self.queries: BoundedMemo[CanonicalQuery] = BoundedMemo(canonical_query)
        self.languages: BoundedMemo[Language] = BoundedMemo(
            lambda header: negotiate_language(header.decode("latin-1"))
        )
        self.codings: BoundedMemo[Coding] = BoundedMemo(negotiate_coding)

    def build(self, scope: Scope, headers: dict[bytes, bytes]) -> tuple[Any, ...]:
        """Give the key of a request as a tuple; ``Key`` names its parts."""
        text, language = self.queries[scope["query_string"]]
        path = scope.get("raw_path") or scope["path"].encode()
        accept = headers.get(b"accept", b"")
        # An escape may hide the name.
        if NEGOTIATED_HEADERS not in path and b"%" not in path:
            accept = PAGE if DATA not in path and PAGE in accept else b""
        return (
            path,
            text,
            language or self.languages[headers.get(b"accept-language")],
            self.codings[headers.get(b"accept-encoding")],
            scope.get("root_path", ""),
            accept,
            ()
            if self.has_base
            else (scope["scheme"], headers.get(b"host"), *(scope["server"] or ())),
        )


def canonical_query(query: bytes) -> CanonicalQuery:
    """Put parameters in the order of their names; one that is repeated keeps its own order."""
    if is_malformed(query):
        return CanonicalQuery(query, None)
    pairs = sorted(parse_qsl(query.decode(), keep_blank_values=True), key=itemgetter(0))
    asked = dict(pairs).get("lang")
    return CanonicalQuery(
        urlencode(pairs).encode(), Language(asked) if asked in list(Language) else None
    )


def merge_headers(raw: list[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Give each header once: the lines of a repeated one are joined, but a host is the first."""
    headers = dict(raw)
    if len(headers) == len(raw):
        return headers
    headers.clear()
    for name, value in raw:
        if name not in headers:
            headers[name] = value
        elif name != b"host":
            headers[name] += b", " + value
    return headers


def normalize_request(scope: Scope, key: CacheKey, identifier: bytes) -> Scope:
    """Make the request that a key stands for: nothing outside the key can sway its answer."""
    scheme, host, *server = key.base or ("http", None)
    headers = [(b"accept-language", key.language.encode()), (b"x-request-id", identifier)]
    if host is not None:
        headers.append((b"host", host))
    if key.accept:
        headers.append((b"accept", key.accept))
    return {
        **scope,
        "method": "GET",
        "scheme": scheme,
        "server": server or None,
        "query_string": key.query,
        "headers": headers,
        "extensions": {},
    }
