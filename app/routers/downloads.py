"""Downloads: tables, the whole data set in one file, and citations for reference managers."""

import base64
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import JSONResponse
from pydantic import ConfigDict
from sqlalchemy import Connection

from app import parameters
from app.db import processes
from app.db.columns import Record
from app.formats import citations, json_stat, registry
from app.formats.registry import (
    CITATION_FORMATS,
    DATA_PACKAGE,
    DATABASE,
    OVERVIEW_WORKBOOK,
    TABLE_FORMATS,
    CitationFormat,
    FileFormat,
    Format,
    Link,
    StreamedFormat,
    create_temporary_file,
    write_file,
)
from app.formats.tables import OBSERVATIONS, TABLES, Table, TableQuery
from app.http import limits
from app.problems.messages import CUBE_TOO_LARGE, NO_DATABASE_FILE
from app.problems.problem import InvalidParameters, ParameterError, UnknownPath
from app.queries.observations import get_observation, list_observations
from app.queries.reference import get_source
from app.request import Context, RequestContext
from app.routers import NoParameters
from app.schemas.formats import Cube, TableDescription

router = APIRouter(prefix="/v1", tags=["Downloads"])
citation_router = APIRouter(prefix="/v1", tags=["Citations"])

SourceKey = Annotated[str, parameters.create_path_key("The key of a source.", "scio-2025-01-15")]
ObservationKey = Annotated[
    str,
    parameters.create_path_key(
        "The key of an observation.",
        "aid-projects.CN.BRI.partner-2023.NB.P11M.2024-01.scio-2025-01-15",
    ),
]
CITATION_DESCRIPTIONS = {
    registry.CITED_SOURCE: "The document as a bibliographic record. The date of access is that of "
    "the release.",
    registry.CITED_OBSERVATION: "The document as a bibliographic record, with the place of the "
    "observation in it, and a note with the figure in words, the countries and the period that it "
    "counts, and what limits its use: that this service infers the countries, that other reports "
    "differ, or that another figure has superseded it.",
}


class DescriptionResponse(JSONResponse):
    media_type = "application/csvm+json"


def add_download(
    name: str,
    form: Format,
    endpoint: Callable[..., Any],
    content: str,
    errors: dict[int | str, Record] | None = None,
) -> None:
    """Add the operation that sends a file; its summary names the content."""
    limit = "" if form.max_rows is None else f" At most {form.max_rows:,} rows."
    router.add_api_route(
        f"/{name}.{form.suffix}",
        endpoint,
        name=f"download_{name}_{form.suffix}",
        summary=f"Download {content} ({form.title.en})",
        description=form.description.format(name=name) + limit,
        response_class=Response,
        responses=form.describe_content() | (errors or {}),
    )


def declare_table(table: Table, form: StreamedFormat | FileFormat) -> None:
    filters = table.filters
    if form.options is not None:
        name = f"{filters.__name__}As{form.suffix.capitalize()}"
        # Pydantic would search all modules for the docstrings of this class, which has none.
        config = ConfigDict(use_attribute_docstrings=False)
        filters = type(filters)(name, (form.options, filters), {"model_config": config})  # type: ignore[misc]

    queue = limits.FILES if isinstance(form, FileFormat) else limits.TABLES

    async def download(context: Context, query: Any) -> Response:
        url = f"{context.base_url}/v1/{table.name}.csv-metadata.json"
        links = [Link(url, "describedby", DescriptionResponse.media_type)]
        send = partial(send_file, context, table.name, form, table, query, links)
        return await queue.run(context, send)

    download.__annotations__["query"] = Annotated[filters, Query()]
    add_download(table.name, form, download, table.name)


def send_file(  # noqa: PLR0913, PLR0917 - a private helper of two callers
    context: RequestContext,
    name: str,
    form: StreamedFormat | FileFormat,
    table: Table,
    filters: parameters.Filters,
    links: Sequence[Link] = (),
) -> Response:
    headers = context.build_attachment_headers(name, form.suffix)
    release, base = context.release, context.base_url
    prepare = partial(TableQuery, table, context.language, filters, release.record, base)
    if isinstance(form, FileFormat):
        file = create_temporary_file()
        try:
            processes.FILES.read(release.database, write_file, form, prepare, file=file)
        except BaseException:
            file.close()
            raise
        return context.create_file_response(file, form.content_type, links, headers)
    write = form.write
    return context.stream_response(
        lambda connection: write(prepare(connection)), form.content_type, links, headers
    )


def declare_table_description(table: Table) -> None:
    def describe(context: Context, _: NoParameters) -> Response:
        return describe_table(context, table)

    router.add_api_route(
        f"/{table.name}.csv-metadata.json",
        describe,
        name=f"describe_{table.name}_csv",
        summary=f"Describe the columns of {table.name} (CSV on the Web)",
        description=f"The columns of /v1/{table.name}.csv in the format of CSV on the Web (W3C).",
        response_model=TableDescription,
        response_class=DescriptionResponse,
    )


def describe_table(context: RequestContext, table: Table) -> Response:
    description = TableDescription.model_validate(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{context.base_url}/v1/{table.name}.csv",
            "title": table.title.get(context.language),
            "language": context.language,
            "table_schema": {
                "columns": [
                    {
                        "name": column.name,
                        "datatype": column.datatype,
                        "description": column.description.get(context.language),
                        "required": column.is_required,
                    }
                    for column in table.columns
                ],
                "primary_key": table.key[0],
            },
        }
    )
    return context.create_bytes_response(description.to_json(), DescriptionResponse.media_type)


@router.get(
    f"/{OBSERVATIONS.name}.{registry.JSON_STAT.suffix}",
    summary=f"Download observations ({registry.JSON_STAT.title.en})",
    response_model=Cube,
)
def get_cube(context: Context, query: Annotated[parameters.CubeFilters, Query()]) -> Response:
    """The observations of /v1/observations as a cube (JSON-stat 2.0), with the same filters.

    The dimensions are series, areas and periods. Notes name figures with a qualifier or a note, and
    the extension contains the complete observations.
    A cube holds one value per series and period, and is refused if it would be too large.
    """
    filters = parameters.ObservationListParameters.model_construct(
        **dict(query), limit=parameters.MAXIMUM_LIMIT, cursor=None
    )
    page = context.run_query(list_observations, filters)
    if page.cursor is not None:
        raise InvalidParameters.from_error(ParameterError("query.indicator", CUBE_TOO_LARGE))
    href = f"{context.base_url}/v1/{OBSERVATIONS.name}.{registry.JSON_STAT.suffix}"
    released_on = context.release.record["released_on"]
    cube = json_stat.build_cube(page.rows, released_on, href, context.language)
    return context.create_bytes_response(Cube.model_validate(cube).to_json(), json_stat.MEDIA_TYPE)


def declare_complete_file(
    name: str, form: StreamedFormat | FileFormat, filters: type[parameters.Filters]
) -> None:
    queue = limits.FILES if isinstance(form, FileFormat) else limits.TABLES

    async def download(context: Context, query: parameters.Filters) -> Response:
        send = partial(send_file, context, name, form, OBSERVATIONS, query)
        return await queue.run(context, send)

    download.__annotations__["query"] = Annotated[filters, Query()]
    add_download(name, form, download, f"the {name}")


async def download_database(context: Context, _: NoParameters) -> Response:
    """Send the database file.

    Raises:
        UnknownPath: if the database is a server.
    """
    database = context.release.database
    file = database.file
    if file is None:
        raise UnknownPath.from_error(ParameterError("path", NO_DATABASE_FILE, ["/v1/dataset.zip"]))
    headers = context.build_attachment_headers("dataset", DATABASE.suffix)
    headers["Content-Length"] = str(file.size)
    if file.digest is not None:
        digest = base64.b64encode(bytes.fromhex(file.digest)).decode()
        headers["Repr-Digest"] = f"sha-256=:{digest}:"

    def write(_: Connection) -> Iterator[bytes]:
        return file.read_chunks()

    send = partial(context.stream_response, write, DATABASE.content_type, headers=headers)
    return await limits.TABLES.run(context, send)


for listed in TABLES:
    for table_format in TABLE_FORMATS:
        declare_table(listed, table_format)
    declare_table_description(listed)
declare_complete_file("overview", OVERVIEW_WORKBOOK, parameters.OverviewParameters)
declare_complete_file("dataset", DATA_PACKAGE, parameters.Filters)
add_download(
    "dataset",
    DATABASE,
    download_database,
    "the dataset",
    {404: {"description": f"{NO_DATABASE_FILE.en}."}},
)


def declare_citations(form: CitationFormat) -> None:
    def send_citation(context: RequestContext, item: citations.Item, query: Any) -> Response:
        headers = context.build_attachment_headers(f"cite-{item['id']}", form.suffix)
        options = {name: getattr(query, name) for name in form.option_names}
        if options:
            # A style writes the dates in the language of the response.
            options["language"] = context.language
        body = form.write(item, **options)
        return context.create_bytes_response(body, form.content_type, headers=headers)

    def cite_source(context: Context, source: SourceKey, query: Any) -> Response:
        found = context.run_query(get_source, source)
        record = context.require_record(found, "sources", source=source)
        return send_citation(context, citations.cite_source(record, context.release.record), query)

    def cite_observation(context: Context, observation: ObservationKey, query: Any) -> Response:
        found = context.run_query(get_observation, observation)
        record = context.require_record(found, "observations", observation=observation)
        source = context.run_query(get_source, record["source"]["code"])
        assert source is not None  # noqa: S101 - a foreign key of the database
        start, end = record["period"]["start"], record["period"]["end"]
        within = parameters.ObservationListParameters(
            series=[record["series"]], since=start, until=end, limit=parameters.MAXIMUM_LIMIT
        )
        rows = context.run_query(list_observations, within).rows
        # Cumulative totals share their start, so earlier ones are within the period of a later one.
        (current,) = (one for one in rows if one["period"]["end"] == end)
        release = context.release.record
        item = citations.cite_observation(record, current, source, release, context.language)
        return send_citation(context, item, query)

    schema: Record = {"type": "string"}
    if form.media_type.endswith("json"):
        items = {"type": "object", "additionalProperties": True}
        schema = {"type": "array", "items": items, "minItems": 1, "maxItems": 1}
    for path, endpoint in zip(form.resources, (cite_source, cite_observation), strict=True):
        endpoint.__annotations__["query"] = Annotated[form.options, Query()]
        citation_router.add_api_route(
            f"/{path}.{form.suffix}",
            endpoint,
            name=f"{endpoint.__name__}_{form.suffix.replace('.', '_')}",
            summary=f"Cite {endpoint.__name__.removeprefix('cite_')} ({form.title.en})",
            description=CITATION_DESCRIPTIONS[path],
            response_class=Response,
            responses={200: {"content": {form.media_type: {"schema": schema}}}},
        )


for one in CITATION_FORMATS:
    declare_citations(one)
