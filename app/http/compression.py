"""Content codings: which one a client gets, and how bytes are put into it."""

import re
import sys
import zlib
from collections.abc import Callable
from enum import StrEnum
from typing import Any, NamedTuple

from app.formats.registry import IS_COMPRESSIBLE

MIN_SIZE = 500
"""Fewer bytes than this gain nothing from being compressed."""
WINDOW = 15
GZIP = 16
"""What zlib adds to the size of the window for the gzip format."""
TEXT = re.compile(r"text/(?!event-stream).*|application/(.*\+)?(json|xml|yaml|csv|javascript)")
"""The media types of texts other than those of the registry."""
ACCEPTED_CODING = re.compile(
    rb"[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]*"
    rb"(?:;[ \t]*[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)[ \t]*)?"
)


class Coding(StrEnum):
    """A content coding, the one that makes the shortest answers first."""

    BROTLI = "br"
    ZSTANDARD = "zstd"
    GZIP = "gzip"
    IDENTITY = "identity"


class Compressor(NamedTuple):
    """Puts a stream into a coding, piece by piece."""

    add: Callable[[bytes], bytes]
    finish: Callable[[], bytes]


def negotiate_coding(accept_encoding: bytes) -> Coding:
    """Choose the coding that a client prefers (RFC 9110, 12.5.3); identity if it takes no other."""
    weights: dict[str, float] = {}
    for part in accept_encoding.split(b","):
        match = ACCEPTED_CODING.fullmatch(part)
        if match is not None:
            name = match[1].decode().lower()
            weights["gzip" if name == "x-gzip" else name] = float(match[2] or 1)
    rest = weights.get("*", 0)
    best, chosen = weights.get(Coding.IDENTITY, 0), Coding.IDENTITY
    for coding in (Coding.GZIP, Coding.ZSTANDARD, Coding.BROTLI):
        weight = weights.get(coding, rest)
        if weight and weight >= best:
            best, chosen = weight, coding
    return chosen


def is_compressible(content_type: str) -> bool:
    """Whether compression makes content of this type smaller."""
    media_type = content_type.partition(";")[0].strip().lower()
    declared = IS_COMPRESSIBLE.get(media_type)
    return TEXT.fullmatch(media_type) is not None if declared is None else declared


def compress(body: bytes, coding: Coding) -> bytes:
    """Put a whole body into a coding; the same bytes in give the same bytes out."""
    if coding is Coding.ZSTANDARD:
        whole: bytes = load_zstandard().compress(body, 6)
        return whole
    add, finish = create_compressor(coding)
    return add(body) + finish()


def create_compressor(coding: Coding) -> Compressor:
    """Begin a stream in a coding."""
    if coding is Coding.BROTLI:
        import brotli  # type: ignore[import-untyped]  # noqa: PLC0415

        stream = brotli.Compressor(quality=5)
        return Compressor(stream.process, stream.finish)
    if coding is Coding.ZSTANDARD:
        stream = load_zstandard().ZstdCompressor(6)
        return Compressor(stream.compress, stream.flush)
    if coding is Coding.GZIP:
        packed = zlib.compressobj(6, zlib.DEFLATED, WINDOW + GZIP)
        return Compressor(packed.compress, packed.flush)
    return Compressor(bytes, bytes)


def load_zstandard() -> Any:
    """Load Zstandard with the first answer that needs it: Python's own, or the same for older."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415
    else:
        from backports import zstd  # noqa: PLC0415
    return zstd
