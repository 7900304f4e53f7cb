"""The whole data set in one file: a workbook, a data package, the database itself."""

import base64
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from app import parameters
from app.formats import data_package
from app.formats.file_stream import read_chunks
from app.formats.tables import OBSERVATIONS, TableQuery
from app.formats.xlsx import workbooks, writer
from app.http.limits import run_limited
from app.i18n import Bilingual
from app.problems.problem import ParameterError, UnknownPath
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(prefix="/v1", tags=["Downloads"], dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
DATABASE = "application/vnd.sqlite3"
NO_DATABASE_FILE = Bilingual(
    "This service reads from a database server and has no file to give; take /v1/dataset.zip",
    "本服务的数据存于数据库服务器，没有可供下载的数据库文件；请下载 /v1/dataset.zip",
)


def binary_response(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answer of an operation that gives a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}}}


def query_all_tables(read: RequestContext, connection: Connection) -> TableQuery:
    """Take the whole data set."""
    asked = OBSERVATIONS.list_parameters()
    release = read.release.record
    return TableQuery(OBSERVATIONS, connection, read.language, asked, release, read.base_url)


@router.get(
    "/overview.xlsx",
    summary="Download the overview as an Excel workbook",
    response_class=Response,
    responses=binary_response(writer.MEDIA_TYPE),
)
async def download_overview_xlsx(read: Context, query: NoParameters) -> Response:
    """A workbook to hand on and to print: headline figures, priority areas with their actions,
    outcomes, the figures of all years, sources, and notes on how to read them."""  # noqa: D205, D209
    del query
    return await run_limited(
        lambda: read.stream_response(
            lambda connection: workbooks.write_overview(query_all_tables(read, connection)),
            writer.MEDIA_TYPE,
            headers=read.attachment_headers("overview", "xlsx"),
        )
    )


@router.get(
    "/dataset.zip",
    summary="Download the whole data set as a data package",
    response_class=Response,
    responses=binary_response(data_package.MEDIA_TYPE),
)
async def download_dataset_zip(read: Context, query: NoParameters) -> Response:
    """Every table as CSV, with types, keys, sources and licence in datapackage.json, by the data
    package standard of Frictionless Data. Observations come with all vintages."""  # noqa: D205, D209
    del query
    return await run_limited(
        lambda: read.stream_response(
            lambda connection: data_package.write_package(query_all_tables(read, connection)),
            data_package.MEDIA_TYPE,
            headers=read.attachment_headers("dataset", "zip"),
        )
    )


@router.get(
    "/dataset.sqlite",
    summary="Download the database itself",
    response_class=Response,
    responses=binary_response(DATABASE) | {404: {"description": f"{NO_DATABASE_FILE.en}."}},
)
def download_dataset_sqlite(read: Context, query: NoParameters) -> Response:
    """The SQLite file that this service reads, in both languages. Repr-Digest carries its SHA-256
    digest (RFC 9530), which /v1 has too, for files up to 256 MB."""  # noqa: D205, D209
    del query
    database = read.release.database
    if not database.is_file:
        raise UnknownPath(
            NO_DATABASE_FILE, [ParameterError("path", NO_DATABASE_FILE, ["/v1/dataset.zip"])]
        )
    headers = read.attachment_headers("dataset", "sqlite") | {"Content-Length": str(database.size)}
    if database.digest is not None:
        digest = base64.b64encode(bytes.fromhex(database.digest)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"

    def write(_: Connection) -> Iterator[bytes]:
        with database.open_file() as file:
            yield from read_chunks(file)

    return read.stream_response(write, DATABASE, headers=headers)
