"""What PostgreSQL searches: the stem of every word of every text, and where it stands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from app.db.fulltext.segmentation import find_word_spans, fold_case
from app.db.models import SEARCHED_COLUMNS

STEMS = text(
    "SELECT word, (ts_lexize('stem', word))[1] FROM unnest(CAST(:words AS text[])) AS known (word)"
)
SEPARATORS = 10
"""The distance between two texts, so that no phrase runs from one into the next."""
MAX_POSITION = 16_383


def build_lexeme_rows(
    connection: Connection, index: Iterable[Mapping[str, str]]
) -> list[dict[str, Any]]:
    """Complete the rows of the full-text index with stems and their places."""
    rows = list(index)
    spelled = {row[name]: split_words(row[name]) for row in rows for name in SEARCHED_COLUMNS}
    known = sorted({word for found in spelled.values() for word in found})
    stems = {row[0]: row[1] for row in connection.execute(STEMS, {"words": known})}
    return [
        {"id": number, **row, **build_vectors(row, spelled, stems)}
        for number, row in enumerate(rows, start=1)
    ]


def split_words(passage: str) -> list[str]:
    """Split a text into words as searches compare them."""
    return [fold_case(passage[start:end]) for start, end in find_word_spans(passage)]


def build_vectors(
    row: Mapping[str, str], spelled: Mapping[str, Sequence[str]], stems: Mapping[str, str]
) -> dict[str, str]:
    """Give the stems of a row's texts one by one, and all of them with their places."""
    found, places, place = {}, [], 0
    for name in SEARCHED_COLUMNS:
        lexemes = [stems[word] for word in spelled[row[name]]]
        found[f"{name}_lexemes"] = " ".join(lexemes)
        weight = "A" if name.startswith("title") else "D"
        for place, lexeme in enumerate(lexemes, start=place + SEPARATORS):  # noqa: B020
            places.append(f"'{lexeme}':{min(place, MAX_POSITION)}{weight}")
    return found | {"vector": " ".join(places)}
