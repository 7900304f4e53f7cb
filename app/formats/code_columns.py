"""The columns of code lists: what a value is called, and what it means."""

from app.formats.columns import EDITORIAL, NOTE, address, date, integer, string

TERMS = (
    string("code", "Code", "标识"),
    string("name", "Name", "名称"),
    string("description", "Description", "说明"),
)
TOPICS = (*TERMS, EDITORIAL)
SECTORS = (*TERMS, NOTE, EDITORIAL)
AREAS = (
    string("code", "Code", "标识", "ISO 3166 code, or a code of this dataset for a group",
           "ISO 3166代码；国家组为本数据集自定代码"),
    string("name", "Name", "名称"),
    string("kind", "Kind", "类别", "Country or group of countries", "国家或国家组"),
    string("definition", "Definition", "范围", "What the area covers"),
    EDITORIAL,
)  # fmt: skip
COVERAGES = (
    *TERMS,
    string("basis", "Basis", "依据", "Whether sources state it or this dataset infers it",
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
CONTRADICTIONS = (
    string("code", "Code", "标识"),
    string("name", "Name", "名称"),
    string("indicator", "Indicator code", "指标标识", path="indicator.code"),
    string("observations", "Observation keys", "数据标识", "Figures that differ",
           "不一致的数据", path="observations.id", is_required=False),
    string("growth_rates", "Growth rate keys", "增速标识", "Rates that differ",
           "不一致的增速", path="growth_rates.id", is_required=False),
    string("reports", "Report keys", "报道标识", "Reports that differ from one of the figures",
           "与其中某项数据不一致的报道", path="reports.id", is_required=False),
    string("numbers", "Numbers", "各项数据", "All numbers as text, from the oldest source",
           "全部数据的文字表述，按来源先后排列", path="numbers.display"),
    string("number_sources", "Source keys", "来源标识", "The source of each number",
           "各项数据的来源", path="numbers.source"),
    string("cause", "Cause", "原因类别", "Why they differ, as a code", "差异原因的类别"),
    string("reason", "Reason", "原因", "Why they differ", "不一致的原因"),
    string("basis", "Basis", "依据", "Whether a source gives the reason or this dataset infers it",
           "原因由来源说明，或由本数据集推断"),
    EDITORIAL,
)  # fmt: skip
RELATED_DATASETS = (
    *TERMS,
    string("publisher", "Publisher", "发布机构"),
    string("difference", "Difference", "差异说明", "Why its totals differ from the figures here",
           "其数据与本站数据不同的原因"),
    string("licence", "Licence", "许可", "Licence or terms that were read", "所见许可或使用条款"),
    address("address", "Address", "网址"),
    date("checked_on", "Checked on", "核对日"),
    string("indicators", "Indicator codes", "相关指标标识",
           "Indicators with which it could be confused", "可能与之混淆的指标",
           path="indicators.code"),
    EDITORIAL,
)  # fmt: skip
UNITS = (
    *TERMS,
    string("symbol", "Symbol", "符号"),
    integer("decimals", "Decimals", "小数位数", "Usual number of decimals", "通常的小数位数"),
    EDITORIAL,
)
