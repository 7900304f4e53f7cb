"""Tables as comma-separated values (RFC 4180): UTF-8, a header line, empty for nothing."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

MEDIA_TYPE = "text/csv"


def delimited(header: Sequence[str], chunks: Iterable[Sequence[Sequence[Any]]]) -> Iterator[bytes]:
    """Write a table bit by bit, the header with the first rows."""
    head: list[Sequence[Any]] = [header]
    for rows in chunks:
        yield lines([*head, *rows] if head else rows)
        head = []
    if head:
        yield lines(head)


def finished(header: Sequence[str], chunks: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Send lines that are written already, after the header."""
    before = lines([header])
    for some in chunks:
        yield before + "\r\n".join([*some, ""]).encode()
        before = b""
    if before:
        yield before


def lines(rows: Sequence[Sequence[Any]]) -> bytes:
    """Write some lines."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
