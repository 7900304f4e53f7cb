"""What is wrong with seed files, told so that an editor can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from app.problems.suggestions import find_nearest


@dataclass(frozen=True, order=True)
class SeedIssue:
    """One mistake in one seed file: where it is, what was found, what would be right."""

    file: PurePosixPath
    line: int
    field: str
    message: str

    def __str__(self) -> str:
        """Write the fault as one line that editors and terminals can jump to."""
        field = f" {self.field}:" if self.field else ""
        return f"{self.file}:{self.line}:{field} {self.message}"


class SeedError(Exception):
    """The seed has faults; all of them are in ``faults``, sorted by file and line."""

    def __init__(self, faults: list[SeedIssue]) -> None:
        self.issues = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.issues))


def suggest_nearest(found: str, allowed: Iterable[str]) -> str:
    """Suggest the nearest allowed word, or say nothing."""
    nearest = find_nearest(found, allowed)
    return f"did you mean {nearest}? " if nearest else ""


class BuildError(Exception):
    """The database cannot be put in place; the message says why."""
