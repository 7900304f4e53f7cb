"""Full text behind one face: what each kind of database searches with."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Connection, FromClause, Select, String, column, select

from app.queries.columns import Record
from app.queries.file_words import FileWords
from app.queries.server_words import ServerWords
from app.text import Language


class Index(Protocol):
    """A full-text index asked for some words; what a reader types is never an error."""

    @property
    def source(self) -> FromClause:
        """What to select from."""

    @property
    def matching(self) -> ColumnElement[Any]:
        """The condition that the texts of a row hold all words."""

    def columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Any]]:
        """Select the rank (the best is the least), the number of the row, and what is marked."""

    def marked(self, row: Record) -> Record:
        """Give title, snippet, other_title and other_snippet with marks around what was found."""


INDEXES: dict[str, Callable[[str], Index]] = {"sqlite": FileWords, "postgresql": ServerWords}


def index_of(connection: Connection) -> Callable[[str], Index]:
    """Choose the full-text index of a database."""
    return INDEXES[connection.dialect.name]


def with_words(
    connection: Connection,
    statement: Select[Any],
    code: Any,  # noqa: ANN401
    words: str | None,
    kind: str,
) -> Select[Any]:
    """Keep the records of a kind whose texts hold all words, or all where no words are given."""
    if words is None:
        return statement
    index = index_of(connection)(words)
    keys = select(column("code", String)).select_from(index.source)
    return statement.where(code.in_(keys.where(index.matching, column("kind") == kind)))
