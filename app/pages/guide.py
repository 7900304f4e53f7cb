"""The guide: which pages there are, in reading order, and what the contents say of each."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

from app.i18n import Language

FOLDER = Path(__file__).parent.parent / "guide"
PAGE_NAMES = (
    "reading-figures",
    "comparing",
    "endpoints",
    "formats",
    "clients",
    "deployment",
    "operations",
    "scaling",
    "large-data",
    "speed",
)
GUIDE_PATHS = ("/guide", *(f"/guide/{name}" for name in PAGE_NAMES))

MARKUP = re.compile(r"\[([^\]]*)\]\([^)]*\)|`")
"""Links, of which the text is kept, and the marks around code."""


class GuideEntry(NamedTuple):
    """A page of the guide as the contents list it."""

    name: str
    title: str
    summary: str
    """The first paragraph as plain text."""


@cache
def read_page(name: str, language: Language) -> str:
    """Read the Markdown of a page."""
    return (FOLDER / language / f"{name}.md").read_text("utf-8")


@cache
def list_entries(language: Language) -> tuple[GuideEntry, ...]:
    """List the pages. Each starts with its title, an empty line and a paragraph (tested)."""
    starts = ((name, read_page(name, language).split("\n", 3)) for name in PAGE_NAMES)
    return tuple(
        GuideEntry(name, start[0].removeprefix("# "), MARKUP.sub(r"\1", start[2]))
        for name, start in starts
    )
