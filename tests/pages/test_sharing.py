"""Sharing and citing: the menus of pages, the codes and references in them, permanent links."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from lxml import html

from app.http.cache import IMMUTABLE
from app.ingest.build import build
from app.pages import ELEMENT_SCRIPT
from app.pages.assets import STATIC, compute_integrity
from tests.routers.test_discovery import HOST
from tests.support.client import AppClient
from tests.support.seeds import MIGRATIONS, copy_seed
from tests.support.site import localize_url, read_page
from tests.support.targets import open_app

pytestmark = pytest.mark.database

LANGUAGES = ("en", "zh")
SERIES = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
AREA = "/priority-areas/emerging-fields?year=2025"
SHARED = ("/indicators/aid-projects", AREA, "/sources/scio-2025-01-15")


def get_path(address: str) -> str:
    """Return the path and the query of an address of the service."""
    assert address.startswith(f"{HOST}/")
    return address.removeprefix(HOST)


def parse_fragments(text: str) -> list[Any]:
    """Parse several elements."""
    return list(html.fragments_fromstring(text))


def find_menu(client: AppClient, path: str, language: str) -> Any:
    """Find the menu for sharing of a page."""
    (found,) = read_page(client, localize_url(path, language)).xpath("//details[@class='share']")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", SHARED)
def test_a_menu_offers_links_that_work(client: AppClient, path: str, language: str) -> None:
    details = find_menu(client, path, language)
    link, pinned = details.xpath(".//dd/code/text()")[:2]
    assert get_path(link) == localize_url(path, language)
    assert client.get(get_path(pinned)).status_code == 200
    assert "release=" in pinned
    copied = details.xpath(".//copy-text/@data-text")
    assert copied[:2] == [link, pinned]
    files = details.xpath(".//a[@data-citation]/@href")
    assert len(files) == 5
    assert [one.partition("style=")[2].partition("&")[0] for one in files[3:]] == ["", "gb-t-7714"]
    for file in files:
        response = client.get(f"{file}&accessed_on=2026-11-27")
        assert response.status_code == 200, file
        assert "bri-cite-" in response.headers["content-disposition"]
        plain = file.endswith(".txt") or ".txt?" in file
        assert plain or re.search(r"2026[-/]11[-/]27|2026,\s+11,\s+27", response.text), file


@pytest.mark.parametrize("language", LANGUAGES)
def test_embed_codes_are_valid_html(client: AppClient, language: str) -> None:
    for path in SHARED[:2]:
        codes = find_menu(client, path, language).xpath(".//dd/code/text()")[2:]
        frame, *scripts = parse_fragments(codes[0])
        assert [frame.tag, *(one.tag for one in scripts)] == ["iframe", "script"]
        assert frame.get("title")
        assert client.get(get_path(frame.get("src"))).status_code == 200
    (_, element) = find_menu(client, SHARED[0], language).xpath(".//dd/code/text()")[2:]
    script, figure = parse_fragments(element)
    assert script.get("integrity") == compute_integrity(ELEMENT_SCRIPT)
    assert script.get("crossorigin") == "anonymous"
    loaded = client.get(get_path(script.get("src")))
    assert loaded.headers["cache-control"] == IMMUTABLE
    assert loaded.headers["access-control-allow-origin"] == "*"
    assert loaded.content == (STATIC / ELEMENT_SCRIPT).read_bytes()
    assert (figure.tag, figure.get("code"), figure.get("lang")) == (
        "bri-figure",
        "aid-projects",
        language,
    )
    assert client.get(get_path(figure.find("a").get("href"))).status_code == 200


def test_an_indicator_without_figures_offers_no_embed_and_no_comparison(tmp_path: Path) -> None:
    seed = copy_seed(tmp_path)
    file = seed / "indicators/aid-projects.yaml"
    text = re.sub(r"(?m)^position: .*", "position: 99", file.read_text("utf-8"))
    (seed / "indicators/planned.yaml").write_text(text, "utf-8")
    build(seed, MIGRATIONS, tmp_path / "bri.sqlite")
    with open_app(tmp_path / "bri.sqlite") as app, AppClient(app, base_url=HOST) as client:
        page = read_page(client, "/indicators/planned?lang=en")
        assert not page.xpath("//link[contains(@type, 'oembed')]")
        (found,) = page.xpath("//details[@class='share']")
        assert "/embed/" not in found.text_content()
        for path in ("/embed/indicators/planned", f"/oembed?url={HOST}/indicators/planned"):
            response = client.get(path)
            assert response.status_code == 404
            assert response.json()["detail"] == "No figure of planned is recorded here"
        comparison = read_page(client, "/compare?indicator=planned&lang=en")
        assert not comparison.xpath("//select[@name='period']")
        for found in (page, comparison):
            assert "This dataset has no figure of this indicator." in found.text_content()


@pytest.mark.parametrize(
    ("language", "style", "expected"),
    [
        (
            "en",
            "APA",
            (
                "Belt and Road Cooperation Indicators. (2026, November 25). {name} "
                "(release {release}) [Dataset]. Retrieved {day}, from {url}"
            ),
        ),
        (
            "en",
            "GB/T 7714",
            (
                "BELT AND ROAD COOPERATION INDICATORS. {name}: release {release}[DS/OL]. "
                "(2026-11-25)[{day}]. {url}."
            ),
        ),
        (
            "zh",
            "GB/T 7714",
            ("共建“一带一路”经贸合作指标. {name}：{release}版[DS/OL]. (2026-11-25)[{day}]. {url}."),
        ),
        (
            "zh",
            "APA",
            (
                "共建“一带一路”经贸合作指标. (2026年11月25日). {name}（{release}版）[数据集]. "
                "{day}检索自 {url}"
            ),
        ),
    ],
)
def test_a_reference_names_address_and_release(
    client: AppClient, language: str, style: str, expected: str
) -> None:
    details = find_menu(client, "/indicators/aid-projects", language)
    pinned = details.xpath(".//dd/code/text()")[1]
    (reference,) = details.xpath(".//dt[text()=$style]/following-sibling::dd[1]/cite", style=style)
    release = client.get("/v1").json()["release"]["code"]
    name = client.get(f"/v1/indicators/aid-projects?lang={language}").json()["name"]
    mark = {"en": "[day of access]", "zh": "[访问日期]"}[language]
    text = expected.format(release=release, url=pinned, name=name, day=mark)
    assert reference.text_content() == text
    # The file states the same with a day.
    code = {"APA": "apa", "GB/T 7714": "gb-t-7714"}[style]
    query = f"style={code}&lang={language}&accessed_on=2026-11-27"
    line = client.get(f"/v1/indicators/aid-projects/citation.txt?{query}").text.splitlines()[0]
    start, _, end = text.partition(mark)
    assert line.startswith(start)
    assert line.endswith(end)
    day = line[len(start) : len(line) - len(end)]
    long = {"en": "November 27, 2026", "zh": "2026年11月27日"}[language]
    assert day == (long if style == "APA" else "2026-11-27")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("chosen", [(SERIES,), (SERIES, SERIES.replace("CNY", "USD"))])
def test_the_menu_keeps_the_series_that_the_page_shows(
    client: AppClient, chosen: tuple[str, ...], language: str
) -> None:
    query = "&".join(f"series={one}" for one in chosen)
    path = f"/indicators/goods-trade?{query}&lang={language}"
    page = read_page(client, path)
    (details,) = page.xpath("//details[@class='share']")
    link, pinned, frame, element = details.xpath(".//dd/code/text()")
    assert get_path(link) == path
    assert get_path(details.find("share-page").get("data-url")) == path
    assert query in pinned
    assert client.get(get_path(pinned)).status_code == 200
    is_one = len(chosen) == 1
    source = get_path(parse_fragments(frame)[0].get("src"))
    shown = f"series/{SERIES}" if is_one else "indicators/goods-trade"
    assert source == f"/embed/{shown}?lang={language}"
    (figure,) = (one for one in parse_fragments(element) if one.tag == "bri-figure")
    assert figure.get("code") == (SERIES if is_one else "goods-trade")
    assert get_path(figure.find("a").get("href")) == path
    for found in page.xpath("//link[contains(@type, 'oembed')]/@href"):
        described = client.get(get_path(found)).text.replace("&amp;", "&")
        assert f"{HOST}{source}" in described


@pytest.mark.parametrize(
    "path",
    ["/indicators/goods-trade", f"/indicators/goods-trade?series={SERIES}", f"/series/{SERIES}"],
)
def test_a_pinned_page_leads_to_the_files_of_its_release(client: AppClient, path: str) -> None:
    release = client.get("/v1").json()["release"]["code"]
    pinned = f"{path}{'&' if '?' in path else '?'}release={release}&lang=en"
    page = read_page(client, pinned)
    addresses = page.xpath("//main//@href | //main//@src | //main//@srcset | //meta/@content")
    files = [one.removeprefix(HOST) for one in addresses if "/v1/" in one and "/changes" not in one]
    assert {urlsplit(one).path.rpartition(".")[2] for one in files} > {"png", "svg", "csv", "bib"}
    for file in files:
        assert f"release={release}" in file
        assert client.get(file).status_code == 200, file
