"""The files that pages use, and the OpenAPI document."""

import json
import re
from functools import partial

from fastapi import Response

from app.enums import OpenApiVersion
from app.formats.dataset_info import DESCRIPTION, SHORT_TITLE, TITLE
from app.http.cache import IMMUTABLE
from app.http.limits import DOCUMENT_QUEUE
from app.http.routing import RouteDeclarations
from app.i18n import Bilingual
from app.openapi import OpenApiDocuments
from app.pages import PAPER
from app.pages.assets import get_asset_version, hash_asset, list_assets, read_asset
from app.problems import problem
from app.problems.messages import UNKNOWN_PATH
from app.request import Context, RequestContext
from app.routers import NoParameters

router = RouteDeclarations(include_in_schema=False)

ICON = "favicon.ico"
MANIFEST = "application/manifest+json"
VERSIONED_NAME = re.compile(r".*-\d+\.\d+\.\d+\.js")
"""Scripts for other sites, whose pages state their digest: such a file never changes."""


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Return the icon, which browsers request for every page and every JSON response."""
    return send_content(read_asset(ICON), ICON)


@router.get("/manifest.webmanifest")
def show_manifest(context: Context, _: NoParameters) -> Response:
    """Return what a browser needs to install the pages like a program."""
    language, root = context.language, context.root_path

    def describe_icon(file: str, sizes: str, purpose: str) -> dict[str, str]:
        url = f"{root}/static/{file}?v={get_asset_version(file)}"
        return {"src": url, "sizes": sizes, "type": list_assets()[file], "purpose": purpose}

    manifest = {
        "name": TITLE.get(language),
        "short_name": SHORT_TITLE.get(language),
        "description": DESCRIPTION.get(language),
        "lang": Bilingual("en", "zh-CN").get(language),
        "id": f"{root}/",
        "start_url": f"{root}/?lang={language}",
        "scope": f"{root}/",
        "display": "minimal-ui",
        "background_color": PAPER["light"],
        "theme_color": PAPER["light"],
        "icons": [
            describe_icon("icon.svg", "any", "any"),
            describe_icon("icon-512.png", "512x512", "any"),
            describe_icon("icon-maskable-512.png", "512x512", "maskable"),
        ],
    }
    body = json.dumps(manifest, ensure_ascii=False).encode()
    return context.create_bytes_response(body, MANIFEST)


@router.get("/openapi.json")
async def show_openapi(context: Context, _: NoParameters) -> Response:
    return await DOCUMENT_QUEUE.run(context, partial(send_openapi, context, OpenApiVersion.V3_1))


@router.get("/openapi-3.0.json")
async def show_openapi_3_0(context: Context, _: NoParameters) -> Response:
    return await DOCUMENT_QUEUE.run(context, partial(send_openapi, context, OpenApiVersion.V3_0))


def send_openapi(context: RequestContext, version: OpenApiVersion) -> Response:
    documents: OpenApiDocuments = context.app.state.documents
    body = documents.render(version, context.base_url, context.language)
    return Response(body, media_type="application/json", headers=context.build_headers())


@router.get("/static/{path:path}")
def show_static(context: Context, path: str) -> Response:
    if path not in list_assets():
        shown = UNKNOWN_PATH.format(path=problem.shorten(context.path))
        raise problem.UnknownPath.from_parameter("path", shown, ["/v1", "/docs"])
    content = read_asset(path)
    response = send_content(content, path)
    is_named = ("v", hash_asset(content)) in context.query.params
    if is_named or VERSIONED_NAME.fullmatch(path):
        response.headers["Cache-Control"] = IMMUTABLE
    return response


def send_content(content: bytes, name: str) -> Response:
    return Response(content, media_type=list_assets()[name], headers={"Accept-Ranges": "bytes"})
