"""Full-text search over all records, in both languages at once."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, Label, String, column, func, select, text
from sqlmodel import col

from app.db.columns import (
    Column,
    Record,
    Statement,
    Value,
    add_source_line,
    build_in_array,
    localize,
    select_reference,
    select_source,
)
from app.db.fulltext import ELLIPSIS, END, START, SearchIndex, join_segments, search_text
from app.db.models import (
    Action,
    Coverage,
    GrowthRate,
    Indicator,
    Observation,
    Outcome,
    PriorityArea,
    Series,
    Source,
    Unit,
)
from app.db.statements import fetch_records
from app.enums import SearchKind
from app.i18n import Language, format_change, format_period, format_value
from app.parameters import SearchParameters
from app.queries.pagination import QueryPage, decode_cursor, encode_cursor

SourcedModel = Observation | GrowthRate | Outcome | PriorityArea | Action
SOURCED_KINDS: dict[str, type[SourcedModel]] = {
    SearchKind.OBSERVATION: Observation,
    SearchKind.GROWTH_RATE: GrowthRate,
    SearchKind.OUTCOME: Outcome,
    SearchKind.PRIORITY_AREA: PriorityArea,
    SearchKind.ACTION: Action,
}
NO_CONTEXT: Record = {
    "period": None,
    "display": None,
    "qualifier": None,
    "coverage": None,
    "source": None,
}
"""The context of a record that is neither a figure nor taken from a source."""


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
    contexts = read_contexts(connection, language, shown)
    records = [
        build_hit(index.highlight_row(row), language, other)
        | contexts.get((row["kind"], row["code"]), NO_CONTEXT)
        for row in shown
    ]
    return QueryPage(records, total, encode_cursor(last, scope) if last else None), counts


def read_contexts(
    connection: Connection, language: Language, hits: Sequence[Record]
) -> dict[tuple[str, str], Record]:
    """Read what hits of figures and commitments are shown with, by kind and code."""
    codes: dict[str, list[str]] = defaultdict(list)
    for hit in hits:
        codes[hit["kind"]].append(hit["code"])
    return {
        (kind, row["code"]): build_context(row, language)
        for kind, model in SOURCED_KINDS.items()
        if kind in codes
        for row in fetch_records(
            connection, select_context(model, language), {"codes": codes[kind]}
        )
    }


@cache
def select_context(model: type[SourcedModel], language: Language) -> Statement:
    code = col(model.code)
    statement: Statement = select(code.label("code"), *select_source("source", language))
    if model in {Observation, GrowthRate}:
        statement = statement.add_columns(
            *select_measurement_columns(model),
            *select_reference(Coverage, "coverage", language),
            localize(Unit, "suffix", language).label("suffix"),
            col(Indicator.classifier).label("classifier"),
        )
    statement = statement.select_from(model).join(Source, col(Source.id) == model.source_id)
    if model in {Observation, GrowthRate}:
        statement = (
            statement.join(Series, col(Series.id) == model.series_id)
            .join(Coverage, col(Coverage.id) == Series.coverage_id)
            .join(Unit, col(Unit.id) == Series.unit_id)
            .join(Indicator, col(Indicator.id) == Series.indicator_id)
        )
    return statement.where(build_in_array(code, "codes"))


def select_measurement_columns(model: type[Observation] | type[GrowthRate]) -> list[Label[Value]]:
    columns: dict[str, Column] = {
        "period.start": col(model.period_start),
        "period.end": col(model.period_end),
        "period.months": col(Series.months),
        "value": col(model.value),
    }
    if model is Observation:
        columns |= {
            "qualifier": col(Observation.qualifier),
            "multiplier": col(Observation.multiplier),
            "decimals": col(Observation.decimals),
        }
    return [column.label(name) for name, column in columns.items()]


def build_context(row: Record, language: Language) -> Record:
    source = add_source_line(row["source"], language)
    if "value" not in row:
        return NO_CONTEXT | {"source": source}
    period, qualifier = row["period"], row.get("qualifier")
    label = format_period(period["start"], period["end"], language)
    if qualifier is None:
        display = format_change(row["value"], language, row["suffix"].strip())
    else:
        is_counted = language is Language.CHINESE and row["classifier"]
        suffix = row["classifier"] if is_counted else row["suffix"]
        numbers = row["value"], row["multiplier"], row["decimals"]
        display = format_value(*numbers, qualifier, suffix, language)
    return {
        "period": {**period, "label": label},
        "display": display,
        "qualifier": qualifier,
        "coverage": row["coverage"],
        "source": source,
    }


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
    if hit["kind"] == SearchKind.RELEASE:
        return f"{base}/v1/changes?release={hit['code']}"
    return f"{base}/v1/{hit['kind'].replace('_', '-')}s/{hit['code']}"
