"""What the page of an indicator shows: its chart, tables, sources and vintages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import pairwise

from app.db.columns import Record
from app.enums import Qualifier, StockFlow
from app.formats.charts import labels
from app.formats.charts.axes import round_step
from app.formats.charts.model import LINE_POINTS, format_gap, is_comparable, is_connected
from app.formats.charts.subjects import add_areas
from app.i18n import (
    MONTHS,
    QUALIFIER_FORMATS,
    Bilingual,
    Language,
    format_decimal,
    format_number,
    get_scale,
)
from app.pages import label_contradiction, split_display
from app.problems.messages import UNKNOWN_CODE
from app.problems.problem import InvalidParameters, ParameterError

MAX_INTERVALS = 5
MAX_DEFAULT_GROUPS = 2
MYRIAD = 4
"""The scale of 万."""
UNIT_NAMES = {"PT": Bilingual("percent", "%"), "NB": Bilingual("number", "数量")}
NOT_COMPARABLE = Bilingual("Not comparable ({earlier}, {later})", "不可比（{earlier}、{later}）")


def check_series(profile: Record, codes: Sequence[str]) -> Sequence[str]:
    """Refuse a series of another indicator."""
    own = [series["code"] for series in profile["series"]]
    errors = [
        ParameterError("query.series", UNKNOWN_CODE.format(code=code), own, code)
        for code in codes
        if code not in own
    ]
    if errors:
        raise InvalidParameters(errors[0].message, errors)
    return codes


def build_groups(profile: Record, chosen: Sequence[str], language: Language) -> list[Record]:
    """Group series that differ only in the countries they count: those have one scale.

    Returns:
        For each group, its name, its unit at the scale of its largest number, its series with the
        newest first, and whether it is shown by default or has a chosen series. Those shown by
        default come first.
    """
    members: dict[str, list[Record]] = defaultdict(list)
    for series in profile["series"]:
        # Without its indicator and the countries that it counts.
        _, reporting, counterpart, _, unit, duration = series["code"].split(".", 5)
        members[f"{reporting}.{counterpart}.{unit}.{duration}"].append(series)
    groups = [build_group(key, series, profile, language) for key, series in members.items()]
    default = choose_groups(groups, profile)
    for group in groups:
        codes = [series["code"] for series in group["series"]]
        group["is_default"] = group in default
        group["is_shown"] = any(code in chosen for code in codes) if chosen else group["is_default"]
    return sorted(groups, key=lambda group: not group["is_default"])


def build_group(key: str, series: Sequence[Record], profile: Record, language: Language) -> Record:
    series = sorted(series, key=lambda one: one["points"][-1]["period"]["end"], reverse=True)
    first = series[0]
    points = [point for one in series for point in one["points"]]
    scale, unit = choose_unit(points, first["unit"], language)
    names = [add_areas(first["span"], first, profile, language), unit]
    return {
        "key": key,
        "name": language.comma.join(names),
        "unit": unit,
        "scale": scale,
        "points": points,
        "series": [build_series_table(one, scale, language) for one in series],
    }


def choose_unit(points: Iterable[Record], unit: Record, language: Language) -> tuple[int, str]:
    """Choose the scale of the largest number, as a power of ten, and name the unit at it.

    All are written out if one of them is smaller than 万: 1,702列 instead of 0.1702万列.
    """

    def find_largest(points: Iterable[Record]) -> Record:
        return max(points, key=lambda point: abs(point["value"]))

    scales = [(find_scale(point, language), point) for point in points]
    largest = find_largest(point for _, point in scales)
    if find_scale(largest, language) == MYRIAD:
        written_out = [point for scale, point in scales if not scale]
        largest = find_largest(written_out or [largest])
    suffix = split_display(largest, language)[2].strip()
    return find_scale(largest, language), suffix or name_unit(unit, language)


def find_scale(point: Record, language: Language) -> int:
    return get_scale(point["value"], point["published"]["multiplier"], language)


def name_unit(unit: Record, language: Language) -> str:
    name: str = unit["name"]
    return UNIT_NAMES[unit["code"]].get(language) if unit["code"] in UNIT_NAMES else name


def choose_groups(groups: Sequence[Record], profile: Record) -> list[Record]:
    """Choose the groups of the newest full years, or of what the indicator measures instead."""
    own = [group for group in groups if is_own_kind(group["series"][0], profile)]
    if not own:
        return list(groups[:1])
    newest = max(map(find_last_day, own))
    return [group for group in own if find_last_day(group) == newest][:MAX_DEFAULT_GROUPS]


def is_own_kind(series: Record, profile: Record) -> bool:
    kind = series["stock_flow"]
    is_whole = kind != StockFlow.FLOW or series["months"] == MONTHS
    return is_whole and bool(kind == profile["stock_flow"])


def find_last_day(group: Record) -> date:
    """Return the last day of the newest point."""
    days: list[date] = [point["period"]["end"] for point in group["points"]]
    return max(days)


def find_newest_whole(groups: Sequence[Record], profile: Record) -> Record | None:
    """Find the newest full year, or the newest value of the kind that the indicator measures."""
    own = [group for group in groups if is_own_kind(group["series"][0], profile)]
    own.sort(key=lambda group: group["series"][0]["unit"]["code"] != profile["unit"]["code"])
    points = [point for group in own for point in group["points"]]
    return max(points, key=lambda point: point["period"]["end"], default=None)


def build_series_table(series: Record, scale: int, language: Language) -> Record:
    """Build the rows of a series, the newest first, and the notes that they refer to."""
    notes: dict[str, Record] = {}

    def add_note(text: str | None, key: str | None = None) -> list[int]:
        if not text:
            return []
        note = notes.setdefault(text, {"text": text, "keys": [], "number": len(notes) + 1})
        if key and key not in note["keys"]:
            note["keys"].append(key)
        return [note["number"]]

    rows = []
    for point in reversed(series["points"]):
        rate = point["growth"] or {"id": None, "note": None}
        # In the order in which the row refers to them.
        own_notes = add_note(point["note"])
        growth_notes = add_note(rate["note"], f"note.{rate['id']}")
        obstacles: dict[str, list[int]] = {}
        for one in point["obstacles"]:
            # A restated base is explained by the note of the rate, which is not printed again.
            text, is_explained = one["text"], bool(rate["note"]) and rate["note"] in one["text"]
            own = text.replace(rate["note"], "").strip() if is_explained else text
            numbers = [*add_note(own), *(growth_notes if is_explained else [])]
            # The same two periods may be incomparable for several reasons.
            known = obstacles.setdefault(format_obstacle(one, point, language), [])
            known += [number for number in numbers if number not in known]
        rows.append(
            point
            | {
                "number": format_in_scale(point, scale, language),
                # The display text may have another scale than the column.
                "has_other_scale": find_scale(point, language) != scale,
                "notes": own_notes,
                "growth_notes": growth_notes,
                "obstacles": [
                    {"label": label, "notes": numbers} for label, numbers in obstacles.items()
                ],
            }
        )
    return series | {"rows": rows, "notes": [*notes.values()]}


def format_in_scale(point: Record, scale: int, language: Language) -> str:
    """Return a figure without its unit, in units of a power of ten: over 0.9305."""
    published = point["published"]
    number = format_number(
        point["value"], published["multiplier"], published["decimals"], scale, language
    )
    return QUALIFIER_FORMATS[Qualifier(point["qualifier"])].get(language).format(number)


def format_obstacle(obstacle: Record, point: Record, language: Language) -> str:
    periods = {"earlier": obstacle["period"]["label"], "later": point["period"]["label"]}
    return NOT_COMPARABLE.format(**periods).get(language)


def build_chart_data(groups: Sequence[Record], language: Language) -> Record:
    """Build what the script draws: texts, and numbers only to place marks by.

    Returns:
        Groups with their axes and series. A point has its days as ``from`` and ``to``, its
        ``value``, its ``number`` without unit, the lines of its ``text``, the ``gap`` before it,
        whether it is ``comparable`` with the point before it, and whether a line may lead to it.
    """
    return {
        "groups": [
            {
                "key": group["key"],
                "name": group["name"],
                "ticks": list_ticks([one["value"] for one in group["points"]], group),
                "flow": group["series"][0]["stock_flow"] == StockFlow.FLOW,
                "line": any(is_line(series) for series in group["series"]),
                "series": [
                    {
                        "code": series["code"],
                        "coverage": series["coverage"]["code"],
                        "name": series["coverage"]["name"],
                        "default": group["is_default"],
                        "points": [*build_chart_points(series, group["scale"], language)],
                    }
                    for series in group["series"]
                ],
            }
            for group in groups
        ]
    }


def build_chart_points(series: Record, scale: int, language: Language) -> Iterator[Record]:
    previous: Record | None = None
    for point in series["points"]:
        period = point["period"]
        yield {
            "id": point["id"],
            "from": period["start"].isoformat(),
            "to": period["end"].isoformat(),
            "value": float(point["value"]),
            "number": format_in_scale(point, scale, language),
            "qualifier": point["qualifier"],
            "comparable": previous is None or is_comparable(previous, point),
            "connected": previous is None or is_connected(previous, point),
            "gap": previous and format_gap(previous, point, language),
            "text": list_texts(point, language),
        }
        previous = point


def is_line(series: Record) -> bool:
    """Return whether a series is drawn as a line: enough points in a row, or no flow at all."""
    if series["stock_flow"] != StockFlow.FLOW:
        return True
    length = longest = 1
    for earlier, point in pairwise(series["points"]):
        length = length + 1 if is_comparable(earlier, point) else 1
        longest = max(longest, length)
    return longest >= LINE_POINTS


def list_texts(point: Record, language: Language) -> list[str]:
    """List what is said of a point: the display text first, the source last."""
    growth = point["growth"]
    texts = [point["display"], point["period"]["label"], point["coverage"]["name"]]
    if growth:
        texts.append(growth["display"])
    texts += dict.fromkeys(format_obstacle(one, point, language) for one in point["obstacles"])
    differing = [one["contradiction"] for one in (point, growth) if one and one["contradiction"]]
    texts += dict.fromkeys(label_contradiction(one, language) for one in differing)
    sources = [point["citation"]["short"]]
    if growth and growth["citation"]["short"] not in sources:
        sources.append(growth["citation"]["short"])
    joined = language.semicolon.join(sources)
    return [*texts, labels.SOURCE.format(source=joined).get(language)]


def list_ticks(values: Sequence[Decimal], group: Record) -> list[tuple[float, str]]:
    """List round numbers from zero or less to the largest value or more, with their labels."""
    lowest, highest = min(Decimal(0), *values), max(Decimal(0), *values)
    step = round_step((highest - lowest) / MAX_INTERVALS or Decimal(1))
    first = int((lowest / step).to_integral_value(ROUND_FLOOR))
    last = int((highest / step).to_integral_value(ROUND_CEILING))
    ticks = [number * step for number in range(first, last + 1)]
    unit = Decimal(10) ** group["scale"]
    texts = [format_decimal(one / unit, 4, is_grouped=True, has_zeros=False) for one in ticks]
    return [*zip(map(float, ticks), texts, strict=True)]


def group_sources(observations: Sequence[Record]) -> list[Record]:
    """Group the ``points`` and ``rates`` cited by source, the newest source and period first."""
    found: dict[str, Record] = {}

    def get_entry(source: Record) -> Record:
        return found.setdefault(source["code"], {"source": source, "points": [], "rates": {}})

    for one in sorted(observations, key=lambda each: each["period"]["end"], reverse=True):
        get_entry(one["source"])["points"].append(one)
        growth = one["growth"]
        if growth and growth["source"]["code"] != one["source"]["code"]:
            get_entry(growth["source"])["rates"][growth["id"]] = one
    entries = [entry | {"rates": [*entry["rates"].values()]} for entry in found.values()]
    return sorted(entries, key=lambda entry: entry["source"]["published_on"], reverse=True)


def group_vintages(observations: Sequence[Record]) -> tuple[list[list[Record]], list[Record]]:
    """Group observations by series and period, the newest first.

    Returns:
        The groups with several values, each after the value with which it is compared and with
        the value that ``replaced`` it; and the observations that are the only ones of their
        periods, the last published first.
    """
    found: dict[tuple[object, ...], list[Record]] = defaultdict(list)
    for one in observations:
        found[one["series"], one["period"]["start"], one["period"]["end"]].append(one)
    single = [one for (one, *others) in found.values() if not others]
    several = [add_replacements(group) for group in found.values() if len(group) > 1]
    several.sort(key=lambda group: (group[0]["period"]["end"], group[0]["series"]), reverse=True)
    return several, sorted(single, key=lambda one: one["vintage"], reverse=True)


def order_vintages(vintages: Sequence[Record]) -> list[Record]:
    """Order all values of one period so that each follows the one it is compared with."""
    following: dict[str | None, list[Record]] = defaultdict(list)
    # The one that came into force is the last of those that are compared with the same one.
    for one in sorted(vintages, key=lambda one: (one["current_from"] is not None, one["vintage"])):
        following[(one["revision"] or {}).get("previous")].append(one)
    ordered: list[Record] = []
    while found := following.get(ordered[-1]["id"] if ordered else None):
        ordered += found
    return ordered


def add_replacements(vintages: Sequence[Record]) -> list[Record]:
    """Add to the values of one period the one that replaced each of them, if one did."""
    successors: Mapping[object, Record] = {
        one["current_from"]: one for one in vintages if one["current_from"] is not None
    }
    return [
        one | {"replaced_by": one["superseded_on"] and successors.get(one["superseded_on"])}
        for one in order_vintages(vintages)
    ]
