"""Structures as SDMX-ML 2.1, 3.0 and 3.1; data as generic 2.1, and as structure-specific in all."""

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import quoteattr

from app.formats.dataset_info import TITLE
from app.formats.sdmx.artefacts import (
    AGENCY,
    CONCEPTS,
    COUNT_TYPE,
    FLOW,
    NOTICE,
    VERSION,
    Artefact,
    Kind,
    MessageHeader,
    Region,
    build_urn,
)
from app.formats.sdmx.components import COMPONENTS, MEASURE, SERIES_KEY, Component, Role, TextType
from app.formats.sdmx.dataset import DataLayout, DataSet, Message, ObservationGroup, SdmxObservation
from app.i18n import Bilingual, Language
from app.parameters.sdmx import TIME

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas"
V21 = "2.1"
NAMESPACES = {
    "mes": "message",
    "str": "structure",
    "com": "common",
    "gen": "data/generic",
    "ss": "data/structurespecific",
}
KIND_ORDER_21 = (
    Kind.AGENCY_SCHEME,
    Kind.DATAFLOW,
    Kind.CODELIST,
    Kind.CONCEPT_SCHEME,
    Kind.STRUCTURE,
    Kind.CONSTRAINT,
)
COLLECTIONS_21 = {
    Kind.AGENCY_SCHEME: "OrganisationSchemes",
    Kind.CONCEPT_SCHEME: "Concepts",
    Kind.CONSTRAINT: "Constraints",
}
COMPONENT_LISTS = {
    "DimensionList": ("DimensionDescriptor", (Role.DIMENSION, Role.TIME)),
    "AttributeList": ("AttributeDescriptor", (Role.ATTRIBUTE,)),
    "MeasureList": ("MeasureDescriptor", (Role.MEASURE,)),
}
"""The lists of components, in the order of the schema: their ids and the roles they hold."""
Pairs = Iterable[tuple[str, str]]
ESCAPED_WHITESPACE = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
"""XML parsers turn white space in attributes into spaces unless it is escaped."""


def create_message(kind: str, version: str) -> Element:
    folder = f"{SCHEMAS}/v{version[:3].replace('.', '_')}"
    namespaces = {f"xmlns:{prefix}": f"{folder}/{path}" for prefix, path in NAMESPACES.items()}
    namespaces["xmlns:xsi"] = "http://www.w3.org/2001/XMLSchema-instance"
    return Element(f"mes:{kind}", namespaces)


def add_header(root: Element, header: MessageHeader) -> Element:
    element = SubElement(root, "mes:Header")
    SubElement(element, "mes:ID").text = header.id
    SubElement(element, "mes:Test").text = "false"
    SubElement(element, "mes:Prepared").text = header.prepared
    sender = SubElement(element, "mes:Sender", {"id": AGENCY})
    add_texts(sender, "com:Name", TITLE)
    return element


def add_texts(parent: Element, tag: str, text: Bilingual | None) -> None:
    for language in Language:
        if text is not None and text.get(language):
            SubElement(parent, tag, {"xml:lang": language}).text = text.get(language)


class StructureWriter:
    def __init__(self, version: str) -> None:
        self.version = version
        self.is_21 = version == V21
        """Whether references are elements, as in SDMX 2.1, and not URNs."""

    def write_message(self, artefacts: Sequence[Artefact], header: MessageHeader) -> bytes:
        root = create_message("Structure", self.version)
        add_header(root, header)
        body = SubElement(root, "mes:Structures")
        for kind in KIND_ORDER_21 if self.is_21 else Kind:
            members = [one for one in artefacts if one.kind == kind]
            if members:
                name = f"{kind.class_name}s"
                name = COLLECTIONS_21.get(kind, name) if self.is_21 else name
                collection = SubElement(body, f"str:{name}")
                for one in members:
                    self.add_artefact(collection, one)
        message: bytes = tostring(root, "utf-8", xml_declaration=True)
        return message

    def add_artefact(self, parent: Element, artefact: Artefact) -> None:
        kind = artefact.kind
        class_name = kind.get_class_name(is_21=self.is_21)
        attributes = {
            "id": artefact.id,
            "agencyID": AGENCY,
            "version": VERSION,
            "urn": build_urn(kind, artefact.id, class_name=class_name),
        }
        if kind == Kind.AGENCY_SCHEME and not self.is_21:
            del attributes["version"]
        if artefact.is_partial:
            attributes["isPartial"] = "true"
        if artefact.is_stub:
            attributes["isExternalReference"] = "true"
        if kind == Kind.CONSTRAINT:
            attributes["type" if self.is_21 else "role"] = "Actual"
        element = SubElement(parent, f"str:{class_name}", attributes)
        if artefact.counts:
            annotations = SubElement(element, "com:Annotations")
            for name, count in artefact.counts.items():
                annotation = SubElement(annotations, "com:Annotation", {"id": name})
                SubElement(annotation, "com:AnnotationTitle").text = str(count)
                SubElement(annotation, "com:AnnotationType").text = COUNT_TYPE
        add_texts(element, "com:Name", artefact.name)
        add_texts(element, "com:Description", artefact.description)
        if not artefact.is_stub:
            self.add_content(element, artefact)

    def add_content(self, element: Element, artefact: Artefact) -> None:
        for item in artefact.items:
            urn = build_urn(artefact.kind, artefact.id, item.id)
            tag = f"str:{artefact.kind.item_class}"
            child = SubElement(element, tag, {"id": item.id, "urn": urn})
            add_texts(child, "com:Name", item.name)
            add_texts(child, "com:Description", item.description)
        if artefact.kind == Kind.STRUCTURE:
            self.add_structure(element)
        elif artefact.kind == Kind.DATAFLOW:
            self.add_reference(element, "str:Structure", Kind.STRUCTURE, FLOW)
        if artefact.region is not None:
            self.add_region(element, artefact.region)

    def add_structure(self, parent: Element) -> None:
        element = SubElement(parent, "str:DataStructureComponents")
        for name, (descriptor, roles) in COMPONENT_LISTS.items():
            component_list = SubElement(element, f"str:{name}", {"id": descriptor})
            for component in COMPONENTS:
                if component.role in roles:
                    self.add_component(component_list, component)

    def add_component(self, parent: Element, component: Component) -> None:
        role = component.role
        attributes = {"id": component.id}
        tag = role.value
        if role is Role.DIMENSION:
            attributes["position"] = str(SERIES_KEY.index(component) + 1)
        elif role is Role.TIME and self.is_21:
            attributes["position"] = str(len(SERIES_KEY) + 1)
        elif role is Role.MEASURE and self.is_21:
            tag = "PrimaryMeasure"
        elif role is Role.ATTRIBUTE and self.is_21:
            attributes["assignmentStatus"] = (
                "Mandatory" if component.is_mandatory else "Conditional"
            )
        elif role in {Role.ATTRIBUTE, Role.MEASURE}:
            attributes["usage"] = "mandatory" if component.is_mandatory else "optional"
        element = SubElement(parent, f"str:{tag}", attributes)
        self.add_reference(
            element, "str:ConceptIdentity", Kind.CONCEPT_SCHEME, CONCEPTS, component.id
        )
        self.add_representation(element, component.representation)
        if role is Role.ATTRIBUTE:
            relationship = SubElement(element, "str:AttributeRelationship")
            if self.is_21:
                measure = SubElement(relationship, "str:PrimaryMeasure")
                SubElement(measure, "Ref", {"id": MEASURE.id})
            else:
                SubElement(relationship, "str:Observation")

    def add_representation(self, parent: Element, representation: str | TextType) -> None:
        element = SubElement(parent, "str:LocalRepresentation")
        if isinstance(representation, TextType):
            SubElement(element, "str:TextFormat", {"textType": representation.value})
        else:
            self.add_reference(element, "str:Enumeration", Kind.CODELIST, representation)

    def add_region(self, parent: Element, region: Region) -> None:
        attachment = SubElement(parent, "str:ConstraintAttachment")
        self.add_reference(attachment, "str:Dataflow", Kind.DATAFLOW, FLOW)
        cube = SubElement(parent, "str:CubeRegion", {"include": "true"})
        prefix = "com" if self.is_21 else "str"
        for name, values in region.values.items():
            key = SubElement(cube, f"{prefix}:KeyValue", {"id": name})
            for value in values:
                SubElement(key, f"{prefix}:Value").text = value
        if region.span is not None:
            key = SubElement(cube, f"{prefix}:KeyValue", {"id": TIME})
            time_range = SubElement(key, f"{prefix}:TimeRange")
            for edge, day in zip(("StartPeriod", "EndPeriod"), region.span, strict=True):
                element = SubElement(time_range, f"{prefix}:{edge}", {"isInclusive": "true"})
                element.text = f"{day.isoformat()}T00:00:00"

    def add_reference(
        self, parent: Element, tag: str, kind: Kind, name: str, item: str = ""
    ) -> None:
        element = SubElement(parent, tag)
        if not self.is_21:
            element.text = build_urn(kind, name, item)
            return
        attributes = {"agencyID": AGENCY, "package": kind.package}
        if item:
            attributes |= {
                "id": item,
                "maintainableParentID": name,
                "maintainableParentVersion": VERSION,
                "class": kind.item_class,
            }
        else:
            attributes |= {"id": name, "version": VERSION, "class": kind.class_name}
        SubElement(element, "Ref", attributes)


def write_generic(message: Message) -> bytes:
    root = create_message("GenericData", V21)
    add_data_header(root, message, V21)
    datasets = (write_generic_dataset(one, message.layout) for one in message.datasets)
    return append_datasets(root, datasets)


def write_structure_specific(message: Message, version: str) -> bytes:
    namespace = f"{build_urn(Kind.STRUCTURE, FLOW)}:ObsLevelDim:{message.layout.observation_level}"
    root = create_message("StructureSpecificData", version)
    root.set("xmlns:bri", namespace)
    add_data_header(root, message, version, namespace=namespace)
    datasets = (write_specific_dataset(one, message.layout, version) for one in message.datasets)
    return append_datasets(root, datasets)


def add_data_header(root: Element, message: Message, version: str, **attributes: str) -> None:
    header = add_header(root, message.header)
    level = message.layout.observation_level
    attributes = {"structureID": FLOW, "dimensionAtObservation": level, **attributes}
    structure = SubElement(SubElement(header, "mes:Structure", attributes), "com:Structure")
    if version == V21:
        reference = {
            "agencyID": AGENCY,
            "id": FLOW,
            "version": VERSION,
            "class": Kind.STRUCTURE.class_name,
        }
        SubElement(structure, "Ref", reference)
    else:
        structure.text = build_urn(Kind.STRUCTURE, FLOW)
    add_texts(header, "mes:Source", NOTICE)


def append_datasets(root: Element, datasets: Iterable[str]) -> bytes:
    """Write a message with its datasets before the end tag of the root element."""
    text = tostring(root, "unicode")
    start, end, _ = text.rpartition(f"</{root.tag}>")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{start}{"".join(datasets)}{end}'.encode()


def format_attributes(pairs: Pairs) -> str:
    return "".join(f" {name}={quoteattr(value, ESCAPED_WHITESPACE)}" for name, value in pairs)


def format_valid_from(dataset: DataSet, prefix: str = "") -> Pairs:
    """Return the attribute that says from which day a dataset was current."""
    if dataset.valid_from is None:
        return []
    return [(f"{prefix}validFromDate", f"{dataset.valid_from.isoformat()}T00:00:00")]


def write_generic_dataset(dataset: DataSet, layout: DataLayout) -> str:
    attributes = format_attributes(
        [("structureRef", FLOW), ("action", "Information"), *format_valid_from(dataset)]
    )
    groups = "".join(write_generic_group(group, layout) for group in dataset.groups)
    return f"<mes:DataSet{attributes}>{groups}</mes:DataSet>"


def write_generic_group(group: ObservationGroup, layout: DataLayout) -> str:
    """Write a series, or only its observations in a flat layout."""
    observations = "".join(write_generic_observation(one, layout) for one in group.observations)
    if layout.is_flat:
        return observations
    key = write_values(group.key)
    return f"<gen:Series><gen:SeriesKey>{key}</gen:SeriesKey>{observations}</gen:Series>"


def write_generic_observation(observation: SdmxObservation, layout: DataLayout) -> str:
    dimensions = observation.list_values(layout.observation_dimensions)
    if layout.is_flat:
        key = f"<gen:ObsKey>{write_values(dimensions)}</gen:ObsKey>"
    else:
        ((name, value),) = dimensions
        key = f"<gen:ObsDimension{format_attributes([('id', name), ('value', value)])}/>"
    values = "".join(
        f"<gen:ObsValue{format_attributes([('value', text)])}/>"
        for _, text in observation.list_values(layout.measures)
    )
    attributes = write_values(observation.list_values(layout.attributes))
    if attributes:
        attributes = f"<gen:Attributes>{attributes}</gen:Attributes>"
    return f"<gen:Obs>{key}{values}{attributes}</gen:Obs>"


def write_values(pairs: Pairs) -> str:
    return "".join(
        f"<gen:Value{format_attributes([('id', name), ('value', value)])}/>"
        for name, value in pairs
    )


def write_specific_dataset(dataset: DataSet, layout: DataLayout, version: str) -> str:
    scope = [("ss:dataScope", "DataStructure")] if version == V21 else []
    attributes = format_attributes(
        [
            *scope,
            ("ss:structureRef", FLOW),
            ("ss:action", "Information"),
            ("xsi:type", "bri:DataSetType"),
            *format_valid_from(dataset, "ss:"),
        ]
    )
    groups = "".join(write_specific_group(group, layout) for group in dataset.groups)
    return f"<mes:DataSet{attributes}>{groups}</mes:DataSet>"


def write_specific_group(group: ObservationGroup, layout: DataLayout) -> str:
    """Write a series, or only its observations in a flat layout."""
    components = (*layout.observation_dimensions, *layout.measures, *layout.attributes)
    observations = "".join(
        f"<Obs{format_attributes(one.list_values(components))}/>" for one in group.observations
    )
    if layout.is_flat:
        return observations
    return f"<Series{format_attributes(group.key)}>{observations}</Series>"
