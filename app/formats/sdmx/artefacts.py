"""Structural metadata: code lists, concepts, the data structure, the dataflow and constraints."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum
from typing import NamedTuple

from app.enums import ChangeMeasure, GrowthBasis, Qualifier, Status, StockFlow
from app.formats.dataset_info import TITLE
from app.formats.sdmx.components import BREAK_STATUS, COMPONENTS, STATUSES
from app.i18n import Bilingual, Language, format_span, name_months
from app.parameters.sdmx import ANNUAL, OTHER, Duration

AGENCY = "BRI"
FLOW = "INDICATORS"
VERSION = "1.0"
FLOW_ID = f"{AGENCY}:{FLOW}({VERSION})"
CONCEPTS = "CS_INDICATORS"

NOTICE = Bilingual(
    "A republication of official figures, each with its own source; not an official service of "
    "the institutions that published them. BRI is not a registered SDMX agency.",
    "本服务转载官方数据并逐项注明出处，并非数据发布机构的官方服务。BRI不是SDMX注册机构。",
)


class MessageHeader(NamedTuple):
    id: str
    prepared: str
    """The day of the release, so that unchanged data give identical bytes."""
    language: Language


class Kind(Enum):
    """A class of artefacts in the SDMX information model, in the order of SDMX-ML 3.0."""

    AGENCY_SCHEME = ("AgencyScheme", "base", "Agency")
    CODELIST = ("Codelist", "codelist", "Code")
    CONCEPT_SCHEME = ("ConceptScheme", "conceptscheme", "Concept")
    CONSTRAINT = ("DataConstraint", "registry")
    DATAFLOW = ("Dataflow", "datastructure")
    STRUCTURE = ("DataStructure", "datastructure")

    def __init__(self, class_name: str, package: str, item_class: str = "") -> None:
        self.class_name = class_name
        self.path = class_name.lower()
        """The resource name in URLs."""
        self.package = package
        """The package that defines the class."""
        self.item_class = item_class

    def get_class_name(self, *, is_21: bool) -> str:
        """Return the name of the class, which is another one for data constraints in SDMX 2.1."""
        return "ContentConstraint" if is_21 and self is Kind.CONSTRAINT else self.class_name


COUNT_TYPE = "sdmx_metrics"
"""The type of annotations that state counts in the Fusion Metadata Registry, which clients read."""


class SchemeItem(NamedTuple):
    id: str
    name: Bilingual
    description: Bilingual | None = None


class Region(NamedTuple):
    """The cube region of a constraint: the values of each dimension and the time range."""

    values: Mapping[str, Sequence[str]]
    span: tuple[date, date] | None


@dataclass(frozen=True)
class Artefact:
    kind: Kind
    id: str
    name: Bilingual
    description: Bilingual | None = None
    items: tuple[SchemeItem, ...] = ()
    references: tuple[str, ...] = ()
    """The URNs of the artefacts that this one refers to."""
    is_partial: bool = False
    region: Region | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    """Numbers of series and observations, by the id of the annotation that states them."""
    is_stub: bool = False

    @property
    def urn(self) -> str:
        return build_urn(self.kind, self.id)

    def keep_items(self, ids: Iterable[str]) -> "Artefact":
        kept = set(ids)
        items = tuple(item for item in self.items if item.id in kept)
        return replace(self, items=items, is_partial=len(items) < len(self.items))

    def to_stub(self) -> "Artefact":
        return replace(self, items=(), region=None, is_stub=True)


def build_urn(kind: Kind, name: str, item: str = "", class_name: str = "") -> str:
    """Write the URN of an artefact or of one of its items, usually with the class of its kind."""
    class_name = class_name or (kind.item_class if item else kind.class_name)
    tail = f".{item}" if item else ""
    return (
        f"urn:sdmx:org.sdmx.infomodel.{kind.package}.{class_name}={AGENCY}:{name}({VERSION}){tail}"
    )


FIXED_CODELISTS: dict[str, tuple[Bilingual, dict[str, Bilingual]]] = {
    "CL_FREQ": (Bilingual("Frequencies", "频率"), {
        ANNUAL: Bilingual("Annual: the same months of each year", "年度：各年相同月份"),
        OTHER: Bilingual(
            "Other: the days for which sources state a figure", "其他：来源公布数据的日期"
        ),
    }),
    "CL_STOCK_FLOW": (Bilingual("Stocks and flows", "数据性质"), {
        StockFlow.FLOW: Bilingual("Flow: the total of the period", "时期数：统计期内合计"),
        StockFlow.CUMULATIVE: Bilingual(
            "Cumulative: the total since a fixed start", "累计数：自固定起始日累计"
        ),
        StockFlow.STOCK: Bilingual("Stock: the level on a date", "时点数：某日的存量"),
    }),
    "CL_OBS_STATUS": (Bilingual("Observation statuses", "数据状态"), {
        STATUSES[Status.NORMAL]: Bilingual("Normal", "正常"),
        STATUSES[Status.PROVISIONAL]: Bilingual("Provisional", "初步"),
        STATUSES[Status.ESTIMATED]: Bilingual("Estimated", "估计"),
        STATUSES[Status.REVISED]: Bilingual("Revised", "修订"),
        BREAK_STATUS: Bilingual("Break in the series before this value", "该数值之前序列中断"),
    }),
    "CL_OBS_QUALIFIER": (Bilingual("Qualifiers", "限定词"), {
        Qualifier.NONE: Bilingual("No qualifier in the source", "原文无限定词"),
        Qualifier.OVER: Bilingual("Over: the figure is above the value", "逾：实际高于该值"),
        Qualifier.NEARLY: Bilingual("Nearly: the figure is below the value", "近：实际低于该值"),
        Qualifier.ABOUT: Bilingual("About: the figure is close to the value", "约：实际接近该值"),
    }),
    "CL_GROWTH_MEASURE": (Bilingual("Measures of growth", "增速单位"), {
        ChangeMeasure.PERCENT: Bilingual("Percent", "百分比"),
        ChangeMeasure.PERCENTAGE_POINTS: Bilingual("Percentage points", "百分点"),
    }),
    "CL_GROWTH_BASIS": (Bilingual("Growth bases", "增速基数类型"), {
        GrowthBasis.UNSTATED: Bilingual("The source does not state the base", "来源未说明基数"),
        GrowthBasis.RESTATED: Bilingual(
            "Relative to a base restated, as a source states or this service infers",
            "按调整后的基数（来源说明或本站推断）",
        ),
    }),
}  # fmt: skip
"""The code lists that do not depend on the data."""

TABLE_CODELISTS = {
    "CL_INDICATOR": Bilingual("Indicators", "指标"),
    "CL_AREA": Bilingual("Areas", "国家和地区"),
    "CL_COVERAGE": Bilingual("Countries counted", "统计范围"),
    "CL_UNIT": Bilingual("Units of measure", "计量单位"),
    "CL_SOURCE": Bilingual("Sources", "来源"),
}
"""The code lists that are database tables."""


def name_duration(duration: Duration) -> Bilingual:
    months, first = duration.months, duration.first_month
    if months is None:
        kind = StockFlow.STOCK if duration.start is None else StockFlow.CUMULATIVE
        spans = (format_span(kind, None, duration.start, language) for language in Language)
        return Bilingual(*spans)
    name = Bilingual(f"{months} month{'s' if months > 1 else ''}", f"{months}个月")
    if first is None:
        return name
    english, chinese = (name_months(language)[first] for language in Language)
    return Bilingual(f"{name.en} from {english}", f"自{chinese}起{name.zh}")


def build_artefacts(
    tables: Mapping[str, Sequence[tuple[str, Bilingual, Bilingual]]], durations: Sequence[Duration]
) -> list[Artefact]:
    """Build all artefacts but the constraint from the codes of each list and the durations."""
    fixed = {
        **FIXED_CODELISTS,
        "CL_DURATION": (
            Bilingual("Period lengths", "统计期长度"),
            {duration.code: name_duration(duration) for duration in durations},
        ),
    }
    lists = [
        Artefact(Kind.CODELIST, name, label, items=tuple(SchemeItem(*row) for row in tables[name]))
        for name, label in TABLE_CODELISTS.items()
    ]
    lists += [
        Artefact(Kind.CODELIST, name, label, items=tuple(SchemeItem(*one) for one in codes.items()))
        for name, (label, codes) in fixed.items()
    ]
    concepts = tuple(SchemeItem(one.id, one.name, one.description) for one in COMPONENTS)
    scheme = Artefact(Kind.CONCEPT_SCHEME, CONCEPTS, Bilingual("Concepts", "概念"), items=concepts)
    urns = (scheme.urn, *(one.urn for one in lists))
    structure = Artefact(Kind.STRUCTURE, FLOW, TITLE, NOTICE, references=urns)
    flow = Artefact(Kind.DATAFLOW, FLOW, TITLE, NOTICE, references=(structure.urn,))
    agency = SchemeItem(AGENCY, Bilingual("Republisher of the figures", "数据转载机构"), NOTICE)
    agencies = Artefact(
        Kind.AGENCY_SCHEME, "AGENCIES", Bilingual("Agencies", "机构"), NOTICE, items=(agency,)
    )
    return [agencies, *lists, scheme, structure, flow]


def build_constraint(region: Region, counts: Mapping[str, int]) -> Artefact:
    name = Bilingual("Available data", "现有数据")
    flow = build_urn(Kind.DATAFLOW, FLOW)
    return Artefact(Kind.CONSTRAINT, FLOW, name, references=(flow,), region=region, counts=counts)


def find_all_related(
    find: Callable[[Iterable[Artefact]], list[Artefact]], start: Iterable[Artefact]
) -> list[Artefact]:
    """Find related artefacts at any distance: references form no cycles."""
    level = find(start)
    return level + find_all_related(find, level) if level else []


def add_references(
    selected: Sequence[Artefact], artefacts: Sequence[Artefact], references: str
) -> list[Artefact]:
    """Add the artefacts that the selected ones refer to, or that refer to them."""

    def find_children(parents: Iterable[Artefact]) -> list[Artefact]:
        urns = {urn for one in parents for urn in one.references}
        return [one for one in artefacts if one.urn in urns]

    def find_parents(children: Iterable[Artefact]) -> list[Artefact]:
        urns = {one.urn for one in children}
        return [one for one in artefacts if urns.intersection(one.references)]

    parents, ancestors = find_parents(selected), find_all_related(find_parents, selected)
    everything = ancestors + find_all_related(find_children, [*selected, *ancestors])
    related = {
        "none": [],
        "children": find_children(selected),
        "descendants": find_all_related(find_children, selected),
        "parents": parents,
        "ancestors": ancestors,
        "parentsandsiblings": parents + find_children(parents),
        "all": everything,
    }
    found = related.get(references, [one for one in everything if one.kind.path == references])
    # The selected artefacts come last and win: one of them may hold only some codes of its list.
    return list({one.urn: one for one in [*selected, *found, *selected]}.values())
