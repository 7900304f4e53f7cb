"""What an editor sees of history: the difference of two data sets, and the frozen release."""

import io
from collections.abc import Iterable
from pathlib import Path

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.db import Database, SQLiteStore
from app.enums import ChangeKind
from app.ingest.build import load_valid_seed
from app.ingest.changelog import read_recorded
from app.ingest.history import RecordChange, Snapshot, format_snapshot, take_snapshot
from app.ingest.releases import list_releases
from app.ingest.validation import Seed

NO_VALUE = "nothing"
TABLE_WIDTH = 400


def read_records(path: Path) -> Snapshot:
    """Read every record of a seed folder or of a database file.

    Raises:
        SeedError: if the folder holds faults.
        DatabaseError: if the file is no database of this API.
    """
    if path.is_dir():
        return take_snapshot(load_valid_seed(path))
    database = Database(SQLiteStore(path))
    try:
        return database.read(read_recorded)
    finally:
        database.close()


def freeze_release(seed: Seed, folder: Path) -> Path:
    """Write the snapshot of the newest release beside those of the others."""
    newest = list(list_releases(seed))[-1]
    path = folder / "history" / f"{newest}.jsonl"
    path.parent.mkdir(exist_ok=True)
    path.write_text(format_snapshot(take_snapshot(seed)), encoding="utf-8")
    return path


def format_json(changes: Iterable[RecordChange]) -> str:
    """Write changes as a JSON list."""
    return msgspec.json.format(msgspec.json.encode(list(changes)), indent=2).decode() + "\n"


def format_table(changes: Iterable[RecordChange]) -> str:
    """Write changes as a table; a corrected or revised record shows each field's two values."""
    table = Table("Change", "Record", "Field", "Before", "After", box=SIMPLE_HEAD)
    count = 0
    for count, change in enumerate(changes, start=1):  # noqa: B007
        record = f"{change.collection}/{change.key}"
        if change.kind in {ChangeKind.ADDED, ChangeKind.REMOVED}:
            table.add_row(change.kind, Text(record))
            continue
        told = [one for one in change.fields if one.before != one.after]
        for index, one in enumerate(told):
            head = ("", "") if index else (str(change.kind), record)
            values = (one.before or NO_VALUE, one.after or NO_VALUE)
            table.add_row(*(Text(cell) for cell in (*head, one.field, *values)))
    if not count:
        return "The two hold the same.\n"
    console = Console(file=io.StringIO(), width=None if Console().is_terminal else TABLE_WIDTH)
    console.print(table)
    told_count = f"{count} records differ.\n" if count > 1 else "1 record differs.\n"
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in lines).strip("\n") + "\n" + told_count
