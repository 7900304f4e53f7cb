"""Read YAML without implicit types: text stays text, numbers stay exact, values keep their line."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePath
from typing import TypeAlias

import yaml

from app.ingest.issues import SeedIssue

Path: TypeAlias = tuple[str | int, ...]
"""The path of a value within a file: ``("bounds", "lower")``, ``("sentences", 2)``."""
Value: TypeAlias = "str | int | Decimal | list[Value] | dict[str, Value] | None"

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,27})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
MAX_DEPTH = 8
STANDARD_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
SCHEMA_LINE = "# yaml-language-server: $schema="


class Loader(yaml.CSafeLoader):
    """A loader without implicit types, so that no, 010, 12:30 and 2025-01-15 remain text."""


Loader.yaml_implicit_resolvers = {}


@dataclass
class Document:
    """The content of one seed file, the line of every value, and the issues found in it."""

    file: PurePath
    content: Value = None
    schema: str = ""
    """The schema that the first line names for editors, if it does."""
    lines: dict[Path, int] = field(default_factory=dict)
    issues: list[SeedIssue] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the entity, which is the name of the file."""
        return self.file.stem

    def find_line(self, path: Path) -> int:
        """Return the line of a value; if it is missing, the line of what should contain it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def create_issue(self, path: Path, message: str, *, is_warning: bool = False) -> SeedIssue:
        line = self.find_line(path)
        return SeedIssue(self.file, line, format_path(path), message, is_warning)


def format_path(path: Path) -> str:
    """Format a path for people: ``bounds.lower``, ``sentences[2]``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(file: PurePath, raw: bytes) -> Document:
    """Read one seed file; its syntax errors are in ``issues`` of the document."""
    document = Document(file)
    try:
        text = raw.decode()
        node = Loader(text).get_single_node()
        if isinstance(node, yaml.MappingNode):
            document.content = DocumentBuilder(document).build_value(node, ())
            first, _, _ = text.removeprefix("\ufeff").partition("\n")
            if first.startswith(SCHEMA_LINE):
                document.schema = first.removeprefix(SCHEMA_LINE).strip()
        else:
            message = "contains no fields; write one 'field: value' per line"
            document.issues.append(SeedIssue(file, 1, "", message))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        message = "is not UTF-8 text; save the file as UTF-8"
        document.issues.append(SeedIssue(file, line, "", message))
    except yaml.YAMLError as error:
        document.issues.append(describe_yaml_error(file, raw, error))
    return document


def describe_yaml_error(file: PurePath, raw: bytes, error: yaml.YAMLError) -> SeedIssue:
    """Describe a syntax error; a tab, which is invisible in most editors, is named as such."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    if b"\t" in b"".join(raw.splitlines()[line - 1 : line]):
        return SeedIssue(file, line, "", "contains a tab; indent with spaces")
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return SeedIssue(file, line, "", f"is not valid YAML: {problem}")


class DocumentBuilder:
    """Converts the nodes of a file to plain values and records their lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def build_value(self, node: yaml.Node, path: Path) -> Value:
        """Convert a node; a value that is not allowed is recorded as an issue."""
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
        return parse_scalar(node)

    def build_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        """Convert a mapping; a repeated key is an issue, since YAML would keep the last one."""
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in values:
                first = self.document.lines[(*path, key)]
                message = f"is repeated; it is already on line {first}; keep one of the two"
                field = format_path((*path, key))
                self.document.issues.append(SeedIssue(self.document.file, line, field, message))
                continue
            self.document.lines[(*path, key)] = line
            values[key] = self.build_value(value_node, (*path, key))
        return values

    def add_issue(self, path: Path, message: str) -> None:
        self.document.issues.append(self.document.create_issue(path, message))


def parse_scalar(node: yaml.Node) -> Value:
    """Parse an unquoted number exactly, and an empty value as None; all other values are text."""
    text = str(node.value)
    if node.style:  # type: ignore[attr-defined]
        return text
    if text == "":
        return None
    if INTEGER.fullmatch(text):
        return int(text)
    if DECIMAL.fullmatch(text):
        return Decimal(text)
    return text
