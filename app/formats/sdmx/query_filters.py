"""Which figures a request selects: by key, by filters on dimensions, by period and by time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.formats.sdmx.components import BY_ID
from app.formats.sdmx.errors import NoResultsFound, NotImplementedProblem, SyntaxProblem
from app.formats.sdmx.paths import parse_keys
from app.formats.sdmx.query_values import QueryValues, invalid_value, parse_period
from app.i18n import Bilingual
from app.parameters.base import KeySet
from app.parameters.sdmx import ANNUAL, DIMENSIONS, TIME, SdmxFilters, SeriesKey
from app.problems.problem import shorten

FILTER = re.compile(r"c\[([A-Za-z_]+)\]")
COLLECTIONS = {
    "REF_AREA": "areas",
    "COUNTERPART_AREA": "areas",
    "INDICATOR": "indicators",
    "UNIT_MEASURE": "units",
}
DURATION = re.compile(r"P([1-9]|1[0-2])M")


def parse_selection(values: Mapping[str, str]) -> SdmxFilters:
    """Read what is selected of the periods, and of what was known when."""
    choose = QueryValues(values)
    start, end = choose.read_period("startPeriod"), choose.read_period("endPeriod")
    return SdmxFilters(
        since=start[0] if start else None,
        until=end[1] if end else None,
        updated_after=choose.read_day("updatedAfter"),
        as_of=choose.read_day("asOf"),
        history=choose.read_boolean("includeHistory"),
        first=choose.read_count("firstNObservations"),
        last=choose.read_count("lastNObservations"),
    )


def filter_periods(selection: SdmxFilters, values: Mapping[str, str]) -> SdmxFilters:
    """Narrow a selection by the filter on periods: ge, gt, le, lt, or periods themselves."""
    name = f"c[{TIME}]"
    periods = set()
    for part in re.split(r"[ +]", values[name]) if name in values else ():
        operator, colon, rest = part.partition(":")
        if not colon or operator not in {"ge", "gt", "le", "lt", "eq"}:
            operator, rest = "eq", part
        if operator == "eq":
            periods |= {parse_period(name, one) for one in rest.split(",")}
            continue
        first, last = parse_period(name, rest)
        match operator:
            case "ge":
                selection = replace(selection, since=first)
            case "gt":
                selection = replace(selection, since=adjacent_day(last, 1))
            case "le":
                selection = replace(selection, until=last)
            case _:
                selection = replace(selection, until=adjacent_day(first, -1))
    return replace(selection, periods=frozenset(periods))


def adjacent_day(day: date, days: int) -> date:
    """Give the day before or after a day, or the day itself where the calendar ends."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return day


def filter_key(
    key: str, values: Mapping[str, str], known: Mapping[str, KeySet]
) -> tuple[SeriesKey, ...]:
    """Read the key of the path, narrowed by the filters on dimensions."""
    found: list[SeriesKey] = list(parse_keys(key))
    for name, value in values.items():
        match = FILTER.fullmatch(name)
        if match is None or match[1] == TIME:
            continue
        if match[1] not in DIMENSIONS:
            raise not_filterable(match[1])
        accepted = parse_accepted(name, value)
        found = [{**key, match[1]: accepted & key.get(match[1], accepted)} for key in found or [{}]]
    for one in found:
        for dimension, accepted in one.items():
            for value in sorted(accepted):
                check_code(dimension, value, known)
    return tuple(found)


def not_filterable(name: str) -> SyntaxProblem | NotImplementedProblem:
    """Say that a component cannot be filtered by."""
    if name in BY_ID:
        return NotImplementedProblem(
            Bilingual(
                f"c[{name}]: only dimensions can be filtered by: {', '.join(DIMENSIONS)}, {TIME}",
                f"c[{name}]：只能按维度筛选：{'、'.join(DIMENSIONS)}、{TIME}",
            )
        )
    return invalid_value(f"c[{name}]", "no such component", "无此成分", (*DIMENSIONS, TIME), name)


def parse_accepted(name: str, value: str) -> frozenset[str]:
    """Read the values that a filter accepts."""
    operator, colon, rest = value.partition(":")
    if colon and operator != "eq":
        raise NotImplementedProblem(
            Bilingual(
                f"{name}: {shorten(operator)} is not offered; write values parted by commas",
                f"{name}：不支持 {shorten(operator)}；请以逗号分隔列出取值",
            )
        )
    return frozenset((rest if colon else value).split(","))


def check_code(dimension: str, value: str, known: Mapping[str, KeySet]) -> None:
    """Refuse a value that no series can have."""
    collection = COLLECTIONS.get(dimension)
    near: Sequence[str]
    if collection is not None:
        if value in known[collection]:
            return
        near = known[collection].nearest_keys(value)
    elif dimension == "DURATION":
        if DURATION.fullmatch(value):
            return
        near = ["P12M", "P11M"]
    elif value == ANNUAL:
        return
    else:
        near = [ANNUAL]
    told = invalid_value(
        dimension, f"no code {shorten(value)}", f"无代码 {shorten(value)}", near, value
    )
    raise NoResultsFound(told.detail)
