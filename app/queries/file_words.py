"""Full text on SQLite: FTS5, which also marks what it found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, column, func, literal, literal_column

from app.models import search_index
from app.queries.columns import Record
from app.queries.marks import CUT, END, SNIPPET_WORDS, START
from app.text import Language, separate, terms

RANK = "bm25(search_index, 0, 0, 10.0, 1.0, 10.0, 1.0)"
PLACES = {"title_en": 2, "text_en": 3, "title_zh": 4, "text_zh": 5}
NOTHING = '"\u2400"'


class FileWords:
    """FTS5, asked for some words."""

    source = search_index

    def __init__(self, words: str) -> None:
        self.matching = column("search_index").op("MATCH")(literal(expression(words)))

    def columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Any]]:
        """Select the rank, the number of the row, and the marked texts."""
        return (
            literal_column(RANK, Float).label("rank_value"),
            column("rowid", Integer).label("row_number"),
            marking("highlight", f"title_{language}").label("title"),
            marking("snippet", f"text_{language}").label("snippet"),
            marking("snippet", f"text_{other}").label("other_snippet"),
            marking("highlight", f"title_{other}").label("other_title"),
        )

    def marked(self, row: Record) -> Record:
        """Give the row as it is; FTS5 has set the marks."""
        return row


def expression(words: str) -> str:
    """Quote each word for FTS5: all must occur, a run of Chinese characters as a phrase."""
    return " ".join(f'"{separate(term)}"' for term in terms(words)) or NOTHING


def marking(function: str, name: str) -> Any:  # noqa: ANN401
    """Ask FTS5 for a text with marks around what was searched for."""
    arguments = [column("search_index"), PLACES[name], START, END]
    if function == "snippet":
        arguments += [CUT, SNIPPET_WORDS]
    return getattr(func, function)(*arguments)
