"""The OpenAPI document, made from the routes and written so that every generator reads it."""

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute

from app import __version__
from app.db.columns import Record
from app.formats.dataset_info import TITLE
from app.negotiation import PathKind
from app.parameters.base import CODE_SCHEMA, PIN
from app.problems.problem import MEDIA_TYPE, ProblemDocument
from app.schemas import REQUEST_ID

INTRODUCTION = Path(__file__).parent / "introduction.md"


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


TAGS = {
    "Entry point": "The description of the service, and the overview for dashboards.",
    "Figures": "Indicators, and all published figures with period, qualifier and source.",
    "Series": "Comparable figures: series, growth rates, second reports, comparisons of periods.",
    "Press conferences": "The yearly press conferences that figures and priority areas come from.",
    "Priority areas": "The areas announced for a year, and their actions.",
    "Outcomes": "Results of a year that the source describes in words.",
    "Commitments": "What was announced at the forums, with later readings.",
    "Search": "Full-text search of all texts in both languages.",
    "Quotations": "The figures quoted in a text beside the published ones.",
    "Reference data": "Code lists, events and sources, linked both ways.",
    "History": "What each release added, revised, corrected, annotated or removed, also as feeds.",
    "Charts": "Charts of the figures, with period, unit and source in the image.",
    "Downloads": "Whole tables with the filters of the lists, and the whole dataset.",
    "Citations": "Sources and figures for reference managers.",
    "Discovery": "Descriptions of the dataset for data catalogues.",
    "Service health": "Whether the service is running and ready.",
}
"""The tags in the order in which a reader needs them; clients name their modules after them."""
PART = "The part of the file that Range requests."
NOT_MODIFIED_RESPONSE: Record = {
    "description": "The copy named in If-None-Match or If-Modified-Since is still current.",
    "headers": refer_to_headers(*ALWAYS_SENT, *CACHE_HEADERS, *RATE_LIMIT_HEADERS),
}
PROBLEMS = {
    "400": "The address cannot be decoded.",
    "404": "No record has this key; the nearest key is suggested.",
    "405": "Only GET, HEAD and OPTIONS are allowed.",
    "410": "release names a release that another one has replaced; the problem says what changed.",
    "412": "The present version does not match If-Match or If-Unmodified-Since.",
    "416": "The file ends before the range that is requested.",
    "422": "At least one parameter is unknown, or its value is not valid; all errors are listed.",
    "429": "The client exceeds its rate limit.",
    "500": "The service failed.",
    "503": "Too many requests of this kind are waiting, the service is stopping, or the database "
    "cannot be read; Retry-After says when to try again.",
}
SHARED_PROBLEMS = {"412": "PreconditionFailed", "416": "RangeNotSatisfiable"}
"""The problems that are described once for all operations."""
PIN_PARAMETER: Record = {
    "name": PIN,
    "in": "query",
    "required": False,
    "description": "The release from which the response must come, for a permanent link. Such a "
    "response may be cached indefinitely. If another release has replaced it, the response is a "
    "problem (410) that says what has changed since.",
}
SERVER_DESCRIPTION = "This service, in production or local."


def build_document(routes: Sequence[BaseRoute], server: str, release: str) -> Record:
    """Build the document in English, with the code of the served release as an example."""
    document: Record = get_openapi(
        title=TITLE.en,
        version=__version__,
        summary="Official figures on Belt and Road cooperation, with their exact meaning.",
        description=INTRODUCTION.read_text("utf-8").strip(),
        routes=routes,
        tags=[
            {"name": tag, "x-displayName": tag, "description": text} for tag, text in TAGS.items()
        ],
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
            finish_operation(operation, path, release)
    document["components"]["schemas"] = {
        name: name_values(name, clean_schema(schemas[name])) for name in sorted(schemas)
    }
    document["components"]["headers"] = RESPONSE_HEADERS
    document["components"]["responses"] = {"Unchanged": NOT_MODIFIED_RESPONSE} | {
        name: describe_problem(PROBLEMS[status], "", status)
        for status, name in SHARED_PROBLEMS.items()
    }
    return document


def finish_operation(operation: Record, path: str, release: str) -> None:
    operation["description"] = " ".join(operation["description"].split())
    operation["parameters"] = [
        finish_parameter(parameter) for parameter in operation.get("parameters", [])
    ]
    is_health = PathKind.from_path(path) is PathKind.HEALTH
    can_be_pinned = not is_health and all(one["name"] != PIN for one in operation["parameters"])
    if can_be_pinned:
        schema = CODE_SCHEMA | {"examples": [release]}
        operation["parameters"].append(PIN_PARAMETER | {"schema": schema})
    operation["parameters"].sort(key=lambda parameter: not parameter["required"])
    if not operation["parameters"]:
        del operation["parameters"]
    responses = operation["responses"]
    finish_success(responses, path, operation["summary"])
    statuses = {"400", "412", "422", "429", "500", "503"} | ({"404"} if "{" in path else set())
    statuses |= {"410"} if can_be_pinned else set()
    statuses |= {"416"} if "206" in responses else set()
    descriptions = dict(PROBLEMS)
    if "404" in responses:
        statuses.add("404")
        descriptions["404"] = responses["404"]["description"]
    if is_health:
        statuses = {"400", "500"} | ({"503"} if path.endswith("ready") else set())
    for status in sorted(statuses):
        responses[status] = describe_problem(descriptions[status], path, status)
        if name := SHARED_PROBLEMS.get(status):
            responses[status] = {"$ref": f"#/components/responses/{name}"}
    for status in set(responses) - statuses - {"200", "206", "304"}:
        del responses[status]


def describe_problem(description: str, path: str, status: str) -> Record:
    return {
        "description": description,
        "headers": list_headers(path, *ERROR_HEADERS.get(status, ())),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
    }


def finish_success(responses: Record, path: str, summary: str) -> None:
    """Describe the responses that are no problems."""
    whole = responses["200"]
    whole["description"] = "The response, as described."
    (content,) = whole["content"].values()
    schema = content["schema"] = clean_schema(content["schema"])
    if "$ref" not in schema:
        schema["description"] = summary
    if PathKind.from_path(path) is PathKind.HEALTH:
        whole["headers"] = refer_to_headers(*ALWAYS_SENT, "Cache-Control")
        return
    declared = whole.get("headers", ())
    links = ("Link",) if schema.get("$ref", "").endswith("Page") else ()
    whole["headers"] = list_headers(path, *links, *declared, *CACHE_HEADERS)
    responses["304"] = {"$ref": "#/components/responses/Unchanged"}
    if "Accept-Ranges" in declared:
        # A part has the type of the whole, since generated clients have one type for both.
        responses["206"] = {
            "description": PART,
            "headers": whole["headers"] | refer_to_headers("Content-Range"),
            "content": deepcopy(whole["content"]),
        }


def finish_parameter(parameter: Record) -> Record:
    """Describe a parameter without null and without lists as defaults.

    Only a required parameter has its example beside its schema: viewers fill in such examples, and
    all filters together would match nothing. The example of a list has a name, which tools need.
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
        is_list = schema.get("type") == "array"
        named = {"examples": {"request": {"value": examples[0]}}}
        described |= named if is_list else {"example": examples[0]}
    elif examples and "$ref" not in schema:
        schema["examples"] = examples
    return described


def read_example(parameter: Record) -> Any:
    """Return the example of a parameter, or an empty text if it has none."""
    if "examples" in parameter:
        return parameter["examples"]["request"]["value"]
    return parameter.get("example", next(iter(parameter["schema"].get("examples", [])), ""))


def name_values(name: str, schema: Record) -> Record:
    """Name the values of a code list after it.

    In Go, for example, all constants share one scope, and several lists have the same values.
    """
    if "enum" in schema:
        prefix = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
        schema["x-enum-varnames"] = [
            f"{prefix}_{re.sub('[^A-Za-z0-9]', '_', value).upper()}" for value in schema["enum"]
        ]
    return schema


def declare_binary_texts(document: Record) -> None:
    """Declare texts as bytes if generated clients would not read them as text.

    They recognize text by its media type, such as text/csv but not application/x-ndjson.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            for status in {"200", "206"} & set(operation["responses"]):
                ((media_type, content),) = operation["responses"][status]["content"].items()
                schema = content["schema"]
                if schema.get("type") == "string" and not media_type.startswith("text/"):
                    schema["format"] = "binary"


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
    if len(options) == 2 and len(scalar) == 1 and {"type": "null"} in options:  # noqa: PLR2004 - X or null
        del cleaned["anyOf"]
        cleaned = {**scalar[0], **cleaned, "type": [scalar[0]["type"], "null"]}
    return cleaned
