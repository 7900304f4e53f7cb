"""The files of a seed, their hash, and their issues; every start imports this module."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path, PurePath
from typing import TypeAlias

from app.problems.messages import find_nearest

ValuePath: TypeAlias = tuple[str | int, ...]
"""The path of a value within a file: ``("bounds", "lower")``, ``("sentences", 2)``."""
Messages: TypeAlias = Iterator[tuple[ValuePath, str]]
"""What is wrong with values of a file."""
Places: TypeAlias = Mapping[str, ValuePath]
"""Where a row of a table states the fields of a record."""
Value: TypeAlias = "str | int | Decimal | list[Value] | dict[str, Value] | None"


def list_seed_files(folder: Path) -> list[Path]:
    """List the files of a seed folder in order, without hidden files and notes (``*.md``).

    Raises:
        SeedError: if a folder cannot be read, or something is neither a file nor a folder.
    """
    files: list[Path] = []
    errors: list[OSError] = []
    for parent, folders, names in os.walk(folder, onerror=errors.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        shown = (name for name in names if not name.startswith(".") and not name.endswith(".md"))
        files += (Path(parent, name) for name in shown)
        files += (path for name in folders if (path := Path(parent, name)).is_symlink())
    issues = [
        SeedIssue(Path(error.filename), 1, "", f"cannot be read ({error.strerror})")
        for error in errors
    ]
    message = "is not a regular file; replace it by one, or a link to a folder by the folder"
    issues += [SeedIssue(path, 1, "", message) for path in files if not path.is_file()]
    if issues:
        raise SeedError(issues)
    return sorted(files)


def compute_seed_hash(folder: Path) -> str:
    """Return the SHA-256 hash of the names and contents of all seed files."""
    digest = sha256()
    for path in list_seed_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


@dataclass(frozen=True, order=True)
class SeedIssue:
    """An issue in a seed file: where it is, what was found, and what would be correct."""

    file: PurePath
    line: int
    field: str
    message: str
    is_warning: bool = False

    def __str__(self) -> str:
        """Format the issue as one line; editors and terminals can jump to ``file:line``."""
        label = " warning:" if self.is_warning else ""
        field = f" {self.field}:" if self.field else ""
        return f"{self.file}:{self.line}:{label}{field} {self.message}"


class SeedError(Exception):
    """The seed has issues; ``issues`` lists all of them, sorted by file and line."""

    def __init__(self, issues: Iterable[SeedIssue]) -> None:
        # A row of a table may define two records that have the same issue.
        self.issues = sorted(set(issues))
        super().__init__("\n".join(str(issue) for issue in self.issues))


class BuildError(Exception):
    """A database cannot be built or published; the message says why."""


def suggest_nearest(found: str, allowed: Iterable[str]) -> str:
    """Return ``; did you mean …?`` for the nearest allowed value, or an empty string."""
    nearest = find_nearest(found, allowed)
    return f"; did you mean {nearest}?" if nearest else ""


def describe_missing(collection: str, key: str, keys: Iterable[str]) -> str:
    """Say that a record that a file refers to is missing, and which key is nearest."""
    advice = suggest_nearest(key, keys) or "; add it, or correct the key"
    return f"there is no {collection}/{key}.yaml{advice}"
