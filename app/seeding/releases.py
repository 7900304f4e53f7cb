"""The releases of a seed, oldest first, and what each of them changed."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from app.seeding.documents import Release
from app.seeding.faults import Fault
from app.seeding.history import RecordChange, Snapshot, differences, parsed, snapshot
from app.seeding.validation import Seed


def releases(seed: Seed) -> dict[str, Release]:
    """Give the releases by key, oldest first."""
    found = seed.all(Release)
    return dict(sorted(found.items(), key=lambda item: (item[1].date, item[1].number)))


def states(seed: Seed) -> Iterator[tuple[str, Snapshot]]:
    """Give what each release held: the past ones by their snapshots, the newest by the seed.

    A release without a snapshot was never frozen, so what it brought counts for the next one.
    """
    *past, newest = releases(seed)
    for key in past:
        if key in seed.history:
            yield key, parsed(seed.history[key])
    yield newest, snapshot(seed)


def changes(seed: Seed) -> Iterator[tuple[str, list[RecordChange], Snapshot, Snapshot]]:
    """Give what each release changed, with what was held before and after it."""
    before: Snapshot = {}
    for key, after in states(seed):
        yield key, differences(before, after), before, after
        before = after


def history_faults(seed: Seed) -> Iterator[Fault]:
    """Find snapshots that cannot be read, belong to no release, or tell of the newest one."""
    known = list(releases(seed))
    for key, text in seed.history.items():
        file = PurePosixPath("seed", "history", f"{key}.jsonl")
        try:
            frozen = parsed(text)
        except ValueError as error:
            yield Fault(
                file, int(str(error)), "", "is no record; restore the file as it was frozen"
            )
            continue
        if not frozen:
            yield Fault(file, 1, "", "holds no record; restore the file as it was frozen")
        elif key not in known:
            yield Fault(file, 1, "", f"there is no releases/{key}.yaml; restore it")
        elif key == known[-1] and frozen != snapshot(seed):
            words = "the seed has changed since; add a new file to releases/ for the changes"
            yield Fault(file, 1, "", words)
