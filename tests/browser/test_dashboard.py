"""The pages in a browser, with and without JavaScript."""

import json
import re
import struct
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from fontTools.ttLib import TTFont
from playwright.sync_api import Browser, Page, expect

from tests import screenshots
from tests.support.chromium import choose_topic_before_script, start_browser, suspend_requests
from tests.support.seeds import ROOT

Visit = tuple[Page, list[str]]
FIGURES = {
    "en": [
        "22.1 trillion yuan",
        "nearly 54 percent",
        "214.66 billion yuan",
        "99.87 billion yuan",
        "36",
        "826.34 billion yuan",
        "over 700",
    ],
    "zh": ["22.1万亿元", "近54%", "2146.6亿元", "998.7亿元", "36份", "8263.4亿元", "逾700个"],
}
NEWEST = {
    "en": [
        "23.6 trillion yuan",
        "nearly 54 percent",
        "283.36 billion yuan",
        "116.81 billion yuan",
        "18",
        "1.1 trillion yuan",
        "over 700",
    ],
    "zh": ["23.6万亿元", "近54%", "2833.6亿元", "1168.1亿元", "18份", "1.1万亿元", "逾700个"],
}
PERIODS = {
    "en": ["Full year 2024", "January to November 2024"],
    "zh": ["2024年全年", "2024年1—11月"],
}
LIGHT, DARK = "rgb(255, 255, 255)", "rgb(16, 23, 30)"
FIRST_LOAD, FONTS = 35_000, 60_000
"""How many bytes the first load, and the fonts besides, may take as they come over the network."""


LONG_PAGES = (
    "/",
    "/?edition=2025",
    "/history",
    "/history?as_of=2025-01-14",
    "/indicators/outward-direct-investment",
)
SERIES = "goods-trade.CN.BRI.partner-2025.USD.P12M"
CHOSEN = f"/indicators/goods-trade?series={SERIES}&series=goods-trade.CN.BRI.route.CNY.P12M&lang=en"
MAX_HEIGHT = 6100
"""In pixels, at a width of 320."""


def read_values(page: Page) -> list[str]:
    """Read the figures as they are shown."""
    return page.locator(".card p.value").all_inner_texts()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_seven_figures_are_grouped_by_period(visit: Visit, language: str) -> None:
    page, wrong = visit
    page.goto(f"/?lang={language}")
    assert read_values(page) == NEWEST[language]
    page.goto(f"/?edition=2025&lang={language}")
    assert read_values(page) == FIGURES[language]
    groups = page.locator("section.group")
    for place, (period, count) in enumerate(zip(PERIODS[language], (2, 5), strict=True)):
        expect(groups.nth(place).locator("h3")).to_contain_text(period)
        assert groups.nth(place).locator(".period").all_inner_texts() == [period] * count
    page.locator("nav").get_by_role("link", name="中文" if language == "en" else "English").click()
    page.wait_for_url(f"**/?edition=2025&lang={'zh' if language == 'en' else 'en'}")
    assert read_values(page) == FIGURES["zh" if language == "en" else "en"]
    assert wrong == []


def test_the_page_is_narrowed_without_a_new_one(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/?lang=en")
    page.evaluate("window.same = true")
    count = page.locator("#count")
    page.get_by_label("Topic").select_option("projects")
    expect(count).to_have_text("2 figures, 6 recorded actions, 2 other results")
    page.get_by_label("Search").fill("infrastructure")
    page.keyboard.press("Enter")
    expect(count).to_contain_text("1 recorded action")
    assert urlsplit(page.url).query == "q=infrastructure&topic=projects&lang=en"
    assert page.locator(".actions mark").all_inner_texts() == ["infrastructure"]
    shown = page.locator("#results").inner_text()
    assert page.evaluate("window.same")
    page.locator("nav").get_by_role("link", name="中文").click()
    page.wait_for_url("**/?q=infrastructure&topic=projects&lang=zh")
    expect(page.locator(".actions li")).to_have_count(1)
    page.go_back()
    page.wait_for_url("**lang=en")
    assert page.locator("#results").inner_text() == shown
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("article.card")).to_have_count(7)
    assert wrong == []


def test_a_topic_that_is_chosen_before_the_script_runs_is_kept(visit: Visit) -> None:
    page, wrong = visit
    choose_topic_before_script(page, "/?lang=en")
    expect(page.locator("#count")).to_have_text("2 figures, 6 recorded actions, 2 other results")
    assert urlsplit(page.url).query == "topic=projects&lang=en"
    assert wrong == []


def test_the_last_of_two_topics_is_shown(visit: Visit) -> None:
    """Whatever becomes of the request for the first."""
    page, wrong = visit
    page.goto("/?lang=en")
    waiting = suspend_requests(page, "**/?*topic=*")
    for topic in ("investment", "projects"):
        with page.expect_request("**/?*topic=*"):
            page.get_by_label("Topic").select_option(topic)
    page.wait_for_timeout(100)
    late, last = waiting
    last.continue_()
    expect(page.locator("#count")).to_have_text("2 figures, 6 recorded actions, 2 other results")
    late.abort()
    page.wait_for_timeout(100)
    assert urlsplit(page.url).query == "topic=projects&lang=en"
    assert wrong == []
    page.unroute_all()


def test_going_back_undoes_a_filter(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/?lang=zh")
    page.get_by_label("产业领域").select_option("clean-energy")
    expect(page.locator(".actions li")).to_have_count(1)
    page.go_back()
    expect(page.locator(".actions li")).to_have_count(24)
    expect(page.get_by_label("产业领域")).to_have_value("")
    assert wrong == []


def test_everything_works_without_a_script(scriptless_page: Page) -> None:
    scriptless_page.goto("/?lang=en")
    assert len(read_values(scriptless_page)) == 7
    assert scriptless_page.locator("button").all_inner_texts() == ["Search"]
    assert not scriptless_page.locator("copy-text").filter(visible=True).count()
    scriptless_page.get_by_label("Topic").select_option("investment")
    scriptless_page.get_by_label("Search").fill("agreements")
    scriptless_page.get_by_role("button", name="Search").click()
    scriptless_page.wait_for_url("**/?q=agreements&topic=investment*")
    assert read_values(scriptless_page) == ["18"]
    scriptless_page.locator("article.card summary").first.click()
    assert scriptless_page.get_by_role("link", name=re.compile("Figures, CSV")).first.is_visible()
    scriptless_page.get_by_role("link", name="GET /v1/indicators/investment-agreements").click()
    scriptless_page.wait_for_url("**/v1/indicators/investment-agreements?lang=en")


def test_a_get_is_copied(browser: Browser, server: str) -> None:
    context = browser.new_context(
        base_url=server, permissions=["clipboard-read", "clipboard-write"]
    )
    page = context.new_page()
    page.goto("/?lang=zh")

    def copy_text(name: str, record: str = "") -> str:
        if record:
            page.locator(f"[id='{record}.menu'] > summary").click()
        page.get_by_role("button", name=name).first.click()
        expect(page.get_by_text("已复制", exact=True).filter(visible=True).first).to_be_visible()
        return str(page.evaluate("navigator.clipboard.readText()"))

    address = copy_text(
        "复制请求网址：中国在共建“一带一路”国家组织实施的援助项目数", "aid-projects"
    )
    assert address == f"{server}/v1/indicators/aid-projects?lang=zh"
    assert httpx2.get(address).json()["headline"]["display"] == "逾700个"
    command = copy_text("curl：促进产业链供应链国际合作", "2025-industrial-and-supply-chains")
    assert re.fullmatch(r"curl '(http[^']+)'", command)
    assert httpx2.get(command[6:-1]).json()["slug"] == "industrial-and-supply-chains"
    assert "2026-11-25.2版" in copy_text("复制引用")
    context.close()


def test_a_refused_copy_is_reported(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    page.goto("/indicators/aid-projects?lang=en")
    denied = {"permission": {"name": "clipboard-write"}, "setting": "denied"}
    page.context.new_cdp_session(page).send("Browser.setPermission", denied)
    page.locator("copy-text button").first.click()
    expect(page.get_by_text("Not copied: your browser does not allow it").first).to_be_visible()
    page.close()


def test_references_have_the_day_of_access_in_utc(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, timezone_id="Pacific/Kiritimati")
    page = context.new_page()
    page.clock.set_fixed_time("2026-12-03T23:30:00Z")
    days = {}
    for language in ("en", "zh"):
        page.goto(f"/indicators/aid-projects?lang={language}")
        days[language] = set(page.locator("access-day").all_text_contents())
        for link in page.locator("a[data-citation]").all():
            assert "accessed_on=2026-12-03" in (link.get_attribute("href") or "")
        copied = page.locator("copy-text[data-source=cite]").all()
        texts = [one.get_attribute("data-text") for one in copied]
        assert texts == page.locator(".share cite").all_text_contents()
    assert days == {"en": {"2026-12-03", "December 3, 2026"}, "zh": {"2026-12-03", "2026年12月3日"}}
    context.close()


def test_the_theme_is_remembered(browser: Browser, server: str) -> None:
    context = browser.new_context(base_url=server, color_scheme="light")
    page = context.new_page()
    page.goto("/indicators/aid-projects?lang=en")

    def read_background_colour() -> Any:
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    bar = page.locator(".plot .bar").first
    assert read_background_colour() == LIGHT
    colour = bar.evaluate("(one) => getComputedStyle(one).stroke")
    page.get_by_role("button", name="Theme: system").click()
    page.get_by_role("button", name="Theme: light").click()
    assert page.get_by_role("button", name="Theme: dark").is_visible()
    assert read_background_colour() == DARK
    assert bar.evaluate("(one) => getComputedStyle(one).stroke") != colour
    page.goto("/years?lang=zh")
    assert read_background_colour() == DARK
    page.get_by_role("button", name="主题：深色").click()
    assert read_background_colour() == LIGHT
    page.reload()
    assert page.get_by_role("button", name="主题：跟随系统").is_visible()
    assert read_background_colour() == LIGHT
    page.emulate_media(color_scheme="dark")
    assert read_background_colour() == DARK
    context.close()


@pytest.mark.parametrize(
    ("width", "drawn"), [(320, 320), (412, 320), (768, 640), (1024, 640), (1280, 900)]
)
def test_pictures_keep_their_place_and_size(scriptless_page: Page, width: int, drawn: int) -> None:
    """No picture is scaled, or its text would be too small."""
    scriptless_page.set_viewport_size({"width": width, "height": 800})
    scriptless_page.emulate_media(color_scheme="dark")
    for address in ("/indicators/goods-trade?lang=en", CHOSEN, f"/series/{SERIES}?lang=zh"):
        scriptless_page.goto(address)
        assert scriptless_page.evaluate("document.documentElement.scrollWidth") <= width
        for picture in scriptless_page.locator("picture").all():
            image = picture.locator("img")
            expect(image).to_have_js_property("complete", value=True)
            sizes = "(one) => [one.naturalWidth, one.naturalHeight, one.width, one.height]"
            across, down, *shown = image.evaluate(sizes)
            assert [across, down] == shown
            assert across == drawn
            assert "theme=dark" in image.evaluate("(one) => one.currentSrc")
            (stored,) = {
                (one.get_attribute("width"), one.get_attribute("height"))
                for one in picture.locator("*").all()
                if f"width={drawn}&"
                in (one.get_attribute("srcset") or one.get_attribute("src") or "")
            }
            assert stored == (str(across), str(down))


def test_the_first_load_is_light(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    taken: dict[str, int] = {}
    session.on(
        "Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: taken.update({event["requestId"]: event["encodedDataLength"]}),
    )
    urls: list[str] = []
    page.on("request", lambda request: urls.append(request.url))
    page.goto("/?lang=en")
    page.wait_for_load_state("networkidle")
    weight = sum(size for key, size in taken.items() if kinds[key] != "Font")
    assert {"Document", "Stylesheet", "Script"} <= set(kinds.values())
    assert 5_000 < weight < FIRST_LOAD
    # Those for Latin, and two Chinese characters where the machine has no font for them.
    assert sum(taken.values()) - weight < FONTS
    assert not any("BRISansSC-R" in url or "BRISansSC-B" in url for url in urls)
    page.close()


CUT_OFF = """() => [...document.querySelectorAll("main *")].filter((one) => {
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    return box.width > 1 && one.checkVisibility() && (
        box.right > innerWidth + 1 || style.position === "sticky"
        || (one.scrollWidth > one.clientWidth + 1 && style.overflowX !== "visible"));
}).map((one) => one.tagName + ": " + one.textContent.trim().slice(0, 60))"""
"""What A4 paper would not show: what is wider, what would scroll, and what moves as if it did."""


def test_one_menu_at_a_time_lies_over_the_page(visit: Visit) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto("/?lang=en")
    first, second = page.locator("article.card details.more").all()[:2]
    first.locator("summary").click()
    second.locator("summary").click()
    assert page.locator("details.more[open]").count() == 1
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert page.locator("details.more[open]").count() == 0
    assert second.locator("summary").evaluate("(one) => one === document.activeElement")
    first.locator("summary").click()
    page.locator("h1").click()
    assert page.locator("details.more[open]").count() == 0
    # On a phone, menus lie below each other.
    page.set_viewport_size({"width": 390, "height": 844})
    first.locator("summary").click()
    second.locator("summary").click()
    assert page.locator("details.more[open]").count() == 2
    assert wrong == []


@pytest.mark.parametrize("path", ["/years", "/guide/formats", "/docs/list_observations"])
def test_paper_cuts_nothing_off(visit: Visit, path: str) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": 680, "height": 1000})
    page.emulate_media(media="print")
    page.goto(f"{path}?lang=en")
    assert page.evaluate(CUT_OFF) == []
    if path == "/years":
        assert f"{path}?lang=en" in page.locator(".on-paper").inner_text()
    assert wrong == []


@pytest.mark.parametrize(
    ("path", "instructions"),
    [
        ("/years?", ("Select", "点击")),
        ("/compare?indicator=goods-trade&period=2023&period=2024&", ("Choose", "选择")),
        ("/history?as_of=2025-04-14&", ("Choose", "选择")),
        ("/quotation-check?text=700+aid+projects&asked_on=2026-11-26&", ("Enter", "输入")),
        ("/commitments?", ("JSON", "JSON")),
    ],
)
def test_paper_has_no_instructions_for_a_screen(
    visit: Visit, path: str, instructions: tuple[str, str]
) -> None:
    page, _ = visit
    for language, words in zip(("en", "zh"), instructions, strict=True):
        page.emulate_media(media="screen")
        page.goto(f"{path}lang={language}")
        assert words in page.locator("main").inner_text()
        page.emulate_media(media="print")
        assert words not in page.locator("main").inner_text()


def test_what_a_search_found_in_a_report_fits_on_paper(visit: Visit) -> None:
    page, _ = visit
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 900})
    page.goto("/?q=trade&lang=zh")
    assert page.locator(".actions .note mark").count()
    assert page.evaluate("document.documentElement.scrollWidth") <= 680


@pytest.mark.parametrize("path", ["/", "/sources/scio-2025-07-18", "/indicators/goods-trade"])
def test_print_keeps_what_paper_needs(visit: Visit, path: str) -> None:
    page, wrong = visit
    page.emulate_media(media="print", color_scheme="dark")
    page.goto(f"{path}?lang=en")
    for hidden in ("nav", "copy-text button", "summary:not(:has(h3))", "form"):
        assert not page.locator(hidden).filter(visible=True).count(), hidden
    assert page.locator("h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(23, 33, 43)"
    printed = page.locator("[data-printed]").evaluate_all(
        "(all) => all.map((one) => getComputedStyle(one, '::after').content)"
    )
    # The first page prints a list of its sources instead of their addresses.
    assert path == "/" or all("http" in one for one in printed)
    assert printed or page.locator("a.out").inner_text().startswith(("http://", "https://"))
    # Nobody can follow a link to a remark, which is printed beside it.
    remarks = page.locator(".on-paper").all()
    assert all(one.is_visible() and len(one.inner_text()) > 40 for one in remarks)
    assert all(one.locator("xpath=preceding-sibling::a[1]").is_visible() for one in remarks)
    assert remarks
    assert path != "/" or len(remarks) == page.locator(".mark").count()
    content = page.pdf(format="A4")
    assert len(content) > 10_000
    # Each page is an object of the document.
    assert path != "/" or len(re.findall(rb"/Type /Page\b", content)) <= 3
    assert wrong == []


def test_screenshots_of_the_readme_can_be_regenerated(
    browser: Browser, server: str, tmp_path: Path
) -> None:
    screenshots.take_all(browser.browser_type, server, tmp_path)
    for shot in screenshots.SHOTS:
        taken, stored = ((at / f"{shot.name}.png") for at in (tmp_path, screenshots.TARGET))
        sizes = {struct.unpack(">II", file.read_bytes()[16:24]) for file in (taken, stored)}
        assert sizes == {(shot.width, shot.height)}
        # A blank page would take a few kilobytes.
        assert taken.stat().st_size > 40_000


def test_pictures_do_not_depend_on_the_fonts_of_the_machine(
    browser: Browser, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Chinese font that the stylesheet names is used on pages, but not for the pictures."""
    font = TTFont(ROOT / "app" / "fonts" / "BRISansSC-Bold.otf")
    for number in (1, 4, 6):
        font["name"].setName("Noto Sans SC", number, 3, 1, 0x409)
    font.save(tmp_path / "font.otf")
    (setting := tmp_path / "fonts.conf").write_text(screenshots.FONTS.format(tmp_path, tmp_path))
    monkeypatch.setattr(
        screenshots, "SHOTS", [one for one in screenshots.SHOTS if one.path[1] == "?"]
    )
    chromium, folders = browser.browser_type, [tmp_path / name for name in ("without", "with")]
    screenshots.take_all(chromium, server, folders[0])
    monkeypatch.setenv("FONTCONFIG_FILE", str(setting))
    screenshots.take_all(chromium, server, folders[1])
    machine = start_browser(chromium)
    for shot in screenshots.SHOTS:
        pictures = [(folder / f"{shot.name}.png").read_bytes() for folder in folders]
        assert pictures[0] == pictures[1], shot.name
        screenshots.take(machine, server, shot, tmp_path)
        assert (tmp_path / f"{shot.name}.png").read_bytes() != pictures[0], shot.name
    machine.close()


def test_structured_data_is_not_run(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/?lang=zh")
    text = page.locator("script[type='application/ld+json']").text_content()
    assert json.loads(text or "")["@type"] == "Dataset"
    assert wrong == []


def test_the_first_screen_shows_every_key_figure(visit: Visit) -> None:
    """Every key figure is on the first screen, and the first one on that of a small phone."""
    page, wrong = visit
    page.goto("/?lang=en")
    page.set_viewport_size({"width": 1280, "height": 900})
    values = page.locator("article.card p.value").all()
    assert len(values) == 7
    for place in (*values, *page.locator("article.card p.when").all()):
        box = place.bounding_box()
        assert box
        assert box["y"] + box["height"] < 900
    for language in ("zh", "en"):
        page.goto(f"/?lang={language}")
        cards = page.locator("#key-figures .cards").bounding_box()
        assert cards
        assert cards["y"] + cards["height"] <= 900
    stops = "a[href], button, input:not([type=hidden]), select, summary"
    count = f"[...document.querySelectorAll('{stops}')].filter(one => one.checkVisibility()"
    assert page.evaluate(f"{count} && one.getClientRects().length).length") < 110
    page.set_viewport_size({"width": 320, "height": 640})
    box = values[0].bounding_box()
    assert box
    assert box["y"] < 500
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.locator("header summary").click()
    page.locator("header").get_by_role("link", name="Data by year").click()
    page.wait_for_url("**/years?lang=en")
    assert wrong == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_long_pages_are_short_on_a_phone(visit: Visit, language: str) -> None:
    """Groups that are not the answer are folded there, opened by a link or a filter into them."""
    page, wrong = visit
    page.set_viewport_size({"width": 320, "height": 640})
    for path in LONG_PAGES:
        page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
        assert page.evaluate("document.documentElement.scrollHeight") < MAX_HEIGHT, path
    page.goto(f"/?lang={language}#2025-sign-free-trade-agreements")
    expect(page.locator("[id='2025-sign-free-trade-agreements']")).to_be_in_viewport()
    page.goto(f"/?lang={language}")
    assert not page.locator(".actions li").first.is_visible()
    page.goto(f"/?topic=investment&lang={language}")
    assert page.locator(".actions li").first.is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/?lang={language}")
    expect(page.locator(".actions li").first).to_be_visible()
    assert wrong == []


def test_the_title_names_the_filter(visit: Visit) -> None:
    page, wrong = visit
    page.goto("/?lang=en")
    page.get_by_label("Topic").select_option("projects")
    expect(page).to_have_title(re.compile("^Projects · Belt and Road"))
    page.goto("/?q=digital&edition=2025&lang=en")
    expect(page).to_have_title(re.compile("^“digital” · .*2025.* · Belt and Road"))
    assert wrong == []
