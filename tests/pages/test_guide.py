"""The guide as it is served: pages in both languages, links, anchors and examples."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html
from mdurl import _decode, _encode

from app.enums import Obstacle
from app.http import limits
from app.i18n import Language
from app.pages.content import GUIDE_FOLDER, PAGE_NAMES
from app.pages.markdown import render_guide_page
from app.queries.obstacles import OTHER_UNIT_TOLERANCE
from app.schemas import LOCAL_ADDRESS
from app.server import PROXY_KEEP_ALIVE, timeouts
from tests.pages.test_pages import PAGES
from tests.routers.test_discovery import HOST
from tests.support.client import AppClient
from tests.support.site import read_page

LANGUAGES = ("en", "zh")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"^#{2,} (.+)$", re.MULTILINE)
EVERY_PAGE = [
    pytest.param(name, language, id=f"{name}-{language}")
    for name in PAGE_NAMES
    for language in LANGUAGES
]


def read_markdown(name: str, language: str) -> str:
    """Read the Markdown of a page."""
    return (GUIDE_FOLDER / language / f"{name}.md").read_text("utf-8")


def test_pages_can_be_rendered_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each attempt begins with the empty tables of a new process."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    text = "# Title\n\nLead.\n\n[link](https://data.example/é)\n"
    try:
        with ThreadPoolExecutor(8) as threads:
            for _ in range(50):
                monkeypatch.setattr(_encode, "encode_cache", {})
                monkeypatch.setattr(_decode, "decode_cache", {})
                pages = [
                    threads.submit(render_guide_page, text, Language.ENGLISH, "") for _ in range(8)
                ]
                assert len({page.result().body for page in pages}) == 1
    finally:
        sys.setswitchinterval(before)


def test_every_file_of_the_guide_is_a_page() -> None:
    for language in LANGUAGES:
        assert {path.stem for path in (GUIDE_FOLDER / language).iterdir()} == set(PAGE_NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_contents_list_every_page_in_order(client: AppClient, language: str) -> None:
    page = read_page(client, f"/guide?lang={language}")
    links = page.xpath("//ol[@class='contents']//a")
    assert [link.get("href") for link in links] == [
        f"/guide/{name}?lang={language}" for name in PAGE_NAMES
    ]
    assert [f"# {link.text}" for link in links] == [
        read_markdown(name, language).partition("\n")[0] for name in PAGE_NAMES
    ]
    summaries = [summary.text for summary in page.xpath("//ol[@class='contents']//p")]
    assert all(len(summary) > 20 for summary in summaries)
    assert not any(mark in "".join(summaries) for mark in "`[")


@pytest.mark.parametrize(("name", "language"), EVERY_PAGE)
def test_a_page_is_complete(client: AppClient, name: str, language: str) -> None:
    text = read_markdown(name, language)
    response = client.get(f"/guide/{name}?lang={language}")
    assert response.headers["content-language"] == language
    page: Any = html.fromstring(response.text)
    (title,) = page.xpath("//main//h1")
    assert f"# {title.text}" == text.partition("\n")[0]
    headings = [
        heading.text_content() for heading in page.xpath("//article/*[self::h2 or self::h3]")
    ]
    assert headings == HEADING.findall(FENCE.sub("", text))
    shown = [code.text_content() for code in page.xpath("//article//pre/code")]
    assert shown == [
        body.replace(f"{LOCAL_ADDRESS}/", f"{HOST}/").rstrip() for _, body in FENCE.findall(text)
    ]
    rows = [line for line in FENCE.sub("", text).splitlines() if line.startswith("|")]
    separators = [row for row in rows if set(row) <= set("|-: ")]
    assert len(page.xpath("//table")) == len(separators)
    assert len(page.xpath("//tr")) == len(rows) - len(separators)
    copied = page.xpath("//article//copy-text/@data-text")
    commands = [body for kind, body in FENCE.findall(text) if kind != "json"]
    assert len(copied) == len(commands)
    assert set(copied) <= set(shown)
    toc = page.xpath("//nav[@class='toc']//a")
    assert [link.text for link in toc] == [
        heading.text_content() for heading in page.xpath("//article/h2")
    ]


@pytest.mark.parametrize(("name", "language"), EVERY_PAGE)
def test_links_and_anchors_resolve(client: AppClient, name: str, language: str) -> None:
    page = read_page(client, f"/guide/{name}?lang={language}")
    assert not page.xpath("//article//img")
    for href in page.xpath("//main//a/@href"):
        path, _, anchor = href.partition("#")
        assert path.startswith("/") or not path, href
        target = read_page(client, path) if path else page
        assert not anchor or target.xpath("//*[@id=$id]", id=unquote(anchor)), href
        assert not path or f"lang={language}" in path
    linked = {
        link
        for link in re.findall(r"\]\(([\w-]+)\.md", read_markdown(name, language))
        if link != name
    }
    hrefs = " ".join(page.xpath("//article/*[not(self::nav)]//a/@href | //article/p/a/@href"))
    assert all(f"/guide/{link}?" in hrefs for link in linked)


def test_limits_on_slow_clients_are_those_of_the_server() -> None:
    head, body = timeouts.HEAD_TIMEOUT, limits.BODY_TIMEOUT
    size, body_size = timeouts.MAX_HEAD // 1024, limits.MAX_BODY // 1024
    english, chinese = read_markdown("deployment", "en"), read_markdown("deployment", "zh")
    assert f"{head:.0f} seconds and {size} KiB for the headers" in english
    assert f"{body:.0f} seconds and {body_size} KiB for a body" in english
    assert f"{timeouts.WRITE_TIMEOUT:.0f} seconds without reading" in english
    assert f"请求头限{head:.0f}秒、{size} KiB" in chinese
    assert f"请求正文限{body:.0f}秒、{body_size} KiB" in chinese
    assert f"停止读取限{timeouts.WRITE_TIMEOUT:.0f}秒" in chinese
    assert timeouts.RESPONSE_TIMEOUT == 60 * 60
    assert f"idle for {PROXY_KEEP_ALIVE} seconds" in english
    assert f"至多空闲{PROXY_KEEP_ALIVE}秒" in chinese


def test_the_tolerance_of_comparisons_is_that_of_the_program(document: dict[str, Any]) -> None:
    assert f"may be {OTHER_UNIT_TOLERANCE} percentage points further" in read_markdown(
        "comparing", "en"
    )
    assert f"允许相差{OTHER_UNIT_TOLERANCE}个百分点" in read_markdown("comparing", "zh")
    described = document["paths"]["/v1/compare"]["get"]["description"]
    assert f"more than {OTHER_UNIT_TOLERANCE} percentage points" in described


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_obstacle_is_explained(language: str) -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| .* \| (\S.*) \|$", read_markdown("comparing", language), re.MULTILINE
    )
    kinds = dict(rows[-len(Obstacle) :])
    assert set(kinds) == {str(kind) for kind in Obstacle}
    only = {"en": "the calculation only", "zh": "仅推算"}[language]
    derived = {kind for kind, what in kinds.items() if what == only}
    assert derived == {"qualifier", "base", "cumulative"}


def test_pages_follow_each_other(client: AppClient) -> None:
    path, seen = f"/guide/{PAGE_NAMES[0]}?lang=en", [PAGE_NAMES[0]]
    while links := read_page(client, path).xpath("//a[@rel='next']/@href"):
        path = links[0]
        seen.append(path.removeprefix("/guide/").partition("?")[0])
    assert tuple(seen) == PAGE_NAMES


def test_language_is_negotiated_and_an_unknown_page_suggests_the_nearest(client: AppClient) -> None:
    chinese = client.get("/guide/formats", headers={"Accept-Language": "zh-CN"})
    assert "数据格式" in chinese.text
    assert "Accept-Language" in chinese.headers["vary"]
    unknown = client.get("/guide/format?lang=en", headers={"Accept": "text/html"})
    assert unknown.status_code == 404
    assert 'href="/guide/formats?lang=en"' in unknown.text


def test_the_guide_is_linked_from_everywhere(client: AppClient) -> None:
    for path in PAGES:
        assert "/guide" in " ".join(read_page(client, path).xpath("//header//a/@href")), path
    for name in PAGE_NAMES:
        assert f"/guide/{name}?lang=zh" in client.get("/sitemap.xml").text
    assert f"{HOST}/guide" in {link["href"] for link in client.get("/v1").json()["links"]}
    assert f"{HOST}/guide" in client.get("/llms.txt").text


def test_links_keep_prefix_and_language() -> None:
    text = "# Title\n\nSee [it](formats.md#x), `a`.\n\n## A `b`!\n\n## A b\n\n[f](../f.py)\n"
    page = render_guide_page(text, Language.ENGLISH, "/bri")
    assert page.title == "Title"
    assert page.lead == ('See <a href="/bri/guide/formats?lang=en#x">it</a>, <code>a</code>.')
    assert [heading.anchor for heading in page.headings] == ["a-b", "a-b-1"]
    assert page.body.endswith("<p>f</p>\n")
