"""Charts: their content, safe SVG, and the same bytes for the same request."""

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from app.enums import Qualifier
from app.formats.charts.canvas import render_svg
from app.formats.charts.layout import layout_chart
from app.formats.charts.model import Chart, DataPoint, Tile, TileGroup
from app.formats.charts.style import PALETTES
from app.formats.charts.subjects import build_series_chart, build_tile_group
from app.i18n import Language
from app.ingest.build import build
from app.parameters import Theme
from app.queries import profiles
from tests.support.client import AppClient
from tests.support.seeds import MIGRATIONS, SEED, add_break, copy_seed
from tests.support.targets import open_app

SVG = "{http://www.w3.org/2000/svg}"
INDICATORS = sorted(file.stem for file in (SEED / "indicators").glob("*.yaml"))
PICTURES = [*(f"/v1/indicators/{code}/chart" for code in INDICATORS), "/v1/overview"]
LANGUAGES = ["en", "zh"]


def draw_svg(client: AppClient, path: str, **query: str | int) -> ET.Element:
    """Request an image as SVG, and parse it."""
    response = client.get(f"{path}.svg", params={"lang": "en", **query})
    assert response.status_code == 200, response.text
    return ET.fromstring(response.text)  # noqa: S314


def read_text(picture: ET.Element) -> str:
    """Read the text of an image without spaces, because lines are broken at them."""
    lines = ["".join(text.itertext()) for text in picture.iter(f"{SVG}text")]
    return re.sub(r"\s", "", "".join(lines))


def strip_spaces(text: str) -> str:
    """Remove all spaces of a text."""
    return re.sub(r"\s", "", text)


def list_points(client: AppClient, code: str, language: str) -> Iterator[tuple[Any, Any]]:
    """List the figures of an indicator, each with its series, as the API shows them."""
    listed = client.get(f"/v1/series?indicator={code}&lang={language}").json()["items"]
    for one in listed:
        series = client.get(f"/v1/series/{one['code']}?lang={language}").json()
        for point in series["points"]:
            yield series, point


def list_bars(picture: ET.Element) -> list[float]:
    """Return the heights of the columns of an image."""
    bars = [element for element in picture.iter(f"{SVG}rect") if element.get("class") == "bar"]
    return [float(bar.get("height", "")) for bar in bars]


def count_dashes(picture: ET.Element, dash: str) -> int:
    return sum(element.get("stroke-dasharray") == dash for element in picture.iter())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", INDICATORS)
def test_figures_have_period_and_qualifier(client: AppClient, code: str, language: str) -> None:
    picture = draw_svg(client, f"/v1/indicators/{code}/chart", lang=language)
    printed = read_text(picture)
    described = picture.findtext(f"{SVG}desc") or ""
    count = 0
    for series, point in list_points(client, code, language):
        assert strip_spaces(point["citation"]["full"]) in printed
        colon = ": " if language == "en" else "："
        assert colon.join([point["period"]["label"], point["display"]]) in described
        assert point["growth"] is None or point["growth"]["display"] in described
        for obstacle in point["obstacles"]:
            assert strip_spaces(obstacle["text"]) in printed
            assert strip_spaces(obstacle["text"]) in strip_spaces(described)
        if series["observations"] > 1:
            assert strip_spaces(series["span"]) in printed
            assert strip_spaces(series["unit"]["name"]) in strip_spaces(described)
        count += 1
    assert count > 0
    assert ("release2026-11-25.2" if language == "en" else "2026-11-25.2版") in printed


@pytest.mark.quick
@pytest.mark.parametrize("language", LANGUAGES)
def test_overview_has_all_figures_and_areas(client: AppClient, language: str) -> None:
    overview = client.get(f"/v1/overview?lang={language}").json()
    printed = read_text(draw_svg(client, "/v1/overview", lang=language))
    assert len(overview["indicators"]) == 7
    for indicator in overview["indicators"]:
        headline = indicator["headline"]
        for text in (indicator["name"], headline["display"], headline["period"]["label"]):
            assert strip_spaces(text) in printed
    assert len(overview["priority_areas"]) == 4
    for area in overview["priority_areas"]:
        number = len(area["actions"])
        assert strip_spaces(area["title"]) in printed
        assert (f"recordedas{number}actions" if language == "en" else f"举措{number}项") in printed
    assert strip_spaces(overview["source"]["line"]) in printed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", INDICATORS)
def test_title_says_the_newest_figure(client: AppClient, code: str, language: str) -> None:
    listed = list(list_points(client, code, language))
    usual = [one for one in listed if one[0]["months"] in (12, None) or one[1]["headline"]]
    newest = max(one["period"]["end"] for _, one in usual or listed)
    title = read_text(draw_svg(client, f"/v1/indicators/{code}/chart", lang=language))
    same = [point for _, point in usual or listed if point["period"]["end"] == newest]
    assert any(
        strip_spaces(point["display"]) in title and newest[:4] in title.partition("[1]")[0]
        for point in same
    )


def test_columns_are_as_high_as_their_figures(client: AppClient) -> None:
    for code in (
        "goods-trade.CN.BRI.partner-2023.CNY.P12M",
        "aid-projects.CN.BRI.partner-2023.NB.P11M",
    ):
        series = client.get(f"/v1/series/{code}?lang=en").json()
        values = [point["value"] for point in series["points"]]
        heights = list_bars(draw_svg(client, f"/v1/series/{code}/chart"))[-len(values) :]
        if len(values) > 1:
            for height, value in zip(heights, values, strict=True):
                assert height / max(heights) == pytest.approx(value / max(values), abs=0.01)


def test_series_of_one_unit_share_a_scale_and_a_word(client: AppClient) -> None:
    picture = draw_svg(client, "/v1/indicators/goods-trade", width=1200)
    heights = list_bars(picture)
    values = [22.1, 23.6, 10.11, 18.95, 19.47]
    for height, value in zip(heights, values, strict=False):
        assert height / heights[1] == pytest.approx(value / 23.6, abs=0.01)
    assert "Trillionyuan" in read_text(picture)
    assert "18.95trillion" not in read_text(picture), "the unit is written once for each block"


def test_values_keep_their_digits(client: AppClient) -> None:
    text = client.get("/v1/indicators/outward-direct-investment/chart.vl.json").text
    assert '"value":214660000000,' in text
    share = client.get("/v1/indicators/trade-share/chart.vl.json").text
    assert '"value":45.4,' in share


def test_limits_are_drawn_and_written(client: AppClient) -> None:
    picture = draw_svg(client, "/v1/indicators/aid-projects")
    shapes = [path.get("d", "") for path in picture.iter(f"{SVG}path") if path.get("stroke")]
    assert len([path for path in shapes if path.count("M") == 2]) >= 2, "at the title, and below"
    assert "“Over”:theactualfigureishigher" in read_text(picture)
    assert "“Nearly”(hatchedorhollow):theactualfigureislower" in read_text(picture)
    plain = draw_svg(client, "/v1/series/goods-trade.CN.BRI.partner-2025.CNY.P12M/chart")
    assert "actualfigure" not in read_text(plain)


def test_breaks_and_gaps_are_drawn(client: AppClient, tmp_path: Path) -> None:
    seed, target = copy_seed(tmp_path), tmp_path / "bri.sqlite"
    # The figures of 2013 and 2022 are from one source, which a break does not separate.
    add_break(seed, "2023-01-01")
    build(seed, MIGRATIONS, target)
    with open_app(target) as app:
        broken = AppClient(app)
        picture = draw_svg(broken, "/v1/indicators/goods-trade")
        printed = read_text(picture)
    whole = draw_svg(client, "/v1/indicators/goods-trade")
    # Each break is a line, and one more line is in the key.
    assert count_dashes(picture, "6 4") > count_dashes(whole, "6 4")
    assert "Notcomparable:thefiguresoneithersideoftheline,seenotes" in printed
    assert "Nofigureincludedforperiodsinbetween" in printed
    assert count_dashes(whole, "0.1 5.75") > 1
    series = "Full years, Partner countries (2023 scope), Chinese yuan (renminbi)"
    name = f"{series}, Full year 2022 and Full year 2023 not comparable"
    note = f"{name}: There is a break in the series between them. The definition changed."
    assert strip_spaces(note) in printed
    assert "2014 to 2021: not included" in (picture.findtext(f"{SVG}desc") or "")


def test_figures_of_a_group_name_their_coverage() -> None:
    figure = DataPoint("Full year 2024", "36", Decimal(36), Qualifier.NONE, "NB", None, 1)
    tiles = [Tile(name, replace(figure, coverage=name)) for name in ("2023 scope", "2025 scope")]
    mixed = build_tile_group("Trade", tiles, Language.ENGLISH)
    named = [replace(tile, coverage=tile.name) for tile in tiles]
    assert mixed == TileGroup("Trade, Full year 2024", named)
    chart = Chart(Language.ENGLISH, "", "", groups=[mixed])
    svg = render_svg(layout_chart(chart, 640, None, Theme.LIGHT), chart)
    printed = read_text(ET.fromstring(svg))  # noqa: S314
    assert printed.count("2023scope") == printed.count("2025scope") == 2, "as the name and below"
    shared = build_tile_group("Trade", tiles[:1], Language.ENGLISH)
    assert shared == TileGroup(
        "Trade, Full year 2024, 2023 scope", [replace(named[0], figure=figure)]
    )


def test_one_figure_is_no_bar(client: AppClient) -> None:
    code = "investment-agreements.CN.BRI.partner-2023.NB.P11M"
    assert list_bars(draw_svg(client, f"/v1/series/{code}/chart")) == []
    two = "goods-trade.CN.BRI.partner-2025.CNY.P12M"
    assert len(list_bars(draw_svg(client, f"/v1/series/{two}/chart"))) >= 1
    printed = read_text(draw_svg(client, f"/v1/series/{code}/chart", lang="zh"))
    assert "36份" in printed
    assert "2024年1—11月" in printed
    assert "每年1—11月，共建国家（2023年口径），数量：1—11月数据，不得与全年数据" in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_specification_has_all_figures_with_their_context(client: AppClient, language: str) -> None:
    theme = {"en": "light", "zh": "dark"}[language]
    for code in INDICATORS:
        response = client.get(f"/v1/indicators/{code}/chart.vl.json?lang={language}&theme={theme}")
        assert response.headers["content-type"] == "application/vnd.vegalite.v6+json"
        found = response.json()
        values = {
            (one["start"], one["end"], one["display"]): one for one in found["data"]["values"]
        }
        for series, point in list_points(client, code, language):
            period = point["period"]
            one = values[period["start"], period["end"], point["display"]]
            assert one["value"] == point["value"]
            assert one["qualifier"] == point["qualifier"]
            assert one["period"] == period["label"]
            assert one["source"] == point["citation"]["full"]
            assert one["coverage"] == series["coverage"]["name"]
            assert one["coverage"] in one["series"]
            if growth := point["growth"]:
                assert one["growth"].startswith(growth["display"])
                assert one["growth_source"] == growth["citation"]["full"]
            for obstacle in point["obstacles"]:
                assert obstacle["text"] in " ".join(found["usermeta"]["notes"])
        assert found["width"] == "container"
        assert all(one["coverage"] for one in values.values())
        assert found["config"]["background"] == PALETTES[Theme(theme)].paper
        assert found["encoding"]["x"]["type"] == "temporal"
        described = draw_svg(client, f"/v1/indicators/{code}/chart", lang=language)
        assert found["description"] == described.findtext(f"{SVG}desc")


@pytest.mark.parametrize(
    "path", ["overview", "indicators/goods-trade/chart", "commitments/2014-silk-road-fund/chart"]
)
def test_a_tooltip_has_only_fields_of_the_figures(client: AppClient, path: str) -> None:
    found = client.get(f"/v1/{path}.vl.json").json()
    filled = {one.get("as") for one in found["transform"]}
    for field in found["encoding"]["tooltip"]:
        values = [one.get(field["field"]) for one in found["data"]["values"]]
        assert any(values), field
        assert all(values) or field["field"] in filled, "Vega writes null"


def test_specification_has_the_requested_size(client: AppClient) -> None:
    path = "/v1/indicators/goods-trade/chart.vl.json"
    found = client.get(f"{path}?width=700&height=400").json()
    assert (found["width"], found["height"]) == (700, 400)
    found = client.get(f"{path}?aspect=card").json()
    assert (found["width"], found["height"]) == (1200, 630)


def test_codes_keep_their_own_address(client: AppClient) -> None:
    assert client.get("/v1/indicators/goods-trade").json()["code"] == "goods-trade"
    missing = client.get("/v1/indicators/goods-trad/chart.svg?lang=en").json()
    assert missing["errors"][0]["suggestion"] == "goods-trade"
    other = client.get("/v1/indicators/goods-trade.gif?lang=en").json()
    assert other["code"] == "unknown-record"


def test_series_without_figures_has_a_note() -> None:
    area = {"name": "China"}
    empty: dict[str, Any] = {
        "indicator": {"name": "Trade"},
        "reporting_area": area,
        "counterpart_area": area,
        "coverage": {"name": "Partner countries"},
        "unit": {"name": "Percent"},
        "span": "Full years",
        "note": None,
        "breaks": [],
        "points": [],
        "hidden": 0,
    }
    picture = build_series_chart(empty, "2026-11-25", Language.ENGLISH)
    drawn_alone = render_svg(layout_chart(picture, 320, None, Theme.DARK), picture).decode()
    assert "No figures are included yet." in drawn_alone


@pytest.mark.parametrize(
    ("limit", "path", "expected"),
    [
        (
            "MAX_POINTS",
            "/v1/series/goods-trade.CN.BRI.partner-2023.CNY.P12M",
            "Fullyears,Partnercountries(2023scope),Chineseyuan(renminbi):1olderfiguresarenotshown.",
        ),
        ("MAX_SERIES", "/v1/indicators/outward-direct-investment", "3moreseriesofthisindicator"),
    ],
)
def test_omitted_figures_are_counted(
    client: AppClient, monkeypatch: pytest.MonkeyPatch, limit: str, path: str, expected: str
) -> None:
    monkeypatch.setattr(profiles, limit, 2)
    printed = read_text(draw_svg(client, path, width=700))
    assert expected in printed
    assert "10.11trillion" not in printed


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025, 2026])
def test_an_overview_names_only_what_its_edition_holds(newest: AppClient, year: int) -> None:
    overview = newest.get(f"/v1/overview?edition={year}").json()
    printed = read_text(draw_svg(newest, "/v1/overview", edition=year, width=1200))
    assert strip_spaces(f"{year - 1} figures, {year} priority areas") in printed
    is_partial = overview["edition"]["completeness"] != "complete"
    assert (strip_spaces("recorded in part only") in printed) == is_partial
    lengths = {indicator["headline"]["period"]["months"] for indicator in overview["indicators"]}
    assert (strip_spaces("A full year and January to November") in printed) == (len(lengths) > 1)
    assert "0actions" not in printed


def test_the_title_says_the_newest_full_year_in_whatever_unit(newest: AppClient) -> None:
    """The amounts of 2025 are in dollars only; those in yuan end three years earlier."""
    texts = read_text(draw_svg(newest, "/v1/indicators/contracts-value/chart", aspect="card"))
    assert "257.98billionUSdollars" in texts
    assert "871.8billionyuan" not in texts


def test_columns_stay_between_the_ends_of_their_axis(newest: AppClient) -> None:
    """A quarter is at the edge of a year, where a wide column would cover the value axis."""
    picture = draw_svg(newest, "/v1/series/import-share.CN.BRI.route.PT.P3M/chart")
    columns = [element for element in picture.iter(f"{SVG}rect") if element.get("class") == "bar"]
    (left, right) = max(
        (float(element.get("x1", "")), float(element.get("x2", "")))
        for element in picture.iter(f"{SVG}line")
        if element.get("y1") == element.get("y2")
    )
    assert len(columns) == 2
    for one in columns:
        start = float(one.get("x", ""))
        assert left <= start < start + float(one.get("width", "")) <= right
