"""Expand tables of figures into the records that single files would define."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple, TypeAlias, cast

from app.enums import Qualifier, StockFlow
from app.ingest.files import Messages, Places, Value, ValuePath
from app.ingest.schema import Entity, GrowthRate, Observation, Period, Series, SeriesTable
from app.ingest.schema.records import format_record_key
from app.ingest.schema.tables import Growth, TableRow

Fields: TypeAlias = dict[str, Value]

SHARED_FIELDS = ("source", "locator", "checked_on", "check_method")
OWN_FIELDS = (*SHARED_FIELDS, "note", "contradiction")
GROWTH_FIELDS = ("value", "measure", "wording", "basis", "note", "contradiction")
FIGURE_PLACES: Places = {"published": ("value",), "bounds": ("value",), "period": ("period",)}
GROWTH_PLACES: Places = {
    **{name: ("growth", name) for name in GROWTH_FIELDS},
    "period": ("period",),
    "base_period": ("period",),
}


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
        if message := row.period.describe_misfit(table.stock_flow):
            yield ("figures", index, "period"), message
        if row.growth and table.stock_flow is not StockFlow.FLOW:
            yield ("figures", index, "growth"), "is of a flow; remove it"


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
        decimals = max(0, -int(row.value.as_tuple().exponent))
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
