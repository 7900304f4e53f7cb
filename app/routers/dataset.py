"""The whole data set in one file: a workbook, a data package, the database itself."""

import base64
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from app import filters
from app.aside import aside
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import books, package, workbook
from app.formats.files import parts
from app.formats.tables import OBSERVATIONS, Contents
from app.problems import Mistake, UnknownPath
from app.text import Words

router = APIRouter(prefix="/v1", tags=["Downloads"], dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]
DATABASE = "application/vnd.sqlite3"
NO_FILE = Words(
    "This service reads from a database server and has no file to give; take /v1/dataset.zip",
    "本服务的数据存于数据库服务器，没有可供下载的数据库文件；请下载 /v1/dataset.zip",
)


def binary(media_type: str) -> dict[int | str, dict[str, Any]]:
    """Describe the answer of an operation that gives a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"content": {media_type: {"schema": schema}}}}


def everything(read: Reader, connection: Connection) -> Contents:
    """Take the whole data set."""
    asked = OBSERVATIONS.listing()
    release = read.snapshot.release
    return Contents(OBSERVATIONS, connection, read.language, asked, release, read.base)


@router.get(
    "/overview.xlsx",
    summary="Download the overview as an Excel workbook",
    response_class=Response,
    responses=binary(workbook.MEDIA_TYPE),
)
async def download_overview_xlsx(read: Read, query: Nothing) -> Response:
    """A workbook to hand on and to print: headline figures, priority areas with their actions,
    outcomes, the figures of all years, sources, and notes on how to read them."""  # noqa: D205, D209
    del query
    return await aside(
        lambda: read.stream(
            lambda connection: books.write_overview(everything(read, connection)),
            workbook.MEDIA_TYPE,
            headers=read.attached("overview", "xlsx"),
        )
    )


@router.get(
    "/dataset.zip",
    summary="Download the whole data set as a data package",
    response_class=Response,
    responses=binary(package.MEDIA_TYPE),
)
async def download_dataset_zip(read: Read, query: Nothing) -> Response:
    """Every table as CSV, with types, keys, sources and licence in datapackage.json, by the data
    package standard of Frictionless Data. Observations come with all vintages."""  # noqa: D205, D209
    del query
    return await aside(
        lambda: read.stream(
            lambda connection: package.write(everything(read, connection)),
            package.MEDIA_TYPE,
            headers=read.attached("dataset", "zip"),
        )
    )


@router.get(
    "/dataset.sqlite",
    summary="Download the database itself",
    response_class=Response,
    responses=binary(DATABASE) | {404: {"description": f"{NO_FILE.en}."}},
)
def download_dataset_sqlite(read: Read, query: Nothing) -> Response:
    """The SQLite file that this service reads, in both languages. Repr-Digest carries its SHA-256
    digest (RFC 9530), which /v1 has too, for files up to 256 MB."""  # noqa: D205, D209
    del query
    database = read.snapshot.database
    if not database.is_file:
        raise UnknownPath(NO_FILE, [Mistake("path", NO_FILE, ["/v1/dataset.zip"])])
    headers = read.attached("dataset", "sqlite") | {"Content-Length": str(database.size)}
    if database.digest is not None:
        digest = base64.b64encode(bytes.fromhex(database.digest)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"

    def write(_: Connection) -> Iterator[bytes]:
        with database.file() as file:
            yield from parts(file)

    return read.stream(write, DATABASE, headers=headers)
