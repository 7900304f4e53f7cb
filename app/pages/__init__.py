"""Pages rendered from templates, with a content policy under which nothing loads from elsewhere."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache, partial
from html import escape
from importlib.util import cache_from_source
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Response
from fastapi.responses import HTMLResponse

from app.db.columns import Record
from app.enums import ContradictionCause, Qualifier
from app.formats import citations, registry
from app.formats.dataset_info import DATA_LICENCE, TITLE, cite_dataset
from app.i18n import (
    QUALIFIER_FORMATS,
    Bilingual,
    Language,
    format_day,
    format_locator,
    format_release,
)
from app.negotiation import PathKind, parse_accept
from app.pages.addresses import SEARCH_KINDS, PageAddress, find_page, find_passage
from app.pages.assets import compute_integrity, get_asset_version
from app.parameters import PIN, CitationStyle
from app.problems.problem import Problem
from app.request import RequestContext

if TYPE_CHECKING:
    from jinja2 import BytecodeCache, Environment
    from jinja2.bccache import Bucket
    from jinja2.runtime import Context

FOLDER = Path(__file__).parent
STRICT_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""Allows files of this host only, and no inline scripts or styles."""
EMBED_POLICY = STRICT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors *")
"""Allows other sites to show a page in a frame."""
ELEMENT_SCRIPT = "bri-figure-1.0.0.js"
"""The script of the custom element. It never changes, since other sites state its digest: a changed
script is a new file, and earlier ones stay."""
PAPER = {"light": "#ffffff", "dark": "#10171e"}
"""The background of pages by theme, as in site.css."""
REFERENCE_LABELS = {CitationStyle.APA: "APA", CitationStyle.GB_T_7714: "GB/T 7714"}
ACCESS_MARK = "\N{REPLACEMENT CHARACTER}"
"""Stands for the day of access in a reference."""
CARD = {"aspect": "card"}
"""The parameters of charts as images for links that are shared."""
CARD_SIZE = (1200, 630)
"""The width and the height of these images."""
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
    contexts: list[Context] = []
    template = load_templates().get_template(name)
    content = template.render(build_globals(context) | values | {"contexts": contexts})
    # Macros and contexts refer to each other: otherwise all values would be left as garbage.
    for used in contexts:
        used.vars.clear()
        used.parent.clear()
    return HTMLResponse(content, status, headers)


def render_content(context: RequestContext, name: str, **values: Any) -> Response:
    """Render a page with what all of these pages show: release, citation, licence, downloads."""
    release, language = context.release.record, context.language
    downloads = [
        {"path": download.path, "title": download.title.get(language)}
        for download in registry.list_distributions(has_file=context.release.database.is_file)
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
    if context.pinned_release is not None:
        query.append((PIN, context.pinned_release))

    def this_url(to: Language, only: Mapping[str, object] | None = None) -> str:
        pairs = query if only is None else drop_empty(only)
        return f"{path}?{urlencode([*pairs, ('lang', to)])}"

    def page_url(suffix: str, **parameters: object) -> str:
        # Most links have no parameters, and a page has hundreds of links.
        query = f"{urlencode(drop_empty(parameters))}&".lstrip("&") if parameters else ""
        return f"{root}{suffix}?{query}lang={language}"

    def page_address(suffix: str, **parameters: object) -> str:
        return context.base_url + page_url(suffix, **parameters).removeprefix(root)

    # On a page of a pinned release, links to data are pinned too; lists of changes filter by it.
    pin = {PIN: context.pinned_release}

    def api_url(suffix: str, **parameters: object) -> str:
        kept = {} if suffix.startswith("/changes") else pin
        return page_url(f"/v1{suffix}", **parameters, **kept)

    return {
        "lang": language,
        "other_language": next(other for other in Language if other is not language),
        "root": root,
        "contact": context.app.state.contact,
        "base": context.base_url,
        "path": path,
        "this_url": this_url,
        "page_url": page_url,
        "page_address": page_address,
        "api_url": api_url,
        **build_record_links(page_url),
        **build_file_links(api_url, language),
        "asset_url": lambda file: f"{root}/static/{file}?v={get_asset_version(file)}",
        "card_url": lambda path, **query: build_card_url(path, language, **query, **pin),
        "card_size": CARD_SIZE,
        "build_script": partial(build_script, context),
        "build_element": partial(build_element, language=language),
        "build_frame": build_frame,
        "list_references": partial(list_references, context),
        "paper": PAPER,
        **build_wording(language),
    }


def build_wording(language: Language) -> Record:
    """Build what templates put into words."""
    return {
        "text": lambda en, zh: Bilingual(en, zh).get(language),
        "hit_kind": lambda hit: SEARCH_KINDS[hit["kind"]].get(language),
        "colon": language.colon,
        "comma": language.comma,
        **{one.__name__: partial(one, language=language) for one in WORDINGS},
    }


def build_card_url(path: str, language: Language, **query: object) -> str:
    """Build the path and the query of the image for a link that is shared, from that of a chart."""
    return f"{path}?{urlencode([*drop_empty(query), *CARD.items(), ('lang', language)])}"


def build_record_links(page_url: Callable[..., str]) -> Record:
    def build_link(address: PageAddress) -> str:
        path, query, fragment = address
        return f"{page_url(path, **query)}{fragment and '#'}{fragment}"

    return {
        "record_path": lambda kind, code: find_page(kind, code).path,
        "record_url": lambda kind, code: build_link(find_page(kind, code)),
        "passage_url": lambda source, locator="": build_link(find_passage(source, locator)),
    }


def build_file_links(api_url: Callable[..., str], language: Language) -> Record:
    def list_files(
        path: str, formats: Iterable[registry.Format], **query: object
    ) -> list[tuple[str, str]]:
        return [
            (format_.title.get(language), api_url(f"{path}.{format_.suffix}", **query))
            for format_ in formats
        ]

    def table_urls(path: str, **query: object) -> list[tuple[str, str]]:
        formats = registry.list_table_formats(path.removeprefix("/"))
        if "vintages" in query:
            formats.remove(registry.JSON_STAT)  # A cube holds one figure per series and period.
        return [*list_files(path, formats, **query), ("JSON", api_url(path, **query))]

    def chart_urls(path: str) -> list[tuple[str, str]]:
        png, *others = registry.CHART_FORMATS
        return list_files(path, [png], width=PNG_WIDTH) + list_files(path, others)

    def citation_urls(path: str, **query: object) -> list[tuple[str, str]]:
        *others, form = registry.CITATION_FORMATS
        text = f"{path}/citation.{form.suffix}"
        references = [
            (label, api_url(text, style=None if style is CitationStyle.APA else style, **query))
            for style, label in REFERENCE_LABELS.items()
        ]
        return list_files(f"{path}/citation", others, **query) + references

    return {"table_urls": table_urls, "chart_urls": chart_urls, "citation_urls": citation_urls}


def drop_empty(parameters: Mapping[str, object]) -> list[tuple[str, str]]:
    """List the parameters that have a value; one with a list of values is repeated."""
    return [
        (name, str(one))
        for name, value in parameters.items()
        for one in (value if isinstance(value, list | tuple) else [value])
        if one is not None
    ]


def split_display(figure: Mapping[str, Any], language: Language) -> tuple[str, str, str]:
    """Split the display text of a figure into its qualifier, its number and its unit."""
    display: str = figure["display"]
    before = QUALIFIER_FORMATS[Qualifier(figure["qualifier"])].get(language).partition("{")[0]
    rest = display.removeprefix(before)
    number = NUMBER_PATTERN.match(rest)
    end = number.end() if number else 0
    return display[: len(display) - len(rest)], rest[:end], rest[end:]


DIFFERENCES = {
    ContradictionCause.ROUNDING: Bilingual(
        "Also published with other rounding", "另有舍入位数不同的公布数据"
    ),
    ContradictionCause.QUALIFIER: Bilingual(
        "Also published with another qualifier", "另有限定词不同的公布数据"
    ),
}
DIFFERENCE = Bilingual("Figures that do not agree", "存在差异的公布数据")


def label_contradiction(contradiction: Record, language: Language) -> str:
    """Say whether published numbers differ only in rounding or qualifier, or do not agree."""
    return DIFFERENCES.get(contradiction["cause"], DIFFERENCE).get(language)


WORDINGS: tuple[Callable[..., object], ...] = (
    *(format_day, format_locator, format_release, citations.format_validity, split_display),
    label_contradiction,
    *(citations.quote_fitting, citations.quote_observation, citations.summarize_observation),
)
"""The functions that templates call by their names, without the language."""


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
    # A problem is never cached, so that it may depend on a header which is not part of the key.
    accept = context.headers.get(b"accept", b"")
    accepts_html = any(one.value == "text/html" for one in parse_accept(accept.decode("latin-1")))
    return context.kind not in {PathKind.DATA, PathKind.SDMX} and accepts_html


def render_problem(context: RequestContext, problem: Problem) -> Response:
    errors = [error.to_item(context.language) for error in problem.errors]
    is_embed = context.kind is PathKind.EMBED
    response = render_page(
        context,
        "embed_problem.html" if is_embed else "problem.html",
        status=problem.status,
        policy=EMBED_POLICY if is_embed else STRICT_POLICY,
        problem=problem,
        errors=errors,
    )
    response.headers.update({"Cache-Control": "no-store", **problem.headers})
    response.headers.add_vary_header("Accept")
    return response


@cache
def load_templates() -> "Environment":
    """Load the templates for the first page; a service that answers JSON never imports Jinja."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from jinja2.runtime import Context

    class PageContext(Context):
        """The context of a page, or of a template that it imports, which is added to a list."""

        def __init__(
            self,
            environment: Environment,
            parent: Record,
            name: str,
            blocks: Record,
            **more: Record,
        ) -> None:
            super().__init__(environment, parent, name, blocks, **more)
            parent["contexts"].append(self)

    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        bytecode_cache=create_template_cache(),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.context_class = PageContext
    environment.globals["join_fitting"] = citations.join_fitting
    environment.filters["shorten"] = citations.shorten_text
    return environment


def create_template_cache() -> "BytecodeCache":
    """Create the cache of compiled templates, which are written where Python writes modules.

    Where it may not write, the first page takes a quarter of a second longer.
    """
    from jinja2 import FileSystemBytecodeCache

    class TemplateCache(FileSystemBytecodeCache):
        def load_bytecode(self, bucket: "Bucket") -> None:
            with suppress(OSError):
                super().load_bytecode(bucket)

        def dump_bytecode(self, bucket: "Bucket") -> None:
            if not sys.dont_write_bytecode:
                with suppress(OSError):
                    folder.mkdir(parents=True, exist_ok=True)
                    super().dump_bytecode(bucket)

    folder = Path(cache_from_source(__file__)).parent
    return TemplateCache(str(folder))


def build_frame(url: str, title: str, width: str, height: int) -> str:
    """Build the HTML element that shows an embed on another site."""
    return (
        f'<iframe src="{escape(url)}" title="{escape(title)}" width="{width}" height="{height}" '
        'loading="lazy" style="border:0;max-width:100%"></iframe>'
    )


def build_script(context: RequestContext) -> str:
    """Build the HTML that loads the script of embeds on another site."""
    url = escape(f"{context.base_url}/static/{ELEMENT_SCRIPT}")
    integrity = compute_integrity(ELEMENT_SCRIPT)
    return f'<script src="{url}" integrity="{integrity}" crossorigin="anonymous" async></script>'


def build_element(code: str, url: str, name: str, language: Language) -> str:
    """Build the HTML that shows the figure of an indicator or a series on another site as text."""
    fallback = f'<a href="{escape(url)}">{escape(name, quote=False)}</a>'
    return f'<bri-figure code="{escape(code)}" lang="{language}">{fallback}</bri-figure>'


def list_references(
    context: RequestContext, path: str, title: str, **query: object
) -> list[Record]:
    """List the references to the page of a record, one for each style.

    Returns:
        For each the text before and after the day of access, which the browser fills in: a cached
        page would name the day on which it was rendered.
    """
    release, language = context.release.record, context.language
    item = citations.cite_record(path, title, release, context.base_url, language, **query)
    references = []
    for style, label in REFERENCE_LABELS.items():
        text = citations.format_dataset_reference(item, style, language, ACCESS_MARK)
        before, _, after = text.partition(ACCESS_MARK)
        references.append({"style": style, "label": label, "before": before, "after": after})
    return references
