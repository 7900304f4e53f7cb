"""What tests in a browser share."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.chromium import PATH, reset_page, start_chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Start Chromium; without one these tests are left out, but not in CI.

    It is stopped after this folder, since tests after it could run no event loop of their own.
    """
    if PATH is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with start_chromium() as started:
        yield started


@pytest.fixture(scope="package")
def watched_page(browser: Browser, server: str) -> Iterator[tuple[Page, list[str]]]:
    """Open a page once and note everything that goes wrong on it."""
    page = browser.new_page(base_url=server)
    wrong: list[str] = []
    page.on("console", lambda one: wrong.append(one.text) if one.type == "error" else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on(
        "request",
        lambda url: (
            None if url.url.startswith((server, "data:", "blob:")) else wrong.append(url.url)
        ),
    )
    # A browser gives up what a page that it leaves still waits for.
    page.on(
        "requestfailed",
        lambda url: (
            None if url.failure == "net::ERR_ABORTED" else wrong.append(f"failed: {url.url}")
        ),
    )
    yield page, wrong
    page.close()


@pytest.fixture
def visit(watched_page: tuple[Page, list[str]]) -> tuple[Page, list[str]]:
    """Return the page as if it were new, and the list of what goes wrong."""
    page, wrong = watched_page
    reset_page(page)
    wrong.clear()
    return page, wrong


@pytest.fixture(scope="package")
def page_without_scripts(browser: Browser, server: str) -> Iterator[Page]:
    """Open a page once in which no script runs."""
    page = browser.new_page(base_url=server, java_script_enabled=False)
    yield page
    page.close()


@pytest.fixture
def scriptless_page(page_without_scripts: Page) -> Page:
    """Return the page in which no script runs as if it were new."""
    reset_page(page_without_scripts)
    return page_without_scripts
