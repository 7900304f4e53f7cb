"""Write a program that calls every operation and saves each value: DOCUMENT TEMPLATE TARGET."""

import json
import sys
from pathlib import Path
from typing import Any

from cases import (
    MISTAKES,
    Case,
    is_readable,
    read_cases,
    to_camel_case,
    to_pascal_case,
    to_snake_case,
)


def format_literal(value: Any, opening: str = "[", closing: str = "]") -> str:
    """Format a value or a list of values; the brackets of lists differ by language."""
    if isinstance(value, list):
        return opening + ", ".join(format_literal(one) for one in value) + closing
    return json.dumps(value)


def name_go_type(value: Any) -> str:
    """Name the type of the items of a list, as the Go client declares it."""
    is_number = isinstance(value, list) and isinstance(value[0], int)
    return "int32" if is_number else "string"


def format_go_call(case: Case, values: dict[str, Any]) -> str:
    """Format a call of the Go client."""
    path = "".join(f", {format_literal(values[name])}" for name in case.in_path)
    setters = "".join(
        f".{to_pascal_case(name)}({format_literal(value, f'[]{name_go_type(value)}{{', '}')})"
        for name, value in values.items()
        if name not in case.in_path
    )
    api = f"client.{to_pascal_case(case.tag)}API"
    return f"{api}.{to_pascal_case(case.operation)}(ctx{path}){setters}.Execute()"


def format_java_call(case: Case, values: dict[str, Any]) -> str:
    """Format a call of the Java client, which takes every parameter by position."""
    arguments = (
        format_literal(values[name], "List.of(", ")") if name in values else "null"
        for name in case.parameters
    )
    api = f"new {to_pascal_case(case.tag)}Api(client)"
    return f"{api}.{to_camel_case(case.operation)}({', '.join(arguments)})"


def format_php_call(case: Case, values: dict[str, Any]) -> str:
    """Format a call of the PHP client, which takes parameters by name."""
    arguments = ", ".join(f"{name}: {format_literal(value)}" for name, value in values.items())
    api = f"new OpenAPI\\Client\\Api\\{to_pascal_case(case.tag)}Api($http, $configuration)"
    return f"({api})->{to_camel_case(case.operation)}({arguments})"


def format_ruby_call(case: Case, values: dict[str, Any]) -> str:
    """Format a call of the Ruby client: what is required by position, the rest by name."""
    required = [format_literal(value) for name, value in values.items() if name in case.arguments]
    options = [
        f"{name}: {format_literal(v)}" for name, v in values.items() if name not in case.arguments
    ]
    call = f"OpenapiClient::{to_pascal_case(case.tag)}Api.new.{case.operation}"
    return f"{call}({', '.join(required + options)})"


def format_rust_call(case: Case, values: dict[str, Any]) -> str:
    """Format a call of the Rust client, which takes every parameter by position."""
    arguments = ["client"]
    for name in case.parameters:
        value = values.get(name)
        if isinstance(value, list):
            items = ", ".join(f"{format_literal(one)}.into()" for one in value)
            arguments.append(f"vec![{items}]" if name in case.arguments else f"Some(vec![{items}])")
        else:
            arguments.append("None" if value is None else format_literal(value))
    return f"{to_snake_case(case.tag)}_api::{case.operation}({', '.join(arguments)})"


CALLS = {
    ".go": format_go_call,
    ".java": format_java_call,
    ".php": format_php_call,
    ".rb": format_ruby_call,
    ".rs": format_rust_call,
}
SAVES = {
    ".go": 'save("{0}")({1})',
    ".java": 'save("{0}", {1});',
    ".php": "save('{0}', {1});",
    ".rb": 'save("{0}", {1})',
    ".rs": 'save_json("{0}", &{1}?)?;',
}
SAVE_RUST_FILE = 'save("{0}", &{1}?.bytes()?)?;'
SAVES_OF_PROBLEMS = {
    ".go": 'saveProblem("{0}")({1})',
    ".java": 'saveProblem("{0}", () -> {1});',
    ".php": "save_problem('{0}', fn() => {1});",
    ".rb": 'save_problem("{0}") {{ {1} }}',
    ".rs": 'save_problem("{0}", {1})?;',
}


def main(document: Path, template: Path, target: Path) -> None:
    """Fill the template of a language with the calls."""
    language = template.suffix
    call = CALLS[language]
    known = {case.operation: case for case in read_cases(document)}
    lines = []
    for case in known.values():
        if is_readable(case, language):
            is_rust_file = language == ".rs" and case.is_binary
            save = SAVE_RUST_FILE if is_rust_file else SAVES[language]
            lines.append(save.format(case.operation, call(case, case.arguments)))
    for operation, (mistake, _) in MISTAKES.items():
        written = call(known[operation], mistake)
        lines.append(SAVES_OF_PROBLEMS[language].format(f"{operation}.problem", written))
    comment = "#" if language == ".rb" else "//"
    text = template.read_text("utf-8").replace(f"{comment} CALLS", "\n".join(lines))
    target.write_text(text, "utf-8")


main(*map(Path, sys.argv[1:]))
