"""Tables as text: comma-separated values (RFC 4180), JSON Lines and Markdown, all in UTF-8."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.formats.columns import Column, format_cell
from app.formats.dataset_info import DATA_LICENCE, HOW_TO_READ, cite_dataset
from app.formats.tables import TableQuery
from app.i18n import Bilingual, Language, format_locator
from app.schemas.formats import Datatype

CSV = "text/csv"
JSON_LINES = "application/x-ndjson"
MARKDOWN = "text/markdown"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
BOOLEANS = {"true": Bilingual("yes", "是"), "false": Bilingual("no", "否")}
ESCAPES = str.maketrans(
    {mark: f"\\{mark}" for mark in "\\`*_[]<>&|~#"} | {"\n": "<br>", "\r": "<br>"}
)
"""What GitHub Flavored Markdown would interpret in a cell."""


def write_csv(query: TableQuery) -> Iterator[bytes]:
    """Write a table in chunks, the header with the first rows."""
    # No field can be mistaken for a formula: the seed must not contain texts that begin like one,
    # and all other fields are keys, numbers, dates or URLs.
    header = query.table.header
    lines = query.read_csv_lines()
    chunks = (
        encode_csv_rows(header, query.read_rows())
        if lines is None
        else encode_csv_lines(header, lines)
    )
    mark = BYTE_ORDER_MARK if getattr(query.filters, "bom", False) else b""
    yield mark + next(chunks)
    yield from chunks


def encode_csv_rows(
    header: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]
) -> Iterator[bytes]:
    return add_header(header, map(format_csv_rows, chunks))


def encode_csv_lines(
    header: Sequence[str], chunks: Iterable[Sequence[Sequence[str]]]
) -> Iterator[bytes]:
    texts = ("\r\n".join([*(line for (line,) in rows), ""]) for rows in chunks)
    return add_header(header, map(str.encode, texts))


def add_header(header: Sequence[str], chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield format_csv_rows([header]) + next(chunks, b"")
    yield from chunks


def format_csv_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([format_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode()


def write_json_lines(query: TableQuery) -> Iterator[bytes]:
    for page in query.read_pages():
        yield b"".join(query.table.schema.encode(record) + b"\n" for record in page)


def write_markdown(query: TableQuery) -> Iterator[bytes]:
    """Write a table in chunks, after an introduction on how to read and cite it."""
    language, columns = query.language, query.table.displayed_columns
    labels = " | ".join(escape_markdown(column.label.get(language)) for column in columns)
    introduction = (
        f"# {escape_markdown(query.table.title.get(language))}",
        escape_markdown(cite_dataset(query.release, query.base, language)),
        HOW_TO_READ.get(language),
        DATA_LICENCE.get(language),
        f"| {labels} |\n|{' --- |' * len(columns)}\n",
    )
    yield "\n\n".join(introduction).encode()
    for rows in query.table.read_rows(query, columns, "\n"):  # A line for each part of a list.
        yield "".join(f"{format_markdown_row(row, columns, language)}\n" for row in rows).encode()


def format_markdown_row(
    values: Sequence[Any], columns: Sequence[Column], language: Language
) -> str:
    pairs = zip(map(format_cell, values), columns, strict=True)
    cells = (format_markdown_cell(value, column, language) for value, column in pairs)
    return f"| {' | '.join(cells)} |"


def format_markdown_cell(value: str, column: Column, language: Language) -> str:
    if column.datatype is Datatype.BOOLEAN and value:
        return BOOLEANS[value].get(language)
    if column.name == "locator":
        return format_locator(value or None, language) or ""
    return f"<{value}>" if value and column.datatype is Datatype.ADDRESS else escape_markdown(value)


def escape_markdown(text: str) -> str:
    """Escape a text so that it is shown unchanged, on one line of the file."""
    return text.replace("\r\n", "\n").translate(ESCAPES)
