"""What pages declare in their head: icons, manifest, theme colours, feeds, and files that stay."""

import re
import struct
from typing import Any

import pytest

from app.formats.citations import MAX_DESCRIPTION, join_fitting, shorten_text
from app.http.cache import IMMUTABLE
from app.pages import PAPER
from app.pages.assets import STATIC
from tests.formats.test_chart_sizes import read_size
from tests.pages.test_pages import PAGES, read_meta
from tests.routers.test_discovery import HOST
from tests.support.client import AppClient
from tests.support.site import localize_url, read_page

pytestmark = pytest.mark.database

LONGEST_FIGURE = 40
"""How many more characters a figure may take, which is not cut."""


def list_links(page: Any, rel: str) -> dict[str, str]:
    """List the links of a page with a relation: their addresses, by media type."""
    found = page.xpath("//link[@rel=$rel]", rel=rel)
    return {one.get("type"): one.get("href") for one in found}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_describes_itself(client: AppClient, language: str) -> None:
    tags = {"en": "en", "zh": "zh-CN"}
    titles: dict[str, str] = {}
    for path in PAGES:
        page = read_page(client, localize_url(path, language))
        title = page.findtext("head/title")
        assert titles.setdefault(title, path.partition("?")[0]) == path.partition("?")[0], title
        assert page.get("lang") == tags[language]
        assert 20 < len(read_meta(page, "description")) <= MAX_DESCRIPTION + LONGEST_FIGURE, path
        (canonical,) = page.xpath("//link[@rel='canonical']/@href")
        assert f"lang={language}" in canonical
        languages = page.xpath("//link[@rel='alternate'][@hreflang]/@hreflang")
        assert languages == ["en", "zh", "x-default"]
        assert read_meta(page, "og:image").startswith(f"{HOST}/v1/")
        shows_figure = path.startswith(("/indicators/", "/series/"))
        assert (read_meta(page, "og:image:alt") == title) is not shows_figure
        assert read_meta(page, "twitter:card") == "summary_large_image"
        alternates = list_links(page, "alternate")
        assert alternates["application/atom+xml"] == f"/v1/changes.atom?lang={language}"
        assert alternates["application/feed+json"] == f"/v1/changes.feed.json?lang={language}"
        colours = page.xpath("//meta[@name='theme-color']/@content")
        assert colours == [PAPER["light"], PAPER["dark"]]


def test_descriptions_are_cut_after_what_is_whole() -> None:
    figures = ["one (2023)", "two (2024)"]
    assert join_fitting("Figures: ", figures, ", ") == "Figures: one (2023), two (2024)"
    long = "x" * MAX_DESCRIPTION
    assert join_fitting("Figures: ", [long, "two"], ", ") == f"Figures: {long}"
    assert shorten_text(long) == long
    first, second = "A sentence of words" + " more" * 20, "B" + " words" * 30
    assert shorten_text(f"{first}. {second}.") == f"{first}."
    assert shorten_text(f"{first}；{second}。") == first
    cut = shorten_text(second * 2)
    assert len(cut) <= MAX_DESCRIPTION
    assert cut.endswith(" words…")
    assert len(shorten_text("字" * 300)) == MAX_DESCRIPTION


def test_the_favicon_has_three_sizes(client: AppClient) -> None:
    content = client.get("/favicon.ico").content
    kind, count = struct.unpack("<HH", content[2:6])
    assert kind == 1
    sizes = []
    for number in range(count):
        width, *_, length, offset = struct.unpack_from("<BBBBHHII", content, 6 + 16 * number)
        assert read_size(content[offset : offset + length]) == (width, width)
        sizes.append(width)
    assert sizes == [16, 32, 48]


@pytest.mark.parametrize(("language", "name"), [("en", "Belt and Road"), ("zh", "一带一路")])
def test_the_manifest_names_the_service_and_its_icons(
    client: AppClient, language: str, name: str
) -> None:
    page = read_page(client, f"/years?lang={language}")
    (address,) = page.xpath("//link[@rel='manifest']/@href")
    response = client.get(address)
    assert response.headers["content-type"] == "application/manifest+json"
    manifest = response.json()
    assert name in manifest["name"]
    assert client.get(manifest["start_url"]).status_code == 200
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        drawn = client.get(icon["src"])
        assert drawn.headers["content-type"].startswith(icon["type"])
        if icon["type"] == "image/png":
            assert (
                read_size(drawn.content) == (512, 512) == tuple(map(int, icon["sizes"].split("x")))
            )
    (apple,) = page.xpath("//link[@rel='apple-touch-icon']/@href")
    assert read_size(client.get(apple).content) == (180, 180)


def test_theme_colours_are_those_of_the_style_sheet() -> None:
    (light, dark) = re.findall(
        r"--paper: light-dark\((#\w+), (#\w+)\)", (STATIC / "site.css").read_text()
    )[0]
    assert [light.replace("#fff", "#ffffff"), dark] == [PAPER["light"], PAPER["dark"]]


def test_files_with_a_version_are_kept_for_a_year(client: AppClient) -> None:
    page = read_page(client, "/?lang=en")
    own = page.xpath("//link/@href | //script/@src")
    pending = [address for address in own if address.startswith("/static/")]
    seen: set[str] = set()
    while pending:
        address = pending.pop()
        response = client.get(address)
        assert response.headers["cache-control"] == IMMUTABLE, address
        path = address.partition("?")[0]
        for other in ("", "?v=00000000"):
            cache_control = client.get(f"{path}{other}").headers["cache-control"]
            assert "immutable" not in cache_control, path
        if path.endswith((".css", ".js")) and path not in seen:
            named = re.findall(r"[\"']([\w./-]+\?v=\w{8})[\"']", response.text)
            pending += [f"/static/{one.removeprefix('./')}" for one in named]
        seen.add(path)
    assert {"/static/fonts/BRISans-Bold.woff2", "/static/minisearch.js"} <= seen
