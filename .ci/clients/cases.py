"""What generated clients are asked: each operation by its own examples, and two mistakes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$")
PROBLEM = "ProblemDocument"
UNKNOWN = {"indicator": "goods-trad"}
"""What get_indicator answers with 404; the problem names goods-trade."""
INVALID = {"indicator": ["goods-trad"]}
"""What list_observations answers with 422; the problem names goods-trade, too."""
MEANT = "goods-trade"
MISTAKES = {"get_indicator": (UNKNOWN, 404), "list_observations": (INVALID, 422)}
"""The mistakes by operation, and the status of the response."""

READ_NO_TEXT = {".java", ".rs"}
"""Languages whose clients read every text as JSON."""
READ_NO_NULL_IN_LISTS = {".rb", ".rs"}
"""Languages whose clients refuse null in a list of numbers, or read it as 0."""


@dataclass(frozen=True)
class Case:
    """A call of one operation, and what it must give."""

    operation: str
    tag: str
    path: str
    in_path: dict[str, Any]
    in_query: dict[str, Any]
    parameters: tuple[str, ...]
    """The names of all parameters, in order."""
    media_type: str
    model: str | None
    """The name of the schema; none for files and for JSON of other people's making."""
    is_binary: bool

    @property
    def arguments(self) -> dict[str, Any]:
        """All parameters by name."""
        return self.in_path | self.in_query

    @property
    def is_json(self) -> bool:
        """Whether the response is JSON; JSON Lines are a file."""
        return self.media_type.endswith("json") and not self.is_binary

    @property
    def address(self) -> str:
        """The path and query of the call."""
        path = self.path.format(**self.in_path)
        return f"{path}?{urlencode(self.in_query, doseq=True)}" if self.in_query else path


def read_cases(document: Path) -> Iterator[Case]:
    """Read every operation of a document with the examples of what it needs."""
    for path, operations in json.loads(document.read_text(encoding="utf-8"))["paths"].items():
        for described in operations.values():
            parameters = described.get("parameters", [])
            needed = [parameter for parameter in parameters if parameter["required"]]
            ((media_type, content),) = described["responses"]["200"]["content"].items()
            yield Case(
                operation=described["operationId"],
                tag=described["tags"][0],
                path=path,
                in_path={one["name"]: one["example"] for one in needed if one["in"] == "path"},
                in_query={one["name"]: read_example(one) for one in needed if one["in"] == "query"},
                parameters=tuple(parameter["name"] for parameter in parameters),
                media_type=media_type,
                model=content["schema"].get("$ref", "").rpartition("/")[2] or None,
                is_binary=content["schema"].get("format") == "binary",
            )


def read_example(parameter: dict[str, Any]) -> Any:
    """Read the example of a required parameter; that of a list has a name."""
    named = parameter.get("examples", {"request": {"value": parameter.get("example")}})
    return named["request"]["value"]


def is_readable(case: Case, language: str) -> bool:
    """Whether the client of a language can read the response."""
    if not case.is_json and not case.is_binary:
        return language not in READ_NO_TEXT
    return case.operation != "get_cube" or language not in READ_NO_NULL_IN_LISTS


def to_snake_case(name: str) -> str:
    """Write the name of a tag as the name of a module."""
    return re.sub(r"\W+", "_", name).lower()


def to_pascal_case(name: str) -> str:
    """Write the name of a tag or an operation as the name of a class."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[\W_]+", name))


def to_camel_case(name: str) -> str:
    """Write the name of a tag or an operation as the name of a variable or a method."""
    pascal = to_pascal_case(name)
    return pascal[:1].lower() + pascal[1:]


def parse_json(text: str | bytes) -> Any:
    """Parse JSON; keep every digit of numbers, and read times as instants."""
    return to_instants(json.loads(text, parse_float=Decimal, parse_int=Decimal))


def to_instants(value: Any) -> Any:
    """Replace times, because clients write 00:00:00Z as 00:00:00+00:00 or 00:00:00.000Z."""
    if isinstance(value, dict):
        return {name: to_instants(one) for name, one in value.items()}
    if isinstance(value, list):
        return [to_instants(one) for one in value]
    return datetime.fromisoformat(value) if isinstance(value, str) and TIME.match(value) else value


def require(right: object, case: Case, what: str) -> None:
    """End the program unless a condition holds."""
    if not right:
        raise SystemExit(f"{case.operation}: {what}")
