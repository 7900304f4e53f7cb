"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL, with the same results.

PostgreSQL's own parser is not used, since it takes "and/or" for the path of a file, nor is its list
of stop words. The index stores the stems of the Porter stemmer, which FTS5 uses too, and the
matches are highlighted here.
"""

import re
from collections.abc import Sequence
from itertools import islice
from unicodedata import normalize

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Double,
    Float,
    Integer,
    String,
    and_,
    case,
    cast,
    column,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
)

from app.db.columns import Column, Record, Statement, Value
from app.db.models import lexeme_index, search_index
from app.i18n import Language

START, END, ELLIPSIS = "\x02", "\x03", "\x04"
"""Marks before and after a match, and where a snippet is cut."""
SNIPPET_WORDS = 24
RANK = "bm25(search_index, 0, 0, 10.0, 1.0, 10.0, 1.0, 5.0, 1.0)"
NAME_RANK = -1e6
"""The rank of a record that the query names, before all others; ties are in the order of rows."""
COLUMN_INDEXES = {"title_en": 2, "text_en": 3, "title_zh": 4, "text_zh": 5}
NO_MATCH = '"\u2400"'
STEM_QUERY = """
SELECT CAST(string_agg(operator || '''' || lexeme || '''', '' ORDER BY place) AS tsquery) AS query,
    array_agg(lexeme ORDER BY place) AS lexemes
FROM (
    SELECT operator, place, (ts_lexize('stem', word))[1] AS lexeme
    FROM unnest(CAST(:words AS text[]), CAST(:operators AS text[]))
        WITH ORDINALITY AS searched (word, operator, place)
) AS stemmed
"""
WEIGHTS: ColumnElement[Value] = literal_column("CAST('{0.1, 0.1, 0.5, 1.0}' AS real[])")
BY_LENGTH = 1
"""The normalization of ts_rank that divides by the logarithm of the length."""

Spans = list[tuple[int, int]]
"""For each match, the index of its first word and of the word after its last."""


class SQLiteSearch:
    source = search_index

    def __init__(self, words: str) -> None:
        self.matching = column("search_index").op("MATCH")(literal(build_match(words)))
        self.is_named = build_name_condition(words)

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Value]]:
        return (
            case((self.is_named, NAME_RANK), else_=literal_column(RANK, Float)).label("rank_value"),
            column("rowid", Integer).label("row_number"),
            highlight_function("highlight", f"title_{language}").label("title"),
            highlight_function("snippet", f"text_{language}").label("snippet"),
            highlight_function("snippet", f"text_{other}").label("other_snippet"),
            highlight_function("highlight", f"title_{other}").label("other_title"),
        )

    def highlight_row(self, row: Record) -> Record:
        """Return the row, which FTS5 has already highlighted."""
        return row


class PostgresSearch:
    def __init__(self, words: str) -> None:
        self.phrases = split_phrases(words)
        self.is_named = build_name_condition(words)
        pairs = [
            (word, " <-> " if index else " & " if number else "")
            for number, phrase in enumerate(self.phrases)
            for index, word in enumerate(phrase)
        ]
        statement = text(STEM_QUERY).bindparams(
            words=[word for word, _ in pairs], operators=[operator for _, operator in pairs]
        )
        query = statement.columns(column("query"), column("lexemes", ARRAY(String))).cte("search")
        self.query = query.c
        self.source = lexeme_index.join(query, true())
        self.matching = lexeme_index.c.vector.op("@@")(query.c.query)

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Value]]:
        vector = lexeme_index.c.vector
        rank = func.ts_rank(WEIGHTS, vector, self.query.query, BY_LENGTH, type_=Float)
        texts = {
            "title": f"title_{language}",
            "snippet": f"text_{language}",
            "other_title": f"title_{other}",
            "other_snippet": f"text_{other}",
        }
        return (
            case((self.is_named, NAME_RANK), else_=-cast(rank, Double)).label("rank_value"),
            lexeme_index.c.id.label("row_number"),
            self.query.lexemes.label("lexemes"),
            *(lexeme_index.c[name].label(label) for label, name in texts.items()),
            *(
                lexeme_index.c[f"{name}_lexemes"].label(f"{label}_lexemes")
                for label, name in texts.items()
            ),
        )

    def highlight_row(self, row: Record) -> Record:
        lexemes = iter(row["lexemes"])
        phrases = [list(islice(lexemes, len(phrase))) for phrase in self.phrases]
        highlighters = {
            "title": highlight_all,
            "snippet": highlight_snippet,
            "other_title": highlight_all,
            "other_snippet": highlight_snippet,
        }
        return row | {
            name: highlight(row[name], find_phrases(row[f"{name}_lexemes"].split(), phrases))
            for name, highlight in highlighters.items()
        }


SearchIndex = SQLiteSearch | PostgresSearch
"""A full-text index with a query. ``select_columns`` selects the rank (lower is better), the row
number, and what ``highlight_row`` needs to mark the matches in titles and snippets."""


def search_text(connection: Connection, words: str) -> SearchIndex:
    is_sqlite = connection.dialect.name == "sqlite"
    return SQLiteSearch(words) if is_sqlite else PostgresSearch(words)


def filter_by_text(
    connection: Connection, statement: Statement, code: Column, words: str, kind: str
) -> Statement:
    index = search_text(connection, words)
    codes = select(column("code", String)).select_from(index.source)
    return statement.where(code.in_(codes.where(index.matching, column("kind") == kind)))


def build_match(words: str) -> str:
    """Return a query of FTS5 for all words, with each run of Chinese characters as a phrase."""
    return " ".join(f'"{segment_cjk(term)}"' for term in split_terms(words)) or NO_MATCH


def build_name_condition(words: str) -> ColumnElement[bool]:
    """Return the condition that the query is a name of a record, or a name and years."""
    years = YEAR.findall(words)
    parts = [YEAR.sub(" ", words), *(year.removesuffix("年") for year in years)]
    named = [normalize_name(part) for part in parts]
    conditions = [has_name(normalize_name(words))]
    if years:
        conditions.append(and_(*(has_name(name) for name in named if name)))
    return or_(*conditions)


def has_name(name: str) -> ColumnElement[bool]:
    """Return the condition that a record has a name, in the singular or in the plural."""
    names = column("names", String)
    forms = sorted({name, f"{name}s", name.removesuffix("s")} - {"", "s"})
    return or_(false(), *(names.contains(f"|{form}|", autoescape=True) for form in forms))


def highlight_function(function: str, name: str) -> ColumnElement[Value]:
    arguments = [column("search_index"), COLUMN_INDEXES[name], START, END]
    if function == "snippet":
        arguments += [ELLIPSIS, SNIPPET_WORDS]
    call: ColumnElement[Value] = getattr(func, function)(*arguments)
    return call


def split_phrases(words: str) -> list[list[str]]:
    """Split a query into its terms, each a list of words; Chinese characters are words."""
    runs = [segment_cjk(term) for term in split_terms(words)]
    split = [[fold_case(run[start:end]) for start, end in find_word_spans(run)] for run in runs]
    return [phrase for phrase in split if phrase]


def find_phrases(lexemes: Sequence[str], phrases: Sequence[Sequence[str]]) -> Spans:
    """Return where phrases occur in a text; overlapping matches are merged."""
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
    return highlight_part(passage, spans, 0, len(find_word_spans(passage)))


def highlight_snippet(passage: str, spans: Spans) -> str:
    """Mark the matches in the part of a text that contains the most of them."""
    count = len(find_word_spans(passage))
    starts = [0, *(start for start, _ in spans)]
    latest = max(0, count - SNIPPET_WORDS)

    def count_matches(first: int) -> int:
        return sum(first <= start and end <= first + SNIPPET_WORDS for start, end in spans)

    first = max((min(start, latest) for start in starts), key=count_matches)
    return highlight_part(passage, spans, first, min(first + SNIPPET_WORDS, count))


def highlight_part(passage: str, spans: Spans, first: int, after: int) -> str:
    """Cut a text to some of its words, mark the matches and the cuts."""
    words = find_word_spans(passage)
    cut_start, cut_end = first > 0, after < len(words)
    position = words[first][0] if cut_start else 0
    stop = words[after - 1][1] if cut_end else len(passage)
    parts = [ELLIPSIS if cut_start else ""]
    for start, end in spans:
        if first <= start and end <= after:
            left, right = words[start][0], words[end - 1][1]
            parts += [passage[position:left], START, passage[left:right], END]
            position = right
    return "".join([*parts, passage[position:stop], ELLIPSIS if cut_end else ""])


IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
SEPARATOR = "\u200b"
TERM = re.compile(r"\w+(?:(?<=\d)[.,](?=\d)\w+)*")
"""A term of a query; the parts of 22.1 and 2,000 are searched as a phrase."""
WORD = re.compile(r"[^\W_]+")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)年?")
BETWEEN_IDEOGRAPHS = re.compile(f"(?<=[{IDEOGRAPHS}])(?=[^\\s])|(?<=[^\\s])(?=[{IDEOGRAPHS}])")


def segment_cjk(text: str) -> str:
    """Separate Chinese characters, so that a full-text index treats each as a word."""
    return BETWEEN_IDEOGRAPHS.sub(SEPARATOR, text)


def join_segments(text: str) -> str:
    return text.replace(SEPARATOR, "")


def split_terms(text: str) -> list[str]:
    """Split a query into the terms that must all match; a year is a term of its own: 2024年贸易."""
    return TERM.findall(YEAR.sub(r" \g<0> ", text))


def find_word_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORD.finditer(text)]


def normalize_name(name: str) -> str:
    """Return the words of a name as the index stores it; Chinese characters are words."""
    segmented = segment_cjk(name)
    return " ".join(fold_case(segmented[start:end]) for start, end in find_word_spans(segmented))


def fold_case(word: str) -> str:
    """Return a word in lower case and without accents, as searches compare it."""
    bare = "".join(letter for letter in normalize("NFD", word.lower()) if letter.isalnum())
    return bare or word
