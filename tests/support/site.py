"""The pages of the service, found from the first page by their links."""

from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

import httpx2
from lxml import html

from app.application import App
from app.i18n import Language
from app.problems.problem import UnknownPath
from tests.support.client import AppClient

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
FILES = ("/v1", "/sdmx", "/openapi")
"""The paths of the API and its files, to which pages link besides pages."""
MAX_FILES = 1
"""How many files of a kind are requested in a language."""
MAX_QUERIES = 2
"""How many pages of a route with the same names in their queries are visited in a language."""


class Link(NamedTuple):
    """A link on a page."""

    page: str
    url: str
    """The address it leads to, without its fragment; empty on the same page."""
    fragment: str
    text: str
    is_code: bool
    """Whether a reader sees the address itself, as a request."""


@dataclass
class Site:
    """What the pages of the service contain."""

    pages: dict[str, str] = field(default_factory=dict)
    """The text of each page by its address."""
    trees: dict[str, Any] = field(default_factory=dict)
    routes: dict[str, str] = field(default_factory=dict)
    """The path of the route of each page, with its parameters by name."""
    files: dict[str, str] = field(default_factory=dict)
    """The media type of each other address, or of another one of its kind."""
    statuses: dict[str, int] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)


def localize_url(path: str, language: str) -> str:
    """Write the address of a page in a language."""
    return f"{path}{'&' if '?' in path else '?'}lang={language}"


def read_page(client: AppClient, url: str, status: int = 200) -> Any:
    """Read a page as a browser does."""
    response = client.get(url, headers=BROWSER)
    assert response.status_code == status, url
    assert response.headers["content-type"].startswith("text/html")
    return html.fromstring(response.text)


def read_links(page: str, tree: Any) -> Iterator[Link]:
    """Yield the links within the service."""
    for element in tree.iter("a"):
        url, _, fragment = element.get("href", "").partition("#")
        if url.startswith("/") or (not url and fragment):
            is_code = bool(element.xpath("ancestor-or-self::code | .//code"))
            yield Link(page, url, unquote(fragment), element.text_content().strip(), is_code)


def name_kind(app: App, url: str) -> tuple[str, ...]:
    """Return the route of an address, its language, and the other names in its query."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    try:
        route = app.request_router.match(parts.path)[0].path
    except UnknownPath:
        route = parts.path
    return (route, query.get("lang", ""), *sorted(set(query) - {"lang"}))


def visit_pages(
    client: httpx2.Client,
    app: App,
    max_pages: int,
    languages: Sequence[str] = tuple(Language),
    *,
    has_files: bool = True,
) -> Site:
    """Visit pages from the first one, at most a number of each kind in each language.

    A kind is a route and the names in the query. Of addresses with a query few are visited, as
    they combine freely. Files and the API, to which pages link too, can be left out.
    """
    site = Site()
    visited: Counter[tuple[str, ...]] = Counter()
    media_types: dict[tuple[str, ...], str] = {}
    pending = deque(f"/?lang={language}" for language in languages)
    queued = set(pending)
    while pending:
        url = pending.popleft()
        kind = name_kind(app, url)
        if kind[1] not in {"", *languages}:
            continue
        visited[kind] += 1
        most = min(MAX_QUERIES, max_pages) if len(kind) > 2 else max_pages
        if visited[kind] > (MAX_FILES if url.startswith(FILES) else most):
            if kind in media_types:
                site.files[url] = media_types[kind]
            continue
        response = client.get(url, headers=BROWSER)
        site.statuses[url] = response.status_code
        media_type = response.headers["content-type"].partition(";")[0]
        if media_type != "text/html":
            site.files[url] = media_types[kind] = media_type
            continue
        site.pages[url], site.routes[url] = response.text, kind[0]
        site.trees[url] = html.fromstring(response.text)
        found = list(read_links(url, site.trees[url]))
        site.links += found
        for link in found:
            is_wanted = has_files or not link.url.startswith(FILES)
            if link.url and link.url not in queued and is_wanted:
                queued.add(link.url)
                pending.append(link.url)
    return site
