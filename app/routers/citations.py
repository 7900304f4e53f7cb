"""Citations of sources and of figures, for reference managers."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app import filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats.citations import FORMATS, Item, of_observation, of_source
from app.queries.observations import observation
from app.queries.reference import source

router = APIRouter(prefix="/v1", tags=["Citations"], dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]
SourceKey = Annotated[str, filters.key("The key of a source.", "scio-2025-01-15")]
FigureKey = Annotated[
    str,
    filters.key(
        "The key of an observation.", "aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"
    ),
]


def source_cited(read: Reader, code: str) -> Item:
    """Cite a source.

    Raises:
        UnknownRecord: if there is none; the nearest key is suggested.
    """
    found = read.read(source, code)
    if found is None:
        raise read.unknown("sources", "code", code)
    return of_source(found, read.snapshot.release)


def observation_cited(read: Reader, key: str) -> Item:
    """Cite a figure with its place in the source.

    Raises:
        UnknownRecord: if there is none; the nearest key is suggested.
    """
    found = read.read(observation, key)
    if found is None:
        raise read.unknown("observations", "id", key)
    told = read.read(source, found["source"]["code"])
    assert told is not None  # noqa: S101
    return of_observation(found, told, read.snapshot.release, read.language)


def declare(suffix: str) -> None:
    """Add the operations that cite in a format."""
    name, media_type, write = FORMATS[suffix]
    # An ending of two words becomes one name: csl.json is csl_json.
    ending = suffix.replace(".", "_")

    def answered(read: Reader, item: Item) -> Response:
        named = read.attached(f"cite-{item['id']}", suffix)
        return read.content(write(item), f"{media_type}; charset=utf-8", headers=named)

    def cite_source(read: Read, code: SourceKey, query: Nothing) -> Response:
        del query
        return answered(read, source_cited(read, code))

    def cite_observation(read: Read, id: FigureKey, query: Nothing) -> Response:  # noqa: A002
        del query
        return answered(read, observation_cited(read, id))

    def add(path: str, endpoint: Callable[..., Response], kind: str, description: str) -> None:
        schema: dict[str, Any] = {"type": "string"}
        if media_type.endswith("json"):
            schema = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 1}
        router.add_api_route(
            f"{path}.{suffix}",
            endpoint,
            name=f"cite_{kind}_{ending}",
            summary=f"Cite one {kind} in {name}",
            description=description,
            response_class=Response,
            responses={200: {"content": {media_type: {"schema": schema}}}},
        )

    add(
        "/sources/{code}",
        cite_source,
        "source",
        "The document for a list of references. It counts as seen on the day of the release.",
    )
    add(
        "/observations/{id}",
        cite_observation,
        "observation",
        "The place in the document at which the figure stands, with the figure in words.",
    )


for one in FORMATS:
    declare(one)
