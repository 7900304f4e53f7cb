"""Embeds and oEmbed: what a frame on another site shows, and how consumers find it."""

import json
import re
from hashlib import sha384
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from app.pages import ELEMENT_SCRIPT
from app.pages.assets import STATIC
from tests.pages.test_pages import STRICT
from tests.pages.test_sharing import AREA, LANGUAGES, SERIES, SHARED, get_path
from tests.routers.test_discovery import HOST
from tests.support.client import AppClient
from tests.support.site import BROWSER, localize_url, read_page

pytestmark = pytest.mark.database

RELEASED_SCRIPTS = {
    "bri-figure-1.0.0.js": (
        "27832f929c9c56ca4b820473fb4b2390f830b23003e40157"
        "81c316e0743260adfa700999916826f334d7b029fa961c07"
    )
}
"""The digests of the scripts that other sites may have pinned."""


def test_a_released_script_never_changes() -> None:
    for name, digest in RELEASED_SCRIPTS.items():
        assert sha384((STATIC / name).read_bytes()).hexdigest() == digest, (
            f"other sites have pinned {name}; give the changed script another version"
        )
    assert ELEMENT_SCRIPT in RELEASED_SCRIPTS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["indicators/goods-trade", f"series/{SERIES}"])
def test_an_embed_shows_what_the_api_returns(client: AppClient, path: str, language: str) -> None:
    record = client.get(f"/v1/{path}?lang={language}").json()
    latest = record["latest"]["observation"] if "latest" in record else record["points"][-1]
    for theme in ("light", "dark", "auto"):
        response = client.get(f"/embed/{path}?lang={language}&theme={theme}", headers=BROWSER)
        page: Any = html.fromstring(response.text)
        assert page.get("data-theme") == (None if theme == "auto" else theme)
        text = " ".join(page.text_content().split())
        parts = [latest["period"]["label"], latest["coverage"]["name"], latest["citation"]["full"]]
        for part in (*parts, latest["indicator"]["name"], latest["growth"]["display"]):
            assert part in text
        (value,) = page.xpath("//p[@class='value']")
        assert value.text_content() == latest["display"]
        (back,) = page.xpath("//p[@class='site']/a/@href")
        assert client.get(get_path(back)).status_code == 200
        assert page.xpath("//base/@target") == ["_blank"]
        assert page.xpath("//meta[@name='robots']/@content") == ["noindex"]


def test_an_embed_shows_the_notes_on_its_figure(newest: AppClient) -> None:
    """A copy on another site has no other place that warns of a restated base or of a guess."""
    lines = newest.get("/v1/observations.jsonl?lang=en").text.splitlines()
    figures = sorted(map(json.loads, lines), key=lambda one: one["period"]["end"])
    latest = {one["series"]: one for one in figures}.values()
    noted = [(figure, notes) for figure in latest if (notes := set(list_notes(figure)) - {None})]
    assert noted
    for figure, expected in noted:
        page: Any = html.fromstring(newest.get(f"/embed/series/{figure['series']}?lang=en").text)
        (value,) = page.xpath("//p[@class='value']")
        assert value.text_content() == figure["display"]
        shown = [one.text_content() for one in page.xpath("//p[@class='note']")]
        assert expected <= set(shown)


def list_notes(figure: dict[str, Any]) -> list[str | None]:
    """List the notes on a figure and its growth, and why other published numbers differ."""
    growth = figure["growth"] or {"note": None, "contradiction": None}
    reasons = [one["contradiction"]["reason"] for one in (figure, growth) if one["contradiction"]]
    return [growth["note"], figure["note"], *reasons]


def test_an_embed_shows_a_period(client: AppClient) -> None:
    for path in ("indicators/goods-trade", f"series/{SERIES}"):
        for period in ("2024", "2024-01/2024-12"):
            text = client.get(f"/embed/{path}?period={period}&lang=en").text
            assert "Full year 2024" in text
            assert '<span class="number">22.1</span>' in text
        refused = client.get(f"/embed/{path}?period=1999&lang=en")
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert "2024" in error["allowed"]


def test_bars_are_of_comparable_figures_only(newest: AppClient, client: AppClient) -> None:
    def read_embed(client: AppClient, code: str) -> tuple[int, list[Any]]:
        page: Any = html.fromstring(client.get(f"/embed/series/{code}?lang=en").text)
        return len(page.xpath("//svg")), page.xpath("//tbody/tr[@class='current']/th/text()")

    bars, current = read_embed(newest, "cooperation-documents.CN.WORLD.all.NB.P0D")
    assert 1 < bars <= 6
    assert current == ["On 24 August 2023"]
    # What the ministry published for 2025 is not comparable with 2024.
    assert read_embed(client, SERIES) == (0, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_indicator_without_comparable_figures_shows_full_years_of_another_series(
    client: AppClient, language: str
) -> None:
    address = f"/embed/indicators/goods-trade?lang={language}"
    page: Any = html.fromstring(client.get(address).text)
    (caption,) = page.xpath("//caption/text()")
    assert caption.startswith({"en": "Not comparable with", "zh": "与上述数据不可比"}[language])
    assert not page.xpath("//tr[@class='current']")
    shown = [
        tuple("".join(cell.itertext()).strip() for cell in row) for row in page.xpath("//tbody/tr")
    ]
    assert 1 < len(shown) <= 4
    query = f"/v1/series?indicator=goods-trade&months=12&unit=CNY&limit=1000&lang={language}"
    (series,) = (
        item
        for item in client.get(query).json()["items"]
        if caption.endswith(item["coverage"]["name"]) and item["span"] in caption
    )
    points = client.get(f"/v1/series/{series['code']}?lang={language}").json()["points"]
    # The source below the figure is not theirs.
    assert set(shown) <= {
        (one["period"]["label"], f"{one['display']} {one['citation']['short']}") for one in points
    }
    one_period: Any = html.fromstring(client.get(f"{address}&period=2025").text)
    assert not one_period.xpath("//table")


def test_the_height_of_an_embed_is_that_of_its_content(client: AppClient) -> None:
    heights = [
        get_embed(client, f"{HOST}/{path}").json()["height"]
        for path in ("indicators/goods-trade", "indicators/goods-trade?period=2025")
    ]
    assert heights == [460, 300]


@pytest.mark.parametrize("path", ["indicators/goods-trade", AREA[1:], "indicators/nothing"])
def test_only_embeds_may_be_framed(client: AppClient, path: str) -> None:
    embed = client.get(f"/embed/{path}", headers=BROWSER)
    policy = dict(
        part.split(" ", 1) for part in embed.headers["content-security-policy"].split("; ")
    )
    assert policy == STRICT | {"frame-ancestors": "*"}
    assert "x-frame-options" not in embed.headers
    assert embed.headers["content-type"].startswith("text/html")
    page = client.get(f"/{path}", headers=BROWSER)
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_frame_with_an_earlier_release_leads_to_the_current_one(
    newest: AppClient, language: str
) -> None:
    address = f"/embed/indicators/goods-trade?lang={language}"
    response = newest.get(f"{address}&release=2026-11-25", headers=BROWSER)
    assert response.status_code == 410
    page: Any = html.fromstring(response.text)
    (link,) = page.xpath("//main//a")
    assert (get_path(link.get("href")), link.get("target")) == (address, "_self")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", SHARED[:2])
def test_consumers_discover_the_embed(client: AppClient, path: str, language: str) -> None:
    page = read_page(client, localize_url(path, language))
    links = {
        one.get("type"): one.get("href")
        for one in page.xpath("//link[@rel='alternate'][contains(@type, 'oembed')]")
    }
    described = client.get(get_path(links["application/json+oembed"]))
    assert described.headers["content-type"] == "application/json"
    record = described.json()
    assert (record["type"], record["version"]) == ("rich", "1.0")
    frame: Any = html.fragment_fromstring(record["html"])
    assert (frame.get("width"), frame.get("height")) == (
        str(record["width"]),
        str(record["height"]),
    )
    embed = client.get(get_path(frame.get("src")))
    assert embed.status_code == 200
    assert embed.headers["content-language"] == language
    answer = client.get(get_path(links["text/xml+oembed"]))
    assert answer.headers["content-type"] == "text/xml; charset=utf-8"
    root = ET.fromstring(answer.text)  # noqa: S314
    assert root.tag == "oembed"
    assert {one.tag: one.text for one in root} == {
        name: str(value) for name, value in record.items()
    }


def get_embed(client: AppClient, url: str, **parameters: str | int) -> Any:
    """Get the description of an embed."""
    return client.get("/oembed", params={"url": url, **parameters})


def test_oembed_respects_the_space(client: AppClient) -> None:
    url = f"{HOST}/embed/series/{SERIES}?period=2024&theme=dark&lang=zh&utm_source=x"
    record = get_embed(client, url, maxwidth=300, maxheight=200, dnt=1, callback="x").json()
    assert (record["width"], record["height"]) == (300, 200)
    assert "thumbnail_url" not in record
    (source,) = re.findall(r'src="([^"]+)"', record["html"])
    query = urlsplit(source.replace("&amp;", "&")).query
    assert set(query.split("&")) == {"period=2024", "theme=dark", "lang=zh"}
    assert "2024年全年" in record["title"]


@pytest.mark.parametrize(
    ("url", "status"),
    [
        (f"{HOST}/indicators/goods-trade", 200),
        (f"{HOST.replace('http', 'https')}/indicators/goods-trade/", 200),
        (f"{HOST}/indicators/nothing", 404),
        (f"{HOST}/", 404),
        (f"{HOST}/v1/indicators/goods-trade", 404),
        ("https://elsewhere.example/indicators/goods-trade", 404),
        ("/indicators/goods-trade", 404),
        ("http://[", 404),
        (f"{HOST}:80/indicators/goods-trade", 200),
        (f"{HOST.upper()}/indicators/goods-trade", 200),
        (f"{HOST}:81/indicators/goods-trade", 404),
        (f"{HOST}:port/indicators/goods-trade", 404),
        (f"{HOST}@elsewhere.example/indicators/goods-trade", 404),
        (f"{HOST.replace('//', '//user:password@')}/indicators/goods-trade", 404),
        (f"{HOST}.elsewhere.example/indicators/goods-trade", 404),
        (f"{HOST}/../indicators/goods-trade", 404),
        (f"{HOST}/INDICATORS/goods-trade", 404),
        (f"{HOST}/indicators/goods-trade?release=2020-01-01", 404),
        (f"{HOST}/embed/indicators/goods-trade?period=1999", 404),
        (f"{HOST}/embed/indicators/goods-trade?period=x", 404),
        (f"{HOST}/priority-areas/emerging-fields?year=1999", 404),
        (f"{HOST}/indicators/goods-trade?series=nothing", 404),
        (f"{HOST}/indicators/goods-trade?series=goods-trade.nothing", 404),
        (f"{HOST}/indicators/aid-projects?series={SERIES}", 404),
    ],
)
def test_oembed_knows_its_pages_only(client: AppClient, url: str, status: int) -> None:
    answer = get_embed(client, url)
    assert answer.status_code == status
    # The address is all that was sent, so no error names a part of a path or another parameter.
    locations = {one["location"] for one in answer.json().get("errors", [])}
    assert locations == ({"query.url"} if status == 404 else set())


def test_a_page_that_shows_one_series_is_embedded_as_this_series(client: AppClient) -> None:
    one = get_embed(client, f"{HOST}/indicators/goods-trade?series={SERIES}&lang=en").json()
    assert f"/embed/series/{SERIES}?lang=en" in one["html"]
    several = get_embed(client, f"{HOST}/indicators/goods-trade?series={SERIES},{SERIES}").json()
    assert "/embed/indicators/goods-trade?" in several["html"]


def test_the_embed_of_a_permanent_link_is_permanent(client: AppClient) -> None:
    release = client.get("/v1").json()["release"]["code"]
    record = get_embed(client, f"{HOST}/indicators/goods-trade?release={release}&lang=en").json()
    (source,) = re.findall(r'src="([^"]+)"', record["html"])
    for address in (source.replace("&amp;", "&"), record["thumbnail_url"]):
        assert f"release={release}" in address
        assert client.get(get_path(address)).status_code == 200


def test_the_image_of_an_embed_shows_its_figure(client: AppClient) -> None:
    """The image of an indicator is of its newest figure, so that of a period has none."""
    for query, has_image in (("", True), ("?period=2024", False)):
        record = get_embed(client, f"{HOST}/indicators/goods-trade{query}").json()
        assert ("thumbnail_url" in record) == has_image


def test_oembed_refuses_other_formats(client: AppClient) -> None:
    response = get_embed(client, f"{HOST}/indicators/goods-trade", format="yaml")
    assert response.status_code == 501
    assert response.json()["errors"][0]["allowed"] == ["json", "xml"]
    missing = client.get("/oembed")
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["location"] == "query.url"
