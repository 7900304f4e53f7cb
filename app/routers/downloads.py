"""Whole tables to download, without pages."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from app import filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import delimited, json_lines
from app.queries.exports import OBSERVATIONS, chunks, has_exact_texts, line_chunks, observation_rows
from app.queries.observations import observations
from app.schemas.figures import Observation
from app.schemas.tables import TableDescription
from app.text import Words

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

TITLE = Words("Observations: one row a published figure", "观测值：每行一项已公布数据")


class DelimitedResponse(Response):
    """An answer in comma-separated values."""

    media_type = delimited.MEDIA_TYPE


class DescriptionResponse(JSONResponse):
    """A description of a table."""

    media_type = "application/csvm+json"


class LinesResponse(Response):
    """An answer in JSON Lines."""

    media_type = json_lines.MEDIA_TYPE


@router.get(
    "/observations.csv",
    tags=["Downloads"],
    summary="Download observations as CSV",
    response_class=DelimitedResponse,
    responses={200: {"content": {delimited.MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def download_observations(
    read: Read, query: Annotated[filters.ObservationSelection, Query()]
) -> Response:
    """The figures of /v1/observations as one flat table by RFC 4180, in UTF-8, with the same
    filters and orders and without pages. Columns keep their names and places; new ones come last.
    Print wording, or value together with qualifier, bounds, unit and period."""  # noqa: D205, D209

    def write(connection: Connection) -> Iterator[bytes]:
        statement = observation_rows(connection, read.language, query)
        names = [column.name for column in OBSERVATIONS]
        if has_exact_texts(connection):
            return delimited.finished(names, line_chunks(connection, read.language, statement))
        return delimited.delimited(names, chunks(connection, statement))

    return read.stream(write, f"{delimited.MEDIA_TYPE}; charset=utf-8; header=present")


@router.get(
    "/observations.csv-metadata.json",
    tags=["Downloads"],
    summary="Describe the columns of the CSV table",
    response_model=TableDescription,
    response_class=DescriptionResponse,
)
def describe_observations(
    read: Read, query: Annotated[filters.DetailParameters, Query()]
) -> Response:
    """The columns of /v1/observations.csv, one by one, by CSV on the Web."""
    del query
    described = TableDescription.model_validate(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{read.base}/v1/observations.csv",
            "title": TITLE.to(read.language),
            "language": read.language,
            "table_schema": {
                "columns": [
                    {
                        "name": column.name,
                        "datatype": column.datatype,
                        "description": column.description.to(read.language),
                        "required": column.required,
                    }
                    for column in OBSERVATIONS
                ],
                "primary_key": "id",
            },
        }
    )
    return read.content(described.to_json(), DescriptionResponse.media_type)


@router.get(
    "/observations.jsonl",
    tags=["Downloads"],
    summary="Download observations as JSON Lines",
    response_class=LinesResponse,
    responses={200: {"content": {json_lines.MEDIA_TYPE: {"schema": {"type": "string"}}}}},
)
def download_observation_lines(
    read: Read, query: Annotated[filters.ObservationSelection, Query()]
) -> Response:
    """The figures of /v1/observations, each complete on a line of its own, with the same filters
    and orders and without pages."""  # noqa: D205, D209

    def write(connection: Connection) -> Iterator[bytes]:
        return json_lines.json_lines(pages(read, connection, query))

    return read.stream(write, json_lines.MEDIA_TYPE)


def pages(
    read: Reader, connection: Connection, query: filters.ObservationSelection
) -> Iterator[list[Observation]]:
    """Read all figures that match, a page at a time."""
    asked = dict(query)
    cursor: str | None = None
    while True:
        page = filters.ObservationFilters.model_construct(
            **asked, limit=filters.MAXIMUM_LIMIT, cursor=cursor
        )
        found = observations(connection, read.language, page)
        yield [Observation.model_validate(row) for row in found.rows]
        cursor = found.cursor
        if cursor is None:
            return
