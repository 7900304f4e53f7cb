"""What decides about a response besides its data: its path, and negotiation (RFC 9110, 12)."""

import re
from enum import StrEnum
from typing import NamedTuple

from app.i18n import Language

QUALITY = re.compile(r"0(\.\d{0,3})?|1(\.0{0,3})?")
DATA_ROOT, SDMX_ROOT = "/v1", "/sdmx"


class PathKind(StrEnum):
    """What a path below the prefix of a proxy leads to. The first pattern that matches decides."""

    SDMX = rf"{SDMX_ROOT}(/|\Z)"
    DATA = f"{DATA_ROOT}|{SDMX_ROOT}"
    """The API, with misspelt paths such as /v1x: programs do not read pages."""
    EMBED = "/embed/"
    ASSET = r"/static/|/favicon\.ico\Z"
    HEALTH = "/health/"
    PAGE = ""
    """All others, also the few files that are not below any of these paths."""

    @classmethod
    def from_path(cls, path: str) -> "PathKind":
        return next(kind for kind in cls if re.match(kind, path))


class Coding(StrEnum):
    """A content coding; those that compress best come first."""

    BROTLI = "br"
    ZSTANDARD = "zstd"
    GZIP = "gzip"
    IDENTITY = "identity"


class Preference(NamedTuple):
    value: str
    """In lower case."""
    quality: float
    parameters: dict[str, str]
    """The parameters other than q, by their names in lower case."""


def parse_preferences(header: str) -> list[Preference]:
    """Parse a list of weighted values, in the order of the header; skip malformed elements."""
    found = []
    for element in header.split(","):
        value, *pairs = (part.strip(" \t") for part in element.split(";"))
        split = (pair.partition("=") for pair in pairs)
        parameters = {name.strip(" \t").lower(): one.strip(' \t"') for name, _, one in split}
        quality = parameters.pop("q", "1")
        if value and QUALITY.fullmatch(quality):
            found.append(Preference(value.lower(), float(quality), parameters))
    return found


def parse_accept(accept: str) -> list[Preference]:
    accepted = [one for one in parse_preferences(accept) if one.quality > 0]
    return sorted(accepted, key=lambda one: -one.quality)


def negotiate_language(accept_language: bytes) -> Language:
    """Choose the preferred language (RFC 9110, 12.5.4); English for any other."""
    preferences = parse_preferences(accept_language.decode("latin-1"))
    # What is refused is not meant by an asterisk either; en-GB;q=0 does not refuse all English.
    refused = {value for value, quality, _ in preferences if not quality}
    accepted = [one for one in Language if one not in refused]
    best, chosen = 0.0, Language.ENGLISH
    for value, quality, _ in preferences:
        matching = [one for one in accepted if value.partition("-")[0] in {one, "*"}]
        if matching and quality > best:
            best, chosen = quality, matching[0]
    return chosen


def negotiate_coding(accept_encoding: bytes) -> Coding:
    """Choose the preferred coding (RFC 9110, 12.5.3); identity if no other is accepted.

    Among equally preferred codings the one that compresses best is chosen.
    """
    qualities = {
        value.removeprefix("x-"): quality
        for value, quality, parameters in parse_preferences(accept_encoding.decode("latin-1"))
        if not parameters
    }
    best, chosen = qualities.get(Coding.IDENTITY, 0), Coding.IDENTITY
    for coding in (Coding.GZIP, Coding.ZSTANDARD, Coding.BROTLI):
        quality = qualities.get(coding, qualities.get("*", 0))
        if quality and quality >= best:
            best, chosen = quality, coding
    return chosen
