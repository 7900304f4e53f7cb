"""The house style of the OpenAPI document, applied to the whole of it in one place."""

import asyncio
import json
from asyncio import get_running_loop
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.openapi import headers
from app.problems.problem import MEDIA_TYPE, ProblemDocument
from app.schemas.base import ENCODER

Node = dict[str, Any]

INTRODUCTION = """
Official figures on China's economic cooperation with Belt and Road partner countries, with
everything that is usually lost: **over** and **nearly** are data, **January to November** is
never mixed with a full year, and every figure and commitment has its place in the source.

No key, no cookie, only GET. Five requests teach the whole of it:

1. [/v1/overview](v1/overview) is everything a dashboard needs: seven figures, four priority areas.
2. [/v1/indicators/import-share](v1/indicators/import-share) is one figure read right: nearly 54
   percent, so below 54, for the full year 2024.
3. [/v1/observations?months=11](v1/observations?months=11) are the figures that cover eleven
   months; never set them beside a full year.
4. [/v1/actions?sector=digital-economy&lang=zh](v1/actions?sector=digital-economy&lang=zh) is what
   was announced for a sector, in Chinese.
5. [/v1/search?q=agreement](v1/search?q=agreement) finds words in all texts of both languages.

**Reading a figure.** Print the field display, or value together with qualifier, bounds, unit and
period label. The number alone is not what the source says.

**Languages.** Add lang=en or lang=zh, or send Accept-Language; any other language gets English,
and Content-Language says so.

**Mistakes.** An unknown parameter, code or value is refused with the nearest right one, as a
problem document (RFC 9457) that lists every mistake at once.
"""

TAGS = {
    "Charts": "Figures drawn, with their period, unit and source inside the picture.",
    "Citations": "Sources and figures for reference managers.",
    "Discovery": "The data set described for catalogues of data.",
    "Downloads": "Whole tables at once with the filters of the lists, and the whole data set.",
    "Entry point": "What the service is, and the overview that answers most dashboards in one GET.",
    "Figures": "What is measured, and every published figure with period, qualifier and source.",
    "History": "What each release added, revised, corrected or removed, also as feeds.",
    "Outcomes": "Results of a year that the source tells in words.",
    "Priority areas": "The four areas announced for a year, and their actions.",
    "Reference data": "Topics, areas, sectors, instruments, units and sources, linked both ways.",
    "Search": "Full-text search over everything, in both languages.",
    "Series": "What compares with what: series, growth, second reports, two periods side by side.",
    "Service health": "Whether the service is alive and ready.",
}
NOT_MODIFIED_RESPONSE: Node = {
    "description": "The copy named in If-None-Match or If-Modified-Since is still right.",
    "headers": headers.header_references(
        *headers.ALWAYS_SENT, *headers.CACHE_HEADERS, *headers.RATE_LIMIT_HEADERS
    ),
}
PROBLEMS = {
    "400": "The address cannot be decoded.",
    "404": "No record has this key; the nearest one is suggested.",
    "405": "Only GET, HEAD and OPTIONS are answered.",
    "422": "At least one parameter is unknown or out of range; every mistake is listed.",
    "429": "The client asks more often than the operator allows.",
    "500": "The service failed.",
    "503": "The database cannot be read just now.",
}
ADDRESS_PLACEHOLDER = "This service, in production or local."
EXAMPLE_PAGE = 2
EXAMPLE_LINES = 20
IMAGE_TYPES = ("image/", "application/vnd.vegalite")


def build_document(app: FastAPI, server: str) -> Node:
    """Describe the application, in the house style, without examples of answers."""
    plain: Node = get_openapi(
        title=app.title,
        version=app.version,
        summary="Official figures on Belt and Road cooperation, with their exact reading.",
        description=INTRODUCTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
        servers=[{"url": server, "description": ADDRESS_PLACEHOLDER, "x-internal": False}],
        contact={"name": "The operator of this service", "url": f"{server}/v1"},
        license_info={"name": "MIT", "url": "https://opensource.org/license/mit"},
    )
    plain["security"] = []
    schemas = plain["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = ProblemDocument.model_json_schema(
        mode="serialization", ref_template="#/components/schemas/{model}"
    )
    schemas.update(problem.pop("$defs"))
    schemas["ProblemDocument"] = problem
    for path, operations in plain["paths"].items():
        for operation in operations.values():
            finish_operation(operation, path)
    plain["components"]["schemas"] = {name: clean_schema(schemas[name]) for name in sorted(schemas)}
    plain["components"]["headers"] = headers.RESPONSE_HEADERS
    plain["components"]["responses"] = {"Unchanged": NOT_MODIFIED_RESPONSE}
    return plain


def finish_operation(operation: Node, path: str) -> None:
    """Bring one operation into the house style."""
    operation["description"] = " ".join(operation["description"].split())
    operation["parameters"] = [finish_parameter(given) for given in operation.get("parameters", [])]
    if not operation["parameters"]:
        del operation["parameters"]
    responses = operation["responses"]
    responses["200"]["description"] = "The answer, as described."
    (answered,) = responses["200"]["content"].values()
    answered["schema"] = clean_schema(answered["schema"])
    is_page = answered["schema"].get("$ref", "").endswith("Page")
    responses["200"]["headers"] = headers.list_response_headers(path, is_page=is_page)
    if not path.startswith("/health"):
        responses["304"] = {"$ref": "#/components/responses/Unchanged"}
    statuses = {"400", "422", "429", "500", "503"} | ({"404"} if "{" in path else set())
    told = dict(PROBLEMS)
    if "404" in responses:
        statuses.add("404")
        told["404"] = responses["404"]["description"]
    if path.startswith("/health"):
        statuses = {"400", "500"} | ({"503"} if path.endswith("ready") else set())
    reference = {"$ref": "#/components/schemas/ProblemDocument"}
    for status in sorted(statuses):
        responses[status] = {
            "description": told[status],
            "headers": headers.list_problem_headers(path, status),
            "content": {MEDIA_TYPE: {"schema": reference}},
        }
    for status in set(responses) - statuses - {"200", "304"}:
        del responses[status]


def finish_parameter(given: Node) -> Node:
    """Describe a parameter plainly: no default lists, no null.

    Only a parameter that is needed has its example beside its schema, since viewers fill such
    examples in: all filters at once would match nothing.
    """
    schema = clean_schema(dict(given["schema"]))
    examples = schema.pop("examples", None)
    schema.pop("description", None)
    if "$ref" in schema:
        schema = {"$ref": schema["$ref"]}
    described = " ".join(given.get("description", "").split())
    told = {"name": given["name"], "in": given["in"], "required": given.get("required", False)}
    told |= {"description": described, "schema": schema}
    if schema.get("type") == "array":
        schema.pop("default", None)
        told |= {"style": "form", "explode": True}
    if examples and told["required"]:
        told["example"] = examples[0]
    elif examples and "$ref" not in schema:
        schema["examples"] = examples
    return told


def clean_schema(node: Any, *, names: bool = False) -> Any:
    """Bring a schema into the house style.

    Args:
        node: the schema, or a part of it.
        names: whether the keys of the node are names of properties, which are left alone.
    """
    if isinstance(node, list):
        return [clean_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {
        key: value
        if key in ("examples", "example", "enum")
        else clean_schema(value, names=key == "properties")
        for key, value in node.items()
        if names or key != "title" or not isinstance(value, str)
    }
    if names:
        return kept
    if "description" in kept:
        kept["description"] = " ".join(kept["description"].split())
    if kept.get("additionalProperties") is False:
        # A closed model would make clients refuse the fields that a later release brings.
        del kept["additionalProperties"]
    if kept.get("type") == "integer":
        kept["format"] = "int32"
        kept |= {name: int(kept[name]) for name in ("minimum", "maximum") if name in kept}
    options = kept.get("anyOf", [])
    scalar = [option for option in options if "type" in option and option["type"] != "null"]
    if len(options) == 2 and len(scalar) == 1 and {"type": "null"} in options:  # noqa: PLR2004
        del kept["anyOf"]
        kept = {**scalar[0], **kept, "type": [scalar[0]["type"], "null"]}
    return kept


async def build_served_document(app: FastAPI, server: str) -> bytes:
    """Give the finished document for a server address, with real examples of every answer.

    The examples are answers of the application itself to the examples of its parameters, so they
    are true for the release that is served; the document is kept until the release changes.
    """
    key = (server, app.state.releases.get_release())
    kept: tuple[object, bytes] | None = getattr(app.state, "openapi", None)
    if kept is None or kept[0] != key:
        described = build_document(app, server)
        for path, operations in described["paths"].items():
            await add_example(app, server, path, operations["get"])
            declare_binary(operations["get"])
        kept = app.state.openapi = (key, ENCODER.encode(described))
    return kept[1]


async def add_example(app: FastAPI, server: str, path: str, operation: Node) -> None:
    """Put the real answer to an operation's own examples beside its description.

    Pictures and files have none: as text they tell nothing, and drawing would delay the document.
    """
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    if media_type.startswith(IMAGE_TYPES) or content["schema"].get("format") == "binary":
        return
    query = {}
    for given in operation.get("parameters", []):
        if given["in"] == "path":
            path = path.replace(f"{{{given['name']}}}", str(given["example"]))
        elif given["required"]:
            query[given["name"]] = given["example"]
        elif given["name"] == "limit":
            query["limit"] = EXAMPLE_PAGE
    status, body = await get_response(app, server, path, urlencode(query, doseq=True))
    if status == 200:  # noqa: PLR2004
        if media_type.endswith("json"):
            content["example"] = json.loads(body, parse_float=Decimal)
        else:
            content["example"] = "".join(body.decode().splitlines(keepends=True)[:EXAMPLE_LINES])


def declare_binary(operation: Node) -> None:
    """Declare as bytes what generated clients would not take for text.

    They know text by its media type: text/csv is a string to them, application/jsonl nothing.
    """
    ((media_type, content),) = operation["responses"]["200"]["content"].items()
    if content["schema"].get("type") == "string" and not media_type.startswith("text/"):
        content["schema"] = {"type": "string", "format": "binary"}


async def get_response(app: FastAPI, server: str, path: str, query: str) -> tuple[int, bytes]:
    """GET a path of the application from inside."""
    host = server.partition("://")[2].partition("/")[0]
    root = server.partition("://")[2].partition("/")[2]
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": server.partition("://")[0],
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

    async def receive() -> Node:
        # After the request nothing comes: this client stays until it is answered.
        return next(request, None) or await get_running_loop().create_future()

    async def send(message: Any) -> None:
        messages.append(message)

    await app(scope, receive, send)
    return messages[0]["status"], b"".join(part.get("body", b"") for part in messages[1:])


def write_document(app: FastAPI, server: str) -> str:
    """Write the document for people and files: indented, with exact numbers."""
    import msgspec  # noqa: PLC0415

    return msgspec.json.format(asyncio.run(build_served_document(app, server)), indent=2).decode()
