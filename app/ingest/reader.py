"""Read YAML without surprises: text stays text, numbers stay exact, every value keeps its line."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import PurePosixPath
from typing import TypeAlias

import yaml

from app.ingest.issues import SeedIssue

Path: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | int | Decimal | list[Value] | dict[str, Value] | None"

INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,27})")
DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+")
MAXIMUM_DEPTH = 8
STANDARD_TAGS = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class Loader(yaml.CSafeLoader):
    """A loader that gives no plain word a meaning of its own (no, 010, 12:30, 2025-01-15)."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


@dataclass
class Document:
    """The content of one seed file, and the line of every value in it."""

    file: PurePosixPath
    content: Value = None
    lines: dict[Path, int] = field(default_factory=dict)
    faults: list[SeedIssue] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the entity: the name of its file."""
        return self.file.stem

    def find_line(self, path: Path) -> int:
        """Find the line of a value, or of what should have held it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def add_issue(self, path: Path, message: str) -> SeedIssue:
        """Describe a mistake at a value."""
        return SeedIssue(self.file, self.find_line(path), format_path(path), message)


def format_path(path: Path) -> str:
    """Write a path as people do: bounds.lower, sentences[2]."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(file: PurePosixPath, raw: bytes) -> Document:
    """Read one seed file; what cannot be read is told in the document's ``faults``."""
    document = Document(file)
    try:
        node = Loader(raw.decode()).get_single_node()
        if isinstance(node, yaml.MappingNode):
            document.content = DocumentBuilder(document).build_value(node, ())
        else:
            words = "holds no fields; write one 'field: value' a line"
            document.faults.append(SeedIssue(file, 1, "", words))
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        document.faults.append(
            SeedIssue(file, line, "", "is not UTF-8 text; save the file as UTF-8")
        )
    except yaml.YAMLError as error:
        document.faults.append(describe_malformed(file, raw, error))
    return document


def describe_malformed(file: PurePosixPath, raw: bytes, error: yaml.YAMLError) -> SeedIssue:
    """Say why a file is not YAML; a tab is the mistake that is hardest to see."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    line = mark.line + 1 if mark else 1
    if b"\t" in b"".join(raw.splitlines()[line - 1 : line]):
        return SeedIssue(file, line, "", "holds a tab; indent with spaces")
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    return SeedIssue(file, line, "", f"is not YAML: {problem}")


class DocumentBuilder:
    """Turns nodes into plain values and notes their lines."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.seen: set[int] = set()

    def build_value(self, node: yaml.Node, path: Path) -> Value:
        """Build the value of a node; a fault is noted and its value left out."""
        self.document.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.add_issue(path, "repeats another value by an alias; write the value out")
            return None
        self.seen.add(id(node))
        if len(path) > MAXIMUM_DEPTH:
            self.add_issue(path[:MAXIMUM_DEPTH], "nests too deeply; write plain fields")
            return None
        if node.tag not in STANDARD_TAGS:
            self.add_issue(path, f"carries the tag {node.tag}; write the value without a tag")
        if isinstance(node, yaml.MappingNode):
            return self.build_mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.build_value(item, (*path, index)) for index, item in enumerate(node.value)]
        return parse_scalar(node)

    def build_mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Value]:
        """Build a mapping and refuse a key that stands twice in it."""
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in values:
                first = self.document.lines[(*path, key)]
                line = key_node.start_mark.line + 1
                self.document.faults.append(
                    SeedIssue(
                        self.document.file,
                        line,
                        format_path((*path, key)),
                        f"stands twice, first on line {first}; keep one",
                    )
                )
                continue
            self.document.lines[(*path, key)] = key_node.start_mark.line + 1
            values[key] = self.build_value(value_node, (*path, key))
        return values

    def add_issue(self, path: Path, message: str) -> None:
        """Note a fault at a value."""
        self.document.faults.append(self.document.add_issue(path, message))


def parse_scalar(node: yaml.Node) -> Value:
    """Read an unquoted number exactly; everything else is text, and an empty value is none."""
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
