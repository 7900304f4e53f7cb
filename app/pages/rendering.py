"""Pages: templates filled in, under a policy by which a browser loads nothing from elsewhere."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import HTMLResponse

from app.enums import Qualifier
from app.formatting import QUALIFIER_FORMATS, format_day, format_locator
from app.i18n import Bilingual, Language
from app.problems.problem import Problem
from app.request import RequestContext

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
PAGE_POLICY = (
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
STRICT_POLICY = f"default-src 'none'; style-src 'self'; script-src 'self'; {PAGE_POLICY}"
"""What a page may load and run: files of this host, and nothing that stands in the page itself."""
TABLES = {"CSV": ".csv", "Excel": ".xlsx", "Parquet": ".parquet", "JSON": ""}
CUBES = {"JSON-stat": ".jsonstat"}
PICTURES: dict[str, tuple[str, dict[str, int]]] = {
    "PNG": (".png", {"width": 1200}),
    "SVG": (".svg", {}),
    "Vega-Lite": (".vl.json", {}),
}
"""The files beside each thing: their names, the ends of their addresses, and how they look."""
NUMBER_PATTERN = re.compile(r"[\d.,]+")


def render_page(
    read: RequestContext,
    name: str,
    *,
    status: int = 200,
    policy: str = STRICT_POLICY,
    **values: object,
) -> Response:
    """Render a page that loads nothing from another host."""
    headers = {
        "Content-Security-Policy": policy,
        **read.language_headers(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
    }
    content = load_templates().get_template(name).render(build_globals(read) | values)
    return HTMLResponse(content, status, headers)


def build_globals(read: RequestContext) -> dict[str, Any]:
    """Return what every template may use: the language, addresses, and texts in both languages."""
    language, root, path = read.language, read.root_path, read.path
    query = [pair for pair in read.query_params if pair[0] != "lang"]

    def here(to: str, only: Mapping[str, object] | None = None) -> str:
        kept = query if only is None else [*keep_present(only)]
        return f"{path}?{urlencode([*kept, ('lang', to)])}"

    def api(suffix: str, **asked: object) -> str:
        return link(f"/v1{suffix}", **asked)

    def link(suffix: str, **asked: object) -> str:
        return f"{root}{suffix}?{urlencode([*keep_present(asked), ('lang', language)])}"

    def tables(suffix: str, **asked: object) -> list[tuple[str, str]]:
        names = TABLES | (CUBES if suffix == "/observations" else {})
        return [(name, api(suffix + ending, **asked)) for name, ending in names.items()]

    def pictures(suffix: str) -> list[tuple[str, str]]:
        return [(name, api(suffix + end, **look)) for name, (end, look) in PICTURES.items()]

    return {
        "lang": language,
        "other": next(one for one in Language if one is not language),
        "root": root,
        "base": read.base_url,
        "path": path,
        "here": here,
        "api": api,
        "link": link,
        "tables": tables,
        "pictures": pictures,
        "asset": lambda file: f"{root}/static/{file}?v={asset_version(file)}",
        "say": lambda en, zh: Bilingual(en, zh).get(language),
        "place": lambda locator: format_locator(locator, language),
        "day": lambda value: format_day(value, language),
        "parted": lambda figure: split_display(figure, language),
    }


def keep_present(asked: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Give the parameters that have a value, as they stand in a query."""
    for name, value in asked.items():
        if value is not None:
            yield name, str(value)


def split_display(figure: Mapping[str, Any], language: Language) -> tuple[str, str, str]:
    """Part the display text of a figure, so that its number can be printed large.

    Returns:
        What limits the number, the number, and its unit; together they are the display text.
    """
    display: str = figure["display"]
    before = QUALIFIER_FORMATS[Qualifier(figure["qualifier"])].get(language).partition("{")[0]
    rest = display.removeprefix(before)
    number = NUMBER_PATTERN.match(rest)
    end = number.end() if number else 0
    return display[: len(display) - len(rest)], rest[:end], rest[end:]


def accepts_page(read: RequestContext) -> bool:
    """Return whether a problem is shown as a page: to browsers, but not below /v1 and /sdmx."""
    return not read.path.startswith(("/v1", "/sdmx")) and "text/html" in read.accept


def render_problem(read: RequestContext, problem: Problem) -> Response:
    """Render the page about a problem."""
    errors = [error.to_item(read.language) for error in problem.errors]
    response = render_page(
        read, "problem.html", status=problem.status, problem=problem, faults=errors
    )
    response.headers.update({"Cache-Control": "no-store", **problem.headers})
    response.headers.add_vary_header("Accept")
    return response


@cache
def load_templates() -> "Environment":
    """Load the templates with the first page; a service that answers JSON needs none."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def asset_version(file: str) -> str:
    """Name the state of a file, so that a browser never mixes it with pages of another state."""
    return blake2b((STATIC / file).read_bytes(), digest_size=4).hexdigest()
