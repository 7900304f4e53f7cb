"""Descriptions for data catalogues, API catalogues, search engines and programs."""

import json
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from xml.etree import ElementTree as ET

from fastapi import Response
from fastapi.responses import PlainTextResponse

from app.db.columns import Record
from app.formats import dcat, tables
from app.formats.language_models import write_full_text, write_index
from app.formats.registry import build_service_links, list_distributions
from app.formats.text import MARKDOWN
from app.http.routing import RouteDeclarations
from app.i18n import Language
from app.pages.addresses import PAGES, RECORD_PAGES
from app.request import Context, RequestContext
from app.routers import NoParameters, read_first_page

CATALOG_SCHEMA = {"type": "object", "additionalProperties": True}

router = RouteDeclarations(prefix="/v1", tags=["Discovery"])
well_known = RouteDeclarations(include_in_schema=False)

XML = "application/xml"
# The namespaces identify the formats and are never fetched.
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"
LINK_SET = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'


def describe_dataset(context: RequestContext) -> Record:
    database = context.release.database
    distributions = list_distributions(has_file=database.is_file)
    related = read_first_page(context, tables.RELATED_DATASETS)
    return dcat.describe_catalog(
        context.release.record, distributions, related, database.digest, context.base_url
    )


@router.get(
    "/catalog.jsonld",
    summary="Describe the dataset for data catalogues (DCAT, JSON-LD)",
    response_class=Response,
    responses={200: {"content": {dcat.JSON_LD: {"schema": CATALOG_SCHEMA}}}},
)
def get_catalog_jsonld(context: Context, _: NoParameters) -> Response:
    """The dataset in DCAT, in both languages: contents, publisher, licence and distributions."""
    body = json.dumps(describe_dataset(context), ensure_ascii=False).encode()
    return context.create_bytes_response(body, dcat.JSON_LD)


@router.get(
    "/catalog.ttl",
    summary="Describe the dataset for data catalogues (DCAT, Turtle)",
    response_class=Response,
    responses={200: {"content": {dcat.TURTLE: {"schema": {"type": "string"}}}}},
)
def get_catalog_turtle(context: Context, _: NoParameters) -> Response:
    """The same description as Turtle."""
    return context.create_bytes_response(
        dcat.write_turtle(describe_dataset(context)), f"{dcat.TURTLE}; charset=utf-8"
    )


@well_known.get("/.well-known/api-catalog")
def show_api_catalog(context: Context, _: NoParameters) -> Response:
    """The APIs of this host (RFC 9727)."""
    anchors: dict[str, list[dict[str, str]]] = {}
    for link in build_service_links(context.base_url):
        media_type = {"type": link.media_type} if link.media_type else {}
        anchors.setdefault(link.rel, []).append({"href": link.href, **media_type})
    links = {"linkset": [{"anchor": f"{context.base_url}/v1", **anchors}]}
    return context.create_bytes_response(json.dumps(links).encode(), LINK_SET)


@well_known.get("/robots.txt", response_class=PlainTextResponse)
def show_robots(context: Context, _: NoParameters) -> Response:
    content = f"User-agent: *\nAllow: /\n\nSitemap: {context.base_url}/sitemap.xml\n"
    return context.create_bytes_response(content.encode(), "text/plain")


@well_known.get("/sitemap.xml")
def show_sitemap(context: Context, _: NoParameters) -> Response:
    released = context.release.record["released_on"]
    keys = context.release.keys
    # Collections with too many keys to hold in memory are reached by links between pages only.
    details = (
        f"{path}/{key}"
        for path in RECORD_PAGES.values()
        for key in keys[path[1:].replace("-", "_")].cached_keys or ()
    )
    return context.create_bytes_response(
        write_sitemap(context.base_url, (*PAGES, *details), released), XML
    )


@well_known.get("/llms.txt")
def show_llms_txt(context: Context, _: NoParameters) -> Response:
    distributions = list_distributions(has_file=context.release.database.is_file)
    related = read_first_page(context, tables.RELATED_DATASETS)
    return send_markdown(context, partial(write_index, distributions, related))


@well_known.get("/llms-full.txt")
def show_llms_full_txt(context: Context, _: NoParameters) -> Response:
    return send_markdown(context, partial(write_full_text, partial(read_first_page, context)))


def send_markdown(
    context: RequestContext, write: Callable[[Record, str, Language], str]
) -> Response:
    text = write(context.release.record, context.base_url, context.language)
    return context.create_bytes_response(text.encode(), f"{MARKDOWN}; charset=utf-8")


def write_sitemap(base: str, paths: Iterable[str], released: date) -> bytes:
    """Write the URLs of pages with their translations; every release changes all pages."""
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in paths:
        urls = {
            language: f"{base}{path}{'&' if '?' in path else '?'}lang={language}"
            for language in Language
        }
        for address in urls.values():
            url = ET.SubElement(root, f"{{{SITEMAP}}}url")
            ET.SubElement(url, f"{{{SITEMAP}}}loc").text = address
            ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = str(released)
            for language, href in urls.items():
                attributes = {"rel": "alternate", "hreflang": str(language), "href": href}
                ET.SubElement(url, f"{{{XHTML}}}link", attributes)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content
