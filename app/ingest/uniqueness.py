"""Values that only one file may have: positions in lists, editions and headlines."""

from collections.abc import Hashable, Iterator

from app.ingest.headlines import list_candidates
from app.ingest.issues import SeedIssue
from app.ingest.schema import (
    Action,
    CodeListEntity,
    Entity,
    Indicator,
    Observation,
    Outcome,
    PriorityArea,
    Release,
    Source,
)
from app.ingest.validation import Seed

Claim = tuple[type[Entity], str, str, Hashable]
"""The collection and key of an entity, one of its fields, and the value that must be unique."""


def find_duplicates(seed: Seed) -> Iterator[SeedIssue]:
    """Find unique values that two files have, and required collections without any file."""
    for required in (Release, Source):
        if not seed.list_keys(required):
            folder = seed.folder / required.collection
            yield SeedIssue(folder, 1, "", "contains no file; add the first one")
    holders: dict[Hashable, str] = {}
    for kind, key, field, value in list_claims(seed):
        holder = holders.setdefault(value, key)
        if holder != key:
            document = seed.documents[kind, key]
            yield document.create_issue((field,), f"is taken by {holder}.yaml; choose another")


def list_claims(seed: Seed) -> Iterator[Claim]:
    for kind, key in seed.documents:
        match seed.entities[kind].get(key):
            case CodeListEntity() as entry:
                yield kind, key, "position", (kind, entry.position)
            case Outcome() | PriorityArea() as record:
                yield kind, key, "position", (kind, record.year, record.position)
            case Action() as action:
                yield kind, key, "position", (kind, action.priority_area, action.position)
            case Source(edition=int(edition)):
                yield kind, key, "edition", (kind, edition)
            case _:
                pass
    for indicator, edition, observation in list_candidates(seed):
        yield Observation, observation, "series", (Indicator, indicator, edition)
