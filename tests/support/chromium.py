"""The Chromium of this machine."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

PATH = shutil.which("chromium") or shutil.which("google-chrome")
ARGUMENTS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the browser; its sandbox is off only where root runs it."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=PATH, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
        )
        yield started
        started.close()
