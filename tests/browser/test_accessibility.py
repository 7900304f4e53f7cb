"""Accessibility: axe, keyboard, reflow and reduced motion."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, FloatRect, Page

from app.application import App
from tests.support.chromium import start_browser
from tests.support.site import localize_url, visit_pages

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".ci" / "node_modules" / "axe-core" / "axe.min.js"
OTHERS = (
    "/?q=zebra",
    "/?q=digital",
    "/compare?indicator=goods-trade&period=2023&period=1066",
    "/indicators/nothing",
    "/embed/indicators/goods-trade",
    "/embed/priority-areas/emerging-fields",
    "/quotation-check?text=700+aid+projects+in+partner+countries&asked_on=2026-11-26",
)
"""Pages that no other links to, besides one of each kind: results, problems and embeds."""
NARROW, HALVED = 320, 640
"""A small phone, and a window of 1280 pixels at 200 percent."""
TOP: FloatRect = {"x": 0, "y": 0, "width": 200, "height": 8}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = ["color-contrast", "link-in-text-block"]
"""The rules for colours, which both languages share; they take axe the longest."""
TEXTS = [
    *("aria-command-name", "aria-tab-name", "button-name", "document-title", "empty-heading"),
    *("empty-table-header", "frame-title", "frame-title-unique", "html-lang-valid", "image-alt"),
    *("image-redundant-alt", "label", "label-content-name-mismatch", "label-title-only"),
    *("landmark-unique", "link-name", "role-img-alt", "select-name", "summary-name"),
    *("svg-img-alt", "table-duplicate-name", "target-size", "valid-lang"),
]
"""The rules whose results depend on texts and their sizes, and so on the language."""
RUN = """async ([runOnly, within]) => {
  // WCAG 2.5.3, which axe calls experimental.
  const rules = { "label-content-name-mismatch": { enabled: true } };
  // No rule of these reads style sheets, which axe would request again on every page.
  const options = { runOnly, rules, resultTypes: ["violations"], preload: false };
  const found = await axe.run(within, options);
  return found.violations.map((one) => [one.id, one.help, one.nodes.map((node) => node.html)]);
}"""
CUT_HEADINGS = """() => [...document.querySelectorAll(".indicator-row span")].filter((one) => {
  const box = one.getBoundingClientRect();
  const table = one.closest(".years").getBoundingClientRect();
  return box.left < table.left - 1 || box.right > table.right + 1;
}).length"""
"""The number of headings of which an edge of their table hides a part."""
FIND_BOTTOM = "(one) => one.getBoundingClientRect().bottom"
UNFOLD = "document.querySelectorAll('details').forEach((one) => (one.open = true))"
NEW_LOOK = "[data-new-look]"
MARK_NEW_LOOKS = """(known) => {
  const looks = new Set(known);
  const grounds = new Map();
  const findGround = (one) => {
    if (one === null) return "";
    if (!grounds.has(one)) {
      const { backgroundColor, backgroundImage, opacity, clip } = getComputedStyle(one);
      const own = [backgroundColor, backgroundImage, opacity, clip].join();
      const isSeen = own !== "rgba(0, 0, 0, 0),none,1,auto";
      grounds.set(one, findGround(one.parentElement) + (isSeen ? own : ""));
    }
    return grounds.get(one);
  };
  const found = [];
  for (const one of document.body.querySelectorAll("*")) {
    const hasText = [...one.childNodes].some((part) => part.nodeType === 3 && part.data.trim());
    if (!(hasText || one.matches("input, select")) || !one.checkVisibility()) continue;
    const { color, fontSize, fontWeight, textShadow, textDecorationLine } = getComputedStyle(one);
    const look = [one.tagName, one.getAttributeNames(), color, fontSize, fontWeight, textShadow,
      textDecorationLine, getComputedStyle(one.parentElement).color, findGround(one)].join();
    if (looks.has(look)) continue;
    looks.add(look);
    found.push(look);
    one.dataset.newLook = "";
  }
  return found;
}"""
"""Marks each text with colours, sizes and grounds that no page had so far, and returns these.

Texts that have all of these in common have the same contrast.
"""
FOCUSED = """() => {
  const one = document.activeElement;
  const look = getComputedStyle(one);
  const box = one.getBoundingClientRect();
  const name = one.getAttribute("aria-label") || one.textContent || one.labels?.[0]?.textContent;
  return {
    tag: one.tagName,
    name: (name ?? "").trim(),
    outline: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
    seen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
  };
}"""
CUT_FORMS = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth).length"
COUNT_STOPS = """(all) => all.filter((one) => {
  const { width, height } = one.getBoundingClientRect();
  const isVisible = one.checkVisibility({ visibilityProperty: true }) && width && height;
  return isVisible && one.getAttribute("tabindex") !== "-1";
}).length"""
WESTERN = "[aria-label*=': '], [aria-label*=', ']"
"""Elements whose names have the punctuation of English, which Chinese names do not have."""
NAMES = "(all) => all.map((one) => one.getAttribute('aria-label'))"
REACHABLE = "a[href], button, input:not([type=hidden]), select, summary, .plot, .years"


def list_urls(server: str, app: App, language: str) -> list[str]:
    """List a page of each kind in a language, which the server then has in its cache."""
    with httpx2.Client(base_url=server, timeout=60, follow_redirects=True) as client:
        found = visit_pages(client, app, 1, [language], has_files=False).pages
    return [*found, *(localize_url(path, language) for path in OTHERS)]


def find_violations(page: Page, rules: Sequence[str], within: str = "html") -> list[Any]:
    """Run the rules with these tags or names on a page that has axe."""
    found: list[Any] = page.evaluate(RUN, [rules, within])
    return found


def find_violations_of_new_looks(page: Page, looks: list[str]) -> list[Any]:
    """Run the rules for colours on texts that look like none before, and add their looks."""
    found = page.evaluate(MARK_NEW_LOOKS, looks)
    looks += found
    return find_violations(page, CONTRAST, within=NEW_LOOK) if found else []


@pytest.fixture(scope="module")
def axe() -> str:
    """Read axe-core; where it is not installed its tests are left out, but not in CI."""
    if not AXE.exists() and not os.environ.get("CI"):
        pytest.skip("axe-core is not installed: run npm ci in .ci")
    return AXE.read_text()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_of_page_is_accessible_and_fits(
    visit: tuple[Page, list[str]], server: str, app: App, axe: str, language: str
) -> None:
    """One visit a page: violations in both themes, overflow at two widths, console errors.

    Both languages have the same elements, and the same colours, whose contrast takes axe the
    longest. In the light theme it is measured on every page, and so is what lies over or under a
    text.
    """
    page, wrong = visit
    page.emulate_media(color_scheme="light")
    urls = list_urls(server, app, language)
    assert len(urls) > 45
    looks: list[str] = []
    # As a script of the browser it is neither sent nor compiled again for each page.
    with page.add_init_script(axe):
        for url in urls:
            page.set_viewport_size({"width": 1280, "height": 720})
            page.goto(url)
            page.evaluate(UNFOLD)
            assert find_violations(page, TAGS if language == "en" else TEXTS) == [], url
            if language == "en":
                # The themes differ in colours only.
                page.emulate_media(color_scheme="dark")
                assert find_violations_of_new_looks(page, looks) == [], url
                page.emulate_media(color_scheme="light")
            else:
                assert page.locator(WESTERN).evaluate_all(NAMES) == [], url
            for width in (NARROW, HALVED):
                page.set_viewport_size({"width": width, "height": 720})
                assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)
            # Chromium reports a page that is not found as an error.
            found = [one for one in wrong if "404" not in one and "422" not in one]
            assert found == [], url


def test_nothing_is_cut_beside_a_scroll_bar(browser: Browser, server: str) -> None:
    """On most desktops, a scroll bar takes a part of the window."""
    windows = start_browser(browser.browser_type, "--hide-scrollbars")
    page = windows.new_page(viewport={"width": NARROW, "height": 720}, base_url=server)
    for path in ("/", "/years", "/compare?indicator=goods-trade", "/docs/list_observations"):
        page.goto(path)
        inside = page.evaluate("document.documentElement.clientWidth")
        assert inside < NARROW
        assert page.evaluate("document.documentElement.scrollWidth") <= inside, path
        assert page.evaluate(CUT_HEADINGS) == 0
    windows.close()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_link_for_the_keyboard_leaves_no_line_at_the_top(
    visit: tuple[Page, list[str]], language: str
) -> None:
    page, _ = visit
    page.goto(f"/?lang={language}")
    shown = page.screenshot(clip=TOP)
    page.locator(".skip").evaluate("(one) => (one.hidden = true)")
    assert page.screenshot(clip=TOP) == shown


def test_text_of_twice_the_size_fits_a_phone(visit: tuple[Page, list[str]]) -> None:
    page, _ = visit
    page.set_viewport_size({"width": NARROW, "height": 720})
    paths = ("/", "/indicators/goods-trade", "/editions/2025", "/recipes", "/history")
    for path in (*paths, "/commitments", "/?edition=2025&lang=zh"):
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= NARROW, path
        # What only the keyboard reaches is above the page.
        assert page.locator(".skip").evaluate(FIND_BOTTOM) < 0, path
        # A form cuts off what is wider than it.
        assert page.locator("form.filter").evaluate_all(CUT_FORMS) == 0, path


def test_targets_of_the_first_page_are_large_enough_on_phones(
    visit: tuple[Page, list[str]], axe: str
) -> None:
    page, _ = visit
    with page.add_init_script(axe):
        for language in ("en", "zh"):
            for width in (NARROW, 390):
                page.set_viewport_size({"width": width, "height": 844})
                page.goto(f"/?lang={language}")
                page.evaluate(UNFOLD)
                assert find_violations(page, ["target-size"]) == [], (language, width)


def test_a_date_is_not_cut_off_beside_other_fields(visit: tuple[Page, list[str]]) -> None:
    page, _ = visit
    for width in range(NARROW, 1000, 60):
        page.set_viewport_size({"width": width, "height": 900})
        for path in ("/history?lang=en", "/quotation-check?lang=en"):
            page.goto(path)
            box = page.locator("input[type=date]").bounding_box()
            assert box
            assert box["width"] > 150, (path, width)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_part_of_the_head_wraps_on_a_desktop(
    visit: tuple[Page, list[str]], language: str
) -> None:
    page, _ = visit
    for width in (1280, 1440, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"/years?lang={language}")
        for part in (".bar .home", ".bar nav.menu", ".bar .switches"):
            box = page.locator(part).bounding_box()
            assert box, part
            assert box["height"] < 40, (width, part)


def test_axe_finds_violations(visit: tuple[Page, list[str]], axe: str) -> None:
    page, _ = visit
    page.goto("/?lang=en")
    page.evaluate("document.querySelector('.value').style.color = '#aaa'")
    page.evaluate("document.querySelector('input[name=q]').closest('label').replaceWith('x')")
    page.evaluate("document.querySelector('h3 a').setAttribute('aria-label', 'Another name')")
    page.evaluate(axe)
    found = {violation[0] for violation in find_violations(page, TAGS)}
    assert {"color-contrast", "label-content-name-mismatch"} <= found
    page.emulate_media(color_scheme="dark")
    page.reload()
    page.evaluate(axe)
    looks: list[str] = []
    assert find_violations_of_new_looks(page, looks) == []
    assert len(looks) > 40
    page.reload()
    page.evaluate(axe)
    assert page.evaluate(MARK_NEW_LOOKS, looks) == []
    page.evaluate("document.querySelector('.value').style.color = '#333'")
    (violation,) = find_violations_of_new_looks(page, looks)
    assert violation[0] == "color-contrast"
    page.evaluate("document.querySelector('.cards').style.background = '#999'")
    assert "color-contrast" in {one[0] for one in find_violations_of_new_looks(page, looks)}


@pytest.mark.parametrize("path", ["/?lang=en", "/indicators/goods-trade?lang=zh"])
def test_keyboard_reaches_everything(visit: tuple[Page, list[str]], path: str) -> None:
    page, wrong = visit
    # A page that scrolls smoothly would still be on its way to what has the focus.
    page.emulate_media(reduced_motion="reduce")
    page.goto(path)
    page.keyboard.press("Tab")
    skip = page.evaluate(FOCUSED)
    assert skip["name"] in {"Skip to content", "跳到正文"}
    assert skip["seen"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.evaluate("document.activeElement.blur(); document.querySelector('.skip').focus()")
    # A font that loads late may widen a table, which then scrolls and becomes a stop.
    page.evaluate("document.fonts.ready.then(() => null)")
    # What lies in a folded part is reached once that is unfolded.
    # Arrow keys lead to the tabs beside the one that is shown.
    expected = page.locator(REACHABLE).evaluate_all(COUNT_STOPS)
    reached = 1
    for _ in range(1, expected):
        page.keyboard.press("Tab")
        one = page.evaluate(FOCUSED)
        assert one["tag"] != "BODY", reached
        assert one["outline"], one
        assert one["seen"], one
        assert one["name"], one
        reached += 1
    assert reached == expected > 30
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)["tag"] in {"BODY", "HTML"}
    assert wrong == []


def test_a_fold_opens_by_key(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/?lang=en")
    fold = page.locator("article.card details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    assert fold.locator("dl").is_visible()
    page.keyboard.press("Tab")
    assert "CSV" in page.evaluate(FOCUSED)["name"]
    assert wrong == []


def test_reduced_motion_is_respected(browser: Browser, server: str) -> None:
    page = browser.new_page(base_url=server)
    moves = """() => [...document.querySelectorAll("*")].some((one) => {
      const look = getComputedStyle(one);
      return look.scrollBehavior === "smooth" || parseFloat(look.transitionDuration) > 0
        || look.animationName !== "none";
    })"""
    for motion, moving in (("no-preference", True), ("reduce", False)):
        page.emulate_media(reduced_motion=motion)  # type: ignore[arg-type]
        page.goto("/?lang=en")
        assert page.evaluate(moves) is moving
    page.close()
