"""The interactive documentation in a browser: no console error, and no other host."""

from playwright.sync_api import Browser, Page


def test_docs_can_be_tried_out(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/docs")
    page.get_by_role("heading", name="Belt and Road Cooperation Indicators").first.wait_for()
    page.locator("#operations-Entry_point-get_overview").get_by_role("button").first.click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".responses-table.live-responses-table").get_by_text(
        '"22.1 trillion yuan"'
    ).first.wait_for()
    # No filter is filled in, so the request for the list returns all observations.
    operation = page.locator("#operations-Figures-list_observations")
    operation.get_by_role("button").first.click()
    operation.get_by_role("button", name="Execute").click()
    response = operation.locator(".live-responses-table .highlight-code").first
    response.wait_for()
    assert '"total": 32' in response.inner_text()
    assert wrong == []


def test_reference_opens_at_the_address(visit: tuple[Page, list[str]]) -> None:
    page, wrong = visit
    page.goto("/reference#tag/Series")
    heading = page.locator("[id='tag/Series']")
    heading.wait_for()
    page.wait_for_function("scrollY > 10000")
    box = heading.bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 200
    page.get_by_role("heading", name="List indicators with their headline figure").wait_for()
    page.wait_for_load_state("networkidle")
    assert wrong == []


def test_pages_work_under_a_prefix(browser: Browser, prefixed: str) -> None:
    page = browser.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    for name in ("", "years", "guide/scaling", "indicators/goods-trade", "docs", "reference"):
        page.goto(f"{prefixed}/{name}")
        page.wait_for_load_state("networkidle")
    assert "Belt and Road" in page.locator("main").inner_text()
    page.goto(f"{prefixed}/sources/scio-2025-01-15?lang=en")
    addresses = page.evaluate("""() => [
        document.querySelector("meta[property='og:image']").content,
        document.querySelector("link[rel=canonical]").href,
        ...[...document.querySelectorAll("main a[href]:not(.out)")].map((one) => one.href),
    ]""")
    assert len(addresses) > 10
    for address in addresses:
        assert page.request.get(address).status == 200, address
    assert wrong == []
    page.close()
