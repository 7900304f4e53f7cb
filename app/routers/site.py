"""The pages: welcome, documentation, and the explanation of each kind of problem."""

from email.utils import formatdate
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from app import openapi, problems
from app.context import BEFORE_VALIDATION, Read, base_url, language_headers, spoken
from app.formats.feeds import title
from app.formats.recipes import RECIPES
from app.queries import changes
from app.queries.release import overview
from app.queries.series import MOST_DRAWN, drawn
from app.text import Words

if TYPE_CHECKING:
    from jinja2 import Environment

router = APIRouter(include_in_schema=False)

HERE = Path(__file__).parent.parent
VENDORED = {
    "redoc.standalone.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}
FOREIGN_LOGO = b"https://cdn.redoc.ly/redoc/logo-mini.svg"
EMPTY_PICTURE = b"data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "worker-src 'self' blob:; frame-ancestors 'none'; base-uri 'self'; form-action 'self'"
)


def page(request: Request, name: str, **values: object) -> Response:
    """Render a page that loads nothing from another host."""
    language = spoken(request)
    headers = {
        "Content-Security-Policy": POLICY,
        **language_headers(request, language),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
    }
    context = {"lang": language, "root": request.scope.get("root_path", ""), **values}
    content = templates().get_template(name).render(context)
    return HTMLResponse(content, headers=headers)


@cache
def templates() -> "Environment":
    """Load the templates with the first page; a service that answers JSON needs none."""
    from jinja2 import Environment, FileSystemLoader  # noqa: PLC0415

    return Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True)


@router.get("/", dependencies=BEFORE_VALIDATION)
def show_welcome(request: Request, read: Read) -> Response:
    """Welcome a browser with two figures and the way on."""
    indicators = read.read(overview)["indicators"]
    shown = [one for one in indicators if one["headline"]][:2]
    return page(request, "welcome.html", indicators=shown)


@router.get("/years", dependencies=BEFORE_VALIDATION)
def show_years(request: Request, read: Read) -> Response:
    """Show every series with its years, side by side only where they compare."""
    found = read.read(drawn)
    drawable = [one for one in found if one["points"]]
    releases = [
        one | {"title": title(one, read.language)} for one in read.read(changes.told_releases)
    ]
    more = len(found) == MOST_DRAWN
    return page(request, "years.html", series=drawable, releases=releases, more=more)


@router.get("/recipes", dependencies=BEFORE_VALIDATION)
def show_recipes(request: Request, read: Read) -> Response:
    """Show how to take the data into other programs."""
    shown = [
        {"file": one.file, "name": one.name, "how": one.how.to(read.language)}
        | {"text": one.text(read.base)}
        for one in RECIPES
    ]
    return page(request, "recipes.html", recipes=shown)


@router.get("/docs")
def show_docs(request: Request) -> Response:
    """Show the documentation in which operations can be tried out."""
    return page(request, "docs.html")


@router.get("/reference")
def show_reference(request: Request) -> Response:
    """Show the documentation to read."""
    return page(request, "reference.html")


@router.get("/problems")
def list_problems(request: Request) -> Response:
    """Explain every kind of problem."""
    return page(request, "problems.html", kinds=problems.KINDS)


@router.get("/problems/{code}")
def show_problem(request: Request, code: str) -> Response:
    """Explain one kind of problem."""
    kinds = [kind for kind in problems.KINDS if kind.code == code]
    if not kinds:
        raise problems.UnknownRecord("code", code, [kind.code for kind in problems.KINDS])
    return page(request, "problems.html", kinds=kinds)


@router.get("/favicon.ico")
def show_icon() -> Response:
    """Give the icon that browsers ask for beside every page and every JSON answer."""
    icon = (HERE / "static" / "icon.svg").read_bytes()
    return Response(icon, media_type="image/svg+xml", headers={"Accept-Ranges": "bytes"})


@router.get("/openapi.json")
async def show_openapi(request: Request) -> Response:
    """Give the OpenAPI document, with examples answered by this very release."""
    document = await openapi.served(request.app, base_url(request))
    return Response(document, media_type="application/json")


@router.get("/static/vendor/{name}")
def show_vendored(name: str) -> Response:
    """Give a file of the documentation viewers from our own host."""
    if name not in VENDORED:
        raise problems.UnknownPath(
            Words("There is no such file", "没有该文件"),
        )
    content, modified = vendored(name)
    headers = {"Last-Modified": formatdate(modified, usegmt=True), "Accept-Ranges": "bytes"}
    return Response(content, media_type=VENDORED[name], headers=headers)


def vendored(name: str) -> tuple[bytes, float]:
    """Read a viewer's file, without the one picture that it would load from another host."""
    package = find_spec("fastapi_offline")
    assert package is not None  # noqa: S101
    assert package.origin is not None  # noqa: S101
    file = Path(package.origin).parent / "static" / name
    return file.read_bytes().replace(FOREIGN_LOGO, EMPTY_PICTURE), file.stat().st_mtime
