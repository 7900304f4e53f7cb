"""The releases of a seed, oldest first, and what each of them changed."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from app.ingest.history import (
    RecordChange,
    Snapshot,
    list_differences,
    parse_snapshot,
    take_snapshot,
)
from app.ingest.issues import SeedIssue
from app.ingest.schema import Release
from app.ingest.validation import Seed


def list_releases(seed: Seed) -> dict[str, Release]:
    """Give the releases by key, oldest first."""
    found = seed.get_all(Release)
    return dict(sorted(found.items(), key=lambda item: (item[1].date, item[1].number)))


def read_states(seed: Seed) -> Iterator[tuple[str, Snapshot]]:
    """Give what each release held: the past ones by their snapshots, the newest by the seed.

    A release without a snapshot was never frozen, so what it brought counts for the next one.
    """
    *past, newest = list_releases(seed)
    for key in past:
        if key in seed.history:
            yield key, parse_snapshot(seed.history[key])
    yield newest, take_snapshot(seed)


def list_changes(seed: Seed) -> Iterator[tuple[str, list[RecordChange], Snapshot, Snapshot]]:
    """Give what each release changed, with what was held before and after it."""
    before: Snapshot = {}
    for key, after in read_states(seed):
        yield key, list_differences(before, after), before, after
        before = after


def check_history(seed: Seed) -> Iterator[SeedIssue]:
    """Find snapshots that cannot be read, belong to no release, or tell of the newest one."""
    known = list(list_releases(seed))
    for key, text in seed.history.items():
        file = PurePosixPath("seed", "history", f"{key}.jsonl")
        try:
            frozen = parse_snapshot(text)
        except ValueError as error:
            yield SeedIssue(
                file, int(str(error)), "", "is no record; restore the file as it was frozen"
            )
            continue
        if not frozen:
            yield SeedIssue(file, 1, "", "holds no record; restore the file as it was frozen")
        elif key not in known:
            yield SeedIssue(file, 1, "", f"there is no releases/{key}.yaml; restore it")
        elif key == known[-1] and frozen != take_snapshot(seed):
            words = "the seed has changed since; add a new file to releases/ for the changes"
            yield SeedIssue(file, 1, "", words)
