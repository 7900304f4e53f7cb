"""Full-text search over all records, in both languages at once."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import BindParameter, Integer, String, bindparam, column, func, select, tuple_
from sqlmodel import col

from app.db.columns import LocalColumns, Record, Statement, build_in_array, convert_validity
from app.db.fulltext import ELLIPSIS, END, SEARCH_INDEXES, START, SearchIndex, join_segments
from app.db.models import (
    Action,
    Commitment,
    Coverage,
    GrowthRate,
    Observation,
    Outcome,
    PriorityArea,
    Series,
    Source,
)
from app.db.statements import Session, fetch_records
from app.i18n import Language
from app.parameters import SearchParameters
from app.queries.pagination import ENCODER, QueryPage, decode_cursor, encode_cursor

SourcedModel = Observation | GrowthRate | Outcome | PriorityArea | Action | Commitment
SOURCED_KINDS: dict[str, type[SourcedModel]] = {
    str(table.__tablename__): table
    for table in (Observation, GrowthRate, Outcome, PriorityArea, Action, Commitment)
}
"""The tables of the kinds of records that are taken from a source."""
NO_CONTEXT: Record = dict.fromkeys(
    ("period", "display", "qualifier", "coverage", "source", "current", "superseded_on")
)
"""The context of a record that is neither a figure nor taken from a source."""


def search_records(session: Session, filters: SearchParameters) -> tuple[QueryPage, dict[str, int]]:
    """Read hits, and their number by kind; InvalidParameters for the cursor of another search."""
    index = SEARCH_INDEXES[session.connection.dialect.name]
    chosen = filters.model_dump(mode="json", exclude={"limit", "cursor", "lang"})
    scope = ENCODER.encode({"list": "search", **chosen})
    values: Record = {**index.bind_words(filters.q), "kinds": filters.kind}
    has_cursor = filters.cursor is not None
    if filters.cursor is not None:
        values["position_rank"], values["position_row"] = decode_cursor(filters.cursor, scope)
    statement = select_hits(
        index, session.language, has_kinds=bool(filters.kind), has_cursor=has_cursor
    )
    rows = fetch_records(session.connection, statement, values | {"row_limit": filters.limit + 1})
    shown, has_next = rows[: filters.limit], len(rows) > filters.limit
    counted = fetch_records(session.connection, select_counts(index), values)
    counts = {row["kind"]: row["hits"] for row in counted}
    total = sum(counts[name] for name in counts if not filters.kind or name in filters.kind)
    last = [shown[-1]["rank_value"], shown[-1]["row_number"]] if has_next else None
    contexts = read_contexts(session, shown)
    records = [
        build_hit(row, session.language) | contexts.get((row["kind"], row["code"]), NO_CONTEXT)
        for row in index.highlight_rows(shown, filters.q)
    ]
    return QueryPage(records, total, encode_cursor(last, scope) if last else None), counts


@cache
def select_hits(
    index: SearchIndex, language: Language, *, has_kinds: bool, has_cursor: bool
) -> Statement:
    kind = column("kind", String)
    found = (
        select(kind, column("code", String))
        .add_columns(*index.select_columns(language, get_other_language(language)))
        .select_from(index.source)
        .where(index.matching)
    )
    if has_kinds:
        found = found.where(build_in_array(kind, "kinds"))
    hits = found.subquery()
    position = tuple_(hits.c.rank_value, hits.c.row_number)
    statement: Statement = select(hits).order_by(hits.c.rank_value, hits.c.row_number)
    if has_cursor:
        rank: BindParameter[int] = bindparam("position_rank", type_=Integer())
        row: BindParameter[int] = bindparam("position_row", type_=Integer())
        statement = statement.where(position > tuple_(rank, row))
    return statement.limit(bindparam("row_limit", type_=Integer()))


@cache
def select_counts(index: SearchIndex) -> Statement:
    kind = column("kind", String)
    statement: Statement = select(kind, func.count().label("hits")).select_from(index.source)
    return statement.where(index.matching).group_by(kind).order_by(kind)


def get_other_language(language: Language) -> Language:
    return next(one for one in Language if one is not language)


def read_contexts(session: Session, hits: Sequence[Record]) -> dict[tuple[str, str], Record]:
    codes: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        codes[hit["kind"]].append(hit["code"])
    return {
        (kind, row["code"]): build_context(row)
        for kind, model in SOURCED_KINDS.items()
        if kind in codes
        for row in fetch_records(
            session.connection, select_context(model, session.language), {"codes": codes[kind]}
        )
    }


@cache
def select_context(model: type[SourcedModel], language: Language) -> Statement:
    columns = LocalColumns(language)
    code = col(model.code)
    statement: Statement = select(code.label("code"), *columns.select_source())
    if model in {Observation, GrowthRate}:
        own = ("qualifier",) if model is Observation else ()
        display = "display" if model is Observation else "display_with_unit"
        statement = statement.add_columns(
            *columns.select_period(model),
            columns.localize(model, display).label("display"),
            *columns.select_fields(model, "current_from", "current_until", *own),
            *columns.select_coverage(),
        )
    statement = statement.select_from(model).join(Source, col(Source.id) == model.source_id)
    if model in {Observation, GrowthRate}:
        statement = statement.join(Series, col(Series.id) == model.series_id).join(
            Coverage, col(Coverage.id) == Series.coverage_id
        )
    return statement.where(build_in_array(code, "codes"))


def build_context(row: Record) -> Record:
    if "display" not in row:
        return NO_CONTEXT | {"source": row["source"]}
    row = convert_validity(row)
    names = ("period", "display", "coverage", "source", "current", "superseded_on")
    return {name: row[name] for name in names} | {"qualifier": row.get("qualifier")}


def build_hit(row: Record, language: Language) -> Record:
    other = get_other_language(language)
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
