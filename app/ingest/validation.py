"""Hold every seed file against its model; collect all faults before anything is written."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.ingest.files import list_seed_files
from app.ingest.issues import SeedIssue, suggest_nearest
from app.ingest.reader import Document, read_document
from app.ingest.schema import ENTITIES, Entity

AnyEntity = TypeVar("AnyEntity", bound=Entity)

COLLECTIONS = {entity.collection: entity for entity in ENTITIES}

ADVICE = {
    "missing": "is missing; add it",
    "string_type": "write text, in quotes if it looks like a number",
    "string_too_short": "write some text",
    "int_type": "write a whole number without quotes and leading zeros",
    "decimal_type": "write a plain number",
    "model_type": "write the fields of it, one a line",
    "list_type": "write a list, one '- item' a line",
    "greater_than_equal": "write at least {ge}",
    "less_than_equal": "write at most {le}",
    "enum": "write one of {expected}",
    "string_pattern_mismatch": "write it in the form {pattern}",
    "string_too_long": "write at most {max_length} characters",
}


@dataclass
class Seed:
    """All entities of a valid seed by collection and key, and where each was read."""

    entities: dict[type[Entity], dict[str, Entity]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    documents: dict[tuple[type[Entity], str], Document] = field(default_factory=dict)
    history: dict[str, bytes] = field(default_factory=dict)
    """The snapshots of past releases, as their files hold them."""

    def get_all(self, kind: type[AnyEntity]) -> dict[str, AnyEntity]:
        """Give the valid entities of a collection by key, in the order of their files."""
        return cast("dict[str, AnyEntity]", self.entities[kind])

    def has_key(self, kind: type[Entity], key: str) -> bool:
        """Tell whether there is a file for a key, valid or not."""
        return (kind, key) in self.documents

    def list_keys(self, kind: type[Entity]) -> list[str]:
        """List the keys of a collection, valid or not."""
        return sorted(key for entity, key in self.documents if entity is kind)


def load_seed(folder: Path) -> tuple[Seed, list[SeedIssue]]:
    """Read and validate every file by itself; cross-checks come after."""
    seed, faults = Seed(), []
    name = folder.resolve().name
    for path in list_seed_files(folder):
        file = PurePosixPath(name, path.relative_to(folder).as_posix())
        if is_history_file(file):
            seed.history[file.stem] = path.read_bytes()
            continue
        kind = COLLECTIONS.get(file.parent.name)
        if kind is None or len(file.parts) != 3 or file.suffix != ".yaml":  # noqa: PLR2004
            faults.append(SeedIssue(file, 1, "", describe_layout()))
            continue
        document = read_document(file, path.read_bytes())
        seed.documents[kind, document.key] = document
        faults += document.faults or validate_document(seed, kind, document)
    if not faults and not seed.documents:
        faults.append(SeedIssue(PurePosixPath(name), 1, "", "holds no seed files"))
    return seed, faults


def is_history_file(file: PurePosixPath) -> bool:
    """Tell whether a file is the snapshot of a past release: seed/history/<release>.jsonl."""
    return len(file.parts) == 3 and file.parts[1:2] == ("history",) and file.suffix == ".jsonl"  # noqa: PLR2004


def describe_layout() -> str:
    """Say where seed files belong."""
    return f"is in no place for seed; write seed/<{'|'.join(COLLECTIONS)}>/<key>.yaml"


def validate_document(seed: Seed, kind: type[Entity], document: Document) -> list[SeedIssue]:
    """Validate one document, and add its entity to the seed if it is right."""
    try:
        entity = kind.model_validate(document.content)
    except ValidationError as error:
        return [build_issue(kind, document, details) for details in error.errors(include_url=False)]
    key = entity.natural_key()
    if key is not None and key != document.key:
        return [
            document.add_issue(
                (), f"spells the key '{key}'; rename the file to {key}.yaml or mend it"
            )
        ]
    seed.entities[kind][document.key] = entity
    return []


def build_issue(kind: type[Entity], document: Document, error: ErrorDetails) -> SeedIssue:
    """Tell a validation error: what was found and what would be right."""
    path = error["loc"]
    if error["type"] == "missing":
        return document.add_issue(path, "is missing; add it")
    if error["type"] == "extra_forbidden":
        return document.add_issue(path, describe_unknown_field(kind, path))
    context: dict[str, Any] = error.get("ctx", {})
    advice = ADVICE.get(error["type"])
    right = advice.format(**context) if advice else error["msg"]
    return document.add_issue(
        path, f"found {shorten(error['input'])}; {right[0].lower()}{right[1:]}"
    )


def shorten(value: object) -> str:
    """Show what was found, shortened."""
    text = "nothing" if value is None else str(value)
    limit = 60
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"'{text}'" if isinstance(value, str) else text


def describe_unknown_field(kind: type[Entity], path: tuple[str | int, ...]) -> str:
    """Say which fields there are, the nearest first."""
    allowed = list_fields(kind, path[:-1])
    hint = suggest_nearest(str(path[-1]), allowed)
    return f"is not a field here; {hint}the fields are {', '.join(allowed)}"


def list_fields(kind: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """List the fields of the model at a path inside an entity."""
    model = kind
    for part in path:
        model = find_submodel(model, str(part)) or model
    return tuple(model.model_fields)


@cache
def find_submodel(model: type[BaseModel], name: str) -> type[BaseModel] | None:
    """Find the model that a field holds."""
    annotation = model.model_fields[name].annotation
    options = [annotation, *getattr(annotation, "__args__", ())]
    return next(
        (
            option
            for option in options
            if isinstance(option, type) and issubclass(option, BaseModel)
        ),
        None,
    )
