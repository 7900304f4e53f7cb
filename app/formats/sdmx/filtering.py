"""Which figures a request selects: by key, by filters on dimensions, by period and by time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from app.filters.base import Known
from app.filters.sdmx import ANNUAL, DIMENSIONS, TIME, SdmxSelection, SeriesKey
from app.formats.sdmx.choices import Choices, refused, spanned
from app.formats.sdmx.components import BY_ID
from app.formats.sdmx.paths import keys
from app.formats.sdmx.refusals import NoResults, NotImplementedHere, SyntaxFault
from app.problems import shown
from app.text import Words

FILTER = re.compile(r"c\[([A-Za-z_]+)\]")
COLLECTIONS = {
    "REF_AREA": "areas",
    "COUNTERPART_AREA": "areas",
    "INDICATOR": "indicators",
    "UNIT_MEASURE": "units",
}
DURATION = re.compile(r"P([1-9]|1[0-2])M")


def selected(values: Mapping[str, str]) -> SdmxSelection:
    """Read what is selected of the periods, and of what was known when."""
    choose = Choices(values)
    start, end = choose.period("startPeriod"), choose.period("endPeriod")
    return SdmxSelection(
        since=start[0] if start else None,
        until=end[1] if end else None,
        updated_after=choose.day("updatedAfter"),
        as_of=choose.day("asOf"),
        history=choose.truth("includeHistory"),
        first=choose.count("firstNObservations"),
        last=choose.count("lastNObservations"),
    )


def selected_periods(selection: SdmxSelection, values: Mapping[str, str]) -> SdmxSelection:
    """Narrow a selection by the filter on periods: ge, gt, le, lt, or periods themselves."""
    name = f"c[{TIME}]"
    periods = set()
    for part in re.split(r"[ +]", values[name]) if name in values else ():
        operator, colon, rest = part.partition(":")
        if not colon or operator not in {"ge", "gt", "le", "lt", "eq"}:
            operator, rest = "eq", part
        if operator == "eq":
            periods |= {spanned(name, one) for one in rest.split(",")}
            continue
        first, last = spanned(name, rest)
        match operator:
            case "ge":
                selection = replace(selection, since=first)
            case "gt":
                selection = replace(selection, since=beside(last, 1))
            case "le":
                selection = replace(selection, until=last)
            case _:
                selection = replace(selection, until=beside(first, -1))
    return replace(selection, periods=frozenset(periods))


def beside(day: date, days: int) -> date:
    """Give the day before or after a day, or the day itself where the calendar ends."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return day


def narrowed(
    key: str, values: Mapping[str, str], known: Mapping[str, Known]
) -> tuple[SeriesKey, ...]:
    """Read the key of the path, narrowed by the filters on dimensions."""
    found: list[SeriesKey] = list(keys(key))
    for name, value in values.items():
        match = FILTER.fullmatch(name)
        if match is None or match[1] == TIME:
            continue
        if match[1] not in DIMENSIONS:
            raise unfiltered(match[1])
        accepted = wanted(name, value)
        found = [{**key, match[1]: accepted & key.get(match[1], accepted)} for key in found or [{}]]
    for one in found:
        for dimension, accepted in one.items():
            for value in sorted(accepted):
                check(dimension, value, known)
    return tuple(found)


def unfiltered(name: str) -> SyntaxFault | NotImplementedHere:
    """Say that a component cannot be filtered by."""
    if name in BY_ID:
        return NotImplementedHere(
            Words(
                f"c[{name}]: only dimensions can be filtered by: {', '.join(DIMENSIONS)}, {TIME}",
                f"c[{name}]：只能按维度筛选：{'、'.join(DIMENSIONS)}、{TIME}",
            )
        )
    return refused(f"c[{name}]", "no such component", "无此成分", (*DIMENSIONS, TIME), name)


def wanted(name: str, value: str) -> frozenset[str]:
    """Read the values that a filter accepts."""
    operator, colon, rest = value.partition(":")
    if colon and operator != "eq":
        raise NotImplementedHere(
            Words(
                f"{name}: {shown(operator)} is not offered; write values parted by commas",
                f"{name}：不支持 {shown(operator)}；请以逗号分隔列出取值",
            )
        )
    return frozenset((rest if colon else value).split(","))


def check(dimension: str, value: str, known: Mapping[str, Known]) -> None:
    """Refuse a value that no series can have."""
    collection = COLLECTIONS.get(dimension)
    near: Sequence[str]
    if collection is not None:
        if value in known[collection]:
            return
        near = known[collection].near(value)
    elif dimension == "DURATION":
        if DURATION.fullmatch(value):
            return
        near = ["P12M", "P11M"]
    elif value == ANNUAL:
        return
    else:
        near = [ANNUAL]
    told = refused(dimension, f"no code {shown(value)}", f"无代码 {shown(value)}", near, value)
    raise NoResults(told.detail)
