"""All kinds of pages, found by their links: links, anchors, HTML and characters."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from app.application import App
from app.pages.assets import STATIC
from tests.support.client import AppClient
from tests.support.seeds import ROOT
from tests.support.site import Link, Site, visit_pages

pytestmark = pytest.mark.database

MAX_PAGES = 4
VALIDATOR = ROOT / ".ci" / "node_modules" / "html-validate" / "bin" / "html-validate.mjs"
UNREAD = re.compile(r"<(head|pre|script|style|svg)\b.*?</\1>", re.DOTALL)
JOINED = re.compile(
    r"\w+[).]?(?:</(?:a|code|span|strong)>)*(?:<(?:a|code|span|strong)\b[^<>]*>)+[A-Za-z0-9(]"
)
"""The end of a word and the beginning of the next, with nothing but tags between them."""
WITHOUT_JSON = {"Vega-Lite", "3.0", "3.1"}
"""Formats whose names imply JSON."""


def read_glyphs(name: str) -> set[str]:
    """Return the characters of a font of the pages."""
    with TTFont(STATIC / "fonts" / f"{name}.woff2") as font:
        return set(map(chr, font.getBestCmap()))


def find_broken_anchors(site: Site) -> list[Link]:
    """Find links to an identifier that a visited page does not have."""
    ids = {url: set(tree.xpath("//@id")) for url, tree in site.trees.items()}
    return [
        link
        for link in site.links
        if link.fragment and link.fragment not in ids.get(link.url or link.page, {link.fragment})
    ]


def find_unannounced_json(site: Site) -> list[Link]:
    """Find links that show a reader JSON without saying so."""
    return [
        link
        for link in site.links
        if "json" in site.files.get(link.url, "")
        and "json" not in link.text.lower()
        and link.text not in WITHOUT_JSON
        and not (link.is_code or link.text.startswith("/v1"))
    ]


def find_missing_characters(site: Site) -> dict[str, set[str]]:
    """Find characters that the fonts for Chinese pages do not have, by page."""
    known = read_glyphs("BRISansSC-Regular") & read_glyphs("BRISansSC-Bold")
    attributes = ("label", "copied", "not-copied", "auto")
    texts = " | ".join(
        ("//body//text()[not(parent::script)]", *(f"//@data-{name}" for name in attributes))
    )
    missing = {
        url: {letter for letter in "".join(tree.xpath(texts)) if letter.isprintable()} - known
        for url, tree in site.trees.items()
    }
    return {url: letters for url, letters in missing.items() if letters}


def find_joined_words(site: Site) -> list[tuple[str, str]]:
    """Find words that only the style sheet separates; in Chinese, nothing separates words.

    Text browsers and tables copied as text join them: "13731 Oct" for 137 on 31 October.
    """
    return [
        (url, found[0])
        for url, page in site.pages.items()
        if "lang=zh" not in url
        for found in JOINED.finditer(UNREAD.sub("", page))
    ]


def find_without_id(site: Site) -> list[tuple[str, str]]:
    """Find cards and tables that no link can lead to, not even by the heading above them."""
    # An article that has the title is the page itself.
    named = "@id or ancestor::*[@id][not(self::main or self::body)]"
    headed = "preceding::*[self::h1 or self::h2 or self::h3][1]/@id"
    anonymous = (
        f"//article[not({named} or .//@id or .//h1)] | //main//table[not({named} or {headed})]"
    )
    return [
        (url, str(element.get("class")))
        for url, tree in site.trees.items()
        for element in tree.xpath(anonymous)
    ]


def find_ambiguous_buttons(site: Site) -> list[tuple[str, str]]:
    """Find buttons of one page that copy different texts but have the same name."""
    names: dict[tuple[str, str], set[str]] = {}
    for url, tree in site.trees.items():
        for one in tree.xpath("//copy-text[not(@data-source)]"):
            name = one.get("data-label") + one.get("data-about", "")
            names.setdefault((url, name), set()).add(one.get("data-text"))
    return [key for key, texts in names.items() if len(texts) > 1]


def find_unnamed_tables(site: Site) -> list[tuple[str, str]]:
    """Find tables, and parts of a page that scroll, to which nothing gives a name."""
    named = "caption or @aria-label or @aria-labelledby = //@id"
    return [
        (url, str(element.get("class")))
        for url, tree in site.trees.items()
        for element in tree.xpath(f"(//table | //div[@tabindex='0'])[not({named})]")
    ]


def validate(site: Site, folder: Path) -> list[str]:
    """Return what html-validate finds on all pages; it needs Node.js and npm ci in .ci."""
    if not VALIDATOR.exists() and not os.environ.get("CI"):
        return []
    names = {f"{number}.html": url for number, url in enumerate(site.pages)}
    for name, url in names.items():
        (folder / name).write_text(site.pages[url], "utf-8")
    command = ["node", str(VALIDATOR), "--preset", "standard", "--formatter", "json", "*.html"]
    report = folder / "report.json"
    # It ends before a pipe has taken a long report.
    with report.open("w") as output:
        subprocess.run(command, cwd=folder, stdout=output, check=False)
    return [
        f"{names[Path(file['filePath']).name]}:{message['line']} {message['message']}"
        for file in json.loads(report.read_text())
        for message in file["messages"]
    ]


def test_links_html_and_characters_of_all_kinds_of_pages(
    client: AppClient, app: App, tmp_path: Path
) -> None:
    """One test, because visiting the pages takes longer than checking them."""
    site = visit_pages(client, app, MAX_PAGES)
    assert len(site.pages) > 120
    assert {url: status for url, status in site.statuses.items() if status != 200} == {}
    assert find_broken_anchors(site) == []
    assert find_unannounced_json(site) == []
    assert find_missing_characters(site) == {}
    assert find_joined_words(site) == []
    assert sorted(set(find_without_id(site))) == []
    assert find_ambiguous_buttons(site) == []
    assert find_unnamed_tables(site) == []
    assert validate(site, tmp_path) == []
    # The checks themselves find a fault on a page that has one.
    url = "/?lang=en"
    site.trees[url].xpath("//h1")[0].text = "\u9f98"
    assert find_missing_characters(site) == {url: {"\u9f98"}}
    site.links = [Link(url, "", "nowhere", "x", is_code=False)]
    assert find_broken_anchors(site) == site.links
    site.files["/v1"] = "application/json"
    site.links = [Link(url, "/v1", "", "Sources", is_code=False)]
    assert find_unannounced_json(site) == site.links
    if VALIDATOR.exists():
        site.pages = {url: site.pages[url].replace("</main>", "")}
        (empty := tmp_path / "faulty").mkdir()
        assert validate(site, empty) != []
