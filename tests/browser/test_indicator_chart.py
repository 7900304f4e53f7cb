"""The chart and the tabs of an indicator in a browser, by pointer, keyboard and address."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_accessibility import NARROW, TAGS, TEXTS, axe, find_violations
from tests.support.chromium import suspend_requests, wait_until

__all__ = ["axe"]

Visit = tuple[Page, list[str]]
GOODS = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
DOLLARS = "goods-trade.CN.BRI.partner-2025.USD.P12M"
TIPS = {
    "en": [
        "23.6 trillion yuan",
        "Full year 2025",
        "Partner countries (2025 scope, inferred by this service)",
        "up 6.3 percent on a year earlier",
        "Not comparable (Full year 2024, Full year 2025)",
    ],
    "zh": [
        "23.6万亿元",
        "2025年全年",
        "共建国家（2025年口径，本站推断）",
        "同比增长6.3%",
        "不可比（2024年全年、2025年全年）",
    ],
}


def read_tip(page: Page) -> list[str]:
    """Read the lines of the tooltip."""
    return page.locator(".tip > *").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_keys_move_between_figures(visit: Visit, language: str) -> None:
    page, wrong = visit
    page.goto(f"/indicators/goods-trade?lang={language}")
    plot = page.locator(".plot")
    expect(plot.locator(".tip")).to_be_hidden()
    page.get_by_role("tab").first.focus()
    page.keyboard.press("Tab")
    assert plot.evaluate("(one) => one === document.activeElement")
    *shown, source = read_tip(page)
    assert shown == TIPS[language]
    assert source.startswith({"en": "Source: ", "zh": "来源："}[language])
    announced = page.locator("series-chart [role=status]")
    separator = {"en": "; ", "zh": "；"}[language]
    expect(announced).to_have_text(separator.join([*shown, source]))
    for key, period in (
        ("ArrowLeft", "2024"),
        ("ArrowLeft", "2023"),
        ("Home", "2013"),
        ("ArrowUp", "2024"),
        ("ArrowDown", "2023"),
        ("End", "2025"),
    ):
        page.keyboard.press(key)
        assert period in read_tip(page)[1], key
        expect(announced).to_contain_text(period)
    page.keyboard.press("Enter")
    row = page.locator(f"tr[id^='{GOODS}.2025-01']")
    expect(row).to_be_in_viewport()
    expect(page.get_by_role("tab", selected=True)).to_have_id("tab-table")
    page.go_back()
    expect(page.get_by_role("tab", selected=True)).to_have_id("tab-chart")
    plot.focus()
    page.keyboard.press("Escape")
    expect(plot.locator(".tip")).to_be_hidden()
    assert wrong == []


def test_the_pointer_shows_the_nearest_figure(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/aid-projects?lang=en")
    plot = page.locator(".plot")
    box = plot.bounding_box()
    assert box
    for share, number in ((0.1, "nearly 700"), (0.9, "over 700")):
        plot.hover(position={"x": box["width"] * share, "y": box["height"] / 2})
        assert read_tip(page)[0] == number
        tip = plot.locator(".tip").bounding_box()
        assert tip
        assert tip["x"] >= box["x"]
        assert tip["x"] + tip["width"] <= box["x"] + box["width"] + 1
    page.mouse.move(0, 0)
    expect(plot.locator(".tip")).to_be_hidden()
    # A limit is never drawn as an exact bar.
    assert plot.locator(".bar").count() == 2
    assert plot.locator(".bar.open").count() == 1
    assert plot.locator(".hatch").count() == 2
    assert plot.locator(".value-label").all_text_contents() == ["over 700", "nearly 700"]
    assert wrong == []


def test_a_tapped_tooltip_stays(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, has_touch=True)
    page = context.new_page()
    page.goto("/indicators/aid-projects?lang=zh")
    page.locator(".plot").tap()
    assert read_tip(page)[0] in {"近700个", "逾700个"}
    expect(page.locator(".tip")).to_be_visible()
    page.locator("h1").tap()
    expect(page.locator(".tip")).to_be_hidden()
    context.close()


def test_the_address_keeps_tab_and_series(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/goods-trade?lang=en")
    headings = page.locator(".group-plot h3")
    assert headings.all_inner_texts() == ["Full years, trillion yuan"]
    page.get_by_text("Choose series").click()
    page.locator(f"input[value='{DOLLARS}']").check()
    both = ["Full years, trillion yuan", "Full years, trillion US dollars"]
    assert headings.all_inner_texts() == both
    page.locator(f"input[value='{GOODS}']").uncheck()
    other = page.locator("nav").get_by_role("link", name="中文")
    expect(other).to_have_attribute("href", re.compile(rf"lang=zh.*&series={re.escape(DOLLARS)}$"))
    page.get_by_role("tab", name="Table").click()
    address = page.url
    assert address.count("series=") == 2
    assert address.endswith("#table")
    expect(page.locator("#table details[open]")).to_have_count(2)
    page.reload()
    expect(page.get_by_role("tab", selected=True)).to_have_text("Table")
    expect(page.locator("#chart")).to_be_hidden()
    page.get_by_role("tab", name="Chart").click()
    assert headings.all_inner_texts() == both
    expect(page.locator(f"input[value='{GOODS}']")).not_to_be_checked()
    page.locator("nav").get_by_role("link", name="中文").click()
    assert headings.all_inner_texts() == ["全年，万亿元", "全年，万亿美元"]
    page.get_by_role("link", name="默认序列").click()
    assert headings.all_inner_texts() == ["全年，万亿元"]
    assert "series=" not in page.url
    page.go_back()
    assert headings.all_inner_texts() == ["全年，万亿元", "全年，万亿美元"]
    assert wrong == []


@pytest.mark.parametrize(
    ("language", "reason"), [("en", "The chart shows at least one"), ("zh", "图表至少显示一个序列")]
)
def test_the_last_series_stays_chosen(visit: Visit, language: str, reason: str) -> None:
    page, wrong = visit
    page.goto(f"/indicators/goods-trade?series={GOODS}&lang={language}")
    last = page.locator(f"input[value='{GOODS}']")
    shown = page.locator("#last-series")
    expect(last).to_have_accessible_description(re.compile(reason))
    last.focus()
    page.keyboard.press("Space")
    expect(last).to_be_checked()
    # A click at a place would hit another box if the page moved in between.
    last.evaluate("(one) => one.click()")
    expect(last).to_be_checked()
    expect(shown).to_be_visible()
    expect(page.locator(".group-plot")).to_have_count(1)
    page.locator(f"input[value='{DOLLARS}']").check()
    last.uncheck()
    query = rf"(lang={language}&)?series={re.escape(DOLLARS)}(&lang={language})?"
    expect(page).to_have_url(re.compile(rf"\?{query}$"))
    page.go_back()
    expect(last).to_be_checked()
    expect(last).not_to_have_attribute("aria-disabled", "true")
    assert wrong == []


def test_links_to_files_are_those_of_the_last_choice(visit: Visit) -> None:
    """Whatever arrives late or not at all."""
    page, wrong = visit
    page.goto(f"/indicators/goods-trade?series={GOODS}&lang=en")
    dollars = page.locator(f"input[value='{DOLLARS}']")
    link = page.locator("#chart .files a").first
    waiting = suspend_requests(page, "**/indicators/goods-trade?*")
    for is_chosen in (True, False, True, False):
        with page.expect_request("**/indicators/goods-trade?*"):
            dollars.set_checked(is_chosen)
    page.wait_for_timeout(100)
    late, failed, _, last = waiting
    failed.fulfill(status=503, body="")
    for route in (last, late):
        with page.expect_response(route.request.url):
            route.continue_()
        page.wait_for_timeout(100)
        expect(link).to_have_attribute("href", re.compile(f"^/v1/series/{re.escape(GOODS)}/"))
    assert [one for one in wrong if "503" not in one] == []
    page.unroute_all()


def test_the_menu_for_sharing_is_that_of_the_last_choice(visit: Visit) -> None:
    page, wrong = visit
    page.goto(f"/indicators/goods-trade?series={GOODS}&lang=en")
    link = page.locator("details.share dd > code").first
    waiting = suspend_requests(page, "**/indicators/goods-trade?*")
    for is_chosen in (True, False):
        page.locator(f"input[value='{DOLLARS}']").set_checked(is_chosen)
        with page.expect_request("**/indicators/goods-trade?*"):
            page.get_by_text("Share, embed and cite").click()
    page.wait_for_timeout(100)
    _, late, _, last = waiting
    for route in (last, late):
        with page.expect_response(route.request.url):
            route.continue_()
        page.wait_for_timeout(100)
        expect(link).to_have_text(re.compile(rf"\?series={re.escape(GOODS)}&lang=en$"))
    assert wrong == []
    page.unroute_all()


def test_the_menu_for_sharing_follows_the_choice(visit: Visit) -> None:
    page, wrong = visit
    page.goto(f"/indicators/goods-trade?series={GOODS}&lang=en")
    summary, dialog = page.get_by_text("Share, embed and cite"), page.locator("details.share")
    links = dialog.locator("dd > code")
    summary.click()
    expect(links.first).to_have_text(re.compile(f"series={GOODS}&lang=en$"))
    page.locator(f"input[value='{DOLLARS}']").check()
    page.locator(f"input[value='{GOODS}']").uncheck()
    png = page.locator(".files a").first
    expect(png).to_have_attribute("href", re.compile(f"^/v1/series/{DOLLARS}/chart.png"))
    expect(dialog).not_to_have_attribute("open", "")
    summary.click()
    expect(links.first).to_have_text(re.compile(f"series={DOLLARS}&lang=en$"))
    expect(links.nth(2)).to_contain_text(f"/embed/series/{DOLLARS}")
    assert dialog.get_by_role("button", name="Copy").count() >= 4
    assert dialog.locator("cite").first.inner_text() == dialog.locator(
        "copy-text[data-source]"
    ).first.get_attribute("data-text")
    page.get_by_role("link", name="Default series").click()
    summary.click()
    expect(links.first).to_have_text(re.compile("/goods-trade[?]lang=en$"))
    assert wrong == []


def test_a_resized_chart_keeps_the_focus(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/goods-trade?lang=en")
    page.get_by_role("tab").first.focus()
    page.keyboard.press("Tab")
    for least, width in ((0, NARROW), (NARROW, 900)):
        page.set_viewport_size({"width": width, "height": 700})
        # The chart is drawn again after a resize; its width shows which drawing is there.
        right = "document.querySelector('.plot > svg').getBoundingClientRect().right"
        wait_until(page, f"{least} < {right} && {right} <= {width}")
        expect(page.locator(".plot")).to_be_focused()
        page.keyboard.press("ArrowLeft")
        if "2025" in read_tip(page)[1]:
            page.keyboard.press("ArrowLeft")  # A further drawing began with the newest figure.
        assert "2024" in read_tip(page)[1]
    assert wrong == []


@pytest.mark.parametrize(
    "fragment", ["x%ZZ", "<img src=x onerror=alert(1)>", "y" * 20_000, "no-such-place"]
)
def test_a_bad_fragment_shows_the_chart(visit: Visit, fragment: str) -> None:
    page, wrong = visit
    page.goto(f"/indicators/aid-projects?lang=en#{fragment}")
    expect(page.get_by_role("tab", selected=True)).to_have_id("tab-chart")
    expect(page.locator(".plot > svg")).to_be_visible()
    assert wrong == []


@pytest.mark.parametrize(
    "query",
    ["series=nonsense", "series=<script>alert(1)</script>", f"series={'x' * 5000}", "serie=x"],
)
def test_a_bad_query_is_refused_in_words(browser: Browser, server: str, query: str) -> None:
    page = browser.new_page(base_url=server)
    page.on("dialog", lambda _: pytest.fail("a script of the address ran"))
    response = page.goto(f"/indicators/aid-projects?lang=en&{query}")
    assert response is not None
    assert response.status == 422
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_forced_colours_show_the_selected_tab(visit: Visit) -> None:
    page, wrong = visit
    page.emulate_media(forced_colors="active")
    page.goto("/indicators/aid-projects?lang=en")
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    colours = page.evaluate(
        "[...document.querySelectorAll('[role=tab]')].map("
        "(tab) => getComputedStyle(tab).borderBottomColor)"
    )
    assert [colour != background for colour in colours] == [True, False, False, False]
    assert wrong == []


def test_arrow_keys_move_between_tabs(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/trade-share?lang=en")
    page.get_by_role("tab", name="Chart").focus()
    for key, name in (
        ("ArrowRight", "table"),
        ("End", "vintages"),
        ("ArrowRight", "chart"),
        ("ArrowLeft", "vintages"),
    ):
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(f"#{name}$"))
        other = page.locator("nav [hreflang]").get_attribute("href") or ""
        assert other.endswith(f"#{name}")
        visible = page.get_by_role("tabpanel").all()
        assert [one.get_attribute("id") for one in visible] == [name]
    entries = page.evaluate("history.length")
    page.get_by_role("tab", name="Vintages").click()
    assert page.evaluate("history.length") == entries
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_tab_is_accessible_and_fits(visit: Visit, axe: str, language: str) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": NARROW, "height": 720})
    page.goto(f"/indicators/goods-trade?lang={language}")
    page.evaluate(axe)
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    page.locator(".plot").focus()
    within = "html"
    for tab in page.get_by_role("tab").all():
        tab.click()
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
        # Both languages have the same colours.
        assert find_violations(page, TAGS if language == "en" else TEXTS, within) == []
        # Another tab changes nothing else.
        within = ".tabs, .tab.selected"
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_chart_is_on_the_first_screen(visit: Visit, language: str) -> None:
    """It follows the newest figure; the other figures and the definition are beside or below it."""
    page, wrong = visit
    for width, height, limit in ((1280, 900, 400), (NARROW, 640, 850)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"/indicators/goods-trade?lang={language}")
        box = page.locator(".plot").bounding_box()
        assert box
        assert box["y"] < limit
        assert width == NARROW or box["y"] + box["height"] < height
        assert len(page.locator(".profile .tile").all()) > 1
        expect(page.locator("#definition")).to_be_visible()
        page.goto(f"/series/{GOODS}?lang={language}")
        assert (page.locator(".plot").bounding_box() or box)["y"] < limit
    assert wrong == []


def test_everything_is_there_without_a_script(scriptless_page: Page) -> None:
    scriptless_page.goto("/indicators/goods-trade?lang=en")
    for name in ("chart", "table", "sources", "vintages"):
        assert scriptless_page.locator(f"#{name} > h2").is_visible()
    expect(scriptless_page.locator("#chart picture img")).to_be_visible()
    scriptless_page.get_by_text("Choose series").click()
    scriptless_page.locator(f"input[value='{GOODS}']").uncheck()
    scriptless_page.get_by_role("button", name="Show").click()
    scriptless_page.wait_for_url(re.compile("series="))
    assert scriptless_page.locator("#chart img").count() == 1
    assert scriptless_page.locator(f"input[value='{GOODS}']").is_checked() is False


def test_paper_has_a_legible_chart_whatever_tab_is_chosen(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/goods-trade?lang=en#table")
    expect(page.locator("#chart")).to_be_hidden()
    page.evaluate("""() => addEventListener("beforeprint", () => {
      document.title = document.querySelector(".plot > svg").getAttribute("width");
    })""")
    page.pdf()
    expect(page).to_have_title("660")
    page.get_by_role("tab", name="Chart").click()
    expect(page.locator(".plot > svg")).not_to_have_attribute("width", "660")
    assert wrong == []


def test_print_has_the_chart_and_its_tables(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/indicators/goods-trade?lang=en#sources")
    page.emulate_media(media="print")
    for shown in ("#chart .plot svg", "#table h2", "#table table", "#sources h2", "#definition"):
        expect(page.locator(shown).first).to_be_visible()  # The chart is drawn again for paper.
    links = ".on-screen, .links, :text('More on comparing'), :text('Page of this series')"
    for hidden in (".tabs", ".choice", "#vintages", "#table details:not([open])", links):
        assert not page.locator(hidden).filter(visible=True).count(), hidden
    page.goto("/indicators/aid-projects?lang=en")
    remarks = page.locator(".tile a[href^='#aid-projects-2']")
    assert remarks.count()
    assert all(one.is_visible() for one in remarks.all())
    assert wrong == []


CUT = """() => [...document.querySelectorAll(".years")].flatMap((table) => {
  const left = table.querySelector("th").getBoundingClientRect().right;
  const right = table.getBoundingClientRect().right;
  const cells = [...table.querySelectorAll("th.year, td:not(.empty, .drawn)")];
  return cells.filter((cell) => {
    const box = cell.getBoundingClientRect();
    const isHidden = box.right < left + 1 || box.left > right - 1;
    const isInside = box.left > left - 1 && box.right < right + 1;
    return !isHidden && !(isInside && cell.scrollWidth <= cell.clientWidth);
  }).map((cell) => cell.textContent);
})"""
"""The cells of which the first column or the right edge hides a part."""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_years_end_with_the_newest(visit: Visit, language: str) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": NARROW, "height": 720})
    page.goto(f"/years?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW
    expect(page.locator("th.year").last).to_be_in_viewport()
    assert page.evaluate(CUT) == []
    for distance in (-37, -5000, 37):
        page.evaluate(
            f"for (const one of document.querySelectorAll('.years')) one.scrollBy({distance}, 0)"
        )
        page.wait_for_timeout(50)
        assert page.evaluate(CUT) == [], distance
    page.reload()
    row = page.locator(f"[id='{GOODS}']")
    expect(row.locator("th")).to_be_in_viewport()
    expect(row.locator("td a").nth(1)).to_have_text("23.6")
    row.locator("td a").first.click()
    page.wait_for_url(f"**/series/{GOODS}?lang={language}#{GOODS}.2024-01*")
    expect(page.locator("tr:target")).to_be_in_viewport()
    assert wrong == []
