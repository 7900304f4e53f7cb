"""What was known on a day, beside what is known today."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from sqlalchemy import func, select
from sqlmodel import col

from app.db.columns import Condition, Record, Statement, build_current_conditions
from app.db.models import FOREVER, Indicator, LatestObservation, Observation, Series, Topic
from app.db.statements import Session, fetch_uncached
from app.i18n import Language
from app.parameters import DateSpan, HistoryParameters
from app.queries.observations import read_observations, select_observations
from app.queries.obstacles import get_span, is_current_on

MAX_OBSERVATIONS = 1000
"""The most figures of one indicator on the page, the newest periods first."""
SeriesPeriod = tuple[str, DateSpan]
"""The key of a series and one of its periods."""


class HistoryChange(StrEnum):
    """How the newest figure of an indicator on an earlier day differs from that of today."""

    NEW = "new"
    """No figure was known on that day."""
    NEWER = "newer"
    """A figure of a newer period has become known."""
    REVISED = "revised"
    """Another number is in force for the same period."""
    SAME = "same"


def list_publication_days(
    session: Session, indicator: str | None, topic: str | None
) -> list[Record]:
    """List each ``day`` on which ``figures`` became known with their number, the newest first."""
    figures, days = func.count(col(Observation.id)), col(Observation.vintage)
    statement: Statement = (
        select(days.label("day"), figures.label("figures")).group_by(days).order_by(days.desc())
    )
    conditions = list_filter_conditions(indicator, topic)
    if conditions:
        # Without one, the index of the days has all that is counted.
        statement = (
            statement.join(Series, col(Series.id) == Observation.series_id)
            .join(Indicator, col(Indicator.id) == Series.indicator_id)
            .join(Topic, col(Topic.id) == Indicator.topic_id)
            .where(*conditions)
        )
    return fetch_uncached(session.connection, statement)


def list_filter_conditions(indicator: str | None, topic: str | None) -> list[Condition]:
    conditions: list[Condition] = []
    if indicator:
        conditions.append(col(Indicator.code) == indicator)
    if topic:
        conditions.append(col(Topic.code) == topic)
    return conditions


def read_known_observations(session: Session, query: HistoryParameters) -> list[Record]:
    """Read the newest figure of each indicator as of a day, beside that of today.

    Returns:
        For each indicator ``then`` and ``now``, the ``replacement`` of a figure that is no longer
        current, and the ``change`` from then to now. ``then`` is None if no figure was known yet.
    """
    newest = select_latest_observations(session.language, query).where(
        col(LatestObservation.current_from) <= query.as_of,
        col(LatestObservation.current_until) > query.as_of,
    )
    found = read_observations(session.connection, newest, query.as_of)
    then = {one["indicator"]["code"]: one for one in found}
    current = read_current_observations(session, found)
    statement = (
        select_latest_observations(session.language, query, is_today=True)
        .where(col(LatestObservation.current_until) == FOREVER)
        .order_by(col(Indicator.position), col(Indicator.code))
    )
    return [
        describe_change(then.get(now["indicator"]["code"]), now, current)
        for now in read_observations(session.connection, statement)
    ]


def select_latest_observations(
    language: Language, query: HistoryParameters, *, is_today: bool = False
) -> Statement:
    """Select the figures of the indicators of a query that are or were the newest."""
    return (
        select_observations(language, is_today=is_today)
        .join(LatestObservation, col(LatestObservation.observation_id) == Observation.id)
        .join(Topic, col(Topic.id) == Indicator.topic_id)
        .where(*list_filter_conditions(query.indicator, query.topic))
    )


def read_current_observations(
    session: Session, observations: Sequence[Record]
) -> dict[SeriesPeriod, Record]:
    replaced = [one for one in observations if not one["current"]]
    codes = sorted({one["series"] for one in replaced})
    ends = sorted({one["period"]["end"] for one in replaced})
    statement = select_observations(session.language).where(
        col(Series.code).in_(codes),
        col(Observation.period_end).in_(ends),
        *build_current_conditions(Observation, None),
    )
    found = read_observations(session.connection, statement) if replaced else []
    return {get_series_period(one): one for one in found}


def get_series_period(observation: Record) -> SeriesPeriod:
    return observation["series"], get_span(observation)


def describe_change(
    then: Record | None, now: Record, current: dict[SeriesPeriod, Record]
) -> Record:
    replacement = current.get(get_series_period(then)) if then else None
    names = ("value", "qualifier")
    if then is None:
        change = HistoryChange.NEW
    elif replacement and any(replacement[name] != then[name] for name in names):
        change = HistoryChange.REVISED
    elif get_series_period(then) != get_series_period(now):
        change = HistoryChange.NEWER
    else:
        change = HistoryChange.SAME
    return {
        "indicator": now["indicator"],
        "then": then,
        "now": now,
        "replacement": replacement,
        "change": change,
    }


def read_indicator_history(session: Session, indicator: str, as_of: date) -> Record:
    """Read the figures of all periods of an indicator as of a day, beside those of today.

    Returns:
        ``rows`` with the figures ``then`` and ``now`` of each series and period, the newest period
        first, and ``is_complete``, whether the indicator has no more figures than are read.
    """
    statement = (
        select_observations(session.language)
        .where(col(Indicator.code) == indicator)
        .order_by(
            col(Observation.period_end).desc(),
            col(Observation.period_start),
            col(Series.code),
            col(Observation.vintage),
            col(Observation.code),
        )
        .limit(MAX_OBSERVATIONS)
    )
    observations = read_observations(session.connection, statement)
    vintages: dict[SeriesPeriod, list[Record]] = defaultdict(list)
    for one in observations:
        vintages[get_series_period(one)].append(one)
    rows = []
    for found in vintages.values():
        now = next((one for one in found if one["current"]), None)
        then = next((one for one in found if is_current_on(one, as_of)), None)
        if now is not None:
            rows.append(describe_change(then, now, {get_series_period(now): now}))
    return {"rows": rows, "is_complete": len(observations) < MAX_OBSERVATIONS}
