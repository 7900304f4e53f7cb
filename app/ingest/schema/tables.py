"""Tables of figures: one file with a row for each, and the records that they define."""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, NamedTuple, TypeAlias, cast

from pydantic import BeforeValidator
from pydantic import WithJsonSchema as JsonSchema
from pydantic_core import PydanticCustomError

from app.enums import ChangeMeasure, CheckMethod, GrowthBasis, Qualifier, Status, StockFlow
from app.i18n import MONTHS
from app.ingest.files import Messages, Places, Value, ValuePath
from app.ingest.schema.base import (
    BilingualText,
    Day,
    Entity,
    Locator,
    Multiplier,
    Number,
    Ref,
    StrictModel,
    Wording,
    count_decimals,
)
from app.ingest.schema.records import (
    Contradiction,
    GrowthRate,
    Indicator,
    Observation,
    Period,
    Series,
    format_record_key,
)
from app.ingest.schema.reference import Area, Coverage, Source, Unit

Fields: TypeAlias = dict[str, Value]
DIMENSIONS = ("indicator", "reporting_area", "counterpart_area", "coverage", "unit")
SHARED_FIELDS = ("source", "locator", "checked_on", "check_method")
OWN_FIELDS = (*SHARED_FIELDS, "note", "contradiction")
GROWTH_FIELDS = ("value", "measure", "wording", "basis", "note", "contradiction")
FIGURE_PLACES: Places = {"published": ("value",), "bounds": ("value",), "period": ("period",)}
GROWTH_PLACES: Places = {
    **{name: ("growth", name) for name in GROWTH_FIELDS},
    "period": ("period",),
    "base_period": ("period",),
}
DAY = "2023-12-31"
END = r"(?:1949|19[5-9][0-9]|2[0-9]{3})-(?:0[1-9]|1[0-2])(?:-[0-3][0-9])?"
SPAN = re.compile(rf"({END})(?:\.\.({END}))?")


def parse_span(value: object) -> dict[str, str]:
    """Parse a period of a table into its first and its last day.

    It is a year, a month or a day, or two months or days: 2023-01..2023-11.
    """
    text = f"{value}-01..{value}-12" if isinstance(value, int) else str(value)
    if found := SPAN.fullmatch(text):
        first, last = found[1], found[2] or found[1]
        year, month = map(int, last.split("-")[:2])
        start = first if len(first) == len(DAY) else f"{first}-01"
        end = last if len(last) == len(DAY) else f"{last}-{monthrange(year, month)[1]}"
        if start <= end:
            return {"start": start, "end": end}
    raise PydanticCustomError("span", "Write a period such as 2023 or 2023-01..2023-11, or a date")


def format_span(period: Period) -> int | str:
    """Return a period as tables state it; the reverse of ``parse_span``."""
    pattern = "%Y-%m" if period.has_whole_months() else "%Y-%m-%d"
    first, last = period.start.strftime(pattern), period.end.strftime(pattern)
    if period.has_whole_months() and (period.start.month, period.months) == (1, MONTHS):
        return period.start.year
    return first if first == last else f"{first}..{last}"


Span = Annotated[
    Period,
    BeforeValidator(parse_span),
    JsonSchema(
        {"anyOf": [{"type": "integer"}, {"type": "string", "pattern": f"^{SPAN.pattern}$"}]}
    ),
]


class Growth(StrictModel):
    """A change on the same months of the year before, as the source of the row states it."""

    value: Number
    """The change in percent or percentage points; negative for a decline."""
    measure: ChangeMeasure = ChangeMeasure.PERCENT
    """percentage_points for the change of a share that the source gives in points."""
    wording: Wording
    """The change in the words of the source."""
    basis: GrowthBasis = GrowthBasis.UNSTATED
    """restated if the base is known to differ from the level published for it."""
    locator: Locator | None = None
    """The paragraph and sentence, if it is not that of the figure."""
    note: BilingualText | None = None
    """How the basis is known."""
    contradiction: Ref[Contradiction] | None = None
    """The contradiction, if it does not agree with another published rate."""


class TableRow(StrictModel):
    """What one source states for one period: a figure, its growth, or both."""

    period: Span
    """A year such as 2023, a month such as 2023-05, or 2023-01..2023-11; in a table of stocks, a
    day such as 2024-06-30; in one of cumulative totals, months or days such as
    2021-12-03..2024-06-30."""
    value: Number | None = None
    """The number as printed, with all its digits; omit it if the source states growth alone."""
    multiplier: Multiplier | None = None
    """The power of ten of the word after it, if it is not that of the table."""
    qualifier: Qualifier = Qualifier.NONE
    """How the wording limits the figure; the bounds follow from it."""
    wording: Wording | None = None
    """The figure in the words of the source, with its qualifier; required with a value."""
    status: Status = Status.NORMAL
    """How final the figure is, according to the publisher."""
    source: Ref[Source]
    locator: Locator | None = None
    """The paragraph and sentence of the source, such as P2.S2."""
    checked_on: Day | None = None
    """The day on which the row was last compared with the source."""
    check_method: CheckMethod | None = None
    """How it was compared."""
    growth: Growth | None = None
    """The change on a year earlier; if another source states it, add a row without a value."""
    note: BilingualText | None = None
    """What else a reader must know about this figure, in our own words."""
    contradiction: Ref[Contradiction] | None = None
    """The contradiction, if it does not agree with another published figure."""


class SeriesTable(Entity):
    """The figures of an indicator for a pair of areas, a coverage and a unit, one row each.

    Rows whose periods have the same number of months are a series, as are all stocks, and all
    cumulative totals with the same first day. One that has notes or breaks also has a file in
    series/.
    """

    collection = "figures"

    indicator: Ref[Indicator]
    reporting_area: Ref[Area]
    counterpart_area: Ref[Area]
    coverage: Ref[Coverage]
    """Which countries the figures count."""
    unit: Ref[Unit]
    stock_flow: StockFlow = StockFlow.FLOW
    """What the figures measure; stocks and cumulative totals have tables of their own."""
    multiplier: Multiplier = 0
    """The power of ten of the word after the printed numbers: 12 for trillion, 9 for billion."""
    figures: list[TableRow]
    """The rows, by period."""

    def natural_key(self) -> str:
        areas = f"{self.reporting_area}.{self.counterpart_area}"
        kind = "" if self.stock_flow is StockFlow.FLOW else f".{self.stock_flow}"
        return f"{self.indicator}.{areas}.{self.coverage}.{self.unit}{kind}"

    def build_series(self, period: Period) -> Series:
        fields: dict[str, object] = {name: getattr(self, name) for name in DIMENSIONS}
        if self.stock_flow is StockFlow.FLOW:
            first_month = period.start.month
            fields |= {
                "months": period.months,
                "first_month": first_month if first_month > 1 else None,
            }
        elif self.stock_flow is StockFlow.CUMULATIVE:
            fields["start"] = f"{period.start}"
        return Series.model_validate(fields)


class TableRecord(NamedTuple):
    """A record that a table defines, with the content that its own file would have."""

    kind: type[Entity]
    key: str
    content: Fields
    origin: ValuePath
    """The row of the table."""
    places: Places


def check_periods(table: SeriesTable) -> Messages:
    for index, row in enumerate(table.figures):
        if message := row.period.describe_mismatch(table.stock_flow):
            yield ("figures", index, "period"), message
        if row.growth and table.stock_flow is not StockFlow.FLOW:
            yield ("figures", index, "growth"), "belongs to flows alone; remove it"


def expand_table(table: SeriesTable, content: Fields) -> Iterator[TableRecord]:
    """Return the series of a table, and the observation and growth rate of each of its rows."""
    rows = cast("list[Fields]", content["figures"])
    known: set[str] = set()
    for index, (row, fields) in enumerate(zip(table.figures, rows, strict=True)):
        origin: ValuePath = "figures", index
        entity = table.build_series(row.period)
        series = entity.natural_key()
        key = format_record_key(series, row.period, row.source)
        if series not in known:
            known.add(series)
            header = entity.model_dump(mode="json", exclude_unset=True)
            yield TableRecord(Series, series, header, (), {})
        if row.value is not None or row.growth is None:
            figure = build_observation(series, table.multiplier, row, fields)
            yield TableRecord(Observation, key, figure, origin, FIGURE_PLACES)
        if row.growth is not None:
            rate = build_growth_rate(series, row, row.growth, fields)
            yield TableRecord(GrowthRate, key, rate, origin, GROWTH_PLACES)


def build_observation(series: str, multiplier: int, row: TableRow, fields: Fields) -> Fields:
    figure: Fields = {"series": series, "period": format_days(row.period)}
    if row.value is not None:
        multiplier = multiplier if row.multiplier is None else row.multiplier
        value = scale_number(row.value, multiplier)
        decimals = count_decimals(row.value)
        printed: Fields = {"value": fields["value"], "multiplier": multiplier, "decimals": decimals}
        figure |= {"value": value, "published": printed}
        if row.qualifier in {Qualifier.OVER, Qualifier.NEARLY}:
            side = "lower" if row.qualifier is Qualifier.OVER else "upper"
            figure["bounds"] = {side: value}
    texts: Fields = {"wording": fields["wording"]} if "wording" in fields else {}
    states: Fields = {"qualifier": str(row.qualifier), "status": str(row.status)}
    return figure | texts | states | {name: fields[name] for name in OWN_FIELDS if name in fields}


def build_growth_rate(series: str, row: TableRow, growth: Growth, fields: Fields) -> Fields:
    own = cast("Fields", fields["growth"])
    base = find_base_period(row.period)
    periods: Fields = {"period": format_days(row.period), "base_period": format_days(base)}
    shared = {name: fields[name] for name in SHARED_FIELDS if name in fields}
    return {"series": series, **periods, "basis": str(growth.basis), **shared, **own}


def find_base_period(period: Period) -> Period:
    """Return the same months of the year before."""
    # The last day of February depends on the year, the first day of March does not.
    following = period.end + timedelta(days=1)
    end = following.replace(year=following.year - 1) - timedelta(days=1)
    return Period.model_construct(start=period.start.replace(year=period.start.year - 1), end=end)


def format_days(period: Period) -> Value:
    return {"start": period.start.isoformat(), "end": period.end.isoformat()}


def scale_number(printed: Decimal, multiplier: int) -> int | Decimal:
    """Return a printed number in the base unit, as single files write it out."""
    value = printed.scaleb(multiplier)
    whole = value.to_integral_value()
    return int(whole) if value == whole else Decimal(f"{value.normalize():f}")
