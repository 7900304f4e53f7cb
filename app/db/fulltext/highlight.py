"""Marks around what was searched for, in a whole text or in the best part of it."""

from collections.abc import Sequence

from app.db.fulltext.segmentation import find_word_spans

START, END, ELLIPSIS = "\x02", "\x03", "\x04"
SNIPPET_WORDS = 24

Spans = list[tuple[int, int]]
"""The first word and the word after the last one of each match."""


def find_phrases(lexemes: Sequence[str], phrases: Sequence[Sequence[str]]) -> Spans:
    """Find where phrases stand in a text; matches that overlap become one."""
    spans: Spans = []
    for start in range(len(lexemes)):
        for phrase in phrases:
            end = start + len(phrase)
            if lexemes[start:end] != list(phrase):
                continue
            if spans and start < spans[-1][1]:
                spans[-1] = (spans[-1][0], max(spans[-1][1], end))
            else:
                spans.append((start, end))
    return spans


def highlight_all(passage: str, spans: Spans) -> str:
    """Mark a whole text."""
    return highlight_part(passage, spans, 0, len(find_word_spans(passage)))


def highlight_snippet(passage: str, spans: Spans) -> str:
    """Mark the part of a text that holds the most matches."""
    count = len(find_word_spans(passage))
    starts = [0, *(start for start, _ in spans)]
    latest = max(0, count - SNIPPET_WORDS)
    first = max(
        (min(start, latest) for start in starts), key=lambda start: count_matches(spans, start)
    )
    return highlight_part(passage, spans, first, min(first + SNIPPET_WORDS, count))


def count_matches(spans: Spans, first: int) -> int:
    """Count the matches in the part that starts with a word."""
    return sum(first <= start and end <= first + SNIPPET_WORDS for start, end in spans)


def highlight_part(passage: str, spans: Spans, first: int, after: int) -> str:
    """Mark some words of a text, and say where it is cut."""
    places = find_word_spans(passage)
    cut_before, cut_behind = first > 0, after < len(places)
    begin = places[first][0] if cut_before else 0
    finish = places[after - 1][1] if cut_behind else len(passage)
    pieces, here = [ELLIPSIS if cut_before else ""], begin
    for start, end in spans:
        if first <= start and end <= after:
            left, right = places[start][0], places[end - 1][1]
            pieces += [passage[here:left], START, passage[left:right], END]
            here = right
    return "".join([*pieces, passage[here:finish], ELLIPSIS if cut_behind else ""])
