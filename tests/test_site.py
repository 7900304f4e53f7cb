"""The pages in a real browser: no error on the console, nothing from another host."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine; without one these tests are left out, but not in CI."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        sandbox = os.geteuid() != 0
        started = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, chromium_sandbox=sandbox
        )
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[tuple[Page, list[str]]]:
    """Open a page and note everything that goes wrong on it."""
    page = browser.new_page(base_url=server)
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith((server, "data:", "blob:")) else wrong.append(asked.url)
        ),
    )
    page.on("requestfailed", lambda asked: wrong.append(f"failed: {asked.url}"))
    yield page, wrong
    page.close()


def test_docs_can_be_tried_out(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/docs")
    page.get_by_role("heading", name="Belt and Road Cooperation Indicators").first.wait_for()
    page.locator("#operations-Entry_point-get_overview").get_by_role("button").first.click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".responses-table.live-responses-table").get_by_text(
        '"22.1 trillion yuan"'
    ).first.wait_for()
    assert wrong == []


def test_filters_are_not_filled_in(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/docs")
    operation = page.locator("#operations-Figures-list_observations")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table .highlight-code").first
    answer.wait_for()
    assert '"total": 32' in answer.inner_text()
    assert wrong == []


def test_reference_can_be_read(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/reference")
    page.get_by_role("heading", name="List the indicators with their newest").wait_for()
    page.wait_for_load_state("networkidle")
    assert wrong == []


def test_welcome_shows_two_figures_in_both_languages(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/?lang=en")
    assert page.locator(".value").all_inner_texts() == ["22.1 trillion yuan", "nearly 54 percent"]
    page.get_by_role("link", name="中文").click()
    page.wait_for_url("**/?lang=zh")
    assert page.locator(".value").all_inner_texts() == ["22.1万亿元", "近54%"]
    assert page.locator("html").get_attribute("lang") == "zh"
    page.get_by_role("link", name="/v1/overview").click()
    page.wait_for_url("**/v1/overview?lang=zh")
    assert wrong == []


SAID = {"en": "until 2024-02-07", "zh": "2024-02-07前为"}
OLD_FIGURE = {"en": "19.47 trillion yuan", "zh": "19.47万亿元"}


@pytest.mark.parametrize(
    ("language", "figures"),
    [
        ("en", ["10.11 trillion yuan", "18.95 trillion yuan", "19.5 trillion yuan"]),
        ("zh", ["10.11万亿元", "18.95万亿元", "19.5万亿元"]),
    ],
)
def test_years_are_drawn_series_by_series(
    visit: tuple[Page, list[str]], language: str, figures: list[str]
) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"/years?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    page.set_viewport_size({"width": 1200, "height": 900})
    assert page.locator("table.years").count() == 17
    goods = page.locator("[id='goods-trade.CN.BRI.CNY.P12M']")
    shown = [text.splitlines()[0] for text in goods.locator("td.number").all_inner_texts()]
    assert shown[:3] == figures
    rows = goods.locator("tbody tr").all()
    assert [index for index, row in enumerate(rows) if row.get_attribute("class") == "break"] == [3]
    widths = [bar.bounding_box() for bar in goods.locator(".bars span").all()]
    lengths = [box["width"] for box in widths if box]
    assert lengths == sorted(lengths)
    assert abs(lengths[0] / lengths[-1] - 10.11 / 23.6) < 0.01
    assert page.locator(".bars .nearly").count() == 2
    assert page.locator(".bars .over").count() == 2
    earlier = goods.locator("td.number a").all_inner_texts()
    assert earlier == [f"{SAID[language]} {OLD_FIGURE[language]}"]
    aid = page.locator("[id='aid-projects.CN.BRI.NB.P11M'] td.number").inner_text()
    assert "700" in aid.partition("\n")[2]
    assert page.get_by_role("link", name="2026-11-25").count() == 2
    page.get_by_role("link", name="goods-trade.CN.BRI.CNY.P12M").first.click()
    page.wait_for_url(f"**/v1/series/goods-trade.CN.BRI.CNY.P12M?lang={language}")
    assert wrong == []


def test_pages_work_under_a_prefix(browser: Browser, prefixed: str) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    for name in ("", "years", "docs", "reference"):
        page.goto(f"{prefixed}/{name}")
        page.wait_for_load_state("networkidle")
    assert "Belt and Road" in page.locator("main").inner_text()
    assert wrong == []
    page.close()
