"""Links of pages: each leads to something, fragments exist, and text announces JSON."""

from collections import Counter, deque
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from lxml import html
from starlette.testclient import TestClient

pytestmark = pytest.mark.database

BROWSER = {"Accept": "text/html"}
HOST = "http://testserver"
SAMPLE = 3
"""How many records of a collection are asked for at addresses of the same shape."""
NAMES_OF_JSON = ("JSON", "OpenAPI", "Vega-Lite")


class Answer(NamedTuple):
    """What an address answered with."""

    status: int
    kind: str
    page: html.HtmlElement | None
    ids: frozenset[str]


class Link(NamedTuple):
    """A link of a page to another address of the service."""

    source: str
    target: str
    fragment: str
    text: str
    is_code: bool


def fetch(client: TestClient, url: str) -> Answer:
    response = client.get(url, headers=BROWSER)
    kind = response.headers.get("content-type", "").partition(";")[0]
    if kind != "text/html":
        return Answer(response.status_code, kind, None, frozenset())
    page = html.fromstring(response.content)
    return Answer(
        response.status_code,
        kind,
        page,
        frozenset(one.get("id", "") for one in page.iter("*")),
    )


def list_links(source: str, page: html.HtmlElement) -> list[Link]:
    links = []
    for one in page.xpath("//a[@href]"):
        address, _, fragment = urljoin(HOST + source, one.get("href")).partition("#")
        if address.startswith(HOST + "/"):
            text = f"{one.text_content()} {one.get('aria-label', '')}"
            is_code = bool(one.xpath("ancestor-or-self::code | ancestor::pre | .//code"))
            links.append(Link(source, address[len(HOST) :], unquote(fragment), text, is_code))
    return links


def mask_key(path: str) -> str:
    """Write an address without the key of its record, with the format: /v1/series/*.csv."""
    parts = path.split("/")
    place = 3 if parts[1] == "v1" else 2
    if len(parts) > place:
        dot, suffix = parts[place].rpartition(".")[1:]
        parts[place] = f"*{dot}{suffix}" if dot and suffix.isalpha() and suffix.islower() else "*"
    return "/".join(parts)


def crawl(client: TestClient, language: str) -> tuple[dict[str, Answer], list[Link]]:
    """Follow the links from the first page in a language; a sample of records."""
    start = f"/?lang={language}"
    queue = deque([start])
    answers: dict[str, Answer] = {}
    links: list[Link] = []
    shapes: Counter[str] = Counter()
    while queue:
        url = queue.popleft()
        path = urlsplit(url).path
        shape = mask_key(path)
        if path in answers or shapes[shape] >= SAMPLE:
            continue
        shapes[shape] += 1
        answers[path] = answer = fetch(client, url)
        if answer.page is not None:
            found = list_links(url, answer.page)
            links += found
            queue += [one.target for one in found]
    return answers, links


def is_announced(link: Link) -> bool:
    """Tell whether the text says that JSON follows, or is the request itself."""
    text = link.text.strip()
    return link.is_code or text.startswith("/") or any(one in text for one in NAMES_OF_JSON)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_links_of_pages_lead_somewhere(client: TestClient, language: str) -> None:
    answers, links = crawl(client, language)
    assert len(links) > 1000
    wrong: set[tuple[str, str, int | str]] = set()
    for one in links:
        answer = answers.get(urlsplit(one.target).path)
        if answer is None:
            continue
        if answer.status != 200:
            wrong.add((urlsplit(one.source).path, one.target, answer.status))
        elif one.fragment and answer.page is not None and one.fragment not in answer.ids:
            wrong.add((urlsplit(one.source).path, one.target, f"no #{one.fragment}"))
        elif answer.kind.endswith("json") and not is_announced(one):
            wrong.add((urlsplit(one.source).path, one.target, f"JSON: {one.text.strip()}"))
    assert wrong == set()
