"""Full-text search over all records, in both languages at once."""

from sqlalchemy import Connection, String, column, func, select, text

from app.db.columns import Record
from app.db.fulltext import ELLIPSIS, END, START, SearchIndex, join_segments, search_text
from app.enums import SearchKind
from app.i18n import Language
from app.parameters import SearchParameters
from app.queries.pagination import QueryPage, decode_cursor, encode_cursor


def search_records(
    connection: Connection, language: Language, filters: SearchParameters
) -> tuple[QueryPage, dict[str, int]]:
    """Read one page of the records that contain all words, and the number of hits by kind.

    Raises:
        InvalidParameters: if the cursor belongs to another search.
    """
    index = search_text(connection, filters.q)
    scope = {"list": "search", **filters.filter_values()}
    other = next(one for one in Language if one is not language)
    kind = column("kind", String)
    hits = (
        select(kind, column("code", String), *index.select_columns(language, other))
        .select_from(index.source)
        .where(index.matching)
    )
    if filters.kind:
        hits = hits.where(kind.in_(filters.kind))
    statement = select(hits.subquery()).order_by(text("rank_value"), text("row_number"))
    if filters.cursor is not None:
        rank, number = decode_cursor(filters.cursor, scope)
        position = text("(rank_value, row_number) > (:rank, :number)")
        statement = statement.where(position.bindparams(rank=rank, number=number))
    rows = [dict(row) for row in connection.execute(statement.limit(filters.limit + 1)).mappings()]
    shown, has_next = rows[: filters.limit], len(rows) > filters.limit
    counts = count_by_kind(connection, index)
    total = sum(counts[name] for name in counts if not filters.kind or name in filters.kind)
    last = [shown[-1]["rank_value"], shown[-1]["row_number"]] if has_next else None
    records = [build_hit(index.highlight_row(row), language, other) for row in shown]
    return QueryPage(records, total, encode_cursor(last, scope) if last else None), counts


def count_by_kind(connection: Connection, index: SearchIndex) -> dict[str, int]:
    kind = column("kind", String)
    statement = select(kind, func.count()).select_from(index.source).where(index.matching)
    rows = connection.execute(statement.group_by(kind).order_by(kind))
    return {row[0]: row[1] for row in rows}


def build_hit(row: Record, language: Language, other: Language) -> Record:
    passages = ((language, "snippet"), (other, "other_snippet"), (other, "other_title"))
    matching = [(one, row[name]) for one, name in passages if START in row[name]]
    snippet_language, snippet = matching[0] if matching else (language, "")
    # A match in the title is enough; a snippet in the other language would only distract.
    if snippet_language is other and START in row["title"]:
        snippet_language, snippet = language, ""
    return {
        "kind": row["kind"],
        "code": row["code"],
        "title": split_fragments(row["title"]),
        "snippet": split_fragments(snippet),
        "snippet_language": snippet_language,
    }


def split_fragments(highlighted: str) -> list[Record]:
    fragments = []
    plain = join_segments(highlighted).replace(ELLIPSIS, "…")
    for part in plain.split(START):
        match, end, rest = part.rpartition(END)
        if end:
            fragments.append({"text": match, "match": True})
        if rest:
            fragments.append({"text": rest, "match": False})
    return fragments


def build_hit_url(base: str, hit: Record) -> str:
    if hit["kind"] == SearchKind.PRIORITY_AREA:
        year, _, slug = hit["code"].partition("-")
        return f"{base}/v1/priority-areas/{slug}?year={year}"
    return f"{base}/v1/{hit['kind']}s/{hit['code']}"
