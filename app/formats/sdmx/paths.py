"""Paths below /sdmx, by the SDMX REST API of SDMX 2.1 (1.5) and of SDMX 3.0 (2.1)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.formats.sdmx.artefacts import AGENCY, FLOW, FLOW_ID, VERSION
from app.formats.sdmx.errors import (
    NoResultsFound,
    NotImplementedProblem,
    SemanticProblem,
    SyntaxProblem,
)
from app.i18n import Bilingual, join_names
from app.parameters.sdmx import DIMENSIONS, SeriesKey
from app.problems import messages
from app.problems.messages import SUGGESTION, WITH_HINT, find_nearest
from app.problems.problem import shorten

WILDCARDS = frozenset({"all", "ALL", "*"})
VERSIONS = WILDCARDS | {
    *("latest", "LATEST", "~", "+"),
    *(VERSION, f"{VERSION}.0", f"{VERSION}+", "1+.0"),
}
CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")
CLASSES = ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme")
"""The classes of artefacts that this service has."""
NOT_IMPLEMENTED_NAMES = """
    actualconstraint allowedconstraint attachmentconstraint categorisation categoryscheme
    categoryschememap conceptschememap contentconstraint customtypescheme dataconstraint
    dataconsumerscheme dataproviderscheme geocodelist geogridcodelist hierarchicalcodelist hierarchy
    hierarchyassociation metadata metadataconstraint metadataflow metadataprovisionagreement
    metadataproviderscheme metadataset metadatastructure namepersonalisationscheme
    organisationscheme organisationschememap organisationunitscheme process provisionagreement
    registration reportingtaxonomy reportingtaxonomymap representationmap rulesetscheme structureset
    structuremap transformationscheme userdefinedoperatorscheme valuelist vtlmappingscheme
"""
NOT_IMPLEMENTED = frozenset(NOT_IMPLEMENTED_NAMES.split())
"""The resources of the standard that this service does not have."""
RESOURCES = ("data", "availableconstraint", "availability", "structure", "schema", *CLASSES)
MAX_PATH_LENGTH = 5
MAX_KEYS = 100
"""Databases limit the number of alternatives in a condition."""


@dataclass(frozen=True)
class PathQuery:
    resource: str
    """data, availability, structure or schema."""
    is_21: bool
    """Whether the path is of the 2.1 API, whose default format is XML."""
    kinds: tuple[str, ...] = CLASSES
    ids: frozenset[str] | None = None
    """The ids of artefacts; all of them if None."""
    items: frozenset[str] | None = None
    """The ids of codes or concepts; all of them if None."""
    key: str = "*"
    """The series key, not yet parsed."""
    components: frozenset[str] | None = None
    """The dimensions whose availability is requested; all of them if None."""


def parse_path(path: str) -> PathQuery:
    """Parse a path; a problem if it is not of the standard, or names what is not here."""
    parts = path.strip("/").split("/")
    match parts:
        case ["data" | "availability" as resource, context, *rest] if context in CONTEXTS:
            return parse_data_30(resource, context, rest)
        case ["data" | "availableconstraint" as name, flow, *rest]:
            return parse_data_21("data" if name == "data" else "availability", flow, rest)
        case ["schema", context, *rest] if context in CONTEXTS:
            parse_data_30("schema", context, rest)
            kinds = (context,) if context in CLASSES else CLASSES
            return PathQuery("schema", is_21=False, kinds=kinds)
        case ["structure", *rest]:
            return parse_structure(rest or ["*"], is_21=False)
        case [name, *_] if name in CLASSES:
            return parse_structure(parts, is_21=True)
        case [name, *_] if name in NOT_IMPLEMENTED:
            raise create_resource_error(name)
    message = messages.UNKNOWN_SDMX_PATH.format(path=path and shorten(path))
    raise SyntaxProblem(add_suggestion(message, parts[0], RESOURCES, messages.AVAILABLE))


def add_suggestion(
    message: Bilingual, found: str, expected: Sequence[str], listing: Bilingual
) -> Bilingual:
    """Add the expected value nearest to the one found to a message, or a list of all of them."""
    nearest = find_nearest(found, expected)
    hint = (
        SUGGESTION.format(nearest=nearest)
        if nearest
        else listing.format(names=join_names(expected))
    )
    return WITH_HINT.format(message=message, hint=hint)


def create_resource_error(name: str) -> NotImplementedProblem:
    message = messages.UNSUPPORTED_RESOURCE.format(name=name)
    return NotImplementedProblem(add_suggestion(message, "", RESOURCES, messages.AVAILABLE))


def check_length(parts: list[str], limit: int) -> None:
    """Raise SyntaxProblem if a path has parts beyond its end."""
    if len(parts) > limit:
        rest = shorten("/".join(parts[limit:]))
        raise SyntaxProblem(messages.PATH_TOO_LONG.format(rest=rest))


def parse_data_30(resource: str, context: str, rest: list[str]) -> PathQuery:
    """Parse what follows the context in the 3.0 API: agency, id, version, key, component."""
    check_length(rest, MAX_PATH_LENGTH if resource == "availability" else MAX_PATH_LENGTH - 1)
    agency, name, version, key, component = rest + ["*"] * (MAX_PATH_LENGTH - len(rest))
    has_flow = context != "provisionagreement"
    if not (has_flow and matches_flow(agency, name, version)):
        raise create_flow_error(f"{context}/{agency}:{name}({version})")
    return PathQuery(resource, is_21=False, key=key, components=split_names(component))


def parse_data_21(resource: str, flow: str, rest: list[str]) -> PathQuery:
    """Parse the flow and what follows it in the 2.1 API: key, provider, component."""
    check_length(rest, 3 if resource == "availability" else 2)
    key, provider, component = rest + ["all"] * (3 - len(rest))
    parts = flow.split(",")
    if len(parts) > len(("agency", "id", "version")):
        expected = f"{AGENCY},{FLOW},{VERSION}"
        raise SyntaxProblem(messages.NOT_A_DATAFLOW.format(found=shorten(flow), expected=expected))
    if not matches_flow(*(parts if len(parts) > 1 else ["*", *parts])):
        raise create_flow_error(flow)
    if not matches_name(provider.rpartition(",")[2], AGENCY):
        raise NoResultsFound(messages.UNKNOWN_PROVIDER.format(found=shorten(provider)))
    return PathQuery(resource, is_21=True, key=key, components=split_names(component))


def create_flow_error(found: str) -> NoResultsFound:
    return NoResultsFound(messages.UNKNOWN_DATAFLOW.format(found=shorten(found), expected=FLOW_ID))


def parse_structure(parts: list[str], *, is_21: bool) -> PathQuery:
    """Parse a path to artefacts: kind, agency, id, version, item."""
    kind, *rest = parts
    check_length(rest, MAX_PATH_LENGTH - 1)
    if kind in NOT_IMPLEMENTED:
        raise create_resource_error(kind)
    if kind not in {*CLASSES, *WILDCARDS, "structure"}:
        message = messages.UNKNOWN_CLASS.format(name=shorten(kind))
        raise SyntaxProblem(add_suggestion(message, kind, CLASSES, messages.AVAILABLE))
    agency, name, version, item = rest + ["*"] * (4 - len(rest))
    if not matches_name(agency, AGENCY) or not matches_version(version):
        raise NoResultsFound(messages.OTHER_MAINTAINER.format(agency=AGENCY, version=VERSION))
    return PathQuery(
        "structure",
        is_21=is_21,
        kinds=(kind,) if kind in CLASSES else CLASSES,
        # One client omits the id and writes the version in its place.
        ids=None if name == "latest" else split_names(name),
        items=split_names(item),
    )


def split_names(text: str) -> frozenset[str] | None:
    """Split one or several names; None stands for all."""
    return None if text in WILDCARDS else frozenset(re.split("[,+]", text))


def matches_name(text: str, name: str) -> bool:
    names = split_names(text)
    return names is None or name in names


def matches_version(text: str) -> bool:
    return text in VERSIONS or bool(VERSIONS.intersection(text.split(",")))


def matches_flow(agency: str, name: str, version: str = "*") -> bool:
    return matches_name(agency, AGENCY) and matches_name(name, FLOW) and matches_version(version)


def parse_keys(text: str) -> tuple[SeriesKey, ...]:
    """Parse series keys: commas separate keys, or values as plus signs do; empty means all."""
    if text in WILDCARDS:
        return ()
    count = len(DIMENSIONS)
    keys = text.split(",")
    if any(len(key.split(".")) != count for key in keys):
        keys = [text]
    if len(keys) > MAX_KEYS:
        raise SemanticProblem(messages.TOO_MANY_KEYS.format(count=len(keys), limit=MAX_KEYS))
    return tuple(parse_key(key) for key in keys)


def parse_key(text: str) -> SeriesKey:
    parts = text.split(".")
    if len(parts) != len(DIMENSIONS):
        found = {"key": shorten(text), "count": len(parts)}
        raise SyntaxProblem(messages.MALFORMED_KEY.format(**found, expected=".".join(DIMENSIONS)))
    # Only a whole key can be "all"; within a key that is a coverage.
    given = [one for one in zip(DIMENSIONS, parts, strict=True) if one[1] not in {"", "*"}]
    return {name: frozenset(re.split("[,+]", part)) for name, part in given}
