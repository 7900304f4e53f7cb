"""Records as JSON Lines: each line is a record as the list contains it."""

from collections.abc import Iterator

from app.formats.tables import TableQuery

MEDIA_TYPE = "application/jsonl"


def write_json_lines(query: TableQuery) -> Iterator[bytes]:
    """Write records page by page."""
    validate = query.table.schema.model_validate
    for page in query.read_pages():
        yield b"".join(validate(record).to_json() + b"\n" for record in page)
