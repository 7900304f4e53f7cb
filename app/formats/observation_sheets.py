"""Sheets of observations: texts to quote, numbers to calculate with, and what limits them.

No column mixes numbers of different units: such numbers are texts that name their unit.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial

from app.db.columns import Record
from app.enums import PERCENT, ChangeMeasure, GrowthBasis, Qualifier
from app.formats import sheets
from app.formats.columns import OBSERVATION_COLUMNS
from app.i18n import QUALIFIERS, Bilingual, Language, format_scaled

VALUE_UNITS = {
    "CNY": Bilingual("Value in yuan", "数值（元）"),
    "USD": Bilingual("Value in US dollars", "数值（美元）"),
    PERCENT: Bilingual("Value in percent", "数值（%）"),
}
"""The units that have a column of their own, so that no column mixes what cannot be added."""
OTHER_VALUE = Bilingual("Value, other units", "数值（其他计量单位）")
GROWTH_MEASURES = {
    ChangeMeasure.PERCENT: Bilingual("Growth in percent", "增速（%）"),
    ChangeMeasure.PERCENTAGE_POINTS: Bilingual("Growth in percentage points", "变动（百分点）"),
}
GROWTH_BASES = {
    GrowthBasis.RESTATED: Bilingual(
        "restated, as a source states or this service infers", "基数已调整（来源说明或本站推断）"
    ),
    GrowthBasis.UNSTATED: Bilingual("not stated by the source", "来源未说明"),
}
BREAK_BEFORE = Bilingual("do not compare with earlier values", "与此前数据不可比")
CURRENT = Bilingual("current", "现行")
SUPERSEDED = Bilingual("superseded on {day}", "已于{day}被取代")
NEVER_CURRENT = Bilingual("never current", "从未作为现行数据")
ABOVE, BELOW = (
    Bilingual("above {number}", "高于{number}"),
    Bilingual("below {number}", "低于{number}"),
)
INTERVAL = Bilingual("{lower} to {upper} ({unit})", "{lower}至{upper}（{unit}）")
IN_FULL = Bilingual("printed in full", "完整公布")


def describe_validity(record: Record) -> Bilingual:
    if record["superseded_on"]:
        return SUPERSEDED.format(day=record["superseded_on"])
    return CURRENT if record["current"] else NEVER_CURRENT


def format_bound(value: Decimal, record: Record) -> Bilingual:
    """Write a number with all its digits and the scale word of the figure that it limits."""
    exponent = value.normalize().as_tuple().exponent
    assert isinstance(exponent, int)  # noqa: S101 - a number is finite
    multiplier = record["published"]["multiplier"]
    decimals = multiplier - exponent
    return Bilingual(*(format_scaled(value, multiplier, decimals, one) for one in Language))


def describe_rounding(record: Record) -> Bilingual | None:
    """Describe what the printed digits leave; a qualifier says where the figure lies instead."""
    if record["qualifier"] != Qualifier.NONE:
        return None
    lower, upper = record["rounding"]["lower"], record["rounding"]["upper"]
    if lower == upper:
        return IN_FULL
    ends = {"lower": format_bound(lower, record), "upper": format_bound(upper, record)}
    return INTERVAL.format(**ends, unit=record["unit"]["symbol"])


def describe_limits(record: Record) -> Bilingual | None:
    limits = (ABOVE, record["bounds"]["lower"]), (BELOW, record["bounds"]["upper"])
    found = [
        text.format(number=format_bound(value, record))
        for text, value in limits
        if value is not None
    ]
    if not found:
        return None
    english, chinese = " and ".join(one.en for one in found), "且".join(one.zh for one in found)
    unit = record["unit"]["symbol"]
    return Bilingual(f"{english} ({unit})", f"{chinese}（{unit}）")


def show_value(unit: str | None, record: Record) -> sheets.Cell:
    """Show the value in the column of its unit; None is the column of all other units."""
    code = record["unit"]["code"]
    is_here = code == unit if unit else code not in VALUE_UNITS
    return sheets.show_decimal(record["value"]) if is_here else sheets.EMPTY_CELL


def show_growth_value(measure: ChangeMeasure, record: Record) -> sheets.Cell:
    growth = record["growth"]
    return sheets.show_decimal(growth["value"] if growth and growth["measure"] == measure else None)


def cite_growth(record: Record) -> Bilingual | None:
    """Name the growth with its own source, which may differ from that of the figure."""
    growth = record["growth"]
    if growth is None:
        return None
    change, citation = growth["display"], growth["citation"]["full"]
    return Bilingual(f"{change} (source: {citation})", f"{change}（来源：{citation}）")


BASIS_NOTE = Bilingual(
    "What the growth is measured against. Restated: a source states, or this service infers, that "
    "the level of the base period differs from the one published earlier, so that the values in "
    "this workbook cannot be used to check it. Otherwise the base may be restated as well.",
    "增速所依据的基数。基数已调整，指来源说明或本站推断基期数值与以前公布的不同，不能以本工作簿中的数值验算；"
    "其他情形下，基数也可能经过调整。",
)
GROWTH_COLUMNS = (
    *(
        sheets.SheetColumn(label, 13, partial(show_growth_value, measure))
        for measure, label in GROWTH_MEASURES.items()
    ),
    sheets.declare_text(
        "Growth measured in", "增速计量单位", 16, "growth.unit.name",
        Bilingual(
            "The unit of the amounts that grew. If a source gives growth only in another currency, "
            "it differs from growth in the unit of the value by the change of the exchange rate.",
            "增速所依据金额的计量单位。来源仅以其他货币公布增速时，与按数值计量单位计算的增速相差汇率变动的影响。",
        ),
    ),
    sheets.declare_text(
        "Growth base period", "增速基期", 17, "growth.base_period.label",
        Bilingual("The period against which the growth is measured.", "增速的基期。"),
    ),
    sheets.declare_text(
        "Growth basis", "增速基数类型", 26,
        lambda one: GROWTH_BASES[one["growth"]["basis"]] if one["growth"] else None, BASIS_NOTE,
    ),
)  # fmt: skip
FIRST_COLUMNS: tuple[str | sheets.SheetColumn, ...] = (
    "indicator_name",
    sheets.declare_text("Period", "统计期", 15, "period.label", Bilingual(
        "The whole months that the figure covers. A full year and January to November are not "
        "comparable.",
        "数据所涵盖的整月。全年与1—11月的数据不可比。",
    )),
    "coverage_name",
    sheets.SheetColumn(
        Bilingual("Figure", "数据"), 22, lambda one: sheets.show_text(one["display"], is_bold=True)
    ),
    sheets.declare_text(
        "Qualifier", "限定词", 18, lambda one: QUALIFIERS[one["qualifier"]], Bilingual(
        "How the source limits the number. Over: the actual figure is higher. Nearly: it is lower. "
        "About: it is close to the number, on either side. Without a qualifier, the number may "
        "still be rounded.",
        "来源对数值的限定。逾：实际数值高于该数；近：实际数值低于该数；约：实际数值接近该数，"
        "可能略高或略低。原文无限定词的数值仍可能经过舍入。",
    )),
    sheets.declare_text("In force", "是否现行", 14, describe_validity, Bilingual(
        "Whether the figure is the current one for its series and period. A superseded figure was "
        "replaced by another on the day named. One that was never current only repeats another, or "
        "comes from a source of lower standing. Do not mix either with current figures.",
        "该数据是否为所属序列该期的现行数据。被取代的数据自所列之日起由其他数据取代；从未作为现行数据的"
        "只是重复其他数据，或其来源类别较低。两者均不得与现行数据混用。",
    )),
    sheets.declare_text("Published growth", "公布的增速", 36, cite_growth, sheets.GROWTH_NOTE),
    sheets.declare_text("Source", "来源", 44, "citation.full"),
    "comparability",
    "note",
    "contradiction_reason",
    *(
        sheets.SheetColumn(label, 24, partial(show_value, unit))
        for unit, label in VALUE_UNITS.items()
    ),
    sheets.SheetColumn(OTHER_VALUE, 18, partial(show_value, None)),
    "unit_name",
    sheets.declare_text("Rounding interval", "舍入区间", 30, describe_rounding, Bilingual(
        "The interval that the printed digits leave, in the unit in brackets, which is that of the "
        "value: every number in it would be printed with the same digits. A count that is printed "
        "in full is not rounded. Empty for a figure with over, nearly or about: its qualifier and "
        "its stated limit say where it lies.",
        "公布数字的位数所对应的区间，计量单位（见括号）与数值相同：区间内任一数值按原文位数舍入后均与公布值相同。"
        "完整公布的数量未经舍入。带有限定词（逾、近、约）的数据此列为空，其方位以限定词和原文界限为准。",
    )),
    sheets.declare_text("Stated limit", "原文界限", 20, describe_limits, Bilingual(
        "The limit that the wording of the source states, in the unit in brackets, which is that "
        "of the value.",
        "来源表述给出的界限，计量单位（见括号）与数值相同。",
    )),
    "wording",
    "wording_translated",
    *GROWTH_COLUMNS,
    "growth_wording",
    "growth_wording_translated",
    "growth_note",
    "growth_contradiction_reason",
    "locator",
    "reporting_area_name",
    "counterpart_area_name",
    "vintage",
    "source_address",
    sheets.declare_text(
        "Series: compare only within one", "所属序列（仅同一序列的数据可比）", 44,
        "series",
        Bilingual(
            "Compare only figures of the same series, and not those marked as not comparable in "
            "the column Comparability.",
            "仅同一序列的数据可比，“可比性”列标明不可比的除外。",
        ),
    ),
    sheets.declare_text(
        "Break before", "此前中断", 20, lambda one: BREAK_BEFORE if one["break_before"] else None,
        Bilingual(
            "Whether the definition or the method changed between this figure and the one before "
            "it in the series. Figures before and after a break are not comparable.",
            "该数据与序列中前一项数据之间定义或方法是否变动。中断前后的数据不可比。",
        ),
    ),
    "id",
)  # fmt: skip
NOTES: Mapping[str, Bilingual] = {
    "coverage_name": sheets.COVERAGE_NOTE,
    "comparability": Bilingual(
        "With which earlier figures of its series the figure is not comparable, and why, as known "
        "today. Empty if it is comparable with all of them.",
        "与所属序列哪些以前数据不可比及其原因，以目前所知为准；与以前数据均可比的为空。",
    ),
    "note": Bilingual(
        "What else to know about the figure, in the words of this service.",
        "关于该数据的其他说明，由本站编写。",
    ),
    "growth_note": Bilingual(
        "How the base of the growth is known, in the words of this service.",
        "如何得知增速的基数，由本站编写。",
    ),
    "vintage": Bilingual(
        "The first day on which this service knows the value to have been published, which is not "
        "the end of its period.",
        "本站所知该数值最早公布之日，而非统计期末日。",
    ),
}


def declare_observations(name: Bilingual, heading: Bilingual) -> sheets.SheetLayout:
    title = sheets.SheetTitle(name, heading)
    return sheets.declare_sheet(title, OBSERVATION_COLUMNS, FIRST_COLUMNS, NOTES, printed=11)


OBSERVATION_SHEET = declare_observations(
    Bilingual("Observations", "数据"),
    Bilingual("Published figures, one row each", "公布数据，每行一项"),
)
HEADLINE_SHEET = declare_observations(
    Bilingual("Headline figures", "核心数据"),
    Bilingual("Headline figures of the press conference, one row each", "发布会核心数据，每行一项"),
)
ALL_YEARS = declare_observations(
    Bilingual("All years", "历年数据"),
    Bilingual("Published figures of all years, one row each", "历年公布数据，每行一项"),
)
