"""Figures as a cube by JSON-stat 2.0: series, areas and periods."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from app.db.models import format_plain
from app.enums import Qualifier
from app.i18n import Bilingual, Language
from app.parameters import format_period

MEDIA_TYPE = "application/json"
Record = dict[str, Any]

LABEL = Bilingual("Belt and Road Cooperation Indicators", "共建“一带一路”经贸合作指标")
SOURCE = Bilingual(
    "Official figures, each with its own source; see extension", "官方数据，逐项出处见 extension"
)
DIMENSIONS = {
    "series": Bilingual("Series", "系列"),
    "counterpart_area": Bilingual("Counterpart area", "对方"),
    "period": Bilingual("Period", "统计期"),
}


def build_cube(figures: Sequence[Record], updated: date, href: str, language: Language) -> Record:
    """Lay figures out as a cube; each series has one figure a period."""
    members = {
        "series": {figure["series"]: figure["indicator"]["name"] for figure in figures},
        "counterpart_area": {
            figure["counterpart_area"]["code"]: figure["counterpart_area"]["name"]
            for figure in figures
        },
        "period": dict(
            sorted((format_cube_period(figure), figure["period"]["label"]) for figure in figures)
        ),
    }
    index = {name: {key: at for at, key in enumerate(keys)} for name, keys in members.items()}
    size = [len(keys) for keys in members.values()]
    places = {cell_index(figure, index, size): figure for figure in figures}
    cells = size[0] * size[1] * size[2]
    return {
        "version": "2.0",
        "kind": "dataset",
        "href": href,
        "label": LABEL.get(language),
        "source": SOURCE.get(language),
        "updated": updated,
        "id": list(members),
        "size": size,
        "role": {"time": ["period"], "geo": ["counterpart_area"], "metric": ["series"]},
        "dimension": {
            name: {
                "label": DIMENSIONS[name].get(language),
                "category": {
                    "index": index[name],
                    "label": labels,
                    "unit": build_units(figures) if name == "series" else None,
                },
            }
            for name, labels in members.items()
        },
        "value": [places[at]["value"] if at in places else None for at in range(cells)],
        "note": [build_note(figure, language) for figure in figures if is_bound(figure)],
        "extension": {
            "observations": {str(at): build_cell(places[at]) for at in sorted(places)},
        },
    }


def format_cube_period(figure: Record) -> str:
    """Spell a period as filters take it."""
    return format_period(figure["period"]["start"], figure["period"]["end"])


def cell_index(figure: Record, index: dict[str, dict[str, int]], size: Sequence[int]) -> int:
    """Find the place of a figure's value, the last dimension fastest."""
    series = index["series"][figure["series"]]
    area = index["counterpart_area"][figure["counterpart_area"]["code"]]
    return (series * size[1] + area) * size[2] + index["period"][format_cube_period(figure)]


def build_units(figures: Sequence[Record]) -> dict[str, Record]:
    """Describe the unit of each series."""
    decimals: dict[str, int] = {}
    for figure in figures:
        key = figure["series"]
        decimals[key] = max(decimals.get(key, 0), count_decimals(figure["value"]))
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


def count_decimals(value: Decimal) -> int:
    """Count the decimals of a number."""
    return len(format_plain(value).partition(".")[2])


def is_bound(figure: Record) -> bool:
    """Tell whether a figure is a limit and no exact value."""
    return bool(figure["qualifier"] != Qualifier.EXACT)


def build_note(figure: Record, language: Language) -> str:
    """Tell a figure that is a limit in words."""
    parts = (figure["indicator"]["name"], figure["period"]["label"], figure["display"])
    return Bilingual(", ", "，").get(language).join(parts)


def build_cell(figure: Record) -> Record:
    """Tell what a value alone does not say."""
    return {
        "id": figure["id"],
        "qualifier": figure["qualifier"],
        "lower_bound": figure["bounds"]["lower"],
        "upper_bound": figure["bounds"]["upper"],
        "display": figure["display"],
        "citation": figure["citation"],
    }
