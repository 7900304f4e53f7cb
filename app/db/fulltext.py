"""Full-text search: FTS5 on SQLite, tsvector on PostgreSQL, with the same hits in the same order.

Records that the query names come first, then figures of the year or with the number in it, then
records other than sources with all its words in the title, then all others, each in the order of
the rows. The ranks of the two databases are not used: they weigh the same words differently.

PostgreSQL's own parser is not used, since it takes "and/or" for the path of a file, nor is its list
of stop words. The index stores the stems of the Porter stemmer, which FTS5 uses too, for words of
at least three bytes, and the matches are highlighted here.
"""

import re
from collections.abc import Sequence
from itertools import chain, islice
from unicodedata import normalize

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Label,
    String,
    and_,
    bindparam,
    case,
    column,
    func,
    or_,
    select,
    text,
    true,
)

from app.db.columns import Record, Statement, Value
from app.db.models import lexeme_index, search_index
from app.enums import SearchKind
from app.i18n import IDEOGRAPHS, Language

START, END, ELLIPSIS = "\x02", "\x03", "\x04"
"""Marks before and after a match, and where a snippet is cut."""
SNIPPET_WORDS = 24
NAME_RANK, FIGURE_RANK, TITLE_RANK, TEXT_RANK = range(4)
FIGURES = (SearchKind.OBSERVATION, SearchKind.GROWTH_RATE)
TITLE_COLUMNS = "{title_en title_zh}"
WHOLE_PATTERNS = ("name", "plural_name", "singular_name")
REST_PATTERNS = ("rest", "plural_rest", "singular_rest")
NUMBER_PATTERNS = ("first_number", "second_number")
"""The parameters of the patterns for the whole query, and for its rest and its numbers."""
NO_NAME, ANY_NAME = "", "%"
NO_MATCH = '"\u2400"'
STEM_QUERY = r"""
SELECT CAST(string_agg(operator || '''' || lexeme || '''', '' ORDER BY place) AS tsquery) AS query,
    CAST(string_agg(operator || '''' || lexeme || '''\:A', '' ORDER BY place) AS tsquery) AS titles,
    array_agg(lexeme ORDER BY place) AS lexemes
FROM (
    SELECT operator, place,
        CASE WHEN octet_length(word) < 3 THEN word ELSE (ts_lexize('stem', word))[1] END AS lexeme
    FROM unnest(CAST(:words AS text[]), CAST(:operators AS text[]))
        WITH ORDINALITY AS searched (word, operator, place)
) AS stemmed
"""

Spans = list[tuple[int, int]]
"""For each match, the index of its first word and of the word after its last."""


class SQLiteSearch:
    source = search_index
    matching = column("search_index").op("MATCH")(bindparam("match"))
    title_matching = column("rowid", Integer).in_(
        select(column("rowid", Integer))
        .select_from(search_index)
        .where(column("search_index").op("MATCH")(bindparam("title_match")))
    )

    def bind_words(self, words: str) -> Record:
        match = build_match(words)
        titles = {"title_match": f"{TITLE_COLUMNS} : ({match})"}
        return {"match": match, **titles, **build_name_patterns(words)}

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Value]]:
        return (
            build_rank(self.title_matching),
            column("rowid", Integer).label("row_number"),
            build_highlight_call("highlight", f"title_{language}").label("title"),
            build_highlight_call("snippet", f"text_{language}").label("snippet"),
            build_highlight_call("snippet", f"text_{other}").label("other_snippet"),
            build_highlight_call("highlight", f"title_{other}").label("other_title"),
        )

    def highlight_rows(self, rows: Sequence[Record], words: str) -> Sequence[Record]:  # noqa: ARG002 - for PostgreSQL
        """Return the rows, which FTS5 has already highlighted."""
        return rows


class PostgresSearch:
    def __init__(self) -> None:
        statement = text(STEM_QUERY).columns(
            column("query"), column("titles"), column("lexemes", ARRAY(String))
        )
        query = statement.cte("search")
        vector = lexeme_index.c.vector
        self.query = query.c
        self.source = lexeme_index.join(query, true())
        self.matching = vector.op("@@")(query.c.query)
        self.title_matching: ColumnElement[bool] = vector.op("@@")(query.c.titles)

    def bind_words(self, words: str) -> Record:
        pairs = [
            (word, " <-> " if index else " & " if number else " | " if reading else "")
            for reading, phrases in enumerate(split_readings(words))
            for number, phrase in enumerate(phrases)
            for index, word in enumerate(phrase)
        ]
        return {
            "words": [word for word, _ in pairs],
            "operators": [operator for _, operator in pairs],
            **build_name_patterns(words),
        }

    def select_columns(self, language: Language, other: Language) -> Sequence[ColumnElement[Value]]:
        texts = {
            "title": f"title_{language}",
            "snippet": f"text_{language}",
            "other_title": f"title_{other}",
            "other_snippet": f"text_{other}",
        }
        return (
            build_rank(self.title_matching),
            lexeme_index.c.id.label("row_number"),
            self.query.lexemes.label("lexemes"),
            *(lexeme_index.c[name].label(label) for label, name in texts.items()),
            *(
                lexeme_index.c[f"{name}_lexemes"].label(f"{label}_lexemes")
                for label, name in texts.items()
            ),
        )

    def highlight_rows(self, rows: Sequence[Record], words: str) -> Sequence[Record]:
        readings = split_readings(words)
        return [self.highlight_row(row, readings) for row in rows]

    def highlight_row(self, row: Record, searched: Sequence[Sequence[Sequence[str]]]) -> Record:
        lexemes = iter(row["lexemes"])
        readings = [
            [list(islice(lexemes, len(phrase))) for phrase in reading] for reading in searched
        ]
        highlighters = {
            "title": highlight_all,
            "snippet": highlight_snippet,
            "other_title": highlight_all,
            "other_snippet": highlight_snippet,
        }
        texts = {name: row[f"{name}_lexemes"].split() for name in highlighters}
        # As FTS5 does, mark the words of a reading only if the record contains all of them; where
        # no reading is complete, the rest of it is in the names of the record.
        complete = [
            reading
            for reading in readings
            if all(any(find_phrases(text, [one]) for text in texts.values()) for one in reading)
        ]
        phrases = list(chain.from_iterable(complete or readings))
        return row | {
            name: highlight(row[name], find_phrases(texts[name], phrases))
            for name, highlight in highlighters.items()
        }


SearchIndex = SQLiteSearch | PostgresSearch
"""A full-text index. ``select_columns`` selects the rank (lower is better), the row number, and
what ``highlight_rows`` needs to mark the matches in titles and snippets."""

SEARCH_INDEXES: dict[str, SearchIndex] = {"sqlite": SQLiteSearch(), "postgresql": PostgresSearch()}


def select_found_codes(index: SearchIndex, kind: str) -> Statement:
    """Select the codes of the records of a kind that have the bound words."""
    codes: Statement = select(column("code", String)).select_from(index.source)
    return codes.where(index.matching, column("kind") == kind)


def build_match(words: str) -> str:
    """Return a query of FTS5 for all words, with each run of Chinese characters as a phrase."""
    readings = [
        " ".join(f'"{segment_cjk(term)}"' for term in split_terms(reading))
        for reading in list_readings(words)
    ]
    return " OR ".join(f"({reading})" for reading in readings if reading) or NO_MATCH


def list_readings(words: str) -> list[str]:
    """Return a query as it is, and with its numbers in the form of the index if that differs."""
    from app.db.numerals import normalize_numbers  # Its patterns take 10 ms of a start to compile.

    normalized = normalize_numbers(words)
    return [words] if normalized == words else [words, normalized]


def build_rank(title_matching: ColumnElement[bool]) -> Label[Value]:
    """Return the rank of a hit; ties are in the order of the rows."""
    names = column("names", String)
    whole, rest, numbers = (
        [names.like(bindparam(name)) for name in parameters]
        for parameters in (WHOLE_PATTERNS, REST_PATTERNS, NUMBER_PATTERNS)
    )
    is_named = or_(*whole, and_(or_(*rest), *numbers))
    kind = column("kind", String)
    has_numbers = and_(or_(*(kind == figure for figure in FIGURES)), *numbers)
    # Words of the title of a source may be about other countries than those of the dataset.
    is_title = and_(title_matching, kind != SearchKind.SOURCE)
    ranks = (is_named, NAME_RANK), (has_numbers, FIGURE_RANK), (is_title, TITLE_RANK)
    return case(*ranks, else_=TEXT_RANK).label("rank_value")


def build_name_patterns(words: str) -> dict[str, str]:
    """Return the values of the parameters of ``build_rank``.

    A name may be in the singular or in the plural. Names contain no wildcards of LIKE.
    """
    from app.db.numerals import split_numbers

    numbers, rest = split_numbers(words)
    for pattern in (YEAR, BARE_NUMBER):
        numbers += [number.removesuffix("年") for number in pattern.findall(rest)]
        rest = pattern.sub(" ", rest)
    patterns = [build_pattern(normalize_name(number)) for number in numbers] or [NO_NAME]
    patterns += [ANY_NAME] * len(NUMBER_PATTERNS)
    rest, whole = normalize_name(rest), normalize_name(words)
    return {
        **dict(zip(WHOLE_PATTERNS, build_form_patterns(whole), strict=True)),
        **dict(zip(REST_PATTERNS, build_form_patterns(rest, ANY_NAME), strict=True)),
        **dict(zip(NUMBER_PATTERNS, patterns, strict=False)),
    }


def build_form_patterns(name: str, default: str = NO_NAME) -> tuple[str, str, str]:
    if not name:
        return default, default, default
    return build_pattern(name), build_pattern(f"{name}s"), build_pattern(name.removesuffix("s"))


def build_pattern(name: str) -> str:
    return f"%|{name}|%"


def build_highlight_call(function: str, name: str) -> ColumnElement[Value]:
    arguments = [column("search_index"), search_index.c.keys().index(name), START, END]
    if function == "snippet":
        arguments += [ELLIPSIS, SNIPPET_WORDS]
    call: ColumnElement[Value] = getattr(func, function)(*arguments)
    return call


def split_readings(words: str) -> list[list[list[str]]]:
    """Split each reading of a query into its terms, each a list of words or Chinese characters."""
    split = [map(segment_cjk, split_terms(reading)) for reading in list_readings(words)]
    found = [[phrase for run in runs if (phrase := fold_words(run))] for runs in split]
    return [phrases for phrases in found if phrases]


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


SEPARATOR = "\u200b"
TERM = re.compile(r"\w+(?:(?<=\d)[.,](?=\d)\w+)*")
"""A term of a query; the parts of 22.1 and 2,000 are searched as a phrase."""
WORD = re.compile(r"[^\W_]+")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)年?")
OWN_TERM = re.compile(
    rf"{YEAR.pattern}|一带一路|中国|国家|[上下]半年|前?\d{{1,2}}个月|\d{{1,2}}月|[前第]?[一二三四1-4]季度"
)
"""What is a term of its own in a run of Chinese characters, the months of a period included."""
JOINING = re.compile(
    r"\b(?:an?|and|are|at|between|by|d(?:id|o|oes)|for|from|how|in|is|its|many|much|of|on|sa(?:id|ys?)"
    r"|the|to|was|were|wh(?:at|en|ere|ich|o)|with)\b|(?<=['’])s\b|说?了?什么|多少|哪些|数量|情况|我国"
    rf"|(?<=[{IDEOGRAPHS}]{{2}})[的与和及在对是](?=[{IDEOGRAPHS}]{{2}})",
    re.IGNORECASE,
)
"""Words that say nothing about the record that is searched for."""
BARE_NUMBER = re.compile(r"(?<![\w.,])\d+(?:[.,]\d+)*(?!\w|[.,]\d)")
BETWEEN_IDEOGRAPHS = re.compile(f"(?<=[{IDEOGRAPHS}])(?=[^\\s])|(?<=[^\\s])(?=[{IDEOGRAPHS}])")


def segment_cjk(text: str) -> str:
    """Separate Chinese characters, so that a full-text index treats each as a word."""
    return BETWEEN_IDEOGRAPHS.sub(SEPARATOR, text)


def join_segments(text: str) -> str:
    return text.replace(SEPARATOR, "")


def split_terms(text: str) -> list[str]:
    """Split a query into distinct terms that must all match: 2024年, 一带一路 and 贸易 of one run.

    Words that join others are left out, if there are any others: trade with ASEAN in 2024.
    """
    terms = TERM.findall(OWN_TERM.sub(r" \g<0> ", JOINING.sub(" ", text))) or TERM.findall(text)
    return [*{normalize_name(term): term for term in terms}.values()]


def find_word_spans(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in WORD.finditer(text)]


def normalize_name(name: str) -> str:
    """Return the words of a name as the index stores it; Chinese characters are words."""
    return " ".join(fold_words(segment_cjk(name)))


def fold_words(text: str) -> list[str]:
    return [fold_case(text[start:end]) for start, end in find_word_spans(text)]


def fold_case(word: str) -> str:
    """Return a word in lower case and without accents, as searches compare it."""
    bare = "".join(letter for letter in normalize("NFD", word.lower()) if letter.isalnum())
    return bare or word
