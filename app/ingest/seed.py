"""Read and validate seed files: text stays text, numbers stay exact, values keep their line."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path, PurePath
from typing import TypeAlias, cast

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.ingest.files import Places, SeedIssue, Value, ValuePath, list_seed_files, suggest_nearest
from app.ingest.schema import (
    FILE_KINDS,
    Entity,
    Series,
    SeriesTable,
    base,
    find_submodel,
    list_references,
)
from app.ingest.schema.tables import check_periods, expand_table

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,27})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
MAX_DEPTH = 8
STANDARD_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
SCHEMA_LINE = "# yaml-language-server: $schema="
QUOTATION = "quote a text with ',', ': ', '@', '%' or '*'; end the name of a field with ': '"
INDENTATION = "indent all fields of a record by the same number of plain spaces"
CUTTING_COMMENT = re.compile(r"[ \t]+#[^\s#]")
COLLECTIONS = {kind.collection: kind for kind in FILE_KINDS}
ADVICE = {
    "string_type": "write text, in quotes if it looks like a number",
    "string_too_short": "write some text",
    "int_type": "write an integer without quotes and leading zeros",
    "model_type": "write its fields, one per line",
    "list_type": "write a list, one '- item' per line",
    "greater_than_equal": "write at least {ge}",
    "less_than_equal": "write at most {le}",
    "enum": "write one of {expected}",
    "string_too_long": "write at most {max_length} characters",
}
PATTERN_ADVICE = {
    base.CODE_PATTERN: "write a key: letters and digits, joined by '-' or '.'",
    base.ADDRESS_PATTERN: "write a web address: https:// or http://, other characters as %E4",
    base.LOCATOR_PATTERN: "write P2 for paragraph 2, or P2.S3 for its sentence 3",
    base.HOST_PATTERN: "write the host alone, such as ecns.cn",
    base.RECORD_PATTERN: "write the folder and key of a record, such as sources/scio-2025-01-15",
    base.LANGUAGE_PATTERN: "write the two letters of the language, such as en or zh",
}


class Loader(yaml.CSafeLoader):
    """A loader without implicit types, so that no, 010, 12:30 and 2025-01-15 remain text."""


Loader.yaml_implicit_resolvers = {}


@dataclass
class SeedDocument:
    """The content of one seed file, the line of every value, and the issues found in it."""

    file: PurePath
    content: Value = None
    schema: str = ""
    """The schema that the first line names for editors, if it does."""
    lines: dict[ValuePath, int] = field(default_factory=dict)
    issues: list[SeedIssue] = field(default_factory=list)
    record_key: str = ""
    """The key of the record, if it is not the name of the file."""
    origin: ValuePath = ()
    """The row of a table that the record comes from."""
    places: Places = field(default_factory=dict)
    """Where the row states the fields that it does not state under their own names."""
    is_imported: bool = False
    """Whether this is a row of a CSV file, which is not yet in the seed."""

    @property
    def key(self) -> str:
        return self.record_key or self.file.stem

    def find_path(self, path: ValuePath) -> ValuePath:
        """Return where in the file the value of a field is."""
        place = self.places.get(str(path[0])) if path else None
        if place is None:
            return (*self.origin, *path)
        # A place of one name is a field of the row that has no parts of its own.
        return (*self.origin, *place, *(path[1:] if len(place) > 1 else ()))

    def find_line(self, path: ValuePath) -> int:
        """Return the line of a value; if it is missing, the line of what should contain it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def format_location(self) -> str:
        """Return where the record is, for messages about another: ``figures/x.yaml:9``."""
        return f"{'/'.join(self.file.parts[-2:])}:{self.find_line(self.origin)}"

    def create_issue(self, path: ValuePath, message: str, *, is_warning: bool = False) -> SeedIssue:
        place = self.find_path(path)
        return SeedIssue(self.file, self.find_line(place), format_path(place), message, is_warning)


def format_path(path: ValuePath) -> str:
    """Format a path for people: ``bounds.lower``, ``sentences[2]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(file: PurePath, raw: bytes) -> SeedDocument:
    """Read one seed file; errors of its name and syntax are in ``issues`` of the document."""
    document = SeedDocument(file)
    if not re.fullmatch(base.CODE_PATTERN, document.key):
        message = "the file name is not a valid key; use letters and digits, joined by '-' or '.'"
        document.issues.append(SeedIssue(file, 1, "", message))
    try:
        text = raw.decode().removeprefix("\ufeff")
        node = Loader(text).get_single_node()
        if isinstance(node, yaml.MappingNode):
            document.content = DocumentBuilder(document, text).build_value(node, ())
            if text.startswith(SCHEMA_LINE):
                document.schema = text.removeprefix(SCHEMA_LINE).partition("\n")[0].strip()
        else:
            message = "contains no fields; write one 'field: value' per line"
            document.issues.append(SeedIssue(file, 1, "", message))
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        document.issues.append(describe_syntax_error(file, raw, error))
    return document


def describe_syntax_error(file: PurePath, raw: bytes, error: Exception) -> SeedIssue:
    """Describe a syntax error, such as a tab; the parser finds a missing colon only lines below."""
    is_name = getattr(error, "context", None) == "while scanning a simple key"
    mark = getattr(error, "context_mark" if is_name else "problem_mark", None)
    # Where a character cannot be read, errors have an offset in bytes instead.
    offset = getattr(error, "position", getattr(error, "start", 0))
    line = mark.line + 1 if mark else raw.count(b"\n", 0, offset) + 1
    found = b"".join(raw.splitlines()[line - 1 : line])
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    message = f"is not valid YAML: {problem}"
    if isinstance(error, UnicodeDecodeError):
        message = "is not UTF-8 text; save the file as UTF-8"
    elif b"\t" in found:
        message = "contains a tab; indent with spaces"
    elif re.match(rb"<{7}|={7}|>{7}", found):
        message = "has a mark of a merge conflict; keep one side, and remove the marks"
    elif re.search("expected|in this context|cannot start|undefined alias", problem):
        message += f"; {QUOTATION}; {INDENTATION}"
    return SeedIssue(file, line, "", message)


class DocumentBuilder:
    def __init__(self, document: SeedDocument, text: str) -> None:
        self.document, self.text = document, text
        self.seen: set[int] = set()

    def build_value(self, node: yaml.Node, path: ValuePath) -> Value:
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        # An alias refers to the node of its anchor, so that the same node is met twice.
        if id(node) in self.seen:
            self.add_issue(path, "is a YAML alias of another value; write the value out")
            return None
        self.seen.add(id(node))
        if len(path) > MAX_DEPTH:
            self.add_issue(path[:MAX_DEPTH], "is nested too deeply; remove the inner levels")
            return None
        if node.tag not in STANDARD_TAGS:
            self.add_issue(path, f"has the YAML tag {node.tag}; write the value without a tag")
        if isinstance(node, yaml.MappingNode):
            return self.build_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build_value(item, (*path, index)) for index, item in enumerate(node.value)]
        if not node.style and CUTTING_COMMENT.match(self.text, node.end_mark.index):  # type: ignore[attr-defined]
            self.add_issue(path, "ends at '#'; quote it, or begin the comment with '# '")
        return parse_scalar(node)

    def build_mapping(self, node: yaml.MappingNode, path: ValuePath) -> dict[str, Value]:
        """Convert a mapping; a repeated key is an issue, since YAML would keep the last one."""
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key, line, message = str(key_node.value), key_node.start_mark.line + 1, ""
            place = (*path, key)
            if not isinstance(key_node, yaml.ScalarNode):
                place, message = path, "has a list or a mapping as a key; write a field's name"
            elif key in values:
                first = self.document.lines[place]
                message = f"is repeated; it is already on line {first}; keep one of the two"
            if message:
                file, issues = self.document.file, self.document.issues
                issues.append(SeedIssue(file, line, format_path(place), message))
                continue
            self.document.lines[place] = line
            values[key] = self.build_value(value_node, place)
        return values

    def add_issue(self, path: ValuePath, message: str) -> None:
        self.document.issues.append(self.document.create_issue(path, message))


def parse_scalar(node: yaml.Node) -> Value:
    """Parse an unquoted number exactly, and an empty value as None; all other values are text."""
    text = str(node.value)
    if node.style:  # type: ignore[attr-defined]
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    return Decimal(text) if DECIMAL.fullmatch(text) else text or None


Documents: TypeAlias = Mapping[tuple[type[Entity], str], SeedDocument]
"""The documents of records by their collection and key."""


@dataclass
class Seed:
    """All entities of a seed by collection and key, and the documents that define them."""

    folder: Path = Path("seed")
    entities: dict[type[Entity], dict[str, Entity]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    documents: dict[tuple[type[Entity], str], SeedDocument] = field(default_factory=dict)
    """The document of each record: a file, or a row of a table."""
    tables: dict[str, SeedDocument] = field(default_factory=dict)
    """The tables by the keys of their series."""
    unreadable: set[str] = field(default_factory=set)
    """The tables whose records are unknown, since the table has issues."""
    history: dict[str, bytes] = field(default_factory=dict)
    """The content of each file in seed/history, by release."""

    def get_all(self, kind: type[base.AnyEntity]) -> dict[str, base.AnyEntity]:
        """Return the valid entities of a collection by key, in the order of their files."""
        return cast("dict[str, base.AnyEntity]", self.entities[kind])

    def find(self, kind: type[base.AnyEntity], key: str | None) -> base.AnyEntity | None:
        """Return the valid entity that a reference names, if it names one."""
        return self.get_all(kind).get(key or "")

    def has_key(self, kind: type[Entity], key: str) -> bool:
        """Return whether a record exists; one of an unreadable table may."""
        is_known = (kind, key) in self.documents
        return is_known or any(f"{key}.".startswith(f"{table}.") for table in self.unreadable)

    def list_keys(self, kind: type[Entity]) -> list[str]:
        """List the keys of a collection, valid or not."""
        return sorted(key for entity, key in self.documents if entity is kind)

    def create_issue(
        self, kind: type[Entity], key: str, path: ValuePath, message: str, **options: bool
    ) -> SeedIssue:
        return self.documents[kind, key].create_issue(path, message, **options)


def load_seed(folder: Path, origins: Documents | None = None) -> tuple[Seed, list[SeedIssue]]:
    """Read and validate every file on its own; cross-checks come later.

    Issues of a record with an origin are reported there. Rows to import come last, so that they
    are reported where they repeat what the seed has.
    """
    seed, issues = Seed(folder), []
    for path in list_seed_files(folder):
        collection, suffix = path.parent.relative_to(folder).as_posix(), path.suffix
        kind = COLLECTIONS.get(collection)
        if collection == "history" and suffix == ".jsonl":
            seed.history[path.stem] = path.read_bytes()
        elif kind and suffix == ".yaml":
            document = read_document(path, path.read_bytes())
            if kind is SeriesTable:
                seed.tables[document.key] = document
            else:
                seed.documents[kind, document.key] = document
        else:
            places = f"seed files are {folder}/<{'|'.join(COLLECTIONS)}>/<key>.yaml"
            advice = f"rename it to {path.stem}.yaml or remove it" if kind else places
            issues.append(SeedIssue(path, 1, "", f"is not a seed file; {advice}"))
    for document in seed.tables.values():
        issues += expand_document(seed, document)
    for record, origin in (origins or {}).items():
        # Records of an unreadable table are unknown.
        if record in seed.documents:
            read = seed.documents.pop(record)
            seed.documents[record] = replace(origin, content=read.content, record_key=read.key)
    # References can only be corrected once all keys are known.
    for (kind, _), document in seed.documents.items():
        issues += document.issues or validate_document(seed, kind, document)
    if not issues and not seed.documents:
        issues.append(SeedIssue(folder, 1, "", "contains no seed files"))
    return seed, issues


def expand_document(seed: Seed, table: SeedDocument) -> list[SeedIssue]:
    seed.unreadable.add(table.key)
    if table.issues:
        return table.issues
    try:
        entity = SeriesTable.model_validate(table.content)
    except ValidationError as error:
        return list_issues(seed, SeriesTable, table, error)
    for name, kind, _ in list_references(SeriesTable):
        if not seed.has_key(kind, key := getattr(entity, name)):
            hint = suggest_nearest(key, seed.list_keys(kind))
            return [table.create_issue((name,), f"there is no {kind.collection}/{key}.yaml{hint}")]
    if issue := check_key(entity, table):
        return [issue]
    if issues := [table.create_issue(*mismatch) for mismatch in check_periods(entity)]:
        return issues
    seed.unreadable.remove(table.key)
    for one in expand_table(entity, cast("dict[str, Value]", table.content)):
        document = replace(
            table, content=one.content, record_key=one.key, origin=one.origin, places=one.places
        )
        other = seed.documents.setdefault((one.kind, one.key), document)
        if other is not document and one.kind is not Series:
            message = f"repeats {other.format_location()}; remove one"
            issues.append(document.create_issue(("source",), message))
    return issues


def validate_document(seed: Seed, kind: type[Entity], document: SeedDocument) -> list[SeedIssue]:
    try:
        entity = kind.model_validate(document.content)
    except ValidationError as error:
        return list_issues(seed, kind, document, error)
    if issue := check_key(entity, document):
        return [issue]
    seed.entities[kind][document.key] = entity
    return []


def check_key(entity: Entity, document: SeedDocument) -> SeedIssue | None:
    key = entity.natural_key()
    if key in {None, document.key}:
        return None
    message = f"has the key '{key}' by its fields; rename the file to {key}.yaml or correct them"
    return document.create_issue((), message)


def list_issues(
    seed: Seed, kind: type[Entity], document: SeedDocument, error: ValidationError
) -> list[SeedIssue]:
    return [
        document.create_issue(one["loc"], describe_error(seed, kind, one))
        for one in error.errors(include_url=False)
    ]


def describe_error(seed: Seed, kind: type[Entity], error: ErrorDetails) -> str:
    path, code, found = error["loc"], error["type"], error["input"]
    if code == "missing":
        return "is missing; add it"
    if code == "extra_forbidden":
        advice = "" if found else f"; {QUOTATION}; write numbers without separators"
        return describe_unknown_field(kind, path) + advice
    context = error.get("ctx", {})
    if code == "string_pattern_mismatch":
        advice = describe_pattern(context["pattern"], str(found))
        targets = {reference.field: reference.target for reference in list_references(kind)}
        if path[0] in targets:
            advice += suggest_nearest(str(found), seed.list_keys(targets[str(path[0])]))
    else:
        advice = ADVICE.get(code, error["msg"]).format(**context)
    state = "is empty" if found is None else f"found {shorten_found(found)}"
    return f"{state}; {advice[0].lower()}{advice[1:]}"


def describe_pattern(pattern: str, found: str) -> str:
    if pattern != base.TEXT_PATTERN:
        return PATTERN_ADVICE[pattern]
    if not found.strip():
        return "write some text"
    if found.endswith("\n"):
        return "fold the text with '>-'; '>' and '|' add a line break at its end"
    if found != found.strip():
        return "remove the spaces around the text"
    if hidden := re.search(f"[{base.INVISIBLE}]", found):
        advice = f"remove the invisible character U+{ord(hidden[0]):04X}"
        return "write the text on one line" if hidden[0] == "\n" else advice
    return f"start the text with another character; '{found[0]}' starts a formula in a spreadsheet"


def shorten_found(value: object, limit: int = 60) -> str:
    text = re.sub(r"\s+", " ", str(value))
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"'{text}'" if isinstance(value, str) else text


def describe_unknown_field(kind: type[Entity], path: tuple[str | int, ...]) -> str:
    model: type[BaseModel] = kind
    for part in path[:-1]:
        if isinstance(part, str):
            model = find_submodel(model, part) or model
    hint = suggest_nearest("zh" if path[-1] == "cn" else str(path[-1]), model.model_fields)
    return f"is not a field here; the fields are {', '.join(model.model_fields)}{hint}"
