"""Which format an answer has: by the format parameter, else by the Accept header."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from app.formats.sdmx.errors import NotAcceptable
from app.i18n import Bilingual
from app.negotiation import parse_accept
from app.problems.problem import shorten

BASE = "application/vnd.sdmx."
FAMILIES = {
    "application/xml": "xml",
    "text/xml": "xml",
    "application/json": "json",
    "text/json": "json",
    "text/csv": "csv",
    "application/csv": "csv",
}
"""The plain types, each of which stands for the first format of a family."""


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

    @property
    def type(self) -> str:
        """Give the media type without version."""
        return self.value[0]

    @property
    def media_type(self) -> str:
        """Give the whole media type."""
        return f"{self.type};version={self.version}"

    @property
    def version(self) -> str:
        """Give the version of the format, such as 2.0.0."""
        return self.value[1]

    @property
    def family(self) -> str:
        """Tell whether it is XML, JSON or CSV."""
        return self.value[2]

    def has_version(self, version: str | None) -> bool:
        """Tell whether it is of a version; one may be cut short, as 2.0 for 2.0.0."""
        return version is None or f"{self.version}.".startswith(f"{version}.")


class NegotiatedFormat(NamedTuple):
    """A format, and the media type under which it is sent."""

    format: Format
    media_type: str


DATA_30_FORMATS = (Format.JSON_20, Format.DATA_30, Format.CSV_20)
DATA_NEWEST_FORMATS = (Format.JSON_21, Format.DATA_31)
DATA_21_FORMATS = (Format.GENERIC_21, Format.SPECIFIC_21, Format.JSON_10, Format.CSV_10)
DATA = {
    True: (*DATA_21_FORMATS, *DATA_30_FORMATS, *DATA_NEWEST_FORMATS),
    False: (*DATA_30_FORMATS, *DATA_NEWEST_FORMATS, *DATA_21_FORMATS),
}
"""The formats of data by whether the path is of 2.1, the preferred one first."""
STRUCTURE_21_FORMATS = (Format.STRUCTURE_21, Format.STRUCTURE_JSON_10)
STRUCTURE_30_FORMATS = (
    Format.STRUCTURE_JSON_20,
    Format.STRUCTURE_30,
    Format.STRUCTURE_JSON_21,
    Format.STRUCTURE_31,
)
STRUCTURES = {
    True: (*STRUCTURE_21_FORMATS, *STRUCTURE_30_FORMATS),
    False: (*STRUCTURE_30_FORMATS, *STRUCTURE_21_FORMATS),
}
"""The same for structures."""
NEWEST = {Format.STRUCTURE_JSON_21, Format.STRUCTURE_31}
AVAILABILITY = {
    old: tuple(one for one in offered if one not in NEWEST) for old, offered in STRUCTURES.items()
}
"""The same for availability, which 3.1 tells by an artefact of another kind."""
OFFERED: dict[str, Mapping[bool, tuple[Format, ...]]] = {
    "data": DATA,
    "availability": AVAILABILITY,
    "structure": STRUCTURES,
    "schema": STRUCTURES,
}
"""The formats by resource."""
SHORT = {
    "genericdata": f"{BASE}genericdata+xml",
    "structurespecificdata": f"{BASE}structurespecificdata+xml",
}
"""What the format parameter may say in place of a media type."""
PLAIN = {
    "xml": "application/xml",
    "json": "application/json",
    "jsondata": "application/json",
    "csv": "text/csv",
    "csvdata": "text/csv",
}
"""What it may say for a family, of which the Accept header may choose the version."""


def negotiate_format(
    accept: str, parameter: str | None, offered: Sequence[Format]
) -> NegotiatedFormat:
    """Choose a format.

    Args:
        accept: the Accept header.
        parameter: the format parameter, which comes first.
        offered: the formats, the preferred one first.

    Raises:
        NotAcceptable: if none of them fits.
    """
    given, asked, possible = accept, accept or "*/*", offered
    if parameter is not None:
        given = f"format={parameter}"
        # A plus sign in a query is a blank.
        asked = SHORT.get(parameter, parameter.replace(" ", "+"))
    if parameter in PLAIN:
        plain = PLAIN[parameter]
        possible = [one for one in offered if one.family == FAMILIES[plain]]
        asked = f"{accept},{plain};q=0.001"
    for preference in parse_accept(asked):
        found = match_format(preference.value, preference.parameters, possible)
        if found is not None:
            return found
    listed = ", ".join([*(one.media_type for one in offered), *SHORT, *PLAIN])
    raise NotAcceptable(
        Bilingual(
            f"{shorten(given)} fits no format; there are {listed}",
            f"{shorten(given)} 不符合任何格式；可用格式为 {listed}",
        )
    )


def match_format(
    one: str, parameters: Mapping[str, str], offered: Iterable[Format]
) -> NegotiatedFormat | None:
    """Find the first format that a media range takes."""
    if parameters.get("labels", "id") != "id" or parameters.get("timeformat", "original") not in {
        "original",
        "none",
    }:
        return None
    for candidate in offered:
        if one in {"*/*", "application/*"} or one == candidate.type:
            if candidate.has_version(parameters.get("version")):
                return NegotiatedFormat(candidate, candidate.media_type)
        elif FAMILIES.get(one) == candidate.family or (
            one == "text/*" and candidate.family == "csv"
        ):
            return NegotiatedFormat(candidate, "text/csv" if one == "text/*" else one)
    return None
