"""What charts show, and the pages of indicators, series, priority areas and sources."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache

from sqlalchemy import bindparam, func, select
from sqlmodel import col

from app import parameters
from app.db.columns import Record, Statement, build_current_conditions, build_in_array, ignore_order
from app.db.models import Headline, Indicator, Observation, Series
from app.db.statements import Session, fetch_one, fetch_records
from app.enums import Completeness, PassageRecordKind
from app.i18n import Language
from app.queries.commitments import COMMITMENTS, read_follow_ups
from app.queries.contradictions import read_stated_contradictions
from app.queries.editions import EDITIONS, read_contents
from app.queries.indicators import INDICATORS
from app.queries.observations import complete_observation, list_observations, select_observations
from app.queries.obstacles import add_point_obstacles
from app.queries.priority_areas import get_priority_area, list_years
from app.queries.reference import EVENTS, SOURCES, list_source_passages
from app.queries.related import REPORTS, list_growth_rates
from app.queries.series import (
    PERIOD_ORDER,
    complete_series_row,
    get_series,
    is_shown_first,
    read_breaks,
    read_vintages,
    select_series,
)

MAX_SERIES = 6
"""The limit of series in the chart of an indicator; more would be illegible."""
MAX_POINTS_PER_PANEL = 12
"""The limit of points of each series in that chart; older ones are left out."""
MAX_POINTS = 40
"""The limit of points in the chart of a single series; older ones are left out."""
MAX_PAGE_SERIES = 40
"""The limit of series on the page of an indicator."""
MAX_SERIES_POINTS = 200
"""The limit of periods on the page of a series; /v1/series lists all."""


def read_indicator_series(
    session: Session, key: str, limit: int | None = None, points: int | None = None
) -> Record:
    """Read the first series of an indicator with their points.

    The series of the headline comes first, then those of full years or, if the indicator is not
    a flow, all of its kind, then those in the unit of the indicator, the newest first, and the
    longest of those that end on the same day.

    Returns:
        The series that have points, and as ``hidden`` the number of series beyond the limit.
    """
    values = {"key": key, "limit": limit or MAX_SERIES}
    rows = fetch_records(session.connection, select_indicator_series(session.language), values)
    count = max((row.pop("all") for row in rows), default=0)
    series = add_points(session, rows, points or MAX_POINTS_PER_PANEL)
    return {"series": series, "hidden": count - len(rows)}


@cache
def select_indicator_series(language: Language) -> Statement:
    headline_series = (
        select(col(Observation.series_id))
        .join(Headline, col(Headline.observation_id) == Observation.id)
        .where(col(Headline.indicator_id) == Series.indicator_id)
        .correlate(Series)
        .scalar_subquery()
    )
    return (
        select_series(language)
        .add_columns(func.count().over().label("all"))
        .where(col(Indicator.code) == bindparam("key"), col(Series.observations) > 0)
        .order_by(
            (col(Series.id) == func.coalesce(headline_series, 0)).desc(),
            is_shown_first().desc(),
            (col(Series.stock_flow) == Indicator.stock_flow).desc(),
            (col(Series.unit_id) == Indicator.unit_id).desc(),
            col(Series.last_period_end).desc(),
            col(Series.observations).desc(),
            col(Series.code),
        )
        .limit(bindparam("limit"))
    )


def read_chart_series(session: Session, key: str) -> Record | None:
    row = fetch_one(session, select_series, col(Series.code), key)
    return row and add_points(session, [row], MAX_POINTS)[0]


def add_points(session: Session, rows: Sequence[Record], limit: int) -> list[Record]:
    """Add their breaks and their latest points, the oldest first, to selected series.

    Each point contains why it is not comparable with earlier ones.
    """
    values = {"series": [row["id"] for row in rows], "limit": limit}
    points: dict[str, list[Record]] = defaultdict(list)
    for row in fetch_records(session.connection, select_latest_points(session.language), values):
        point = complete_observation(row)
        points[point["series"]].append(point)
    breaks = read_breaks(session, [row["code"] for row in rows])
    series = [
        {
            **complete_series_row(row, session.language),
            "breaks": breaks.get(row["code"], []),
            "points": points[row["code"]],
            "hidden": row["observations"] - len(points[row["code"]]),
        }
        for row in rows
    ]
    return add_point_obstacles(session, series)


@cache
def select_latest_points(language: Language) -> Statement:
    """Select the latest observations of each of some series, up to a number."""
    rank = func.row_number().over(
        partition_by=col(Observation.series_id), order_by=[one.desc() for one in PERIOD_ORDER]
    )
    is_of_series = build_in_array(col(Observation.series_id), "series")
    ranked = (
        select(col(Observation.id), rank.label("rank"))
        .where(is_of_series, *build_current_conditions(Observation, None))
        .subquery()
    )
    latest = select(ranked.c.id).where(ranked.c.rank <= bindparam("limit"))
    return (
        select_observations(language)
        .where(col(Observation.id).in_(latest))
        .order_by(*map(ignore_order, PERIOD_ORDER))
    )


def read_indicator_profile(session: Session, code: str) -> Record | None:
    """Read an indicator with its series, and what every source states in them.

    Returns:
        The indicator with its series and their current points under "series", how many are left
        out under "hidden_series", all vintages under "observations", the year of the edition of
        its headline, if any, under "editions", and what its picture shows under "chart_series".
    """
    indicator = INDICATORS.get_record(session, code)
    if indicator is None:
        return None
    found = read_indicator_series(session, code, MAX_PAGE_SERIES, MAX_POINTS)
    series = found["series"]
    complete = parameters.EditionListParameters(completeness=[Completeness.COMPLETE], limit=1)
    return indicator | {
        "editions": [one["year"] for one in EDITIONS.list_page(session, complete).rows],
        "series": series,
        "hidden_series": found["hidden"],
        "observations": read_vintages(session, [one["code"] for one in series]),
        "chart_series": read_indicator_series(session, code),
    }


def read_series_profile(session: Session, code: str) -> Record | None:
    """Read a series with what every source states in it.

    Returns:
        The series with its latest points under "points" and the number of older ones under
        "hidden_points"; the observations of all vintages, the growth rates and the reports of
        other sources; the definition and the topic of its indicator, and the contradictions of
        the indicator to which the series contributes; and what its chart shows.
    """
    series = get_series(session, code)
    indicator = series and INDICATORS.get_record(session, series["indicator"]["code"])
    if series is None or indicator is None:
        return None
    points: list[Record] = series["points"]
    rates = parameters.GrowthRateListParameters(
        series=[code],
        vintages=parameters.Vintages.ALL,
        sort=parameters.GrowthSort.PERIOD_DESC,
        limit=parameters.MAXIMUM_LIMIT,
    )
    reports = parameters.ReportListParameters(series=[code], limit=parameters.MAXIMUM_LIMIT)
    observations = read_vintages(session, [code])
    growth_rates = list_growth_rates(session, rates).rows
    stated = [one["contradiction"] for one in (*observations, *growth_rates)]
    named = {one["code"] for one in stated if one}
    return series | {
        "points": points[-MAX_SERIES_POINTS:],
        "hidden_points": len(points[:-MAX_SERIES_POINTS]),
        "observations": observations,
        "growth_rates": growth_rates,
        "reports": REPORTS.list_page(session, reports).rows,
        "definition": indicator["definition"],
        "topic": indicator["topic"],
        "contradictions": [one for one in indicator["contradictions"] if one["code"] in named],
        "chart_series": read_chart_series(session, code),
    }


def read_priority_area_profile(session: Session, slug: str, year: int | None) -> Record | None:
    area = get_priority_area(session, slug, year)
    if area is None:
        return None
    contents = read_contents(session, area["year"])
    codes = {baseline["code"] for baseline in area["baseline_indicators"]}
    return area | {
        "baseline": [one for one in contents["indicators"] if one["code"] in codes],
        "years": list_years(session.connection, slug),
    }


def read_source_profile(session: Session, code: str) -> Record | None:
    source = SOURCES.get_record(session, code)
    if source is None:
        return None
    figures = parameters.ObservationListParameters(source=[code], vintages=parameters.Vintages.ALL)
    rates = parameters.GrowthRateListParameters(source=[code], vintages=parameters.Vintages.ALL)
    event = source["event"] and EVENTS.get_record(session, source["event"]["code"])
    return source | {
        "event": event,
        "observations": list_observations(session, figures),
        "growth_rates": list_growth_rates(session, rates),
        "reports": REPORTS.list_page(session, parameters.ReportListParameters(source=[code])),
        "follow_ups": read_follow_ups(session, code),
        "contradictions": read_stated_contradictions(session, code),
    }


def read_passages_profile(session: Session, code: str) -> Record | None:
    """Read a source with its passages, and what it states as figures, by kind and key."""
    source = SOURCES.get_record(session, code)
    if source is None:
        return None
    of_source = {"source": [code], "limit": parameters.MAXIMUM_LIMIT}
    figures = parameters.ObservationListParameters(**of_source, vintages=parameters.Vintages.ALL)
    rates = parameters.GrowthRateListParameters(**of_source, vintages=parameters.Vintages.ALL)
    reports = REPORTS.list_page(session, parameters.ReportListParameters(**of_source))
    values = {
        (kind, one["id"]): one["display"]
        for kind, page in (
            (PassageRecordKind.OBSERVATION, list_observations(session, figures)),
            (PassageRecordKind.GROWTH_RATE, list_growth_rates(session, rates)),
        )
        for one in page.rows
    }
    values |= {
        (PassageRecordKind.REPORT, one["id"]): one["wording_translated"] or one["wording"]
        for one in reports.rows
    }
    if event := source["event"]:
        announced = parameters.CommitmentListParameters(
            event=[event["code"]], limit=parameters.MAXIMUM_LIMIT
        )
        values |= {
            (PassageRecordKind.COMMITMENT, one["code"]): one["target"]["display"]
            for one in COMMITMENTS.list_page(session, announced).rows
            if one["target"]
        }
    passages = parameters.PassageListParameters(limit=parameters.MAXIMUM_LIMIT)
    return source | {
        "passages": list_source_passages(session, code, passages).rows,
        "values": values,
    }
