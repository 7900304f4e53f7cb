"""Problem documents that the server sends by itself, where the application gets no request."""

import re
from http import HTTPStatus

from app.http.middleware import ALLOWED_METHODS, RAW_COMMON_HEADERS
from app.i18n import Language
from app.problems.messages import MALFORMED_REQUEST, UNENCODED_ADDRESS, VERSION_NOT_SUPPORTED
from app.problems.problem import (
    MEDIA_TYPE,
    MalformedRequest,
    MethodNotAllowed,
    Problem,
    VersionNotSupported,
)
from app.request import RawHeaders
from app.schemas import encode_json

OTHER_VERSION = re.compile(rb"[A-Z]+ \S+ HTTP/(?!1\.[01]\r?\n)[0-9.]+\r?\n")
"""A request line that is valid except for its version, such as the preface of HTTP/2."""

UNENCODED_LINE = re.compile(rb"[A-Z]+ /[^\r\n]*[ \x80-\xff][^\r\n]* HTTP/1\.[01]\r?\n")
"""A request line with an address as people write it: /v1/search?q=贸易."""

PARSED_METHODS = rb"GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE|TRACE"
OTHER_METHOD = re.compile(
    rb"(?!(?:%b) )[!#$%%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/1\.[01]\r?\n" % PARSED_METHODS
)
"""A valid request line with a method that the parser may not know; this service allows none."""


def describe_malformed(data: bytes) -> Problem:
    """Return the problem for bytes that the parser does not accept."""
    if OTHER_METHOD.match(data):
        return MethodNotAllowed.from_allowed(ALLOWED_METHODS)
    if OTHER_VERSION.match(data):
        return VersionNotSupported(VERSION_NOT_SUPPORTED)
    is_unencoded = UNENCODED_LINE.match(data) is not None
    return MalformedRequest(UNENCODED_ADDRESS if is_unencoded else MALFORMED_REQUEST)


def build_socket_url(address: object) -> str:
    """Return what links start with if the operator has named no address: that of the socket."""
    if not isinstance(address, tuple):
        return "http://localhost"
    host = f"[{address[0]}]" if ":" in address[0] else address[0]
    return f"http://{host}:{address[1]}"


def serialize_rejection(
    problem: Problem, default_headers: RawHeaders, base_url: str, identifier: str
) -> bytes:
    """Return a whole response with the headers of all others, which closes the connection."""
    body = encode_json(problem.to_document(base_url, Language.ENGLISH, identifier))
    status = HTTPStatus(problem.status)
    headers = [
        *default_headers,
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-language", b"en"),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        (b"content-length", b"%d" % len(body)),
        *((name.encode(), value.encode()) for name, value in problem.headers.items()),
        *RAW_COMMON_HEADERS,
        (b"x-request-id", identifier.encode()),
    ]
    line = f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode()
    return b"%b%b\r\n%b" % (line, serialize_headers(headers), body)


def serialize_headers(headers: RawHeaders) -> bytes:
    return b"".join(b"%b: %b\r\n" % (name.lower(), value) for name, value in headers)
