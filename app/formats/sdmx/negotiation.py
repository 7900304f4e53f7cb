"""The formats of messages, and which of them a request selects: by parameter or Accept header."""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from app.formats.sdmx.errors import NotAcceptable
from app.i18n import Bilingual
from app.problems.problem import shorten

BASE = "application/vnd.sdmx."
MEDIA_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+/[\w!#$&^.+*-]+)((?:\s*;[^;]*)*)")
PARAMETER = re.compile(r"\s*;\s*([\w-]+)\s*=\s*\"?([^\";]*)\"?")
PLAIN_TYPES = {
    "application/xml": "xml",
    "text/xml": "xml",
    "application/json": "json",
    "text/json": "json",
    "text/csv": "csv",
    "application/csv": "csv",
}
"""Plain media types, each of which selects the first available format of a family."""


class Format(Enum):
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

    def has_version(self, version: str | None) -> bool:
        """Tell whether this is a version, which may be abbreviated: 2.0 means 2.0.0."""
        return version is None or f"{self.version}.".startswith(f"{version}.")


class NegotiatedFormat(NamedTuple):
    """A format, and the media type that the response declares."""

    format: Format
    media_type: str


def list_formats(resource: str, *, is_21: bool) -> list[Format]:
    """List the formats of a resource, in order of preference.

    Args:
        resource: data, availability, structure or schema.
        is_21: whether the path is of the 2.1 API, which prefers the formats of SDMX 2.1.
    """
    formats = [one for one in Format if one.is_structure == (resource != "data")]
    if resource == "availability":
        # SDMX 3.1 describes availability with an artefact of another class, which is not offered.
        formats = [
            one for one in formats if one not in {Format.STRUCTURE_JSON_21, Format.STRUCTURE_31}
        ]
    return sorted(formats, key=lambda one: one.is_21 != is_21)


FORMAT_NAMES = {
    "genericdata": f"{BASE}genericdata+xml",
    "structurespecificdata": f"{BASE}structurespecificdata+xml",
}
"""Values of the format parameter that stand for a media type."""
FAMILY_NAMES = {
    "xml": "application/xml",
    "json": "application/json",
    "jsondata": "application/json",
    "csv": "text/csv",
    "csvdata": "text/csv",
}
"""Values of the format parameter that stand for a family; the Accept header may add a version."""


def negotiate_format(
    accept: str, parameter: str | None, offered: Sequence[Format]
) -> NegotiatedFormat:
    """Select a format.

    Args:
        accept: the Accept header.
        parameter: the format parameter, which takes precedence.
        offered: the available formats, in order of preference.

    Raises:
        NotAcceptable: if no available format matches.
    """
    requested, ranges, candidates = accept, accept or "*/*", offered
    if parameter in FAMILY_NAMES:
        plain_type = FAMILY_NAMES[parameter]
        candidates = [one for one in offered if one.family == PLAIN_TYPES[plain_type]]
        requested, ranges = f"format={parameter}", f"{accept},{plain_type};q=0.001"
    elif parameter is not None:
        # In a query string, the plus sign of a media type stands for a space.
        media_type = FORMAT_NAMES.get(parameter, parameter.replace(" ", "+"))
        requested, ranges = f"format={parameter}", media_type
    for media_range, parameters in parse_accept(ranges):
        if (found := match_format(media_range, parameters, candidates)) is not None:
            return found
    choices = ", ".join([*(one.media_type for one in offered), *FORMAT_NAMES, *FAMILY_NAMES])
    raise NotAcceptable(
        Bilingual(
            f"No available format matches {shorten(requested)}; available: {choices}",
            f"没有符合 {shorten(requested)} 的格式；可用格式：{choices}",
        )
    )


def parse_accept(accept: str) -> list[tuple[str, dict[str, str]]]:
    """Parse the media ranges of an Accept header, the preferred one first, with their parameters.

    Malformed and refused (``q=0``) ranges are left out.
    """
    weighted = []
    for part in accept.split(","):
        if match := MEDIA_RANGE.fullmatch(part):
            parameters = {
                name.lower(): value.strip() for name, value in PARAMETER.findall(match[2])
            }
            try:
                weight = float(parameters.pop("q", "1"))
            except ValueError:
                continue
            if weight > 0:
                weighted.append((weight, match[1].lower(), parameters))
    weighted.sort(key=lambda one: -one[0])
    return [(media_range, parameters) for _, media_range, parameters in weighted]


def match_format(
    media_range: str, parameters: Mapping[str, str], offered: Iterable[Format]
) -> NegotiatedFormat | None:
    """Return the first format that matches a media range."""
    has_ids = parameters.get("labels", "id") == "id"
    if not has_ids or parameters.get("timeformat", "original") not in {"original", "none"}:
        return None
    for candidate in offered:
        if media_range in {"*/*", "application/*", candidate.base_type}:
            if candidate.has_version(parameters.get("version")):
                return NegotiatedFormat(candidate, candidate.media_type)
        elif PLAIN_TYPES.get(media_range) == candidate.family:
            return NegotiatedFormat(candidate, media_range)
        elif media_range == "text/*" and candidate.family == "csv":
            return NegotiatedFormat(candidate, "text/csv")
    return None
