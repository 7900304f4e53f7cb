"""The pages as a program reads them: descriptions, security policies, and what all of them have."""

import json
import re
import struct
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from lxml import html

from app.i18n import Language, format_day
from app.pages.content import PAGE_NAMES
from tests.routers.test_discovery import HOST, is_served
from tests.support.client import AppClient
from tests.support.site import BROWSER, localize_url, read_page
from tests.support.targets import Target, open_app

pytestmark = pytest.mark.database


OWN = (
    "/",
    "/indicators/aid-projects",
    "/indicators/trade-share",
    "/priority-areas/emerging-fields",
    "/priority-areas/emerging-fields?year=2025",
    "/sources/scio-2025-01-15",
    "/sources/scio-2025-01-15/passages",
    "/sources/xinhua-2024-12-19",
)
PAGES = (
    *OWN,
    "/editions",
    "/editions/2025",
    "/compare",
    "/compare?indicator=goods-trade&period=2023&period=2024",
    "/history",
    "/history?as_of=2025-01-14",
    "/changes",
    "/?edition=2024",
    "/years",
    "/commitments",
    "/quotation-check",
    "/quotation-check?text=700+aid+projects+in+2024&asked_on=2026-11-26",
    "/recipes",
    "/guide",
    *(f"/guide/{name}" for name in PAGE_NAMES),
    "/problems",
    "/problems/unknown-record",
    "/?q=digital&topic=trade",
)
LANGUAGES = ("en", "zh")
STRICT = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def read_meta(page: Any, name: str) -> str:
    """Read the content of a meta element of a page."""
    (found,) = page.xpath("//meta[@property=$name or @name=$name]/@content", name=name)
    return str(found)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [*PAGES, "/docs", "/indicators/nothing"])
def test_pages_have_no_inline_scripts_or_styles(
    client: AppClient, path: str, language: str
) -> None:
    response = client.get(localize_url(path, language), headers=BROWSER)
    policy = response.headers["content-security-policy"]
    assert dict(part.split(" ", 1) for part in policy.split("; ")) == STRICT
    page: Any = html.fromstring(response.text)
    assert not page.xpath("//*[@style] | //style | //*/@*[starts-with(name(), 'on')]")
    assert not page.xpath("//script[not(@src)][not(starts-with(@type, 'application/'))]")
    assert page.get("lang") == {"en": "en", "zh": "zh-CN"}[language]
    loaded = page.xpath(
        "//script/@src | //link[@rel='stylesheet' or @rel='icon']/@href | //img/@src"
    )
    assert loaded
    assert all(address.startswith("/") for address in loaded)


SPACED = re.compile(
    "[，。：；、（] +[\u4e00-\u9fff0-9]|[\u4e00-\u9fff] [(]|[(](?:JSON|JSON-LD|XML|PNG|SVG|Atom)[)]"
)
"""A space after Chinese punctuation, which has its own, and English brackets."""


@pytest.mark.parametrize("path", [*PAGES, "/docs", "/docs/list_observations", "/series"])
def test_chinese_punctuation_is_chinese(client: AppClient, path: str) -> None:
    page: Any = html.fromstring(client.get(localize_url(path, "zh"), headers=BROWSER).text)
    # Code, and titles as their documents print them, are as they are.
    others = " or ".join(f"ancestor::{one}" for one in ("script", "code", "pre", "*[@lang='en']"))
    texts = [text for text in page.xpath(f"//body//text()[not({others})]") if "《" not in text]
    assert len(texts) > 50
    assert [text for text in texts if SPACED.search(text)] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OWN)
def test_a_page_can_be_shared(client: AppClient, path: str, language: str) -> None:
    page = read_page(client, localize_url(path, language))
    (canonical,) = page.xpath("//link[@rel='canonical']/@href")
    assert canonical == HOST + localize_url(path, language)
    assert read_meta(page, "og:url") == canonical
    others = {
        one.get("hreflang"): one.get("href")
        for one in page.xpath("//link[@rel='alternate'][@hreflang]")
    }
    assert others["en"] == HOST + localize_url(path, "en")
    assert others["zh"] == HOST + localize_url(path, "zh")
    assert is_served(client, others["x-default"])
    assert read_meta(page, "og:title") == page.findtext("head/title")
    assert read_meta(page, "og:description") == read_meta(page, "description")
    assert len(read_meta(page, "description")) > 20
    picture = read_meta(page, "og:image")
    assert picture.startswith(f"{HOST}/v1/")
    drawn = client.get(picture.removeprefix(HOST))
    assert drawn.headers["content-type"] == read_meta(page, "og:image:type") == "image/png"
    shown = read_meta(page, "og:image:width"), read_meta(page, "og:image:height")
    assert tuple(map(int, shown)) == struct.unpack(">II", drawn.content[16:24])
    assert read_meta(page, "twitter:card") == "summary_large_image"


def read_structured_data(page: Any) -> dict[str, Any]:
    """Read the structured data of a page, which search engines use."""
    (text,) = page.xpath("//script[@type='application/ld+json']/text()")
    body: dict[str, Any] = json.loads(text)
    return body


def list_downloads(dataset: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the URL and the media type of each distribution."""
    for one in dataset["distribution"]:
        assert one["@type"] == "DataDownload"
        yield one["contentUrl"], one["encodingFormat"]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/indicators/aid-projects",
        "/indicators/trade-share",
        "/series/aid-projects.CN.BRI.partner-2023.NB.P11M",
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_describe_the_dataset_to_search_engines(
    client: AppClient, path: str, language: str
) -> None:
    shown = read_structured_data(read_page(client, localize_url(path, language)))
    assert shown["@context"] == "https://schema.org"
    assert shown["@type"] == "Dataset"
    for one in (shown, *shown.get("hasPart", []), *filter(None, [shown.get("isPartOf")])):
        assert 50 <= len(one["description"]) <= 5000  # what search engines require
        assert language == "en" or not re.search(r"[\u3002\u4e00-\u9fff]\.? ", one["description"])
    assert shown["creator"]["name"]
    releases = client.get("/v1/changes.feed.json").json()["items"]
    days = [one["date_published"][:10] for one in releases]
    assert [shown["datePublished"], shown["dateModified"]] == [min(days), max(days)]
    assert all(is_served(client, shown[name]) for name in ("url",))
    forms = dict(list_downloads(shown))
    assert len(forms) >= 4
    for address, media_type in forms.items():
        found = client.get(address.removeprefix(HOST))
        assert found.status_code == 200
        assert found.headers["content-type"].partition(";")[0] == media_type
    if path == "/":
        assert len(shown["variableMeasured"]) == 7
        assert any(
            "%" in one["value"] or "percent" in one["value"] for one in shown["variableMeasured"]
        )


def test_what_is_embedded_cannot_end_its_element() -> None:
    from app.formats.schema_org import embed_json  # noqa: PLC0415

    text = embed_json({"name": "</script><b>&amp;"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"name": "</script><b>&amp;"}


@pytest.mark.parametrize("path", ["/docs/list_observations", "/indicators/goods-trade"])
def test_chinese_ranges_have_a_chinese_dash(newest: AppClient, path: str) -> None:
    text = read_page(newest, f"{path}?lang=zh").text_content()
    assert re.search(r"\d—\d", text)
    assert not re.search(r"\d–\d", text)


def test_the_operator_can_be_reached_from_every_page(database: Target, client: AppClient) -> None:
    assert "Contact the operator" not in client.get("/?lang=en").text
    with open_app(database, contact="data@example.org") as app:
        reached = AppClient(app)
        for path in ("/", "/guide"):
            links = read_page(reached, path).xpath("//footer//a/@href")
            assert "mailto:data@example.org" in links
        assert reached.get("/openapi.json").json()["info"]["contact"]["email"] == "data@example.org"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_gives_no_invented_date(client: AppClient, language: str) -> None:
    """The next press conference is expected in the months of those before, whose days are given."""
    (calendar,) = read_page(client, f"/changes?lang={language}").xpath(
        "//*[@aria-labelledby='calendar']"
    )
    text = calendar.text_content()
    editions = client.get(f"/v1/editions?lang={language}").json()["items"]
    year = str(max(one["year"] for one in editions) + 1)
    expected = {"en": f" {year}; this service knows of no announced date", "zh": "本站未见公布日期"}
    assert expected[language] in text
    for edition in editions:
        day = min(date.fromisoformat(event["held_on"]) for event in edition["events"])
        assert format_day(day, Language(language)) in text
    assert len(calendar.xpath(".//a[contains(@href, '/v1/changes.')]")) == 2


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/", {"Figures": "page"}),
        ("/guide", {"Guide": "page"}),
        ("/guide/formats", {"Guide": "true"}),
        ("/docs/list_observations", {"API docs": "true"}),
        ("/editions/2025", {"Press conferences": "true"}),
        ("/compare?indicator=goods-trade", {"Compare": "page"}),
        ("/indicators/aid-projects", {}),
    ],
)
def test_the_menu_marks_where_the_page_belongs(
    client: AppClient, path: str, wanted: dict[str, str]
) -> None:
    page = read_page(client, path)
    for menu in page.xpath("//header//nav[@aria-label='Main']"):
        current = {one.text: one.get("aria-current") for one in menu.xpath("a[@aria-current]")}
        assert current == wanted
