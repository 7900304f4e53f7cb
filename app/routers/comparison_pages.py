"""Pages that compare: two periods, a day with today, and a press conference with the one before.

Forms are validated here and not by the router, so that an error is shown at its field.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated, TypeVar

from fastapi import Query, Response
from pydantic import ValidationError

from app import parameters
from app.db.columns import Record
from app.http.routes import RouteDeclarations
from app.pages import render_content
from app.problems.messages import LATER_THAN_RELEASE
from app.problems.problem import InvalidParameters
from app.problems.validation import describe_errors
from app.queries.comparison import list_periods, read_comparison
from app.queries.editions import compare_editions, get_edition, list_editions
from app.queries.history import (
    list_publication_days,
    read_indicator_history,
    read_known_observations,
)
from app.queries.indicators import list_indicators
from app.queries.reference import list_codes
from app.request import Context, RequestContext
from app.routers import NoParameters

AnyParameters = TypeVar("AnyParameters", bound=parameters.Parameters)
FieldErrors = dict[str, list[str]]
"""The messages about each field of a form, in the language of the request."""
PAIR = 2

router = RouteDeclarations(include_in_schema=False)


@router.get("/compare")
def show_period_comparison(
    context: Context, query: Annotated[parameters.ComparisonPageParameters, Query()]
) -> Response:
    """Show the form, and both periods with what is published and calculated about their change."""
    given = {"indicator": query.indicator, "unit": query.unit}
    chosen = [period for period in query.period if period]
    comparison, errors = None, FieldErrors()
    try:
        checked = validate_form(
            context, parameters.ComparisonParameters, given | {"period": chosen}
        )
        comparison = context.run_query(read_comparison, checked)
    except InvalidParameters as problem:
        errors = group_by_field(context, problem)
    if len(chosen) < PAIR:
        errors.pop("period", None)
    if not (query.indicator or chosen):
        errors.clear()
    periods = None
    if query.indicator in context.release.keys["indicators"]:
        periods = context.run_query(list_periods, query.indicator)
    return render_form(
        context,
        "compare.html",
        errors,
        query=query,
        topics=list_indicators_by_topic(context),
        periods=periods,
        selected=select_pair(chosen, periods["groups"] if periods else []),
        comparison=comparison,
    )


def select_pair(chosen: Sequence[str], groups: Sequence[Record]) -> list[str]:
    """Return the periods that the form shows: those chosen, or the newest two that are alike."""
    if chosen:
        return [*chosen, *chosen][:PAIR]
    pairs = ([one["code"] for one in group["periods"][:PAIR]] for group in groups)
    newest = next((pair for pair in pairs if len(pair) == PAIR), [])
    return sorted(newest) or [group["periods"][0]["code"] for group in groups[:PAIR]]


@router.get("/history")
def show_history(
    context: Context, query: Annotated[parameters.HistoryPageParameters, Query()]
) -> Response:
    """Show the form, and what was known on the day beside what is known today."""
    fields = query.model_dump(include={"as_of", "indicator", "topic"})
    errors = FieldErrors()
    try:
        checked = validate_form(context, parameters.HistoryParameters, fields)
    except InvalidParameters as problem:
        errors, checked = group_by_field(context, problem), parameters.HistoryParameters()
    released_on: date = context.release.record["released_on"]
    if checked.as_of is not None and checked.as_of > released_on:
        message = LATER_THAN_RELEASE.format(day=checked.as_of, released_on=released_on)
        errors["as_of"] = [message.get(context.language)]
        checked = parameters.HistoryParameters()
    if checked.indicator:
        # The topic of an indicator is known; another one would match nothing.
        checked = checked.model_copy(update={"topic": None})
    known, history = None, None
    if checked.as_of is not None:
        known = context.run_query(read_known_observations, checked)
        if checked.indicator:
            history = context.run_query(read_indicator_history, checked.indicator, checked.as_of)
    days = context.run_query(list_publication_days, checked.indicator, checked.topic)
    editions = context.run_query(list_editions, parameters.EditionListParameters())
    return render_form(
        context,
        "history.html",
        errors,
        query=query,
        checked=checked,
        indicators=list_indicators_by_topic(context),
        topics=context.run_query(list_codes, "topic", parameters.CodeListParameters()).rows,
        editions=editions.rows,
        years=group_by_year(days),
        known=known,
        history=history,
    )


def group_by_year(days: Sequence[Record]) -> list[tuple[int, list[Record]]]:
    def get_year(day: Record) -> int:
        known_on: date = day["day"]
        return known_on.year

    return [(year, list(found)) for year, found in groupby(days, get_year)]


@router.get("/editions/{edition}")
def show_edition(context: Context, edition: str, _: NoParameters) -> Response:
    """Show a press conference with its records, beside the one before."""
    found = context.run_query(get_edition, edition)
    record = context.require_record(found, "editions", edition=edition)
    listed = context.run_query(list_editions, parameters.EditionListParameters())
    years = sorted(one["year"] for one in listed.rows)
    position = years.index(record["year"])
    previous = years[position - 1] if position else None
    comparison = None
    if previous is not None:
        pair = parameters.EditionComparisonParameters(edition=[previous, record["year"]])
        comparison = context.run_query(compare_editions, pair)
    return render_content(
        context,
        "edition.html",
        edition=record,
        years=years,
        previous=previous,
        comparison=comparison,
    )


def validate_form(
    context: RequestContext, model: type[AnyParameters], fields: Record
) -> AnyParameters:
    """Validate the fields of a form that are filled in.

    Raises:
        InvalidParameters: if a field has an invalid value, or one that is required has none.
    """
    filled = {name: value for name, value in fields.items() if value}
    try:
        return model.model_validate(filled, context=context.release.keys)
    except ValidationError as error:
        raise describe_errors(error.errors(), fields) from None


def group_by_field(context: RequestContext, problem: InvalidParameters) -> FieldErrors:
    errors = defaultdict(list)
    for error in problem.errors:
        item = error.to_item(context.language)
        errors[item.location.partition(".")[2]].append(item.message)
    return dict(errors)


def render_form(
    context: RequestContext, name: str, errors: FieldErrors, **values: object
) -> Response:
    """Render a page with a form; one with errors is not stored."""
    response = render_content(context, name, errors=errors, status=422 if errors else 200, **values)
    if errors:
        response.headers["Cache-Control"] = "no-store"
    return response


def list_indicators_by_topic(context: RequestContext) -> list[tuple[Record, list[Record]]]:
    """List the indicators that have a figure, by topic in the order of topics."""
    query = parameters.IndicatorListParameters(limit=parameters.MAXIMUM_LIMIT)
    topics: dict[str, tuple[Record, list[Record]]] = {}
    for indicator in context.run_query(list_indicators, query).rows:
        if indicator["latest"]:
            topic = indicator["topic"]
            topics.setdefault(topic["code"], (topic, []))[1].append(indicator)
    return list(topics.values())
