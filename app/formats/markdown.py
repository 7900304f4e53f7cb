"""Tables as Markdown, for pasting into issues and for language models."""

from collections.abc import Iterator, Sequence
from typing import Any

from app.enums import Datatype
from app.formats.columns import Column, format_cell
from app.formats.dataset_info import DATA_LICENCE, HOW_TO_READ, cite_dataset
from app.formats.tables import TableQuery

MEDIA_TYPE = "text/markdown"
ESCAPES = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_[]<>&|~#"} | {"\n": "<br>", "\r": "<br>"}
)
"""What GitHub Flavored Markdown would interpret in a cell."""


def write_markdown(query: TableQuery) -> Iterator[bytes]:
    """Write a table in chunks, after an introduction that says how to read and cite it."""
    language, columns = query.language, query.table.columns
    labels = " | ".join(escape_text(column.label.get(language)) for column in columns)
    introduction = (
        f"# {escape_text(query.table.title.get(language))}",
        escape_text(cite_dataset(query.release, query.base, language)),
        HOW_TO_READ.get(language),
        DATA_LICENCE.get(language),
        f"| {labels} |\n|{' --- |' * len(columns)}\n",
    )
    yield "\n\n".join(introduction).encode()
    for rows in query.read_rows():
        yield "".join(f"{format_row(row, columns)}\n" for row in rows).encode()


def format_row(values: Sequence[Any], columns: Sequence[Column]) -> str:
    """Format a row of the table."""
    cells = (
        f"<{value}>" if value and column.datatype is Datatype.ADDRESS else escape_text(value)
        for value, column in zip(map(format_cell, values), columns, strict=True)
    )
    return f"| {' | '.join(cells)} |"


def escape_text(text: str) -> str:
    """Escape a text so that it is shown unchanged, on one line of the file."""
    return text.replace("\r\n", "\n").translate(ESCAPES)
