"""Figures as a cube by JSON-stat 2.0: series, areas and periods."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.filters import spelled
from app.models import plain
from app.text import Language, Words
from app.vocabulary import Qualifier

MEDIA_TYPE = "application/json"
Record = dict[str, Any]

LABEL = Words("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
SOURCE = Words(
    "Official figures, each with its own source; see extension", "官方数据，逐项出处见 extension"
)
DIMENSIONS = {
    "series": Words("Series", "系列"),
    "counterpart_area": Words("Counterpart area", "对方"),
    "period": Words("Period", "统计期"),
}


def cube(figures: Sequence[Record], updated: date, href: str, language: Language) -> Record:
    """Lay figures out as a cube; each series has one figure a period."""
    members = {
        "series": {figure["series"]: figure["indicator"]["name"] for figure in figures},
        "counterpart_area": {
            figure["counterpart_area"]["code"]: figure["counterpart_area"]["name"]
            for figure in figures
        },
        "period": dict(
            sorted((period_of(figure), figure["period"]["label"]) for figure in figures)
        ),
    }
    index = {name: {key: at for at, key in enumerate(keys)} for name, keys in members.items()}
    size = [len(keys) for keys in members.values()]
    places = {place(figure, index, size): figure for figure in figures}
    cells = size[0] * size[1] * size[2]
    return {
        "version": "2.0",
        "kind": "dataset",
        "href": href,
        "label": LABEL.to(language),
        "source": SOURCE.to(language),
        "updated": updated,
        "id": list(members),
        "size": size,
        "role": {"time": ["period"], "geo": ["counterpart_area"], "metric": ["series"]},
        "dimension": {
            name: {
                "label": DIMENSIONS[name].to(language),
                "category": {
                    "index": index[name],
                    "label": labels,
                    "unit": units(figures) if name == "series" else None,
                },
            }
            for name, labels in members.items()
        },
        "value": [places[at]["value"] if at in places else None for at in range(cells)],
        "note": [noted(figure, language) for figure in figures if is_limit(figure)],
        "extension": {
            "observations": {str(at): cell(places[at]) for at in sorted(places)},
        },
    }


def period_of(figure: Record) -> str:
    """Spell a period as filters take it."""
    return spelled(figure["period"]["start"], figure["period"]["end"])


def place(figure: Record, index: dict[str, dict[str, int]], size: Sequence[int]) -> int:
    """Find the place of a figure's value, the last dimension fastest."""
    series = index["series"][figure["series"]]
    area = index["counterpart_area"][figure["counterpart_area"]["code"]]
    return (series * size[1] + area) * size[2] + index["period"][period_of(figure)]


def units(figures: Sequence[Record]) -> dict[str, Record]:
    """Describe the unit of each series."""
    decimals: dict[str, int] = {}
    for figure in figures:
        key = figure["series"]
        decimals[key] = max(decimals.get(key, 0), decimals_of(figure["value"]))
    return {
        figure["series"]: {
            "label": figure["unit"]["name"],
            "symbol": figure["unit"]["symbol"],
            "base": figure["unit"]["code"],
            "multiplier": 0,
            "decimals": decimals[figure["series"]],
        }
        for figure in figures
    }


def decimals_of(value: Decimal) -> int:
    """Count the decimals of a number."""
    return len(plain(value).partition(".")[2])


def is_limit(figure: Record) -> bool:
    """Tell whether a figure is a limit and no exact value."""
    return bool(figure["qualifier"] != Qualifier.EXACT)


def noted(figure: Record, language: Language) -> str:
    """Tell a figure that is a limit in words."""
    parts = (figure["indicator"]["name"], figure["period"]["label"], figure["display"])
    return Words(", ", "，").to(language).join(parts)


def cell(figure: Record) -> Record:
    """Tell what a value alone does not say."""
    return {
        "id": figure["id"],
        "qualifier": figure["qualifier"],
        "lower_bound": figure["bounds"]["lower"],
        "upper_bound": figure["bounds"]["upper"],
        "display": figure["display"],
        "citation": figure["citation"],
    }
