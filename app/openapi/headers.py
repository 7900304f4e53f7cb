"""The response headers in the OpenAPI document."""

from typing import Any


def describe_text_header(description: str, example: str, **schema: Any) -> dict[str, Any]:
    """Describe a header whose value is text."""
    return {
        "description": description,
        "schema": {"type": "string", **schema},
        "example": example,
    }


RESPONSE_HEADERS: dict[str, Any] = {
    "Access-Control-Allow-Origin": describe_text_header(
        "Pages of every origin may read the response.", "*", enum=["*"]
    ),
    "Cache-Control": describe_text_header(
        "How long caches may use the response.",
        "public, max-age=300, stale-while-revalidate=86400",
        minLength=8,
        maxLength=100,
        pattern="^[a-z0-9=, -]+$",
    ),
    "Content-Language": describe_text_header("The language of the texts.", "en", enum=["en", "zh"]),
    "ETag": describe_text_header(
        "Identifies exactly these bytes; send it back in If-None-Match.",
        '"3cee8422c82bcd6293431756461f2ed4"',
        minLength=34,
        maxLength=34,
        pattern='^"[0-9a-f]+"$',
    ),
    "Last-Modified": describe_text_header(
        "When this release, or the program, was installed.",
        "Wed, 25 Nov 2026 08:00:00 GMT",
        minLength=29,
        maxLength=29,
        pattern="^[A-Za-z0-9,: ]+ GMT$",
    ),
    "Link": describe_text_header(
        "The next page, with rel=next, and the same records in other formats.",
        '<http://127.0.0.1:8000/v1/indicators?limit=2&cursor=abc>; rel="next"',
        minLength=1,
        maxLength=4000,
        pattern="^<",
    ),
    "RateLimit": describe_text_header(
        "How many requests are left, and for how many seconds; only if the operator sets a rate "
        "limit.",
        '"client";r=599;t=60',
        minLength=16,
        maxLength=60,
        pattern='^"client";r=[0-9]+;t=[0-9]+$',
    ),
    "RateLimit-Policy": describe_text_header(
        "How many requests a client may send in how many seconds; only if the operator sets a "
        "rate limit.",
        '"client";q=600;w=60',
        minLength=16,
        maxLength=60,
        pattern='^"client";q=[0-9]+;w=[0-9]+$',
    ),
    "Retry-After": describe_text_header(
        "The number of seconds to wait before trying again.",
        "60",
        minLength=1,
        maxLength=9,
        pattern="^[0-9]+$",
    ),
    "Vary": describe_text_header(
        "The request headers that the response depends on.",
        "Accept-Encoding, Accept-Language",
        minLength=1,
        maxLength=100,
        pattern="^[A-Za-z, -]+$",
    ),
    "X-Request-ID": describe_text_header(
        "The identifier of the request, to quote when asking for help.",
        "3f2b8c5e9d1a4b7c8e6f0a1b2c3d4e5f",
        minLength=8,
        maxLength=128,
        pattern="^[A-Za-z0-9.-]+$",
    ),
}
ALWAYS_SENT = ("Access-Control-Allow-Origin", "X-Request-ID")
CACHE_HEADERS = ("ETag", "Last-Modified", "Cache-Control", "Vary")
RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
RETRY_STATUSES = ("429", "503")
"""The statuses whose responses say when to try again."""


def refer_to_headers(*names: str) -> dict[str, Any]:
    """Refer to headers in the components of the document."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def list_response_headers(path: str, *, is_page: bool) -> dict[str, Any]:
    """List the headers of a successful response."""
    names = [*ALWAYS_SENT, "Content-Language", *(["Link"] if is_page else [])]
    if not path.startswith("/health"):
        names += [*CACHE_HEADERS, *RATE_LIMIT_HEADERS]
    return refer_to_headers(*names)


def list_problem_headers(path: str, status: str) -> dict[str, Any]:
    """List the headers of a problem."""
    names = [
        *ALWAYS_SENT,
        "Content-Language",
        *(["Retry-After"] if status in RETRY_STATUSES else []),
    ]
    if not path.startswith("/health"):
        names += RATE_LIMIT_HEADERS
    return refer_to_headers(*names)
