"""Indicators, observations, series, growth rates, second reports, and comparisons."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.formats import tables
from app.formats.tables import FIGURE_KEY
from app.http.routing import RouteDeclarations
from app.queries import comparison
from app.queries import observations as queries
from app.queries.obstacles import OTHER_UNIT_TOLERANCE
from app.queries.series import get_series
from app.request import Context
from app.routers import SERIES_PARTS, add_collection
from app.schemas import create_page_model
from app.schemas.observations import Observation
from app.schemas.series import Comparison, SeriesDetail

router = RouteDeclarations(prefix="/v1", tags=["Figures"])
series_router = RouteDeclarations(prefix="/v1", tags=["Series"])

ObservationPage = create_page_model(Observation)

add_collection(
    router,
    tables.INDICATORS,
    "List indicators with their headline figure",
    "Each indicator contains its headline: the observation of the newest press conference that "
    "is recorded completely, with its display text, unit, period, qualifier and source line.",
    record="Returns one indicator with its definition, notes, headline figure and links.",
)


@router.get(
    "/indicators/{indicator}/observations",
    summary="List the observations of an indicator",
    description="The published figures of one indicator, one per series and period. Compare "
    "figures only within a series, and not those that comparability names: full years and January "
    "to November are different series.",
    response_model=ObservationPage,
)
def list_indicator_observations(
    context: Context,
    indicator: Annotated[str, parameters.create_path_key("indicator", "The key of the indicator.")],
    query: Annotated[parameters.IndicatorObservationListParameters, Query()],
) -> Response:
    if indicator not in context.release.keys["indicators"]:
        raise context.create_unknown_record("indicator", indicator)
    page = context.run_query(queries.list_observations, query, indicator)
    return context.create_page_response(ObservationPage, page)


add_collection(
    router,
    tables.OBSERVATIONS,
    "List observations",
    "The published figures of all indicators, one per series and period: that of the most "
    "authoritative source, and of the latest among equals. With vintages=all, the figures of "
    "all sources. Filters are combined with AND, the values of one filter with OR.",
    record="Returns one figure with its location in the source and what other sources report.",
)


@router.get(
    "/observations/{observation}/vintages",
    summary="List the vintages of an observation",
    description="The figures of all sources for the series and period of an observation, oldest "
    "first. Each shows how it differs from the one in force until then, and when it was in force.",
    response_model=ObservationPage,
)
def list_vintages(
    context: Context,
    observation: Annotated[
        str, parameters.create_path_key("observation", f"The key of the observation: {FIGURE_KEY}.")
    ],
    query: Annotated[parameters.VintageListParameters, Query()],
) -> Response:
    page = context.run_query(queries.list_vintages, query, observation)
    if not page.total and context.run_query(queries.get_observation, observation) is None:
        raise context.create_unknown_record("observation", observation)
    return context.create_page_response(ObservationPage, page)


add_collection(
    series_router,
    tables.SERIES,
    "List series: which figures are comparable",
    "A series contains the figures of one indicator, pair of areas, coverage, unit and period "
    "length: flows, cumulative totals since a fixed start, or stocks on a date. Each shows its "
    "breaks, and why the other series of its indicator are not comparable.",
)


@series_router.get(
    "/series/{series}",
    name="get_series",
    summary="Get a series with its figures",
    description="Returns one series with the current figure of each period, its breaks, and the "
    "series that are not comparable with it. With as_of, the figures that were current on that "
    "day; before first_vintage, none was known.",
    response_model=SeriesDetail,
)
def read_series(
    context: Context,
    series: Annotated[
        str, parameters.create_path_key("series", f"The key of the series: {SERIES_PARTS}.")
    ],
    query: Annotated[parameters.SeriesParameters, Query()],
) -> Response:
    return context.create_record_response(SeriesDetail, get_series, query.as_of, series=series)


@series_router.get(
    "/compare",
    summary="Compare two periods of an indicator",
    description="Returns two periods, whether they are comparable, and if not, why: the figures "
    "differ in coverage, unit, length or first month of the period, start of cumulative totals or "
    "in what they measure, there is a break between them, or published growth contradicts them. "
    "Growth in the unit of the figures contradicts them if it does not follow from any two numbers "
    "that round to the published ones; growth in another unit, if it is more than "
    f"{OTHER_UNIT_TOLERANCE} percentage points away from all such changes, because a smaller "
    "difference may be due to the exchange rate; growth on a restated base, always. In a year in "
    "which the exchange rate changed more, a pair that fits may be refused: the service then "
    "refuses, to be safe. All published rates for the later period are included. With derived=true "
    "the change is calculated and marked as calculated by this service; the request is rejected if "
    "the figures are not comparable, if one has a qualifier, if the earlier one may be zero, or if "
    "both are cumulative totals from one start.",
    response_model=Comparison,
)
def compare_periods(
    context: Context, query: Annotated[parameters.ComparisonParameters, Query()]
) -> Response:
    found = context.run_query(comparison.compare_periods, query)
    return context.create_json_response(Comparison, found)


add_collection(
    series_router,
    tables.GROWTH_RATES,
    "List published growth rates",
    "Changes from a year earlier as published, with base period and basis. None is calculated: "
    "bases may be restated, so that published levels imply a different rate.",
    record="Returns one published change with its base period, basis and source.",
)
add_collection(
    series_router,
    tables.CONTRADICTIONS,
    "List contradictions",
    "Published numbers that differ, each with its source, and why they differ. "
    "The figures stay published here.",
    record="Returns all numbers of one contradiction: figures, rates, reports and statements, each "
    "with its source.",
)
add_collection(
    series_router,
    tables.REPORTS,
    "List second reports",
    "What other sources report about the same figures, with a note on each agreement or "
    "difference. Those with agreement=differs are part of a contradiction.",
    record="Returns what one source reports about a figure that another source published.",
)
