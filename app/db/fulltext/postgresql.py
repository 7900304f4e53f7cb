"""Full text on PostgreSQL: its stems and its index, with marks of our own.

Its parser is left out on both sides, since it takes and/or for the path of a file; so is its list
of common words. With the stemmer that FTS5 has, both kinds of database find the same.
"""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Double,
    Float,
    String,
    cast,
    column,
    func,
    literal_column,
    text,
    true,
)

from app.db.columns import Record
from app.db.fulltext.highlight import find_phrases, highlight_all, highlight_snippet
from app.db.fulltext.segmentation import find_word_spans as words_of
from app.db.fulltext.segmentation import fold_case, segment_cjk, split_terms
from app.db.models import lexeme_index
from app.i18n import Language

QUERY_PARAMETER = """
SELECT CAST(string_agg(joint || '''' || lexeme || '''', '' ORDER BY place) AS tsquery) AS query,
    array_agg(lexeme ORDER BY place) AS lexemes
FROM (
    SELECT joint, place, (ts_lexize('stem', word))[1] AS lexeme
    FROM unnest(CAST(:words AS text[]), CAST(:joints AS text[]))
        WITH ORDINALITY AS asked (word, joint, place)
) AS stemmed
"""
WEIGHTS: Any = literal_column("CAST('{0.1, 0.1, 0.1, 1.0}' AS real[])")
BY_LENGTH = 1


class PostgresSearch:
    """The index of stems, asked for some words."""

    def __init__(self, words: str) -> None:
        self.phrases = split_phrases(words)
        pairs = [
            (word, " <-> " if index else " & " if number else "")
            for number, phrase in enumerate(self.phrases)
            for index, word in enumerate(phrase)
        ]
        statement = text(QUERY_PARAMETER).bindparams(
            words=[word for word, _ in pairs], joints=[joint for _, joint in pairs]
        )
        asked = statement.columns(column("query"), column("lexemes", ARRAY(String))).cte("asked")
        self.asked = asked.c
        self.source = lexeme_index.join(asked, true())
        self.matching = lexeme_index.c.vector.op("@@")(asked.c.query)

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Any]]:
        """Select the rank, the number of the row, and the texts with their stems."""
        vector = lexeme_index.c.vector
        rank = func.ts_rank(WEIGHTS, vector, self.asked.query, BY_LENGTH, type_=Float)
        texts = {
            "title": f"title_{language}",
            "snippet": f"text_{language}",
            "other_title": f"title_{other}",
            "other_snippet": f"text_{other}",
        }
        return (
            (-cast(rank, Double)).label("rank_value"),
            lexeme_index.c.id.label("row_number"),
            self.asked.lexemes.label("asked"),
            *(lexeme_index.c[name].label(label) for label, name in texts.items()),
            *(
                lexeme_index.c[f"{name}_lexemes"].label(f"{label}_lexemes")
                for label, name in texts.items()
            ),
        )

    def highlight_row(self, row: Record) -> Record:
        """Mark the texts by their stems."""
        stems = iter(row["asked"])
        wanted = [list(islice(stems, len(phrase))) for phrase in self.phrases]
        marks = {
            "title": highlight_all,
            "snippet": highlight_snippet,
            "other_title": highlight_all,
            "other_snippet": highlight_snippet,
        }
        return row | {
            name: mark(row[name], find_phrases(row[f"{name}_lexemes"].split(), wanted))
            for name, mark in marks.items()
        }


def split_phrases(words: str) -> list[list[str]]:
    """Split what is asked for: all must occur, a run of Chinese characters as a phrase."""
    runs = [segment_cjk(term) for term in split_terms(words)]
    split = [[fold_case(run[start:end]) for start, end in words_of(run)] for run in runs]
    return [phrase for phrase in split if phrase]
