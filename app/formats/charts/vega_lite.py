"""The data of a chart as a Vega-Lite specification that others can restyle, resize and extend.

It holds values, dates and words, and no pixels: colours and fonts are in ``config``, and the width
is that of the container. Of several series, a menu selects the one that is shown, because Vega-Lite
gives no responsive width to small multiples.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import pairwise
from typing import Any

from app.enums import Theme
from app.formats.charts import labels
from app.formats.charts.axes import TimeScale
from app.formats.charts.model import Chart, DataPoint, Panel
from app.formats.charts.style import Style, wrap_text
from app.formats.charts.vega_lite_parts import (
    FIELDS,
    IS_HOLLOW,
    IS_OVER,
    LABEL_SIZE,
    NARROWEST,
    PADDING,
    SERIES,
    SPARE,
    SUBTITLE_SIZE,
    TEXT_SIZE,
    TITLE_SIZE,
    WITHOUT_NULL,
    Node,
    build_config,
    build_row,
    build_tooltip,
    build_value_label,
)
from app.i18n import Bilingual, Language

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
SPECIFICATION = "application/vnd.vegalite.v6+json"
DEFAULT_HEIGHT = 360
ROW_HEIGHT, LINE_HEIGHT, FRAME_HEIGHT = 36, 18, 150
"""The heights of a row of bars, of a line of text, and of title and axis."""
NAME_WIDTH = 110
"""The width of the names beside bars."""
WORDS_ROOM = Decimal("1.35")
"""How much further than the longest bar the value axis reaches, for the words after bars."""
HEADROOM = Decimal("1.18")
"""How much further than the largest figure the value axis reaches."""
TIME_LABELS = Bilingual(
    "extents[selected].has_months ? utcFormat(datum.value, '%b %Y') : utcyear(datum.value)",
    "extents[selected].has_months ? utcFormat(datum.value, '%Y年%-m月') : utcyear(datum.value)",
)
CHEVRONS = "M-1,-0.6L0,-1.2L1,-0.6M-1,-1.2L0,-1.8L1,-1.2"
"""The open end of a figure that is over its number, above its point."""
MAX_BAR_WIDTH = 64
BAR_MARGIN = (
    "max(2, (scale('x', toDate(datum.end)) - scale('x', toDate(datum.start))"
    f" - {MAX_BAR_WIDTH}) / 2)"
)
"""How far a bar stays away from the ends of its period."""


def build_specification(chart: Chart, theme: Theme, width: int | None, height: int | None) -> Node:
    has_time = chart.headline is not None and chart.headline.end is not None
    plot = build_time_plot(chart) if has_time else build_list_plot(chart)
    return {
        "$schema": SCHEMA,
        "description": chart.describe(),
        "title": build_title(chart, width or NARROWEST),
        "width": width or "container",
        "height": height or plot.pop("height", DEFAULT_HEIGHT),
        "autosize": {"type": "fit", "contains": "padding"},
        **plot,
        "config": build_config(chart.language, theme),
        "usermeta": {
            "release": chart.release,
            "language": chart.language,
            "notes": [
                *(labels.MEANINGS[one].get(chart.language) for one in chart.list_qualifiers()),
                *chart.notes,
            ],
            "sources": chart.sources,
            "priority_areas": [
                {"position": tile.position, "name": tile.name, "details": list(tile.lines)}
                for tile in chart.list_tiles()
                if tile.position is not None
            ],
        },
    }


def build_title(chart: Chart, width: int) -> Node:
    """Build the title: what the chart says first, then what it shows, counts and cites, in lines.

    Vega does not wrap texts, so lines are as long as fits the width, or the narrowest one.
    """

    def wrap(text: str, size: int, *, bold: bool = False) -> list[str]:
        return wrap_text(text, width - 2 * PADDING, Style(size * SPARE, bold=bold), chart.language)

    figure = chart.headline
    if figure is None:
        return {"text": wrap(chart.title, TITLE_SIZE, bold=True)}
    source = labels.SOURCE.format(source=chart.sources[figure.source - 1]).get(chart.language)
    texts = [chart.title, figure.period if figure.is_total else None, figure.coverage, source]
    return {
        "text": wrap(figure.format_takeaway(chart.language), TITLE_SIZE, bold=True),
        "subtitle": [line for text in texts if text for line in wrap(text, SUBTITLE_SIZE)],
    }


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
            elif later.gap and later.is_connected and panel.has_line:
                gaps += [one | {"segment": later.period} for one in ends]
    days = "[toDate(extents[selected].first), toDate(extents[selected].last)]"
    time_scale: Node = {"type": "utc", "domain": {"expr": days}}
    value_scale = {"domain": {"expr": "[extents[selected].least, extents[selected].most]"}}
    x: Node = {"field": "date", "type": "temporal", "scale": time_scale, "title": None}
    axis = {"labelExpr": TIME_LABELS.get(language), "grid": False, "labelOverlap": "greedy"}
    axis |= {"values": {"expr": "extents[selected].labels"}, "ticks": False, "labelFlush": False}
    value_axis = {"labelExpr": build_value_label("extents[selected].divisor"), "tickCount": 5}
    y: Node = {"field": "value", "type": "quantitative", "scale": value_scale, "title": None}
    y |= {"axis": value_axis}
    plot: Node = select_series(panels, language)
    return plot | {
        "data": {"values": values},
        "transform": [*WITHOUT_NULL, {"filter": "datum.series == selected"}],
        "encoding": {"x": x | {"axis": axis}, "y": y, "tooltip": build_tooltip(values, language)},
        "layer": [
            *build_bar_layers(),
            *build_line_layers(),
            build_data_layer(gaps, {"type": "line", "style": "gap"}, detail="segment"),
            build_break_layer(breaks, language),
            *build_number_layers(),
            build_unit_layer(),
        ],
    }


def list_time_panels(chart: Chart) -> list[tuple[str, Panel]]:
    """List the series with their names, those with a single figure included."""
    panels = list(chart.panels)
    newest = chart.headline
    drawn = {figure.display_key for panel in panels for figure in panel.figures}
    if newest and newest.display_key not in drawn:
        heading = chart.language.comma.join(filter(None, [newest.period, newest.coverage]))
        panels.insert(0, Panel(heading, newest.unit_name, [newest], has_time=True))
    named = [(chart.language.comma.join([one.heading, one.unit]), one) for one in panels]
    for tile in chart.list_tiles():
        if tile.figure:
            unit, coverage = tile.figure.unit_name, tile.coverage
            panel = Panel(tile.name, unit, [tile.figure], has_time=True, coverage=coverage)
            named.append((tile.name, panel))
    return named


def build_rows(chart: Chart, name: str, panel: Panel) -> Iterator[Node]:
    segment = 0
    for figure in panel.figures:
        is_whole = figure.is_comparable and figure.is_connected and not figure.gap
        segment += not is_whole
        yield {
            "series": name,
            "form": "line" if panel.has_line else "bar",
            "segment": segment,
            "gap": figure.gap,
            "unit": panel.unit,
            "number": panel.scale.format_number(figure, chart.language),
            **build_row(chart, replace(figure, coverage=figure.coverage or panel.coverage)),
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
    """Measure the axes of a series; labels are the middles of years or months, in milliseconds."""
    scale = TimeScale.from_points(panel.figures, 0, 1)
    first, last = (datetime.combine(day, time(), UTC) for day in (scale.first, scale.last))
    middles = [first + (last - first) * part for part, _ in scale.list_labels(0, Language.ENGLISH)]
    values = [figure.value for figure in panel.figures]
    most = max(values) * HEADROOM or Decimal(1)
    return {
        "first": scale.first,
        "last": scale.last,
        "labels": [int(one.timestamp()) * 1000 for one in sorted(middles)],
        "has_months": scale.has_months,
        "unit": panel.axis_unit[:1].upper() + panel.axis_unit[1:],
        "divisor": 10**panel.scale.power,
        "least": min(Decimal(0), *values),
        "most": most,
    }


def build_bar_layers() -> list[Node]:
    mark: Node = {"type": "rect", "xOffset": {"expr": BAR_MARGIN}}
    mark["x2Offset"] = {"expr": f"-{BAR_MARGIN}"}
    ends = {"x": {"field": "start", "type": "temporal"}, "x2": {"field": "end"}, "y2": {"datum": 0}}
    flows = "datum.form == 'bar' && datum.start != datum.end"
    return [
        {
            "transform": [{"filter": f"{flows} && {condition}"}],
            "mark": mark | {"style": style},
            "encoding": ends,
        }
        for condition, style in ((f"!({IS_HOLLOW})", "exact-bar"), (IS_HOLLOW, "nearly-bar"))
    ]


def build_line_layers() -> list[Node]:
    points = "(datum.form == 'line' || datum.start == datum.end)"
    line: Node = {
        "transform": [{"filter": "datum.form == 'line'"}],
        "mark": {"type": "line", "style": "exact-line"},
        "encoding": {"detail": {"field": "segment", "type": "nominal"}},
    }
    marks: list[tuple[str, Node]] = [
        (f"{points} && !({IS_HOLLOW})", {"style": "exact-point"}),
        (f"{points} && {IS_HOLLOW}", {"style": "nearly-point"}),
        (IS_OVER, {"style": "open-end", "shape": CHEVRONS}),
    ]
    layers: list[Node] = [
        {"transform": [{"filter": condition}], "mark": mark | {"type": "point"}}
        for condition, mark in marks
    ]
    return [line, *layers]


def build_number_layers() -> list[Node]:
    """Write the figures of bars and the newest of a line, qualifiers included."""
    newest = {"joinaggregate": [{"op": "max", "field": "date", "as": "newest"}]}
    mark = {"type": "text", "style": "number", "align": "center", "baseline": "bottom"}
    is_written = "(datum.form == 'bar' || datum.date == datum.newest)"
    align = "datum.form == 'bar' ? 'center' : 'right'"
    return [
        {
            "transform": [newest, {"filter": f"{is_written} && {condition}"}],
            "mark": mark | {"dy": dy, "align": {"expr": align}},
            "encoding": {"text": {"field": "number"}, "tooltip": None},
        }
        for condition, dy in ((f"!({IS_OVER})", -8), (IS_OVER, -24))
    ]


def build_data_layer(values: list[Node], mark: Node, detail: str) -> Node:
    return {
        "data": {"values": values},
        "transform": [*WITHOUT_NULL, {"filter": "datum.series == selected"}],
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
        "data": {"values": [{}]},
        "mark": {"type": "text", "style": "unit", "align": "left", "baseline": "bottom"},
        "encoding": {
            "x": {"value": 0},
            "y": {"value": -6},
            "text": {"value": {"expr": "extents[selected].unit"}},
            "tooltip": None,
        },
    }


def build_list_plot(chart: Chart) -> Node:
    """Build the plot of figures without time: bars on one scale, or figures as text."""
    if len(chart.panels) == 1 and len(chart.panels[0].figures) > 1:
        return build_bar_plot(chart, chart.panels[0])
    named = [(one.period, one) for panel in chart.panels for one in panel.figures]
    named += [
        (tile.name, replace(tile.figure, coverage=tile.coverage))
        for tile in chart.list_tiles()
        if tile.figure
    ]
    if not named and chart.headline:
        named = [(chart.headline.period, chart.headline)]
    rows = [build_words_row(chart, name, figure) for name, figure in named]
    lines = 1 + max((len(row["lines"]) for row in rows), default=1)
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": None}
    mark = {"type": "text", "align": "left", "baseline": "top", "lineHeight": LINE_HEIGHT}
    top = -LINE_HEIGHT * lines / 2
    layers = [
        {"mark": mark | {"style": style, "dy": dy}, "encoding": {"text": {"field": field}}}
        for style, field, dy in (
            ("figure", "display", top),
            ("context", "lines", top + LINE_HEIGHT),
        )
    ]
    return {
        "height": len(rows) * LINE_HEIGHT * (lines + 1) + FRAME_HEIGHT / 2,
        "data": {"values": rows},
        "transform": WITHOUT_NULL,
        "encoding": {"x": {"value": 0}, "y": y, "tooltip": build_tooltip(rows, chart.language)},
        "layer": layers,
    }


def build_words_row(chart: Chart, name: str, figure: DataPoint) -> dict[str, Any]:
    context = [name, *([figure.period] if figure.period != name else [])]
    context += [figure.coverage] if figure.coverage else []
    text = chart.language.comma.join(context)
    style = Style(TEXT_SIZE * SPARE)
    lines = wrap_text(text, NARROWEST - 2 * PADDING, style, chart.language)
    return {"name": name, "lines": lines, **build_row(chart, figure)}


def build_bar_plot(chart: Chart, panel: Panel) -> Node:
    rows = [
        {"name": one.period, "unit": panel.unit} | build_row(chart, one) for one in panel.figures
    ]
    style = Style(LABEL_SIZE * SPARE)
    lines: Node = {
        one.period: wrap_text(one.period, NAME_WIDTH, style, chart.language)
        for one in panel.figures
    }
    axis = {"labelExpr": "names[datum.label]", "domain": False, "ticks": False, "grid": False}
    y = {"field": "name", "type": "nominal", "sort": None, "title": None, "axis": axis}
    value_axis = {"labelExpr": build_value_label(str(10**panel.scale.power)), "tickCount": 4}
    values = [one.value for one in panel.figures]
    domain = [min(Decimal(0), *values), max(values) * WORDS_ROOM or Decimal(1)]
    x: Node = {"field": "value", "type": "quantitative", "title": panel.axis_unit}
    x |= {"axis": value_axis, "scale": {"domain": domain}}
    bars = [
        {"transform": [{"filter": condition}], "mark": {"type": "bar", "style": style}}
        for condition, style in ((f"!({IS_HOLLOW})", "exact-bar"), (IS_HOLLOW, "nearly-bar"))
    ]
    mark = {"type": "text", "style": "figure", "align": "left", "dx": 6}
    return {
        "height": len(rows) * ROW_HEIGHT + FRAME_HEIGHT,
        "params": [{"name": "names", "value": lines}],
        "data": {"values": rows},
        "transform": WITHOUT_NULL,
        "encoding": {"x": x, "y": y, "tooltip": build_tooltip(rows, chart.language)},
        "layer": [*bars, {"mark": mark, "encoding": {"text": {"field": "display"}}}],
    }
