"""Which figures, series, growth rates and reports to list."""

import re
from calendar import monthrange
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator
from pydantic_core import PydanticCustomError

from app.enums import Agreement, Direction, Qualifier, Status
from app.parameters.base import (
    CODE_SCHEMA,
    Areas,
    Code,
    CodeFilters,
    Day,
    Filters,
    Indicators,
    ListParameters,
    Omitted,
    Parameters,
    PriorityAreas,
    QueryText,
    SeriesKeys,
    Sources,
    StrictBool,
    StrictInt,
    Topics,
    Units,
    known_key,
    repeatable,
)

YEAR = re.compile("([0-9]{4})")
MONTHS = re.compile("([0-9]{4})-(0[1-9]|1[0-2])/([0-9]{4})-(0[1-9]|1[0-2])")


def parse_period(period: str) -> tuple[date, date]:
    """Read a period, a year or two months, as its first and its last day.

    Raises:
        ValueError: if it is written otherwise, or runs backwards.
    """
    if match := YEAR.fullmatch(period):
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if match := MONTHS.fullmatch(period):
        first, last = (int(match[1]), int(match[2])), (int(match[3]), int(match[4]))
        if first <= last:
            return date(*first, 1), date(*last, monthrange(*last)[1])
    raise ValueError(period)


def validate_period(value: str) -> str:
    """Accept a year, or a first and a last month."""
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
            "maxLength": 15,
            "pattern": "^[0-9]{4}(-[0-9]{2}/[0-9]{4}-[0-9]{2})?$",
        }
    ),
]


class IndicatorFilters(CodeFilters):
    """Which indicators to give."""

    topic: Topics = repeatable("Only indicators of this topic.", "trade")
    unit: Units = repeatable("Only indicators in this unit.", "CNY")
    direction: list[Direction] = repeatable("Only flows in this direction.", "outward")
    priority_area: PriorityAreas = repeatable(
        "Only baseline indicators of this priority area.", "emerging-fields"
    )
    q: QueryText | Omitted = Field(None, examples=["investment"])
    """Only indicators whose texts hold all these words, in either language."""


class IndicatorListParameters(IndicatorFilters, ListParameters):
    """Which indicators to list."""


class ObservationSort(StrEnum):
    """Orders of observations."""

    INDICATOR = "indicator"
    INDICATOR_DESC = "indicator_desc"
    PERIOD = "period"
    PERIOD_DESC = "period_desc"
    VINTAGE = "vintage"
    VINTAGE_DESC = "vintage_desc"
    VALUE = "value"
    VALUE_DESC = "value_desc"


class VintageSort(StrEnum):
    """Orders of the vintages of one figure."""

    VINTAGE = "vintage"
    VINTAGE_DESC = "vintage_desc"


class Vintages(StrEnum):
    """Which of several figures of one series and period to list."""

    LATEST = "latest"
    ALL = "all"


class GrowthSort(StrEnum):
    """Orders of growth rates."""

    INDICATOR = "indicator"
    INDICATOR_DESC = "indicator_desc"
    PERIOD = "period"
    PERIOD_DESC = "period_desc"
    VINTAGE = "vintage"
    VINTAGE_DESC = "vintage_desc"


class SeriesSort(StrEnum):
    """Orders of series."""

    INDICATOR = "indicator"
    INDICATOR_DESC = "indicator_desc"
    CODE = "code"
    CODE_DESC = "code_desc"


class ReportSort(StrEnum):
    """Orders of second reports."""

    INDICATOR = "indicator"
    INDICATOR_DESC = "indicator_desc"
    PUBLISHED = "published"
    PUBLISHED_DESC = "published_desc"


class PeriodFilters(Filters):
    """Which periods to list, and which of their vintages."""

    series: SeriesKeys = repeatable("Only figures of this series.", "goods-trade.CN.BRI.CNY.P12M")
    months: Annotated[int, Field(ge=1, le=12), StrictInt] | Omitted = Field(None, examples=[11])
    """Only figures whose period has this many months: 12 for full years."""
    since: Day | Omitted = Field(None, examples=["2024-01-01"])
    """Only periods that start on or after this day."""
    until: Day | Omitted = Field(None, examples=["2024-12-31"])
    """Only periods that end on or before this day."""
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """What was known on this day: the figures that held then, none published later."""
    vintages: Vintages = Field(Vintages.LATEST, examples=["all"])
    """latest (without the parameter) lists one figure a series and period, the one that holds:
    of the best standing of source, then the latest. all lists every source's."""

    @field_validator("until")
    @classmethod
    def validate_range(cls, value: date | None, info: ValidationInfo) -> date | None:
        """Refuse a range that ends before it starts."""
        since = info.data.get("since")
        if value is not None and since is not None and value < since:
            raise PydanticCustomError("before_since", "before since", {"since": str(since)})
        return value


class IndicatorObservationFilters(PeriodFilters):
    """Which observations of one indicator to list."""

    sort: ObservationSort = Field(ObservationSort.INDICATOR, examples=["period_desc"])
    """The order: indicator (without the parameter), period, vintage or value, or any of them
    with _desc. Values of different units do not compare; filter by one indicator first."""
    area: Areas = repeatable("Only figures that this area reports.", "CN")
    counterpart: Areas = repeatable("Only figures with this area on the other side.", "BRI")
    unit: Units = repeatable("Only figures in this unit.", "CNY")
    source: Sources = repeatable("Only figures from this source.", "scio-2025-01-15")
    status: list[Status] = repeatable("Only figures of this status.", "normal")
    qualifier: list[Qualifier] = repeatable("Only figures limited in this way.", "over")


class ObservationFilters(IndicatorObservationFilters):
    """Which observations of all indicators to list."""

    indicator: Indicators = repeatable("Only figures of this indicator.", "goods-trade")
    topic: Topics = repeatable("Only figures of this topic.", "trade")


class IndicatorObservationListParameters(IndicatorObservationFilters, ListParameters):
    """Which observations of one indicator to list."""


class ObservationListParameters(ObservationFilters, ListParameters):
    """Which observations of all indicators to list."""


class GrowthRateListParameters(PeriodFilters, ListParameters):
    """Which growth rates to list."""

    sort: GrowthSort = Field(GrowthSort.INDICATOR, examples=["period_desc"])
    """The order: indicator (without the parameter), period or vintage, or any of them with
    _desc."""
    indicator: Indicators = repeatable("Only growth of this indicator.", "goods-trade")
    unit: Units = repeatable("Only growth of figures in this unit.", "CNY")
    source: Sources = repeatable("Only growth from this source.", "scio-2024-02-07")


class VintageListParameters(ListParameters):
    """Which vintages of a figure to list."""

    sort: VintageSort = Field(VintageSort.VINTAGE, examples=["vintage_desc"])
    """The order: vintage (without the parameter: the oldest first), or vintage_desc."""
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """Only what was published on or before this day."""


class SeriesListParameters(ListParameters):
    """Which series to list."""

    sort: SeriesSort = Field(SeriesSort.INDICATOR, examples=["code"])
    """The order: indicator (without the parameter) or code, or either of them with _desc."""
    indicator: Indicators = repeatable("Only series of this indicator.", "goods-trade")
    topic: Topics = repeatable("Only series of this topic.", "trade")
    unit: Units = repeatable("Only series in this unit.", "CNY")
    months: Annotated[int, Field(ge=1, le=12), StrictInt] | Omitted = Field(None, examples=[11])
    """Only series whose periods have this many months: 12 for full years."""


class ReportListParameters(ListParameters):
    """Which second reports to list."""

    sort: ReportSort = Field(ReportSort.INDICATOR, examples=["published"])
    """The order: indicator (without the parameter) or published, or either of them with _desc."""
    indicator: Indicators = repeatable("Only reports on this indicator.", "aid-projects")
    series: SeriesKeys = repeatable("Only reports on this series.", "aid-projects.CN.BRI.NB.P11M")
    source: Sources = repeatable("Only reports of this source.", "xinhua-2025-01-15")
    agreement: list[Agreement] = repeatable("Only reports that compare like this.", "differs")


class SeriesParameters(Parameters):
    """Which figures of a series to show."""

    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """What was known on this day: the figures that held then, none published later."""


class ComparisonParameters(Parameters):
    """Which two periods of which indicator to compare."""

    indicator: Annotated[
        str,
        known_key("indicators"),
        WithJsonSchema({**CODE_SCHEMA, "examples": ["goods-trade"]}),
    ]
    """The indicator."""
    period: list[Period] = Field(min_length=2, max_length=2, examples=[["2024", "2025"]])
    """The two periods: a year (2024), or a first and a last month (2024-01/2024-11). Write the
    parameter twice."""
    unit: Annotated[str, known_key("units"), Code] | Omitted = Field(None, examples=["CNY"])
    """The unit of the figures. Without it the indicator's own is preferred, and another is taken
    where a period has none in it."""
    as_of: Day | Omitted = Field(None, examples=["2025-01-14"])
    """What was known on this day: the figures that held then, none published later."""
    derived: StrictBool = Field(default=False, examples=[True])
    """Whether to compute the change between the two, marked as ours. It is refused where the
    bases differ."""

    @field_validator("period")
    @classmethod
    def require_different_periods(cls, value: list[str]) -> list[str]:
        """Refuse to compare a period with itself."""
        if len(set(value)) == 1:
            raise PydanticCustomError("same_period", "same period twice", {"found": value[0]})
        return value

    def periods(self) -> list[tuple[date, date]]:
        """Give the first and the last day of each period."""
        return [parse_period(period) for period in self.period]


def format_period(start: date, end: date) -> str:
    """Write a period as the parameter takes it."""
    if (start.year, start.month, end.month) == (end.year, 1, 12):
        return f"{start.year}"
    return f"{start:%Y-%m}/{end:%Y-%m}"
