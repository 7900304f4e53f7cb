"""Validate every seed file against its model, and collect all issues."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.ingest.files import list_seed_files
from app.ingest.issues import SeedIssue, suggest_nearest
from app.ingest.reader import Document, read_document
from app.ingest.schema import ENTITIES, Entity, find_submodel, list_references
from app.ingest.schema.base import AnyEntity
from app.ingest.schema.fields import (
    ADDRESS_PATTERN,
    CODE_PATTERN,
    LANGUAGE_PATTERN,
    LOCATOR_PATTERN,
    TEXT_PATTERN,
)

COLLECTIONS = {entity.collection: entity for entity in ENTITIES}
FILE_DEPTH = 2
"""The parts of a path within the seed folder: the collection and the file."""

ADVICE = {
    "string_type": "write text, in quotes if it looks like a number",
    "string_too_short": "write some text",
    "int_type": "write an integer without quotes and leading zeros",
    "decimal_type": "write a plain number",
    "model_type": "write its fields, one per line",
    "list_type": "write a list, one '- item' per line",
    "greater_than_equal": "write at least {ge}",
    "less_than_equal": "write at most {le}",
    "enum": "write one of {expected}",
    "string_too_long": "write at most {max_length} characters",
}
PATTERN_ADVICE = {
    CODE_PATTERN: "write a key: letters and digits, joined by '-' or '.'",
    ADDRESS_PATTERN: "write a web address that starts with https:// or http://",
    LOCATOR_PATTERN: "write P2 for paragraph 2, or P2.S3 for its sentence 3",
    LANGUAGE_PATTERN: "write the two letters of the language, such as en or zh",
}


@dataclass
class Seed:
    """All entities of a seed by collection and key, and the documents that define them."""

    folder: Path = Path("seed")
    entities: dict[type[Entity], dict[str, Entity]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    documents: dict[tuple[type[Entity], str], Document] = field(default_factory=dict)
    history: dict[str, bytes] = field(default_factory=dict)
    """The content of each file in seed/history, by release."""

    def get_all(self, kind: type[AnyEntity]) -> dict[str, AnyEntity]:
        """Return the valid entities of a collection by key, in the order of their files."""
        return cast("dict[str, AnyEntity]", self.entities[kind])

    def has_key(self, kind: type[Entity], key: str) -> bool:
        """Return whether a key has a file, valid or not."""
        return (kind, key) in self.documents

    def list_keys(self, kind: type[Entity]) -> list[str]:
        """List the keys of a collection, valid or not."""
        return sorted(key for entity, key in self.documents if entity is kind)


def load_seed(folder: Path) -> tuple[Seed, list[SeedIssue]]:
    """Read and validate every file on its own; cross-checks come later."""
    seed, issues = Seed(folder), []
    for path in list_seed_files(folder):
        parts = path.relative_to(folder).parts
        kind = COLLECTIONS.get(parts[0])
        if len(parts) == FILE_DEPTH and parts[0] == "history" and path.suffix == ".jsonl":
            seed.history[path.stem] = path.read_bytes()
        elif kind and len(parts) == FILE_DEPTH and path.suffix == ".yaml":
            document = read_document(path, path.read_bytes())
            seed.documents[kind, document.key] = document
        else:
            places = f"{folder}/<{'|'.join(COLLECTIONS)}>/<key>.yaml"
            issues.append(SeedIssue(path, 1, "", f"is not a seed file; seed files are {places}"))
    # References can only be corrected once all keys are known.
    for (kind, _), document in seed.documents.items():
        issues += document.issues or validate_document(seed, kind, document)
    if not issues and not seed.documents:
        issues.append(SeedIssue(folder, 1, "", "contains no seed files"))
    return seed, issues


def validate_document(seed: Seed, kind: type[Entity], document: Document) -> list[SeedIssue]:
    """Validate a document, and add its entity to the seed if it is valid."""
    try:
        entity = kind.model_validate(document.content)
    except ValidationError as error:
        errors = error.errors(include_url=False)
        return [create_issue(seed, kind, document, details) for details in errors]
    key = entity.natural_key()
    if key is not None and key != document.key:
        message = (
            f"has the key '{key}' by its fields; rename the file to {key}.yaml or correct them"
        )
        return [document.create_issue((), message)]
    seed.entities[kind][document.key] = entity
    return []


def create_issue(
    seed: Seed, kind: type[Entity], document: Document, error: ErrorDetails
) -> SeedIssue:
    """Describe a validation error: what was found, and what would be correct."""
    path, code, found = error["loc"], error["type"], error["input"]
    if code == "missing":
        return document.create_issue(path, "is missing; add it")
    if code == "extra_forbidden":
        return document.create_issue(path, describe_unknown_field(kind, path))
    context = error.get("ctx", {})
    if code == "string_pattern_mismatch":
        advice = describe_pattern(context["pattern"], str(found))
        targets = {reference.field: reference.target for reference in list_references(kind)}
        if path[0] in targets:
            advice = suggest_nearest(str(found), seed.list_keys(targets[str(path[0])])) + advice
    else:
        advice = ADVICE.get(code, error["msg"]).format(**context)
    message = f"found {shorten(found)}; {advice[0].lower()}{advice[1:]}"
    return document.create_issue(path, message)


def describe_pattern(pattern: str, found: str) -> str:
    """Say in words what a text that does not match a pattern should look like."""
    if pattern != TEXT_PATTERN:
        return PATTERN_ADVICE[pattern]
    if not found.strip():
        return "write some text"
    if found.endswith("\n"):
        return "fold the text with '>-'; '>' and '|' add a line break at its end"
    if found != found.strip():
        return "remove the spaces around the text"
    if "\n" in found:
        return "write the text on one line, or fold it with '>-'"
    return f"start the text with another character; '{found[0]}' starts a formula in a spreadsheet"


def shorten(value: object, limit: int = 60) -> str:
    """Format what was found, shortened to the first characters."""
    text = "nothing" if value is None else re.sub(r"\s+", " ", str(value))
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"'{text}'" if isinstance(value, str) else text


def describe_unknown_field(kind: type[Entity], path: tuple[str | int, ...]) -> str:
    """List the allowed fields, with the nearest one first."""
    model: type[BaseModel] = kind
    for part in path[:-1]:
        if isinstance(part, str):
            model = find_submodel(model, part) or model
    hint = suggest_nearest(str(path[-1]), model.model_fields)
    return f"is not a field here; {hint}the fields are {', '.join(model.model_fields)}"
