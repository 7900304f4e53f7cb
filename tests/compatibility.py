"""Changes of an OpenAPI document that would break clients generated from an earlier one.

python -m tests.compatibility EARLIER PRESENT      lists it, and ends with 1 if there is any
python -m tests.compatibility PRESENT              prints the part of a document that is recorded
"""

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Node = dict[str, Any]

TEXTS = {
    "description",
    "summary",
    "example",
    "examples",
    "externalDocs",
    "x-codeSamples",
    "x-displayName",
}
"""What a document tells people; no client depends on it."""
LEAST = ("minimum", "minLength", "minItems")
MOST = ("maximum", "maxLength", "maxItems")


def extract_contract(node: Any, *, names: bool = False) -> Any:
    """Leave out the texts of a document; the names of properties stay."""
    if isinstance(node, list):
        return [extract_contract(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: extract_contract(value, names=key in ("properties", "schemas", "headers"))
        for key, value in node.items()
        if names or key not in TEXTS
    }


def format_contract(document: Node) -> str:
    """Format the part of a document that is recorded."""
    return json.dumps(extract_contract(document), indent=1, sort_keys=True) + "\n"


def list_breaking_changes(earlier: Node, present: Node) -> list[str]:
    """List what clients made from the earlier document would stumble over."""
    return list(Comparison(earlier, present).list_changes())


class Comparison:
    """Two documents side by side."""

    def __init__(self, earlier: Node, present: Node) -> None:
        self.earlier = earlier
        self.present = present
        self.compared: set[tuple[str, str, bool]] = set()
        """Models that were compared already, which also ends a circle of them."""

    def list_changes(self) -> Iterator[str]:
        """List the breaking changes, operation by operation."""
        for path, operations in self.earlier["paths"].items():
            for method, before in operations.items():
                where = f"{method.upper()} {path}"
                after = self.present["paths"].get(path, {}).get(method)
                if after is None:
                    yield f"{where}: removed"
                else:
                    yield from self.compare_operations(before, after, where)

    def compare_operations(self, before: Node, after: Node, where: str) -> Iterator[str]:
        """Compare an operation: its names in clients, what it takes, what it gives."""
        for name in ("operationId", "tags"):
            if before[name] != after[name]:
                yield f"{where}: {name} was {before[name]}, is {after[name]}"
        yield from self.compare_parameters(get_parameters(before), get_parameters(after), where)
        for status, response in before["responses"].items():
            place = f"{where}: {status}"
            if status not in after["responses"]:
                yield f"{place}: removed"
            else:
                yield from self.compare_responses(
                    self.resolve_reference(response, self.earlier),
                    self.resolve_reference(after["responses"][status], self.present),
                    place,
                )

    def compare_parameters(
        self, before: dict[str, Node], after: dict[str, Node], where: str
    ) -> Iterator[str]:
        """Compare what an operation takes; parameters that it does not know are refused."""
        for name, given in after.items():
            if given["required"] and not before.get(name, {"required": False})["required"]:
                yield f"{where}: {name}: now required"
        for name, given in before.items():
            place = f"{where}: {name}"
            if name not in after:
                yield f"{place}: removed"
                continue
            for key in ("style", "explode"):
                if given.get(key) != after[name].get(key):
                    yield f"{place}: {key} was {given.get(key)}, is {after[name].get(key)}"
            yield from self.compare_schemas(
                given["schema"], after[name]["schema"], place, is_sent=True
            )

    def compare_responses(self, before: Node, after: Node, where: str) -> Iterator[str]:
        """Compare a response: its headers, media types and schemas."""
        for name in before.get("headers", {}).keys() - after.get("headers", {}).keys():
            yield f"{where}: header {name}: removed"
        for media_type, content in before.get("content", {}).items():
            place = f"{where}: {media_type}"
            if media_type not in after.get("content", {}):
                yield f"{place}: removed"
            else:
                schemas = content["schema"], after["content"][media_type]["schema"]
                yield from self.compare_schemas(*schemas, place, is_sent=False)

    def compare_schemas(
        self, before: Node, after: Node, where: str, *, is_sent: bool
    ) -> Iterator[str]:
        """Compare two schemas: clients may send all that they did, and get nothing new in kind.

        Args:
            before: the earlier schema.
            after: the present one.
            where: the place, for people.
            is_sent: whether clients send such a value; else they get it.
        """
        names = get_model_name(before), get_model_name(after)
        if names[0] != names[1]:
            yield f"{where}: model was {names[0] or 'none'}, is {names[1] or 'none'}"
        if names[0]:
            if (*names, is_sent) in self.compared:
                return
            self.compared.add((*names, is_sent))
            where = f"{where}: {names[0]}"
        old, new = (
            self.resolve_reference(before, self.earlier),
            self.resolve_reference(after, self.present),
        )
        for rule in RULES:
            yield from (f"{where}: {shown}" for shown in rule(old, new, is_sent))
        for name in old.get("properties", {}).keys() & new.get("properties", {}).keys():
            one, other = old["properties"][name], new["properties"][name]
            yield from self.compare_schemas(one, other, f"{where}.{name}", is_sent=is_sent)
        for key in ("items", "additionalProperties"):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self.compare_schemas(old[key], new[key], f"{where}[]", is_sent=is_sent)
        after_options = get_options(new)
        for kind, option in get_options(old).items():
            if kind in after_options:
                yield from self.compare_schemas(option, after_options[kind], where, is_sent=is_sent)

    def resolve_reference(self, node: Node, document: Node) -> Node:
        """Follow a reference of a document."""
        while "$ref" in node:
            found: Any = document
            for part in node["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            node = found
        return node


def get_parameters(operation: Node) -> dict[str, Node]:
    """Return the parameters of an operation by place and name."""
    return {f"{one['in']}.{one['name']}": one for one in operation.get("parameters", [])}


def get_model_name(schema: Node) -> str:
    """Return the name of the model that a schema refers to, or an empty text."""
    name: str = schema.get("$ref", "").rpartition("/")[2]
    return name


def get_options(schema: Node) -> dict[str, Node]:
    """Return the options of a schema by the name of their model or type."""
    return {get_model_name(one) or str(one.get("type")): one for one in schema.get("anyOf", [])}


def get_types(schema: Node) -> set[str]:
    """Return the types of a schema, which may have several."""
    captured = schema.get("type", [])
    return {captured} if isinstance(captured, str) else set(captured)


def compare_values(before: set[Any], after: set[Any], what: str, *, is_sent: bool) -> Iterator[str]:
    """Yield the values that clients can no longer send, or receive for the first time."""
    gone, added = before - after, after - before
    if is_sent and gone:
        yield f"{what} {sorted(gone)} no longer taken"
    if not is_sent and added:
        yield f"{what} {sorted(added)} given for the first time"


def compare_types(old: Node, new: Node, is_sent: bool) -> Iterator[str]:  # noqa: FBT001
    """Compare types, and options of models; null is one of them."""
    yield from compare_values(get_types(old), get_types(new), "type", is_sent=is_sent)
    yield from compare_values(
        set(get_options(old)), set(get_options(new)), "option", is_sent=is_sent
    )


def compare_formats(old: Node, new: Node, is_sent: bool) -> Iterator[str]:  # noqa: FBT001
    """Compare formats and patterns, which clients check in both directions."""
    del is_sent
    for key in ("format", "pattern"):
        if old.get(key) != new.get(key):
            yield f"{key} was {old.get(key)}, is {new.get(key)}"


def compare_enums(old: Node, new: Node, is_sent: bool) -> Iterator[str]:  # noqa: FBT001
    """Compare the values of code lists, which are enums in clients."""
    if ("enum" in old) != ("enum" in new):
        yield "the list of values came or went"
    else:
        before, after = set(old.get("enum", [])), set(new.get("enum", []))
        yield from compare_values(before, after, "value", is_sent=is_sent)


def compare_bounds(old: Node, new: Node, is_sent: bool) -> Iterator[str]:  # noqa: FBT001
    """Compare bounds: closer ones reject what was valid, wider ones return unexpected values."""
    for keys, none in ((LEAST, float("-inf")), (MOST, float("inf"))):
        for key in keys:
            before, after = old.get(key, none), new.get(key, none)
            is_closer = after > before if keys is LEAST else after < before
            if before != after and is_closer == is_sent:
                yield f"{key} was {before}, is {after}"


def compare_fields(old: Node, new: Node, is_sent: bool) -> Iterator[str]:  # noqa: FBT001
    """Compare the fields of responses: none may be removed or become optional."""
    del is_sent
    for name in old.get("properties", {}).keys() - new.get("properties", {}).keys():
        yield f"field {name} removed"
    for name in set(old.get("required", [])) - set(new.get("required", [])):
        if name in new.get("properties", {}):
            yield f"field {name} no longer always there"


RULES: tuple[Callable[[Node, Node, bool], Iterator[str]], ...] = (
    compare_types,
    compare_formats,
    compare_enums,
    compare_bounds,
    compare_fields,
)


def main(*files: str) -> int:
    """Compare two documents, or print the contract of one."""
    documents = [json.loads(Path(file).read_text(encoding="utf-8")) for file in files]
    if len(documents) == 1:
        print(format_contract(documents[0]), end="")  # noqa: T201
        return 0
    found = list_breaking_changes(*documents)
    print("\n".join([*found, f"{len(found)} breaking changes"]))  # noqa: T201
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
