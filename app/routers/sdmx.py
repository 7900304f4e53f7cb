"""The SDMX paths: responses of the 2.1 and 3.0 APIs."""

from collections.abc import Iterator

from fastapi import Response
from sqlalchemy import Connection

from app.db.processes import SDMX_PROCESS
from app.db.statements import Session
from app.formats.sdmx import messages
from app.formats.sdmx.artefacts import (
    Artefact,
    MessageHeader,
    add_references,
    build_artefacts,
    build_constraint,
)
from app.formats.sdmx.components import select_columns
from app.formats.sdmx.csv import CsvWriter
from app.formats.sdmx.dataset import Message, SeriesData, build_datasets
from app.formats.sdmx.errors import NoResultsFound, NotImplementedProblem
from app.formats.sdmx.messages import SdmxFormat, SelectedFormat, list_formats, negotiate_format
from app.formats.sdmx.paths import PathQuery, parse_path
from app.formats.sdmx.query import SdmxRequest, parse_request
from app.http.limits import SDMX_QUEUE
from app.http.routing import RouteDeclarations
from app.parameters.sdmx import DIMENSIONS
from app.problems.messages import NO_DATA, NO_HISTORY_AS_CSV
from app.queries import sdmx as queries
from app.queries.series import read_durations
from app.request import Context, RequestContext
from app.routers import NoParameters

router = RouteDeclarations(include_in_schema=False)


@router.get("/sdmx")
def describe_sdmx(context: Context, _: NoParameters) -> Response:
    """Redirect to the guide, as the standard has no resource without a name."""
    return context.redirect_permanently("/guide/formats", "#sdmx")


@router.get("/sdmx/{path:path}")
async def answer_sdmx(context: Context, path: str) -> Response:
    return await SDMX_QUEUE.run(context, lambda: create_response(context, path))


def create_response(context: RequestContext, url_path: str) -> Response:
    path = parse_path(url_path)
    request = parse_request(path, list(context.query.params), context.release.keys)
    offered = list_formats(path.resource, is_21=path.is_21)
    selected = negotiate_format(context.accept, request.format, offered)
    if path.resource == "data" and selected.format.family == "csv":
        return stream_csv(context, request, selected)
    header, database = build_header(context), context.release.database
    message = SDMX_PROCESS.read(database, write_message, header, path, request, selected.format)
    return context.create_bytes_response(message, selected.media_type)


def write_message(
    connection: Connection,
    header: MessageHeader,
    path: PathQuery,
    request: SdmxRequest,
    message_format: SdmxFormat,
) -> bytes:
    if path.resource == "data":
        return write_data_message(connection, header, request, message_format)
    find = find_available if path.resource == "availability" else find_structures
    return messages.write_structure(find(connection, path, request), message_format, header)


def build_header(context: RequestContext) -> MessageHeader:
    release = context.release.record
    name = f"BRI-{release['code'].replace('.', '-')}"
    return MessageHeader(name, f"{release['released_on']}T00:00:00Z", context.language)


def build_all_artefacts(connection: Connection) -> list[Artefact]:
    tables = queries.read_code_lists(connection)
    return build_artefacts(tables, read_durations(connection))


def read_data(session: Session, request: SdmxRequest) -> Iterator[list[SeriesData]]:
    columns = select_columns(session.language) if request.layout.has_observations else ()
    return queries.read_series_chunks(session, request.filters, columns)


def write_data_message(
    connection: Connection, header: MessageHeader, request: SdmxRequest, message_format: SdmxFormat
) -> bytes:
    chunks = messages.require_data(read_data(Session(connection, header.language), request))
    datasets = build_datasets(
        messages.limit_observations(chunks), request.layout, history=request.filters.history
    )
    message = Message(header, request.layout, datasets)
    return messages.write_data(message, message_format, build_all_artefacts(connection))


def stream_csv(context: RequestContext, request: SdmxRequest, selected: SelectedFormat) -> Response:
    """Stream data as CSV, without a limit on their number."""
    if request.filters.history:
        raise NotImplementedProblem(NO_HISTORY_AS_CSV)

    def write(connection: Connection) -> Iterator[bytes]:
        chunks = messages.require_data(read_data(Session(connection, context.language), request))
        artefacts = build_all_artefacts(connection)
        version, options = selected.format.version, selected.options
        writer = CsvWriter(version, options, request.layout, artefacts, context.language)
        return writer.write_message(chunks)

    return context.stream_response(write, selected.media_type)


def find_structures(
    connection: Connection, path: PathQuery, request: SdmxRequest
) -> list[Artefact]:
    used_values = {}
    if request.detail == "referencepartial":
        used_values = queries.read_dimension_values(connection, request.filters)
    artefacts = build_all_artefacts(connection)
    return messages.select_artefacts(artefacts, path, request, used_values)


def find_available(connection: Connection, path: PathQuery, request: SdmxRequest) -> list[Artefact]:
    """Describe which data are available for a key and periods."""
    extent = queries.read_extent(connection, request.filters)
    if extent is None:
        raise NoResultsFound(NO_DATA)
    values = queries.read_dimension_values(connection, request.filters)
    if request.mode == "available":
        for name in DIMENSIONS:
            filters = messages.drop_dimension(request.filters, name)
            free_values = queries.read_dimension_values(connection, filters)
            values |= {name: free_values[name]} if name in free_values else {}
    counts = {"series_count": extent.series, "obs_count": extent.observations}
    constraint = build_constraint(messages.build_region(values, path, extent.span), counts)
    artefacts = [*build_all_artefacts(connection), constraint]
    return add_references([constraint], artefacts, request.references)
