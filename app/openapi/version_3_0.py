"""Conversion to OpenAPI 3.0.3, for tools that do not read 3.1.

OpenAPI 3.0 knows neither the type null, nor lists of types and of examples, nor keywords beside a
reference.
"""

from typing import Any

from app.db.columns import Record

NULL = {"type": "null"}
ONLY_NULL = {"type": "boolean", "nullable": True, "enum": [None]}
"""The same in OpenAPI 3.0, where no keyword beside a reference can allow what its schema forbids.
The type matters to tools only: some merge a string with the enum beside it, or accept any object,
and others require the bounds of an integer."""
SUBSCHEMA_LISTS = ("anyOf", "allOf", "oneOf")
SUBSCHEMAS = ("items", "additionalProperties")


def convert_document(document: Record) -> Record:
    info = {name: value for name, value in document["info"].items() if name != "summary"}
    components = dict(document["components"])
    schemas = components.pop("schemas")
    converted = {name: convert_schema(schema) for name, schema in schemas.items()}
    return {
        **document,
        "openapi": "3.0.3",
        "info": info,
        "paths": convert_schemas(document["paths"]),
        "components": {**convert_schemas(components), "schemas": converted},
    }


def convert_schemas(node: Any) -> Any:
    """Convert every schema in a part of a document that is not a schema itself."""
    if isinstance(node, list):
        return [convert_schemas(one) for one in node]
    if not isinstance(node, dict):
        return node
    return {
        name: convert_schema(value) if name == "schema" else convert_schemas(value)
        for name, value in node.items()
    }


def convert_schema(schema: Record) -> Record:
    converted = convert_keywords(schema)
    for name in SUBSCHEMA_LISTS:
        if name in converted:
            converted[name] = [convert_schema(one) for one in converted[name]]
    for name in SUBSCHEMAS:
        if isinstance(converted.get(name), dict):
            converted[name] = convert_schema(converted[name])
    if "properties" in converted:
        properties = converted["properties"].items()
        converted["properties"] = {name: convert_schema(value) for name, value in properties}
    return converted


def convert_keywords(schema: Record) -> Record:
    """Convert the keywords of a schema, but not those of its parts."""
    converted = dict(schema)
    types = converted.get("type")
    if isinstance(types, list):
        (converted["type"],) = (one for one in types if one != "null")
        converted["nullable"] = True
    if NULL in converted.get("anyOf", ()):
        (reference,) = (one for one in converted.pop("anyOf") if one != NULL)
        converted["oneOf"] = [reference, ONLY_NULL]
    if "examples" in converted:
        converted["example"] = converted.pop("examples")[0]
    if "const" in converted:
        converted["enum"] = [converted.pop("const")]
    if "$ref" in converted and len(converted) > 1:
        converted["allOf"] = [{"$ref": converted.pop("$ref")}]
    return converted
