"""Records as JSON Lines: one record a line, each as the list has it."""

from collections.abc import Iterable, Iterator

from app.schemas.base import Schema

MEDIA_TYPE = "application/jsonl"


def json_lines(pages: Iterable[Iterable[Schema]]) -> Iterator[bytes]:
    """Write records page by page."""
    for page in pages:
        yield b"".join(record.to_json() + b"\n" for record in page)
