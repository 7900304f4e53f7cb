"""Conversion to OpenAPI 3.0.3, for tools that do not read 3.1.

OpenAPI 3.0 knows neither the type null, nor lists of types and of examples, nor keywords beside a
reference.
"""

from typing import Any

from app.db.columns import Record

NULL = {"type": "null"}
PART_LISTS = ("anyOf", "allOf", "oneOf")
PARTS = ("items", "additionalProperties")


def convert_document(document: Record) -> Record:
    info = {name: value for name, value in document["info"].items() if name != "summary"}
    components = dict(document["components"])
    schemas = components.pop("schemas")
    converted = {name: convert_schema(schema, schemas) for name, schema in schemas.items()}
    return {
        **document,
        "openapi": "3.0.3",
        "info": info,
        "paths": convert_schemas(document["paths"], schemas),
        "components": {**convert_schemas(components, schemas), "schemas": converted},
    }


def convert_schemas(node: Any, schemas: Record) -> Any:
    """Convert every schema in a part of a document that is not a schema itself."""
    if isinstance(node, list):
        return [convert_schemas(one, schemas) for one in node]
    if not isinstance(node, dict):
        return node
    converted = {}
    for name, value in node.items():
        if name == "schema":
            converted[name] = convert_schema(value, schemas)
        elif name == "content":
            # Validators do not agree whether a nullable reference accepts the null in an example.
            converted[name] = {
                media_type: {"schema": convert_schema(content["schema"], schemas)}
                for media_type, content in value.items()
            }
        else:
            converted[name] = convert_schemas(value, schemas)
    return converted


def convert_schema(schema: Record, schemas: Record) -> Record:
    def convert(part: Record) -> Record:
        return convert_schema(part, schemas)

    converted = convert_keywords(schema, schemas)
    for name in PART_LISTS:
        if name in converted:
            converted[name] = [convert(one) for one in converted[name]]
    for name in PARTS:
        if isinstance(converted.get(name), dict):
            converted[name] = convert(converted[name])
    if "properties" in converted:
        properties = converted["properties"].items()
        converted["properties"] = {name: convert(value) for name, value in properties}
    return converted


def convert_keywords(schema: Record, schemas: Record) -> Record:
    """Convert the keywords of a schema, but not those of its parts."""
    converted = dict(schema)
    types = converted.get("type")
    if isinstance(types, list):
        (converted["type"],) = (one for one in types if one != "null")
        converted["nullable"] = True
    if NULL in converted.get("anyOf", ()):
        (reference,) = (one for one in converted.pop("anyOf") if one != NULL)
        # The keyword nullable counts only beside a type.
        referenced = schemas[reference["$ref"].rpartition("/")[2]]
        converted |= {"type": referenced["type"], "allOf": [reference], "nullable": True}
    if "examples" in converted:
        converted["example"] = converted.pop("examples")[0]
    if "const" in converted:
        converted["enum"] = [converted.pop("const")]
    if "$ref" in converted and len(converted) > 1:
        converted["allOf"] = [{"$ref": converted.pop("$ref")}]
    return converted
