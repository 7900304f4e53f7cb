"""Full-text search over everything, in both languages at once."""

from typing import Any

from sqlalchemy import (
    Connection,
    Float,
    Integer,
    String,
    column,
    func,
    literal,
    literal_column,
    select,
    text,
)

from app.filters import SearchFilters
from app.models import search_index
from app.paging import decode, encode
from app.queries.columns import Record
from app.queries.pages import Found
from app.queries.words import match_expression
from app.text import Language, joined

START, END, CUT = "\x02", "\x03", "\x04"
SNIPPET_WORDS = 24
COLUMNS = {"title_en": 2, "text_en": 3, "title_zh": 4, "text_zh": 5}
RANK = "bm25(search_index, 0, 0, 10.0, 1.0, 10.0, 1.0)"


def search(
    connection: Connection, language: Language, filters: SearchFilters
) -> tuple[Found, dict[str, int]]:
    """Find the records whose texts hold all words, best first, and count the hits by kind."""
    matching = column("search_index").op("MATCH")(literal(match_expression(filters.q)))
    scope = {"list": "search", **filters.narrowing()}
    other = next(one for one in Language if one is not language)
    hits = (
        select(
            column("kind", String),
            column("code", String),
            literal_column(RANK, Float).label("rank_value"),
            column("rowid", Integer),
            marked("highlight", f"title_{language}").label("title"),
            marked("snippet", f"text_{language}").label("snippet"),
            marked("snippet", f"text_{other}").label("other_snippet"),
            marked("snippet", f"title_{other}").label("other_title"),
        )
        .select_from(search_index)
        .where(matching)
    )
    if filters.kind:
        hits = hits.where(column("kind").in_(filters.kind))
    found = hits.subquery()
    statement = select(found).order_by(text("rank_value"), text("rowid"))
    if filters.cursor is not None:
        rank, row_id = decode(filters.cursor, scope)
        statement = statement.where(
            text("(rank_value, rowid) > (:rank, :row_id)").bindparams(rank=rank, row_id=row_id)
        )
    rows = [dict(row) for row in connection.execute(statement.limit(filters.limit + 1)).mappings()]
    shown, more = rows[: filters.limit], len(rows) > filters.limit
    facets = counted(connection, matching)
    total = sum(count for kind, count in facets.items() if not filters.kind or kind in filters.kind)
    last = [shown[-1]["rank_value"], shown[-1]["rowid"]] if more else None
    records = [hit(row, language, other) for row in shown]
    return Found(records, total, encode(last, scope) if last else None), facets


def counted(connection: Connection, matching: Any) -> dict[str, int]:  # noqa: ANN401
    """Count the hits of each kind."""
    kind = column("kind", String)
    statement = (
        select(kind, func.count())
        .select_from(search_index)
        .where(matching)
        .group_by(kind)
        .order_by(kind)
    )
    return {row[0]: row[1] for row in connection.execute(statement)}


def marked(function: str, name: str) -> Any:  # noqa: ANN401
    """Ask FTS5 for a text with marks around what was searched for."""
    arguments = [column("search_index"), COLUMNS[name], START, END]
    if function == "snippet":
        arguments += [CUT, SNIPPET_WORDS]
    return getattr(func, function)(*arguments)


def hit(row: Record, language: Language, other: Language) -> Record:
    """Turn a marked row into fragments, from the language in which the text matches."""
    passages = ((language, "snippet"), (other, "other_snippet"), (other, "other_title"))
    hits = [(spoken, row[name]) for spoken, name in passages if START in row[name]]
    spoken, passage = hits[0] if hits else (language, "")
    if spoken is other and START in row["title"]:
        spoken, passage = language, ""
    return {
        "kind": row["kind"],
        "code": row["code"],
        "title": fragments(row["title"]),
        "snippet": fragments(passage),
        "snippet_language": spoken,
    }


def fragments(marked_text: str) -> list[Record]:
    """Cut a marked text into what was searched for and what stands between."""
    found = []
    plain = joined(marked_text).replace(CUT, "…")
    for part in plain.split(START):
        match, end, rest = part.rpartition(END)
        if end:
            found.append({"text": match, "match": True})
        if rest:
            found.append({"text": rest, "match": False})
    return found
