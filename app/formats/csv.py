"""Tables as comma-separated values (RFC 4180) in UTF-8."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.formats.columns import format_cell
from app.formats.tables import TableQuery

MEDIA_TYPE = "text/csv"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write_csv(query: TableQuery) -> Iterator[bytes]:
    """Write a table in chunks, the header with the first rows."""
    # No field can be mistaken for a formula: the seed must not contain texts that begin like one,
    # and all other fields are keys, numbers, dates or URLs.
    header = query.table.header
    lines = query.read_csv_lines()
    chunks = (
        encode_rows(header, query.read_rows()) if lines is None else encode_lines(header, lines)
    )
    mark = BYTE_ORDER_MARK if getattr(query.filters, "bom", False) else b""
    yield mark + next(chunks)
    yield from chunks


def encode_rows(
    header: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]
) -> Iterator[bytes]:
    """Encode rows of values, after the header."""
    pending: list[Sequence[Any]] = [header]
    for rows in chunks:
        yield format_rows([*pending, *rows])
        pending = []
    if pending:
        yield format_rows(pending)


def encode_lines(header: Sequence[str], chunks: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Encode finished lines, after the header."""
    pending = format_rows([header])
    for lines in chunks:
        yield pending + "\r\n".join([*lines, ""]).encode()
        pending = b""
    if pending:
        yield pending


def format_rows(rows: Sequence[Sequence[Any]]) -> bytes:
    """Format rows of values as lines."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([format_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode()
