"""Records as JSON Lines: one record a line, each as the list has it."""

from collections.abc import Iterator

from app.formats.tables import TableQuery

MEDIA_TYPE = "application/jsonl"


def write_json_lines(contents: TableQuery) -> Iterator[bytes]:
    """Write records page by page."""
    for page in contents.read_records():
        yield b"".join(record.to_json() + b"\n" for record in page)
