"""The data of a chart as a Vega-Lite specification that others can restyle, resize and extend.

It holds values, dates and words, and no pixels: colours and fonts are in ``config``, and the width
is that of the container. Of several series, a menu selects the one that is shown, because Vega-Lite
gives no responsive width to small multiples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from app.enums import Qualifier
from app.formats.charts import labels
from app.formats.charts.axes import TimeScale
from app.formats.charts.model import Chart, DataPoint, Panel
from app.formats.charts.style import PALETTES, get_font_stack
from app.i18n import Bilingual, Language
from app.parameters import Theme
from app.schemas import encode_json

Node = dict[str, object]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SPECIFICATION = "application/vnd.vegalite.v6+json"
DEFAULT_HEIGHT = 300
ROW_HEIGHT, FRAME_HEIGHT = 36, 130
"""The heights of a row of a list, and of title and axis."""
HEADROOM = Decimal("1.12")
"""How much further than the largest figure the value axis reaches."""
SERIES = Bilingual("Series", "序列")
FIELDS = {
    "series": SERIES,
    "period": Bilingual("Period", "统计期"),
    "display": Bilingual("Figure", "数据"),
    "coverage": Bilingual("Countries counted", "统计范围"),
    "growth": Bilingual("Growth", "增速"),
    "comparability": Bilingual("Comparability", "可比性"),
    "source": Bilingual("Source", "来源"),
}
"""The fields of the tooltip."""
VALUE_LABELS = Bilingual(
    "abs(datum.value) >= 1e12 ? format(datum.value / 1e12, ',.12~g') + ' trillion' : "
    "abs(datum.value) >= 1e9 ? format(datum.value / 1e9, ',.12~g') + ' billion' : "
    "abs(datum.value) >= 1e6 ? format(datum.value / 1e6, ',.12~g') + ' million' : "
    "format(datum.value, ',.12~g')",
    "abs(datum.value) >= 1e12 ? format(datum.value / 1e12, ',.12~g') + '万亿' : "
    "abs(datum.value) >= 1e8 ? format(datum.value / 1e8, ',.12~g') + '亿' : "
    "abs(datum.value) >= 1e4 ? format(datum.value / 1e4, ',.12~g') + '万' : "
    "format(datum.value, ',.12~g')",
)
TIME_LABELS = Bilingual(
    "utcmonth(datum.value) == 0 ? utcFormat(datum.value, '%Y') : utcFormat(datum.value, '%b')",
    "utcmonth(datum.value) == 0 ? utcFormat(datum.value, '%Y年') : utcFormat(datum.value, '%-m月')",
)
HOLLOW = (Qualifier.NEARLY, Qualifier.ABOUT)
CHEVRONS = "M-1,-0.6L0,-1.2L1,-0.6M-1,-1.2L0,-1.8L1,-1.2"
"""The open end of a figure that is over its number, above its point."""


def write_specification(
    chart: Chart, theme: Theme, width: int | None = None, height: int | None = None
) -> bytes:
    """Write the specification, each figure with all its digits."""
    return encode_json(build_specification(chart, theme, width, height))


def build_specification(chart: Chart, theme: Theme, width: int | None, height: int | None) -> Node:
    has_time = chart.headline is not None and chart.headline.end is not None
    plot = build_time_plot(chart) if has_time else build_list_plot(chart)
    return {
        "$schema": SCHEMA,
        "description": chart.describe(),
        "title": build_title(chart),
        "width": width or "container",
        "height": height or plot.pop("height", DEFAULT_HEIGHT),
        "autosize": {"type": "fit", "contains": "padding"},
        **plot,
        "config": build_config(chart.language, theme),
        "usermeta": {
            "release": chart.release,
            "language": chart.language,
            "notes": [*list_meanings(chart), *chart.notes],
            "sources": chart.sources,
            "priority_areas": [
                {"position": tile.position, "name": tile.name, "details": list(tile.lines)}
                for group in chart.groups
                for tile in group.tiles
                if tile.position is not None
            ],
        },
    }


def list_meanings(chart: Chart) -> list[str]:
    return [labels.MEANINGS[one].get(chart.language) for one in chart.list_qualifiers()]


def build_title(chart: Chart) -> Node:
    """Build the title: what the chart says first, below it the name of what it shows."""
    if chart.headline is None:
        return {"text": chart.title}
    subtitle = [chart.title, *([chart.headline.coverage] if chart.headline.coverage else [])]
    return {"text": chart.headline.format_takeaway(chart.language), "subtitle": subtitle}


def build_time_plot(chart: Chart) -> Node:
    """Build the plot of all series of a chart, the first of which is selected."""
    language = chart.language
    panels = list_time_panels(chart)
    values: list[Node] = []
    gaps: list[Node] = []
    breaks: list[Node] = []
    for name, panel in panels:
        rows = list(build_rows(chart, name, panel))
        values += rows
        for (earlier, later), ends in zip(pairwise(panel.figures), pairwise(rows), strict=True):
            if not later.is_comparable:
                middle = earlier.position + (later.position - earlier.position) / 2
                breaks.append(ends[1] | {"date": middle})
            elif later.gap and panel.has_line:
                gaps += [one | {"segment": later.period} for one in ends]
    days = "[toDate(extents[selected].first), toDate(extents[selected].last)]"
    time_scale: Node = {"type": "utc", "domain": {"expr": days}}
    value_scale = {"domain": {"expr": "[extents[selected].least, extents[selected].most]"}}
    x: Node = {"field": "date", "type": "temporal", "scale": time_scale, "title": None}
    axis = {"labelExpr": TIME_LABELS.get(language), "grid": False, "labelOverlap": True}
    value_axis = {"labelExpr": VALUE_LABELS.get(language), "tickCount": 5}
    y: Node = {"field": "value", "type": "quantitative", "scale": value_scale, "title": None}
    y |= {"axis": value_axis}
    plot: Node = select_series(panels, language)
    return plot | {
        "data": {"values": values},
        "transform": [{"filter": "datum.series == selected"}],
        "encoding": {"x": x | {"axis": axis}, "y": y, "tooltip": build_tooltip(language)},
        "layer": [
            *build_bar_layers(),
            *build_line_layers(),
            build_data_layer(gaps, {"type": "line", "style": "gap"}, detail="segment"),
            build_break_layer(breaks, language),
            build_unit_layer(),
        ],
    }


def list_time_panels(chart: Chart) -> list[tuple[str, Panel]]:
    """List the series with their names, those with a single figure included."""
    comma = labels.COMMA.get(chart.language)
    panels = list(chart.panels)
    newest = chart.headline
    if newest and not any(newest.display_key == one.display_key for one in list_drawn(panels)):
        heading = comma.join(filter(None, [newest.period, newest.coverage]))
        panels.insert(0, Panel(heading, newest.unit_name, [newest], has_time=True))
    named = [(comma.join([one.heading, one.unit]), one) for one in panels]
    for group in chart.groups:
        for tile in group.tiles:
            if tile.figure:
                unit, coverage = tile.figure.unit_name, tile.coverage
                panel = Panel(tile.name, unit, [tile.figure], has_time=True, coverage=coverage)
                named.append((tile.name, panel))
    return named


def list_drawn(panels: Sequence[Panel]) -> list[DataPoint]:
    return [figure for panel in panels for figure in panel.figures]


def build_rows(chart: Chart, name: str, panel: Panel) -> Iterator[Node]:
    segment = 0
    for figure in panel.figures:
        segment += bool(figure.gap) or not figure.is_comparable
        yield {
            "series": name,
            "form": "line" if panel.has_line else "bar",
            "segment": segment,
            "gap": figure.gap,
            "unit": panel.unit,
            **build_row(chart, replace(figure, coverage=figure.coverage or panel.coverage)),
        }


def build_row(chart: Chart, figure: DataPoint) -> Node:
    dates: Node = {}
    if figure.end:
        dates = {"date": figure.position, "start": figure.start, "end": figure.end}
    return {
        **dates,
        "period": figure.period,
        "value": figure.value,
        "display": figure.display,
        "qualifier": figure.qualifier,
        "coverage": figure.coverage,
        "growth": figure.growth,
        "growth_source": figure.growth_source and chart.sources[figure.growth_source - 1],
        "is_comparable": figure.is_comparable,
        "comparability": None
        if figure.is_comparable
        else labels.NOT_COMPARABLE.get(chart.language),
        "source": chart.sources[figure.source - 1],
    }


def select_series(panels: Sequence[tuple[str, Panel]], language: Language) -> Node:
    """Declare which series is shown, with a menu if there are several, and the ends of its axes.

    The ends are declared because a layer without any figure of a series has none of its own.
    """
    names = [name for name, _ in panels]
    selection: Node = {"name": "selected", "value": names[0]}
    if len(names) > 1:
        selection["bind"] = {"input": "select", "options": names, "name": SERIES.get(language)}
    extents: Node = {name: measure_extent(panel) for name, panel in panels}
    return {"params": [selection, {"name": "extents", "value": extents}]}


def measure_extent(panel: Panel) -> Node:
    scale = TimeScale.from_points(panel.figures, 0, 1)
    values = [figure.value for figure in panel.figures]
    most = max(values) * HEADROOM or Decimal(1)
    return {
        "first": scale.first,
        "last": scale.last,
        "least": min(Decimal(0), *values),
        "most": most,
    }


def build_tooltip(language: Language) -> list[Node]:
    return [
        {"field": field, "type": "nominal", "title": title.get(language)}
        for field, title in FIELDS.items()
    ]


def build_bar_layers() -> list[Node]:
    mark: Node = {"type": "rect", "xOffset": 2, "x2Offset": -2}
    ends = {
        "x": {"field": "start", "type": "temporal"},
        "x2": {"field": "end"},
        "y2": {"datum": 0},
    }
    hollow = " || ".join(f"datum.qualifier == '{one}'" for one in HOLLOW)
    flows = "datum.form == 'bar' && datum.start != datum.end"
    return [
        {
            "transform": [{"filter": f"{flows} && {condition}"}],
            "mark": mark | {"style": style},
            "encoding": ends,
        }
        for condition, style in ((f"!({hollow})", "exact-bar"), (f"({hollow})", "nearly-bar"))
    ]


def build_line_layers() -> list[Node]:
    hollow = " || ".join(f"datum.qualifier == '{one}'" for one in HOLLOW)
    points = "(datum.form == 'line' || datum.start == datum.end)"
    line: Node = {
        "transform": [{"filter": "datum.form == 'line'"}],
        "mark": {"type": "line", "style": "exact-line"},
        "encoding": {"detail": {"field": "segment", "type": "nominal"}},
    }
    over = f"datum.qualifier == '{Qualifier.OVER}'"
    marks: list[tuple[str, Node]] = [
        (f"{points} && !({hollow})", {"style": "exact-point"}),
        (f"{points} && ({hollow})", {"style": "nearly-point"}),
        (over, {"style": "open-end", "shape": CHEVRONS}),
    ]
    layers: list[Node] = [
        {"transform": [{"filter": condition}], "mark": mark | {"type": "point"}}
        for condition, mark in marks
    ]
    return [line, *layers]


def build_data_layer(values: list[Node], mark: Node, detail: str) -> Node:
    return {
        "data": {"values": values},
        "transform": [{"filter": "datum.series == selected"}],
        "mark": mark,
        "encoding": {"detail": {"field": detail, "type": "nominal"}},
    }


def build_break_layer(breaks: list[Node], language: Language) -> Node:
    layer = build_data_layer(breaks, {"type": "rule", "style": "break"}, detail="period")
    text = {"field": "comparability", "title": FIELDS["comparability"].get(language)}
    return layer | {"encoding": {"y": {"value": 0}, "y2": {"value": "height"}, "tooltip": [text]}}


def build_unit_layer() -> Node:
    """Write the unit above the value axis."""
    return {
        "transform": [{"aggregate": [], "groupby": ["unit"]}],
        "mark": {"type": "text", "style": "unit", "align": "left", "baseline": "bottom"},
        "encoding": {
            "x": {"value": 0},
            "y": {"value": -6},
            "text": {"field": "unit"},
            "tooltip": None,
        },
    }


def build_list_plot(chart: Chart) -> Node:
    """Build the plot of figures that have no common scale, or no time: one line for each."""
    rows = []
    for panel in chart.panels:
        for one in panel.figures:
            row = build_row(chart, one)
            rows.append({"name": one.period, "series": panel.heading, "unit": panel.unit} | row)
    for group in chart.groups:
        for tile in group.tiles:
            if tile.figure:
                row = build_row(chart, tile.figure)
                rows.append({"name": tile.name, "series": group.heading} | row)
    if not rows and chart.headline:
        rows.append({"name": chart.headline.period, "series": chart.title})
        rows[-1] |= build_row(chart, chart.headline)
    panels = [panel for panel in chart.panels if len(panel.figures) > 1]
    y = {"field": "name", "type": "nominal", "sort": None, "title": None}
    axis = {"labelLimit": 220, "domain": False, "ticks": False, "grid": False}
    text: Node = {
        "mark": {"type": "text", "style": "figure", "align": "left", "dx": 6},
        "encoding": {"text": {"field": "display"}, "x": {"value": 0}},
    }
    layers = [text]
    if panels and len(panels) == len(chart.panels) == 1:
        value_axis = {"labelExpr": VALUE_LABELS.get(chart.language), "tickCount": 4}
        x = {"field": "value", "type": "quantitative", "title": panels[0].unit}
        bar: Node = {"mark": "bar", "encoding": {"x": x | {"axis": value_axis}}}
        text["encoding"] = {"text": {"field": "display"}, "x": x}
        layers = [bar, text]
    return {
        "height": len(rows) * ROW_HEIGHT + FRAME_HEIGHT,
        "data": {"values": rows},
        "encoding": {"y": y | {"axis": axis}, "tooltip": build_tooltip(chart.language)},
        "layer": layers,
    }


def build_config(language: Language, theme: Theme) -> Node:
    """Build the theme: everything that another house style would replace."""
    palette = PALETTES[theme]
    accent = palette.accent
    outline = {"fill": palette.paper, "stroke": accent, "strokeWidth": 1.75}
    return {
        "background": palette.paper,
        "font": get_font_stack(language),
        "padding": 16,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "offset": 24,
            "color": accent,
            "fontSize": 17,
            "fontWeight": "bold",
            "subtitleColor": palette.ink,
            "subtitleFontSize": 13,
            "subtitlePadding": 6,
        },
        "axis": {
            "labelColor": palette.quiet,
            "titleColor": palette.quiet,
            "labelFontSize": 12,
            "gridColor": palette.line,
            "domainColor": palette.quiet,
            "tickColor": palette.quiet,
        },
        "axisY": {"domain": False, "ticks": False},
        "mark": {"color": accent},
        "style": {
            "exact-bar": {"color": accent},
            "nearly-bar": outline | {"strokeDash": [4, 3]},
            "exact-line": {"color": accent, "strokeWidth": 2},
            "gap": {"color": accent, "strokeWidth": 2, "strokeDash": [1, 5], "strokeCap": "round"},
            "exact-point": {"color": accent, "filled": True, "size": 50, "opacity": 1},
            "nearly-point": outline | {"size": 60, "opacity": 1},
            "open-end": {
                "color": accent,
                "filled": False,
                "strokeWidth": 2,
                "size": 60,
                "opacity": 1,
            },
            "break": {"color": palette.quiet, "strokeWidth": 1.5, "strokeDash": [6, 4]},
            "unit": {"color": palette.quiet, "fontSize": 12},
            "figure": {"color": palette.ink, "fontSize": 13, "fontWeight": "bold"},
        },
    }
