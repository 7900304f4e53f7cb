"""Segmentation of texts into words; each Chinese character is a word."""

import re
from unicodedata import normalize

IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SEPARATOR = "\u200b"
TERM = re.compile(r"\w+")
WORD = re.compile(r"[^\W_]+")
BETWEEN_IDEOGRAPHS = re.compile(f"(?<=[{IDEOGRAPHS}])(?=[^\\s])|(?<=[^\\s])(?=[{IDEOGRAPHS}])")


def segment_cjk(text: str) -> str:
    """Separate Chinese characters, so that a full-text index treats each as a word."""
    return BETWEEN_IDEOGRAPHS.sub(SEPARATOR, text)


def join_segments(text: str) -> str:
    """Undo ``segment_cjk``."""
    return text.replace(SEPARATOR, "")


def split_terms(text: str) -> list[str]:
    """Split a query into words and runs of Chinese characters."""
    return TERM.findall(text)


def find_word_spans(text: str) -> list[tuple[int, int]]:
    """Return the start and the end of each word of a segmented text."""
    return [match.span() for match in WORD.finditer(text)]


def fold_case(word: str) -> str:
    """Return a word in lower case and without accents, as searches compare it."""
    bare = "".join(letter for letter in normalize("NFD", word.lower()) if letter.isalnum())
    return bare or word
