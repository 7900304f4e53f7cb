"""Pages rendered from templates, with a content policy under which nothing loads from elsewhere."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import HTMLResponse

from app.db.columns import Record
from app.enums import Qualifier
from app.formats.citations import format_validity, quote_observation
from app.formats.dataset_info import DATA_LICENCE, TITLE, cite_dataset
from app.formats.registry import (
    CHART_FORMATS,
    CITATION_FORMATS,
    Format,
    list_distributions,
    list_table_formats,
)
from app.i18n import (
    QUALIFIER_FORMATS,
    Bilingual,
    Language,
    format_day,
    format_locator,
    format_release,
)
from app.pages.hits import KINDS, find_page
from app.problems.problem import Problem
from app.request import RequestContext

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
STRICT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""Allows files of this host only, and no inline scripts or styles."""
PNG_WIDTH = 1200
NUMBER_PATTERN = re.compile(r"[\d.,]+")


def render_page(
    context: RequestContext,
    name: str,
    *,
    status: int = 200,
    policy: str = STRICT_POLICY,
    **values: object,
) -> Response:
    """Render a template in the language of the request."""
    headers = {
        "Content-Security-Policy": policy,
        **context.build_headers(),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Referrer-Policy": "no-referrer",
    }
    content = load_templates().get_template(name).render(build_globals(context) | values)
    return HTMLResponse(content, status, headers)


def render_content(context: RequestContext, name: str, **values: Any) -> Response:
    """Render a page with what all of these pages show: release, citation, licence, downloads."""
    release, language = context.release.record, context.language
    downloads = [
        {"path": download.path, "title": download.title.get(language)}
        for download in list_distributions(has_file=context.release.database.is_file)
    ]
    return render_page(
        context,
        name,
        dataset=TITLE.get(language),
        release=release,
        citation=cite_dataset(release, context.base_url, language),
        data_licence=DATA_LICENCE.get(language),
        downloads=downloads,
        **values,
    )


def build_globals(context: RequestContext) -> Record:
    language, root, path = context.language, context.root_path, context.path
    query = [pair for pair in context.query.params if pair[0] != "lang"]

    def this_url(to: Language, only: Mapping[str, object] | None = None) -> str:
        pairs = query if only is None else drop_empty(only)
        return f"{path}?{urlencode([*pairs, ('lang', to)])}"

    def page_url(suffix: str, **parameters: object) -> str:
        return f"{root}{suffix}?{urlencode([*drop_empty(parameters), ('lang', language)])}"

    def api_url(suffix: str, **parameters: object) -> str:
        return page_url(f"/v1{suffix}", **parameters)

    return {
        "lang": language,
        "other_language": next(other for other in Language if other is not language),
        "root": root,
        "base": context.base_url,
        "path": path,
        "this_url": this_url,
        "page_url": page_url,
        "api_url": api_url,
        "hit_kind": lambda hit: KINDS[hit["kind"]].get(language),
        "hit_url": lambda hit: build_hit_url(page_url, hit),
        **build_file_links(api_url, language),
        "asset_url": lambda file: f"{root}/static/{file}?v={get_asset_version(file)}",
        "text": lambda en, zh: Bilingual(en, zh).get(language),
        "colon": Bilingual(": ", "：").get(language),
        "comma": Bilingual(", ", "，").get(language),
        "format_locator": lambda locator: format_locator(locator, language),
        "format_day": lambda day: format_day(day, language),
        "format_validity": lambda record: format_validity(record, language),
        "format_release": lambda code: format_release(code, language),
        "quote_observation": lambda figure, citation: quote_observation(figure, citation, language),
        "split_display": lambda figure: split_display(figure, language),
    }


def build_hit_url(page_url: Callable[..., str], hit: Record) -> str:
    path, query, fragment = find_page(hit["kind"], hit["code"])
    return f"{page_url(path, **query)}{fragment and '#'}{fragment}"


def build_file_links(api_url: Callable[..., str], language: Language) -> Record:
    def list_files(path: str, formats: Iterable[Format], **query: object) -> list[tuple[str, str]]:
        return [
            (format_.title.get(language), api_url(f"{path}.{format_.suffix}", **query))
            for format_ in formats
        ]

    def table_urls(path: str, **query: object) -> list[tuple[str, str]]:
        formats = list_table_formats(path.removeprefix("/"))
        return [*list_files(path, formats, **query), ("JSON", api_url(path, **query))]

    def chart_urls(path: str) -> list[tuple[str, str]]:
        png, *others = CHART_FORMATS
        return list_files(path, [png], width=PNG_WIDTH) + list_files(path, others)

    return {
        "table_urls": table_urls,
        "chart_urls": chart_urls,
        "citation_urls": lambda path: list_files(f"{path}/citation", CITATION_FORMATS),
    }


def drop_empty(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in parameters.items() if value is not None]


def split_display(figure: Mapping[str, Any], language: Language) -> tuple[str, str, str]:
    """Split the display text of a figure, so that a page can print its number large.

    Returns:
        The qualifier, the number and the unit. Joined, they are the display text.
    """
    display: str = figure["display"]
    before = QUALIFIER_FORMATS[Qualifier(figure["qualifier"])].get(language).partition("{")[0]
    rest = display.removeprefix(before)
    number = NUMBER_PATTERN.match(rest)
    end = number.end() if number else 0
    return display[: len(display) - len(rest)], rest[:end], rest[end:]


def split_fragments(checked: Record) -> list[Record]:
    """Split a text where findings begin and end; each part has the numbers of its findings."""
    findings = [one for item in checked["items"] for one in item["findings"]]
    text, ends = checked["text"], {0, len(checked["text"])}
    limits = sorted(ends | {one[limit] for one in findings for limit in ("start", "end")})
    return [
        {
            "text": text[start:end],
            "findings": [
                number
                for number, one in enumerate(findings, start=1)
                if one["start"] <= start and end <= one["end"]
            ],
        }
        for start, end in pairwise(limits)
    ]


def is_page_accepted(context: RequestContext) -> bool:
    """Return whether a problem is shown as a page: to browsers, but not below /v1 and /sdmx."""
    return not context.path.startswith(("/v1", "/sdmx")) and "text/html" in context.accept


def render_problem(context: RequestContext, problem: Problem) -> Response:
    errors = [error.to_item(context.language) for error in problem.errors]
    response = render_page(
        context, "problem.html", status=problem.status, problem=problem, errors=errors
    )
    response.headers.update({"Cache-Control": "no-store", **problem.headers})
    response.headers.add_vary_header("Accept")
    return response


@cache
def load_templates() -> "Environment":
    """Load the templates for the first page; a service that answers JSON never imports Jinja."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

    return Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def get_asset_version(file: str) -> str:
    """Hash a file, so that a browser never uses an older copy of it with a newer page."""
    return blake2b((STATIC / file).read_bytes(), digest_size=4).hexdigest()
