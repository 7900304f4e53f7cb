"""Parameters of indicators, observations, series, growth rates, reports, comparisons and charts."""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from app.enums import Agreement, Direction, Qualifier, ReportRelation, Status, StockFlow, Theme
from app.i18n import has_whole_months
from app.parameters.base import (
    CODE_SCHEMA,
    Areas,
    Boolean,
    Code,
    CodeFilters,
    Coverages,
    DateSpan,
    Day,
    Filters,
    FormParameters,
    Indicators,
    ListParameters,
    Omitted,
    Parameters,
    PriorityAreas,
    QueryText,
    SeriesKeys,
    Sources,
    StrictInt,
    Topics,
    Units,
    create_repeatable,
    validate_key,
)

DAYS = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?")
YEAR = re.compile("([0-9]{4})")
MONTH = "([0-9]{4})-(0[1-9]|1[0-2])"
MONTHS = re.compile(f"{MONTH}(?:/{MONTH})?")


def parse_period(period: str) -> DateSpan:
    """Return the first and the last day of a year, of months or of dates; ValueError for others."""
    if match := YEAR.fullmatch(period):
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if match := MONTHS.fullmatch(period):
        first = int(match[1]), int(match[2])
        last = (int(match[3]), int(match[4])) if match[3] else first
        if first <= last:
            return date(*first, 1), date(*last, monthrange(*last)[1])
    first_day, slash, last_day = period.partition("/")
    days = date.fromisoformat(first_day), date.fromisoformat(last_day if slash else first_day)
    if DAYS.fullmatch(period) and days[0] <= days[1]:
        return days
    raise ValueError(period)


def validate_period(value: str) -> str:
    try:
        parse_period(value)
    except ValueError:
        raise PydanticCustomError("period", "not a period", {"found": value}) from None
    return value


Period = Annotated[
    str,
    AfterValidator(validate_period),
    WithJsonSchema(
        {
            "type": "string",
            "minLength": 4,
            "maxLength": 21,
            "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?(/[0-9]{4}-[0-9]{2}(-[0-9]{2})?)?)?$",
        }
    ),
]


class IndicatorFilters(CodeFilters):
    topic: Topics = create_repeatable("Only indicators of this topic.", "trade")
    unit: Units = create_repeatable("Only indicators in this unit.", "CNY")
    stock_flow: list[StockFlow] = create_repeatable(
        "Only indicators whose figures measure this.", "stock"
    )
    direction: list[Direction] = create_repeatable("Only flows in this direction.", "outward")
    priority_area: PriorityAreas = create_repeatable(
        "Only indicators related to this priority area.", "emerging-fields"
    )
    q: QueryText | Omitted = Field(None, examples=["investment"])
    """Only indicators whose texts contain all these words, in either language."""


class IndicatorListParameters(IndicatorFilters, ListParameters): ...


class ObservationSort(StrEnum):
    """The orders of observations; values in different units are not comparable."""

    INDICATOR, INDICATOR_DESC = "indicator", "indicator_desc"
    PERIOD, PERIOD_DESC = "period", "period_desc"
    VINTAGE, VINTAGE_DESC = "vintage", "vintage_desc"
    VALUE, VALUE_DESC = "value", "value_desc"


class VintageSort(StrEnum):
    """The orders of the vintages of an observation."""

    VINTAGE, VINTAGE_DESC = "vintage", "vintage_desc"


class Vintages(StrEnum):
    """latest lists the most authoritative figure per series and period; all lists every figure."""

    LATEST = "latest"
    ALL = "all"


class GrowthSort(StrEnum):
    """The orders of growth rates."""

    INDICATOR, INDICATOR_DESC = "indicator", "indicator_desc"
    PERIOD, PERIOD_DESC = "period", "period_desc"
    VINTAGE, VINTAGE_DESC = "vintage", "vintage_desc"


class SeriesSort(StrEnum):
    """The orders of series."""

    INDICATOR, INDICATOR_DESC = "indicator", "indicator_desc"
    CODE, CODE_DESC = "code", "code_desc"


class ReportSort(StrEnum):
    """The orders of second reports."""

    INDICATOR, INDICATOR_DESC = "indicator", "indicator_desc"
    PUBLISHED, PUBLISHED_DESC = "published", "published_desc"


class VintageFilters(Filters):
    vintages: Vintages = Field(Vintages.LATEST, examples=["all"])
    """latest (default) lists one figure per series and period: that of the most authoritative
    source, and of the latest among equals. all lists the figures of all sources."""


class PeriodFilters(Filters):
    series: SeriesKeys = create_repeatable(
        "Only figures of this series.", "goods-trade.CN.BRI.partner-2025.CNY.P12M"
    )
    months: Annotated[int, Field(ge=1, le=12), StrictInt] | Omitted = Field(None, examples=[11])
    """Only flows for periods of this many months; 12 for full years."""
    since: Day | Omitted = Field(None, examples=["2024-01-01"])
    """Only periods that start on or after this date."""
    until: Day | Omitted = Field(None, examples=["2024-12-31"])
    """Only periods that end on or before this date."""
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """Only what was known on this date: the figures that were current then. What is said of them,
    such as superseded_on, comparability, contradiction and reports, is as known today."""

    @field_validator("until")
    @classmethod
    def validate_range(cls, value: date | None, info: ValidationInfo) -> date | None:
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise PydanticCustomError("before_since", "before since", {"since": str(since)})
        return value


class ObservationPropertyFilters(PeriodFilters):
    sort: ObservationSort = Field(ObservationSort.INDICATOR, examples=["period_desc"])
    """The order: indicator (default), period, vintage or value; add _desc for descending order.
    Values in different units are not comparable, so filter by one indicator before sorting by
    value."""
    area: Areas = create_repeatable("Only figures reported by this area.", "CN")
    counterpart: Areas = create_repeatable("Only figures with this counterpart area.", "BRI")
    coverage: Coverages = create_repeatable("Only figures with this coverage.", "partner-2025")
    unit: Units = create_repeatable("Only figures in this unit.", "CNY")
    stock_flow: list[StockFlow] = create_repeatable("Only figures that measure this.", "stock")
    source: Sources = create_repeatable(
        "Only figures from this source that no other replaces, unless vintages=all.",
        "scio-2025-01-15",
    )
    status: list[Status] = create_repeatable("Only figures with this status.", "normal")
    qualifier: list[Qualifier] = create_repeatable("Only figures with this qualifier.", "over")


class IndicatorObservationFilters(ObservationPropertyFilters, VintageFilters): ...


class CubeFilters(ObservationPropertyFilters):
    """The filters of a cube, which has one figure per series and period."""

    indicator: Indicators = create_repeatable("Only figures of this indicator.", "goods-trade")
    topic: Topics = create_repeatable("Only figures of this topic.", "trade")


class ObservationFilters(CubeFilters, VintageFilters): ...


class IndicatorObservationListParameters(IndicatorObservationFilters, ListParameters): ...


class ObservationListParameters(ObservationFilters, ListParameters): ...


class GrowthRateListParameters(PeriodFilters, VintageFilters, ListParameters):
    sort: GrowthSort = Field(GrowthSort.INDICATOR, examples=["period_desc"])
    """The order: indicator (default), period or vintage; add _desc for descending order."""
    indicator: Indicators = create_repeatable("Only growth rates of this indicator.", "goods-trade")
    coverage: Coverages = create_repeatable("Only growth rates with this coverage.", "partner-2025")
    unit: Units = create_repeatable("Only growth rates of figures in this unit.", "CNY")
    source: Sources = create_repeatable(
        "Only growth rates from this source that no other replaces, unless vintages=all.",
        "scio-2024-02-07",
    )


class VintageListParameters(ListParameters):
    sort: VintageSort = Field(VintageSort.VINTAGE, examples=["vintage_desc"])
    """The order: vintage (default, oldest first) or vintage_desc."""
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """Only figures published on or before this date."""


class SeriesListParameters(ListParameters):
    sort: SeriesSort = Field(SeriesSort.INDICATOR, examples=["code"])
    """The order: indicator (default) or code; add _desc for descending order."""
    indicator: Indicators = create_repeatable("Only series of this indicator.", "goods-trade")
    topic: Topics = create_repeatable("Only series of this topic.", "trade")
    coverage: Coverages = create_repeatable("Only series with this coverage.", "partner-2025")
    unit: Units = create_repeatable("Only series in this unit.", "CNY")
    stock_flow: list[StockFlow] = create_repeatable("Only series that measure this.", "stock")
    months: Annotated[int, Field(ge=1, le=12), StrictInt] | Omitted = Field(None, examples=[11])
    """Only series with periods of this many months; 12 for full years."""


class ReportListParameters(ListParameters):
    sort: ReportSort = Field(ReportSort.INDICATOR, examples=["published"])
    """The order: indicator (default) or published; add _desc for descending order."""
    indicator: Indicators = create_repeatable("Only reports about this indicator.", "aid-projects")
    series: SeriesKeys = create_repeatable(
        "Only reports about this series.", "aid-projects.CN.BRI.partner-2023.NB.P11M"
    )
    source: Sources = create_repeatable("Only reports from this source.", "xinhua-2025-01-15")
    agreement: list[Agreement] = create_repeatable("Only reports with this agreement.", "differs")
    relation: list[ReportRelation] = create_repeatable(
        "Only reports with this relation to the source of the figure.", "same_event"
    )


class SeriesParameters(Parameters):
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """Only what was known on this date: the figures that were current then. What is said of them,
    such as superseded_on, comparability, contradiction and reports, is as known today."""


class IndicatorPageParameters(Parameters):
    series: SeriesKeys = create_repeatable(
        "The series in the chart.", "goods-trade.CN.BRI.partner-2025.CNY.P12M"
    )


class ComparisonParameters(Parameters):
    indicator: Annotated[
        str,
        validate_key("indicators"),
        WithJsonSchema({**CODE_SCHEMA, "examples": ["goods-trade"]}),
    ]
    """The indicator."""
    period: list[Period] = Field(min_length=2, max_length=2, examples=[["2024", "2025"]])
    """The two periods: a year (2024), a first and a last month (2024-01/2024-11), the date of a
    stock (2024-06-30), or the first and the last day of a cumulative total
    (2021-12-03/2024-12-02). Repeat the parameter."""
    unit: Annotated[str, validate_key("units"), Code] | Omitted = Field(None, examples=["CNY"])
    """The unit of the figures. The default is the unit of the indicator; if a period has no figure
    in it, another unit is used."""
    coverage: Annotated[str, validate_key("coverages"), Code] | Omitted = Field(
        None, examples=["partner-2025"]
    )
    """The coverage of both figures: which countries they count. The default is any, the same for
    both if possible."""
    as_of: Day | Omitted = Field(None, examples=["2026-06-30"])
    """Only what was known on this date: the figures that were current then. If a figure was not
    yet known, the error names the date on which it became known."""
    derived: Boolean = Field(default=False, examples=[False])
    """Whether to calculate the change between the two figures. The result is marked as calculated
    by this service; the request is rejected if the figures are not comparable."""

    @field_validator("period")
    @classmethod
    def require_different_periods(cls, value: list[str]) -> list[str]:
        if len(set(value)) == 1:
            raise PydanticCustomError("same_period", "same period twice", {"found": value[0]})
        return value


class ComparisonPageParameters(FormParameters):
    indicator: str = ""
    period: list[str] = Field(default_factory=list)
    unit: str = ""
    coverage: str = ""


class HistoryParameters(Parameters):
    as_of: Day | None = None
    """The day on which the figures were known; without it, only the form is shown."""
    indicator: Annotated[str, validate_key("indicators")] | None = None
    """Only this indicator, with all of its periods."""
    topic: Annotated[str, validate_key("topics")] | None = None
    """Only indicators of this topic."""


class HistoryPageParameters(FormParameters):
    as_of: str = ""
    indicator: str = ""
    topic: str = ""


def format_period(start: date, end: date) -> str:
    """Return a period in the form of the parameter ``period``."""
    if not has_whole_months(start, end):
        return f"{start}" if start == end else f"{start}/{end}"
    if (start.year, start.month, end.month) == (end.year, 1, 12):
        return f"{start.year}"
    return f"{start:%Y-%m}/{end:%Y-%m}"


MIN_WIDTH, MAX_WIDTH = 320, 1600
MIN_HEIGHT, MAX_HEIGHT = 120, 8000
MAX_SCALE = 4


class Aspect(StrEnum):
    """full is the whole chart, card a picture with its main figure for link previews."""

    FULL = "full"
    CARD = "card"


class ChartParameters(Parameters):
    aspect: Aspect = Field(Aspect.FULL, examples=["card"])
    """What is drawn: full, the default, is the whole chart; card is a picture of 1200 by 630
    pixels for link previews and social networks, with the figure of the title, its period, the
    countries counted, its source and a small chart. It has no width and height."""
    theme: Theme = Field(Theme.LIGHT, examples=["dark"])
    """The colour theme: light, the default, or dark."""
    width: Annotated[int, Field(ge=MIN_WIDTH, le=MAX_WIDTH), StrictInt] | Omitted = Field(
        None, examples=[640]
    )
    """The width in pixels. By default, it is 640; a Vega-Lite specification takes the width of its
    container."""
    height: Annotated[int, Field(ge=MIN_HEIGHT, le=MAX_HEIGHT), StrictInt] | Omitted = Field(
        None, examples=[6000]
    )
    """The height in pixels. By default, the chart is as high as its content requires at this
    width; if less is requested, the error names that height."""


class ImageParameters(ChartParameters):
    scale: Annotated[int, Field(ge=1, le=MAX_SCALE), StrictInt] = Field(1, examples=[2])
    """The number of image pixels per chart pixel on each side, for high-resolution screens and
    for print; 1 by default."""
