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
    """A format: its media type, version and family."""

    GENERIC_21 = (f"{BASE}genericdata+xml", "2.1", "xml")
    SPECIFIC_21 = (f"{BASE}structurespecificdata+xml", "2.1", "xml")
    DATA_30 = (f"{BASE}data+xml", "3.0.0", "xml")
    JSON_10 = (f"{BASE}data+json", "1.0.0", "json")
    JSON_20 = (f"{BASE}data+json", "2.0.0", "json")
    DATA_31 = (f"{BASE}data+xml", "3.1.0", "xml")
    JSON_21 = (f"{BASE}data+json", "2.1.0", "json")
    CSV_10 = (f"{BASE}data+csv", "1.0.0", "csv")
    CSV_20 = (f"{BASE}data+csv", "2.0.0", "csv")
    STRUCTURE_21 = (f"{BASE}structure+xml", "2.1", "xml")
    STRUCTURE_30 = (f"{BASE}structure+xml", "3.0.0", "xml")
    STRUCTURE_31 = (f"{BASE}structure+xml", "3.1.0", "xml")
    STRUCTURE_JSON_10 = (f"{BASE}structure+json", "1.0.0", "json")
    STRUCTURE_JSON_20 = (f"{BASE}structure+json", "2.0.0", "json")
    STRUCTURE_JSON_21 = (f"{BASE}structure+json", "2.1.0", "json")

    def __init__(self, base_type: str, version: str, family: str) -> None:
        self.base_type = base_type
        """The media type without the version."""
        self.version = version
        self.family = family
        """xml, json or csv."""

    @property
    def media_type(self) -> str:
        return f"{self.base_type};version={self.version}"

    def has_version(self, version: str | None) -> bool:
        """Tell whether this is a version, which may be abbreviated: 2.0 means 2.0.0."""
        return version is None or f"{self.version}.".startswith(f"{version}.")


class NegotiatedFormat(NamedTuple):
    """A format, and the media type that the response declares."""

    format: Format
    media_type: str


DATA_21_FORMATS = (Format.GENERIC_21, Format.SPECIFIC_21, Format.JSON_10, Format.CSV_10)
DATA_30_FORMATS = (
    *(Format.JSON_20, Format.DATA_30, Format.CSV_20),
    *(Format.JSON_21, Format.DATA_31),
)
DATA_FORMATS = {
    True: DATA_21_FORMATS + DATA_30_FORMATS,
    False: DATA_30_FORMATS + DATA_21_FORMATS,
}
"""The formats of data by whether the path is of the 2.1 API, in order of preference."""
STRUCTURE_21_FORMATS = (Format.STRUCTURE_21, Format.STRUCTURE_JSON_10)
STRUCTURE_30_FORMATS = (
    *(Format.STRUCTURE_JSON_20, Format.STRUCTURE_30),
    *(Format.STRUCTURE_JSON_21, Format.STRUCTURE_31),
)
STRUCTURE_FORMATS = {
    True: STRUCTURE_21_FORMATS + STRUCTURE_30_FORMATS,
    False: STRUCTURE_30_FORMATS + STRUCTURE_21_FORMATS,
}
FORMATS_31 = {Format.STRUCTURE_JSON_21, Format.STRUCTURE_31}
AVAILABILITY_FORMATS = {
    is_21: tuple(one for one in formats if one not in FORMATS_31)
    for is_21, formats in STRUCTURE_FORMATS.items()
}
"""SDMX 3.1 describes availability with an artefact of another class, which is not offered."""
OFFERED: dict[str, Mapping[bool, tuple[Format, ...]]] = {
    "data": DATA_FORMATS,
    "availability": AVAILABILITY_FORMATS,
    "structure": STRUCTURE_FORMATS,
    "schema": STRUCTURE_FORMATS,
}
"""The formats by resource, then by whether the path is of the 2.1 API."""
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
