"""Data as SDMX-ML: generic of 2.1, and structure-specific of 2.1, 3.0 and 3.1."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import quoteattr

from app.formats.sdmx.artefacts import AGENCY, FLOW, STRUCTURE, VERSION, build_urn
from app.formats.sdmx.dataset import (
    ALL_DIMENSIONS,
    DataLayout,
    DataSet,
    Group,
    Message,
    Observation,
    find_measure,
)
from app.formats.sdmx.envelope import Version, add_header, add_source, create_message

Pairs = Iterable[tuple[str, str]]


def write_generic(given: Message) -> bytes:
    """Write generic data of SDMX 2.1."""
    root = create_message("GenericData", Version.V21)
    write_header(root, given, Version.V21, {})
    return append_datasets(root, [write_generic_dataset(one, given.shown) for one in given.sets])


def write_structure_specific(given: Message, version: Version) -> bytes:
    """Write structure-specific data."""
    root = create_message("StructureSpecificData", version)
    space = data_namespace(given.shown)
    root.set("xmlns:bri", space)
    write_header(root, given, version, {"namespace": space})
    return append_datasets(
        root, [write_specific_dataset(one, given.shown, version) for one in given.sets]
    )


def data_namespace(shown: DataLayout) -> str:
    """Name the data types that the structure makes, for what stands at an observation."""
    return f"{build_urn(STRUCTURE, FLOW)}:ObsLevelDim:{shown.at}"


def write_header(root: Element, given: Message, version: Version, more: dict[str, str]) -> None:
    """Write the header, which says by what structure the data are."""
    into = add_header(root, given.head)
    about = {"structureID": FLOW, "dimensionAtObservation": given.shown.at, **more}
    structure = SubElement(SubElement(into, "mes:Structure", about), "com:Structure")
    if version is Version.V21:
        reference = {"agencyID": AGENCY, "id": FLOW, "version": VERSION, "class": STRUCTURE.name}
        SubElement(structure, "Ref", reference)
    else:
        structure.text = build_urn(STRUCTURE, FLOW)
    add_source(into)


def append_datasets(root: Element, sets: Iterable[str]) -> bytes:
    """Put data sets, written as texts, at the end of a message."""
    text = tostring(root, "unicode")
    start, end, _ = text.rpartition(f"</{root.tag}>")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{start}{"".join(sets)}{end}'.encode()


def format_attributes(pairs: Pairs) -> str:
    """Write pairs as XML attributes."""
    return "".join(f" {name}={quoteattr(value, LINE_BREAKS)}" for name, value in pairs)


LINE_BREAKS = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def format_validity(one: DataSet, prefix: str = "") -> Pairs:
    """Say from when a data set held."""
    if one.valid_from is not None:
        yield f"{prefix}validFromDate", f"{one.valid_from.isoformat()}T00:00:00"


def write_generic_dataset(one: DataSet, shown: DataLayout) -> str:
    """Write a generic data set."""
    about = format_attributes(
        [("structureRef", FLOW), ("action", "Information"), *format_validity(one)]
    )
    groups = "".join(write_generic_group(group, shown) for group in one.groups)
    return f"<mes:DataSet{about}>{groups}</mes:DataSet>"


def write_generic_group(group: Group, shown: DataLayout) -> str:
    """Write a generic series, or bare observations."""
    observations = "".join(write_generic_observation(one, shown) for one in group.observations)
    if shown.at == ALL_DIMENSIONS:
        return observations
    names = (one.id for one in shown.group_dimensions)
    key = write_values(zip(names, group.key, strict=False))
    return f"<gen:Series><gen:SeriesKey>{key}</gen:SeriesKey>{observations}</gen:Series>"


def write_generic_observation(one: Observation, shown: DataLayout) -> str:
    """Write a generic observation."""
    places = one.list_values(shown.observation_dimensions)
    if shown.at == ALL_DIMENSIONS:
        place = f"<gen:ObsKey>{write_values(places)}</gen:ObsKey>"
    else:
        (name, value), *_ = places
        place = f"<gen:ObsDimension{format_attributes([('id', name), ('value', value)])}/>"
    value = "".join(
        f"<gen:ObsValue{format_attributes([('value', text)])}/>"
        for _, text in one.list_values(find_measure(shown))
    )
    attributes = write_values(one.list_values(shown.attributes))
    if attributes:
        attributes = f"<gen:Attributes>{attributes}</gen:Attributes>"
    return f"<gen:Obs>{place}{value}{attributes}</gen:Obs>"


def write_values(pairs: Pairs) -> str:
    """Write pairs as generic values."""
    return "".join(
        f"<gen:Value{format_attributes([('id', name), ('value', value)])}/>"
        for name, value in pairs
    )


def write_specific_dataset(one: DataSet, shown: DataLayout, version: Version) -> str:
    """Write a structure-specific data set."""
    scope = [("ss:dataScope", "DataStructure")] if version is Version.V21 else []
    about = format_attributes(
        [
            *scope,
            ("ss:structureRef", FLOW),
            ("ss:action", "Information"),
            ("xsi:type", "bri:DataSetType"),
            *format_validity(one, "ss:"),
        ]
    )
    groups = "".join(write_specific_group(group, shown) for group in one.groups)
    return f"<mes:DataSet{about}>{groups}</mes:DataSet>"


def write_specific_group(group: Group, shown: DataLayout) -> str:
    """Write a series by the names of its dimensions, or bare observations."""
    listed = (*shown.observation_dimensions, *find_measure(shown), *shown.attributes)
    observations = "".join(
        f"<Obs{format_attributes(one.list_values(listed))}/>" for one in group.observations
    )
    if shown.at == ALL_DIMENSIONS:
        return observations
    names = (one.id for one in shown.group_dimensions)
    return (
        f"<Series{format_attributes(zip(names, group.key, strict=False))}>{observations}</Series>"
    )
