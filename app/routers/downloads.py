"""Downloads: tables, the whole dataset in one file, and citations for reference managers."""

import base64
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any

from anyio.to_thread import run_sync
from fastapi import Query, Response
from fastapi.responses import JSONResponse

from app import parameters
from app.db.columns import Record
from app.db.processes import FILE_PROCESS
from app.enums import SearchKind
from app.formats import citations, json_stat, registry
from app.formats.tables import DOWNLOAD_TABLES, OBSERVATIONS, Table, TableQuery
from app.http import limits
from app.http.cached_response import FileResponse
from app.http.routing import RouteDeclarations
from app.pages.addresses import find_page
from app.parameters import create_path_key
from app.problems.messages import CUBE_TOO_LARGE, NO_DATABASE_FILE
from app.problems.problem import InvalidParameters, UnknownPath
from app.queries.indicators import INDICATORS
from app.queries.observations import get_observation, list_observations
from app.queries.priority_areas import get_priority_area
from app.queries.reference import SOURCES
from app.queries.series import get_series
from app.request import ATTACHMENT_HEADERS, Context, RequestContext
from app.routers import AnyParameters, NoParameters, add_article, declare_signature
from app.schemas.formats import Cube, TableDescription

TableFormat = registry.StreamedFormat | registry.FileFormat
router = RouteDeclarations(prefix="/v1", tags=["Downloads"])
citation_router = RouteDeclarations(prefix="/v1", tags=["Citations"])

CITATION_DESCRIPTIONS = {
    registry.CITED_SOURCE: "The document as a bibliographic record.",
    registry.CITED_OBSERVATION: "The document as a bibliographic record, with the place of the "
    "observation in it, and a note with the figure as text, the countries and the period that it "
    "counts, and what limits its use: that this service infers the countries, that other reports "
    "differ, or that another figure has superseded it.",
    registry.CITED_INDICATOR: "The page of the indicator as a bibliographic record, by its "
    "permanent link, with a note that states the newest figure and its source.",
    registry.CITED_SERIES: "The page of the series as a bibliographic record, by its permanent "
    "link, with a note that states the newest figure of the series and its source.",
    registry.CITED_PRIORITY_AREA: "The page of the priority area as a bibliographic record, by its "
    "permanent link, with a note that states its source.",
}


class DescriptionResponse(JSONResponse):
    media_type = "application/csvm+json"


def add_download(
    name: str,
    form: registry.Format,
    endpoint: Callable[..., Any],
    content: str,
    *headers: str,
    errors: dict[int | str, Record] | None = None,
) -> None:
    """Add the operation that sends a file, with further headers; its summary names the content."""
    limit = "" if form.max_rows is None else f" At most {form.max_rows:,} rows."
    router.add_api_route(
        f"/{name}.{form.suffix}",
        endpoint,
        name=f"download_{name}_{form.suffix}",
        summary=f"Download {content} ({form.title.en})",
        description=form.description.format(name=name) + limit,
        response_class=Response,
        responses=form.describe_content(*ATTACHMENT_HEADERS, *headers) | (errors or {}),
    )


def combine_parameters(
    name: str, model: type[AnyParameters], other: type[parameters.Parameters]
) -> type[AnyParameters]:
    return type(model)(name, (model, other), {})  # type: ignore[no-any-return, misc]


def declare_table(table: Table, form: TableFormat) -> type[parameters.Filters]:
    """Declare the download of a table in a format, and return its parameters."""
    filters = table.filters
    if isinstance(form, registry.StreamedFormat) and form.options is not None:
        name = f"{filters.__name__}As{form.suffix.capitalize()}"
        filters = combine_parameters(name, form.options, filters)
    declare_file(table.name, form, table, filters)
    return filters


def declare_file(
    name: str, form: TableFormat, table: Table, filters: type[parameters.Filters]
) -> None:
    """Declare the download of a table, or of a file with another name that contains it."""
    queue = limits.FILE_QUEUE if isinstance(form, registry.FileFormat) else limits.TABLE_QUEUE

    async def download(context: Context, query: Any) -> Response:
        return await queue.run(context, partial(send_file, context, name, form, table, query))

    download.__annotations__["query"] = Annotated[filters, Query()]
    if name == table.name:
        add_download(name, form, download, name, "Link")
    else:
        add_download(name, form, download, f"the {name}")


def send_file(
    context: RequestContext, name: str, form: TableFormat, table: Table, filters: parameters.Filters
) -> Response:
    headers = context.build_attachment_headers(name, form.suffix)
    release, base, query = context.release, context.base_url, context.query.text.decode()
    url = f"{base}/v1/{name}.csv-metadata.json{query and '?'}{query}"
    description = registry.WebLink(url, "describedby", DescriptionResponse.media_type)
    links = [description] if name == table.name else []
    operator = context.app.state.contact
    prepare = partial(
        TableQuery, table, context.language, filters, release.record, base,
        contact=operator and operator.text,
    )  # fmt: skip
    if isinstance(form, registry.FileFormat):
        file = registry.create_temporary_file()
        try:
            FILE_PROCESS.read(release.database, registry.write_file, form, prepare, file=file)
        except BaseException:
            file.close()
            raise
        chunks = registry.read_chunks(file)
        return context.create_stream_response([], chunks, form.content_type, links, headers)
    return context.stream_response(
        lambda connection: form.write(prepare(connection)), form.content_type, links, headers
    )


def declare_table_description(table: Table, filters: type[parameters.Filters]) -> None:
    def describe(context: Context, _: parameters.Filters) -> Response:
        return describe_table(context, table)

    describe.__annotations__["_"] = Annotated[filters, Query()]
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
    # Other parameters would select another table, which this description does not describe.
    query = context.query.text.decode()
    description = TableDescription.encode(
        {
            "context": "http://www.w3.org/ns/csvw",
            "url": f"{context.base_url}/v1/{table.name}.csv{query and '?'}{query}",
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
    return context.create_bytes_response(description, DescriptionResponse.media_type)


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
        raise InvalidParameters.from_parameter("query.indicator", CUBE_TOO_LARGE)
    href = f"{context.base_url}/v1/{OBSERVATIONS.name}.{registry.JSON_STAT.suffix}"
    released_on = context.release.record["released_on"]
    cube = json_stat.build_cube(page.rows, released_on, href, context.language)
    return context.create_bytes_response(Cube.encode(cube), json_stat.MEDIA_TYPE)


async def download_database(context: Context, _: NoParameters) -> Response:
    """Send the database file; UnknownPath if the database is a server."""
    database = context.release.database
    file = database.file
    if file is None:
        raise UnknownPath.from_parameter("path", NO_DATABASE_FILE, ["/v1/dataset.zip"])
    attachment = context.build_attachment_headers("dataset", registry.DATABASE.suffix)
    headers = context.build_headers(headers=attachment)
    # The first request has the file read, which may take half a second.
    digest = await run_sync(lambda: file.digest)
    if digest is not None:
        encoded = base64.b64encode(bytes.fromhex(digest)).decode()
        headers["Repr-Digest"] = f"sha-256=:{encoded}:"
    return FileResponse(file, media_type=registry.DATABASE.content_type, headers=headers)


for listed in DOWNLOAD_TABLES:
    csv_parameters, *_ = [declare_table(listed, form) for form in registry.TABLE_FORMATS]
    declare_table_description(listed, csv_parameters)
declare_file("overview", registry.OVERVIEW_WORKBOOK, OBSERVATIONS, parameters.OverviewParameters)
declare_file("dataset", registry.DATA_PACKAGE, OBSERVATIONS, parameters.Filters)
add_download(
    "dataset",
    registry.DATABASE,
    download_database,
    "the dataset",
    "Repr-Digest",
    errors={404: {"description": f"{NO_DATABASE_FILE.en}."}},
)


def cite_source(context: RequestContext, code: str, _: object) -> citations.CslItem:
    record = context.read_record(SOURCES.get_record, source=code)
    return citations.cite_source(record, context.release.record)


def cite_observation(context: RequestContext, code: str, _: object) -> citations.CslItem:
    record = context.read_record(get_observation, observation=code)
    source = context.run_query(SOURCES.get_record, record["source"]["code"])
    assert source is not None  # noqa: S101 - a foreign key of the database
    start, end = record["period"]["start"], record["period"]["end"]
    within = parameters.ObservationListParameters(
        series=[record["series"]], since=start, until=end, limit=parameters.MAXIMUM_LIMIT
    )
    rows = context.run_query(list_observations, within).rows
    # Cumulative totals share their start, so earlier ones are within the period of a later one.
    (current,) = (one for one in rows if one["period"]["end"] == end)
    release = context.release.record
    return citations.cite_observation(record, current, source, release, context.language)


def cite_indicator(context: RequestContext, code: str, _: object) -> citations.CslItem:
    indicator = context.read_record(INDICATORS.get_record, indicator=code)
    latest = indicator["latest"]
    item = cite_page(context, SearchKind.INDICATOR, code, indicator["name"])
    return item | quote_newest(context, latest and latest["observation"])


def cite_series(context: RequestContext, code: str, _: object) -> citations.CslItem:
    series = context.read_record(get_series, series=code)
    points = series["points"]
    item = cite_page(context, "series", code, series["name"])
    return item | quote_newest(context, points[-1] if points else None)


def cite_page(context: RequestContext, kind: str, code: str, title: str) -> citations.CslItem:
    path, query, _ = find_page(kind, code)
    release, base, language = context.release.record, context.base_url, context.language
    return citations.cite_record(path, title, release, base, language, **query)


def quote_newest(context: RequestContext, observation: Record | None) -> citations.CslItem:
    """Quote the newest figure of an indicator or a series in a note, if there is one."""
    if observation is None:
        return {}
    citation = observation["citation"]["full"]
    return {"note": citations.quote_observation(observation, citation, context.language)}


def cite_priority_area(
    context: RequestContext, slug: str, query: parameters.PriorityAreaParameters
) -> citations.CslItem:
    area = context.read_record(get_priority_area, query.year, priority_area=slug)
    code = f"{area['year']}-{slug}"
    item = cite_page(context, SearchKind.PRIORITY_AREA, code, area["title"])
    return item | {"note": area["source"]["line"]}


CITATIONS: dict[str, tuple[str, Callable[..., citations.CslItem]]] = {
    registry.CITED_SOURCE: ("source", cite_source),
    registry.CITED_OBSERVATION: ("observation", cite_observation),
    registry.CITED_INDICATOR: ("indicator", cite_indicator),
    registry.CITED_SERIES: ("series", cite_series),
    registry.CITED_PRIORITY_AREA: ("priority_area", cite_priority_area),
}
"""The name of the key, and what creates the record, by path."""


def declare_citation(form: registry.CitationFormat, path: str) -> None:
    key_name, cite = CITATIONS[path]
    cited = key_name.replace("_", " ")
    parameter = create_path_key(key_name, f"The key of {add_article(cited)}.")
    options = form.options
    if path == registry.CITED_PRIORITY_AREA:
        name = f"Yearly{options.__name__}"
        options = combine_parameters(name, options, parameters.PriorityAreaParameters)

    def send_citation(context: RequestContext, query: Any, **key: str) -> Response:
        item = citations.add_access(cite(context, key[key_name], query), query.accessed_on)
        headers = context.build_attachment_headers(f"cite-{item['id']}", form.suffix)
        # A style writes the dates in the language of the response.
        has_style = isinstance(query, parameters.CitationParameters)
        chosen = {"style": query.style, "language": context.language} if has_style else {}
        body = form.write(item, **chosen)
        return context.create_bytes_response(body, form.content_type, headers=headers)

    described: Record = {name: {} for name in ATTACHMENT_HEADERS}
    schema: Record = {"type": "string"}
    if form.media_type.endswith("json"):
        items = {"type": "object", "additionalProperties": True}
        schema = {"type": "array", "items": items, "minItems": 1, "maxItems": 1}
    citation_router.add_api_route(
        f"/{path}.{form.suffix}",
        declare_signature(
            send_citation,
            context=Context,
            **{key_name: Annotated[str, parameter]},
            query=Annotated[options, Query()],
        ),
        name=f"cite_{key_name}_{form.suffix.replace('.', '_')}",
        summary=f"Cite {cited} ({form.title.en})",
        description=CITATION_DESCRIPTIONS[path],
        response_class=Response,
        responses={200: {"content": {form.media_type: {"schema": schema}}, "headers": described}},
    )


for one in registry.CITATION_FORMATS:
    for cited in one.resources:
        declare_citation(one, cited)
