"""Structures as SDMX-ML 2.1, 3.0 and 3.1."""

from collections.abc import Callable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from app.formats.sdmx.artefacts import (
    AGENCY,
    AGENCY_SCHEME,
    CODELIST,
    CONCEPT_SCHEME,
    CONCEPTS,
    CONSTRAINT,
    CONSTRAINT_21,
    DATAFLOW,
    FLOW,
    STRUCTURE,
    VERSION,
    Artefact,
    Item,
    Kind,
    Region,
    build_urn,
)
from app.formats.sdmx.component import Component, Role
from app.formats.sdmx.components import COMPONENTS, SERIES_KEY
from app.formats.sdmx.envelope import MessageInfo, Version, add_header, create_message
from app.i18n import Bilingual, Language

ORDER_21 = (AGENCY_SCHEME, DATAFLOW, CODELIST, CONCEPT_SCHEME, STRUCTURE, CONSTRAINT)
ORDER_30 = (AGENCY_SCHEME, CODELIST, CONCEPT_SCHEME, CONSTRAINT, DATAFLOW, STRUCTURE)
COLLECTIONS_21 = {
    AGENCY_SCHEME: "OrganisationSchemes",
    CONCEPT_SCHEME: "Concepts",
    CONSTRAINT: "Constraints",
}
ITEMS = {AGENCY_SCHEME: "Agency", CODELIST: "Code", CONCEPT_SCHEME: "Concept"}
LISTS = {
    "DimensionList": ("DimensionDescriptor", (Role.DIMENSION, Role.TIME)),
    "MeasureList": ("MeasureDescriptor", (Role.MEASURE,)),
    "AttributeList": ("AttributeDescriptor", (Role.ATTRIBUTE,)),
}


class StructureXmlWriter:
    """Writes artefacts for one version of the standard."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.old = version is Version.V21
        """Whether it is SDMX 2.1, where references are parts and no names."""

    def write_message(self, artefacts: Sequence[Artefact], head: MessageInfo) -> bytes:
        """Write a message."""
        root = create_message("Structure", self.version)
        add_header(root, head)
        body = SubElement(root, "mes:Structures")
        for kind in ORDER_21 if self.old else ORDER_30:
            some = [one for one in artefacts if one.kind == kind]
            if some:
                name = f"{kind.name}s"
                collection = COLLECTIONS_21.get(kind, name) if self.old else name
                into = SubElement(body, f"str:{collection}")
                for one in some:
                    self.add_artefact(into, one)
        written: bytes = tostring(root, "utf-8", xml_declaration=True)
        return written

    def add_artefact(self, parent: Element, one: Artefact) -> None:
        """Write one artefact."""
        old_constraint = self.old and one.kind == CONSTRAINT
        name = CONSTRAINT_21 if old_constraint else one.kind.name
        about = {
            "id": one.id,
            "agencyID": AGENCY,
            "version": VERSION,
            "urn": build_urn(one.kind, one.id, old=CONSTRAINT_21 if old_constraint else ""),
        }
        if one.kind == AGENCY_SCHEME and not self.old:
            del about["version"]
        if one.is_partial:
            about["isPartial"] = "true"
        if one.is_stub:
            about["isExternalReference"] = "true"
        if one.kind == CONSTRAINT:
            about["type" if self.old else "role"] = "Actual"
        into = SubElement(parent, f"str:{name}", about)
        add_names(into, one.name, one.description)
        if one.is_stub:
            return
        for item in one.items:
            self.add_item(into, one, item)
        write: dict[Kind, Callable[[Element], None]] = {
            STRUCTURE: self.add_structure,
            DATAFLOW: lambda flow: self.add_reference(flow, "str:Structure", STRUCTURE, FLOW),
        }
        if one.kind in write:
            write[one.kind](into)
        if one.region is not None:
            self.add_region(into, one.region)

    def add_item(self, parent: Element, one: Artefact, item: Item) -> None:
        """Write a code, a concept or an agency."""
        about = {"id": item.id, "urn": build_urn(one.kind, one.id, item.id)}
        add_names(SubElement(parent, f"str:{ITEMS[one.kind]}", about), item.name, item.description)

    def add_structure(self, parent: Element) -> None:
        """Write the components."""
        into = SubElement(parent, "str:DataStructureComponents")
        order = ("DimensionList", "AttributeList", "MeasureList")
        for name in order:
            descriptor, roles = LISTS[name]
            listed = SubElement(into, f"str:{name}", {"id": descriptor})
            for one in COMPONENTS:
                if one.role in roles:
                    self.add_component(listed, one)

    def add_component(self, parent: Element, one: Component) -> None:
        """Write one component."""
        about = {"id": one.id}
        tag = one.role.value
        if one.role is Role.DIMENSION:
            about["position"] = str(SERIES_KEY.index(one) + 1)
        elif one.role is Role.TIME and self.old:
            about["position"] = str(len(SERIES_KEY) + 1)
        elif one.role is Role.MEASURE and self.old:
            tag = "PrimaryMeasure"
        elif one.role is Role.ATTRIBUTE and self.old:
            about["assignmentStatus"] = "Mandatory" if one.mandatory else "Conditional"
        elif one.role in {Role.ATTRIBUTE, Role.MEASURE}:
            about["usage"] = "mandatory" if one.mandatory else "optional"
        into = SubElement(parent, f"str:{tag}", about)
        self.add_reference(into, "str:ConceptIdentity", CONCEPT_SCHEME, CONCEPTS, one.id)
        represented = SubElement(into, "str:LocalRepresentation")
        if one.codelist:
            self.add_reference(represented, "str:Enumeration", CODELIST, one.codelist)
        elif one.type:
            SubElement(represented, "str:TextFormat", {"textType": one.type.value})
        if one.role is Role.ATTRIBUTE:
            relation = SubElement(into, "str:AttributeRelationship")
            if self.old:
                primary = SubElement(relation, "str:PrimaryMeasure")
                SubElement(primary, "Ref", {"id": "OBS_VALUE"})
            else:
                SubElement(relation, "str:Observation")

    def add_region(self, parent: Element, region: Region) -> None:
        """Write what a constraint says there is."""
        attached = SubElement(parent, "str:ConstraintAttachment")
        self.add_reference(attached, "str:Dataflow", DATAFLOW, FLOW)
        cube = SubElement(parent, "str:CubeRegion", {"include": "true"})
        holder, prefix = ("com:KeyValue", "com") if self.old else ("str:KeyValue", "str")
        for name, values in region.values.items():
            key = SubElement(cube, holder, {"id": name})
            for value in values:
                SubElement(key, f"{prefix}:Value").text = value
        if region.span is not None:
            key = SubElement(cube, holder, {"id": "TIME_PERIOD"})
            period = SubElement(key, f"{prefix}:TimeRange")
            edges = zip(("StartPeriod", "EndPeriod"), region.span, strict=True)
            for edge, day in edges:
                SubElement(
                    period, f"{prefix}:{edge}", {"isInclusive": "true"}
                ).text = f"{day.isoformat()}T00:00:00"

    def add_reference(
        self, parent: Element, tag: str, kind: Kind, name: str, item: str = ""
    ) -> None:
        """Refer to an artefact, or to an item in one."""
        into = SubElement(parent, tag)
        if not self.old:
            into.text = build_urn(kind, name, item)
            return
        about = {"agencyID": AGENCY, "package": kind.package}
        if item:
            about |= {
                "id": item,
                "maintainableParentID": name,
                "maintainableParentVersion": VERSION,
                "class": ITEMS[kind],
            }
        else:
            about |= {"id": name, "version": VERSION, "class": kind.name}
        SubElement(into, "Ref", about)


def add_names(parent: Element, name: Bilingual, description: Bilingual | None) -> None:
    """Write the name and the description in both languages."""
    for tag, words in (("com:Name", name), ("com:Description", description)):
        for language in Language:
            if words is not None and words.get(language):
                SubElement(parent, tag, {"xml:lang": language}).text = words.get(language)
