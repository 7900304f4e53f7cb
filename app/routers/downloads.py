"""Tables to download, without pages: each in every format, by one line in the table of formats."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, create_model
from sqlalchemy import Connection

from app import parameters
from app.formats import csv, json_lines, json_stat, parquet
from app.formats.tables import OBSERVATIONS, TABLES, Table, TableQuery, too_many_rows
from app.formats.xlsx import workbooks, writer
from app.http.limits import run_limited
from app.i18n import Bilingual
from app.links import Link
from app.problems.problem import InvalidParameters, ParameterError
from app.queries.observations import list_observations
from app.request import BEFORE_VALIDATION, Context, RequestContext
from app.schemas.json_stat import MAX_CELLS, Cube
from app.schemas.tables import TableDescription

router = APIRouter(prefix="/v1", tags=["Downloads"], dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]


class Format(NamedTuple):
    """A format in which every table can be had."""

    suffix: str
    name: str
    media_type: str
    write: Callable[[TableQuery], Iterator[bytes]]
    description: str
    media_type_parameters: str = ""
    """What follows the media type in the answer."""
    options: type[parameters.Filters] | None = None
    """What may be asked for beside the filters of the list."""
    is_text: bool = True
    most: int | None = None
    """The rows that it takes at the most, where it is finished before it is sent."""


class CsvParameters(parameters.Filters):
    """How a table is encoded."""

    bom: parameters.StrictBool = Field(default=False, examples=[True])
    """Whether the table begins with a byte order mark, which Excel needs to show Chinese after a
    double click. Without the parameter it does not, because other programs take the mark for a
    part of the first name."""


FORMATS = (
    Format(
        "csv",
        "CSV",
        csv.MEDIA_TYPE,
        csv.write_csv,
        "The records of /v1/{name} as one flat table by RFC 4180, in UTF-8, with the same filters "
        "and orders and without pages. Columns keep their names and places; new ones come last. "
        "Several keys in one field are parted by semicolons.",
        "; charset=utf-8; header=present",
        CsvParameters,
    ),
    Format(
        "jsonl",
        "JSON Lines",
        json_lines.MEDIA_TYPE,
        json_lines.write_json_lines,
        "The records of /v1/{name}, each complete on a line of its own, with the same filters and "
        "orders and without pages.",
    ),
    Format(
        "xlsx",
        "an Excel workbook",
        writer.MEDIA_TYPE,
        workbooks.write_table,
        "The records of /v1/{name} as a workbook for people, with the same filters and orders: "
        "numbers in formats that show qualifier and unit, sources with links, and notes. At most "
        "50,000 rows.",
        is_text=False,
        most=writer.MAX_ROWS,
    ),
    Format(
        "parquet",
        "Parquet",
        parquet.MEDIA_TYPE,
        parquet.write_parquet,
        "The columns of the CSV table with types: decimals, days, keys as dictionaries. Each "
        "column carries its description. At most 500,000 rows.",
        is_text=False,
        most=parquet.MAX_ROWS,
    ),
)
"""All formats of tables, each with the module that writes it."""


class DescriptionResponse(JSONResponse):
    """A description of a table."""

    media_type = "application/csvm+json"


def declare_download(table: Table, form: Format) -> None:
    """Add the operation that gives a table in a format."""
    selection = table.filters
    if form.options is not None:
        name = f"{selection.__name__}As{form.suffix.capitalize()}"
        selection = create_model(name, __base__=(form.options, selection))

    def download(read: Context, query: Any) -> Response:
        return send_table(read, table, form, query)

    async def download_aside(read: Context, query: Any) -> Response:
        return await run_limited(lambda: send_table(read, table, form, query))

    endpoint = download if form.is_text else download_aside
    endpoint.__annotations__["query"] = Annotated[selection, Query()]
    schema = {"type": "string"} | ({} if form.is_text else {"format": "binary"})
    router.add_api_route(
        f"/{table.name}.{form.suffix}",
        endpoint,
        name=f"download_{table.name}_{form.suffix}",
        summary=f"Download {table.name} as {form.name}",
        description=form.description.format(name=table.name),
        response_class=Response,
        responses={200: {"content": {form.media_type: {"schema": schema}}}},
    )


def send_table(
    read: RequestContext, table: Table, form: Format, asked: parameters.Filters
) -> Response:
    """Send a table in a format."""
    description = Link(
        f"{read.base_url}/v1/{table.name}.csv-metadata.json",
        "describedby",
        DescriptionResponse.media_type,
    )

    def write(connection: Connection) -> Iterator[bytes]:
        if form.most is not None and table.exceeds(connection, asked, form.most):
            raise too_many_rows(form.most)
        release = read.release.record
        return form.write(
            TableQuery(table, connection, read.language, asked, release, read.base_url)
        )

    return read.stream_response(
        write,
        form.media_type + form.media_type_parameters,
        [description],
        read.attachment_headers(table.name, form.suffix),
    )


def declare_table_description(table: Table) -> None:
    """Add the operation that describes the columns of a table."""

    def describe(read: Context, query: NoParameters) -> Response:
        del query
        return describe_table(read, table)

    router.add_api_route(
        f"/{table.name}.csv-metadata.json",
        describe,
        name=f"describe_{table.name}_csv",
        summary=f"Describe the columns of the CSV table of {table.name}",
        description=f"The columns of /v1/{table.name}.csv, one by one, by CSV on the Web.",
        response_model=TableDescription,
        response_class=DescriptionResponse,
    )


def describe_table(read: RequestContext, table: Table) -> Response:
    """Describe the columns of a table."""
    description = TableDescription.model_validate(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{read.base_url}/v1/{table.name}.csv",
            "title": table.title.get(read.language),
            "language": read.language,
            "table_schema": {
                "columns": [
                    {
                        "name": column.name,
                        "datatype": column.datatype,
                        "description": column.description.get(read.language),
                        "required": column.required,
                    }
                    for column in table.columns
                ],
                "primary_key": table.key[0],
            },
        }
    )
    return read.bytes_response(description.to_json(), DescriptionResponse.media_type)


for one in TABLES:
    for kind in FORMATS:
        declare_download(one, kind)
    declare_table_description(one)


ONE_PER_PERIOD = Bilingual(
    "A cube holds one figure a period; leave vintages out, or take the CSV table",
    "数据立方每期只含一个数据；请省略 vintages 参数，或下载 CSV 表",
)
CUBE_TOO_LARGE = Bilingual(
    "The cube would be too large; narrow it by indicator, series or period, or take the CSV table",
    "数据立方过大；请按指标、系列或统计期缩小范围，或下载 CSV 表",
)


@router.get(
    "/observations.jsonstat",
    summary="Give observations as a JSON-stat cube",
    response_model=Cube,
)
def get_cube(read: Context, query: Annotated[parameters.ObservationFilters, Query()]) -> Response:
    """The figures of /v1/observations as a cube of series, areas and periods by JSON-stat 2.0, with
    the same filters. What limits a value stands in note and extension. A cube holds one figure a
    period, and is refused where it would be too large."""  # noqa: D205, D209
    if query.vintages is parameters.Vintages.ALL:
        raise refuse_cube("query.vintages", ONE_PER_PERIOD)
    asked = parameters.ObservationListParameters.model_construct(
        **dict(query), limit=parameters.MAXIMUM_LIMIT, cursor=None
    )
    found = read.run_query(list_observations, asked)
    href = f"{read.base_url}/v1/{OBSERVATIONS.name}.jsonstat"
    laid = json_stat.build_cube(found.rows, read.release.record["released_on"], href, read.language)
    if found.cursor is not None or len(laid["value"]) > MAX_CELLS:
        raise refuse_cube("query.indicator", CUBE_TOO_LARGE)
    return read.bytes_response(Cube.model_validate(laid).to_json(), json_stat.MEDIA_TYPE)


def refuse_cube(location: str, words: Bilingual) -> InvalidParameters:
    """Say why there is no cube."""
    return InvalidParameters(words, [ParameterError(location, words)])
