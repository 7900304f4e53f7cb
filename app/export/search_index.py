"""The search of the static edition: an index that MiniSearch loads in the browser.

It holds the terms of the full-text index of the database. Chinese is indexed by character and by
pair of characters, so that words of any length are found without a dictionary. The script
``search.js`` splits queries by the same rules.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, pairwise

import msgspec
from sqlalchemy import Integer, column, select

from app.db.columns import Record
from app.db.fulltext import JOINING, OWN_TERM, fold_case, join_segments
from app.db.models import search_index
from app.db.statements import Session
from app.formats import tables
from app.formats.citations import format_validity
from app.i18n import IDEOGRAPHS, Bilingual, Language
from app.pages.addresses import SEARCH_KINDS, PageAddress, find_page
from app.queries.search import read_contexts

FIELDS = ("names", "title", "text")
"""The fields of the index; a term in a name counts most."""
SERIALIZATION_VERSION = 2
"""The version of the format in which MiniSearch stores an index."""
CHINESE = re.compile(f"[{IDEOGRAPHS}]+")
TERM = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")
"""A number with its decimals, or a word."""
SPACED = re.compile(f"(?<=[{IDEOGRAPHS}]) (?=[{IDEOGRAPHS}])")
"""The space between the characters of a name, as the database stores names."""
MIN_PLURAL = 4
"""Shorter words that end in s are rarely plurals."""
FILTERED = {"indicator": tables.INDICATORS, "action": tables.ACTIONS, "outcome": tables.OUTCOMES}
"""The kinds of records that the first page filters by topic and sector."""
COUNTS = {
    "figures": (Bilingual("{} figure", "{}项数据"), Bilingual("{} figures", "{}项数据")),
    "actions": (
        Bilingual("{} recorded action", "{}项已收录举措"),
        Bilingual("{} recorded actions", "{}项已收录举措"),
    ),
    "outcomes": (
        Bilingual("{} other result", "{}项其他成果"),
        Bilingual("{} other results", "{}项其他成果"),
    ),
    "hits": (
        Bilingual("{} result in other records", "{}条其他记录中的检索结果"),
        Bilingual("{} results in other records", "{}条其他记录中的检索结果"),
    ),
}
TEXTS = {
    "heading": Bilingual("Results in other records", "其他记录中的检索结果"),
    "nothing": Bilingual(
        "No results. Try fewer words, or {}.", "没有检索结果。请减少关键词，或{}。"
    ),
    "clear": Bilingual("clear the filters", "清除筛选"),
    "listed": Bilingual("The first {} are listed.", "仅列出前{}条。"),
    "separator": Bilingual(", ", "，"),
}


def build_search_index(
    session: Session, find: Callable[[PageAddress], str], left_out: Collection[str]
) -> bytes:
    """Build the index of all records but those of some kinds.

    The links of records are those that ``find`` returns for the addresses of their pages.
    """
    # The rows are in the order in which records of the same rank are listed.
    position = column("rowid" if session.connection.dialect.name == "sqlite" else "id", Integer)
    found = session.connection.execute(select(*search_index.columns).order_by(position)).mappings()
    rows = [dict(row) for row in found if row["kind"] not in left_out]
    document = {
        "texts": {name: text.get(session.language) for name, text in TEXTS.items()},
        "counts": {
            name: [one.get(session.language) for one in both] for name, both in COUNTS.items()
        },
        "patterns": {"joining": JOINING.pattern, "own": OWN_TERM.pattern},
        "filters": dict(list_filtered(session, left_out)),
        "index": build_index(rows, describe_hits(session, find, rows)),
    }
    return msgspec.json.encode(document)


def list_filtered(session: Session, left_out: Collection[str]) -> Iterator[tuple[str, Record]]:
    """List the topics and sectors of the records that the first page filters."""
    for kind, table in FILTERED.items():
        pages = table.read_pages(session, table.list_parameters())
        for record in chain.from_iterable(pages) if kind not in left_out else ():
            topics = record["topics"] if "topics" in record else [record["topic"] or {}]
            yield (
                f"{kind} {record.get('code') or record['id']}",
                {
                    "topic": [one["code"] for one in topics if one],
                    "sector": [one["code"] for one in record["sectors"]],
                },
            )


def describe_hits(
    session: Session, find: Callable[[PageAddress], str], rows: Sequence[Record]
) -> list[Record]:
    """Describe each record as the search does: title, link, and the context of a figure."""
    contexts = read_contexts(session, rows)
    return [
        {
            "key": f"{row['kind']} {row['code']}",
            "kind": SEARCH_KINDS[row["kind"]].get(session.language),
            "title": join_segments(row[f"title_{session.language}"]),
            "url": find(find_page(row["kind"], row["code"])),
            **describe_context(contexts.get((row["kind"], row["code"])), session.language),
        }
        for row in rows
    ]


def describe_context(context: Record | None, language: Language) -> dict[str, str]:
    if context is None or context["display"] is None:
        return {}
    parts = [context["coverage"]["name"], context["period"]["label"]]
    if not context["current"]:
        parts.append(format_validity(context, language))
    source = Bilingual("; source: ", "；来源：").get(language) + context["source"]["line"]
    note = language.comma.join(parts) + source
    return {"display": context["display"], "note": note}


def build_index(rows: Sequence[Record], hits: Sequence[Record]) -> Record:
    index: dict[str, dict[int, dict[int, int]]] = defaultdict(lambda: defaultdict(dict))
    lengths: dict[int, list[int]] = {}
    for number, row in enumerate(rows):
        texts = (
            SPACED.sub("", row["names"]),
            f"{row['title_en']}\n{row['title_zh']}",
            f"{row['text_en']}\n{row['text_zh']}\n{SPACED.sub('', row['keywords'])}",
        )
        lengths[number] = []
        for field, text in enumerate(texts):
            counts = Counter(list_terms(join_segments(text)))
            lengths[number].append(len(counts))
            for term, count in counts.items():
                index[term][field][number] = count
    total = len(rows)
    averages = [
        sum(length[field] for length in lengths.values()) / max(total, 1)
        for field in range(len(FIELDS))
    ]
    return {
        "documentCount": total,
        "nextId": total,
        "documentIds": {str(number): hit["key"] for number, hit in enumerate(hits)},
        "fieldIds": {name: number for number, name in enumerate(FIELDS)},
        "fieldLength": {str(number): length for number, length in lengths.items()},
        "averageFieldLength": averages,
        "storedFields": {str(number): hit for number, hit in enumerate(hits)},
        "dirtCount": 0,
        "index": sorted(index.items()),
        "serializationVersion": SERIALIZATION_VERSION,
    }


def list_terms(text: str) -> Iterator[str]:
    """List the terms of a text: numbers, words without plural endings, characters and pairs."""
    for word in TERM.findall(CHINESE.sub(r" \g<0> ", text)):
        if CHINESE.fullmatch(word):
            yield from word
            yield from ("".join(pair) for pair in pairwise(word))
        elif word[0].isdigit() and not word.isalnum():
            yield word.replace(",", "")
        else:
            yield strip_plural(fold_case(word))


def strip_plural(word: str) -> str:
    if len(word) < MIN_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return word
    return f"{word[:-3]}y" if word.endswith("ies") else word[:-1]
