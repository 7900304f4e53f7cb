"""What all Vega-Lite specifications share: the fields of a figure, the tooltip, and the theme."""

import json
from collections.abc import Sequence
from itertools import pairwise

from app.enums import Qualifier, Theme
from app.formats.charts import labels
from app.formats.charts.model import HATCHED, Chart, DataPoint
from app.formats.charts.style import PALETTES, Palette, get_font_stack
from app.i18n import Bilingual, Language

Node = dict[str, object]

PADDING, TITLE_SIZE, SUBTITLE_SIZE, TEXT_SIZE, LABEL_SIZE = 16, 17, 13, 13, 12
NARROWEST = 320
"""The width at which titles and names still fit."""
SPARE = 1.1
"""How much wider than ours the fonts of others may be."""
HATCH_STRIPES = 24
HATCH_END = (0.48, 1.21)
"""The end of the gradient, in widths and heights, so that the last stripe is at the corner."""
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
WITHOUT_NULL = [
    {"calculate": f"datum.{field} || '–'", "as": field}
    for field in ("coverage", "growth", "comparability")
]
"""What the tooltip shows where a figure has no value; Vega would write null."""
IS_HOLLOW = f"indexof({json.dumps(HATCHED)}, datum.qualifier) >= 0"
IS_OVER = f"datum.qualifier == '{Qualifier.OVER}'"


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


def build_value_label(divisor: str) -> str:
    """Build the expression of a label of the value axis, from that of the scale of its unit."""
    return f"format(datum.value / {divisor}, {divisor} > 1 ? '.12~g' : ',.12~g')"


def build_tooltip(rows: Sequence[Node], language: Language) -> list[Node]:
    return [
        {"field": field, "type": "nominal", "title": title.get(language)}
        for field, title in FIELDS.items()
        if any(row.get(field) for row in rows)
    ]


def build_config(language: Language, theme: Theme) -> Node:
    """Build the theme: everything that another house style would replace."""
    palette = PALETTES[theme]
    accent = palette.accent
    return {
        "background": palette.paper,
        "font": get_font_stack(language),
        "padding": PADDING,
        "view": {"stroke": None},
        "title": {
            "anchor": "start",
            "frame": "bounds",
            "offset": 24,
            "color": accent,
            "fontSize": TITLE_SIZE,
            "fontWeight": "bold",
            "subtitleColor": palette.ink,
            "subtitleFontSize": SUBTITLE_SIZE,
            "subtitlePadding": 6,
        },
        "axis": {
            "labelColor": palette.quiet,
            "titleColor": palette.quiet,
            "labelFontSize": LABEL_SIZE,
            "gridColor": palette.line,
            "domainColor": palette.quiet,
            "tickColor": palette.quiet,
        },
        "axisY": {"domain": False, "ticks": False},
        "style": build_styles(palette),
    }


def build_styles(palette: Palette) -> Node:
    accent = palette.accent
    line = {"color": accent, "strokeWidth": 2}
    point = {"filled": True, "size": 50, "opacity": 1}
    outline = {"stroke": accent, "strokeWidth": 1.75}
    text = {"fontSize": TEXT_SIZE, "color": palette.ink}
    return {
        "exact-bar": {"color": accent},
        "nearly-bar": outline | {"color": build_hatching(accent, palette.paper)},
        "exact-line": line,
        "gap": line | {"strokeDash": [0.1, 5], "strokeCap": "round"},
        "exact-point": point | {"color": accent},
        "nearly-point": point | outline | {"color": palette.paper},
        "open-end": point | line | {"filled": False, "size": 150},
        "break": {"color": palette.quiet, "strokeWidth": 1.5, "strokeDash": [6, 4]},
        "unit": text | {"color": palette.quiet},
        "context": text | {"color": palette.quiet},
        "figure": text | {"fontWeight": "bold"},
        "number": text | {"fontWeight": "bold"},
    }


def build_hatching(ink: str, paper: str) -> Node:
    """Build stripes as a gradient with sharp edges, since Vega has no hatched fill."""
    edges = [index / (2 * HATCH_STRIPES) for index in range(2 * HATCH_STRIPES + 1)]
    stops = [
        {"offset": round(edge, 4), "color": paper if index % 2 else ink}
        for index, ends in enumerate(pairwise(edges))
        for edge in ends
    ]
    ends = {"x1": 0, "y1": 0, "x2": HATCH_END[0], "y2": HATCH_END[1]}
    return {"gradient": "linear", **ends, "stops": stops}
