"""Data as SDMX-ML: generic in 2.1, and structure-specific in 2.1, 3.0 and 3.1.

Data sets are written as text, which takes a fraction of the time that an element tree takes.
"""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import quoteattr

from app.formats.sdmx.artefacts import AGENCY, FLOW, NOTICE, STRUCTURE, VERSION, build_urn
from app.formats.sdmx.dataset import DataLayout, DataSet, Group, Message, Observation
from app.formats.sdmx.structure_xml import Version, add_header, add_texts, create_message

Pairs = Iterable[tuple[str, str]]

ESCAPED_WHITESPACE = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}
"""XML parsers turn white space in attributes into spaces unless it is escaped."""


def write_generic(message: Message) -> bytes:
    """Write generic data of SDMX 2.1."""
    root = create_message("GenericData", Version.V21)
    add_data_header(root, message, Version.V21)
    datasets = (write_generic_dataset(one, message.layout) for one in message.datasets)
    return append_datasets(root, datasets)


def write_structure_specific(message: Message, version: Version) -> bytes:
    namespace = f"{build_urn(STRUCTURE, FLOW)}:ObsLevelDim:{message.layout.observation_level}"
    root = create_message("StructureSpecificData", version)
    root.set("xmlns:bri", namespace)
    add_data_header(root, message, version, namespace=namespace)
    datasets = (write_specific_dataset(one, message.layout, version) for one in message.datasets)
    return append_datasets(root, datasets)


def add_data_header(root: Element, message: Message, version: Version, **attributes: str) -> None:
    """Add the header, which names the structure of the data."""
    header = add_header(root, message.header)
    level = message.layout.observation_level
    attributes = {"structureID": FLOW, "dimensionAtObservation": level, **attributes}
    structure = SubElement(SubElement(header, "mes:Structure", attributes), "com:Structure")
    if version is Version.V21:
        reference = {"agencyID": AGENCY, "id": FLOW, "version": VERSION, "class": STRUCTURE.name}
        SubElement(structure, "Ref", reference)
    else:
        structure.text = build_urn(STRUCTURE, FLOW)
    add_texts(header, "mes:Source", NOTICE)


def append_datasets(root: Element, datasets: Iterable[str]) -> bytes:
    """Write a message with its data sets before the end tag of the root element."""
    text = tostring(root, "unicode")
    start, end, _ = text.rpartition(f"</{root.tag}>")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{start}{"".join(datasets)}{end}'.encode()


def format_attributes(pairs: Pairs) -> str:
    return "".join(f" {name}={quoteattr(value, ESCAPED_WHITESPACE)}" for name, value in pairs)


def format_validity(dataset: DataSet, prefix: str = "") -> Pairs:
    """Return the attribute that says from which day a data set was current."""
    if dataset.valid_from is None:
        return []
    return [(f"{prefix}validFromDate", f"{dataset.valid_from.isoformat()}T00:00:00")]


def write_generic_dataset(dataset: DataSet, layout: DataLayout) -> str:
    attributes = format_attributes(
        [("structureRef", FLOW), ("action", "Information"), *format_validity(dataset)]
    )
    groups = "".join(write_generic_group(group, layout) for group in dataset.groups)
    return f"<mes:DataSet{attributes}>{groups}</mes:DataSet>"


def write_generic_group(group: Group, layout: DataLayout) -> str:
    """Write a series, or only its observations in a flat layout."""
    observations = "".join(write_generic_observation(one, layout) for one in group.observations)
    if layout.is_flat:
        return observations
    names = (one.id for one in layout.group_dimensions)
    key = write_values(zip(names, group.key, strict=False))
    return f"<gen:Series><gen:SeriesKey>{key}</gen:SeriesKey>{observations}</gen:Series>"


def write_generic_observation(observation: Observation, layout: DataLayout) -> str:
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


def write_specific_dataset(dataset: DataSet, layout: DataLayout, version: Version) -> str:
    scope = [("ss:dataScope", "DataStructure")] if version is Version.V21 else []
    attributes = format_attributes(
        [
            *scope,
            ("ss:structureRef", FLOW),
            ("ss:action", "Information"),
            ("xsi:type", "bri:DataSetType"),
            *format_validity(dataset, "ss:"),
        ]
    )
    groups = "".join(write_specific_group(group, layout) for group in dataset.groups)
    return f"<mes:DataSet{attributes}>{groups}</mes:DataSet>"


def write_specific_group(group: Group, layout: DataLayout) -> str:
    """Write a series, or only its observations in a flat layout."""
    components = (*layout.observation_dimensions, *layout.measures, *layout.attributes)
    observations = "".join(
        f"<Obs{format_attributes(one.list_values(components))}/>" for one in group.observations
    )
    if layout.is_flat:
        return observations
    names = (one.id for one in layout.group_dimensions)
    key = format_attributes(zip(names, group.key, strict=False))
    return f"<Series{key}>{observations}</Series>"
