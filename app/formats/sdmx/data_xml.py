"""Data as SDMX-ML: generic of 2.1, and structure-specific of 2.1, 3.0 and 3.1."""

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, tostring
from xml.sax.saxutils import quoteattr

from app.formats.sdmx.artefacts import AGENCY, FLOW, STRUCTURE, VERSION, urn
from app.formats.sdmx.cube import FLAT, DataSet, Group, Message, Observation, Shown, measured
from app.formats.sdmx.message import Version, header, message, sourced

Pairs = Iterable[tuple[str, str]]


def generic(given: Message) -> bytes:
    """Write generic data of SDMX 2.1."""
    root = message("GenericData", Version.V21)
    described(root, given, Version.V21, {})
    return filled(root, [dataset_of(one, given.shown) for one in given.sets])


def specific(given: Message, version: Version) -> bytes:
    """Write structure-specific data."""
    root = message("StructureSpecificData", version)
    space = namespace(given.shown)
    root.set("xmlns:bri", space)
    described(root, given, version, {"namespace": space})
    return filled(root, [specific_set(one, given.shown, version) for one in given.sets])


def namespace(shown: Shown) -> str:
    """Name the data types that the structure makes, for what stands at an observation."""
    return f"{urn(STRUCTURE, FLOW)}:ObsLevelDim:{shown.at}"


def described(root: Element, given: Message, version: Version, more: dict[str, str]) -> None:
    """Write the header, which says by what structure the data are."""
    into = header(root, given.head)
    about = {"structureID": FLOW, "dimensionAtObservation": given.shown.at, **more}
    structure = SubElement(SubElement(into, "mes:Structure", about), "com:Structure")
    if version is Version.V21:
        reference = {"agencyID": AGENCY, "id": FLOW, "version": VERSION, "class": STRUCTURE.name}
        SubElement(structure, "Ref", reference)
    else:
        structure.text = urn(STRUCTURE, FLOW)
    sourced(into)


def filled(root: Element, sets: Iterable[str]) -> bytes:
    """Put data sets, written as texts, at the end of a message."""
    text = tostring(root, "unicode")
    start, end, _ = text.rpartition(f"</{root.tag}>")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{start}{"".join(sets)}{end}'.encode()


def marked(pairs: Pairs) -> str:
    """Write pairs as XML attributes."""
    return "".join(f" {name}={quoteattr(value, BREAKING)}" for name, value in pairs)


BREAKING = {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


def valid(one: DataSet, prefix: str = "") -> Pairs:
    """Say from when a data set held."""
    if one.valid_from is not None:
        yield f"{prefix}validFromDate", f"{one.valid_from.isoformat()}T00:00:00"


def dataset_of(one: DataSet, shown: Shown) -> str:
    """Write a generic data set."""
    about = marked([("structureRef", FLOW), ("action", "Information"), *valid(one)])
    groups = "".join(generic_group(group, shown) for group in one.groups)
    return f"<mes:DataSet{about}>{groups}</mes:DataSet>"


def generic_group(group: Group, shown: Shown) -> str:
    """Write a generic series, or bare observations."""
    observations = "".join(generic_observation(one, shown) for one in group.observations)
    if shown.at == FLAT:
        return observations
    names = (one.id for one in shown.key)
    key = valued(zip(names, group.key, strict=False))
    return f"<gen:Series><gen:SeriesKey>{key}</gen:SeriesKey>{observations}</gen:Series>"


def generic_observation(one: Observation, shown: Shown) -> str:
    """Write a generic observation."""
    places = one.told(shown.apart)
    if shown.at == FLAT:
        place = f"<gen:ObsKey>{valued(places)}</gen:ObsKey>"
    else:
        place = f"<gen:ObsDimension{marked([('id', places[0][0]), ('value', places[0][1])])}/>"
    value = "".join(
        f"<gen:ObsValue{marked([('value', text)])}/>" for _, text in one.told(measured(shown))
    )
    attributes = valued(one.told(shown.attributes))
    if attributes:
        attributes = f"<gen:Attributes>{attributes}</gen:Attributes>"
    return f"<gen:Obs>{place}{value}{attributes}</gen:Obs>"


def valued(pairs: Pairs) -> str:
    """Write pairs as generic values."""
    return "".join(
        f"<gen:Value{marked([('id', name), ('value', value)])}/>" for name, value in pairs
    )


def specific_set(one: DataSet, shown: Shown, version: Version) -> str:
    """Write a structure-specific data set."""
    scope = [("ss:dataScope", "DataStructure")] if version is Version.V21 else []
    about = marked(
        [
            *scope,
            ("ss:structureRef", FLOW),
            ("ss:action", "Information"),
            ("xsi:type", "bri:DataSetType"),
            *valid(one, "ss:"),
        ]
    )
    groups = "".join(specific_group(group, shown) for group in one.groups)
    return f"<mes:DataSet{about}>{groups}</mes:DataSet>"


def specific_group(group: Group, shown: Shown) -> str:
    """Write a series by the names of its dimensions, or bare observations."""
    listed = (*shown.apart, *measured(shown), *shown.attributes)
    observations = "".join(f"<Obs{marked(one.told(listed))}/>" for one in group.observations)
    if shown.at == FLAT:
        return observations
    names = (one.id for one in shown.key)
    return f"<Series{marked(zip(names, group.key, strict=False))}>{observations}</Series>"
