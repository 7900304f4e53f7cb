"""Turn what a reader types into a full-text query that is never an error."""

import re

from sqlalchemy import Select, String, column, literal, select

from app.models import search_index
from app.text import separate

TERM = re.compile(r"\w+")
NOTHING = '"\u2400"'


def match_expression(words: str) -> str:
    """Quote each word for FTS5: all must occur, a run of Chinese characters as a phrase."""
    terms = TERM.findall(words)
    return " ".join(f'"{separate(term)}"' for term in terms) or NOTHING


def holding(words: str, kind: str) -> Select[str]:
    """Select the keys of the records of a kind whose texts hold all words."""
    return (
        select(column("code", String))
        .select_from(search_index)
        .where(column("search_index").op("MATCH")(literal(match_expression(words))))
        .where(column("kind") == kind)
    )
