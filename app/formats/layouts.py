"""The columns of the tables of records, in an order that does not change; new ones come last."""

from app.formats.columns import FlatColumn, address, day, number, string, whole

INDICATORS: tuple[FlatColumn, ...] = (
    string("code", "code", "The key of the indicator", "指标标识"),
    string("name", "name", "The name of the indicator", "指标名称"),
    string("definition", "definition", "What it counts", "指标定义"),
    string("note", "note", "How to read it", "使用说明"),
    string("topic", "topic.code", "The topic", "主题"),
    string("unit", "unit.code", "The unit of its headline figure", "核心数据计量单位"),
    string("direction", "direction", "Which way it flows", "流向"),
    string("reporting_area", "reporting_area.code", "The area that reports", "报告方"),
    string("counterpart_area", "counterpart_area.code", "The area on the other side", "对方"),
    string(
        "headline",
        "headline.id",
        "The figure that stands for it",
        "核心数据标识",
        required=False,
    ),
    string(
        "headline_display",
        "headline.display",
        "That figure in words, with what limits it",
        "核心数据（含限定语）",
        required=False,
    ),
    string(
        "headline_period",
        "headline.period.label",
        "The period of that figure",
        "核心数据统计期",
        required=False,
    ),
    string(
        "headline_citation",
        "headline.citation",
        "Where that figure stands",
        "核心数据出处",
        required=False,
    ),
    string(
        "baseline_for",
        "baseline_for.slug",
        "The priority areas that start from it; the link is editorial",
        "以其为基线的重点领域（编辑关联）",
        required=False,
    ),
    string("sectors", "sectors.code", "The sectors it concerns", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it measures", "涉及载体", required=False
    ),
)
"""The columns of a table of indicators; new ones come last."""

ACTIONS: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the action", "举措标识"),
    whole("year", "priority_area.year", "The year it is announced for", "年度"),
    string("priority_area", "priority_area.slug", "The priority area", "重点领域"),
    string("priority_area_title", "priority_area.title", "Its title", "重点领域名称"),
    whole("position", "position", "Its place within the area", "次序"),
    string("kind", "kind", "Its verb", "举措类型"),
    string("text", "text", "The commitment", "举措内容"),
    string("status", "status", "How far it has come", "状态"),
    string("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string("topics", "topics.code", "The topics it touches", "涉及主题", required=False),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("source_line", "source.line", "The source in a line", "来源说明"),
    string("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of actions; new ones come last."""

OUTCOMES: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the outcome", "成果标识"),
    whole("year", "year", "The year reviewed", "年度"),
    whole("position", "position", "Its place among the outcomes of the year", "次序"),
    string("topic", "topic.code", "The topic", "主题"),
    string("text", "text", "The outcome", "成果内容"),
    string("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string(
        "indicators",
        "indicators.code",
        "The indicators that measure it",
        "相关指标",
        required=False,
    ),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("source_line", "source.line", "The source in a line", "来源说明"),
    string("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of outcomes; new ones come last."""

PRIORITY_AREAS: tuple[FlatColumn, ...] = (
    string("slug", "slug", "The key of the priority area within its year", "重点领域标识"),
    whole("year", "year", "The year it is announced for", "年度"),
    whole("position", "position", "Its place among the four", "次序"),
    string("title", "title", "Its title", "名称"),
    string("summary", "summary", "What it comes to", "概要"),
    string("aim", "aim", "The aim that the source states", "目标", required=False),
    string(
        "baseline_indicators",
        "baseline_indicators.code",
        "The indicators it starts from; the link is editorial",
        "基线指标（编辑关联）",
        required=False,
    ),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of priority areas; new ones come last."""

SERIES: tuple[FlatColumn, ...] = (
    string("code", "code", "The key of the series", "系列标识"),
    string("name", "name", "The name of the series", "系列名称"),
    string("indicator", "indicator.code", "What is measured", "指标标识"),
    string("reporting_area", "reporting_area.code", "The area that reports", "报告方"),
    string("counterpart_area", "counterpart_area.code", "The area on the other side", "对方"),
    string("unit", "unit.code", "The unit of all figures", "计量单位"),
    whole("months", "months", "The number of months in each period", "统计期月数"),
    string("note", "note", "What it must not be compared with", "不可比说明", required=False),
    string(
        "breaks",
        "breaks.start",
        "The first days after a break, where figures do not compare",
        "断点之后的首日",
        required=False,
    ),
    whole("observations", "observations", "For how many periods there is a figure", "数据期数"),
)
"""The columns of a table of series; new ones come last."""

GROWTH_RATES: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the rate", "增速标识"),
    string("indicator", "indicator.code", "What has grown", "指标标识"),
    string("series", "series", "The series whose figures it is about", "所属系列"),
    day("period_start", "period.start", "The first day of the period", "统计期首日"),
    day("period_end", "period.end", "The last day of the period", "统计期末日"),
    day("base_start", "base_period.start", "The first day of the base period", "基期首日"),
    day("base_end", "base_period.end", "The last day of the base period", "基期末日"),
    number("value", "value", "The published change in percent", "公布的增速（%）"),
    string("basis", "basis", "What it was measured against", "增速基数类型"),
    string("wording", "wording", "The change as the source words it", "文字表述"),
    string("note", "note", "How the basis is known", "基数说明", required=False),
    day("vintage", "vintage", "The day on which it became known", "数据公布日"),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("locator", "locator", "The place in the source", "出处位置", required=False),
)
"""The columns of a table of growth rates; new ones come last."""

REPORTS: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the report", "报道标识"),
    string("observation", "observation", "The figure that it tells of", "所述数据"),
    string("source", "source.code", "The other source", "来源标识"),
    string("wording", "wording", "What it says", "文字表述"),
    string("agreement", "agreement", "How that compares with the figure", "是否一致"),
    string("note", "note", "A sentence on the difference", "说明"),
    string("locator", "locator", "The place in the other source", "出处位置", required=False),
)
"""The columns of a table of second reports; new ones come last."""

SOURCES: tuple[FlatColumn, ...] = (
    string("code", "code", "The key of the source", "来源标识"),
    string("title", "title", "The title of the document", "标题"),
    string("event", "event", "The event that it tells of", "活动", required=False),
    string("publisher", "publisher", "Who published it", "发布者"),
    string("body", "body", "The institution whose figures it carries", "数据机构"),
    string("standing", "standing", "How near it is to the institution", "来源类别"),
    whole(
        "edition",
        "edition",
        "The year reviewed, for a press conference that the data set is built on",
        "所述年度",
        required=False,
    ),
    day("held_on", "held_on", "The day of the event", "活动日期", required=False),
    day("published_on", "published_on", "The day of publication", "发布日期"),
    string(
        "published_precision",
        "published_precision",
        "month where only the month of publication is known",
        "发布日期精度",
    ),
    string("language", "language", "The language of the document", "文件语言"),
    address("address", "address", "The web address", "网址", required=False),
    string("licence", "licence", "What is known about reuse", "再利用说明"),
)
"""The columns of a table of sources; new ones come last."""

TERMS: tuple[FlatColumn, ...] = (
    string("code", "code", "The key", "标识"),
    string("name", "name", "The name", "名称"),
    string("description", "description", "What it is", "说明"),
)
"""The columns of a table of topics or sectors; new ones come last."""

AREAS: tuple[FlatColumn, ...] = (
    string("code", "code", "The key: ISO 3166, or ours for a group", "标识"),
    string("name", "name", "The name", "名称"),
    string("kind", "kind", "A single country, or a group", "类别"),
    string("definition", "definition", "What it covers", "范围"),
)
"""The columns of a table of areas; new ones come last."""

INSTRUMENTS: tuple[FlatColumn, ...] = (
    *TERMS,
    string("kind", "kind", "What sort of means it is", "类别"),
)
"""The columns of a table of instruments; new ones come last."""

UNITS: tuple[FlatColumn, ...] = (
    *TERMS,
    string("symbol", "symbol", "The short sign", "符号"),
    whole("decimals", "decimals", "The usual number of decimals", "小数位数"),
)
"""The columns of a table of units; new ones come last."""
