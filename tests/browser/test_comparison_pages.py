"""The forms for comparison and history without scripts, and tables, on a small phone."""

import re
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

UNNAMED_CELLS = """() => {
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  const wrong = [];
  let named = 0;
  for (const cell of document.querySelectorAll("main td:not([colspan])")) {
    if (!cell.offsetHeight || getComputedStyle(cell).display === "table-cell") continue;
    const head = cell.closest("table").querySelectorAll("thead th")[cell.cellIndex].textContent;
    const shown = getComputedStyle(cell, "::before").content;
    if (shown.includes(head.trim())) named += 1;
    else wrong.push([head, shown]);
  }
  return [wrong, named];
}"""
"""Finds the stacked cells of a page without the head of their column, and counts the others."""


def test_forms_work_without_scripts_on_a_small_phone(browser: Browser, server: str) -> None:
    page = browser.new_page(
        base_url=server, java_script_enabled=False, viewport={"width": 320, "height": 720}
    )
    page.goto("/compare?lang=en")
    page.locator("select[name=indicator]").select_option("goods-trade")
    page.get_by_role("button", name="Show its periods").click()
    for select in page.locator("select[name=period]").all():
        assert select.evaluate("(one) => one.offsetWidth") > 200, "its period is cut"
    page.get_by_label("One period").select_option("2024")
    page.get_by_label("Another period").select_option("2023")
    page.get_by_role("button", name="Compare").click()
    expect(page).to_have_url(re.compile("indicator=goods-trade&period=2024&period=2023"))
    expect(page.get_by_role("heading", name="Not like for like")).to_be_visible()
    page.goto("/history?lang=zh")
    page.locator("input[name=as_of]").fill("2025-01-14")
    page.get_by_role("button", name="查看").click()
    expect(page).to_have_url(re.compile("as_of=2025-01-14"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("2025年1月14日")
    page.goto(f"/history?topic={'x' * 300}")
    expect(page.get_by_role("alert")).to_contain_text("xxx")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    "path",
    [
        "/?",
        "/compare?indicator=goods-trade&period=2023&period=2024",
        "/editions/2025?",
        "/history?as_of=2025-01-14",
        "/indicators/goods-trade?",
        "/series/goods-trade.CN.BRI.partner-2025.CNY.P12M?",
        "/sources/scio-2025-01-15?",
        "/changes?release={release}",
    ],
)
def test_stacked_cells_name_their_column(
    visit: tuple[Page, list[str]], path: str, language: str
) -> None:
    page, _ = visit
    page.set_viewport_size({"width": 390, "height": 844})
    changes = page.request.get("/v1/changes?kind=corrected").json()["items"]
    release = changes[0]["release"]
    page.goto(f"{path.format(release=release)}&lang={language}#table")
    wrong, named = page.evaluate(UNNAMED_CELLS)
    assert not wrong
    assert named
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("medium", "width"), [("screen", 1280), ("print", 680)])
def test_no_column_of_growth_rates_is_squeezed(
    visit: tuple[Page, list[str]], medium: Literal["screen", "print"], width: int
) -> None:
    page, _ = visit
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(media=medium)
    page.goto("/compare?indicator=goods-trade&period=2021&period=2023&lang=zh")
    widths = page.locator(".rates thead th").evaluate_all(
        "(all) => all.map((one) => one.offsetWidth)"
    )
    assert min(widths) > sum(widths) / 8


def test_a_figure_is_not_divided_from_its_unit(visit: tuple[Page, list[str]]) -> None:
    page, _ = visit
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/editions/2025?lang=zh")
    lines = page.locator("tr .display").evaluate_all(
        "(all) => all.map((one) => [one.textContent, one.getClientRects().length])"
    )
    assert {count for figure, count in lines if "，" not in figure} == {1}, lines


def test_the_newest_years_are_in_sight_on_a_phone(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/years?lang=en")
    for table in page.locator(".years").all():
        assert table.evaluate("(one) => one.scrollLeft > 0")
        assert table.evaluate("(one) => one.scrollLeft + one.clientWidth >= one.scrollWidth - 1")
    assert wrong == []


def test_the_words_of_a_copied_cell_are_apart(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/years?lang=en")
    copied = page.locator("td.break").first.evaluate(
        "(cell) => { getSelection().selectAllChildren(cell); return String(getSelection()); }"
    )
    assert copied == "Not comparable with the figure before: 23.6 Note 1"
    assert wrong == []


def test_on_paper_a_remark_stays_with_its_table(visit: tuple[Page, list[str]]) -> None:
    page, _ = visit
    page.emulate_media(media="print")
    page.goto("/editions/2025?lang=en")
    style = page.locator("h2 + .note:has(+ table)").first.evaluate(
        "(one) => [getComputedStyle(one).breakAfter, getComputedStyle(one).breakInside]"
    )
    assert style == ["avoid", "avoid"]
