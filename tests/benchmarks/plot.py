"""The plot of the ratios, drawn by Vega-Lite in the environment of the peers."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

DRAW = """
import json, sys, vl_convert
print(vl_convert.vegalite_to_svg(json.load(sys.stdin)))
"""


def build_specification(bars: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Describe the plot: a line from minimum to maximum, the median, the target."""
    names = [bar["name"] for bar in bars]
    y = {"field": "name", "type": "nominal", "sort": names, "title": None}
    axis = {"labelFontSize": 13, "labelLimit": 400, "grid": False}
    times = {
        "type": "quantitative",
        "scale": {"type": "log"},
        "title": "ratio of speeds (log scale); ticks mark the targets",
        "axis": {"format": "~g", "titleFontSize": 12, "tickCount": 6},
    }
    blue, grey = "#1f6feb", "#8b949e"
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "background": "white",
        # Where the names are shown in a wider font than they were measured in, they still fit.
        "padding": {"left": 70, "top": 5, "right": 15, "bottom": 5},
        "width": 420,
        "height": {"step": 30},
        "data": {"values": list(bars)},
        "encoding": {"y": {**y, "axis": axis}},
        "layer": [
            {
                "mark": {"type": "rule", "strokeWidth": 6, "color": blue, "opacity": 0.35},
                "encoding": {"x": {**times, "field": "minimum"}, "x2": {"field": "maximum"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 90, "color": blue},
                "encoding": {"x": {**times, "field": "median"}},
            },
            {
                "mark": {"type": "text", "dy": -11, "fontSize": 12},
                "encoding": {"x": {**times, "field": "median"}, "text": {"field": "label"}},
            },
            {
                "mark": {"type": "tick", "thickness": 2, "size": 20, "color": grey},
                "encoding": {"x": {**times, "field": "target"}},
            },
        ],
    }


def draw(bars: Sequence[dict[str, Any]], python: Path, target: Path) -> None:
    """Write the plot as SVG."""
    specification = json.dumps(build_specification(bars))
    drawn = subprocess.run(
        [python, "-c", DRAW], input=specification, capture_output=True, text=True, check=True
    )
    target.write_text(drawn.stdout, encoding="utf-8")
