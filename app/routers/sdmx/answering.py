"""From a path and its parameters to an answer by SDMX, of 2.1 and 3.0."""

from collections.abc import Iterator

from fastapi import Response
from sqlalchemy import Connection

from app.context import Reader
from app.filters.sdmx import DIMENSIONS
from app.formats.sdmx import answers, data_csv, media
from app.formats.sdmx.artefacts import Artefact, artefacts, constraint, related
from app.formats.sdmx.cube import Message, laid_out
from app.formats.sdmx.media import Format
from app.formats.sdmx.message import Head
from app.formats.sdmx.parameters import Request
from app.formats.sdmx.parameters import read as read_parameters
from app.formats.sdmx.paths import Asked
from app.formats.sdmx.paths import asked as read_path
from app.formats.sdmx.refusals import NoResults, NotImplementedHere
from app.queries import sdmx as queries
from app.queries.sdmx_lists import durations, items
from app.text import Words


def answer(read: Reader, path: str) -> Response:
    """Answer a request by SDMX.

    Raises:
        Refusal: if it cannot be answered.
    """
    asked = read_path(path)
    keys = read.snapshot.keys
    request = read_parameters(asked, read.request.query_params.multi_items(), keys)
    offered = media.OFFERED[asked.resource][asked.old]
    accept = read.request.headers.get("accept", "")
    form, media_type = media.choose(accept, request.format, offered)
    if asked.resource != "data":
        find = available if asked.resource == "availability" else structures
        found = find(read, asked, request)
        return read.content(answers.structure(found, form, head(read)), media_type)
    if form.family == "csv":
        return table(read, request, media_type, old=form is Format.CSV_10)
    return read.content(message(read, request, form), media_type)


def head(read: Reader) -> Head:
    """Say what a message says of itself."""
    release = read.snapshot.release
    name = f"BRI-{release['code'].replace('.', '-')}"
    return Head(name, f"{release['released_on']}T00:00:00Z", read.language)


def everything(connection: Connection) -> list[Artefact]:
    """Make all artefacts of the release."""
    return artefacts(items(connection), durations(connection))


def message(read: Reader, request: Request, form: Format) -> bytes:
    """Write figures as XML or JSON."""
    shown, selection = request.shown, request.selection

    def reading(connection: Connection) -> bytes:
        found = queries.found(connection, read.language, selection, figures=shown.has_observations)
        series = answers.bounded(answers.some_of(found))
        sets = laid_out(series, shown, history=selection.history)
        return answers.data(Message(head(read), shown, sets), form, everything(connection))

    return read.snapshot.database.read(reading)


def table(read: Reader, request: Request, media_type: str, *, old: bool) -> Response:
    """Send figures as CSV, of any length."""
    shown, selection = request.shown, request.selection
    if selection.history:
        raise NotImplementedHere(
            Words(
                "includeHistory is not offered as CSV, where nothing parts one history from the "
                "next; take XML or JSON",
                "CSV无法区分各期历史数据，不支持 includeHistory；请改用XML或JSON",
            )
        )

    def write(connection: Connection) -> Iterator[bytes]:
        found = queries.found(connection, read.language, selection, figures=shown.has_observations)
        return data_csv.lines(answers.some_of(found), shown, old=old)

    return read.stream(write, media_type)


def structures(read: Reader, asked: Asked, request: Request) -> list[Artefact]:
    """Find the artefacts that a path names."""

    def reading(connection: Connection) -> list[Artefact]:
        is_partial = request.detail == "referencepartial"
        used = queries.values(connection, request.selection) if is_partial else {}
        return answers.chosen(everything(connection), asked, request, used)

    return read.snapshot.database.read(reading)


def available(read: Reader, asked: Asked, request: Request) -> list[Artefact]:
    """Find what data there are, for the key and the periods that are asked for.

    Raises:
        NoResults: if there are none.
    """

    def reading(connection: Connection) -> list[Artefact]:
        values = queries.values(connection, request.selection)
        if not values:
            raise NoResults(answers.NOTHING)
        if request.mode == "available":
            for name in DIMENSIONS:
                free = queries.values(connection, answers.without(request, name).selection)
                values |= {name: free[name]} if name in free else {}
        span = queries.covered(connection, request.selection)
        found = constraint(answers.region(values, asked, span))
        return related([found], [*everything(connection), found], request.references)

    return read.snapshot.database.read(reading)
