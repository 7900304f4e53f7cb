"""The OpenAPI document arranged for the pages of the reference: operations and schemas."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypedDict

from app.db.columns import Record
from app.i18n import Bilingual, Language
from app.openapi.document import read_example
from app.openapi.samples import JSON

TYPES = {
    "string": Bilingual("text", "文字"),
    "integer": Bilingual("integer", "整数"),
    "number": Bilingual("number", "数值"),
    "boolean": Bilingual("true or false", "true或false"),
    "object": Bilingual("object", "对象"),
    "array": Bilingual("list", "列表"),
    "date": Bilingual("date", "日期"),
    "date-time": Bilingual("date and time", "日期和时间"),
    "uri": Bilingual("URL", "网址"),
    "binary": Bilingual("file", "文件"),
}
LIST_OF = Bilingual("list of {item}", "{item}列表")
OR_NULL = Bilingual("{type} or null", "{type}或null")
EITHER = Bilingual(" or ", "或")
MAX_CHECKBOXES = 12
"""The most values of a repeatable parameter that are shown as boxes to tick."""
FILES = re.compile(r"\.[a-z0-9.-]+$")
"""The suffix of a path that chooses a format."""


class OperationSummary(TypedDict):
    operationId: str
    summary: str
    tags: list[str]


class Outline(TypedDict):
    """The parts of the document that list its operations; the whole takes 7 MB of memory."""

    info: Record
    tags: list[dict[str, str]]
    paths: dict[str, dict[str, OperationSummary]]


class OperationGroup(NamedTuple):
    """The operations of a tag, with its name in the language of the document."""

    tag: str
    name: str
    description: str
    operations: list[Record]

    @property
    def anchor(self) -> str:
        return self.tag.lower().replace(" ", "-")


class Field(NamedTuple):
    """A property of a response."""

    name: str
    type: str
    description: str
    values: list[str]
    is_optional: bool
    is_editorial: bool
    schema: str
    """The name of the schema of the object, or of those in the list; empty if there is none."""
    fields: list["Field"]
    """The fields of that schema, where the page names it first; it is described only once."""


class Parameter(NamedTuple):
    name: str
    is_in_path: bool
    is_required: bool
    is_repeatable: bool
    type: str
    description: str
    values: list[str]
    default: str
    example: str
    control: str
    """What takes its value in a form: select, boxes, number, date or text."""
    minimum: int | None
    maximum: int | None


def list_groups(document: Outline | Record) -> list[OperationGroup]:
    """List the operations by tag; each has its identifier, path and summary."""
    found: dict[str, list[Record]] = {}
    for path, methods in document["paths"].items():
        operation = methods["get"]
        summary = {"id": operation["operationId"], "path": path, "summary": operation["summary"]}
        found.setdefault(operation["tags"][0], []).append(summary)
    return [
        OperationGroup(tag["name"], tag["x-displayName"], tag["description"], found[tag["name"]])
        for tag in document["tags"]
    ]


def list_formats(document: Record, path: str) -> list[Record]:
    stem = FILES.sub("", path)
    return [
        {
            "id": methods["get"]["operationId"],
            "path": other,
            "media_type": next(iter(methods["get"]["responses"]["200"]["content"])),
        }
        for other, methods in document["paths"].items()
        if other != path and FILES.sub("", other) == stem
    ]


class SchemaReader:
    """Reads the schemas of a document for one page, in its language."""

    def __init__(self, document: Record, language: Language) -> None:
        self.components: Mapping[str, Record] = document["components"]
        self.language = language
        self.described: set[str] = set()

    def resolve(self, schema: Record) -> tuple[str, Record]:
        """Return the name of the schema that one refers to, and that schema with its null."""
        if "anyOf" in schema:
            options = [one for one in schema["anyOf"] if one != {"type": "null"}]
            if len(options) == 1:
                name, resolved = self.resolve(options[0])
                return name, {**resolved, "is_nullable": len(schema["anyOf"]) > 1}
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return name, self.components["schemas"][name]
        return "", schema

    def name_type(self, schema: Record) -> str:
        _, found = self.resolve(schema)
        types = found.get("type", "object")
        kinds = [types] if isinstance(types, str) else [one for one in types if one != "null"]
        if "anyOf" in found:
            names = dict.fromkeys(self.name_type(one) for one in found["anyOf"])
            name = EITHER.get(self.language).join(names)
        elif kinds == ["array"]:
            item = self.name_type(found.get("items", {}))
            name = LIST_OF.get(self.language).format(item=item)
        else:
            known = TYPES.get(found.get("format", ""), TYPES[kinds[0]])
            name = known.get(self.language)
        if found.get("is_nullable") or "null" in types:
            return OR_NULL.get(self.language).format(type=name)
        return name

    def iterate_fields(self, schema: Record) -> Iterator[Field]:
        """Return the fields of an object, or of the objects in a list."""
        for name, given in schema.get("properties", {}).items():
            schema_name, found = self.resolve(given)
            if found.get("type") == "array":
                schema_name, item = self.resolve(found.get("items", {}))
            else:
                item = found
            has_fields = bool(item.get("properties"))
            inner: list[Field] = []
            if has_fields and schema_name not in self.described:
                self.described.add(schema_name)
                inner = list(self.iterate_fields(item))
            yield Field(
                name,
                self.name_type(given),
                given.get("description") or found.get("description", ""),
                list_values(item),
                name not in schema.get("required", ()),
                bool(given.get("x-editorial")),
                schema_name if has_fields else "",
                inner,
            )

    def describe_parameter(self, parameter: Record) -> Parameter:
        schema = parameter["schema"]
        _, found = self.resolve(schema)
        is_repeatable = found.get("type") == "array"
        _, item = self.resolve(found["items"]) if is_repeatable else ("", found)
        example = read_example(parameter)
        examples = example if isinstance(example, list) else [example]
        values = list_values(item)
        return Parameter(
            parameter["name"],
            parameter["in"] == "path",
            parameter["required"],
            is_repeatable,
            self.name_type(schema),
            parameter["description"],
            values,
            format_value(schema.get("default", "")),
            ",".join(map(format_value, examples)),
            choose_control(item, values, is_repeatable=is_repeatable),
            item.get("minimum"),
            item.get("maximum"),
        )


def list_values(schema: Record) -> list[str]:
    if "const" in schema:
        return [format_value(schema["const"])]
    return [format_value(one) for one in schema.get("enum", ()) if one is not None]


def format_value(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def choose_control(schema: Record, values: list[str], *, is_repeatable: bool) -> str:
    if values and is_repeatable:
        return "boxes" if len(values) <= MAX_CHECKBOXES else "text"
    if values or schema.get("type") == "boolean":
        return "select"
    if schema.get("type") == "integer" and not is_repeatable:
        return "number"
    return "date" if schema.get("format") == "date" else "text"


def is_json(media_type: str) -> bool:
    return JSON.fullmatch(media_type) is not None
