"""Records as JSON Lines: one record a line, each as the list has it."""

from collections.abc import Iterator

from app.formats.tables import Contents

MEDIA_TYPE = "application/jsonl"


def write(contents: Contents) -> Iterator[bytes]:
    """Write records page by page."""
    for page in contents.records():
        yield b"".join(record.to_json() + b"\n" for record in page)
