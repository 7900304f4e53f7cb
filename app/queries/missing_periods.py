"""The error for a comparison of a period without figure, with what is recorded instead."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection, func, select
from sqlmodel import col

from app.db.columns import Condition
from app.db.models import Coverage, Indicator, Observation, Series, Unit
from app.i18n import Bilingual, join_names, name_day, name_period
from app.parameters import ComparisonParameters, DateSpan, format_period
from app.problems import messages
from app.problems.problem import InvalidParameters, ParameterError

KnownDays = Mapping[DateSpan, Mapping[tuple[str, str], date]]
"""Since when the first figure for a period has been known, by the codes of unit and coverage."""


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

    def is_match(key: tuple[str, str]) -> bool:
        return query.unit in {None, key[0]} and query.coverage in {None, key[1]}

    later = [day for key, day in known.get(span, {}).items() if is_match(key)]
    if later:
        day, known_on = name_day(as_of), name_day(min(later))
        message = messages.NOT_YET_KNOWN.format(
            period=name_period(*span), day=day, known_on=known_on
        )
        return ParameterError("query.as_of", message)
    others = [key for key, day in known.get(span, {}).items() if day <= as_of]
    spans = [
        one
        for one, days in known.items()
        if any(day <= as_of for key, day in days.items() if is_match(key))
    ]
    in_year = [one for one in spans if one[0].year == span[0].year]
    in_year.sort(key=lambda one: abs((one[0] - span[0]).days) + abs((one[1] - span[1]).days))
    nearest = format_period(*in_year[0]) if in_year else ""
    message = describe_alternatives(query, span, others, in_year)
    if all(one == span or one[0].year != span[0].year for one in known):
        message = messages.WITH_HINT.format(
            message=message, hint=messages.NO_FIGURE_OF_YEAR.format(year=span[0].year)
        )
    return ParameterError("query.period", message, [format_period(*one) for one in spans], nearest)


def describe_alternatives(
    query: ComparisonParameters,
    span: DateSpan,
    others: Sequence[tuple[str, str]],
    in_year: Sequence[DateSpan],
) -> Bilingual:
    """Say that a period has no figure, and which figures it and others of its year have."""
    coverage = query.coverage and messages.WITH_COVERAGE.format(coverage=query.coverage)
    unit = query.unit and messages.IN_UNIT.format(unit=query.unit)
    message = messages.NO_FIGURE.format(
        period=name_period(*span), coverage=coverage or "", unit=unit or ""
    )
    units = dict.fromkeys(unit for unit, one in others if query.coverage in {None, one})
    hints = [messages.OTHER_UNITS.format(units=join_names(units))] if units else []
    if others and not units:
        coverages = join_names(dict.fromkeys(one for _, one in others))
        hints.append(messages.OTHER_COVERAGES.format(coverages=coverages))
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
        select(start, end, col(Unit.code), col(Coverage.code), func.min(Observation.vintage))
        .join(Series, col(Series.id) == Observation.series_id)
        .join(Indicator, col(Indicator.id) == Series.indicator_id)
        .join(Unit, col(Unit.id) == Series.unit_id)
        .join(Coverage, col(Coverage.id) == Series.coverage_id)
        .where(*list_indicator_conditions(query.indicator))
        .group_by(start, end, col(Unit.code), col(Coverage.code))
        .order_by(start, end, col(Unit.code), col(Coverage.code))
    )
    known: dict[DateSpan, dict[tuple[str, str], date]] = defaultdict(dict)
    for first, last, unit, coverage, day in connection.execute(statement):
        known[first, last][unit, coverage] = day
    return known
