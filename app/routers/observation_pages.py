"""The pages of indicators and of series: charts, tables, sources and vintages of their figures."""

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.db.columns import Record
from app.formats import schema_org
from app.formats.charts.subjects import (
    build_indicator_chart,
    build_series_chart,
    find_card_observation,
)
from app.formats.citations import shorten_text, summarize_observations
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
from app.queries import profiles
from app.queries.indicators import get_newest_observation
from app.request import Context, RequestContext
from app.routers import NoParameters

router = RouteDeclarations(include_in_schema=False)

MAX_CHARTS = 6
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
    definition = shorten_text(profile["definition"])
    figures = list({one["id"]: one for one in (newest, card_figure) if one}.values())
    rows = [context.run_query(profiles.read_chart_series, one) for one in query.series[:MAX_CHARTS]]
    pictures = [measure_series(context, one) for one in rows if one]
    return render_content(
        context,
        "indicator.html",
        indicator=profile,
        newest=newest,
        card_figure=card_figure,
        description=summarize_observations(figures, language) if figures else definition,
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
