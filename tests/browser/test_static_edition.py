"""The static edition in a browser: search, filters, themes and languages, without a service."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.support.chromium import choose_topic_before_script
from tests.support.static_edition import serve_folder

pytestmark = pytest.mark.sqlite
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(16, 23, 30)"


def list_failures(request: Request) -> list[str]:
    """List a request that failed, unless the browser gave it up to go to another page."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"failed: {request.url}"]


@pytest.fixture(scope="module")
def watched_page(browser: Browser, edition: Path) -> Iterator[tuple[Page, list[str]]]:
    """Open pages of the edition, and note what goes wrong, such as a breach of the policy."""
    with serve_folder(edition) as base:
        page = browser.new_page(base_url=base)
        wrong: list[str] = []
        page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("requestfailed", lambda request: wrong.extend(list_failures(request)))
        page.on(
            "response", lambda got: wrong.append(got.url) if got.status not in {200, 304} else None
        )
        yield page, wrong
        page.close()


def test_search_and_filters_run_in_the_browser(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/index.html")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    page.get_by_role("link", name="English").click()
    count, hits = page.locator("#count"), page.locator(".hits a")
    expect(count).to_have_text(re.compile(r"^8 figures, 24 recorded actions"))
    assert "search.json" not in loaded, "it is large, and loaded when it is needed"
    page.get_by_label("Topic").select_option("projects")
    expect(count).to_have_text("2 figures, 6 recorded actions, 2 other results")
    expect(page.locator("article.card:visible")).to_have_count(2)
    page.get_by_label("Search").fill("infrastruct")
    page.keyboard.press("Enter")
    expect(count).to_contain_text(re.compile("1 recorded action(?!s)"))
    assert page.url.endswith("en/index.html?q=infrastruct&topic=projects")
    title = "Belt and Road Cooperation Indicators"
    expect(page).to_have_title(f"“infrastruct” · Projects · {title}")
    page.reload()
    expect(count).to_contain_text("1 recorded action")
    page.go_back()
    expect(count).to_have_text("2 figures, 6 recorded actions, 2 other results")
    expect(page).to_have_title(f"Projects · {title}")
    expect(page.get_by_label("Search")).to_have_value("")
    page.get_by_label("Topic").select_option("")
    page.get_by_label("Search").fill("forum")
    page.keyboard.press("Enter")
    hits.first.click()
    expect(page.locator("h1, main").first).to_be_visible()
    assert "/en/" in page.url
    assert wrong == []


def test_chinese_is_found_by_words_of_any_length(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/zh/index.html?q=数字经济")
    count = page.locator("#count")
    expect(count).to_contain_text("项已收录举措")
    expect(page.locator("details.fold:not([open]):visible")).to_have_count(0)
    texts = page.locator(".actions li:visible").all_inner_texts()
    assert texts
    assert any("数字" in text for text in texts)
    page.get_by_label("关键词").fill("２０２５")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("%EF%BC%92"))
    expect(page.locator("article.card:visible").first).to_be_visible()
    page.get_by_label("关键词").fill("坛")
    page.keyboard.press("Enter")
    expect(page.locator(".hits li").first).to_be_visible()
    expect(page.locator("#static-hits")).to_have_count(1)
    page.get_by_label("关键词").fill("数字经济无此词")
    page.keyboard.press("Enter")
    expect(count).to_have_text("没有检索结果。请减少关键词，或清除筛选。")
    expect(page.locator("#results :is(section, .fold):visible")).to_have_count(0)
    count.get_by_role("link", name="清除筛选").click()
    expect(page).to_have_url(re.compile("/zh/index.html$"))
    expect(page.locator("article.card").first).to_be_visible()
    assert wrong == []


def test_an_area_that_is_found_has_all_of_its_actions(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/en/index.html?q=improving")
    area = page.locator("article.area:visible")
    expect(area).to_have_count(1)
    expect(area).to_have_id("2025-tangible-benefit-projects")
    expect(area.locator(".actions > li:visible")).to_have_count(
        area.locator(".actions > li").count()
    )
    assert wrong == []


@pytest.mark.parametrize(
    "words",
    [
        "How much was trade with BRI partner coun\u200btries in 2024?",
        "2024年一带一路国家贸易额是多少",
    ],
)
def test_a_sentence_finds_what_it_asks_for(visit: tuple[Page, list[str]], words: str) -> None:
    page, wrong = visit
    page.goto("/en/index.html")
    page.get_by_label("Search").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("#static-hits li").first).to_contain_text("Full year 2024")
    expect(page.locator("article.card:visible").first).to_contain_text("22.1 trillion yuan")
    assert wrong == []


def test_the_other_language_keeps_the_search_and_the_filters(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/en/index,edition=2024.html?q=trade")
    expect(page.locator("#count")).to_contain_text("figure")
    page.get_by_label("Topic").select_option("trade")
    expect(page).to_have_url(re.compile("topic=trade"))
    page.locator("nav").get_by_role("link", name="中文").click()
    expect(page).to_have_url(re.compile(r"/zh/index,edition=2024.html\?q=trade&topic=trade$"))
    expect(page.get_by_label("关键词")).to_have_value("trade")
    expect(page.locator("#count")).to_contain_text("项数据")
    assert wrong == []


def test_a_common_word_hides_no_figure_that_has_it(visit: tuple[Page, list[str]]) -> None:
    """List a single other result, as if all words were as common as China."""
    page, wrong = visit

    def shorten_list(route: Route) -> None:
        script = route.fetch().text()
        shortened = re.sub(r"(const MAX_\w+ = )\d+", r"\g<1>1", script)
        assert shortened != script
        route.fulfill(body=shortened, content_type="text/javascript")

    count, found = page.locator("#count"), []
    for is_short in (False, True):
        if is_short:
            page.route(re.compile(r"/search\.js(\?|$)"), shorten_list)
        page.goto("/en/index.html?q=trade")
        expect(count).to_contain_text("results in other records")
        found.append(count.inner_text())
    assert found[0] == found[1]
    expect(page.locator("#static-hits li")).to_have_count(1)
    expect(page.locator("#static-hits .note").first).to_have_text("The first 1 are listed.")
    page.goto("/en/index.html?q=of")
    expect(count).to_contain_text("results in other records")
    assert wrong == []


def test_what_is_typed_while_the_index_loads_is_kept(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    routes: list[Route] = []

    def collect_route(route: Route) -> None:
        routes.append(route)

    page.route("**/search.json", collect_route)
    page.goto("/zh/index.html?q=数字经济")
    page.get_by_label("关键词").fill("坛")
    deadline = time.monotonic() + 30
    while not routes and time.monotonic() < deadline:
        page.wait_for_timeout(20)
    routes[0].continue_()
    expect(page.locator(".hits li").first).to_be_visible()
    expect(page.get_by_label("关键词")).to_have_value("坛")
    assert wrong == []


def test_a_topic_that_is_chosen_before_the_script_runs_is_kept(
    visit: tuple[Page, list[str]],
) -> None:
    page, wrong = visit
    choose_topic_before_script(page, "/en/index.html")
    expect(page.locator("#count")).to_have_text("2 figures, 6 recorded actions, 2 other results")
    assert page.url.endswith("/en/index.html?topic=projects")
    choose_topic_before_script(page, "/en/index.html?q=infrastructure")
    expect(page.locator("#count")).to_contain_text("1 recorded action")
    assert wrong == []


def test_theme_and_language_are_kept_from_page_to_page(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/en/indicators/goods-trade.html")
    body = page.locator("body")
    expect(body).to_have_css("background-color", LIGHT)
    chart = page.locator(".plot").first
    page.locator("theme-switch button").click()
    page.locator("theme-switch button").click()
    expect(body).to_have_css("background-color", DARK)
    chart.hover(position={"x": 870, "y": 60})
    expect(chart.locator(".tip")).to_contain_text("23.6 trillion yuan")
    page.get_by_role("tab", name="Vintages").click()
    page.locator("nav").get_by_role("link", name="中文").click()
    expect(page).to_have_url(re.compile("/zh/indicators/goods-trade.html#vintages$"))
    expect(page.locator("#vintages")).to_be_visible()
    expect(body).to_have_css("background-color", DARK)
    assert wrong == []


def test_a_series_that_is_not_there_is_left_out(visit: tuple[Page, list[str]]) -> None:
    """A host serves the page whatever its address asks for; the service would refuse it."""
    page, wrong = visit
    page.goto("/en/indicators/goods-trade.html?series=nothing")
    expect(page.locator(".group-plot h3")).to_have_text("Full years, trillion yuan")
    assert wrong == []


def test_the_reference_has_no_form_that_nothing_would_answer(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/zh/docs.html")
    page.get_by_role("link", name="列出数据", exact=True).click()
    expect(page).to_have_url(re.compile("/zh/docs/list_observations.html$"))
    expect(page.locator("form")).to_have_count(0)
    expect(page.locator("main")).to_contain_text("各项响应以文件提供")
    expect(page.locator(".samples pre").first).to_contain_text("http://127.0.0.1:8000/v1/")
    assert wrong == []


def test_a_form_that_is_sent_before_the_index_is_there(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/en/index,edition=2024.html")
    assert page.locator("form.filter").get_attribute("action") == "index,edition=2024.html"
    routes: list[Route] = []

    def collect_route(route: Route) -> None:
        routes.append(route)

    page.route("**/search.json", collect_route)
    with page.expect_request("**/search.json"):
        page.get_by_label("Search").fill("trade")
    page.keyboard.press("Enter")
    page.get_by_label("Search").fill("forum")
    page.keyboard.press("Enter")
    assert page.url.endswith("/en/index,edition=2024.html"), "the page stays"
    routes[0].continue_()
    expect(page.locator("#count")).to_contain_text("in other records")
    assert page.url.endswith("/en/index,edition=2024.html?q=forum")
    assert len(routes) == 1
    assert wrong == []
