"""Messages: their formats, how a request selects one, what they contain, and who writes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import Enum
from typing import NamedTuple

from app.formats.sdmx import json, xml
from app.formats.sdmx.artefacts import Artefact, MessageHeader, Region, add_references
from app.formats.sdmx.csv import CHOICES, CsvOptions
from app.formats.sdmx.dataset import Message, SeriesData
from app.formats.sdmx.errors import NoResultsFound, NotAcceptable, ResponseTooLarge
from app.formats.sdmx.paths import PathQuery
from app.formats.sdmx.query import SdmxRequest
from app.i18n import join_names
from app.negotiation import parse_accept
from app.parameters.sdmx import DIMENSIONS, TIME, SdmxFilters
from app.problems.messages import NO_ARTEFACT, NO_DATA, NO_FORMAT, TOO_MANY_OBSERVATIONS
from app.problems.problem import shorten

BASE = "application/vnd.sdmx."
PLAIN_TYPES = {
    "application/xml": "xml",
    "text/xml": "xml",
    "application/json": "json",
    "text/json": "json",
    "text/csv": "csv",
    "application/csv": "csv",
}
"""Plain media types, each of which selects the first available format of a family."""
MAX_OBSERVATIONS = 50_000
"""The limit of observations, or of series without any, in an XML or JSON message."""
FORMAT_NAMES = {
    "genericdata": f"{BASE}genericdata+xml",
    "structurespecificdata": f"{BASE}structurespecificdata+xml",
    "csvfile": f"{BASE}data+csv",
    "csvfilewithlabels": f"{BASE}data+csv;version=2.0.0;labels=name",
}
"""Values of the format parameter that stand for a media type; the last two are those of .Stat."""
FAMILY_NAMES = {
    "xml": "application/xml",
    "json": "application/json",
    "jsondata": "application/json",
    "csv": "text/csv",
    "csvdata": "text/csv",
}
"""Values of the format parameter that stand for a family; the Accept header may add a version."""


class SdmxFormat(Enum):
    """A format, in order of preference within each generation of the standard."""

    GENERIC_21 = ("genericdata+xml", "2.1")
    SPECIFIC_21 = ("structurespecificdata+xml", "2.1")
    JSON_10 = ("data+json", "1.0.0")
    CSV_10 = ("data+csv", "1.0.0")
    JSON_20 = ("data+json", "2.0.0")
    DATA_30 = ("data+xml", "3.0.0")
    CSV_20 = ("data+csv", "2.0.0")
    JSON_21 = ("data+json", "2.1.0")
    DATA_31 = ("data+xml", "3.1.0")
    STRUCTURE_21 = ("structure+xml", "2.1")
    STRUCTURE_JSON_10 = ("structure+json", "1.0.0")
    STRUCTURE_JSON_20 = ("structure+json", "2.0.0")
    STRUCTURE_30 = ("structure+xml", "3.0.0")
    STRUCTURE_JSON_21 = ("structure+json", "2.1.0")
    STRUCTURE_31 = ("structure+xml", "3.1.0")

    def __init__(self, subtype: str, version: str) -> None:
        self.version = version
        self.is_21 = version in {"2.1", "1.0.0"}
        """Whether the format belongs to SDMX 2.1."""
        self.is_structure = subtype.startswith("structure+")
        self.family = subtype.rpartition("+")[2]
        """xml, json or csv."""
        self.base_type = f"{BASE}{subtype}"
        self.media_type = f"{BASE}{subtype};version={version}"
        self.choices: Mapping[str, Sequence[str]] = CHOICES[version] if self.family == "csv" else {}
        """The optional parameters of the media type, with their values."""

    def has_version(self, version: str | None) -> bool:
        """Return whether this is a version, which may be abbreviated: 2.0 means 2.0.0."""
        return version is None or f"{self.version}.".startswith(f"{version}.")


def list_formats(resource: str, *, is_21: bool) -> list[SdmxFormat]:
    """List the formats of a resource in order of preference; each API prefers its own."""
    formats = [one for one in SdmxFormat if one.is_structure == (resource != "data")]
    if resource == "availability":
        # SDMX 3.1 describes availability with an artefact of another class, which is not offered.
        unavailable = {SdmxFormat.STRUCTURE_JSON_21, SdmxFormat.STRUCTURE_31}
        formats = [one for one in formats if one not in unavailable]
    return sorted(formats, key=lambda one: one.is_21 != is_21)


class SelectedFormat(NamedTuple):
    format: SdmxFormat
    media_type: str
    """What the response declares."""
    options: CsvOptions = CsvOptions()


def negotiate_format(
    accept: str, parameter: str | None, offered: Sequence[SdmxFormat]
) -> SelectedFormat:
    """Select a format; NotAcceptable if none is acceptable.

    The format parameter takes precedence over the Accept header.
    """
    requested, ranges, candidates = accept, accept or "*/*", offered
    if parameter in FAMILY_NAMES:
        plain_type = FAMILY_NAMES[parameter]
        candidates = [one for one in offered if one.family == PLAIN_TYPES[plain_type]]
        if parameter == "jsondata":
            # .Stat, whose clients use this name, means version 2.0 by it in both APIs.
            candidates.sort(key=lambda one: not one.has_version("2.0"))
        requested, ranges = f"format={parameter}", f"{accept},{plain_type};q=0.001"
    elif parameter is not None:
        # In a query string, the plus sign of a media type stands for a space.
        media_type = FORMAT_NAMES.get(parameter, parameter.replace(" ", "+"))
        requested, ranges = f"format={parameter}", media_type
    for preference in parse_accept(ranges):
        found = match_format(preference.value, preference.parameters, candidates)
        if found is not None:
            return found
    choices = ", ".join([*(one.media_type for one in offered), *FORMAT_NAMES, *FAMILY_NAMES])
    raise NotAcceptable(NO_FORMAT.format(found=shorten(requested), choices=choices))


def match_format(
    media_range: str, parameters: Mapping[str, str], offered: Iterable[SdmxFormat]
) -> SelectedFormat | None:
    for candidate in offered:
        options = select_options(parameters, candidate)
        if options is None:
            continue
        if media_range in {"*/*", "application/*", candidate.base_type}:
            if candidate.has_version(parameters.get("version")):
                chosen = "".join(f";{name}={value}" for name, value in options.items())
                media_type = f"{candidate.media_type}{chosen}"
                return SelectedFormat(candidate, media_type, CsvOptions(**options))
        elif PLAIN_TYPES.get(media_range) == candidate.family:
            return SelectedFormat(candidate, media_range, CsvOptions(**options))
        elif media_range == "text/*" and candidate.family == "csv":
            return SelectedFormat(candidate, "text/csv", CsvOptions(**options))
    return None


def select_options(parameters: Mapping[str, str], candidate: SdmxFormat) -> dict[str, str] | None:
    """Return the options that differ from the defaults; None if a format does not have them."""
    options = {}
    for name, default in CsvOptions()._asdict().items():
        value = parameters.get(name, default)
        if value != default:
            if value not in candidate.choices.get(name, ()):
                return None
            options[name] = value
    return options


def require_data(chunks: Iterable[Sequence[SeriesData]]) -> Iterator[Sequence[SeriesData]]:
    """Pass chunks of series on; NoResultsFound if there are none."""
    is_empty = True
    for chunk in chunks:
        is_empty = False
        yield chunk
    if is_empty:
        raise NoResultsFound(NO_DATA)


def limit_observations(
    chunks: Iterable[Sequence[SeriesData]], limit: int = MAX_OBSERVATIONS
) -> Iterator[SeriesData]:
    """Pass single series on; ResponseTooLarge if they exceed a number of observations."""
    count = 0
    for chunk in chunks:
        for series, figures in chunk:
            count += len(figures) or 1
            if count > limit:
                raise ResponseTooLarge(TOO_MANY_OBSERVATIONS.format(limit=limit))
            yield series, figures


def write_data(message: Message, data_format: SdmxFormat, artefacts: Iterable[Artefact]) -> bytes:
    if data_format is SdmxFormat.GENERIC_21:
        return xml.write_generic(message)
    if data_format.family == "xml":
        return xml.write_structure_specific(message, data_format.version)
    codes = {one.id: {item.id: item for item in one.items} for one in artefacts}
    return json.DataWriter(codes, message.layout, data_format.version).write_message(message)


def write_structure(
    artefacts: Sequence[Artefact], message_format: SdmxFormat, header: MessageHeader
) -> bytes:
    if message_format.family == "xml":
        writer = xml.StructureWriter(message_format.version)
        return writer.write_message(artefacts, header)
    return json.StructureWriter(message_format.version).write_message(artefacts, header)


def select_artefacts(
    artefacts: Sequence[Artefact],
    path: PathQuery,
    request: SdmxRequest,
    used_values: Mapping[str, Sequence[str]],
) -> list[Artefact]:
    """Select the artefacts that a path names and those related to them; NoResultsFound if none."""
    candidates = [one for one in artefacts if one.kind.path in path.kinds]
    named = [one for one in candidates if path.ids is None or one.id in path.ids]
    if path.items is not None:
        named = [one.keep_items(path.items) for one in named]
        named = [one for one in named if one.items]
    if not named:
        ids = sorted({one.id for one in candidates})
        raise NoResultsFound(NO_ARTEFACT.format(names=join_names(ids)))
    found = add_references(named, artefacts, request.references)
    match request.detail:
        case "allstubs" | "allcompletestubs":
            return [one.to_stub() for one in found]
        case "referencestubs" | "referencecompletestubs":
            return [one if one in named else one.to_stub() for one in found]
        case "referencepartial":
            return [one if one in named else keep_used_codes(one, used_values) for one in found]
        case _:
            return found


def keep_used_codes(artefact: Artefact, used_values: Mapping[str, Sequence[str]]) -> Artefact:
    codelists = {
        "CL_AREA": [*used_values.get("REF_AREA", ()), *used_values.get("COUNTERPART_AREA", ())],
        "CL_INDICATOR": used_values.get("INDICATOR", ()),
        "CL_UNIT": used_values.get("UNIT_MEASURE", ()),
    }
    return artefact.keep_items(codelists[artefact.id]) if artefact.id in codelists else artefact


def build_region(
    values: Mapping[str, Sequence[str]], path: PathQuery, span: tuple[date, date]
) -> Region:
    names = path.components
    return Region(
        {name: values[name] for name in DIMENSIONS if names is None or name in names},
        span if names is None or TIME in names else None,
    )


def drop_dimension(filters: SdmxFilters, dimension: str) -> SdmxFilters:
    """Remove the conditions on a dimension, to find which of its values could be selected."""
    keys = [{name: key[name] for name in key if name != dimension} for key in filters.keys]
    conditions = [one for one in filters.conditions if one[0] != dimension]
    return replace(filters, keys=tuple(keys), conditions=tuple(conditions))
