"""Ways to be found: by catalogues of data, catalogues of APIs, search engines and programs."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from app import filters
from app.context import BEFORE_VALIDATION, Read, Reader
from app.formats import catalog, prose, sitemap, tables
from app.formats.about import distributions
from app.formats.addresses import links
from app.formats.tables import Table

router = APIRouter(prefix="/v1", tags=["Discovery"], dependencies=BEFORE_VALIDATION)
well_known = APIRouter(include_in_schema=False, dependencies=BEFORE_VALIDATION)

Nothing = Annotated[filters.DetailParameters, Query()]
LINK_SET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
PAGES = ("/", "/years", "/recipes", "/docs", "/reference")
OWN_PAGES = {
    "indicators": "/indicators",
    "priority_areas": "/priority-areas",
    "sources": "/sources",
}
"""The collections whose records have a page each, and where; those too many to hold are left to
the links between pages."""


def described(read: Reader) -> dict[str, Any]:
    """Describe the data set as it is served."""
    database = read.snapshot.database
    forms = distributions(is_file=database.is_file)
    return catalog.catalog(read.snapshot.release, forms, database.digest, read.base)


@router.get(
    "/catalog.jsonld",
    summary="Describe the data set for data catalogues as JSON-LD",
    response_class=Response,
    responses={200: {"content": {catalog.JSON_LD: {"schema": {"type": "object"}}}}},
)
def get_catalog_jsonld(read: Read, query: Nothing) -> Response:
    """The data set by DCAT, in both languages: what it is, who answers for it, how it may be used,
    and each form in which it can be had."""  # noqa: D205, D209
    del query
    return read.content(catalog.json_ld(described(read)), catalog.JSON_LD)


@router.get(
    "/catalog.ttl",
    summary="Describe the data set for data catalogues as Turtle",
    response_class=Response,
    responses={200: {"content": {catalog.TURTLE: {"schema": {"type": "string"}}}}},
)
def get_catalog_turtle(read: Read, query: Nothing) -> Response:
    """The same description as Turtle."""
    del query
    return read.content(catalog.turtle(described(read)), f"{catalog.TURTLE}; charset=utf-8")


@well_known.get("/.well-known/api-catalog")
def show_api_catalog(read: Read, query: Nothing) -> Response:
    """List the APIs of this host (RFC 9727)."""
    del query
    anchors: dict[str, list[dict[str, str]]] = {}
    for link in links(read.base):
        kind = {"type": link.media_type} if link.media_type else {}
        anchors.setdefault(link.rel, []).append({"href": link.href, **kind})
    told = {"linkset": [{"anchor": f"{read.base}/v1", **anchors}]}
    return read.content(json.dumps(told).encode(), LINK_SET)


@well_known.get("/robots.txt", response_class=PlainTextResponse)
def show_robots(read: Read, query: Nothing) -> Response:
    """Let everything be read, and say where the pages are."""
    del query
    told = f"User-agent: *\nAllow: /\n\nSitemap: {read.base}/sitemap.xml\n"
    return read.content(told.encode(), "text/plain")


@well_known.get("/sitemap.xml")
def show_sitemap(read: Read, query: Nothing) -> Response:
    """List the pages, each in both languages."""
    del query
    released = read.snapshot.release["released_on"]
    keys = read.snapshot.keys
    own = (f"{path}/{key}" for name, path in OWN_PAGES.items() for key in keys[name].held or ())
    return read.content(sitemap.written(read.base, (*PAGES, *own), released), sitemap.MEDIA_TYPE)


@well_known.get("/llms.txt")
def show_index(read: Read, query: Nothing) -> Response:
    """Tell a program where to begin."""
    del query
    top = prose.head(read.snapshot.release, read.base, read.language)
    is_file = read.snapshot.database.is_file
    text = prose.index(top, read.base, read.language, is_file=is_file)
    return read.content(text.encode(), f"{prose.MEDIA_TYPE}; charset=utf-8")


@well_known.get("/llms-full.txt")
def show_everything(read: Read, query: Nothing) -> Response:
    """Give all figures, priority areas and sources in sentences."""
    del query
    text = prose.everything(
        prose.head(read.snapshot.release, read.base, read.language),
        read.language,
        first(read, tables.OBSERVATIONS),
        first(read, tables.PRIORITY_AREAS),
        first(read, tables.SOURCES),
    )
    return read.content(text.encode(), f"{prose.MEDIA_TYPE}; charset=utf-8")


def first(read: Reader, table: Table) -> list[dict[str, Any]]:
    """Read the first records of a table, as many as a page of a list holds."""
    return read.read(table.query, table.listing(limit=filters.MAXIMUM_LIMIT)).rows
