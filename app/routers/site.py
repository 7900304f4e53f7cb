"""The documentation, and the explanation of each kind of problem."""

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

READABLE = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; worker-src blob:; "
    f"{PAGE_POLICY}"
)
"""What the viewer to read in needs: it writes styles into the page, and searches in a worker."""


@router.get("/docs")
def show_docs(read: Context) -> Response:
    """Show the documentation in which operations can be tried out."""
    return render_page(read, "docs.html")


@router.get("/reference")
def show_reference(read: Context) -> Response:
    """Show the documentation to read."""
    return render_page(read, "reference.html", policy=READABLE)


@router.get("/problems")
def list_problems(read: Context) -> Response:
    """Explain every kind of problem."""
    return render_page(read, "problems.html", kinds=problem.PROBLEM_TYPES)


@router.get("/problems/{code}")
def show_problem(read: Context, code: str) -> Response:
    """Explain one kind of problem."""
    kinds = [kind for kind in problem.PROBLEM_TYPES if kind.code == code]
    if not kinds:
        raise problem.UnknownRecord("code", code, [kind.code for kind in problem.PROBLEM_TYPES])
    return render_page(read, "problems.html", kinds=kinds)


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Give the icon that browsers ask for beside every page and every JSON answer."""
    icon = (STATIC / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Accept-Ranges": "bytes"})


@router.get("/openapi.json")
async def show_openapi(read: Context) -> Response:
    """Give the OpenAPI document, with examples answered by this very release."""
    body = await document.build_served_document(read.app, read.base_url)
    return Response(body, media_type="application/json")


@router.get("/static/vendor/{name}")
def show_vendored(name: str) -> Response:
    """Give a file of the documentation viewers from our own host."""
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
    """Read a viewer's file, without the one picture that it would load from another host."""
    package = find_spec("fastapi_offline")
    assert package is not None  # noqa: S101
    assert package.origin is not None  # noqa: S101
    file = Path(package.origin).parent / "static" / name
    return file.read_bytes().replace(EXTERNAL_LOGO, EMPTY_IMAGE), file.stat().st_mtime
