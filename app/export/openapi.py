"""The OpenAPI document of the static edition: its operations are the files, without queries.

A file that holds the response to a query has the parameters in its path, so that a client that is
generated from the document can ask for it.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import msgspec

from app.db.columns import Record, Value
from app.enums import OpenApiVersion
from app.export.addresses import ORIGIN, PREFIX, Address, Layout
from app.i18n import Language
from app.negotiation import PathKind
from app.openapi import OpenApiDocuments, translate_document
from app.openapi.version_3_0 import convert_document
from app.schemas import encode_json

PAGE = "page"
DESCRIPTION = (Path(__file__).parent / "introduction.md").read_text("utf-8").strip()
FILE = "The file."
NOT_FOUND = "There is no such file."
FURTHER_PAGE = "The number of a further page, as in next."
TEXTS = (DESCRIPTION, FILE, NOT_FOUND, FURTHER_PAGE)
"""The texts that only these documents have."""
PAGE_PARAMETER: Record = {
    "description": FURTHER_PAGE,
    "schema": {"type": "integer", "format": "int32", "minimum": 2, "examples": [2]},
}
LANGUAGES = {Language.ENGLISH: "English", Language.CHINESE: "中文"}


Values = dict[str, str]
"""The values of the parameters in a path, by their names."""


class Operation(NamedTuple):
    """Files that one path describes: those of a route, and of a query with certain parameters."""

    path: str
    parameters: tuple[str, ...]


def build_documents(
    documents: OpenApiDocuments, layout: Layout, exported: Collection[Address], language: Language
) -> dict[OpenApiVersion, str]:
    """Build the document in both versions of OpenAPI, for the addresses that were exported."""
    base = f"{ORIGIN}{PREFIX}"
    rendered = documents.render(OpenApiVersion.V3_1, base, language)
    document: Record = msgspec.json.decode(rendered)
    examples: dict[Operation, list[Values]] = {}
    # Pages of one language may link to what those of the other do not.
    own = (one for one in exported if one.is_shared or one.language is language)
    for operation, values in list_operations(layout, own, document["paths"]):
        examples.setdefault(operation, []).append(values)
    paths = dict(
        build_path(layout, one, document["paths"][one.path]["get"], examples[one])
        for one in sorted(examples)
    )
    document |= {
        "info": document["info"] | {"description": DESCRIPTION},
        "servers": [
            {"url": f"{layout.base_url}/{language}", "description": name}
            for language, name in LANGUAGES.items()
        ],
        "paths": paths,
        "components": {"schemas": select_schemas(paths, document["components"]["schemas"])},
    }
    contact = document["info"]["contact"]
    if contact["url"].startswith(f"{ORIGIN}/"):
        contact["url"] = f"{base}/v1"
    document = translate_document(document, language)
    address = Address("/openapi.json", (), language)
    texts = {
        OpenApiVersion.V3_1: encode_json(document),
        OpenApiVersion.V3_0: encode_json(convert_document(deepcopy(document))),
    }
    return {
        version: layout.rewrite_links(text.decode(), address, lambda _: None, is_markup=False)
        for version, text in texts.items()
    }


def list_operations(
    layout: Layout, exported: Iterable[Address], paths: Record
) -> Iterator[tuple[Operation, Values]]:
    """List the operation of each address, with the values of the parameters of its path."""
    for address in exported:
        if address.kind is not PathKind.DATA:
            continue
        route, values = layout.router.match(address.path)
        if route.path not in paths:
            continue
        query = [(name, value) for name, value in address.query if name != "cursor"]
        names = tuple(name for name, _ in query)
        if address in layout.page_numbers:
            names, query = (*names, PAGE), [*query, (PAGE, str(layout.page_numbers[address]))]
        unique = (one for _, one in number_repetitions(names))
        queried = dict(zip(unique, (value for _, value in query), strict=True))
        yield Operation(route.path, names), {**values, **queried}


def build_path(
    layout: Layout, operation: Operation, described: Record, examples: Sequence[Values]
) -> tuple[str, Record]:
    numbered = list(number_repetitions(operation.parameters))
    query = tuple((name, f"{{{unique}}}") for name, unique in numbered)
    address = Address(operation.path, query)
    path = layout.name_file(address).removeprefix(address.language)
    known = {PAGE: PAGE_PARAMETER}
    known |= {one["name"]: one for one in described.get("parameters", [])}
    parameters = [one for one in known.values() if one.get("in") == "path"]
    parameters += [describe_parameter(known[name], unique) for name, unique in numbered]
    (content,) = described["responses"]["200"]["content"].items()
    responses: Record = {"200": {"description": FILE, "content": dict([content])}}
    built: Record = {
        **{name: described[name] for name in ("tags", "summary", "description")},
        "operationId": name_operation(described["operationId"], operation.parameters),
        "responses": responses,
    }
    if parameters:
        responses["404"] = {"description": NOT_FOUND}
        built["parameters"] = [*set_examples(parameters, examples)]
    if address.is_shared:
        return f"/{path.lstrip('/')}", {"servers": [{"url": layout.base_url}], "get": built}
    return path, {"get": built}


def set_examples(parameters: Sequence[Record], examples: Sequence[Values]) -> Iterator[Record]:
    """Give the parameters the values of one file, which has most of the examples they had."""

    def rate(values: Values) -> tuple[int, list[tuple[str, str]]]:
        shared = sum(values[one["name"]] == str(one.get("example")) for one in parameters)
        return -shared, sorted(values.items())

    values = min(examples, key=rate)
    for one in parameters:
        value = values[one["name"]]
        is_number = one["schema"].get("type") == "integer"
        rest = {name: part for name, part in one["schema"].items() if name != "examples"}
        yield {**one, "schema": rest, "example": int(value) if is_number else value}


def number_repetitions(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return each name with one that is unique: a path has no two parameters of the same name."""
    counts: Counter[str] = Counter()
    for name in names:
        counts[name] += 1
        yield name, f"{name}_{counts[name]}" if counts[name] > 1 else name


def name_operation(name: str, parameters: tuple[str, ...]) -> str:
    filters = dict.fromkeys(one for one in parameters if one != PAGE)
    name += f"_by_{'_and_'.join(filters)}" if filters else ""
    return f"{name}_page" if PAGE in parameters else name


def describe_parameter(described: Record, name: str) -> Record:
    """Describe a parameter of a query as a part of the path."""
    schema = described["schema"]
    examples = schema.get("examples", [])
    if schema.get("type") == "array":
        schema, examples = schema["items"], examples[0] if examples else []
    return {
        "name": name,
        "in": "path",
        "required": True,
        "description": described["description"],
        "schema": schema,
        **({"example": examples[0]} if examples else {}),
    }


def select_schemas(paths: Record, schemas: Record) -> Record:
    used: set[str] = set()
    pending = set(find_references(paths))
    while pending:
        used |= pending
        pending = {name for one in pending for name in find_references(schemas[one])} - used
    return {name: schemas[name] for name in sorted(used)}


def find_references(node: Value) -> Iterator[str]:
    if isinstance(node, dict):
        reference = node.get("$ref")
        if isinstance(reference, str):
            yield reference.rpartition("/")[2]
        for one in node.values():
            yield from find_references(one)
    elif isinstance(node, list):
        for one in node:
            yield from find_references(one)
