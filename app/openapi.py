"""The response headers in the OpenAPI document."""

import asyncio
import json
from asyncio import get_running_loop
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.db.columns import Record
from app.problems.problem import MEDIA_TYPE, ProblemDocument
from app.schemas import ENCODER


def describe_header(
    description: str, example: str, lengths: tuple[int, int], pattern: str
) -> Record:
    schema = {"type": "string", "minLength": lengths[0], "maxLength": lengths[1]}
    schema |= {"pattern": pattern}
    return {"description": description, "schema": schema, "example": example}


def describe_choice(description: str, *values: str) -> Record:
    schema = {"type": "string", "enum": [*values]}
    return {"description": description, "schema": schema, "example": values[0]}


RESPONSE_HEADERS: Record = {
    "Access-Control-Allow-Origin": describe_choice(
        "Pages of every origin may read the response.", "*"
    ),
    "Cache-Control": describe_header(
        "How long caches may use the response.",
        "public, max-age=300, stale-while-revalidate=86400",
        (8, 100),
        "^[a-z0-9=, -]+$",
    ),
    "Content-Language": describe_choice("The language of the texts.", "en", "zh"),
    "ETag": describe_header(
        "Identifies exactly these bytes; send it back in If-None-Match.",
        '"3cee8422c82bcd6293431756461f2ed4"',
        (34, 34),
        '^"[0-9a-f]+"$',
    ),
    "Last-Modified": describe_header(
        "When this release, or the program, was installed.",
        "Wed, 25 Nov 2026 08:00:00 GMT",
        (29, 29),
        "^[A-Za-z0-9,: ]+ GMT$",
    ),
    "Link": describe_header(
        "The next page, with rel=next, and the same records in other formats.",
        '<http://127.0.0.1:8000/v1/indicators?limit=2&cursor=abc>; rel="next"',
        (1, 4000),
        "^<",
    ),
    "RateLimit": describe_header(
        "How many requests are left, and for how many seconds; only if the operator sets a rate "
        "limit.",
        '"client";r=599;t=60',
        (16, 60),
        '^"client";r=[0-9]+;t=[0-9]+$',
    ),
    "RateLimit-Policy": describe_header(
        "How many requests a client may send in how many seconds; only if the operator sets a "
        "rate limit.",
        '"client";q=600;w=60',
        (16, 60),
        '^"client";q=[0-9]+;w=[0-9]+$',
    ),
    "Retry-After": describe_header(
        "The number of seconds to wait before trying again.", "60", (1, 9), "^[0-9]+$"
    ),
    "Vary": describe_header(
        "The request headers that the response depends on.",
        "Accept-Encoding, Accept-Language",
        (1, 100),
        "^[A-Za-z, -]+$",
    ),
    "X-Request-ID": describe_header(
        "The identifier of the request, to quote when asking for help.",
        "3f2b8c5e9d1a4b7c8e6f0a1b2c3d4e5f",
        (8, 128),
        "^[A-Za-z0-9.-]+$",
    ),
}
ALWAYS_SENT = ("Access-Control-Allow-Origin", "X-Request-ID")
CACHE_HEADERS = ("ETag", "Last-Modified", "Cache-Control", "Vary")
RATE_LIMIT_HEADERS = ("RateLimit", "RateLimit-Policy")
RETRY_STATUSES = ("429", "503")
"""The statuses whose responses state when to try again."""


def refer_to_headers(*names: str) -> Record:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def list_headers(path: str, *names: str) -> Record:
    """List the headers of a response: those that all have, and further ones."""
    limits = () if path.startswith("/health") else RATE_LIMIT_HEADERS
    return refer_to_headers(*ALWAYS_SENT, "Content-Language", *names, *limits)


INTRODUCTION = """
Official figures on China's economic cooperation with Belt and Road partner countries, with the
details that usually get lost: whether a figure is **over** or **nearly** a value, whether it covers
**January to November** or a full year, and the exact place in the source of every figure and
commitment.

No key, no cookie, only GET. Five requests show how it works:

1. [/v1/overview](v1/overview) returns everything that a dashboard needs: the headline figures and
   the priority areas.
2. [/v1/indicators/import-share](v1/indicators/import-share) returns one figure with its exact
   meaning: its qualifier, the bounds that follow from it, its period and its source.
3. [/v1/observations?months=11](v1/observations?months=11) returns the figures that cover eleven
   months; do not compare them with a full year.
4. [/v1/actions?sector=digital-economy&lang=zh](v1/actions?sector=digital-economy&lang=zh) returns
   the actions announced for a sector, in Chinese.
5. [/v1/search?q=agreement](v1/search?q=agreement) searches all texts in both languages.

**Reading a figure.** Show the field display, or value together with qualifier, bounds, unit and
period label. The number alone is not what the source says.

**Languages.** Add lang=en or lang=zh, or send Accept-Language. Requests for any other language get
English. Content-Language gives the language of the response.

**Errors.** A request with an unknown parameter, code or value is refused. The problem document
(RFC 9457) lists all errors, each with the nearest valid value.
"""

TAGS = {
    "Charts": "Charts of the figures, with period, unit and source in the image.",
    "Citations": "Sources and figures for reference managers.",
    "Discovery": "Descriptions of the data set for data catalogues.",
    "Downloads": "Whole tables with the filters of the lists, and the whole data set.",
    "Entry point": "The description of the service, and the overview for dashboards.",
    "Figures": "Indicators, and all published figures with period, qualifier and source.",
    "History": "What each release added, revised, corrected or removed, also as feeds.",
    "Outcomes": "Results of a year that the source describes in words.",
    "Priority areas": "The areas announced for a year, and their actions.",
    "Reference data": "Topics, areas, sectors, instruments, units and sources, linked both ways.",
    "Search": "Full-text search of all texts in both languages.",
    "Series": "Comparable figures: series, growth rates, second reports, comparisons of periods.",
    "Service health": "Whether the service is running and ready.",
}
NOT_MODIFIED_RESPONSE: Record = {
    "description": "The copy named in If-None-Match or If-Modified-Since is still current.",
    "headers": refer_to_headers(*ALWAYS_SENT, *CACHE_HEADERS, *RATE_LIMIT_HEADERS),
}
PROBLEMS = {
    "400": "The address cannot be decoded.",
    "404": "No record has this key; the nearest key is suggested.",
    "405": "Only GET, HEAD and OPTIONS are allowed.",
    "422": "At least one parameter is unknown or out of range; all errors are listed.",
    "429": "The client exceeds its rate limit.",
    "500": "The service failed.",
    "503": "The database cannot be read at the moment.",
}
SERVER_DESCRIPTION = "This service, in production or local."
EXAMPLE_RECORDS = 2
EXAMPLE_LINES = 20
IMAGE_TYPES = ("image/", "application/vnd.vegalite")


def build_document(app: FastAPI, server: str) -> Record:
    document: Record = get_openapi(
        title=app.title,
        version=app.version,
        summary="Official figures on Belt and Road cooperation, with their exact meaning.",
        description=INTRODUCTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": server, "description": SERVER_DESCRIPTION, "x-internal": False}],
        contact={"name": "The operator of this service", "url": f"{server}/v1"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
    )
    document["security"] = []
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDocument"] = problem
    for path, operations in document["paths"].items():
        for operation in operations.values():
            finish_operation(operation, path)
    document["components"]["schemas"] = {
        name: clean_schema(schemas[name]) for name in sorted(schemas)
    }
    document["components"]["headers"] = RESPONSE_HEADERS
    document["components"]["responses"] = {"Unchanged": NOT_MODIFIED_RESPONSE}
    return document


def finish_operation(operation: Record, path: str) -> None:
    operation["description"] = " ".join(operation["description"].split())
    operation["parameters"] = [
        finish_parameter(parameter) for parameter in operation.get("parameters", [])
    ]
    if not operation["parameters"]:
        del operation["parameters"]
    responses = operation["responses"]
    responses["200"]["description"] = "The response, as described."
    (content,) = responses["200"]["content"].values()
    content["schema"] = clean_schema(content["schema"])
    is_page = content["schema"].get("$ref", "").endswith("Page")
    links = ("Link",) if is_page else ()
    caching = () if path.startswith("/health") else CACHE_HEADERS
    responses["200"]["headers"] = list_headers(path, *links, *caching)
    if not path.startswith("/health"):
        responses["304"] = {"$ref": "#/components/responses/Unchanged"}
    statuses = {"400", "422", "429", "500", "503"} | ({"404"} if "{" in path else set())
    descriptions = dict(PROBLEMS)
    if "404" in responses:
        statuses.add("404")
        descriptions["404"] = responses["404"]["description"]
    if path.startswith("/health"):
        statuses = {"400", "500"} | ({"503"} if path.endswith("ready") else set())
    reference = {"$ref": "#/components/schemas/ProblemDocument"}
    for status in sorted(statuses):
        responses[status] = {
            "description": descriptions[status],
            "headers": list_headers(path, *(["Retry-After"] if status in RETRY_STATUSES else [])),
            "content": {MEDIA_TYPE: {"schema": reference}},
        }
    for status in set(responses) - statuses - {"200", "304"}:
        del responses[status]


def finish_parameter(parameter: Record) -> Record:
    """Describe a parameter without null and without lists as defaults.

    Only a required parameter has its example beside its schema: viewers fill in such examples, and
    all filters together would match nothing.
    """
    schema = clean_schema(dict(parameter["schema"]))
    examples = schema.pop("examples", None)
    schema.pop("description", None)
    if "$ref" in schema:
        schema = {"$ref": schema["$ref"]}
    described: Record = {
        "name": parameter["name"],
        "in": parameter["in"],
        "required": parameter.get("required", False),
        "description": " ".join(parameter.get("description", "").split()),
        "schema": schema,
    }
    if schema.get("type") == "array":
        schema.pop("default", None)
        described |= {"style": "form", "explode": True}
    if examples and described["required"]:
        described["example"] = examples[0]
    elif examples and "$ref" not in schema:
        schema["examples"] = examples
    return described


def clean_schema(node: Any, *, names: bool = False) -> Any:
    """Bring a schema, or a part of it, into the style of the document.

    The keys of a part may be names of properties, which are not changed.
    """
    if isinstance(node, list):
        return [clean_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    cleaned = {
        key: value
        if key in ("examples", "example", "enum")
        else clean_schema(value, names=key == "properties")
        for key, value in node.items()
        if names or key != "title" or not isinstance(value, str)
    }
    if names:
        return cleaned
    if "description" in cleaned:
        cleaned["description"] = " ".join(cleaned["description"].split())
    if cleaned.get("additionalProperties") is False:
        # Clients of a closed model would refuse the fields that a later release adds.
        del cleaned["additionalProperties"]
    if cleaned.get("type") == "integer":
        cleaned["format"] = "int32"
        cleaned |= {name: int(cleaned[name]) for name in ("minimum", "maximum") if name in cleaned}
    options = cleaned.get("anyOf", [])
    scalar = [option for option in options if "type" in option and option["type"] != "null"]
    if len(options) == 2 and len(scalar) == 1 and {"type": "null"} in options:  # noqa: PLR2004
        del cleaned["anyOf"]
        cleaned = {**scalar[0], **cleaned, "type": [scalar[0]["type"], "null"]}
    return cleaned


async def build_served_document(app: FastAPI, server: str) -> bytes:
    """Return the document for a server address, with a real example of every response.

    The examples are responses of the application to the examples of its parameters, so they hold
    for the served release. The document is cached until the release changes.
    """
    key = (server, app.state.releases.get_release())
    cached: tuple[object, bytes] | None = getattr(app.state, "openapi", None)
    if cached is None or cached[0] != key:
        document = build_document(app, server)
        for path, operations in document["paths"].items():
            await add_example(app, server, path, operations["get"])
            declare_binary(operations["get"])
        cached = app.state.openapi = (key, ENCODER.encode(document))
    return cached[1]


async def add_example(app: FastAPI, server: str, path: str, operation: Record) -> None:
    """Add the real response to the example request of an operation.

    Images and files have none: they are unreadable as text, and take long to create.
    """
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    if media_type.startswith(IMAGE_TYPES) or content["schema"].get("format") == "binary":
        return
    query = {}
    for parameter in operation.get("parameters", []):
        name = parameter["name"]
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", str(parameter["example"]))
        elif parameter["required"]:
            query[name] = parameter["example"]
        elif name == "limit":
            query["limit"] = EXAMPLE_RECORDS
    status, body = await get_response(app, server, path, urlencode(query, doseq=True))
    if status == 200:  # noqa: PLR2004
        if media_type.endswith("json"):
            content["example"] = json.loads(body, parse_float=Decimal)
        else:
            content["example"] = "".join(body.decode().splitlines(keepends=True)[:EXAMPLE_LINES])


def declare_binary(operation: Record) -> None:
    """Declare a text as bytes if generated clients would not read it as text.

    They recognize text by its media type, such as text/csv but not application/jsonl.
    """
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    if content["schema"].get("type") == "string" and not media_type.startswith("text/"):
        content["schema"] = {"type": "string", "format": "binary"}


async def get_response(app: FastAPI, server: str, path: str, query: str) -> tuple[int, bytes]:
    """GET a path of the application without a connection."""
    scheme, _, address = server.partition("://")
    host, _, root = address.partition("/")
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": scheme,
        "method": "GET",
        "path": f"/{root}{path}" if root else path,
        "raw_path": f"/{root}{path}".encode() if root else path.encode(),
        "root_path": f"/{root}" if root else "",
        "query_string": query.encode(),
        "headers": [(b"host", host.encode()), (b"x-request-id", b"openapi-example")],
        "client": None,
        "server": None,
    }
    messages: list[Any] = []

    request = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Record:
        # The client sends nothing more, and stays until it has its response.
        return next(request, None) or await get_running_loop().create_future()

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages[0]["status"], b"".join(part.get("body", b"") for part in messages[1:])


def write_document(app: FastAPI, server: str) -> str:
    """Format the document for a file: indented, with exact numbers."""
    import msgspec  # noqa: PLC0415

    return msgspec.json.format(asyncio.run(build_served_document(app, server)), indent=2).decode()
