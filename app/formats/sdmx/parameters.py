"""The query parameters of SDMX requests: each is known and well written, or refused."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.filters.base import Known
from app.filters.sdmx import TIME, SdmxSelection
from app.formats.sdmx.choices import Choices, refused
from app.formats.sdmx.components import ATTRIBUTES, OBSERVED
from app.formats.sdmx.cube import LAYOUTS, Shown
from app.formats.sdmx.fields import Component
from app.formats.sdmx.filtering import FILTER, narrowed, selected, selected_periods
from app.formats.sdmx.paths import KINDS, Asked
from app.formats.sdmx.refusals import SemanticFault, SyntaxFault
from app.problems import shown
from app.text import Language, Words

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
REFERRED = {"schema": "descendants"}
"""What is added to what a path names, where nothing is said."""
DETAILS = {
    "data": ("full", "dataonly", "serieskeysonly", "nodata"),
    "structure": (*STUBS, "referencepartial", "raw"),
}


@dataclass(frozen=True)
class Request:
    """What a request asks for, apart from the path."""

    selection: SdmxSelection = field(default_factory=SdmxSelection)
    shown: Shown = field(default_factory=Shown)
    references: str = "none"
    detail: str = "full"
    mode: str = "exact"
    format: str | None = None


def read(asked: Asked, given: Sequence[tuple[str, str]], known: Mapping[str, Known]) -> Request:
    """Read the parameters of a request.

    Args:
        asked: what the path asks for.
        given: the names and values of the query.
        known: the keys of each collection.

    Raises:
        Refusal: if a parameter is unknown, or its value wrong.
    """
    values = checked(asked, given)
    selection = replace(selected(values), keys=narrowed(asked.key, values, known))
    if selection.history and selection.as_of:
        raise SemanticFault(
            Words("Ask for either includeHistory or asOf", "includeHistory 与 asOf 只能选用其一")
        )
    choose = Choices(values)
    detail = choose.one("detail", DETAILS.get(asked.resource, ()), "full")
    return Request(
        selection=selected_periods(selection, values),
        shown=laid(choose, detail),
        references=choose.one("references", REFERENCES, REFERRED.get(asked.resource, "none")),
        detail=detail,
        mode=choose.one("mode", ("exact", "available"), "exact"),
        format=values.get("format"),
    )


def checked(asked: Asked, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Refuse parameters that are unknown or stand twice."""
    allowed = (*NAMES[asked.resource, asked.old], *COMMON)
    counts = Counter(name for name, _ in given)
    for name, count in counts.items():
        if name not in allowed and not ("c[…]" in allowed and FILTER.fullmatch(name)):
            raise refused(name, "unknown parameter", "参数不存在", allowed, name)
        if count > 1:
            words = Words(f"{shown(name)} stands twice; write it once", f"{shown(name)} 重复出现")
            raise SyntaxFault(words)
    values = dict(given)
    Choices(values).one("lang", tuple(Language), "en")
    return values


def laid(choose: Choices, detail: str) -> Shown:
    """Read how data are laid out, and what of them is shown."""
    at = choose.one("dimensionAtObservation", LAYOUTS, TIME)
    attributes = attributed(choose)
    measures = choose.one("measures", ("all", "none", OBSERVED), "all")
    bare = measures == "none" and not attributes
    if detail in {"serieskeysonly", "nodata"} or bare:
        return Shown(has_observations=False, has_values=False, attributes=())
    if detail == "dataonly":
        attributes = ()
    return Shown(at, has_values=measures != "none", attributes=attributes)


def attributed(choose: Choices) -> tuple[Component, ...]:
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
            raise refused(
                "attributes", f"found {shown(name)}", f"取值 {shown(name)} 无效", known, name
            )
    return tuple(one for one in ATTRIBUTES if one.id in names)
