"""The pages of figures: of indicators and series, and those that compare."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.db.columns import Record
from app.formats import schema_org, tables
from app.formats.charts.subjects import (
    build_indicator_chart,
    build_series_chart,
    find_card_observation,
)
from app.formats.citations import shorten, summarize_observations
from app.formats.registry import list_distributions
from app.http.routing import RouteDeclarations
from app.pages import render_content
from app.pages.charts import Picture, measure_picture
from app.pages.indicator_view import (
    build_chart_data,
    build_groups,
    check_series,
    find_newest_whole,
    group_sources,
    group_vintages,
)
from app.problems.messages import FORM_MESSAGES, LATER_THAN_RELEASE
from app.problems.problem import InvalidParameters
from app.problems.validation import group_by_field
from app.queries import profiles
from app.queries.comparison import list_periods, read_comparison
from app.queries.editions import compare_editions, get_edition
from app.queries.history import (
    list_publication_days,
    read_indicator_history,
    read_known_observations,
)
from app.queries.indicators import get_newest_observation
from app.queries.page_data import group_by_topic
from app.request import Context, RequestContext
from app.routers import NoParameters, read_first_page, render_form, validate_form

router = RouteDeclarations(include_in_schema=False)

MAX_PICTURES = 6
"""How many charts of chosen series are shown without scripts."""


@router.get("/indicators/{indicator}")
def show_indicator(
    context: Context, indicator: str, query: Annotated[parameters.IndicatorPageParameters, Query()]
) -> Response:
    profile = context.read_record(profiles.read_indicator_profile, indicator=indicator)
    language = context.language
    groups = build_groups(profile, check_series(profile, query.series), language)
    newest = get_newest_observation(profile)
    card_figure = find_card_observation(profile, profile["chart_series"])
    figures = [newest] if newest else []
    if newest and card_figure and card_figure["id"] != newest["id"]:
        figures.append(card_figure)
    chosen = [context.run_query(profiles.read_series, one) for one in query.series[:MAX_PICTURES]]
    pictures = [measure_series(context, one) for one in chosen if one]
    return render_content(
        context,
        "indicator.html",
        indicator=profile,
        newest=newest,
        card_figure=card_figure,
        description=(
            summarize_observations(figures, language) if figures else shorten(profile["definition"])
        ),
        chosen=query.series,
        newest_whole=find_newest_whole(groups, profile),
        json_ld=embed_dataset(context, schema_org.describe_indicator, profile),
        **describe_observations(
            context,
            groups,
            profile["observations"],
            pictures or [measure_indicator(context, profile)],
        ),
    )


@router.get("/series/{series}")
def show_series(context: Context, series: str, _: NoParameters) -> Response:
    profile = context.read_record(profiles.read_series_profile, series=series)
    language = context.language
    shown = profile | {"series": [profile] if profile["points"] else []}
    groups = build_groups(shown, (), language)
    newest = profile["points"][-1] if profile["points"] else None
    pictures = [measure_series(context, profile["chart_series"])]
    return render_content(
        context,
        "series.html",
        series=profile,
        newest=newest,
        description=summarize_observations([newest], language) if newest else profile["name"],
        chosen=(),
        json_ld=embed_dataset(context, schema_org.describe_series, profile),
        **describe_observations(context, groups, profile["observations"], pictures),
    )


def measure_indicator(context: RequestContext, profile: Record) -> Picture:
    release = context.release.record["code"]
    chart = build_indicator_chart(profile, profile["chart_series"], release, context.language)
    return measure_picture(f"/indicators/{profile['code']}/chart", profile["name"], chart)


def measure_series(context: RequestContext, series: Record) -> Picture:
    chart = build_series_chart(series, context.release.record["code"], context.language)
    return measure_picture(f"/series/{series['code']}/chart", series["name"], chart)


def describe_observations(
    context: RequestContext,
    groups: Sequence[Record],
    observations: Sequence[Record],
    pictures: Sequence[Picture],
) -> Record:
    """Return what the chart, the table, the sources and the vintages of figures show."""
    several, single = group_vintages(observations)
    return {
        "groups": groups,
        "sources": group_sources(observations),
        "several_vintages": several,
        "single_vintages": single,
        "chart_data": schema_org.embed_json(build_chart_data(groups, context.language)),
        "pictures": pictures,
    }


def embed_dataset(context: RequestContext, describe: Callable[..., Record], profile: Record) -> str:
    """Return the description of an indicator or a series as schema.org's JSON-LD, for a page."""
    distributions = list_distributions(has_file=context.release.database.is_file)
    return schema_org.embed_json(
        describe(profile, context.release.record, distributions, context.base_url, context.language)
    )


PAIR = 2


@router.get("/compare")
def show_period_comparison(
    context: Context, query: Annotated[parameters.ComparisonPageParameters, Query()]
) -> Response:
    """Show the form, and both periods with what is published and calculated about their change."""
    given = {"indicator": query.indicator, "unit": query.unit}
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
    if not query.model_fields_set & {"indicator", "period", "unit"}:
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
