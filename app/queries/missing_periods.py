"""The error for a comparison of a period without figure, with what is recorded instead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.db.columns import Condition
from app.db.models import Indicator, Observation, Series, Unit
from app.i18n import Bilingual, join_names, name_day, name_period
from app.parameters import ComparisonParameters, DateSpan, format_period
from app.problems import messages
from app.problems.problem import InvalidParameters, ParameterError

KnownDays = Mapping[DateSpan, Mapping[str, date]]
"""Since when the first figure for a period has been known, by the code of its unit."""


def build_missing_period_error(
    connection: Connection, query: ComparisonParameters, missing: Sequence[DateSpan]
) -> InvalidParameters:
    """Build the error for periods without a figure in the requested unit on the requested day."""
    known = read_known_days(connection, query)
    errors = [describe_missing_period(query, span, known) for span in missing]
    return InvalidParameters(errors[0].message, errors)


def describe_missing_period(
    query: ComparisonParameters, span: DateSpan, known: KnownDays
) -> ParameterError:
    as_of = query.as_of or date.max
    later = [day for unit, day in known.get(span, {}).items() if query.unit in {None, unit}]
    if later:
        day, known_on = name_day(as_of), name_day(min(later))
        message = messages.NOT_YET_KNOWN.format(
            period=name_period(*span), day=day, known_on=known_on
        )
        return ParameterError("query.as_of", message)
    units = [unit for unit, day in known.get(span, {}).items() if day <= as_of]
    spans = [
        one
        for one, days in known.items()
        if any(day <= as_of for unit, day in days.items() if query.unit in {None, unit})
    ]
    in_year = [one for one in spans if one[0].year == span[0].year]
    in_year.sort(key=lambda one: abs((one[0] - span[0]).days) + abs((one[1] - span[1]).days))
    nearest = format_period(*in_year[0]) if in_year else ""
    message = describe_alternatives(query.unit, span, units, in_year)
    if all(one == span or one[0].year != span[0].year for one in known):
        message = messages.WITH_HINT.format(
            message=message, hint=messages.NO_FIGURE_OF_YEAR.format(year=span[0].year)
        )
    return ParameterError("query.period", message, [format_period(*one) for one in spans], nearest)


def describe_alternatives(
    unit: str | None, span: DateSpan, units: Sequence[str], in_year: Sequence[DateSpan]
) -> Bilingual:
    """Say that a period has no figure, and which units and periods of the same year have one."""
    message = messages.NO_FIGURE if unit is None else messages.NO_FIGURE_IN_UNIT
    message = message.format(period=name_period(*span), unit=unit)
    hints = [messages.OTHER_UNITS.format(units=join_names(units))] if units else []
    if in_year:
        periods = join_names(format_period(*one) for one in in_year)
        hints.append(messages.OTHER_PERIODS.format(periods=periods, year=span[0].year))
    for hint in hints:
        message = messages.WITH_HINT.format(message=message, hint=hint)
    return message


def list_indicator_conditions(indicator: str) -> list[Condition]:
    """Return the conditions for the figures of an indicator, whatever their unit."""
    return [
        col(Indicator.code) == indicator,
        col(Series.reporting_area_id) == Indicator.reporting_area_id,
        col(Series.counterpart_area_id) == Indicator.counterpart_area_id,
    ]


def read_known_days(connection: Connection, query: ComparisonParameters) -> KnownDays:
    start, end = col(Observation.period_start), col(Observation.period_end)
    statement = (
        select(start, end, col(Unit.code), func.min(Observation.vintage))
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(Unit, col(Unit.id) == Series.unit_id)
        .where(*list_indicator_conditions(query.indicator))
        .group_by(start, end, col(Unit.code))
        .order_by(start, end, col(Unit.code))
    )
    known: dict[DateSpan, dict[str, date]] = defaultdict(dict)
    for first, last, unit, day in connection.execute(statement):
        known[first, last][unit] = day
    return known
