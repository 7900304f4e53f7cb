"""Columns that several queries select, under dotted labels that become nested values."""

from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Label, RowMapping, func, inspect, null
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import aliased
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import SQLModel

from app.db.models import Source
from app.formatting import format_published_day, format_source_line
from app.i18n import Language

Table = type[SQLModel]
Record = dict[str, Any]
Row = RowMapping | Record


def localized_column(table: Any, name: str, language: Language) -> ColumnElement[Any]:
    """Select the column of a text in one language."""
    column: ColumnElement[Any] = getattr(table, f"{name}_{language}")
    return column


def alias_table(table: Table, name: str) -> Any:
    """Take a table once more under another name.

    Its columns are made here and not at their first use, when two threads that make them at the
    same time would leave a table that no statement can join for as long as the process lives.
    """
    found: Any = aliased(table, name=name)
    described: Any = inspect(found)
    described.selectable.c.keys()
    for key in described.mapper.attrs.keys():  # noqa: SIM118
        getattr(found, key).__clause_element__()
    return found


def select_reference(table: Any, prefix: str, language: Language) -> list[Label[Any]]:
    """Select the code and the name of a record."""
    return [
        table.code.label(f"{prefix}.code"),
        localized_column(table, "name", language).label(f"{prefix}.name"),
    ]


def select_unit(table: Any, prefix: str, language: Language) -> list[Label[Any]]:
    """Select what names a unit."""
    symbol = localized_column(table, "symbol", language).label(f"{prefix}.symbol")
    return [*select_reference(table, prefix, language), symbol]


def select_source(prefix: str, language: Language) -> list[Label[Any]]:
    """Select what names a source; ``with_line`` completes it."""
    return [
        Source.code.label(f"{prefix}.code"),  # type: ignore[attr-defined]
        localized_column(Source, "title", language).label(f"{prefix}.title"),
        localized_column(Source, "publisher", language).label(f"{prefix}.publisher"),
        Source.published_on.label(f"{prefix}.published_on"),  # type: ignore[attr-defined]
        Source.published_precision.label(  # type: ignore[attr-defined]
            f"{prefix}.published_precision"
        ),
        Source.standing.label(f"{prefix}.standing"),  # type: ignore[attr-defined]
        Source.address.label(f"{prefix}.address"),  # type: ignore[union-attr]
    ]


def add_source_line(named: Record, language: Language) -> Record:
    """Complete the selected columns of a source with its source line."""
    title, publisher = named.pop("title"), named.pop("publisher")
    published = format_published_day(named["published_on"], named["published_precision"], language)
    named["line"] = format_source_line(title, publisher, published, language)
    return named


@lru_cache(maxsize=1024)
def split_label(label: str) -> tuple[tuple[str, ...], str]:
    """Split a dotted label into the names of what it lies in, and its own."""
    *path, name = label.split(".")
    return tuple(path), name


def nest_row(row: Row) -> Record:
    """Turn a row with dotted labels into nested values."""
    nested: Record = {}
    for label, value in row.items():
        path, name = split_label(label)
        inner = nested
        for part in path:
            inner = inner.setdefault(part, {})
        inner[name] = value
    return nested


class UnindexedColumn(FunctionElement[Any]):
    """A column that is compared row by row, while rows are walked in an order."""

    inherit_cache = True


@compiles(UnindexedColumn, "sqlite")
def compile_unindexed_sqlite(
    element: UnindexedColumn, compiler: SQLCompiler, **options: Any
) -> str:
    """Hide the column from the planner of SQLite, which would leave the order for its index."""
    return f"coalesce({compiler.process(element.clauses, **options)}, NULL)"


@compiles(UnindexedColumn, "postgresql")
def compile_unindexed_postgresql(
    element: UnindexedColumn, compiler: SQLCompiler, **options: Any
) -> str:
    """Leave the column to the planner of PostgreSQL, which knows how many rows have a value."""
    return compiler.process(element.clauses, **options)


def ignore_index(column: Any) -> ColumnElement[Any]:
    """Compare a column in the course of a walk, and not by an index of its own."""
    compared = UnindexedColumn(column)
    compared.type = column.type
    return compared


def ignore_order(column: Any) -> ColumnElement[Any]:
    """Sort by a column, whatever index could give its order."""
    return func.coalesce(column, null())
