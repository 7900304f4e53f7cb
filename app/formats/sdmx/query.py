"""The query parameters of SDMX requests: every name and value is checked, none is ignored."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from app.formats.sdmx.components import ATTRIBUTES, BY_ID, MEASURE_ID, Component
from app.formats.sdmx.dataset import OBSERVATION_LEVELS, DataLayout
from app.formats.sdmx.errors import (
    NoResultsFound,
    NotImplementedProblem,
    SemanticProblem,
    SyntaxProblem,
)
from app.formats.sdmx.paths import CLASSES, MAX_KEYS, PathQuery, add_suggestion, parse_keys
from app.i18n import Bilingual, Language, join_names
from app.parameters.base import KeySet
from app.parameters.sdmx import (
    ANNUAL,
    DIMENSIONS,
    EQUAL,
    OPERATORS,
    OTHER,
    TIME,
    CodeCondition,
    SdmxFilters,
    SeriesKey,
    parse_time_period,
)
from app.problems import messages
from app.problems.problem import shorten

COMMON_NAMES = ("format", "lang")
PERIOD_NAMES = ("startPeriod", "endPeriod")
DATA_NAMES = ("firstNObservations", "lastNObservations", "dimensionAtObservation", "includeHistory")
ANY_FILTER = "c[…]"
PARAMETER_NAMES: dict[tuple[str, bool], tuple[str, ...]] = {
    ("data", True): (*PERIOD_NAMES, "updatedAfter", *DATA_NAMES, "detail"),
    ("data", False): (*DATA_NAMES, "updatedAfter", "asOf", "attributes", "measures", ANY_FILTER),
    ("availability", True): (*PERIOD_NAMES, "updatedAfter", "references", "mode"),
    ("availability", False): ("updatedAfter", "references", "mode", ANY_FILTER),
    ("schema", False): ("dimensionAtObservation", "explicitMeasure"),
    ("structure", True): ("references", "detail"),
    ("structure", False): ("references", "detail"),
}
"""The parameters by resource, and by whether the path is of the 2.1 API."""
REFERENCES = (
    *("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all"),
    *CLASSES,
)
DETAILS = {
    "data": ("full", "dataonly", "serieskeysonly", "nodata"),
    "structure": (
        *("full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs"),
        *("referencepartial", "raw"),
    ),
}
FILTER = re.compile(r"c\[([A-Za-z_]+)\]")
DURATION = re.compile(r"P([1-9]|1[0-2])M(-(0[2-9]|1[0-2]))?|P0D|FROM\d{4}-\d{2}-\d{2}")
COLLECTIONS = {
    "REF_AREA": "areas",
    "COUNTERPART_AREA": "areas",
    "COVERAGE": "coverages",
    "INDICATOR": "indicators",
    "UNIT_MEASURE": "units",
}
"""The collections whose keys are the codes of a dimension."""


@dataclass(frozen=True)
class SdmxRequest:
    filters: SdmxFilters = field(default_factory=SdmxFilters)
    layout: DataLayout = field(default_factory=DataLayout)
    references: str = "none"
    detail: str = "full"
    mode: str = "exact"
    format: str | None = None


def parse_request(
    path: PathQuery, pairs: Sequence[tuple[str, str]], keys: Mapping[str, KeySet]
) -> SdmxRequest:
    """Parse the query of a request; SdmxProblem if a parameter is unknown or invalid."""
    values = QueryValues(read_parameters(path, pairs))
    series_keys, conditions = parse_key_filters(path.key, values, keys)
    filters = replace(parse_filters(values), keys=series_keys, conditions=conditions)
    if filters.history and filters.as_of:
        raise SemanticProblem(messages.HISTORY_OR_DATE)
    detail = values.read_choice("detail", DETAILS.get(path.resource, ()), "full")
    references = "descendants" if path.resource == "schema" else "none"
    return SdmxRequest(
        filters=parse_period_filters(filters, values),
        layout=parse_layout(values, detail),
        references=values.read_choice("references", REFERENCES, references),
        detail=detail,
        mode=values.read_choice("mode", ("exact", "available"), "exact"),
        format=values.get("format"),
    )


def read_parameters(path: PathQuery, pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    allowed = (*PARAMETER_NAMES[path.resource, path.is_21], *COMMON_NAMES)
    for name, count in Counter(name for name, _ in pairs).items():
        if name not in allowed and not (ANY_FILTER in allowed and FILTER.fullmatch(name)):
            reason = messages.UNKNOWN_PARAMETER
            raise SyntaxProblem(describe_parameter(name, reason, allowed, name))
        if count > 1:
            raise SyntaxProblem(messages.REPEATED_PARAMETER.format(name=shorten(name)))
    return dict(pairs)


def describe_parameter(
    name: str, reason: Bilingual, expected: Sequence[str], found: str = ""
) -> Bilingual:
    """Describe an invalid parameter, with the nearest expected value or all of them."""
    message = messages.PARAMETER_REASON.format(name=shorten(name), reason=reason)
    return add_suggestion(message, found, expected, messages.EXPECTED)


def create_value_error(
    name: str, value: str, expected: Sequence[str], *, is_choice: bool = False
) -> SyntaxProblem:
    """Describe an invalid value, with examples, or with the nearest of all valid values."""
    reason = messages.INVALID_CHOICE.format(value=shorten(value))
    return SyntaxProblem(describe_parameter(name, reason, expected, value if is_choice else ""))


class QueryValues(dict[str, str]):
    """The values of a query by name, and readers that check them."""

    def read_choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.get(name, default)
        if allowed and value not in allowed:
            raise create_value_error(name, value, allowed, is_choice=True)
        return value

    def read_count(self, name: str) -> int | None:
        value = self.get(name)
        if value is None:
            return None
        if not re.fullmatch(r"[1-9]\d{0,8}", value):
            raise create_value_error(name, value, ["1, 2, 3 …"])
        return int(value)

    def read_day(self, name: str) -> date | None:
        """Read a point in time as its day in UTC."""
        value = self.get(name)
        if value is None:
            return None
        try:
            # In a query string, the plus sign of a time zone stands for a space.
            moment = datetime.fromisoformat(value.replace(" ", "+"))
            return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
        except (ValueError, OverflowError):
            raise create_value_error(name, value, ["2026-11-25", "2026-11-25T08:00:00Z"]) from None

    def read_period(self, name: str) -> tuple[date, date] | None:
        return parse_period(name, self[name]) if name in self else None


def parse_period(name: str, value: str) -> tuple[date, date]:
    try:
        return parse_time_period(value)
    except (ValueError, OverflowError):
        examples = ["2024", "2024-06", "2024-Q2", "2024-01-01/P11M"]
        raise create_value_error(name, value, examples) from None


def parse_filters(values: QueryValues) -> SdmxFilters:
    """Read the filters other than keys and ``c[TIME_PERIOD]``."""
    values.read_choice("lang", tuple(Language), "en")
    start, end = values.read_period("startPeriod"), values.read_period("endPeriod")
    return SdmxFilters(
        since=start[0] if start else None,
        until=end[1] if end else None,
        updated_after=values.read_day("updatedAfter"),
        as_of=values.read_day("asOf"),
        history=values.read_choice("includeHistory", ("true", "false"), "false") == "true",
        first=values.read_count("firstNObservations"),
        last=values.read_count("lastNObservations"),
    )


def parse_period_filters(filters: SdmxFilters, values: QueryValues) -> SdmxFilters:
    """Apply the filter on periods: operators such as ``ge:2020``, or a list of periods."""
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
                filters = replace(filters, since=first)
            case "gt":
                filters = replace(filters, since=shift_day(last, 1))
            case "le":
                filters = replace(filters, until=last)
            case _:
                filters = replace(filters, until=shift_day(first, -1))
    return replace(filters, periods=frozenset(periods))


def shift_day(day: date, days: int) -> date:
    """Add days to a day; at the ends of the calendar, return the day itself."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return day


def parse_key_filters(
    text: str, values: QueryValues, keys: Mapping[str, KeySet]
) -> tuple[tuple[SeriesKey, ...], tuple[CodeCondition, ...]]:
    """Parse the keys of the path, and the conditions on dimensions."""
    series_keys = parse_keys(text)
    accepted: dict[str, frozenset[str]] = {}
    conditions: list[CodeCondition] = []
    for name, value in values.items():
        match = FILTER.fullmatch(name)
        if match is None or match[1] == TIME:
            continue
        dimension = match[1]
        if dimension not in DIMENSIONS:
            raise create_filter_error(dimension)
        for operator, texts in parse_conditions(name, value):
            if operator == EQUAL:
                accepted[dimension] = frozenset(texts) & accepted.get(dimension, frozenset(texts))
            else:
                conditions.append((dimension, operator, texts))
    if (count := sum(len(texts) for *_, texts in conditions)) > MAX_KEYS:
        raise SemanticProblem(messages.TOO_MANY_TEXTS.format(count=count, limit=MAX_KEYS))
    # As conditions of their own, they need not be repeated in every key.
    conditions += ((dimension, EQUAL, tuple(codes)) for dimension, codes in accepted.items())
    for key in (*series_keys, accepted):
        for dimension, codes in key.items():
            for value in sorted(codes):
                check_code(dimension, value, keys)
    return series_keys, tuple(conditions)


def create_filter_error(name: str) -> SyntaxProblem | NotImplementedProblem:
    filterable = (*DIMENSIONS, TIME)
    if name in BY_ID:
        names = join_names(filterable)
        return NotImplementedProblem(messages.ONLY_DIMENSIONS.format(name=name, names=names))
    reason = messages.UNKNOWN_COMPONENT
    return SyntaxProblem(describe_parameter(f"c[{name}]", reason, filterable, name))


def parse_conditions(name: str, text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Parse conditions on a dimension, such as ``sw:goods+ne:goods-trade``, which all must hold."""
    for part in re.split(r"[ +]", text):
        operator, colon, rest = part.partition(":")
        if colon and operator not in OPERATORS:
            found = {"name": name, "operator": shorten(operator)}
            expected = join_names(OPERATORS)
            raise NotImplementedProblem(
                messages.UNSUPPORTED_OPERATOR.format(**found, names=expected)
            )
        yield operator if colon else EQUAL, tuple((rest if colon else part).split(","))


def check_code(dimension: str, code: str, keys: Mapping[str, KeySet]) -> None:
    """Raise NoResultsFound if a code does not exist."""
    expected: Sequence[str]
    if dimension in COLLECTIONS:
        known = keys[COLLECTIONS[dimension]]
        if code in known:
            return
        expected = known.find_nearest_keys(code)
    elif dimension == "DURATION":
        if DURATION.fullmatch(code):
            return
        expected = ["P12M", "P11M", "P0D"]
    elif code in {ANNUAL, OTHER}:
        return
    else:
        expected = [ANNUAL, OTHER]
    reason = messages.UNKNOWN_CODE.format(code=shorten(code))
    raise NoResultsFound(describe_parameter(dimension, reason, expected, code))


def parse_layout(values: QueryValues, detail: str) -> DataLayout:
    level = values.read_choice("dimensionAtObservation", OBSERVATION_LEVELS, TIME)
    attributes = parse_attributes(values.get("attributes", "dsd"))
    measures = values.read_choice("measures", ("all", "none", MEASURE_ID), "all")
    is_empty = measures == "none" and not attributes
    if detail in {"serieskeysonly", "nodata"} or is_empty:
        return DataLayout(has_observations=False, has_values=False, attributes=())
    if detail == "dataonly":
        attributes = ()
    return DataLayout(level, has_values=measures != "none", attributes=attributes)


def parse_attributes(text: str) -> tuple[Component, ...]:
    if text in {"all", "dsd", "obs"}:
        return ATTRIBUTES
    if text in {"none", "msd", "dataset", "series", "dataset,series", "series,dataset"}:
        return ()
    names = text.split(",")
    expected = [one.id for one in ATTRIBUTES]
    for name in names:
        if name not in expected:
            raise create_value_error("attributes", name, expected, is_choice=True)
    return tuple(one for one in ATTRIBUTES if one.id in names)
