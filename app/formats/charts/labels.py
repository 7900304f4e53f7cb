"""The words of pictures, in both languages."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.enums import Qualifier
from app.i18n import Bilingual, Language

SOURCES = Bilingual("Sources", "资料来源")
BREAK = Bilingual("Break in the series, see notes", "数列断点，见说明")
MEANINGS = {
    Qualifier.OVER: Bilingual(
        "“Over”: the figure lies above the one stated; no upper bound is given",
        "“逾”：实际数高于所列数，来源未给出上限",
    ),
    Qualifier.NEARLY: Bilingual(
        "“Nearly”: the figure lies below the one stated; no lower bound is given",
        "“近”：实际数低于所列数，来源未给出下限",
    ),
    Qualifier.ABOUT: Bilingual(
        "“About”: the figure lies near the one stated", "“约”：实际数与所列数相近"
    ),
}
GAP_LABELS = Bilingual(
    "Each block is a series with a period, unit or scope of its own. Figures of different blocks "
    "must not be compared.",
    "各区块为不同系列，统计期、计量单位或范围不同，区块之间不可比较。",
)
PERIODS = Bilingual(
    "A full year and January to November are different periods: such figures must not be compared.",
    "全年数据与1—11月数据统计期不同，不可比较。",
)
NONE = Bilingual("No figure is carried here yet.", "尚未收录数据。")
GROWTH = Bilingual("Growth is as published; none is computed.", "增速均为公布值，未作推算。")


def format_release(day: str, language: Language) -> str:
    """Name the data set and the day of its release."""
    return Bilingual(
        f"Belt and Road Cooperation Indicators, release of {day}",
        f"共建“一带一路”经贸合作指标，{day}版",
    ).get(language)


def format_overview_title(year: int, next_year: int | None, language: Language) -> str:
    """Name the sheet of all figures."""
    english = f"Belt and Road cooperation: figures of {year}"
    chinese = f"共建“一带一路”经贸合作：{year}年数据"
    if next_year:
        english += f", priority areas for {next_year}"
        chinese += f"与{next_year}年重点领域"
    return Bilingual(english, chinese).get(language)


def format_areas_heading(year: int | None, language: Language) -> str:
    """Head the priority areas of a year."""
    return Bilingual(f"Priority areas announced for {year}", f"{year}年重点合作领域").get(language)


def format_action_count(number: int, language: Language) -> str:
    """Count the actions of a priority area."""
    return Bilingual(
        f"{number} action{'s' if number != 1 else ''} announced", f"已宣布举措{number}项"
    ).get(language)


def format_reference(number: int, where: str | None) -> str:
    """Point to a source in the list, and to a place in it."""
    return f"[{number}] {where}" if where else f"[{number}]"


def format_group_heading(topic: str, periods: Sequence[str], language: Language) -> str:
    """Head the figures of a topic with the periods that they are of."""
    english, chinese = ", ".join(periods), "、".join(periods)
    return Bilingual(f"{topic}, {english}", f"{topic}（{chinese}）").get(language)


def format_series_heading(span: str, reporting: str, counterpart: str, language: Language) -> str:
    """Head a series that is of other areas than its indicator."""
    areas = Bilingual(f"{reporting} and {counterpart}", f"{reporting}与{counterpart}").get(language)
    return Bilingual(f"{span}, {areas}", f"{span}（{areas}）").get(language)


def format_break(day: str, note: str, language: Language) -> str:
    """Tell what a break is about."""
    return Bilingual(f"Break on {day}: {note}", f"断点（{day}）：{note}").get(language)


def format_gap(
    before: Mapping[str, Any], after: Mapping[str, Any], language: Language
) -> str | None:
    """Tell which periods have no figure between two that follow each other."""
    first: date = before["start"]
    last: date = after["start"]
    if (first.month, first.day) != (last.month, last.day) or last.year - first.year <= 1:
        return None
    start, end = first.year + 1, last.year - 1
    if start == end:
        years = Bilingual(f"{start}", f"{start}年")
    else:
        years = Bilingual(f"{start} to {end}", f"{start}—{end}年")
    return Bilingual(f"{years.en}: no figure here", f"{years.zh}：未收录").get(language)


def format_hidden_figures(number: int, language: Language) -> str:
    """Tell that older figures of a series are not drawn."""
    return Bilingual(
        f"{number} older figures of a series are not drawn.", f"另有{number}项较早数据未绘出。"
    ).get(language)


def format_hidden_series(number: int, language: Language) -> str:
    """Tell that not all series are drawn."""
    return Bilingual(
        f"{number} more series of this indicator are not drawn.",
        f"该指标另有{number}个系列未绘出。",
    ).get(language)
