"""Citations of sources and of figures, for reference managers."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app import parameters
from app.formats.metadata.citations import FORMATS, Item, cite_observation, cite_source
from app.queries.observations import get_observation
from app.queries.reference import get_source
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(prefix="/v1", tags=["Citations"], dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
SourceKey = Annotated[str, parameters.path_key("The key of a source.", "scio-2025-01-15")]
ObservationKey = Annotated[
    str,
    parameters.path_key(
        "The key of an observation.", "aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"
    ),
]


def build_source_citation(read: RequestContext, code: str) -> Item:
    """Cite a source.

    Raises:
        UnknownRecord: if there is none; the nearest key is suggested.
    """
    found = read.run_query(get_source, code)
    if found is None:
        raise read.unknown_record("sources", "code", code)
    return cite_source(found, read.release.record)


def build_observation_citation(read: RequestContext, key: str) -> Item:
    """Cite a figure with its place in the source.

    Raises:
        UnknownRecord: if there is none; the nearest key is suggested.
    """
    found = read.run_query(get_observation, key)
    if found is None:
        raise read.unknown_record("observations", "id", key)
    told = read.run_query(get_source, found["source"]["code"])
    assert told is not None  # noqa: S101
    return cite_observation(found, told, read.release.record, read.language)


def declare_operations(suffix: str) -> None:
    """Add the operations that cite in a format."""
    name, media_type, write = FORMATS[suffix]
    # An ending of two words becomes one name: csl.json is csl_json.
    ending = suffix.replace(".", "_")

    def answered(read: RequestContext, item: Item) -> Response:
        named = read.attachment_headers(f"cite-{item['id']}", suffix)
        return read.bytes_response(write(item), f"{media_type}; charset=utf-8", headers=named)

    def cite_source(read: Context, code: SourceKey, query: NoParameters) -> Response:
        del query
        return answered(read, build_source_citation(read, code))

    def cite_observation(read: Context, id: ObservationKey, query: NoParameters) -> Response:  # noqa: A002
        del query
        return answered(read, build_observation_citation(read, id))

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
    declare_operations(one)
