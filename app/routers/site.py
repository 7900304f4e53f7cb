"""The API console, the API reference, the OpenAPI document, and the problem types."""

from email.utils import formatdate
from importlib.util import find_spec
from mimetypes import guess_type
from pathlib import Path

from fastapi import APIRouter, Response

from app.openapi import document
from app.pages.rendering import PAGE_POLICY, STATIC, render_page
from app.problems import problem
from app.problems.messages import UNKNOWN_FILE, UNKNOWN_PATH
from app.request import Context

router = APIRouter(include_in_schema=False)

VENDORED_FILES = {
    "redoc.standalone.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
EXTERNAL_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
EMPTY_IMAGE = b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

REFERENCE_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src blob:; "
    f"{PAGE_POLICY}"
)
"""Redoc writes styles into the page, and searches in a worker."""


@router.get("/docs")
def show_docs(read: Context) -> Response:
    """Show the console, in which operations can be tried out."""
    return render_page(read, "docs.html")


@router.get("/reference")
def show_reference(read: Context) -> Response:
    """Show the reference."""
    return render_page(read, "reference.html", policy=REFERENCE_POLICY)


@router.get("/problems")
def list_problems(read: Context) -> Response:
    """Explain all problem types."""
    return render_page(read, "problems.html", types=problem.PROBLEM_TYPES)


@router.get("/problems/{code}")
def show_problem(read: Context, code: str) -> Response:
    """Explain one problem type."""
    types = [type_ for type_ in problem.PROBLEM_TYPES if type_.code == code]
    if not types:
        raise problem.UnknownRecord("code", code, [type_.code for type_ in problem.PROBLEM_TYPES])
    return render_page(read, "problems.html", types=types)


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Return the icon, which browsers request for every page and every JSON response."""
    icon = (STATIC / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Accept-Ranges": "bytes"})


@router.get("/openapi.json")
async def show_openapi(read: Context) -> Response:
    """Return the OpenAPI document, with examples from the release that is served."""
    body = await document.build_served_document(read.app, read.base_url)
    return Response(body, media_type="application/json")


@router.get("/static/vendor/{name}")
def show_vendored(name: str) -> Response:
    """Return a file of Swagger UI or Redoc, so that nothing loads from another host."""
    if name not in VENDORED_FILES:
        raise problem.UnknownPath(UNKNOWN_FILE)
    content, modified = read_vendored(name)
    headers = {"Last-Modified": formatdate(modified, usegmt=True), "Accept-Ranges": "bytes"}
    return Response(content, media_type=VENDORED_FILES[name], headers=headers)


@router.get("/static/{path:path}")
def show_static(read: Context, path: str) -> Response:
    """Send a file that the pages use.

    Raises:
        UnknownPath: if there is no such file.
    """
    file = (STATIC / path).resolve()
    if not file.is_relative_to(STATIC.resolve()) or not file.is_file():
        shown = UNKNOWN_PATH.format(path=problem.shorten(read.path))
        error = problem.ParameterError("path", shown, ["/v1", "/docs"])
        raise problem.UnknownPath(shown, [error])
    headers = {
        "Last-Modified": formatdate(file.stat().st_mtime, usegmt=True),
        "Accept-Ranges": "bytes",
    }
    media_type = guess_type(file.name)[0] or "application/octet-stream"
    return Response(file.read_bytes(), media_type=media_type, headers=headers)


def read_vendored(name: str) -> tuple[bytes, float]:
    """Read a file without the logo that it would load from another host."""
    package = find_spec("fastapi_offline")
    assert package is not None  # noqa: S101
    assert package.origin is not None  # noqa: S101
    file = Path(package.origin).parent / "static" / name
    return file.read_bytes().replace(EXTERNAL_LOGO, EMPTY_IMAGE), file.stat().st_mtime
