"""What the pages of indicators, series, priority areas and sources show."""

from app.db.columns import Record
from app.db.statements import Session
from app.enums import Completeness, PassageRecordKind
from app.parameters import (
    MAXIMUM_LIMIT,
    CommitmentListParameters,
    EditionListParameters,
    GrowthRateListParameters,
    GrowthSort,
    ObservationListParameters,
    PassageListParameters,
    ReportListParameters,
    Vintages,
)
from app.queries.charts import MAX_POINTS, read_indicator_series, read_series
from app.queries.commitments import list_commitments, read_follow_ups
from app.queries.contradictions import read_stated_contradictions
from app.queries.editions import list_editions, read_contents
from app.queries.indicators import get_indicator
from app.queries.observations import list_observations
from app.queries.priority_areas import get_priority_area, list_years
from app.queries.reference import get_event, get_source, list_source_passages
from app.queries.related import list_growth_rates, list_reports
from app.queries.series import get_series, read_vintages

MAX_PAGE_SERIES = 40
"""The limit of series on the page of an indicator."""
MAX_SERIES_POINTS = 200
"""The limit of periods on the page of a series; /v1/series lists all."""


def read_indicator_profile(session: Session, code: str) -> Record | None:
    """Read an indicator with its series, and what every source states in them.

    Returns:
        The indicator with its series and their current points under "series", how many are left
        out under "hidden_series", all vintages under "observations", the year of the edition of
        its headline, if any, under "editions", and what its picture shows under "chart_series".
    """
    indicator = get_indicator(session, code)
    if indicator is None:
        return None
    found = read_indicator_series(session, code, MAX_PAGE_SERIES, MAX_POINTS)
    series = found["series"]
    complete = EditionListParameters(completeness=[Completeness.COMPLETE], limit=1)
    return indicator | {
        "editions": [one["year"] for one in list_editions(session, complete).rows],
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
    indicator = series and get_indicator(session, series["indicator"]["code"])
    if series is None or indicator is None:
        return None
    points: list[Record] = series["points"]
    rates = GrowthRateListParameters(
        series=[code], vintages=Vintages.ALL, sort=GrowthSort.PERIOD_DESC, limit=MAXIMUM_LIMIT
    )
    reports = ReportListParameters(series=[code], limit=MAXIMUM_LIMIT)
    observations = read_vintages(session, [code])
    growth_rates = list_growth_rates(session, rates).rows
    stated = [one["contradiction"] for one in (*observations, *growth_rates)]
    named = {one["code"] for one in stated if one}
    return series | {
        "points": points[-MAX_SERIES_POINTS:],
        "hidden_points": len(points[:-MAX_SERIES_POINTS]),
        "observations": observations,
        "growth_rates": growth_rates,
        "reports": list_reports(session, reports).rows,
        "definition": indicator["definition"],
        "topic": indicator["topic"],
        "contradictions": [one for one in indicator["contradictions"] if one["code"] in named],
        "chart_series": read_series(session, code),
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
    source = get_source(session, code)
    if source is None:
        return None
    figures = ObservationListParameters(source=[code], vintages=Vintages.ALL)
    rates = GrowthRateListParameters(source=[code], vintages=Vintages.ALL)
    event = source["event"] and get_event(session, source["event"]["code"])
    return source | {
        "event": event,
        "observations": list_observations(session, figures),
        "growth_rates": list_growth_rates(session, rates),
        "reports": list_reports(session, ReportListParameters(source=[code])),
        "follow_ups": read_follow_ups(session, code),
        "contradictions": read_stated_contradictions(session, code),
    }


def read_passages_profile(session: Session, code: str) -> Record | None:
    """Read a source with its passages, and what it states as figures, by kind and key."""
    source = get_source(session, code)
    if source is None:
        return None
    of_source = {"source": [code], "limit": MAXIMUM_LIMIT}
    figures = ObservationListParameters(**of_source, vintages=Vintages.ALL)
    rates = GrowthRateListParameters(**of_source, vintages=Vintages.ALL)
    reports = list_reports(session, ReportListParameters(**of_source))
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
        announced = CommitmentListParameters(event=[event["code"]], limit=MAXIMUM_LIMIT)
        values |= {
            (PassageRecordKind.COMMITMENT, one["code"]): one["target"]["display"]
            for one in list_commitments(session, announced).rows
            if one["target"]
        }
    passages = PassageListParameters(limit=MAXIMUM_LIMIT)
    return source | {
        "passages": list_source_passages(session, code, passages).rows,
        "values": values,
    }
