"""Ways to be found: by catalogues of data, catalogues of APIs, search engines and programs."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from app import parameters
from app.formats import tables
from app.formats.dataset_info import list_distributions
from app.formats.links import build_service_links
from app.formats.metadata import dcat, llms_txt, sitemap
from app.formats.tables import Table
from app.pages.guide import GUIDE_PATHS
from app.request import BEFORE_VALIDATION, Context, RequestContext

router = APIRouter(prefix="/v1", tags=["Discovery"], dependencies=BEFORE_VALIDATION)
well_known = APIRouter(include_in_schema=False, dependencies=BEFORE_VALIDATION)

NoParameters = Annotated[parameters.DetailParameters, Query()]
LINK_SET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
PAGES = ("/", "/years", "/recipes", "/docs", "/reference", *GUIDE_PATHS)
OWN_PAGES = {
    "indicators": "/indicators",
    "priority_areas": "/priority-areas",
    "sources": "/sources",
}
"""The collections whose records have a page each, and where; those too many to hold are left to
the links between pages."""


def describe_dataset(read: RequestContext) -> dict[str, Any]:
    """Describe the data set as it is served."""
    database = read.release.database
    forms = list_distributions(is_file=database.is_file)
    return dcat.describe_catalog(read.release.record, forms, database.digest, read.base_url)


@router.get(
    "/catalog.jsonld",
    summary="Describe the data set for data catalogues as JSON-LD",
    response_class=Response,
    responses={200: {"content": {dcat.JSON_LD: {"schema": {"type": "object"}}}}},
)
def get_catalog_jsonld(read: Context, query: NoParameters) -> Response:
    """The data set by DCAT, in both languages: what it is, who answers for it, how it may be used,
    and each form in which it can be had."""  # noqa: D205, D209
    del query
    return read.bytes_response(dcat.write_json_ld(describe_dataset(read)), dcat.JSON_LD)


@router.get(
    "/catalog.ttl",
    summary="Describe the data set for data catalogues as Turtle",
    response_class=Response,
    responses={200: {"content": {dcat.TURTLE: {"schema": {"type": "string"}}}}},
)
def get_catalog_turtle(read: Context, query: NoParameters) -> Response:
    """The same description as Turtle."""
    del query
    return read.bytes_response(
        dcat.write_turtle(describe_dataset(read)), f"{dcat.TURTLE}; charset=utf-8"
    )


@well_known.get("/.well-known/api-catalog")
def show_api_catalog(read: Context, query: NoParameters) -> Response:
    """List the APIs of this host (RFC 9727)."""
    del query
    anchors: dict[str, list[dict[str, str]]] = {}
    for link in build_service_links(read.base_url):
        kind = {"type": link.media_type} if link.media_type else {}
        anchors.setdefault(link.rel, []).append({"href": link.href, **kind})
    told = {"linkset": [{"anchor": f"{read.base_url}/v1", **anchors}]}
    return read.bytes_response(json.dumps(told).encode(), LINK_SET)


@well_known.get("/robots.txt", response_class=PlainTextResponse)
def show_robots(read: Context, query: NoParameters) -> Response:
    """Let everything be read, and say where the pages are."""
    del query
    told = f"User-agent: *\nAllow: /\n\nSitemap: {read.base_url}/sitemap.xml\n"
    return read.bytes_response(told.encode(), "text/plain")


@well_known.get("/sitemap.xml")
def show_sitemap(read: Context, query: NoParameters) -> Response:
    """List the pages, each in both languages."""
    del query
    released = read.release.record["released_on"]
    keys = read.release.keys
    own = (
        f"{path}/{key}" for name, path in OWN_PAGES.items() for key in keys[name].cached_keys or ()
    )
    return read.bytes_response(
        sitemap.write_sitemap(read.base_url, (*PAGES, *own), released), sitemap.MEDIA_TYPE
    )


@well_known.get("/llms.txt")
def show_index(read: Context, query: NoParameters) -> Response:
    """Tell a program where to begin."""
    del query
    top = llms_txt.write_preamble(read.release.record, read.base_url, read.language)
    is_file = read.release.database.is_file
    text = llms_txt.write_index(top, read.base_url, read.language, is_file=is_file)
    return read.bytes_response(text.encode(), f"{llms_txt.MEDIA_TYPE}; charset=utf-8")


@well_known.get("/llms-full.txt")
def show_everything(read: Context, query: NoParameters) -> Response:
    """Give all figures, priority areas and sources in sentences."""
    del query
    text = llms_txt.write_full_text(
        llms_txt.write_preamble(read.release.record, read.base_url, read.language),
        read.language,
        read_first_page(read, tables.OBSERVATIONS),
        read_first_page(read, tables.PRIORITY_AREAS),
        read_first_page(read, tables.SOURCES),
    )
    return read.bytes_response(text.encode(), f"{llms_txt.MEDIA_TYPE}; charset=utf-8")


def read_first_page(read: RequestContext, table: Table) -> list[dict[str, Any]]:
    """Read the first records of a table, as many as a page of a list holds."""
    return read.run_query(table.query, table.list_parameters(limit=parameters.MAXIMUM_LIMIT)).rows
