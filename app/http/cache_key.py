"""What a response depends on: the cache key, and the request context made from it."""

import re
from collections.abc import Callable, Sequence
from itertools import chain, islice
from operator import itemgetter
from typing import Any, TypeVar
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlencode

from fastapi import FastAPI
from starlette.types import Scope

from app.http.authority import apply_absolute_target, is_valid_authority
from app.http.limits import get_plain_address
from app.i18n import Language
from app.negotiation import SDMX_ROOT, negotiate_coding, negotiate_language
from app.parameters import REPEATABLE
from app.request import CanonicalQuery, RequestContext, build_base_url, choose_request_id

Value = TypeVar("Value")

MAX_ENTRIES = 1024
MAX_KEY_LENGTH = 300
NEGOTIATED = SDMX_ROOT.encode()
"""Part of the paths whose format is negotiated, so that Accept is part of the key."""
MAX_PARAMETERS = 200
"""A query of more parameters, or of more values in lists, is refused before they are validated."""
BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")
ESCAPED_SLASH = b"%2F"
INDEX = re.compile(r"\[[0-9]*\]$")
STATED_LANGUAGE = re.compile(rb"(?:^|&)lang=(en|zh)(?:&|$)")
CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class BoundedMemo(dict[bytes | None, Value]):
    """Values computed from short headers and queries; cleared when it is full."""

    def __init__(self, compute: Callable[[bytes], Value]) -> None:
        super().__init__()
        self.compute = compute

    def __missing__(self, given: bytes | None) -> Value:
        value = self.compute(given or b"")
        if given is None or len(given) <= MAX_KEY_LENGTH:
            if len(self) >= MAX_ENTRIES:
                self.clear()
            self[given] = value
        return value


def canonicalize_query(query: bytes) -> CanonicalQuery:
    # A query that cannot be parsed has its error in the language that it states.
    stated = STATED_LANGUAGE.search(query)
    refused = CanonicalQuery((), query, "", "", Language(stated[1].decode()) if stated else None)
    if is_malformed(query):
        return refused._replace(is_malformed=True)
    if query.count(b"&") >= MAX_PARAMETERS:
        return refused._replace(is_too_long=True)
    given = parse_qsl(query.decode(), keep_blank_values=True)
    values = chain.from_iterable(split_list(*pair) for pair in given)
    params = sorted(islice(values, MAX_PARAMETERS + 1), key=itemgetter(0))
    if len(params) > MAX_PARAMETERS:
        return refused._replace(is_too_long=True)
    chosen = dict(params).get("lang")
    listed = [pair for pair in params if pair[0] != "cursor"]
    return CanonicalQuery(
        tuple(params),
        urlencode(params).encode(),
        urlencode(listed),
        urlencode([pair for pair in listed if pair[0] != "limit"]),
        Language(chosen) if chosen in list(Language) else None,
    )


def split_list(name: str, value: str) -> list[tuple[str, str]]:
    """Return the values of a repeatable parameter, in whichever form a client sends lists.

    These are ``topic=a&topic=b``, ``topic=a,b``, ``topic[]=a&topic[]=b`` and ``topic[0]=a``.
    """
    repeatable = INDEX.sub("", name)
    if repeatable not in REPEATABLE:
        return [(name, value)]
    return [(repeatable, one) for one in value.split(",")]


def is_malformed(raw: bytes) -> bool:
    """Return whether an escape is incomplete, is not UTF-8, or is a control character."""
    decoded = unquote_to_bytes(raw)
    if BROKEN_ESCAPE.search(raw) or CONTROL.search(decoded):
        return True
    try:
        decoded.decode()
    except UnicodeDecodeError:
        return True
    return False


QUERIES = BoundedMemo(canonicalize_query)
LANGUAGES = BoundedMemo(negotiate_language)
CODINGS = BoundedMemo(negotiate_coding)
MALFORMED_PATHS = BoundedMemo(is_malformed)
VALID_HOSTS = BoundedMemo(is_valid_authority)


def build_key(
    scope: Scope, headers: dict[bytes, bytes], *, has_public_url: bool
) -> tuple[Any, ...]:
    """Build the key of a request, whose parts ``create_context`` names."""
    query = QUERIES[scope["query_string"]]
    path = scope.get("raw_path") or scope["path"].encode()
    # An escape can hide the name of a path. Elsewhere only problems depend on Accept, and they are
    # never cached.
    is_negotiated = NEGOTIATED in path or b"%" in path
    return (
        path,
        query.text,
        query.language or LANGUAGES[headers.get(b"accept-language")],
        CODINGS[headers.get(b"accept-encoding")],
        scope.get("root_path", ""),
        headers.get(b"accept", b"") if is_negotiated else b"",
        () if has_public_url else (scope["scheme"], headers.get(b"host"), *(scope["server"] or ())),
    )


def merge_repeated_headers(raw: Sequence[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Join the lines of repeated headers, which makes a repeated Host invalid."""
    lines: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        lines.setdefault(name, []).append(value)
    return {name: b", ".join(values) for name, values in lines.items()}


def decode_path(raw: bytes) -> str:
    """Decode a path, except for escaped slashes, which separate nothing."""
    kept = raw.replace(b"%2f", ESCAPED_SLASH).replace(ESCAPED_SLASH, b"%252F")
    return unquote(kept.decode("latin-1"))


def create_context(app: FastAPI, scope: Scope) -> RequestContext:
    if "://" in scope["path"]:
        apply_absolute_target(scope)
    headers = dict(scope["headers"])
    if len(headers) < len(scope["headers"]):
        headers = merge_repeated_headers(scope["headers"])
    host = headers.get(b"host")
    has_valid_host = scope["http_version"] == "1.0" if host is None else VALID_HOSTS[host]
    base_url = app.state.releases.public_url
    state = scope.get("state", {})
    key = state.get("cache_key") or build_key(scope, headers, has_public_url=base_url is not None)
    path, _, language, coding, root_path, accept, origin = key
    query = QUERIES[scope["query_string"]]
    if base_url is None:
        scheme, _, *server = origin
        name = host.decode() if host and has_valid_host else ""
        base_url = build_base_url(scheme, name, *server, root_path=root_path)
    address = (scope.get("client") or ("unknown", 0))[0]
    return RequestContext(
        app=app,
        method=scope["method"],
        path=(decode_path(path) if b"%" in path else scope["path"]).removeprefix(root_path),
        root_path=root_path,
        query=query,
        language=language,
        coding=coding,
        accept=accept.decode("latin-1"),
        base_url=base_url,
        has_valid_host=has_valid_host,
        key=key,
        has_malformed_path=MALFORMED_PATHS[path],
        headers=headers,
        raw_query=scope["query_string"],
        request_id=choose_request_id(headers.get(b"x-request-id")).decode(),
        # Nearly every address is plain, and every request passes here.
        client=get_plain_address(address) if ":" in address else address,
        connection=state.get("connection"),
    )
