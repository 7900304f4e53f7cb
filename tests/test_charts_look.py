"""How pictures look: nothing over anything else, at any width, and colours that all can read."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from app.filters import Theme
from app.formats.charts.lines import broken
from app.formats.charts.themes import PALETTES, contrast
from app.text import Language
from tests.test_charts import PICTURES
from tests.test_site import ARGUMENTS

SERIES = [
    "/v1/series/outward-direct-investment.CN.BRI.USD.P12M",
    "/v1/series/trade-share.CN.BRI.PT.P12M",
    "/v1/series/aid-projects.CN.BRI.NB.P12M",
]

BOXES = """async () => {
  await document.fonts.ready;
  const box = one => {
    const found = one.getBoundingClientRect();
    return [found.left, found.top, found.right, found.bottom, one.textContent];
  };
  const view = document.documentElement.viewBox.baseVal;
  const texts = [...document.querySelectorAll('text')];
  const lines = texts.flatMap(one => one.children.length ? [...one.children] : [one]);
  const marks = [...document.querySelectorAll('.mark-rect path, .mark-symbol path')];
  return {
    size: [view.width, view.height],
    texts: texts.map(box),
    lines: lines.map(box),
    marks: marks.map(one => [...box(one), one.getAttribute('fill'), one.getAttribute('stroke')]),
    fonts: [...document.fonts].map(one => one.status),
  };
}"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    """Open a page in Chromium; without one these tests are left out, but not in CI."""
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None and not os.environ.get("CI"):
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        started: Browser = playwright.chromium.launch(
            executable_path=path, args=ARGUMENTS, chromium_sandbox=os.geteuid() != 0
        )
        yield started.new_page()
        started.close()


def crossing(one: list[float], other: list[float]) -> bool:
    """Tell whether two boxes lie over each other by more than half a pixel."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return min(wide, high) > 0.5


@pytest.mark.parametrize("width", [320, 640, 1600])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("path", [*PICTURES, *SERIES])
def test_nothing_lies_over_anything(
    page: Page, server: str, path: str, language: str, width: int
) -> None:
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text))
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{server}{path}.svg?lang={language}&width={width}")
    found = page.evaluate(BOXES)
    assert found["size"][0] == width
    assert set(found["fonts"]) == {"loaded"}
    assert len(found["texts"]) > 5
    for left, top, right, bottom, text in found["lines"]:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width, text
        assert bottom <= found["size"][1], text
    texts = found["texts"]
    for place, one in enumerate(texts):
        for other in texts[place + 1 :]:
            assert not crossing(one, other), (one, other)
    accent = PALETTES[Theme.LIGHT].accent
    bars = [mark for mark in found["marks"] if accent in mark[5:]]
    for mark in bars:
        assert mark[2] <= width
        for line in found["lines"]:
            assert not crossing(mark, line), (mark, line)
    assert not wrong


def test_text_can_be_selected(page: Page, server: str) -> None:
    page.goto(f"{server}/v1/indicators/import-share.svg?lang=zh")
    figure = page.locator("text", has_text="近54%").first
    figure.click(click_count=3)
    assert "近54%" in page.evaluate("getSelection().toString()")


@pytest.mark.parametrize("theme", list(Theme))
def test_colours_can_be_read(theme: Theme) -> None:
    palette = PALETTES[theme]
    for ground in (palette.paper, palette.tint):
        for colour in (palette.ink, palette.quiet, palette.accent):
            assert contrast(colour, ground) >= 4.5
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        ("《国务院新闻办公室》，第2段", Language.CHINESE, ["《国务院新闻", "办公室》，第", "2段"]),
        ("国务院新闻办》完（好）", Language.CHINESE, ["国务院新闻", "办》完（好）"]),
        ("国务院新闻（好）", Language.CHINESE, ["国务院新闻", "（好）"]),
        ("one two, (three)", Language.ENGLISH, ["one two,", "(three)"]),
        ("averyverylongword so", Language.ENGLISH, ["averyverylon", "gword so"]),
        ("", Language.ENGLISH, []),
    ],
)
def test_lines_are_broken_where_they_may_be(
    text: str, language: Language, lines: list[str]
) -> None:
    assert broken(text, 10, 61, language, bold=False) == lines
