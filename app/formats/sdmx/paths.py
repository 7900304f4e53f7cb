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
from app.i18n import Bilingual
from app.parameters.sdmx import DIMENSIONS, SeriesKey
from app.problems.messages import find_nearest
from app.problems.problem import shorten

WILDCARDS = frozenset({"all", "ALL", "*"})
VERSIONS = WILDCARDS | {
    *("latest", "LATEST", "~", "+"),
    *(VERSION, f"{VERSION}.0", f"{VERSION}+", "1+.0"),
}
CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")
KINDS = ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme")
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
RESOURCES = ("data", "availableconstraint", "availability", "structure", "schema", *KINDS)
MAX_PATH_LENGTH = 5
MAX_KEYS = 100
"""Databases limit the number of alternatives in a condition."""


@dataclass(frozen=True)
class PathQuery:
    resource: str
    """data, availability, structure or schema."""
    is_21: bool
    """Whether the path is of the 2.1 API, whose default format is XML."""
    kinds: tuple[str, ...] = KINDS
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
            return PathQuery("schema", is_21=False, kinds=(context,) if context in KINDS else KINDS)
        case ["structure", *rest]:
            return parse_structure(rest or ["*"], is_21=False)
        case [name, *_] if name in KINDS:
            return parse_structure(parts, is_21=True)
        case [name, *_] if name in NOT_IMPLEMENTED:
            raise create_resource_error(name)
    hint = create_hint(parts[0], RESOURCES, Bilingual("available", "可用"))
    raise SyntaxProblem(
        f"/sdmx/{shorten(path)} does not exist; {hint.en}",
        f"/sdmx/{shorten(path)} 不存在；{hint.zh}",
    )


def create_hint(found: str, expected: Sequence[str], label: Bilingual) -> Bilingual:
    """Name the expected value nearest to another, or all of them after a label."""
    nearest = find_nearest(found, expected)
    if nearest:
        return Bilingual(f"did you mean {nearest}?", f"您要找的是 {nearest} 吗？")
    return Bilingual(f"{label.en}: {', '.join(expected)}", f"{label.zh}：{'、'.join(expected)}")


def create_resource_error(name: str) -> NotImplementedProblem:
    return NotImplementedProblem(
        f"{name} is not supported; available: {', '.join(RESOURCES)}",
        f"不支持 {name}；可用：{'、'.join(RESOURCES)}",
    )


def check_length(parts: list[str], limit: int) -> None:
    """Raise SyntaxProblem if a path has parts beyond its end."""
    if len(parts) > limit:
        rest = shorten("/".join(parts[limit:]))
        raise SyntaxProblem(
            f"The path has too many parts: remove {rest}", f"路径过长：请删除 {rest}"
        )


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
        raise SyntaxProblem(
            f"{shorten(flow)} is not a dataflow; write {AGENCY},{FLOW},{VERSION}",
            f"{shorten(flow)} 不是数据流；请写作 {AGENCY},{FLOW},{VERSION}",
        )
    if not matches_flow(*(parts if len(parts) > 1 else ["*", *parts])):
        raise create_flow_error(flow)
    if not matches_name(provider.rpartition(",")[2], AGENCY):
        raise NoResultsFound(
            f"{shorten(provider)} is not a data provider of this service; omit the provider",
            f"{shorten(provider)} 不是本服务的数据提供方；请省略数据提供方",
        )
    return PathQuery(resource, is_21=True, key=key, components=split_names(component))


def create_flow_error(found: str) -> NoResultsFound:
    return NoResultsFound(
        f"{shorten(found)} is unknown; the only dataflow is {FLOW_ID}",
        f"{shorten(found)} 不存在；唯一的数据流为 {FLOW_ID}",
    )


def parse_structure(parts: list[str], *, is_21: bool) -> PathQuery:
    """Parse a path to artefacts: kind, agency, id, version, item."""
    kind, *rest = parts
    check_length(rest, MAX_PATH_LENGTH - 1)
    if kind in NOT_IMPLEMENTED:
        raise create_resource_error(kind)
    if kind not in {*KINDS, *WILDCARDS, "structure"}:
        raise SyntaxProblem(
            f"{shorten(kind)} is not a class of artefacts; available: {', '.join(KINDS)}",
            f"{shorten(kind)} 不是结构类型；可用：{'、'.join(KINDS)}",
        )
    agency, name, version, item = rest + ["*"] * (4 - len(rest))
    if not matches_name(agency, AGENCY) or not matches_version(version):
        raise NoResultsFound(
            f"{AGENCY} maintains all artefacts of this service, in version {VERSION}",
            f"本服务的全部结构由 {AGENCY} 维护，版本为 {VERSION}",
        )
    return PathQuery(
        "structure",
        is_21=is_21,
        kinds=(kind,) if kind in KINDS else KINDS,
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
        raise SemanticProblem(
            f"{len(keys)} keys are too many; request at most {MAX_KEYS} at once",
            f"共{len(keys)}个键，超出上限；每次最多请求{MAX_KEYS}个",
        )
    return tuple(parse_key(key) for key in keys)


def parse_key(text: str) -> SeriesKey:
    parts = text.split(".")
    if len(parts) != len(DIMENSIONS):
        raise SyntaxProblem(
            f"The key {shorten(text)} has {len(parts)} parts; write {'.'.join(DIMENSIONS)}, "
            "and leave a part empty or write * for all values",
            f"键 {shorten(text)} 有{len(parts)}段；请写作 {'.'.join(DIMENSIONS)}，"
            "某段留空或写 * 表示全部取值",
        )
    pairs = zip(DIMENSIONS, parts, strict=True)
    return {name: values for name, part in pairs if part and (values := split_names(part))}
