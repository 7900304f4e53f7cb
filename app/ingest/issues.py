"""Issues in seed files, and the errors that stop a build."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePath


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

    def __init__(self, issues: list[SeedIssue]) -> None:
        self.issues = sorted(issues)
        super().__init__("\n".join(str(issue) for issue in self.issues))


class BuildError(Exception):
    """A database cannot be built or published; the message says why."""


def suggest_nearest(found: str, allowed: Iterable[str]) -> str:
    """Return ``did you mean …? `` for the nearest allowed value, or an empty string."""
    nearest = get_close_matches(found, list(allowed), n=1)
    return f"did you mean {nearest[0]}? " if nearest else ""
