"""Segmentation of texts into words; in Chinese each character is a word."""

import re
from unicodedata import normalize

IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"


SEPARATOR = "\u200b"


TERM = re.compile(r"\w+")


WORD = re.compile(r"[^\W_]+")


BETWEEN_IDEOGRAPHS = re.compile(f"(?<=[{IDEOGRAPHS}])(?=[^\\s])|(?<=[^\\s])(?=[{IDEOGRAPHS}])")


def segment_cjk(text: str) -> str:
    """Set each Chinese character apart, so that a search index takes it as a word of its own."""
    return BETWEEN_IDEOGRAPHS.sub(SEPARATOR, text)


def join_segments(text: str) -> str:
    """Undo ``separate``."""
    return text.replace(SEPARATOR, "")


def split_terms(text: str) -> list[str]:
    """Split what a reader types into words, and runs of Chinese characters."""
    return TERM.findall(text)


def find_word_spans(text: str) -> list[tuple[int, int]]:
    """Give the place of each word, which for Chinese is each character of a separated text."""
    return [match.span() for match in WORD.finditer(text)]


def fold_case(word: str) -> str:
    """Write a word without capitals and accents, as searches compare it."""
    bare = "".join(letter for letter in normalize("NFD", word.lower()) if letter.isalnum())
    return bare or word
