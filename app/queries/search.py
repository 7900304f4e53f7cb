"""Full-text search over everything, in both languages at once."""

from sqlalchemy import Connection, String, column, func, select, text

from app.db.columns import Record
from app.db.fulltext.base import SearchIndex, get_search_index
from app.db.fulltext.highlight import ELLIPSIS, END, START
from app.db.fulltext.segmentation import join_segments
from app.i18n import Language
from app.parameters import SearchParameters
from app.queries.cursor import decode_cursor, encode_cursor
from app.queries.listing.keyset import QueryPage


def search_records(
    connection: Connection, language: Language, filters: SearchParameters
) -> tuple[QueryPage, dict[str, int]]:
    """Find the records whose texts hold all words, best first, and count the hits by kind."""
    index = get_search_index(connection)(filters.q)
    scope = {"list": "search", **filters.filter_values()}
    other = next(one for one in Language if one is not language)
    hits = (
        select(
            column("kind", String), column("code", String), *index.select_columns(language, other)
        )
        .select_from(index.source)
        .where(index.matching)
    )
    if filters.kind:
        hits = hits.where(column("kind").in_(filters.kind))
    found = hits.subquery()
    statement = select(found).order_by(text("rank_value"), text("row_number"))
    if filters.cursor is not None:
        rank, row_number = decode_cursor(filters.cursor, scope)
        statement = statement.where(
            text("(rank_value, row_number) > (:rank, :number)").bindparams(
                rank=rank, number=row_number
            )
        )
    rows = [dict(row) for row in connection.execute(statement.limit(filters.limit + 1)).mappings()]
    shown, more = rows[: filters.limit], len(rows) > filters.limit
    facets = count_by_kind(connection, index)
    total = sum(count for kind, count in facets.items() if not filters.kind or kind in filters.kind)
    last = [shown[-1]["rank_value"], shown[-1]["row_number"]] if more else None
    records = [build_hit(index.highlight_row(row), language, other) for row in shown]
    return QueryPage(records, total, encode_cursor(last, scope) if last else None), facets


def count_by_kind(connection: Connection, index: SearchIndex) -> dict[str, int]:
    """Count the hits of each kind."""
    kind = column("kind", String)
    statement = (
        select(kind, func.count())
        .select_from(index.source)
        .where(index.matching)
        .group_by(kind)
        .order_by(kind)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def build_hit(row: Record, language: Language, other: Language) -> Record:
    """Turn a marked row into fragments, from the language in which the text matches."""
    passages = ((language, "snippet"), (other, "other_snippet"), (other, "other_title"))
    hits = [(spoken, row[name]) for spoken, name in passages if START in row[name]]
    spoken, passage = hits[0] if hits else (language, "")
    if spoken is other and START in row["title"]:
        spoken, passage = language, ""
    return {
        "kind": row["kind"],
        "code": row["code"],
        "title": split_fragments(row["title"]),
        "snippet": split_fragments(passage),
        "snippet_language": spoken,
    }


def split_fragments(marked_text: str) -> list[Record]:
    """Cut a marked text into what was searched for and what stands between."""
    found = []
    plain = join_segments(marked_text).replace(ELLIPSIS, "…")
    for part in plain.split(START):
        match, end, rest = part.rpartition(END)
        if end:
            found.append({"text": match, "match": True})
        if rest:
            found.append({"text": rest, "match": False})
    return found
