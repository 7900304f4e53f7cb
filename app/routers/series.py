"""Series, published growth, second reports, and comparisons."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app import parameters
from app.queries import comparison, growth, reports, series
from app.request import BEFORE_VALIDATION, Context
from app.schemas.observations import GrowthRate, GrowthRatePage, ReportEntry, ReportPage
from app.schemas.series import Comparison, SeriesDetail, SeriesPage

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

SeriesCode = Annotated[
    str,
    parameters.path_key(
        "The key of a series: indicator, areas, unit, and P with the months of the period.",
        "goods-trade.CN.BRI.CNY.P12M",
    ),
]
GrowthRateId = Annotated[
    str,
    parameters.path_key(
        "The key of a growth rate: series, first month and source.",
        "goods-trade.CN.BRI.CNY.P12M.2024-01.chinataiwan-2025-01-13",
    ),
]
ReportId = Annotated[
    str,
    parameters.path_key(
        "The key of a second report: observation and source.",
        "aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15.xinhua-2025-01-15",
    ),
]
NoParameters = Annotated[parameters.DetailParameters, Query()]


@router.get(
    "/series",
    tags=["Series"],
    summary="List the series: what can be compared with what",
    response_model=SeriesPage,
)
def list_series(
    read: Context, query: Annotated[parameters.SeriesListParameters, Query()]
) -> Response:
    """A series is figures of one indicator, pair of areas, unit and length of period. Each tells
    where it breaks, and why the figures of its indicator's other series cannot join it."""  # noqa: D205, D209
    return read.page_response(SeriesPage, read.run_query(series.list_series, query))


@router.get(
    "/series/{code}",
    tags=["Series"],
    summary="Show one series with its figures",
    response_model=SeriesDetail,
)
def get_series(
    read: Context, code: SeriesCode, query: Annotated[parameters.SeriesParameters, Query()]
) -> Response:
    """One series, ready to draw: the figure that holds for each period, its breaks, and what it
    must not be set beside. With as_of, the figures that held on that day."""  # noqa: D205, D209
    found = read.run_query(series.get_series, code, query.as_of)
    return read.record_response(SeriesDetail, found, "series", code=code)


@router.get(
    "/compare",
    tags=["Series"],
    summary="Set two periods of an indicator side by side",
    response_model=Comparison,
)
def compare_periods(
    read: Context, query: Annotated[parameters.ComparisonParameters, Query()]
) -> Response:
    """Two periods with whether they are like for like, and why not. Published growth is shown
    where it leads from the one to the other. With derived=true a change is computed, marked as
    ours, and refused where the bases differ."""  # noqa: D205, D209
    return read.json_response(
        Comparison.model_validate(read.run_query(comparison.compare_periods, query))
    )


@router.get(
    "/growth-rates",
    tags=["Series"],
    summary="List published growth",
    response_model=GrowthRatePage,
)
def list_growth_rates(
    read: Context, query: Annotated[parameters.GrowthRateListParameters, Query()]
) -> Response:
    """The changes on a year earlier that sources print, with base period and basis. None is
    computed: bases are restated, so two published levels often lead to another rate."""  # noqa: D205, D209
    return read.page_response(GrowthRatePage, read.run_query(growth.list_growth_rates, query))


@router.get(
    "/growth-rates/{id}",
    tags=["Series"],
    summary="Show one published growth rate",
    response_model=GrowthRate,
)
def get_growth_rate(read: Context, id: GrowthRateId, query: NoParameters) -> Response:  # noqa: A002
    """One published change with its base period, basis and source."""
    del query
    return read.record_response(
        GrowthRate, read.run_query(growth.get_growth_rate, id), "growth_rates", id=id
    )


@router.get(
    "/reports",
    tags=["Series"],
    summary="List second reports",
    response_model=ReportPage,
)
def list_reports(
    read: Context, query: Annotated[parameters.ReportListParameters, Query()]
) -> Response:
    """What other sources say of the same figures, with a sentence on each agreement or
    difference. agreement=differs lists those that contradict."""  # noqa: D205, D209
    return read.page_response(ReportPage, read.run_query(reports.list_reports, query))


@router.get(
    "/reports/{id}",
    tags=["Series"],
    summary="Show one second report",
    response_model=ReportEntry,
)
def get_report(read: Context, id: ReportId, query: NoParameters) -> Response:  # noqa: A002
    """One source's account of a figure that another source published."""
    del query
    return read.record_response(
        ReportEntry, read.run_query(reports.get_report, id), "reports", id=id
    )
