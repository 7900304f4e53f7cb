"""The columns of passages and code lists; those of other tables are in ``columns``."""

from app.formats.columns import EDITORIAL, LOCATOR, NOTE, date, integer, string

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
