"""Sharing, embedding and citing: menus, embeds and oEmbed, as programs read them."""

import re
from hashlib import sha384
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from lxml import html

from app.http.cache import IMMUTABLE
from app.ingest.build import build
from app.pages import ELEMENT_SCRIPT
from app.pages.assets import STATIC, compute_integrity
from tests.pages.test_pages import STRICT
from tests.routers.test_discovery import HOST
from tests.support.client import AppClient
from tests.support.seeds import MIGRATIONS, copy_seed
from tests.support.site import BROWSER, localize_url, read_page
from tests.support.targets import open_app

pytestmark = pytest.mark.database

LANGUAGES = ("en", "zh")
SERIES = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
AREA = "/priority-areas/emerging-fields?year=2025"
SHARED = ("/indicators/aid-projects", AREA, "/sources/scio-2025-01-15")
RELEASED_SCRIPTS = {
    "bri-figure-1.0.0.js": (
        "8a51e83b431f86f5e7cbc94f3b2bbca264d8ba18d10f15f8"
        "6f6fad7e5d666f4ad578dd39859be51a876c29419b0a7706"
    )
}
"""The digests of the scripts that other sites may have pinned."""


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


def test_a_released_script_never_changes() -> None:
    for name, digest in RELEASED_SCRIPTS.items():
        assert sha384((STATIC / name).read_bytes()).hexdigest() == digest, (
            f"other sites have pinned {name}; give the changed script another version"
        )
    assert ELEMENT_SCRIPT in RELEASED_SCRIPTS


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
