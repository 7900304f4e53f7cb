"""The response headers in the OpenAPI document."""

from app.db.columns import Record
from app.negotiation import PathKind
from app.schemas import REQUEST_ID


def describe_header(
    description: str, example: str, lengths: tuple[int, int], pattern: str
) -> Record:
    schema = {"type": "string", "minLength": lengths[0], "maxLength": lengths[1]}
    schema |= {"pattern": pattern}
    return {"description": description, "schema": schema, "example": example}


RESPONSE_HEADERS: Record = {
    "Accept-Ranges": describe_header(
        "Parts of the file can be requested with Range.", "bytes", (5, 5), "^bytes$",
    ),
    "Access-Control-Allow-Origin": describe_header(
        "Pages of every origin may read the response.", "*", (1, 1), "^[*]$",
    ),
    "Cache-Control": describe_header(
        "How long caches may use the response.",
        "public, max-age=300, stale-while-revalidate=86400", (8, 100), "^[a-z0-9=, -]+$",
    ),
    "Content-Disposition": describe_header(
        "The name under which the file is saved.",
        'attachment; filename="bri-observations-2026-11-26.en.csv"', (23, 300),
        '^attachment; filename="[^"]+"$',
    ),
    "Content-Language": {
        "description": "The language of the texts.",
        "schema": {"$ref": "#/components/schemas/Language"},
        "example": "en",
    },
    "Content-Range": describe_header(
        "Which bytes of how many the response has; * stands for none.", "bytes 0-1023/20480",
        (9, 60), "^bytes ([0-9]+-[0-9]+|[*])/[0-9]+$",
    ),
    "ETag": describe_header(
        "Identifies exactly these bytes; send it back in If-None-Match.",
        '"3cee8422c82bcd6293431756461f2ed4"', (34, 34), '^"[0-9a-f]+"$',
    ),
    "Last-Modified": describe_header(
        "When this release, or the program, was installed.", "Wed, 25 Nov 2026 08:00:00 GMT",
        (29, 29), "^[A-Za-z0-9,: ]+ GMT$",
    ),
    "Link": describe_header(
        "Related addresses, such as the next page, with rel=next, and the same records in other "
        "formats.",
        '<http://127.0.0.1:8000/v1/indicators?limit=2&cursor=abc>; rel="next"', (1, 4000),
        "^<[^\\x00-\\x1f]+$",
    ),
    "RateLimit": describe_header(
        "How many requests are left, and for how many seconds; only if the operator sets a rate "
        "limit.",
        '"client";r=599;t=60', (16, 60), '^"client";r=[0-9]+;t=[0-9]+$',
    ),
    "RateLimit-Policy": describe_header(
        "How many requests a client may send in how many seconds; only if the operator sets a "
        "rate limit.",
        '"client";q=600;w=60', (16, 60), '^"client";q=[0-9]+;w=[0-9]+$',
    ),
    "Repr-Digest": describe_header(
        "The SHA-256 digest of the whole file (RFC 9530), for files of up to 256 MB.",
        "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:", (54, 54),
        "^sha-256=:[A-Za-z0-9+/]{43}=:$",
    ),
    "Retry-After": describe_header(
        "The number of seconds to wait before trying again.", "60", (1, 9), "^[0-9]+$",
    ),
    "Vary": describe_header(
        "The request headers that the response depends on.", "Accept-Encoding, Accept-Language",
        (1, 100), "^[A-Za-z, -]+$",
    ),
    "X-Request-ID": describe_header(
        "The identifier of the request, to quote when asking for help.",
        "3f2b8c5e9d1a4b7c8e6f0a1b2c3d4e5f", (1, 128), REQUEST_ID,
    ),
}  # fmt: skip
ALWAYS_SENT = ("Access-Control-Allow-Origin", "X-Request-ID")
CACHE_HEADERS = ("ETag", "Last-Modified", "Cache-Control", "Vary")
RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
ERROR_HEADERS = {"416": ("Content-Range",), "429": ("Retry-After",), "503": ("Retry-After",)}
"""The headers that only the problems of some statuses have."""


def refer_to_headers(*names: str) -> Record:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def list_headers(path: str, *names: str) -> Record:
    """List the headers of a response: those that all have, and further ones."""
    limits = () if PathKind.from_path(path) is PathKind.HEALTH else RATE_LIMIT_HEADERS
    return refer_to_headers(*ALWAYS_SENT, "Content-Language", *names, *limits)
