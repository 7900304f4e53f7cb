"""What a path below /sdmx names, by the REST API of SDMX 2.1 (1.5) and of 3.0 (2.1)."""

import re
from dataclasses import dataclass

from app.formats.sdmx.artefacts import AGENCY, FLOW, VERSION
from app.formats.sdmx.errors import (
    NoResultsFound,
    NotImplementedProblem,
    SemanticProblem,
    SyntaxProblem,
)
from app.i18n import Bilingual
from app.parameters.sdmx import DIMENSIONS, SeriesKey
from app.problems.problem import shorten
from app.problems.suggestions import find_nearest

ANY = frozenset({"all", "ALL", "*"})
"""The wildcards of paths."""
VERSIONS = ANY | {"latest", "LATEST", "~", "+", VERSION, f"{VERSION}.0", f"{VERSION}+", "1+.0"}
CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")
KINDS = ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme")
"""The artefacts that there are."""
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
"""The resources of the standard that there are not."""
RESOURCES = ("data", "availableconstraint", "availability", "structure", "schema", *KINDS)
MAX_PATH_LENGTH = 5
MAX_KEYS = 100
"""How many keys a request may have; a database takes only so many alternatives."""


@dataclass(frozen=True)
class PathQuery:
    """What a path asks for."""

    resource: str
    """Data, availability, structure or schema."""
    old: bool
    """Whether the path is of 2.1, and XML is preferred."""
    kinds: tuple[str, ...] = KINDS
    """The kinds of artefacts."""
    ids: frozenset[str] | None = None
    """The artefacts; all of them where there is nothing."""
    items: frozenset[str] | None = None
    """The codes or concepts in them."""
    key: str = "*"
    """The series key, not yet taken apart."""
    components: frozenset[str] | None = None
    """The dimensions that availability is asked of."""


def parse_path(path: str) -> PathQuery:
    """Read a path.

    Raises:
        NoResults: if it names what is not there.
        NotImplementedHere: if it names a resource of the standard that there is not.
        SyntaxFault: if it is not a path of the standard.
    """
    parts = path.strip("/").split("/")
    match parts:
        case ["data", context, *rest] if context in CONTEXTS:
            return parse_data_30("data", context, rest)
        case ["availability", context, *rest] if context in CONTEXTS:
            return parse_data_30("availability", context, rest)
        case ["data" | "availableconstraint" as name, flow, *rest]:
            return parse_data_21("data" if name == "data" else "availability", flow, rest)
        case ["schema", context, *rest] if context in CONTEXTS:
            parse_data_30("schema", context, rest)
            return PathQuery("schema", old=False, kinds=(context,) if context in KINDS else KINDS)
        case ["structure", *rest]:
            return parse_structure(rest or ["*"], old=False)
        case [name, *_] if name in {*KINDS, "structure"}:
            return parse_structure(parts, old=True)
        case [name, *_] if name in NOT_IMPLEMENTED:
            raise unknown_resource(name)
    hint = find_nearest(parts[0], RESOURCES) or ", ".join(RESOURCES)
    short = shorten(path)
    raise SyntaxProblem(
        Bilingual(
            f"Nothing is served at /sdmx/{short}; right would be {hint}",
            f"/sdmx/{short} 下没有内容；可用 {hint}",
        )
    )


def unknown_resource(name: str) -> NotImplementedProblem:
    """Say that there is no such resource."""
    listed = ", ".join(RESOURCES)
    return NotImplementedProblem(
        Bilingual(
            f"There is no {name} here; there are {listed}", f"本服务不提供 {name}；可用 {listed}"
        )
    )


def path_too_long(parts: list[str]) -> SyntaxProblem:
    """Say that a path goes on where nothing is."""
    rest = shorten("/".join(parts))
    return SyntaxProblem(
        Bilingual(f"The path goes on with {rest}, where it should end", f"路径多出 {rest}")
    )


def parse_data_30(resource: str, context: str, rest: list[str]) -> PathQuery:
    """Read the rest of a path to data by 3.0: agency, id, version, key, component."""
    most = MAX_PATH_LENGTH if resource == "availability" else MAX_PATH_LENGTH - 1
    if len(rest) > most:
        raise path_too_long(rest[most:])
    agency, name, version, key, component = rest + ["*"] * (MAX_PATH_LENGTH - len(rest))
    has_flow = context in {"dataflow", "datastructure", "*"}
    if not has_flow or not all(
        (matches_name(agency, AGENCY), matches_name(name, FLOW), matches_version(version))
    ):
        raise unknown_flow(f"{context}/{agency}:{name}({version})")
    return PathQuery(resource, old=False, key=key, components=split_names(component))


def parse_data_21(resource: str, flow: str, rest: list[str]) -> PathQuery:
    """Read the rest of a path to data by 2.1: flow, key, provider, component."""
    most = 3 if resource == "availability" else 2
    if len(rest) > most:
        raise path_too_long(rest[most:])
    key, provider, component = rest + ["all"] * (3 - len(rest))
    match flow.split(","):
        case [name]:
            fits = matches_name(name, FLOW)
        case [agency, name]:
            fits = matches_name(agency, AGENCY) and matches_name(name, FLOW)
        case [agency, name, version]:
            fits = (
                matches_name(agency, AGENCY)
                and matches_name(name, FLOW)
                and matches_version(version)
            )
        case _:
            raise SyntaxProblem(
                Bilingual(
                    f"{shorten(flow)} is no dataflow; write {AGENCY},{FLOW},{VERSION}",
                    f"{shorten(flow)} 不是数据流；请写作 {AGENCY},{FLOW},{VERSION}",
                )
            )
    if not fits:
        raise unknown_flow(flow)
    if not matches_name(provider.rpartition(",")[2], AGENCY):
        raise NoResultsFound(
            Bilingual(
                f"{shorten(provider)} provides no data here; leave the provider out",
                f"{shorten(provider)} 未在此提供数据；请省略数据提供方",
            )
        )
    return PathQuery(resource, old=True, key=key, components=split_names(component))


def unknown_flow(found: str) -> NoResultsFound:
    """Say that there is no such dataflow."""
    return NoResultsFound(
        Bilingual(
            f"{shorten(found)} is unknown; the one dataflow is {AGENCY}:{FLOW}({VERSION})",
            f"{shorten(found)} 不存在；唯一的数据流为 {AGENCY}:{FLOW}({VERSION})",
        )
    )


def parse_structure(parts: list[str], *, old: bool) -> PathQuery:
    """Read a path to artefacts: kind, agency, id, version, item."""
    kind, *rest = parts
    if len(rest) >= MAX_PATH_LENGTH:
        raise path_too_long(rest[MAX_PATH_LENGTH - 1 :])
    if kind in NOT_IMPLEMENTED:
        raise unknown_resource(kind)
    if kind not in {*KINDS, *ANY, "structure"}:
        raise SyntaxProblem(
            Bilingual(
                f"{shorten(kind)} is no kind of artefact; there are {', '.join(KINDS)}",
                f"{shorten(kind)} 不是结构类型；可用 {', '.join(KINDS)}",
            )
        )
    kinds = (kind,) if kind in KINDS else KINDS
    agency, name, version, item = rest + ["*"] * (4 - len(rest))
    if not matches_name(agency, AGENCY) or not matches_version(version):
        raise NoResultsFound(
            Bilingual(
                f"{AGENCY} has all artefacts here, in version {VERSION}",
                f"此处全部结构由 {AGENCY} 维护，版本为 {VERSION}",
            )
        )
    # One client leaves the id out and writes the version in its place.
    ids = None if name == "latest" else split_names(name)
    return PathQuery("structure", old=old, kinds=kinds, ids=ids, items=split_names(item))


def split_names(text: str) -> frozenset[str] | None:
    """Read one or several names; nothing for all of them."""
    return None if text in ANY else frozenset(re.split("[,+]", text))


def matches_name(text: str, name: str) -> bool:
    """Tell whether a name is among those of a path."""
    names = split_names(text)
    return names is None or name in names


def matches_version(text: str) -> bool:
    """Tell whether the version is among those of a path."""
    return text in VERSIONS or bool(VERSIONS.intersection(text.split(",")))


def parse_keys(text: str) -> tuple[SeriesKey, ...]:
    """Read the keys of series: values by dimension, several by plus or comma; none for all.

    Raises:
        SemanticFault: if there are too many keys.
        SyntaxFault: if a key has another number of dimensions.
    """
    if text in ANY:
        return ()
    count = len(DIMENSIONS)
    several_keys = text.split(",")
    if any(len(one.split(".")) != count for one in several_keys):
        several_keys = [text]
    if len(several_keys) > MAX_KEYS:
        raise SemanticProblem(
            Bilingual(
                f"There are {len(several_keys)} keys; ask for at most {MAX_KEYS} at once",
                f"共{len(several_keys)}个键；每次最多请求{MAX_KEYS}个",
            )
        )
    found = []
    for one in several_keys:
        parts = one.split(".")
        if len(parts) != count:
            raise SyntaxProblem(
                Bilingual(
                    f"The key {shorten(one)} has {len(parts)} parts; write {'.'.join(DIMENSIONS)}, "
                    "and leave a part empty or put * for all its values",
                    f"键 {shorten(one)} 有{len(parts)}段；请写作 {'.'.join(DIMENSIONS)}，"
                    "某段留空或写 * 表示全部取值",
                )
            )
        pairs = zip(DIMENSIONS, parts, strict=True)
        found.append(
            {name: values for name, part in pairs if part and (values := split_names(part))}
        )
    return tuple(found)
