"""Which fonts draw the Chinese texts of pages."""

import re
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page

from app.pages.assets import STATIC
from tests.support.chromium import open_session

STYLE = (STATIC / "site.css").read_text()
NAMED = re.findall(r'"([^"]+)"', STYLE.partition("--chinese:")[2].partition(";")[0])
"""The fonts of systems that the stylesheet names for Chinese."""
MARK = """async () => {
  for (const fold of document.querySelectorAll("details")) fold.open = true;
  await document.fonts.ready;
  const counts = {};
  for (const element of document.querySelectorAll("body *")) {
    const texts = [...element.childNodes].filter((one) => one.nodeType === Node.TEXT_NODE);
    const text = texts.map((one) => one.data).join("");
    const letters = text.match(/[\\u2e80-\\u9fff\\uff00-\\uffef]/g);
    if (!letters || !element.checkVisibility()) continue;
    const { fontFamily, fontWeight } = getComputedStyle(element);
    const kind = fontFamily + fontWeight;
    counts[kind] = (counts[kind] ?? 0) + 1;
    if (counts[kind] <= 20) element.dataset.letters = letters.length;
  }
}"""
"""Mark elements with how many Chinese characters they contain, at most 20 of each font."""


def list_fonts(session: CDPSession) -> list[tuple[int, list[dict[str, Any]]]]:
    """List, of each marked element, how many Chinese characters it contains, and its fonts."""
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    found = {"nodeId": root, "selector": "[data-letters]"}
    listed = []
    for node in session.send("DOM.querySelectorAll", found)["nodeIds"]:
        names = session.send("DOM.getAttributes", {"nodeId": node})["attributes"]
        letters = int(names[names.index("data-letters") + 1])
        used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        listed.append((letters, used))
    return listed


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/docs/list_observations?lang=zh", "pre [data-letters]"),
        ("/guide/clients?lang=zh", "code [data-letters]"),
        ("/indicators/goods-trade?lang=zh", ".share code[data-letters]"),
        ("/?lang=zh", "h3 > [data-letters]"),
        ("/guide/quotations?lang=en", "main [data-letters]"),
        ("/?q=融资&lang=en", "main mark[data-letters]"),
    ],
)
def test_every_chinese_character_has_a_glyph(
    visit: tuple[Page, list[str]], path: str, marked: str
) -> None:
    """Those that no named font of the system has come from a file of the service."""
    page, _ = visit
    page.goto(path)
    page.evaluate(MARK)
    assert page.locator(marked).count() > 0
    with open_session(page) as session:
        used_fonts = list_fonts(session)
    for letters, used in used_fonts:
        # The box in place of a missing character is a glyph of the first font, which is Latin.
        chinese = [one for one in used if one["familyName"] in {*NAMED, "BRI Sans SC"}]
        assert sum(one["glyphCount"] for one in chinese) >= letters, used
