"""Whole tables to download, without pages."""

from collections.abc import Callable, Iterator, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from sqlalchemy import Connection

from app import filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import delimited, json_lines
from app.formats.flat import ACTIONS, INDICATORS, OUTCOMES, FlatColumn, row
from app.queries.commitments import actions, outcomes
from app.queries.exports import (
    OBSERVATIONS,
    Column,
    chunks,
    has_exact_texts,
    line_chunks,
    observation_rows,
)
from app.queries.indicators import indicators
from app.queries.observations import observations
from app.queries.pages import Found
from app.schemas.figures import Observation
from app.schemas.tables import TableDescription
from app.text import Words

router = APIRouter(prefix="/v1", dependencies=BEFORE_VALIDATION)

TITLES = {
    "observations": Words("Observations: one row a figure", "观测值：每行一项已公布数据"),
    "indicators": Words("Indicators with their headline figures", "指标及其核心数据"),
    "actions": Words("Actions: one row a commitment", "举措：每行一项"),
    "outcomes": Words("Outcomes told in words", "定性成果"),
}
RECORDS = {"indicators": INDICATORS, "actions": ACTIONS, "outcomes": OUTCOMES}

DELIMITED = f"{delimited.MEDIA_TYPE}; charset=utf-8; header=present"

Nothing = Annotated[filters.DetailParameters, Query()]
CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {delimited.MEDIA_TYPE: {"schema": {"type": "string"}}}}
}


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
    responses=CSV,
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

    return read.stream(write, DELIMITED)


@router.get(
    "/observations.csv-metadata.json",
    tags=["Downloads"],
    summary="Describe the columns of the CSV table",
    response_model=TableDescription,
    response_class=DescriptionResponse,
)
def describe_observations(read: Read, query: Nothing) -> Response:
    """The columns of /v1/observations.csv, one by one, by CSV on the Web."""
    del query
    return described(read, "observations", OBSERVATIONS)


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


@router.get(
    "/indicators.csv",
    tags=["Downloads"],
    summary="Download indicators as CSV",
    response_class=DelimitedResponse,
    responses=CSV,
)
def download_indicators(
    read: Read, query: Annotated[filters.IndicatorSelection, Query()]
) -> Response:
    """The records of /v1/indicators as one flat table, with the same filters and orders.
    Several keys in one field are parted by semicolons."""  # noqa: D205, D209
    asked = filters.IndicatorFilters.model_construct(**dict(query), limit=filters.MAXIMUM_LIMIT)
    return table(read, "indicators", indicators, asked)


@router.get(
    "/indicators.csv-metadata.json",
    tags=["Downloads"],
    summary="Describe the columns of the CSV table of indicators",
    response_model=TableDescription,
    response_class=DescriptionResponse,
)
def describe_indicators(read: Read, query: Nothing) -> Response:
    """The columns of /v1/indicators.csv, one by one, by CSV on the Web."""
    del query
    return described(read, "indicators", RECORDS["indicators"])


@router.get(
    "/actions.csv",
    tags=["Downloads"],
    summary="Download actions as CSV",
    response_class=DelimitedResponse,
    responses=CSV,
)
def download_actions(read: Read, query: Annotated[filters.ActionSelection, Query()]) -> Response:
    """The records of /v1/actions as one flat table, with the same filters and orders.
    Several keys in one field are parted by semicolons."""  # noqa: D205, D209
    asked = filters.ActionFilters.model_construct(**dict(query), limit=filters.MAXIMUM_LIMIT)
    return table(read, "actions", actions, asked)


@router.get(
    "/actions.csv-metadata.json",
    tags=["Downloads"],
    summary="Describe the columns of the CSV table of actions",
    response_model=TableDescription,
    response_class=DescriptionResponse,
)
def describe_actions(read: Read, query: Nothing) -> Response:
    """The columns of /v1/actions.csv, one by one, by CSV on the Web."""
    del query
    return described(read, "actions", RECORDS["actions"])


@router.get(
    "/outcomes.csv",
    tags=["Downloads"],
    summary="Download outcomes as CSV",
    response_class=DelimitedResponse,
    responses=CSV,
)
def download_outcomes(read: Read, query: Annotated[filters.OutcomeSelection, Query()]) -> Response:
    """The records of /v1/outcomes as one flat table, with the same filters and orders.
    Several keys in one field are parted by semicolons."""  # noqa: D205, D209
    asked = filters.OutcomeFilters.model_construct(**dict(query), limit=filters.MAXIMUM_LIMIT)
    return table(read, "outcomes", outcomes, asked)


@router.get(
    "/outcomes.csv-metadata.json",
    tags=["Downloads"],
    summary="Describe the columns of the CSV table of outcomes",
    response_model=TableDescription,
    response_class=DescriptionResponse,
)
def describe_outcomes(read: Read, query: Nothing) -> Response:
    """The columns of /v1/outcomes.csv, one by one, by CSV on the Web."""
    del query
    return described(read, "outcomes", RECORDS["outcomes"])


def table(read: Reader, name: str, query: Callable[..., Found], asked: filters.Listing) -> Response:
    """Send the records of a short list as a flat table."""
    found = read.read(query, asked)
    columns = RECORDS[name]
    header = [column.name for column in columns]
    content = delimited.lines([header, *(row(record, columns) for record in found.rows)])
    return read.content(content, DELIMITED)


def described(
    read: Reader, name: str, columns: Sequence[Column] | Sequence[FlatColumn]
) -> Response:
    """Describe the columns of a table."""
    description = TableDescription.model_validate(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{read.base}/v1/{name}.csv",
            "title": TITLES[name].to(read.language),
            "language": read.language,
            "table_schema": {
                "columns": [
                    {
                        "name": column.name,
                        "datatype": column.datatype,
                        "description": column.description.to(read.language),
                        "required": column.required,
                    }
                    for column in columns
                ],
                "primary_key": columns[0].name,
            },
        }
    )
    return read.content(description.to_json(), DescriptionResponse.media_type)
