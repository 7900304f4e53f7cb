"""The artefacts that describe the data: code lists, concepts, the structure and the dataflow."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from app.enums import GrowthBasis, Qualifier, Status
from app.formats.sdmx.component import STATUSES, format_duration
from app.formats.sdmx.components import COMPONENTS
from app.i18n import Bilingual
from app.parameters.sdmx import ANNUAL

AGENCY = "BRI"
FLOW = "INDICATORS"
VERSION = "1.0"
CONCEPTS = "CS_INDICATORS"

NAME = Bilingual("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
NOTICE = Bilingual(
    "A re-publication of official figures, each with its own source; not an official service of "
    "the institutions that published them. BRI is no agency registered with SDMX.",
    "本服务转载官方数据并逐项注明出处，并非数据发布机构的官方服务。BRI不是在SDMX注册的机构。",
)


class Kind(NamedTuple):
    """A kind of artefact: its class in the information model, and the package that has it."""

    name: str
    package: str

    @property
    def path(self) -> str:
        """Give the name that paths have for it."""
        return self.name.lower()


AGENCY_SCHEME = Kind("AgencyScheme", "base")
CODELIST = Kind("Codelist", "codelist")
CONCEPT_SCHEME = Kind("ConceptScheme", "conceptscheme")
STRUCTURE = Kind("DataStructure", "datastructure")
DATAFLOW = Kind("Dataflow", "datastructure")
CONSTRAINT = Kind("DataConstraint", "registry")
CONSTRAINT_21 = "ContentConstraint"
"""The class of a constraint in SDMX 2.1."""


class Item(NamedTuple):
    """A code, a concept or an agency."""

    id: str
    name: Bilingual
    description: Bilingual | None = None


class Region(NamedTuple):
    """What a constraint says there is: values by dimension, and the span of periods."""

    values: Mapping[str, Sequence[str]]
    span: tuple[date, date] | None


@dataclass(frozen=True)
class Artefact:
    """Something with a version that an agency maintains."""

    kind: Kind
    id: str
    name: Bilingual
    description: Bilingual | None = None
    items: tuple[Item, ...] = ()
    refers: tuple[str, ...] = ()
    """The names of the artefacts that it refers to."""
    is_partial: bool = False
    region: Region | None = None
    is_stub: bool = False

    @property
    def urn(self) -> str:
        """Give the name by which others refer to it."""
        return build_urn(self.kind, self.id)

    def keep_items(self, wanted: Iterable[str]) -> "Artefact":
        """Keep only some items."""
        kept = set(wanted)
        items = tuple(item for item in self.items if item.id in kept)
        return replace(self, items=items, is_partial=len(items) < len(self.items))

    def to_stub(self) -> "Artefact":
        """Keep only what names it."""
        return replace(self, items=(), region=None, is_stub=True)


def build_urn(kind: Kind, name: str, item: str = "", old: str = "") -> str:
    """Write the name of an artefact of ours, or of an item in one."""
    classes = {AGENCY_SCHEME: "Agency", CODELIST: "Code", CONCEPT_SCHEME: "Concept"}
    of = old or (classes[kind] if item else kind.name)
    tail = f".{item}" if item else ""
    return f"urn:sdmx:org.sdmx.infomodel.{kind.package}.{of}={AGENCY}:{name}({VERSION}){tail}"


def own_code(code: str, en: str, zh: str) -> Item:
    """Declare a code of ours."""
    return Item(code, Bilingual(en, zh))


FIXED: dict[str, tuple[Bilingual, tuple[Item, ...]]] = {
    "CL_FREQ": (
        Bilingual("Frequencies", "频率"),
        (own_code(ANNUAL, "Once a year: the same months of each year", "每年一次：各年相同月份"),),
    ),
    "CL_OBS_STATUS": (
        Bilingual("Observation statuses", "数据状态"),
        (
            own_code(STATUSES[Status.NORMAL], "Normal", "正常"),
            own_code(STATUSES[Status.PROVISIONAL], "Provisional", "初步"),
            own_code(STATUSES[Status.ESTIMATED], "Estimated", "估计"),
            own_code(STATUSES[Status.REVISED], "Revised", "修订"),
        ),
    ),
    "CL_OBS_QUALIFIER": (
        Bilingual("Qualifiers", "限定语"),
        (
            own_code(Qualifier.EXACT, "As it stands", "确数"),
            own_code(Qualifier.OVER, "Over: the figure is above the value", "逾：实际高于数值"),
            own_code(Qualifier.NEARLY, "Nearly: the figure is below the value", "近：实际低于数值"),
            own_code(Qualifier.ABOUT, "About: the figure is around the value", "约：实际接近数值"),
        ),
    ),
    "CL_GROWTH_BASIS": (
        Bilingual("Bases of growth", "增速基数类型"),
        (
            own_code(GrowthBasis.UNSTATED, "The source does not state the base", "来源未说明基数"),
            own_code(GrowthBasis.RESTATED, "Against a restated base", "按调整后的基数"),
        ),
    ),
}
"""The code lists that do not depend on the data."""

TABLES = {
    "CL_INDICATOR": Bilingual("Indicators", "指标"),
    "CL_AREA": Bilingual("Areas", "国家和地区"),
    "CL_UNIT": Bilingual("Units of measure", "计量单位"),
    "CL_SOURCE": Bilingual("Sources", "来源"),
}
"""The code lists that are tables of the database."""


def build_artefacts(
    tables: Mapping[str, Sequence[tuple[str, Bilingual, Bilingual]]], months: Sequence[int]
) -> list[Artefact]:
    """Make all artefacts.

    Args:
        tables: key, name and description of each record of the code lists that are tables.
        months: the lengths of periods.
    """
    durations = tuple(
        own_code(
            format_duration(count), f"{count} months" if count > 1 else "1 month", f"{count}个月"
        )
        for count in months
    )
    lists = {
        **{name: (TABLES[name], tuple(Item(*row) for row in tables[name])) for name in TABLES},
        **FIXED,
        "CL_DURATION": (Bilingual("Lengths of periods", "统计期长度"), durations),
    }
    concepts = tuple(Item(one.id, one.name, one.description) for one in COMPONENTS)
    codelists = [
        Artefact(CODELIST, name, label, items=items) for name, (label, items) in lists.items()
    ]
    scheme = Artefact(CONCEPT_SCHEME, CONCEPTS, Bilingual("Concepts", "概念"), items=concepts)
    referred = (scheme.urn, *(one.urn for one in codelists))
    structure = Artefact(STRUCTURE, FLOW, NAME, NOTICE, refers=referred)
    flow = Artefact(DATAFLOW, FLOW, NAME, NOTICE, refers=(structure.urn,))
    agency = Item(AGENCY, Bilingual("Re-publisher of the figures", "数据转载方"), NOTICE)
    agencies = Artefact(
        AGENCY_SCHEME, "AGENCIES", Bilingual("Agencies", "机构"), NOTICE, items=(agency,)
    )
    return [agencies, *codelists, scheme, structure, flow]


def build_constraint(region: Region) -> Artefact:
    """Say what data there is."""
    name = Bilingual("What there is", "现有数据")
    return Artefact(CONSTRAINT, FLOW, name, refers=(build_urn(DATAFLOW, FLOW),), region=region)


def find_related(
    chosen: Sequence[Artefact], everything: Sequence[Artefact], references: str
) -> list[Artefact]:
    """Add to some artefacts those that they refer to, or that refer to them.

    Args:
        chosen: what was asked for.
        everything: all artefacts, the chosen ones too.
        references: what to add, as the SDMX parameter of that name has it.
    """

    def below(some: Iterable[Artefact]) -> list[Artefact]:
        named = {name for one in some for name in one.refers}
        return [one for one in everything if one.urn in named]

    def above(some: Iterable[Artefact]) -> list[Artefact]:
        names = {one.urn for one in some}
        return [one for one in everything if names.intersection(one.refers)]

    found = list(chosen)
    match references:
        case "none":
            return found
        case "children":
            found += below(chosen)
        case "descendants":
            found += below(chosen) + below(below(chosen))
        case "parents":
            found += above(chosen)
        case "ancestors":
            found += above(chosen) + above(above(chosen))
        case "parentsandsiblings":
            found += above(chosen) + below(above(chosen))
        case "all":
            found += above(chosen) + above(above(chosen))
            found += below(found)
            found += below(found)
        case _:
            wanted = [one for one in everything if one.kind.path == references]
            found += [one for one in wanted if one in find_related(chosen, everything, "all")]
    # What was asked for stays as it is, be it only some of the codes of a list.
    return list({one.urn: one for one in [*found, *chosen]}.values())
