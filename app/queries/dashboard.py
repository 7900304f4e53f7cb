"""What the first page shows: figures with their comparisons, outcomes, priority areas and hits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.filters import DashboardFilters, OutcomeFilters, SearchFilters
from app.models import Series
from app.queries.charts import MOST_BESIDE, with_points
from app.queries.columns import Record
from app.queries.commitments import outcomes
from app.queries.prepared import once
from app.queries.release import overview
from app.queries.search import search
from app.queries.series import parted, series_statement
from app.text import Language
from app.vocabulary import SearchKind

Group: Any = Series

MOST_HITS = 1000
SHOWN = {SearchKind.INDICATOR, SearchKind.ACTION, SearchKind.OUTCOME, SearchKind.PRIORITY_AREA}
"""The kinds of records that the page shows anyway; hits of other kinds are listed."""


def dashboard(
    connection: Connection, language: Language, asked: DashboardFilters, edition: int
) -> Record:
    """Read what the first page shows, narrowed to what is asked for.

    Args:
        connection: the database.
        language: the language of the texts.
        asked: what to narrow it to.
        edition: the year whose outcomes are told.
    """
    found = overview(connection, language)
    told = OutcomeFilters(year=[edition])
    hits = searched(connection, language, asked.q)
    keys = None if hits is None else {(hit["kind"], hit["code"]) for hit in hits}
    figures = [
        one
        for one in found["indicators"]
        if fits(asked, [one["topic"]], one["sectors"]) and holds(keys, "indicator", one["code"])
    ]
    return {
        "indicators": with_comparisons(connection, language, figures),
        "outcomes": [
            one
            for one in outcomes(connection, language, told).rows
            if fits(asked, [one["topic"]], one["sectors"]) and holds(keys, "outcome", one["id"])
        ],
        "priority_areas": narrowed(found["priority_areas"], asked, keys),
        "overview": found,
        "hits": [hit for hit in hits or [] if hit["kind"] not in SHOWN],
        "marks": {(hit["kind"], hit["code"]): hit["title"] for hit in hits or []},
    }


def searched(connection: Connection, language: Language, words: str | None) -> list[Record] | None:
    """Find by the search of the API; nothing where no words are given."""
    if words is None:
        return None
    found, _ = search(connection, language, SearchFilters(q=words, limit=MOST_HITS))
    return list(found.rows)


def holds(keys: set[tuple[str, str]] | None, kind: str, key: str) -> bool:
    """Tell whether a record was found, or nothing was searched for."""
    return keys is None or (kind, key) in keys


def fits(asked: DashboardFilters, topics: Sequence[Record], sectors: Sequence[Record]) -> bool:
    """Tell whether a record touches a topic and names a sector that are asked for."""
    pairs = ((asked.topic, topics), (asked.sector, sectors))
    return all(not keys or any(one["code"] in keys for one in named) for keys, named in pairs)


def narrowed(
    areas: Sequence[Record], asked: DashboardFilters, keys: set[tuple[str, str]] | None
) -> list[Record]:
    """Leave in priority areas the actions that are asked for, and leave out areas without any.

    Where the words are those of an area and of none of its actions, all of them stay.
    """
    left = []
    for area in areas:
        fitting = [one for one in area["actions"] if fits(asked, one["topics"], one["sectors"])]
        actions = [one for one in fitting if holds(keys, "action", one["id"])]
        if not actions and holds(keys, "priority_area", f"{area['year']}-{area['slug']}"):
            actions = fitting
        if actions:
            left.append(area | {"actions": actions, "whole": len(area["actions"])})
    return left


def with_comparisons(
    connection: Connection, language: Language, indicators: Sequence[Record]
) -> list[Record]:
    """Put beside each headline the figures of its own series, which alone compare with it."""
    codes = [one["headline"]["series"] for one in indicators]
    statement = series_statement(language).where(Group.code.in_(codes))
    rows = once(connection, statement)
    beside = {
        one["code"]: one | {"points": parted(one["points"], one["breaks"])}
        for one in with_points(connection, language, rows, MOST_BESIDE)
    }
    return [one | {"series": beside[one["headline"]["series"]]} for one in indicators]
