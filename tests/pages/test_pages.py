"""The pages as a program reads them: links, descriptions, security policies and errors."""

import json
import re
import struct
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from lxml import html
from starlette.testclient import TestClient

from app.application import App
from app.i18n import Language, format_day
from app.negotiation import PathKind
from app.pages.content import PAGE_NAMES
from app.queries.page_data import MAX_HITS
from tests.routers.test_discovery import HOST, is_served
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
    client: TestClient, path: str, language: str
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


def test_every_location_that_a_sentence_links_to_is_there(client: TestClient) -> None:
    sources = client.get("/v1/sources?limit=1000").json()["items"]
    places = {
        link
        for source in sources
        for link in read_page(client, f"/sources/{source['code']}/passages").xpath(
            "//main//a/@href"
        )
        if link.startswith("/") and "#" in link
    }
    ids: dict[str, list[str]] = {}
    for target, _, name in (link.partition("#") for link in places):
        if target not in ids:
            ids[target] = read_page(client, target).xpath("//@id")
        assert unquote(name) in ids[target], (target, name)
    assert len(places) > 50


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OWN)
def test_a_location_in_a_source_links_to_its_sentence(
    client: TestClient, path: str, language: str
) -> None:
    words = {"en": r"paragraph \d+, sentence \d+", "zh": r"第\d+段第\d+句"}[language]
    page = read_page(client, localize_url(path, language))
    located = page.xpath("//a[contains(@href, '/passages') and contains(@href, '#')]")
    for link in located:
        target, _, locator = link.get("href").partition("#")
        assert read_page(client, target).xpath("//*[@id=$locator]", locator=locator), locator
    for copied in page.xpath("//cite | //head | //copy-text"):
        copied.drop_tree()
    for text in page.xpath("//body//text()"):
        parent = text.getparent()
        if re.search(words, text, re.IGNORECASE):
            assert parent.tag == "a", text
    assert located or "aid-projects" not in path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_source_says_what_each_sentence_carries(
    client: TestClient, language: str
) -> None:
    path = "/sources/scio-2025-01-15/passages"
    page = read_page(client, localize_url(path, language))
    passages = client.get(f"/v1{path}?lang={language}").json()["items"]
    assert page.xpath("//section[@class='passage']/@id") == [one["locator"] for one in passages]
    colon = {"en": ": ", "zh": "："}[language]
    for passage in passages:
        (section,) = page.xpath("//section[@id=$locator]", locator=passage["locator"])
        shown = " ".join(section.text_content().split())
        for record in passage["records"]:
            assert record["title"] in shown
            if record["kind"] in ("observation", "growth_rate"):
                stated = client.get(f"{record['href']}?lang={language}").json()["display"]
                assert f"{record['title']}{colon}{stated}" in shown
        for difference in passage["differences"]:
            assert difference["text"] in shown
        assert (passage["note"] or "") in shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", OWN)
def test_a_page_can_be_shared(client: TestClient, path: str, language: str) -> None:
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_passed_on_of_an_indicator_names_its_newest_figure(
    client: TestClient, language: str
) -> None:
    for code in ("goods-trade", "aid-projects"):
        record = client.get(f"/v1/indicators/{code}?lang={language}").json()
        newest = record["latest"]["observation"]
        page = read_page(client, f"/indicators/{code}?lang={language}")
        text, image = read_meta(page, "description"), read_meta(page, "og:image:alt")
        (value,) = (one["value"] for one in read_structured_data(page)["variableMeasured"])
        for part in (newest["display"], newest["period"]["label"], newest["coverage"]["name"]):
            assert part in text
            assert part in value
        # The card has no short period of this year; what it shows is described as well.
        shown = image.rpartition({"en": ": ", "zh": "："}[language])[2]
        assert text.count(shown) == 1
        tiles = page.xpath("//section[contains(@class, 'tile')]//p[@class='value']")
        assert shown in [tile.text_content() for tile in tiles]
        assert len(text) <= 200


@pytest.mark.quick
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_show_every_figure_as_the_api_does(client: TestClient, language: str) -> None:
    overview = client.get(f"/v1/overview?lang={language}").json()
    indicators = client.get(f"/v1/indicators?limit=1000&lang={language}").json()["items"]
    page = read_page(client, f"/?lang={language}")
    assert len(page.xpath("//article[@class='card']")) == len(overview["indicators"]) == 7
    for indicator in filter(lambda one: one["latest"], indicators):
        (shown,) = page.xpath("//*[@id=$id]", id=indicator["code"])
        figure, headline = indicator["latest"]["observation"], indicator["headline"]
        assert shown.xpath(".//a[1]/text()")[0] == indicator["name"]
        text = " ".join(shown.text_content().split())
        for part in (figure["period"]["label"], figure["coverage"]["name"]):
            assert part in text
        assert figure["citation"]["short"] in text
        if figure["growth"]:
            assert figure["growth"]["display"] in text
        if shown.tag == "tr":
            assert shown.xpath(".//strong")[0].text == figure["display"]
            continue
        assert shown.find_class("value")[0].text_content() == figure["display"]
        (source,) = shown.find_class("source")
        place = f"/passages?lang={language}#{figure['locator']}"
        path = f"/sources/{figure['source']['code']}"
        path += place if figure["locator"] else f"?lang={language}"
        assert source.xpath("a/@href")[0] == path
        if headline["id"] != figure["id"]:
            beside = " ".join(shown.find_class("beside")[-1].text_content().split())
            marked = {"en": ("not comparable", "another series"), "zh": ("不可比", "另一序列")}
            assert all(
                part in beside for part in (headline["display"], headline["period"]["label"])
            )
            is_marked = any(mark in beside for mark in marked[language])
            is_other = headline["series"] != figure["series"]
            assert is_marked == (is_other or bool(indicator["latest"]["obstacles"]))
    actions = [one for area in overview["priority_areas"] for one in area["actions"]]
    texts = [one.find_class("text")[0].text_content() for one in page.xpath("//ol/li")]
    assert texts == [action["text"] for action in actions]
    assert len(texts) == 24


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_comparable_figures_share_a_table(client: TestClient, language: str) -> None:
    pages = ["/", "/indicators/goods-trade", "/indicators/outward-direct-investment"]
    seen = 0
    for path in pages:
        for table in read_page(client, f"{path}?lang={language}").xpath(
            "//table[contains(@class, 'series') or contains(@class, 'sourced')]"
        ):
            labels = [one.text_content().strip() for one in table.xpath("tbody/tr/th")]
            assert len({re.sub(r"\d{4}", "", label) for label in labels}) == 1, labels
            seen += 1
    assert seen > 5


@pytest.mark.parametrize("language", LANGUAGES)
def test_figures_that_are_not_comparable_are_separated(client: TestClient, language: str) -> None:
    path = "/indicators/outward-direct-investment"
    figure = "outward-direct-investment.CN.BRI.partner-2023.CNY.P11M.2024-01.scio-2025-01-15"
    series = client.get(f"/v1/series/{figure.rsplit('.', 2)[0]}?lang={language}").json()
    (point,) = (one for one in series["points"] if one["id"] == figure)
    (obstacle,) = point["obstacles"]
    page = read_page(client, f"{path}?lang={language}")
    (row,) = page.xpath("//tr[@id=$id]", id=figure)
    # The newest figure is first.
    line = row.getnext()
    assert obstacle["period"]["label"] in line.text_content()
    (mark, *_) = line.xpath(".//sup/a/@href")
    (note,) = page.xpath("//li[@id=$id]", id=mark[1:])
    assert obstacle["text"] == note.text_content().strip()


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


@pytest.mark.parametrize("path", ["/", "/indicators/aid-projects", "/indicators/trade-share"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_describe_the_dataset_to_search_engines(
    client: TestClient, path: str, language: str
) -> None:
    shown = read_structured_data(read_page(client, localize_url(path, language)))
    assert shown["@context"] == "https://schema.org"
    assert shown["@type"] == "Dataset"
    assert 50 <= len(shown["description"] * (3 if language == "zh" else 1)) <= 5000
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


BLOCKS = "ancestor-or-self::*[self::table or self::article or self::li or self::p][last()]"
CARDS = "ancestor-or-self::*[@class='card' or @class='headline'][last()]"


def list_quotations(page: Any) -> Iterator[tuple[str, str]]:
    """List the texts of a page with what stands beside them, those for machines included."""
    for text in page.xpath("//meta/@content"):
        yield text, text
    for text in page.xpath("//script[@type='application/ld+json']/text()"):
        for variable in json.loads(text)["variableMeasured"]:
            yield variable["value"], variable["value"]
    prose = "ancestor-or-self::dd or ancestor-or-self::*[@class='note'][not(self::a)]"
    prose += " or ancestor-or-self::ul[@class='reports'][ancestor::ol[@class='actions']]"
    for element in page.xpath(f"//main//*[text()[normalize-space()]][not({prose})]"):
        block = (element.xpath(CARDS) or element.xpath(BLOCKS) or [element])[0]
        yield "".join(element.xpath(f".//text()[not({prose})]")), block.text_content()
    for element in page.xpath("//p[@class='value']"):
        (block,) = element.xpath("ancestor::*[self::article or @class='headline'][1]")
        yield element.text_content(), block.text_content()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/?q=2024", "/indicators", "/priority-areas"])
def test_no_figure_stands_without_its_period_and_countries(
    client: TestClient, path: str, language: str
) -> None:
    overview = client.get("/v1/overview").json()
    keys = {
        "/indicators": [indicator["code"] for indicator in overview["indicators"]],
        "/priority-areas": [area["slug"] for area in overview["priority_areas"]],
    }.get(path)
    url = f"/v1/observations?vintages=all&limit=1000&lang={language}"
    figures = client.get(url).json()["items"]
    found = 0
    for one in [f"{path}/{key}" for key in keys] if keys else [path]:
        for text, block in list_quotations(read_page(client, localize_url(one, language))):
            words = " ".join(text.split())
            shown = [f for f in figures if f["display"] == words or f"{f['display']}（" in words]
            shown += [f for f in figures if re.search(f"[:：] ?{re.escape(f['display'])}", words)]
            found += len(shown)
            assert not shown or any(
                f["period"]["label"] in block and f["coverage"]["name"] in block for f in shown
            ), (one, words)
    assert found > 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_growth_on_the_page_of_a_source_names_countries_and_unit(
    client: TestClient, language: str
) -> None:
    source = "xinhua-2024-12-19"
    query = {"source": source, "lang": language}
    rates = client.get("/v1/growth-rates", params=query).json()["items"]
    page = read_page(client, f"/sources/{source}?lang={language}")
    rows = [
        [cell.text_content() for cell in row]
        for row in page.xpath("//section[@aria-labelledby='growth']//tbody/tr")
    ]
    assert rows == [
        [
            *(rate[name]["name"] for name in ("indicator", "coverage", "unit")),
            rate["period"]["label"],
            rate["display"],
        ]
        for rate in rates
    ]
    assert rows


def test_a_figure_names_differing_reports(client: TestClient) -> None:
    area = read_page(client, "/priority-areas/tangible-benefit-projects?lang=en")
    lines = area.xpath("//*[@class='card' or @class='baseline']")
    texts = [line.text_content() for line in lines if "over 700" in line.text_content()]
    assert all("Xinhua reports 700, without" in text for text in texts)
    assert texts
    (card,) = read_page(client, "/?lang=en").xpath("//article[@id='aid-projects']")
    (mark,) = card.xpath(".//a[text()='Also published with another qualifier']/@href")
    path, _, place = mark.partition("#")
    assert read_page(client, path).xpath("//*[@id=$id]", id=place)


def test_every_note_on_growth_is_shown_where_its_mark_leads(client: TestClient) -> None:
    marks = {
        mark
        for path in ("/", "/years")
        for mark in read_page(client, path).xpath("//a/@href[contains(., '#note.')]")
    }
    assert marks
    for mark in marks:
        path, _, place = mark.partition("#")
        assert len(read_page(client, path).xpath("//*[@id=$id]", id=place)) == 1, mark


def test_what_is_embedded_cannot_end_its_element() -> None:
    from app.formats.schema_org import embed_json  # noqa: PLC0415

    text = embed_json({"name": "</script><b>&amp;"})
    assert not set("<>&") & set(text)
    assert json.loads(text) == {"name": "</script><b>&amp;"}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/indicators/good-trade", "/indicators/goods-trade"),
        ("/priority-areas/emerging-field", "/priority-areas/emerging-fields"),
        ("/sources/scio-2025-01-16", "/sources/scio-2025-01-15"),
        ("/yeers", "/years"),
    ],
)
def test_a_reader_is_led_to_the_nearest_page(
    client: TestClient, path: str, right: str, language: str
) -> None:
    page = read_page(client, localize_url(path, language), status=404)
    (target,) = page.xpath("//p[@class='request']/a/@href")
    assert target == localize_url(right, language)
    assert is_served(client, HOST + target)
    plain = client.get(path)
    assert plain.status_code == 404
    assert plain.headers["content-type"] == "application/problem+json"
    suggestion = plain.json()["errors"][0]["suggestion"]
    assert right.endswith(suggestion)


@pytest.mark.parametrize("path", ["/method", "/licence"])
def test_a_shortened_address_leads_to_the_guide(client: TestClient, path: str) -> None:
    response = client.get(f"{path}?lang=zh", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == f"{HOST}/guide{path}?lang=zh"
    assert read_page(client, f"/guide{path}?lang=zh").get("lang") == "zh-CN"


def test_a_figure_that_was_found_shows_its_context(client: TestClient) -> None:
    page = read_page(client, "/?q=agreement&lang=en")
    hits = {
        link.get("href"): link.getparent().text_content()
        for link in page.xpath("//ul[@class='hits']//a[contains(@href, '/series/')]")
    }
    assert len(hits) == 2
    assert any("January to November 2024" in text for text in hits.values())
    assert any("Full year 2025" in text for text in hits.values())
    for text in hits.values():
        assert "Partner countries" in text
        assert "source: " in text
    assert any(text.endswith("36 ") or " 36 " in text for text in hits.values())
    for href in hits:
        path, _, row = href.partition("#")
        assert read_page(client, path).xpath("//tr[@id=$id]", id=row)


@pytest.mark.parametrize(
    ("language", "validity"),
    [("en", "superseded on 18 July 2025"), ("zh", "已于2025年7月18日被取代")],
)
def test_a_superseded_figure_that_was_found_says_so(
    client: TestClient, language: str, validity: str
) -> None:
    page = read_page(client, f"/?q=trade+share+2024&lang={language}")
    hits = [hit.text_content() for hit in page.xpath("//ul[@class='hits']/li")]
    assert [validity in hit for hit in hits[:2]] == [False, True]
    assert "50.3" in hits[1]


def test_the_page_of_a_source_has_its_superseded_rates(newest: TestClient) -> None:
    rates = newest.get("/v1/growth-rates?vintages=all&limit=1000").json()["items"]
    superseded = next(rate for rate in rates if rate["superseded_on"])
    page = read_page(newest, f"/sources/{superseded['source']['code']}")
    (row,) = page.xpath("//tr[contains(th/a/@href, $end)]", end=f"#growth.{superseded['id']}")
    assert superseded["display"] in row.text_content()
    assert "superseded on" in row.text_content()


@pytest.mark.parametrize("words", ["China", "一带一路", "trade"])
def test_a_search_for_a_common_word_hides_nothing_that_it_finds(
    newest: TestClient, words: str
) -> None:
    """There are more hits than the page lists, of which figures take the first thousand."""
    page = read_page(newest, f"/?q={words}")
    search = f"/v1/search?q={words}&limit=1000"
    for kind, path in (
        ("indicator", "//*[@data-kind='indicator']/@data-code"),
        ("outcome", "//ul[@class='outcomes']/li/@id"),
    ):
        found = newest.get(f"{search}&kind={kind}").json()["items"]
        shown = set(page.xpath(path))
        linked = {href.rpartition("/")[2] for href in page.xpath("//ul[@class='hits']//a/@href")}
        plain = set(read_page(newest, "/").xpath(path))
        assert shown == plain & {hit["code"] for hit in found}
        assert shown
        assert len(linked) <= MAX_HITS
    total = newest.get(search).json()["total"]
    count = page.xpath("string(//p[@id='count'])")
    further = int(re.findall(r"(\d+) further search results?", count)[0])
    assert MAX_HITS < further < total
    assert f"the first {MAX_HITS} results" in page.text_content()


def test_data_has_problems_as_documents_for_everybody(client: TestClient) -> None:
    for path in ("/v1/indicators/none", "/v1/nothing", "/v1/indicators?limit=0", "/%761/nothing"):
        response = client.get(path, headers=BROWSER)
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("prefix", ["", "/v1", "/sdmx", "/data/v1x"])
@pytest.mark.parametrize("path", ["/none", "/sources/v1x", "/guide/v1", "/embed/none", "/a/sdmx/b"])
def test_other_paths_have_problems_as_pages_wherever_their_names_stand(
    client: TestClient, prefix: str, path: str
) -> None:
    proxied = TestClient(client.app, root_path=prefix)
    response = proxied.get(f"{prefix}{path}", headers=BROWSER)
    assert response.status_code == 404
    assert response.headers["content-type"].startswith("text/html")
    assert proxied.get(f"{prefix}/v1{path}", headers=BROWSER).json()["status"] == 404


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        ("text/html", True),
        ("TEXT/HTML", True),
        ("text/html;level=1, */*;q=0.1", True),
        ("text/html;q=0", False),
        ("application/json, text/html;q=0.0", False),
        ("x;a=text/html", False),
        ("application/x+text/html", False),
        ("*/*", False),
    ],
)
def test_whoever_accepts_pages_gets_a_problem_as_one(
    client: TestClient, accept: str, *, is_page: bool
) -> None:
    for path in ("/none", "/n%6fne", "/a/sdmx/b"):
        media_type = client.get(path, headers={"Accept": accept}).headers["content-type"]
        assert media_type.startswith("text/html") == is_page, path


@pytest.mark.parametrize(
    ("edition", "words"), [("1999", "“1999” is not in the list"), ("soon", "“soon” is not a year")]
)
def test_an_unknown_press_conference_leaves_the_form(
    client: TestClient, edition: str, words: str
) -> None:
    page = read_page(client, f"/?edition={edition}&q=green&lang=en", status=422)
    (message,) = page.xpath("//form//*[@class='error']")
    assert words in message.text_content()
    assert page.xpath("//input[@name='q']/@value") == ["green"]


@pytest.mark.parametrize(
    ("query", "words"), [("topci=trade", "did you mean topic"), ("q=a&q=b", "use it once")]
)
def test_an_invalid_address_of_a_form_is_reported(
    client: TestClient, query: str, words: str
) -> None:
    page = read_page(client, f"/?{query}&lang=en", status=422)
    assert words in page.text_content()
    assert client.get(f"/?{query}&lang=en").json()["code"] == "invalid-parameters"


@pytest.mark.parametrize(
    "appended",
    [
        "fbclid=x",
        "utm_source=a&utm_medium=b&utm_campaign=c&utm_term=d&utm_content=e&utm_id=f",
        "gclid=x&gbraid=x&wbraid=x&msclkid=x",
        "from=singlemessage&isappinstalled=0&scene=1&clicktime=1&enterid=1",
        "share_source=copy_web&spm=1.2&sharer_shareid=x&version=4&platform=mac",
        "ref=x&source_id=y&_t=1&%E6%9D%A5%E6%BA%90=x",
    ],
)
def test_a_page_ignores_what_platforms_append_to_its_address(
    app: App, client: TestClient, appended: str
) -> None:
    routes = app.request_router.routes.values()
    pages = [one for one in routes if one.kind in {PathKind.PAGE, PathKind.EMBED} and not one.keys]
    for path in (*(one.path for one in pages if one.names), "/indicators/goods-trade"):
        known = "lang=zh&cursor=a" if path == "/changes" else "lang=zh"
        response = client.get(f"{path}?{appended}&{known}", follow_redirects=False)
        assert response.status_code == 307, path
        assert response.headers["location"].partition("?")[2] == "&".join(sorted(known.split("&")))
        assert "max-age" not in response.headers.get("cache-control", "")
    assert client.get(f"/v1?{appended}", follow_redirects=False).status_code == 422
    head = read_page(client, f"/indicators/goods-trade?{appended}")
    assert head.xpath("//link[@rel='canonical']/@href")[0].endswith(
        "/indicators/goods-trade?lang=en"
    )


def test_an_unknown_record_leads_to_known_ones(client: TestClient) -> None:
    for path in ("/changes?release=2020-01-01&lang=en", "/editions/1999?lang=en"):
        links = read_page(client, path, status=404).xpath("//ul[@class='allowed']//a/@href")
        assert links
        assert all(client.get(link, headers=BROWSER).status_code == 200 for link in links)


@pytest.mark.parametrize(
    ("query", "figures", "actions"),
    [
        ("topic=&sector=&q=", 7, 24),
        ("topic=projects", 2, 6),
        ("sector=digital-economy", 1, 2),
        ("topic=trade&topic=projects", 4, 15),
        ("q=digital", 1, 3),
        ("q=援助", 1, 1),
        ("q=zebra", 0, 0),
    ],
)
def test_the_page_is_narrowed_by_its_address(
    client: TestClient, query: str, figures: int, actions: int
) -> None:
    for language in LANGUAGES:
        page = read_page(client, f"/?{query}&lang={language}")
        assert len(page.xpath("//article[contains(@class, 'card')]")) == figures
        assert len(page.xpath("//ol[@class='actions']/li")) == actions
        (count,) = page.xpath("//*[@id='count']")
        numbers = re.findall(r"\d+", count.text_content())
        rows = len(page.xpath("//tr[@data-kind='indicator']"))
        assert numbers[:2] == [str(figures + rows), str(actions)]
        other = page.xpath("//nav/a[@hreflang]/@href")[0]
        captured = [part for part in query.split("&") if not part.endswith("=")]
        stored = client.get(other, headers=BROWSER)
        assert stored.status_code == 200
        assert all(part.partition("=")[0] in other for part in captured)


def test_words_that_were_found_are_marked(client: TestClient) -> None:
    page = read_page(client, "/?q=digital&lang=en")
    marks = [
        one.text_content() for one in page.xpath("//ol[@class='actions']//*[@class='text']/mark")
    ]
    assert [mark.lower() for mark in marks] == ["digital", "digital"]
    assert page.xpath("//ul[@class='hits']/li")


@pytest.mark.parametrize(
    ("language", "related"), [("en", "found by a related term"), ("zh", "按相关词语匹配")]
)
def test_what_was_found_elsewhere_says_why(newest: TestClient, language: str, related: str) -> None:
    """Later reports and synonyms are searched too, but are not shown."""
    page = read_page(newest, f"/?q=agreement&lang={language}")
    items = page.xpath("//*[@class='actions' or @class='outcomes']/li")
    assert items
    assert all(one.xpath(".//mark") or related in one.text_content() for one in items)
    assert any(one.xpath("span[@class='note']/mark") for one in items)
    names = page.xpath("//article[@class='card']/*[self::h3 or self::h4]")
    assert all(one.xpath(".//mark") or one.xpath("following-sibling::span") for one in names)


def test_nothing_found_cites_nothing(newest: TestClient) -> None:
    page = read_page(newest, "/?q=xyzzy&lang=en")
    assert page.find_class("nothing")
    assert not page.find_class("cited")
    assert read_page(newest, "/?q=agreement&lang=en").find_class("cited")


@pytest.mark.parametrize("path", ["/docs/list_observations", "/indicators/goods-trade"])
def test_chinese_ranges_have_a_chinese_dash(newest: TestClient, path: str) -> None:
    text = read_page(newest, f"{path}?lang=zh").text_content()
    assert re.search(r"\d—\d", text)
    assert not re.search(r"\d–\d", text)


@pytest.mark.parametrize(
    ("code", "language", "expected"),
    [
        ("aid-projects", "en", "<dd>above 700</dd>"),
        ("aid-projects", "zh", "<dd>高于700</dd>"),
        ("import-share", "en", "<dd>below 54%</dd>"),
        ("import-share", "zh", "<dd>低于54%</dd>"),
    ],
)
def test_a_bound_is_shown_with_its_unit(
    client: TestClient, code: str, language: str, expected: str
) -> None:
    assert expected in client.get(f"/indicators/{code}?lang={language}").text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_a_source_describes_document_and_event(
    client: TestClient, language: str
) -> None:
    for source in client.get(f"/v1/sources?lang={language}&limit=1000").json()["items"]:
        page = read_page(client, f"/sources/{source['code']}?lang={language}")
        text = " ".join(page.text_content().split())
        expected = [source[name] for name in ("title", "publisher", "carrier", "body", "note")]
        expected += [source["printed_title"], *source["citation"].values()]
        if source["event"]:
            event = client.get(f"/v1/events/{source['event']['code']}?lang={language}").json()
            names = ("name", "place", "organiser", "questioner", "note")
            expected += [event[name] for name in names]
            expected += [speaker["office"] for speaker in event["speakers"]]
            dated = {"en": "Offices are those held on the day", "zh": "职务为活动当日职务"}
            assert (dated[language] in text) is bool(event["speakers"])
            expected += [document["title"] for document in event["documents"]]
        assert [part for part in expected if part and " ".join(part.split()) not in text] == []
        links = {link.get("href") for link in page.xpath("//section//a")}
        for style in ("apa", "gb-t-7714"):
            path = f"/v1/sources/{source['code']}/citation.txt"
            assert f"{path}?style={style}&lang={language}" in links


def test_the_operator_can_be_reached_from_every_page(database: Target, client: TestClient) -> None:
    assert "Contact the operator" not in client.get("/?lang=en").text
    with open_app(database, contact="data@example.org") as app:
        reached = TestClient(app)
        for path in ("/", "/guide"):
            links = read_page(reached, path).xpath("//footer//a/@href")
            assert "mailto:data@example.org" in links
        assert reached.get("/openapi.json").json()["info"]["contact"]["email"] == "data@example.org"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_calendar_gives_no_invented_date(client: TestClient, language: str) -> None:
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
