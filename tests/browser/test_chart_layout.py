"""Charts in a browser: no overlaps at any width, and colours with enough contrast."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page

from app.enums import Qualifier
from app.formats.charts.canvas import render_svg
from app.formats.charts.card import layout_card
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart, DataPoint, Panel, Tile, TileGroup
from app.formats.charts.style import PALETTES, Style, balance_text, wrap_text
from app.i18n import Language
from app.parameters import Theme
from tests.formats.test_charts import PICTURES

SERIES = [
    "/v1/series/outward-direct-investment.CN.BRI.partner-2025.USD.P12M",
    "/v1/series/trade-share.CN.BRI.partner-2025.PT.P12M",
    "/v1/series/aid-projects.CN.BRI.partner-2025.NB.P12M",
]
COMMITMENTS = [
    f"/v1/commitments/{code}/chart"
    for code in (
        *("2023-joint-laboratories", "2017-development-bank-lending", "2023-goods-trade"),
        *("2023-manufacturing-access", "2019-special-lending", "2023-training"),
        "2023-cooperation-initiatives",
    )
]
"""With comparable readings, others, both units, of zero, without a number, alone, and wide."""

BOXES = """async () => {
  await document.fonts.ready;
  const box = one => {
    const found = one.getBoundingClientRect();
    return [found.left, found.top, found.right, found.bottom, one.textContent];
  };
  const texts = [...document.querySelectorAll('text')];
  const lines = texts.flatMap(one => one.children.length ? [...one.children] : [one]);
  const marks = [...document.querySelectorAll('.bar, .point')];
  return {
    height: document.querySelector('svg').viewBox.baseVal.height,
    sizes: texts.map(one => parseFloat(one.getAttribute('font-size'))),
    texts: texts.map(box),
    lines: lines.map(box),
    marks: marks.map(one => [...box(one), one.getAttribute('fill'), one.getAttribute('stroke')]),
    fonts: [...document.fonts].map(one => one.status),
  };
}"""


NO_MARGIN = "<style>body { margin: 0 }</style>"
LAYOUTS = [(Language.ENGLISH, 320), (Language.CHINESE, 640), (Language.ENGLISH, 1600)]


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """Open a page in Chromium."""
    opened = browser.new_page()
    yield opened
    opened.close()


def has_overlap(one: list[float], other: list[float]) -> bool:
    """Return whether two boxes overlap by more than half a pixel."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    return min(wide, high) > 0.5


@pytest.mark.parametrize("path", [*PICTURES, *SERIES, *COMMITMENTS])
def test_no_marks_overlap(page: Page, server: str, path: str) -> None:
    for language, width in LAYOUTS:
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{server}{path}.svg?lang={language}&width={width}")
        assert page.evaluate("document.documentElement.viewBox.baseVal.width") == width
        check_layout(page, width)


@pytest.mark.parametrize("language", list(Language))
def test_cards_have_no_overlaps(page: Page, server: str, language: Language) -> None:
    page.set_viewport_size({"width": 1200, "height": 630})
    for path in (*PICTURES, *SERIES, *COMMITMENTS):
        page.goto(f"{server}{path}.svg?lang={language}&aspect=card")
        check_layout(page, 1200)


@pytest.mark.parametrize("width", [320, 640, 1600])
@pytest.mark.parametrize("language", list(Language))
def test_long_words_and_odd_figures_fit(page: Page, language: Language, width: int) -> None:
    figure = DataPoint(
        period="November 2023 to October 2024",
        display="nearly 123,456.789 trillion convertible pounds",
        value=Decimal(0),
        qualifier=Qualifier.NEARLY,
        unit="CNY",
        growth="unchanged on a year earlier, by a preliminary count",
        source=1,
    )
    more = [replace(figure, value=Decimal(value)) for value in (1, 700)]
    about = replace(
        more[0], qualifier=Qualifier.ABOUT, gap="1999 to 2012: no figure", is_comparable=False
    )
    over = replace(more[1], qualifier=Qualifier.OVER)
    name = "共建国家" * 20 + " and " + "incomprehensibilities" * 4
    panels = [Panel(name, name, [figure, about, over]), Panel("x", "y", [figure, figure])]
    group = TileGroup(name, [Tile(name, over), Tile("short", figure), Tile(name, position=4)])
    picture = Chart(language, name, "Release", over, panels, [group], [name], [name])
    page.set_viewport_size({"width": width, "height": 900})
    timed = [
        replace(
            one,
            display=f"nearly 1{year}.25 trillion convertible pounds",
            value=one.value + year,
            start=date(2000 + year, 1, 1),
            end=date(2000 + year, 12, 31),
            is_flow=True,
        )
        for year, one in enumerate([figure, over, about, *more, over, figure, about])
    ]
    later = replace(
        picture,
        headline=replace(timed[-1], coverage=name),
        panels=[Panel(name, name, one, has_time=True) for one in (timed, timed[2:4])],
    )
    for one in (picture, later):
        canvas = layout_chart(one, width, None, Theme.LIGHT)
        page.goto("about:blank")
        page.set_content(f"{NO_MARGIN}{render_svg(canvas, one).decode()}")
        check_layout(page, width)
    page.set_viewport_size({"width": 1200, "height": 630})
    page.set_content(f"{NO_MARGIN}{render_svg(layout_card(later, Theme.LIGHT), later).decode()}")
    check_layout(page, 1200)


def check_layout(page: Page, width: int) -> None:
    """Check that all lies within the picture, and no text over another one or over a bar."""
    found = page.evaluate(BOXES)
    assert set(found["fonts"]) == {"loaded"}
    assert len(found["texts"]) > 4
    assert min(found["sizes"]) >= 11
    for left, top, right, bottom, text in found["lines"]:
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width, text
        assert bottom <= found["height"], text
    texts = found["texts"]
    for place, one in enumerate(texts):
        for other in texts[place + 1 :]:
            assert not has_overlap(one, other), (one, other)
    accent = PALETTES[Theme.LIGHT].accent
    bars = [mark for mark in found["marks"] if accent in mark[5:]]
    for mark in bars:
        assert mark[2] <= width
        for line in found["lines"]:
            assert not has_overlap(mark, line), (mark, line)


def test_text_can_be_selected(page: Page, server: str) -> None:
    page.goto(f"{server}/v1/indicators/import-share/chart.svg?lang=zh")
    figure = page.locator("text", has_text="近54%").first
    figure.click(click_count=3)
    assert "近54%" in page.evaluate("getSelection().toString()")


def compute_contrast_ratio(one: str, other: str) -> float:
    """Return the contrast of two colours by WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted(
        (compute_relative_luminance(one), compute_relative_luminance(other)), reverse=True
    )
    return (lighter + 0.05) / (darker + 0.05)


def compute_relative_luminance(colour: str) -> float:
    """Return the relative luminance of a colour by WCAG 2.2, from 0 to 1."""
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", list(Theme))
def test_colours_can_be_read(theme: Theme) -> None:
    palette = PALETTES[theme]
    for ground in (palette.paper, palette.tint):
        for colour in (palette.ink, palette.quiet, palette.accent):
            assert compute_contrast_ratio(colour, ground) >= 4.5
    assert compute_contrast_ratio("#ffffff", "#000000") == pytest.approx(21)
    assert compute_contrast_ratio("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(
    ("text", "language", "lines"),
    [
        ("《国务院新闻办公室》，第2段", Language.CHINESE, ["《国务院新闻", "办公室》，第", "2段"]),
        ("国务院新闻办》完（好）", Language.CHINESE, ["国务院新闻", "办》完（好）"]),
        ("国务“一带一路”好", Language.CHINESE, ["国务", "“一带一路”", "好"]),
        ("国务院新闻（好）", Language.CHINESE, ["国务院新闻", "（好）"]),
        ("one two, (three)", Language.ENGLISH, ["one two,", "(three)"]),
        ("averyverylongword so", Language.ENGLISH, ["averyverylon", "gword so"]),
        ("", Language.ENGLISH, []),
    ],
)
def test_lines_are_broken_where_they_may_be(
    text: str, language: Language, lines: list[str]
) -> None:
    assert wrap_text(text, 61, Style(10), language) == lines


def test_names_are_broken_evenly() -> None:
    name = "Share of China's goods imports that came from BRI partner countries"
    assert balance_text(name, 592, Style(20, bold=True), Language.ENGLISH) == [
        "Share of China's goods imports that",
        "came from BRI partner countries",
    ]
