"""Conditional and range requests (RFC 9110, sections 13 and 14)."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import Enum
from typing import NamedTuple

Headers = Mapping[bytes, bytes]

CONDITIONAL_HEADERS = frozenset(
    {b"if-match", b"if-unmodified-since", b"if-none-match", b"if-modified-since", b"range"}
)
"""The request headers that can change how a cached response is sent."""
ENTITY_TAG = re.compile(rb'(W/)?("[\x21\x23-\x7e\x80-\xff]*")')
BYTE_RANGE = re.compile(rb"bytes=[ \t]*(\d{0,4000})-(\d{0,4000})[ \t]*", re.IGNORECASE)
DATE_FORMATS = ("%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %d %H:%M:%S %Y")
MAX_YEARS_AHEAD = 50
"""A two-digit year further ahead than this belongs to the previous century."""


class Validators(NamedTuple):
    etag: bytes
    modified: int
    """Seconds since 1970."""
    last_modified: bytes


class PreconditionResult(Enum):
    SEND = 200
    UNCHANGED = 304
    FAILED = 412


def evaluate_preconditions(headers: Headers, current: Validators) -> PreconditionResult:
    """Evaluate the preconditions of a GET or HEAD in their order of precedence."""
    expected = headers.get(b"if-match")
    if expected is not None:
        if not matches_etag(expected, current.etag, weakly=False):
            return PreconditionResult.FAILED
    elif (date := headers.get(b"if-unmodified-since")) and is_modified_since(current, date):
        return PreconditionResult.FAILED
    known = headers.get(b"if-none-match")
    if known is not None:
        same = known == current.etag or matches_etag(known, current.etag, weakly=True)
        return PreconditionResult.UNCHANGED if same else PreconditionResult.SEND
    since = headers.get(b"if-modified-since")
    if since is None:
        return PreconditionResult.SEND
    same = since == current.last_modified or is_modified_since(current, since) is False
    return PreconditionResult.UNCHANGED if same else PreconditionResult.SEND


def matches_etag(listed: bytes, etag: bytes, *, weakly: bool) -> bool:
    if listed.strip(b" \t") == b"*":
        return True
    return any(
        match[2] == etag and (weakly or match[1] is None) for match in ENTITY_TAG.finditer(listed)
    )


def is_modified_since(current: Validators, date: bytes) -> bool | None:
    """Return whether the representation is newer than a date; None for an invalid date."""
    seconds = parse_http_date(date)
    return None if seconds is None else current.modified > seconds


def parse_http_date(text: bytes) -> float | None:
    """Parse a date in any of the three formats of HTTP; None for anything else."""
    for form in DATE_FORMATS:
        try:
            read = datetime.strptime(text.decode("latin-1"), form).replace(tzinfo=UTC)
            if "%y" in form:
                # RFC 9110, 5.6.7: a date far in the future has a year of the previous century.
                this_year = datetime.now(UTC).year
                year = this_year - this_year % 100 + read.year % 100
                read = read.replace(year=year - 100 if year > this_year + MAX_YEARS_AHEAD else year)
        except ValueError:
            continue
        return read.timestamp()
    return None


def parse_range(headers: Headers, current: Validators, length: int) -> slice | None:
    """Return the requested part of a file, or None to send all of it.

    Several ranges, malformed ranges and other units are ignored, as is a range whose If-Range does
    not match the current representation.

    Raises:
        ValueError: if the file ends before the range.
    """
    match = BYTE_RANGE.fullmatch(headers.get(b"range", b""))
    if match is None or not (match[1] or match[2]):
        return None
    condition = headers.get(b"if-range")
    if condition not in {None, current.etag, current.last_modified}:
        return None
    if not match[1]:
        start, stop = max(0, length - int(match[2])), length
    else:
        start, stop = int(match[1]), min(length, int(match[2]) + 1 if match[2] else length)
        if match[2] and int(match[2]) < start:
            return None
    if start >= length:
        raise ValueError("the file ends before")
    return slice(start, stop)
