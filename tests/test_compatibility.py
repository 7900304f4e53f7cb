"""Breaking changes are found, and the current document has none."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from tests.compatibility import Node, extract_contract, list_breaking_changes, main
from tests.record_openapi import COLUMNS, HINT, RELEASED, list_columns, list_moved_columns

pytestmark = pytest.mark.quick

EARLIER: Node = {
    "paths": {
        "/v1/units": {
            "get": {
                "operationId": "list_units",
                "tags": ["Reference data"],
                "parameters": [
                    {
                        "name": "kind",
                        "in": "query",
                        "required": False,
                        "style": "form",
                        "explode": True,
                        "schema": {"$ref": "#/components/schemas/Kind"},
                    },
                    {
                        "name": "limit",
                        "in": "query",
                        "required": False,
                        "schema": {
                            "type": "integer",
                            "format": "int32",
                            "minimum": 1,
                            "maximum": 1000,
                        },
                    },
                ],
                "responses": {
                    "200": {
                        "description": "The answer.",
                        "headers": {"ETag": {"$ref": "#/components/headers/ETag"}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Page"}}
                        },
                    },
                    "304": {"$ref": "#/components/responses/Unchanged"},
                },
            }
        }
    },
    "components": {
        "headers": {"ETag": {"schema": {"type": "string"}}},
        "responses": {"Unchanged": {"description": "Unchanged.", "headers": {"ETag": {}}}},
        "schemas": {
            "Kind": {"type": "string", "enum": ["money", "count"]},
            "Page": {
                "type": "object",
                "required": ["items", "next"],
                "properties": {
                    "items": {
                        "type": "array",
                        "maxItems": 1000,
                        "items": {"$ref": "#/components/schemas/Unit"},
                    },
                    "next": {"type": ["string", "null"], "maxLength": 100},
                },
            },
            "Unit": {
                "type": "object",
                "description": "A unit.",
                "required": ["code", "kind", "parts", "base"],
                "properties": {
                    "code": {"type": "string", "maxLength": 9, "pattern": "^[A-Z]+$"},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                    "base": {"anyOf": [{"$ref": "#/components/schemas/Unit"}, {"type": "null"}]},
                    "parts": {
                        "type": "object",
                        "additionalProperties": {"type": "integer", "minimum": 0},
                    },
                },
            },
        },
    },
}

Change = Callable[[Node], Any]


def get_operation(document: Node) -> Node:
    """Return the operation."""
    found: Node = document["paths"]["/v1/units"]["get"]
    return found


def get_schema(document: Node, name: str) -> Node:
    """Return a model."""
    found: Node = document["components"]["schemas"][name]
    return found


def get_unit_field(document: Node, name: str) -> Node:
    """Return a field of a unit."""
    found: Node = get_schema(document, "Unit")["properties"][name]
    return found


def get_limit(document: Node) -> Node:
    """Return the schema of the parameter limit."""
    found: Node = get_operation(document)["parameters"][1]["schema"]
    return found


def rename_model(document: Node) -> None:
    """Rename a model."""
    models = document["components"]["schemas"]
    models["Measure"] = models["Unit"]
    get_schema(document, "Page")["properties"]["items"]["items"]["$ref"] = (
        "#/components/schemas/Measure"
    )


def add_parameter(document: Node, *, required: bool) -> None:
    """Add a parameter to an operation."""
    more = {"name": "area", "in": "query", "required": required, "schema": {"type": "string"}}
    get_operation(document)["parameters"].append(more)


BREAKING: dict[str, tuple[Change, str]] = {
    "a path goes": (lambda new: new["paths"].clear(), "GET /v1/units: removed"),
    "a method goes": (lambda new: new["paths"]["/v1/units"].clear(), "removed"),
    "an operation is renamed": (
        lambda new: get_operation(new).update(operationId="units"),
        "operationId was list_units, is units",
    ),
    "an operation moves": (lambda new: get_operation(new).update(tags=["Units"]), "tags was"),
    "a parameter goes": (
        lambda new: get_operation(new)["parameters"].pop(1),
        "query.limit: removed",
    ),
    "a parameter comes that is needed": (
        lambda new: add_parameter(new, required=True),
        "query.area: now required",
    ),
    "a parameter becomes needed": (
        lambda new: get_operation(new)["parameters"][1].update(required=True),
        "query.limit: now required",
    ),
    "a list is written another way": (
        lambda new: get_operation(new)["parameters"][0].update(explode=False),
        "explode was True, is False",
    ),
    "a parameter takes another type": (
        lambda new: get_limit(new).update(type="string"),
        "type ['integer'] no longer taken",
    ),
    "a parameter takes less at the top": (
        lambda new: get_limit(new).update(maximum=100),
        "maximum was 1000, is 100",
    ),
    "a parameter takes less at the bottom": (
        lambda new: get_limit(new).update(minimum=2),
        "minimum was 1, is 2",
    ),
    "a status goes": (lambda new: get_operation(new)["responses"].pop("304"), "304: removed"),
    "a header goes": (
        lambda new: get_operation(new)["responses"]["200"]["headers"].clear(),
        "200: header ETag: removed",
    ),
    "a header of a shared answer goes": (
        lambda new: new["components"]["responses"]["Unchanged"]["headers"].clear(),
        "304: header ETag: removed",
    ),
    "a media type goes": (
        lambda new: get_operation(new)["responses"]["200"]["content"].clear(),
        "application/json: removed",
    ),
    "a model is renamed": (rename_model, "model was Unit, is Measure"),
    "a field goes": (
        lambda new: get_schema(new, "Unit")["properties"].pop("code"),
        "field code removed",
    ),
    "a field is no longer always there": (
        lambda new: get_schema(new, "Unit")["required"].remove("code"),
        "field code no longer always there",
    ),
    "a field may be null": (
        lambda new: get_unit_field(new, "code").update(type=["string", "null"]),
        "type ['null'] given for the first time",
    ),
    "a field has another type": (
        lambda new: get_unit_field(new, "code").update(type="integer"),
        "type ['integer'] given for the first time",
    ),
    "a field gets longer": (
        lambda new: get_unit_field(new, "code").update(maxLength=10),
        "maxLength was 9, is 10",
    ),
    "a field loses its bound": (
        lambda new: get_unit_field(new, "code").pop("maxLength"),
        "maxLength was 9, is inf",
    ),
    "a field has another pattern": (
        lambda new: get_unit_field(new, "code").update(pattern="^[a-z]+$"),
        "pattern was ^[A-Z]+$, is ^[a-z]+$",
    ),
    "a field has another format": (
        lambda new: get_unit_field(new, "code").update(format="uri"),
        "format was None, is uri",
    ),
    "a value is given that was unknown": (
        lambda new: get_schema(new, "Kind")["enum"].append("share"),
        "value ['share'] given for the first time",
    ),
    "a value is no longer taken": (
        lambda new: get_schema(new, "Kind")["enum"].remove("count"),
        "value ['count'] no longer taken",
    ),
    "a list of values goes": (
        lambda new: get_schema(new, "Kind").pop("enum"),
        "the list of values came or went",
    ),
    "an option comes": (
        lambda new: get_unit_field(new, "base")["anyOf"].append({"type": "string"}),
        "option ['string'] given for the first time",
    ),
    "members of an object change": (
        lambda new: get_unit_field(new, "parts")["additionalProperties"].update(type="number"),
        "type ['number'] given for the first time",
    ),
}

HARMLESS: dict[str, Change] = {
    "a path comes": lambda new: new["paths"].update({"/v1/areas": new["paths"]["/v1/units"]}),
    "a parameter comes": lambda new: add_parameter(new, required=False),
    "a parameter takes more": lambda new: get_limit(new).update(maximum=2000),
    "a field comes": lambda new: get_schema(new, "Unit")["properties"].update(
        name={"type": "string"}
    ),
    "a field is always there": lambda new: get_schema(new, "Page")["required"].append("total"),
    "a field is never null again": lambda new: get_schema(new, "Page")["properties"]["next"].update(
        type="string"
    ),
    "a field gets shorter": lambda new: get_unit_field(new, "code").update(maxLength=8),
    "a status comes": lambda new: get_operation(new)["responses"].update({"404": {}}),
    "words change": lambda new: get_schema(new, "Unit").update(description="What is counted in."),
}


def apply_change(change: Change) -> Node:
    """Return a changed copy of the document."""
    present = deepcopy(EARLIER)
    change(present)
    return present


@pytest.mark.parametrize("name", BREAKING)
def test_breaking_change_is_found(name: str) -> None:
    change, shown = BREAKING[name]
    found = list_breaking_changes(EARLIER, apply_change(change))
    assert [one for one in found if shown in one], found


@pytest.mark.parametrize("name", HARMLESS)
def test_compatible_change_is_accepted(name: str) -> None:
    assert list_breaking_changes(EARLIER, apply_change(HARMLESS[name])) == []


def test_the_recorded_contract_has_all_that_is_compared() -> None:
    plain = extract_contract(EARLIER)
    assert "description" not in json.dumps(plain)
    assert list_breaking_changes(EARLIER, plain) == list_breaking_changes(plain, EARLIER) == []


def test_command_prints_breaking_changes_and_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    earlier, present = tmp_path / "earlier.json", tmp_path / "present.json"
    earlier.write_text(json.dumps(EARLIER))
    present.write_text(json.dumps(apply_change(BREAKING["a field goes"][0])))
    assert main(str(earlier), str(earlier)) == 0
    assert main(str(earlier), str(present)) == 1
    assert capsys.readouterr().out.endswith("field code removed\n1 breaking changes\n")
    assert main(str(earlier)) == 0
    assert json.loads(capsys.readouterr().out) == extract_contract(EARLIER)


def test_columns_keep_their_places() -> None:
    """Scripts may read a column by its number, so that new ones come last."""
    recorded = json.loads(COLUMNS.read_text("utf-8"))
    assert list_moved_columns(recorded) == []
    assert list_columns() == recorded, f"columns were added; {HINT}"


@pytest.mark.parametrize("columns", [["name", "code"], ["code", "kind"]])
def test_a_column_that_moves_or_goes_is_found(columns: list[str]) -> None:
    (found,) = list_moved_columns({**list_columns(), "topics": columns})
    assert found == f"the first columns of topics must stay {', '.join(columns)}"


def test_released_contract_is_unbroken(document: Node) -> None:
    recorded = json.loads(RELEASED.read_text())
    assert list_breaking_changes(recorded, document) == []
    present = extract_contract(document)
    for part in ("paths", "components"):
        assert present[part] == recorded[part], f"the contract has grown; {HINT}"
