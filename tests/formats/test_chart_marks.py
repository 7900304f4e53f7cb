"""The marks of a chart: where a figure is drawn, and how what is known of it shows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.canvas import Canvas, render_svg
from app.formats.charts.card import layout_card
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart, DataPoint, Panel, Tile, TileGroup
from app.formats.charts.style import PALETTES, Style, wrap_text
from app.i18n import Language
from app.parameters import Theme
from tests.formats.test_charts import SVG, list_bars, read_text

DASHED, DOTTED = "6 4", "0.1 5.75"
COLOURS = PALETTES[Theme.LIGHT]
SOURCES = ["The first source", "The second source"]


def create_point(year: int, value: str, *, months: int = 12, **more: object) -> DataPoint:
    """Create a figure of the first months of a year, published in trillions."""
    _, _, decimals = value.partition(".")
    point = DataPoint(
        period=f"Full year {year}",
        display=f"{value} trillion yuan",
        value=Decimal(value).scaleb(12),
        qualifier=Qualifier.NONE,
        unit="CNY",
        growth=None,
        source=1,
        start=date(year, 1, 1),
        end=date(year, months, 31 if months == 12 else 30),
        is_flow=True,
        decimals=len(decimals),
        multiplier=12,
    )
    return replace(point, **more)  # type: ignore[arg-type]


def create_panel(points: Sequence[DataPoint]) -> Panel:
    return Panel("Full years", "Chinese yuan", points, has_time=True)


def create_chart(*panels: Panel, headline: DataPoint | None = None) -> Chart:
    headline = headline or panels[0].figures[-1]
    chart = Chart(Language.ENGLISH, "Trade in goods", "release 1", headline, [*panels])
    chart.sources = SOURCES
    return chart


def draw(chart: Chart, canvas: Canvas | None = None) -> ET.Element:
    canvas = canvas or layout_chart(chart, 640, None, Theme.LIGHT)
    return ET.fromstring(render_svg(canvas, chart))  # noqa: S314


def draw_points(*points: DataPoint) -> ET.Element:
    return draw(create_chart(create_panel(points)))


def list_columns(picture: ET.Element) -> list[tuple[float, float]]:
    """List the left and right ends of columns."""
    bars = [element for element in picture.iter(f"{SVG}rect") if element.get("class") == "bar"]
    lefts = [float(bar.get("x", "")) for bar in bars]
    return [
        (left, left + float(one.get("width", ""))) for left, one in zip(lefts, bars, strict=True)
    ]


def list_points(picture: ET.Element) -> list[tuple[float, str | None]]:
    """List the points with their positions and fills."""
    return [
        (float(element.get("cx", "")), element.get("fill"))
        for element in picture.iter(f"{SVG}circle")
        if element.get("class") == "point"
    ]


def read_position(path: ET.Element) -> tuple[float, float]:
    x, y = path.get("transform", "").removeprefix("translate(").removesuffix(")").split()
    return float(x), float(y)


def list_segments(picture: ET.Element) -> list[tuple[float, float, bool]]:
    """List the start and the end of each segment of lines, and whether it is dotted."""
    found = []
    for path in picture.iter(f"{SVG}path"):
        shape = path.get("d", "")
        if shape.startswith("M0,0l"):
            start, _ = read_position(path)
            length = float(shape.removeprefix("M0,0l").split(",")[0])
            found.append((start, start + length, path.get("stroke-dasharray") == DOTTED))
    return found


def list_breaks(picture: ET.Element) -> list[float]:
    return [
        float(element.get("x1", ""))
        for element in picture.iter(f"{SVG}line")
        if element.get("stroke-dasharray") == DASHED
    ]


def test_positions_follow_time() -> None:
    picture = draw_points(*(create_point(year, "20") for year in (2013, 2022, 2023)))
    first, second, third = (sum(one) / 2 for one in list_columns(picture))
    assert (second - first) / (third - first) == pytest.approx(9 / 10, abs=0.01)
    four = draw_points(*(create_point(year, "20") for year in (2013, 2014, 2016, 2023)))
    places = [place for place, _ in list_points(four)]
    assert (places[2] - places[0]) / (places[3] - places[0]) == pytest.approx(0.3, abs=0.01)
    # A total is drawn on its last day, and the axis leaves room beside it.
    days = [date(2024, 12, 2), date(2025, 8, 6)]
    totals = [
        create_point(2024, "20", start=date(2021, 12, 3), end=day, is_flow=False) for day in days
    ]
    widths = [right - left for left, right in list_columns(draw_points(*totals))]
    assert min(widths) > 30


def test_labels_of_the_time_axis_keep_apart() -> None:
    total = create_point(2024, "20", start=date(2021, 12, 3), is_flow=False)
    totals = [replace(total, end=day) for day in (date(2024, 12, 2), date(2025, 8, 6))]
    chart = replace(create_chart(create_panel(totals)), language=Language.CHINESE)
    for width in range(680, 300, -20):
        canvas = layout_chart(chart, width, None, Theme.LIGHT)
        months = [
            (float(one.get("x", "")), one.text or "")
            for one in draw(chart, canvas).iter(f"{SVG}text")
            if re.fullmatch(r"\d{4}年\d+月", one.text or "")
        ]
        halves = [canvas.measure_text(text, canvas.sizes.small) / 2 for _, text in months]
        spans = sorted((x - half, x + half) for (x, _), half in zip(months, halves, strict=True))
        assert all(second[0] - first[1] > 4 for first, second in pairwise(spans))
        assert len(months) > 1
    assert {text for _, text in months} == {"2025年2月", "2025年5月", "2025年8月"}


def test_four_comparable_figures_are_a_line() -> None:
    points = [create_point(year, "20") for year in range(2020, 2025)]
    assert list_points(draw_points(*points[:3])) == []
    assert len(list_bars(draw_points(*points[:3]))) == 3
    line = draw_points(*points[:4])
    assert list_bars(line) == []
    places = [place for place, _ in list_points(line)]
    expected = [(*ends, False) for ends in pairwise(places)]
    assert list_segments(line) == [pytest.approx(one, abs=0.02) for one in expected]
    broken = [*points[:3], replace(points[3], is_comparable=False), points[4]]
    assert len(list_bars(draw_points(*broken))) == 5, "three and two are no four"


def test_a_line_is_cut_at_a_break() -> None:
    points = [create_point(year, "20") for year in range(2020, 2025)]
    points[4] = replace(points[4], is_comparable=False)
    picture = draw_points(*points)
    places = [place for place, _ in list_points(picture)]
    assert len(places) == 5
    assert [round(end) for _, end, _ in list_segments(picture)] == [
        round(one) for one in places[1:4]
    ]
    (line,) = list_breaks(picture)
    assert line == pytest.approx((places[3] + places[4]) / 2, abs=0.1)
    assert list_breaks(draw_points(*points[:4])) == []


def test_no_line_leads_to_a_lower_limit_that_is_less() -> None:
    points = [create_point(year, "20") for year in range(2020, 2025)]
    points[2] = replace(points[2], is_connected=False)
    picture = draw_points(*points)
    places = [place for place, _ in list_points(picture)]
    ends = [round(end) for _, end, _ in list_segments(picture)]
    assert ends == [round(one) for one in (places[1], *places[3:])]
    assert list_breaks(picture) == []


def test_a_gap_is_dotted() -> None:
    years = (2020, 2021, 2022, 2024)
    gap = "2023: not included"
    points = [create_point(year, "20", gap=gap if year == 2024 else None) for year in years]
    assert [is_dotted for *_, is_dotted in list_segments(draw_points(*points))] == [
        *(False, False),
        True,
    ]
    picture = draw_points(*points[2:])
    (earlier, later) = list_columns(picture)
    dotted = [
        (start, start + float(element.get("d", "").removeprefix("M0,0h")))
        for element in picture.iter(f"{SVG}path")
        if element.get("stroke-dasharray") == DOTTED
        for start, _ in [read_position(element)]
    ]
    start, end = max(dotted, key=lambda one: one[1] - one[0])
    assert earlier[1] < start < end < later[0]


@pytest.mark.parametrize("qualifier", [Qualifier.NEARLY, Qualifier.ABOUT, Qualifier.OVER])
def test_a_qualifier_has_its_mark(qualifier: Qualifier) -> None:
    points = [create_point(year, str(year - 2000)) for year in range(2020, 2024)]
    points[1] = replace(points[1], qualifier=qualifier)
    is_open = qualifier is Qualifier.OVER
    columns = draw_points(*points[:3])
    bars = [element for element in columns.iter(f"{SVG}rect") if element.get("class") == "bar"]
    filled, hollow = (COLOURS.accent, COLOURS.paper)
    # The last bar is that of the key.
    plotted = bars[-3:] if is_open else [bar for bar in bars if float(bar.get("height", "")) > 20]
    expected = [filled, filled if is_open else hollow, filled]
    assert [one.get("fill") for one in plotted] == expected
    left, right = list_columns(columns)[bars.index(plotted[1])]
    marks = [
        (path.get("d", "").count("M"), *read_position(path))
        for path in columns.iter(f"{SVG}path")
        if path.get("transform") and path.get("d", "").count("M") > 1
    ]
    ((count, y),) = [(count, y) for count, x, y in marks if left - 1 <= x <= right]
    top, height = (float(plotted[1].get(name, "")) for name in ("y", "height"))
    if is_open:
        assert count == 2, "chevrons at the end of the bar"
        assert y == pytest.approx(top, abs=0.1)
    else:
        assert count > 5, "slanted lines over all of the bar"
        assert y == pytest.approx(top + height / 2, abs=0.1)
    fills = [fill for _, fill in list_points(draw_points(*points))]
    assert fills == [filled, filled if is_open else hollow, filled, filled]
    word = qualifier.value
    mark = "" if is_open else "(hatchedorhollow)"
    assert f"“{word.capitalize()}”{mark}:theactualfigureis" in read_text(columns)
    assert f"{word}21" in read_text(columns)


def test_a_block_has_one_unit() -> None:
    thousand = create_point(2021, "0.54", display="540,000 million yuan", decimals=0, multiplier=0)
    points = [thousand, create_point(2022, "1.60"), create_point(2023, "2.07")]
    texts = ["".join(element.itertext()) for element in draw_points(*points).iter(f"{SVG}text")]
    assert [text for text in texts if text in ("0.54", "1.60", "2.07")] == ["2.07", "0.54", "1.60"]
    assert texts.count("Trillion yuan") == 1
    assert not [text for text in texts if "540,000" in text or "0.540" in text]


def test_only_equal_lengths_of_period_share_a_scale() -> None:
    year = create_panel([create_point(one, "20") for one in (2022, 2023)])
    same = create_panel([create_point(one, "10") for one in (2013, 2014)])
    quarter = create_panel([create_point(one, "2", months=6) for one in (2022, 2023)])
    heights = list_bars(draw(create_chart(year, same, quarter)))
    assert heights[2] / heights[0] == pytest.approx(0.5, abs=0.01)
    assert heights[4] == pytest.approx(heights[0], rel=0.15), "a scale of its own"


@pytest.mark.parametrize(
    ("language", "display", "title"),
    [
        (Language.ENGLISH, "over 14 million tonnes", "over14milliontonnesin2024"),
        (Language.CHINESE, "逾1400万吨", "2024年：逾1400万吨"),
    ],
)
def test_a_title_says_qualifier_unit_and_period(
    language: Language, display: str, title: str
) -> None:
    point = create_point(2024, "14", display=display, coverage="Partners", growth="up 2% [2]")
    point = replace(point, growth_source=2)
    chart = create_chart(create_panel([create_point(2023, "13"), point]), headline=point)
    chart.language = language
    printed = read_text(draw(chart))
    assert f"Tradeingoods{title}Partners[1]up2%[2]" in printed
    # The card says the same, with the sources of the figure and of its growth.
    card = read_text(draw(chart, layout_card(chart, Theme.LIGHT)))
    for text in (display, "Fullyear2024", "Partners", "up2%", "Thefirstsource", "Thesecondsource"):
        assert "".join(text.split()) in card


def test_dates_and_marks_stay_on_one_line() -> None:
    day = date(2025, 8, 6)
    point = create_point(
        2025, "14", start=date(2021, 12, 3), end=day, is_flow=False, qualifier=Qualifier.OVER
    )
    point = replace(point, display="over 14 million tonnes")
    chart = create_chart(create_panel([point, point]))
    picture = draw(chart, layout_chart(chart, 320, None, Theme.LIGHT))
    lines = [element.text for element in picture.iter(f"{SVG}tspan")]
    assert lines[:2] == ["over 14 million tonnes", "by 6 August 2025"]
    for width in range(170, 400, 5):
        for text, date_text, language in (
            ("over 14 million tonnes by 6 August 2025, in total", "6 August 2025", "en"),
            ("中欧班列截至2025年11月28日：232个", "2025年11月28日", "zh"),
        ):
            broken = wrap_text(text, width, Style(16), Language(language))
            assert any(date_text in line for line in broken), broken


def test_a_card_draws_only_the_series_of_its_figure() -> None:
    panel = create_panel([create_point(year, "20") for year in (2022, 2023)])
    own = create_chart(panel)
    assert len(list_bars(draw(own, layout_card(own, Theme.LIGHT)))) == 2
    other = create_chart(panel, headline=create_point(2024, "54"))
    assert list_bars(draw(other, layout_card(other, Theme.LIGHT))) == []


def test_a_card_says_what_its_lines_mean() -> None:
    points = [create_point(year, "20") for year in (2022, 2023)]
    for change, text in (({"is_comparable": False}, "CARD_BREAK"), ({"gap": "2022"}, "GAP")):
        meaning = "".join(getattr(labels, text).en.split())
        for last in (points[1], replace(points[1], **change)):
            chart = create_chart(create_panel([points[0], last]))
            printed = read_text(draw(chart, layout_card(chart, Theme.LIGHT)))
            assert (meaning in printed) == (last is not points[1])


def test_a_card_of_several_figures_names_period_and_countries() -> None:
    chart = Chart(Language.ENGLISH, "2024 figures", "release 1", sources=SOURCES)
    tile = Tile("Trade", create_point(2024, "20"), coverage="Partners of 2023")
    chart.groups = [TileGroup("Trade", [tile])]
    printed = read_text(draw(chart, layout_card(chart, Theme.LIGHT)))
    assert "Trade20trillionyuanFullyear2024,Partnersof2023" in printed


def test_a_card_without_a_headline_draws_the_figures_of_its_panels() -> None:
    chart = Chart(Language.ENGLISH, "Projects", "release 1", sources=SOURCES)
    chart.panels = [create_panel([create_point(2023, "20"), create_point(2024, "54")])]
    printed = read_text(draw(chart, layout_card(chart, Theme.LIGHT)))
    assert "20trillionyuan" in printed
    assert "54trillionyuan" in printed
