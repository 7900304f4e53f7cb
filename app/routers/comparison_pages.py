"""Pages that compare: two periods, a day with today, and a press conference with the one before."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.db.columns import Record
from app.formats import tables
from app.http.routing import RouteDeclarations
from app.pages import render_content
from app.problems.messages import FORM_MESSAGES, LATER_THAN_RELEASE
from app.problems.problem import InvalidParameters
from app.problems.validation import group_by_field
from app.queries.comparison import list_periods, read_comparison
from app.queries.editions import compare_editions, get_edition
from app.queries.history import (
    list_publication_days,
    read_indicator_history,
    read_known_observations,
)
from app.queries.page_data import group_by_topic
from app.request import Context, RequestContext
from app.routers import NoParameters, read_first_page, render_form, validate_form

PAIR = 2

router = RouteDeclarations(include_in_schema=False)


@router.get("/compare")
def show_period_comparison(
    context: Context, query: Annotated[parameters.ComparisonPageParameters, Query()]
) -> Response:
    """Show the form, and both periods with what is published and calculated about their change."""
    given = query.model_dump(include={"indicator", "unit", "coverage"})
    chosen = [period for period in query.period if period]
    checked, errors = validate_form(
        context, parameters.ComparisonParameters, given | {"period": chosen}
    )
    comparison = None
    if checked is not None:
        try:
            comparison = context.run_query(read_comparison, checked)
        except InvalidParameters as problem:
            errors = group_by_field(problem, context.language)
    if errors.get("period") == [FORM_MESSAGES["period.missing"].get(context.language)]:
        del errors["period"]  # The form has just asked for them.
    if not query.model_fields_set & {"indicator", "period", "unit", "coverage"}:
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
    checked, errors = validate_form(context, parameters.HistoryParameters, fields)
    if "as_of" in query.model_fields_set and not query.as_of:
        errors["as_of"] = [FORM_MESSAGES["as_of.missing"].get(context.language)]
    checked = checked or parameters.HistoryParameters()
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
    return render_form(
        context,
        "history.html",
        errors,
        query=query,
        checked=checked,
        indicators=list_indicators_by_topic(context),
        topics=read_first_page(context, tables.TOPICS),
        editions=read_first_page(context, tables.EDITIONS),
        years=[(year, list(found)) for year, found in groupby(days, lambda one: one["day"].year)],
        known=known,
        history=history,
    )


@router.get("/editions/{edition}")
def show_edition(context: Context, edition: str, _: NoParameters) -> Response:
    """Show a press conference with its records, beside the one before."""
    record = context.read_record(get_edition, edition=edition)
    years = sorted(one["year"] for one in read_first_page(context, tables.EDITIONS))
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


def list_indicators_by_topic(context: RequestContext) -> list[Record]:
    indicators = read_first_page(context, tables.INDICATORS)
    return group_by_topic([one for one in indicators if one["latest"]])
