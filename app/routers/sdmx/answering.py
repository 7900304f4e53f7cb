"""From a path and its parameters to an answer by SDMX, of 2.1 and 3.0."""

from collections.abc import Iterator

from fastapi import Response
from sqlalchemy import Connection

from app.formats.sdmx import data_csv, messages, negotiation
from app.formats.sdmx.artefacts import Artefact, build_artefacts, build_constraint, find_related
from app.formats.sdmx.dataset import Message, group_series
from app.formats.sdmx.envelope import MessageInfo
from app.formats.sdmx.errors import NoResultsFound, NotImplementedProblem
from app.formats.sdmx.negotiation import Format
from app.formats.sdmx.paths import PathQuery
from app.formats.sdmx.paths import parse_path as read_path
from app.formats.sdmx.query import SdmxRequest
from app.formats.sdmx.query import parse_request as read_parameters
from app.i18n import Bilingual
from app.parameters.sdmx import DIMENSIONS
from app.queries import sdmx as queries
from app.queries.sdmx_lists import read_code_lists, read_durations
from app.request import RequestContext


def create_response(read: RequestContext, path: str) -> Response:
    """Answer a request by SDMX.

    Raises:
        Refusal: if it cannot be answered.
    """
    asked = read_path(path)
    keys = read.release.keys
    request = read_parameters(asked, list(read.query_params), keys)
    offered = negotiation.OFFERED[asked.resource][asked.old]
    form, media_type = negotiation.negotiate_format(read.accept, request.format, offered)
    if asked.resource != "data":
        find = find_available if asked.resource == "availability" else find_structures
        found = find(read, asked, request)
        return read.bytes_response(
            messages.write_structure(found, form, build_message_info(read)), media_type
        )
    if form.family == "csv":
        return stream_csv(read, request, media_type, old=form is Format.CSV_10)
    return read.bytes_response(write_data_message(read, request, form), media_type)


def build_message_info(read: RequestContext) -> MessageInfo:
    """Say what a message says of itself."""
    release = read.release.record
    name = f"BRI-{release['code'].replace('.', '-')}"
    return MessageInfo(name, f"{release['released_on']}T00:00:00Z", read.language)


def build_all_artefacts(connection: Connection) -> list[Artefact]:
    """Make all artefacts of the release."""
    return build_artefacts(read_code_lists(connection), read_durations(connection))


def write_data_message(read: RequestContext, request: SdmxRequest, form: Format) -> bytes:
    """Write figures as XML or JSON."""
    shown, selection = request.shown, request.selection

    def reading(connection: Connection) -> bytes:
        found = queries.read_series(
            connection, read.language, selection, figures=shown.has_observations
        )
        series = messages.limit_observations(messages.require_data(found))
        sets = group_series(series, shown, history=selection.history)
        return messages.write_data(
            Message(build_message_info(read), shown, sets), form, build_all_artefacts(connection)
        )

    return read.release.database.read(reading)


def stream_csv(
    read: RequestContext, request: SdmxRequest, media_type: str, *, old: bool
) -> Response:
    """Send figures as CSV, of any length."""
    shown, selection = request.shown, request.selection
    if selection.history:
        raise NotImplementedProblem(
            Bilingual(
                "includeHistory is not offered as CSV, where nothing parts one history from the "
                "next; take XML or JSON",
                "CSV无法区分各期历史数据，不支持 includeHistory；请改用XML或JSON",
            )
        )

    def write(connection: Connection) -> Iterator[bytes]:
        found = queries.read_series(
            connection, read.language, selection, figures=shown.has_observations
        )
        return data_csv.write_csv(messages.require_data(found), shown, old=old)

    return read.stream_response(write, media_type)


def find_structures(read: RequestContext, asked: PathQuery, request: SdmxRequest) -> list[Artefact]:
    """Find the artefacts that a path names."""

    def reading(connection: Connection) -> list[Artefact]:
        is_partial = request.detail == "referencepartial"
        used = queries.read_dimension_values(connection, request.selection) if is_partial else {}
        return messages.select_artefacts(build_all_artefacts(connection), asked, request, used)

    return read.release.database.read(reading)


def find_available(read: RequestContext, asked: PathQuery, request: SdmxRequest) -> list[Artefact]:
    """Find what data there are, for the key and the periods that are asked for.

    Raises:
        NoResults: if there are none.
    """

    def reading(connection: Connection) -> list[Artefact]:
        values = queries.read_dimension_values(connection, request.selection)
        if not values:
            raise NoResultsFound(messages.NO_DATA)
        if request.mode == "available":
            for name in DIMENSIONS:
                free = queries.read_dimension_values(
                    connection, messages.drop_dimension(request, name).selection
                )
                values |= {name: free[name]} if name in free else {}
        span = queries.read_covered_span(connection, request.selection)
        found = build_constraint(messages.build_region(values, asked, span))
        return find_related([found], [*build_all_artefacts(connection), found], request.references)

    return read.release.database.read(reading)
