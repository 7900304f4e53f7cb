"""Hold every seed file against its model; collect all faults before anything is written."""

from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from app.seeding.documents import ENTITIES, Entity
from app.seeding.faults import Fault, did_you_mean
from app.seeding.files import seed_files
from app.seeding.reader import Document, read

E = TypeVar("E", bound=Entity)

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

    def all(self, kind: type[E]) -> dict[str, E]:
        """Give the valid entities of a collection by key, in the order of their files."""
        return cast("dict[str, E]", self.entities[kind])

    def has(self, kind: type[Entity], key: str) -> bool:
        """Tell whether there is a file for a key, valid or not."""
        return (kind, key) in self.documents

    def keys(self, kind: type[Entity]) -> list[str]:
        """List the keys of a collection, valid or not."""
        return sorted(key for entity, key in self.documents if entity is kind)


def load(folder: Path) -> tuple[Seed, list[Fault]]:
    """Read and validate every file by itself; cross-checks come after."""
    seed, faults = Seed(), []
    name = folder.resolve().name
    for path in seed_files(folder):
        file = PurePosixPath(name, path.relative_to(folder).as_posix())
        if is_history(file):
            seed.history[file.stem] = path.read_bytes()
            continue
        kind = COLLECTIONS.get(file.parent.name)
        if kind is None or len(file.parts) != 3 or file.suffix != ".yaml":  # noqa: PLR2004
            faults.append(Fault(file, 1, "", misplaced()))
            continue
        document = read(file, path.read_bytes())
        seed.documents[kind, document.key] = document
        faults += document.faults or validate(seed, kind, document)
    if not faults and not seed.documents:
        faults.append(Fault(PurePosixPath(name), 1, "", "holds no seed files"))
    return seed, faults


def is_history(file: PurePosixPath) -> bool:
    """Tell whether a file is the snapshot of a past release: seed/history/<release>.jsonl."""
    return len(file.parts) == 3 and file.parts[1:2] == ("history",) and file.suffix == ".jsonl"  # noqa: PLR2004


def misplaced() -> str:
    """Say where seed files belong."""
    return f"is in no place for seed; write seed/<{'|'.join(COLLECTIONS)}>/<key>.yaml"


def validate(seed: Seed, kind: type[Entity], document: Document) -> list[Fault]:
    """Validate one document, and add its entity to the seed if it is right."""
    try:
        entity = kind.model_validate(document.content)
    except ValidationError as error:
        return [told(kind, document, details) for details in error.errors(include_url=False)]
    key = entity.natural_key()
    if key is not None and key != document.key:
        return [
            document.fault((), f"spells the key '{key}'; rename the file to {key}.yaml or mend it")
        ]
    seed.entities[kind][document.key] = entity
    return []


def told(kind: type[Entity], document: Document, error: ErrorDetails) -> Fault:
    """Tell a validation error: what was found and what would be right."""
    path = error["loc"]
    if error["type"] == "missing":
        return document.fault(path, "is missing; add it")
    if error["type"] == "extra_forbidden":
        return document.fault(path, unknown_field(kind, path))
    context: dict[str, Any] = error.get("ctx", {})
    advice = ADVICE.get(error["type"])
    right = advice.format(**context) if advice else error["msg"]
    return document.fault(path, f"found {shown(error['input'])}; {right[0].lower()}{right[1:]}")


def shown(value: object) -> str:
    """Show what was found, shortened."""
    text = "nothing" if value is None else str(value)
    limit = 60
    text = text if len(text) <= limit else f"{text[:limit]}…"
    return f"'{text}'" if isinstance(value, str) else text


def unknown_field(kind: type[Entity], path: tuple[str | int, ...]) -> str:
    """Say which fields there are, the nearest first."""
    allowed = fields_at(kind, path[:-1])
    hint = did_you_mean(str(path[-1]), allowed)
    return f"is not a field here; {hint}the fields are {', '.join(allowed)}"


def fields_at(kind: type[BaseModel], path: tuple[str | int, ...]) -> tuple[str, ...]:
    """List the fields of the model at a path inside an entity."""
    model = kind
    for part in path:
        model = submodel(model, str(part)) or model
    return tuple(model.model_fields)


@cache
def submodel(model: type[BaseModel], name: str) -> type[BaseModel] | None:
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
