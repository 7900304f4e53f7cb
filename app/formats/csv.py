"""Tables as comma-separated values by RFC 4180, in UTF-8."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from app.formats.flat_columns import format_cell
from app.formats.tables import TableQuery

MEDIA_TYPE = "text/csv"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def write_csv(contents: TableQuery) -> Iterator[bytes]:
    """Write a table bit by bit, the header with the first rows.

    No field can be taken for a formula: the seed refuses texts that begin like one, and all else
    is a key, a number, a day or an address.
    """
    written = contents.read_csv_lines()
    header = contents.table.header
    table = (
        encode_rows(header, contents.read_rows())
        if written is None
        else stream_lines(header, written)
    )
    mark = BYTE_ORDER_MARK if getattr(contents.asked, "bom", False) else b""
    yield mark + next(table)
    yield from table


def encode_rows(
    header: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]
) -> Iterator[bytes]:
    """Write rows, after the header."""
    head: list[Sequence[Any]] = [header]
    for rows in chunks:
        yield encode_lines([*head, *rows])
        head = []
    if head:
        yield encode_lines(head)


def stream_lines(header: Sequence[str], chunks: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Send lines that are written already, after the header."""
    before = encode_lines([header])
    for some in chunks:
        yield before + "\r\n".join([*some, ""]).encode()
        before = b""
    if before:
        yield before


def encode_lines(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write some lines."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([format_cell(value) for value in row] for row in rows)
    return buffer.getvalue().encode()
