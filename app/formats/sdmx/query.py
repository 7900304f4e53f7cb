"""The query parameters of SDMX requests: each is known and well written, or refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.formats.sdmx.component import Component
from app.formats.sdmx.components import ATTRIBUTES, OBSERVED
from app.formats.sdmx.dataset import LAYOUTS, DataLayout
from app.formats.sdmx.errors import SemanticProblem, SyntaxProblem
from app.formats.sdmx.paths import KINDS, PathQuery
from app.formats.sdmx.query_filters import FILTER, filter_key, filter_periods, parse_selection
from app.formats.sdmx.query_values import QueryValues, invalid_value
from app.i18n import Bilingual, Language
from app.parameters.base import KeySet
from app.parameters.sdmx import TIME, SdmxFilters
from app.problems.problem import shorten

COMMON = ("format", "lang")
PERIODS = ("startPeriod", "endPeriod")
DATA = ("firstNObservations", "lastNObservations", "dimensionAtObservation", "includeHistory")
NAMES: dict[tuple[str, bool], tuple[str, ...]] = {
    ("data", True): (*PERIODS, "updatedAfter", *DATA, "detail"),
    ("data", False): (*DATA, "updatedAfter", "asOf", "attributes", "measures", "c[…]"),
    ("availability", True): (*PERIODS, "updatedAfter", "references", "mode"),
    ("availability", False): ("updatedAfter", "references", "mode", "c[…]"),
    ("schema", False): ("dimensionAtObservation", "explicitMeasure"),
    ("structure", True): ("references", "detail"),
    ("structure", False): ("references", "detail"),
}
"""The parameters by resource, and by whether the path is of 2.1."""
REFERENCES = (
    *("none", "parents", "parentsandsiblings", "ancestors", "children", "descendants", "all"),
    *KINDS,
)
STUBS = ("full", "allstubs", "referencestubs", "allcompletestubs", "referencecompletestubs")
REFERENCED_KINDS = {"schema": "descendants"}
"""What is added to what a path names, where nothing is said."""
DETAILS = {
    "data": ("full", "dataonly", "serieskeysonly", "nodata"),
    "structure": (*STUBS, "referencepartial", "raw"),
}


@dataclass(frozen=True)
class SdmxRequest:
    """What a request asks for, apart from the path."""

    selection: SdmxFilters = field(default_factory=SdmxFilters)
    shown: DataLayout = field(default_factory=DataLayout)
    references: str = "none"
    detail: str = "full"
    mode: str = "exact"
    format: str | None = None


def parse_request(
    asked: PathQuery, given: Sequence[tuple[str, str]], known: Mapping[str, KeySet]
) -> SdmxRequest:
    """Read the parameters of a request.

    Args:
        asked: what the path asks for.
        given: the names and values of the query.
        known: the keys of each collection.

    Raises:
        Refusal: if a parameter is unknown, or its value wrong.
    """
    values = check_names(asked, given)
    selection = replace(parse_selection(values), keys=filter_key(asked.key, values, known))
    if selection.history and selection.as_of:
        raise SemanticProblem(
            Bilingual(
                "Ask for either includeHistory or asOf", "includeHistory 与 asOf 只能选用其一"
            )
        )
    choose = QueryValues(values)
    detail = choose.read_choice("detail", DETAILS.get(asked.resource, ()), "full")
    return SdmxRequest(
        selection=filter_periods(selection, values),
        shown=parse_layout(choose, detail),
        references=choose.read_choice(
            "references", REFERENCES, REFERENCED_KINDS.get(asked.resource, "none")
        ),
        detail=detail,
        mode=choose.read_choice("mode", ("exact", "available"), "exact"),
        format=values.get("format"),
    )


def check_names(asked: PathQuery, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Refuse parameters that are unknown or stand twice."""
    allowed = (*NAMES[asked.resource, asked.old], *COMMON)
    counts = Counter(name for name, _ in given)
    for name, count in counts.items():
        if name not in allowed and not ("c[…]" in allowed and FILTER.fullmatch(name)):
            raise invalid_value(name, "unknown parameter", "参数不存在", allowed, name)
        if count > 1:
            words = Bilingual(
                f"{shorten(name)} stands twice; write it once", f"{shorten(name)} 重复出现"
            )
            raise SyntaxProblem(words)
    values = dict(given)
    QueryValues(values).read_choice("lang", tuple(Language), "en")
    return values


def parse_layout(choose: QueryValues, detail: str) -> DataLayout:
    """Read how data are laid out, and what of them is shown."""
    at = choose.read_choice("dimensionAtObservation", LAYOUTS, TIME)
    attributes = parse_attributes(choose)
    measures = choose.read_choice("measures", ("all", "none", OBSERVED), "all")
    bare = measures == "none" and not attributes
    if detail in {"serieskeysonly", "nodata"} or bare:
        return DataLayout(has_observations=False, has_values=False, attributes=())
    if detail == "dataonly":
        attributes = ()
    return DataLayout(at, has_values=measures != "none", attributes=attributes)


def parse_attributes(choose: QueryValues) -> tuple[Component, ...]:
    """Read which attributes are shown."""
    text = choose.values.get("attributes", "dsd")
    if text in {"all", "dsd", "obs"}:
        return ATTRIBUTES
    if text in {"none", "msd", "dataset", "series", "dataset,series", "series,dataset"}:
        return ()
    names = text.split(",")
    known = [one.id for one in ATTRIBUTES]
    for name in names:
        if name not in known:
            raise invalid_value(
                "attributes", f"found {shorten(name)}", f"取值 {shorten(name)} 无效", known, name
            )
    return tuple(one for one in ATTRIBUTES if one.id in names)
