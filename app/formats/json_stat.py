"""Observations as a JSON-stat 2.0 cube of series, areas and periods."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

from app.db.columns import Record
from app.db.models import format_plain
from app.enums import Qualifier
from app.formats.citations import list_remarks
from app.formats.dataset_info import TITLE
from app.i18n import QUALIFIERS, Bilingual, Language, format_span
from app.parameters import format_period

BREAK = "break"
BREAK_MEANING = Bilingual("break in the series before this value", "该数值之前序列中断")
NOT_COMPARABLE = "not_comparable"
NOT_COMPARABLE_MEANING = Bilingual(
    "not comparable with an earlier value of the series; extension says which and why",
    "与序列中的以前数据不可比，详见extension",
)
SEPARATOR = "; "
MEDIA_TYPE = "application/json"

SOURCE = Bilingual(
    "Official figures; extension states the source of each", "官方数据，逐项出处见extension"
)
DIMENSIONS = {
    "series": Bilingual("Series", "序列"),
    "counterpart_area": Bilingual("Counterpart area", "伙伴国（地区）"),
    "period": Bilingual("Period", "统计期"),
}


def build_cube(
    observations: Sequence[Record], updated: date, href: str, language: Language
) -> Record:
    """Arrange observations as a cube; each series has at most one per period.

    Values are written by index, as JSON-stat allows for sparse cubes: most cells have no figure.
    """
    members = {
        "series": label_series(observations, language),
        "counterpart_area": {
            one["counterpart_area"]["code"]: one["counterpart_area"]["name"] for one in observations
        },
        "period": dict(
            sorted((format_cube_period(one), one["period"]["label"]) for one in observations)
        ),
    }
    index = {name: {key: at for at, key in enumerate(keys)} for name, keys in members.items()}
    size = [len(keys) for keys in members.values()]
    cells = {compute_index(one, index, size): one for one in observations}
    statuses = {
        at: SEPARATOR.join(found) for at, one in cells.items() if (found := list_statuses(one))
    }
    units = {"series": build_units(observations)}
    return {
        "version": "2.0",
        "kind": "dataset",
        "href": href,
        "label": TITLE.get(language),
        "source": SOURCE.get(language),
        "updated": updated,
        "id": list(members),
        "size": size,
        "role": {"time": ["period"], "geo": ["counterpart_area"], "metric": ["series"]},
        "dimension": {
            name: {
                "label": DIMENSIONS[name].get(language),
                "category": {"index": index[name], "label": labels, "unit": units.get(name)},
            }
            for name, labels in members.items()
        },
        "value": {str(at): cells[at]["value"] for at in sorted(cells)},
        "status": {str(at): status for at, status in sorted(statuses.items())},
        "note": [note for one in observations if (note := build_note(one, language))],
        "extension": {
            "status": {"label": describe_statuses(statuses.values(), language)},
            "observations": {str(at): cells[at] for at in sorted(cells)},
        },
    }


def label_series(observations: Sequence[Record], language: Language) -> dict[str, str]:
    """Name each series by all that distinguishes it, because clients may go by the names."""
    labels: dict[str, str] = {}
    for one in observations:
        period = one["period"]
        parts = (
            one["indicator"]["name"],
            one["coverage"]["name"],
            one["unit"]["name"],
            format_span(one["stock_flow"], period["months"], period["start"], language),
        )
        labels[one["series"]] = language.comma.join(parts)
    counts = Counter(labels.values())
    return {
        key: label if counts[label] == 1 else f"{label} ({key})" for key, label in labels.items()
    }


def list_statuses(observation: Record) -> list[str]:
    qualifier = observation["qualifier"]
    qualifiers = [] if qualifier == Qualifier.NONE else [qualifier]
    breaks = [BREAK] if observation["break_before"] else []
    return [*qualifiers, *breaks, *([NOT_COMPARABLE] if observation["comparability"] else [])]


def describe_statuses(statuses: Iterable[str], language: Language) -> dict[str, str]:
    meanings = {str(one): text for one, text in QUALIFIERS.items()}
    meanings |= {BREAK: BREAK_MEANING, NOT_COMPARABLE: NOT_COMPARABLE_MEANING}
    return {
        status: SEPARATOR.join(meanings[part].get(language) for part in status.split(SEPARATOR))
        for status in sorted(set(statuses))
    }


def format_cube_period(observation: Record) -> str:
    return format_period(observation["period"]["start"], observation["period"]["end"])


def compute_index(
    observation: Record, index: dict[str, dict[str, int]], size: Sequence[int]
) -> int:
    """Compute the index of the value; the last dimension varies fastest."""
    series = index["series"][observation["series"]]
    area = index["counterpart_area"][observation["counterpart_area"]["code"]]
    return (series * size[1] + area) * size[2] + index["period"][format_cube_period(observation)]


def build_units(observations: Sequence[Record]) -> dict[str, Record]:
    """Describe the unit of each series, with the most decimals of its values."""
    units: dict[str, Record] = {}
    for one in observations:
        label, symbol, base = (one["unit"][name] for name in ("name", "symbol", "code"))
        unit = {"label": label, "symbol": symbol, "base": base, "multiplier": 0, "decimals": 0}
        unit = units.setdefault(one["series"], unit)
        decimals = len(format_plain(one["value"]).partition(".")[2])
        unit["decimals"] = max(unit["decimals"], decimals)
    return units


def build_note(observation: Record, language: Language) -> str | None:
    """Name a figure that has a qualifier or notes, and add its notes."""
    names = (observation[name]["name"] for name in ("indicator", "coverage"))
    parts = (*names, observation["period"]["label"], observation["display"])
    name = language.comma.join(parts)
    notes = [*list_remarks(observation), observation["comparability"]]
    text = language.space.join(filter(None, notes))
    if text:
        return name + language.colon + text
    return name if observation["qualifier"] != Qualifier.NONE else None
