"""Walk long lists: opaque cursors that hold the place after the last record of a page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2s
from typing import Any

import msgspec

from app.i18n import Bilingual
from app.problems.problem import InvalidParameters, ParameterError

Position = list[Any]
"""The sort keys of a record, ending in one that no other record has."""

CHECK_BYTES = 8
WRITER = msgspec.json.Encoder(order="sorted")


def encode_cursor(place: Position, scope: dict[str, Any]) -> str:
    """Write a place down as a cursor that fits only the list it was made for.

    Args:
        place: the sort keys of the last record of a page.
        scope: the filters and the order of the list.
    """
    payload = WRITER.encode(place)
    return encode_base64(compute_check(payload, scope) + payload)


def decode_cursor(cursor: str, scope: dict[str, Any]) -> Position:
    """Read a cursor.

    Raises:
        InvalidParameters: if it was made up, cut short, or made for another list.
    """
    try:
        raw = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        raise invalid_cursor() from None
    payload = raw[CHECK_BYTES:]
    if raw[:CHECK_BYTES] != compute_check(payload, scope) or encode_base64(raw) != cursor:
        raise invalid_cursor()
    place: Position = msgspec.json.decode(payload)
    return place


def encode_base64(raw: bytes) -> str:
    """Write bytes in the one form that cursors have."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def compute_check(payload: bytes, scope: dict[str, Any]) -> bytes:
    """Digest a place together with the list it belongs to."""
    return blake2s(WRITER.encode(scope) + b"\0" + payload, digest_size=CHECK_BYTES).digest()


def invalid_cursor() -> InvalidParameters:
    """Say that a cursor cannot be used here."""
    words = Bilingual(
        "The cursor does not belong to this list; start without one and follow next",
        "游标不属于该列表；请先不带游标请求，再沿 next 翻页",
    )
    return InvalidParameters(words, [ParameterError("query.cursor", words)])
