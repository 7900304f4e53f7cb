"""Content codings: compressing whole bodies and streams."""

import re
import sys
import zlib
from collections.abc import Callable
from typing import Any, NamedTuple

from app.formats.registry import IS_COMPRESSIBLE
from app.negotiation import Coding

MIN_SIZE = 500
"""Compression does not pay for fewer bytes."""
WINDOW = 15
GZIP = 16
"""Added to the window size, this selects the gzip format of zlib."""
TEXT = re.compile(r"text/(?!event-stream).*|application/(.*\+)?(json|xml|yaml|csv|javascript)")
"""The media types of texts other than those of the registry."""


class Compressor(NamedTuple):
    """A stream in a content coding."""

    add: Callable[[bytes], bytes]
    finish: Callable[[], bytes]


def is_compressible(content_type: str) -> bool:
    """Return whether compression makes content of this type smaller."""
    media_type = content_type.partition(";")[0].strip().lower()
    declared = IS_COMPRESSIBLE.get(media_type)
    return TEXT.fullmatch(media_type) is not None if declared is None else declared


def compress(body: bytes, coding: Coding) -> bytes:
    """Compress a whole body; equal bodies give equal bytes, so that their ETags agree."""
    if coding is Coding.ZSTANDARD:
        whole: bytes = load_zstandard().compress(body, 6)
        return whole
    add, finish = create_compressor(coding)
    return add(body) + finish()


def create_compressor(coding: Coding) -> Compressor:
    """Start a stream in a content coding."""
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
    """Import Zstandard when a response first needs it: from Python 3.14, or its backport."""
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415
    else:
        from backports import zstd  # noqa: PLC0415
    return zstd
