"""Addresses that are wrong: the nearest page, and problems as pages or documents."""

import pytest

from app.application import App
from app.negotiation import PathKind
from tests.pages.test_pages import LANGUAGES
from tests.routers.test_discovery import HOST, is_served
from tests.support.client import AppClient
from tests.support.site import BROWSER, localize_url, read_page

pytestmark = pytest.mark.database


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
    client: AppClient, path: str, right: str, language: str
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
def test_a_shortened_address_leads_to_the_guide(client: AppClient, path: str) -> None:
    response = client.get(f"{path}?lang=zh", follow_redirects=False)
    assert response.status_code == 307
    assert response.headers["location"] == f"{HOST}/guide{path}?lang=zh"
    assert read_page(client, f"/guide{path}?lang=zh").get("lang") == "zh-CN"


def test_data_has_problems_as_documents_for_everybody(client: AppClient) -> None:
    for path in ("/v1/indicators/none", "/v1/nothing", "/v1/indicators?limit=0", "/%761/nothing"):
        response = client.get(path, headers=BROWSER)
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("prefix", ["", "/v1", "/sdmx", "/data/v1x"])
@pytest.mark.parametrize("path", ["/none", "/sources/v1x", "/guide/v1", "/embed/none", "/a/sdmx/b"])
def test_other_paths_have_problems_as_pages_wherever_their_names_stand(
    client: AppClient, prefix: str, path: str
) -> None:
    proxied = AppClient(client.app, root_path=prefix)
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
    client: AppClient, accept: str, *, is_page: bool
) -> None:
    for path in ("/none", "/n%6fne", "/a/sdmx/b"):
        media_type = client.get(path, headers={"Accept": accept}).headers["content-type"]
        assert media_type.startswith("text/html") == is_page, path


@pytest.mark.parametrize(
    ("edition", "words"), [("1999", "“1999” is not in the list"), ("soon", "“soon” is not a year")]
)
def test_an_unknown_press_conference_leaves_the_form(
    client: AppClient, edition: str, words: str
) -> None:
    page = read_page(client, f"/?edition={edition}&q=green&lang=en", status=422)
    (message,) = page.xpath("//form//*[@class='error']")
    assert words in message.text_content()
    assert page.xpath("//input[@name='q']/@value") == ["green"]


@pytest.mark.parametrize(
    ("query", "words"), [("topci=trade", "did you mean topic"), ("q=a&q=b", "use it once")]
)
def test_an_invalid_address_of_a_form_is_reported(
    client: AppClient, query: str, words: str
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
    app: App, client: AppClient, appended: str
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


@pytest.mark.parametrize(
    ("path", "right"),
    [
        ("/sources/scio-2025-01-16/passages", "/sources/scio-2025-01-15/passages"),
        ("/sources/scio-2025-01-16", "/sources/scio-2025-01-15"),
        ("/indicators/goods-trad", "/indicators/goods-trade"),
        ("/guide/readin-figures", "/guide/reading-figures"),
        ("/docs/list_observation", "/docs/list_observations"),
        ("/problems/unknown-recor", "/problems/unknown-record"),
    ],
)
def test_every_link_of_an_unknown_record_is_served(
    client: AppClient, path: str, right: str
) -> None:
    page = read_page(client, f"{path}?lang=en", status=404)
    links = page.xpath("//div[@class='problem-page']//a/@href")
    assert f"{right}?lang=en" in links
    assert f"/{path.split('/')[1]}?lang=en" in links, "the list"
    for link in links:
        assert client.get(link, headers=BROWSER).status_code == 200, link


def test_an_unknown_record_leads_to_known_ones(client: AppClient) -> None:
    for path in ("/changes?release=2020-01-01&lang=en", "/editions/1999?lang=en"):
        links = read_page(client, path, status=404).xpath("//ul[@class='allowed']//a/@href")
        assert links
        assert all(client.get(link, headers=BROWSER).status_code == 200 for link in links)
