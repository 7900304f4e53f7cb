"""The OpenAPI document, as it is served: in two versions, with examples of the served release."""

import asyncio
import json
import zlib
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from threading import Lock
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import FastAPI, Response
from fastapi.responses import StreamingResponse
from starlette.types import Scope

from app.db.columns import Record, Value
from app.enums import OpenApiVersion
from app.formats.charts import vega_lite
from app.formats.registry import JSON_STAT
from app.http.cache_key import create_context
from app.http.routing import RouteDeclarations, Router, describe_routes
from app.i18n import Language
from app.openapi.document import build_document, declare_binary_texts, read_example
from app.openapi.samples import build_samples
from app.openapi.version_3_0 import convert_document
from app.problems.problem import Problem
from app.releases import ReleaseManager, ServedRelease
from app.schemas import LOCAL_ADDRESS, encode_json

EXAMPLE_RECORDS, EXAMPLE_VALUES = 2, 50
EXAMPLE_QUERY = {"limit": EXAMPLE_RECORDS, "asked_on": "2026-11-26"}
"""Parameters that keep the examples short, and the same on every day."""
EXAMPLE_LINES = 5
CUBE_FILTER = "source"
"""The parameter whose example keeps a cube short, which has no pages."""
CHARTS = ("image/", vega_lite.SPECIFICATION)
CATALOG = Path(__file__).parent / "zh.po"
"""The Chinese texts of the document, under the English ones."""
TEXTS = frozenset({"description", "summary", "title", "x-displayName"})
DATA = frozenset({"default", "enum", "example", "examples", "x-codeSamples", "x-enum-varnames"})
"""What is the same in every language."""
MAPS = frozenset({"headers", "parameters", "paths", "properties", "responses", "schemas"})
"""Objects whose keys are names, which may be those of texts."""
Versions = dict[OpenApiVersion, bytes]
Change = Callable[[str], str]


class OpenApiDocuments:
    """The document in OpenAPI 3.1 and 3.0 and in each language, independent of the host.

    It is built once per release and language, when it is first requested, and kept compressed,
    which takes a tenth of the memory.
    """

    def __init__(
        self, releases: ReleaseManager, build: Callable[[ServedRelease, Language], Versions]
    ) -> None:
        self.releases, self.build = releases, build
        self.lock = Lock()
        self.release: ServedRelease | None = None
        self.built: dict[Language, Versions] = {}

    def render(
        self, version: OpenApiVersion, server: str, language: Language = Language.ENGLISH
    ) -> bytes:
        """Return the document for the address of a server.

        This blocks until the document is built, so it must run in a thread.
        """
        with self.lock:
            # A request that has waited would otherwise drop what is built for a newer release.
            if self.release is not (release := self.releases.get_release()):
                self.release, self.built = release, {}
            if language not in self.built:
                self.built[language] = self.build(release, language)
            document = self.built[language][version]
        return zlib.decompress(document).replace(LOCAL_ADDRESS.encode(), server.encode())


def write_documents(
    app: FastAPI, routers: Sequence[RouteDeclarations], language: Language
) -> Versions:
    """Describe routes in both versions, with examples of the release that is served, compressed."""
    release = app.state.releases.get_release().record["code"]
    document: Record = build_document(describe_routes(routers), LOCAL_ADDRESS, release)
    if contact := app.state.contact:
        field = "email" if contact.is_email else "url"
        document["info"]["contact"][field] = contact.text
    document = translate_document(document, language)
    add_examples(document, app, Router(routers), language)
    declare_binary_texts(document)
    versions = (OpenApiVersion.V3_1, document), (OpenApiVersion.V3_0, convert_document(document))
    return {version: zlib.compress(encode_json(one)) for version, one in versions}


def add_examples(document: Record, app: FastAPI, router: Router, language: Language) -> None:
    """Add to each operation samples of its request, and its shortened response if that is text.

    Charts have no response, because they take long to draw.
    """
    for path, operations in document["paths"].items():
        operation = operations["get"]
        ((media_type, content),) = operation["responses"]["200"]["content"].items()
        target = build_target(path, operation, language)
        operation["x-codeSamples"] = build_samples(f"{LOCAL_ADDRESS}{target}", media_type)
        is_file = content["schema"].get("format") == "binary" or media_type.startswith(CHARTS)
        body = None if is_file else request_example(app, router, target)
        if body is None:
            continue
        if media_type.endswith(("/json", "+json")):
            example = shorten_lists(json.loads(body, parse_float=Decimal))
        else:
            example = "".join(islice(body.decode().splitlines(keepends=True), EXAMPLE_LINES))
        # RapiDoc takes the fields of a record under "example" for examples.
        content["examples"] = {"response": {"value": example}}


def shorten_lists(value: Value) -> Value:
    """Return a response with the first records of each list: a reference is slow to show all."""
    if isinstance(value, dict):
        return {name: shorten_lists(one) for name, one in value.items()}
    if isinstance(value, list):
        limit = EXAMPLE_RECORDS if all(isinstance(one, dict) for one in value) else EXAMPLE_VALUES
        return [shorten_lists(one) for one in value[:limit]]
    return value


def build_target(path: str, operation: Record, language: Language) -> str:
    """Return the path and the query with the examples of the required parameters.

    They have no language for English, the default, which the document was always written in.
    """
    query: dict[str, object] = {}
    chosen = EXAMPLE_QUERY if language is Language.ENGLISH else {**EXAMPLE_QUERY, "lang": language}
    for parameter in operation.get("parameters", []):
        name, example = parameter["name"], read_example(parameter)
        if parameter["in"] == "path":
            path = path.replace(f"{{{name}}}", str(example))
        elif parameter["required"] or (name == CUBE_FILTER and path.endswith(JSON_STAT.suffix)):
            query[name] = example
        elif name in chosen:
            query[name] = chosen[name]
    return f"{path}?{urlencode(query, doseq=True)}" if query else path


def build_scope(base_url: str, target: str) -> Scope:
    """Build a request for a path and its query, as a server would receive it at an address."""
    base = urlsplit(base_url)
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "http_version": "1.1",
        "scheme": base.scheme,
        "method": "GET",
        "path": unquote(f"{base.path}{path}"),
        "raw_path": f"{base.path}{path}".encode(),
        "root_path": base.path,
        "query_string": query.encode(),
        "headers": [(b"host", base.netloc.encode()), (b"accept", b"*/*")],
        "server": None,
        "client": ("127.0.0.1", 0),
    }


def request_example(app: FastAPI, router: Router, target: str) -> bytes | None:
    """Call the endpoint of a path; return the body or its first part, or None if it is refused."""
    context = create_context(app, build_scope(LOCAL_ADDRESS, target))
    context.is_example = True
    route, keys = router.match(context.path)
    try:
        result = route.call(context, keys)
    except Problem:
        return None
    response: Response = asyncio.run(result) if route.is_async else result
    if isinstance(response, StreamingResponse):
        return asyncio.run(read_first_part(response))
    return bytes(response.body)


async def read_first_part(response: StreamingResponse) -> bytes:
    async for part in response.body_iterator:
        assert isinstance(part, bytes)  # noqa: S101 - every writer writes bytes
        return part
    return b""


def translate_document(document: Record, language: Language) -> Record:
    """Return a document whose texts are in a language; the document itself is in English."""
    if language is Language.ENGLISH:
        return document
    catalog = load_catalog()
    # A text without a translation is better than no document; a test names those texts.
    return map_texts(document, lambda text: catalog.get(text, text))


def map_texts(document: Record, change: Change) -> Record:
    """Return a document with every text changed, and no name that generated clients take over."""
    changed: Record = map_nested_texts(document, change)
    contact = changed["info"]["contact"]
    contact["name"] = change(contact["name"])
    return changed


def map_nested_texts(node: Value, change: Change, *, is_named: bool = False) -> Value:
    if isinstance(node, list):
        return [map_nested_texts(one, change) for one in node]
    if not isinstance(node, dict):
        return node
    mapped: Record = {}
    for name, value in node.items():
        if not is_named and name in TEXTS and isinstance(value, str):
            mapped[name] = change(value)
        elif not is_named and name in DATA:
            mapped[name] = value
        else:
            mapped[name] = map_nested_texts(value, change, is_named=name in MAPS and not is_named)
    return mapped


@cache
def load_catalog() -> dict[str, str]:
    from babel.messages.pofile import read_po

    with CATALOG.open("rb") as file:
        return {str(one.id): str(one.string) for one in read_po(file) if one.id}
