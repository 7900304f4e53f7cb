"""Tables to download, without pages: each in every format, by one line in the table of formats."""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import Field, create_model
from sqlalchemy import Connection

from app import filters
from app.aside import aside
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import books, delimited, json_lines, json_stat, parquet, workbook
from app.formats.tables import OBSERVATIONS, TABLES, Contents, Table, too_long
from app.hyperlinks import Link
from app.problems import InvalidParameters, Mistake
from app.queries.observations import observations
from app.schemas.json_stat import MOST_CELLS, Cube
from app.schemas.tables import TableDescription
from app.text import Words

router = APIRouter(prefix="/v1", tags=["Downloads"], dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]


class Format(NamedTuple):
    """A format in which every table can be had."""

    suffix: str
    name: str
    media_type: str
    write: Callable[[Contents], Iterator[bytes]]
    description: str
    parameters: str = ""
    """What follows the media type in the answer."""
    options: type[filters.Selection] | None = None
    """What may be asked for beside the filters of the list."""
    is_text: bool = True
    most: int | None = None
    """The rows that it takes at the most, where it is finished before it is sent."""


class Marked(filters.Selection):
    """How a table is encoded."""

    bom: filters.Truth = Field(default=False, examples=[True])
    """Whether the table begins with a byte order mark, which Excel needs to show Chinese after a
    double click. Without the parameter it does not, because other programs take the mark for a
    part of the first name."""


FORMATS = (
    Format(
        "csv",
        "CSV",
        delimited.MEDIA_TYPE,
        delimited.write,
        "The records of /v1/{name} as one flat table by RFC 4180, in UTF-8, with the same filters "
        "and orders and without pages. Columns keep their names and places; new ones come last. "
        "Several keys in one field are parted by semicolons.",
        "; charset=utf-8; header=present",
        Marked,
    ),
    Format(
        "jsonl",
        "JSON Lines",
        json_lines.MEDIA_TYPE,
        json_lines.write,
        "The records of /v1/{name}, each complete on a line of its own, with the same filters and "
        "orders and without pages.",
    ),
    Format(
        "xlsx",
        "an Excel workbook",
        workbook.MEDIA_TYPE,
        books.write,
        "The records of /v1/{name} as a workbook for people, with the same filters and orders: "
        "numbers in formats that show qualifier and unit, sources with links, and notes. At most "
        "50,000 rows.",
        is_text=False,
        most=workbook.MOST_ROWS,
    ),
    Format(
        "parquet",
        "Parquet",
        parquet.MEDIA_TYPE,
        parquet.write,
        "The columns of the CSV table with types: decimals, days, keys as dictionaries. Each "
        "column carries its description. At most 500,000 rows.",
        is_text=False,
        most=parquet.MOST_ROWS,
    ),
)
"""All formats of tables, each with the module that writes it."""


class DescriptionResponse(JSONResponse):
    """A description of a table."""

    media_type = "application/csvm+json"


def declare(table: Table, form: Format) -> None:
    """Add the operation that gives a table in a format."""
    selection = table.selection
    if form.options is not None:
        name = f"{selection.__name__}As{form.suffix.capitalize()}"
        selection = create_model(name, __base__=(form.options, selection))

    def download(read: Read, query: Any) -> Response:  # noqa: ANN401
        return given(read, table, form, query)

    async def download_aside(read: Read, query: Any) -> Response:  # noqa: ANN401
        return await aside(lambda: given(read, table, form, query))

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


def given(read: Reader, table: Table, form: Format, asked: filters.Selection) -> Response:
    """Send a table in a format."""
    description = Link(
        f"{read.base}/v1/{table.name}.csv-metadata.json",
        "describedby",
        DescriptionResponse.media_type,
    )

    def write(connection: Connection) -> Iterator[bytes]:
        if form.most is not None and table.is_longer(connection, asked, form.most):
            raise too_long(form.most)
        release = read.snapshot.release
        return form.write(Contents(table, connection, read.language, asked, release, read.base))

    return read.stream(
        write,
        form.media_type + form.parameters,
        [description],
        read.attached(table.name, form.suffix),
    )


def declare_description(table: Table) -> None:
    """Add the operation that describes the columns of a table."""

    def describe(read: Read, query: Nothing) -> Response:
        del query
        return described(read, table)

    router.add_api_route(
        f"/{table.name}.csv-metadata.json",
        describe,
        name=f"describe_{table.name}_csv",
        summary=f"Describe the columns of the CSV table of {table.name}",
        description=f"The columns of /v1/{table.name}.csv, one by one, by CSV on the Web.",
        response_model=TableDescription,
        response_class=DescriptionResponse,
    )


def described(read: Reader, table: Table) -> Response:
    """Describe the columns of a table."""
    description = TableDescription.model_validate(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{read.base}/v1/{table.name}.csv",
            "title": table.title.to(read.language),
            "language": read.language,
            "table_schema": {
                "columns": [
                    {
                        "name": column.name,
                        "datatype": column.datatype,
                        "description": column.description.to(read.language),
                        "required": column.required,
                    }
                    for column in table.columns
                ],
                "primary_key": table.key[0],
            },
        }
    )
    return read.content(description.to_json(), DescriptionResponse.media_type)


for one in TABLES:
    for kind in FORMATS:
        declare(one, kind)
    declare_description(one)


ONE_A_PERIOD = Words(
    "A cube holds one figure a period; leave vintages out, or take the CSV table",
    "数据立方每期只含一个数据；请省略 vintages 参数，或下载 CSV 表",
)
TOO_LARGE = Words(
    "The cube would be too large; narrow it by indicator, series or period, or take the CSV table",
    "数据立方过大；请按指标、系列或统计期缩小范围，或下载 CSV 表",
)


@router.get(
    "/observations.jsonstat",
    summary="Give observations as a JSON-stat cube",
    response_model=Cube,
)
def get_cube(read: Read, query: Annotated[filters.ObservationSelection, Query()]) -> Response:
    """The figures of /v1/observations as a cube of series, areas and periods by JSON-stat 2.0, with
    the same filters. What limits a value stands in note and extension. A cube holds one figure a
    period, and is refused where it would be too large."""  # noqa: D205, D209
    if query.vintages is filters.Vintages.ALL:
        raise refused("query.vintages", ONE_A_PERIOD)
    asked = filters.ObservationFilters.model_construct(
        **dict(query), limit=filters.MAXIMUM_LIMIT, cursor=None
    )
    found = read.read(observations, asked)
    href = f"{read.base}/v1/{OBSERVATIONS.name}.jsonstat"
    laid = json_stat.cube(found.rows, read.snapshot.release["released_on"], href, read.language)
    if found.cursor is not None or len(laid["value"]) > MOST_CELLS:
        raise refused("query.indicator", TOO_LARGE)
    return read.content(Cube.model_validate(laid).to_json(), json_stat.MEDIA_TYPE)


def refused(location: str, words: Words) -> InvalidParameters:
    """Say why there is no cube."""
    return InvalidParameters(words, [Mistake(location, words)])
