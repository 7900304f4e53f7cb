"""Regenerate the screenshots of the README: python -m tests.screenshots.

It builds the database from the seed, serves it on loopback, and opens the pages in Chromium, which
finds none of the fonts of this machine: the pictures are the same wherever they are taken.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, BrowserType, sync_playwright

from app.ingest.build import build
from tests.support.chromium import start_browser
from tests.support.processes import serve_database
from tests.support.seeds import ROOT

TARGET = ROOT / ".images"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{}</dir><cachedir>{}</cachedir></fontconfig>
"""
"""Which fonts a machine has: those of a folder. Without any, Chromium crashes."""


class Shot(NamedTuple):
    """One picture: what is opened, and how."""

    name: str
    path: str
    theme: Literal["light", "dark"]
    width: int
    height: int


SHOTS = (
    Shot("dashboard-light", "/?lang=en", "light", 1280, 960),
    Shot("dashboard-dark", "/indicators/goods-trade?lang=en", "dark", 1280, 960),
    Shot("dashboard-chinese", "/?lang=zh", "light", 1280, 960),
    Shot("dashboard-phone", "/indicators/aid-projects?lang=en", "light", 390, 844),
)


def take(browser: Browser, base: str, shot: Shot, folder: Path) -> None:
    """Take one picture of what is seen first."""
    page = browser.new_page(
        base_url=base,
        color_scheme=shot.theme,
        viewport={"width": shot.width, "height": shot.height},
        reduced_motion="reduce",
    )
    page.goto(shot.path)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.fonts.ready.then(() => true)")
    page.screenshot(path=folder / f"{shot.name}.png")
    page.close()


def take_all(chromium: BrowserType, base: str, folder: Path) -> None:
    """Take all pictures of a service, without the fonts of this machine."""
    with TemporaryDirectory() as stored:
        setting = Path(stored) / "fonts.conf"
        setting.write_text(FONTS.format(ROOT / "app" / "fonts", stored), "utf-8")
        browser = start_browser(chromium, FONTCONFIG_FILE=str(setting))
        for shot in SHOTS:
            take(browser, base, shot, folder)
        browser.close()


def main() -> None:
    """Take the pictures of what the seed holds."""
    with TemporaryDirectory() as stored, sync_playwright() as playwright:
        database = Path(stored) / "bri.sqlite"
        build(ROOT / "seed", ROOT / "migrations", database)
        # Links of the pictures show an address that nobody takes for a real one.
        with serve_database(database, BRI_PUBLIC_URL="https://data.example") as base:
            take_all(playwright.chromium, base, TARGET)


if __name__ == "__main__":
    main()
