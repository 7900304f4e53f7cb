"""The Chromium of this machine."""

import os
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserType, CDPSession, Page, Route, sync_playwright

PROGRAMS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first takes three quarters of the processor time of the others."""
PATH = next(filter(None, map(shutil.which, PROGRAMS)), None)
ARGUMENTS = [
    # Texts are as wide as on a phone, whatever the fonts of this machine ask for.
    "--font-render-hinting=none",
    # Scripts run once on each page: to optimize them takes longer than it saves.
    "--js-flags=--no-opt --no-maglev",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


SMALL_PAGE = "/embed/nothing"
"""A page of the service that says only that it does not exist."""


@contextmanager
def start_chromium() -> Iterator[Browser]:
    """Start the browser; its sandbox is off only where root runs it."""
    with sync_playwright() as playwright:
        started = start_browser(playwright.chromium)
        yield started
        started.close()


def start_browser(chromium: BrowserType, *omitted: str, **environment: str) -> Browser:
    """Start a browser without some of the arguments that Playwright starts it with."""
    return chromium.launch(
        executable_path=PATH,
        args=ARGUMENTS,
        env={**os.environ, **environment},
        ignore_default_args=omitted,
        chromium_sandbox=os.geteuid() != 0,
    )


def reset_page(page: Page) -> None:
    """Make a page like a new one, whose start takes half a second of the processor.

    It leaves the earlier document for a small one, and without its storage nothing of a test
    remains. What the browser has cached are files that never change. Any document without the
    opener policy of our pages would make the next one start another process.
    """
    page.unroute_all()
    page.goto(SMALL_PAGE)
    page.context.clear_permissions()
    page.set_viewport_size({"width": 1280, "height": 720})
    page.emulate_media(
        media="null", color_scheme="light", reduced_motion="no-preference", forced_colors="none"
    )
    with open_session(page) as session:
        session.send("Storage.clearDataForOrigin", {"origin": "*", "storageTypes": "all"})


@contextmanager
def open_session(page: Page) -> Iterator[CDPSession]:
    """Open a session of the DevTools protocol.

    It ends with the test, since a session that inspects styles makes later changes of the
    emulated medium ineffective.
    """
    session = page.context.new_cdp_session(page)
    yield session
    session.detach()


def wait_until(page: Page, expression: str) -> None:
    """Wait until an expression is true in the page; raise `TimeoutError` after 30 seconds.

    Playwright's own `wait_for_function` evaluates text inside the page, which the policies of
    our pages forbid: it works only where the expression is true at once.
    """
    deadline = time.monotonic() + 30
    while not page.evaluate(expression):
        if time.monotonic() > deadline:
            raise TimeoutError(f"This did not become true within 30 seconds: {expression}")
        page.wait_for_timeout(50)


def suspend_requests(page: Page, address: str) -> list[Route]:
    """Suspend requests for addresses of this form, and return the list that they are added to."""
    suspended: list[Route] = []

    def suspend(route: Route) -> None:
        suspended.append(route)

    page.route(address, suspend)
    return suspended


def choose_topic_before_script(page: Page, address: str) -> None:
    """Open a page and choose a topic before its script arrives, as on a slow connection."""

    def choose_topic(route: Route) -> None:
        page.get_by_label("Topic").select_option("projects")
        route.continue_()

    page.route(re.compile(r"/page[^/]*\.js"), choose_topic, times=1)
    page.goto(address)
