"""The SDMX paths: responses of the 2.1 and 3.0 APIs."""

from collections.abc import Iterator

from fastapi import APIRouter, Response
from sqlalchemy import Connection

from app.formats.sdmx import messages
from app.formats.sdmx.artefacts import (
    Artefact,
    MessageHeader,
    add_references,
    build_artefacts,
    build_constraint,
)
from app.formats.sdmx.dataset import Message, SeriesData, group_series
from app.formats.sdmx.errors import NoResultsFound, NotImplementedProblem
from app.formats.sdmx.messages import Format, list_formats, negotiate_format
from app.formats.sdmx.paths import PathQuery, parse_path
from app.formats.sdmx.query import SdmxRequest, parse_request
from app.http.limits import SDMX
from app.parameters.sdmx import DIMENSIONS
from app.problems.messages import NO_DATA, NO_HISTORY_AS_CSV
from app.queries import sdmx as queries
from app.request import Context, RequestContext

router = APIRouter(include_in_schema=False)


@router.get("/sdmx")
@router.get("/sdmx/{path:path}")
async def answer_sdmx(read: Context, path: str = "") -> Response:
    return await SDMX.run(read, lambda: create_response(read, path))


def create_response(read: RequestContext, url_path: str) -> Response:
    path = parse_path(url_path)
    request = parse_request(path, list(read.query.params), read.release.keys)
    offered = list_formats(path.resource, is_21=path.is_21)
    message_format, media_type = negotiate_format(read.accept, request.format, offered)
    if path.resource != "data":
        find = find_available if path.resource == "availability" else find_structures
        artefacts = find(read, path, request)
        message = messages.write_structure(artefacts, message_format, build_header(read))
    elif message_format.family == "csv":
        return stream_csv(read, request, message_format, media_type)
    else:
        message = write_data_message(read, request, message_format)
    return read.create_bytes_response(message, media_type)


def build_header(read: RequestContext) -> MessageHeader:
    release = read.release.record
    name = f"BRI-{release['code'].replace('.', '-')}"
    return MessageHeader(name, f"{release['released_on']}T00:00:00Z", read.language)


def build_all_artefacts(connection: Connection) -> list[Artefact]:
    tables = queries.read_code_lists(connection)
    return build_artefacts(tables, queries.read_durations(connection))


def read_series(
    connection: Connection, read: RequestContext, request: SdmxRequest
) -> Iterator[list[SeriesData]]:
    return queries.read_series(
        connection,
        read.language,
        request.filters,
        with_observations=request.layout.has_observations,
    )


def write_data_message(read: RequestContext, request: SdmxRequest, message_format: Format) -> bytes:
    def write(connection: Connection) -> bytes:
        chunks = messages.require_data(read_series(connection, read, request))
        datasets = group_series(
            messages.limit_observations(chunks), request.layout, history=request.filters.history
        )
        message = Message(build_header(read), request.layout, datasets)
        return messages.write_data(message, message_format, build_all_artefacts(connection))

    return read.release.database.read(write)


def stream_csv(
    read: RequestContext, request: SdmxRequest, message_format: Format, media_type: str
) -> Response:
    """Stream data as CSV, without a limit on their number."""
    if request.filters.history:
        raise NotImplementedProblem(NO_HISTORY_AS_CSV)

    def write(connection: Connection) -> Iterator[bytes]:
        chunks = messages.require_data(read_series(connection, read, request))
        return messages.write_csv(chunks, request.layout, message_format.version)

    return read.stream_response(write, media_type)


def find_structures(read: RequestContext, path: PathQuery, request: SdmxRequest) -> list[Artefact]:
    def find(connection: Connection) -> list[Artefact]:
        used_values = {}
        if request.detail == "referencepartial":
            used_values = queries.read_dimension_values(connection, request.filters)
        artefacts = build_all_artefacts(connection)
        return messages.select_artefacts(artefacts, path, request, used_values)

    return read.release.database.read(find)


def find_available(read: RequestContext, path: PathQuery, request: SdmxRequest) -> list[Artefact]:
    """Describe which data are available for a key and periods."""

    def find(connection: Connection) -> list[Artefact]:
        coverage = queries.read_coverage(connection, request.filters)
        if coverage is None:
            raise NoResultsFound(NO_DATA)
        values = queries.read_dimension_values(connection, request.filters)
        if request.mode == "available":
            for name in DIMENSIONS:
                filters = messages.drop_dimension(request.filters, name)
                free_values = queries.read_dimension_values(connection, filters)
                values |= {name: free_values[name]} if name in free_values else {}
        counts = {"series_count": coverage.series, "obs_count": coverage.observations}
        constraint = build_constraint(messages.build_region(values, path, coverage.span), counts)
        artefacts = [*build_all_artefacts(connection), constraint]
        return add_references([constraint], artefacts, request.references)

    return read.release.database.read(find)
