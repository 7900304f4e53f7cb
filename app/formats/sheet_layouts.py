"""The sheets of a workbook: which columns people read, and in which order."""

from app.formats.sheets import (
    NOTHING,
    Cell,
    Layout,
    Record,
    SheetColumn,
    day,
    figure,
    link,
    number,
    text,
    year,
)
from app.text import Language, Words, citation

LIMITS = {
    "exact": Words("as published", "原值"),
    "over": Words("over: more than this", "逾：高于此数"),
    "nearly": Words("nearly: less than this", "近：低于此数"),
    "about": Words("about: around this", "约：在此数上下"),
}
"""What a qualifier says, in words."""


def names(field: str, record: Record, language: Language) -> Cell:
    """Name the members of a list in a line."""
    return text(Words(", ", "、").to(language).join(one["name"] for one in record[field]))


def cited(record: Record, language: Language) -> Cell:
    """Name the source of a text with the place in it."""
    return text(citation(record["source"]["line"], record["locator"], language))


def reached(record: Record) -> Cell:
    """Link to the source of a record, where it has an address."""
    address = record["source"]["address"]
    return link(address) if address else NOTHING


def headline(field: str, record: Record) -> Cell:
    """Show a part of the headline figure of an indicator, where there is one."""
    told = record["headline"]
    if told is None:
        return NOTHING
    if field == "figure":
        return figure(told)
    if field == "period":
        return text(told["period"]["label"])
    return text(told["citation"])


FIGURES = (
    SheetColumn(Words("Indicator", "指标"), 38, lambda one, _: text(one["indicator"]["name"])),
    SheetColumn(Words("Period", "统计期"), 17, lambda one, _: text(one["period"]["label"])),
    SheetColumn(Words("Figure", "数值"), 24, lambda one, _: figure(one)),
    SheetColumn(
        Words("Qualifier", "限定语"), 20, lambda one, to: text(LIMITS[one["qualifier"]].to(to))
    ),
    SheetColumn(
        Words("Published growth", "公布的增速"),
        20,
        lambda one, _: text(one["growth"] and one["growth"]["display"]),
    ),
    SheetColumn(Words("Source", "来源"), 56, lambda one, _: text(one["citation"])),
    SheetColumn(
        Words("Value in base unit", "基本单位数值"), 26, lambda one, _: number(one["value"])
    ),
    SheetColumn(Words("Unit", "计量单位"), 16, lambda one, _: text(one["unit"]["name"])),
    SheetColumn(
        Words("Reported by", "报告方"), 14, lambda one, _: text(one["reporting_area"]["name"])
    ),
    SheetColumn(
        Words("Counterpart", "对方"), 24, lambda one, _: text(one["counterpart_area"]["name"])
    ),
    SheetColumn(Words("Known since", "公布日"), 14, lambda one, _: day(one["vintage"])),
    SheetColumn(Words("Address", "网址"), 50, lambda one, _: reached(one)),
    SheetColumn(Words("Series", "所属系列"), 38, lambda one, _: text(one["series"])),
    SheetColumn(Words("Key", "数据标识"), 60, lambda one, _: text(one["id"])),
)
OBSERVATIONS = Layout(Words("Figures", "数据"), FIGURES, 6)
HEADLINES = Layout(Words("Headline figures", "核心数据"), FIGURES, 6)
ALL_YEARS = Layout(Words("All years", "历年数据"), FIGURES, 6)
INDICATORS = Layout(
    Words("Indicators", "指标"),
    (
        SheetColumn(Words("Indicator", "指标"), 38, lambda one, _: text(one["name"])),
        SheetColumn(
            Words("Headline figure", "核心数据"), 24, lambda one, _: headline("figure", one)
        ),
        SheetColumn(Words("Period", "统计期"), 17, lambda one, _: headline("period", one)),
        SheetColumn(Words("Topic", "主题"), 14, lambda one, _: text(one["topic"]["name"])),
        SheetColumn(
            Words("What it counts", "指标定义"), 44, lambda one, _: text(one["definition"])
        ),
        SheetColumn(Words("How to read it", "使用说明"), 44, lambda one, _: text(one["note"])),
        SheetColumn(Words("Source", "来源"), 44, lambda one, _: headline("source", one)),
        SheetColumn(Words("Key", "指标标识"), 30, lambda one, _: text(one["code"])),
    ),
    7,
)
ACTIONS = Layout(
    Words("Priority areas and actions", "重点领域与举措"),
    (
        SheetColumn(
            Words("Priority area", "重点领域"),
            28,
            lambda one, _: text(one["priority_area"]["title"]),
        ),
        SheetColumn(Words("Year", "年度"), 8, lambda one, _: year(one["priority_area"]["year"])),
        SheetColumn(Words("Action", "举措"), 56, lambda one, _: text(one["text"])),
        SheetColumn(Words("Sectors", "涉及领域"), 20, lambda one, to: names("sectors", one, to)),
        SheetColumn(
            Words("Instruments", "合作载体"), 30, lambda one, to: names("instruments", one, to)
        ),
        SheetColumn(Words("Areas", "涉及国别"), 22, lambda one, to: names("areas", one, to)),
        SheetColumn(Words("Source", "来源"), 50, cited),
        SheetColumn(Words("Address", "网址"), 50, lambda one, _: reached(one)),
        SheetColumn(Words("Key", "举措标识"), 40, lambda one, _: text(one["id"])),
    ),
    7,
)
OUTCOMES = Layout(
    Words("Outcomes", "成果"),
    (
        SheetColumn(Words("Topic", "主题"), 18, lambda one, _: text(one["topic"]["name"])),
        SheetColumn(Words("Year", "年度"), 8, lambda one, _: year(one["year"])),
        SheetColumn(Words("Outcome", "成果"), 70, lambda one, _: text(one["text"])),
        SheetColumn(Words("Areas", "涉及国别"), 22, lambda one, to: names("areas", one, to)),
        SheetColumn(Words("Source", "来源"), 50, cited),
        SheetColumn(Words("Address", "网址"), 50, lambda one, _: reached(one)),
        SheetColumn(Words("Key", "成果标识"), 36, lambda one, _: text(one["id"])),
    ),
    5,
)
SOURCES = Layout(
    Words("Sources", "来源"),
    (
        SheetColumn(Words("Source", "来源"), 50, lambda one, _: text(one["title"])),
        SheetColumn(Words("Publisher", "发布者"), 28, lambda one, _: text(one["publisher"])),
        SheetColumn(Words("Institution", "数据机构"), 30, lambda one, _: text(one["body"])),
        SheetColumn(Words("Published", "发布日"), 13, lambda one, _: day(one["published_on"])),
        SheetColumn(Words("Address", "网址"), 50, lambda one, _: reached({"source": one})),
        SheetColumn(Words("Reuse", "再利用"), 70, lambda one, _: text(one["licence"])),
        SheetColumn(Words("Key", "来源标识"), 30, lambda one, _: text(one["code"])),
    ),
    5,
)
NOTES = Layout(
    Words("Notes", "说明"),
    (
        SheetColumn(Words("Note", "说明"), 24, lambda one, _: text(one["name"], bold=True)),
        SheetColumn(Words("Text", "内容"), 110, lambda one, _: text(one["text"])),
    ),
    2,
)
