"""Citations of sources and observations for reference managers."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from app import parameters
from app.formats.metadata.citations import Item, cite_observation, cite_source
from app.formats.registry import CITATION_FORMATS, CitationFormat
from app.queries.observations import get_observation
from app.queries.reference import get_source
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(prefix="/v1", tags=["Citations"], dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
SourceKey = Annotated[str, parameters.create_path_key("The key of a source.", "scio-2025-01-15")]
ObservationKey = Annotated[
    str,
    parameters.create_path_key(
        "The key of an observation.", "aid-projects.CN.BRI.NB.P11M.2024-01.scio-2025-01-15"
    ),
]


def build_source_citation(read: RequestContext, code: str) -> Item:
    """Cite a source.

    Raises:
        UnknownRecord: if no source has this key.
    """
    source = read.run_query(get_source, code)
    if source is None:
        raise read.create_unknown_record("sources", "code", code)
    return cite_source(source, read.release.record)


def build_observation_citation(read: RequestContext, key: str) -> Item:
    """Cite an observation with its place in the source.

    Raises:
        UnknownRecord: if no observation has this key.
    """
    observation = read.run_query(get_observation, key)
    if observation is None:
        raise read.create_unknown_record("observations", "id", key)
    source = read.run_query(get_source, observation["source"]["code"])
    assert source is not None  # noqa: S101 - a foreign key of the database
    return cite_observation(observation, source, read.release.record, read.language)


def declare_citations(form: CitationFormat) -> None:
    """Add the operations that cite in a format."""

    def send_citation(read: RequestContext, item: Item) -> Response:
        headers = read.build_attachment_headers(f"cite-{item['id']}", form.suffix)
        return read.create_bytes_response(form.write(item), form.content_type, headers=headers)

    def cite_source(read: Context, code: SourceKey, query: NoParameters) -> Response:
        del query
        return send_citation(read, build_source_citation(read, code))

    def cite_observation(read: Context, id: ObservationKey, query: NoParameters) -> Response:  # noqa: A002 - the name of the path parameter
        del query
        return send_citation(read, build_observation_citation(read, id))

    def add(path: str, endpoint: Callable[..., Response], kind: str, description: str) -> None:
        schema: dict[str, Any] = {"type": "string"}
        if form.media_type.endswith("json"):
            schema = {"type": "array", "items": {"type": "object"}, "minItems": 1, "maxItems": 1}
        router.add_api_route(
            f"/{path}.{form.suffix}",
            endpoint,
            name=f"cite_{kind}_{form.suffix.replace('.', '_')}",
            summary=f"Cite {kind} ({form.title.en})",
            description=description,
            response_class=Response,
            responses={200: {"content": {form.media_type: {"schema": schema}}}},
        )

    source_path, observation_path = form.resources
    add(
        source_path,
        cite_source,
        "source",
        "The document as a bibliographic record. The date of access is that of the release.",
    )
    add(
        observation_path,
        cite_observation,
        "observation",
        "The document as a bibliographic record, with the place of the observation in it and the "
        "value in words.",
    )


for one in CITATION_FORMATS:
    declare_citations(one)
