"""The columns of the tables of reference data: events, sources, passages and code lists."""

from app.formats.columns import EDITORIAL, LOCATOR, NOTE, address, date, integer, string

EVENTS = (
    string("code", "Key", "活动标识", "Key of the event", width=24),
    string("name", "Event", "活动", width=60),
    date("held_on", "Date", "日期", "Day of the event", "活动日期", width=13),
    string("part_of_day", "Part of the day", "时段", "morning or afternoon",
           "morning（上午）或afternoon（下午）", is_required=False),
    string("place", "Place", "地点", is_required=False),
    string("organiser", "Organiser", "举办机构", "Institution that held the event", width=40),
    string("speakers", "Speakers", "发布人", "Persons who presented the figures",
           path="speakers.name", is_required=False, width=24),
    string("offices", "Offices", "职务", "Their offices on the day of the event",
           "发布人在活动当日的职务", path="speakers.office", is_required=False, width=40),
    string("questioner", "Questioner", "提问媒体", "Medium whose question was answered",
           is_required=False),
    string("documents", "Documents", "文件", "Keys of the documents that report the event",
           "报道该活动的文件标识", path="documents.code", is_required=False),
    string("note", "Note", "说明", is_required=False, width=60),
)  # fmt: skip
SOURCES = (
    string("code", "Key", "来源标识", "Key of the source", width=30),
    string("title", "Source", "来源",
           "Title of the document; in square brackets if the document does not print it",
           "文件标题；非原文所载的标题置于方括号内", width=50),
    string("event", "Event", "活动", "Key of the event that the document reports",
           "文件所报道活动的标识", path="event.code", is_required=False),
    string("publisher", "Publisher", "发布机构", width=28),
    string("body", "Institution", "数据机构", "Institution that the figures come from", width=30),
    string("standing", "Source type", "来源类别",
           "Whether the source is primary, a repost or secondary",
           "来源类别：原始来源、转载或二手来源"),
    integer("edition", "Edition", "版次",
            "Year reviewed, for press conferences on which the data set is based",
            "所述年度（限本数据集所依据的新闻发布会）", is_required=False),
    date("held_on", "Event date", "活动日期", path="event.held_on", is_required=False),
    date("published_on", "Published", "发布日期", "Date of publication", width=13),
    string("published_precision", "Date precision", "发布日期精度",
           "Precision of the date of publication: day or month",
           "发布日期的精度：day（日）或month（月）"),
    string("language", "Language", "文件语言", "Language of the document"),
    address("address", "URL", "网址", "Web address", is_required=False, width=50),
    string("licence", "Reuse", "再利用说明", "What is known about reuse", width=70),
    string("title_kind", "Title type", "标题类别", "Whether the document prints a title",
           "标题为原文所载（printed）或自拟（descriptive）"),
    string("printed_title", "Printed title", "原文标题", "Title that the document prints",
           "文件所载的原文标题", is_required=False, width=50),
    string("carrier", "Carrier", "转载网站",
           "Site that carries the text, if it is not the publisher's own",
           "转载该文的网站（非发布机构自有网站时）", is_required=False, width=28),
    string("published_basis", "Date basis", "日期依据",
           "Where the date of publication is stated: printed, dateline, address or event",
           "发布日期的依据：printed（页面）、dateline（电头）、address（网址）或event（活动）"),
    date("checked_on", "Checked", "核对日期",
         "Day on which the page was last found and compared", "最近一次查得并核对该页面的日期",
         is_required=False),
    string("note", "Note", "说明", is_required=False, width=60),
    string("citation", "Short citation", "简短引用", path="citation.short", width=30),
)  # fmt: skip
PASSAGES = (
    string("source", "Source code", "来源标识"),
    string("locator", *LOCATOR.label, *LOCATOR.description),
    integer("paragraph", "Paragraph", "段", is_required=False),
    integer("sentence", "Sentence", "句", is_required=False),
    string("kinds", "Kinds of records", "记录类别", "Kinds of the records taken from the sentence",
           "据该句收录的记录类别", path="records.kind", is_required=False),
    string("records", "Records", "记录", "Keys of the records taken from the sentence",
           "据该句收录的记录标识", path="records.code", is_required=False),
    string("note", "Note", "说明", "What else the sentence does", "该句的其他作用",
           is_required=False),
    string("differences", "Differences", "差异", "How other texts of the same event differ",
           "同一活动的其他文本与该句的差异", path="differences.text", is_required=False),
    EDITORIAL,
)  # fmt: skip
TERMS = (
    string("code", "Code", "标识"),
    string("name", "Name", "名称"),
    string("description", "Description", "说明"),
)
TOPICS = (*TERMS, EDITORIAL)
SECTORS = (*TERMS, NOTE, EDITORIAL)
AREAS = (
    string("code", "Code", "标识", "ISO 3166 code, or a code of this data set for a group",
           "ISO 3166代码；国家组为本数据集自定代码"),
    string("name", "Name", "名称"),
    string("kind", "Kind", "类别", "Country or group of countries", "国家或国家组"),
    string("definition", "Definition", "范围", "What the area covers"),
    EDITORIAL,
)  # fmt: skip
COVERAGES = (
    *TERMS,
    string("basis", "Basis", "依据", "Whether sources state it or this data set infers it",
           "由来源说明，或由本数据集推断"),
    date("first_published", "First published", "首次公布日", is_required=False),
    date("last_published", "Last published", "末次公布日", is_required=False),
    string("evidence", "Evidence", "依据说明", "How the coverage is known", "如何得知该统计范围"),
    EDITORIAL,
)  # fmt: skip
INSTRUMENTS = (
    *TERMS,
    string("kind", "Kind", "类别", "Kind of instrument", "载体类别"),
    NOTE,
    EDITORIAL,
)
UNITS = (
    *TERMS,
    string("symbol", "Symbol", "符号"),
    integer("decimals", "Decimals", "小数位数", "Usual number of decimals", "通常的小数位数"),
)
