"""Full text behind one face: what each kind of database searches with."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, FromClause, Select, String, column, select

from app.db.columns import Record
from app.db.fulltext.postgresql import PostgresSearch
from app.db.fulltext.sqlite import SQLiteSearch
from app.i18n import Language


class SearchIndex(Protocol):
    """A full-text index asked for some words; what a reader types is never an error."""

    @property
    def source(self) -> FromClause:
        """What to select from."""

    @property
    def matching(self) -> ColumnElement[Any]:
        """The condition that the texts of a row hold all words."""

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Any]]:
        """Select the rank (the best is the least), the number of the row, and what is marked."""

    def highlight_row(self, row: Record) -> Record:
        """Give title, snippet, other_title and other_snippet with marks around what was found."""


INDEXES: dict[str, Callable[[str], SearchIndex]] = {
    "sqlite": SQLiteSearch,
    "postgresql": PostgresSearch,
}


def get_search_index(connection: Connection) -> Callable[[str], SearchIndex]:
    """Choose the full-text index of a database."""
    return INDEXES[connection.dialect.name]


def filter_by_text(
    connection: Connection,
    statement: Select[Any],
    code: Any,
    words: str | None,
    kind: str,
) -> Select[Any]:
    """Keep the records of a kind whose texts hold all words, or all where no words are given."""
    if words is None:
        return statement
    index = get_search_index(connection)(words)
    keys = select(column("code", String)).select_from(index.source)
    return statement.where(code.in_(keys.where(index.matching, column("kind") == kind)))
