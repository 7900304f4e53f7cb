"""The labels of charts, in both languages."""

from collections.abc import Sequence
from datetime import date

from app.enums import Qualifier
from app.i18n import Bilingual, Language, count_months, format_day, format_limits

SOURCES = Bilingual("Sources", "资料来源")
NOT_COMPARABLE = Bilingual(
    "Not comparable with the figure before, see notes", "与前一期数据不可比，见说明"
)
MEANINGS = {
    Qualifier.OVER: Bilingual(
        "“Over”: the actual figure is higher; the source gives no upper bound",
        "“逾”：实际数值高于所列数值，来源未给出上限",
    ),
    Qualifier.NEARLY: Bilingual(
        "“Nearly” (hatched or hollow): the actual figure is lower; the source gives no lower bound",
        "“近”（斜线或空心）：实际数值低于所列数值，来源未给出下限",
    ),
    Qualifier.ABOUT: Bilingual(
        "“About” (hatched or hollow): the actual figure is close to the one shown",
        "“约”（斜线或空心）：实际数值与所列数值相近",
    ),
}
BLOCKS = Bilingual(
    "Each block is a separate series with its own period, unit or countries counted. Figures in "
    "different blocks are not comparable.",
    "各区块为不同序列，统计期、计量单位或统计范围不同，区块之间的数据不可比。",
)
PERIODS = Bilingual(
    "A full year and January to November are different periods: their figures are not comparable.",
    "全年数据与1—11月数据统计期不同，不可比。",
)
PARTIAL = Bilingual(
    "This press conference is recorded in part only; what is missing may have been said.",
    "该次发布会仅部分收录，未收录的内容仍可能已经提出。",
)
NO_FIGURES = Bilingual("No figures are included yet.", "尚未收录数据。")
GROWTH = Bilingual("Growth rates are as published; none is computed.", "增速均为公布值，未作推算。")
AREAS_HEADING = Bilingual("Priority areas announced for {year}", "{year}年重点领域")
OBSTACLE_NAME = Bilingual("{earlier} and {period} not comparable", "{earlier}与{period}不可比")
SERIES_HEADING = Bilingual(
    "{span}, {reporting} and {counterpart}", "{span}（{reporting}与{counterpart}）"
)
"""The heading of a series whose areas are not those of its indicator."""
HIDDEN_POINTS = Bilingual("{count} older figures are not shown.", "另有{count}项较早数据未显示。")
HIDDEN_SERIES = Bilingual(
    "{count} more series of this indicator are not shown.", "该指标另有{count}个序列未显示。"
)
OTHER_SERIES = Bilingual("Series with one figure", "仅有一项数据的序列")
TAKEAWAY = Bilingual("{display} {period}", "{period}：{display}")
CARD_BREAK = Bilingual(
    "Not comparable: the figures on either side of the line", "竖线两侧数据不可比"
)
BREAK = Bilingual(f"{CARD_BREAK.en}, see notes", f"{CARD_BREAK.zh}，见说明")
GAP = Bilingual("No figure included for periods in between", "其间各期未收录数据")
GROWTH_SOURCES = Bilingual("growth rates {references}", "增速{references}")
PANEL_SOURCES = Bilingual("Sources: {references}", "来源：{references}")
SOURCE = Bilingual("Source: {source}", "来源：{source}")


def join_sentences(texts: Sequence[str], language: Language) -> str:
    stop = Bilingual(". ", "。").get(language)
    return stop.join(text.rstrip(".。") for text in [*texts, ""]).rstrip()


def format_overview_title(year: int | None, plan_year: int | None, language: Language) -> str:
    """Name what an overview holds: figures of a year, priority areas of the next, or both."""
    figures = Bilingual(f"{year} figures", f"{year}年数据")
    areas = Bilingual(f"{plan_year} priority areas", f"{plan_year}年重点领域")
    parts = [*([figures] if year else []), *([areas] if plan_year else [])]
    english = ": " + ", ".join(part.en for part in parts)
    chinese = "：" + "与".join(part.zh for part in parts)
    return Bilingual(
        f"Belt and Road cooperation{english if parts else ''}",
        f"共建“一带一路”经贸合作{chinese if parts else ''}",
    ).get(language)


def format_takeaway_period(start: date, end: date, label: str, language: Language) -> str:
    """Name a period after a figure: in 2025, on 18 July 2024, 2025年, 截至2024年7月18日."""
    if (start.year, start.month, start.day, end.month, end.day) == (end.year, 1, 1, 12, 31):
        return Bilingual(f"in {end.year}", f"{end.year}年").get(language)
    if start == end:
        return Bilingual(f"on {format_day(end, language)}", label).get(language)
    if count_months(start, end):
        return Bilingual(f"in {label}", label).get(language)
    last = format_limits(start, end, language)[1]
    return Bilingual(f"by {last}", f"截至{last}").get(language)


def format_short_period(start: date, end: date) -> str:
    """Write the year of a flow of the same months of each year, or the day of anything else."""
    return f"{end.year}" if count_months(start, end) else f"{end}"


def format_source_number(number: int, locator: str | None = None) -> str:
    return f"[{number}] {locator}" if locator else f"[{number}]"
