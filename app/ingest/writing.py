"""Write seed files as an editor would: short values on their line, rows of tables in one line."""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import PurePath
from textwrap import wrap
from typing import cast

from app.ingest.files import Value
from app.ingest.schema import Entity, get_singular_name
from app.ingest.schema.tables import Fields, parse_span
from app.ingest.seed import DECIMAL, INTEGER, SCHEMA_LINE, read_document

PLAIN = re.compile(r"\w(?!.*(: | #|:$))[^,\[\]{}]*", re.DOTALL)
"""A text that YAML reads as it is, both on a line of its own and in a row."""
WIDTH = 98


def format_document(kind: type[Entity], fields: Fields) -> str:
    """Return the text of a seed file, with the line that names its schema."""
    lines = list_lines(fields, "")
    return "\n".join((f"{SCHEMA_LINE}../.schemas/{get_singular_name(kind)}.json", *lines, ""))


def list_lines(fields: Fields, indent: str) -> Iterator[str]:
    for name, value in fields.items():
        if isinstance(value, dict):
            yield f"{indent}{name}:"
            yield from list_lines(value, f"{indent}  ")
        elif isinstance(value, list):
            yield f"{indent}{name}:"
            yield from (f"{indent}  - {format_scalar(item)}" for item in value)
        elif (
            isinstance(value, str) and len(value) + len(indent) + len(name) > WIDTH and " " in value
        ):
            yield f"{indent}{name}: >-"
            yield from wrap(
                value, WIDTH, initial_indent=f"{indent}  ", subsequent_indent=f"{indent}  ",
                break_long_words=False, break_on_hyphens=False,
            )  # fmt: skip
        else:
            yield f"{indent}{name}: {format_scalar(value)}"


def format_scalar(value: Value) -> str:
    if not isinstance(value, str):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    is_number = INTEGER.fullmatch(value) or DECIMAL.fullmatch(value)
    is_plain = PLAIN.fullmatch(value) and not is_number
    return value if is_plain else json.dumps(value, ensure_ascii=False)


def format_flow(value: Value) -> str:
    if not isinstance(value, dict):
        return format_scalar(value)
    return "{" + ", ".join(f"{name}: {format_flow(inner)}" for name, inner in value.items()) + "}"


def insert_rows(text: str, rows: Iterable[Fields]) -> str:
    """Add rows to a table, each before the first of a later period; other lines stay as they are.

    A row repeats the multiplier of the table only if it has another one.
    """
    document = read_document(PurePath(), text.encode())
    content = cast("Fields", document.content)
    starts = [
        (find_days(row), document.find_line(("figures", index)))
        for index, row in enumerate(cast("list[Fields]", content["figures"] or []))
    ]
    lines = text.splitlines()
    added: list[tuple[int, str]] = []
    for row in sorted(rows, key=find_days):
        later = (line for days, line in starts if days > find_days(row))
        shown = {
            name: value
            for name, value in row.items()
            if (name, value) != ("multiplier", content.get("multiplier", 0))
        }
        added.append((next(later, len(lines) + 1), f"  - {format_flow(shown)}"))
    for line, row_text in reversed(added):
        lines.insert(line - 1, row_text)
    return "\n".join((*lines, ""))


def find_days(row: Fields) -> tuple[str, str]:
    days = parse_span(row["period"])
    return days["start"], days["end"]
