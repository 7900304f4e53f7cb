"""What a path below /sdmx names, by the REST API of SDMX 2.1 (1.5) and of 3.0 (2.1)."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from app.filters.sdmx import DIMENSIONS, SeriesKey
from app.formats.sdmx.artefacts import AGENCY, FLOW, VERSION
from app.formats.sdmx.refusals import NoResults, NotImplementedHere, SemanticFault, SyntaxFault
from app.problems import shown
from app.text import Words

ANY = frozenset({"all", "ALL", "*"})
"""The wildcards of paths."""
VERSIONS = ANY | {"latest", "LATEST", "~", "+", VERSION, f"{VERSION}.0", f"{VERSION}+", "1+.0"}
CONTEXTS = ("dataflow", "datastructure", "provisionagreement", "*")
KINDS = ("dataflow", "datastructure", "codelist", "conceptscheme", "agencyscheme")
"""The artefacts that there are."""
ABSENT_NAMES = """
    actualconstraint allowedconstraint attachmentconstraint categorisation categoryscheme
    categoryschememap conceptschememap contentconstraint customtypescheme dataconstraint
    dataconsumerscheme dataproviderscheme geocodelist geogridcodelist hierarchicalcodelist hierarchy
    hierarchyassociation metadata metadataconstraint metadataflow metadataprovisionagreement
    metadataproviderscheme metadataset metadatastructure namepersonalisationscheme
    organisationscheme organisationschememap organisationunitscheme process provisionagreement
    registration reportingtaxonomy reportingtaxonomymap representationmap rulesetscheme structureset
    structuremap transformationscheme userdefinedoperatorscheme valuelist vtlmappingscheme
"""
ABSENT = frozenset(ABSENT_NAMES.split())
"""The resources of the standard that there are not."""
RESOURCES = ("data", "availableconstraint", "availability", "structure", "schema", *KINDS)
LONGEST_PATH = 5
MOST_KEYS = 100
"""How many keys a request may have; a database takes only so many alternatives."""


@dataclass(frozen=True)
class Asked:
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


def asked(path: str) -> Asked:
    """Read a path.

    Raises:
        NoResults: if it names what is not there.
        NotImplementedHere: if it names a resource of the standard that there is not.
        SyntaxFault: if it is not a path of the standard.
    """
    parts = path.strip("/").split("/")
    match parts:
        case ["data", context, *rest] if context in CONTEXTS:
            return flow_asked("data", context, rest)
        case ["availability", context, *rest] if context in CONTEXTS:
            return flow_asked("availability", context, rest)
        case ["data" | "availableconstraint" as name, flow, *rest]:
            return old_flow_asked("data" if name == "data" else "availability", flow, rest)
        case ["schema", context, *rest] if context in CONTEXTS:
            flow_asked("schema", context, rest)
            return Asked("schema", old=False, kinds=(context,) if context in KINDS else KINDS)
        case ["structure", *rest]:
            return structure_asked(rest or ["*"], old=False)
        case [name, *_] if name in {*KINDS, "structure"}:
            return structure_asked(parts, old=True)
        case [name, *_] if name in ABSENT:
            raise absent(name)
    near = get_close_matches(parts[0], RESOURCES, n=1, cutoff=0.5)
    hint = near[0] if near else ", ".join(RESOURCES)
    short = shown(path)
    raise SyntaxFault(
        Words(
            f"Nothing is served at /sdmx/{short}; right would be {hint}",
            f"/sdmx/{short} 下没有内容；可用 {hint}",
        )
    )


def absent(name: str) -> NotImplementedHere:
    """Say that there is no such resource."""
    listed = ", ".join(RESOURCES)
    return NotImplementedHere(
        Words(f"There is no {name} here; there are {listed}", f"本服务不提供 {name}；可用 {listed}")
    )


def too_long(parts: list[str]) -> SyntaxFault:
    """Say that a path goes on where nothing is."""
    rest = shown("/".join(parts))
    return SyntaxFault(
        Words(f"The path goes on with {rest}, where it should end", f"路径多出 {rest}")
    )


def flow_asked(resource: str, context: str, rest: list[str]) -> Asked:
    """Read the rest of a path to data by 3.0: agency, id, version, key, component."""
    most = LONGEST_PATH if resource == "availability" else LONGEST_PATH - 1
    if len(rest) > most:
        raise too_long(rest[most:])
    agency, name, version, key, component = rest + ["*"] * (LONGEST_PATH - len(rest))
    has_flow = context in {"dataflow", "datastructure", "*"}
    if not has_flow or not all((has(agency, AGENCY), has(name, FLOW), has_version(version))):
        raise no_flow(f"{context}/{agency}:{name}({version})")
    return Asked(resource, old=False, key=key, components=several(component))


def old_flow_asked(resource: str, flow: str, rest: list[str]) -> Asked:
    """Read the rest of a path to data by 2.1: flow, key, provider, component."""
    most = 3 if resource == "availability" else 2
    if len(rest) > most:
        raise too_long(rest[most:])
    key, provider, component = rest + ["all"] * (3 - len(rest))
    match flow.split(","):
        case [name]:
            fits = has(name, FLOW)
        case [agency, name]:
            fits = has(agency, AGENCY) and has(name, FLOW)
        case [agency, name, version]:
            fits = has(agency, AGENCY) and has(name, FLOW) and has_version(version)
        case _:
            raise SyntaxFault(
                Words(
                    f"{shown(flow)} is no dataflow; write {AGENCY},{FLOW},{VERSION}",
                    f"{shown(flow)} 不是数据流；请写作 {AGENCY},{FLOW},{VERSION}",
                )
            )
    if not fits:
        raise no_flow(flow)
    if not has(provider.rpartition(",")[2], AGENCY):
        raise NoResults(
            Words(
                f"{shown(provider)} provides no data here; leave the provider out",
                f"{shown(provider)} 未在此提供数据；请省略数据提供方",
            )
        )
    return Asked(resource, old=True, key=key, components=several(component))


def no_flow(found: str) -> NoResults:
    """Say that there is no such dataflow."""
    return NoResults(
        Words(
            f"{shown(found)} is unknown; the one dataflow is {AGENCY}:{FLOW}({VERSION})",
            f"{shown(found)} 不存在；唯一的数据流为 {AGENCY}:{FLOW}({VERSION})",
        )
    )


def structure_asked(parts: list[str], *, old: bool) -> Asked:
    """Read a path to artefacts: kind, agency, id, version, item."""
    kind, *rest = parts
    if len(rest) >= LONGEST_PATH:
        raise too_long(rest[LONGEST_PATH - 1 :])
    if kind in ABSENT:
        raise absent(kind)
    if kind not in {*KINDS, *ANY, "structure"}:
        raise SyntaxFault(
            Words(
                f"{shown(kind)} is no kind of artefact; there are {', '.join(KINDS)}",
                f"{shown(kind)} 不是结构类型；可用 {', '.join(KINDS)}",
            )
        )
    kinds = (kind,) if kind in KINDS else KINDS
    agency, name, version, item = rest + ["*"] * (4 - len(rest))
    if not has(agency, AGENCY) or not has_version(version):
        raise NoResults(
            Words(
                f"{AGENCY} has all artefacts here, in version {VERSION}",
                f"此处全部结构由 {AGENCY} 维护，版本为 {VERSION}",
            )
        )
    # One client leaves the id out and writes the version in its place.
    ids = None if name == "latest" else several(name)
    return Asked("structure", old=old, kinds=kinds, ids=ids, items=several(item))


def several(text: str) -> frozenset[str] | None:
    """Read one or several names; nothing for all of them."""
    return None if text in ANY else frozenset(re.split("[,+]", text))


def has(text: str, name: str) -> bool:
    """Tell whether a name is among those of a path."""
    names = several(text)
    return names is None or name in names


def has_version(text: str) -> bool:
    """Tell whether the version is among those of a path."""
    return text in VERSIONS or bool(VERSIONS.intersection(text.split(",")))


def keys(text: str) -> tuple[SeriesKey, ...]:
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
    if len(several_keys) > MOST_KEYS:
        raise SemanticFault(
            Words(
                f"There are {len(several_keys)} keys; ask for at most {MOST_KEYS} at once",
                f"共{len(several_keys)}个键；每次最多请求{MOST_KEYS}个",
            )
        )
    found = []
    for one in several_keys:
        parts = one.split(".")
        if len(parts) != count:
            raise SyntaxFault(
                Words(
                    f"The key {shown(one)} has {len(parts)} parts; write {'.'.join(DIMENSIONS)}, "
                    "and leave a part empty or put * for all its values",
                    f"键 {shown(one)} 有{len(parts)}段；请写作 {'.'.join(DIMENSIONS)}，"
                    "某段留空或写 * 表示全部取值",
                )
            )
        pairs = zip(DIMENSIONS, parts, strict=True)
        found.append({name: values for name, part in pairs if part and (values := several(part))})
    return tuple(found)
