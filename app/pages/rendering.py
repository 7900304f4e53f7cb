"""Pages: templates filled in, under a policy by which a browser loads nothing from elsewhere."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from app.enums import Qualifier
from app.formats.registry import (
    CHART_FORMATS,
    CITATION_FORMATS,
    Format,
    list_table_formats,
)
from app.formatting import QUALIFIER_FORMATS, format_day, format_locator
from app.i18n import Bilingual, Language
from app.problems.problem import Problem
from app.request import build_language_headers, get_base_url, get_route_path, select_language

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
PNG_WIDTH = 1200
NUMBER_PATTERN = re.compile(r"[\d.,]+")


def render_page(
    request: Request, name: str, *, status: int = 200, policy: str = STRICT_POLICY, **values: object
) -> Response:
    """Render a page that loads nothing from another host."""
    language = select_language(request)
    headers = {
        "Content-Security-Policy": policy,
        **build_language_headers(request, language),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
    }
    content = load_templates().get_template(name).render(build_globals(request, language) | values)
    return HTMLResponse(content, status, headers)


def build_globals(request: Request, language: Language) -> dict[str, Any]:
    """Give what every template may use: the language, addresses, and words in both languages."""
    root, base, path = (
        request.scope.get("root_path", ""),
        get_base_url(request),
        get_route_path(request),
    )
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]

    def here(to: str, only: Mapping[str, object] | None = None) -> str:
        kept = query if only is None else [*keep_present(only)]
        return f"{path}?{urlencode([*kept, ('lang', to)])}"

    def api(suffix: str, **asked: object) -> str:
        return link(f"/v1{suffix}", **asked)

    def link(suffix: str, **asked: object) -> str:
        return f"{root}{suffix}?{urlencode([*keep_present(asked), ('lang', language)])}"

    return {
        "lang": language,
        "other": next(one for one in Language if one is not language),
        "root": root,
        "base": base,
        "path": path,
        "here": here,
        "api": api,
        "link": link,
        **build_file_links(api, language),
        "asset": lambda file: f"{root}/static/{file}?v={asset_version(file)}",
        "say": lambda en, zh: Bilingual(en, zh).get(language),
        "place": lambda locator: format_locator(locator, language),
        "day": lambda value: format_day(value, language),
        "parted": lambda figure: split_display(figure, language),
    }


def build_file_links(api: Callable[..., str], language: Language) -> dict[str, Any]:
    """Build the functions that list the files of a resource with their names."""

    def list_files(path: str, forms: Iterable[Format], **query: object) -> list[tuple[str, str]]:
        return [(form.title.get(language), api(f"{path}.{form.suffix}", **query)) for form in forms]

    def list_tables(path: str, **query: object) -> list[tuple[str, str]]:
        forms = list_table_formats(path.removeprefix("/"))
        return [*list_files(path, forms, **query), ("JSON", api(path, **query))]

    def list_charts(path: str) -> list[tuple[str, str]]:
        png, *others = CHART_FORMATS
        return list_files(path, [png], width=PNG_WIDTH) + list_files(path, others)

    return {
        "tables": list_tables,
        "charts": list_charts,
        "citations": lambda path: list_files(path, CITATION_FORMATS),
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


def accepts_html(request: Request) -> bool:
    """Tell whether a mistake is to be told by a page: to a browser that asks for one."""
    is_data = get_route_path(request).startswith(("/v1", "/sdmx"))
    return not is_data and "text/html" in request.headers.get("accept", "")


def render_problem(request: Request, problem: Problem) -> Response:
    """Tell a reader what went wrong, and what would be right."""
    faults = [mistake.to_item(select_language(request)) for mistake in problem.mistakes]
    answer = render_page(
        request, "problem.html", status=problem.status, problem=problem, faults=faults
    )
    answer.headers.update({"Cache-Control": "no-store", **problem.headers})
    answer.headers.add_vary_header("Accept")
    return answer


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
