"""Full text on SQLite: FTS5, which also marks what it found."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Float, Integer, column, func, literal, literal_column

from app.db.columns import Record
from app.db.fulltext.highlight import ELLIPSIS, END, SNIPPET_WORDS, START
from app.db.fulltext.segmentation import segment_cjk, split_terms
from app.db.models import search_index
from app.i18n import Language

RANK = "bm25(search_index, 0, 0, 10.0, 1.0, 10.0, 1.0)"
COLUMN_INDEXES = {"title_en": 2, "text_en": 3, "title_zh": 4, "text_zh": 5}
NOTHING = '"\u2400"'


class SQLiteSearch:
    """FTS5, asked for some words."""

    source = search_index

    def __init__(self, words: str) -> None:
        self.matching = column("search_index").op("MATCH")(literal(build_match(words)))

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Any]]:
        """Select the rank, the number of the row, and the marked texts."""
        return (
            literal_column(RANK, Float).label("rank_value"),
            column("rowid", Integer).label("row_number"),
            highlight_function("highlight", f"title_{language}").label("title"),
            highlight_function("snippet", f"text_{language}").label("snippet"),
            highlight_function("snippet", f"text_{other}").label("other_snippet"),
            highlight_function("highlight", f"title_{other}").label("other_title"),
        )

    def highlight_row(self, row: Record) -> Record:
        """Give the row as it is; FTS5 has set the marks."""
        return row


def build_match(words: str) -> str:
    """Quote each word for FTS5: all must occur, a run of Chinese characters as a phrase."""
    return " ".join(f'"{segment_cjk(term)}"' for term in split_terms(words)) or NOTHING


def highlight_function(function: str, name: str) -> Any:
    """Ask FTS5 for a text with marks around what was searched for."""
    arguments = [column("search_index"), COLUMN_INDEXES[name], START, END]
    if function == "snippet":
        arguments += [ELLIPSIS, SNIPPET_WORDS]
    return getattr(func, function)(*arguments)
