"""The files that pages use, and the OpenAPI document."""

from email.utils import formatdate
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Response

from app.enums import OpenApiVersion
from app.openapi import OpenApiDocuments
from app.pages import STATIC
from app.problems import problem
from app.problems.messages import UNKNOWN_PATH
from app.request import Context, RequestContext
from app.routers import NoParameters

router = APIRouter(include_in_schema=False)


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Return the icon, which browsers request for every page and every JSON response."""
    icon = (STATIC / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Accept-Ranges": "bytes"})


@router.get("/openapi.json")
def show_openapi(context: Context, _: NoParameters) -> Response:
    return send_openapi(context, OpenApiVersion.V3_1)


@router.get("/openapi-3.0.json")
def show_openapi_3_0(context: Context, _: NoParameters) -> Response:
    return send_openapi(context, OpenApiVersion.V3_0)


def send_openapi(context: RequestContext, version: OpenApiVersion) -> Response:
    documents: OpenApiDocuments = context.app.state.documents
    body = documents.render(version, context.base_url, context.language)
    return Response(body, media_type="application/json", headers=context.build_headers())


@router.get("/static/{path:path}")
def show_static(context: Context, path: str) -> Response:
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC.resolve()) or not file.is_file():
        shown = UNKNOWN_PATH.format(path=problem.shorten(context.path))
        raise problem.UnknownPath.from_error(
            problem.ParameterError("path", shown, ["/v1", "/docs"])
        )
    media_type = guess_type(file.name)[0] or "application/octet-stream"
    return send_content(file.read_bytes(), media_type, file)


def send_content(content: bytes, media_type: str, file: Path) -> Response:
    modified = formatdate(file.stat().st_mtime, usegmt=True)
    headers = {"Last-Modified": modified, "Accept-Ranges": "bytes"}
    return Response(content, media_type=media_type, headers=headers)
