"""Marks around what was searched for, in a whole text or in the best part of it."""

from collections.abc import Sequence

from app.text import words

START, END, CUT = "\x02", "\x03", "\x04"
SNIPPET_WORDS = 24

Spans = list[tuple[int, int]]
"""The first word and the word after the last one of each match."""


def found(lexemes: Sequence[str], phrases: Sequence[Sequence[str]]) -> Spans:
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


def whole(passage: str, spans: Spans) -> str:
    """Mark a whole text."""
    return part(passage, spans, 0, len(words(passage)))


def snippet(passage: str, spans: Spans) -> str:
    """Mark the part of a text that holds the most matches."""
    count = len(words(passage))
    starts = [0, *(start for start, _ in spans)]
    latest = max(0, count - SNIPPET_WORDS)
    first = max((min(start, latest) for start in starts), key=lambda start: held(spans, start))
    return part(passage, spans, first, min(first + SNIPPET_WORDS, count))


def held(spans: Spans, first: int) -> int:
    """Count the matches in the part that starts with a word."""
    return sum(first <= start and end <= first + SNIPPET_WORDS for start, end in spans)


def part(passage: str, spans: Spans, first: int, after: int) -> str:
    """Mark some words of a text, and say where it is cut."""
    places = words(passage)
    cut_before, cut_behind = first > 0, after < len(places)
    begin = places[first][0] if cut_before else 0
    finish = places[after - 1][1] if cut_behind else len(passage)
    pieces, here = [CUT if cut_before else ""], begin
    for start, end in spans:
        if first <= start and end <= after:
            left, right = places[start][0], places[end - 1][1]
            pieces += [passage[here:left], START, passage[left:right], END]
            here = right
    return "".join([*pieces, passage[here:finish], CUT if cut_behind else ""])
