"""Seed files parsed once in each process: most tests of builds change one of a thousand."""

from dataclasses import replace
from functools import cache
from pathlib import PurePath

from app.ingest.seed import SeedDocument, read_document


@cache
def read_named(name: str, raw: bytes) -> SeedDocument:
    """Read a file of any folder once; nothing changes what is read."""
    return read_document(PurePath(name), raw)


def read_once(file: PurePath, raw: bytes) -> SeedDocument:
    """Read a file, or take what was read from the same content under the same name."""
    document = read_named(file.name, raw)
    # An issue names the file and its folder.
    return read_document(file, raw) if document.issues else replace(document, file=file)
