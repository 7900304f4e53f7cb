"""Compare the records of two databases or seed folders."""

import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

import msgspec
from rich.console import Console
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import Connection, Table, func, inspect, select
from sqlmodel import SQLModel, col

from app.db import SCHEMA_REVISION, Database, DatabaseError, FileLimits, SQLiteStore, models
from app.db.models import format_plain
from app.enums import ChangeKind
from app.i18n import Language
from app.ingest import schema
from app.ingest.build import load_valid_seed
from app.ingest.history import Fields, RecordChange, Snapshot, collect_reasons, list_releases
from app.ingest.rows import MODELS, Row, build_rows, get_sql_table, list_links, map_columns

LIST_TABLES: dict[type[SQLModel], tuple[type[schema.Entity], str, str]] = {
    models.EventSpeaker: (schema.Event, "speakers", "event_id"),
    models.SeriesBreak: (schema.Series, "breaks", "series_id"),
    models.ProgressReport: (schema.Progress, "reports", "progress_id"),
    models.CommitmentReading: (schema.Commitment, "readings", "commitment_id"),
}
"""The tables of lists in files: the collection, the field, and the column of the owner."""
OWNER_COLUMNS = frozenset(["position", *(column for _, _, column in LIST_TABLES.values())])
Result = TypeVar("Result")
Codes = Mapping[type[schema.Entity], Mapping[object, str]]
MAX_WIDTH = 100
NO_VALUE = "(none)"


def read_records(path: Path) -> Snapshot:
    """Read all records of a seed folder or a database file, in the form that the tables store."""
    if path.is_dir():
        return collect_records(build_rows(load_valid_seed(path), "", SCHEMA_REVISION))
    return read_database(path, lambda connection: collect_records(read_seed_rows(connection)))


def read_corrections(path: Path) -> set[str]:
    """Read which records the newest release of a seed folder or a database file corrects."""
    if path.is_dir():
        newest = list(list_releases(load_valid_seed(path)).values())[-1]
        return set(collect_reasons(newest))
    newest_entry = select(func.max(models.ReleaseEntry.id)).scalar_subquery()
    corrected = (
        select(col(models.Change.collection), col(models.Change.record))
        .where(col(models.Change.kind) == ChangeKind.CORRECTED)
        .where(col(models.Change.release_entry_id) == newest_entry)
    )
    rows = read_database(path, lambda connection: connection.execute(corrected).all())
    return {f"{collection}/{key}" for collection, key in rows}


def read_database(path: Path, query: Callable[[Connection], Result]) -> Result:
    """Query a file, also one that was changed after its build and would not be served."""
    with closing(Database(SQLiteStore(path, FileLimits(max_copied=0)))) as database:
        if database.file is not None:
            database.file.check_structure()
        try:
            return database.read(query)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # A value may not be of its type, and a reference may lead to no row.
            reason = f"a row cannot be read ({error!r}); rebuild it with 'bri build'"
            raise DatabaseError(f"{path} is damaged: {reason}") from None


def read_seed_rows(connection: Connection) -> Iterator[Row]:
    """Read the rows that come from seed files, in the order in which a build writes them.

    A database of an older revision lacks tables and columns: it has no rows and no values there.
    """
    links = [link.table for kind in MODELS for link in list_links(kind)]
    passages = (models.Passage, models.PassageDifference)
    tables: list[type[SQLModel] | Table] = [*MODELS.values(), *LIST_TABLES, *passages, *links]
    inspector = inspect(connection)
    existing = set(inspector.get_table_names())
    for model in tables:
        table = get_sql_table(model)
        if table.name not in existing:
            continue
        names = {column["name"] for column in inspector.get_columns(table.name)}
        columns = [column for column in table.columns if column.name in names]
        nothing = dict.fromkeys(table.columns.keys())
        for row in connection.execute(select(*columns).order_by(*table.primary_key)).mappings():
            yield model, nothing | {str(name): value for name, value in row.items()}


def collect_records(rows: Iterable[Row]) -> Snapshot:
    """Convert rows back to the fields of the seed; derived columns are left out.

    Both sides of a comparison pass through here, so equal records are equal however they were
    spelled or stored.
    """
    kinds: Mapping[object, type[schema.Entity]] = {table: kind for kind, table in MODELS.items()}
    links = {link.table: (kind, link) for kind in MODELS for link in list_links(kind)}
    codes: dict[type[schema.Entity], dict[object, str]] = defaultdict(dict)
    lists: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    records: Snapshot = {}
    passages: dict[object, tuple[Fields, str]] = {}
    for table, row in rows:
        if kind := kinds.get(table):
            code = codes[kind][row["id"]] = str(row["code"])
            targets = {one.field: one.target for one in schema.list_references(kind)}
            records[kind.collection, code] = {
                path: codes[targets[path]][value] if path in targets else format_field(value)
                for path, column in map_columns(kind).items()
                if (value := row.get(column)) is not None
            }
        elif table in links:
            kind, link = links[table]
            owner = codes[kind][row[link.owner_column]]
            target = codes[link.target][row[link.target_column]]
            lists[kind.collection, owner, link.field].append(target)
        elif table in LIST_TABLES:
            kind, field, owner_column = LIST_TABLES[table]
            record = records[kind.collection, codes[kind][row[owner_column]]]
            record |= collect_fields(table, row, codes, field)
        elif table is models.Passage:
            source = records[schema.Source.collection, codes[schema.Source][row["source_id"]]]
            passages[row["id"]] = source, f"passages[{row['locator']}]"
            source |= collect_texts(row, f"passages[{row['locator']}].note", "note")
        elif table is models.PassageDifference:
            source, path = passages[row["passage_id"]]
            path = f"{path}.differences[{row['position']}]"
            source |= {f"{path}.source": codes[schema.Source][row["source_id"]]}
            source |= {f"{path}.locator": str(row["locator"])}
            source |= collect_texts(row, f"{path}.text", "text")
    for (collection, owner, field), found in lists.items():
        items = {f"{field}[{index}]": code for index, code in enumerate(sorted(found))}
        records[collection, owner] |= items
    return records


def collect_fields(
    table: type[SQLModel], row: Mapping[str, object], codes: Codes, field: str
) -> Fields:
    if table is models.SeriesBreak:
        return collect_texts(row, f"{field}[{format_field(row['start'])}]", "note")
    path = f"{field}[{row['position']}]"
    if table is models.EventSpeaker:
        names, offices = (collect_texts(row, f"{path}.{one}", one) for one in ("name", "office"))
        return names | offices
    targets: dict[str, type[schema.Entity]] = {"source_id": schema.Source, "unit_id": schema.Unit}
    own = {name: value for name, value in row.items() if name not in OWNER_COLUMNS}
    return {
        f"{path}.{name}": codes[targets[name]][value] if name in targets else format_field(value)
        for name, value in own.items()
        if value is not None
    }


def collect_texts(row: Mapping[str, object], path: str, column: str) -> Fields:
    texts = {f"{path}.{language}": row[f"{column}_{language}"] for language in Language}
    return {name: str(text) for name, text in texts.items() if text is not None}


def format_field(value: object) -> str:
    if isinstance(value, Decimal):
        return format_plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def format_json(changes: Iterable[RecordChange]) -> str:
    return msgspec.json.format(msgspec.json.encode(list(changes)), indent=2).decode() + "\n"


def format_changes(changes: Iterable[RecordChange]) -> str:
    listed = list(changes)
    if not listed:
        return "No differences.\n"
    console = Console(file=io.StringIO(), width=MAX_WIDTH, highlight=False, soft_wrap=False)
    for change in listed:
        name = Text(f"{change.kind:9}  {change.collection}/{change.key}")
        console.print(name, soft_wrap=True)  # A key can be copied only from one line.
        if change.kind not in {ChangeKind.ADDED, ChangeKind.REMOVED}:
            for field in change.fields:
                if field.before != field.after:
                    print_field(console, field.field, field.before, field.after)
    count = f"{len(listed)} records differ" if len(listed) > 1 else "1 record differs"
    lines = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    return "".join(f"{line.rstrip()}\n" for line in (*lines, f"{count}."))


def print_field(console: Console, name: str, before: str | None, after: str | None) -> None:
    old, new = before or NO_VALUE, after or NO_VALUE
    lines = [(4, f"{name}: {old} → {new}")]
    if Text(lines[0][1]).cell_len + 4 > MAX_WIDTH:
        lines = [(4, f"{name}:"), (6, f"- {old}"), (6, f"+ {new}")]
    for indent, line in lines:
        console.print(Padding(Text(line), (0, 0, 0, indent)))
