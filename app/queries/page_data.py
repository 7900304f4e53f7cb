"""What the first page shows: figures with their comparisons, outcomes, priority areas and hits."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from app.db.columns import Record
from app.db.models import Series
from app.db.statements import fetch_uncached
from app.enums import SearchKind
from app.i18n import Language
from app.parameters import DashboardParameters, OutcomeListParameters, SearchParameters
from app.queries.charts import MAX_POINTS_PER_PANEL, add_points
from app.queries.commitments import list_outcomes
from app.queries.release import read_overview
from app.queries.search import search_records
from app.queries.series import attach_breaks, select_series

Group: Any = Series

MAX_HITS = 1000
SHOWN_KINDS = {
    SearchKind.INDICATOR,
    SearchKind.ACTION,
    SearchKind.OUTCOME,
    SearchKind.PRIORITY_AREA,
}
"""The kinds of records that the page shows anyway; hits of other kinds are listed."""


def read_dashboard(
    connection: Connection, language: Language, asked: DashboardParameters, edition: int
) -> Record:
    """Read what the first page shows, narrowed to what is asked for.

    Args:
        connection: the database.
        language: the language of the texts.
        asked: what to narrow it to.
        edition: the year whose outcomes are told.
    """
    found = read_overview(connection, language)
    told = OutcomeListParameters(year=[edition])
    hits = search_keys(connection, language, asked.q)
    keys = None if hits is None else {(hit["kind"], hit["code"]) for hit in hits}
    figures = [
        one
        for one in found["indicators"]
        if matches_filters(asked, [one["topic"]], one["sectors"])
        and is_found(keys, "indicator", one["code"])
    ]
    return {
        "indicators": add_comparisons(connection, language, figures),
        "outcomes": [
            one
            for one in list_outcomes(connection, language, told).rows
            if matches_filters(asked, [one["topic"]], one["sectors"])
            and is_found(keys, "outcome", one["id"])
        ],
        "priority_areas": filter_areas(found["priority_areas"], asked, keys),
        "overview": found,
        "hits": [hit for hit in hits or [] if hit["kind"] not in SHOWN_KINDS],
        "marks": {(hit["kind"], hit["code"]): hit["title"] for hit in hits or []},
    }


def search_keys(
    connection: Connection, language: Language, words: str | None
) -> list[Record] | None:
    """Find by the search of the API; nothing where no words are given."""
    if words is None:
        return None
    found, _ = search_records(connection, language, SearchParameters(q=words, limit=MAX_HITS))
    return list(found.rows)


def is_found(keys: set[tuple[str, str]] | None, kind: str, key: str) -> bool:
    """Tell whether a record was found, or nothing was searched for."""
    return keys is None or (kind, key) in keys


def matches_filters(
    asked: DashboardParameters, topics: Sequence[Record], sectors: Sequence[Record]
) -> bool:
    """Tell whether a record touches a topic and names a sector that are asked for."""
    pairs = ((asked.topic, topics), (asked.sector, sectors))
    return all(not keys or any(one["code"] in keys for one in named) for keys, named in pairs)


def filter_areas(
    areas: Sequence[Record], asked: DashboardParameters, keys: set[tuple[str, str]] | None
) -> list[Record]:
    """Leave in priority areas the actions that are asked for, and leave out areas without any.

    Where the words are those of an area and of none of its actions, all of them stay.
    """
    left = []
    for area in areas:
        fitting = [
            one for one in area["actions"] if matches_filters(asked, one["topics"], one["sectors"])
        ]
        actions = [one for one in fitting if is_found(keys, "action", one["id"])]
        if not actions and is_found(keys, "priority_area", f"{area['year']}-{area['slug']}"):
            actions = fitting
        if actions:
            left.append(area | {"actions": actions, "whole": len(area["actions"])})
    return left


def add_comparisons(
    connection: Connection, language: Language, indicators: Sequence[Record]
) -> list[Record]:
    """Put beside each headline the figures of its own series, which alone compare with it."""
    codes = [one["headline"]["series"] for one in indicators]
    statement = select_series(language).where(Group.code.in_(codes))
    rows = fetch_uncached(connection, statement)
    beside = {
        one["code"]: one | {"points": attach_breaks(one["points"], one["breaks"])}
        for one in add_points(connection, language, rows, MAX_POINTS_PER_PANEL)
    }
    return [one | {"series": beside[one["headline"]["series"]]} for one in indicators]
