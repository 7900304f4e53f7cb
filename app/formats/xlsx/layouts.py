"""The sheets of a workbook: which columns people read, and in which order."""

from app.formats.xlsx.sheets import (
    EMPTY_CELL,
    Cell,
    Record,
    SheetColumn,
    SheetLayout,
    day_cell,
    link_cell,
    number_cell,
    observation_cell,
    text_cell,
    year_cell,
)
from app.formatting import format_citation
from app.i18n import Bilingual, Language

LIMITS = {
    "exact": Bilingual("as published", "原值"),
    "over": Bilingual("over: more than this", "逾：高于此数"),
    "nearly": Bilingual("nearly: less than this", "近：低于此数"),
    "about": Bilingual("about: around this", "约：在此数上下"),
}
"""What a qualifier says, in words."""


def join_names(field: str, record: Record, language: Language) -> Cell:
    """Name the members of a list in a line."""
    return text_cell(Bilingual(", ", "、").get(language).join(one["name"] for one in record[field]))


def cite_record(record: Record, language: Language) -> Cell:
    """Name the source of a text with the place in it."""
    return text_cell(format_citation(record["source"]["line"], record["locator"], language))


def link_to_source(record: Record) -> Cell:
    """Link to the source of a record, where it has an address."""
    address = record["source"]["address"]
    return link_cell(address) if address else EMPTY_CELL


def headline_cell(field: str, record: Record) -> Cell:
    """Show a part of the headline figure of an indicator, where there is one."""
    told = record["headline"]
    if told is None:
        return EMPTY_CELL
    if field == "figure":
        return observation_cell(told)
    if field == "period":
        return text_cell(told["period"]["label"])
    return text_cell(told["citation"])


FIGURES = (
    SheetColumn(
        Bilingual("Indicator", "指标"), 38, lambda one, _: text_cell(one["indicator"]["name"])
    ),
    SheetColumn(
        Bilingual("Period", "统计期"), 17, lambda one, _: text_cell(one["period"]["label"])
    ),
    SheetColumn(Bilingual("Figure", "数值"), 24, lambda one, _: observation_cell(one)),
    SheetColumn(
        Bilingual("Qualifier", "限定语"),
        20,
        lambda one, to: text_cell(LIMITS[one["qualifier"]].get(to)),
    ),
    SheetColumn(
        Bilingual("Published growth", "公布的增速"),
        20,
        lambda one, _: text_cell(one["growth"] and one["growth"]["display"]),
    ),
    SheetColumn(Bilingual("Source", "来源"), 56, lambda one, _: text_cell(one["citation"])),
    SheetColumn(
        Bilingual("Value in base unit", "基本单位数值"),
        26,
        lambda one, _: number_cell(one["value"]),
    ),
    SheetColumn(Bilingual("Unit", "计量单位"), 16, lambda one, _: text_cell(one["unit"]["name"])),
    SheetColumn(
        Bilingual("Reported by", "报告方"),
        14,
        lambda one, _: text_cell(one["reporting_area"]["name"]),
    ),
    SheetColumn(
        Bilingual("Counterpart", "对方"),
        24,
        lambda one, _: text_cell(one["counterpart_area"]["name"]),
    ),
    SheetColumn(Bilingual("Known since", "公布日"), 14, lambda one, _: day_cell(one["vintage"])),
    SheetColumn(Bilingual("Address", "网址"), 50, lambda one, _: link_to_source(one)),
    SheetColumn(Bilingual("Series", "所属系列"), 38, lambda one, _: text_cell(one["series"])),
    SheetColumn(Bilingual("Key", "数据标识"), 60, lambda one, _: text_cell(one["id"])),
)
OBSERVATIONS = SheetLayout(Bilingual("Figures", "数据"), FIGURES, 6)
HEADLINES = SheetLayout(Bilingual("Headline figures", "核心数据"), FIGURES, 6)
ALL_YEARS = SheetLayout(Bilingual("All years", "历年数据"), FIGURES, 6)
INDICATORS = SheetLayout(
    Bilingual("Indicators", "指标"),
    (
        SheetColumn(Bilingual("Indicator", "指标"), 38, lambda one, _: text_cell(one["name"])),
        SheetColumn(
            Bilingual("Headline figure", "核心数据"),
            24,
            lambda one, _: headline_cell("figure", one),
        ),
        SheetColumn(Bilingual("Period", "统计期"), 17, lambda one, _: headline_cell("period", one)),
        SheetColumn(Bilingual("Topic", "主题"), 14, lambda one, _: text_cell(one["topic"]["name"])),
        SheetColumn(
            Bilingual("What it counts", "指标定义"), 44, lambda one, _: text_cell(one["definition"])
        ),
        SheetColumn(
            Bilingual("How to read it", "使用说明"), 44, lambda one, _: text_cell(one["note"])
        ),
        SheetColumn(Bilingual("Source", "来源"), 44, lambda one, _: headline_cell("source", one)),
        SheetColumn(Bilingual("Key", "指标标识"), 30, lambda one, _: text_cell(one["code"])),
    ),
    7,
)
ACTIONS = SheetLayout(
    Bilingual("Priority areas and actions", "重点领域与举措"),
    (
        SheetColumn(
            Bilingual("Priority area", "重点领域"),
            28,
            lambda one, _: text_cell(one["priority_area"]["title"]),
        ),
        SheetColumn(
            Bilingual("Year", "年度"), 8, lambda one, _: year_cell(one["priority_area"]["year"])
        ),
        SheetColumn(Bilingual("Action", "举措"), 56, lambda one, _: text_cell(one["text"])),
        SheetColumn(
            Bilingual("Sectors", "涉及领域"), 20, lambda one, to: join_names("sectors", one, to)
        ),
        SheetColumn(
            Bilingual("Instruments", "合作载体"),
            30,
            lambda one, to: join_names("instruments", one, to),
        ),
        SheetColumn(
            Bilingual("Areas", "涉及国别"), 22, lambda one, to: join_names("areas", one, to)
        ),
        SheetColumn(Bilingual("Source", "来源"), 50, cite_record),
        SheetColumn(Bilingual("Address", "网址"), 50, lambda one, _: link_to_source(one)),
        SheetColumn(Bilingual("Key", "举措标识"), 40, lambda one, _: text_cell(one["id"])),
    ),
    7,
)
OUTCOMES = SheetLayout(
    Bilingual("Outcomes", "成果"),
    (
        SheetColumn(Bilingual("Topic", "主题"), 18, lambda one, _: text_cell(one["topic"]["name"])),
        SheetColumn(Bilingual("Year", "年度"), 8, lambda one, _: year_cell(one["year"])),
        SheetColumn(Bilingual("Outcome", "成果"), 70, lambda one, _: text_cell(one["text"])),
        SheetColumn(
            Bilingual("Areas", "涉及国别"), 22, lambda one, to: join_names("areas", one, to)
        ),
        SheetColumn(Bilingual("Source", "来源"), 50, cite_record),
        SheetColumn(Bilingual("Address", "网址"), 50, lambda one, _: link_to_source(one)),
        SheetColumn(Bilingual("Key", "成果标识"), 36, lambda one, _: text_cell(one["id"])),
    ),
    5,
)
SOURCES = SheetLayout(
    Bilingual("Sources", "来源"),
    (
        SheetColumn(Bilingual("Source", "来源"), 50, lambda one, _: text_cell(one["title"])),
        SheetColumn(
            Bilingual("Publisher", "发布者"), 28, lambda one, _: text_cell(one["publisher"])
        ),
        SheetColumn(
            Bilingual("Institution", "数据机构"), 30, lambda one, _: text_cell(one["body"])
        ),
        SheetColumn(
            Bilingual("Published", "发布日"), 13, lambda one, _: day_cell(one["published_on"])
        ),
        SheetColumn(
            Bilingual("Address", "网址"), 50, lambda one, _: link_to_source({"source": one})
        ),
        SheetColumn(Bilingual("Reuse", "再利用"), 70, lambda one, _: text_cell(one["licence"])),
        SheetColumn(Bilingual("Key", "来源标识"), 30, lambda one, _: text_cell(one["code"])),
    ),
    5,
)
NOTES = SheetLayout(
    Bilingual("Notes", "说明"),
    (
        SheetColumn(
            Bilingual("Note", "说明"), 24, lambda one, _: text_cell(one["name"], bold=True)
        ),
        SheetColumn(Bilingual("Text", "内容"), 110, lambda one, _: text_cell(one["text"])),
    ),
    2,
)
